//! Items read by their keys.

use crate::table::attributes;
use crate::table::items::{Item, from_item, key_item};
use crate::table::keys::Key;
use crate::table::retry::retry_rest;
use crate::{Consistency, Store, StoreError};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::de::DeserializeOwned;
use std::ops::ControlFlow;

/// Keys of one call of `BatchGetItem`.
const BATCH: usize = 100;
/// Calls at the same time. Their answers are in memory together.
const BATCHES_AT_ONCE: usize = 4;

impl Store {
    /// One item: 1 round trip, half a read unit for each 4 KB, or 1 where read strongly.
    pub(crate) async fn get_item<T: DeserializeOwned>(
        &self,
        key: &Key,
        consistency: Consistency,
    ) -> Result<Option<T>, StoreError> {
        let item = self.stored_item(key, consistency).await?;
        item.map(|item| from_item(item, "item")).transpose()
    }

    /// As [`Store::get_item`], before the item is read into a record.
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

    /// Many items, read eventually, 100 a round trip and 4 round trips at the same time. Items that
    /// do not exist are left out. Each key is given once.
    pub(crate) async fn get_items(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.get_batches(keys, Consistency::Eventual).await
    }

    /// As [`Store::get_items`], read strongly, at twice the cost.
    pub(crate) async fn get_items_strongly(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.get_batches(keys, Consistency::Strong).await
    }

    /// The items of a partition whose sort keys begin with `prefix`, in order: 1 query for each MB, half a
    /// read unit for each 4 KB, or 1 where read strongly. `what` names the items in an error.
    pub(crate) async fn query_all<T: DeserializeOwned>(
        &self,
        partition: String,
        prefix: &str,
        consistency: Consistency,
        what: &'static str,
    ) -> Result<Vec<T>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", attributes::text(partition))
            .expression_attribute_values(":prefix", attributes::text(prefix))
            .consistent_read(consistency == Consistency::Strong)
            .into_paginator()
            .items()
            .send();
        let mut read = Vec::new();
        while let Some(item) = pages.next().await {
            read.push(from_item(item.map_err(StoreError::unavailable)?, what)?);
        }
        Ok(read)
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
        let found = Vec::with_capacity(keys.len());
        let wanted: Vec<Item> = keys.iter().map(key_item).collect();
        retry_rest((wanted, found), |(wanted, mut found)| async move {
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
            Ok(if left.is_empty() {
                ControlFlow::Break(found)
            } else {
                ControlFlow::Continue((left, found))
            })
        })
        .await
    }
}
