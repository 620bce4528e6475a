//! The shell of every page: its frame, its style sheet, its texts in two languages, its headers and its cookies.
//!
//! A crate of pages has one [`PageFamily`]. A handler takes a [`Visit`] from the request, makes a [`Page`] of both,
//! and answers with a template that extends `shell.html`. Pages need no JavaScript to be read. Links are relative, so
//! that pages work under any base path.

mod accept;
pub mod assets;
pub mod cookie;
mod family;
mod locale;
mod notice;
mod number;
pub mod origin;
mod page;
mod response;
mod security;
mod site_data;
mod source;
mod texts;
mod visit;

pub use assets::Asset;
pub use cookie::Cookie;
pub use family::PageFamily;
pub use locale::Locale;
pub use origin::{OwnForms, only_own_forms};
pub use page::{LanguageLink, Page};
pub use site_data::ClearStorage;
pub use texts::{Text, Texts, Variable};
pub use visit::Visit;
