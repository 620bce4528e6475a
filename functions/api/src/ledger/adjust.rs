//! Corrections of a balance by hand, each with its author and its reason.

use crate::member::history::LotTaken;
use crate::openapi::{BodyRefusals, TillRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::language::french::ticket;
use domain::ledger::entry::{self, Adjustment, Author};
use domain::programme::Unit;
use domain::purchase::receipt::Reference;
use domain::{Day, DomainError, Instant, LedgerError};
use http_edge::idempotency::{Replayed, told};
use http_edge::{Fields, KeyedBody, Problem, Segments, Till};
use serde::{Deserialize, Serialize};
use store::{Entered, NewAdjustment, StoreError};
use utoipa::ToSchema;

/// Why a balance is corrected. A closed list: a free text would invite what the terms forbid.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AdjustmentReason)]
pub(crate) enum Reason {
    /// A gesture towards the customer.
    Goodwill,
    /// A mistake is put right.
    Correction,
    /// What the customer had in another programme.
    Transfer,
    /// Points got by fraud are taken.
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

/// A correction.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAdjustment)]
pub(crate) struct CreateAdjustment {
    /// Given, or taken where they are below zero; not 0. Cents in a programme of cents.
    #[schema(minimum = -100_000, maximum = 100_000, examples(-50))]
    points: i64,
    reason: Reason,
    /// Who corrects: the short code of the merchant's own list, never a name.
    #[schema(max_length = 16, examples("V12"))]
    operator: String,
    /// What the merchant finds it by in its own papers: a code of letters, digits and `. _ - /`.
    #[schema(max_length = 40, examples("SAV-1024"))]
    reference: Option<String>,
}

/// A correction that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = Adjustment)]
pub(crate) struct AdjustmentAnswer {
    member_id: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    points: i64,
    /// The points it took, by the day they were earned; none where it gave some.
    lots: Vec<LotTaken>,
    reason: Reason,
    operator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// What can be spent after it.
    balance: i64,
    /// What waits after it for the time of returns to pass.
    pending: i64,
    /// Lines for the ticket, in French, of at most 40 characters.
    ticket: Vec<String>,
}

impl AdjustmentAnswer {
    fn of(adjusted: &Entered, adjustment: &Adjustment, unit: Unit) -> Self {
        let Entered { member, entry, balance } = adjusted;
        Self {
            member_id: member.to_string(),
            at: entry.at,
            points: entry.points.get(),
            lots: LotTaken::all(&entry.lots),
            reason: Reason::of(adjustment.reason),
            operator: adjustment.author.as_str().to_owned(),
            reference: adjustment.reference.as_ref().map(|code| code.as_str().to_owned()),
            balance: balance.available.get(),
            pending: balance.pending.get(),
            ticket: ticket::lines(unit, Some(entry.points), balance),
        }
    }
}

/// Correct a balance by hand. What is taken must be there to be spent; what is given is there at once. It
/// is no use of the card: it keeps nothing from expiring. The same request again within 24 hours
/// changes nothing and is answered as the first time.
#[utoipa::path(
    operation_id = "create_adjustment",
    post, path = "/v1/members/{member_id}/adjustments", tag = "members", security(("till_key" = [])),
    params(
        ("member_id" = String, Path),
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 255,
         description = "Visible ASCII characters; one key a correction, a UUID for example."),
    ),
    request_body = CreateAdjustment,
    responses(
        (status = 201, description = "Corrected, now or before.", body = AdjustmentAnswer,
         headers(("idempotency-replayed" = String, description = "`true` where it was made before."))),
        (status = 409, description = "More than can be spent (`not_enough_points`), or the key came with \
         another request (`idempotency_key_reused`).",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    Segments(member): Segments<String>,
    body: KeyedBody<CreateAdjustment>,
) -> Result<(StatusCode, Replayed, Json<AdjustmentAnswer>), Problem> {
    let (key, create) = body.required()?;
    let (member, now) = (identifiers::member(&member)?, app.now());
    let mut fields = Fields::default();
    let points = fields.check("/points", entry::adjusted(create.points));
    let author = fields.check("/operator", Author::parse(&create.operator));
    let reference = fields.check_given("/reference", create.reference.as_deref(), Reference::parse);
    let (Some(points), Some(author), Some(reference)) = (points, author, reference) else {
        return Err(fields.refuse());
    };
    let adjustment = Adjustment { author, reason: create.reason.read(), reference };
    let today = Day::at(now, &till.establishment.time_zone);
    let new = NewAdjustment { member, points, adjustment, today };
    let answered = app.store().adjust(&till.scope, &new, &key, now).await;
    let answered = answered.map_err(|error| match error {
        StoreError::Refused(DomainError::Ledger(LedgerError::NotEnoughPoints)) => {
            Problem::from(error).at("/points")
        }
        _ => error.into(),
    })?;
    let (adjusted, replayed) = told(answered);
    let unit = till.scope.settings.programmes.unit();
    let answer = AdjustmentAnswer::of(&adjusted, &new.adjustment, unit);
    Ok((StatusCode::CREATED, replayed, Json(answer)))
}
