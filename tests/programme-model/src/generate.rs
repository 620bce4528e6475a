//! Random programmes and histories. The same seed gives the same case.

use fastrand::Rng;
use jiff::civil::{Date, date, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::model::earning::{Basket, Line, amount, floor};
use crate::model::programme::{
    Bonus, Condition, ExpiresAfter, Expiry, Gifts, Goods, Hours, Level, Multiplier, Programme,
    ReturnPolicy, Rounding, SpendRule, Unit, VisitRule, Weekday,
};
use crate::model::{DocumentNumber, MemberNumber, Operation, Step};

/// The establishments of every merchant, with their time zones.
pub const ESTABLISHMENTS: [(&str, &str); 2] =
    [("paris", "Europe/Paris"), ("noumea", "Pacific/Noumea")];

const SKUS: [&str; 4] = ["A-100", "B200", "c.300", "Z9"];
const CATEGORIES: [&str; 4] = ["Épicerie", "Bébé", "Thé & café", "Maïs doux"];

/// A merchant, its programmes and a history.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The seed of this case.
    pub seed: u64,
    /// The instant at which the merchant is created.
    pub start: Timestamp,
    /// The programme of the merchant's creation, which is a simple one.
    pub base: Programme,
    /// The random programmes with their first days.
    pub programmes: Vec<(Date, Programme)>,
    /// A programme that the page refuses, with the reason. It is sent for a day after the history.
    pub refused: Option<(&'static str, Programme)>,
    /// The instant at which the members are enrolled.
    pub enrolled_at: Timestamp,
    /// The birth dates of the members.
    pub members: Vec<Option<Date>>,
    /// The history, in the order of time.
    pub steps: Vec<Step>,
}

impl Case {
    /// The day of the faulty programme, which is after the history.
    #[must_use]
    pub fn faulty_programme_day(&self) -> Date {
        let enrolled_on = TimeZone::UTC.to_datetime(self.enrolled_at).date();
        enrolled_on.saturating_add(400.days())
    }
}

/// The case of a seed.
#[must_use]
pub fn case(seed: u64) -> Case {
    let mut rng = Rng::with_seed(seed);
    let rng = &mut rng;
    let unit = if rng.u8(..3) == 0 { Unit::Cents } else { Unit::Points };
    let first_day = date(2026, 1, 1).saturating_add(rng.i64(0..330).days());
    let begins = first_day.saturating_add(2.days());
    let levels = levels(rng, unit);
    let mut programmes = vec![(begins, programme(rng, unit, &levels, begins))];
    if rng.u8(..3) == 0 {
        let next = begins.saturating_add(rng.i64(1..60).days());
        programmes.push((next, programme(rng, unit, &levels, next)));
    }
    let base = Programme {
        unit,
        spend: vec![SpendRule {
            name: None,
            points: 1,
            per_cents: 100,
            goods: Goods::default(),
            when: Condition::default(),
        }],
        ..Programme::default()
    };
    let members = (0..3)
        .map(|number| {
            let month = if number == 0 { begins.month() } else { rng.i8(1..=12) };
            (number < 2).then(|| date(rng.i16(1950..2000), month, rng.i8(1..=28)))
        })
        .collect();
    let enrolled_at = noon(begins);
    let steps = History::generate(rng, enrolled_at, &programmes);
    let refused = Some(refused_programme(rng, &base, begins));
    Case { seed, start: noon(first_day), base, programmes, refused, enrolled_at, members, steps }
}

/// A random programme that begins on a day. Most are accepted by the checks of the page.
#[must_use]
pub fn programme(rng: &mut Rng, unit: Unit, levels: &[Level], begins: Date) -> Programme {
    let excluded = if rng.u8(..3) == 0 { excluded(rng) } else { Goods::default() };
    let allowed = Allowed::without(&excluded);
    let rounding = *pick(rng, &[Rounding::Down, Rounding::Nearest, Rounding::Up]);
    let with_bonuses = rng.u8(..2) == 0;
    let with_visits = rng.bool();
    let minimum_spend_cents = match unit {
        // A sale must earn less than its total, and a visit must be worth a minimum.
        Unit::Cents if with_bonuses || with_visits || rounding != Rounding::Down => {
            rng.i64(6..=30) * 100
        }
        _ if rng.u8(..3) == 0 => rng.i64(1..=20) * 100,
        _ => 0,
    };
    let daily_cap = rng.bool().then(|| if rng.bool() { rng.i64(1..=50) } else { rng.i64(1..=400) });
    let context = Context { unit, levels, begins, allowed };
    let limited = minimum_spend_cents > 0 || (unit == Unit::Points && daily_cap.is_some());

    let mut programme = Programme {
        unit,
        rounding,
        minimum_spend_cents,
        daily_cap,
        excluded,
        discounts_excluded: rng.u8(..4) == 0,
        levels: levels.to_vec(),
        returns: *pick(rng, &[ReturnPolicy::Negative, ReturnPolicy::DownToZero]),
        gifts: Gifts {
            welcome: if rng.bool() { 0 } else { rng.i64(1..=50) },
            activation: if rng.u8(..4) == 0 { rng.i64(1..=20) } else { 0 },
        },
        pending_days: if rng.bool() { 0 } else { rng.i64(1..=30) },
        ..Programme::default()
    };
    if rng.u8(..5) < 3 {
        let shortest = programme.pending_days / 28 + 1;
        programme.expiry = Some(Expiry {
            after: *pick(rng, &[ExpiresAfter::Earning, ExpiresAfter::Inactivity]),
            months: rng.i64(shortest..=shortest + 6),
        });
    }
    for number in 0..rng.usize(0..=5) {
        programme.spend.push(context.spend_rule(rng, number));
    }
    if with_visits {
        for number in 0..rng.usize(1..=2) {
            programme.visits.push(context.visit_rule(rng, number));
        }
    }
    if with_bonuses {
        for number in 0..rng.usize(1..=2) {
            programme.bonuses.push(context.bonus(rng, number, limited));
        }
    }
    if rng.bool() {
        for number in 0..rng.usize(1..=3) {
            programme.multipliers.push(context.multiplier(rng, number));
        }
    }
    if !programme.spend.iter().any(|rule| rule.points > 0) {
        programme.spend.push(SpendRule {
            goods: Goods::default(),
            when: Condition::default(),
            points: if unit == Unit::Cents { 3 } else { rng.i64(1..=3) },
            per_cents: 100,
            name: None,
        });
    }
    programme
}

/// A simple programme with one fault that the page refuses.
fn refused_programme(rng: &mut Rng, base: &Programme, begins: Date) -> (&'static str, Programme) {
    let mut programme = base.clone();
    let visit = |points, most_a_day| VisitRule {
        name: None,
        points,
        most_a_day,
        when: Condition::default(),
    };
    let fault = match rng.u8(..9) {
        0 => {
            programme.spend.clear();
            "earns nothing"
        }
        1 => {
            programme.spend[0].goods.categories = vec!["Thé & café".to_owned()];
            programme.excluded.categories = vec![some_category(rng, &["Thé & café"])];
            "rewards a category that is excluded"
        }
        2 => {
            programme.spend[0].goods.skus = vec![some_sku(rng, &SKUS[..1])];
            programme.excluded.skus = vec![some_sku(rng, &SKUS[..1])];
            "rewards an article that is excluded"
        }
        3 => {
            programme.pending_days = 28;
            programme.expiry = Some(Expiry { after: ExpiresAfter::Earning, months: 1 });
            "has points that expire while they wait"
        }
        4 => {
            programme.spend[0].when.until = begins.yesterday().ok();
            "has a rule that ends before the programme begins"
        }
        5 => {
            programme.spend[0].when.levels = vec!["unknown".to_owned()];
            "names a level that does not exist"
        }
        6 => {
            programme.spend[0].when.establishments = vec!["unknown".to_owned()];
            "names an establishment that does not exist"
        }
        7 if programme.unit == Unit::Cents => {
            programme.visits = vec![visit(1, 1)];
            "gives cents for a visit without a minimum"
        }
        7 => {
            programme.visits = vec![visit(5_001, 2)];
            "gives more than 10,000 points a day for visits"
        }
        _ if programme.unit == Unit::Cents => {
            programme.spend[0].points = 100;
            "gives all the money back"
        }
        _ => {
            (programme.spend[0].points, programme.spend[0].per_cents) = (2_000, 100);
            "gives more than 1,000 points per euro"
        }
    };
    (fault, programme)
}

struct Allowed {
    skus: Vec<&'static str>,
    categories: Vec<&'static str>,
}

impl Allowed {
    /// The goods that a rule may reward.
    fn without(excluded: &Goods) -> Self {
        let keep = |names: &[&'static str], excluded: &[String]| {
            names
                .iter()
                .copied()
                .filter(|name| {
                    !excluded.iter().any(|excluded| excluded.to_lowercase() == name.to_lowercase())
                })
                .collect()
        };
        Self {
            skus: keep(&SKUS, &excluded.skus),
            categories: keep(&CATEGORIES, &excluded.categories),
        }
    }
}

struct Context<'a> {
    unit: Unit,
    levels: &'a [Level],
    begins: Date,
    allowed: Allowed,
}

