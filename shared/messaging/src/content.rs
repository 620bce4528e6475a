//! The texts of a campaign, read by the rules of its channel before the campaign is saved.

use crate::sms::length::{Measure, measure};
use crate::text::template::{Template, TemplateError};
use crate::text::values::{Field, Values};
use domain::ValueError;

/// The fields of an e-mail's subject.
pub const SUBJECT_FIELDS: &[Field] =
    &[Field::FirstName, Field::LastName, Field::Points, Field::Merchant];
/// The fields of an e-mail.
pub const EMAIL_FIELDS: &[Field] =
    &[Field::FirstName, Field::LastName, Field::Points, Field::Merchant, Field::UnsubscribeUrl];
/// The fields of an SMS.
pub const SMS_FIELDS: &[Field] =
    &[Field::FirstName, Field::LastName, Field::Points, Field::Merchant, Field::Stop];

/// The most bytes of an e-mail's HTML: Gmail cuts off an e-mail after 102 KB.
pub const MAX_HTML_BYTES: usize = 100_000;
/// The most characters of an SMS, placeholders included. Providers accept 2,000 with the mention of STOP.
pub const MAX_SMS_LENGTH: usize = 1_500;
/// The most parts of an SMS. The merchant pays for each part.
pub const MAX_PARTS: usize = 6;

/// Why a text cannot be sent. `Display` follows the name of the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// The text is empty, too long, or holds control characters.
    #[error(transparent)]
    Text(#[from] ValueError),
    /// A placeholder is wrong.
    #[error("cannot be read: {error}. Its fields are {}", names(.fields))]
    Template {
        /// The mistake.
        error: TemplateError,
        /// The fields that the text may use.
        fields: &'static [Field],
    },
    /// The e-mail is over [`MAX_HTML_BYTES`].
    #[error(
        "is too large: {} bytes at most, since mail programs cut off a longer e-mail",
        MAX_HTML_BYTES
    )]
    TooLarge,
    /// The e-mail holds no link to object (CPCE L34-5).
    #[error(
        "must hold {{{{unsubscribe_url}}}}, the person's own link to object: \
         <a href=\"{{{{unsubscribe_url}}}}\">…</a>"
    )]
    NoWayToObject,
    /// The SMS is over [`MAX_PARTS`].
    #[error("has {parts} parts with the mention of STOP: {} at most", MAX_PARTS)]
    TooManyParts {
        /// The number of its parts.
        parts: usize,
    },
}

fn names(fields: &[Field]) -> String {
    let names: Vec<_> = fields.iter().map(|field| format!("{{{{{}}}}}", field.name())).collect();
    names.join(", ")
}

fn template(text: &str, fields: &'static [Field]) -> Result<Template, ContentError> {
    Template::parse(text, fields).map_err(|error| ContentError::Template { error, fields })
}

/// Reads the subject of an e-mail by [`crate::text::subject::subject`], with [`SUBJECT_FIELDS`]. Returns
/// the text, trimmed.
pub fn subject(text: &str) -> Result<&str, ContentError> {
    let subject = crate::text::subject::subject(text)?;
    template(subject, SUBJECT_FIELDS)?;
    Ok(subject)
}

/// Reads the HTML of an e-mail, which must hold the person's link to object.
pub fn html(text: &str) -> Result<Template, ContentError> {
    if text.len() > MAX_HTML_BYTES {
        return Err(ContentError::TooLarge);
    }
    let html = template(plain(text)?, EMAIL_FIELDS)?;
    if html.fields().any(|field| field == Field::UnsubscribeUrl) {
        Ok(html)
    } else {
        Err(ContentError::NoWayToObject)
    }
}

/// Reads the text of an SMS, of at most [`MAX_SMS_LENGTH`] characters.
pub fn sms(text: &str) -> Result<Template, ContentError> {
    let text = plain(text)?;
    if text.chars().nth(MAX_SMS_LENGTH).is_some() {
        return Err(ValueError::TooLong { limit: MAX_SMS_LENGTH }.into());
    }
    template(text, SMS_FIELDS)
}

/// Measures an SMS for one recipient. `body` holds the mention of STOP already.
pub fn sms_measure(
    body: &Template,
    values: &Values,
    is_folded: bool,
) -> Result<Measure, ContentError> {
    let measure = measure(&sms_text(body, values, is_folded));
    if measure.parts > MAX_PARTS {
        return Err(ContentError::TooManyParts { parts: measure.parts });
    }
    Ok(measure)
}

