//! A value that is not accepted: its form or its range.

use crate::Cents;
use crate::error::error_codes;

/// A value that is not accepted: its form or its range.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ValueError {
    /// Not a telephone number, or one that Excel rewrote (`3,36E+10`).
    #[error("is not a telephone number: write it as 06 12 34 56 78 or +33612345678")]
    MobileUnreadable,
    /// A number in scientific notation: digits are lost and cannot be guessed back.
    #[error("was rewritten by a spreadsheet in scientific notation: export the column as text")]
    MobileScientific,
    /// A telephone number, but a landline or a special one.
    #[error("is not a mobile number: messages can only be sent to a mobile")]
    MobileNotMobile,
    /// An amount that is no decimal number with at most two decimals.
    #[error("is not an amount: write it as 12.50 or 12,50, with at most two decimals")]
    AmountUnreadable,
    /// An amount below zero where the type of the document already tells its sense.
    #[error("must not be negative: a return is told by its type")]
    AmountNegative,
    /// An amount over [`Cents::LARGEST`].
    #[error("is larger than {} cents, the largest amount accepted", Cents::LARGEST.get())]
    AmountTooLarge,
    /// An amount that must be something.
    #[error("must be 1 cent or more")]
    AmountZero,
    /// A quantity that is no decimal number with at most three decimals.
    #[error("is not a quantity: write it as 1, 0.5 or 0,250, with at most three decimals")]
    QuantityUnreadable,
    /// A quantity of zero, below zero, or over [`crate::Quantity::LARGEST`].
    #[error("must be more than 0 and at most 100000")]
    QuantityOutOfRange,
    /// A text where one was needed.
    #[error("must not be empty")]
    Empty,
    /// A text over the field's length.
    #[error("is too long: {limit} characters at most")]
    TooLong {
        /// The most characters the field takes.
        limit: usize,
    },
    /// Control characters, NUL bytes among them.
    #[error("holds control characters: send plain text")]
    ControlCharacters,
    /// A name with a word of health or of another special category of personal data.
    #[error(
        "holds a word of health, belief or another special category of personal data (GDPR, art. 9): write it without"
    )]
    SensitiveText,
    /// A receipt number, register or code with other characters than its alphabet.
    #[error("holds a character that is not allowed: use letters, digits, and . _ - / only")]
    Characters,
    /// An establishment code out of its alphabet.
    #[error("must be 1 to 20 lower-case letters, digits or hyphens")]
    EstablishmentCode,
    /// An identifier that we did not give.
    #[error("is not an identifier of ours: send it as it was given")]
    Identifier,
    /// A card number that is not 4 to 32 letters and digits.
    #[error("must be 4 to 32 letters or digits")]
    CardNumber,
    /// A date that is none, or that the calendar does not have.
    #[error("is not a date of the calendar: write it as 2026-11-24")]
    DayUnreadable,
    /// An instant without its offset, or that is none.
    #[error("is not an instant with its offset: write it as 2026-11-24T10:15:00+01:00")]
    InstantUnreadable,
    /// A sale from the future, beyond the clock error allowed.
    #[error("is in the future: a till's clock may be 10 minutes ahead, no more")]
    InFuture,
    /// A zone that the time zone database does not have.
    #[error("is not a time zone of the IANA database: write it as Europe/Paris or Indian/Reunion")]
    TimeZone,
}

error_codes! {
    ValueError {
        MobileUnreadable => Invalid, "mobile_unreadable";
        MobileScientific => Invalid, "mobile_scientific";
        MobileNotMobile => Invalid, "mobile_not_mobile";
        AmountUnreadable => Invalid, "amount_unreadable";
        AmountNegative => Invalid, "amount_negative";
        AmountTooLarge => Invalid, "amount_too_large";
        AmountZero => Invalid, "amount_zero";
        QuantityUnreadable => Invalid, "quantity_unreadable";
        QuantityOutOfRange => Invalid, "quantity_out_of_range";
        Empty => Invalid, "empty";
        TooLong => Invalid, "too_long";
        ControlCharacters => Invalid, "control_characters";
        SensitiveText => Invalid, "sensitive_text";
        Characters => Invalid, "characters";
        EstablishmentCode => Invalid, "establishment_code";
        Identifier => Invalid, "identifier";
        CardNumber => Invalid, "card_number";
        DayUnreadable => Invalid, "day_unreadable";
        InstantUnreadable => Invalid, "instant_unreadable";
        InFuture => Invalid, "in_future";
        TimeZone => Invalid, "time_zone";
    }
}