impl Context<'_> {
    fn spend_rule(&self, rng: &mut Rng, number: usize) -> SpendRule {
        let (points, per_cents) = match self.unit {
            Unit::Cents => (rng.i64(0..=5), *pick(rng, &[100, 150, 200])),
            Unit::Points => {
                let per_cents = *pick(rng, &[100, 100, 100, 2, 10, 33, 250, 500, 1000, 777, 2000]);
                (rng.i64(0..=20).min(per_cents / 2), per_cents)
            }
        };
        let goods = if rng.bool() { Goods::default() } else { self.goods(rng) };
        SpendRule {
            name: name(rng, "Achat", number),
            points,
            per_cents,
            goods,
            when: self.condition(rng),
        }
    }

    fn visit_rule(&self, rng: &mut Rng, number: usize) -> VisitRule {
        let points = match self.unit {
            Unit::Cents => rng.i64(1..=20),
            Unit::Points => rng.i64(1..=50),
        };
        let when = self.condition(rng);
        VisitRule { name: name(rng, "Passage", number), points, most_a_day: rng.i64(1..=3), when }
    }

    fn multiplier(&self, rng: &mut Rng, number: usize) -> Multiplier {
        let hundredths = match self.unit {
            Unit::Cents => rng.i64(101..=300),
            Unit::Points => *pick(rng, &[101, 110, 125, 133, 150, 200, 200, 300, 1000]),
        };
        Multiplier { name: name(rng, "Fois", number), hundredths, when: self.condition(rng) }
    }

    fn bonus(&self, rng: &mut Rng, number: usize, limited: bool) -> Bonus {
        let goods = if limited && rng.bool() { Goods::default() } else { self.goods(rng) };
        let points = match self.unit {
            Unit::Cents => rng.i64(1..=40),
            Unit::Points if limited => rng.i64(1..=100),
            Unit::Points => rng.i64(1..=4),
        };
        let most_a_sale = (!goods.is_empty() && rng.bool()).then(|| {
            let most = points * rng.i64(1..=4) + rng.i64(0..3);
            if limited && self.unit == Unit::Points { most } else { most.min(points.max(8)) }
        });
        Bonus {
            name: name(rng, "Bonus", number),
            points,
            most_a_sale,
            goods,
            when: self.condition(rng),
        }
    }

    fn goods(&self, rng: &mut Rng) -> Goods {
        let mut goods = Goods::default();
        if rng.bool() {
            goods.skus.push(some_sku(rng, &self.allowed.skus));
        }
        if goods.skus.is_empty() || rng.u8(..3) == 0 {
            goods.categories.push(some_category(rng, &self.allowed.categories));
        }
        goods
    }

    /// A condition of few parts. Half of all conditions always hold.
    fn condition(&self, rng: &mut Rng) -> Condition {
        let mut when = Condition::default();
        if rng.bool() {
            return when;
        }
        for _ in 0..rng.usize(1..=2) {
            match rng.u8(..8) {
                0 => {
                    let first = self.begins.saturating_add(rng.i64(0..20).days());
                    when.from = Some(first);
                }
                1 => {
                    let first = when.from.unwrap_or(self.begins);
                    when.until = Some(first.saturating_add(rng.i64(0..40).days()));
                }
                2 => {
                    when.weekdays =
                        Weekday::ALL.into_iter().filter(|_| rng.bool()).take(6).collect();
                }
                3 => {
                    let from = rng.i64(0..1439);
                    let until = rng.i64(from + 1..=1440);
                    when.hours = Some(Hours { from: clock(from), until: clock(until) });
                }
                4 => when.establishments = vec![pick(rng, &ESTABLISHMENTS).0.to_owned()],
                5 => {
                    when.levels = self
                        .levels
                        .iter()
                        .filter(|_| rng.bool())
                        .map(|level| level.code.clone())
                        .collect();
                }
                6 => when.birthday_month = true,
                _ => when.minimum_spend_cents = rng.i64(1..=40) * 100,
            }
        }
        when
    }
}

