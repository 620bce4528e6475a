//! The members of a batch with what a message needs.

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::member::{Details, Email};
use domain::{Channel, Instant, MemberId};
use jiff::ToSpan as _;
use std::collections::HashMap;
use store::{MessageAddress, NewMember, Scope, Store};
use support::{Table, consent, instant, merchant, mobile, open_merchant};

/// More members than a page holds, none of them in the batch.
const OTHERS: usize = 800;

fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

struct Fixture {
    table: Table,
    store: Store,
    scope: Scope,
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(domain::Sector::Retail, 1), now()).await;
        Self { table, store, scope }
    }

    async fn member(&self, number: u16, at: Instant) -> MemberId {
        let details = Details {
            first_name: Some(format!("Camille {number}")),
            email: Email::parse(&format!("member{number}@example.com")).ok(),
            ..Details::default()
        };
        let (mobile, enrolment) = (mobile(number), domain::Enrolment::Till);
        let new = NewMember { mobile, details, enrolment };
        let (member, _) = self.store.create_member(&self.scope, &new, at).await.unwrap();
        member.person.id
    }

    /// Puts other members between the members of a shard created before `at` and after.
    async fn others(&self, shard: u8, at: Instant) {
        let ids = (0_u128..).map(|random| MemberId::mint(at, random));
        let ids: Vec<_> = ids.filter(|id| id.shard() == shard).take(OTHERS).collect();
        let keys = ids
            .iter()
            .flat_map(|id| ["ACCOUNT", "PERSON"].map(|kind| format!("MEMBER#{id}#{kind}")));
        let items: Vec<_> = keys
            .map(|sk| {
                let pk = format!("{}#S#{shard:02}", self.scope.tenant());
                let item = HashMap::from(
                    [("pk", pk), ("sk", sk)]
                        .map(|(name, text)| (name.to_owned(), AttributeValue::S(text))),
                );
                let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
                WriteRequest::builder().put_request(put).build()
            })
            .collect();
        for some in items.chunks(25) {
            let write = self.table.client().batch_write_item();
            write.request_items(self.table.name(), some.to_vec()).send().await.unwrap();
        }
    }

    async fn expect(&self, members: &HashMap<MemberId, u16>) {
        let ids: Vec<_> = members.keys().copied().collect();
        let read = self.store.addressees(&self.scope, &ids, Channel::Email, now()).await.unwrap();
        assert_eq!(read.len(), members.len());
        for (id, number) in members {
            let one = &read[id];
            assert_eq!(one.first_name, Some(format!("Camille {number}")));
            let address = Email::parse(&format!("member{number}@example.com")).unwrap();
            assert!(one.address == Some(MessageAddress::Email(address)));
        }
    }
}

#[tokio::test]
async fn neighbours_and_scattered_members_are_read_alike() {
    let fixture = Fixture::open().await;
    let later = now() + 1.hour();
    let (mut before, mut after) = (HashMap::new(), HashMap::new());
    for number in 0..40 {
        before.insert(fixture.member(number, now()).await, number);
        after.insert(fixture.member(number + 100, later).await, number + 100);
    }
    let all: HashMap<_, _> =
        before.iter().chain(&after).map(|(id, number)| (*id, *number)).collect();
    fixture.expect(&all).await;

    let in_shard =
        |members: &HashMap<MemberId, u16>, shard: u8| members.keys().any(|id| id.shard() == shard);
    let mut shards = (0..store::MEMBER_SHARDS)
        .filter(|shard| in_shard(&before, *shard) && in_shard(&after, *shard));
    let shard = shards.next().unwrap();
    let close: HashMap<_, _> = all.into_iter().filter(|(id, _)| id.shard() == shard).collect();
    fixture.expect(&close).await;
    fixture.others(shard, now() + 30.minutes()).await;
    fixture.expect(&close).await;
}

#[tokio::test]
async fn each_channel_has_its_own_consent_and_address() {
    let fixture = Fixture::open().await;
    let id = fixture.member(1, now()).await;
    let change = consent(now());
    fixture.store.change_consent(&fixture.scope, id, Channel::Email, &change, now()).await.unwrap();
    let email = Email::parse("member1@example.com").unwrap();
    for (channel, permitted, address) in [
        (Channel::Email, true, Some(MessageAddress::Email(email))),
        (Channel::Sms, false, Some(MessageAddress::Mobile(mobile(1)))),
        (Channel::Postal, true, None),
    ] {
        let read = fixture.store.addressees(&fixture.scope, &[id], channel, now()).await.unwrap();
        assert_eq!(read[&id].is_permitted, permitted);
        assert!(read[&id].address == address);
    }
}
