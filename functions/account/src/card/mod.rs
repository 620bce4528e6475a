//! The card of a member: points, and the number as a QR code and a barcode that a till scans.

mod qr;

use crate::amount::Amount;
use crate::code_image::{CodeImage, barcode};
use crate::context::App;
use crate::day;
use crate::page::{failed, member_page};
use crate::session::SignedIn;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::member::CardNumber;
use domain::{MerchantId, Points, retention};
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "card.html")]
struct Card<'a> {
    page: &'a Page,
    merchant: MerchantId,
    first_name: Option<&'a str>,
    available: Amount,
    pending: Option<Amount>,
    expiring: Option<(Amount, String)>,
    level: Option<&'a str>,
    number: Option<&'a CardNumber>,
    is_blocked: bool,
    /// Whether the member has asked to delete the account.
    is_to_be_deleted: bool,
    qr: Option<CodeImage>,
    barcode: Option<CodeImage>,
}

/// The card: 1 strong query, 1 read unit, after the check of the session.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    visit: Visit,
) -> Response {
    let member = match app.store.member(&scope, member).await {
        Ok(member) => member,
        Err(error) => return failed(visit, &error),
    };
    let settings = &scope.settings;
    let (programmes, today) = (&settings.programmes, retention::day_of(app.now()));
    let balance = member.account.balance_on(today, programmes);
    let amount = |points: Points| Amount::new(programmes.unit(), points.get());
    let details = &member.person.details;
    let is_blocked = member.person.card_is_blocked();
    let number = details.card.as_ref().filter(|_| !is_blocked);
    let page = member_page(visit, &settings.merchant);
    let level = member.account.level_in(&programmes.terms_on(today).levels);
    let card = Card {
        page: &page,
        merchant: settings.merchant.id,
        first_name: details.first_name.as_deref(),
        available: amount(balance.available),
        pending: (balance.pending > Points::ZERO).then(|| amount(balance.pending)),
        expiring: balance.expiring.map(|(on, points)| (amount(points), day::text(&page, on))),
        level: level.map(|level| level.name.as_str()),
        number,
        is_blocked,
        is_to_be_deleted: member.person.deletion.is_some(),
        qr: number.and_then(qr::image),
        barcode: number.and_then(|number| barcode::image(number.as_str())),
    };
    page.respond(StatusCode::OK, &card)
}
