//! A person asks for the card.

use super::super::ctx::{Ctx, Till, text};
use super::super::person::{Person, digits};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use crate::known::fact::Fact;
use crate::known::records::Member;
use crate::world::clock;
use domain::KeyScope;
use serde_json::{Value, json};

pub(in super::super) const CREATE: Operation =
    Operation::of("create_member", Topic::Member, 30, |ctx| Box::pin(create(ctx))).essential();

async fn create(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let person = ctx.person();
    let body = details(&mut ctx, person);
    let request = ApiRequest::post("create_member", "/v1/members".to_owned());
    let request = request.by(&till.key).json(body.clone());
    let before = ctx.data(&till.tenant, |data| data.members.clone()).unwrap_or_default();
    ctx.carry_out(&request, |response| {
        if response.status == 201 {
            return known(&till, person, &body, &response.body);
        }
        // The person is a member already. Of the details, the service takes a first card only.
        let (id, card) = (text(&response.body, "member_id")?, text(&body, "card_number"));
        let member = before.iter().find(|member| member.id == id);
        match (member, card) {
            (Some(member), Some(card)) if member.card.is_none() => {
                Some(Fact::CardReplaced { tenant: till.tenant.clone(), member: id, card })
            }
            (Some(_), _) => None,
            (None, card) => {
                let details = json!({"mobile": body["mobile"], "card_number": card});
                known(&till, person, &details, &response.body)
            }
        }
    })
    .await;
}

fn details(ctx: &mut Ctx, person: Person) -> Value {
    let mut body = json!({"mobile": person.mobile(0), "card_requested": true});
    if ctx.one_in(2) {
        body["first_name"] = person.first_name().into();
        body["last_name"] = person.last_name().into();
    }
    if ctx.one_in(2) {
        body["card_number"] = person.card(0).into();
    }
    if !ctx.one_in(4) {
        body["email"] = person.email().into();
    }
    if ctx.one_in(3) {
        body["birth_date"] = person.birth_date().into();
    }
    if ctx.one_in(5) {
        body["address"] =
            json!({"street": "1 rue des Lilas", "postcode": "75020", "city": "Paris"});
    }
    if ctx.one_in(5) {
        body["card_activated"] = json!(true);
    }
    // Now and then a cashier mistypes.
    if ctx.one_in(40) {
        body["mobile"] = "01 44 00 00 00".into();
    }
    body
}

/// The fact that a person is a member, as an answer to `find_member` says it.
pub(super) fn known(till: &Till, person: Person, body: &Value, answer: &Value) -> Option<Fact> {
    let member = member(text(answer, "member_id")?, person, body);
    Some(Fact::MemberKnown { tenant: till.tenant.clone(), member: Box::new(member) })
}

/// A member who was just enrolled with these details.
pub(in super::super) fn member(id: String, person: Person, body: &Value) -> Member {
    let now = clock::now();
    let mobile = text(body, "mobile").unwrap_or_else(|| person.mobile(0));
    Member {
        id,
        person: person.0,
        mobile: digits(&mobile),
        card: text(body, "card_number"),
        email: text(body, "email"),
        is_card_blocked: false,
        enrolled_at: now,
        last_activity: now,
        merged_into: None,
        erased_at: None,
    }
}
