//! The items of a file do not depend on its ranges and chunks.

use super::{data, plan, read_planned};
use crate::file::Plan;
use domain::Sector;
use proptest::prelude::*;
use rstest::rstest;

/// The ranges follow one another from the first row to the end of the file.
fn assert_contiguous(plan: &Plan, file: &[u8]) {
    for pair in plan.ranges.windows(2) {
        assert_eq!(pair[0].end, pair[1].start);
        assert!(pair[0].first_line < pair[1].first_line);
    }
    if let Some(last) = plan.ranges.last() {
        assert_eq!(last.end, u64::try_from(file.len()).unwrap());
    }
}

#[rstest]
#[case("receipts-utf8-bom-crlf.csv")]
#[case("lines.csv")]
#[case("scattered-receipt.csv")]
#[case("quoted-newlines.csv")]
#[case("quote-never-closed.csv")]
#[case("unquoted-delimiter.csv")]
#[case("row-of-no-receipt.csv")]
#[case("old-mac-line-ends.csv")]
fn a_file_gives_the_same_items_in_one_range_or_in_many(#[case] name: &str) {
    let file = data(name);
    let whole = plan(&file, u64::MAX, file.len()).unwrap();
    let expected = read_planned(&file, &whole, file.len(), Sector::Retail);
    for range_bytes in [1, 40, 100] {
        for chunk in [1, 3, 4096] {
            let cut = plan(&file, range_bytes, chunk).unwrap();
            assert_contiguous(&cut, &file);
            assert_eq!(cut.dialect, whole.dialect);
            assert_eq!(cut.rows, whole.rows);
            assert_eq!(cut.scattered, whole.scattered);
            assert!(read_planned(&file, &cut, chunk, Sector::Retail) == expected);
        }
    }
}

#[test]
fn a_receipt_is_never_cut() {
    let file = data("lines.csv");
    let plan = plan(&file, 1, 16).unwrap();
    assert_eq!(plan.ranges.iter().map(|range| range.first_line).collect::<Vec<_>>(), [2, 4, 5]);
}

/// Good and bad rows, and parts of rows, that make every kind of boundary likely.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let cells = prop_oneof![
        4 => prop::sample::select(vec!["1", "2", "3", "4", "5", "6", ""]).prop_map(String::from),
        1 => prop::sample::select(vec!["24/11/2026", "23/11/2026", "hier", "Total", "Sous-total :"]).prop_map(String::from),
        1 => prop::sample::select(vec!["\"a\nb\"", "\"a\r\nb;c\"", "é", "\"\"\"x\"", "x\"y"]).prop_map(String::from),
    ];
    let end = prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n"]);
    let row = (
        prop::sample::select(vec!["1", "2", "3", "4", "5", "", " 2 ", "Total"]),
        prop::sample::select(vec![
            "24/11/2026",
            "23/11/2026",
            "31/02/2026",
            "11/05/2026",
            "11/24/2026",
            "24 nov. 2026",
            "",
        ]),
        prop::sample::select(vec!["", "1", "2"]),
        cells,
        prop::sample::select(vec!["1,00", "2,50", "-1,00", "x", ""]),
        end.clone(),
    )
        .prop_map(|(number, date, register, label, amount, end)| {
            format!("{number};{date};{register};{label};{amount}{end}").into_bytes()
        });
    let bad = prop::sample::select(vec![
        b"1;24/11/2026;1;\"open;1,00\n".to_vec(),
        b"2;24/11/2026;1;a;b;c;1,00\n".to_vec(),
        b"3;24/11/2026;1;\0;1,00\r".to_vec(),
        b"4;24/11/2026;1;\xe9;1,00\n".to_vec(),
        b"\n".to_vec(),
        b"\r\n\r\n".to_vec(),
        b";;;;\n".to_vec(),
        b"\"".to_vec(),
        [b"5;24/11/2026;1;".as_slice(), &[b'z'; 70_000], b";1,00\n"].concat(),
    ]);
    prop_oneof![12 => row, 1 => bad]
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    (any::<bool>(), prop::collection::vec(piece(), 0..40)).prop_map(|(lines, pieces)| {
        let header = if lines {
            "ticket;date;caisse;libelle;montant ligne\n"
        } else {
            "ticket;date;caisse;note;total\r\n"
        };
        [header.as_bytes().to_vec(), pieces.concat()].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_file_gives_the_same_items_however_it_is_cut(
        file in file(),
        range_bytes in 1_u64..400,
        planned_by in 1_usize..500,
        read_by in 1_usize..500,
    ) {
        let whole = plan(&file, u64::MAX, file.len()).unwrap();
        let cut = plan(&file, range_bytes, planned_by).unwrap();
        assert_contiguous(&cut, &file);
        prop_assert_eq!(&cut.dialect, &whole.dialect);
        prop_assert_eq!(cut.rows, whole.rows);
        prop_assert_eq!(&cut.scattered, &whole.scattered);
        let expected = read_planned(&file, &whole, file.len(), Sector::Retail);
        let items = read_planned(&file, &cut, read_by, Sector::Retail);
        prop_assert!(items == expected, "{}\n---\n{}", super::shown(&items), super::shown(&expected));
        let rows: u64 = items.iter().map(|item| match item {
            crate::file::Item::Receipt(receipt) => u64::from(receipt.rows),
            crate::file::Item::Refused(_) => 1,
        }).sum();
        prop_assert_eq!(rows, cut.rows, "no row is lost");
    }
}
