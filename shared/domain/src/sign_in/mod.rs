//! The sign-in of a member: guesses, passwords, codes by SMS, sessions, and accounts that were not used for long.

pub mod code;
pub mod dormant;
pub mod guesses;
pub mod login_name;
pub mod password;
pub mod session;

pub use code::{CodeText, SignInCode};
pub use dormant::{Proof, is_dormant};
pub use guesses::{Guesses, Wait};
pub use login_name::LoginName;
pub use password::{Password, PasswordError};
pub use session::Session;
