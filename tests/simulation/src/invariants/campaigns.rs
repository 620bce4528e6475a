//! The figures of a campaign are those of its batches, its recipients' rows and the provider's outbox; a campaign
//! comes to its end; and a cancelled one sends nothing.

use super::messages::{campaign as campaign_of, time_limit};
use super::rewards::has_erasures;
use super::{Invariant, Rest, number, tenant_of, text};
use crate::known::fact::Fact;
use crate::world::clock;
use crate::world::providers::SentMessage;
use domain::Instant;
use jiff::SignedDuration;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use store::Tenant;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "campaigns", check: |rest| Box::pin(async move { check(rest).await }) };

/// How often the check looks whether every campaign has come to its end.
const HALF_A_DAY: Duration = Duration::from_hours(12);
/// SMS wait over a night, a Sunday and a holiday at most. A campaign that still runs then makes no progress.
const LONGEST_WAIT: Duration = Duration::from_hours(5 * 24);
/// The outcomes of a recipient, as the figures count them.
const OUTCOMES: [&str; 7] =
    ["sent", "refused", "opposed", "unreachable", "same_address", "not_allowed", "uncertain"];

/// What the table has of one campaign.
#[derive(Default)]
struct Stored<'i> {
    campaign: Option<&'i Value>,
    plan: Option<&'i Value>,
    batches: i64,
    sendings: Vec<&'i Value>,
    tallies: Vec<&'i Value>,
    rows: Vec<&'i str>,
}

async fn check(rest: &Rest) -> Vec<String> {
    let end = clock::now() + SignedDuration::try_from(LONGEST_WAIT).unwrap_or_default();
    while clock::now() <= end && rest.world.items().iter().any(is_open) {
        tokio::time::sleep(HALF_A_DAY).await;
    }
    let mut violations = rest.world.rest().await.err().unwrap_or_default();
    let (items, sent) = (rest.world.items(), rest.world.sent_messages().await);
    let going_on: Vec<Tenant> =
        rest.scopes(&mut violations).await.iter().map(store::Scope::tenant).collect();
    let mut campaigns: BTreeMap<(Tenant, &str), Stored<'_>> = BTreeMap::new();
    for item in &items {
        add(&mut campaigns, item);
    }
    for ((tenant, id), stored) in campaigns {
        let Some(campaign) = stored.campaign.filter(|_| going_on.contains(&tenant)) else {
            continue;
        };
        let messages: Vec<&SentMessage> = sent
            .iter()
            .filter(|message| campaign_of(message).is_some_and(|name| name.contains(id)))
            .collect();
        let problems = stored.problems(campaign, messages.len(), has_erasures(rest, tenant));
        violations.extend(problems.into_iter().map(|problem| format!("campaign {id}: {problem}")));
        let cancelled_at = cancelled_at(rest, id);
        // An invocation that read the campaign before the cancellation ends within its time limit.
        let limit = time_limit();
        let late = messages
            .iter()
            .filter(|message| cancelled_at.is_some_and(|at| message.at > at + limit));
        violations.extend(late.map(|message| {
            format!(
                "campaign {id} was cancelled, and sent message {} at {}",
                message.number, message.at
            )
        }));
    }
    violations
}

/// Whether an item is a campaign that runs, or waits for its beginning.
fn is_open(item: &Value) -> bool {
    text(item, "sk").starts_with("CAMPAIGN#")
        && ["running", "scheduled"].contains(&text(item, "state"))
        && tenant_of(item).is_some_and(|(_, rest)| rest == "CAMPAIGNS")
}

fn add<'i>(campaigns: &mut BTreeMap<(Tenant, &'i str), Stored<'i>>, item: &'i Value) {
    let Some((tenant, rest)) = tenant_of(item) else { return };
    let sk = text(item, "sk");
    if let Some(id) = sk.strip_prefix("CAMPAIGN#").filter(|_| rest == "CAMPAIGNS") {
        campaigns.entry((tenant, id)).or_default().campaign = Some(item);
    } else if let Some(id) = rest.strip_prefix("CAMPAIGN#") {
        let stored = campaigns.entry((tenant, id)).or_default();
        match sk.split('#').next() {
            Some("PLAN") => stored.plan = Some(item),
            Some("BATCH") => stored.batches += 1,
            Some("SENDING") => stored.sendings.push(item),
            Some("TALLY") => stored.tallies.push(item),
            _ => {}
        }
    } else if let Some(id) = sk.strip_prefix("MESSAGE#").filter(|_| rest.starts_with("MEMBER#")) {
        campaigns.entry((tenant, id)).or_default().rows.push(text(item, "state"));
    }
}

/// When the cancellation of a campaign was acknowledged first.
fn cancelled_at(rest: &Rest, id: &str) -> Option<Instant> {
    rest.known.read(|state| {
        state.acknowledged.iter().find_map(|acknowledged| {
            let Fact::CampaignKnown { campaign, .. } = &acknowledged.fact else { return None };
            (campaign.id == id && campaign.state == "cancelled").then_some(acknowledged.at)
        })
    })
}

