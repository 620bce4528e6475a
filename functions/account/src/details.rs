//! The details of a member, whom the page lets correct them (*rectification*, GDPR art. 16).

use crate::context::App;
use crate::field::{self, Refusal};
use crate::page::{failed, member_page};
use crate::session::SignedIn;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use domain::member::{Address, Email, NAME_LENGTH, POSTCODE_LENGTH, minor};
use domain::{Day, MerchantId, Person, retention};
use serde::Deserialize;
use store::{Correction, Scope};
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "own_details.html")]
struct OwnDetails<'a> {
    page: &'a Page,
    merchant: MerchantId,
    mobile: &'a str,
    fields: &'a Fields,
    refusals: &'a Refusals,
    is_saved: bool,
}

#[derive(Deserialize)]
pub(crate) struct Saved {
    saved: Option<String>,
}

/// The fields as they were sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fields {
    first_name: String,
    last_name: String,
    birth_date: String,
    email: String,
    street: String,
    complement: String,
    postcode: String,
    city: String,
}

/// The fields that are not accepted, each with the text that says why.
#[derive(Default, PartialEq, Eq)]
struct Refusals {
    first_name: Refusal,
    last_name: Refusal,
    birth_date: Refusal,
    email: Refusal,
    street: Refusal,
    complement: Refusal,
    postcode: Refusal,
    city: Refusal,
}

impl Refusals {
    fn any(&self) -> bool {
        *self != Self::default()
    }
}

impl Fields {
    fn of(person: &Person) -> Self {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let details = &person.details;
        let address = &details.address;
        Self {
            first_name: text(&details.first_name),
            last_name: text(&details.last_name),
            birth_date: details.birth_date.map(|day| day.to_string()).unwrap_or_default(),
            email: details.email.as_ref().map(Email::as_str).unwrap_or_default().to_owned(),
            street: text(&address.street),
            complement: text(&address.complement),
            postcode: text(&address.postcode),
            city: text(&address.city),
        }
    }

    /// Reads the correction of a person. A birth date under 15 is that of a child whose parent agreed in the shop, so
    /// nobody else gets one here.
    fn read(&self, person: &Person, today: Day) -> Result<Correction, Box<Refusals>> {
        let mut refusals = Refusals::default();
        let first_name = field::name(&self.first_name, &mut refusals.first_name);
        let last_name = field::name(&self.last_name, &mut refusals.last_name);
        let birth_date = field::birth_date(&self.birth_date, today, &mut refusals.birth_date);
        if birth_date != person.details.birth_date && minor::is_under_15(birth_date, today) {
            refusals.birth_date = Some("details-under-15");
        }
        let email = field::email(&self.email, &mut refusals.email);
        let street = field::optional_text(&self.street, NAME_LENGTH, &mut refusals.street);
        let complement =
            field::optional_text(&self.complement, NAME_LENGTH, &mut refusals.complement);
        let postcode =
            field::optional_text(&self.postcode, POSTCODE_LENGTH, &mut refusals.postcode);
        let city = field::optional_text(&self.city, NAME_LENGTH, &mut refusals.city);
        if refusals.any() {
            return Err(Box::new(refusals));
        }
        let country = person.details.address.country.clone();
        Ok(Correction {
            first_name: Some(first_name),
            last_name: Some(last_name),
            birth_date: Some(birth_date),
            email: Some(email),
            address: Some(Address { street, complement, postcode, city, country }),
            card: None,
        })
    }
}

/// The form: 1 read unit after the check of the session.
pub(crate) async fn ask(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    Query(Saved { saved }): Query<Saved>,
    visit: Visit,
) -> Response {
    match app.store.member(&scope, member).await {
        Ok(member) => {
            let fields = Fields::of(&member.person);
            let shown = Shown { fields, refusals: Refusals::default(), is_saved: saved.is_some() };
            form(&scope, visit, StatusCode::OK, &member.person, &shown)
        }
        Err(error) => failed(visit, &error),
    }
}

/// Stores the correction: 1 read unit, and as [`store::Store::correct_member`].
pub(crate) async fn correct(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    visit: Visit,
    Form(fields): Form<Fields>,
) -> Response {
    let person = match app.store.member(&scope, member).await {
        Ok(member) => member.person,
        Err(error) => return failed(visit, &error),
    };
    let correction = match fields.read(&person, retention::day_of(app.now())) {
        Ok(correction) => correction,
        Err(refusals) => {
            let shown = Shown { fields, refusals: *refusals, is_saved: false };
            return form(&scope, visit, StatusCode::UNPROCESSABLE_ENTITY, &person, &shown);
        }
    };
    match app.store.correct_member(&scope, person.id, &correction, app.now()).await {
        Ok(_) => visit.redirect(&format!("/details/{}?saved=1", scope.settings.merchant.id)),
        Err(error) => failed(visit, &error),
    }
}

/// What the form shows.
struct Shown {
    fields: Fields,
    refusals: Refusals,
    is_saved: bool,
}

fn form(
    scope: &Scope,
    visit: Visit,
    status: StatusCode,
    person: &Person,
    shown: &Shown,
) -> Response {
    let merchant = &scope.settings.merchant;
    let page = member_page(visit, merchant).with_form();
    let Shown { fields, refusals, is_saved } = shown;
    let (mobile, is_saved) = (person.mobile.as_str(), *is_saved);
    page.respond(
        status,
        &OwnDetails { page: &page, merchant: merchant.id, mobile, fields, refusals, is_saved },
    )
}
