//! Folds the lines of a long receipt into sums, so that the stored purchase stays small.
//!
//! A sale without a customer earns when it is attached to one, from its stored lines. So the sums keep what the rules
//! of a programme read of a line: the article code where a rule names the code, the category, whether the line has
//! a discount, the sign of its amount, and its pieces.

use super::line::Line;
use crate::programme::{Goods, Programme, Terms};
use crate::values::text;
use crate::{Cents, Quantity};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// The most categories that get a sum of their own though no rule names them. The lines of other categories are one
/// sum without a category.
const MOST_CATEGORIES: usize = 20;

/// Lines of a receipt that are stored as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldedLines<'a> {
    /// The sum. The amount and the whole pieces are those of the lines together. The price of one piece is an
    /// average.
    pub line: &'a Line,
    /// The number of lines.
    pub count: u32,
}

/// A sum, as [`fold`] makes it.
pub(super) struct Sum {
    pub(super) line: Line,
    pub(super) count: u32,
}

/// What the rules read of a line. Lines with the same key earn as one line.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    sku: Option<String>,
    category: Option<String>,
    discounted: bool,
    sign: i64,
}

#[derive(Default)]
struct Total {
    /// The category as the first line has it.
    category: Option<String>,
    count: u32,
    pieces: i64,
    gross: Cents,
    amount: Cents,
}

/// Folds lines. The order of the sums does not depend on the order of the lines.
pub(super) fn fold(lines: &[Line], programme: Option<&Programme>) -> Vec<Sum> {
    let named = Named::of(programme.map(Programme::terms));
    let mut others = BTreeSet::new();
    let mut totals: BTreeMap<Key, Total> = BTreeMap::new();
    for line in lines {
        let category = line.category.as_deref().map(text::folded).filter(|category| {
            named.categories.contains(category)
                || others.contains(category)
                || (others.len() < MOST_CATEGORIES && others.insert(category.clone()))
        });
        let amount = line.amount();
        let key = Key {
            sku: line.sku.clone().filter(|sku| named.skus.contains(&text::folded(sku))),
            discounted: line.discount > Cents::ZERO,
            sign: amount.get().signum(),
            category,
        };
        let has_category = key.category.is_some();
        let total = match totals.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Total {
                category: line.category.clone().filter(|_| has_category),
                ..Total::default()
            }),
        };
        total.count += 1;
        total.pieces += line.quantity.thousandths() / 1000;
        total.gross = total.gross + line.quantity.times(line.unit_price);
        total.amount = total.amount + amount;
    }
    totals.into_iter().map(|(key, total)| total.finish(key)).collect()
}

/// The goods that the rules of a programme name, folded for comparison.
#[derive(Default)]
struct Named {
    skus: BTreeSet<String>,
    categories: BTreeSet<String>,
}

impl Named {
    fn of(terms: Option<&Terms>) -> Self {
        let mut named = Self::default();
        let Some(terms) = terms else { return named };
        let of_rules = terms.spend.iter().map(|rule| &rule.goods);
        let of_bonuses = terms.bonuses.iter().map(|bonus| &bonus.goods);
        for Goods { skus, categories } in of_rules.chain(of_bonuses).chain([&terms.excluded]) {
            named.skus.extend(skus.iter().map(|sku| text::folded(sku)));
            named.categories.extend(categories.iter().map(|category| text::folded(category)));
        }
        named
    }
}

