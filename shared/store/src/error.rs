//! Why a call to the store fails.

use domain::DomainError;
use std::fmt;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule of the domain refuses the request. The caller can correct it.
    #[error("{0}")]
    Refused(DomainError),
    /// The tenant has no item of this kind with the identifier of the request.
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
    /// A stored item has a content that this code does not write: a defect, or tampering where the
    /// vault reports the error.
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
    /// The request cancels a sale whose goods were returned.
    #[error("This sale has been returned: cancel the return first.")]
    CancelReturnedSale,
    /// The request attaches a sale whose goods were returned.
    #[error("This sale has been returned: cancel the return, then attach the sale.")]
    AttachReturnedSale,
    /// The request moves a sale whose goods were returned.
    #[error("This sale has been returned: cancel the return, then move the sale.")]
    MoveReturnedSale,
    /// The request attaches a return.
    #[error("A return cannot be attached: attach its sale before the goods are returned.")]
    AttachReturn,
    /// The request moves a return.
    #[error("A return moves with its sale: cancel it, move the sale, then send the return again.")]
    MoveReturn,
    /// The request attaches or moves a cancelled purchase.
    #[error("This receipt was cancelled.")]
    ReceiptCancelled,
    /// The request attaches a purchase that has another customer.
    #[error("This receipt is another customer's.")]
    ReceiptOfAnother,
    /// The request moves a purchase without a customer.
    #[error("This receipt has no customer: attach it to its customer.")]
    MoveAnonymousSale,
    /// The request moves a sale of a member who was merged into another one.
    #[error("The customer of this receipt was merged into another member: undo the merge first.")]
    CustomerMerged,
    /// The request merges a member into itself.
    #[error("A member cannot be merged into itself.")]
    MergeIntoItself,
    /// The request merges a member who was already merged into a third one.
    #[error("This member was already merged into another member.")]
    MergedIntoAnother,
    /// The request merges two members who are already merged the other way round.
    #[error("The two members are already merged the other way round.")]
    MergedTheOtherWay,
    /// The request merges a member, or undoes a merge, while the person has asked to delete the account.
    #[error(
        "The person has asked to delete this account: the person must cancel the request on the \
         account's page first, or the account is erased within five days."
    )]
    DeletionAskedFor,
    /// The request undoes a merge whose survivor was merged into another member since.
    #[error("This member was later merged into another member: undo that merge first.")]
    MergedSince,
    /// The request undoes a merge that is not the survivor's last one.
    #[error(
        "Another member was merged into the survivor later: undo that merge first. The survivor's \
         history names that member."
    )]
    LaterMerge,
    /// The request undoes a merge of two members who are not merged.
    #[error("The two members are not merged with one another.")]
    NotMerged,
    /// The request undoes a merge whose survivor has taken over the mobile of the absorbed member.
    #[error(
        "The survivor has the absorbed member's mobile now: give the survivor another mobile first."
    )]
    MobileOfAbsorbed,
    /// The request gives a member the mobile of another member.
    #[error("This mobile is another member's: merge the two members if they are one person.")]
    MobileTaken,
    /// The request suppresses a mobile that a member has.
    #[error("A member has this mobile: erase the member, which suppresses the contacts.")]
    MobileOfMember,
    /// The request suppresses a card that a member has.
    #[error("A member has this card: erase the member, which suppresses the contacts.")]
    CardOfMember,
    /// The request creates a merchant with the reference of another merchant.
    #[error(
        "This reference is another merchant's: choose another one, or send the content that the \
         merchant was created with."
    )]
    ReferenceTaken,
    /// The request gives an establishment another time zone.
    #[error(
        "An establishment's time zone cannot change: the days of its receipts were computed with it."
    )]
    TimeZoneChanged,
    /// The request creates a third key for an establishment.
    #[error("Two keys are in use: revoke one before you create another.")]
    TwoKeysInUse,
    /// The request changes the end of a contract while the merchant's data are being archived.
    #[error("This merchant's data is being archived: the end of its contract cannot change.")]
    ArchivingBegun,
    /// The request names an account that another provider has.
    #[error("This account belongs to another provider: give each provider's account its own code.")]
    AccountOfAnotherProvider,
    /// The request creates a webhook above the limit of a merchant.
    #[error("This merchant has five webhooks: delete one before you create another.")]
    TooManyWebhooks,
}

impl StoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }

    /// For `map_err`: a stored item of the kind cannot be read.
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
