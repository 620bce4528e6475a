//! The texts of the pages.

use std::path::Path;

/// The texts that code chooses at run time.
const CHOSEN: &[&str] = &[
    "code-ended",
    "code-unreadable",
    "code-wrong",
    "details-birth-date-unreadable",
    "details-email-for-consent",
    "details-email-unreadable",
    "details-name-characters",
    "details-name-empty",
    "details-old-enough-missing",
    "details-text-too-long",
    "details-under-15",
    "history-activation",
    "history-adjustment",
    "history-birthday",
    "history-coupon",
    "history-expiry",
    "history-redemption",
    "history-return",
    "history-sale",
    "history-visit",
    "history-welcome",
    "number-day-limit",
    "number-mobile-limit",
    "number-no-sender",
    "number-not-french",
    "number-not-mobile",
    "number-source-limit",
    "number-unreadable",
    "password-common",
    "password-too-long",
    "password-too-short",
    "password-too-simple",
    "preferences-no-email",
    "proof-wait",
    "proof-wrong",
    "sign-in-not-counted",
    "sign-in-other-merchant",
    "sign-in-session-ended",
    "sign-in-signed-out",
    "sign-in-source-limit",
    "sign-in-wait",
    "sign-in-wrong",
    "preferences-postal",
    "preferences-saved",
    "details-consent-sms",
    "details-consent-email",
];

#[test]
fn the_texts_are_complete_in_both_languages() {
    let problems = account::texts().problems(Path::new(env!("CARGO_MANIFEST_DIR")), CHOSEN);
    assert_eq!(problems, Vec::<String>::new());
}
