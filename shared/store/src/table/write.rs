//! One write of the table, with its condition. This file is the only place that builds conditional
//! writes for the SDK.
//!
//! A write is sent alone by [`Store::write`], 1 write unit for each KB, or together with others in
//! a [`Transaction`](crate::table::transaction::Transaction), which costs twice as much.

use crate::table::attributes::number;
use crate::table::items::{Item, key_item, to_item};
use crate::table::keys::Key;
use crate::{Store, StoreError};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use serde::Serialize;
use std::collections::HashMap;

/// A write, built step by step.
#[derive(Debug, Clone)]
#[must_use = "a write does nothing before it is sent"]
pub(crate) struct Write {
    kind: Kind,
    condition: Option<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    returned: Returned,
}

#[derive(Debug, Clone)]
enum Kind {
    Put(Item),
    Update { key: Item, expression: String },
    Delete(Item),
}

/// The item that comes back with the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Returned {
    Nothing,
    StoredOnRefusal,
    New,
}

/// The result of a write that was sent alone.
#[derive(Debug)]
pub(crate) enum Written {
    /// DynamoDB carried the write out. The value is the item after the update, where the write asks
    /// for the item.
    Done(Option<Item>),
    /// The condition did not hold: nothing was written.
    Refused,
}

impl Written {
    pub(crate) const fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

impl Write {
    /// Writes a whole item over the stored one.
    pub(crate) fn put<T: Serialize>(record: &T) -> Result<Self, StoreError> {
        Ok(Self::of(Kind::Put(to_item(record)?)))
    }

    /// Changes some attributes of an item.
    pub(crate) fn update(key: &Key, expression: impl Into<String>) -> Self {
        Self::of(Kind::Update { key: key_item(key), expression: expression.into() })
    }

    /// Deletes an item.
    pub(crate) fn delete(key: &Key) -> Self {
        Self::of(Kind::Delete(key_item(key)))
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            condition: None,
            names: HashMap::new(),
            values: HashMap::new(),
            returned: Returned::Nothing,
        }
    }

    /// Writes only where this condition holds.
    pub(crate) fn condition(self, expression: impl Into<String>) -> Self {
        Self { condition: Some(expression.into()), ..self }
    }

    /// Writes only where no item is stored under the key.
    pub(crate) fn if_absent(self) -> Self {
        self.condition("attribute_not_exists(pk)")
    }

    /// Writes only where an item is stored under the key.
    pub(crate) fn if_present(self) -> Self {
        self.condition("attribute_exists(pk)")
    }

    /// Writes only where the stored item still has this version.
    pub(crate) fn if_version(self, version: u64) -> Self {
        self.condition("v = :v").value(":v", number(version))
    }

    /// Writes only where the stored item still has the version that was read. Without a version:
    /// writes only where no item is stored.
    pub(crate) fn over(self, version: Option<u64>) -> Self {
        match version {
            Some(version) => self.if_version(version),
            None => self.if_absent(),
        }
    }

    /// Gives the value of a placeholder: `:one`.
    pub(crate) fn value(mut self, placeholder: impl Into<String>, value: AttributeValue) -> Self {
        self.values.insert(placeholder.into(), value);
        self
    }

    /// Gives the attribute of a placeholder: `#state`. DynamoDB reserves `state`.
    pub(crate) fn name(mut self, placeholder: &str, attribute: &str) -> Self {
        self.names.insert(placeholder.to_owned(), attribute.to_owned());
        self
    }

    /// Where the condition does not hold, the outcome of the transaction gives the stored item.
    pub(crate) fn returning_stored(self) -> Self {
        Self { returned: Returned::StoredOnRefusal, ..self }
    }

    /// An update that is sent alone gives the item after the update.
    pub(crate) fn returning_new(self) -> Self {
        Self { returned: Returned::New, ..self }
    }

    /// The write as an action of a transaction.
    pub(super) fn into_action(self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let Self { kind, condition, names, values, returned } = self;
        let (names, values) = (not_empty(names), not_empty(values));
        let returned = (returned == Returned::StoredOnRefusal)
            .then_some(ReturnValuesOnConditionCheckFailure::AllOld);
        let action = TransactWriteItem::builder();
        let action = match kind {
            Kind::Put(item) => {
                let put = Put::builder()
                    .table_name(table)
                    .set_item(Some(item))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values_on_condition_check_failure(returned);
                action.put(put.build().map_err(StoreError::unavailable)?)
            }
            Kind::Update { key, expression } => {
                let update = Update::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .update_expression(expression)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values_on_condition_check_failure(returned);
                action.update(update.build().map_err(StoreError::unavailable)?)
            }
            Kind::Delete(key) => {
                let delete = Delete::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values_on_condition_check_failure(returned);
                action.delete(delete.build().map_err(StoreError::unavailable)?)
            }
        };
        Ok(action.build())
    }
}

impl Store {
    /// Sends a write alone: 1 round trip, 1 write unit for each KB.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where a transaction is writing the same item.
    pub(crate) async fn write(&self, write: Write) -> Result<Written, StoreError> {
        let Write { kind, condition, names, values, returned } = write;
        let (names, values) = (not_empty(names), not_empty(values));
        match kind {
            Kind::Put(item) => {
                let put = self.client.put_item().table_name(&*self.table).set_item(Some(item));
                let put = put
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                written(put.send().await, |_| None)
            }
            Kind::Update { key, expression } => {
                let update = self.client.update_item().table_name(&*self.table).set_key(Some(key));
                let update = update
                    .update_expression(expression)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values((returned == Returned::New).then_some(ReturnValue::AllNew));
                written(update.send().await, |answer| answer.attributes)
            }
            Kind::Delete(key) => {
                let delete = self.client.delete_item().table_name(&*self.table).set_key(Some(key));
                let delete = delete
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                written(delete.send().await, |_| None)
            }
        }
    }
}

fn not_empty<V>(map: HashMap<String, V>) -> Option<HashMap<String, V>> {
    (!map.is_empty()).then_some(map)
}

fn written<A, E>(
    sent: Result<A, SdkError<E>>,
    item: impl Fn(A) -> Option<Item>,
) -> Result<Written, StoreError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match sent {
        Ok(answer) => Ok(Written::Done(item(answer))),
        Err(SdkError::ServiceError(refused)) => match refused.err().code() {
            Some("ConditionalCheckFailedException") => Ok(Written::Refused),
            Some("TransactionConflictException") => Err(StoreError::Busy),
            _ => Err(StoreError::unavailable(refused.into_err())),
        },
        Err(error) => Err(StoreError::unavailable(error)),
    }
}
