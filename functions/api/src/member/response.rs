//! A member as a back office reads it.

use crate::ledger::balance::Balance;
use crate::member::address::Address;
use crate::schema::{CardNumber, CredentialText, Date, DateTime, E164, Identifier};
use crate::second::Second;
use domain::{Credential, Day, Enrolment, Instant, MemberId};
use http_edge::Till;
use serde::Serialize;
use utoipa::ToSchema;

/// The source of the information that a member asked for the card.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EnrolledBy {
    /// The till sent it.
    Till,
    /// The row of a file contained it.
    FileRow,
    /// The merchant attested it for all its files.
    Attestation,
    /// The person asked on a page of their own.
    Member,
}

/// A member with the whole record.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberAnswer {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    #[schema(value_type = E164)]
    mobile: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Date>)]
    birth_date: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CardNumber>)]
    card_number: Option<String>,
    /// The numbers of the cards that were blocked as lost. They find no member; `card_number` may be one of
    /// them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocked_card_numbers: Vec<String>,
    #[serde(flatten)]
    balance: Balance,
    /// The points ever earned, without the points that returns took back.
    points_earned: i64,
    /// The total of all sales less returns.
    spend_cents: i64,
    /// The number of sales.
    visits: u32,
    enrolled_by: EnrolledBy,
    #[schema(value_type = DateTime)]
    created_at: Second,
    /// The credential that created the member.
    #[schema(value_type = CredentialText)]
    created_by: Credential,
    /// The instant at which the invitation to complete the registration was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    invited_at: Option<Second>,
    /// The credential that recorded the invitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CredentialText>)]
    invited_by: Option<Credential>,
    /// The instant at which the member asked to delete the account, on the own pages. The member is erased between 3 and 5
    /// days later, unless the member cancels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    deletion_asked_at: Option<Second>,
    /// The instant at which the card was activated: by a use, where the merchant chose that, or by the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    activated_at: Option<Second>,
    /// The credential that activated the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CredentialText>)]
    activated_by: Option<Credential>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    last_activity_at: Option<Second>,
}

/// A page of members.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberPage {
    pub(super) members: Vec<MemberAnswer>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

impl MemberAnswer {
    pub(super) fn of(member: &store::Member, till: &Till, now: Instant) -> Self {
        let store::Member { person, account, .. } = member;
        let details = &person.details;
        Self {
            member_id: person.id,
            mobile: person.mobile.as_str().to_owned(),
            last_name: details.last_name.clone(),
            first_name: details.first_name.clone(),
            email: details.email.as_ref().map(|email| email.as_str().to_owned()),
            birth_date: details.birth_date,
            address: Address::of(&details.address),
            card_number: details.card.as_ref().map(|card| card.as_str().to_owned()),
            blocked_card_numbers: person
                .blocked_cards
                .iter()
                .map(|card| card.as_str().to_owned())
                .collect(),
            balance: Balance::of(account, till, now),
            points_earned: account.earned.get(),
            spend_cents: account.spend.get(),
            visits: account.visits,
            enrolled_by: match person.enrolment {
                Enrolment::Till => EnrolledBy::Till,
                Enrolment::FileRow => EnrolledBy::FileRow,
                Enrolment::Attestation => EnrolledBy::Attestation,
                Enrolment::Member => EnrolledBy::Member,
            },
            created_at: person.created_at.into(),
            created_by: person.created_by,
            invited_at: person.invited.map(|step| step.at).map(Second::from),
            invited_by: person.invited.map(|step| step.by),
            deletion_asked_at: person.deletion.map(|asked| asked.at).map(Second::from),
            activated_at: account.activated.map(|step| step.at).map(Second::from),
            activated_by: account.activated.map(|step| step.by),
            last_activity_at: account.last_activity.map(Second::from),
        }
    }
}
