//! Corrections of a balance by hand, each with its author and its reason.

use crate::context::App;
use crate::ledger::lot::LotTaken;
use crate::ledger::new_balance::NewBalance;
use crate::parameters::{MemberPath, RequiredKey};
use crate::schema::{DateTime, Identifier, OperatorCode, ReferenceCode, whole_number};
use crate::second::Second;
use axum::extract::State;
use domain::language::french::ticket;
use domain::ledger::entry::{self, Adjustment, Author};
use domain::programme::Unit;
use domain::purchase::receipt::Reference;
use domain::{DomainError, LedgerError, MemberId};
use http_edge::{Fields, KeyedAnswer, Problem, RequiredKeyBody, Segments, Till, idempotency};
use serde::{Deserialize, Serialize};
use store::{Entered, ErrorChain, NewAdjustment, StoreError};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{OneOfBuilder, Schema};

/// The reason of a correction. The list is closed: a free text would invite what the terms forbid.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AdjustmentReason)]
pub(crate) enum Reason {
    /// A gesture of goodwill to the customer.
    Goodwill,
    /// A mistake is corrected.
    Correction,
    /// The customer's points of another programme are added.
    Transfer,
    /// Points obtained by fraud are taken.
    Fraud,
}

impl Reason {
    const fn of(reason: entry::AdjustmentReason) -> Self {
        match reason {
            entry::AdjustmentReason::Goodwill => Self::Goodwill,
            entry::AdjustmentReason::Correction => Self::Correction,
            entry::AdjustmentReason::Transfer => Self::Transfer,
            entry::AdjustmentReason::Fraud => Self::Fraud,
        }
    }

    const fn read(self) -> entry::AdjustmentReason {
        match self {
            Self::Goodwill => entry::AdjustmentReason::Goodwill,
            Self::Correction => entry::AdjustmentReason::Correction,
            Self::Transfer => entry::AdjustmentReason::Transfer,
            Self::Fraud => entry::AdjustmentReason::Fraud,
        }
    }
}

/// A correction to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAdjustment)]
pub(crate) struct CreateAdjustment {
    #[schema(schema_with = points)]
    points: i64,
    reason: Reason,
    /// The person who makes the correction, by the short code of the merchant's own list.
    #[schema(value_type = OperatorCode)]
    operator: String,
    #[schema(value_type = Option<ReferenceCode>)]
    reference: Option<String>,
}

fn points() -> RefOr<Schema> {
    let taken = whole_number(-entry::MOST_ADJUSTED, -1);
    let given = whole_number(1, entry::MOST_ADJUSTED);
    let description = "The points to give, or to take where the number is below zero; never 0. Cents in a \
                       programme of cents.";
    let either = OneOfBuilder::new().item(taken).item(given).description(Some(description));
    RefOr::T(Schema::OneOf(either.examples([-50]).build()))
}

/// A correction that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = Adjustment)]
pub(crate) struct AdjustmentAnswer {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    /// The instant of the correction.
    #[schema(value_type = DateTime)]
    at: Second,
    /// The points that were given, or taken where the number is below zero.
    points: i64,
    /// The lots that the points were taken from. Empty where points were given.
    lots: Vec<LotTaken>,
    reason: Reason,
    /// The person who made the correction, by the short code of the merchant's own list.
    #[schema(value_type = OperatorCode)]
    operator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ReferenceCode>)]
    reference: Option<String>,
    #[serde(flatten)]
    balance: NewBalance,
}

impl AdjustmentAnswer {
    fn of(adjusted: &Entered, adjustment: &Adjustment, unit: Unit) -> Self {
        let Entered { member, entry, balance } = adjusted;
        Self {
            member_id: *member,
            at: entry.at.into(),
            points: entry.points.get(),
            lots: LotTaken::all(&entry.lots),
            reason: Reason::of(adjustment.reason),
            operator: adjustment.author.as_str().to_owned(),
            reference: adjustment.reference.as_ref().map(|code| code.as_str().to_owned()),
            balance: NewBalance::of(balance, ticket::lines(unit, Some(entry.points), balance)),
        }
    }
}

/// Counts a new correction for the alarm `UnusualAdjustments`. A count that fails does not change the answer.
async fn count(app: &App, till: &Till, new: &NewAdjustment) {
    match app.store().count_adjustment(&till.scope, new.today, new.points).await {
        Ok(Some(total)) => tracing::warn!(
            merchant = tracing::field::display(till.scope.settings.merchant.id),
            adjusted_points = total.get(),
            "the corrections of a merchant are unusually high today"
        ),
        Ok(None) => {}
        Err(error) => {
            let error = ErrorChain(&error).to_string();
            tracing::warn!(error, "a correction was not counted");
        }
    }
}

/// Correct a balance by hand.
///
/// Points that are taken must be there to be spent; points that are given can be spent at once. A
/// correction is not a use of the card, and does not delay the expiry of points. All corrections of a member on
/// one day together give or take at most 20,000 points; points that were taken are subtracted from points that were
/// given. The history shows the key of each correction (`by`).
#[utoipa::path(
    operation_id = "create_adjustment",
    post, path = "/v1/members/{member_id}/adjustments", tag = "members",
    params(MemberPath, RequiredKey),
    request_body = CreateAdjustment,
    responses(
        (status = 201, description = "The new correction; or the correction that an earlier request with the \
         same key made.", body = AdjustmentAnswer),
        (status = 409, description = "The member has too few points (`not_enough_points`), the corrections of \
         the member today would be too many points (`adjusted_enough`), or the key came with another request \
         (`idempotency_key_reused`)."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    RequiredKeyBody { key, body: create }: RequiredKeyBody<CreateAdjustment>,
) -> Result<KeyedAnswer<AdjustmentAnswer>, Problem> {
    let now = app.now();
    let mut fields = Fields::default();
    let points = fields.check("/points", entry::adjusted(create.points));
    let author = fields.check("/operator", Author::parse(&create.operator));
    let reference = fields.check_given("/reference", create.reference.as_deref(), Reference::parse);
    let (Some(points), Some(author), Some(reference)) = (points, author, reference) else {
        return Err(fields.refuse());
    };
    let adjustment = Adjustment { author, reason: create.reason.read(), reference };
    let new = NewAdjustment { member: path.member_id, points, adjustment, today: till.day(now) };
    let answered = app.store().adjust(&till.scope, &new, &key, now).await;
    let answered = answered.map_err(|error| match error {
        StoreError::Refused(DomainError::Ledger(
            LedgerError::NotEnoughPoints | LedgerError::AdjustedEnough,
        )) => Problem::from(error).at("/points"),
        _ => error.into(),
    })?;
    let (adjusted, is_replay) = idempotency::split(answered);
    if !is_replay {
        count(&app, &till, &new).await;
    }
    let answer = AdjustmentAnswer::of(&adjusted, &new.adjustment, till.unit());
    Ok(KeyedAnswer::created(answer, is_replay))
}