impl Stored<'_> {
    fn problems(&self, campaign: &Value, accepted: usize, has_erasures: bool) -> Vec<String> {
        let mut problems = Vec::new();
        let mut must = |holds: bool, what: String| {
            if !holds {
                problems.push(what);
            }
        };
        let state = text(campaign, "state");
        let figure = |name: &str| self.tallies.iter().map(|tally| number(tally, name)).sum::<i64>();
        let counts = |name: &str| {
            let done = self.sendings.iter().filter(|sending| sending.get("done_at").is_some());
            done.map(|sending| number(&sending["counts"]["M"], name)).sum::<i64>()
        };
        let planned = self.plan.map_or(0, |plan| number(plan, "batches"));
        let recipients = self.plan.map_or(0, |plan| number(plan, "recipients"));
        let begins_at = text(campaign, "begins_at").parse::<Instant>().ok();
        let has_begun_since = |time| begins_at.is_some_and(|at| at + time < clock::now());
        let is_stuck = match state {
            "running" => has_begun_since(LONGEST_WAIT),
            "scheduled" => has_begun_since(Duration::from_hours(1)),
            _ => false,
        };
        must(!is_stuck, format!("is still {state}, and begins at {begins_at:?}"));
        let outcomes: i64 = OUTCOMES.into_iter().map(figure).sum();
        must(outcomes <= recipients, format!("{outcomes} outcomes of {recipients} recipients"));
        if state == "finished" {
            let done = figure("batches_done");
            must(done == planned, format!("is finished with {done} of {planned} batches"));
            must(outcomes == recipients, format!("{outcomes} outcomes of {recipients} recipients"));
        }
        // Batches and their sendings expire; figures do not.
        if self.batches == planned {
            let done =
                self.sendings.iter().filter(|sending| sending.get("done_at").is_some()).count();
            let done = i64::try_from(done).unwrap_or(i64::MAX);
            let is = figure("batches_done");
            must(is == done, format!("{is} batches are done, of which the table has {done}"));
            for name in OUTCOMES {
                let (is, sum) = (figure(name), counts(name));
                must(is == sum, format!("the figure {name} is {is}, the batches have {sum}"));
            }
        }
        let accepted = i64::try_from(accepted).unwrap_or(i64::MAX);
        let (sent, uncertain) = (figure("sent"), figure("uncertain"));
        must(sent <= accepted, format!("{sent} are sent, the provider accepted {accepted}"));
        let reported: i64 = ["delivered", "bounced", "failed"].into_iter().map(figure).sum();
        must(
            reported <= accepted,
            format!("{reported} messages have a receipt, the provider accepted {accepted}"),
        );
        if state == "finished" {
            let counted = sent + uncertain;
            let what = format!("the provider accepted {accepted}, counted are {counted}");
            must(accepted <= counted, what);
        }
        let in_state = |wanted: &[&str]| {
            let rows = self.rows.iter().filter(|row| wanted.contains(row)).count();
            i64::try_from(rows).unwrap_or(i64::MAX)
        };
        for (name, states) in [
            ("delivered", &["delivered"][..]),
            ("bounced", &["bounced"]),
            ("failed", &["failed", "soft_bounced"]),
            ("refused", &["refused"]),
        ] {
            let (is, rows) = (figure(name), in_state(states));
            // An erasure deletes the rows of a member.
            let fits = if has_erasures { is >= rows } else { is == rows };
            let is_open = name == "refused" && state != "finished";
            must(fits || is_open, format!("the figure {name} is {is}, the rows say {rows}"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_figure_that_differs_from_the_batches_is_found() {
        let campaign = json!({"state": {"S": "finished"}});
        let plan = json!({"batches": {"N": "1"}, "recipients": {"N": "2"}});
        let sending = json!({
            "done_at": {"S": "2026-03-01T10:00:00Z"}, "counts": {"M": {"sent": {"N": "2"}}},
        });
        let of = |sent: &str| {
            let tally = json!({"batches_done": {"N": "1"}, "sent": {"N": sent}});
            let stored = Stored {
                plan: Some(&plan),
                batches: 1,
                sendings: vec![&sending],
                tallies: vec![&tally],
                ..Stored::default()
            };
            stored.problems(&campaign, 2, false).len()
        };
        assert_eq!(of("2"), 0);
        assert!(of("1") > 0);
    }

    #[test]
    fn more_receipts_than_messages_are_found() {
        let campaign = json!({"state": {"S": "running"}});
        let plan = json!({"batches": {"N": "2"}, "recipients": {"N": "9"}});
        let of = |delivered: &str| {
            let tally = json!({"delivered": {"N": delivered}});
            let stored = Stored { plan: Some(&plan), tallies: vec![&tally], ..Stored::default() };
            // The rows of erased members are gone.
            stored.problems(&campaign, 2, true).len()
        };
        assert_eq!(of("3"), of("2") + 1);
    }
}
