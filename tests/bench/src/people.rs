//! A merchant with members who do not exist. The store seals and writes them like any others.

use crate::{
    intake::Intake,
    stack::{ACCOUNT, Dynamo, TABLE, VAULT_KEY},
};
use domain::campaign::{Content, State, Step};
use domain::member::{Details, Email};
use domain::{
    Campaign, CampaignId, Channel, Credential, Day, Enrolment, Instant, MemberId, MerchantId,
    Sector, Segment,
};
use dynoxide::{AttributeValue, Item};
use futures::stream::{self, StreamExt as _};
use serde_json::json;
use std::{ops::Range, sync::mpsc::sync_channel};
use store::{
    Customer, MEMBER_SHARDS, MasterKey, Mode, NewMember, PurchaseToRecord, Scope, Source, Store,
};

/// Mobiles that Arcep reserves for fiction. A merchant here cannot enrol more members one by one.
pub(crate) const MOST_ENROLLED: u16 = 10_000;
/// Members that are enrolled at once.
const AT_ONCE: usize = 8;
/// Members that are imported at once.
const IMPORTED_AT_ONCE: usize = 20_000;

const LETTER: &str = "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\">\
    <title>{{merchant}}</title></head><body style=\"font-family:sans-serif\">\
    <h1>Bonjour {{first_name|cher client}},</h1><p>Vous avez {{points}} points chez {{merchant}}. \
    Du 1er au 15 décembre, chaque achat compte double : la collection d'hiver vient d'arriver, et \
    nos conseillers vous attendent en boutique du lundi au samedi.</p>\
    <p>À très bientôt,<br>toute l'équipe de {{merchant}}</p>\
    <p style=\"font-size:small\"><a href=\"{{unsubscribe_url}}\">Ne plus recevoir nos \
    messages</a></p></body></html>";

/// A merchant, and the store that holds it.
pub(crate) struct Shop {
    pub(crate) store: Store,
    pub(crate) scope: Scope,
}

impl Shop {
    /// Creates a merchant with a sender of e-mails. The number makes its identifier unique.
    pub(crate) async fn open(dynamo: &Dynamo, number: u128) -> Self {
        let store = store_on(dynamo.address());
        let merchant = support::merchant(Sector::Retail, number);
        let now = Instant::now();
        support::open_merchant(&store, &merchant, now).await;
        let sender = support::email_sender(ACCOUNT);
        store
            .put_email_sender(merchant.id, &sender, domain::Credential::Operator)
            .await
            .expect("a sender");
        Self::known(dynamo, merchant.id).await
    }

    /// A merchant that the table holds already.
    pub(crate) async fn known(dynamo: &Dynamo, merchant: MerchantId) -> Self {
        let store = store_on(dynamo.address());
        let settings = store.settings_fresh(merchant, Instant::now()).await.expect("settings");
        Self {
            store,
            scope: Scope { settings, mode: Mode::Live, credential: Credential::Operator },
        }
    }

    pub(crate) fn merchant(&self) -> MerchantId {
        self.scope.settings.merchant.id
    }

    /// Enrols the members of these numbers, each with an e-mail address. The store makes and seals their
    /// records; the engine imports them.
    pub(crate) async fn enrol(
        &self,
        dynamo: &Dynamo,
        numbers: Range<u16>,
        now: Instant,
    ) -> Vec<MemberId> {
        let intake = Intake::start().await;
        let store = &store_on(intake.address());
        let members = stream::iter(numbers).map(|number| async move {
            let details = Details {
                first_name: Some(["Camille", "Noé", "Inès", "Léo"][usize::from(number % 4)].into()),
                last_name: Some("Exemple".to_owned()),
                email: Email::parse(&address(number)).ok(),
                ..Details::default()
            };
            let (mobile, enrolment) = (support::mobile(number), Enrolment::Till);
            let new = NewMember { mobile, details, enrolment };
            store.create_member(&self.scope, &new, now).await.expect("a member").0.person.id
        });
        let members = members.buffer_unordered(AT_ONCE).collect().await;
        tokio::task::block_in_place(|| dynamo.import(TABLE, intake.items()));
        members
    }

    /// Records the members' consent to e-mails.
    pub(crate) async fn consent(&self, members: &[MemberId], now: Instant) {
        let consents = stream::iter(members).map(|member| async move {
            let change = support::consent(now);
            let noted =
                self.store.change_consent(&self.scope, *member, Channel::Email, &change, now).await;
            noted.expect("a consent");
        });
        consents.buffer_unordered(AT_ONCE).collect::<()>().await;
    }

