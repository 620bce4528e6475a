//! The plan of a run: which operations happen, when, and which of them at the same time.

use crate::faults::Favoured;
use crate::known::Known;
use crate::operations::{ALL, Ctx, Operation, Topic, set_up};
use crate::seed::Seed;
use crate::world::{World, schedules};
use fastrand::Rng;
use futures::future::join_all;
use std::sync::Arc;
use std::time::Duration;

/// What merchants, tills and members do in a run.
#[derive(Debug)]
pub struct Plan {
    seed: Seed,
    /// The requests to the API after which no further round begins.
    operations: u64,
    /// More rounds than that takes: some steps find nothing to do.
    rounds: Vec<Round>,
}

/// Steps that happen at the same time, mostly on the same things.
#[derive(Debug)]
pub struct Round {
    /// The time without any step before this round.
    pub wait: Duration,
    /// After that, the round waits for the night, and begins so long before one of its runs.
    pub before_night: Option<Duration>,
    /// The steps: one to three, and now and then that of the favoured operation.
    pub steps: Vec<Step>,
}

/// One thing that somebody does. All its random numbers come from the sequence of its identifier, and from the
/// sequence that its round shares.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Counted from 1 in a plan.
    pub id: u32,
    /// The number of the round, from 0.
    pub round: u32,
    /// What is done.
    pub operation: &'static Operation,
}

impl Plan {
    /// The plan of a seed: the set-up of the merchants, and what they do then. Its run makes so many requests to the API,
    /// and those of the round in which they are reached.
    #[must_use]
    pub fn of(seed: Seed, operations: usize) -> Self {
        let mut random = seed.sequence("plan", 0);
        let mut plan = Self { seed, operations: operations as u64, rounds: Vec::new() };
        let mut steps = 0;
        for operations in set_up(&mut random) {
            plan.add(&mut steps, (Duration::from_secs(random.u64(1..90)), None), &operations);
        }
        let favoured = Favoured::of(seed).operation;
        let favoured_step = ALL.iter().find(|operation| operation.name == favoured);
        let weights = Weights::of(&mut random, favoured_step);
        let pace = Pace::of(&mut random, favoured);
        while (steps as usize) < 4 * operations {
            let wait = pace.wait(&mut random);
            let first = weights.any(&mut random);
            let mut together = vec![first];
            let others = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2][random.usize(..10)];
            for _ in 0..others {
                together.push(match random.u8(..10) {
                    0..4 => first,
                    4..8 => weights.of_topic(first, &mut random),
                    _ => weights.any(&mut random),
                });
            }
            // What an operation meets often depends on what happens at the same time.
            if random.u8(..6) == 0 {
                together.extend(favoured_step);
            }
            plan.add(&mut steps, wait, &together);
        }
        plan
    }

    fn add(
        &mut self,
        steps: &mut u32,
        (wait, before_night): (Duration, Option<Duration>),
        operations: &[&'static Operation],
    ) {
        let round = u32::try_from(self.rounds.len()).unwrap_or(u32::MAX);
        let step = |operation: &&'static Operation| {
            *steps += 1;
            Step { id: *steps, round, operation }
        };
        let steps = operations.iter().map(step).collect();
        self.rounds.push(Round { wait, before_night, steps });
    }

    /// The rounds, in their order.
    #[must_use]
    pub fn rounds(&self) -> &[Round] {
        &self.rounds
    }

    /// Does the steps of the plan that are kept, and returns the number of rounds until the last of them. The steps of
    /// a round run at the same time, in the task of the caller.
    pub async fn run(
        &self,
        world: &Arc<World>,
        known: &Arc<Known>,
        kept: impl Fn(u32) -> bool,
    ) -> usize {
        let has_kept = |round: &Round| round.steps.iter().any(|step| kept(step.id));
        let end = self.rounds.iter().rposition(has_kept).map_or(0, |last| last + 1);
        for (number, round) in self.rounds[..end].iter().enumerate() {
            if world.requests() >= self.operations {
                return number;
            }
            world.begin_round(number as u64 + 1);
            tokio::time::sleep(round.wait).await;
            if let Some(before) = round.before_night {
                schedules::wait_for_night(before).await;
            }
            let steps = round.steps.iter().filter(|step| kept(step.id));
            join_all(steps.map(|step| {
                let ctx = Ctx::new(Arc::clone(world), Arc::clone(known), self.seed, *step);
                (step.operation.run)(ctx)
            }))
            .await;
        }
        end
    }
}

