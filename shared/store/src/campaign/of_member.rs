//! The messages of campaigns to a member.

use crate::TtlCache;
use crate::campaign::item::CampaignRecord;
use crate::campaign::receipt::MessageState;
use crate::member::rows::{RowsPage, RowsPlace};
use crate::table::attributes;
use crate::table::items;
use crate::table::keys;
use crate::table::tenant::Tenant;
use crate::{Scope, Store, StoreError};
use domain::{CampaignId, Channel, Instant, MemberId};
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The subjects of campaigns that an instance has read.
pub(crate) type CampaignSubjects = TtlCache<(Tenant, CampaignId), Option<Arc<str>>>;

/// How long an instance remembers a subject. A campaign that has sent a message is never rewritten.
pub(crate) const SUBJECT_SECONDS: i64 = 3_600;

#[derive(Deserialize)]
struct MessageRecord {
    sk: String,
    channel: String,
    state: String,
    sent_at: String,
}

/// The message of a campaign to a member. Its text is not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberMessage {
    /// The campaign.
    pub campaign: CampaignId,
    /// The subject, as [`domain::Campaign::subject_of_all`]; `None` also for a campaign that is no longer stored.
    pub subject: Option<Arc<str>>,
    /// The channel.
    pub channel: Channel,
    /// The state.
    pub state: MessageState,
    /// When the message was handed to the provider.
    pub sent_at: Instant,
}

/// A page of the messages to a member.
#[derive(Debug)]
pub struct MemberMessagePage {
    /// The messages, newest first.
    pub messages: Vec<MemberMessage>,
    /// The place after which the next page begins.
    pub next: Option<RowsPlace>,
}

impl MessageRecord {
    fn read(&self) -> Result<MemberMessage, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("message");
        let campaign = self.sk.strip_prefix(keys::MESSAGE_PREFIX).map(CampaignId::parse);
        Ok(MemberMessage {
            campaign: campaign.and_then(Result::ok).ok_or(CORRUPT)?,
            subject: None,
            channel: Channel::parse(&self.channel).ok_or(CORRUPT)?,
            state: MessageState::parse(&self.state).ok_or(CORRUPT)?,
            sent_at: attributes::instant_of(&self.sent_at)?,
        })
    }
}

impl Store {
    /// A page of the messages to a member and to the members who were merged into it. The pages go from the campaign
    /// that was created last to the first one, and each page is in the order of sending, newest first. The cost:
    ///
    /// * 1 strong query, 1 read unit, for the members merged into this one
    /// * 1 query for each member, all at the same time, half a read unit for some twenty messages
    /// * where subjects are not cached: 1 round trip, half a read unit for each 4 KB of these campaigns
    pub async fn messages_to(
        &self,
        scope: &Scope,
        member: MemberId,
        after: &RowsPlace,
        limit: usize,
        now: Instant,
    ) -> Result<MemberMessagePage, StoreError> {
        let members = self.member(scope, member).await?.person.members();
        let (tenant, prefix) = (scope.tenant(), keys::MESSAGE_PREFIX);
        let RowsPage { rows, next } =
            self.member_rows(tenant, &members, prefix, after, limit).await?;
        let messages =
            rows.into_iter().map(|row| items::from_item::<MessageRecord>(row, "message")?.read());
        let mut messages = messages.collect::<Result<Vec<_>, StoreError>>()?;
        let campaigns = messages.iter().map(|message| message.campaign).collect();
        let subjects = self.campaign_subjects(tenant, campaigns, now).await?;
        for message in &mut messages {
            message.subject = subjects.get(&message.campaign).cloned().flatten();
        }
        messages.sort_by_key(|message| Reverse(message.sent_at));
        Ok(MemberMessagePage { messages, next })
    }

    /// The subjects of campaigns that have sent a message: no round trip for cached ones, else half a read unit for each
    /// 4 KB, a hundred campaigns a round trip. Campaigns that do not exist are left out.
    async fn campaign_subjects(
        &self,
        tenant: Tenant,
        campaigns: BTreeSet<CampaignId>,
        now: Instant,
    ) -> Result<HashMap<CampaignId, Option<Arc<str>>>, StoreError> {
        let mut subjects = HashMap::with_capacity(campaigns.len());
        let mut wanted = Vec::new();
        for id in campaigns {
            match self.campaign_subjects.get(&(tenant, id), now) {
                Some(subject) => {
                    subjects.insert(id, subject);
                }
                None => wanted.push(keys::campaign(tenant, id)),
            }
        }
        for item in self.get_items(&wanted).await? {
            let record: CampaignRecord = items::from_item(item, "campaign")?;
            let campaign = record.read()?.campaign;
            let subject: Option<Arc<str>> = campaign.subject_of_all().map(Into::into);
            self.campaign_subjects.insert((tenant, campaign.id), subject.clone(), now);
            subjects.insert(campaign.id, subject);
        }
        Ok(subjects)
    }
}
