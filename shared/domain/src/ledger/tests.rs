use super::*;
use crate::programme::{
    Bonus, Condition, Each, Expiry, Goods, Level, LevelCode, Multiplier, Programme, Programmes,
    ReturnPolicy, SpendRule, Standing, Terms, VisitRule,
};
use crate::purchase::receipt::{ReceiptNumber, Register};
use crate::values::calendar::PARIS;
use crate::{
    Account, Cents, Day, EstablishmentId, Instant, Points, Purchase, PurchaseError, PurchaseKind,
    Receipt, Sector,
};
use proptest::prelude::*;

fn terms() -> Terms {
    Terms { spend: vec![SpendRule::of_everything(1, Cents::new(100))], ..Terms::default() }
}

fn programmes(terms: Terms) -> Programmes {
    Programmes::new(vec![(Day::FIRST, Programme::from_stored(terms))])
}

fn context(programmes: &Programmes) -> ProgrammeContext<'_> {
    ProgrammeContext { programmes, zone: &PARIS, birth_month: None }
}

fn purchase_on(day: &str, kind: PurchaseKind, cents: i64) -> Purchase {
    let receipt = Receipt {
        establishment: EstablishmentId::parse("paris").unwrap(),
        register: Register::default(),
        day: Day::parse(day).unwrap(),
        number: ReceiptNumber::parse("1").unwrap(),
    };
    let total = Cents::new(cents);
    Purchase::new(Sector::Retail, receipt, kind, Instant::UNIX_EPOCH, total, vec![], None).unwrap()
}

fn purchase(kind: PurchaseKind, cents: i64) -> Purchase {
    purchase_on("2026-11-24", kind, cents)
}

