//! A person who asked for the card becomes a member.

use crate::codes;
use crate::context::App;
use crate::member::address::Address;
use crate::member::details::{birth_date, name};
use crate::member::find::FoundMember;
use crate::schema::{
    CardNumber as CardNumberText, Date, EmailAddress, MobileNumber, OptionalText60, only_true,
};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::member::{self, Details, Email};
use domain::values::calendar;
use domain::{CardNumber, Day, Enrolment, Instant, KeyScope, MemberError, Mobile, Registration};
use http_edge::{Fields, JsonBody, Problem, Till};
use serde::Deserialize;
use store::{CardStep, Contact, Member, StoreError};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// A person who asked for the card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    #[schema(value_type = MobileNumber)]
    mobile: String,
    #[schema(schema_with = card_requested)]
    card_requested: bool,
    /// Whether the person is present and activates the card, for example with the details of this request.
    /// Also activates the card of a member who has this mobile already.
    #[serde(default)]
    card_activated: bool,
    #[schema(value_type = Option<OptionalText60>)]
    last_name: Option<String>,
    #[schema(value_type = Option<OptionalText60>)]
    first_name: Option<String>,
    #[schema(value_type = Option<EmailAddress>)]
    email: Option<String>,
    /// The birth date: after 1 January 1900, today at the latest.
    #[schema(value_type = Option<Date>)]
    birth_date: Option<String>,
    address: Option<Address>,
    /// The number of the card that was handed out.
    #[schema(value_type = Option<CardNumberText>)]
    card_number: Option<String>,
}

fn card_requested() -> RefOr<Schema> {
    only_true(
        "Whether the person asked for the card. Must be `true`: only a person who asked becomes a member.",
    )
}

impl NewMember {
    fn read(&self, today: Day) -> Result<store::NewMember, Problem> {
        let mut fields = Fields::default();
        if !self.card_requested {
            let detail = "must be true: only a person who asked for the card becomes a member";
            fields.note("/card_requested", codes::CARD_NOT_REQUESTED, detail);
        }
        let mobile = fields.check("/mobile", Mobile::parse(&self.mobile));
        let last_name = fields.check("/last_name", name(self.last_name.as_deref()));
        let first_name = fields.check("/first_name", name(self.first_name.as_deref()));
        let email = fields.check_given("/email", self.email.as_deref(), Email::parse);
        let birth_date = fields.check_given("/birth_date", self.birth_date.as_deref(), |given| {
            birth_date(given, today)
        });
        let address = match &self.address {
            Some(address) => address.read(&mut fields),
            None => Some(member::Address::default()),
        };
        let card =
            fields.check_given("/card_number", self.card_number.as_deref(), CardNumber::parse);
        let (
            true,
            Some(mobile),
            Some(last_name),
            Some(first_name),
            Some(email),
            Some(birth_date),
            Some(address),
            Some(card),
        ) = (self.card_requested, mobile, last_name, first_name, email, birth_date, address, card)
        else {
            return Err(fields.refuse());
        };
        Ok(store::NewMember {
            mobile,
            details: Details { last_name, first_name, email, birth_date, address, card },
            enrolment: Enrolment::Till,
        })
    }
}

/// Create a member: a person who asked for the card.
///
/// A member who has this mobile already does not change, with two exceptions: a member without a card gets
/// `card_number`, and `card_activated` activates the card. The answer is that of `find_member` in all cases.
#[utoipa::path(
    operation_id = "create_member",
    post, path = "/v1/members", tag = "members",
    request_body = NewMember,
    responses(
        (status = 201, description = "The new member.", body = FoundMember),
        (status = 200, description = "The member who has this mobile already.",
         body = FoundMember),
        (status = 409, description = "Another member has the card (`card_taken`), the member has another card \
         (`member_has_card`), or the card was blocked as lost (`card_blocked`)."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    JsonBody(new): JsonBody<NewMember>,
) -> Result<(StatusCode, Json<FoundMember>), Problem> {
    let now = app.now();
    let (card_activated, new) = (new.card_activated, new.read(till.day(now))?);
    let (mut member, is_new) = app
        .store()
        .create_member(&till.scope, &new, now)
        .await
        .map_err(|error| Problem::from(error).at("/card_number"))?;
    // A key that enrols one number after another learns which of them are members, and from the refusal of a card whether the card exists.
    if !is_new && till.key_scope == KeyScope::Till {
        app.count_miss(&till).await;
    }
    if let (false, Some(card)) = (is_new, &new.details.card) {
        let given = give_card(&app, &till, member, card, now).await;
        member = given.map_err(|error| Problem::from(error).at("/card_number"))?;
    }
    if card_activated {
        // The same request again activates the card, where this one ends before.
        let activated_at = Some(calendar::whole_second(now));
        let registration = Registration { invited_at: None, activated_at };
        member = app.store().register(&till.scope, member.person.id, &registration, now).await?;
    }
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(FoundMember::of(&member, &till, app.now()))))
}

/// Gives a member who existed before the card that was handed out. No round trip for the card that the member has,
/// 1 or 2 for another one, and for a first card also those of [`store::Store::step_card`].
async fn give_card(
    app: &App,
    till: &Till,
    member: Member,
    card: &CardNumber,
    now: Instant,
) -> Result<Member, StoreError> {
    let (store, scope) = (app.store(), &till.scope);
    let (id, own) = (member.person.id, member.person.details.card.as_ref());
    if own == Some(card) {
        return Ok(member);
    }
    if let Some(holder) = store.find_member(scope, &Contact::Card(card.clone())).await? {
        // The card of a member who was merged into this one is no other member's.
        let is_own = store.member(scope, holder).await?.person.id == id;
        return if is_own { Ok(member) } else { Err(MemberError::CardTaken.into()) };
    }
    match own {
        Some(_) => Err(MemberError::HasCard.into()),
        None => store.step_card(scope, id, &CardStep::Give(card.clone()), now).await,
    }
}
