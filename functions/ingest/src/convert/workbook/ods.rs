//! A workbook of `LibreOffice` (`.ods`), read cell by cell. The library for workbooks would hold the whole sheet, and
//! every repetition of a cell, in memory.

use super::choice::Choice;
use super::moments::Moments;
use super::number_format::NumberFormat;
use super::sheet::SheetWriter;
use super::value;
use super::xml::{Xml, attribute};
use crate::convert::archive::Archive;
use crate::convert::head;
use crate::convert::output::Output;
use crate::convert::stop::Stop;
use crate::file::{FileRefusal, MAX_COLUMNS, MAX_ROW_BYTES};
use crate::file_note::FileNote;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::collections::HashSet;
use std::io::{BufReader, Read};

/// The part with all sheets.
pub(super) const PART: &str = "content.xml";

/// Reads the sheet with the purchases. The workbook is read twice.
pub(super) fn read(archive: &mut Archive, out: &mut Output) -> Result<Option<FileNote>, Stop> {
    let mut choice = Choice::default();
    let mut document = Document::open(archive)?;
    let mut index = 0;
    while let Some(table) = document.next_table()? {
        if table.is_hidden {
            document.skip("table:table")?;
        } else {
            let mut is_whole = false;
            let looked_at = head::look_at(|sink| {
                document.read_table(&Moments::default(), sink)?;
                is_whole = true;
                Ok(())
            })?;
            if !is_whole {
                document.skip("table:table")?;
            }
            choice.add(index, &table.name, looked_at);
        }
        index += 1;
    }
    drop(document);
    let (chosen, note) = choice.decide()?;
    let mut document = Document::open(archive)?;
    for _ in 0..chosen.index {
        document.next_table()?;
        document.skip("table:table")?;
    }
    document.next_table()?;
    document.read_table(&chosen.moments, &mut |line| out.add(line))?;
    Ok(note)
}

struct Table {
    name: String,
    is_hidden: bool,
}

/// The document with all sheets, read from its beginning.
struct Document<R: Read> {
    xml: Xml<R>,
    /// The styles of hidden sheets.
    hidden: HashSet<String>,
    /// The days from 30 December 1899 to the document's day zero.
    day_zero: f64,
}

impl<'a> Document<zip::read::ZipFile<'a, BufReader<std::fs::File>>> {
    fn open(archive: &'a mut Archive) -> Result<Self, Stop> {
        let content = archive.by_name(PART).map_err(|_| FileRefusal::WorkbookUnreadable)?;
        Ok(Self::new(content))
    }
}

impl<R: Read> Document<R> {
    fn new(content: R) -> Self {
        Self { xml: Xml::new(content), hidden: HashSet::new(), day_zero: 0.0 }
    }

