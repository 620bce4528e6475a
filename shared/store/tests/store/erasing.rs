//! The erasure of a member: what is deleted, what stays, and races.

use crate::fixture::draft_campaign;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::CardNumber;
use domain::campaign::Step;
use domain::member::consent::OppositionReason;
use domain::member::{Details, Email, Enrolment};
use domain::retention::{ErasureReason, Suppression};
use domain::{
    CampaignId, Channel, Credential, Day, DomainError, EstablishmentId, Instant, MemberError,
    MemberId, Purchase, PurchaseKind, Receipt, ReceiptNumber, Register, Sector, UploadId,
};
use jiff::ToSpan as _;
use rstest::rstest;
use std::collections::BTreeMap;
use store::{
    Addressed, AnyContact, BatchId, Claimed, Conflict, Contact, Counts, Customer, CutBatch,
    DueMember, Entity, HistoryEntry, Known, MEMBER_SHARDS, Member, NewMember, PurchaseToRecord,
    Scope, Source, Store, StoreError, Tombstone, WalkPosition,
};
use support::{Table, instant, merchant, mobile, open_merchant, opposition, receipt, sale};

const NOW: &str = "2026-11-24T09:20:00Z";
const EMAIL: &str = "famille.martin@example.com";

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn now() -> Instant {
    instant(NOW)
}

fn person(number: u16) -> NewMember {
    let details = Details {
        last_name: Some("Martin".to_owned()),
        email: Email::parse(EMAIL).ok(),
        card: CardNumber::parse(&format!("CARD{number}")).ok(),
        ..Details::default()
    };
    NewMember { mobile: mobile(number), details, enrolment: Enrolment::Till }
}

fn card(number: u16) -> Contact {
    Contact::Card(CardNumber::parse(&format!("CARD{number}")).unwrap())
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
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        Self { table, store, scope }
    }

    async fn enrol(&self, number: u16) -> MemberId {
        self.store.create_member(&self.scope, &person(number), now()).await.unwrap().0.person.id
    }

    async fn sell(&self, member: MemberId, number: &str) {
        self.sell_purchase(member, sale(number, 1_000)).await;
    }

    async fn sell_purchase(&self, member: MemberId, purchase: Purchase) {
        let entry = PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
        self.store
            .record_purchase(&self.scope, &Customer::Member(member), &entry, now())
            .await
            .unwrap();
    }

    async fn read(&self, member: MemberId) -> Member {
        match self.store.due_member(&self.scope, member).await.unwrap() {
            DueMember::Member(member) => *member,
            _ => panic!("no member"),
        }
    }

    async fn decide(&self, member: MemberId, today: &str) -> Tombstone {
        let read = self.read(member).await;
        let decided = self
            .store
            .decide_erasure(
                &self.scope,
                &read,
                &self.store.login_state(&self.scope, &read.person).await.unwrap(),
                ErasureReason::Inactive,
                day(today),
            )
            .await;
        decided.unwrap().unwrap()
    }

    async fn erase(&self, member: MemberId, today: &str) {
        let tombstone = self.decide(member, today).await;
        self.store.carry_out_erasure(&self.scope, &tombstone, day(today)).await.unwrap();
    }

    /// The keys of all items with a member's identifier, as text or in sixteen bytes.
    async fn traces(&self, member: MemberId) -> Vec<String> {
        self.traces_after(member, Instant::MIN).await
    }

    /// As [`Fixture::traces`], of items that have not reached their end at an instant.
    async fn traces_after(&self, member: MemberId, at: Instant) -> Vec<String> {
        let client = self.table.client();
        let items = client.scan().table_name(self.table.name()).into_paginator().items().send();
        let mut items = items.collect::<Result<Vec<_>, _>>().await.unwrap();
        items.retain(|item| {
            let ttl = item.get("ttl").and_then(|ttl| ttl.as_n().ok()?.parse::<i64>().ok());
            ttl.is_none_or(|end| end > at.as_second())
        });
        let id = member.to_string();
        let tenant = self.scope.tenant().to_string();
        let mut keys: Vec<String> = items
            .iter()
            .filter(|item| item.values().any(|value| names(value, member)))
            .map(|item| {
                let text = |name: &str| item[name].as_s().unwrap().clone();
                let key = format!("{} {}", text("pk"), text("sk"));
                key.replace(&tenant, "T").replace(&id, "[member]")
            })
            .collect();
        keys.sort();
        keys
    }

    async fn known(&self, contact: &Contact) -> Option<Known> {
        let asked = std::slice::from_ref(contact);
        let entries = self.store.find_contacts(&self.scope, asked).await.unwrap();
        entries.get(contact).map(|entry| entry.known)
    }

    async fn suppression(&self, contact: impl Into<AnyContact>, at: &str) -> Option<Suppression> {
        let asked = [contact.into()];
        let found = self.store.suppressions(&self.scope, &asked, instant(at)).await.unwrap();
        found.get(&asked[0]).copied()
    }
}

