//! The erasure of a member: what is deleted, what stays, and races.

use domain::CardNumber;
use domain::member::consent::OppositionReason;
use domain::member::{Details, Email, Enrolment};
use domain::retention::{ErasureReason, Suppression};
use domain::{
    CampaignId, Channel, Day, EstablishmentId, Instant, MemberId, Purchase, PurchaseKind, Receipt,
    ReceiptNumber, Register, Sector,
};
use jiff::ToSpan as _;
use rstest::rstest;
use store::{
    Addressed, BatchId, Claimed, Contact, Counts, Customer, CutBatch, DueMember, Entity, Known,
    MEMBER_SHARDS, Member, NewMember, PurchaseToRecord, Scope, Source, Store, StoreError,
    Tombstone, WalkPosition,
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
            .decide_erasure(&self.scope, &read, ErasureReason::Inactive, day(today))
            .await;
        decided.unwrap().unwrap()
    }

    async fn erase(&self, member: MemberId, today: &str) {
        let tombstone = self.decide(member, today).await;
        self.store.carry_out_erasure(&self.scope, &tombstone, day(today)).await.unwrap();
    }

    /// The keys of all items with a member's identifier.
    async fn traces(&self, member: MemberId) -> Vec<String> {
        let client = self.table.client();
        let items = client.scan().table_name(self.table.name()).into_paginator().items().send();
        let items = items.collect::<Result<Vec<_>, _>>().await.unwrap();
        let id = member.to_string();
        let tenant = self.scope.tenant().to_string();
        let mut keys: Vec<String> = items
            .iter()
            .filter(|item| format!("{item:?}").contains(&id))
            .map(|item| {
                let text = |name: &str| item[name].as_s().unwrap().clone();
                let key = format!("{} {}", text("pk"), text("sk"));
                key.replace(&tenant, "T").replace(&id, "[member]")
            })
            .collect();
        keys.sort();
        keys
    }

    async fn known(&self, contact: &Contact, at: &str) -> Option<Known> {
        let asked = std::slice::from_ref(contact);
        let known = self.store.find_contacts(&self.scope, asked, instant(at)).await.unwrap();
        known.get(contact).copied()
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
    let left = fixture.traces(id).await;
    let tombstone = format!("{} MEMBER#[member]#PERSON", shard(id));
    assert_eq!(left, ["T#ERASED 2029-11-24#[member]".to_owned(), tombstone]);
    assert!(matches!(store.member(scope, id).await, Err(StoreError::NotFound(Entity::Member))));
    assert_eq!(store.find_member(scope, &Contact::Mobile(mobile(1))).await.unwrap(), None);
    assert_eq!(store.find_member(scope, &card(1)).await.unwrap(), None);

    // The second pass deletes a row that a running campaign wrote late.
    let rows = fixture.table.client().put_item().table_name(fixture.table.name());
    let row = |name: &str, value: String| {
        (name.to_owned(), aws_sdk_dynamodb::types::AttributeValue::S(value))
    };
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
    assert_eq!(fixture.traces(id).await, ["T#ERASED 2029-11-24#[member]"]);
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

#[tokio::test]
async fn members_merged_into_an_erased_member_are_erased_with_it() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let mut ids = vec![];
    for number in 1..=3 {
        ids.push(fixture.enrol(number).await);
        fixture.sell(ids[ids.len() - 1], &format!("r{number}")).await;
    }
    store.merge_members(scope, ids[1], ids[2], now()).await.unwrap();
    store.merge_members(scope, ids[0], ids[1], now()).await.unwrap();
    fixture.erase(ids[0], "2029-11-24").await;
    let DueMember::Erased(tombstone) = store.due_member(scope, ids[0]).await.unwrap() else {
        panic!("no tombstone")
    };
    store.carry_out_erasure(scope, &tombstone, day("2029-11-25")).await.unwrap();
    for (number, id) in (1..=3).zip(&ids) {
        let record: &[&str] = if *id == ids[0] { &["T#ERASED 2029-11-24#[member]"] } else { &[] };
        assert_eq!(fixture.traces(*id).await, record);
        for contact in [Contact::Mobile(mobile(number)), card(number)] {
            let suppression = Suppression::RowsUpTo(day("2029-11-24"));
            assert_eq!(fixture.known(&contact, NOW).await, Some(Known::Suppressed(suppression)));
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
    let decided =
        fixture.store.decide_erasure(&fixture.scope, &read, ErasureReason::Inactive, today).await;
    assert_eq!(decided.unwrap(), None);
    let member = fixture.store.member(&fixture.scope, id).await.unwrap();
    assert_eq!(member.account.visits, 1);
    assert_eq!(fixture.known(&card(1), NOW).await, Some(Known::Member(id)));
}

#[tokio::test]
async fn a_correction_before_the_decision_stops_the_erasure() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1).await;
    let read = fixture.read(id).await;
    fixture.store.change_mobile(&fixture.scope, id, &mobile(2), now()).await.unwrap();
    let today = day("2029-11-24");
    let decided =
        fixture.store.decide_erasure(&fixture.scope, &read, ErasureReason::Inactive, today).await;
    assert_eq!(decided.unwrap(), None);
    assert_eq!(fixture.known(&Contact::Mobile(mobile(2)), NOW).await, Some(Known::Member(id)));
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
            let suppressed = Some(Known::Suppressed(Suppression::EveryRow));
            assert_eq!(fixture.known(&contact, NOW).await, suppressed);
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

#[tokio::test]
async fn no_file_enrols_an_erased_contact_for_three_years() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1).await;
    fixture.erase(id, "2029-11-24").await;
    for contact in [Contact::Mobile(mobile(1)), card(1)] {
        let known = fixture.known(&contact, "2032-11-24T12:00:00Z").await;
        assert_eq!(known, Some(Known::Suppressed(Suppression::RowsUpTo(day("2029-11-24")))));
        assert_eq!(fixture.known(&contact, "2032-11-25T12:00:00Z").await, None);
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
    assert_eq!(fixture.known(&Contact::Mobile(mobile(1)), NOW).await, Some(Known::Member(again)));
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
        store.decide_erasure(&fixture.scope, &read, reason, today).await.unwrap().unwrap();
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
