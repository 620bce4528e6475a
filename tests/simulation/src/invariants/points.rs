//! An account holds no lot without points, no debt below zero, and no debt beside points that could pay it. What can
//! be spent and what is pending is never more than what the account holds.

use super::{Invariant, Rest};
use crate::world::clock;
use domain::ledger::account::Account;
use domain::{Day, Points, Programmes, retention};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "points", check: |rest| Box::pin(async move { check(rest).await }) };

async fn check(rest: &Rest) -> Vec<String> {
    let mut violations = Vec::new();
    let today = retention::day_of(clock::now());
    for scope in rest.scopes(&mut violations).await {
        for member in rest.members(&scope, &mut violations).await {
            let problems = problems(&member.account, today, &scope.settings.programmes);
            let id = member.person.id;
            violations.extend(problems.map(|problem| format!("{id}: {problem}")));
        }
    }
    violations
}

fn problems(
    account: &Account,
    today: Day,
    programmes: &Programmes,
) -> impl Iterator<Item = String> {
    let (lots, owed) = (account.lots.sum(), account.owed);
    let balance = account.balance_on(today, programmes);
    let (available, pending) = (balance.available, balance.pending);
    let mut problems = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            problems.push(what);
        }
    };
    let has_empty = account.lots.as_slice().iter().any(|lot| lot.remaining <= Points::ZERO);
    must(!has_empty, format!("a lot is empty: {:?}", account.lots));
    must(owed >= Points::ZERO, format!("{owed} points are owed"));
    must(
        owed == Points::ZERO || lots == Points::ZERO,
        format!("{owed} points are owed beside {lots} in lots"),
    );
    must(pending >= Points::ZERO, format!("{pending} points are pending"));
    must(
        available + pending <= account.sum(),
        format!("{available} and {pending} pending are more than {}", account.sum()),
    );
    problems.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ledger::account::Given;

    #[test]
    fn a_debt_beside_points_is_a_problem() {
        let (today, programmes) = (Day::parse("2026-03-01").unwrap(), Programmes::new(vec![]));
        let mut account = Account::default();
        account.give(Given::freely(today), Points::new(10));
        assert_eq!(problems(&account, today, &programmes).count(), 0);
        account.owed = Points::new(3);
        assert_eq!(problems(&account, today, &programmes).count(), 1);
    }
}
