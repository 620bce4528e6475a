//! Nobody is kept past the deadline, and nobody is erased before it: checked two nights later.

mod activity;

use super::people::{People, created_at, member_in};
use super::{Invariant, Rest, tenant_of, text};
use crate::known::State;
use crate::known::fact::Fact;
use crate::known::merchant::Merchant;
use crate::known::records::Member;
use crate::world::clock;
use domain::retention::{
    ErasureReason, INACTIVE_MONTHS, INACTIVE_OPTICAL_MONTHS, NEVER_ACTIVATED_MONTHS, day_after,
    day_of,
};
use domain::{Day, Instant, Sector};
use jiff::SignedDuration;
use serde_json::Value;
use std::time::Duration;
use store::{Scope, Tenant};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "retention", check: |rest| Box::pin(async move { check(rest).await }) };

/// Two nightly runs fall into this time, whenever it begins.
const TWO_NIGHTS: Duration = Duration::from_hours(48);
/// A nightly run of a day has ended this long after the day began.
const RUN_ENDED: SignedDuration = SignedDuration::from_hours(12);

async fn check(rest: &Rest) -> Vec<String> {
    tokio::time::sleep(TWO_NIGHTS).await;
    let mut violations = rest.world.rest().await.err().unwrap_or_default();
    let last_run = day_of(clock::now() - RUN_ENDED);
    let items = rest.world.items();
    for scope in rest.scopes(&mut violations).await {
        violations.extend(kept_too_long(rest, &scope, &items, last_run).await);
    }
    rest.known.read(|state| {
        let people = People::of(state, &items);
        let erased = items.iter().filter_map(Erased::of);
        violations.extend(erased.filter_map(|erased| erased.too_early(state, &people)));
    });
    violations
}

async fn kept_too_long(rest: &Rest, scope: &Scope, items: &[Value], last_run: Day) -> Vec<String> {
    let (mut violations, sector) = (Vec::new(), scope.settings.merchant.sector);
    let members = rest.members(scope, &mut violations).await;
    rest.known.read(|state| {
        let people = People::of(state, items);
        let known = members.iter().filter_map(|member| {
            let id = member.person.id.to_string();
            let known = known_member(state, scope.tenant(), &id)?;
            let used_at = known.last_activity;
            let is_sure = !people.was_merged(&id) && !activity::is_uncertain(state, known);
            // The clock of a till and the day of another time zone may be ahead.
            let due = day_after(day_of(used_at).plus_days(1), inactive_months(sector));
            (is_sure && due <= last_run)
                .then(|| format!("{id} was used last at {used_at}, and is there after {last_run}"))
        });
        violations.extend(known);
    });
    for member in members {
        let (day, reason) = domain::retention::deadline(&member.person, &member.account, sector);
        if day <= last_run {
            let (id, due) = (member.person.id, member.person.due);
            violations.push(format!(
                "{id} was {} on {day}, is there after {last_run}, and is due on {due:?}",
                reason.as_str()
            ));
        }
    }
    violations
}

fn known_member<'s>(state: &'s State, tenant: Tenant, id: &str) -> Option<&'s Member> {
    let merchant = state.merchant(&tenant.merchant.to_string())?;
    merchant.data(tenant.mode).member(id)
}

/// The months after the last use that a member is kept.
fn inactive_months(sector: Sector) -> i32 {
    match sector {
        Sector::Retail => INACTIVE_MONTHS,
        Sector::Optical => INACTIVE_OPTICAL_MONTHS,
    }
}

/// The record of an erasure.
struct Erased<'i> {
    merchant: String,
    member: &'i str,
    day: Day,
    reason: ErasureReason,
}

impl<'i> Erased<'i> {
    fn of(item: &'i Value) -> Option<Self> {
        let (tenant, _) = tenant_of(item).filter(|(_, rest)| *rest == "ERASED")?;
        let (day, member) = text(item, "sk").split_once('#')?;
        let reason = ErasureReason::parse(text(item, "reason"))?;
        let merchant = tenant.merchant.to_string();
        Some(Self { merchant, member, day: Day::parse(day).ok()?, reason })
    }

