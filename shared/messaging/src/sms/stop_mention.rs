//! The mention of STOP, which every marketing SMS must hold (AF2M).

use crate::text::template::Template;
use domain::merchant::sender::StopNumber;

/// The mention: `STOP au 36200`.
#[must_use]
pub fn stop_mention(number: &StopNumber) -> String {
    format!("STOP au {}", number.as_str())
}

/// The text of a marketing SMS: with the mention of STOP in place of `{{stop}}`, or at the end where the
/// text has no such placeholder. The mention counts in the length.
#[must_use]
pub fn sms_with_stop(body: &Template, number: &StopNumber) -> Template {
    body.with_stop(&stop_mention(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::values::{Field, Values};
    use rstest::rstest;

    #[rstest]
    #[case("Bonjour", "Bonjour STOP au 36200")]
    #[case("Bonjour ", "Bonjour STOP au 36200")]
    #[case("Bonjour {{first_name}}", "Bonjour Zoe STOP au 36200")]
    #[case("{{stop}} Bonjour", "STOP au 36200 Bonjour")]
    #[case("", "STOP au 36200")]
    fn a_marketing_sms_holds_the_mention_of_stop(#[case] text: &str, #[case] rendered: &str) {
        let body = Template::parse(text, &Field::ALL).unwrap();
        let number = StopNumber::parse("36200").unwrap();
        let values = Values { first_name: Some("Zoe".to_owned()), ..Values::default() };
        assert_eq!(sms_with_stop(&body, &number).render(&values), rendered);
    }
}
