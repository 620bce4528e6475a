//! The beginning of a message, for the list.

use crate::outbox::MessageView;

/// The characters of a message that the list shows.
const EXTRACT_LENGTH: usize = 90;

/// The first characters of a message: of its text, otherwise of the words of its page.
pub(crate) fn extract(message: &MessageView) -> String {
    let text = message.text.clone().or_else(|| message.html.as_deref().map(words));
    let text = text.unwrap_or_default();
    let mut extract: String = text.chars().take(EXTRACT_LENGTH).collect();
    if extract.len() < text.len() {
        extract.push('…');
    }
    extract
}

/// The words of an HTML page: without tags, and without the content of a head or a style.
fn words(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        words.push_str(text);
        words.push(' ');
        let hidden = ["head", "style", "title", "script"].into_iter().find(|name| {
            let beginning = after.get(..name.len());
            beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(name))
                && after[name.len()..].starts_with([' ', '>'])
        });
        let end = match hidden {
            Some(name) => after.find(&format!("</{name}")).map_or(after, |at| &after[at..]),
            None => after,
        };
        rest = end.split_once('>').map_or("", |(_, rest)| rest);
    }
    words.push_str(rest);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
