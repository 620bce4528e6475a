//! A workbook: the rows of one sheet become lines, so that a line of the report is a row of the sheet.
//!
//! The sheet is the first visible one whose first rows have a complete header.

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
use crate::file::{Columns, FileRefusal};
use crate::file_note::FileNote;
use moments::Moments;
use std::fs::File;

/// The part of an `.xlsx` that names the other parts.
const XLSX_PART: &str = "[Content_Types].xml";
/// The part of an `.ods` with all sheets.
const ODS_PART: &str = "content.xml";

/// Whether an archive is a workbook.
pub(super) fn is_workbook(archive: &Archive) -> bool {
    [XLSX_PART, ODS_PART].iter().any(|part| archive.index_for_name(part).is_some())
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

/// The sheet with the purchases.
struct ChosenSheet {
    /// Its place among the sheets that can be read.
    index: usize,
    name: String,
    moments: Moments,
}

/// The sheets that were looked at, in their order.
#[derive(Default)]
struct Choice {
    chosen: Option<ChosenSheet>,
    /// Whether a second sheet has a complete header.
    has_others: bool,
    refusal: Option<FileRefusal>,
}

impl Choice {
    fn add(&mut self, index: usize, name: &str, looked_at: Result<Columns, FileRefusal>) {
        match looked_at {
            Ok(_) if self.chosen.is_some() => self.has_others = true,
            Ok(columns) => {
                let moments = Moments::of(&columns);
                self.chosen = Some(ChosenSheet { index, name: name.to_owned(), moments });
            }
            Err(refusal) => {
                let known = self.refusal.map_or(0, weight);
                if weight(refusal) > known {
                    self.refusal = Some(refusal);
                }
            }
        }
    }

    /// The chosen sheet, and the note that names the sheet where there are others.
    fn decide(self) -> Result<(ChosenSheet, Option<FileNote>), FileRefusal> {
        let chosen = self.chosen.ok_or(self.refusal.unwrap_or(FileRefusal::Empty))?;
        let note = self.has_others.then(|| FileNote::SheetRead(chosen.name.clone()));
        Ok((chosen, note))
    }
}

/// How close a refused sheet is to one with purchases. The reason of the closest sheet is the file's reason.
const fn weight(refusal: FileRefusal) -> u8 {
    match refusal {
        FileRefusal::Empty => 1,
        FileRefusal::HeaderUnknown => 2,
        _ => 3,
    }
}
