//! Why a programme is not accepted.

use crate::error::class::error_codes;
use crate::programme::limits::{
    MOST_GOODS, MOST_LEVELS, MOST_POINTS_PER_EURO, MOST_RULES, MOST_VISIT_POINTS_A_DAY,
    SHORTEST_MONTH,
};

/// Why a programme is not accepted.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ProgrammeError {
    /// A rule for money whose points or amount are out of range.
    #[error("must give 0 to 10000 points for each 1 to 100000 cents")]
    EarningRule,
    /// A programme that would change the points of days that have begun.
    #[error(
        "must be a day that has not begun, or one of the programme of today as long as no sale, return or \
         visit has used it: all sales of a day have the same rules"
    )]
    RuleNotAhead,
    /// A level's code with other characters than its alphabet, or too long.
    #[error("must be 1 to 20 lower-case letters, digits or hyphens")]
    LevelCode,
    /// Points out of the range of their field.
    #[error("must be a whole number of points, at least 1 and within the field's bounds")]
    RulePoints,
    /// More rules of a kind, or more levels, than a programme can have.
    #[error("has too many entries: {MOST_RULES} rules of a kind and {MOST_LEVELS} levels at most")]
    TooManyRules,
    /// More goods than a rule can name.
    #[error("names too many goods: {MOST_GOODS} products and {MOST_GOODS} categories at most")]
    TooManyGoods,
    /// A rule of an optician for goods that reveal health data.
    #[error(
        "must be optique, solaire, accessoire or autre, and no product: an optician's basket is stored as these families"
    )]
    OpticianGoods,
    /// A rule for goods that the programme excludes.
    #[error("gives points for goods that the programme excludes: take them out of one of the two")]
    EarnsWhatIsExcluded,
    /// A number of visits a day that is out of range.
    #[error("must be 1 to 24 visits a day")]
    VisitsADay,
    /// A multiplier that is out of range.
    #[error("must be 101 to 1000 hundredths: twice the points is 200")]
    Multiplier,
    /// A bonus for each piece that names no goods.
    #[error("must name products or categories: a bonus for each piece is for named goods")]
    PiecesOfNothing,
    /// A bonus for each piece without a limit.
    #[error(
        "must be at least the points of one piece and at most 10000: without a limit a sale could give any number"
    )]
    PiecesWithoutLimit,
    /// Two levels with the same code or the same threshold.
    #[error("is another level's already: give each level its own code and its own threshold")]
    LevelTwice,
    /// A level that the programme does not have.
    #[error("names a level that the programme does not have: choose one of its levels")]
    LevelUnknown,
    /// An establishment that the merchant does not have.
    #[error("names an establishment that the merchant does not have: create it first")]
    EstablishmentUnknown,
    /// A time for returns above the limit.
    #[error("must be at most 90 days")]
    PendingDays,
    /// An expiry whose months are out of range.
    #[error("must be 1 to 60 months")]
    ExpiryMonths,
    /// A period whose last day is before its first.
    #[error("ends before it begins: the last day must not be before the first")]
    EndsBeforeItBegins,
    /// Hours that are unreadable or empty.
    #[error(
        "must be two times of one day as 17:00 and 19:00, the second later (24:00 is midnight)"
    )]
    HoursEmpty,
    /// A rule that gives more points than the smallest sale, or a day's visits, can bear.
    #[error(
        "gives more than {MOST_POINTS_PER_EURO} points per euro of the smallest sale, or than \
         {MOST_VISIT_POINTS_A_DAY} points a day for visits, once multiplied and rounded: lower it or the \
         multiplier, ask for a minimum spend here or in the programme, or set daily_cap"
    )]
    GivesWithoutLimit,
    /// A rule that gives back as much money as was spent, or more.
    #[error(
        "gives back as much as the smallest sale, or more, once multiplied and rounded: lower it or the \
         multiplier, or ask for a larger minimum spend here or in the programme"
    )]
    GivesBackMoreThanSpent,
    /// A programme whose rules give no points for money, visits or goods.
    #[error(
        "gives no points for money, for visits or as a bonus: add a rule, or send ends_earning: true"
    )]
    EarnsNothing,
    /// A rule whose last day is before the first day of the programme, or in the past.
    #[error(
        "is before the programme begins, or in the past: choose a later day, or leave the rule out"
    )]
    EndsBeforeTheProgramme,
    /// An expiry that ends before the time for returns.
    #[error("must be longer than pending_days, with {SHORTEST_MONTH} days for each month")]
    ExpiresWhilePending,
    /// A first day that is not the one of the path.
    #[error("must be the day of the path, or absent")]
    FirstDayDiffers,
    /// Rules for money whose amounts have no common multiple within the bound of exact fractions.
    #[error(
        "has per_cents without a common multiple of at most 10^15: use round amounts, such as 100 or 1000"
    )]
    AmountsWithoutMultiple,
    /// Another unit than the one of the merchant's other programmes.
    #[error("is not the unit of the merchant's other programmes: keep their unit")]
    UnitChanged,
}

error_codes! {
    ProgrammeError by Office {
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
        EarnsNothing => Invalid, "earns_nothing";
        EndsBeforeTheProgramme => Invalid, "ends_before_the_programme";
        ExpiresWhilePending => Invalid, "expires_while_pending";
        FirstDayDiffers => Invalid, "first_day_differs";
        AmountsWithoutMultiple => Invalid, "amounts_without_multiple";
        UnitChanged => Invalid, "unit_changed";
    }
}
