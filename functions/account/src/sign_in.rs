//! The sign-in of a member with a mobile or an e-mail address, and a password.
//!
//! A wrong password, a name that no member has and a member without a password get the same answer, after the same
//! calls and the same computation. A guess is counted for its source address before the password is compared, and for
//! its login with the result: a result that could not be counted is not told.

use crate::access::{actor, log};
use crate::context::App;
use crate::merchant;
use crate::page::{failed, form_page};
use crate::password::{self, Compared};
use crate::secret::Secret;
use crate::session;
use crate::source::Source;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::access_log::{AccessEvent, Actor};
use domain::sign_in::LoginName;
use domain::{Instant, MemberId, MerchantId};
use serde::Deserialize;
use store::{LoginOf, Scope, SourceLimit, StoreError};
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    page: &'a Page,
    merchant: MerchantId,
    /// The page that sends a code by SMS.
    code: Option<String>,
    /// The sentence above the form.
    notice: Option<&'static str>,
    /// Whether the browser forgets the card that it has stored.
    forgets_card: bool,
    error: Option<&'static str>,
    /// The minutes to wait, where the error names them.
    minutes: i64,
    /// The name that the person typed.
    login: &'a str,
}

#[derive(Deserialize)]
pub(crate) struct Reason {
    reason: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
}

/// The outcome of a guess.
enum Guess {
    Right(MemberId, Secret),
    Wrong,
    /// The next guess is checked from this instant.
    Wait(Instant),
    /// The source address has used up its guesses of the hour.
    SourceLimit,
    /// Another guess of the same login was counted at the same time.
    NotCounted,
}

/// The form.
pub(crate) async fn ask(
    State(app): State<App>,
    Path(merchant): Path<String>,
    Query(Reason { reason }): Query<Reason>,
    visit: Visit,
) -> Response {
    let scope = match merchant::scope(&app, &visit, &merchant).await {
        Ok(scope) => scope,
        Err(answer) => return answer,
    };
    let (notice, forgets_card) = match reason.as_deref() {
        Some("expired") => (Some("sign-in-session-ended"), false),
        Some("ended") => (Some("sign-in-session-ended"), true),
        Some("other") => (Some("sign-in-other-merchant"), false),
        Some("out") => (Some("sign-in-signed-out"), true),
        _ => (None, false),
    };
    respond(&scope, visit, StatusCode::OK, &Answer { notice, forgets_card, ..Answer::default() })
}

/// The password is compared.
pub(crate) async fn check(
    State(app): State<App>,
    Path(merchant): Path<String>,
    source: Source,
    visit: Visit,
    Form(fields): Form<Fields>,
) -> Response {
    let scope = match merchant::scope(&app, &visit, &merchant).await {
        Ok(scope) => scope,
        Err(answer) => return answer,
    };
    let merchant = &scope.settings.merchant;
    let guess = match guess(&app, &scope, &fields, &source).await {
        Ok(Guess::Right(member, secret)) => {
            let cookie = session::begin(merchant.id, member, &secret);
            return (cookie, visit.redirect(&format!("/card/{}", merchant.id))).into_response();
        }
        Ok(guess) => guess,
        Err(error) => return failed(visit, &error),
    };
    let (status, error, minutes) = match guess {
        Guess::Right(..) | Guess::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, "sign-in-wrong", 0),
        Guess::Wait(until) => {
            let seconds = until.as_second() - app.now().as_second();
            let minutes = seconds.max(1).div_euclid(60) + 1;
            (StatusCode::TOO_MANY_REQUESTS, "sign-in-wait", minutes)
        }
        Guess::SourceLimit => (StatusCode::TOO_MANY_REQUESTS, "sign-in-source-limit", 0),
        Guess::NotCounted => (StatusCode::SERVICE_UNAVAILABLE, "sign-in-not-counted", 0),
    };
    let (error, login) = (Some(error), &*fields.login);
    respond(&scope, visit, status, &Answer { error, minutes, login, ..Answer::default() })
}

/// What the form says beside its fields.
#[derive(Default)]
struct Answer<'a> {
    notice: Option<&'static str>,
    forgets_card: bool,
    error: Option<&'static str>,
    minutes: i64,
    /// The name that the person typed.
    login: &'a str,
}

fn respond(scope: &Scope, visit: Visit, status: StatusCode, answer: &Answer<'_>) -> Response {
    let &Answer { notice, forgets_card, error, minutes, login } = answer;
    let merchant = &scope.settings.merchant;
    let page = form_page(visit, &merchant.name);
    let establishment = scope.settings.establishments.keys().next();
    let code = establishment.map(|id| page.link(&format!("/join/{}/{id}", merchant.id)));
    let merchant = merchant.id;
    page.respond(
        status,
        &SignIn { page: &page, merchant, code, notice, forgets_card, error, minutes, login },
    )
}

/// Counts and checks a guess: 5 calls, two of them at the same time, and 3 write units.
async fn guess(
    app: &App,
    scope: &Scope,
    fields: &Fields,
    source: &Source,
) -> Result<Guess, StoreError> {
    let now = app.now();
    let store = &app.store;
    let limit = SourceLimit::Guesses;
    // A text that is no name is counted for its source, and answered as a name that no member has.
    let Some(name) = LoginName::parse(&fields.login) else {
        let within = store.claim_for_source(scope, &source.0, limit, now).await?;
        password::compare(&fields.password, None);
        let event = if within { AccessEvent::SignInRefused } else { AccessEvent::SignInLimited };
        log(app, scope, Actor::Unknown, event, source).await?;
        return Ok(if within { Guess::Wrong } else { Guess::SourceLimit });
    };
    let (within, of) = futures::try_join!(
        store.claim_for_source(scope, &source.0, limit, now),
        store.login_named(scope, &name)
    )?;
    if !within {
        log(app, scope, actor(&of), AccessEvent::SignInLimited, source).await?;
        return Ok(Guess::SourceLimit);
    }
    let login = store.login(scope, &of).await?;
    if let Err(wait) = login.guesses.check(now) {
        log(app, scope, actor(&of), AccessEvent::SignInLimited, source).await?;
        return Ok(Guess::Wait(wait.until));
    }
    let compared = password::compare(&fields.password, login.password_hash.as_deref());
    let (LoginOf::Member(member), Compared::Right | Compared::RightToRehash) = (&of, compared)
    else {
        if !store.record_wrong_guess(&login, now).await? {
            return Ok(Guess::NotCounted);
        }
        log(app, scope, actor(&of), AccessEvent::SignInRefused, source).await?;
        return Ok(Guess::Wrong);
    };
    let secret = Secret::new(store.random())?;
    let rehashed = match compared {
        Compared::RightToRehash => Some(password::hash(store.random(), &fields.password)?),
        _ => None,
    };
    if !store.record_sign_in(&login, secret.hash(), rehashed, now).await? {
        return Ok(Guess::NotCounted);
    }
    log(app, scope, Actor::Member(*member), AccessEvent::SignedIn, source).await?;
    Ok(Guess::Right(*member, secret))
}