impl Total {
    /// The sum as a line of the same amount, with the same whole pieces, and with a discount above zero only where
    /// the lines have one. The average price is rounded in this direction.
    fn finish(self, key: Key) -> Sum {
        let Self { category, count, pieces, gross, amount } = self;
        let quantity = pieces.saturating_mul(1000).clamp(1, Quantity::LARGEST.thousandths());
        let quantity = Quantity::from_thousandths(quantity).unwrap_or(Quantity::ONE);
        let (gross, thousandths) =
            (i128::from(gross.get()) * 1000, i128::from(quantity.thousandths()));
        let down = gross.div_euclid(thousandths);
        let up = i128::from(key.discounted && gross.rem_euclid(thousandths) > 0);
        let unit_price = Cents::new(i64::try_from(down + up).unwrap_or(i64::MAX));
        let discount = quantity.times(unit_price) - amount;
        let line = Line { sku: key.sku, label: None, category, quantity, unit_price, discount };
        Sum { line, count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::account::DayCount;
    use crate::programme::{Basket, Bonus, Condition, Each, EarningContext, SpendRule};
    use crate::{Day, EstablishmentId, Points};
    use proptest::prelude::*;

    fn programme(discounts_excluded: bool) -> Programme {
        let goods = |skus: &[&str], categories: &[&str]| {
            let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
            Goods { skus: set(skus), categories: set(categories) }
        };
        let spend = |points, goods| SpendRule {
            goods,
            ..SpendRule::of_everything(points, Cents::new(100))
        };
        let bonus = |points, each, goods| Bonus {
            name: None,
            points,
            each,
            goods,
            when: Condition::default(),
        };
        Programme::from_stored(Terms {
            spend: vec![
                spend(1, Goods::default()),
                spend(2, goods(&[], &["Chaussures"])),
                spend(5, goods(&["S1"], &[])),
            ],
            bonuses: vec![
                bonus(3, Each::Piece { most_a_sale: 500 }, goods(&["S2"], &["sacs"])),
                bonus(7, Each::Sale, goods(&["S3"], &[])),
            ],
            excluded: goods(&["S4"], &["Cartes cadeaux"]),
            discounts_excluded,
            ..Terms::default()
        })
    }

    fn points(programme: &Programme, total: i64, lines: &[Line]) -> Points {
        let establishment = EstablishmentId::parse("paris").unwrap();
        let context = EarningContext {
            day: Day::parse("2026-11-24").unwrap(),
            minute: 600,
            establishment: &establishment,
            birth_month: None,
            level: None,
        };
        let basket = Basket { total: Cents::new(total), lines };
        let so_far = DayCount { day: context.day, earned: Points::ZERO, visits: 0 };
        programme.earn(basket, &context, so_far).total()
    }

    fn any_line() -> impl Strategy<Value = Line> {
        let sku = prop::sample::select(vec!["S1", "S2", "S3", "S4", "X1", "X2", "X3"]);
        let categories = ["chaussures", "SACS", "cartes cadeaux", "Divers", "Thé"];
        let category = prop::option::of(prop::sample::select(categories.to_vec()));
        let quantity = prop_oneof![1i64..5_000, (1i64..40).prop_map(|pieces| pieces * 1000)];
        let amounts = (quantity, -500i64..5_000, prop_oneof![Just(0), 0i64..300]);
        (sku, category, amounts).prop_map(|(sku, category, (quantity, price, discount))| Line {
            sku: Some(sku.to_owned()),
            label: Some("Un article".to_owned()),
            category: category.map(str::to_owned),
            quantity: Quantity::from_thousandths(quantity).unwrap(),
            unit_price: Cents::new(price),
            discount: Cents::new(discount),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn sums_of_lines_earn_the_same_points_as_the_lines(
            lines in prop::collection::vec(any_line(), 1..400),
            total in 0i64..1_000_000,
            discounts_excluded: bool,
        ) {
            let programme = programme(discounts_excluded);
            let sums: Vec<_> = fold(&lines, Some(&programme)).into_iter().map(|sum| sum.line).collect();
            prop_assert_eq!(points(&programme, total, &sums), points(&programme, total, &lines));
            let amount = |lines: &[Line]| lines.iter().map(Line::amount).sum::<Cents>();
            prop_assert_eq!(amount(&sums), amount(&lines));
        }
    }

    #[test]
    fn the_number_of_sums_is_bounded_whatever_the_lines() {
        let lines: Vec<Line> = (0..crate::purchase::MOST_LINES)
            .map(|number| Line {
                sku: Some(format!("ART{number}")),
                label: None,
                category: Some(format!("Famille {number}")),
                quantity: Quantity::ONE,
                unit_price: Cents::new(100),
                discount: Cents::ZERO,
            })
            .collect();
        let sums = fold(&lines, None);
        assert_eq!(sums.len(), MOST_CATEGORIES + 1);
        assert_eq!(sums.iter().map(|sum| sum.count as usize).sum::<usize>(), lines.len());
    }
}