/// Whether a value holds a member's identifier.
fn names(value: &AttributeValue, member: MemberId) -> bool {
    let (text, bytes) = (member.to_string(), member.to_bytes());
    match value {
        AttributeValue::B(blob) => {
            let blob = blob.as_ref();
            blob.windows(bytes.len()).any(|part| part == bytes)
                || blob.windows(text.len()).any(|part| part == text.as_bytes())
        }
        AttributeValue::M(map) => map.values().any(|value| names(value, member)),
        AttributeValue::L(list) => list.iter().any(|value| names(value, member)),
        other => format!("{other:?}").contains(&text),
    }
}

fn shard(member: MemberId) -> String {
    format!("T#S#{:02}", member.shard())
}

#[tokio::test]
async fn an_erased_member_leaves_only_the_record_of_the_erasure() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let (id, other) = (fixture.enrol(1).await, fixture.enrol(2).await);
    for number in 0..60 {
        fixture.sell(id, &format!("r{number}")).await;
    }
    // Two are cancelled, and the receipt of one is sent again for another member.
    for number in ["r0", "r1"] {
        store.cancel_purchase(scope, &receipt(number), now()).await.unwrap();
    }
    fixture.sell_purchase(other, sale("r1", 2_000)).await;
    let campaign = send_to(&fixture, id).await;
    for second in 1..=25 {
        let at = now() + second.seconds();
        let opposition = opposition(at, OppositionReason::Manual);
        store.oppose(scope, id, Channel::Email, opposition, at).await.unwrap();
    }

    fixture.erase(id, "2029-11-24").await;
    // The batch of the campaign ended 90 days after it was cut.
    let erased_at = instant("2029-11-24T12:00:00Z");
    let left = fixture.traces_after(id, erased_at).await;
    let tombstone = format!("{} MEMBER#[member]#PERSON", shard(id));
    assert_eq!(left, ["T#ERASED 2029-11-24#[member]".to_owned(), tombstone]);
    assert!(matches!(store.member(scope, id).await, Err(StoreError::NotFound(Entity::Member))));
    assert_eq!(store.find_member(scope, &Contact::Mobile(mobile(1))).await.unwrap(), None);
    assert_eq!(store.find_member(scope, &card(1)).await.unwrap(), None);

    // The second pass deletes a row that a running campaign wrote late.
    let rows = fixture.table.client().put_item().table_name(fixture.table.name());
    let row = |name: &str, value: String| (name.to_owned(), AttributeValue::S(value));
    let late = [
        row("pk", format!("{}#MEMBER#{id}", scope.tenant())),
        row("sk", format!("MESSAGE#{campaign}")),
    ];
    rows.set_item(Some(late.into())).send().await.unwrap();
    let DueMember::Erased(tombstone) = store.due_member(scope, id).await.unwrap() else {
        panic!("no tombstone")
    };
    assert_eq!(tombstone.erased_on, day("2029-11-24"));
    store.carry_out_erasure(scope, &tombstone, day("2029-11-25")).await.unwrap();
    assert_eq!(fixture.traces_after(id, erased_at).await, ["T#ERASED 2029-11-24#[member]"]);
    assert!(matches!(store.due_member(scope, id).await.unwrap(), DueMember::Gone));

    // The other member's data stays.
    let others = store.purchase(scope, &receipt("r1")).await.unwrap();
    assert_eq!(others.member, Some(other));
    assert_eq!(store.find_member(scope, &card(2)).await.unwrap(), Some(other));
    let email = store::MessageAddress::Email(Email::parse(EMAIL).unwrap());
    assert_eq!(store.members_at(scope, &email).await.unwrap(), [other]);
}