/// How much is done how often in one run. Each run leaves some operations out and prefers others, so that rare
/// sequences happen in some runs.
struct Weights(Vec<(&'static Operation, u32)>);

impl Weights {
    fn of(random: &mut Rng, favoured: Option<&'static Operation>) -> Self {
        let left_out: Vec<Topic> =
            Topic::OPTIONAL.into_iter().filter(|_| random.u8(..5) == 0).collect();
        let weight = |operation: &'static Operation| {
            let factor = [0, 0, 1, 1, 1, 1, 2, 2, 4, 8][random.usize(..10)];
            let factor = if left_out.contains(&operation.topic) { 0 } else { factor };
            let factor = if operation.is_essential { factor.max(1) } else { factor };
            // The favoured operation finds something of its topic to act on.
            let is_of_topic = favoured.is_some_and(|favoured| favoured.topic == operation.topic);
            let factor = if is_of_topic { factor.max(4) } else { factor };
            (operation, operation.weight * factor)
        };
        Self(ALL.iter().map(weight).filter(|(_, weight)| *weight > 0).collect())
    }

    fn any(&self, random: &mut Rng) -> &'static Operation {
        Self::draw(&self.0, random).unwrap_or(&ALL[0])
    }

    fn of_topic(&self, first: &'static Operation, random: &mut Rng) -> &'static Operation {
        let same = self.0.iter().filter(|(operation, _)| operation.topic == first.topic);
        Self::draw(&same.copied().collect::<Vec<_>>(), random).unwrap_or(first)
    }

    fn draw(weights: &[(&'static Operation, u32)], random: &mut Rng) -> Option<&'static Operation> {
        let sum: u32 = weights.iter().map(|(_, weight)| weight).sum();
        if sum == 0 {
            return None;
        }
        let mut left = random.u32(..sum);
        let drawn = weights.iter().find(|(_, weight)| {
            let is_drawn = left < *weight;
            left = left.saturating_sub(*weight);
            is_drawn
        });
        drawn.map(|(operation, _)| *operation)
    }
}

/// How fast time passes in one run: 500 operations take from some days to more than four years.
struct Pace {
    /// How many of a thousand waits last days.
    days: u16,
    /// How many of a thousand waits last months.
    months: u16,
    /// One wait in so many ends just before a nightly run.
    night_in: u8,
}

impl Pace {
    fn of(random: &mut Rng, favoured: &str) -> Self {
        // A simulated night costs as much as fifty operations, so few runs last for years.
        let (days, months) = match random.u16(..1_600) {
            0..1_512 => (0, 0),
            1_512..1_592 => (25, 0),
            1_592..1_597 => (60, 5),
            1_597..1_599 => (100, 20),
            _ => (150, 75),
        };
        let night_in = if schedules::is_nightly(favoured) { 10 } else { 100 };
        Self { days, months, night_in }
    }

    /// The time before a round, and how long before a nightly run it begins, where it waits for one.
    fn wait(&self, random: &mut Rng) -> (Duration, Option<Duration>) {
        let wait = self.time(random);
        let is_at_night = random.u8(..self.night_in) == 0;
        (wait, is_at_night.then(|| Duration::from_millis(random.u64(..5_000))))
    }

    fn time(&self, random: &mut Rng) -> Duration {
        let drawn = random.u16(..1_000);
        let seconds = if drawn < self.months {
            random.u64(20 * DAY..120 * DAY)
        } else if drawn < self.months + self.days {
            random.u64(DAY..7 * DAY)
        } else {
            match random.u8(..20) {
                0 => random.u64(HOUR..4 * HOUR),
                1..4 => random.u64(60..HOUR),
                4..8 => random.u64(5..60),
                _ => random.u64(0..5),
            }
        };
        Duration::from_secs(seconds) + Duration::from_millis(random.u64(..1_000))
    }
}

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(plan: &Plan) -> String {
        let shown = plan.rounds.iter().map(|round| {
            let names: Vec<_> = round.steps.iter().map(|step| step.operation.name).collect();
            format!("{:?} {names:?}", round.wait)
        });
        shown.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_same_seed_gives_the_same_plan_and_another_seed_another_plan() {
        let plan = shown(&Plan::of(Seed(1), 200));
        assert_eq!(plan, shown(&Plan::of(Seed(1), 200)));
        assert_ne!(plan, shown(&Plan::of(Seed(2), 200)));
    }

    #[test]
    fn a_plan_of_500_operations_spans_days_in_some_runs_and_years_in_others() {
        let days = |seed| {
            let plan = Plan::of(Seed(seed), 500);
            plan.rounds.iter().map(|round| round.wait.as_secs()).sum::<u64>() / DAY
        };
        let spans: Vec<_> = (0..4_000).map(days).collect();
        assert!(spans.iter().any(|days| *days < 14), "{spans:?}");
        assert!(spans.iter().any(|days| *days > 4 * 365), "{spans:?}");
    }

    #[test]
    fn every_operation_occurs_over_many_seeds() {
        let plans: Vec<_> = (0..80).map(|seed| Plan::of(Seed(seed), 300)).collect();
        for operation in ALL {
            let is_used = |step: &Step| std::ptr::eq(step.operation, operation);
            let has_it =
                |plan: &Plan| plan.rounds.iter().flat_map(|round| &round.steps).any(is_used);
            assert!(plans.iter().any(has_it), "{}", operation.name);
        }
    }

    #[test]
    fn steps_of_one_round_act_on_the_same_things_most_of_the_time() {
        let plan = Plan::of(Seed(3), 400);
        let together: Vec<_> = plan.rounds.iter().filter(|round| round.steps.len() > 1).collect();
        let same = |round: &&&Round| {
            let topic = round.steps[0].operation.topic;
            round.steps.iter().all(|step| step.operation.topic == topic)
        };
        assert!(together.iter().filter(same).count() * 2 > together.len());
    }
}
