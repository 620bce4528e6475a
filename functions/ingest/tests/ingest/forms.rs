//! Files of every accepted form: text in several encodings, workbooks, and archives with one of them inside.

use super::setup::Shop;
use domain::Instant;
use rstest::rstest;
use std::io::{Cursor, Write as _};
use store::{Upload, UploadStatus};
use support::instant;
use zip::write::{SimpleFileOptions, ZipWriter};

fn now() -> Instant {
    instant("2026-11-29T20:00:00Z")
}

/// A shop whose files have many ranges.
async fn open() -> Shop {
    let mut shop = Shop::open(now).await;
    shop.app.range_bytes = 100;
    shop
}

/// The rows of the file of refused rows.
fn refused(shop: &Shop, upload: &Upload) -> Vec<String> {
    shop.refused_rows(upload).lines().map(str::to_owned).collect()
}

/// The reason of a file that is refused as a whole.
async fn reason(file: &[u8]) -> String {
    let upload = open().await.send(file, now()).await;
    assert_eq!(upload.status, UploadStatus::Refused, "{upload:?}");
    assert!(upload.explanation.is_some());
    upload.reason.unwrap()
}

fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn many_files() -> Vec<u8> {
    let names: Vec<String> = (0..100).map(|number| format!("{number}.txt")).collect();
    let mut files: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), &b"a"[..])).collect();
    files.push(("ventes.csv", SALES.as_bytes()));
    archive(&files)
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A sheet of a workbook: its name, its state, and the XML of its rows and of its merged cells.
struct Sheet<'a> {
    name: &'a str,
    state: &'a str,
    rows: &'a str,
    merged: &'a str,
}

fn visible<'a>(name: &'a str, rows: &'a str) -> Sheet<'a> {
    Sheet { name, state: "visible", rows, merged: "" }
}

/// The formats that cells name with `s`: 1 a day, 2 a moment, 3 a time, 4 a percentage, 5 a telephone number, 6 an
/// amount.
const STYLES: &str = r##"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>
    <numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy\ hh:mm"/>
    <numFmt numFmtId="166" formatCode="hh:mm"/><numFmt numFmtId="167" formatCode="0#&quot; &quot;##&quot; &quot;##&quot; &quot;##&quot; &quot;##"/>
    <numFmt numFmtId="168" formatCode="#,##0.00\ &quot;€&quot;"/></numFmts>
    <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="9"/>
    <xf numFmtId="167"/><xf numFmtId="168"/></cellXfs></styleSheet>"##;

fn workbook(sheets: &[Sheet<'_>], from_1904: bool) -> Vec<u8> {
    let (mut names, mut relations, mut parts) = (String::new(), String::new(), Vec::new());
    for (index, Sheet { name, state, rows, merged }) in sheets.iter().enumerate() {
        let id = index + 1;
        let sheet_tag =
            format!(r#"<sheet name="{name}" sheetId="{id}" state="{state}" r:id="rId{id}"/>"#);
        names.push_str(&sheet_tag);
        let relation = format!(
            r#"<Relationship Id="rId{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{id}.xml"/>"#
        );
        relations.push_str(&relation);
        let sheet = format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{merged}</worksheet>"#
        );
        parts.push((format!("xl/worksheets/sheet{id}.xml"), sheet));
    }
    let date_system = if from_1904 { r#"<workbookPr date1904="1"/>"# } else { "" };
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{date_system}<sheets>{names}</sheets></workbook>"#
        ),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#
        ),
    ));
    parts.push(("xl/styles.xml".to_owned(), STYLES.to_owned()));
    parts.push((
        "_rels/.rels".to_owned(),
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned(),
    ));
    parts.push((
        "[Content_Types].xml".to_owned(),
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#
            .to_owned(),
    ));
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, part)| (name.as_str(), part.as_bytes())).collect();
    archive(&parts)
}

