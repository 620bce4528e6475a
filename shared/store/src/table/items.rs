//! Reading and writing items: the calls to DynamoDB that every module of the store shares.

use crate::table::keys::Key;
use crate::{Consistency, Store, StoreError};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};
use domain::Instant;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// Keys a call of `BatchGetItem` takes.
const BATCH: usize = 100;
/// Calls of it under way at once: what they answer is held in memory.
const BATCHES_AT_ONCE: usize = 4;

/// Why one action of a transaction did not pass.
#[derive(Debug)]
pub(crate) enum Reason {
    /// It stands in no way.
    None,
    /// Its condition did not hold; with the item as it is, where it was asked for.
    Condition(Option<Item>),
    /// Another transaction was at the item.
    Conflict,
}

/// What became of a transaction.
pub(crate) enum Transaction {
    Committed,
    /// Nothing was written; a reason for each action, in their order.
    Cancelled(Vec<Reason>),
}

pub(crate) fn to_item<T: Serialize>(record: &T) -> Result<Item, StoreError> {
    serde_dynamo::to_item(record).map_err(StoreError::unavailable)
}

pub(crate) fn from_item<T: DeserializeOwned>(
    item: Item,
    kind: &'static str,
) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|_| StoreError::Corrupt(kind))
}

pub(crate) fn key_item(key: &Key) -> Item {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}

/// An instant as the table writes it: UTC to the second, so that text order is time order.
pub(crate) fn instant_text(instant: Instant) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(crate) fn instant_of(text: &str) -> Result<Instant, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt("instant"))
}

