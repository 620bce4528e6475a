//! The events sent to a merchant's software, stored as they are sent, so that they can be sent
//! again.

use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::{Consistency, Store, StoreError};
use domain::Instant;
use domain::webhook::{EventType, KEPT_DAYS, ReplayRange};
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Events of a query.
const PAGE: i32 = 200;

/// The key of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventKey {
    /// When it happened.
    pub at: Instant,
    /// Its identifier: the same change of the table always has the same one.
    pub id: String,
}

/// The origin of an event. Only endpoints that ask for the events of files receive them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOrigin {
    /// A till, the operator, or a daily run.
    Service,
    /// A row of a merchant's file.
    File,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The key.
    pub key: EventKey,
    /// The type.
    pub kind: EventType,
    /// The origin.
    pub origin: EventOrigin,
    /// The body that is posted, byte by byte.
    pub body: String,
}

/// Some events of a range.
pub struct EventPage {
    /// The events in their order.
    pub events: Vec<Event>,
    /// The key after which the next page begins.
    pub next: Option<EventKey>,
}

#[derive(Serialize, Deserialize)]
struct EventRecord {
    pk: String,
    sk: String,
    kind: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    file: bool,
    body: String,
    ttl: i64,
}

const CORRUPT: StoreError = StoreError::Corrupt("event");

impl EventRecord {
    fn of(tenant: Tenant, event: &Event) -> Self {
        let Key { pk, sk } = key(tenant, &event.key);
        Self {
            pk,
            sk,
            kind: event.kind.as_str().to_owned(),
            file: event.origin == EventOrigin::File,
            body: event.body.clone(),
            ttl: (event.key.at + (KEPT_DAYS * 24).hours()).as_second(),
        }
    }

    fn read(self) -> Result<Event, StoreError> {
        let (at, id) = self.sk.split_once('#').ok_or(CORRUPT)?;
        Ok(Event {
            key: EventKey { at: attributes::instant_of(at)?, id: id.to_owned() },
            kind: EventType::parse(&self.kind).ok_or(CORRUPT)?,
            origin: if self.file { EventOrigin::File } else { EventOrigin::Service },
            body: self.body,
        })
    }
}

fn key(tenant: Tenant, event: &EventKey) -> Key {
    let sk = format!("{}#{}", attributes::instant_text(event.at), event.id);
    Key { pk: keys::events_partition(tenant, day_of_month(event.at)), sk }
}

fn day_of_month(at: Instant) -> u8 {
    TimeZone::UTC.to_datetime(at).day().unsigned_abs()
}

impl Store {
    /// Stores events of a tenant for 30 days, 25 a round trip: 1 write unit each up to 1 KB.
    /// Storing the same event again changes nothing.
    pub async fn put_events(&self, tenant: Tenant, events: &[Event]) -> Result<(), StoreError> {
        let records = events.iter().map(|event| items::to_item(&EventRecord::of(tenant, event)));
        self.put_items(records.collect::<Result<_, _>>()?).await
    }

    /// An event, read strongly: 1 round trip, 1 read unit. `None` after its 30 days.
    pub async fn event(
        &self,
        tenant: Tenant,
        event: &EventKey,
        now: Instant,
    ) -> Result<Option<Event>, StoreError> {
        let record: Option<EventRecord> =
            self.get_item(&key(tenant, event), Consistency::Strong).await?;
        record.filter(|record| record.ttl > now.as_second()).map(EventRecord::read).transpose()
    }

    /// A page of the events of a range within one day, read strongly: 1 query, 1 read unit for each 4 KB.
    pub async fn events(
        &self,
        tenant: Tenant,
        range: ReplayRange,
        after: Option<&EventKey>,
        now: Instant,
    ) -> Result<EventPage, StoreError> {
        let partition = keys::events_partition(tenant, day_of_month(range.from));
        let start = after.map(|after| items::key_item(&key(tenant, after)));
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :until")
            .filter_expression("#ttl > :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":pk", attributes::text(partition))
            .expression_attribute_values(":from", attributes::text(attributes::instant_text(range.from)))
            // An instant without an identifier sorts before the events of that instant.
            .expression_attribute_values(":until", attributes::text(attributes::instant_text(range.until)))
            .expression_attribute_values(":now", attributes::number(now.as_second()))
            .limit(PAGE)
            // An event that was parked a moment before the end of a pause is in the page.
            .consistent_read(true)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let next = match answer.last_evaluated_key {
            Some(last) => {
                let Key { sk, .. } = items::from_item(last, "event")?;
                let (at, id) = sk.split_once('#').ok_or(CORRUPT)?;
                Some(EventKey { at: attributes::instant_of(at)?, id: id.to_owned() })
            }
            None => None,
        };
        let events = answer.items.unwrap_or_default().into_iter();
        let events = events.map(|item| items::from_item::<EventRecord>(item, "event")?.read());
        Ok(EventPage { events: events.collect::<Result<_, _>>()?, next })
    }
}
