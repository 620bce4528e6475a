use jiff::civil::date;

use super::account::{DAYS_KEPT, Expiring};
use super::programme::{
    Condition, ExpiresAfter, Expiry, Gifts, Goods, Level, SpendRule, VisitRule,
};
use super::*;

const MARIE: MemberNumber = 0;
const PAUL: MemberNumber = 1;

/// A shop in Paris and one in Nouméa, with one programme from the beginning of 2026 and two members.
struct Shop {
    model: Model,
    now: Timestamp,
    establishment: &'static str,
}

impl Shop {
    fn new(programme: Programme) -> Self {
        let mut model = Model::default();
        for (code, zone) in [("paris", "Europe/Paris"), ("noumea", "Pacific/Noumea")] {
            model.establishments.insert(code.to_owned(), TimeZone::get(zone).expect("a zone"));
        }
        model.programmes.0.insert(date(2026, 1, 1), programme);
        let now = instant("2026-03-02T10:00:00Z");
        model.enrol(MARIE, None, "paris", now);
        model.enrol(PAUL, None, "paris", now);
        Self { model, now, establishment: "paris" }
    }

    fn at(&mut self, now: &str) -> &mut Self {
        self.now = instant(now);
        self
    }

    fn done(&mut self, operation: Operation) -> Answer {
        match self.try_to(operation) {
            Outcome::Done(answer) => *answer,
            other => panic!("{other:?}"),
        }
    }

    fn try_to(&mut self, operation: Operation) -> Outcome {
        let establishment = self.establishment.to_owned();
        self.model.apply(&Step { now: self.now, establishment, operation })
    }

    /// A sale of whole euros. Answers its points.
    fn sell(&mut self, document: DocumentNumber, member: MemberNumber, euros: i64) -> i64 {
        let basket = Basket { total_cents: euros * 100, lines: Vec::new() };
        let sold_at = self.now;
        let sale = Operation::Sale { document, member: Some(member), sold_at, basket };
        self.done(sale).points.expect("points")
    }

    /// A return that names its sale. Answers its points.
    fn return_of(&mut self, document: DocumentNumber, sale: DocumentNumber, cents: i64) -> i64 {
        let sold_at = self.now;
        let operation = Operation::NamedReturn {
            document,
            sale,
            names_member: false,
            sold_at,
            total_cents: cents,
        };
        self.done(operation).points.expect("points")
    }

    /// A return without its sale. Answers its points.
    fn return_without_sale(&mut self, document: DocumentNumber, euros: i64) -> i64 {
        let basket = Basket { total_cents: euros * 100, lines: Vec::new() };
        let sold_at = self.now;
        let operation = Operation::UnnamedReturn { document, member: MARIE, sold_at, basket };
        self.done(operation).points.expect("points")
    }

    fn cancel(&mut self, document: DocumentNumber) {
        self.done(Operation::Cancel { document });
    }

    fn visit(&mut self) -> i64 {
        let visited_at = self.now;
        self.done(Operation::Visit { member: MARIE, visited_at }).points.expect("points")
    }

    fn view(&self, member: MemberNumber) -> View {
        self.model.view(member, self.establishment, self.now).expect("a member")
    }

