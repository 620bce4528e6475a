//! The word STOP, as people write it in an answer.

use domain::values::text::folded;

const WORDS: [&str; 4] = ["stop", "arret", "desabonner", "unsubscribe"];

/// Whether an inbound text is an opposition: STOP, ARRET, DESABONNER or UNSUBSCRIBE, in any case, with any
/// accents and punctuation. People also copy the mention of the message, `STOP au 36200`, which is an
/// opposition too.
#[must_use]
pub fn is_opposition(text: &str) -> bool {
    let text: String =
        folded(text).chars().filter(|one| one.is_alphanumeric() || one.is_whitespace()).collect();
    let mut words = text.split_whitespace();
    words.next().is_some_and(|first| WORDS.contains(&first)) && words.all(is_meaningless_after_stop)
}

/// Whether a word after STOP leaves the meaning unchanged: the word STOP again, or the short code.
fn is_meaningless_after_stop(word: &str) -> bool {
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
    fn an_inbound_text_is_an_opposition_or_not(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_opposition(text), expected);
    }
}
