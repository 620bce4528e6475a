//! Any sequence of operations on a member's points, by two tasks at once: the entries sum to the balance.

use domain::programme::{
    Condition, Expiry, Gifts, Multiplier, ReturnPolicy, SpendRule, Terms, VisitRule, Weekdays,
};
use domain::{Cents, Points, Programme, Sector};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::sync::atomic::{AtomicU32, Ordering};
use support::{Table, instant, merchant, open_merchant_with, sequences};

const CASES: u32 = 500;

/// A programme with every rule: pending points that end, points for a visit, a cap, a multiplier.
fn programme(returns: ReturnPolicy) -> Programme {
    let weekdays = Weekdays::from_bits(0b001_0101);
    Programme::from_stored(Terms {
        spend: vec![SpendRule::of_everything(1, Cents::new(100))],
        visits: vec![VisitRule {
            name: None,
            points: 3,
            most_a_day: 1,
            when: Condition::default(),
        }],
        multipliers: vec![Multiplier {
            name: None,
            hundredths: 150,
            when: Condition { weekdays, ..Condition::default() },
        }],
        gifts: Gifts { welcome: 5, ..Gifts::default() },
        daily_cap: Some(Points::new(150)),
        returns,
        pending_days: 7,
        expiry: Expiry::AfterEarning { months: 1 },
        ..Terms::default()
    })
}

#[test]
fn entries_sum_to_the_balance_and_repeated_requests_change_nothing() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let now = instant("2026-01-01T09:00:00Z");
    let (table, scopes) = runtime.block_on(async {
        let table = Table::start().await;
        let mut scopes = vec![];
        for (number, returns) in [(1, ReturnPolicy::Negative), (2, ReturnPolicy::DownToZero)] {
            let merchant = merchant(Sector::Retail, number);
            let store = table.store();
            scopes.push(open_merchant_with(&store, &merchant, &programme(returns), now).await);
        }
        (table, scopes)
    });
    let (store, number) = (table.store(), AtomicU32::new(0));
    let mut runner = TestRunner::new(Config { cases: CASES, ..Config::default() });
    let strategy = (sequences::any_sequence(), any::<bool>());
    let outcome = runner.run(&strategy, |(sequence, which)| {
        let scope = &scopes[usize::from(which)];
        let number = number.fetch_add(1, Ordering::Relaxed);
        runtime
            .block_on(sequences::run(&store, scope, number, sequence))
            .map_err(TestCaseError::fail)
    });
    assert_eq!(outcome.map_err(|error| error.to_string()), Ok(()));
}