fn levels(rng: &mut Rng, unit: Unit) -> Vec<Level> {
    let mut from_points = 0;
    [("argent", "Argent"), ("or", "Or"), ("platine", "Platine")]
        .into_iter()
        .take(rng.usize(0..=3))
        .map(|(code, name)| {
            from_points += if unit == Unit::Cents { rng.i64(20..200) } else { rng.i64(20..400) };
            Level { code: code.to_owned(), name: name.to_owned(), from_points }
        })
        .collect()
}

fn excluded(rng: &mut Rng) -> Goods {
    let mut goods = Goods::default();
    if rng.bool() {
        goods.skus.push(some_sku(rng, &SKUS));
    }
    if rng.bool() {
        goods.categories.push((*pick(rng, &CATEGORIES)).to_owned());
    }
    goods
}

/// A document as the generator remembers it.
#[derive(Clone)]
struct Remembered {
    number: DocumentNumber,
    sale: Option<Remains>,
    /// The sale that a return names, with the amount.
    returned: Option<(DocumentNumber, i64)>,
    basket: Basket,
    establishment: &'static str,
}

#[derive(Clone)]
struct Remains {
    anonymous: bool,
    cents: i64,
}

struct History<'a> {
    rng: &'a mut Rng,
    now: Timestamp,
    end: Timestamp,
    /// Whether all operations are those of the first member, now.
    in_game: bool,
    totals: Vec<i64>,
    documents: Vec<Remembered>,
    steps: Vec<Step>,
}

