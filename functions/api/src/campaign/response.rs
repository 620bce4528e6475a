//! A campaign, as the operator reads it.

use crate::campaign::content::ContentBody;
use crate::campaign::request::Channel;
use crate::campaign::segment::SegmentBody;
use crate::campaign::sms_length::SmsLength;
use crate::context::App;
use crate::schema::{CredentialText, DateTime, Identifier};
use crate::second::Second;
use domain::campaign::State;
use domain::{CampaignId, Credential};
use http_edge::Problem;
use serde::Serialize;
use store::{ByState, Scope, StoredCampaign};
use utoipa::ToSchema;

/// The numbers of a campaign's recipients by state. They sum to the recipients that are planned.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecipientStates {
    /// The recipients whose message was not given to the provider yet; of a cancelled campaign, never.
    waiting: u64,
    /// The recipients whose message was given to the provider, without a report yet.
    sent: u64,
    /// The recipients whose message was delivered.
    delivered: u64,
    /// The recipients whose address does not exist, or returned five messages in a row.
    bounced: u64,
    /// The recipients whose message the provider gave up.
    failed: u64,
    /// The recipients whose message the provider refused.
    refused: u64,
    /// The recipients who had opposed, or had not consented, at the time of sending.
    opposed: u64,
    /// The recipients who had no address at the time of sending.
    unreachable: u64,
    /// The recipients who share an e-mail address with a member who got the message.
    same_address: u64,
    /// The recipients who are not on the allow-list of a stage other than production.
    not_allowed: u64,
    /// The recipients whose message may have been sent. It is not sent again.
    uncertain: u64,
}

/// The figures of a campaign that has begun.
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignFigures {
    /// The number of recipients that are planned so far.
    recipients: u64,
    /// Whether the planning is finished. Until then, `recipients` grows.
    planned: bool,
    by_state: RecipientStates,
}

/// A campaign of a merchant.
#[derive(Serialize, ToSchema)]
#[schema(as = Campaign)]
pub(crate) struct CampaignAnswer {
    #[schema(value_type = Identifier)]
    campaign_id: CampaignId,
    /// The merchant's name for the campaign.
    name: String,
    channel: Channel,
    content: ContentBody,
    segment: SegmentBody,
    /// The state of the campaign: `draft`, `scheduled`, `running`, `paused`, `cancelled` or `finished`.
    #[schema(value_type = String, examples("draft"))]
    state: &'static str,
    #[schema(value_type = DateTime)]
    created_at: Second,
    /// The credential that changed the content or the state last.
    #[schema(value_type = CredentialText)]
    changed_by: Credential,
    /// The instant at which the campaign begins or began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    begins_at: Option<Second>,
    /// A stable code of the reason why the service paused the campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_because: Option<String>,
    /// A sentence that says how to resume a campaign that the service paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    what_to_do: Option<&'static str>,
    /// The length of the SMS. Absent for an e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    sms: Option<SmsLength>,
    /// The figures of the campaign. Absent before it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    figures: Option<CampaignFigures>,
}

/// A campaign in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignSummary {
    #[schema(value_type = Identifier)]
    campaign_id: CampaignId,
    /// The merchant's name for the campaign.
    name: String,
    channel: Channel,
    /// The state of the campaign: `draft`, `scheduled`, `running`, `paused`, `cancelled` or `finished`.
    #[schema(value_type = String, examples("draft"))]
    state: &'static str,
    #[schema(value_type = DateTime)]
    created_at: Second,
    /// The instant at which the campaign begins or began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    begins_at: Option<Second>,
    /// A stable code of the reason why the service paused the campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_because: Option<String>,
}

/// A page of campaigns.
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignPage {
    pub(super) campaigns: Vec<CampaignSummary>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

impl CampaignFigures {
    fn of(recipients: u64, planned: bool, by_state: ByState) -> Self {
        let ByState {
            waiting,
            sent,
            delivered,
            bounced,
            failed,
            refused,
            opposed,
            unreachable,
            same_address,
            not_allowed,
            uncertain,
        } = by_state;
        let by_state = RecipientStates {
            waiting,
            sent,
            delivered,
            bounced,
            failed,
            refused,
            opposed,
            unreachable,
            same_address,
            not_allowed,
            uncertain,
        };
        Self { recipients, planned, by_state }
    }
}

impl CampaignAnswer {
    /// The campaign, with its figures if it has begun: no round trip, or 2.
    pub(super) async fn of(
        app: &App,
        scope: &Scope,
        stored: StoredCampaign,
    ) -> Result<Self, Problem> {
        let StoredCampaign { campaign, held_because, changed_by } = stored;
        let begun = !matches!(campaign.state, State::Draft | State::Scheduled);
        let figures = if begun {
            // The plan is read last: it has at least as many recipients as the figures.
            let figures = app.store().figures(scope.tenant(), campaign.id).await?;
            let plan = app.store().plan(scope.tenant(), campaign.id).await?;
            let by_state = figures.by_state(plan.recipients);
            Some(CampaignFigures::of(plan.recipients, plan.is_done(), by_state))
        } else {
            None
        };
        Ok(Self {
            campaign_id: campaign.id,
            sms: SmsLength::of(&campaign, &scope.settings),
            channel: Channel::of(campaign.channel),
            content: ContentBody::of(campaign.channel, &campaign.content),
            segment: SegmentBody::of(&campaign.segment),
            name: campaign.name,
            state: campaign.state.as_str(),
            created_at: campaign.created_at.into(),
            begins_at: campaign.begins_at.map(Second::from),
            what_to_do: held_because.as_deref().map(what_to_do),
            held_because,
            changed_by,
            figures,
        })
    }
}

impl CampaignSummary {
    pub(super) fn of(stored: StoredCampaign) -> Self {
        let StoredCampaign { campaign, held_because, changed_by: _ } = stored;
        Self {
            campaign_id: campaign.id,
            name: campaign.name,
            channel: Channel::of(campaign.channel),
            state: campaign.state.as_str(),
            created_at: campaign.created_at.into(),
            begins_at: campaign.begins_at.map(Second::from),
            held_because,
        }
    }
}

/// The sentence that says how to resume a campaign that the service paused.
fn what_to_do(held_because: &str) -> &'static str {
    match held_because {
        "provider_account" => {
            "The provider refuses the account: look at its credentials and its credit, then resume the \
             campaign."
        }
        "no_sender" => {
            "The merchant has no sender for this channel: set one, then resume the campaign."
        }
        "transactional_sender" => {
            "The sender of SMS is a short code that carries no marketing: set another sender, then resume \
             the campaign."
        }
        "merchant_not_named" => {
            "The SMS does not name the merchant: set a sender that does and resume the campaign, or cancel \
             it and create another one."
        }
        "content" => {
            "The text can no longer be sent as it is: cancel the campaign and create another one."
        }
        _ => "Look at the reason, then resume the campaign.",
    }
}
