//! Why a value was not accepted: one reason a variant, free of the value itself.

use crate::{Cents, coupon, reward};

/// A value that broke a rule of the domain.
///
/// `Display` is an English sentence for developers that says what to do; [`Invalid::code`] is stable
/// and is what a translation is looked up by. No variant carries what a person typed, so any of them
/// may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Invalid {
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
    /// A sale older than the till's replay window.
    #[error("is older than 7 days: send older sales by file")]
    TooOld,
    /// A zone that the time zone database does not have.
    #[error("is not a time zone of the IANA database: write it as Europe/Paris or Indian/Reunion")]
    TimeZone,
    /// An e-mail address without the shape of one.
    #[error("is not an e-mail address: write it as name@example.com")]
    Email,
    /// A birth date in the future or before 1900.
    #[error("must be after 1900 and not in the future")]
    BirthDate,
    /// More lines than a basket may have.
    #[error("has too many lines: {} at most", crate::purchase::MOST_LINES)]
    TooManyLines,
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
    /// A correction by hand of none, or of an absurd number.
    #[error("must not be 0, and at most 100000 points either way")]
    AdjustmentPoints,
    /// Coupons with goods that come back.
    #[error("goes with the type sale only")]
    CouponsOfReturn,
    /// More coupons than a purchase takes.
    #[error("holds too many coupons: {} at most", crate::purchase::MOST_COUPONS)]
    TooManyCoupons,
    /// One coupon twice in a purchase.
    #[error("holds one code twice")]
    CouponTwice,
    /// More points than can be spent.
    #[error("is more than the balance holds")]
    NotEnoughPoints,
    /// A return that names a sale not known (yet).
    #[error("names a sale that is not known: send the sale first, then this return again")]
    ReturnedSaleUnknown,
    /// A return of more money than its sale has left.
    #[error("returns more than what is left of its sale")]
    ReturnExceedsSale,
    /// A return that names a document which is itself a return, or was cancelled.
    #[error("names a document that is not a sale in force")]
    ReturnedSaleNotInForce,
    /// A return that names a sale of somebody else.
    #[error("names a sale of another customer")]
    ReturnedSaleOfAnother,
    /// A receipt that is known with another content.
    #[error("is already known with another content: cancel it, then send it anew")]
    ReceiptConflict,
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
    /// A key of a request that came with another request before.
    #[error("came with another request within 24 hours: send each request with a key of its own")]
    IdempotencyKeyReused,
    /// Where no page of a till comes from.
    #[error(
        "is not an origin: write it as https://caisse.example.com, without a path (http for localhost only)"
    )]
    Origin,
    /// A provider account's code out of its alphabet.
    #[error("must be 1 to 40 lower-case letters, digits or hyphens")]
    AccountCode,
    /// What an SMS cannot come from.
    #[error("must be 3 to 11 letters, digits or spaces beginning with a letter, or a short code")]
    SmsSender,
    /// What cannot take the word STOP.
    #[error("must be a short code of five digits: 36xxx, or 38xxx")]
    StopNumber,
    /// A price of one message that no provider asks for.
    #[error("must be 0 to 1000000 millionths of a euro")]
    UnitPrice,
    /// An amount that must be something.
    #[error("must be 1 cent or more")]
    AmountZero,
    /// A code that a coupon cannot have.
    #[error("must be 4 to 24 letters and digits")]
    CouponCode,
    /// A code of ours whose check character does not agree.
    #[error("was mistyped: one character is wrong, or two were swapped")]
    CouponMistyped,
    /// A chosen code that looks like one we make.
    #[error("has the form of the codes that are made here: choose another")]
    CouponMadeHere,
    /// A code that gives something else already.
    #[error("is a code of another offer: choose another")]
    CouponTaken,
    /// A coupon that gives nothing.
    #[error("{0}")]
    Coupon(coupon::Refusal),
    /// A price in points of none, or of an absurd number.
    #[error("must be 1 to {} points", crate::reward::MOST_POINTS)]
    RewardPoints,
    /// A limit of a reward that lets nobody in, or more than there are.
    #[error("must be 1 or more, and not more than the stock: disable the reward to stop it")]
    RewardLimit,
    /// A reward by coupons that more than one purchase could use.
    #[error("must be an offer whose codes are used once, for its coupons are bought one by one")]
    RewardOffer,
    /// A reward that is not given.
    #[error("{0}")]
    Reward(reward::Refusal),
    /// Goods that were handed out, so that their points stay spent.
    #[error("was fulfilled: its goods were handed out, and it cannot be cancelled any more")]
    RedemptionFulfilled,
    /// A redemption whose points went back.
    #[error("was cancelled: its points went back, so request it anew")]
    RedemptionCancelled,
    /// A redemption whose coupon took something off a purchase.
    #[error("gave a coupon that was used: cancel the purchase that it was used with first")]
    RedemptionCouponUsed,
    /// A share of a basket that is none, or more than all of it.
    #[error("must be 1 to 10000 hundredths of a percent")]
    OfferShare,
    /// An offer that ends before it begins.
    #[error("must not be before the first day")]
    OfferDays,
    /// An offer that gives without end.
    #[error(
        "must be given: an offer ends by a limit of uses, or by a last day and a limit a member"
    )]
    OfferWithoutEnd,
    /// A limit that lets nobody in.
    #[error("must be 1 or more: disable the offer to stop it")]
    OfferLimitZero,
    /// A member's limit over the limit of all.
    #[error("must not be more than the limit of all uses")]
    OfferLimits,
    /// An offer that would read an optician's articles.
    #[error("must not be an article: an optician's baskets are kept without them")]
    OfferArticle,
    /// A batch of no codes, or of too many.
    #[error("must be 1 to 1000000 codes: make several batches for more")]
    BatchCount,
    /// A segment that nobody can be in.
    #[error("contradicts itself: the first value must not be larger than the second")]
    SegmentContradiction,
    /// A step that a campaign in its state cannot take.
    #[error("is not possible in the campaign's present state")]
    CampaignState,
    /// A day to begin on that has passed.
    #[error("is in the past: choose a later moment, or launch the campaign now")]
    AlreadyPast,
    /// The last day of a contract that has passed, or is years away.
    #[error("must be today or later, and within 5 years")]
    ContractEnd,
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
    /// An address that events cannot be posted to, whoever listens there.
    #[error(
        "must be an address of at most 500 characters that begins with https://, without user name or fragment"
    )]
    WebhookUrl,
    /// An address inside a network, or one that no name leads to.
    #[error(
        "must lead to a host that the internet knows: not to a private, local or reserved address"
    )]
    WebhookAddress,
    /// A word for no event.
    #[error("is not a type of event: docs/webhooks.md lists them")]
    WebhookEvent,
    /// An endpoint that would be told nothing.
    #[error("must name at least one type of event")]
    WebhookEvents,
    /// A range that nothing can be replayed of.
    #[error("must be a range that begins before it ends, in the last 30 days")]
    ReplayRange,
}

