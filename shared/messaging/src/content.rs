//! What a campaign may say: read by the rules of its channel before it is saved.

use crate::header;
use crate::sms::{Measure, measure};
use crate::template::{Template, TemplateError};
use crate::values::{Field, Values};
use domain::ValueError;

/// What may stand in the subject of an e-mail.
pub const SUBJECT_FIELDS: &[Field] =
    &[Field::FirstName, Field::LastName, Field::Points, Field::Merchant];
/// What may stand in an e-mail.
pub const EMAIL_FIELDS: &[Field] =
    &[Field::FirstName, Field::LastName, Field::Points, Field::Merchant, Field::UnsubscribeUrl];
/// What may stand in an SMS.
pub const SMS_FIELDS: &[Field] =
    &[Field::FirstName, Field::LastName, Field::Points, Field::Merchant, Field::Stop];

/// The most bytes of an e-mail's HTML: Gmail cuts what is longer than 102 KB.
pub const LARGEST_HTML: usize = 100_000;
/// The most characters of an SMS, placeholders included; Sinch takes 2000 with the mention of STOP.
pub const LONGEST_SMS: usize = 1_500;
/// The most parts of an SMS, each of which is paid for.
pub const MOST_PARTS: usize = 6;

/// Why a text cannot be sent as it is. `Display` follows the name of the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Empty, too long, or with control characters.
    #[error(transparent)]
    Text(#[from] ValueError),
    /// A placeholder that is not right.
    #[error("cannot be read: {error}. Its fields are {}", names(.fields))]
    Template {
        /// What is wrong.
        error: TemplateError,
        /// What may stand there.
        fields: &'static [Field],
    },
    /// An e-mail over [`LARGEST_HTML`].
    #[error(
        "is too large: {} bytes at most, since mail programs cut off what is longer",
        LARGEST_HTML
    )]
    TooLarge,
    /// An e-mail that a person could not object to (CPCE L34-5).
    #[error(
        "must hold {{{{unsubscribe_url}}}}, the person's own link to object: \
         <a href=\"{{{{unsubscribe_url}}}}\">…</a>"
    )]
    NoWayToObject,
    /// An SMS over [`MOST_PARTS`].
    #[error("comes to {parts} parts, the mention of STOP included: {} at most", MOST_PARTS)]
    TooManyParts {
        /// How many it comes to.
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

/// Reads the subject of an e-mail: by [`header::subject`], with [`SUBJECT_FIELDS`]. The text, trimmed.
///
/// # Errors
/// [`ContentError::Text`], [`ContentError::Template`].
pub fn subject(text: &str) -> Result<&str, ContentError> {
    let subject = header::subject(text)?;
    template(subject, SUBJECT_FIELDS)?;
    Ok(subject)
}

/// Reads the HTML of an e-mail, which must hold the person's link to object.
///
/// # Errors
/// [`ContentError`], but for the parts.
pub fn html(text: &str) -> Result<Template, ContentError> {
    if text.len() > LARGEST_HTML {
        return Err(ContentError::TooLarge);
    }
    let html = template(plain(text)?, EMAIL_FIELDS)?;
    if html.fields().any(|field| field == Field::UnsubscribeUrl) {
        Ok(html)
    } else {
        Err(ContentError::NoWayToObject)
    }
}

/// Reads the text of an SMS, of at most [`LONGEST_SMS`] characters.
///
/// # Errors
/// [`ContentError::Text`], [`ContentError::Template`].
pub fn sms(text: &str) -> Result<Template, ContentError> {
    let text = plain(text)?;
    if text.chars().nth(LONGEST_SMS).is_some() {
        return Err(ValueError::TooLong { limit: LONGEST_SMS }.into());
    }
    template(text, SMS_FIELDS)
}

/// Measures an SMS as one person reads it, the mention of STOP in it already.
///
/// # Errors
/// [`ContentError::TooManyParts`].
pub fn sms_measure(
    body: &Template,
    values: &Values,
    is_folded: bool,
) -> Result<Measure, ContentError> {
    let measure = measure(&sms_text(body, values, is_folded));
    if measure.parts > MOST_PARTS {
        return Err(ContentError::TooManyParts { parts: measure.parts });
    }
    Ok(measure)
}

/// An SMS as one person reads it.
#[must_use]
pub fn sms_text(body: &Template, values: &Values, is_folded: bool) -> String {
    if is_folded { body.render_folded(values) } else { body.render(values) }
}

/// A text of one or more lines; white space around it does not count.
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
    use crate::sms::{Encoding, StopNumber, sms_with_stop};
    use rstest::rstest;

    fn word(error: &ContentError) -> &'static str {
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
    fn a_subject_is_one_line_with_fields_of_its_own(
        #[case] text: &str,
        #[case] wrong: Option<&str>,
    ) {
        assert_eq!(subject(text).err().as_ref().map(word), wrong);
    }

    #[rstest]
    #[case("<p>Bonjour</p>\n<a href=\"{{unsubscribe_url}}\">non merci</a>", None)]
    #[case("<p>Bonjour</p>", Some("no_way_to_object"))]
    #[case("<p>{{stop}}</p>{{unsubscribe_url}}", Some("template"))]
    #[case("\u{0}{{unsubscribe_url}}", Some("control_characters"))]
    #[case(&"a".repeat(100_001), Some("too_large"))]
    fn an_e_mail_lets_the_person_object(#[case] text: &str, #[case] wrong: Option<&str>) {
        assert_eq!(html(text).err().as_ref().map(word), wrong);
    }

    #[rstest]
    #[case("Bonjour {{first_name}}\n{{merchant}}", None)]
    #[case("{{unsubscribe_url}}", Some("template"))]
    #[case(&"a".repeat(1_501), Some("too_long"))]
    fn an_sms_has_the_fields_of_an_sms(#[case] text: &str, #[case] wrong: Option<&str>) {
        assert_eq!(sms(text).err().as_ref().map(word), wrong);
    }

    #[rstest]
    #[case("a", 904, Ok((Encoding::Gsm7, 6)))]
    #[case("a", 905, Err(ContentError::TooManyParts { parts: 7 }))]
    #[case("\u{ea}", 388, Ok((Encoding::Ucs2, 6)))]
    #[case("\u{ea}", 389, Err(ContentError::TooManyParts { parts: 7 }))]
    fn an_sms_has_six_parts_at_most_with_the_mention_of_stop(
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
    fn a_folded_sms_is_measured_as_it_is_written() {
        let body = sms("F\u{ea}te").unwrap();
        let parts = |is_folded| sms_measure(&body, &Values::default(), is_folded).unwrap().encoding;
        assert_eq!((parts(false), parts(true)), (Encoding::Ucs2, Encoding::Gsm7));
        assert_eq!(sms_text(&body, &Values::default(), true), "Fete");
    }

    #[test]
    fn what_is_wrong_reads_as_the_end_of_a_sentence() {
        let error = html("<p>{{prenom}}</p>").unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot be read: {{prenom}} at character 4 is not a field of this message. Its fields \
             are {{first_name}}, {{last_name}}, {{points}}, {{merchant}}, {{unsubscribe_url}}"
        );
        assert!(html("Bonjour").unwrap_err().to_string().contains("{{unsubscribe_url}}"));
    }
}
