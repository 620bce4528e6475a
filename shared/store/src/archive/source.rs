//! The sources of a walk, read page by page.

use crate::table::attributes;
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::{Scope, Store, StoreError};
use std::collections::{BTreeMap, HashMap};

/// The key of an item, as the table or the index writes it.
pub(super) type After = BTreeMap<String, String>;

/// A source of items.
#[derive(Clone)]
pub(super) enum Source {
    /// A partition of the table.
    Partition(String),
    /// The receipts of a member, or the anonymous ones, in the index `history`.
    History(String),
    /// Items by their keys, in one page.
    Items(Vec<Key>),
}

/// Some items, and the key after which the next page begins.
pub(super) struct Page {
    pub(super) items: Vec<Item>,
    pub(super) next: Option<After>,
}

/// Reads the items of one merchant only. Reads are eventual: nothing is written after the end of
/// the contract.
pub(super) struct Reader<'a> {
    pub(super) store: &'a Store,
    pub(super) scope: Scope,
}

impl Reader<'_> {
    pub(super) async fn read(
        &self,
        source: &Source,
        after: Option<&After>,
        limit: i32,
    ) -> Result<Page, StoreError> {
        let page = match source {
            Source::Partition(pk) => self.read_partition(pk, after, limit).await?,
            Source::History(holder) => self.read_history(holder, after, limit).await?,
            Source::Items(_) if after.is_some() => Page { items: vec![], next: None },
            Source::Items(keys) => Page { items: self.store.get_items(keys).await?, next: None },
        };
        if page.items.iter().all(|item| self.is_the_merchants(item)) {
            Ok(page)
        } else {
            Err(StoreError::Corrupt("archived"))
        }
    }

    async fn read_partition(
        &self,
        pk: &str,
        after: Option<&After>,
        limit: i32,
    ) -> Result<Page, StoreError> {
        let answer = self
            .store
            .client
            .query()
            .table_name(&*self.store.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", attributes::text(pk))
            .limit(limit)
            .set_exclusive_start_key(after.map(start))
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let next = answer.last_evaluated_key.as_ref().map(position_of);
        Ok(Page { items: answer.items.unwrap_or_default(), next })
    }

    /// Reads the receipts of a partition of the index. The partition also has a member's ledger
    /// entries, which the walk reads with the member's rows.
    async fn read_history(
        &self,
        holder: &str,
        after: Option<&After>,
        limit: i32,
    ) -> Result<Page, StoreError> {
        let answer = self
            .store
            .client
            .query()
            .table_name(&*self.store.table)
            .index_name("history")
            .key_condition_expression("#member = :member")
            .expression_attribute_names("#member", "member")
            .expression_attribute_values(":member", attributes::text(holder))
            .limit(limit)
            .set_exclusive_start_key(after.map(start))
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let receipts = keys::receipt_prefix(self.scope.tenant());
        let entries = answer.items.unwrap_or_default().into_iter();
        let named = entries.filter(|entry| attribute(entry, "pk").starts_with(&receipts));
        let named: Vec<Key> = named
            .map(|entry| items::from_item(entry, "history"))
            .collect::<Result<_, StoreError>>()?;
        let mut items = self.store.get_items(&named).await?;
        items.sort_by(|a, b| key(a).cmp(&key(b)));
        Ok(Page { items, next: answer.last_evaluated_key.as_ref().map(position_of) })
    }

    fn is_the_merchants(&self, item: &Item) -> bool {
        let merchant = self.scope.settings.merchant.id;
        let own = keys::merchant_partition(merchant);
        let pk = attribute(item, "pk");
        match pk.strip_prefix(&own) {
            Some(rest) => rest.is_empty() || rest.starts_with('#'),
            None => {
                attribute(item, "merchant") == merchant.to_string() || attribute(item, "sk") == own
            }
        }
    }
}

pub(super) fn attribute<'i>(item: &'i Item, name: &str) -> &'i str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

pub(super) fn key(item: &Item) -> (&str, &str) {
    (attribute(item, "pk"), attribute(item, "sk"))
}

/// A position in the table or in the index: the attributes of their keys.
fn position_of(item: &Item) -> After {
    let named = ["pk", "sk", "member", "instant"].into_iter();
    let read = named.map(|name| (name.to_owned(), attribute(item, name).to_owned()));
    read.filter(|(_, value)| !value.is_empty()).collect()
}

fn start(after: &After) -> Item {
    let named = after.iter();
    named
        .map(|(name, value)| (name.clone(), attributes::text(value.clone())))
        .collect::<HashMap<_, _>>()
}