/// Sends a campaign's message to a member.
async fn send_to(fixture: &Fixture, member: MemberId) -> CampaignId {
    let (store, tenant) = (&fixture.store, fixture.scope.tenant());
    let campaign = CampaignId::mint(now(), 5);
    let id = BatchId { shard: 0, cursor: MemberId::mint(now(), 7) };
    let mut plan = store.plan(tenant, campaign).await.unwrap();
    let batch = Some(CutBatch { id, members: &[member], at: now() });
    let end = WalkPosition::start_of(MEMBER_SHARDS);
    assert!(store.cut_batch(tenant, campaign, &mut plan, batch, end).await.unwrap());
    let Claimed::Ours(mut claim) = store.claim_batch(tenant, campaign, id, now()).await.unwrap()
    else {
        panic!("another process holds the batch")
    };
    let addressed = Addressed { members: vec![member], counts: Counts::default() };
    let channel = Channel::Sms;
    let begun = store.begin_sending(tenant, campaign, &mut claim, channel, &addressed, now()).await;
    assert!(begun.unwrap());
    campaign
}

#[rstest]
#[case::each_has_its_own_mobile(&[])]
#[case::the_survivor_took_over_the_mobile_of_the_absorbed(&[(0, 3)])]
#[case::so_did_a_survivor_who_was_merged_later(&[(1, 3)])]
#[tokio::test]
async fn members_merged_into_an_erased_member_are_erased_with_it(#[case] mobiles: &[(usize, u16)]) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let mut ids = vec![];
    for number in 1..=3 {
        ids.push(fixture.enrol(number).await);
        fixture.sell(ids[ids.len() - 1], &format!("r{number}")).await;
    }
    store.merge_members(scope, ids[1], ids[2], now()).await.unwrap();
    let change = async |survivor: usize| {
        for (_, number) in mobiles.iter().filter(|(member, _)| *member == survivor) {
            store.change_mobile(scope, ids[survivor], &mobile(*number), now()).await.unwrap();
        }
    };
    change(1).await;
    store.merge_members(scope, ids[0], ids[1], now()).await.unwrap();
    change(0).await;
    fixture.erase(ids[0], "2029-11-24").await;
    let DueMember::Erased(tombstone) = store.due_member(scope, ids[0]).await.unwrap() else {
        panic!("no tombstone")
    };
    store.carry_out_erasure(scope, &tombstone, day("2029-11-25")).await.unwrap();
    for (number, id) in (1..=3).zip(&ids) {
        let record: &[&str] = if *id == ids[0] { &["T#ERASED 2029-11-24#[member]"] } else { &[] };
        assert_eq!(fixture.traces(*id).await, record);
        for contact in [Contact::Mobile(mobile(number)), card(number)] {
            assert_eq!(fixture.known(&contact).await, None);
            // A mobile that was given up before the erasure is not the erased person's.
            let is_given_up = contact == Contact::Mobile(mobile(number))
                && mobiles.iter().any(|(member, _)| ids[*member] == *id);
            let suppression = Suppression::RowsUpTo(day("2029-11-24"));
            let suppression = Some(suppression).filter(|_| !is_given_up);
            assert_eq!(fixture.suppression(contact, NOW).await, suppression);
        }
    }
}

#[tokio::test]
async fn a_purchase_before_the_decision_stops_the_erasure() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1).await;
    let read = fixture.read(id).await;
    fixture.sell(id, "1").await;
    let today = day("2029-11-24");
    let decided = fixture
        .store
        .decide_erasure(
            &fixture.scope,
            &read,
            &fixture.store.login_state(&fixture.scope, &read.person).await.unwrap(),
            ErasureReason::Inactive,
            today,
        )
        .await;
    assert_eq!(decided.unwrap(), None);
    let member = fixture.store.member(&fixture.scope, id).await.unwrap();
    assert_eq!(member.account.visits, 1);
    assert_eq!(fixture.known(&card(1)).await, Some(Known::Member(id)));
}

#[tokio::test]
async fn a_correction_before_the_decision_stops_the_erasure() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1).await;
    let read = fixture.read(id).await;
    fixture.store.change_mobile(&fixture.scope, id, &mobile(2), now()).await.unwrap();
    let today = day("2029-11-24");
    let decided = fixture
        .store
        .decide_erasure(
            &fixture.scope,
            &read,
            &fixture.store.login_state(&fixture.scope, &read.person).await.unwrap(),
            ErasureReason::Inactive,
            today,
        )
        .await;
    assert_eq!(decided.unwrap(), None);
    assert_eq!(fixture.known(&Contact::Mobile(mobile(2))).await, Some(Known::Member(id)));
}

