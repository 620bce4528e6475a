//! The scope of a key: what the software that holds the key may do.

use crate::values::word_enum::word_enum;

word_enum! {
    /// The scope of a key. [`crate::rights::Operation::callers`] lists the operations of each scope.
    pub enum KeyScope {
        /// Find, sell, enrol, coupons and rewards, visits. The answers show no more personal data than those
        /// of `find_member`.
        Till = "till",
        /// All that a till may do; also full records and lists, corrections, merges, files.
        BackOffice = "back_office",
        /// Read full records and lists, and change nothing.
        Export = "export",
    }
}
