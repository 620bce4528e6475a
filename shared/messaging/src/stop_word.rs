//! The word STOP, as people send it.

use domain::values::text::folded;

const WORDS: [&str; 4] = ["stop", "arret", "desabonner", "unsubscribe"];

/// Whether an inbound text opposes (*opposition*): STOP, ARRET, DESABONNER or UNSUBSCRIBE, whatever
/// the case, the accents and the punctuation. People also copy what the message told them, `STOP au
/// 36200`: that is the same.
#[must_use]
pub fn is_opposition(text: &str) -> bool {
    let text: String =
        folded(text).chars().filter(|one| one.is_alphanumeric() || one.is_whitespace()).collect();
    let mut words = text.split_whitespace();
    words.next().is_some_and(|first| WORDS.contains(&first)) && words.all(is_beside_the_point)
}

/// What may follow without changing the sense: the word again, or the short code.
fn is_beside_the_point(word: &str) -> bool {
    WORDS.contains(&word)
        || word == "au"
        || (word.len() == 5 && word.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("STOP", true)]
    #[case("  Stop. \n", true)]
    #[case("« stop ! »", true)]
    #[case("S.T.O.P", true)]
    #[case("ARRET", true)]
    #[case("Arrêt", true)]
    #[case("ARRE\u{302}T", true)]
    #[case("DÉSABONNER", true)]
    #[case("desabonner", true)]
    #[case("Unsubscribe", true)]
    #[case("STOP au 36200", true)]
    #[case("stop stop", true)]
    #[case("", false)]
    #[case("!", false)]
    #[case("au 36200", false)]
    #[case("OK", false)]
    #[case("Ne stoppez pas", false)]
    #[case("Stop me if you can", false)]
    #[case("STOPS", false)]
    fn an_inbound_text_opposes_or_does_not(#[case] text: &str, #[case] opposes: bool) {
        assert_eq!(is_opposition(text), opposes);
    }
}