#[tokio::test]
async fn a_purchase_after_the_decision_finds_no_member() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1).await;
    fixture.decide(id, "2029-11-24").await;
    let entry = PurchaseToRecord {
        card_activated: false,
        purchase: sale("1", 1_000),
        source: Source::Operator,
    };
    for customer in [Customer::Member(id), Customer::Contact(Contact::Mobile(mobile(1)))] {
        let sold = fixture.store.record_purchase(&fixture.scope, &customer, &entry, now()).await;
        assert!(matches!(sold, Err(StoreError::NotFound(Entity::Member))), "{sold:?}");
    }
    assert!(fixture.store.purchase(&fixture.scope, &receipt("1")).await.is_err());
}

#[tokio::test]
async fn a_member_whose_erasure_was_interrupted_is_never_read() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let mut ids = vec![];
    for number in 0..40 {
        ids.push(fixture.enrol(number).await);
    }
    let erased: Vec<_> = ids.drain(..20).collect();
    for id in &erased {
        fixture.decide(*id, "2029-11-24").await;
    }
    ids.sort();
    for limit in [1, 2, 7, 40] {
        let (mut listed, mut after) = (vec![], None);
        loop {
            let page = store.members(scope, after, limit).await.unwrap();
            listed.extend(page.members.iter().map(|member| member.person.id));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        listed.sort();
        assert_eq!(listed, ids, "{limit} a page");
    }
    let (mut seen, today) = (vec![], day("2026-11-24"));
    for shard in 0..MEMBER_SHARDS {
        let position = WalkPosition::start_of(shard);
        let page = store.walk(scope, position, Channel::Sms, today).await.unwrap();
        seen.extend(page.members.iter().map(|member| member.member));
    }
    seen.sort();
    assert_eq!(seen, ids);
    let all: Vec<_> = erased.iter().chain(&ids).copied().collect();
    let read = store.addressees(scope, &all, Channel::Sms, now()).await.unwrap();
    let mut read: Vec<_> = read.into_keys().collect();
    read.sort();
    assert_eq!(read, ids);
}

#[rstest]
#[case(ErasureReason::Request)]
#[case(ErasureReason::Objection)]
#[tokio::test]
async fn an_erasure_that_a_person_asks_for_holds_at_once_and_blocks_every_row(
    #[case] reason: ErasureReason,
) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let (id, absorbed) = (fixture.enrol(1).await, fixture.enrol(2).await);
    for (member, number) in [(id, "r1"), (absorbed, "r2")] {
        fixture.sell(member, number).await;
    }
    store.merge_members(scope, id, absorbed, now()).await.unwrap();
    // The request names the member who was merged into the other one.
    let erased = store.erase_member(scope, absorbed, reason, now()).await.unwrap();
    assert_eq!((erased.member, erased.reason), (id, reason));
    assert_eq!(store.erase_member(scope, id, ErasureReason::Request, now()).await.unwrap(), erased);
    for (number, member) in [(1, id), (2, absorbed)] {
        let read = store.member(scope, member).await;
        assert!(matches!(read, Err(StoreError::NotFound(Entity::Member))));
        for contact in [Contact::Mobile(mobile(number)), card(number)] {
            let suppressed = Some(Suppression::EveryRow(day("2026-11-24")));
            assert_eq!(fixture.known(&contact).await, None);
            assert_eq!(fixture.suppression(contact, NOW).await, suppressed);
        }
    }
    let page = store.erasures(scope.tenant(), day("2026-11-24"), None, 10, now()).await.unwrap();
    let by = domain::Credential::Operator;
    assert_eq!(page.erasures, [store::Erasure { member: id, reason, by }]);
    // The person enrols again at the till.
    let (again, is_new) = store.create_member(scope, &person(1), now()).await.unwrap();
    assert!(is_new && again.person.id != id);
    // The sweep of the following night finds the tombstone, and deletes what is left.
    let tonight = day("2026-11-25");
    let bucket = store::DueBucket { month: tonight.month(), shard: id.shard() };
    assert_eq!(store.due(bucket, tonight, None).await.unwrap().due.len(), 1);
    store.carry_out_erasure(scope, &erased, tonight).await.unwrap();
    assert_eq!(fixture.traces(absorbed).await, Vec::<String>::new());
    assert_eq!(fixture.traces(id).await, ["T#ERASED 2026-11-24#[member]"]);
    let gone = store.erase_member(scope, id, reason, now()).await;
    assert!(matches!(gone, Err(StoreError::NotFound(Entity::Member))));
}