impl<'a> History<'a> {
    fn generate(
        rng: &'a mut Rng,
        begins: Timestamp,
        programmes: &[(Date, Programme)],
    ) -> Vec<Step> {
        // Totals at the bounds of the minimums are worth more tries than others.
        let mut totals = Vec::new();
        for (_, programme) in programmes {
            totals.push(programme.minimum_spend_cents);
            totals.extend(programme.bonuses.iter().map(|rule| rule.when.minimum_spend_cents));
            totals.extend(programme.spend.iter().map(|rule| rule.when.minimum_spend_cents));
        }
        totals.retain(|total| *total > 0);
        let mut history = Self {
            rng,
            now: begins,
            end: begins.saturating_add((320 * 24).hours()).unwrap_or(begins),
            in_game: false,
            totals,
            documents: Vec::new(),
            steps: Vec::new(),
        };
        for _ in 0..history.rng.usize(10..=36) {
            history.advance();
            if history.rng.u8(..7) == 0 {
                history.game();
            } else {
                history.operation();
            }
        }
        history.steps
    }

    fn advance(&mut self) {
        let minutes = match self.rng.u8(..20) {
            0..=11 => self.rng.i64(1..=90),
            12..=13 => self.rng.i64(90..=600),
            14..=17 => self.rng.i64(1..=3) * 1440 + self.rng.i64(-300..=300),
            18 => self.rng.i64(4..=40) * 1440,
            _ => self.rng.i64(30..=100) * 1440,
        };
        let next = self.now.saturating_add(minutes.minutes()).unwrap_or(self.now);
        if next < self.end {
            self.now = next;
        }
    }

