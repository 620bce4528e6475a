//! Why a programme is not accepted.

use crate::error::error_codes;

/// Why a programme is not accepted.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ProgrammeError {
    /// An earning rule that would give without measure, or nothing measurable.
    #[error("must give 0 to 10000 points for each 1 to 100000 cents")]
    EarningRule,
    /// A rule that would change what days already sold have earned.
    #[error("must begin on a day that has not begun: one rule applies to all sales of a day")]
    RuleNotAhead,
    /// A level's code out of its alphabet.
    #[error("must be 1 to 20 lower-case letters, digits or hyphens")]
    LevelCode,
    /// A rule that gives nothing, or more at once than any programme does.
    #[error("must be a whole number of points, at least 1 and within the field's bounds")]
    RulePoints,
    /// More rules of a kind than a programme takes.
    #[error(
        "has too many entries: {} rules of a kind and {} levels at most",
        crate::programme::checks::MOST_RULES,
        crate::programme::checks::MOST_LEVELS
    )]
    TooManyRules,
    /// More goods than a rule takes.
    #[error(
        "names too many goods: {} products and {} categories at most",
        crate::programme::checks::MOST_GOODS,
        crate::programme::checks::MOST_GOODS
    )]
    TooManyGoods,
    /// A rule of an optician that would read what tells of health.
    #[error(
        "must be optique, solaire, accessoire or autre, and no product: an optician's basket keeps nothing else"
    )]
    OpticianGoods,
    /// A rule for goods that the programme excludes.
    #[error("gives points for goods that the programme excludes: take them out of one of the two")]
    EarnsWhatIsExcluded,
    /// Visits of a day out of range.
    #[error("must be 1 to 24 visits a day")]
    VisitsADay,
    /// A multiplier that is none.
    #[error("must be 101 to 1000 hundredths: twice the points is 200")]
    Multiplier,
    /// A bonus for each piece of no goods in particular.
    #[error("must name products or categories: a bonus for each piece is for goods named")]
    PiecesOfNothing,
    /// A bonus for each piece without a limit.
    #[error(
        "must be at least the points of one piece and at most 10000: without a limit a sale could give any number"
    )]
    PiecesWithoutLimit,
    /// Two levels with one code or one threshold.
    #[error("is another level's already: levels have a code and a threshold of their own")]
    LevelTwice,
    /// A level that the programme does not have.
    #[error("names a level that the programme does not have")]
    LevelUnknown,
    /// An establishment that the merchant does not have.
    #[error("names an establishment that the merchant does not have: create it first")]
    EstablishmentUnknown,
    /// A time for returns that is too long.
    #[error("must be at most 90 days")]
    PendingDays,
    /// A life of points that is none, or too long.
    #[error("must be 1 to 60 months")]
    ExpiryMonths,
    /// A period whose end comes first.
    #[error("ends before it begins: the last day must not be before the first")]
    EndsBeforeItBegins,
    /// A time of day that is not one, or hours that hold none.
    #[error(
        "must be two times of one day as 17:00 and 19:00, the second later (24:00 is midnight)"
    )]
    HoursEmpty,
    /// A rule that anybody could make give again and again.
    #[error(
        "could give without limit: ask for a minimum spend here or in the programme, or set daily_cap"
    )]
    GivesWithoutLimit,
    /// Money given back that comes to what was spent.
    #[error(
        "gives back as much as is spent, or more, once multiplied: lower it, or the multiplier"
    )]
    GivesBackMoreThanSpent,
    /// Programmes of one merchant that count in two units.
    #[error("is not the unit of the merchant's other programmes: balances are in one unit")]
    UnitChanged,
}

error_codes! {
    ProgrammeError {
        EarningRule => Invalid, "earning_rule";
        RuleNotAhead => Invalid, "rule_not_ahead";
        LevelCode => Invalid, "level_code";
        RulePoints => Invalid, "rule_points";
        TooManyRules => Invalid, "too_many_rules";
        TooManyGoods => Invalid, "too_many_goods";
        OpticianGoods => Invalid, "optician_goods";
        EarnsWhatIsExcluded => Invalid, "earns_what_is_excluded";
        VisitsADay => Invalid, "visits_a_day";
        Multiplier => Invalid, "multiplier";
        PiecesOfNothing => Invalid, "pieces_of_nothing";
        PiecesWithoutLimit => Invalid, "pieces_without_limit";
        LevelTwice => Invalid, "level_twice";
        LevelUnknown => Invalid, "level_unknown";
        EstablishmentUnknown => Invalid, "establishment_unknown";
        PendingDays => Invalid, "pending_days";
        ExpiryMonths => Invalid, "expiry_months";
        EndsBeforeItBegins => Invalid, "ends_before_it_begins";
        HoursEmpty => Invalid, "hours_empty";
        GivesWithoutLimit => Invalid, "gives_without_limit";
        GivesBackMoreThanSpent => Invalid, "gives_back_more_than_spent";
        UnitChanged => Invalid, "unit_changed";
    }
}
