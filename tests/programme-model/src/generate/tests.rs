use std::collections::BTreeMap;

use super::*;
use crate::model::earning::{Customer, DayCount, Moment, Part, Source, earn_for_sale};
use crate::model::{Model, Outcome};

/// Plays cases on the model, and counts the events that a comparison must see.
fn events(cases: u64) -> BTreeMap<&'static str, u64> {
    let mut events = BTreeMap::new();
    let mut see = |event: &'static str, seen: bool| {
        *events.entry(event).or_default() += u64::from(seen);
    };
    for seed in 0..cases {
        let case = case(seed);
        let mut model = Model::default();
        for (code, zone) in ESTABLISHMENTS {
            model.establishments.insert(code.to_owned(), TimeZone::get(zone).expect("a zone"));
        }
        model.programmes.0.insert(date(2025, 1, 1), case.base.clone());
        model.programmes.0.extend(case.programmes.clone());
        for (number, birth_date) in case.members.iter().enumerate() {
            model.enrol(number, *birth_date, ESTABLISHMENTS[0].0, case.enrolled_at);
        }
        let mut taken = BTreeMap::new();
        for step in &case.steps {
            let touched = model.members_of(&step.operation);
            let sum = |model: &Model| -> i64 {
                let views = touched
                    .iter()
                    .filter_map(|member| model.view(*member, &step.establishment, step.now));
                views.map(|view| view.balance + view.pending).sum()
            };
            let before = sum(&model);
            let outcome = model.apply(step);
            see("a skipped operation", outcome == Outcome::Skipped);
            see("a refused operation", matches!(outcome, Outcome::Refused { .. }));
            let Outcome::Done(answer) = outcome else { continue };
            let points = answer.points.unwrap_or_default();
            let parts = answer.earned.unwrap_or_default();
            let count = |source| parts.iter().filter(|part| part.source == source).count();
            match step.operation {
                Operation::Sale { .. } | Operation::Attach { .. } => {
                    see("a sale that earns", points > 0);
                    see("a sale that earns nothing", points == 0);
                    see("several rules for money in a sale", count(Source::Spend) > 1);
                    see("a visit by a sale", count(Source::Visit) > 0);
                    see("a multiplied sale", count(Source::Multiplier) > 0);
                    see("a bonus", count(Source::Bonus) > 0);
                    see("a sale cut by the cap", count(Source::DailyCap) > 0);
                }
                Operation::Visit { .. } => see("a visit that earns", points > 0),
                Operation::NamedReturn { document, .. } => {
                    see("a named return that takes", points < 0);
                    taken.insert(document, -points);
                }
                Operation::Cancel { document } => {
                    if let Some(taken) = taken.remove(&document) {
                        let given = sum(&model) - before;
                        see("a return that is cancelled", taken > 0 && given == taken);
                        see("points that the cap holds back", given < taken);
                    }
                }
                Operation::UnnamedReturn { .. } => see("an unnamed return that takes", points < 0),
                Operation::Move { .. } => see("a move of points", points > 0),
                _ => {}
            }
            for member in touched {
                let view = model.view(member, &step.establishment, step.now).expect("a member");
                see("points owed", view.balance < 0);
                see("points that wait", view.pending > 0);
                see("points that expire", view.expiring.is_some());
                see("a level", view.level.is_some());
            }
        }
    }
    events
}

#[test]
fn histories_reach_the_rules_of_the_page() {
    let events = events(100);
    assert!(events.values().all(|count| *count >= 10), "{events:#?}");
}

/// The points of each basket of some cases, with a count of the day before.
fn earn_all(counted: DayCount) -> Vec<crate::model::earning::Earned> {
    let mut all = Vec::new();
    for seed in 0..200 {
        let case = case(seed);
        let (day, programme) = &case.programmes[0];
        let moment =
            Moment { day: *day, utc_day: *day, minute: 600, establishment: "paris".to_owned() };
        let customer = Customer { level: None, birth_month: Some(day.month()) };
        for step in case.steps {
            if let Operation::Sale { basket, .. } = step.operation {
                all.push(earn_for_sale(programme, &basket, &moment, &customer, counted));
            }
        }
    }
    all
}

#[test]
fn a_first_sale_of_the_day_earns_at_least_as_much_as_a_later_one() {
    let first = earn_all(DayCount::default());
    let later = earn_all(DayCount { points: 40, visits: 1 });
    assert!(first.len() > 1000);
    assert!(first.iter().zip(&later).all(|(first, later)| first.points >= later.points));
}

#[test]
fn the_parts_of_a_sale_sum_to_its_points() {
    for earned in earn_all(DayCount { points: 10, visits: 1 }) {
        let sum: i64 = earned.parts.iter().map(|part| part.points).sum();
        assert!(earned.limited || sum == earned.points, "{earned:?}");
        let gives = |part: &Part| (part.points > 0) == (part.source != Source::DailyCap);
        assert!(earned.parts.iter().all(gives), "{earned:?}");
    }
}