/// The text of an SMS for one recipient.
#[must_use]
pub fn sms_text(body: &Template, values: &Values, is_folded: bool) -> String {
    if is_folded { body.render_folded(values) } else { body.render(values) }
}

/// Reads a text of one or more lines, without the white space around it.
fn plain(text: &str) -> Result<&str, ContentError> {
    let is_line = |character: char| matches!(character, '\n' | '\r' | '\t');
    let text = text.trim();
    if text.is_empty() {
        Err(ValueError::Empty.into())
    } else if text.chars().any(|one| one.is_control() && !is_line(one)) {
        Err(ValueError::ControlCharacters.into())
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::length::Encoding;
    use crate::sms::stop_mention::sms_with_stop;
    use domain::merchant::sender::StopNumber;
    use rstest::rstest;

    fn code(error: &ContentError) -> &'static str {
        match error {
            ContentError::Text(invalid) => invalid.code(),
            ContentError::Template { .. } => "template",
            ContentError::TooLarge => "too_large",
            ContentError::NoWayToObject => "no_way_to_object",
            ContentError::TooManyParts { .. } => "too_many_parts",
        }
    }

    #[rstest]
    #[case("Vos points, {{first_name|cher client}}", None)]
    #[case("Vos points\nBcc: a@example.com", Some("control_characters"))]
    #[case("Vos points, {{prenom}}", Some("template"))]
    #[case("{{unsubscribe_url}}", Some("template"))]
    #[case("  ", Some("empty"))]
    fn a_subject_is_one_line_with_its_own_fields(#[case] text: &str, #[case] wrong: Option<&str>) {
        assert_eq!(subject(text).err().as_ref().map(code), wrong);
    }

    #[rstest]
    #[case("<p>Bonjour</p>\n<a href=\"{{unsubscribe_url}}\">non merci</a>", None)]
    #[case("<p>Bonjour</p>", Some("no_way_to_object"))]
    #[case("<p>{{stop}}</p>{{unsubscribe_url}}", Some("template"))]
    #[case("\u{0}{{unsubscribe_url}}", Some("control_characters"))]
    #[case(&"a".repeat(100_001), Some("too_large"))]
    fn an_e_mail_must_hold_the_link_to_object(#[case] text: &str, #[case] wrong: Option<&str>) {
        assert_eq!(html(text).err().as_ref().map(code), wrong);
    }

    #[rstest]
    #[case("Bonjour {{first_name}}\n{{merchant}}", None)]
    #[case("{{unsubscribe_url}}", Some("template"))]
    #[case(&"a".repeat(1_501), Some("too_long"))]
    fn an_sms_has_the_fields_of_an_sms(#[case] text: &str, #[case] wrong: Option<&str>) {
        assert_eq!(sms(text).err().as_ref().map(code), wrong);
    }

    #[rstest]
    #[case("a", 904, Ok((Encoding::Gsm7, 6)))]
    #[case("a", 905, Err(ContentError::TooManyParts { parts: 7 }))]
    #[case("\u{ea}", 388, Ok((Encoding::Ucs2, 6)))]
    #[case("\u{ea}", 389, Err(ContentError::TooManyParts { parts: 7 }))]
    fn an_sms_has_at_most_six_parts_with_the_mention_of_stop(
        #[case] letter: &str,
        #[case] count: usize,
        #[case] measured: Result<(Encoding, usize), ContentError>,
    ) {
        let number = StopNumber::parse("36200").unwrap();
        let body = sms_with_stop(&sms(&letter.repeat(count)).unwrap(), &number);
        let measure = sms_measure(&body, &Values::default(), false);
        assert_eq!(measure.map(|measure| (measure.encoding, measure.parts)), measured);
    }

    #[test]
    fn a_folded_sms_is_measured_after_folding() {
        let body = sms("F\u{ea}te").unwrap();
        let parts = |is_folded| sms_measure(&body, &Values::default(), is_folded).unwrap().encoding;
        assert_eq!(parts(false), Encoding::Ucs2);
        assert_eq!(parts(true), Encoding::Gsm7);
        assert_eq!(sms_text(&body, &Values::default(), true), "Fete");
    }

    #[test]
    fn an_error_reads_as_the_end_of_a_sentence() {
        let error = html("<p>{{prenom}}</p>").unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot be read: {{prenom}} at character 4 is not a field of this message. Its fields \
             are {{first_name}}, {{last_name}}, {{points}}, {{merchant}}, {{unsubscribe_url}}"
        );
        assert!(html("Bonjour").unwrap_err().to_string().contains("{{unsubscribe_url}}"));
    }
}
