//! What the function tells itself through its queue.

use domain::{Day, MerchantId};
use serde::{Deserialize, Serialize};
use store::{DueBucket, Part};

/// A piece of a night's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
pub enum RetentionMessage {
    /// A bucket of the due index: what is due in it up to `today`.
    Sweep {
        /// The month of the bucket, `2026-11`.
        month: String,
        /// Its shard.
        shard: u8,
        /// The last day that is due, `2026-11-24`.
        today: String,
        /// The only merchant whose data are swept, where one was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        merchant: Option<String>,
    },
    /// A merchant whose day has come: the contract ended, or its archive did.
    Archive {
        /// The merchant.
        merchant: String,
        /// The day on which it is worked.
        today: String,
    },
    /// A part of what a merchant leaves, to be archived.
    ArchivePart {
        /// The merchant.
        merchant: String,
        /// The part, as [`Part`] writes it.
        part: String,
    },
    /// A part that is archived, to be taken out of the table.
    ClearPart {
        /// The merchant.
        merchant: String,
        /// The part, as [`Part`] writes it.
        part: String,
    },
}

impl RetentionMessage {
    /// A bucket to be swept up to a day, of one merchant or of all.
    #[must_use]
    pub fn sweep(bucket: DueBucket, today: Day, only: Option<MerchantId>) -> Self {
        let (month, today) = (bucket.month.to_string(), today.to_string());
        let merchant = only.map(|merchant| merchant.to_string());
        Self::Sweep { month, shard: bucket.shard, today, merchant }
    }

    /// A merchant to be looked at on a day.
    #[must_use]
    pub fn archive(merchant: MerchantId, today: Day) -> Self {
        Self::Archive { merchant: merchant.to_string(), today: today.to_string() }
    }

    /// A part of a merchant's to be archived.
    #[must_use]
    pub fn archive_part(merchant: MerchantId, part: Part) -> Self {
        Self::ArchivePart { merchant: merchant.to_string(), part: part.to_string() }
    }

    /// An archived part of a merchant's to be cleared.
    #[must_use]
    pub fn clear_part(merchant: MerchantId, part: Part) -> Self {
        Self::ClearPart { merchant: merchant.to_string(), part: part.to_string() }
    }
}
