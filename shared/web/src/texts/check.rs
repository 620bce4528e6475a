//! Finds what is wrong with the texts of a crate of pages.

use super::SITE_NAME;
use crate::locale::Locale;
use crate::source::{self, Call};
use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};
use fluent_syntax::parser;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The texts of a language, by their identifiers. A term has the identifier of its reference: `-brand`.
#[derive(Default)]
struct Catalogue {
    texts: BTreeMap<String, Uses>,
    problems: Vec<String>,
}

/// The variables and the other texts that a text uses.
#[derive(Default)]
struct Uses {
    variables: BTreeSet<String>,
    texts: BTreeSet<String>,
}

/// What is wrong with the texts `own` in addition to those of the `shell`, both in the order of [`Locale::ALL`].
pub(super) fn problems(
    own: [&str; 2],
    shell: [&str; 2],
    crate_folder: &Path,
    also_used: &[&str],
) -> Vec<String> {
    let [french, english] = own.map(Catalogue::read);
    let inherited = Catalogue::read(shell[0]);
    let mut problems = vec![];
    for (locale, catalogue) in Locale::ALL.into_iter().zip([&french, &english]) {
        problems.extend(
            catalogue.problems.iter().map(|problem| format!("{}: {problem}", locale.tag())),
        );
    }
    for id in french.texts.keys().filter(|id| inherited.texts.contains_key(*id) && *id != SITE_NAME)
    {
        problems.push(format!("{id}: the shell has this text"));
    }
    problems.extend(differences(&french, &english));

    let calls = source::calls(crate_folder, "text");
    let mut used: BTreeSet<&str> = [SITE_NAME].into();
    used.extend(also_used);
    used.extend(french.texts.values().flat_map(|uses| &uses.texts).map(String::as_str));
    for call in &calls {
        used.insert(&call.name);
        problems.extend(unsuitable(call, &french, &inherited));
    }
    let unknown =
        |id: &&&str| !french.texts.contains_key(**id) && !inherited.texts.contains_key(**id);
    for id in also_used.iter().filter(unknown) {
        problems.push(format!("{id}: no such text"));
    }
    for id in french.texts.keys().filter(|id| !used.contains(id.as_str())) {
        problems.push(format!("{id}: no page uses this text"));
    }
    problems
}

/// The texts and the variables that only one language has.
fn differences(french: &Catalogue, english: &Catalogue) -> Vec<String> {
    let mut problems = vec![];
    for (id, uses) in &french.texts {
        match english.texts.get(id) {
            None => problems.push(format!("{id}: only in French")),
            Some(other) if other.variables != uses.variables => {
                problems.push(format!(
                    "{id}: French has the variables {:?}, English has {:?}",
                    uses.variables, other.variables
                ));
            }
            Some(_) => {}
        }
    }
    let only_english = english.texts.keys().filter(|id| !french.texts.contains_key(*id));
    problems.extend(only_english.map(|id| format!("{id}: only in English")));
    problems
}

/// Why a call in the source does not suit the text that it names.
fn unsuitable(call: &Call, own: &Catalogue, inherited: &Catalogue) -> Option<String> {
    let (id, place) = (&call.name, &call.place);
    let Some(uses) = own.texts.get(id).or_else(|| inherited.texts.get(id)) else {
        return Some(format!("{place}: no such text: {id}"));
    };
    (uses.variables != call.variables).then(|| {
        format!(
            "{place}: {id} has the variables {:?} and is called with {:?}",
            uses.variables, call.variables
        )
    })
}

impl Catalogue {
    fn read(text: &str) -> Self {
        let mut catalogue = Self::default();
        let resource = parser::parse(text).unwrap_or_else(|(readable, errors)| {
            catalogue.problems.extend(errors.iter().map(ToString::to_string));
            readable
        });
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    let mut uses = Uses::default();
                    if let Some(pattern) = &message.value {
                        uses.pattern(pattern);
                    }
                    for attribute in &message.attributes {
                        uses.pattern(&attribute.value);
                    }
                    catalogue.insert(message.id.name.to_owned(), uses);
                }
                Entry::Term(term) => {
                    let mut uses = Uses::default();
                    uses.pattern(&term.value);
                    catalogue.insert(format!("-{}", term.id.name), uses);
                }
                _ => {}
            }
        }
        catalogue.follow();
        catalogue
    }

    fn insert(&mut self, id: String, uses: Uses) {
        if self.texts.contains_key(&id) {
            self.problems.push(format!("{id}: twice"));
        }
        self.texts.insert(id, uses);
    }

    /// Adds to each text the variables of the texts that it uses.
    fn follow(&mut self) {
        for id in self.texts.keys().cloned().collect::<Vec<_>>() {
            let mut variables = BTreeSet::new();
            let mut reached = BTreeSet::from([id.clone()]);
            let mut next = vec![id.clone()];
            while let Some(text) = next.pop() {
                let Some(uses) = self.texts.get(&text) else {
                    self.problems.push(format!("{id}: uses {text}, which is no text"));
                    continue;
                };
                variables.extend(uses.variables.iter().cloned());
                next.extend(
                    uses.texts.iter().filter(|text| reached.insert((*text).clone())).cloned(),
                );
            }
            if let Some(uses) = self.texts.get_mut(&id) {
                uses.variables = variables;
            }
        }
    }
}

