//! The reduction of a disagreement to a case that a person can read.

use super::{Counts, Difference, Disagreement, Played, Player};
use crate::generate::Case;
use crate::model::Operation;
use crate::model::programme::{Condition, Gifts, Goods, Programme, ReturnPolicy, Rounding};

/// The most attempts of one reduction.
const ATTEMPTS: u64 = 600;

/// Leaves out operations, lines of baskets and rules one after the other, as long as the case still disagrees.
pub(super) fn reduce(
    player: &mut Player<'_>,
    case: Case,
    step: Option<usize>,
    differences: Vec<Difference>,
) -> Disagreement {
    let mut shortest = Disagreement { case, differences };
    shortest.case.steps.truncate(step.map_or(0, |step| step + 1));
    let last_attempt = player.attempts + ATTEMPTS;
    loop {
        let mut is_shorter = false;
        for simplify in [without_steps, without_lines, without_rules] {
            // From the last candidate to the first: the later operations depend on the earlier ones.
            let mut index = simplify(&shortest.case).len();
            while index > 0 && player.attempts < last_attempt {
                index -= 1;
                let Some(candidate) = simplify(&shortest.case).into_iter().nth(index) else {
                    continue;
                };
                if let Some(disagreement) = try_case(player, candidate) {
                    shortest = disagreement;
                    is_shorter = true;
                }
            }
        }
        if !is_shorter || player.attempts >= last_attempt {
            return shortest;
        }
    }
}

fn try_case(player: &mut Player<'_>, mut case: Case) -> Option<Disagreement> {
    match player.play(&case, &mut Counts::default()) {
        Played::Disagreed { step, differences } => {
            case.steps.truncate(step.map_or(0, |step| step + 1));
            Some(Disagreement { case, differences })
        }
        Played::Agreed | Played::NotSetUp(_) => None,
    }
}

/// The case without each operation.
fn without_steps(case: &Case) -> Vec<Case> {
    (0..case.steps.len())
        .map(|index| {
            let mut candidate = case.clone();
            candidate.steps.remove(index);
            candidate
        })
        .collect()
}

/// The case without each line of each basket.
fn without_lines(case: &Case) -> Vec<Case> {
    let mut candidates = Vec::new();
    for (index, step) in case.steps.iter().enumerate() {
        let (Operation::Sale { basket, .. }
        | Operation::UnnamedReturn { basket, .. }
        | Operation::DryRun { basket, .. }) = &step.operation
        else {
            continue;
        };
        for line in 0..basket.lines.len() {
            let mut candidate = case.clone();
            if let Operation::Sale { basket, .. }
            | Operation::UnnamedReturn { basket, .. }
            | Operation::DryRun { basket, .. } = &mut candidate.steps[index].operation
            {
                basket.lines.remove(line);
            }
            candidates.push(candidate);
        }
    }
    candidates
}

/// The case without each programme, each rule and each setting of a programme.
fn without_rules(case: &Case) -> Vec<Case> {
    let mut candidates = Vec::new();
    if case.refused.is_some() {
        candidates.push(Case { refused: None, ..case.clone() });
    }
    for index in 0..case.programmes.len() {
        let mut candidate = case.clone();
        candidate.programmes.remove(index);
        candidates.push(candidate);
        for programme in simpler(&case.programmes[index].1) {
            let mut candidate = case.clone();
            candidate.programmes[index].1 = programme;
            candidates.push(candidate);
        }
    }
    candidates
}

fn simpler(programme: &Programme) -> Vec<Programme> {
    let mut candidates = Vec::new();
    let mut change = |change: &dyn Fn(&mut Programme)| {
        let mut candidate = programme.clone();
        change(&mut candidate);
        if candidate != *programme {
            candidates.push(candidate);
        }
    };
    for index in 0..programme.spend.len() {
        change(&|programme| programme.spend[index].when = Condition::default());
        change(&|programme| programme.spend[index].goods = Goods::default());
        change(&|programme| drop(programme.spend.remove(index)));
    }
    for index in 0..programme.visits.len() {
        change(&|programme| programme.visits[index].when = Condition::default());
        change(&|programme| drop(programme.visits.remove(index)));
    }
    for index in 0..programme.multipliers.len() {
        change(&|programme| programme.multipliers[index].when = Condition::default());
        change(&|programme| drop(programme.multipliers.remove(index)));
    }
    for index in 0..programme.bonuses.len() {
        change(&|programme| programme.bonuses[index].when = Condition::default());
        change(&|programme| drop(programme.bonuses.remove(index)));
    }
    change(&|programme| programme.daily_cap = None);
    change(&|programme| programme.minimum_spend_cents = 0);
    change(&|programme| programme.excluded = Goods::default());
    change(&|programme| programme.discounts_excluded = false);
    change(&|programme| programme.pending_days = 0);
    change(&|programme| programme.expiry = None);
    change(&|programme| programme.gifts = Gifts::default());
    change(&|programme| programme.returns = ReturnPolicy::default());
    change(&|programme| programme.rounding = Rounding::default());
    change(&|programme| programme.levels.clear());
    candidates
}
