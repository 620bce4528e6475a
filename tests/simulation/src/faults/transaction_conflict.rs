//! Another transaction holds an item of this write.

use super::refusal::{aws_error, cancelled};
use super::{Effect, Fault, Place};
use crate::world::call::Service;

pub(super) const FAULT: Fault = Fault {
    name: "transaction_conflict",
    needs: "a write of DynamoDB that is not a batch",
    rate: 0.05,
    place: Place::Call(|call, random| {
        if call.service != Service::DynamoDb || !call.is_write() {
            return None;
        }
        match call.operation.as_str() {
            "TransactWriteItems" => {
                let (code, reason) = ("TransactionConflict", "Transaction is ongoing for the item");
                let body = call.request.body();
                Some(Effect::Refuse(cancelled(body, random.usize(..100), code, reason)))
            }
            "BatchWriteItem" => None,
            _ => Some(Effect::Refuse(aws_error(400, "TransactionConflictException"))),
        }
    }),
};
