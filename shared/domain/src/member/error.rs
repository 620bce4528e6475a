//! Why a member is not created or changed.

use crate::error::class::error_codes;
use crate::member::limits::MOST_BLOCKED_CARDS;
use crate::retention::INVITATION_REPORT_DAYS;

/// Why a member is not created or changed.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum MemberError {
    /// A text that does not have the shape of an e-mail address.
    #[error("is not an e-mail address: write it as name@example.com")]
    Email,
    /// A birth date in the future or before 1900.
    #[error("must be after 1900 and not in the future")]
    BirthDate,
    /// The number of another member's card.
    #[error("is another member's card: check its number, or merge the two if they are one person")]
    CardTaken,
    /// A card for a member who has another one.
    #[error("is not the card of this member, who has another one: replace that card if it is lost")]
    HasCard,
    /// The number of a card that was blocked as lost.
    #[error("is a card that was blocked as lost: find its member by mobile, or replace the card")]
    CardBlocked,
    /// A member who has no card to block or unblock.
    #[error("has no card: give the member one with replace")]
    NoCard,
    /// A member with the most blocked cards already.
    #[error("has lost {MOST_BLOCKED_CARDS} cards, the most that are kept blocked")]
    TooManyBlockedCards,
    /// A scanned text without a card number.
    #[error("holds no card number: scan the code of the card, or send its number as card_number")]
    QrUnreadable,
    /// An invitation sent before the day of the member's creation.
    #[error("is before the day the member was created: check the date of the invitation")]
    InvitedBeforeCreation,
    /// An invitation that is reported too late.
    #[error(
        "is more than {INVITATION_REPORT_DAYS} days ago: send the person a new invitation, and report that one"
    )]
    InvitedTooLongAgo,
    /// A card activated before the day of the member's creation.
    #[error("is before the day the member was created: check the date of the activation")]
    ActivatedBeforeCreation,
    /// A contact of an erased person.
    #[error("belongs to a person who was erased: only the person can enrol again")]
    Suppressed,
    /// A consent that does not end an opposition of the person.
    #[error(
        "does not end the person's opposition: only a consent at the counter does, which names the operator"
    )]
    OppositionStands,
    /// A consent of a person under 15, without the consent of a parent.
    #[error("is missing: a person under 15 consents together with a parent")]
    ParentalConsentMissing,
    /// An unknown person, without a recorded request for the card.
    #[error(
        "is not known, and nothing says that the person asked for a card: send card_requested once the person asks"
    )]
    NotEnrolled,
}

error_codes! {
    MemberError by Cashier {
        Email => Invalid, "email";
        BirthDate => Invalid, "birth_date";
        CardTaken => Conflict, "card_taken";
        HasCard => Conflict, "member_has_card";
        CardBlocked => Conflict, "card_blocked";
        NoCard => Conflict, "no_card";
        TooManyBlockedCards => Conflict, "too_many_blocked_cards";
        QrUnreadable => Invalid, "qr_unreadable";
        InvitedBeforeCreation => Invalid, "invited_before_creation", Office;
        InvitedTooLongAgo => Invalid, "invited_too_long_ago", Office;
        ActivatedBeforeCreation => Invalid, "activated_before_creation", Till;
        Suppressed => Invalid, "suppressed", File;
        OppositionStands => Conflict, "opposition_stands";
        ParentalConsentMissing => Invalid, "parental_consent_missing";
        NotEnrolled => Invalid, "not_enrolled", File;
    }
}
