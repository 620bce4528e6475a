//! Titles above the header, which are no CSV.

use super::{numbers, plan, read, refusals};
use crate::file::FileRefusal;
use crate::file::splitter::LIMIT;
use rstest::rstest;
use std::fmt::Write;

const HEADER: &str = "ticket;date;mobile;total;nom\n";
const QUOTED_HEADER: &str = "\"mobile\";\"ticket\";\"date\";\"total\"\n";
const ROW: &str = "A;24/11/2026;0639980001;10,00;\"Dupont\"\nB;31/02/2026;0639980001;10,00;\n";
const QUOTED_ROW: &str = "\"0639980001\";\"A\";\"24/11/2026\";\"10,00\"\n\
                          \"0639980001\";\"B\";\"31/02/2026\";\"10,00\"\n";

#[rstest]
#[case::within_a_title("Ventes \"Été\n", 1)]
#[case::before_a_title("\"Ventes Été\n", 1)]
#[case::before_a_later_cell("Magasin;\"Vieux-Port\n\n", 2)]
#[case::in_two_titles("\"Ventes Été\nMagasin;\"Vieux-Port\n", 2)]
#[case::in_three_titles("\"Ventes\n\"Été\n;\"Vieux-Port\n", 3)]
#[case::around_a_title("\"Ventes \"\"Été\"\"\";\n", 1)]
#[case::around_two_lines("\"Ventes du magasin\nde l'été\";\n", 2)]
#[case::not_doubled("\"Ventes \"Été\"\n\n", 2)]
#[case::after_a_hint("sep=;\n\"Ventes Été\n", 2)]
fn a_quote_in_a_title_does_not_swallow_the_header(#[case] titles: &str, #[case] lines: u64) {
    for (header, row) in [(HEADER, ROW), (QUOTED_HEADER, QUOTED_ROW)] {
        for file in [
            format!("{titles}{header}{row}"),
            format!("\u{feff}{titles}{header}{row}"),
            format!("{titles}{header}{row}").replace('\n', "\r\n"),
            format!("{titles}{header}{row}").replace('\n', "\r"),
        ] {
            let items = read(file.as_bytes());
            assert_eq!(numbers(&items), ["A"], "{file:?}");
            let refused: Vec<u64> = refusals(&items).into_iter().map(|(line, _)| line).collect();
            assert_eq!(refused, [lines + 3], "{file:?}");
            let columns = plan(file.as_bytes(), 1000, 7).unwrap().dialect.header;
            let names = header.trim().replace('"', "");
            assert_eq!(columns.join(";"), names, "{file:?}");
        }
    }
}

#[test]
fn a_quote_in_a_title_of_a_long_file_does_not_swallow_the_header() {
    let mut file = format!("\"Ventes Été\n{HEADER}");
    let mut receipts = 0;
    while file.len() < 2 * LIMIT {
        writeln!(file, "R{receipts};24/11/2026;0639980001;10,00;").unwrap();
        receipts += 1;
    }
    let items = read(file.as_bytes());
    assert_eq!((numbers(&items).len(), refusals(&items).len()), (receipts, 0));
}

#[test]
fn a_name_of_a_column_on_two_lines_is_one_name() {
    let file = "\"N°\nticket\";\"Autre\nmobile\";date;total\nA;0639980001;24/11/2026;10,00\n";
    let plan = plan(file.as_bytes(), 1000, 1000).unwrap();
    assert_eq!(plan.dialect.header, ["N°\nticket", "Autre\nmobile", "date", "total"]);
    assert_eq!((plan.rows, plan.ranges[0].first_line), (1, 4));
}

#[test]
fn quotes_alone_are_no_header() {
    let file = "\"a\n".repeat(LIMIT);
    assert_eq!(plan(file.as_bytes(), 1000, 1 << 16), Err(FileRefusal::HeaderUnknown));
}
