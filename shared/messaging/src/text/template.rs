//! The text of a message, with placeholders for the values that differ from recipient to recipient.

use crate::text::fold::fold;
use crate::text::values::{Field, Style, Values};

/// A text with placeholders: `{{first_name}}`, or `{{first_name|cher client}}` with a fallback for a
/// person whose first name is not known. White space inside the braces does not count.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

/// A part of a template.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text that is the same for all recipients.
    Text(String),
    /// A value of each recipient.
    Placeholder { field: Field, fallback: Option<String> },
}

/// Why a template cannot be read. Positions count characters from 1. The error holds none of the
/// template's own text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A placeholder of a field that this message does not have.
    #[error("{{{{{name}}}}} at character {position} is not a field of this message")]
    UnknownField {
        /// The name in the placeholder.
        name: String,
        /// The position of the opening braces.
        position: usize,
    },
    /// A placeholder without a field's name.
    #[error("the braces at character {position} hold no field's name")]
    NoName {
        /// The position of the opening braces.
        position: usize,
    },
    /// Opening braces without closing ones.
    #[error("the braces at character {position} are not closed")]
    Unclosed {
        /// The position of the opening braces.
        position: usize,
    },
}

impl Template {
    /// Reads a template that may use the `allowed` fields. The error is about the first wrong placeholder.
    pub fn parse(text: &str, allowed: &[Field]) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut read = 0;
        while let Some(open) = text[read..].find("{{").map(|at| read + at) {
            let position = text[..open].chars().count() + 1;
            let inside = &text[open + 2..];
            let inside = match inside.find("}}") {
                Some(close) if !inside[..close].contains("{{") => &inside[..close],
                _ => return Err(TemplateError::Unclosed { position }),
            };
            if open > read {
                pieces.push(Piece::Text(text[read..open].to_owned()));
            }
            pieces.push(placeholder(inside, allowed, position)?);
            read = open + inside.len() + 4;
        }
        if read < text.len() {
            pieces.push(Piece::Text(text[read..].to_owned()));
        }
        Ok(Self { pieces })
    }

    /// A text without placeholders: braces are text too.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self { pieces: vec![Piece::Text(text.to_owned())] }
    }

    /// The fields of the placeholders, in order. A field that is used twice comes twice.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Placeholder { field, .. } => Some(*field),
        })
    }

    /// The text of an SMS: numbers in plain digits.
    #[must_use]
    pub fn render(&self, values: &Values) -> String {
        self.render_in(values, Style::Sms)
    }

    /// The subject or the plain text of an e-mail: numbers grouped the French way.
    #[must_use]
    pub fn render_text(&self, values: &Values) -> String {
        self.render_in(values, Style::Text)
    }

    /// The HTML of an e-mail: the template's own HTML unchanged, the values escaped.
    #[must_use]
    pub fn render_html(&self, values: &Values) -> String {
        self.render_in(values, Style::Html)
    }

    /// The text of an SMS that must stay in GSM-7: see [`fold`].
    #[must_use]
    pub fn render_folded(&self, values: &Values) -> String {
        fold(&self.render_in(values, Style::SmsFolded))
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The same template with `mention` in place of [`Field::Stop`], or at the end without such a placeholder.
    pub(crate) fn with_stop(&self, mention: &str) -> Self {
        let mut pieces = self.pieces.clone();
        let mut is_placed = false;
        for piece in &mut pieces {
            if matches!(piece, Piece::Placeholder { field: Field::Stop, .. }) {
                *piece = Piece::Text(mention.to_owned());
                is_placed = true;
            }
        }
        if !is_placed {
            let is_separated = match pieces.last() {
                None => true,
                Some(Piece::Text(text)) => text.ends_with(char::is_whitespace),
                Some(Piece::Placeholder { .. }) => false,
            };
            pieces.push(Piece::Text(format!("{}{mention}", if is_separated { "" } else { " " })));
        }
        Self { pieces }
    }

    fn render_in(&self, values: &Values, style: Style) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Placeholder { field, fallback } => {
                    text.push_str(&values.render(*field, fallback.as_deref(), style));
                }
            }
        }
        text
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Template(…)")
    }
}

