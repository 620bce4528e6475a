//! The lines that a ticket prints of a member's balance: short, for a roll of 40 characters.

use super::number;
use crate::ledger::Balance;
use crate::programme::Unit;
use crate::{Day, Points};

/// The most characters of a line.
pub const LINE_LENGTH: usize = 40;

/// The lines of a purchase: the points given or taken back, the balance, the pending points, and the points
/// that expire first.
#[must_use]
pub fn lines(unit: Unit, earned: Option<Points>, balance: &Balance) -> Vec<String> {
    let first = match earned.map(Points::get) {
        Some(points @ 1..) => Some(labelled(unit, "gagné", points)),
        Some(points @ ..0) => Some(labelled(unit, "repris", -points)),
        Some(0) | None => None,
    };
    first.into_iter().chain(standing(unit, balance)).collect()
}

/// The lines of a redemption: the points spent, unless it was cancelled, and the balance.
#[must_use]
pub fn redeemed(unit: Unit, spent: Option<Points>, balance: &Balance) -> Vec<String> {
    let first = spent.map(|points| labelled(unit, "utilisé", points.get()));
    first.into_iter().chain(standing(unit, balance)).collect()
}

fn standing(unit: Unit, balance: &Balance) -> Vec<String> {
    let mut lines = Vec::with_capacity(3);
    let name = match unit {
        Unit::Points => "Votre solde",
        Unit::Cents => "Votre cagnotte",
    };
    lines.push(format!("{name} : {}", amount(unit, balance.available.get())));
    if balance.pending > Points::ZERO {
        lines.push(labelled(unit, "en attente", balance.pending.get()));
    }
    if let Some((last_day, points)) = balance.expiring {
        lines.push(format!("{} jusqu’au {}", amount(unit, points.get()), date(last_day)));
    }
    lines
}

/// `Points gagnés : 40`, or `Montant gagné : 0,40 €`. The word agrees in number with points, unless it does not
/// change.
fn labelled(unit: Unit, word: &str, count: i64) -> String {
    match unit {
        Unit::Points if word.ends_with('é') => format!("Points {word}s : {}", signed(count)),
        Unit::Points => format!("Points {word} : {}", signed(count)),
        Unit::Cents => format!("Montant {word} : {}", amount(unit, count)),
    }
}

/// `1 point`, `1 250 points`, `12,50 €`.
fn amount(unit: Unit, count: i64) -> String {
    let size = count.unsigned_abs();
    match unit {
        Unit::Points => {
            let plural = if size < 2 { "" } else { "s" };
            format!("{} point{plural}", signed(count))
        }
        Unit::Cents => {
            let sign = if count < 0 { "-" } else { "" };
            format!("{sign}{},{:02} €", number(size / 100), size % 100)
        }
    }
}

fn signed(count: i64) -> String {
    let sign = if count < 0 { "-" } else { "" };
    format!("{sign}{}", number(count.unsigned_abs()))
}

pub(crate) fn date(day: Day) -> String {
    let text = day.to_string();
    let mut parts = text.split('-').rev();
    let mut next = || parts.next().unwrap_or_default();
    format!("{}/{}/{}", next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn balance(available: i64, pending: i64) -> Balance {
        let (available, pending) = (Points::new(available), Points::new(pending));
        Balance { available, pending, expiring: None }
    }

    #[rstest]
    #[case(Unit::Points, Some(44), balance(120, 44), &["Points gagnés : 44", "Votre solde : 120 points", "Points en attente : 44"])]
    #[case(Unit::Points, Some(-12), balance(-12, 0), &["Points repris : 12", "Votre solde : -12 points"])]
    #[case(Unit::Points, None, balance(1, 0), &["Votre solde : 1 point"])]
    #[case(Unit::Points, Some(0), balance(1_234_567, 0), &["Votre solde : 1 234 567 points"])]
    #[case(Unit::Cents, Some(245), balance(100_005, 0), &["Montant gagné : 2,45 €", "Votre cagnotte : 1 000,05 €"])]
    fn a_ticket_has_the_balance_in_french(
        #[case] unit: Unit,
        #[case] earned: Option<i64>,
        #[case] balance: Balance,
        #[case] printed: &[&str],
    ) {
        assert_eq!(lines(unit, earned.map(Points::new), &balance), printed);
    }

    #[test]
    fn a_ticket_of_a_redemption_has_the_points_spent() {
        let printed = redeemed(Unit::Points, Some(Points::new(100)), &balance(20, 0));
        assert_eq!(printed, ["Points utilisés : 100", "Votre solde : 20 points"]);
        let cancelled = redeemed(Unit::Cents, None, &balance(12_000, 0));
        assert_eq!(cancelled, ["Votre cagnotte : 120,00 €"]);
    }

    #[test]
    fn a_ticket_has_the_points_that_expire_first_and_fits_the_roll() {
        let expiring = Some((Day::parse("2026-11-30").unwrap(), Points::new(9_999_999)));
        let balance = Balance { expiring, ..balance(9_999_999, 0) };
        let printed = lines(Unit::Points, None, &balance);
        assert_eq!(printed[1], "9 999 999 points jusqu’au 30/11/2026");
        assert!(printed.iter().all(|line| line.chars().count() <= LINE_LENGTH));
    }
}
