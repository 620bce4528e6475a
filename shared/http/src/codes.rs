//! The codes of refusals, for programs. Every code is in a list, and a test compares `docs/error-codes.md`
//! with the lists.

pub use domain::Cause;
use domain::{DomainError, Language};
use serde::{Serialize, Serializer};
use store::Conflict;

/// A code of a refusal, with its cause. Only [`crate::codes!`] and the errors of the domain make codes, so that every
/// code is in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    text: &'static str,
    cause: Cause,
}

impl Code {
    /// Only [`crate::codes!`] may call this function.
    #[doc(hidden)]
    #[must_use]
    pub const fn listed(text: &'static str, cause: Cause) -> Self {
        Self { text, cause }
    }

    /// The code as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.text
    }

    /// Who can bring the refusal about.
    #[must_use]
    pub const fn cause(self) -> Cause {
        self.cause
    }

    /// The French sentence for the cashier, where a cashier can bring the refusal about.
    pub(crate) fn cashier_message(self) -> Option<&'static str> {
        (self.cause == Cause::Cashier).then(|| Language::French.sentence(self.text))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text)
    }
}

impl<E: Into<DomainError>> From<E> for Code {
    fn from(error: E) -> Self {
        let error = error.into();
        Self { text: error.code(), cause: error.cause() }
    }
}

/// The code of a conflict with the stored state.
pub(crate) const fn of_conflict(conflict: Conflict) -> Code {
    match conflict {
        Conflict::CancelReturnedSale
        | Conflict::AttachReturnedSale
        | Conflict::MoveReturnedSale => SALE_RETURNED,
        Conflict::AttachReturn | Conflict::MoveReturn => RECEIPT_OF_RETURN,
        Conflict::ReceiptCancelled => RECEIPT_CANCELLED,
        Conflict::ReceiptOfAnother => RECEIPT_OF_ANOTHER,
        Conflict::MoveAnonymousSale => RECEIPT_WITHOUT_CUSTOMER,
        Conflict::CustomerMerged => CUSTOMER_MERGED,
        Conflict::MergeIntoItself
        | Conflict::MergedIntoAnother
        | Conflict::MergedTheOtherWay
        | Conflict::DeletionAskedFor
        | Conflict::MergedSince
        | Conflict::LaterMerge
        | Conflict::NotMerged
        | Conflict::MobileOfAbsorbed => MERGE_STATE,
        Conflict::MobileTaken => MOBILE_TAKEN,
        Conflict::MobileOfMember | Conflict::CardOfMember => CONTACT_OF_MEMBER,
        Conflict::ReferenceTaken
        | Conflict::TimeZoneChanged
        | Conflict::TwoKeysInUse
        | Conflict::ArchivingBegun
        | Conflict::AccountOfAnotherProvider
        | Conflict::TooManyWebhooks => CONFLICT,
    }
}

/// Declares codes by their cause, each as a constant, and the list `ALL`. Each code has a row in
/// `docs/error-codes.md`.
#[macro_export]
macro_rules! codes {
    ($($cause:ident { $($name:ident = $code:literal,)* })*) => {
        $($(
            #[doc = concat!("`", $code, "`.")]
            pub const $name: $crate::codes::Code =
                $crate::codes::Code::listed($code, $crate::codes::Cause::$cause);
        )*)*

        /// All codes of this list.
        pub const ALL: &[$crate::codes::Code] = &[$($($name),*),*];
    };
}

codes! {
    Cashier {
        CUSTOMER_MERGED = "customer_merged",
        NOT_FOUND = "not_found",
        RECEIPT_CANCELLED = "receipt_cancelled",
        RECEIPT_OF_ANOTHER = "receipt_of_another",
        RECEIPT_OF_RETURN = "receipt_of_return",
        RECEIPT_WITHOUT_CUSTOMER = "receipt_without_customer",
        SALE_RETURNED = "sale_returned",
    }
    Till {
        // A request as a whole.
        BODY_TOO_LARGE = "body_too_large",
        BUSY = "busy",
        DEFECT = "defect",
        FORBIDDEN = "forbidden",
        INVALID_FIELDS = "invalid_fields",
        MALFORMED = "malformed",
        METHOD_NOT_ALLOWED = "method_not_allowed",
        ORIGIN_NOT_ALLOWED = "origin_not_allowed",
        SCOPE_NOT_ALLOWED = "scope_not_allowed",
        SOFTWARE_NOT_NAMED = "software_not_named",
        UNAUTHENTICATED = "unauthenticated",
        UNAVAILABLE = "unavailable",
        UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type",
        // A field, a parameter, or a header.
        CURSOR = "cursor",
        IDEMPOTENCY_KEY = "idempotency_key",
        IDEMPOTENCY_KEY_MISSING = "idempotency_key_missing",
        LIMIT = "limit",
        MISSING = "missing",
        TYPE = "type",
        UNKNOWN_FIELD = "unknown_field",
        UNKNOWN_PARAMETER = "unknown_parameter",
        UNKNOWN_VALUE = "unknown_value",
    }
    Office {
        CONFLICT = "conflict",
        CONTACT_OF_MEMBER = "contact_of_member",
        MERGE_STATE = "merge_state",
        MOBILE_TAKEN = "mobile_taken",
    }
}