    /// Sales, returns and cancellations of the first member, all within some minutes: the cap and the visits of one day.
    fn game(&mut self) {
        self.in_game = true;
        if self.rng.bool() {
            // A return is cancelled after the cap that it freed was used.
            let sale = self.documents.len();
            self.sale("paris");
            self.return_of(sale, self.documents[sale].basket.total_cents, "paris");
            self.sale("paris");
            self.cancel_document(sale + 1);
        }
        for _ in 0..self.rng.usize(2..=8) {
            self.now = self.now.saturating_add(1.minutes()).unwrap_or(self.now);
            match self.rng.u8(..10) {
                0..=3 => self.sale("paris"),
                4..=5 => self.named_return("paris"),
                6 => self.visit("paris"),
                _ => self.cancel(),
            }
        }
        self.in_game = false;
    }

    fn operation(&mut self) {
        let establishment = if self.rng.u8(..4) == 0 { "noumea" } else { "paris" };
        match self.rng.u8(..100) {
            0..=31 => self.sale(establishment),
            36..=40 => self.visit(establishment),
            41..=52 => self.named_return(establishment),
            53..=58 => self.unnamed_return(establishment),
            59..=68 => self.cancel(),
            69..=73 => {
                let member = (self.rng.u8(..5) > 0).then(|| self.member());
                let sold_at = self.earlier();
                let basket = self.basket();
                self.push(establishment, Operation::DryRun { member, sold_at, basket });
            }
            74..=81 => self.attach(),
            82..=89 => {
                let member = self.member();
                if let Some(sale) = self.any_sale(|remains| remains.cents > 0) {
                    self.push(sale.establishment, Operation::Move { sale: sale.number, member });
                }
            }
            90..=94 => {
                let member = self.member();
                let points = *pick(self.rng, &[-30, -5, -1, 1, 7, 40]);
                self.push(establishment, Operation::Adjust { member, points });
            }
            32..=35 | 95..=97 => {
                let member = self.member();
                let points = self.rng.i64(1..=60);
                self.push(establishment, Operation::Redeem { member, points });
            }
            _ => {
                let member = self.member();
                self.push(establishment, Operation::Balance { member });
            }
        }
    }

    fn sale(&mut self, establishment: &'static str) {
        let document = self.documents.len();
        let anonymous = !self.in_game && self.rng.u8(..5) == 0;
        let member = (!anonymous).then(|| self.member());
        let sold_at = self.earlier();
        let basket = self.basket();
        self.documents.push(Remembered {
            number: document,
            sale: Some(Remains { anonymous, cents: basket.total_cents }),
            returned: None,
            basket: basket.clone(),
            establishment,
        });
        self.push(establishment, Operation::Sale { document, member, sold_at, basket });
    }

    fn visit(&mut self, establishment: &'static str) {
        let visited_at = self.earlier();
        let member = self.member();
        self.push(establishment, Operation::Visit { member, visited_at });
    }

    fn named_return(&mut self, establishment: &'static str) {
        let Some(sale) = self.any_sale(|remains| remains.cents > 0) else { return };
        let Some(remains) = sale.sale else { return };
        let total_cents = match self.rng.u8(..20) {
            0..=8 => remains.cents,
            9..=16 => self.rng.i64(1..=remains.cents),
            17 => 1,
            18 => 0,
            _ => remains.cents + 1,
        };
        self.return_of(sale.number, total_cents, establishment);
    }

