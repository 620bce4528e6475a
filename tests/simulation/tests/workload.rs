//! A plan runs on a world without faults: what the outside world does is valid most of the time.

use simulation::faults::Swarm;
use simulation::history::Detail;
use simulation::known::Known;
use simulation::known::fact::Fact;
use simulation::plan::{Plan, Step};
use simulation::run::runtime;
use simulation::seed::Seed;
use simulation::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a run without faults left behind.
struct Run {
    known: Arc<Known>,
    hash: String,
    /// The rounds that were carried out.
    rounds: usize,
}

/// How often each operation had each status.
type Answers = BTreeMap<(&'static str, u16), u64>;

/// A run with so many requests to the API, of which some steps are kept.
fn run(seed: Seed, operations: usize, kept: impl Fn(u32) -> bool) -> Run {
    runtime().block_on(async {
        let swarm = Swarm::of(seed, &BTreeSet::new());
        let world = World::begin(seed, swarm, Detail::Hash, None).await;
        world.calm_down();
        let known = Arc::new(Known::default());
        let rounds = Plan::of(seed, operations).run(&world, &known, kept).await;
        Run { known, hash: world.history.hash(), rounds }
    })
}

fn table(answers: &Answers) -> String {
    let lines = answers
        .iter()
        .map(|((operation, status), count)| format!("{operation:32} {status} {count}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The mobile of each person that a step of the operation `create_member` made a member.
fn enrolled(run: &Run) -> BTreeMap<u32, String> {
    run.known.read(|state| {
        let enrolled =
            state.acknowledged.iter().filter_map(|acknowledged| match &acknowledged.fact {
                Fact::MemberKnown { member, .. } if acknowledged.operation == "create_member" => {
                    Some((acknowledged.step, member.mobile.clone()))
                }
                _ => None,
            });
        enrolled.collect()
    })
}

/// A run with every topic: campaigns, coupons, files and webhooks.
const SHORT: Seed = Seed(195);
/// A run with reads.
const OTHER: Seed = Seed(76);

#[test]
fn without_faults_no_request_fails_and_most_are_accepted() {
    let answers = run(SHORT, 300, |_| true).known.read(|state| state.answers.clone());
    let count = |fits: fn(u16) -> bool| -> u64 {
        answers.iter().filter(|((_, status), _)| fits(*status)).map(|(_, count)| count).sum()
    };
    let (sent, accepted) = (count(|_| true), count(|status| (200..300).contains(&status)));
    assert_eq!(count(|status| status == 0 || status >= 500), 0, "{}", table(&answers));
    assert!(accepted * 100 >= sent * 60, "{accepted} of {sent}\n{}", table(&answers));
}

#[test]
fn the_same_seed_gives_the_same_history() {
    assert_eq!(run(OTHER, 100, |_| true).hash, run(OTHER, 100, |_| true).hash);
}

#[test]
fn a_run_without_some_steps_has_the_same_numbers_in_all_others() {
    let plan = Plan::of(OTHER, 200);
    // These operations change nothing that the others depend on.
    let reads = ["show_health", "show_document", "show_member", "show_balance", "list_members"];
    let whole = run(OTHER, 200, |_| true);
    let steps = plan.rounds()[..whole.rounds].iter().flat_map(|round| &round.steps);
    let (left_out, kept): (Vec<&Step>, Vec<&Step>) =
        steps.partition(|step| reads.contains(&step.operation.name));
    assert!(!left_out.is_empty());
    let part = run(OTHER, 200, |id| kept.iter().any(|step| step.id == id));
    assert_ne!(whole.hash, part.hash);
    assert_eq!(enrolled(&whole), enrolled(&part));
}
