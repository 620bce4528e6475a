//! The messages that the function sends to itself.

use domain::{Day, MerchantId, Month};
use platform::queue::QueueMessage;
use serde::{Deserialize, Serialize};
use store::{DueBucket, Part};

/// A piece of a daily run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
pub enum RetentionMessage {
    /// Sweeps a bucket of the due index, up to the day `today`.
    Sweep {
        /// The month of the bucket, `2026-11`.
        month: Month,
        /// The shard of the bucket.
        shard: u8,
        /// The last day that is due, `2026-11-24`.
        today: Day,
        /// The only merchant of the sweep, where the request named one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        merchant: Option<MerchantId>,
    },
    /// Begins to archive a merchant whose contract has ended.
    Archive {
        /// The merchant.
        merchant: MerchantId,
        /// The day of the daily run.
        today: Day,
    },
    /// Archives a part of a merchant's data.
    ArchivePart {
        /// The merchant.
        merchant: MerchantId,
        /// The part.
        part: Part,
    },
    /// Deletes an archived part from the table.
    ClearPart {
        /// The merchant.
        merchant: MerchantId,
        /// The part.
        part: Part,
    },
}

impl RetentionMessage {
    /// Sweeps a bucket up to a day, for one merchant or for all.
    #[must_use]
    pub const fn sweep(bucket: DueBucket, today: Day, only: Option<MerchantId>) -> Self {
        Self::Sweep { month: bucket.month, shard: bucket.shard, today, merchant: only }
    }
}

impl QueueMessage for RetentionMessage {
    fn group(&self) -> Option<String> {
        match self {
            Self::Sweep { merchant, .. } => merchant.map(|merchant| merchant.to_string()),
            Self::Archive { merchant, .. }
            | Self::ArchivePart { merchant, .. }
            | Self::ClearPart { merchant, .. } => Some(merchant.to_string()),
        }
    }
}