#[tokio::test]
async fn an_unmerged_member_leaves_no_account_in_the_note_of_the_other() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let (survivor, absorbed) = (fixture.enrol(1).await, fixture.enrol(2).await);
    fixture.sell(absorbed, "r1").await;
    store.merge_members(scope, survivor, absorbed, now()).await.unwrap();
    let notes_with_accounts = async || {
        let client = fixture.table.client();
        let items = client.scan().table_name(fixture.table.name()).into_paginator().items().send();
        let items = items.collect::<Result<Vec<_>, _>>().await.unwrap();
        items.iter().filter(|item| item.contains_key("before")).count()
    };
    assert_eq!(notes_with_accounts().await, 1);
    store.unmerge_members(scope, survivor, absorbed, now()).await.unwrap();
    assert_eq!(notes_with_accounts().await, 0);
    // The same request again has the same answer, and the two are merged and separated once more.
    let again = store.unmerge_members(scope, survivor, absorbed, now()).await.unwrap();
    assert_eq!(again.absorbed.account.sum().get(), 10);
    let later = instant("2026-11-24T10:20:00Z");
    store.merge_members(scope, survivor, absorbed, later).await.unwrap();
    let separated = store.unmerge_members(scope, survivor, absorbed, later).await.unwrap();
    assert_eq!(separated.absorbed.account.sum().get(), 10);
    assert_eq!(notes_with_accounts().await, 0);
}

/// Erases a member on the day after the last period of a campaign's batch, and takes both looks.
async fn erase_later(fixture: &Fixture, member: MemberId) {
    let tombstone = fixture.decide(member, "2027-03-01").await;
    for today in ["2027-03-01", "2027-03-02"] {
        fixture.store.carry_out_erasure(&fixture.scope, &tombstone, day(today)).await.unwrap();
    }
}

#[rstest]
#[case::the_survivor(0)]
#[case::the_absorbed(1)]
#[tokio::test]
async fn an_unmerged_member_leaves_no_identifier_in_the_notes_of_the_other(#[case] erased: usize) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let ids = [fixture.enrol(1).await, fixture.enrol(2).await];
    for (id, number) in ids.iter().zip(["r1", "r2"]) {
        fixture.sell(*id, number).await;
    }
    store.merge_members(scope, ids[0], ids[1], now()).await.unwrap();
    let later = instant("2026-11-24T10:20:00Z");
    store.unmerge_members(scope, ids[0], ids[1], later).await.unwrap();
    let (gone, other) = (ids[erased], ids[1 - erased]);
    let first = BTreeMap::new();
    let history = async || store.history(scope, other, &first, 10).await.unwrap().entries.len();
    let (before, balance) = (history().await, fixture.read(other).await.account.sum());
    erase_later(&fixture, gone).await;
    assert_eq!(fixture.traces(gone).await, ["T#ERASED 2027-03-01#[member]"]);
    // The other member keeps the notes, which name nobody any more.
    assert_eq!(history().await, before);
    assert_eq!(fixture.read(other).await.account.sum(), balance);
    erase_later(&fixture, other).await;
    assert_eq!(fixture.traces(other).await, ["T#ERASED 2027-03-01#[member]"]);
}

#[tokio::test]
async fn merges_are_undone_from_the_last_one_and_leave_no_identifier_in_a_note() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let (survivor, first, second) =
        (fixture.enrol(1).await, fixture.enrol(2).await, fixture.enrol(3).await);
    for (id, number) in [(survivor, "r1"), (first, "r2"), (second, "r3")] {
        fixture.sell(id, number).await;
    }
    store.merge_members(scope, survivor, first, now()).await.unwrap();
    let later = instant("2026-11-24T10:20:00Z");
    store.merge_members(scope, survivor, second, later).await.unwrap();
    let refused = store.unmerge_members(scope, survivor, first, later).await;
    assert!(matches!(refused, Err(StoreError::Conflict(Conflict::LaterMerge))));
    for id in [second, first] {
        let separated = store.unmerge_members(scope, survivor, id, later).await.unwrap();
        assert_eq!(separated.absorbed.account.sum().get(), 10);
        erase_later(&fixture, id).await;
        assert_eq!(fixture.traces(id).await, ["T#ERASED 2027-03-01#[member]"]);
    }
    assert_eq!(fixture.read(survivor).await.account.sum().get(), 10);
}

