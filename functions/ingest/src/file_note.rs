//! What the merchant should know about a file that was read.

use domain::language::{Language, fill};
use serde::{Deserialize, Serialize};

/// What the merchant should know about a file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileNote {
    /// Several sheets of the workbook have the columns of purchases. The sheet of this name was read.
    SheetRead(String),
    /// The file has a header and no row.
    NoRows,
}

/// The most characters of a sheet's name in a report. Spreadsheets allow 31.
const NAME_LENGTH: usize = 60;

impl FileNote {
    /// A stable code, for programs and for counting.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::SheetRead(_) => "sheet_read",
            Self::NoRows => "file_without_rows",
        }
    }

    /// A sentence that tells the merchant what to do.
    pub(crate) fn sentence(&self, language: Language) -> String {
        let sentence = language.sentence(self.code());
        match self {
            Self::SheetRead(name) => {
                let name: String = name.chars().take(NAME_LENGTH).collect();
                fill(sentence, &[("sheet", &name)])
            }
            Self::NoRows => sentence.to_owned(),
        }
    }
}
