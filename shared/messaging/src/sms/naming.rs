//! The name of the merchant, which every marketing SMS must hold: in its sender, or in its text.

use crate::content;
use crate::text::fold::fold;
use crate::text::values::Field;
use domain::merchant::sender::SenderId;

/// Whether an SMS of a sender names its merchant: the sender is a name, or the text has the merchant's name or the
/// placeholder `{{merchant}}`. Case is ignored, and a folded text counts like the text as it was written.
#[must_use]
pub fn names_merchant(sender: &SenderId, text: &str, merchant: &str) -> bool {
    let plain = |text: &str| fold(text).to_lowercase();
    sender.names_a_merchant()
        || plain(text).contains(&plain(merchant))
        || content::sms(text).is_ok_and(|text| text.fields().any(|field| field == Field::Merchant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("LaBoutique", "Vos points", true)]
    #[case("36200", "Vos points", false)]
    #[case("Promo", "Vos points", false)]
    #[case("36200", "{{merchant}} : vos points", true)]
    #[case("36200", "CHEZ ZO\u{c9}: vos points", true)]
    fn an_sms_names_the_merchant_in_its_sender_or_its_text(
        #[case] sender: &str,
        #[case] text: &str,
        #[case] named: bool,
    ) {
        let sender = SenderId::parse(sender).unwrap();
        assert_eq!(names_merchant(&sender, text, "Chez Zo\u{e9}"), named);
    }
}
