//! The word STOP, as people write it in an answer.

use domain::values::text::folded;

const WORDS: [&str; 6] =
    ["stop", "arret", "arreter", "arretez", "desabonner", "unsubscribe"];

/// Whether an inbound text is an opposition: its first word is STOP, ARRET, ARRETEZ, DESABONNER or UNSUBSCRIBE,
/// in any case, with any accents, punctuation and width of letters. The words after it do not count: a new
/// consent costs less than a complaint.
#[must_use]
pub fn is_opposition(text: &str) -> bool {
    let text: String =
        folded(text).chars().filter(|one| one.is_alphanumeric() || one.is_whitespace()).collect();
    text.split_whitespace().next().is_some_and(|first| WORDS.contains(&first))
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
    #[case("Stop. Merci", true)]
    #[case("stop svp", true)]
    #[case("STOP PUB", true)]
    #[case("Arrêtez", true)]
    #[case("\u{ff33}\u{ff34}\u{ff2f}\u{ff30}", true)]
    #[case("\u{200b}STOP", true)]
    #[case("Stop me if you can", true)]
    #[case("NON STOP merci pour tout", false)]
    #[case("À quelle heure fermez-vous ?", false)]
    #[case("STOPS", false)]
    fn an_inbound_text_is_an_opposition_or_not(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_opposition(text), expected);
    }
}
