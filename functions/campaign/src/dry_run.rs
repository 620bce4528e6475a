//! A campaign's dry run: the same walk as the real one, which counts and writes to nobody.
//!
//! How far it is and what it has counted are noted together, page by page: killed anywhere, it goes on
//! from the page noted last.

use crate::app::{App, CampaignError};
use crate::pages;
use domain::merchant::sender::StopNumber;
use domain::values::calendar::PARIS;
use domain::{Campaign, CampaignId, Channel, Day, Instant, Points, Programmes};
use futures::try_join;
use messaging::sms::{Encoding, measure, sms_with_stop};
use messaging::{Field, Template, Values, content};
use platform::messages::CampaignMessage;
use store::{
    DryCounts, DryRun, MEMBER_SHARDS, MemberProjection, Names, Scope, StoreError, Tenant, Walked,
};

/// Takes a dry run further: walks to the end, or queues itself anew where the time at hand ends first.
/// A dry run that was forgotten meanwhile, since the campaign was written anew, is left alone.
///
/// # Errors
/// [`CampaignError`]; the message comes again, and the walk goes on where it was.
pub async fn dry_run(
    app: &App,
    tenant: Tenant,
    id: CampaignId,
    now: Instant,
    until: Instant,
) -> Result<(), CampaignError> {
    let Some(mut dry_run) = app.store.dry_run(tenant, id, now).await? else { return Ok(()) };
    if dry_run.done_at.is_some() {
        return Ok(());
    }
    let campaign = app.store.campaign(tenant, id).await?.campaign;
    let settings = app.store.settings(tenant.merchant, now).await?;
    let scope = Scope { settings, mode: tenant.mode };
    let sms = Sms::of(&campaign, &scope)?;
    let names = sms.as_ref().map_or_else(Names::default, Sms::names);
    let counting = Counting {
        campaign: &campaign,
        sms: sms.as_ref(),
        today: Day::at(dry_run.asked_at, &PARIS),
        programmes: &scope.settings.programmes,
    };
    let read = async |(shard, after)| {
        app.store.walk_naming(&scope, shard, after, campaign.channel, names).await
    };
    let mut at = (dry_run.shard, dry_run.after);
    let mut page = read(at).await?;
    loop {
        let next = pages::next(at.0, &page);
        let counts = counting.count(dry_run.counts, &page);
        // The next page is read while this one's figures are noted.
        let ahead = async {
            match next {
                Some(next) => read(next).await.map(Some),
                None => Ok(None),
            }
        };
        let note = note(app, tenant, id, &mut dry_run, counts, next, now);
        let (ahead, ()) = try_join!(ahead, note)?;
        let (Some(next), Some(read)) = (next, ahead) else { break };
        if Instant::now() >= until {
            return app.queue_campaign(&CampaignMessage::dry_run_of(tenant, id)).await;
        }
        (at, page) = (next, read);
    }
    let DryCounts { walked, recipients, .. } = dry_run.counts;
    tracing::info!(merchant = %tenant.merchant, campaign = %id, walked, recipients, "dry run");
    Ok(())
}

async fn note(
    app: &App,
    tenant: Tenant,
    id: CampaignId,
    dry_run: &mut DryRun,
    counts: DryCounts,
    next: Option<pages::At>,
    now: Instant,
) -> Result<(), StoreError> {
    let to = next.unwrap_or((MEMBER_SHARDS, None));
    if app.store.note_dry_run(tenant, id, dry_run, counts, to, now).await? {
        Ok(())
    } else {
        // Another is at the same dry run, or it is wanted no more: the next look at it tells.
        Err(StoreError::Busy)
    }
}

/// What is counted of every page.
struct Counting<'a> {
    campaign: &'a Campaign,
    sms: Option<&'a Sms>,
    today: Day,
    programmes: &'a Programmes,
}

impl Counting<'_> {
    fn count(&self, mut counts: DryCounts, page: &Walked) -> DryCounts {
        for glance in &page.members {
            counts.walked += 1;
            if !self.campaign.segment.holds(&glance.account, self.today, self.programmes) {
                continue;
            }
            if !glance.permitted {
                counts.opposed += 1;
            } else if !glance.reachable {
                counts.unreachable += 1;
            } else {
                counts.recipients += 1;
                if let Some(sms) = self.sms {
                    let points =
                        || glance.account.balance_on(self.today, self.programmes).available;
                    let (parts, encoding) = sms.measure(glance, points);
                    counts.sms_parts += parts;
                    counts.unicode += u64::from(encoding == Encoding::Ucs2);
                }
            }
        }
        counts
    }
}

/// The text of an SMS, to be measured for each person.
struct Sms {
    body: Template,
    is_folded: bool,
    merchant: String,
    /// What it comes to for everybody, where it says nothing of a person.
    same: Option<(u64, Encoding)>,
}

impl Sms {
    fn of(campaign: &Campaign, scope: &Scope) -> Result<Option<Self>, CampaignError> {
        if campaign.channel != Channel::Sms {
            return Ok(None);
        }
        let unreadable = |_| CampaignError::Content;
        let sender = scope.settings.senders.sms.as_ref();
        let number = sender.map_or_else(StopNumber::any, |sender| sender.stop_number.clone());
        let body = content::sms(&campaign.content.body).map_err(unreadable)?;
        let mut sms = Self {
            body: sms_with_stop(&body, &number),
            is_folded: campaign.content.folded,
            merchant: scope.settings.merchant.name.clone(),
            same: None,
        };
        let is_personal = sms.body.fields().any(|field| field != Field::Merchant);
        if !is_personal {
            sms.same = Some(sms.measured(None, None, 0));
        }
        Ok(Some(sms))
    }

    /// The names that it says.
    fn names(&self) -> Names {
        let says = |wanted| self.body.fields().any(|field| field == wanted);
        Names { first: says(Field::FirstName), last: says(Field::LastName) }
    }

    fn measure(
        &self,
        glance: &MemberProjection,
        points: impl FnOnce() -> Points,
    ) -> (u64, Encoding) {
        self.same.unwrap_or_else(|| {
            let (first, last) = (glance.first_name.clone(), glance.last_name.clone());
            self.measured(first, last, points().get())
        })
    }

    fn measured(
        &self,
        first_name: Option<String>,
        last_name: Option<String>,
        points: i64,
    ) -> (u64, Encoding) {
        let merchant = self.merchant.clone();
        let values = Values { first_name, last_name, points, merchant, ..Values::default() };
        let measure = measure(&content::sms_text(&self.body, &values, self.is_folded));
        (u64::try_from(measure.parts).unwrap_or(u64::MAX), measure.encoding)
    }
}
