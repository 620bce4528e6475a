//! The third page: the details, the consents and the password of a person who has proved a mobile.

use super::complete::{self, Completed};
use super::counter::Counter;
use super::form::{Errors, Fields};
use super::situation::{self, Situation};
use super::ticket::TICKET;
use super::{path, ticket};
use crate::context::App;
use crate::page::{failed, form_page};
use crate::secret::Secret;
use crate::session;
use crate::source::Source;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use domain::{EstablishmentId, Mobile, Sector, retention};
use store::{Scope, StoreError};
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "details.html")]
struct Details<'a> {
    page: &'a Page,
    merchant: &'a str,
    action: String,
    is_new: bool,
    /// The years for which a member is stored after the last use.
    years: i32,
    fields: &'a Fields,
    errors: &'a Errors,
}

#[derive(Template)]
#[template(path = "new_password.html")]
struct NewPassword<'a> {
    page: &'a Page,
    action: String,
    /// Whether the form asks for the birth date or the card too.
    is_dormant: bool,
    errors: &'a Errors,
}

/// A person with a valid ticket.
struct Arrived {
    scope: Scope,
    establishment: EstablishmentId,
    mobile: Mobile,
    secret: Secret,
    first: String,
}

/// The form of the person's situation.
pub(crate) async fn ask(
    State(app): State<App>,
    counter: Counter,
    headers: HeaderMap,
    visit: Visit,
) -> Response {
    let arrived = match arrive(&app, counter, &headers, &visit).await {
        Ok(arrived) => arrived,
        Err(answer) => return answer,
    };
    match situation::of(&app, &arrived.scope, &arrived.mobile).await {
        Ok(situation) => {
            let fields = filled_in(&situation);
            form(&arrived, visit, StatusCode::OK, &situation, &fields, &Errors::default())
        }
        Err(error) => failed(visit, &error),
    }
}

/// The person joins, or gets the password.
pub(crate) async fn complete(
    State(app): State<App>,
    counter: Counter,
    source: Source,
    headers: HeaderMap,
    visit: Visit,
    Form(fields): Form<Fields>,
) -> Response {
    let arrived = match arrive(&app, counter, &headers, &visit).await {
        Ok(arrived) => arrived,
        Err(answer) => return answer,
    };
    let done = async {
        let situation = situation::of(&app, &arrived.scope, &arrived.mobile).await?;
        let joining = complete::Joining {
            app: &app,
            scope: &arrived.scope,
            establishment: &arrived.establishment,
            mobile: &arrived.mobile,
            source: &source,
        };
        let completed = joining.complete(&situation, &fields).await?;
        if let Completed::Done { .. } = completed {
            app.store.use_up_ticket(&arrived.scope, &arrived.secret.hash_text()).await?;
        }
        Ok::<_, StoreError>((situation, completed))
    };
    match done.await {
        Ok((_, Completed::Done { member, secret })) => {
            let merchant = arrived.scope.settings.merchant.id;
            let session = session::begin(merchant, member, &secret);
            let card = visit.redirect(&format!("/card/{merchant}"));
            (ticket::clear(), session, card).into_response()
        }
        Ok((situation, Completed::Refused(errors))) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            form(&arrived, visit, status, &situation, &fields, &errors)
        }
        Err(error) => failed(visit, &error),
    }
}

/// The ticket of the cookie: 1 read unit. Without a valid one, the person begins again.
async fn arrive(
    app: &App,
    Counter { scope, establishment }: Counter,
    headers: &HeaderMap,
    visit: &Visit,
) -> Result<Arrived, Response> {
    let first = path(scope.settings.merchant.id, &establishment, "");
    let again = || visit.redirect(&first);
    let secret = Secret::of_cookie(&TICKET.read(headers).ok_or_else(again)?);
    match app.store.ticket(&scope, &secret.hash_text(), app.now()).await {
        Ok(Some(mobile)) => Ok(Arrived { scope, establishment, mobile, secret, first }),
        Ok(None) => Err(again()),
        Err(error) => Err(failed(visit.clone(), &error)),
    }
}

/// The details of a member who completes the registration.
fn filled_in(situation: &Situation) -> Fields {
    let Situation::Complete(known) = situation else { return Fields::default() };
    let details = &known.member.person.details;
    Fields {
        first_name: details.first_name.clone().unwrap_or_default(),
        last_name: details.last_name.clone().unwrap_or_default(),
        birth_date: details.birth_date.map(|day| day.to_string()).unwrap_or_default(),
        email: details.email.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default(),
        ..Fields::default()
    }
}

fn form(
    arrived: &Arrived,
    visit: Visit,
    status: StatusCode,
    situation: &Situation,
    fields: &Fields,
    errors: &Errors,
) -> Response {
    let merchant = &arrived.scope.settings.merchant;
    let page = form_page(visit, &merchant.name);
    let action = page.link(&format!("{}/details", arrived.first));
    match situation {
        Situation::New | Situation::Complete(_) => {
            let months = match merchant.sector {
                Sector::Retail => retention::INACTIVE_MONTHS,
                Sector::Optical => retention::INACTIVE_OPTICAL_MONTHS,
            };
            let is_new = matches!(situation, Situation::New);
            let (merchant, years) = (&*merchant.name, months / 12);
            let form = Details { page: &page, merchant, action, is_new, years, fields, errors };
            page.respond(status, &form)
        }
        Situation::Password(_) | Situation::Dormant(_) => {
            let is_dormant = matches!(situation, Situation::Dormant(_));
            page.respond(status, &NewPassword { page: &page, action, is_dormant, errors })
        }
    }
}
