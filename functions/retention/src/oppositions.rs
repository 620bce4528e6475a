//! Stores again the oppositions that another table recorded, after a person has restored a table.

use crate::context::{App, RetentionError};
use crate::response::StoredOppositions;
use domain::Instant;
use store::RecordedStatement;

/// Stores the oppositions one after the other. After an error the caller sends all of them again: those that are
/// known change nothing. The cost of each is that of [`store::Store::oppose_again`].
pub(crate) async fn store_again(
    app: &App,
    statements: &[RecordedStatement],
    now: Instant,
) -> Result<StoredOppositions, RetentionError> {
    let mut stored = StoredOppositions::default();
    for statement in statements {
        match app.store.oppose_again(statement, now).await? {
            Some(members) => stored.members += members,
            None => stored.unknown += 1,
        }
    }
    let (members, unknown) = (stored.members, stored.unknown);
    tracing::info!(members, unknown, "oppositions of another table are stored");
    Ok(stored)
}
