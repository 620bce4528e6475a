//! Ten thousand random sequences of operations on points, each carried out by two tasks at once. None may
//! break the ledger.

use crate::figures::{Bound, Figures};
use domain::programme::{
    Condition, Expiry, Multiplier, ReturnPolicy, SpendRule, Terms, VisitRule, Weekdays,
};
use domain::{Cents, Instant, Points, Programme, Sector};
use futures::future::join_all;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use support::{Table, merchant, open_merchant_with, sequences};
use tokio::sync::oneshot;

/// Sequences of each of two merchants, each with two members of its own. Few enough mobiles are reserved for
/// fiction that one merchant does not suffice.
const A_MERCHANT: u32 = 5_000;

pub(crate) async fn measure(figures: &mut Figures) {
    let merchants = [ReturnPolicy::Negative, ReturnPolicy::DownToZero];
    let merchants = merchants.into_iter().zip(1_u128..).map(|(returns, number)| {
        let (done, broken) = oneshot::channel();
        std::thread::spawn(move || done.send(broken_sequences(returns, number)));
        broken
    });
    let broken =
        join_all(merchants).await.into_iter().map(|broken| broken.expect("no panic")).sum();
    figures.add("ledger.sequences", f64::from(2 * A_MERCHANT), "sequences", Bound::AtLeast(1e4));
    figures.add("ledger.broken", broken, "sequences", Bound::AtMost(0.0));
}

/// How many sequences of a merchant break its ledger. The runtime has one thread: a runtime of several
/// threads spends more time on waking them than on the sequences.
#[tokio::main(flavor = "current_thread")]
async fn broken_sequences(returns: ReturnPolicy, merchant_number: u128) -> f64 {
    let table = Table::start().await;
    let (store, now) = (table.store(), Instant::now());
    let shop = merchant(Sector::Retail, merchant_number);
    let scope = open_merchant_with(&store, &shop, &programme(returns), now).await;
    let mut runner = TestRunner::new_with_rng(Config::default(), rng_of(merchant_number));
    let strategy = sequences::any_sequence();
    let mut broken = 0.0;
    for number in 0..A_MERCHANT {
        let sequence = strategy.new_tree(&mut runner).expect("a sequence").current();
        if let Err(reason) = sequences::run(&store, &scope, number, sequence.clone()).await {
            eprintln!("ledger: {reason} by {sequence:?}");
            broken += 1.0;
        }
    }
    broken
}

/// The same sequences in every run, and other ones for another merchant.
fn rng_of(merchant_number: u128) -> TestRng {
    let seed = [merchant_number.to_le_bytes(), [0; 16]].concat();
    TestRng::from_seed(RngAlgorithm::ChaCha, &seed)
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
