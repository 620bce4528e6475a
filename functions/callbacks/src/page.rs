//! The pages of an objection, in French, readable without a style sheet or a script.

use domain::Channel;

/// Asks the person to confirm the objection with a button.
pub(crate) fn question(merchant: &str, channel: Channel) -> String {
    let messages = messages(channel);
    let merchant = escaped(merchant);
    page(
        &format!("Ne plus recevoir de {messages}"),
        &format!(
            "<p>{merchant} ne vous enverra plus de {messages}.</p>\
             <form method=\"post\"><button name=\"List-Unsubscribe\" value=\"One-Click\">\
             Ne plus recevoir de {messages}</button></form>"
        ),
    )
}

/// Confirms the objection.
pub(crate) fn done(merchant: &str, channel: Channel) -> String {
    let messages = messages(channel);
    let merchant = escaped(merchant);
    page(
        "C’est fait",
        &format!(
            "<p>{merchant} ne vous enverra plus de {messages}. Votre carte et vos points restent les \
             mêmes.</p><p>Pour en recevoir de nouveau, demandez-le en magasin.</p>"
        ),
    )
}

/// Explains what to do about a link that is incomplete or not ours.
pub(crate) fn unknown() -> String {
    page(
        "Ce lien n’est pas complet",
        "<p>Reprenez-le en entier dans le message reçu, ou dites en magasin que vous ne voulez plus \
         de messages.</p>",
    )
}

const fn messages(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "messages par e-mail",
        Channel::Sms => "SMS",
        Channel::Postal => "courriers",
    }
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