#[rstest]
#[case::who_lost_the_sale(0)]
#[case::who_got_the_sale(1)]
#[tokio::test]
async fn a_member_of_a_sale_that_was_moved_leaves_no_identifier_in_the_note_of_the_other(
    #[case] erased: usize,
) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let ids = [fixture.enrol(1).await, fixture.enrol(2).await];
    fixture.sell(ids[0], "r1").await;
    store.move_purchase(scope, &receipt("r1"), ids[1], now()).await.unwrap();
    let (gone, other) = (ids[erased], ids[1 - erased]);
    erase_later(&fixture, gone).await;
    assert_eq!(fixture.traces(gone).await, ["T#ERASED 2027-03-01#[member]"]);
    let entries = store.history(scope, other, &BTreeMap::new(), 10).await.unwrap().entries;
    let moved = entries.iter().find_map(|entry| match entry {
        HistoryEntry::Moved { receipt, other, .. } => Some((receipt.is_some(), *other)),
        _ => None,
    });
    assert_eq!(moved, Some((erased == 0, None)), "a sale that stayed is still named");
    let sale = store.purchase(scope, &receipt("r1")).await;
    assert_eq!(sale.is_ok(), erased == 0);
}

#[tokio::test]
async fn an_erased_member_leaves_no_identifier_in_a_campaign_that_has_ended() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    for is_cancelled in [false, true] {
        let member = fixture.enrol(if is_cancelled { 1 } else { 2 }).await;
        let campaign = running_campaign(&fixture, if is_cancelled { 5 } else { 6 }).await;
        let tenant = scope.tenant();
        let id = BatchId { shard: member.shard(), cursor: member };
        let mut plan = store.plan(tenant, campaign).await.unwrap();
        let batch = Some(CutBatch { id, members: &[member], at: now() });
        let position = if is_cancelled {
            WalkPosition { shard: member.shard(), after: Some(member) }
        } else {
            WalkPosition::start_of(MEMBER_SHARDS)
        };
        assert!(store.cut_batch(tenant, campaign, &mut plan, batch, position).await.unwrap());
        if is_cancelled {
            store.step_campaign(scope, campaign, Step::Cancel, now()).await.unwrap();
            // A planner that was running meanwhile writes nothing more.
            let late = store.cut_batch(tenant, campaign, &mut plan, None, position).await;
            assert!(!late.unwrap());
        } else {
            store.finish_campaign(tenant, campaign).await.unwrap();
        }
        let kept = store.plan(tenant, campaign).await.unwrap();
        assert_eq!((kept.batches, kept.recipients), (1, 1));
        assert_eq!(kept.is_done(), !is_cancelled);
        let batches = fixture.traces(member).await;
        assert!(batches.iter().any(|key| key.contains("BATCH#")), "{batches:?}");
        erase_later(&fixture, member).await;
        // The batch ends 90 days after it was cut.
        let left = fixture.traces_after(member, instant("2027-02-23T12:00:00Z")).await;
        assert_eq!(left, ["T#ERASED 2027-03-01#[member]"]);
    }
}

/// A campaign that runs.
async fn running_campaign(fixture: &Fixture, number: u128) -> CampaignId {
    let (store, scope) = (&fixture.store, &fixture.scope);
    let campaign = draft_campaign(number, now());
    store.create_campaign(scope, &campaign, None, now()).await.unwrap();
    store.step_campaign(scope, campaign.id, Step::Launch, now()).await.unwrap();
    campaign.id
}

#[rstest]
#[case(ErasureReason::Request)]
#[case(ErasureReason::Objection)]
#[tokio::test]
async fn a_request_after_an_erasure_by_a_deadline_blocks_every_row_and_is_recorded(
    #[case] reason: ErasureReason,
    #[values(false, true)] carried_out: bool,
) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let (id, absorbed) = (fixture.enrol(1).await, fixture.enrol(2).await);
    store.merge_members(scope, id, absorbed, now()).await.unwrap();
    let before = fixture.decide(id, "2026-11-24").await;
    if carried_out {
        store.carry_out_erasure(scope, &before, day("2026-11-24")).await.unwrap();
    }
    for again in [reason, ErasureReason::Request] {
        let erased = store.erase_member(scope, id, again, now()).await.unwrap();
        assert_eq!(erased, Tombstone { reason, ..before.clone() });
    }
    let every_row = Some(Suppression::EveryRow(day("2026-11-24")));
    for number in [1, 2] {
        for contact in [Contact::Mobile(mobile(number)), card(number)] {
            assert_eq!(fixture.suppression(contact, NOW).await, every_row);
        }
    }
    let email = AnyContact::Email(Email::parse(EMAIL).unwrap());
    assert_eq!(fixture.suppression(email, NOW).await, every_row);
    let page = store.erasures(scope.tenant(), day("2026-11-24"), None, 10, now()).await.unwrap();
    let by = domain::Credential::Operator;
    assert_eq!(page.erasures, [store::Erasure { member: id, reason, by }]);
    // The sweep that had read the tombstone before ends its work.
    for today in ["2026-11-24", "2026-11-25"] {
        store.carry_out_erasure(scope, &before, day(today)).await.unwrap();
    }
    assert_eq!(fixture.suppression(card(2), NOW).await, every_row);
    assert_eq!(fixture.traces(id).await, ["T#ERASED 2026-11-24#[member]"]);
}