/// A row of texts.
fn texts(number: u32, cells: &[&str]) -> String {
    let cell = |cell: &&str| format!(r#"<c t="inlineStr"><is><t>{cell}</t></is></c>"#);
    let cells = cells.iter().map(cell).collect::<Vec<_>>().concat();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

const HEADER: [&str; 5] = ["N° ticket", "Date", "Mobile", "Total TTC", "Carte demandée"];

fn ods(tables: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s">
        <office:automatic-styles><style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
        <office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
        ("META-INF/manifest.xml", b"<manifest/>"),
    ])
}

fn ods_texts(cells: &[&str]) -> String {
    let cell = |cell: &&str| {
        format!(
            r#"<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>"#
        )
    };
    let cells = cells.iter().map(cell).collect::<Vec<_>>().concat();
    format!("<table:table-row>{cells}</table:table-row>")
}

fn code_page_850(text: &str) -> Vec<u8> {
    let accents = [('é', 0x82), ('è', 0x8a), ('à', 0x85), ('ç', 0x87), ('ë', 0x89), ('°', 0xf8)];
    let byte = |c: char| {
        let accent = accents.iter().find(|(accent, _)| *accent == c).map(|(_, byte)| *byte);
        accent.unwrap_or_else(|| u8::try_from(c).unwrap())
    };
    text.chars().map(byte).collect()
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

/// A file with a title, in every form of text: two receipts, one of them refused on line 5.
const SALES: &str = "Ventes du 24;;;;\n\nNuméro ticket;Date;Mobile;Total;Carte demandée\n\
    F1;24/11/2026;06 39 98 00 12;10,00;oui\nF2;31/02/2026;06 39 98 00 13;10,00;oui\n";

#[rstest]
#[case::utf8(SALES.as_bytes().to_vec())]
#[case::windows_1252(SALES.chars().map(|c| u8::try_from(c).unwrap()).collect())]
#[case::code_page_850(code_page_850(SALES))]
#[case::utf16_with_mark(utf16(&format!("\u{feff}{SALES}"), u16::to_le_bytes))]
#[case::utf16_big_endian_with_mark(utf16(&format!("\u{feff}{SALES}"), u16::to_be_bytes))]
#[case::utf16_without_mark(utf16(SALES, u16::to_le_bytes))]
#[case::utf16_big_endian_without_mark(utf16(SALES, u16::to_be_bytes))]
#[case::gzip(gzip(SALES.as_bytes()))]
#[case::gzip_of_utf16(gzip(&utf16(SALES, u16::to_le_bytes)))]
#[case::zip(archive(&[("ventes été.csv", SALES.as_bytes())]))]
#[case::zip_of_code_page_850(archive(&[("ventes.txt", &code_page_850(SALES))]))]
#[case::zip_of_utf16(archive(&[("ventes.txt", &utf16(SALES, u16::to_be_bytes))]))]
#[case::zip_of_gzip(archive(&[("ventes.csv.gz", &gzip(SALES.as_bytes()))]))]
#[case::zip_of_macos(archive(&[("ventes.csv", SALES.as_bytes()), ("__MACOSX/._ventes.csv", b"x"), (".DS_Store", b"x")]))]
#[tokio::test]
async fn a_text_file_of_any_form_is_read_and_its_lines_are_those_of_the_file(
    #[case] file: Vec<u8>,
) {
    let shop = open().await;
    let upload = shop.send(&file, now()).await;
    let rows = upload.report.rows;
    assert_eq!((rows.read, rows.accepted, rows.refused), (2, 1, 1), "{upload:?}");
    let refused = refused(&shop, &upload);
    assert!(refused[0].ends_with("Numéro ticket;Date;Mobile;Total;Carte demandée"), "{refused:?}");
    assert!(refused[1].starts_with("5;") && refused[1].contains("F2;31/02/2026"), "{refused:?}");
}

#[rstest]
#[case("title-above-header.csv", 1, 0, 10)]
#[case("unicode-text.txt", 1, 0, 10)]
#[case("ventes.xlsx", 3, 0, 12 + 1234 + 12)]
#[case("days-since-1904.xlsx", 30, 1, 30 * 12)]
#[case("formula-without-value.xlsx", 30, 1, 30 * 12)]
#[case("sales.ods", 1, 0, 12)]
#[tokio::test]
async fn a_file_that_a_program_wrote_is_read(
    #[case] name: &str,
    #[case] accepted: u64,
    #[case] refused: u64,
    #[case] points: i64,
) {
    let shop = open().await;
    let upload = shop.send(&data(name), now()).await;
    let rows = upload.report.rows;
    assert_eq!((rows.accepted, rows.refused), (accepted, refused), "{upload:?}");
    assert_eq!(upload.report.points, points);
}

#[tokio::test]
async fn a_workbook_has_days_times_amounts_and_telephone_numbers_as_numbers() {
    let shop = open().await;
    let header = texts(4, &["N° ticket", "Date", "Heure", "Mobile", "Total TTC", "Carte demandée"]);
    let rows = format!(
        r#"<row r="1"><c t="inlineStr"><is><t>Ventes</t></is></c><c/><c/></row>{header}
        <row r="5"><c><v>1001</v></c><c s="1"><v>46350</v></c><c s="3"><v>0.58680555555</v></c><c s="5"><v>639980012</v></c><c s="6"><v>12.499999999999998</v></c><c t="b"><v>1</v></c></row>
        <row r="6"><c><v>1002.0</v></c><c s="2"><v>46350.5868055555</v></c><c/><c><v>639980013.0</v></c><c><v>1234.5</v></c><c t="b"><v>1</v></c></row>
        <row r="8"><c><v>1003</v></c><c t="e"><v>#REF!</v></c><c/><c><v>639980014</v></c><c><v>10</v></c><c t="b"><v>1</v></c></row>"#
    );
    let upload = shop.send(&workbook(&[visible("Ventes", &rows)], false), now()).await;
    let counts = upload.report.rows;
    assert_eq!(
        (counts.read, counts.accepted, counts.refused),
        (3, 2, 1),
        "{:?}",
        refused(&shop, &upload)
    );
    assert_eq!((upload.report.members_created, upload.report.points), (2, 12 + 1234));
    let refused = refused(&shop, &upload);
    assert!(refused[1].starts_with("8;") && refused[1].contains("1003;#REF!"), "{refused:?}");
}

#[tokio::test]
async fn a_number_in_a_column_of_days_or_times_is_one_without_a_format_too() {
    let xlsx = workbook(
        &[visible(
            "Ventes",
            &(texts(1, &["ticket", "date", "heure", "total", "mobile", "carte demandée"])
                + r#"<row r="2"><c><v>46350</v></c><c><v>46350</v></c><c><v>0.5</v></c><c><v>46350</v></c><c><v>639980012</v></c><c><v>1</v></c></row>
                <row r="3"><c><v>2</v></c><c><v>20261124</v></c><c/><c><v>10</v></c><c><v>639980012</v></c><c><v>1</v></c></row>"#),
        )],
        false,
    );
    let float = |value: &str| {
        format!(
            r#"<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>"#
        )
    };
    let row = ["46350", "46350", "0.5", "46350", "639980012", "1"].map(float).concat();
    let header = ods_texts(&["ticket", "date", "heure", "total", "mobile", "carte demandée"]);
    let ods = ods(&format!(
        r#"<table:table table:name="Ventes">{header}<table:table-row>{row}</table:table-row></table:table>"#
    ));
    for (file, accepted, points) in [(xlsx, 2, 46_350 + 10), (ods, 1, 46_350)] {
        let shop = open().await;
        let upload = shop.send(&file, now()).await;
        assert_eq!(
            (upload.report.rows.accepted, upload.report.points),
            (accepted, points),
            "{upload:?}"
        );
    }
}

#[tokio::test]
async fn a_merged_receipt_number_day_and_customer_count_for_each_row_that_they_span() {
    let header =
        ["N° ticket", "Date", "Mobile", "Carte demandée", "Libellé", "Montant ligne", "Total TTC"];
    let rows = texts(1, &["Ventes"])
        + &texts(3, &header)
        + r#"<row r="4"><c r="A4"><v>1</v></c><c r="B4" s="1"><v>46350</v></c><c r="C4"><v>639980012</v></c><c r="D4"><v>1</v></c><c r="E4"><v>1</v></c><c r="F4"><v>2</v></c><c r="G4"><v>9</v></c></row>
        <row r="5"><c r="A5"/><c r="E5"><v>2</v></c><c r="F5"><v>3</v></c></row>
        <row r="6"><c r="B6" s="1"><v>46350</v></c><c r="E6"><v>3</v></c><c r="F6"><v>4</v></c></row>
        <row r="8"><c r="A8"><v>2</v></c><c r="B8" s="1"><v>46350</v></c><c r="C8"><v>639980012</v></c><c r="E8"><v>1</v></c><c r="F8"><v>5</v></c><c r="G8"><v>5</v></c></row>"#;
    let merged = r#"<mergeCells count="7"><mergeCell ref="A1:G2"/><mergeCell ref="A4:A7"/><mergeCell ref="B4:B5"/><mergeCell ref="C4:C7"/>
        <mergeCell ref="D4:D7"/><mergeCell ref="G4:G7"/><mergeCell ref="E8:F8"/></mergeCells>"#;
    let sheet = Sheet { merged, ..visible("Ventes", &rows) };
    let shop = open().await;
    let upload = shop.send(&workbook(&[sheet], false), now()).await;
    let counts = upload.report.rows;
    assert_eq!((counts.accepted, counts.refused), (4, 0), "{:?}", upload.report);
    assert_eq!((upload.report.members_created, upload.report.points), (1, 9 + 5));
}

#[tokio::test]
async fn a_day_that_is_shown_as_a_time_is_the_day_and_the_time() {
    let rows = texts(1, &["N° ticket", "Date", "Heure", "Mobile", "Total TTC", "Carte demandée"])
        + r#"<row r="2"><c><v>1</v></c><c s="3"><v>46350.5868055555</v></c><c/><c><v>639980012</v></c><c><v>10</v></c><c t="b"><v>1</v></c></row>
        <row r="3"><c><v>2</v></c><c s="1"><v>46350</v></c><c s="2"><v>46350.5868055555</v></c><c><v>639980012</v></c><c><v>10</v></c><c t="b"><v>1</v></c></row>"#;
    let shop = open().await;
    let upload = shop.send(&workbook(&[visible("Ventes", &rows)], false), now()).await;
    let counts = upload.report.rows;
    assert_eq!((counts.accepted, counts.refused), (2, 0), "{:?}", upload.report);
}

#[tokio::test]
async fn an_amount_without_a_format_is_rounded_only_where_the_rest_comes_from_a_sum() {
    let amounts = ["29.990000000000002", "12.499999999999998", "12.500000000001", "12.504"];
    let row = |(number, amount): (u32, &str)| {
        format!(
            r#"<row r="{number}"><c><v>{number}</v></c><c s="1"><v>46350</v></c><c><v>639980012</v></c><c><v>{amount}</v></c><c t="b"><v>1</v></c></row>"#
        )
    };
    let rows = texts(1, &HEADER) + &(2..).zip(amounts).map(row).collect::<Vec<_>>().concat();
    let shop = open().await;
    let upload = shop.send(&workbook(&[visible("Ventes", &rows)], false), now()).await;
    let refused = refused(&shop, &upload);
    assert_eq!((upload.report.rows.accepted, upload.report.points), (3, 29 + 12 + 12));
    assert!(refused.len() == 2 && refused[1].contains("12.504"), "{refused:?}");
}

#[tokio::test]
async fn a_workbook_of_1904_has_the_same_days() {
    let shop = open().await;
    let rows = texts(1, &HEADER)
        + r#"<row r="2"><c t="inlineStr"><is><t>M1</t></is></c><c s="1"><v>44888</v></c><c><v>639980012</v></c><c><v>10</v></c><c t="b"><v>1</v></c></row>
        <row r="3"><c t="inlineStr"><is><t>M2</t></is></c><c s="1"><v>46350</v></c><c><v>639980012</v></c><c><v>10</v></c><c t="b"><v>1</v></c></row>"#;
    let upload = shop.send(&workbook(&[visible("Ventes", &rows)], true), now()).await;
    let refused = refused(&shop, &upload);
    assert_eq!(upload.report.rows.accepted, 1, "{refused:?}");
    assert!(refused[1].starts_with("3;") && refused[1].contains("M2;2030-11-25"), "{refused:?}");
}

#[tokio::test]
async fn of_several_sheets_the_first_visible_one_with_a_header_is_read_and_named() {
    let row =
        |number, receipt| texts(number, &[receipt, "24/11/2026", "06 39 98 00 12", "10,00", "oui"]);
    let hidden = texts(1, &HEADER) + &row(2, "H1");
    let (notes, first) = (texts(1, &["Notes"]), texts(1, &HEADER) + &row(2, "S1"));
    let second = texts(1, &HEADER) + &row(2, "S2") + &row(3, "S3");
    let sheets = [
        Sheet { name: "Brouillon", state: "hidden", rows: &hidden, merged: "" },
        visible("Notes", &notes),
        visible("Novembre", &first),
        visible("Octobre", &second),
    ];
    let upload = open().await.send(&workbook(&sheets, false), now()).await;
    assert_eq!((upload.report.rows.read, upload.report.rows.accepted), (1, 1));
    assert_eq!(upload.reason.as_deref(), Some("sheet_read"));
    assert!(upload.explanation.unwrap().contains("« Novembre »"));
    let upload = open().await.send(&workbook(&sheets[1..3], false), now()).await;
    assert_eq!((upload.report.rows.accepted, upload.reason), (1, None));
}

#[tokio::test]
async fn an_opendocument_workbook_is_read_and_its_hidden_sheets_are_not() {
    let hidden =
        ods_texts(&HEADER) + &ods_texts(&["H1", "24/11/2026", "06 39 98 00 12", "10,00", "oui"]);
    let sales = ods_texts(&["Ventes du mois"])
        + r#"<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>"#
        + &ods_texts(&HEADER)
        + r#"<table:table-row><table:table-cell office:value-type="string"><text:p>O1</text:p></table:table-cell>
        <table:table-cell office:value-type="date" office:date-value="2026-11-24T14:05:00"><text:p>24/11/26 14:05</text:p></table:table-cell>
        <table:table-cell office:value-type="float" office:value="639980012"><text:p>06 39 98 00 12</text:p></table:table-cell>
        <table:table-cell office:value-type="currency" office:currency="EUR" office:value="1234.5"><text:p>1 234,50 €</text:p></table:table-cell>
        <table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>VRAI</text:p></table:table-cell></table:table-row>"#
        + &ods_texts(&["O2", "31/02/2026", "06 39 98 00 13", "10,00", "oui"])
        + r#"<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>"#;
    let file = ods(&format!(
        r#"<table:table table:name="Brouillon" table:style-name="ta1">{hidden}</table:table><table:table table:name="Ventes">{sales}</table:table>"#
    ));
    for file in [archive(&[("ventes.ods", &file)]), file] {
        let shop = open().await;
        let upload = shop.send(&file, now()).await;
        assert_eq!((upload.report.rows.accepted, upload.report.rows.refused), (1, 1), "{upload:?}");
        assert_eq!((upload.report.members_created, upload.report.points), (1, 1234));
        assert!(refused(&shop, &upload)[1].starts_with("7;"));
    }
}

#[rstest]
#[case::text("LISEZMOI.txt", "Ventes de novembre ; date et total TTC à vérifier\n".as_bytes())]
#[case::notes("notes.csv", b"Date;Remarque\n24/11/2026;vu\n")]
#[case::nothing("vide.txt", b"")]
#[case::pdf("bon.pdf", b"%PDF-1.7")]
#[case::picture("logo.png", b"\x89PNG")]
#[case::letter("lettre.docx", &archive(&[("[Content_Types].xml", b"x"), ("word/document.xml", b"x")]))]
#[case::compressed("notes.txt.gz", &gzip(b"Bonjour"))]
#[tokio::test]
async fn of_an_archive_with_one_file_of_sales_that_file_is_read_and_named(
    #[case] other: &str,
    #[case] content: &[u8],
) {
    let workbook = data("ventes.xlsx");
    for (name, sales, accepted) in [("ventes.csv", SALES.as_bytes(), 1), ("été.xlsx", &workbook, 3)]
    {
        let sales = (name, sales);
        for files in [[sales, (other, content)], [(other, content), sales]] {
            let with_added = [files[0], (".DS_Store", b"x"), files[1]];
            let upload = open().await.send(&archive(&with_added), now()).await;
            assert_eq!(upload.report.rows.accepted, accepted, "{upload:?}");
            assert_eq!(upload.reason.as_deref(), Some("archive_file_read"));
            assert!(upload.explanation.unwrap().contains(&format!("« {name} »")));
        }
    }
}

#[tokio::test]
async fn a_note_on_the_sheets_of_a_workbook_in_an_archive_precedes_one_on_the_archive() {
    let rows =
        texts(1, &HEADER) + &texts(2, &["S1", "24/11/2026", "06 39 98 00 12", "10,00", "oui"]);
    let workbook = workbook(&[visible("Novembre", &rows), visible("Octobre", &rows)], false);
    let file = archive(&[("ventes.xlsx", &workbook), ("LISEZMOI.txt", b"Bonjour")]);
    let upload = open().await.send(&file, now()).await;
    assert_eq!(upload.reason.as_deref(), Some("sheet_read"));
}

#[rstest]
#[case::files_of_sales_of_two_forms(archive(&[("a.csv", SALES.as_bytes()), ("b.csv.gz", &gzip(SALES.as_bytes()))]), "archive_files")]
#[case::sales_and_a_workbook(archive(&[("a.csv", SALES.as_bytes()), ("b.xlsx", &data("ventes.xlsx"))]), "archive_files")]
#[case::sales_and_an_old_workbook(archive(&[("a.csv", SALES.as_bytes()), ("b.xls", b"\xd0\xcf\x11\xe0")]), "archive_files")]
#[case::no_sales_in_several_files(archive(&[("a.txt", b"a"), ("b.txt", b"b")]), "archive_files")]
#[case::more_files_than_are_looked_at(many_files(), "archive_files")]
#[case::text_beside_an_archive(archive(&[("a.zip", &archive(&[("a.csv", b"a")])), ("b.txt", b"b")]), "archive_nested")]
#[case::bomb_beside_text(archive(&[("a.csv", &[SALES.as_bytes(), &vec![b'a'; 5_000_000]].concat()), ("b.txt", b"b")]), "expands_too_large")]
#[case::several_files(archive(&[("a.csv", SALES.as_bytes()), ("b.csv", SALES.as_bytes())]), "archive_files")]
#[case::no_file(archive(&[]), "archive_files")]
#[case::archive_in_an_archive(archive(&[("a.zip", &archive(&[("a.csv", b"a")]))]), "archive_nested")]
#[case::archive_in_gzip(gzip(&archive(&[("a.csv", b"a")])), "archive_nested")]
#[case::cut_archive(archive(&[("a.csv", SALES.as_bytes())])[..60].to_vec(), "archive_unreadable")]
#[case::bomb(archive(&[("a.csv", &vec![b'a'; 5_000_000])]), "expands_too_large")]
#[case::gzip_bomb(gzip(&vec![b'a'; 5_000_000]), "expands_too_large")]
#[case::old_workbook(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "workbook_old")]
#[case::page_named_xls(b"\r\n<HTML><table><tr><td>ticket</td></tr></table></html>".to_vec(), "workbook_old")]
#[case::workbook_of_2003(b"<?xml version=\"1.0\"?><Workbook></Workbook>".to_vec(), "workbook_old")]
#[case::broken_workbook(archive(&[("[Content_Types].xml", b"x")]), "workbook_unreadable")]
#[case::broken_opendocument(archive(&[("content.xml", b"<a>")]), "workbook_unreadable")]
#[case::empty_workbook(workbook(&[visible("Feuil1", "")], false), "file_empty")]
#[case::workbook_without_header(workbook(&[visible("A", &texts(1, &["a"])), visible("B", "")], false), "header_unknown")]
#[case::workbook_of_customers(workbook(&[visible("A", &texts(1, &["Nom", "Mobile"]))], false), "header_incomplete")]
#[case::picture(b"\x89PNG".to_vec(), "file_not_text")]
#[case::empty(Vec::new(), "file_empty")]
#[case::large(vec![b'a'; 2_000_001], "file_too_large")]
#[case::long_line(vec![b'a'; 70_000], "header_too_long")]
#[case::many_columns(format!("{}{}\n", "ticket;date;total;", "x;".repeat(20_000)).into_bytes(), "too_many_columns")]
#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_with_its_reason(
    #[case] file: Vec<u8>,
    #[case] expected: &str,
) {
    assert_eq!(reason(&file).await, expected);
}

#[tokio::test]
async fn an_archive_with_a_password_is_refused() {
    let mut protected = archive(&[("a.csv", SALES.as_bytes())]);
    let entry = protected.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    for flags in [6, entry + 8] {
        protected[flags] |= 1;
    }
    assert_eq!(reason(&protected).await, "archive_protected");
}

#[tokio::test]
async fn a_file_with_a_header_only_says_so() {
    for file in ["ticket;date;total\n", "ticket;date;total\r\n;;\r\n"] {
        let upload = open().await.send(file.as_bytes(), now()).await;
        assert_eq!((upload.status, upload.report.rows.read), (UploadStatus::Finished, 0));
        assert_eq!(upload.reason.as_deref(), Some("file_without_rows"));
        assert!(upload.explanation.unwrap().contains("aucune ligne"));
    }
}

/// Tills write numbers as formulas of a text, so that spreadsheets keep the zeros before them.
#[tokio::test]
async fn cells_that_are_formulas_of_a_text_are_read_and_come_back_after_a_correction() {
    let file = "Numéro ticket;Date;Mobile;Total;Carte demandée\n\
        =\"0012\";=\"31/02/2026\";=\"0639980012\";10,00;oui\n\
        =\"0013\";=\"24/11/2026\";=\"0639980012\";10,00;oui\n\
        =\"0013\";=\"23/11/2026\";=\"0639980012\";5,00;oui\n";
    let shop = open().await;
    let upload = shop.send(file.as_bytes(), now()).await;
    let rows = upload.report.rows;
    assert_eq!((rows.accepted, rows.refused, upload.report.points), (2, 1, 15), "{upload:?}");
    let corrected = shop.refused_rows(&upload).replace("31/02/2026", "24/11/2026");
    let upload = open().await.send(corrected.as_bytes(), now()).await;
    assert_eq!((upload.report.rows.accepted, upload.report.points), (1, 10), "{corrected}");
}

#[rstest]
#[case::alone("\n\u{1a}")]
#[case::after_the_last_cell("\u{1a}")]
#[tokio::test]
async fn the_sign_for_the_end_of_a_file_of_ms_dos_is_no_row(#[case] end: &str) {
    let file =
        format!("ticket;date;mobile;total;carte demandée\nA;24/11/2026;0639980012;10,00;oui{end}");
    let upload = open().await.send(file.as_bytes(), now()).await;
    let rows = upload.report.rows;
    assert_eq!((rows.read, rows.accepted, rows.refused), (1, 1, 0), "{upload:?}");
}

#[tokio::test]
async fn a_refused_row_never_becomes_a_formula_at_another_separator() {
    let shop = open().await;
    let upload = shop.send(&data("formula.csv"), now()).await;
    assert_eq!((upload.report.rows.accepted, upload.report.rows.refused), (0, 1));
    for line in refused(&shop, &upload) {
        for cell in line.split([',', ';', '\t']) {
            let cell = cell.trim_start_matches(['"', ' ']);
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{line}");
        }
    }
}