    /// Enters so many sales for each member.
    pub(crate) async fn sell(&self, members: &[MemberId], times: usize) {
        let mut receipt = 0;
        for member in members {
            for _ in 0..times {
                receipt += 1;
                let purchase = support::sale(&format!("T{receipt}"), 4_990);
                let entry =
                    PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
                let customer = Customer::Member(*member);
                let now = Instant::now();
                let sold = self.store.record_purchase(&self.scope, &customer, &entry, now).await;
                sold.expect("a sale");
            }
        }
    }

    /// Launches a campaign by e-mail to every member.
    pub(crate) async fn launch(&self, number: u128) -> CampaignId {
        let now = Instant::now();
        let campaign = Campaign {
            id: CampaignId::mint(now, number),
            name: "Hiver".to_owned(),
            channel: Channel::Email,
            content: Content {
                subject: "{{first_name|Bonjour}}, vos points comptent double".to_owned(),
                body: LETTER.to_owned(),
                ..Content::default()
            },
            segment: Segment::default(),
            state: State::Draft,
            created_at: now,
            begins_at: None,
            version: 1,
        };
        self.store.create_campaign(&self.scope, &campaign, None, now).await.expect("a campaign");
        let launched = self.store.step_campaign(&self.scope, campaign.id, Step::Launch, now).await;
        launched.expect("a campaign under way");
        campaign.id
    }

    /// Adds so many members, due on this day. Their records are copies of the records of the members in the
    /// table, under new identifiers. The sealed fields of a copy do not open, because they are sealed for
    /// another identifier. A walk over members does not open them, and reads as many bytes.
    pub(crate) fn copy(&self, dynamo: &Dynamo, count: usize, due: Day) {
        let templates = self.records(dynamo);
        let tenant = self.scope.tenant().to_string();
        tokio::task::block_in_place(|| {
            // One thread makes the records, this one imports them.
            let (made, imported) = sync_channel(1);
            std::thread::scope(|threads| {
                threads.spawn(move || {
                    let mut random = fastrand::Rng::with_seed(6);
                    let mut copies = (0..count).map(|number| {
                        let template = &templates[number % templates.len()];
                        copy(template, &tenant, due, number, random.u128(..))
                    });
                    for _ in 0..count.div_ceil(IMPORTED_AT_ONCE) {
                        let some = copies.by_ref().take(IMPORTED_AT_ONCE).flatten();
                        // Without a receiver the importing thread has panicked.
                        drop(made.send(some.collect::<Vec<_>>()));
                    }
                });
                for items in imported {
                    dynamo.import(TABLE, items);
                }
            });
        });
    }

    /// The stored account and person of every member.
    fn records(&self, dynamo: &Dynamo) -> Vec<[Item; 2]> {
        let mut records = Vec::new();
        for shard in 0..MEMBER_SHARDS {
            let partition = format!("{}#S#{shard:02}", self.scope.tenant());
            let query = json!({
                "TableName": TABLE,
                "KeyConditionExpression": "pk = :pk",
                "ExpressionAttributeValues": {":pk": {"S": partition}},
            });
            let mut page = dynamo.call("Query", &query);
            assert!(page.get("LastEvaluatedKey").is_none(), "a few hundred members are a page");
            let items: Vec<Item> =
                serde_json::from_value(page["Items"].take()).expect("items of the engine");
            let (pairs, rest) = items.as_chunks::<2>();
            assert!(rest.is_empty(), "an account is followed by its person");
            records.extend(pairs.iter().cloned());
        }
        records
    }
}

/// The e-mail address of the member of this number.
pub(crate) fn address(number: u16) -> String {
    format!("member{number}@example.com")
}

pub(crate) fn store_on(address: &str) -> Store {
    let client = aws_sdk_dynamodb::Client::from_conf(aws_fakes::client_of(address).build());
    Store::new(client, TABLE, MasterKey::derive(VAULT_KEY))
}

fn copy(
    [account, person]: &[Item; 2],
    tenant: &str,
    due: Day,
    number: usize,
    random: u128,
) -> [Item; 2] {
    // Identifiers begin with their time; one millisecond lies between two of them here.
    let milliseconds = i64::try_from(number).expect("a few millions");
    let at = Instant::from_millisecond(milliseconds).expect("an instant");
    let member = MemberId::mint(at, random);
    let shard = member.shard();
    let [mut account, mut person] = [account.clone(), person.clone()];
    for (item, kind) in [(&mut account, "ACCOUNT"), (&mut person, "PERSON")] {
        item.insert("pk".to_owned(), AttributeValue::S(format!("{tenant}#S#{shard:02}")));
        item.insert("sk".to_owned(), AttributeValue::S(format!("MEMBER#{member}#{kind}")));
    }
    let bucket = format!("DUE#{}#{shard:02}", due.month());
    person.insert("due_bucket".to_owned(), AttributeValue::S(bucket));
    person.insert("due_at".to_owned(), AttributeValue::S(format!("{due}#MEMBER#{member}")));
    [account, person]
}
