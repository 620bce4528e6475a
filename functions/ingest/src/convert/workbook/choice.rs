//! The choice of the sheet with the purchases: the first one whose first rows have a complete header.

use super::moments::Moments;
use crate::file::{Columns, FileRefusal};
use crate::file_note::FileNote;

/// The sheet with the purchases.
pub(super) struct ChosenSheet {
    /// Its place among the sheets that can be read.
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) moments: Moments,
}

/// The sheets that were looked at, in their order.
#[derive(Default)]
pub(super) struct Choice {
    chosen: Option<ChosenSheet>,
    /// Whether a second sheet has a complete header.
    has_others: bool,
    refusal: Option<FileRefusal>,
}

impl Choice {
    pub(super) fn add(
        &mut self,
        index: usize,
        name: &str,
        looked_at: Result<Columns, FileRefusal>,
    ) {
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
    pub(super) fn decide(self) -> Result<(ChosenSheet, Option<FileNote>), FileRefusal> {
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
