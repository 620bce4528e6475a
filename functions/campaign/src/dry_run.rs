//! A campaign's dry run: it reads the same members as the campaign, counts them, and sends nothing.
//!
//! The position and the counts are saved together after every page. A dry run that was interrupted continues
//! after the page that was saved last.

use crate::context::{App, CampaignError};
use crate::pages;
use domain::merchant::sender::StopNumber;
use domain::values::calendar::PARIS;
use domain::{Campaign, CampaignId, Channel, Credential, Day, Instant, Points, Programmes};
use futures::try_join;
use messaging::sms::{Encoding, measure, sms_with_stop};
use messaging::{Field, Template, Values, content};
use platform::Deadline;
use platform::messages::CampaignMessage;
use store::{
    DryCounts, DryRun, MEMBER_SHARDS, MemberProjection, NamesToOpen, Scope, SharingRecipient,
    StoreError, Tenant, WalkPage, WalkPosition,
};

/// Continues a dry run to its end. Where the time ends first, this function queues the dry run again. After an
/// error the message is delivered again, and the dry run continues where it was. A change of the campaign
/// deletes its dry run; the message of a deleted dry run does nothing. Two deliveries may count the same dry run:
/// each page is saved once, and the delivery that was later continues from there.
pub async fn dry_run(
    app: &App,
    tenant: Tenant,
    id: CampaignId,
    now: Instant,
    deadline: Deadline,
) -> Result<(), CampaignError> {
    let Some(mut dry_run) = unfinished(app, tenant, id, now).await? else { return Ok(()) };
    let campaign = app.store.campaign(tenant, id).await?.campaign;
    let settings = app.store.settings(tenant.merchant, now).await?;
    let scope = Scope { settings, mode: tenant.mode, credential: Credential::Service };
    let sms = Sms::of(&campaign, &scope)?;
    let names = sms.as_ref().map_or_else(NamesToOpen::default, Sms::names);
    let counting = Counting {
        campaign: &campaign,
        sms: sms.as_ref(),
        today: Day::at(dry_run.asked_at, &PARIS),
        programmes: &scope.settings.programmes,
    };
    let read = async |position| {
        let (channel, today) = (campaign.channel, counting.today);
        app.store.walk_with_names(&scope, position, channel, today, names).await
    };
    let mut at = dry_run.position;
    let mut page = read(at).await?;
    loop {
        let next = pages::next(at.shard, &page);
        let mut counts = counting.count(dry_run.counts, &page);
        let sharing = counting.sharing(&page);
        if !sharing.is_empty() {
            let others = app.store.count_addresses(&scope, id, &dry_run, sharing).await?;
            let left_out = u64::try_from(others.len()).unwrap_or_default();
            counts.recipients -= left_out;
            counts.same_address += left_out;
        }
        // The next page is read while the figures of this page are saved.
        let ahead = async {
            match next {
                Some(next) => read(next).await.map(Some),
                None => Ok(None),
            }
        };
        let to = next.unwrap_or(WalkPosition::start_of(MEMBER_SHARDS));
        let save = app.store.save_dry_run(tenant, id, &mut dry_run, counts, to, now);
        let (ahead, is_saved) = try_join!(ahead, save)?;
        (at, page) = if is_saved {
            let (Some(next), Some(read)) = (next, ahead) else { break };
            (next, read)
        } else {
            // Another delivery counted this page, or a change of the campaign deleted the dry run.
            let current = unfinished(app, tenant, id, now).await?;
            let Some(current) = current.filter(|current| current.has_request_of(&dry_run)) else {
                return Ok(());
            };
            dry_run = current;
            (dry_run.position, read(dry_run.position).await?)
        };
        if deadline.has_passed() {
            app.campaigns.send(&CampaignMessage::dry_run_of(tenant, id)).await?;
            return Ok(());
        }
    }
    let DryCounts { walked, recipients, .. } = dry_run.counts;
    tracing::info!(merchant = %tenant.merchant, campaign = %id, walked, recipients, "dry run");
    Ok(())
}

/// The dry run where it is not done.
async fn unfinished(
    app: &App,
    tenant: Tenant,
    id: CampaignId,
    now: Instant,
) -> Result<Option<DryRun>, StoreError> {
    let dry_run = app.store.dry_run(tenant, id, now).await?;
    Ok(dry_run.filter(|dry_run| dry_run.done_at.is_none()))
}

/// Counts the members, page by page.
struct Counting<'a> {
    campaign: &'a Campaign,
    sms: Option<&'a Sms>,
    today: Day,
    programmes: &'a Programmes,
}

impl Counting<'_> {
    /// The recipients who share an e-mail address. Only one of the members of an address is counted.
    fn sharing(&self, page: &WalkPage) -> Vec<SharingRecipient> {
        let held = page.members.iter().filter(|member| self.holds(member));
        let sharing = held.filter_map(|member| {
            let email = member.shared_email.clone()?;
            Some(SharingRecipient { member: member.member, email })
        });
        sharing.collect()
    }

    fn holds(&self, member: &MemberProjection) -> bool {
        self.campaign.segment.holds(&member.account, self.today, self.programmes)
    }

    fn count(&self, mut counts: DryCounts, page: &WalkPage) -> DryCounts {
        for member in &page.members {
            counts.walked += 1;
            if !self.holds(member) {
                continue;
            }
            if member.opposed {
                counts.opposed += 1;
            } else if !member.consented {
                counts.without_consent += 1;
            } else if !member.reachable {
                counts.unreachable += 1;
            } else {
                counts.recipients += 1;
                if let Some(sms) = self.sms {
                    let points =
                        || member.account.balance_on(self.today, self.programmes).available;
                    let (parts, encoding) = sms.measure(member, points);
                    counts.sms_parts += parts;
                    counts.unicode += u64::from(encoding == Encoding::Ucs2);
                }
            }
        }
        counts
    }
}

/// The text of an SMS, which is measured for each member.
struct Sms {
    body: Template,
    is_folded: bool,
    merchant: String,
    /// The parts and the encoding for every member, where the text holds no personal field.
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

    /// The names that the text holds.
    fn names(&self) -> NamesToOpen {
        let holds = |wanted| self.body.fields().any(|field| field == wanted);
        NamesToOpen { first: holds(Field::FirstName), last: holds(Field::LastName) }
    }

    fn measure(
        &self,
        member: &MemberProjection,
        points: impl FnOnce() -> Points,
    ) -> (u64, Encoding) {
        self.same.unwrap_or_else(|| {
            let (first, last) = (member.first_name.clone(), member.last_name.clone());
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
