//! The pages of an objection.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::Channel;
use web::{Page, PageFamily, Visit};

/// The texts of the pages.
pub(crate) static PAGES: PageFamily =
    PageFamily::new(include_str!("../locales/fr.ftl"), include_str!("../locales/en.ftl"), &[]);

#[derive(Template)]
#[template(path = "question.html")]
struct Question<'a> {
    page: &'a Page,
    merchant: &'a str,
    channel: &'static str,
}

#[derive(Template)]
#[template(path = "done.html")]
struct Done<'a> {
    page: &'a Page,
    merchant: &'a str,
    channel: &'static str,
}

/// Asks the person to confirm the objection with a button.
pub(crate) fn question(visit: Visit, merchant: &str, channel: Channel) -> Response {
    let page = Page::new(visit, &PAGES).with_site(merchant);
    page.respond(StatusCode::OK, &Question { page: &page, merchant, channel: word(channel) })
}

/// Confirms the objection.
pub(crate) fn done(visit: Visit, merchant: &str, channel: Channel) -> Response {
    let page = Page::new(visit, &PAGES).with_site(merchant);
    page.respond(StatusCode::OK, &Done { page: &page, merchant, channel: word(channel) })
}

/// Explains what to do about a link that is incomplete or not ours.
pub(crate) fn unknown(visit: Visit) -> Response {
    let page = Page::new(visit, &PAGES);
    let title = page.text("objection-unknown-title");
    page.notice(StatusCode::NOT_FOUND, title, &[page.text("objection-unknown-lead")])
}

/// The word by which the texts tell the channels apart.
const fn word(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Sms => "sms",
        Channel::Postal => "postal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use rstest::rstest;
    use std::path::Path;
    use web::Locale;

    async fn html(answer: Response) -> String {
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[test]
    fn the_texts_are_complete_in_both_languages() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(PAGES.problems(folder, &[]), Vec::<String>::new());
    }

    #[rstest]
    #[case(Locale::French, Channel::Email, "Ne plus recevoir de messages par e-mail")]
    #[case(Locale::French, Channel::Sms, "Ne plus recevoir de SMS")]
    #[case(Locale::French, Channel::Postal, "Ne plus recevoir de courriers")]
    #[case(Locale::English, Channel::Email, "Stop receiving e-mails")]
    #[case(Locale::English, Channel::Sms, "Stop receiving text messages")]
    #[case(Locale::English, Channel::Postal, "Stop receiving letters")]
    #[tokio::test]
    async fn the_page_and_its_button_name_the_channel_in_the_reader_s_language(
        #[case] locale: Locale,
        #[case] channel: Channel,
        #[case] title: &str,
    ) {
        let page = html(question(Visit::for_test(locale, "/u/token"), "Boutique", channel)).await;
        for expected in [
            format!("<html lang=\"{}\">", locale.tag()),
            format!("<title>{title} · Boutique</title>"),
            format!("<h1>{title}</h1>"),
            format!("value=\"One-Click\">{title}</button>"),
        ] {
            assert!(page.contains(&expected), "{expected} in {page}");
        }
    }

    #[tokio::test]
    async fn a_merchant_s_name_is_shown_as_text() {
        let visit = Visit::for_test(Locale::French, "/u/token");
        let page = html(question(visit, "<b>A & \"B\"</b>", Channel::Sms)).await;
        assert!(!page.contains("<b>"), "{page}");
        let expected =
            "<p>&#60;b&#62;A &#38; &#34;B&#34;&#60;/b&#62; ne vous enverra plus de SMS.</p>";
        assert!(page.contains(expected), "{page}");
    }
}