    /// Why the member was erased without a request or before the deadline; `None` for an erasure in time.
    fn too_early(&self, state: &State, people: &People) -> Option<String> {
        let Self { member, day, reason, .. } = self;
        let named = |what: String| format!("{member} was erased on {day}: {what}");
        match reason {
            ErasureReason::Request | ErasureReason::Objection => {
                let is_asked_for = people.asked_for_erasure(member);
                (!is_asked_for).then(|| named("nobody asked for it".to_owned()))
            }
            ErasureReason::Inactive => {
                let months = inactive_months(state.merchant(&self.merchant)?.sector);
                let used_at = self.last_use(state);
                let due = day_after(day_of(used_at), months);
                (*day < due).then(|| named(format!("the last use was at {used_at}")))
            }
            ErasureReason::NeverActivated => {
                let merchant = state.merchant(&self.merchant)?;
                self.before_activation(state, people, merchant).map(named)
            }
        }
    }

    /// The last use that was acknowledged for certain.
    fn last_use(&self, state: &State) -> Instant {
        let uses = state.acknowledged.iter().filter_map(|acknowledged| {
            let (member, used_at) = match &acknowledged.fact {
                Fact::PurchaseRecorded { purchase, is_replay: false, .. }
                    if !purchase.is_return =>
                {
                    (purchase.member.as_deref()?, purchase.sold_at)
                }
                Fact::RedemptionKnown { redemption, .. }
                    if acknowledged.operation == "create_redemption" =>
                {
                    // The repeated answer to a request is no use. The identifier has the instant of the use.
                    let id = domain::RedemptionId::parse(&redemption.id).ok()?;
                    (redemption.member.as_str(), id.minted_at())
                }
                _ => return None,
            };
            (member == self.member).then_some(used_at.min(acknowledged.at))
        });
        uses.fold(created_at(self.member), Instant::max)
    }

    fn before_activation(
        &self,
        state: &State,
        people: &People,
        merchant: &Merchant,
    ) -> Option<String> {
        let registered = state.acknowledged.iter().filter_map(|acknowledged| {
            let Fact::Registered { member, invited_at, activated_at, .. } = &acknowledged.fact
            else {
                return None;
            };
            (member == self.member).then_some((*invited_at, *activated_at))
        });
        let registered: Vec<_> = registered.collect();
        let is_uncertain = state.uncertain.iter().any(|uncertain| {
            uncertain.operation == "put_registration"
                && member_in(&uncertain.path) == Some(self.member)
        });
        if is_uncertain || people.was_merged(self.member) {
            return None;
        }
        if let Some(at) = registered.iter().find_map(|(_, activated_at)| *activated_at) {
            return Some(format!("the card was activated at {at} ({})", merchant.card_activation));
        }
        let invited = registered.iter().filter_map(|(invited_at, _)| *invited_at).min();
        let Some(invited_at) = invited else {
            return Some("no invitation is known".to_owned());
        };
        let due = day_after(day_of(invited_at), NEVER_ACTIVATED_MONTHS);
        (self.day < due).then(|| format!("the invitation was at {invited_at}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Uncertain;
    use serde_json::json;

    #[test]
    fn an_erasure_that_nobody_asked_for_is_found() {
        let item = json!({
            "pk": {"S": "M#01KAT3V5B0R6Y2Z8X4W9Q1N7M3#ERASED"},
            "sk": {"S": "2026-03-01#01KAT3V5B0R6Y2Z8X4W9Q1N7M4"},
            "reason": {"S": "request"},
        });
        let erased = Erased::of(&item).unwrap();
        assert_eq!(erased.reason, ErasureReason::Request);
        let people = People::of(&State::default(), &[]);
        assert!(erased.too_early(&State::default(), &people).is_some());
        let path = format!("/v1/members/{}/erasure", erased.member);
        let asked = Uncertain {
            step: 1,
            operation: "erase_member",
            path,
            body: json!({"reason": "request"}),
            sent_at: Instant::UNIX_EPOCH,
            at: Instant::UNIX_EPOCH,
            tenant: None,
        };
        let state = State { uncertain: vec![asked], ..State::default() };
        assert_eq!(erased.too_early(&state, &People::of(&state, &[])), None);
    }
}
