//! The first page: the mobile, to which a code is sent.

use super::counter::Counter;
use super::{path, ticket};
use crate::access::{actor, log};
use crate::context::App;
use crate::page::{failed, form_page, sentence};
use crate::source::Source;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::access_log::AccessEvent;
use domain::sign_in::SignInCode;
use domain::{Mobile, ValueError};
use platform::messages::NoticeMessage;
use serde::Deserialize;
use store::{CodeRequest, ErrorChain, NewCode, Scope, StoreError};
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "number.html")]
struct Number<'a> {
    page: &'a Page,
    merchant: &'a str,
    action: String,
    sign_in: String,
    error: Option<&'static str>,
    mobile: &'a str,
}

#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    mobile: String,
}

/// The form.
pub(crate) async fn ask(Counter { scope, establishment }: Counter, visit: Visit) -> Response {
    let action = path(scope.settings.merchant.id, &establishment, "");
    form(&scope, visit, StatusCode::OK, &action, None, "")
}

/// A code is sent.
pub(crate) async fn send_code(
    State(app): State<App>,
    Counter { scope, establishment }: Counter,
    source: Source,
    visit: Visit,
    Form(fields): Form<Fields>,
) -> Response {
    let id = scope.settings.merchant.id;
    let action = path(id, &establishment, "");
    let refuse =
        |visit, status, error| form(&scope, visit, status, &action, Some(error), &fields.mobile);
    let mobile = match french_mobile(&fields.mobile) {
        Ok(mobile) => mobile,
        Err(error) => return refuse(visit, StatusCode::UNPROCESSABLE_ENTITY, error),
    };
    if scope.settings.senders.sms.is_none() {
        let page = form_page(visit, &scope.settings.merchant.name);
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return sentence(&page, status, "number-title", "number-no-sender");
    }
    let requested = match request_code(&app, &scope, &mobile, &source).await {
        Ok(requested) => requested,
        Err(error) => return failed(visit, &error),
    };
    let limit = StatusCode::TOO_MANY_REQUESTS;
    match requested {
        CodeRequest::Stored(_) => match ticket::keep_mobile(&scope, &mobile) {
            Ok(cookie) => {
                (cookie, visit.redirect(&path(id, &establishment, "/code"))).into_response()
            }
            Err(error) => failed(visit, &error),
        },
        CodeRequest::MobileLimit(_) => refuse(visit, limit, "number-mobile-limit"),
        CodeRequest::SourceLimit => refuse(visit, limit, "number-source-limit"),
        CodeRequest::DayLimit => {
            // The alarm `CodesOfDayUsedUp` reads this line.
            let codes_of_day = app.codes_of_day;
            tracing::warn!(merchant = %id, codes_of_day, "the merchant has sent the codes of its day");
            refuse(visit, limit, "number-day-limit")
        }
    }
}

/// Stores a code, queues its notice and logs it. A code whose notice could not be queued is of no use: the person asks
/// again.
async fn request_code(
    app: &App,
    scope: &Scope,
    mobile: &Mobile,
    source: &Source,
) -> Result<CodeRequest, StoreError> {
    let random = u32::from_be_bytes(app.store.random().bytes()?);
    let code = SignInCode::of_random(random);
    let text = sms_text(&scope.settings.merchant.name, &code, app.host());
    let new = NewCode {
        mobile,
        code: &code,
        text: &text,
        source: &source.0,
        codes_of_day: app.codes_of_day,
    };
    let requested = app.store.request_code(scope, &new, app.now()).await?;
    if let CodeRequest::Stored(notice) = requested {
        let message = NoticeMessage::of(scope.tenant(), notice);
        if let Err(error) = app.notices.send(&message).await {
            tracing::error!(error = %ErrorChain(&error), "a notice could not be queued");
            return Err(StoreError::Busy);
        }
        let of = app.store.login_of(scope, mobile).await?;
        log(app, scope, actor(&of), AccessEvent::CodeSent, source).await?;
    }
    Ok(requested)
}

