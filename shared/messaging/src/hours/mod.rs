//! The hours at which marketing may be sent by SMS, by the recipient's clock.

pub mod holidays;
pub mod quiet_hours;
pub mod territory;

pub use quiet_hours::{Opening, Window, opening};
pub use territory::territory;
