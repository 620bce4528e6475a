//! The points of a member, the rewards that are given now, and the member's coupons that can still be used.

mod coupon;
mod offered;

use crate::amount::{Amount, euros};
use crate::context::App;
use crate::page::{failed, member_page};
use crate::place;
use crate::session::SignedIn;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use coupon::OwnCoupon;
use domain::programme::{Programmes, Unit};
use domain::reward::{Eligibility, bill};
use domain::{Day, Instant, MemberId, MerchantId, Points, retention};
use futures::future::try_join;
use offered::{OfferedReward, Standing};
use serde::{Deserialize, Serialize};
use store::{Scope, StoreError};
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "rewards.html")]
struct Rewards<'a> {
    page: &'a Page,
    merchant: MerchantId,
    available: Amount,
    /// The sentence about points off a bill.
    off_bill: Option<String>,
    /// `None` on a later page of coupons.
    offered: Option<List<OfferedReward>>,
    /// `None` on a later page of rewards.
    coupons: Option<List<OwnCoupon>>,
}

/// A page of one of the two lists.
struct List<T> {
    entries: Vec<T>,
    /// The address of the next page, which shows this list alone.
    next: Option<String>,
}

impl<T> List<T> {
    const fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.next.is_none()
    }
}

/// The place at which a later page of a list begins.
#[derive(Deserialize)]
pub(crate) struct Places {
    rewards: Option<String>,
    coupons: Option<String>,
}

/// A member who looks at the page.
struct Reader<'a> {
    app: &'a App,
    scope: &'a Scope,
    page: &'a Page,
    /// The member and the members merged into it.
    members: Vec<MemberId>,
    eligibility: Eligibility<'a>,
    now: Instant,
    today: Day,
}

/// The page. The cost after the check of the session:
///
/// * 1 strong query, 1 read unit, for the member; then the two lists at the same time
/// * for the rewards as [`store::Store::rewards_given`] and [`store::Store::reward_counts`]: 2 round trips, and 1 for
///   offers that are not cached
/// * for the coupons as [`store::Store::usable_coupons`]: at most 2 round trips, and 1 for offers that are not cached
///
/// So a page takes at most 4 round trips one after another. A place that was changed begins with the first page of its
/// list.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    Query(places): Query<Places>,
    visit: Visit,
) -> Response {
    let page = member_page(visit, &scope.settings.merchant);
    match read(&app, &scope, member, &places, &page).await {
        Ok(rewards) => page.respond(StatusCode::OK, &rewards),
        Err(error) => failed(page.visit().clone(), &error),
    }
}

async fn read<'a>(
    app: &App,
    scope: &Scope,
    member: MemberId,
    places: &Places,
    page: &'a Page,
) -> Result<Rewards<'a>, StoreError> {
    let (now, programmes) = (app.now(), &scope.settings.programmes);
    let today = retention::day_of(now);
    let member = app.store.member(scope, member).await?;
    let eligibility = Eligibility::on(today, &member.account, programmes);
    let members = member.person.members();
    let reader = Reader { app, scope, page, members, eligibility, now, today };
    let (rewards_at, coupons_at) = (places.rewards.as_deref(), places.coupons.as_deref());
    let offered = async {
        match coupons_at {
            None => offered::list(&reader, rewards_at).await.map(Some),
            Some(_) => Ok(None),
        }
    };
    let coupons = async {
        match rewards_at {
            None => coupon::list(&reader, coupons_at).await.map(Some),
            Some(_) => Ok(None),
        }
    };
    let (offered, coupons) = try_join(offered, coupons).await?;
    let available = eligibility.available;
    Ok(Rewards {
        page,
        merchant: scope.settings.merchant.id,
        available: Amount::new(programmes.unit(), available.get()),
        off_bill: off_bill(page, available, programmes),
        offered,
        coupons,
    })
}

/// What the member can have off a bill with points: as much as with [`store::Wanted::Bill`].
fn off_bill(page: &Page, available: Points, programmes: &Programmes) -> Option<String> {
    (available > Points::ZERO).then(|| match programmes.unit() {
        Unit::Cents => page.text("rewards-off-bill-euros").to_string(),
        Unit::Points => {
            let amount = euros(bill::taken_off(available));
            page.text("rewards-off-bill").with("amount", amount).to_string()
        }
    })
}

impl Reader<'_> {
    /// The name with which the places of a list are sealed.
    fn sealed_list(&self, list: &str) -> String {
        let member = self.members.first().map(ToString::to_string).unwrap_or_default();
        format!("{list} page {member}")
    }

    /// The place of a link.
    fn place<P: serde::de::DeserializeOwned>(&self, list: &str, text: &str) -> Option<P> {
        place::open(self.scope, &self.sealed_list(list), text)
    }

    /// The address of the next page of a list.
    fn next<P: Serialize>(
        &self,
        list: &str,
        place: Option<&P>,
    ) -> Result<Option<String>, StoreError> {
        let Some(place) = place else { return Ok(None) };
        let place = place::seal(self.scope, &self.sealed_list(list), place)?;
        let merchant = self.scope.settings.merchant.id;
        Ok(Some(self.page.link(&format!("/rewards/{merchant}?{list}={place}"))))
    }
}
