//! The oppositions that a table recorded after the moment to which another one was restored.

use crate::fixture::{CREATED, Fixture, day};
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::member::consent::OppositionReason;
use domain::{Channel, Credential, MemberId, Sector};
use jiff::ToSpan as _;
use retention::{Request, Response, RetentionError, StoredOppositions};
use serde_json::{Value, json};
use std::collections::HashMap;
use store::{ConsentChange, MessageAddress};
use support::{consent, instant, mobile, opposition};

type Item = HashMap<String, AttributeValue>;

fn text(item: &Item, name: &str) -> String {
    item[name].as_s().unwrap().clone()
}

/// What `carry` sends of an item.
fn statement(item: &Item) -> Vec<Value> {
    let (pk, sk) = (text(item, "pk"), text(item, "sk"));
    if let Some(row) = sk.strip_prefix("CONSENT#") {
        let (channel, _) = row.split_once('#').unwrap();
        let change = STANDARD.encode(item["change"].as_b().unwrap());
        return vec![json!({"rows": pk, "channel": channel, "change": change})];
    }
    if sk != "DO_NOT_CONTACT" {
        return vec![];
    }
    let channels = ["email", "sms", "postal"].into_iter().filter_map(|channel| {
        let said = item.get(channel)?.as_m().unwrap();
        let at: i64 = said["at"].as_n().unwrap().parse().unwrap();
        let (reason, by) = (text(said, "reason"), text(said, "by"));
        Some(json!({"contact": pk, "channel": channel, "at": at, "reason": reason, "by": by}))
    });
    channels.collect()
}

impl Fixture {
    async fn items(&self) -> Vec<Item> {
        let scan = self.table.client().scan().table_name(self.table.name()).send().await;
        scan.unwrap().items.unwrap_or_default()
    }

    /// Brings the table back to what it was.
    async fn restore(&self, before: &[Item]) {
        let (client, name) = (self.table.client(), self.table.name());
        for item in self.items().await {
            let delete = client.delete_item().table_name(name);
            let delete = delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone());
            delete.send().await.unwrap();
        }
        for item in before {
            let put = client.put_item().table_name(name).set_item(Some(item.clone()));
            put.send().await.unwrap();
        }
    }

    async fn store_again(&self, said: &[Value]) -> Result<StoredOppositions, RetentionError> {
        let request: Request = serde_json::from_value(json!({"oppositions": said})).unwrap();
        match self.request(&request, "2026-09-02").await? {
            Response::StoredAgain(stored) => Ok(stored),
            other => panic!("the function answered {other:?}"),
        }
    }

    async fn consents_to_sms(&self, number: u16) -> MemberId {
        let member = self.enrol_uninvited(number, CREATED).await;
        self.change(member, &consent(instant(CREATED))).await;
        member
    }

    async fn change(&self, member: MemberId, change: &ConsentChange) {
        let changed =
            self.app.store.change_consent(&self.scope, member, Channel::Sms, change, change.at());
        changed.await.unwrap();
    }

    async fn permits_sms(&self, member: MemberId) -> bool {
        let person = self.app.store.member(&self.scope, member).await.unwrap().person;
        person.permits(Channel::Sms, day("2026-09-01"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opposition_that_a_restored_table_does_not_know_is_stored_again_and_a_consent_is_not() {
    let fixture = Fixture::open(Sector::Retail).await;
    let by_sms = fixture.consents_to_sms(1).await;
    let at_the_counter = fixture.consents_to_sms(2).await;
    let consented_later = fixture.enrol_uninvited(3, CREATED).await;
    let before = fixture.items().await;

    let later = instant(CREATED) + 1.hour();
    let stop = opposition(later, OppositionReason::Stop);
    let address = MessageAddress::Mobile(mobile(1));
    fixture.app.store.oppose_at(&fixture.scope, &address, stop, later).await.unwrap();
    let manual = opposition(later, OppositionReason::Manual);
    fixture.change(at_the_counter, &ConsentChange::Oppose(manual)).await;
    fixture.change(consented_later, &consent(later)).await;
    let after_the_moment = fixture.enrol_uninvited(4, CREATED).await;
    fixture.change(after_the_moment, &ConsentChange::Oppose(manual)).await;
    let said: Vec<Value> = fixture.items().await.iter().flat_map(statement).collect();

    fixture.restore(&before).await;
    assert!(fixture.permits_sms(by_sms).await, "the restored table knows no STOP");
    // STOP is stored at the contact and in the history of the member.
    let stored = StoredOppositions { members: 3, unknown: 1 };
    assert_eq!(fixture.store_again(&said).await.unwrap(), stored);
    for member in [by_sms, at_the_counter, consented_later] {
        assert!(!fixture.permits_sms(member).await);
    }
    let history = fixture.app.store.consent_history(&fixture.scope, by_sms).await.unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!((history[0].change.at(), history[0].change.by()), (later, Credential::Service));

    let once = fixture.dump().await;
    assert_eq!(fixture.store_again(&said).await.unwrap(), stored);
    assert_eq!(fixture.dump().await, once, "nothing changes a second time");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opposition_of_a_former_number_reaches_the_member_who_has_the_number_in_the_restored_table()
 {
    let fixture = Fixture::open(Sector::Retail).await;
    let (one, other) = (fixture.consents_to_sms(1).await, fixture.consents_to_sms(2).await);
    let before = fixture.items().await;

    let later = instant(CREATED) + 1.hour();
    fixture.app.store.merge_members(&fixture.scope, other, one, later).await.unwrap();
    let stop = opposition(later, OppositionReason::Stop);
    let address = MessageAddress::Mobile(mobile(1));
    fixture.app.store.oppose_at(&fixture.scope, &address, stop, later).await.unwrap();
    let said: Vec<Value> = fixture.items().await.iter().flat_map(statement).collect();

    fixture.restore(&before).await;
    fixture.store_again(&said).await.unwrap();
    assert!(!fixture.permits_sms(one).await, "the member who has the number");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_no_table_can_have_recorded_is_refused() {
    let fixture = Fixture::open(Sector::Retail).await;
    let merchant = fixture.scope.settings.merchant.id;
    let of = |pk: &str, channel: &str, reason: &str| {
        let pk = pk.replace("M#1", &format!("M#{merchant}"));
        json!({"contact": pk, "channel": channel, "at": 1_790_000_000, "reason": reason, "by": "service"})
    };
    for refused in [
        of("M#1#S#03", "sms", "stop"),
        of("M#1", "sms", "stop"),
        of("M#1#CONTACT#MOBILE#hash", "fax", "stop"),
        of("M#1#CONTACT#MOBILE#hash", "sms", "tired"),
        json!({"rows": format!("M#{merchant}#MEMBER#1"), "channel": "sms", "change": ""}),
    ] {
        assert!(fixture.store_again(&[refused]).await.is_err());
    }
    let unknown = of("M#1#CONTACT#MOBILE#hash", "sms", "stop");
    assert_eq!(fixture.store_again(&[unknown]).await.unwrap(), StoredOppositions::default());
}
