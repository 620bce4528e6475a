//! The values of a message that differ from recipient to recipient.

use crate::text::fold::fold;
use std::borrow::Cow;

/// A field of a message: the meaning of a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The person's first name.
    FirstName,
    /// The person's last name.
    LastName,
    /// The balance of points.
    Points,
    /// The merchant, which every marketing message must name (CPCE L34-5).
    Merchant,
    /// The person's own link to object to e-mails.
    UnsubscribeUrl,
    /// The free way to object to SMS: `STOP au 36200`.
    Stop,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 6] = [
        Self::FirstName,
        Self::LastName,
        Self::Points,
        Self::Merchant,
        Self::UnsubscribeUrl,
        Self::Stop,
    ];

    /// The field's name between the braces of a placeholder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Points => "points",
            Self::Merchant => "merchant",
            Self::UnsubscribeUrl => "unsubscribe_url",
            Self::Stop => "stop",
        }
    }

    /// Reads a field's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// The values of one recipient. These values name a person, so `Debug` shows none of them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The balance of points.
    pub points: i64,
    /// The merchant's name.
    pub merchant: String,
    /// The person's own link to object to e-mails.
    pub unsubscribe_url: Option<String>,
    /// The mention of the short code that receives STOP.
    pub stop: Option<String>,
}

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Values(…)")
    }
}

/// The kind of text that a value is written into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// An SMS: numbers in plain digits, since U+202F would turn the whole message to UCS-2.
    Sms,
    /// An SMS that must stay in GSM-7.
    SmsFolded,
    /// The subject or the plain text of an e-mail.
    Text,
    /// The HTML of an e-mail.
    Html,
}

impl Values {
    /// Writes a field in a style. A missing value is replaced by the fallback, or by nothing. A control
    /// character, which could break a header, becomes a space.
    pub(crate) fn render(&self, field: Field, fallback: Option<&str>, style: Style) -> String {
        let own = match field {
            Field::FirstName => self.first_name.as_deref().map(Cow::Borrowed),
            Field::LastName => self.last_name.as_deref().map(Cow::Borrowed),
            Field::Points => Some(Cow::Owned(points(self.points, style))),
            Field::Merchant => Some(Cow::Borrowed(self.merchant.as_str())),
            Field::UnsubscribeUrl => self.unsubscribe_url.as_deref().map(Cow::Borrowed),
            Field::Stop => self.stop.as_deref().map(Cow::Borrowed),
        };
        let value = own.filter(|value| !value.trim().is_empty());
        let mut value = value.or(fallback.map(Cow::Borrowed)).unwrap_or_default();
        if value.contains(char::is_control) {
            value = value.replace(char::is_control, " ").into();
        }
        match style {
            Style::Sms | Style::Text => value.into_owned(),
            Style::SmsFolded => fold(&value),
            Style::Html => escaped(value),
        }
    }
}

/// `1 250`, with the narrow no-break space of French typography; plain digits in an SMS.
fn points(count: i64, style: Style) -> String {
    let digits = count.unsigned_abs().to_string();
    let is_sms = matches!(style, Style::Sms | Style::SmsFolded);
    let mut text = if count < 0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && !is_sms {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

fn escaped(text: Cow<'_, str>) -> String {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text.into_owned();
    }
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_field_is_read_by_its_own_name() {
        for field in Field::ALL {
            assert_eq!(Field::parse(field.name()), Some(field));
        }
        assert_eq!(Field::parse("email"), None);
    }

    #[rstest]
    #[case(0, "0", "0")]
    #[case(999, "999", "999")]
    #[case(1250, "1\u{202f}250", "1250")]
    #[case(-1_234_567, "-1\u{202f}234\u{202f}567", "-1234567")]
    #[case(
        i64::MIN,
        "-9\u{202f}223\u{202f}372\u{202f}036\u{202f}854\u{202f}775\u{202f}808",
        "-9223372036854775808"
    )]
    fn points_are_grouped_in_an_e_mail_and_plain_in_an_sms(
        #[case] count: i64,
        #[case] email: &str,
        #[case] sms: &str,
    ) {
        let values = Values { points: count, ..Values::default() };
        assert_eq!(values.render(Field::Points, None, Style::Html), email);
        assert_eq!(values.render(Field::Points, None, Style::Text), email);
        assert_eq!(values.render(Field::Points, None, Style::Sms), sms);
    }

    #[test]
    fn a_value_cannot_break_a_header() {
        let values = Values { first_name: Some("Zoé\r\nBcc".to_owned()), ..Values::default() };
        assert_eq!(values.render(Field::FirstName, None, Style::Text), "Zoé  Bcc");
    }

    #[test]
    fn debug_shows_no_value() {
        let values = Values { first_name: Some("Zoé".to_owned()), ..Values::default() };
        assert_eq!(format!("{values:?}"), "Values(…)");
    }
}
