//! The operations of the pages, and who may do each: the part of the table of rights for people with a browser.

use crate::values::word_enum::word_enum;

word_enum! {
    /// An operation of the pages. Every route of a page names its operation.
    pub enum PageOperation {
        /// Join at the counter, or get a password, with a code that is sent to the mobile.
        JoinAtCounter = "join_at_counter",
        /// Sign in as a member.
        SignIn = "sign_in",
        /// Show one's own card, with its points.
        ShowOwnCard = "show_own_card",
        /// Install the card in a browser, and show the card that the browser has stored.
        InstallCard = "install_card",
        /// Show one's own purchases, points, rewards and coupons.
        ShowOwnHistory = "show_own_history",
        /// Show the rewards that one can have, and one's own coupons.
        ShowOwnRewards = "show_own_rewards",
        /// List the messages of campaigns to oneself.
        ShowOwnMessages = "show_own_messages",
        /// Show and change one's own consents.
        ChangeOwnPreferences = "change_own_preferences",
        /// Correct one's own details.
        CorrectOwnDetails = "correct_own_details",
        /// Ask to delete one's own account, and cancel the request.
        DeleteOwnAccount = "delete_own_account",
        /// List one's own sessions, and end the others.
        EndOwnSessions = "end_own_sessions",
        /// End one's own session, if it has not ended yet, and remove what the browser has stored.
        SignOut = "sign_out",
    }
}

/// The callers that may do an operation of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageCallers {
    /// Everybody. The operation itself proves what the person holds.
    Everybody,
    /// A member who is signed in, on the member's own data only.
    Member,
}

impl PageOperation {
    /// The callers that may do the operation.
    #[must_use]
    pub const fn callers(self) -> PageCallers {
        match self {
            Self::JoinAtCounter | Self::SignIn | Self::InstallCard | Self::SignOut => {
                PageCallers::Everybody
            }
            Self::ShowOwnCard
            | Self::ShowOwnHistory
            | Self::ShowOwnRewards
            | Self::ShowOwnMessages
            | Self::ChangeOwnPreferences
            | Self::CorrectOwnDetails
            | Self::DeleteOwnAccount
            | Self::EndOwnSessions => PageCallers::Member,
        }
    }
}
