//! Ten thousand random sequences of operations on points, each carried out by two threads. None may break
//! the ledger.

use crate::figures::{Bound, Figures};
use domain::programme::{
    Condition, Expiry, Multiplier, ReturnPolicy, SpendRule, Terms, VisitRule, Weekdays,
};
use domain::{Cents, Instant, Points, Programme, Sector};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use support::{Table, merchant, open_merchant_with, sequences};

const SEQUENCES: u32 = 10_000;
/// Sequences of a merchant, each with two members of its own. Few enough mobiles are reserved for fiction that
/// one merchant does not suffice.
const A_MERCHANT: u32 = 5_000;

pub(crate) async fn measure(figures: &mut Figures) {
    let table = Table::start().await;
    let (store, now) = (table.store(), Instant::now());
    let mut runner = TestRunner::deterministic();
    let strategy = sequences::any_sequence();
    let mut broken = 0_u32;
    for first in (0..SEQUENCES).step_by(A_MERCHANT as usize) {
        let returns = if first == 0 { ReturnPolicy::Negative } else { ReturnPolicy::DownToZero };
        let shop = merchant(Sector::Retail, u128::from(first) + 1);
        let scope = open_merchant_with(&store, &shop, &programme(returns), now).await;
        for number in 0..A_MERCHANT {
            let sequence = strategy.new_tree(&mut runner).expect("a sequence").current();
            if let Err(reason) = sequences::run(&store, &scope, number, sequence.clone()).await {
                eprintln!("ledger: {reason} by {sequence:?}");
                broken += 1;
            }
        }
    }
    figures.add("ledger.sequences", f64::from(SEQUENCES), "sequences", Bound::AtLeast(1e4));
    figures.add("ledger.broken", f64::from(broken), "sequences", Bound::AtMost(0.0));
}

fn programme(returns: ReturnPolicy) -> Programme {
    let weekdays = Weekdays::from_bits(0b001_0101);
    Programme::from_stored(Terms {
        spend: vec![SpendRule::of_everything(1, Cents::new(100))],
        visits: vec![VisitRule {
            name: None,
            points: 5,
            most_a_day: 2,
            when: Condition::default(),
        }],
        multipliers: vec![Multiplier {
            name: None,
            hundredths: 150,
            when: Condition { weekdays, ..Condition::default() },
        }],
        daily_cap: Some(Points::new(150)),
        returns,
        pending_days: 7,
        expiry: Expiry::AfterEarning { months: 1 },
        ..Terms::default()
    })
}