    fn next(&mut self) -> Result<Event<'_>, Stop> {
        self.xml.next()
    }

    /// Reads to the beginning of the next sheet; `None` after the last one.
    fn next_table(&mut self) -> Result<Option<Table>, Stop> {
        let mut style = None;
        loop {
            match self.next()? {
                Event::Start(tag) => match tag.name().as_ref() {
                    "style:style" => style = attribute(&tag, "style:name"),
                    "style:table-properties" => {
                        let is_hidden =
                            attribute(&tag, "table:display").as_deref() == Some("false");
                        if let Some(style) = style.take().filter(|_| is_hidden) {
                            self.hidden.insert(style);
                        }
                    }
                    "table:null-date" => {
                        let day = attribute(&tag, "table:date-value");
                        self.day_zero = day.as_deref().and_then(value::serial).unwrap_or_default();
                    }
                    "table:table" => {
                        let name = attribute(&tag, "table:name").unwrap_or_default();
                        let style = attribute(&tag, "table:style-name").unwrap_or_default();
                        return Ok(Some(Table { name, is_hidden: self.hidden.contains(&style) }));
                    }
                    _ => {}
                },
                Event::End(tag) if tag.name().as_ref() == "office:spreadsheet" => return Ok(None),
                _ => {}
            }
        }
    }

    /// Reads to the end of the element that began.
    fn skip(&mut self, name: &str) -> Result<(), Stop> {
        let mut depth = 1_u32;
        while depth > 0 {
            match self.next()? {
                Event::Start(tag) if tag.name().as_ref() == name => depth += 1,
                Event::End(tag) if tag.name().as_ref() == name => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the rows of the sheet that began.
    fn read_table(
        &mut self,
        moments: &Moments,
        sink: &mut dyn FnMut(&[u8]) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut writer = SheetWriter::new(sink);
        let mut number = 0_u32;
        loop {
            let mut repeated = 0;
            let mut other = None;
            match self.next()? {
                Event::Start(tag) => match tag.name().as_ref() {
                    "table:table-row" => repeated = repetitions(&tag, "table:number-rows-repeated"),
                    name @ ("table:shapes" | "office:forms") => other = Some(name.to_owned()),
                    _ => {}
                },
                Event::End(tag) if tag.name().as_ref() == "table:table" => return writer.finish(),
                _ => {}
            }
            if let Some(other) = other {
                self.skip(&other)?;
            }
            if repeated > 0 {
                let row = self.read_row(moments)?;
                if !row.is_empty() {
                    for repetition in 0..repeated {
                        let place = number.saturating_add(repetition);
                        for PlacedCell { column, rows, text } in &row {
                            writer.put(place, *column, text)?;
                            if *rows > 1 && moments.is_key(*column) {
                                writer.span(place.saturating_add(rows - 1), *column, text);
                            }
                        }
                    }
                }
                number = number.saturating_add(repeated);
            }
        }
    }

    /// The cells of a row that are not empty. A cell that another one covers does not show. The cells after
    /// [`MAX_ROW_BYTES`] bytes are left out: a row of that size is refused.
    fn read_row(&mut self, moments: &Moments) -> Result<Vec<PlacedCell>, Stop> {
        let widest = u32::try_from(MAX_COLUMNS).unwrap_or(u32::MAX);
        let (mut row, mut column, mut bytes) = (Vec::new(), 0_u32, 0);
        loop {
            let cell = match self.next()? {
                Event::Start(tag)
                    if matches!(
                        tag.name().as_ref(),
                        "table:table-cell" | "table:covered-table-cell"
                    ) =>
                {
                    Some((RawCell::of(&tag), repetitions(&tag, "table:number-columns-repeated")))
                }
                Event::End(tag) if tag.name().as_ref() == "table:table-row" => return Ok(row),
                _ => None,
            };
            let Some((cell, repeated)) = cell else { continue };
            let shown = self.read_shown()?;
            let day_zero = self.day_zero;
            let text = cell.text(shown, |number| moments.read(column, number + day_zero, false));
            if !text.trim().is_empty() && !cell.is_covered {
                let last =
                    column.saturating_add(repeated.saturating_sub(1)).min(widest.max(column));
                for place in column..=last {
                    if bytes > MAX_ROW_BYTES {
                        break;
                    }
                    bytes += text.len() + 1;
                    row.push(PlacedCell { column: place, rows: cell.rows, text: text.clone() });
                }
            }
            column = column.saturating_add(repeated);
        }
    }

    /// The text that a cell shows: its paragraphs, without its comment.
    fn read_shown(&mut self) -> Result<String, Stop> {
        let mut shown = String::new();
        let (mut in_paragraph, mut depth) = (0_u32, 1_u32);
        loop {
            let mut is_comment = false;
            match self.next()? {
                Event::Start(tag) => match tag.name().as_ref() {
                    "office:annotation" => is_comment = true,
                    "table:table-cell" | "table:covered-table-cell" => depth += 1,
                    "text:p" => {
                        in_paragraph += 1;
                        if !shown.is_empty() {
                            shown.push(' ');
                        }
                    }
                    "text:s" | "text:tab" | "text:line-break" => shown.push(' '),
                    _ => {}
                },
                Event::End(tag) => match tag.name().as_ref() {
                    "table:table-cell" | "table:covered-table-cell" => {
                        depth -= 1;
                        if depth == 0 {
                            return Ok(shown);
                        }
                    }
                    "text:p" => in_paragraph = in_paragraph.saturating_sub(1),
                    _ => {}
                },
                Event::Text(text) if in_paragraph > 0 && shown.len() <= MAX_ROW_BYTES => {
                    shown.push_str(&text.xml10_content());
                }
                Event::GeneralRef(reference) if in_paragraph > 0 => {
                    shown.extend(character(&reference));
                }
                _ => {}
            }
            if is_comment {
                self.skip("office:annotation")?;
            }
        }
    }
}

/// A cell that is not empty.
struct PlacedCell {
    column: u32,
    /// The number of rows of a merged cell.
    rows: u32,
    text: String,
}

/// The attributes of a cell.
struct RawCell {
    kind: String,
    value: Option<String>,
    /// The code of the currency, where it is another one than the euro.
    currency: Option<String>,
    is_error: bool,
    /// Whether the cell is behind a merged cell.
    is_covered: bool,
    /// The number of rows of a merged cell.
    rows: u32,
}

impl RawCell {
    fn of(tag: &BytesStart<'_>) -> Self {
        let kind = attribute(tag, "office:value-type").unwrap_or_default();
        let name = match kind.as_str() {
            "date" => "office:date-value",
            "time" => "office:time-value",
            "boolean" => "office:boolean-value",
            "string" => "office:string-value",
            _ => "office:value",
        };
        let currency = attribute(tag, "office:currency")
            .filter(|code| kind == "currency" && !matches!(code.as_str(), "" | "EUR" | "€"));
        let is_error = attribute(tag, "calcext:value-type").as_deref() == Some("error");
        let is_covered = tag.name().as_ref() == "table:covered-table-cell";
        let rows = repetitions(tag, "table:number-rows-spanned");
        Self { value: attribute(tag, name), kind, currency, is_error, is_covered, rows }
    }

    /// What the cell means. `shown` is the text that the cell shows; `moment` reads a number as a day or a time.
    fn text(&self, shown: String, moment: impl Fn(f64) -> Option<String>) -> String {
        let Some(value) = self.value.clone().filter(|_| !self.is_error) else { return shown };
        match (self.kind.as_str(), value.parse::<f64>()) {
            ("percentage", Ok(number)) => {
                let percent = NumberFormat { percent: true, ..NumberFormat::default() };
                value::number(number, percent)
            }
            ("float" | "currency", Ok(number)) => {
                let text = moment(number).unwrap_or_else(|| number_as_shown(number, &shown));
                match &self.currency {
                    Some(currency) => format!("{text} {currency}"),
                    None => text,
                }
            }
            // A day whose cell shows only the time is written as its hours since day zero.
            ("time", _) => value::days_of_duration(&value)
                .and_then(moment)
                .unwrap_or_else(|| value::iso_duration(&value)),
            ("boolean", _) => value::boolean(value == "true").to_owned(),
            _ => value,
        }
    }
}

/// A number as its cell shows it: with the zeros before a telephone number, and rounded to the decimals of an amount.
fn number_as_shown(number: f64, shown: &str) -> String {
    let plain = value::number(number, NumberFormat::default());
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    let is_code = shown.chars().all(|c| c.is_ascii_digit() || " .-/\u{a0}\u{202f}".contains(c));
    if is_code && digits.starts_with('0') && digits.trim_start_matches('0') == plain {
        return digits;
    }
    let decimals = shown
        .trim_end_matches(|c: char| !c.is_ascii_digit())
        .rsplit_once([',', '.'])
        .map(|(_, decimals)| decimals)
        .filter(|decimals| decimals.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|decimals| u8::try_from(decimals.len()).ok());
    value::number(number, NumberFormat { decimals, ..NumberFormat::default() })
}

fn repetitions(tag: &BytesStart<'_>, name: &str) -> u32 {
    attribute(tag, name).and_then(|number| number.parse().ok()).unwrap_or(1)
}

fn character(reference: &BytesRef<'_>) -> Option<char> {
    match reference.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::xml::MAX_EVENT;
    use super::*;
    use rstest::rstest;

    /// The first sheet of a document as text.
    fn sheet(rows: &str) -> Result<String, Stop> {
        sheet_of("", &Moments::default(), rows)
    }

    fn sheet_of(settings: &str, moments: &Moments, rows: &str) -> Result<String, Stop> {
        let content = format!(
            "<office:spreadsheet>{settings}<table:table table:name=\"Ventes\">{rows}</table:table></office:spreadsheet>"
        );
        let mut document = Document::new(content.as_bytes());
        assert!(document.next_table()?.is_some());
        let mut text = Vec::new();
        document.read_table(moments, &mut |line| {
            text.extend_from_slice(line);
            Ok(())
        })?;
        Ok(String::from_utf8(text).unwrap())
    }

    #[rstest]
    #[case(r#"office:value-type="date" office:date-value="2026-11-24""#, "24/11/26", "2026-11-24")]
    #[case(
        r#"office:value-type="date" office:date-value="2026-11-24T14:05:00""#,
        "24/11/2026 14:05",
        "2026-11-24T14:05:00"
    )]
    #[case(r#"office:value-type="time" office:time-value="PT14H05M00S""#, "14:05", "14:05:00")]
    #[case(r#"office:value-type="currency" office:value="12.504""#, "12,50 €", "12.5")]
    #[case(
        r#"office:value-type="currency" office:currency="EUR" office:value="12.5""#,
        "12,50 €",
        "12.5"
    )]
    #[case(
        r#"office:value-type="currency" office:currency="CHF" office:value="12.5""#,
        "CHF 12.50",
        "12.5 CHF"
    )]
    #[case(r#"office:value-type="float" office:value="639980012""#, "06 39 98 00 12", "0639980012")]
    #[case(r#"office:value-type="float" office:value="639980012""#, "639980012", "639980012")]
    #[case(r#"office:value-type="percentage" office:value="0.1""#, "10,00 %", "10%")]
    #[case(r#"office:value-type="boolean" office:boolean-value="true""#, "VRAI", "oui")]
    #[case(r#"office:value-type="string""#, "Café &amp; thé", "Café & thé")]
    #[case(
        r#"office:value-type="string" office:string-value="" calcext:value-type="error""#,
        "#N/A",
        "#N/A"
    )]
    fn a_cell_is_written_as_what_it_means(
        #[case] attributes: &str,
        #[case] shown: &str,
        #[case] text: &str,
    ) {
        let cell =
            format!("<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>");
        let row = format!("<table:table-row>{cell}</table:table-row>");
        assert_eq!(sheet(&row).unwrap().trim_end(), text);
    }

    #[test]
    fn repeated_cells_and_rows_have_their_place() {
        let rows = r#"<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
            <table:table-row table:number-rows-repeated="2">
              <table:table-cell table:number-columns-repeated="2"/>
              <table:table-cell table:number-columns-repeated="2"><text:p>a</text:p></table:table-cell>
              <table:table-cell table:number-columns-repeated="16380"/>
            </table:table-row>
            <table:table-row table:number-rows-repeated="1048572"><table:table-cell/></table:table-row>"#;
        assert_eq!(sheet(rows).unwrap(), "\n\n;;a;a\n;;a;a\n");
    }

    #[test]
    fn a_comment_of_a_cell_is_not_its_text() {
        let row = "<table:table-row><table:table-cell><office:annotation><text:p>note</text:p>\
            </office:annotation><text:p>a</text:p></table:table-cell></table:table-row>";
        assert_eq!(sheet(row).unwrap(), "a\n");
    }

    #[test]
    fn an_element_of_any_size_does_not_fill_the_memory() {
        let long = "x".repeat(2 * MAX_EVENT);
        let row = format!(
            "<table:table-row><table:table-cell><text:p>{long}</text:p></table:table-cell></table:table-row>"
        );
        let stopped = sheet(&row);
        assert!(matches!(stopped, Err(Stop::Refused(FileRefusal::WorkbookUnreadable))));
    }

    #[test]
    fn repeated_cells_do_not_fill_the_memory() {
        let cell = "<table:table-cell table:number-columns-repeated=\"4000000000\"><text:p>abc</text:p></table:table-cell>";
        let row = format!("<table:table-row>{cell}{cell}</table:table-row>");
        let text = sheet(&row).unwrap();
        assert!(text.len() < 2 * MAX_ROW_BYTES, "{}", text.len());
    }

    fn moments() -> Moments {
        let header = ["ticket", "date", "heure", "libelle", "montant ligne"];
        Moments::of(&crate::file::Columns::find(header.into_iter()).unwrap())
    }

    #[rstest]
    #[case(
        "",
        r#"office:value-type="time" office:time-value="PT1112414H05M00S""#,
        "2026-11-24 14:05:00"
    )]
    #[case("", r#"office:value-type="float" office:value="46350""#, "2026-11-24")]
    #[case("1904-01-01", r#"office:value-type="float" office:value="44888""#, "2026-11-24")]
    #[case(
        "1904-01-01",
        r#"office:value-type="time" office:time-value="PT1077326H05M00S""#,
        "2026-11-24 14:05:00"
    )]
    #[case("1900-01-01", r#"office:value-type="float" office:value="46348""#, "2026-11-24")]
    #[case("1899-12-30", r#"office:value-type="float" office:value="46350""#, "2026-11-24")]
    #[case(
        "1904-01-01",
        r#"office:value-type="date" office:date-value="2026-11-24""#,
        "2026-11-24"
    )]
    fn a_day_is_read_from_day_zero_of_the_document(
        #[case] day_zero: &str,
        #[case] attributes: &str,
        #[case] text: &str,
    ) {
        let settings = format!(
            "<table:calculation-settings><table:null-date table:date-value=\"{day_zero}\"/></table:calculation-settings>"
        );
        let row = format!(
            "<table:table-row><table:table-cell/><table:table-cell {attributes}><text:p>14:05</text:p></table:table-cell></table:table-row>"
        );
        let read = sheet_of(&settings, &moments(), &row).unwrap();
        assert_eq!(read.trim_end(), format!(";{text}"));
    }

    #[test]
    fn a_time_with_a_day_is_the_time_in_the_column_of_times() {
        let cell = r#"<table:table-cell office:value-type="time" office:time-value="PT1112414H05M00S"><text:p>14:05</text:p></table:table-cell>"#;
        let row = format!(
            "<table:table-row><table:table-cell table:number-columns-repeated=\"2\"/>{cell}</table:table-row>"
        );
        assert_eq!(sheet_of("", &moments(), &row).unwrap().trim_end(), ";;14:05:00");
    }

    #[test]
    fn a_merged_receipt_number_counts_for_each_of_its_rows_and_an_amount_for_one() {
        let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
        let cell =
            |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
        let merged = |rows: u32, text: &str| {
            format!(
                "<table:table-cell table:number-rows-spanned=\"{rows}\"><text:p>{text}</text:p></table:table-cell>"
            )
        };
        let covered = "<table:covered-table-cell/>";
        let hidden = "<table:covered-table-cell><text:p>9,99</text:p></table:covered-table-cell>";
        let rows = [
            row(&(merged(3, "1")
                + &merged(2, "24/11/2026")
                + &cell("")
                + &cell("Sel")
                + &merged(2, "2,00"))),
            row(&format!("{covered}{covered}<table:table-cell/>{}{hidden}", cell("Riz"))),
            row(&format!(
                "{covered}{}<table:table-cell/>{}{}",
                cell("24/11/2026"),
                cell("Thé"),
                cell("3,00")
            )),
            row(&(cell("2") + &cell("25/11/2026") + &cell("") + &cell("Sel") + &cell("2,00"))),
        ];
        assert_eq!(
            sheet_of("", &moments(), &rows.concat()).unwrap(),
            "1;24/11/2026;;Sel;2,00\n1;24/11/2026;;Riz\n1;24/11/2026;;Thé;3,00\n2;25/11/2026;;Sel;2,00\n"
        );
    }
}
