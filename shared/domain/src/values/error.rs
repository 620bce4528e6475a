//! A value that is not accepted: its form or its range.

use crate::error::class::error_codes;

/// A value that is not accepted: its form or its range.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ValueError {
    /// A text that is not a telephone number.
    #[error("is not a telephone number: write it as 06 12 34 56 78 or +33612345678")]
    MobileUnreadable,
    /// A number in scientific notation (`3,36E+10`): digits are lost and cannot be restored.
    #[error("was rewritten by a spreadsheet in scientific notation: export the column as text")]
    NumberScientific,
    /// A telephone number of a fixed line or of a special service.
    #[error("is not a mobile number: send a mobile, in France 06 or 07")]
    MobileNotMobile,
    /// A text that is not a decimal number with at most two decimals.
    #[error("is not an amount: write it as 12.50 or 12,50, with at most two decimals")]
    AmountUnreadable,
    /// An amount below zero. The type of a purchase says whether it is a return.
    #[error("must not be negative: send the amount of a return without sign, with its type")]
    AmountNegative,
    /// An amount above [`crate::Cents::LARGEST`].
    #[error("is larger than 100000000 cents, the largest amount accepted")]
    AmountTooLarge,
    /// An amount of zero where it must be more.
    #[error("must be 1 cent or more")]
    AmountZero,
    /// A text that is not a decimal number with at most three decimals.
    #[error("is not a quantity: write it as 1, 0.5 or 0,250, with at most three decimals")]
    QuantityUnreadable,
    /// A quantity of zero, below zero, or above [`crate::Quantity::LARGEST`].
    #[error("must be more than 0 and at most 100000")]
    QuantityOutOfRange,
    /// An empty text where one is required.
    #[error("must not be empty")]
    Empty,
    /// A text that is longer than its field allows.
    #[error("is too long: {limit} characters at most")]
    TooLong {
        /// The most characters of the field.
        limit: usize,
    },
    /// A text with control characters, such as NUL bytes.
    #[error("has control characters: send plain text")]
    ControlCharacters,
    /// A name with a word of health or of another special category of personal data.
    #[error(
        "has a word of health, belief or another special category of personal data (GDPR, art. 9): write it without this word"
    )]
    SensitiveText,
    /// A receipt number, register or code with other characters than its alphabet.
    #[error("has a character that is not allowed: use letters, digits, and . _ - / only")]
    Characters,
    /// An establishment code with other characters than its alphabet, or too long.
    #[error("must be 1 to 20 lower-case letters, digits or hyphens")]
    EstablishmentCode,
    /// A text that is not an identifier of this service.
    #[error("is not an identifier of this service: send it as it was given")]
    Identifier,
    /// A card number that is not 4 to 32 letters and digits.
    #[error("must be 4 to 32 letters or digits")]
    CardNumber,
    /// A text that is not a date, or a date that the calendar does not have.
    #[error("is not a date of the calendar: write it as 2026-11-24")]
    DayUnreadable,
    /// A text that is not an instant, or an instant without its offset.
    #[error("is not an instant with its offset: write it as 2026-11-24T10:15:00+01:00")]
    InstantUnreadable,
    /// An instant in the future, beyond the clock error that is allowed.
    #[error("is in the future: a till's clock may be at most 10 minutes ahead, so check the clock")]
    InFuture,
    /// A time zone that the IANA database does not have.
    #[error("is not a time zone of the IANA database: write it as Europe/Paris or Indian/Reunion")]
    TimeZone,
}

error_codes! {
    ValueError by Cashier {
        MobileUnreadable => Invalid, "mobile_unreadable";
        NumberScientific => Invalid, "number_scientific";
        MobileNotMobile => Invalid, "mobile_not_mobile";
        AmountUnreadable => Invalid, "amount_unreadable", File;
        AmountNegative => Invalid, "amount_negative", Till;
        AmountTooLarge => Invalid, "amount_too_large";
        AmountZero => Invalid, "amount_zero", Office;
        QuantityUnreadable => Invalid, "quantity_unreadable", Till;
        QuantityOutOfRange => Invalid, "quantity_out_of_range";
        Empty => Invalid, "empty";
        TooLong => Invalid, "too_long";
        ControlCharacters => Invalid, "control_characters";
        SensitiveText => Invalid, "sensitive_text", Office;
        Characters => Invalid, "characters";
        EstablishmentCode => Invalid, "establishment_code", Till;
        Identifier => Invalid, "identifier", Till;
        CardNumber => Invalid, "card_number";
        DayUnreadable => Invalid, "day_unreadable";
        InstantUnreadable => Invalid, "instant_unreadable", Till;
        InFuture => Invalid, "in_future", Till;
        TimeZone => Invalid, "time_zone", Office;
    }
}