#[tokio::test]
async fn a_sweep_that_meets_a_request_suppresses_merged_members_as_the_request_does() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let (id, absorbed) = (fixture.enrol(1).await, fixture.enrol(2).await);
    store.merge_members(scope, id, absorbed, now()).await.unwrap();
    let read_before = fixture.decide(id, "2026-11-24").await;
    let strong = store.erase_member(scope, id, ErasureReason::Objection, now()).await.unwrap();
    assert_eq!(strong.reason, ErasureReason::Objection);
    store.carry_out_erasure(scope, &read_before, day("2026-11-24")).await.unwrap();
    let every_row = Some(Suppression::EveryRow(day("2026-11-24")));
    assert_eq!(fixture.suppression(card(2), NOW).await, every_row);
}

#[tokio::test]
async fn a_deadline_does_not_weaken_the_request_of_another_person_with_the_same_address() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let (asks, inactive) = (fixture.enrol(1).await, fixture.enrol(2).await);
    store.erase_member(scope, asks, ErasureReason::Request, now()).await.unwrap();
    fixture.erase(inactive, "2027-01-10").await;
    let email = || AnyContact::Email(Email::parse(EMAIL).unwrap());
    let suppressed = Suppression::EveryRow(day("2027-01-10"));
    assert_eq!(fixture.suppression(email(), "2029-11-24T12:00:00Z").await, Some(suppressed));
    // The three years of the request have ended, and those of the deadline have not.
    let suppressed = Suppression::RowsUpTo(day("2027-01-10"));
    assert_eq!(fixture.suppression(email(), "2029-11-25T12:00:00Z").await, Some(suppressed));
}

#[tokio::test]
async fn contacts_without_a_member_are_suppressed_and_those_of_a_member_are_refused() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let id = fixture.enrol(1).await;
    let email = || AnyContact::Email(Email::parse(EMAIL).unwrap());
    for (taken, conflict) in [
        (AnyContact::mobile(mobile(1)), Conflict::MobileOfMember),
        (card(1).into(), Conflict::CardOfMember),
    ] {
        let asked = [email(), taken, AnyContact::mobile(mobile(2))];
        let refused = store.suppress_contacts(scope, &asked, ErasureReason::Objection, now()).await;
        assert!(matches!(refused, Err(StoreError::Conflict(found)) if found == conflict));
        assert_eq!(fixture.suppression(email(), NOW).await, None);
    }
    let asked = [AnyContact::mobile(mobile(2)), card(2).into(), email()];
    for _ in 0..2 {
        store.suppress_contacts(scope, &asked, ErasureReason::Objection, now()).await.unwrap();
    }
    let every_row = Some(Suppression::EveryRow(day("2026-11-24")));
    for contact in asked {
        assert_eq!(fixture.suppression(contact, NOW).await, every_row);
    }
    // The member who shares the address stays.
    assert!(store.member(scope, id).await.is_ok());
}

#[tokio::test]
async fn a_file_that_tries_again_after_a_request_does_not_enrol_the_person() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let asked = [AnyContact::mobile(mobile(5))];
    store.suppress_contacts(scope, &asked, ErasureReason::Request, now()).await.unwrap();
    let details = Details::default();
    let enrolment = Enrolment::FileRow;
    let person = NewMember { mobile: mobile(5), details, enrolment };
    let by_file = Credential::Upload(UploadId::mint(now(), 1));
    let scope = Scope { credential: by_file, ..scope.clone() };
    let refused = store.create_member(&scope, &person, now()).await;
    let suppressed = DomainError::Member(MemberError::Suppressed);
    assert!(matches!(refused, Err(StoreError::Refused(why)) if why == suppressed));
    assert!(store.create_member(&fixture.scope, &person, now()).await.is_ok(), "at a till");
}

#[tokio::test]
async fn no_file_enrols_an_erased_contact_for_three_years() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1).await;
    fixture.erase(id, "2029-11-24").await;
    for contact in [Contact::Mobile(mobile(1)), card(1)] {
        let last = fixture.suppression(contact.clone(), "2032-11-24T12:00:00Z").await;
        assert_eq!(last, Some(Suppression::RowsUpTo(day("2029-11-24"))));
        assert_eq!(fixture.suppression(contact, "2032-11-25T12:00:00Z").await, None);
    }
}

