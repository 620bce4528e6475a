//! The outbox in a browser: a list that refreshes itself, and a page for each message. The pages are in French, for
//! people who present or try the service.

use crate::context::App;
use crate::outbox::{Channel, Filter, MessageView, Outcome};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Html;
use jiff::Timestamp;
use std::fmt::{self, Display, Write as _};

const STYLE: &str = include_str!("page.css");
const REFRESH: &str = include_str!("refresh.js");
/// The characters of a message that the list shows.
const EXTRACT_LENGTH: usize = 90;

pub(crate) async fn list(State(app): State<App>, Query(filter): Query<Filter>) -> Html<String> {
    let counts = app.core.outbox.counts();
    let messages = app.core.outbox.newest(&filter);
    let mut rows = String::new();
    for message in &messages {
        row(&mut rows, message);
    }
    if messages.is_empty() {
        rows.push_str("<tr><td colspan=\"6\">Aucun message.</td></tr>");
    }
    let selected = |channel| if filter.channel == channel { " selected" } else { "" };
    let body = format!(
        "<h1>Boîte d’envoi du bac à sable</h1>\
         <p>Aucun de ces messages n’a été envoyé. Le service les a confiés aux prestataires, que ce bac \
         à sable imite.</p>\
         <form method=\"get\"><label>Destinataire <input name=\"to\" value=\"{to}\"></label>\
         <label>Canal <select name=\"channel\"><option value=\"\">tous</option>\
         <option value=\"email\"{email}>e-mail</option><option value=\"sms\"{sms}>SMS</option>\
         </select></label><button>Filtrer</button>\
         <label id=\"live\" hidden><input type=\"checkbox\" checked> Actualiser toutes les trois \
         secondes</label></form>\
         <div id=\"outbox\"><p>E-mails : {emails} · SMS : {texts} · destinataires : {people} · \
         en double : {doubled}</p><table><caption>Les derniers messages, le plus récent d’abord</caption>\
         <thead><tr><th scope=\"col\">Heure</th><th scope=\"col\">Canal</th>\
         <th scope=\"col\">Destinataire</th><th scope=\"col\">Objet</th>\
         <th scope=\"col\">Extrait</th><th scope=\"col\">État</th></tr></thead>\
         <tbody>{rows}</tbody></table></div><script>{REFRESH}</script>",
        to = Escaped(&filter.to),
        email = selected("email"),
        sms = selected("sms"),
        emails = counts.emails,
        texts = counts.sms,
        people = counts.distinct_recipients,
        doubled = counts.doubled,
    );
    page("Boîte d’envoi", &body)
}

fn row(rows: &mut String, message: &MessageView) {
    let text = message.text.clone().or_else(|| message.html.as_deref().map(words));
    let text = text.unwrap_or_default();
    let extract: String = text.chars().take(EXTRACT_LENGTH).collect();
    let subject = message.subject.as_deref().unwrap_or("–");
    // Writing to a string never fails.
    let _ = write!(
        rows,
        "<tr><td><a href=\"/messages/{number}\">{time}</a></td><td>{channel}</td><td>{to}</td>\
         <td>{subject}</td><td>{extract}{more}</td>\
         <td>{state}</td></tr>",
        time = local(message.at),
        channel = channel(message.channel),
        to = Escaped(&message.to),
        number = message.number,
        subject = Escaped(subject),
        extract = Escaped(&extract),
        more = if extract.len() < text.len() { "…" } else { "" },
        state = state(message.state),
    );
}

pub(crate) async fn message(
    State(app): State<App>,
    Path(number): Path<u64>,
) -> (StatusCode, Html<String>) {
    let back = "<p><a href=\"/\">Boîte d’envoi</a></p>";
    let Some(message) = app.core.outbox.message(number) else {
        let body = format!("{back}<h1>Ce message n’est pas dans la boîte d’envoi</h1>");
        return (StatusCode::NOT_FOUND, page("Message introuvable", &body));
    };
    let title = message.subject.as_deref().unwrap_or("SMS");
    let mut body = format!("{back}<h1>{}</h1><dl>", Escaped(title));
    let at = local(message.at).to_string();
    let tags = message.tags.join(", ");
    for (name, value) in [
        ("Canal", channel(message.channel)),
        ("De", &message.from),
        ("À", &message.to),
        ("Accepté", &at),
        ("État", state(message.state)),
        ("Référence", message.reference.as_deref().unwrap_or("—")),
        ("Étiquettes", if tags.is_empty() { "—" } else { &tags }),
        ("Identifiant chez le prestataire", &message.provider_id),
    ] {
        let _ = write!(body, "<dt>{name}</dt><dd>{}</dd>", Escaped(value));
    }
    body.push_str("</dl>");
    if let Some(html) = &message.html {
        // The sandboxed frame allows no script and no form, and has no access to the page around it.
        let _ = write!(
            body,
            "<h2>Message</h2><iframe sandbox title=\"Le message tel qu’il est affiché\" \
             srcdoc=\"{}\"></iframe>",
            Escaped(html)
        );
    }
    if let Some(text) = &message.text {
        let _ = write!(body, "<h2>Texte</h2><pre>{}</pre>", Escaped(text));
    }
    (StatusCode::OK, page(title, &body))
}

fn page(title: &str, body: &str) -> Html<String> {
    let title = Escaped(title);
    Html(format!(
        "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} · bac à sable</title>\
         <style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    ))
}

const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "e-mail",
        Channel::Sms => "SMS",
    }
}

const fn state(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "remis",
        Outcome::HardBounce => "rejeté",
        Outcome::SoftBounce => "rejeté pour l’instant",
        Outcome::Spam => "remis, signalé comme indésirable",
        Outcome::Unsubscribed => "remis, désabonné",
        Outcome::Failed => "non acheminé",
        Outcome::Aborted => "abandonné : une valeur manque",
    }
}

fn local(at: Timestamp) -> impl Display {
    fmt::from_fn(move |f| match at.in_tz("Europe/Paris") {
        Ok(local) => local.strftime("%d/%m/%Y %H:%M:%S").fmt(f),
        Err(_) => at.fmt(f),
    })
}

/// The words of an HTML page, for an extract: without tags, and without the content of a head or a style.
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

/// Text escaped for HTML, and for the quotes of an attribute.
struct Escaped<'t>(&'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}
