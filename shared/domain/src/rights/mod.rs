//! Rights: the credential that made a change, and what each credential may do.

pub mod credential;

pub use credential::Credential;
