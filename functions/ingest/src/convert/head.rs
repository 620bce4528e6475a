//! The first rows of a text, which show whether it is a table of sales.

use super::stop::Stop;
use crate::file::{Columns, FileRefusal, MAX_ROW_BYTES, columns_of};

/// Looks at the first rows of a text, which `read` writes, for the columns of a complete header.
pub(super) fn look_at(
    read: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), Stop>) -> Result<(), Stop>,
) -> Result<Result<Columns, FileRefusal>, Stop> {
    let mut head = Vec::new();
    let ended = read(&mut |text: &[u8]| {
        head.extend_from_slice(text);
        if head.len() < MAX_ROW_BYTES { Ok(()) } else { Err(Stop::Enough) }
    });
    head.truncate(MAX_ROW_BYTES);
    match ended {
        Ok(()) | Err(Stop::Enough) => Ok(columns_of(&head)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(failed @ Stop::Failed) => Err(failed),
    }
}
