//! The caller of a request: which key it sends, and what the key may do.

mod admission;
mod authentication;
pub mod authorization;
pub mod gate;
pub mod operator;
mod rejected;
pub mod till_key;
