//! Deadlines of the register's retention table. Only what this service sets so far.

use crate::Day;

/// Months in which a person invited to complete the registration may do so.
pub const NEVER_ACTIVATED_MONTHS: i32 = 3;

/// The day on which a card never activated is due for erasure: three calendar months from the
/// invitation or, while none was sent, from the member's creation.
#[must_use]
pub fn never_activated_due(invited_or_created: Day) -> Day {
    invited_or_created.plus_months(NEVER_ACTIVATED_MONTHS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_never_activated_is_due_three_months_after_the_invitation() {
        let invited = Day::parse("2025-11-30").unwrap();
        assert_eq!(never_activated_due(invited).to_string(), "2026-02-28");
    }
}
