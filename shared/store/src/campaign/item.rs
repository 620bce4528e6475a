//! A campaign as an item.

use crate::StoreError;
use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use domain::campaign::segment::{Between, Segment};
use domain::campaign::{Campaign, Content, State};
use domain::{CampaignId, Cents, Channel, Credential, EstablishmentId, Instant, Points};
use serde::{Deserialize, Serialize};

/// A range as it is stored: both ends as numbers.
#[derive(Serialize, Deserialize, Default, Clone, Copy, PartialEq)]
struct Ends {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<i64>,
}

impl Ends {
    fn of<T: Copy + Ord>(range: &Between<T>, number: impl Fn(T) -> i64) -> Self {
        let (from, to) = range.ends();
        Self { from: from.map(&number), to: to.map(&number) }
    }

    fn read<T: Copy + Ord>(
        self,
        value: impl Fn(i64) -> Option<T>,
    ) -> Result<Between<T>, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("segment");
        let end = |end: Option<i64>| end.map(|end| value(end).ok_or(CORRUPT)).transpose();
        Between::new(end(self.from)?, end(self.to)?).map_err(|_| CORRUPT)
    }
}

#[derive(Serialize, Deserialize, Default)]
struct SegmentRecord {
    #[serde(default)]
    days_since_activity: Ends,
    #[serde(default)]
    days_since_purchase: Ends,
    #[serde(default)]
    spend: Ends,
    #[serde(default)]
    visits: Ends,
    #[serde(default)]
    balance: Ends,
    #[serde(default)]
    establishments: Vec<String>,
}

impl SegmentRecord {
    fn of(segment: &Segment) -> Self {
        Self {
            days_since_activity: Ends::of(&segment.days_since_activity, i64::from),
            days_since_purchase: Ends::of(&segment.days_since_purchase, i64::from),
            spend: Ends::of(&segment.spend, Cents::get),
            visits: Ends::of(&segment.visits, i64::from),
            balance: Ends::of(&segment.balance, Points::get),
            establishments: segment.establishments.iter().map(ToString::to_string).collect(),
        }
    }

    fn read(self) -> Result<Segment, StoreError> {
        let establishments = self.establishments.iter().map(|code| EstablishmentId::parse(code));
        Ok(Segment {
            days_since_activity: self.days_since_activity.read(|days| days.try_into().ok())?,
            days_since_purchase: self.days_since_purchase.read(|days| days.try_into().ok())?,
            spend: self.spend.read(|cents| Some(Cents::new(cents)))?,
            visits: self.visits.read(|visits| visits.try_into().ok())?,
            balance: self.balance.read(|points| Some(Points::new(points)))?,
            establishments: establishments
                .collect::<Result<_, _>>()
                .map_err(|_| StoreError::Corrupt("segment"))?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct CampaignRecord {
    pk: String,
    sk: String,
    v: u64,
    name: String,
    channel: String,
    subject: String,
    body: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    folded: bool,
    segment: SegmentRecord,
    state: String,
    created_at: String,
    /// The credential of the last change of the content or the state.
    by: Credential,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begins_at: Option<String>,
    /// The code of the reason for which the system paused the campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) held_because: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_bucket: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
}

/// A campaign, and why the system paused it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredCampaign {
    /// The campaign.
    pub campaign: Campaign,
    /// A code: `provider_account` where the provider refuses the account. `None` where a user
    /// paused the campaign.
    pub held_because: Option<String>,
    /// The credential of the last change of the content or the state.
    pub changed_by: Credential,
}

impl CampaignRecord {
    pub(crate) fn of(
        tenant: Tenant,
        campaign: &Campaign,
        by: Credential,
        due: Option<Instant>,
    ) -> Self {
        let Key { pk, sk } = keys::campaign(tenant, campaign.id);
        Self {
            pk,
            sk,
            v: campaign.version,
            name: campaign.name.clone(),
            channel: campaign.channel.as_str().to_owned(),
            subject: campaign.content.subject.clone(),
            body: campaign.content.body.clone(),
            folded: campaign.content.folded,
            segment: SegmentRecord::of(&campaign.segment),
            state: campaign.state.as_str().to_owned(),
            created_at: attributes::instant_text(campaign.created_at),
            by,
            begins_at: campaign.begins_at.map(attributes::instant_text),
            held_because: None,
            due_bucket: due.map(|_| keys::CAMPAIGNS_DUE.to_owned()),
            due_at: due.map(|at| keys::campaign_due_at(at, campaign.id)),
        }
    }

    pub(crate) fn read(self) -> Result<StoredCampaign, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("campaign");
        let id = self.sk.strip_prefix(keys::CAMPAIGN_PREFIX).map(CampaignId::parse);
        let campaign = Campaign {
            id: id.and_then(Result::ok).ok_or(CORRUPT)?,
            name: self.name,
            channel: Channel::parse(&self.channel).ok_or(CORRUPT)?,
            content: Content { subject: self.subject, body: self.body, folded: self.folded },
            segment: self.segment.read()?,
            state: State::parse(&self.state).ok_or(CORRUPT)?,
            created_at: attributes::instant_of(&self.created_at)?,
            begins_at: self.begins_at.as_deref().map(attributes::instant_of).transpose()?,
            version: self.v,
        };
        Ok(StoredCampaign { campaign, held_because: self.held_because, changed_by: self.by })
    }
}