/// The SMS with a code. The last line is the one that a browser fills in by itself (`WebOTP`). The merchant's name is
/// cut where the SMS would need a second part.
fn sms_text(merchant: &str, code: &SignInCode, host: &str) -> String {
    let code = code.text();
    let code = code.as_str();
    let written = |name: &str| {
        let subject = if name.is_empty() { "Votre".to_owned() } else { format!("{name}: votre") };
        format!(
            "{subject} code est {code}. Il est valable 10 minutes. Ne le donnez a personne.\n\n@{host} #{code}"
        )
    };
    let mut name = merchant.trim_end();
    while parts(&written(name)) > 1
        && let Some((at, _)) = name.char_indices().next_back()
    {
        name = name[..at].trim_end();
    }
    written(name)
}

/// The parts of an SMS as it is sent: with characters of GSM-7 in the place of others that read the same.
fn parts(text: &str) -> usize {
    messaging::sms::measure(&messaging::text::fold::fold(text)).parts
}

/// A mobile of France or of its overseas territories: other numbers cost a multiple, and are a known fraud.
fn french_mobile(text: &str) -> Result<Mobile, &'static str> {
    /// Metropolitan France, Guadeloupe, Guyane, Martinique, La Réunion and Mayotte.
    const PREFIXES: [&str; 5] = ["+33", "+590", "+594", "+596", "+262"];
    match Mobile::parse(text) {
        Ok(mobile) if PREFIXES.iter().any(|prefix| mobile.as_str().starts_with(prefix)) => {
            Ok(mobile)
        }
        Ok(_) => Err("number-not-french"),
        Err(ValueError::MobileNotMobile) => Err("number-not-mobile"),
        Err(_) => Err("number-unreadable"),
    }
}

fn form(
    scope: &Scope,
    visit: Visit,
    status: StatusCode,
    action: &str,
    error: Option<&'static str>,
    mobile: &str,
) -> Response {
    let merchant = &scope.settings.merchant;
    let page = form_page(visit, &merchant.name);
    let (action, sign_in) = (page.link(action), page.link(&format!("/sign-in/{}", merchant.id)));
    page.respond(
        status,
        &Number { page: &page, merchant: &merchant.name, action, sign_in, error, mobile },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("06 39 98 00 12", Ok("+33639980012"))]
    #[case("+262 692 00 00 01", Ok("+262692000001"))]
    #[case("+61 491 570 156", Err("number-not-french"))]
    #[case("01 99 00 12 34", Err("number-not-mobile"))]
    #[case("bonjour", Err("number-unreadable"))]
    fn codes_are_sent_to_french_mobiles(
        #[case] typed: &str,
        #[case] read: Result<&str, &'static str>,
    ) {
        let mobile = french_mobile(typed);
        assert_eq!(mobile.as_ref().map(Mobile::as_str).map_err(|error| *error), read);
    }

    #[test]
    fn the_last_line_of_the_sms_has_the_host_and_the_code() {
        let text = sms_text("Boutique Exemple", &SignInCode::of_random(7), "carte.example.com");
        assert!(text.starts_with("Boutique Exemple: votre code est 000007."), "{text}");
        assert_eq!(text.lines().last(), Some("@carte.example.com #000007"));
    }

    #[rstest]
    #[case::short("Boutique Exemple")]
    #[case::long(
        "Les Établissements Martin et Filles, Opticiens à Saint-Étienne-du-Rouvray et à Sotteville"
    )]
    #[case::outside_gsm_7("Бутик «Пример» на улице Парижской Коммуны, дом двадцать пять")]
    #[case::emoji("👓👓👓")]
    fn the_sms_has_one_part(#[case] merchant: &str) {
        let text = sms_text(merchant, &SignInCode::of_random(7), "carte-de-fidelite.example.com");
        assert_eq!(parts(&text), 1, "{text}");
        assert!(text.contains("otre code est 000007"), "{text}");
    }
}