    fn return_of(&mut self, sale: DocumentNumber, total_cents: i64, establishment: &'static str) {
        let document = self.documents.len();
        let mut returned = None;
        if let Some(remains) = &mut self.documents[sale].sale
            && total_cents <= remains.cents
        {
            remains.cents -= total_cents;
            returned = Some((sale, total_cents));
        }
        self.documents.push(Remembered {
            number: document,
            sale: None,
            returned,
            basket: Basket { total_cents, lines: Vec::new() },
            establishment,
        });
        let names_member = self.rng.bool();
        self.push(
            establishment,
            Operation::NamedReturn { document, sale, names_member, sold_at: self.now, total_cents },
        );
    }

    fn unnamed_return(&mut self, establishment: &'static str) {
        let sold = self.any_sale(|_| true);
        let basket = match sold {
            Some(sale) if self.rng.u8(..3) > 0 => sale.basket,
            _ => self.basket(),
        };
        let document = self.documents.len();
        self.documents.push(Remembered {
            number: document,
            sale: None,
            returned: None,
            basket: basket.clone(),
            establishment,
        });
        let member = self.member();
        let sold_at = self.earlier();
        self.push(establishment, Operation::UnnamedReturn { document, member, sold_at, basket });
    }

    fn cancel(&mut self) {
        if self.documents.is_empty() {
            return;
        }
        let document = self.recent(self.documents.len());
        self.cancel_document(document);
    }

    fn cancel_document(&mut self, document: DocumentNumber) {
        let cancelled = &mut self.documents[document];
        let establishment = cancelled.establishment;
        let total_cents = cancelled.basket.total_cents;
        if let Some((sale, cents)) = cancelled.returned.take() {
            if let Some(remains) = &mut self.documents[sale].sale {
                remains.cents += cents;
            }
        } else if let Some(remains) = &mut cancelled.sale
            && remains.cents == total_cents
        {
            remains.cents = 0;
        }
        self.push(establishment, Operation::Cancel { document });
    }

    fn attach(&mut self) {
        let member = self.member();
        let anonymous = self.any_sale(|remains| remains.anonymous && remains.cents > 0);
        if let Some(sale) = anonymous.or_else(|| self.any_sale(|_| true)) {
            if let Some(remains) = &mut self.documents[sale.number].sale {
                remains.anonymous = false;
            }
            self.push(sale.establishment, Operation::Attach { sale: sale.number, member });
        }
    }

    fn push(&mut self, establishment: &str, operation: Operation) {
        let establishment = establishment.to_owned();
        self.steps.push(Step { now: self.now, establishment, operation });
    }

    /// The first member is there most often, so that counts and caps matter.
    fn member(&mut self) -> MemberNumber {
        if self.in_game {
            return 0;
        }
        *pick(self.rng, &[0, 0, 0, 0, 1, 1, 2])
    }

    /// Now, or in one of five cases up to six days ago.
    fn earlier(&mut self) -> Timestamp {
        let minutes =
            if !self.in_game && self.rng.u8(..5) == 0 { self.rng.i64(1..6 * 1440) } else { 0 };
        self.now.saturating_sub(minutes.minutes()).unwrap_or(self.now)
    }

    fn any_sale(&mut self, fits: impl Fn(&Remains) -> bool) -> Option<Remembered> {
        let sales: Vec<usize> = self
            .documents
            .iter()
            .filter(|document| document.sale.as_ref().is_some_and(&fits))
            .map(|document| document.number)
            .collect();
        if sales.is_empty() {
            return None;
        }
        let index = self.recent(sales.len());
        self.documents.get(sales[index]).cloned()
    }

    /// An index below `length`, mostly one of the last three.
    fn recent(&mut self, length: usize) -> usize {
        let oldest = if self.rng.u8(..10) < 7 { length.saturating_sub(3) } else { 0 };
        self.rng.usize(oldest..length)
    }

