//! The value of a cell.

use crate::file::columns::Column;
use crate::file::refusal::RowRefusal;
use domain::DomainError;

/// Reads the cell of a column; `None` where the cell is empty.
pub(crate) fn read<'c, T, E: Into<DomainError>>(
    cell: &impl Fn(Column) -> &'c str,
    column: Column,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, RowRefusal> {
    match cell(column) {
        "" => Ok(None),
        text => parse(text).map(Some).map_err(|error| RowRefusal::value(column, error)),
    }
}
