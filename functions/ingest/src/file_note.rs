//! What the merchant should know about a file that was read.

use domain::language::{Language, fill};
use serde::{Deserialize, Serialize};

/// What the merchant should know about a file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileNote {
    /// Several sheets of the workbook have the columns of purchases. The sheet of this name was read.
    SheetRead(String),
    /// The archive has several files, and only the file of this name has the columns of purchases.
    ArchiveFileRead(String),
    /// The file has a header and no row.
    NoRows,
}

/// The most characters of the name of a sheet or a file in a report. Spreadsheets allow 31 for a sheet.
const NAME_LENGTH: usize = 60;

impl FileNote {
    /// A stable code, for programs and for counting.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::SheetRead(_) => "sheet_read",
            Self::ArchiveFileRead(_) => "archive_file_read",
            Self::NoRows => "file_without_rows",
        }
    }

    /// A sentence that tells the merchant what to do.
    pub(crate) fn sentence(&self, language: Language) -> String {
        let sentence = language.sentence(self.code());
        match self {
            Self::SheetRead(name) => fill(sentence, &[("sheet", &shown(name))]),
            Self::ArchiveFileRead(name) => fill(sentence, &[("file", &shown(name))]),
            Self::NoRows => sentence.to_owned(),
        }
    }
}

fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(NAME_LENGTH).collect()
}
