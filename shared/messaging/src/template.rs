//! The text of a message, with placeholders for what differs from person to person.

use crate::fold::fold;
use crate::values::{Field, Style, Values};

/// A text with placeholders: `{{first_name}}`, or `{{first_name|cher client}}` with what to say where
/// the person's is not known. White space inside the braces does not count.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

/// A stretch of a template.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Said to everybody.
    Text(String),
    /// Said to each in their own words.
    Placeholder { field: Field, fallback: Option<String> },
}

/// Why a template cannot be read. The position counts characters from 1; none of the template's
/// prose is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A placeholder that this message does not have.
    #[error("{{{{{name}}}}} at character {position} is not a field of this message")]
    UnknownField {
        /// What stands where the name should.
        name: String,
        /// Where its braces open.
        position: usize,
    },
    /// A placeholder whose name is not the name of anything.
    #[error("the braces at character {position} hold no field's name")]
    NoName {
        /// Where its braces open.
        position: usize,
    },
    /// Braces that open and do not close.
    #[error("the braces at character {position} are not closed")]
    Unclosed {
        /// Where they open.
        position: usize,
    },
}

impl Template {
    /// Reads a template that may use `allowed` fields.
    ///
    /// # Errors
    /// [`TemplateError`], for the first placeholder that is not right.
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

    /// The fields it uses, as often as it uses them.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Placeholder { field, .. } => Some(*field),
        })
    }

    /// As an SMS says it: numbers in plain digits.
    #[must_use]
    pub fn render(&self, values: &Values) -> String {
        self.written(values, Style::Sms)
    }

    /// As the subject or the plain text of an e-mail says it: numbers grouped the French way.
    #[must_use]
    pub fn render_text(&self, values: &Values) -> String {
        self.written(values, Style::Text)
    }

    /// As the HTML of an e-mail says it: the template's own HTML as it is, the values escaped.
    #[must_use]
    pub fn render_html(&self, values: &Values) -> String {
        self.written(values, Style::Html)
    }

    /// As an SMS says it that is to stay in GSM-7: see [`fold`].
    #[must_use]
    pub fn render_folded(&self, values: &Values) -> String {
        fold(&self.written(values, Style::SmsFolded))
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The same with `mention` where it placed [`Field::Stop`], or at its end where it did not.
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
            let is_apart = match pieces.last() {
                None => true,
                Some(Piece::Text(text)) => text.ends_with(char::is_whitespace),
                Some(Piece::Placeholder { .. }) => false,
            };
            pieces.push(Piece::Text(format!("{}{mention}", if is_apart { "" } else { " " })));
        }
        Self { pieces }
    }

    fn written(&self, values: &Values, style: Style) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(said) => text.push_str(said),
                Piece::Placeholder { field, fallback } => {
                    text.push_str(&values.written(*field, fallback.as_deref(), style));
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
    fn a_message_says_the_persons_own_values(#[case] text: &str, #[case] said: &str) {
        assert_eq!(template(text).render(&zoe()), said);
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
    fn what_is_wrong_is_told_with_its_place(#[case] text: &str, #[case] error: TemplateError) {
        assert_eq!(Template::parse(text, &[Field::FirstName, Field::Points]), Err(error));
    }

    #[test]
    fn an_error_reads_as_a_sentence_without_the_templates_prose() {
        let told = |text| Template::parse(text, &[]).unwrap_err().to_string();
        assert_eq!(told("{{nom}}"), "{{nom}} at character 1 is not a field of this message");
        assert!(!told("Chère {{Madame Martin}}").contains("Martin"));
    }

    #[test]
    fn the_fields_of_a_template_are_told() {
        let fields: Vec<_> = template("{{points}} {{first_name|x}} {{points}}").fields().collect();
        assert_eq!(fields, [Field::Points, Field::FirstName, Field::Points]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_without_placeholders_is_said_as_it_is(
            text in "[a-z{}|é ]{0,40}",
        ) {
            if let Ok(read) = Template::parse(&text, &Field::ALL) && read.fields().count() == 0 {
                prop_assert_eq!(read.render(&Values::default()), text);
            }
        }
    }
}
