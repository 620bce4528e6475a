//! Many writes without condition: 25 a call, several calls at the same time.

use crate::table::items::Item;
use crate::table::retry::retry_rest;
use crate::{Store, StoreError};
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use std::ops::ControlFlow;

/// Writes of one call of `BatchWriteItem`.
const WRITES: usize = 25;
/// Calls at the same time that put items. A sender works on several batches, each with as many
/// calls.
const PUTS_AT_ONCE: usize = 4;
/// Calls at the same time that delete items. They send only keys.
const DELETES_AT_ONCE: usize = 8;

impl Store {
    /// Puts items without condition, 25 a round trip and 4 round trips at the same time.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where DynamoDB leaves some items undone again and again. Other items
    /// may be written.
    pub(crate) async fn put_items(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let puts = items.into_iter().map(|item| {
            let put = PutRequest::builder().set_item(Some(item)).build();
            let put = put.map_err(StoreError::unavailable)?;
            Ok(WriteRequest::builder().put_request(put).build())
        });
        self.write_all(puts.collect::<Result<_, StoreError>>()?, PUTS_AT_ONCE).await
    }

    /// Deletes items by their keys without condition, 25 a round trip and 8 round trips at the same
    /// time.
    ///
    /// # Errors
    /// As [`Store::put_items`].
    pub(crate) async fn delete_items(&self, keys: Vec<Item>) -> Result<(), StoreError> {
        let deletes = keys.into_iter().map(|key| {
            let delete = DeleteRequest::builder().set_key(Some(key)).build();
            let delete = delete.map_err(StoreError::unavailable)?;
            Ok(WriteRequest::builder().delete_request(delete).build())
        });
        self.write_all(deletes.collect::<Result<_, StoreError>>()?, DELETES_AT_ONCE).await
    }

    async fn write_all(
        &self,
        requests: Vec<WriteRequest>,
        at_once: usize,
    ) -> Result<(), StoreError> {
        let mut requests = requests.into_iter();
        let calls = std::iter::from_fn(|| {
            let some: Vec<_> = requests.by_ref().take(WRITES).collect();
            (!some.is_empty()).then(|| self.write_some(some))
        });
        stream::iter(calls).buffer_unordered(at_once).try_collect().await
    }

    /// One call. Writes that DynamoDB leaves undone are sent again.
    async fn write_some(&self, requests: Vec<WriteRequest>) -> Result<(), StoreError> {
        retry_rest(requests, |requests| async move {
            let answer = self
                .client
                .batch_write_item()
                .request_items(&*self.table, requests)
                .send()
                .await
                .map_err(StoreError::unavailable)?;
            let left = answer
                .unprocessed_items
                .and_then(|mut tables| tables.remove(&*self.table))
                .unwrap_or_default();
            Ok(if left.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(left) })
        })
        .await
    }
}
