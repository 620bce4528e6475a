//! The member's own pages: joining at the counter, sign-in, the card.
//!
//! Every page works without a script. A page that shows or changes data of a member needs a session; the table of rights
//! (`domain::rights::PageOperation`) says which. Only the card without a connection needs scripts (`install`).

mod access;
mod amount;
mod card;
mod code_image;
mod consent;
mod context;
mod day;
mod deletion;
mod details;
mod field;
mod history;
mod install;
mod join;
mod merchant;
mod messages;
mod page;
mod password;
mod place;
mod preferences;
mod rewards;
mod rights;
mod router;
mod secret;
mod session;
mod sessions;
mod sign_in;
mod sign_out;
mod source;

pub use context::{App, Clock};
pub use router::router;
