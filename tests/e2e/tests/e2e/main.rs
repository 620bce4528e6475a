//! The deployed stack, through its public doors: the API, the bucket of uploads, the queues.

mod api;
mod files;
mod logs;
mod queues;
mod refusals;
mod stack;
