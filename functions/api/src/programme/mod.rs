//! Programmes: the rules by which a merchant's sales earn points. Each programme holds from a day.

pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod terms;
pub(crate) mod version;