fn sale_of(cents: i64, points: i64) -> ReturnableSale {
    ReturnableSale {
        member: None,
        day: Day::parse("2026-11-20").unwrap(),
        total: Cents::new(cents),
        points: Points::new(points),
        returned: Cents::ZERO,
        points_reversed: Points::ZERO,
    }
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn cancelled(sale: &Purchase, points: Points) -> CancelledSale {
    let (day, total) = (sale.receipt().day, sale.total());
    CancelledSale { day, total, points, reversed: Points::ZERO }
}

fn taken(points: i64) -> Reversal {
    Reversal { from_balance: Points::new(points), forgiven: Points::ZERO }
}

#[test]
fn a_return_that_names_its_sale_takes_back_its_share() {
    let programmes = programmes(terms());
    let mut account = Account::default();
    enter_sale(&mut account, &purchase(PurchaseKind::Sale, 9_999), &context(&programmes));
    let mut sale = sale_of(9_999, 99);
    let part = purchase(PurchaseKind::Return { of: None }, 3_333);
    let mut give_back =
        || enter_return(&mut account, &part, Some(&mut sale), &context(&programmes));
    for _ in 0..3 {
        assert_eq!(give_back(), Ok(taken(33)));
    }
    assert_eq!(give_back(), Err(PurchaseError::ReturnExceedsSale));
    assert_eq!(account.sum(), Points::ZERO);
}

#[test]
fn a_return_that_names_no_sale_takes_back_points_by_the_programme_of_its_day() {
    let programmes = programmes(terms());
    let mut account = Account::default();
    let back = purchase(PurchaseKind::Return { of: None }, 1_250);
    let entered = enter_return(&mut account, &back, None, &context(&programmes));
    assert_eq!(entered, Ok(taken(12)));
    assert_eq!(account.sum(), Points::new(-12));
}

#[test]
fn a_return_takes_a_balance_no_lower_than_zero_where_the_programme_says_so() {
    let terms = Terms { returns: ReturnPolicy::DownToZero, ..terms() };
    let programmes = programmes(terms);
    let mut account = Account::default();
    enter_sale(&mut account, &purchase(PurchaseKind::Sale, 2_000), &context(&programmes));
    let today = day("2026-11-24");
    spend(&mut account, Points::new(15), today, &programmes).unwrap();
    let back = purchase(PurchaseKind::Return { of: None }, 2_000);
    let mut sale = ReturnableSale { day: today, ..sale_of(2_000, 20) };
    let entered = enter_return(&mut account, &back, Some(&mut sale), &context(&programmes));
    assert_eq!(entered, Ok(Reversal { from_balance: Points::new(5), forgiven: Points::new(15) }));
    assert_eq!(account.sum(), Points::ZERO);
    assert_eq!(sale.points_reversed, Points::new(20));
}

#[test]
fn a_cancelled_sale_leaves_the_account_as_if_it_had_not_been_made() {
    let visits =
        vec![VisitRule { name: None, points: 3, most_a_day: 1, when: Condition::default() }];
    let programmes = programmes(Terms { visits, daily_cap: Some(Points::new(100)), ..terms() });
    let mut account = Account::default();
    let sale = purchase(PurchaseKind::Sale, 1_250);
    let points = enter_sale(&mut account, &sale, &context(&programmes)).total();
    assert_eq!(points, Points::new(15));
    cancel_sale(&mut account, cancelled(&sale, points), &programmes);
    assert_eq!(account.sum(), Points::ZERO);
    assert_eq!(account.visits, 0);
    assert_eq!(account.spend, Cents::ZERO);
    assert_eq!(account.earned, Points::ZERO);
    // The visit no longer counts, so that the next sale of the day earns the stamp.
    assert_eq!(enter_sale(&mut account, &sale, &context(&programmes)).total(), points);
}

#[test]
fn the_daily_cap_limits_all_sales_of_a_day_together() {
    let programmes = programmes(Terms { daily_cap: Some(Points::new(20)), ..terms() });
    let mut account = Account::default();
    let sale = purchase(PurchaseKind::Sale, 1_500);
    let mut enter = || enter_sale(&mut account, &sale, &context(&programmes)).total().get();
    assert_eq!([enter(), enter(), enter()], [15, 5, 0]);
    let other = purchase_on("2026-11-25", PurchaseKind::Sale, 1_500);
    assert_eq!(enter_sale(&mut account, &other, &context(&programmes)).total().get(), 15);
}

/// A member on one day of a programme, with one sale that can be returned.
struct Counter {
    programmes: Programmes,
    account: Account,
    sale: ReturnableSale,
}

impl Counter {
    fn of(terms: Terms) -> Self {
        let sale = ReturnableSale { day: day("2026-11-24"), ..sale_of(0, 0) };
        Self { programmes: programmes(terms), account: Account::default(), sale }
    }

    fn sell(&mut self, cents: i64) -> i64 {
        let sale = purchase(PurchaseKind::Sale, cents);
        enter_sale(&mut self.account, &sale, &context(&self.programmes)).total().get()
    }

    /// A sale that is the one to return.
    fn sell_to_return(&mut self, cents: i64) -> i64 {
        let points = self.sell(cents);
        self.sale = ReturnableSale { day: day("2026-11-24"), ..sale_of(cents, points) };
        points
    }

    fn give_back(&mut self, cents: i64) -> i64 {
        let back = purchase(PurchaseKind::Return { of: None }, cents);
        let context = context(&self.programmes);
        let reversal = enter_return(&mut self.account, &back, Some(&mut self.sale), &context);
        reversal.unwrap().from_balance.get()
    }

    fn give_back_unnamed(&mut self, cents: i64) -> i64 {
        let back = purchase(PurchaseKind::Return { of: None }, cents);
        let context = context(&self.programmes);
        enter_return(&mut self.account, &back, None, &context).unwrap().from_balance.get()
    }

    /// Cancels a return, and gives the points that were given back.
    fn cancel_return(&mut self, cents: i64, points: i64, named: bool) -> i64 {
        let (total, points) = (Cents::new(cents), Points::new(points));
        let today = day("2026-11-24");
        let sale_day = named.then_some(self.sale.day);
        let cancelled = CancelledReturn { day: today, sale_day, total, points };
        let held_back = cancel_return(&mut self.account, cancelled, &self.programmes);
        if named {
            self.sale.cancel_return(total, points, held_back);
        }
        (points - held_back).get()
    }
}

fn capped(points: i64) -> Terms {
    Terms { daily_cap: Some(Points::new(points)), ..terms() }
}

#[test]
fn a_named_return_frees_the_daily_cap_and_its_cancellation_takes_it_back() {
    let mut counter = Counter::of(capped(20));
    assert_eq!(counter.sell_to_return(2_000), 20);
    let returned = counter.give_back(2_000);
    assert_eq!(counter.account.day_so_far(day("2026-11-24")).earned, Points::ZERO);
    assert_eq!(counter.cancel_return(2_000, returned, true), 20);
    assert_eq!(counter.sell(2_000), 0);
    assert_eq!(counter.account.sum(), Points::new(20));
}

#[test]
fn the_cancellation_of_a_return_gives_back_no_more_than_the_daily_cap_leaves() {
    let mut counter = Counter::of(capped(20));
    assert_eq!(counter.sell_to_return(2_000), 20);
    let returned = counter.give_back(2_000);
    assert_eq!(counter.sell(1_500), 15);
    assert_eq!(counter.cancel_return(2_000, returned, true), 5);
    assert_eq!(counter.account.sum(), Points::new(20));
    // The sale counts as one that gave 5 points: nothing is taken back for the first 15 of its points.
    assert_eq!(counter.give_back(1_000), 0);
    assert_eq!(counter.give_back(1_000), 5);
    assert_eq!(counter.account.sum(), Points::new(15));
    // Both returns are of the whole amount now.
    assert_eq!(counter.sale.points_reversed, Points::new(20));
}

#[test]
fn the_cancellation_of_a_sale_takes_back_only_the_points_that_no_return_took_back() {
    let mut counter = Counter::of(capped(20));
    counter.sell_to_return(2_000);
    let returned = counter.give_back(2_000);
    counter.sell(1_500);
    counter.cancel_return(2_000, returned, true);
    let ReturnableSale { day, total, points, points_reversed: reversed, .. } = counter.sale;
    let sale = CancelledSale { day, total, points, reversed };
    let taken = cancel_sale(&mut counter.account, sale, &counter.programmes);
    assert_eq!(taken.from_balance, Points::new(5));
    assert_eq!(counter.account.sum(), Points::new(15));
    assert_eq!(counter.sell(9_000), 5);
}

#[test]
fn an_unnamed_return_frees_nothing_of_the_daily_cap_and_its_cancellation_takes_nothing_of_it() {
    let mut counter = Counter::of(capped(10));
    assert_eq!(counter.sell(3_000), 10);
    let returned = counter.give_back_unnamed(5_000);
    assert_eq!(returned, 10, "as the first sale of the day, within the cap");
    assert_eq!(counter.sell(9_000), 0);
    assert_eq!(counter.cancel_return(5_000, returned, false), 10);
    assert_eq!(counter.account.sum(), Points::new(10));
    assert_eq!(counter.sell(9_000), 0);
}

#[test]
fn the_count_of_a_day_never_falls_below_zero() {
    let mut counter = Counter::of(capped(20));
    counter.sale = ReturnableSale { day: day("2026-11-24"), ..sale_of(5_000, 50) };
    assert_eq!(counter.give_back(5_000), 50);
    assert_eq!([counter.sell(9_000), counter.sell(9_000)], [20, 0]);
}

#[test]
fn an_unnamed_return_takes_what_the_same_basket_would_earn_as_the_first_sale_of_the_day() {
    let gold = LevelCode::parse("gold").unwrap();
    let when = Condition { levels: [gold.clone()].into(), ..Condition::default() };
    let stamp = VisitRule { name: None, points: 3, most_a_day: 1, when: Condition::default() };
    let spending = Condition { minimum_spend: Cents::new(4_000), ..Condition::default() };
    let bonus =
        Bonus { name: None, points: 7, each: Each::Sale, goods: Goods::default(), when: spending };
    let terms = Terms {
        visits: vec![stamp],
        multipliers: vec![Multiplier { name: None, hundredths: 200, when }],
        bonuses: vec![bonus],
        minimum_spend: Cents::new(1_000),
        levels: vec![Level { code: gold.clone(), name: "Or".to_owned(), from: Points::new(1) }],
        ..terms()
    };
    let mut counter = Counter::of(terms);
    assert_eq!(counter.give_back_unnamed(999), 0);
    assert_eq!(counter.give_back_unnamed(1_000), 10 + 3);
    counter.account.level = Some(Standing { code: gold, since: day("2026-11-01") });
    assert_eq!(counter.give_back_unnamed(5_000), (50 + 3) * 2 + 7);
    let before = counter.account.sum().get();
    let sold = counter.sell(5_000);
    assert_eq!(counter.account.sum().get() - before, sold);
    assert_eq!(counter.give_back_unnamed(5_000), sold, "to sell and to return never pays");
}

#[test]
fn a_sale_or_a_visit_counts_as_a_visit_of_its_day_if_it_earned_points() {
    let when = Condition { minimum_spend: Cents::new(1_000), ..Condition::default() };
    let visits = vec![VisitRule { name: None, points: 1, most_a_day: 1, when }];
    let mut counter = Counter::of(Terms { visits, ..Terms::default() });
    assert_eq!([counter.sell(999), counter.sell(1_000), counter.sell(1_000)], [0, 1, 0]);
    let today = day("2026-11-24");
    assert_eq!(counter.account.day_so_far(today).visits, 1);
    let unearned = cancelled(&purchase(PurchaseKind::Sale, 999), Points::ZERO);
    cancel_sale(&mut counter.account, unearned, &counter.programmes);
    assert_eq!(counter.account.day_so_far(today).visits, 1);
    let earned = cancelled(&purchase(PurchaseKind::Sale, 1_000), Points::new(1));
    cancel_sale(&mut counter.account, earned, &counter.programmes);
    assert_eq!(counter.account.day_so_far(today).visits, 0);
}

#[test]
fn a_sale_that_is_moved_gives_its_points_even_above_the_daily_cap_and_counts_on_that_day() {
    let programmes = programmes(capped(20));
    let sale = purchase(PurchaseKind::Sale, 1_500);
    let (mut from, mut to) = (Account::default(), Account::default());
    for account in [&mut from, &mut to] {
        enter_sale(account, &sale, &context(&programmes));
    }
    let points = (Points::new(15), Points::new(4));
    move_sale(&mut from, &mut to, &sale, points, &programmes);
    assert_eq!([from.sum(), to.sum()], [Points::new(4), Points::new(26)]);
    let counts = [&from, &to].map(|account| account.day_so_far(day("2026-11-24")));
    assert_eq!(counts.map(|count| count.earned.get()), [4, 26]);
    assert_eq!(counts.map(|count| count.visits), [0, 2]);
}

#[test]
fn points_of_a_programme_without_a_time_for_returns_can_be_spent_before_their_day_begins_elsewhere()
{
    let programmes = programmes(terms());
    let mut account = Account::default();
    let sale = purchase_on("2026-11-25", PurchaseKind::Sale, 2_000);
    enter_sale(&mut account, &sale, &context(&programmes));
    let elsewhere = day("2026-11-24");
    assert_eq!(account.balance_on(elsewhere, &programmes).available, Points::new(20));
    let spent = spend(&mut account, Points::new(20), elsewhere, &programmes);
    assert_eq!(spent.map(|lots| lots.len()), Ok(1));
}

#[test]
fn waiting_points_pay_the_points_owed_before_they_enter_the_balance() {
    let mut counter = Counter::of(Terms { pending_days: 14, ..terms() });
    assert_eq!(counter.give_back_unnamed(1_500), 15);
    counter.sell(2_000);
    let balance = counter.account.balance_on(day("2026-11-24"), &counter.programmes);
    assert_eq!([balance.available, balance.pending], [Points::ZERO, Points::new(5)]);
}

#[test]
fn spending_takes_the_lots_that_expire_first_and_names_them() {
    let expiry = Expiry::AfterEarning { months: 12 };
    let programmes = programmes(Terms { expiry, pending_days: 14, ..terms() });
    let mut account = Account::default();
    for (on, cents) in [("2025-12-10", 1_000), ("2026-01-10", 2_000), ("2026-11-20", 4_000)] {
        enter_sale(
            &mut account,
            &purchase_on(on, PurchaseKind::Sale, cents),
            &context(&programmes),
        );
    }
    let today = day("2026-11-24");
    assert_eq!(
        spend(&mut account, Points::new(31), today, &programmes),
        Err(LedgerError::NotEnoughPoints),
        "pending points cannot be spent"
    );
    let lots = spend(&mut account, Points::new(15), today, &programmes).unwrap();
    let named: Vec<_> = lots.iter().map(|lot| (lot.day.to_string(), lot.remaining.get())).collect();
    assert_eq!(named, [("2025-12-10".to_owned(), 10), ("2026-01-10".to_owned(), 5)]);
    give_back(&mut account, &lots);
    assert_eq!(account.sum(), Points::new(70));
    let ended = expire(&mut account, day("2027-01-01"), &programmes);
    assert_eq!(ended.iter().map(|lot| lot.remaining).sum::<Points>(), Points::new(10));
    assert_eq!(expire(&mut account, day("2027-01-01"), &programmes), []);
}

#[test]
fn a_correction_by_hand_never_takes_more_than_the_balance_holds() {
    let programmes = programmes(terms());
    let mut account = Account::default();
    let today = day("2026-11-24");
    assert_eq!(adjust(&mut account, Points::new(50), today, &programmes), Ok(vec![]));
    assert_eq!(account.earned, Points::ZERO, "levels do not count points given by hand");
    assert_eq!(
        adjust(&mut account, Points::new(-51), today, &programmes),
        Err(LedgerError::NotEnoughPoints)
    );
    assert_eq!(adjust(&mut account, Points::new(-50), today, &programmes).unwrap().len(), 1);
    assert_eq!(account.sum(), Points::ZERO);
}

#[test]
fn points_owed_cannot_be_spent() {
    let programmes = programmes(terms());
    let mut account = Account::default();
    let today = day("2026-11-24");
    enter_sale(&mut account, &purchase(PurchaseKind::Sale, 1_000), &context(&programmes));
    let back = purchase(PurchaseKind::Return { of: None }, 2_500);
    enter_return(&mut account, &back, None, &context(&programmes)).unwrap();
    adjust(&mut account, Points::new(20), today, &programmes).unwrap();
    assert_eq!(account.sum(), Points::new(5));
    assert_eq!(
        spend(&mut account, Points::new(6), today, &programmes),
        Err(LedgerError::NotEnoughPoints)
    );
}

proptest! {
    #[test]
    fn partial_returns_together_take_back_exactly_the_points_of_the_sale(
        points in 0i64..10_000, parts in prop::collection::vec(0i64..5_000, 1..20),
    ) {
        let total: i64 = parts.iter().sum();
        let mut sale = sale_of(total, points);
        let mut taken = 0;
        for part in parts {
            let share = sale.record_return(Cents::new(part)).unwrap().get();
            prop_assert!(share >= 0);
            taken += share;
            prop_assert!(taken <= points);
        }
        prop_assert_eq!(taken, points);
    }

    #[test]
    fn the_entries_sum_to_the_balance_after_any_operations(
        steps in prop::collection::vec((0u8..5, 0i32..800, 1i64..20_000), 1..60),
        months in 1u8..13, pending_days in 0u8..30, negative in any::<bool>(),
    ) {
        let returns = if negative { ReturnPolicy::Negative } else { ReturnPolicy::DownToZero };
        let expiry = Expiry::AfterEarning { months };
        let programmes = programmes(Terms { returns, pending_days, expiry, ..terms() });
        let mut account = Account::default();
        let (mut sum, mut today) = (Points::ZERO, day("2026-01-01"));
        for (step, days, cents) in steps {
            today = today.plus_days(days % 20);
            let on = today.to_string();
            sum += match step {
                0 => enter_sale(&mut account, &purchase_on(&on, PurchaseKind::Sale, cents), &context(&programmes)).total(),
                1 => {
                    let back = purchase_on(&on, PurchaseKind::Return { of: None }, cents);
                    -enter_return(&mut account, &back, None, &context(&programmes)).unwrap().from_balance
                }
                2 => match spend(&mut account, Points::new(cents / 100), today, &programmes) {
                    Ok(lots) => -lots.iter().map(|lot| lot.remaining).sum::<Points>(),
                    Err(_) => Points::ZERO,
                },
                3 => -expire(&mut account, today, &programmes).iter().map(|lot| lot.remaining).sum::<Points>(),
                _ => {
                    adjust(&mut account, Points::new(cents / 100), today, &programmes).unwrap();
                    Points::new(cents / 100)
                }
            };
            prop_assert_eq!(account.sum(), sum);
            prop_assert!(account.owed >= Points::ZERO);
            prop_assert!(account.lots.as_slice().iter().all(|lot| lot.remaining > Points::ZERO));
            prop_assert!(negative || account.sum() >= Points::ZERO);
        }
    }
}
