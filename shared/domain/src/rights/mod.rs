//! Rights: the credential that made a change, and what each credential may do.

pub mod credential;
pub mod key_scope;
pub mod operation;
pub mod page_operation;

pub use credential::Credential;
pub use key_scope::KeyScope;
pub use operation::{Callers, INVITATION_CALLERS, Operation};
pub use page_operation::{PageCallers, PageOperation};
