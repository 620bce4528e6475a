//! A workbook: the rows of one sheet become lines, so that a line of the report is a row of the sheet.
//!
//! The sheet is the first visible one whose first rows have a complete header.

mod choice;
mod guard;
mod merged;
mod moments;
mod number_format;
mod ods;
mod sheet;
mod value;
mod xlsx;
mod xml;

use super::archive::Archive;
use super::output::Output;
use super::stop::Stop;
use crate::file::FileRefusal;
use crate::file_note::FileNote;
use std::fs::File;

/// The part of an `.xlsx` that names the other parts.
const XLSX_PART: &str = "[Content_Types].xml";

/// Whether an archive is a workbook.
pub(super) fn is_workbook(archive: &Archive) -> bool {
    [XLSX_PART, ods::PART].iter().any(|part| archive.index_for_name(part).is_some())
}

/// Reads the sheet with the purchases.
pub(super) fn read(
    file: &File,
    mut archive: Archive,
    out: &mut Output,
) -> Result<Option<FileNote>, Stop> {
    if archive.index_for_name(XLSX_PART).is_none() {
        return ods::read(&mut archive, out);
    }
    if archive.index_for_name("xl/workbook.bin").is_some() {
        return Err(FileRefusal::WorkbookOld.into());
    }
    guard::check(&mut archive)?;
    xlsx::read(file.try_clone().map_err(|_| Stop::Failed)?, out)
}
