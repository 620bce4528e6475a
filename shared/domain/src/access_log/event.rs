//! What an entry of the access log records.

use crate::values::word_enum::word_enum;

word_enum! {
    /// What an entry of the access log records.
    pub enum AccessEvent {
        /// A person became a member on the pages, and is signed in.
        Joined = "joined",
        /// A code for a sign-in was sent to the person.
        CodeSent = "code_sent",
        /// The person gave a wrong code, or one that had expired.
        CodeRefused = "code_refused",
        /// The sign-in succeeded.
        SignedIn = "signed_in",
        /// The sign-in failed: a wrong password, or a login that no member has.
        SignInRefused = "sign_in_refused",
        /// The sign-in was refused without a check, after too many guesses.
        SignInLimited = "sign_in_limited",
        /// The person signed out.
        SignedOut = "signed_out",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_reads_back_from_its_word_and_another_word_is_none() {
        for event in AccessEvent::ALL {
            assert_eq!(AccessEvent::parse(event.as_str()), Some(event));
        }
        assert_eq!(AccessEvent::parse("read"), None);
    }
}
