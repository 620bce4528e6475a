//! An SMS: its length, the mention of STOP, and the word STOP in an answer.

pub mod length;
pub mod stop_mention;
pub mod stop_word;

pub use length::{Encoding, Measure, measure, outside_gsm7};
pub use stop_mention::sms_with_stop;
