//! A workbook of Excel (`.xlsx`, `.xlsm`), read cell by cell.

use super::choice::Choice;
use super::merged::Merged;
use super::moments::Moments;
use super::number_format::NumberFormat;
use super::sheet::SheetWriter;
use super::value;
use crate::convert::head;
use crate::convert::output::Output;
use crate::convert::stop::Stop;
use crate::file::FileRefusal;
use crate::file_note::FileNote;
use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use std::borrow::Cow;
use std::fs::File;
use std::io::BufReader;

type Workbook = Xlsx<BufReader<File>>;

/// Reads the sheet with the purchases. The first rows of every visible sheet are read twice.
pub(super) fn read(file: File, out: &mut Output) -> Result<Option<FileNote>, Stop> {
    let again = file.try_clone().map_err(|_| Stop::Failed)?;
    let mut workbook = Workbook::new(BufReader::new(file)).map_err(refused)?;
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut choice = Choice::default();
    for (index, name) in sheets.iter().enumerate() {
        let (moments, merged) = (Moments::default(), Merged::default());
        let looked_at =
            head::look_at(|sink| read_sheet(&mut workbook, name, &moments, &merged, sink))?;
        choice.add(index, name, looked_at);
    }
    let (sheet, note) = choice.decide()?;
    let merged = Merged::read(again, &sheet.name, &sheet.moments)?;
    let sink = &mut |line: &[u8]| out.add(line);
    read_sheet(&mut workbook, &sheet.name, &sheet.moments, &merged, sink)?;
    Ok(note)
}

fn read_sheet(
    workbook: &mut Workbook,
    name: &str,
    moments: &Moments,
    merged: &Merged,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let from_1904 = workbook.has_1904_epoch();
    let mut cells = workbook.worksheet_cells_reader(name).map_err(refused)?;
    let formats: Vec<NumberFormat> = cells
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().map(|format| format.format_code.as_str()))
        .map(|code| code.map_or_else(NumberFormat::default, NumberFormat::parse))
        .collect();
    let mut writer = SheetWriter::new(sink);
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(refused)? {
        let (row, column) = cell.get_position();
        let format = formats.get(style).copied().unwrap_or_default();
        let (number, is_moment) = match cell.get_value() {
            #[expect(clippy::cast_precision_loss, reason = "a spreadsheet has 15 digits")]
            DataRef::Int(number) => (Some(*number as f64), false),
            DataRef::Float(number) => (Some(*number), false),
            DataRef::DateTime(moment) => (Some(moment.as_f64()), true),
            _ => (None, false),
        };
        let moment = number.and_then(|number| moments.read(column, number, from_1904));
        let text: Cow<'_, str> = match (moment, number) {
            (Some(moment), _) => moment.into(),
            (None, Some(number)) if !is_moment => value::number(number, format).into(),
            _ => text(cell.get_value(), from_1904, format),
        };
        writer.put(row, column, &text)?;
        if let Some(last_row) = merged.last_row(row, column) {
            writer.span(last_row, column, &text);
        }
    }
    writer.finish()
}

/// The text of a cell that is no number.
fn text<'c>(cell: &'c DataRef<'_>, from_1904: bool, format: NumberFormat) -> Cow<'c, str> {
    match cell {
        DataRef::Empty | DataRef::Int(_) | DataRef::Float(_) => "".into(),
        DataRef::String(text) | DataRef::DateTimeIso(text) => text.into(),
        DataRef::SharedString(text) => (*text).into(),
        DataRef::Bool(truth) => value::boolean(*truth).into(),
        DataRef::DateTime(moment) => {
            value::date_time(moment.as_f64(), moment.is_duration(), from_1904, format).into()
        }
        DataRef::DurationIso(text) => value::iso_duration(text).into(),
        // A spreadsheet shows an error as `#N/A`. No column accepts that text as an amount, a day or a number.
        DataRef::Error(error) => error.to_string().into(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the error of a `map_err`")]
fn refused(error: XlsxError) -> Stop {
    match error {
        XlsxError::Password => FileRefusal::WorkbookOld,
        _ => FileRefusal::WorkbookUnreadable,
    }
    .into()
}
