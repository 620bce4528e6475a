//! The HTTP API of tills and merchants' software, and of the operator who sets up merchants.
//!
//! [`router()`] serves the routes; [`openapi`] describes the same list. Each aggregate has a folder: its
//! handlers read a request into types of the domain, call the store and answer.

mod access_log;
mod campaign;
pub mod codes;
mod context;
mod coupon;
mod documented;
mod inbound;
mod ledger;
mod member;
mod merchant;
pub mod openapi;
mod parameters;
mod preflight;
mod programme;
mod purchase;
mod queue_client;
mod refusals;
mod retention;
mod reward;
mod router;
mod schema;
mod second;
mod service;
mod upload;
mod webhook;

pub use context::App;
pub use member::misses::Misses;
pub use queue_client::{CampaignQueue, CouponQueue, QueueClient};
pub use router::router;
pub use upload::presigner::UploadPresigner;
pub use webhook::queue_client::WebhookQueue;
