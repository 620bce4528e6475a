//! An SMS: its length, the name of its merchant, the mention of STOP, and the word STOP in an answer.

pub mod length;
pub mod naming;
pub mod stop_mention;
pub mod stop_word;

pub use length::{Encoding, Measure, measure, outside_gsm7};
pub use naming::names_merchant;
pub use stop_mention::sms_with_stop;
