//! A night of retention: what it reads where a million members are kept and a thousand are due, and
//! that a person who is due costs the same among many as among few.

use crate::{
    counting::Count,
    dynamo::Dynamo,
    figures::{Bound, Figures},
    people::{MOST_ENROLLED, Shop},
    places,
    runtime_api::Function,
    stack::{Path, RETENTION_QUEUE, Stack},
};
use domain::{Day, MemberId, retention};
use serde_json::{Value, json};
use std::time::Instant;
use store::DueMember;

const MEMBERS: usize = 1_000_000;
const FEW_DUE: u16 = 1_000;
/// Merchants whose every member is due.
const MANY_MERCHANTS: u16 = 10;
/// Every so many of those due are looked at, where they are many.
const LOOKED_AT: usize = 50;

pub(crate) async fn measure(figures: &mut Figures) {
    let few = few(figures).await;
    let many = many().await;
    let growth = many / few;
    let name = "retention.growth_per_due";
    figures.add_beside(name, growth, "ratio", 1.0, Bound::AtMost(1.2));
    figures.add_beside("retention.units_per_due", many, "units", few, Bound::None);
}

/// A thousand due among a million. Gives the units that one of them costs.
async fn few(figures: &mut Figures) -> f64 {
    let dynamo = Dynamo::start().await;
    let now = domain::Instant::now();
    let today = retention::never_activated_due(retention::day_of(now));
    let shop = Shop::open(&dynamo, 1).await;
    let due = shop.enrol(&dynamo, 0..FEW_DUE, now).await;
    let started = Instant::now();
    shop.copy(&dynamo, MEMBERS - due.len(), today.plus_months(1)).await;
    eprintln!("retention: the others are there after {:.0} s", started.elapsed().as_secs_f64());

    let stack = Stack::on(dynamo).await;
    let swept = Night::of(&stack).await.pass(today).await;
    shop.expect_erased(&due, today).await;
    let name = "retention.sweep_1k_of_1m.read_units";
    figures.add(name, swept.read, "read units", Bound::AtMost(3_000.0));
    figures.add("retention.sweep_1k_of_1m.write_units", swept.write, "write units", Bound::None);

    // The night after looks once more, and takes the tombstones away.
    let tomorrow = Day::from_ordinal(today.ordinal() + 1);
    let looked = Night::of(&stack).await.pass(tomorrow).await;
    for member in &due {
        let left = shop.store.due_member(&shop.scope, *member).await.expect("a look");
        assert!(matches!(left, DueMember::Gone), "a tombstone stays after the second look");
    }
    figures.add("retention.second_look.read_units", looked.read, "read units", Bound::None);
    (swept.read + swept.write) / f64::from(FEW_DUE)
}

/// Every member of ten merchants due at once. Gives the units that one of them costs.
async fn many() -> f64 {
    let dynamo = Dynamo::start().await;
    let now = domain::Instant::now();
    let today = retention::never_activated_due(retention::day_of(now));
    let started = Instant::now();
    let mut shops = Vec::new();
    for number in 1..=MANY_MERCHANTS {
        let shop = Shop::open(&dynamo, u128::from(number)).await;
        let due = shop.enrol(&dynamo, 0..MOST_ENROLLED, now).await;
        shops.push((shop, due));
    }
    eprintln!("retention: those due are there after {:.0} s", started.elapsed().as_secs_f64());

    let stack = Stack::on(dynamo).await;
    let swept = Night::of(&stack).await.pass(today).await;
    for (shop, due) in &shops {
        shop.expect_erased(due, today).await;
    }
    (swept.read + swept.write) / (f64::from(MANY_MERCHANTS) * f64::from(MOST_ENROLLED))
}

impl Shop {
    /// What a night costs means nothing if it did not erase exactly these.
    async fn expect_erased(&self, due: &[MemberId], today: Day) {
        let step = if due.len() > usize::from(FEW_DUE) { LOOKED_AT } else { 1 };
        for member in due.iter().step_by(step) {
            let left = self.store.due_member(&self.scope, *member).await.expect("a look");
            assert!(matches!(left, DueMember::Erased(_)), "a member who was due is still there");
        }
        let (tenant, now) = (self.scope.tenant(), domain::Instant::now());
        let counts = self.store.erasure_counts(tenant, today, now).await.expect("counts");
        assert_eq!(counts.never_activated, due.len() as u64, "those due were erased, all and only");
        assert_eq!(counts.inactive, 0, "nobody else was");
    }
}

struct Night<'a> {
    stack: &'a Stack,
    function: Function,
}

impl<'a> Night<'a> {
    async fn of(stack: &'a Stack) -> Self {
        let environment = stack.environment(Path::Counted);
        let function = Function::start(&places::binary("retention"), &environment).await;
        Self { stack, function }
    }

    /// Has it become night on a day, hands on every message until none is left, and gives what it all
    /// cost.
    async fn pass(&self, today: Day) -> Count {
        self.stack.counting.take();
        let started = Instant::now();
        let order = json!({"today": today.to_string()});
        let answer = self.function.invoke(order.to_string().into()).await;
        let answer: Value = serde_json::from_slice(&answer.body).expect("the night answers JSON");
        while let Some(message) = self.stack.sqs.receive(RETENTION_QUEUE) {
            let is_dealt = self.function.deliver(RETENTION_QUEUE, &message, 1).await;
            assert!(is_dealt, "a bucket was not swept; see the log");
        }
        let tally = self.stack.counting.take();
        let took = started.elapsed().as_secs_f64();
        tally.tell(&format!("the night of {today}, {took:.1} s, {answer}"));
        tally.total()
    }
}
