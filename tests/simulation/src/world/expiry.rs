//! The deletion of expired items, which DynamoDB carries out some time after their end.

use super::World;
use crate::faults::TableFault;
use std::sync::Arc;
use std::time::Duration;

/// How often expired items are deleted.
const USUAL: Duration = Duration::from_hours(6);

impl World {
    /// Starts the deletion of expired items.
    pub(super) fn start_expiry(self: &Arc<Self>) {
        let world = Arc::downgrade(self);
        self.spawn(async move {
            while let Some(world) = world.upgrade() {
                let late = world.table_fault(|fault| match fault {
                    TableFault::ExpiresLate(late) => Some(late),
                    TableFault::Lags(_) => None,
                });
                tokio::time::sleep(USUAL + late.unwrap_or_default()).await;
                let changes = world.table.delete_expired(Duration::from_millis(10));
                world.stream(&changes);
            }
        });
    }
}