    fn balance(&self) -> i64 {
        self.view(MARIE).balance
    }
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn one_per_euro() -> Programme {
    Programme {
        spend: vec![SpendRule {
            name: None,
            points: 1,
            per_cents: 100,
            goods: Goods::default(),
            when: Condition::default(),
        }],
        ..Programme::default()
    }
}

fn down_to_zero() -> Programme {
    Programme { returns: ReturnPolicy::DownToZero, ..one_per_euro() }
}

fn one_a_visit() -> Vec<VisitRule> {
    vec![VisitRule { name: None, points: 5, most_a_day: 1, when: Condition::default() }]
}

#[test]
fn a_return_of_the_whole_sale_takes_its_points_and_its_cancellation_gives_them_back() {
    let mut shop = Shop::new(one_per_euro());
    assert_eq!(shop.sell(0, MARIE, 44), 44);
    assert_eq!(shop.return_of(1, 0, 4400), -44);
    assert_eq!(shop.balance(), 0);
    shop.cancel(1);
    shop.cancel(1);
    assert_eq!(shop.balance(), 44);
}

#[test]
fn returns_of_parts_take_the_share_rounded_down_and_the_last_one_takes_the_rest() {
    let mut shop = Shop::new(one_per_euro());
    shop.sell(0, MARIE, 10);
    let taken = [333, 333, 333, 1].map(|cents| shop.return_of(1, 0, cents));
    assert_eq!(taken, [-3, -3, -3, -1]);
    assert_eq!(shop.balance(), 0);
}

#[test]
fn a_return_of_more_than_is_left_is_refused() {
    let mut shop = Shop::new(one_per_euro());
    shop.sell(0, MARIE, 10);
    shop.return_of(1, 0, 600);
    let operation = Operation::NamedReturn {
        document: 2,
        sale: 0,
        names_member: true,
        sold_at: shop.now,
        total_cents: 401,
    };
    let expected = Outcome::Refused { status: 422, code: Some("return_exceeds_sale") };
    assert_eq!(shop.try_to(operation), expected);
}

#[test]
fn a_sale_with_a_return_is_not_cancelled_until_the_return_is() {
    let mut shop = Shop::new(one_per_euro());
    shop.sell(0, MARIE, 10);
    shop.return_of(1, 0, 500);
    let refused = Outcome::Refused { status: 409, code: None };
    assert_eq!(shop.try_to(Operation::Cancel { document: 0 }), refused);
    shop.cancel(1);
    shop.cancel(0);
    assert_eq!(shop.balance(), 0);
}

#[test]
fn the_cap_holds_when_a_return_is_cancelled_after_another_sale() {
    let mut shop = Shop::new(Programme { daily_cap: Some(10), ..one_per_euro() });
    assert_eq!(shop.sell(0, MARIE, 10), 10);
    assert_eq!(shop.return_of(1, 0, 1000), -10);
    assert_eq!(shop.sell(2, MARIE, 6), 6);
    // The cap leaves four of the ten points. Six stay taken back, which is more than half of the sale gave.
    shop.cancel(1);
    assert_eq!(shop.balance(), 10);
    assert_eq!(shop.return_of(3, 0, 500), 0);
    shop.cancel(3);
    shop.cancel(0);
    assert_eq!(shop.balance(), 6);
}

#[test]
fn the_cancellation_of_a_sale_frees_the_cap_and_the_visit_of_its_day() {
    let programme = Programme { daily_cap: Some(12), visits: one_a_visit(), ..one_per_euro() };
    let mut shop = Shop::new(programme);
    assert_eq!(shop.sell(0, MARIE, 6), 11);
    assert_eq!(shop.sell(1, MARIE, 6), 1);
    shop.cancel(0);
    // One point is counted, and the visit of the second sale.
    assert_eq!(shop.sell(2, MARIE, 20), 11);
    shop.cancel(2);
    shop.cancel(1);
    assert_eq!(shop.balance(), 0);
    assert_eq!(shop.visit(), 5);
}

#[test]
fn a_named_return_frees_the_cap_and_keeps_the_visit() {
    let programme = Programme { daily_cap: Some(12), visits: one_a_visit(), ..one_per_euro() };
    let mut shop = Shop::new(programme);
    assert_eq!(shop.sell(0, MARIE, 7), 12);
    assert_eq!(shop.return_of(1, 0, 700), -12);
    assert_eq!(shop.sell(2, MARIE, 7), 7);
}

#[test]
fn a_return_without_its_sale_takes_what_a_first_sale_would_earn_and_frees_no_cap() {
    let mut shop = Shop::new(Programme { daily_cap: Some(10), ..one_per_euro() });
    shop.sell(0, MARIE, 8);
    assert_eq!(shop.return_without_sale(1, 25), -10);
    assert_eq!(shop.balance(), -2);
    assert_eq!(shop.sell(2, MARIE, 8), 2);
    assert_eq!(shop.balance(), 0);
    shop.cancel(1);
    assert_eq!(shop.balance(), 10);
    assert_eq!(shop.sell(3, MARIE, 8), 0);
}

#[test]
fn to_sell_and_return_the_same_basket_without_its_receipt_never_pays() {
    let programme = Programme { visits: one_a_visit(), minimum_spend_cents: 500, ..one_per_euro() };
    let mut shop = Shop::new(programme);
    for document in 0..3 {
        let sold = shop.sell(2 * document, MARIE, 9);
        let returned = shop.return_without_sale(2 * document + 1, 9);
        assert!(sold + returned <= 0);
    }
}

#[test]
fn points_that_were_spent_are_owed_or_forgiven_as_the_policy_says() {
    let mut negative = Shop::new(one_per_euro());
    negative.sell(0, MARIE, 30);
    negative.done(Operation::Redeem { member: MARIE, points: 20 });
    assert_eq!(negative.return_of(1, 0, 3000), -30);
    assert_eq!(negative.balance(), -20);
    negative.sell(2, MARIE, 25);
    assert_eq!(negative.balance(), 5);

    let mut forgiving = Shop::new(down_to_zero());
    forgiving.sell(0, MARIE, 30);
    forgiving.done(Operation::Redeem { member: MARIE, points: 20 });
    assert_eq!(forgiving.return_of(1, 0, 3000), -10);
    assert_eq!(forgiving.balance(), 0);
    forgiving.cancel(1);
    assert_eq!(forgiving.balance(), 10);
}

#[test]
fn points_that_were_forgiven_are_not_taken_by_the_next_return() {
    let mut shop = Shop::new(down_to_zero());
    shop.sell(0, MARIE, 30);
    shop.done(Operation::Redeem { member: MARIE, points: 30 });
    assert_eq!(shop.return_of(1, 0, 2000), 0);
    shop.sell(2, MARIE, 100);
    assert_eq!(shop.return_of(3, 0, 1000), -10);
}

#[test]
fn more_points_than_the_balance_are_not_redeemed() {
    let mut shop = Shop::new(one_per_euro());
    shop.sell(0, MARIE, 10);
    let refused = Outcome::Refused { status: 409, code: Some("not_enough_points") };
    assert_eq!(shop.try_to(Operation::Redeem { member: MARIE, points: 11 }), refused);
    assert_eq!(shop.try_to(Operation::Adjust { member: MARIE, points: -11 }), refused);
    shop.done(Operation::Adjust { member: MARIE, points: -10 });
    assert_eq!(shop.balance(), 0);
}

#[test]
fn points_of_a_sale_wait_and_points_of_a_visit_do_not() {
    let programme = Programme { pending_days: 14, visits: one_a_visit(), ..one_per_euro() };
    let mut shop = Shop::new(programme);
    assert_eq!(shop.visit(), 5);
    shop.sell(0, MARIE, 10);
    assert_eq!((shop.view(MARIE).balance, shop.view(MARIE).pending), (5, 10));
    shop.at("2026-03-15T22:59:00Z");
    assert_eq!((shop.view(MARIE).balance, shop.view(MARIE).pending), (5, 10));
    shop.at("2026-03-15T23:01:00Z");
    assert_eq!((shop.view(MARIE).balance, shop.view(MARIE).pending), (15, 0));
}

#[test]
fn waiting_points_pay_what_is_owed() {
    let mut shop = Shop::new(Programme { pending_days: 14, ..one_per_euro() });
    shop.return_without_sale(0, 10);
    assert_eq!(shop.balance(), -10);
    shop.sell(1, MARIE, 15);
    assert_eq!((shop.view(MARIE).balance, shop.view(MARIE).pending), (0, 5));
}

#[test]
fn a_sale_of_tomorrow_in_noumea_can_be_spent_today_in_paris() {
    let mut shop = Shop::new(one_per_euro());
    shop.establishment = "noumea";
    shop.at("2026-03-02T18:00:00Z").sell(0, MARIE, 10);
    shop.establishment = "paris";
    assert_eq!(shop.balance(), 10);
    assert_eq!(shop.model.day_of(0), Some(date(2026, 3, 3)));
}

#[test]
fn points_expire_at_the_end_of_the_month_after_the_day_they_could_first_be_spent() {
    let expiry = Some(Expiry { after: ExpiresAfter::Earning, months: 1 });
    let mut shop = Shop::new(Programme { expiry, pending_days: 30, ..one_per_euro() });
    // From 2 March, the points wait until 1 April.
    shop.sell(0, MARIE, 10);
    shop.at("2026-04-01T10:00:00Z");
    let on = date(2026, 5, 31);
    assert_eq!(shop.view(MARIE).expiring, Some(Expiring { points: 10, on }));
    shop.at("2026-05-31T10:00:00Z");
    assert_eq!(shop.balance(), 10);
    shop.at("2026-06-01T10:00:00Z");
    assert_eq!(shop.view(MARIE).expiring, None);
    assert_eq!(shop.balance(), 0);
}

#[test]
fn points_expire_months_after_the_last_activity_on_the_same_day_or_the_last_one() {
    let expiry = Some(Expiry { after: ExpiresAfter::Inactivity, months: 1 });
    let mut shop = Shop::new(Programme { expiry, ..one_per_euro() });
    shop.at("2026-01-12T10:00:00Z").sell(0, MARIE, 10);
    shop.at("2026-01-31T10:00:00Z").sell(1, MARIE, 5);
    let on = date(2026, 2, 28);
    assert_eq!(shop.view(MARIE).expiring, Some(Expiring { points: 15, on }));
    // An adjustment is no activity, but its points live from their own day.
    shop.at("2026-02-05T10:00:00Z").done(Operation::Adjust { member: MARIE, points: 3 });
    assert_eq!(shop.view(MARIE).expiring, Some(Expiring { points: 15, on }));
    shop.at("2026-03-01T10:00:00Z");
    let on = date(2026, 3, 5);
    assert_eq!(shop.view(MARIE).expiring, Some(Expiring { points: 3, on }));
}

#[test]
fn the_policy_down_to_zero_takes_waiting_and_expired_points_too() {
    let expiry = Some(Expiry { after: ExpiresAfter::Earning, months: 1 });
    let mut shop = Shop::new(Programme { expiry, pending_days: 5, ..down_to_zero() });
    shop.sell(0, MARIE, 10);
    shop.at("2026-07-01T10:00:00Z").sell(1, MARIE, 7);
    assert_eq!((shop.view(MARIE).balance, shop.view(MARIE).pending), (0, 7));
    // Ten expired points and seven waiting ones are there.
    assert_eq!(shop.return_without_sale(2, 15), -15);
    assert_eq!((shop.view(MARIE).balance, shop.view(MARIE).pending), (0, 0));
}

#[test]
fn points_are_taken_from_the_day_of_the_sale_first_then_from_the_oldest() {
    let expiry = Some(Expiry { after: ExpiresAfter::Earning, months: 3 });
    let mut shop = Shop::new(Programme { expiry, ..one_per_euro() });
    shop.sell(0, MARIE, 10);
    shop.at("2026-04-02T10:00:00Z").sell(1, MARIE, 20);
    shop.at("2026-05-02T10:00:00Z").sell(2, MARIE, 30);
    shop.return_of(3, 1, 2000);
    let on = date(2026, 6, 30);
    assert_eq!(shop.view(MARIE).expiring, Some(Expiring { points: 10, on }));
    shop.return_without_sale(4, 32);
    assert_eq!(shop.view(MARIE).expiring, Some(Expiring { points: 8, on }));
}

#[test]
fn a_level_is_reached_by_a_sale_and_applies_from_the_next_sale_on() {
    let level = Level { code: "or".to_owned(), name: "Or".to_owned(), from_points: 100 };
    let mut programme = Programme { levels: vec![level], ..one_per_euro() };
    let mut double = programme.spend[0].clone();
    double.points = 2;
    double.when.levels = vec!["or".to_owned()];
    programme.spend.push(double);
    let mut shop = Shop::new(programme);
    // Gifts and adjustments do not count.
    shop.done(Operation::Adjust { member: MARIE, points: 500 });
    assert_eq!(shop.sell(0, MARIE, 99), 99);
    assert_eq!(shop.view(MARIE).level, None);
    assert_eq!(shop.sell(1, MARIE, 1), 1);
    let held = shop.view(MARIE).level.expect("a level");
    assert_eq!((held.code.as_str(), held.since), ("or", date(2026, 3, 2)));
    assert_eq!(shop.sell(2, MARIE, 10), 20);
    // The level falls only in the daily run.
    shop.return_of(3, 0, 9900);
    assert!(shop.view(MARIE).level.is_some());
}

#[test]
fn points_of_the_year_are_those_of_the_month_and_the_eleven_months_before() {
    let mut account = Account::default();
    account.add_to_year(date(2026, 3, 31), 7);
    account.add_to_year(date(2027, 2, 1), 5);
    assert_eq!(account.points_of_the_year(date(2027, 2, 28)), 12);
    assert_eq!(account.points_of_the_year(date(2027, 3, 1)), 5);
}

#[test]
fn a_sale_that_is_moved_takes_its_points_along_even_above_the_cap() {
    let mut shop = Shop::new(Programme { daily_cap: Some(10), ..one_per_euro() });
    shop.sell(0, MARIE, 10);
    shop.sell(1, PAUL, 10);
    shop.done(Operation::Move { sale: 0, member: PAUL });
    assert_eq!((shop.balance(), shop.view(PAUL).balance), (0, 20));
    assert_eq!(shop.sell(2, MARIE, 10), 10);
    shop.done(Operation::Move { sale: 0, member: MARIE });
    assert_eq!((shop.balance(), shop.view(PAUL).balance), (20, 10));
}

#[test]
fn an_anonymous_sale_gives_its_points_when_it_is_attached() {
    let mut shop = Shop::new(Programme { daily_cap: Some(10), ..one_per_euro() });
    let basket = Basket { total_cents: 800, lines: Vec::new() };
    let sold_at = shop.now;
    let sale = Operation::Sale { document: 0, member: None, sold_at, basket };
    assert_eq!(shop.done(sale).points, Some(0));
    shop.sell(1, MARIE, 5);
    let attached = shop.done(Operation::Attach { sale: 0, member: MARIE });
    assert_eq!(attached.points, Some(5));
    let refused = Outcome::Refused { status: 409, code: None };
    assert_eq!(shop.try_to(Operation::Attach { sale: 0, member: PAUL }), refused);
}

#[test]
fn a_day_before_the_first_programme_earns_nothing() {
    let mut shop = Shop::new(one_per_euro());
    shop.at("2025-12-31T12:00:00Z");
    assert_eq!(shop.sell(0, MARIE, 10), 0);
    // It is 1 January in Nouméa.
    shop.establishment = "noumea";
    shop.at("2025-12-31T13:00:00Z");
    assert_eq!(shop.sell(1, MARIE, 10), 10);
}

#[test]
fn a_sale_uses_the_programme_of_its_day_however_late_it_comes() {
    let mut shop = Shop::new(one_per_euro());
    let mut later = one_per_euro();
    later.spend[0].points = 3;
    shop.model.programmes.0.insert(date(2026, 3, 4), later);
    shop.at("2026-03-05T10:00:00Z");
    let sell = |shop: &mut Shop, document, at: &str| {
        let basket = Basket { total_cents: 1000, lines: Vec::new() };
        let sold_at = instant(at);
        shop.done(Operation::Sale { document, member: Some(MARIE), sold_at, basket }).points
    };
    assert_eq!(sell(&mut shop, 0, "2026-03-03T22:59:00Z"), Some(10));
    assert_eq!(sell(&mut shop, 1, "2026-03-03T23:00:00Z"), Some(30));
}

#[test]
fn a_dry_run_shows_the_balance_after_the_sale_and_writes_nothing() {
    let mut shop = Shop::new(Programme { pending_days: 1, ..one_per_euro() });
    let basket = Basket { total_cents: 1000, lines: Vec::new() };
    let sold_at = instant("2026-02-27T10:00:00Z");
    let dry_run = Operation::DryRun { member: Some(MARIE), sold_at, basket };
    let answer = shop.done(dry_run);
    assert_eq!(answer.points, Some(10));
    assert_eq!(answer.view.expect("a balance").balance, 0);
    assert_eq!(answer.view_after.expect("a balance").balance, 10);
    assert_eq!(shop.balance(), 0);
}

#[test]
fn a_new_member_gets_the_gifts_at_once() {
    let gifts = Gifts { welcome: 20, activation: 5 };
    let shop = Shop::new(Programme { gifts, pending_days: 10, ..one_per_euro() });
    assert_eq!((shop.view(MARIE).balance, shop.view(MARIE).pending), (25, 0));
}

#[test]
fn the_count_is_kept_for_the_eight_days_that_last_changed() {
    let mut account = Account::default();
    for day in 1..=8 {
        account.count(date(2026, 3, day), 10, 1);
    }
    account.count(date(2026, 3, 1), -4, 0);
    account.count(date(2026, 3, 9), 10, 1);
    assert_eq!(account.counted(date(2026, 3, 1)), DayCount { points: 6, visits: 1 });
    assert_eq!(account.counted(date(2026, 3, 2)), DayCount::default());
    assert_eq!(DAYS_KEPT, 8);
}
