//! A nightly run of retention: the units that it reads where one thousand of a million members are due, and
//! the units of a due member among few and among many.

use crate::{
    figures::{Bound, Figures},
    function::Function,
    people::{MOST_ENROLLED, Shop},
    places,
    proxies::Count,
    stack::{Path, RETENTION_QUEUE, Stack, empty_table},
};
use domain::{Day, MemberId, retention};
use serde_json::{Value, json};
use std::time::Instant;
use store::DueMember;

const MEMBERS: usize = 1_000_000;
const FEW_DUE: u16 = 1_000;
/// Merchants all of whose members are due.
const MANY_MERCHANTS: u16 = 10;
/// One of so many due members is checked, where they are many.
const CHECKED: usize = 50;

pub(crate) async fn measure(figures: &mut Figures) {
    let few = few(figures).await;
    let many = many().await;
    let growth = many / few;
    let name = "retention.growth_per_due";
    figures.add_beside(name, growth, "ratio", 1.0, Bound::AtMost(1.2));
    figures.add_beside("retention.units_per_due", many, "units", few, Bound::None);
}

/// One thousand due members of a million. Gives the units of one of them.
async fn few(figures: &mut Figures) -> f64 {
    let dynamo = empty_table().await;
    let now = domain::Instant::now();
    let today = retention::day_after(retention::day_of(now), retention::INACTIVE_MONTHS);
    let shop = Shop::open(&dynamo, 1).await;
    save_first_month(&shop, now).await;
    let due = shop.enrol(&dynamo, 0..FEW_DUE, now).await;
    let started = Instant::now();
    shop.copy(&dynamo, MEMBERS - due.len(), today.plus_months(1));
    eprintln!("retention: the others were made in {:.0} s", started.elapsed().as_secs_f64());

    let stack = Stack::on(dynamo).await;
    let swept = NightlyRun::of(&stack).await.run(today).await;
    shop.expect_erased(&due, today).await;
    let name = "retention.sweep_1k_of_1m.read_units";
    figures.add(name, swept.read, "read units", Bound::AtMost(3_000.0));
    figures.add("retention.sweep_1k_of_1m.write_units", swept.write, "write units", Bound::None);

    // The run of the next night checks the erased members once more, and deletes their tombstones.
    let tomorrow = Day::from_ordinal(today.ordinal() + 1);
    let looked = NightlyRun::of(&stack).await.run(tomorrow).await;
    for member in &due {
        let left = shop.store.due_member(&shop.scope, *member).await.expect("a read");
        assert!(matches!(left, DueMember::Gone), "a tombstone stays after the second run");
    }
    figures.add("retention.second_look.read_units", looked.read, "read units", Bound::None);
    (swept.read + swept.write) / f64::from(FEW_DUE)
}

/// All members of ten merchants are due at once. Gives the units of one of them.
async fn many() -> f64 {
    let dynamo = empty_table().await;
    let now = domain::Instant::now();
    let today = retention::day_after(retention::day_of(now), retention::INACTIVE_MONTHS);
    let started = Instant::now();
    let mut shops = Vec::new();
    for number in 1..=MANY_MERCHANTS {
        let shop = Shop::open(&dynamo, u128::from(number)).await;
        save_first_month(&shop, now).await;
        let due = shop.enrol(&dynamo, 0..MOST_ENROLLED, now).await;
        shops.push((shop, due));
    }
    eprintln!("retention: the due members were made in {:.0} s", started.elapsed().as_secs_f64());

    let stack = Stack::on(dynamo).await;
    let swept = NightlyRun::of(&stack).await.run(today).await;
    for (shop, due) in &shops {
        shop.expect_erased(due, today).await;
    }
    (swept.read + swept.write) / (f64::from(MANY_MERCHANTS) * f64::from(MOST_ENROLLED))
}

/// There were daily runs before, so a run reads the months from the present one on.
async fn save_first_month(shop: &Shop, now: domain::Instant) {
    let month = retention::day_of(now).month();
    shop.store.save_first_month(month).await.expect("the month is saved");
}

impl Shop {
    /// Checks that the run has erased these members and no others.
    async fn expect_erased(&self, due: &[MemberId], today: Day) {
        let step = if due.len() > usize::from(FEW_DUE) { CHECKED } else { 1 };
        for member in due.iter().step_by(step) {
            let left = self.store.due_member(&self.scope, *member).await.expect("a read");
            assert!(matches!(left, DueMember::Erased(_)), "a due member is not erased");
        }
        let (tenant, now) = (self.scope.tenant(), domain::Instant::now());
        let counts = self.store.erasure_counts(tenant, today, now).await.expect("counts");
        assert_eq!(counts.inactive, due.len() as u64, "the due members and no others are erased");
        assert_eq!(counts.never_activated, 0, "no invited member was due");
    }
}

struct NightlyRun<'a> {
    stack: &'a Stack,
    function: Function,
}

impl<'a> NightlyRun<'a> {
    async fn of(stack: &'a Stack) -> Self {
        let environment = stack.environment(Path::Counted);
        let function = Function::start(&places::binary("retention"), &environment).await;
        Self { stack, function }
    }

    /// Starts the run of a day, delivers every message until none is left, and gives all units.
    async fn run(&self, today: Day) -> Count {
        self.stack.counting.take();
        let started = Instant::now();
        let order = json!({"today": today.to_string()});
        let answer = self.function.invoke(order.to_string().into()).await;
        let answer: Value = serde_json::from_slice(&answer.body).expect("the run answers JSON");
        while let Some(message) = self.stack.sqs.receive(RETENTION_QUEUE) {
            let is_processed = self.function.deliver(RETENTION_QUEUE, &message, 1).await;
            assert!(is_processed, "a bucket was not swept; see the log");
        }
        let tally = self.stack.counting.take();
        let took = started.elapsed().as_secs_f64();
        tally.print(&format!("the run of {today}, {took:.1} s, {answer}"));
        tally.total()
    }
}