    fn basket(&mut self) -> Basket {
        let lines: Vec<Line> = (0..self.rng.usize(0..=5)).map(|_| self.line()).collect();
        let exact = lines.iter().map(amount).reduce(|sum, amount| sum + amount);
        let sum = exact.map_or_else(|| self.rng.i64(0..=9_000), |sum| floor(&sum));
        let total_cents = match self.rng.u8(..20) {
            0..=7 => sum,
            8 => sum - 1,
            9 => sum + 1,
            10..=13 => sum - self.rng.i64(0..=sum.max(1)) / 3,
            14..=16 => sum + self.rng.i64(0..=2_500),
            17..=18 if !self.totals.is_empty() => {
                *pick(self.rng, &self.totals) - i64::from(self.rng.bool())
            }
            17..=18 => 1,
            // The largest amount of the API.
            _ if self.rng.u8(..3) == 0 => 100_000_000,
            _ => 0,
        };
        Basket { total_cents: total_cents.max(0), lines }
    }

    fn line(&mut self) -> Line {
        let rng = &mut *self.rng;
        let thousandths = match rng.u8(..10) {
            0..=4 => 1000,
            5..=6 => rng.i64(2..=5) * 1000,
            7 => *pick(rng, &[333, 500, 999, 1250, 1999, 1]),
            _ => rng.i64(1..=4_000),
        };
        let unit_price_cents = match rng.u8(..10) {
            0 => 0,
            1 => *pick(rng, &[1, 33, 99]),
            2..=6 => *pick(rng, &[100, 250, 500, 990, 1000, 1999, 4990]),
            _ => rng.i64(1..=6_000),
        };
        let gross = thousandths * unit_price_cents / 1000;
        let discount_cents = match rng.u8(..12) {
            0 => rng.i64(0..=gross),
            1 => gross / 10,
            2 => gross + rng.i64(0..=200),
            _ => 0,
        };
        Line {
            sku: (rng.u8(..4) > 0).then(|| some_sku(rng, &SKUS)),
            category: (rng.u8(..4) > 0).then(|| some_category(rng, &CATEGORIES)),
            thousandths,
            unit_price_cents,
            discount_cents,
        }
    }
}

fn noon(day: Date) -> Timestamp {
    TimeZone::UTC.to_timestamp(day.to_datetime(time(12, 0, 0, 0))).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn name(rng: &mut Rng, kind: &str, number: usize) -> Option<String> {
    rng.bool().then(|| format!("{kind} {}", number + 1))
}

fn some_sku(rng: &mut Rng, skus: &[&str]) -> String {
    let sku = skus[rng.usize(..skus.len())];
    respell_case(rng, sku)
}

fn some_category(rng: &mut Rng, categories: &[&str]) -> String {
    let category = categories[rng.usize(..categories.len())];
    respell(rng, category)
}

fn respell_case(rng: &mut Rng, text: &str) -> String {
    match rng.u8(..3) {
        0 => text.to_lowercase(),
        1 => text.to_uppercase(),
        _ => text.to_owned(),
    }
}

/// The text in another case, or with its accents written otherwise or left out.
fn respell(rng: &mut Rng, text: &str) -> String {
    let text = respell_case(rng, text);
    match rng.u8(..4) {
        0 => text.chars().map(|letter| plain(letter).unwrap_or(letter)).collect(),
        1 => text.chars().flat_map(decomposed).collect(),
        _ => text,
    }
}

fn plain(letter: char) -> Option<char> {
    Some(match letter {
        'é' => 'e',
        'É' => 'E',
        'ï' => 'i',
        'Ï' => 'I',
        _ => return None,
    })
}

/// A letter followed by its accent as a character of its own.
fn decomposed(letter: char) -> Vec<char> {
    let accent = if matches!(letter, 'ï' | 'Ï') { '\u{308}' } else { '\u{301}' };
    plain(letter).map_or_else(|| vec![letter], |plain| vec![plain, accent])
}

fn pick<'a, T>(rng: &mut Rng, choices: &'a [T]) -> &'a T {
    &choices[rng.usize(..choices.len())]
}

#[cfg(test)]
mod tests;
