//! The preferences of a member: the channels by which the merchant may send offers.
//!
//! A ticked box is a consent of the person, and an empty one an opposition. Both are stored with the version of the text
//! on the page, and only where the person changes something.

use crate::consent::{ConsentText, consent};
use crate::context::App;
use crate::page::{failed, member_page};
use crate::session::SignedIn;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use domain::member::consent::{Opposition, OppositionReason};
use domain::values::calendar::whole_second;
use domain::{Channel, DomainError, Instant, MemberError, MerchantId, Person};
use serde::Deserialize;
use store::{ConsentChange, Scope, StoreError};
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "preferences.html")]
struct Preferences<'a> {
    page: &'a Page,
    merchant: MerchantId,
    name: &'a str,
    channels: [ChannelBox; 3],
    /// The sentence after a change.
    notice: Option<&'static str>,
    error: Option<&'static str>,
}

/// The box of a channel.
struct ChannelBox {
    field: &'static str,
    text: &'static str,
    is_ticked: bool,
}

#[derive(Deserialize)]
pub(crate) struct Saved {
    saved: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Fields {
    sms: Option<String>,
    email: Option<String>,
    postal: Option<String>,
}

/// The form.
pub(crate) async fn ask(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    Query(Saved { saved }): Query<Saved>,
    visit: Visit,
) -> Response {
    match app.store.member(&scope, member).await {
        Ok(member) => form(&scope, visit, StatusCode::OK, &member.person, saved.is_some(), None),
        Err(error) => failed(visit, &error),
    }
}

/// The changes are stored.
pub(crate) async fn save(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    visit: Visit,
    Form(fields): Form<Fields>,
) -> Response {
    let person = match app.store.member(&scope, member).await {
        Ok(member) => member.person,
        Err(error) => return failed(visit, &error),
    };
    let refused = |visit, error| {
        form(&scope, visit, StatusCode::UNPROCESSABLE_ENTITY, &person, false, Some(error))
    };
    if fields.email.is_some() && person.details.email.is_none() {
        return refused(visit, "preferences-no-email");
    }
    for (channel, ticked) in [
        (Channel::Sms, fields.sms.is_some()),
        (Channel::Email, fields.email.is_some()),
        (Channel::Postal, fields.postal.is_some()),
    ] {
        if ticked == allows(&person, channel) {
            continue;
        }
        let change = change(&scope, ticked, app.now());
        match app.store.change_consent(&scope, person.id, channel, &change, app.now()).await {
            Ok(_) => {}
            Err(StoreError::Refused(DomainError::Member(MemberError::ParentalConsentMissing))) => {
                return refused(visit, "details-under-15");
            }
            Err(error) => return failed(visit, &error),
        }
    }
    visit.redirect(&format!("/preferences/{}?saved=1", scope.settings.merchant.id))
}

/// Whether the person allows a channel: e-mail and SMS by a consent, letters until the person opposes them.
fn allows(person: &Person, channel: Channel) -> bool {
    let stated = person.consents.of(channel);
    !stated.is_opposed() && (channel == Channel::Postal || stated.consent.is_some())
}

fn change(scope: &Scope, ticked: bool, now: Instant) -> ConsentChange {
    if ticked {
        return consent(scope, ConsentText::Preferences, None, now);
    }
    let (at, by) = (whole_second(now), scope.credential);
    ConsentChange::Oppose(Opposition { at, reason: OppositionReason::Unsubscribed, by })
}

fn form(
    scope: &Scope,
    visit: Visit,
    status: StatusCode,
    person: &Person,
    saved: bool,
    error: Option<&'static str>,
) -> Response {
    let merchant = &scope.settings.merchant;
    let page = member_page(visit, merchant).with_form();
    let channels = [
        ("sms", "details-consent-sms", Channel::Sms),
        ("email", "details-consent-email", Channel::Email),
        ("postal", "preferences-postal", Channel::Postal),
    ];
    let channels = channels.map(|(field, text, channel)| ChannelBox {
        field,
        text,
        is_ticked: allows(person, channel),
    });
    let notice = saved.then_some("preferences-saved");
    let name = &*merchant.name;
    let form = Preferences { page: &page, merchant: merchant.id, name, channels, notice, error };
    page.respond(status, &form)
}