impl Uses {
    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.pattern(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, .. } => {
                self.texts.insert(id.name.to_owned());
            }
            InlineExpression::TermReference { id, arguments, .. } => {
                self.texts.insert(format!("-{}", id.name));
                if let Some(arguments) = arguments {
                    self.arguments(arguments);
                }
            }
            InlineExpression::FunctionReference { arguments, .. } => self.arguments(arguments),
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        }
    }

    fn arguments(&mut self, arguments: &CallArguments<&str>) {
        for argument in &arguments.positional {
            self.inline(argument);
        }
        for argument in &arguments.named {
            self.inline(&argument.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// Nothing in this folder calls a text.
    const NO_PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");

    #[rstest]
    #[case::equal("a = A { $x }", "a = B { $x }", &[])]
    #[case::only_in_french("a = A\nb = B", "a = A", &["b: only in French"])]
    #[case::only_in_english("a = A", "a = A\nb = B", &["b: only in English"])]
    #[case::other_variables(
        "a = { $x }",
        "a = { $y }",
        &["a: French has the variables {\"x\"}, English has {\"y\"}"]
    )]
    #[case::variable_of_a_choice(
        "a = { $x ->\n    [one] { $y }\n   *[other] b\n}",
        "a = { $x }",
        &["a: French has the variables {\"x\", \"y\"}, English has {\"x\"}"]
    )]
    #[case::variables_of_a_text_that_is_used(
        "a = { c }\nc = { $x }",
        "a = { $x }\nc = { $x }",
        &[]
    )]
    #[case::unknown_reference("a = { z }", "a = A", &["fr: a: uses z, which is no text"])]
    #[case::twice("a = A\na = B", "a = A", &["fr: a: twice"])]
    #[case::of_the_shell(
        "a = A\nshell-skip = Saut",
        "a = A\nshell-skip = Skip",
        &["shell-skip: the shell has this text"]
    )]
    #[case::unused("a = A\nb = B", "a = A\nb = B", &["b: no page uses this text"])]
    #[case::site_name("a = A\nsite-name = B", "a = A\nsite-name = B", &[])]
    fn the_languages_have_the_same_texts_and_variables(
        #[case] french: &str,
        #[case] english: &str,
        #[case] expected: &[&str],
    ) {
        let mut also_used = vec!["a", "shell-skip"];
        if french.contains("\nb") && !expected.iter().any(|problem| problem.contains("no page")) {
            also_used.push("b");
        }
        let shell = ["shell-skip = Saut"; 2];
        let found = problems([french, english], shell, Path::new(NO_PAGES), &also_used);
        assert_eq!(found, expected);
    }

    #[test]
    fn a_text_that_is_used_and_missing_is_found() {
        let found = problems(["a = A"; 2], [""; 2], Path::new(NO_PAGES), &["a", "b"]);
        assert_eq!(found, ["b: no such text"]);
    }

    #[test]
    fn a_file_that_cannot_be_parsed_is_found() {
        let found = problems(["a = A\n= B", "a = A"], [""; 2], Path::new(NO_PAGES), &["a"]);
        assert!(matches!(&found[..], [problem] if problem.starts_with("fr: ")), "{found:?}");
    }

    #[rstest]
    #[case::suits("page.text(\"a\").with(\"x\", f(\"(\", 1))", &[])]
    #[case::suits_over_lines("page\n    .text(\"a\")\n    .with(\"x\", x)\n", &[])]
    #[case::another_function("settings::text(\"b\"); page.text(\"a\").with(\"x\", 1)", &[])]
    #[case::forgotten("page.text(\"a\")", &["a.rs:1: a has the variables {\"x\"} and is called with {}"])]
    #[case::too_many(
        "\npage.text(\"a\").with(\"x\", 1).with(\"y\", 2)",
        &["a.rs:2: a has the variables {\"x\"} and is called with {\"x\", \"y\"}"]
    )]
    #[case::unknown("page.text(\"b\"); page.text(\"a\").with(\"x\", 1)", &["a.rs:1: no such text: b"])]
    fn a_call_gives_a_text_its_variables(#[case] source: &str, #[case] expected: &[&str]) {
        let own = Catalogue::read("a = { $x }");
        let calls = source::calls_in(source, "text", "a.rs");
        let found = calls.iter().filter_map(|call| unsuitable(call, &own, &Catalogue::default()));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_texts_of_the_shell_are_complete_in_both_languages() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let found = problems(super::super::SHELL, [""; 2], folder, &[]);
        assert_eq!(found, Vec::<String>::new());
    }
}
