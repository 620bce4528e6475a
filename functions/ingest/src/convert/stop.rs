//! Why a conversion ends early.

use crate::file::FileRefusal;

/// Why a conversion ends early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The rows read so far are enough.
    Enough,
    /// The file is refused.
    Refused(FileRefusal),
    /// The temporary file or the object could not be read or written.
    Failed,
}

impl From<FileRefusal> for Stop {
    fn from(refusal: FileRefusal) -> Self {
        Self::Refused(refusal)
    }
}