#[tokio::test]
async fn an_erased_person_can_enrol_at_the_till() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let ids = [fixture.enrol(1).await, fixture.enrol(2).await];
    for id in ids {
        fixture.erase(id, "2029-11-24").await;
    }
    let (member, created) = store.create_member(scope, &person(1), now()).await.unwrap();
    assert!(created && member.person.id != ids[0]);
    let again = member.person.id;
    assert_eq!(fixture.known(&Contact::Mobile(mobile(1))).await, Some(Known::Member(again)));
    let entry = PurchaseToRecord {
        card_activated: false,
        purchase: sale("1", 1_000),
        source: Source::Operator,
    };
    let enrol = Customer::Enrol(Box::new(person(2)));
    assert!(store.record_purchase(scope, &enrol, &entry, now()).await.unwrap().enrolled);
}

#[tokio::test]
async fn a_merge_with_an_erased_member_is_refused() {
    let fixture = Fixture::open().await;
    let (erased, other) = (fixture.enrol(1).await, fixture.enrol(2).await);
    fixture.decide(erased, "2029-11-24").await;
    for (survivor, absorbed) in [(erased, other), (other, erased)] {
        let merged = fixture.store.merge_members(&fixture.scope, survivor, absorbed, now()).await;
        assert!(matches!(merged, Err(StoreError::NotFound(Entity::Member))));
    }
}

#[tokio::test]
async fn the_erasures_of_a_day_are_listed_by_page_for_a_year() {
    let fixture = Fixture::open().await;
    let (store, tenant) = (&fixture.store, fixture.scope.tenant());
    let mut ids = vec![];
    for number in 0..5 {
        ids.push(fixture.enrol(number).await);
    }
    let reasons = [ErasureReason::NeverActivated, ErasureReason::Inactive];
    for (id, reason) in ids.iter().zip(reasons.into_iter().cycle()) {
        let read = fixture.read(*id).await;
        let today = day("2029-11-24");
        store
            .decide_erasure(
                &fixture.scope,
                &read,
                &store.login_state(&fixture.scope, &read.person).await.unwrap(),
                reason,
                today,
            )
            .await
            .unwrap()
            .unwrap();
    }
    let at = instant("2029-11-24T12:00:00Z");
    let (mut listed, mut after) = (vec![], None);
    loop {
        let page = store.erasures(tenant, day("2029-11-24"), after, 2, at).await.unwrap();
        listed.extend(page.erasures.iter().map(|erasure| erasure.member));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    ids.sort();
    assert_eq!(listed, ids);
    let counts = |day, at: &str| store.erasure_counts(tenant, day, instant(at));
    let counted = counts(day("2029-11-24"), "2029-11-24T12:00:00Z").await.unwrap();
    assert_eq!(counted.never_activated, 3);
    assert_eq!(counted.inactive, 2);
    for (other, at) in
        [("2029-11-25", "2029-11-25T12:00:00Z"), ("2029-11-24", "2030-11-26T12:00:00Z")]
    {
        assert_eq!(counts(day(other), at).await.unwrap(), store::ErasureCounts::default());
    }
}

#[tokio::test]
async fn purchases_of_any_year_are_erased() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1).await;
    for year in 2020..=2026 {
        let receipt = Receipt {
            establishment: EstablishmentId::parse("paris").unwrap(),
            register: Register::default(),
            day: Day::of(year, 3, 1).unwrap(),
            number: ReceiptNumber::parse("7").unwrap(),
        };
        let sold_at = instant(&format!("{year}-03-01T10:00:00Z"));
        let total = domain::Cents::new(500);
        let purchase = Purchase::new(
            Sector::Retail,
            receipt,
            PurchaseKind::Sale,
            sold_at,
            total,
            vec![],
            None,
        );
        fixture.sell_purchase(id, purchase.unwrap()).await;
    }
    let purchases = async || {
        let traces = fixture.traces(id).await;
        traces.iter().filter(|key| key.ends_with(" PURCHASE")).count()
    };
    assert_eq!(purchases().await, (2020..=2026).count());
    fixture.erase(id, "2029-11-24").await;
    let tombstone = format!("{} MEMBER#[member]#PERSON", shard(id));
    assert_eq!(fixture.traces(id).await, ["T#ERASED 2029-11-24#[member]".to_owned(), tombstone]);
}
