//! Finds in the source of a crate of pages which texts and assets the crate names.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A call whose first argument is a literal, such as the identifier of a text.
pub(crate) struct Call {
    /// The literal.
    pub(crate) name: String,
    /// The names in the `.with("…", …)` that follow.
    pub(crate) variables: BTreeSet<String>,
    /// The file and the line.
    pub(crate) place: String,
}

/// The calls of a method in the folders `src` and `templates` of a crate. A folder that cannot be read has none.
pub(crate) fn calls(crate_folder: &Path, method: &str) -> Vec<Call> {
    let mut files = vec![];
    for folder in ["src", "templates"] {
        let _ = collect(&crate_folder.join(folder), &mut files);
    }
    files.sort();
    let mut calls = vec![];
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let place = file.strip_prefix(crate_folder).unwrap_or(&file).display().to_string();
        calls.extend(calls_in(&text, method, &place));
    }
    calls
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// The calls in the text of a file. A function of the same name, such as the one that reads a setting, is not meant.
pub(crate) fn calls_in(text: &str, method: &str, file: &str) -> Vec<Call> {
    let beginning = format!(".{method}(\"");
    let mut calls = vec![];
    for (index, _) in text.match_indices(&beginning) {
        let Some((name, rest)) = text[index + beginning.len()..].split_once('"') else { continue };
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if !is_name {
            continue;
        }
        let line = text[..index].matches('\n').count() + 1;
        calls.push(Call {
            name: name.to_owned(),
            variables: variables(rest),
            place: format!("{file}:{line}"),
        });
    }
    calls
}

/// The names in the `.with("…", …)` after the literal of a call.
fn variables(after: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = after.trim_start_matches([',', ' ', '\n']).strip_prefix(')');
    while let Some(next) = rest.and_then(|rest| rest.trim_start().strip_prefix(".with(")) {
        let Some((name, arguments)) =
            next.trim_start().strip_prefix('"').and_then(|next| next.split_once('"'))
        else {
            break;
        };
        names.insert(name.to_owned());
        rest = after_arguments(arguments);
    }
    names
}

/// The text after the `)` that closes the arguments.
fn after_arguments(arguments: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut is_literal = false;
    for (index, character) in arguments.char_indices() {
        match character {
            '"' => is_literal = !is_literal,
            '(' if !is_literal => depth += 1,
            ')' if !is_literal && depth == 0 => return Some(&arguments[index + 1..]),
            ')' if !is_literal => depth -= 1,
            _ => {}
        }
    }
    None
}
