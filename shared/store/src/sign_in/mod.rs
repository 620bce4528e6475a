//! The sign-in of members: logins with their sessions, codes by SMS, and the notices that carry the codes.

pub(crate) mod code;
pub(crate) mod login;
pub(crate) mod notice;
pub(crate) mod session;
pub(crate) mod source;
pub(crate) mod ticket;
