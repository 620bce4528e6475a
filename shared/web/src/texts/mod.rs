//! The texts of pages in every language (Fluent).

mod check;

use crate::locale::Locale;
use crate::number;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

/// The shell's own texts, in the order of [`Locale::ALL`].
const SHELL: [&str; 2] =
    [include_str!("../../locales/fr.ftl"), include_str!("../../locales/en.ftl")];
/// The text that a page family may have in place of the shell's: the name in the header of its pages.
pub(crate) const SITE_NAME: &str = "site-name";

/// The texts of a page family, joined with the shell's own. They are parsed when a page first needs them.
pub struct Texts {
    french: Source,
    english: Source,
}

/// The texts of a language.
struct Source {
    text: &'static str,
    bundle: OnceLock<FluentBundle<FluentResource>>,
}

impl Source {
    const fn new(text: &'static str) -> Self {
        Self { text, bundle: OnceLock::new() }
    }

    fn bundle(&self, locale: Locale) -> &FluentBundle<FluentResource> {
        self.bundle.get_or_init(|| {
            let mut bundle =
                FluentBundle::new_concurrent(vec![locale.tag().parse().unwrap_or_default()]);
            // Isolation marks around variables are for right-to-left text, which we do not have.
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(match locale {
                Locale::French => number::french,
                Locale::English => number::english,
            }));
            // The first of two texts with the same identifier counts. A test finds what cannot be parsed.
            for text in [self.text, shell(locale)] {
                let resource = FluentResource::try_new(text.to_owned());
                let _ = bundle.add_resource(resource.unwrap_or_else(|(readable, _)| readable));
            }
            bundle
        })
    }
}

const fn shell(locale: Locale) -> &'static str {
    match locale {
        Locale::French => SHELL[0],
        Locale::English => SHELL[1],
    }
}

impl Texts {
    /// The texts of a page family: the contents of its files `fr.ftl` and `en.ftl`.
    #[must_use]
    pub const fn new(french: &'static str, english: &'static str) -> Self {
        Self { french: Source::new(french), english: Source::new(english) }
    }

    const fn source(&self, locale: Locale) -> &Source {
        match locale {
            Locale::French => &self.french,
            Locale::English => &self.english,
        }
    }

    /// The text with an identifier. An unknown one gives the identifier, and an error in the log.
    #[must_use]
    pub const fn text<'t>(&'t self, locale: Locale, id: &'t str) -> Text<'t> {
        Text { texts: self, locale, id, variables: None }
    }

    /// What is wrong with the texts, for a test of the crate of pages:
    ///
    /// - a file that cannot be parsed, or that has an identifier twice or one of the shell's;
    /// - an identifier, or a variable of a text, that only one language has;
    /// - a call `text("…")` in the crate's `src` or `templates` with an unknown identifier, or whose `.with("…")`
    ///   are not the variables of the text;
    /// - an identifier that neither the crate nor `also_used` names.
    ///
    /// `also_used` are the identifiers that code chooses at run time.
    #[must_use]
    pub fn problems(&self, crate_folder: &Path, also_used: &[&str]) -> Vec<String> {
        let own = Locale::ALL.map(|locale| self.source(locale).text);
        check::problems(own, SHELL, crate_folder, also_used)
    }
}

/// A text of a page in a language, with the values of its variables. It is formatted when it is displayed, and
/// escaped by the template.
pub struct Text<'t> {
    texts: &'t Texts,
    locale: Locale,
    id: &'t str,
    variables: Option<FluentArgs<'t>>,
}

impl<'t> Text<'t> {
    /// The text with the value of a variable.
    #[must_use]
    pub fn with(mut self, name: &'t str, value: impl Into<Variable<'t>>) -> Self {
        self.variables.get_or_insert_default().set(name, value.into().0);
        self
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bundle = self.texts.source(self.locale).bundle(self.locale);
        let Some(pattern) = bundle.get_message(self.id).and_then(|message| message.value()) else {
            tracing::error!(id = self.id, locale = self.locale.tag(), "a text is missing");
            return f.write_str(self.id);
        };
        let mut errors = vec![];
        bundle.write_pattern(f, pattern, self.variables.as_ref(), &mut errors)?;
        if !errors.is_empty() {
            tracing::error!(id = self.id, locale = self.locale.tag(), "a variable is missing");
        }
        Ok(())
    }
}

/// The value of a variable in a text. Digits of a number are grouped, and a number chooses the plural. What must not
/// be grouped, such as a year or a code, is given as text.
pub struct Variable<'v>(FluentValue<'v>);

impl<'v> From<&'v str> for Variable<'v> {
    fn from(text: &'v str) -> Self {
        Self(text.into())
    }
}

// A template passes its fields by reference.
impl<'v> From<&&'v str> for Variable<'v> {
    fn from(text: &&'v str) -> Self {
        Self((*text).into())
    }
}

impl<'v> From<&'v String> for Variable<'v> {
    fn from(text: &'v String) -> Self {
        Self(text.into())
    }
}

impl From<String> for Variable<'_> {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl<'v> From<Cow<'v, str>> for Variable<'v> {
    fn from(text: Cow<'v, str>) -> Self {
        Self(text.into())
    }
}

macro_rules! numbers {
    ($($number:ty)+) => {$(
        impl From<$number> for Variable<'_> {
            fn from(number: $number) -> Self {
                Self(number.into())
            }
        }

        impl From<&$number> for Variable<'_> {
            fn from(number: &$number) -> Self {
                Self(number.into())
            }
        }
    )+};
}

numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    static TEXTS: Texts = Texts::new(
        "points = { $name } a { $count ->\n    [one] { $count } point\n   *[other] { $count } points\n}.\n\
         site-name = Boutique",
        "points = { $name } has { $count ->\n    [one] { $count } point\n   *[other] { $count } points\n}.",
    );

    #[rstest]
    #[case(Locale::French, 0, "Ana a 0 point.")]
    #[case(Locale::French, 1, "Ana a 1 point.")]
    #[case(Locale::French, 1_250, "Ana a 1\u{202f}250 points.")]
    #[case(Locale::English, 0, "Ana has 0 points.")]
    #[case(Locale::English, 1, "Ana has 1 point.")]
    #[case(Locale::English, 1_250, "Ana has 1,250 points.")]
    fn a_text_follows_the_plurals_of_its_language(
        #[case] locale: Locale,
        #[case] count: u32,
        #[case] text: &str,
    ) {
        let points = TEXTS.text(locale, "points").with("name", "Ana").with("count", count);
        assert_eq!(points.to_string(), text);
    }

    #[test]
    fn a_missing_text_is_shown_as_its_identifier() {
        let id = "nowhere";
        assert_eq!(TEXTS.text(Locale::French, id).to_string(), "nowhere");
    }

    #[test]
    fn a_page_family_has_the_texts_of_the_shell_and_may_name_its_site() {
        let id = "shell-skip";
        assert_eq!(TEXTS.text(Locale::English, id).to_string(), "Skip to content");
        assert_eq!(TEXTS.text(Locale::French, SITE_NAME).to_string(), "Boutique");
        assert_eq!(TEXTS.text(Locale::English, SITE_NAME).to_string(), "Loyalty programme");
    }
}