fn placeholder(inside: &str, allowed: &[Field], position: usize) -> Result<Piece, TemplateError> {
    let (name, fallback) = match inside.split_once('|') {
        Some((name, fallback)) => (name.trim(), Some(fallback.trim())),
        None => (inside.trim(), None),
    };
    let is_name = (1..=40).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name {
        return Err(TemplateError::NoName { position });
    }
    match Field::parse(name).filter(|field| allowed.contains(field)) {
        Some(field) => Ok(Piece::Placeholder {
            field,
            fallback: fallback.filter(|text| !text.is_empty()).map(str::to_owned),
        }),
        None => Err(TemplateError::UnknownField { name: name.to_owned(), position }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn zoe() -> Values {
        Values {
            first_name: Some("Zoé <3".to_owned()),
            points: 1250,
            merchant: "Chez L'Ami & fils".to_owned(),
            ..Values::default()
        }
    }

    fn template(text: &str) -> Template {
        Template::parse(text, &Field::ALL).unwrap()
    }

    #[rstest]
    #[case("Bonjour {{first_name}} !", "Bonjour Zoé <3 !")]
    #[case("Bonjour {{ first_name | cher client }}", "Bonjour Zoé <3")]
    #[case("Bonjour {{last_name|cher client}}", "Bonjour cher client")]
    #[case("Bonjour {{last_name}}!", "Bonjour !")]
    #[case("{{points}}{{points}}", "12501250")]
    #[case("a } b }} c { d", "a } b }} c { d")]
    #[case("{{last_name|a|b}}", "a|b")]
    #[case("", "")]
    fn a_message_holds_the_recipients_own_values(#[case] text: &str, #[case] rendered: &str) {
        assert_eq!(template(text).render(&zoe()), rendered);
    }

    #[test]
    fn values_are_escaped_in_html_and_the_templates_own_html_is_not() {
        let text =
            "<p>{{first_name}}, {{points}} points chez {{merchant}}, {{last_name|x & y}}</p>";
        assert_eq!(
            template(text).render_html(&zoe()),
            "<p>Zoé &lt;3, 1\u{202f}250 points chez Chez L&#39;Ami &amp; fils, x &amp; y</p>"
        );
        assert_eq!(template("{{merchant}}").render_text(&zoe()), "Chez L'Ami & fils");
    }

    #[rstest]
    #[case("à {{email}}", TemplateError::UnknownField { name: "email".to_owned(), position: 3 })]
    #[case("{{stop}}", TemplateError::UnknownField { name: "stop".to_owned(), position: 1 })]
    #[case("éé{{ }}", TemplateError::NoName { position: 3 })]
    #[case("{{|cher client}}", TemplateError::NoName { position: 1 })]
    #[case("{{Madame Martin, bonjour}}", TemplateError::NoName { position: 1 })]
    #[case("{{{first_name}}}", TemplateError::NoName { position: 1 })]
    #[case("ab {{first_name", TemplateError::Unclosed { position: 4 })]
    #[case("{{first_name {{points}}", TemplateError::Unclosed { position: 1 })]
    fn an_error_gives_the_position_of_the_placeholder(
        #[case] text: &str,
        #[case] error: TemplateError,
    ) {
        assert_eq!(Template::parse(text, &[Field::FirstName, Field::Points]), Err(error));
    }

    #[test]
    fn an_error_reads_as_a_sentence_without_the_templates_own_text() {
        let error = |text| Template::parse(text, &[]).unwrap_err().to_string();
        assert_eq!(error("{{nom}}"), "{{nom}} at character 1 is not a field of this message");
        assert!(!error("Chère {{Madame Martin}}").contains("Martin"));
    }

    #[test]
    fn a_template_lists_the_fields_of_its_placeholders() {
        let fields: Vec<_> = template("{{points}} {{first_name|x}} {{points}}").fields().collect();
        assert_eq!(fields, [Field::Points, Field::FirstName, Field::Points]);
    }

    proptest! {
        #[test]
        fn a_text_without_placeholders_is_rendered_unchanged(
            text in "[a-z{}|é ]{0,40}",
        ) {
            if let Ok(read) = Template::parse(&text, &Field::ALL) && read.fields().count() == 0 {
                prop_assert_eq!(read.render(&Values::default()), text);
            }
        }
    }
}
