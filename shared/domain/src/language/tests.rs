use super::*;
use crate::language::french::number;
use crate::{Cents, Day, Quantity, ledger, member, merchant, programme, purchase, reward, webhook};
use std::collections::BTreeSet;

/// The codes of the domain. The tests of the API and of the file reader check that the catalogue
/// has their own codes.
fn codes() -> BTreeSet<&'static str> {
    DomainError::codes().map(|(code, _)| code).collect()
}

#[test]
fn every_code_of_the_domain_has_a_sentence() {
    let known: BTreeSet<_> = Language::French.sentences().iter().map(|(code, _)| *code).collect();
    let missing: Vec<_> = codes().difference(&known).copied().collect();
    assert!(missing.is_empty(), "write a French sentence for {missing:?}");
}

#[test]
fn the_catalogue_is_sorted_and_has_each_code_once() {
    for pair in Language::French.sentences().windows(2) {
        assert!(pair[0].0 < pair[1].0, "{} and {}", pair[0].0, pair[1].0);
    }
}

#[test]
fn a_sentence_begins_with_a_capital_and_ends_with_a_full_stop_or_a_question_mark() {
    for (code, sentence) in Language::French.sentences() {
        assert!(sentence.starts_with(char::is_uppercase), "{code}: {sentence}");
        assert!(sentence.ends_with(['.', '?']), "{code}: {sentence}");
    }
}

#[test]
fn a_sentence_has_typographic_apostrophes_and_a_space_before_a_colon() {
    let columns = Language::French.columns().iter().map(|(_, name)| *name);
    let fixed = [Language::French.in_column(), french::NO_SENTENCE];
    let sentences = Language::French.sentences().iter().map(|(_, sentence)| *sentence);
    for text in sentences.chain(columns).chain(fixed) {
        assert!(!text.contains('\''), "{text}");
        let glued = text.match_indices([':', ';', '?']).any(|(place, mark)| {
            let is_of_time_or_url = text[place..].starts_with("://")
                || text[place + mark.len()..].starts_with(|next: char| next.is_ascii_digit());
            !is_of_time_or_url && !text[..place].ends_with(' ')
        });
        assert!(!glued, "{text}");
    }
}

#[test]
fn a_placeholder_has_one_of_the_names_that_callers_fill() {
    for (code, sentence) in Language::French.sentences() {
        let names = ["column", "columns", "day", "file", "limit", "line", "receipt", "sheet"];
        let filled = names.map(|name| (name, &"" as &dyn Display));
        assert!(!fill(sentence, &filled).contains(['{', '}']), "{code}: {sentence}");
    }
}

#[test]
fn a_number_in_a_sentence_is_the_limit_that_the_code_enforces() {
    let whole = |count: i64| number(count.unsigned_abs());
    let decimal = |hundredths: u32| format!("{},{:02}", hundredths / 100, hundredths % 100);
    let size = |count: usize| number(count as u64);
    let limits = [
        ("adjustment_points", whole(ledger::entry::MOST_ADJUSTED)),
        ("amount_too_large", whole(Cents::LARGEST.get() / 100)),
        ("contract_end", whole(i64::from(merchant::CONTRACT_END_MONTHS) / 12)),
        ("earning_rule", whole(i64::from(programme::limits::MOST_POINTS))),
        ("expiry_months", whole(i64::from(programme::limits::MOST_EXPIRY_MONTHS))),
        ("multiplier", decimal(programme::limits::MOST_HUNDREDTHS).replace(",00", "")),
        ("pending_days", whole(i64::from(programme::limits::MOST_PENDING_DAYS))),
        ("pieces_without_limit", whole(i64::from(programme::limits::MOST_POINTS))),
        ("quantity_out_of_range", whole(Quantity::LARGEST.thousandths() / 1000)),
        ("receipt_too_long", size(purchase::MOST_LINES)),
        ("replay_range", whole(webhook::KEPT_DAYS)),
        ("reward_points", whole(reward::MOST_POINTS)),
        ("too_many_blocked_cards", size(member::MOST_BLOCKED_CARDS)),
        ("too_many_coupons", size(purchase::MOST_COUPONS)),
        ("too_many_goods", size(programme::limits::MOST_GOODS)),
        ("too_many_lines", size(purchase::MOST_LINES)),
        ("too_many_rules", size(programme::limits::MOST_RULES)),
        ("too_many_rules", size(programme::limits::MOST_LEVELS)),
        ("unit_price", whole(merchant::sender::UnitPrice::LARGEST.microeuros().into())),
    ];
    for (code, limit) in limits {
        // Thousands are set off by a space: a number ends where no digit follows.
        let sentence = format!(" {} ", Language::French.sentence(code).replace([',', '.'], " "));
        let limit = limit.replace(',', " ");
        assert!(sentence.contains(&format!(" {limit} ")), "{code}: {limit} in “{sentence}”");
    }
}

#[test]
fn a_sentence_is_filled_with_the_values_of_its_error() {
    let too_long = Language::French.explain(ValueError::TooLong { limit: 40 }.into());
    assert_eq!(too_long, "Le texte est trop long : 40 caractères au plus.");
    assert_eq!(Language::French.day(Day::parse("2026-11-04").unwrap()), "04/11/2026");
    let refused = Language::French.sentence("other_row_refused");
    let refused = fill(refused, &[("line", &12)]);
    assert!(refused.ends_with("corrigez d’abord la ligne 12."), "{refused}");
}

#[test]
fn a_code_without_a_sentence_has_a_general_one() {
    assert_eq!(Language::French.sentence("no_such_code"), french::NO_SENTENCE);
}
