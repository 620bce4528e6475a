//! The number format of a cell: how a spreadsheet shows the cell's number.

/// The parts of a number format that change what a cell means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct NumberFormat {
    /// Whether the number is shown as a percentage.
    pub(super) percent: bool,
    /// The number of decimals, where the format rounds to decimals.
    pub(super) decimals: Option<u8>,
    /// The least number of digits of a whole number: `0000000000` keeps the zero of a telephone number.
    pub(super) least_digits: u8,
    /// Whether the format shows a time and no day.
    pub(super) time_only: bool,
    /// The code of the currency, where the format names another one than the euro.
    pub(super) currency: Option<&'static str>,
}

/// The names of currencies other than the euro, and their codes.
const CURRENCIES: [(&str, &str); 11] = [
    ("$", "USD"),
    ("US$", "USD"),
    ("USD", "USD"),
    ("£", "GBP"),
    ("GBP", "GBP"),
    ("CHF", "CHF"),
    ("Fr.", "CHF"),
    ("SFr.", "CHF"),
    ("CAD", "CAD"),
    ("¥", "JPY"),
    ("JPY", "JPY"),
];

fn currency(name: &str) -> Option<&'static str> {
    let is_name = |known: &&(&str, &str)| known.0 == name.trim();
    CURRENCIES.iter().find(is_name).map(|(_, code)| *code)
}

impl NumberFormat {
    /// Reads a format code, for example `#,##0.00 "€"` or `dd/mm/yyyy hh:mm`. The first section counts.
    pub(super) fn parse(code: &str) -> Self {
        let mut format = Self::default();
        let (mut day, mut clock, mut scientific) = (false, false, false);
        let mut characters = code.chars();
        while let Some(character) = characters.next() {
            match character {
                ';' => break,
                '\\' | '_' | '*' => {
                    characters.next();
                }
                '"' => {
                    let text: String =
                        characters.by_ref().take_while(|next| *next != '"').collect();
                    // The built-in formats have a dollar for the currency of the computer.
                    if text.trim() != "$" {
                        format.currency = format.currency.or(currency(&text));
                    }
                }
                '[' => {
                    let inside: String =
                        characters.by_ref().take_while(|next| *next != ']').collect();
                    let elapsed = |unit| inside.chars().all(|c| c.eq_ignore_ascii_case(&unit));
                    if let Some(named) = inside.strip_prefix('$') {
                        let name = named.rsplit_once('-').map_or(named, |(name, _)| name);
                        format.currency = format.currency.or(currency(name));
                    }
                    clock |= !inside.is_empty() && ['h', 'm', 's'].into_iter().any(elapsed);
                }
                '%' => format.percent = true,
                '.' => format.decimals = Some(0),
                '0' | '#' | '?' => match &mut format.decimals {
                    Some(decimals) => *decimals = decimals.saturating_add(1),
                    None if character == '0' || format.least_digits > 0 => {
                        format.least_digits = format.least_digits.saturating_add(1);
                    }
                    None => {}
                },
                'd' | 'D' | 'y' | 'Y' | 'j' | 'J' => day = true,
                'h' | 'H' | 's' | 'S' => clock = true,
                'E' | 'e' => scientific = true,
                _ => {}
            }
        }
        format.time_only = clock && !day;
        if scientific || code.starts_with("General") {
            format.decimals = None;
            format.least_digits = 0;
        }
        format
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("General", false, None, 0, false)]
    #[case("#,##0.00\\ \"€\"", false, Some(2), 1, false)]
    #[case("0.00;[Red]-0.000", false, Some(2), 1, false)]
    #[case("0%", true, None, 1, false)]
    #[case("\"100 %\"0", false, None, 1, false)]
    #[case("0#\" \"##\" \"##\" \"##\" \"##", false, None, 10, false)]
    #[case("00 00 00 00 00", false, None, 10, false)]
    #[case("0.00E+00", false, None, 0, false)]
    #[case("dd/mm/yyyy hh:mm", false, None, 0, false)]
    #[case("hh:mm", false, None, 0, true)]
    #[case("[h]:mm:ss", false, None, 0, true)]
    #[case("[$-40C]d mmmm yyyy", false, None, 0, false)]
    fn a_format_says_what_its_number_means(
        #[case] code: &str,
        #[case] percent: bool,
        #[case] decimals: Option<u8>,
        #[case] least_digits: u8,
        #[case] time_only: bool,
    ) {
        let expected = NumberFormat { percent, decimals, least_digits, time_only, currency: None };
        assert_eq!(NumberFormat::parse(code), expected);
    }

    #[rstest]
    #[case("[$$-409]#,##0.00", Some("USD"))]
    #[case("[$CHF] #,##0.00", Some("CHF"))]
    #[case("[$CHF-100C]\\ #,##0.00", Some("CHF"))]
    #[case("#,##0.00\\ [$£-809]", Some("GBP"))]
    #[case("#,##0.00 \"CHF\"", Some("CHF"))]
    #[case("#,##0.00\\ [$€-40C]", None)]
    #[case("#,##0.00\\ [$EUR]", None)]
    #[case("#,##0.00\\ \"€\"", None)]
    #[case("\"$\"#,##0.00_);(\"$\"#,##0.00)", None)]
    #[case("[$-40C]d mmmm yyyy", None)]
    #[case("[$", None)]
    fn a_format_names_a_currency_other_than_the_euro(
        #[case] code: &str,
        #[case] currency: Option<&str>,
    ) {
        assert_eq!(NumberFormat::parse(code).currency, currency);
    }
}
