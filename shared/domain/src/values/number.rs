//! Numbers as people, spreadsheets and programs write them: thousands in groups, and decimals beyond the last place.

/// The digits of a whole number, without what separates its thousands: `1 234` is `1234`. The first group has one to
/// three digits, every other group has three, and one separator is used throughout. `None` for other text.
pub(crate) fn without_groups(text: &str, is_separator: impl Fn(char) -> bool) -> Option<String> {
    let separator = text.chars().find(|character| !character.is_ascii_digit());
    let Some(separator) = separator else { return Some(text.to_owned()) };
    let mut groups = text.split(separator);
    let first = groups.next()?;
    let is_group =
        |group: &str| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
    let are_groups = is_separator(separator) && (1..=3).contains(&first.len());
    (are_groups && groups.all(is_group)).then(|| text.replace(separator, ""))
}

/// The decimals of a number in units of its last place: `5` with two places is 50. Digits beyond the last place are
/// zeros, or what a program leaves of a sum of fractions: of `29.990000000000002` the decimals are 99, and of
/// `29.989999999999998` too. `None` where such digits mean something, and for other text.
pub(crate) fn decimals(digits: &str, places: usize) -> Option<i64> {
    const LEAST_OF_A_SUM: usize = 7;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (kept, beyond) = digits.split_at(digits.len().min(places));
    let kept: i64 = format!("{kept:0<places$}").parse().ok()?;
    let (first, _) = beyond.split_at(beyond.len().min(LEAST_OF_A_SUM - 1));
    let is_of_a_sum = beyond.len() >= LEAST_OF_A_SUM;
    let all = |digit: u8, text: &str| text.bytes().all(|byte| byte == digit);
    if all(b'0', beyond) || (is_of_a_sum && all(b'0', first)) {
        Some(kept)
    } else {
        (is_of_a_sum && all(b'9', first)).then(|| kept + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("1234", Some("1234"))]
    #[case("1 234", Some("1234"))]
    #[case("123 456 789", Some("123456789"))]
    #[case("", Some(""))]
    #[case("12 50", None)]
    #[case("1234 567", None)]
    #[case("1 2345", None)]
    #[case(" 234", None)]
    #[case("1 234'567", None)]
    #[case("1x234", None)]
    fn thousands_are_groups_of_three_digits(#[case] text: &str, #[case] digits: Option<&str>) {
        let read = without_groups(text, |character| matches!(character, ' ' | '\''));
        assert_eq!(read.as_deref(), digits);
    }

    #[rstest]
    #[case("", Some(0))]
    #[case("5", Some(50))]
    #[case("05", Some(5))]
    #[case("5000", Some(50))]
    #[case("990000000000002", Some(99))]
    #[case("989999999999998", Some(99))]
    #[case("999999999999998", Some(100))]
    #[case("505", None)]
    #[case("50001", None)]
    #[case("99999", None)]
    #[case("990000100000002", None)]
    #[case("5x", None)]
    fn digits_beyond_the_last_place_are_zeros_or_left_by_a_program(
        #[case] digits: &str,
        #[case] read: Option<i64>,
    ) {
        assert_eq!(decimals(digits, 2), read);
    }
}
