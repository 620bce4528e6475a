//! Why a call to the store fails.

use domain::DomainError;
use std::fmt;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule of the domain refuses the request. The caller can correct it.
    #[error("{0}")]
    Refused(DomainError),
    /// Nothing of that kind is stored in this tenant under that name.
    #[error("there is no such {0}")]
    NotFound(Entity),
    /// The stored state does not allow the request.
    #[error("{0}")]
    Conflict(Conflict),
    /// Other requests wrote the same items again and again. The same call may succeed later.
    #[error("other requests are writing the same items: send the request again")]
    Busy,
    /// DynamoDB did not answer, or answered with an error. The same call may succeed later.
    #[error("the table could not be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored item is not what this code writes: a defect, or tampering where the vault says so.
    #[error("an item of kind {0} could not be read")]
    Corrupt(&'static str),
}

/// A kind of stored thing that a request names. Its `Display` is the noun of the API's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entity {
    /// A campaign.
    Campaign,
    /// A coupon, by its code.
    Code,
    /// A batch of coupons.
    CouponBatch,
    /// An establishment of a merchant.
    Establishment,
    /// A till's key.
    Key,
    /// A member.
    Member,
    /// A merchant.
    Merchant,
    /// A campaign's message to a member.
    Message,
    /// An offer.
    Offer,
    /// A purchase, by its receipt.
    Purchase,
    /// A redemption.
    Redemption,
    /// A reward.
    Reward,
    /// A merchant's file.
    Upload,
    /// A webhook.
    Webhook,
}

impl Entity {
    const fn noun(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::Code => "code",
            Self::CouponBatch => "batch",
            Self::Establishment => "establishment",
            Self::Key => "key",
            Self::Member => "member",
            Self::Merchant => "merchant",
            Self::Message => "message",
            Self::Offer => "offer",
            Self::Purchase => "purchase",
            Self::Redemption => "redemption",
            Self::Reward => "reward",
            Self::Upload => "upload",
            Self::Webhook => "webhook",
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}

/// Why the stored state does not allow a request. Its `Display` says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// A sale is cancelled whose goods were returned.
    #[error("This sale has been returned: cancel the return first.")]
    CancelReturnedSale,
    /// A sale is attached whose goods were returned.
    #[error("This sale has been returned: it can no longer be attached.")]
    AttachReturnedSale,
    /// A sale is moved whose goods were returned.
    #[error("This sale has been returned: cancel the return, then move the sale.")]
    MoveReturnedSale,
    /// A return is attached.
    #[error("A return cannot be attached: attach its sale before the goods are returned.")]
    AttachReturn,
    /// A return is moved.
    #[error("A return moves with its sale: cancel it, move the sale, then send the return again.")]
    MoveReturn,
    /// A cancelled purchase is attached or moved.
    #[error("This receipt was cancelled.")]
    ReceiptCancelled,
    /// A purchase is attached that has another customer.
    #[error("This receipt is another customer's.")]
    ReceiptOfAnother,
    /// A purchase without a customer is moved.
    #[error("This receipt has no customer: attach it to its customer.")]
    MoveAnonymousSale,
    /// A sale is moved away from a member who was merged into another one.
    #[error("The customer of this receipt was merged into another member: undo the merge first.")]
    CustomerMerged,
    /// A member is merged into itself.
    #[error("A member cannot be merged into itself.")]
    MergeIntoItself,
    /// A member is merged that was already merged into a third one.
    #[error("This member was already merged into another member.")]
    MergedIntoAnother,
    /// Two members are merged who are merged the other way round.
    #[error("The two members are already merged the other way round.")]
    MergedTheOtherWay,
    /// A merge is undone that is not the survivor's last one.
    #[error("This member was later merged into another member: undo that merge first.")]
    MergedSince,
    /// A merge is undone of two members who are not merged.
    #[error("The two members are not merged with one another.")]
    NotMerged,
    /// A member is given the mobile of another one.
    #[error("This mobile is another member's: merge the two members if they are one person.")]
    MobileTaken,
    /// A merchant is created under the reference of another one.
    #[error(
        "This reference is another merchant's: choose another one, or send the content that the \
         merchant was created with."
    )]
    ReferenceTaken,
    /// An establishment is given another time zone.
    #[error(
        "An establishment's time zone cannot change: the days of its receipts were computed with it."
    )]
    TimeZoneChanged,
    /// An establishment is given a third key.
    #[error("Two keys are in use: revoke one before you create another.")]
    TwoKeysInUse,
    /// A contract's end is changed while the merchant's data is being archived.
    #[error("This merchant's data is being archived: the end of its contract cannot change.")]
    ArchivingBegun,
    /// A merchant is given a webhook more than the limit.
    #[error("This merchant has five webhooks: delete one before you create another.")]
    TooManyWebhooks,
}

impl StoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }

    /// For `map_err`, where a stored item does not hold what it should.
    pub(crate) fn corrupt<E>(kind: &'static str) -> impl Fn(E) -> Self {
        move |_| Self::Corrupt(kind)
    }

    pub(crate) fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(source))
    }
}

/// A rule of any aggregate refuses the operation.
impl<E: Into<DomainError>> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Conflict> for StoreError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}
