use super::*;
use crate::programme::{
    Condition, Expiry, Programme, Programmes, ReturnPolicy, SpendRule, Terms, VisitRule,
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

fn undone(sale: &Purchase, points: Points) -> Undone<'_> {
    let day = sale.receipt().day;
    Undone { kind: sale.kind(), day, earned_on: day, total: sale.total(), points }
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
    cancel(&mut account, &undone(&sale, points), &programmes);
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