/// Writes [`Invalid::code`], and lists what it gives: a variant without its code does not compile, and
/// no code is left out of the list. Codes of refusals that a variant holds stand in their own lists.
macro_rules! codes {
    (match self {
        $(Self::$variant:ident $({ .. })? => $code:literal,)*
    } or the code of what $($holder:ident),* holds) => {
        /// A stable code, for programs and for translation.
        #[must_use]
        pub const fn code(self) -> &'static str {
            match self {
                $(Self::$variant { .. } => $code,)*
                $(Self::$holder(refusal) => refusal.code(),)*
            }
        }

        /// Every code there is.
        pub const CODES: &'static [&'static str] = &[$($code),*];
    };
}

impl Invalid {
    codes! {
        match self {
            Self::MobileUnreadable => "mobile_unreadable",
            Self::MobileScientific => "mobile_scientific",
            Self::MobileNotMobile => "mobile_not_mobile",
            Self::AmountUnreadable => "amount_unreadable",
            Self::AmountNegative => "amount_negative",
            Self::AmountTooLarge => "amount_too_large",
            Self::QuantityUnreadable => "quantity_unreadable",
            Self::QuantityOutOfRange => "quantity_out_of_range",
            Self::Empty => "empty",
            Self::TooLong { .. } => "too_long",
            Self::ControlCharacters => "control_characters",
            Self::SensitiveText => "sensitive_text",
            Self::Characters => "characters",
            Self::EstablishmentCode => "establishment_code",
            Self::Identifier => "identifier",
            Self::CardNumber => "card_number",
            Self::DayUnreadable => "day_unreadable",
            Self::InstantUnreadable => "instant_unreadable",
            Self::InFuture => "in_future",
            Self::TooOld => "too_old",
            Self::TimeZone => "time_zone",
            Self::Email => "email",
            Self::BirthDate => "birth_date",
            Self::TooManyLines => "too_many_lines",
            Self::EarningRule => "earning_rule",
            Self::RuleNotAhead => "rule_not_ahead",
            Self::LevelCode => "level_code",
            Self::RulePoints => "rule_points",
            Self::TooManyRules => "too_many_rules",
            Self::TooManyGoods => "too_many_goods",
            Self::OpticianGoods => "optician_goods",
            Self::EarnsWhatIsExcluded => "earns_what_is_excluded",
            Self::VisitsADay => "visits_a_day",
            Self::Multiplier => "multiplier",
            Self::PiecesOfNothing => "pieces_of_nothing",
            Self::PiecesWithoutLimit => "pieces_without_limit",
            Self::LevelTwice => "level_twice",
            Self::LevelUnknown => "level_unknown",
            Self::EstablishmentUnknown => "establishment_unknown",
            Self::PendingDays => "pending_days",
            Self::ExpiryMonths => "expiry_months",
            Self::EndsBeforeItBegins => "ends_before_it_begins",
            Self::HoursEmpty => "hours_empty",
            Self::GivesWithoutLimit => "gives_without_limit",
            Self::GivesBackMoreThanSpent => "gives_back_more_than_spent",
            Self::UnitChanged => "unit_changed",
            Self::AdjustmentPoints => "adjustment_points",
            Self::CouponsOfReturn => "coupons_of_return",
            Self::TooManyCoupons => "too_many_coupons",
            Self::CouponTwice => "coupon_twice",
            Self::NotEnoughPoints => "not_enough_points",
            Self::ReturnedSaleUnknown => "returned_sale_unknown",
            Self::ReturnExceedsSale => "return_exceeds_sale",
            Self::ReturnedSaleNotInForce => "returned_sale_not_in_force",
            Self::ReturnedSaleOfAnother => "returned_sale_of_another",
            Self::ReceiptConflict => "receipt_conflict",
            Self::CardTaken => "card_taken",
            Self::CardBlocked => "card_blocked",
            Self::NoCard => "no_card",
            Self::TooManyBlockedCards => "too_many_blocked_cards",
            Self::QrUnreadable => "qr_unreadable",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::Origin => "origin",
            Self::AccountCode => "account_code",
            Self::SmsSender => "sms_sender",
            Self::StopNumber => "stop_number",
            Self::UnitPrice => "unit_price",
            Self::AmountZero => "amount_zero",
            Self::CouponCode => "coupon_code",
            Self::CouponMistyped => "coupon_mistyped",
            Self::CouponMadeHere => "coupon_made_here",
            Self::CouponTaken => "coupon_taken",
            Self::RewardPoints => "reward_points",
            Self::RewardLimit => "reward_limit",
            Self::RewardOffer => "reward_offer",
            Self::RedemptionFulfilled => "redemption_fulfilled",
            Self::RedemptionCancelled => "redemption_cancelled",
            Self::RedemptionCouponUsed => "redemption_coupon_used",
            Self::OfferShare => "offer_share",
            Self::OfferDays => "offer_days",
            Self::OfferWithoutEnd => "offer_without_end",
            Self::OfferLimitZero => "offer_limit_zero",
            Self::OfferLimits => "offer_limits",
            Self::OfferArticle => "offer_article",
            Self::BatchCount => "batch_count",
            Self::SegmentContradiction => "segment_contradiction",
            Self::CampaignState => "campaign_state",
            Self::AlreadyPast => "already_past",
            Self::ContractEnd => "contract_end",
            Self::InvitedBeforeCreation => "invited_before_creation",
            Self::ActivatedBeforeCreation => "activated_before_creation",
            Self::Suppressed => "suppressed",
            Self::NotEnrolled => "not_enrolled",
            Self::WebhookUrl => "webhook_url",
            Self::WebhookAddress => "webhook_address",
            Self::WebhookEvent => "webhook_event",
            Self::WebhookEvents => "webhook_events",
            Self::ReplayRange => "replay_range",
        } or the code of what Coupon, Reward holds
    }
}
