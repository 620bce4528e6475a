//! Folds the lines of a long receipt into sums, so that the stored purchase stays small.
//!
//! A sale without a customer earns when it is attached to one, from its stored lines. So two lines share a sum only
//! where every rule of the programme reads them alike: the same rules name their article codes and their
//! categories, both or neither have a discount, and their amounts have the same sign. The sum keeps the code and
//! the category of its first line, which stand for those of the others. So the number of sums depends on the rules,
//! and not on the number of articles that they name.

use super::{Goods, Programme, Terms};
use crate::purchase::{KEPT_LINES, Line, Sum};
use crate::values::text;
use crate::{Cents, Purchase, Quantity};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// The most categories that get a sum of their own. Lines of other categories share sums.
const MOST_CATEGORIES: usize = 20;

/// The purchase with its lines as they are stored: the first [`KEPT_LINES`] lines, then sums of the others. The
/// rules of `programme`, which is the programme of the purchase's day, give the same points for both.
#[must_use]
pub fn fold(purchase: &Purchase, programme: Option<&Programme>) -> Purchase {
    let (_, beyond) = purchase.lines().split_at(purchase.lines().len().min(KEPT_LINES));
    purchase.with_sums_beyond(KEPT_LINES, sums(beyond, programme))
}

/// The rules of a programme, by their place in a list of goods. The excluded goods are one of them.
type Rules = BTreeSet<usize>;

/// What the rules read of a line, and the category of its sum. Lines with the same key earn as one line.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    naming_sku: Rules,
    naming_category: Rules,
    category: Option<String>,
    discounted: bool,
    sign: i64,
}

#[derive(Default)]
struct Total {
    /// The code and the category of the first line, as far as a rule or the sum has them.
    sku: Option<String>,
    category: Option<String>,
    count: u32,
    pieces: i64,
    gross: Cents,
    amount: Cents,
}

/// The order of the sums does not depend on the order of the lines.
fn sums(lines: &[Line], programme: Option<&Programme>) -> Vec<Sum> {
    let named = Named::of(programme.map(Programme::terms));
    let mut categories = BTreeSet::new();
    let mut totals: BTreeMap<Key, Total> = BTreeMap::new();
    for line in lines {
        let category = line.category.as_deref().map(text::folded);
        let amount = line.amount();
        let key = Key {
            naming_sku: named.rules_of_sku(line.sku.as_deref()),
            naming_category: named.rules_of_category(category.as_deref()),
            category: category.filter(|category| {
                categories.contains(category)
                    || (categories.len() < MOST_CATEGORIES && categories.insert(category.clone()))
            }),
            discounted: line.discount > Cents::ZERO,
            sign: amount.get().signum(),
        };
        let has_sku = !key.naming_sku.is_empty();
        let has_category = key.category.is_some() || !key.naming_category.is_empty();
        let total = match totals.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Total {
                sku: line.sku.clone().filter(|_| has_sku),
                category: line.category.clone().filter(|_| has_category),
                ..Total::default()
            }),
        };
        total.count += 1;
        total.pieces += line.quantity.thousandths() / 1000;
        total.gross = total.gross + line.quantity.times(line.unit_price);
        total.amount = total.amount + amount;
    }
    totals.into_iter().map(|(key, total)| total.finish(&key)).collect()
}

/// The rules that name an article code or a category. Codes are in lower case, and categories are folded.
#[derive(Default)]
struct Named {
    skus: BTreeMap<String, Rules>,
    categories: BTreeMap<String, Rules>,
}

impl Named {
    fn of(terms: Option<&Terms>) -> Self {
        let mut named = Self::default();
        let Some(terms) = terms else { return named };
        let of_rules = terms.spend.iter().map(|rule| &rule.goods);
        let of_bonuses = terms.bonuses.iter().map(|bonus| &bonus.goods);
        let lists = of_rules.chain(of_bonuses).chain([&terms.excluded]);
        for (rule, Goods { skus, categories }) in lists.enumerate() {
            for sku in skus {
                named.skus.entry(text::lower(sku).collect()).or_default().insert(rule);
            }
            for category in categories {
                named.categories.entry(text::folded(category)).or_default().insert(rule);
            }
        }
        named
    }

    fn rules_of_sku(&self, sku: Option<&str>) -> Rules {
        let rules = sku.and_then(|sku| self.skus.get(&text::lower(sku).collect::<String>()));
        rules.cloned().unwrap_or_default()
    }

    fn rules_of_category(&self, folded: Option<&str>) -> Rules {
        folded.and_then(|category| self.categories.get(category)).cloned().unwrap_or_default()
    }
}

impl Total {
    /// The sum as a line of the same amount, with the same whole pieces, and with a discount above zero only where
    /// the lines have one. The average price is rounded in this direction.
    fn finish(self, key: &Key) -> Sum {
        let Self { sku, category, count, pieces, gross, amount } = self;
        let quantity = pieces.saturating_mul(1000).clamp(1, Quantity::LARGEST.thousandths());
        let quantity = Quantity::from_thousandths(quantity).unwrap_or(Quantity::ONE);
        let (gross, thousandths) =
            (i128::from(gross.get()) * 1000, i128::from(quantity.thousandths()));
        let down = gross.div_euclid(thousandths);
        let up = i128::from(key.discounted && gross.rem_euclid(thousandths) > 0);
        let unit_price = Cents::new(i64::try_from(down + up).unwrap_or(i64::MAX));
        let discount = quantity.times(unit_price) - amount;
        let line = Line { sku, label: None, category, quantity, unit_price, discount };
        Sum { line, count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::day_count::DayCount;
    use crate::programme::limits::{MOST_GOODS, MOST_RULES};
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
            let folded: Vec<_> = sums(&lines, Some(&programme)).into_iter().map(|sum| sum.line).collect();
            prop_assert_eq!(points(&programme, total, &folded), points(&programme, total, &lines));
            let amount = |lines: &[Line]| lines.iter().map(Line::amount).sum::<Cents>();
            prop_assert_eq!(amount(&folded), amount(&lines));
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
        let folded = sums(&lines, None);
        assert_eq!(folded.len(), MOST_CATEGORIES + 1);
        assert_eq!(folded.iter().map(|sum| sum.count as usize).sum::<usize>(), lines.len());
        let rules = (0..MOST_RULES).map(|rule| {
            let skus = (0..MOST_GOODS).map(|number| format!("art{}", rule * MOST_GOODS + number));
            let goods = Goods { skus: skus.collect(), ..Goods::default() };
            SpendRule { goods, ..SpendRule::of_everything(1, Cents::new(100)) }
        });
        let terms = Terms { spend: rules.collect(), ..Terms::default() };
        let folded = sums(&lines, Some(&Programme::from_stored(terms)));
        assert!(folded.len() <= MOST_CATEGORIES + MOST_RULES + 1, "{}", folded.len());
    }
}
