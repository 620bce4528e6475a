//! stub
pub mod compare;
pub mod generate;
pub mod model;
