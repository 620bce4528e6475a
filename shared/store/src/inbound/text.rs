//! An inbound text: a row of the member who sent the text, so that the erasure of the member deletes
//! the text too. The row is in the index `history` under the tenant, so that the merchant can read all
//! texts.

use crate::member::history::HistoryKey;
use crate::member::person::ERASED_ON;
use crate::table::attributes::{self, member_id};
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::vault::Field;
use crate::{Scope, Store, StoreError};
use domain::{Instant, MemberId, inbound};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A text that a member sent.
#[derive(Clone, PartialEq, Eq)]
pub struct InboundText {
    /// The member.
    pub member: MemberId,
    /// The text.
    pub text: String,
    /// When it was received.
    pub received_at: Instant,
}

/// Some inbound texts of a tenant.
pub struct InboundTextPage {
    /// The texts, newest first.
    pub texts: Vec<InboundText>,
    /// The place after which the next page begins.
    pub next: Option<HistoryKey>,
}

#[derive(Serialize, Deserialize)]
struct TextRecord {
    pk: String,
    sk: String,
    /// The bucket of the index `history`.
    member: String,
    instant: String,
    sender: String,
    #[serde(with = "serde_bytes")]
    text: Vec<u8>,
    ttl: i64,
}

impl TextRecord {
    fn read(&self, scope: &Scope) -> Result<InboundText, StoreError> {
        let member = member_id(&self.sender)?;
        Ok(InboundText {
            member,
            text: scope.settings.vault.open(member, Field::InboundText, &self.text)?,
            received_at: attributes::instant_of(&self.instant)?,
        })
    }
}

impl Store {
    /// Stores a text of a member, sealed, for thirty days: 1 write unit for each KB, and 1 for the
    /// index. `id` identifies the text, so the same text again changes nothing.
    pub async fn store_inbound_text(
        &self,
        scope: &Scope,
        received: &InboundText,
        id: &str,
    ) -> Result<(), StoreError> {
        let InboundText { member, text, received_at } = received;
        let vault = &scope.settings.vault;
        let instant = attributes::instant_text(*received_at);
        let hash = vault.contact_hash("INBOUND", id);
        let Key { pk, sk } = keys::inbound_text(scope.tenant(), *member, &instant, &hash);
        let record = TextRecord {
            pk,
            sk,
            member: keys::inbound_bucket(scope.tenant()),
            instant,
            sender: member.to_string(),
            text: vault.seal(*member, Field::InboundText, text)?,
            ttl: inbound::stored_until(*received_at).as_second(),
        };
        self.write(Write::put(&record)?).await?;
        Ok(())
    }

    /// A page of the texts that the members of a tenant sent in the last thirty days, newest first: 1
    /// query of the index (half a read unit for some twenty texts), half a read unit for each text, and 1
    /// read unit for each member of the page. The texts of an erased member are left out, although the
    /// sweep deletes them later.
    pub async fn inbound_texts(
        &self,
        scope: &Scope,
        after: Option<&HistoryKey>,
        limit: usize,
        now: Instant,
    ) -> Result<InboundTextPage, StoreError> {
        let bucket = keys::inbound_bucket(scope.tenant());
        let mut found = self.index_page(bucket, after, limit).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(_, key)| key.clone());
        let keys: Vec<Key> = found.iter().map(|(_, place)| place.key()).collect();
        let mut items: HashMap<Key, Item> = HashMap::with_capacity(keys.len());
        for item in self.get_items(&keys).await? {
            items.insert(items::from_item(item.clone(), "inbound text")?, item);
        }
        let mut texts = Vec::with_capacity(items.len());
        for item in keys.iter().filter_map(|key| items.remove(key)) {
            let record: TextRecord = items::from_item(item, "inbound text")?;
            if record.ttl > now.as_second() {
                texts.push(record.read(scope)?);
            }
        }
        let senders: BTreeSet<MemberId> = texts.iter().map(|text| text.member).collect();
        let persons = self.persons_of(scope, senders).await?;
        texts.retain(|text| persons.contains(&keys::person(scope.tenant(), text.member)));
        Ok(InboundTextPage { texts, next })
    }

    /// The persons of these members who are not erased.
    async fn persons_of(
        &self,
        scope: &Scope,
        members: BTreeSet<MemberId>,
    ) -> Result<HashSet<Key>, StoreError> {
        let wanted: Vec<Key> =
            members.into_iter().map(|member| keys::person(scope.tenant(), member)).collect();
        let mut persons = self.get_items_strongly(&wanted).await?;
        persons.retain(|person| !person.contains_key(ERASED_ON));
        persons.into_iter().map(|person| items::from_item(person, "person")).collect()
    }
}