pub(crate) fn number<N: ToString + Copy>(value: N) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A put that passes only where `condition` holds (`None`: always). The item that stands there is
/// told where it does not.
pub(crate) fn put(
    table: &str,
    item: Item,
    condition: Option<&str>,
    values: Vec<(&str, AttributeValue)>,
) -> Result<TransactWriteItem, StoreError> {
    let mut put = Put::builder().table_name(table).set_item(Some(item));
    if let Some(condition) = condition {
        put = put
            .condition_expression(condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    }
    for (name, value) in values {
        put = put.expression_attribute_values(name, value);
    }
    let put = put.build().map_err(StoreError::unavailable)?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// As [`put`], with one attribute named apart because its name is a word of DynamoDB's.
pub(crate) fn put_named(
    table: &str,
    item: Item,
    condition: &str,
    (placeholder, name): (&str, &str),
    values: Vec<(&str, AttributeValue)>,
) -> Result<TransactWriteItem, StoreError> {
    let mut put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression(condition)
        .expression_attribute_names(placeholder, name);
    for (name, value) in values {
        put = put.expression_attribute_values(name, value);
    }
    let put = put.build().map_err(StoreError::unavailable)?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Where no item stands yet.
pub(crate) const ABSENT: Option<&str> = Some("attribute_not_exists(pk)");

/// An update that passes only where `condition` holds.
pub(crate) fn update(
    table: &str,
    key: &Key,
    expression: &str,
    condition: &str,
    values: Vec<(&str, AttributeValue)>,
) -> Result<TransactWriteItem, StoreError> {
    let mut update = Update::builder()
        .table_name(table)
        .set_key(Some(key_item(key)))
        .update_expression(expression)
        .condition_expression(condition);
    for (name, value) in values {
        update = update.expression_attribute_values(name, value);
    }
    let update = update.build().map_err(StoreError::unavailable)?;
    Ok(TransactWriteItem::builder().update(update).build())
}

/// As [`update`], with one attribute named apart because its name is a word of DynamoDB's; the item
/// that stands there is told where the condition does not hold.
pub(crate) fn update_or_tell(
    table: &str,
    key: &Key,
    expression: &str,
    condition: &str,
    (placeholder, name): (&str, &str),
    values: Vec<(&str, AttributeValue)>,
) -> Result<TransactWriteItem, StoreError> {
    let mut update = Update::builder()
        .table_name(table)
        .set_key(Some(key_item(key)))
        .update_expression(expression)
        .condition_expression(condition)
        .expression_attribute_names(placeholder, name)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    for (name, value) in values {
        update = update.expression_attribute_values(name, value);
    }
    let update = update.build().map_err(StoreError::unavailable)?;
    Ok(TransactWriteItem::builder().update(update).build())
}

impl Store {
    /// One item: 1 round trip, half a read unit for each 4 KB, or one where it is read strongly.
    pub(crate) async fn get_item<T: DeserializeOwned>(
        &self,
        key: &Key,
        consistency: Consistency,
    ) -> Result<Option<T>, StoreError> {
        let item = self.stored_item(key, consistency).await?;
        item.map(|item| from_item(item, "item")).transpose()
    }

    /// As [`Store::get_item`], not read into a record yet.
    async fn stored_item(
        &self,
        key: &Key,
        consistency: Consistency,
    ) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key_item(key)))
            .consistent_read(consistency == Consistency::Strong)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        Ok(answer.item)
    }

    /// Many items, read eventually, 100 a round trip and four round trips at once; those absent are
    /// absent from the answer. Keys must not repeat.
    pub(crate) async fn get_items(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.get_batches(keys, Consistency::Eventual).await
    }

    /// As [`Store::get_items`], read strongly, at twice the cost.
    pub(crate) async fn get_items_strongly(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.get_batches(keys, Consistency::Strong).await
    }

    async fn get_batches(
        &self,
        keys: &[Key],
        consistency: Consistency,
    ) -> Result<Vec<Item>, StoreError> {
        let mut calls = Vec::with_capacity(keys.len().div_ceil(BATCH));
        for chunk in keys.chunks(BATCH) {
            calls.push(self.get_batch(chunk, consistency));
        }
        let mut pages = stream::iter(calls).buffered(BATCHES_AT_ONCE);
        let mut found = Vec::with_capacity(keys.len());
        while let Some(page) = pages.try_next().await? {
            found.extend(page);
        }
        Ok(found)
    }

    async fn get_batch(
        &self,
        keys: &[Key],
        consistency: Consistency,
    ) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        let mut wanted: Vec<Item> = keys.iter().map(key_item).collect();
        for attempt in 0..crate::table::retry::ATTEMPTS {
            let asked = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(consistency == Consistency::Strong)
                .build()
                .map_err(StoreError::unavailable)?;
            let mut answer = self
                .client
                .batch_get_item()
                .request_items(&*self.table, asked)
                .send()
                .await
                .map_err(StoreError::unavailable)?;
            found.extend(
                answer
                    .responses
                    .take()
                    .and_then(|mut tables| tables.remove(&*self.table))
                    .into_iter()
                    .flatten(),
            );
            let left = answer
                .unprocessed_keys
                .and_then(|mut tables| tables.remove(&*self.table))
                .map(|left| left.keys)
                .unwrap_or_default();
            if left.is_empty() {
                return Ok(found);
            }
            wanted = left;
            crate::table::retry::wait(attempt).await;
        }
        Err(StoreError::Busy)
    }

    /// Runs a transaction. A cancellation for conditions or conflicts is an outcome, not an error.
    pub(crate) async fn transact(
        &self,
        actions: Vec<TransactWriteItem>,
    ) -> Result<Transaction, StoreError> {
        let sent =
            self.client.transact_write_items().set_transact_items(Some(actions)).send().await;
        match sent {
            Ok(_) => Ok(Transaction::Committed),
            Err(SdkError::ServiceError(error)) => match error.into_err() {
                TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                    cancellation(cancelled.cancellation_reasons.unwrap_or_default())
                }
                other => Err(StoreError::unavailable(other)),
            },
            Err(other) => Err(StoreError::unavailable(other)),
        }
    }
}

fn cancellation(
    reasons: Vec<aws_sdk_dynamodb::types::CancellationReason>,
) -> Result<Transaction, StoreError> {
    let read = reasons.into_iter().map(|reason| match reason.code.as_deref() {
        None | Some("None") => Ok(Reason::None),
        Some("ConditionalCheckFailed") => {
            Ok(Reason::Condition(reason.item.filter(|item| !item.is_empty())))
        }
        Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => {
            Ok(Reason::Conflict)
        }
        Some(_) => Err(StoreError::Corrupt("transaction")),
    });
    Ok(Transaction::Cancelled(read.collect::<Result<_, _>>()?))
}
