//! Who changed a merchant's settings last.

use domain::{Credential, Day};
use std::collections::BTreeMap;

/// The credentials that changed programmes and senders last.
#[derive(Default)]
pub struct SettingsChanges {
    /// The programmes, by their first day.
    pub programmes: BTreeMap<Day, Credential>,
    /// The sender of e-mails.
    pub email_sender: Option<Credential>,
    /// The sender of SMS.
    pub sms_sender: Option<Credential>,
}
