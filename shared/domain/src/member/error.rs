//! Why a member is not created or changed.

use crate::error::error_codes;

/// Why a member is not created or changed.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum MemberError {
    /// An e-mail address without the shape of one.
    #[error("is not an e-mail address: write it as name@example.com")]
    Email,
    /// A birth date in the future or before 1900.
    #[error("must be after 1900 and not in the future")]
    BirthDate,
    /// A card's number that another member has.
    #[error("is another member's card: check its number, or merge the two if they are one person")]
    CardTaken,
    /// A card's number that was blocked as lost.
    #[error("is a card that was blocked as lost: find its member by mobile, or replace the card")]
    CardBlocked,
    /// A member without a card, where one is to be blocked.
    #[error("has no card: replace gives one")]
    NoCard,
    /// More lost cards than a member can have.
    #[error("has lost {} cards, the most that are kept blocked", crate::member::card::MOST_BLOCKED)]
    TooManyBlockedCards,
    /// A scanned text that holds no card's number.
    #[error("holds no card of ours: scan the code of the card, or send its number as card_number")]
    QrUnreadable,
    /// An invitation sent before the member's first day.
    #[error("is before the day the member was created: a member is invited after that")]
    InvitedBeforeCreation,
    /// A card activated before the member's first day.
    #[error("is before the day the member was created: a card is activated after that")]
    ActivatedBeforeCreation,
    /// A person whom the law or the person's wish keeps out.
    #[error("belongs to a person who was erased: only the person can enrol again")]
    Suppressed,
    /// The person never asked for a card, as far as we were told.
    #[error("is not known, and nothing says that the person asked for a card")]
    NotEnrolled,
}

error_codes! {
    MemberError {
        Email => Invalid, "email";
        BirthDate => Invalid, "birth_date";
        CardTaken => Conflict, "card_taken";
        CardBlocked => Conflict, "card_blocked";
        NoCard => Conflict, "no_card";
        TooManyBlockedCards => Conflict, "too_many_blocked_cards";
        QrUnreadable => Invalid, "qr_unreadable";
        InvitedBeforeCreation => Invalid, "invited_before_creation";
        ActivatedBeforeCreation => Invalid, "activated_before_creation";
        Suppressed => Invalid, "suppressed";
        NotEnrolled => Invalid, "not_enrolled";
    }
}
