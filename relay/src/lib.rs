//! The relay: it opens mail and calendar connections for a page under a policy, serves the page, and keeps nothing.
//!
//! `handler` speaks with the page and asks `upstream`, which connects to other people's servers as far as `policy`
//! permits. `policy` is pure. Nothing here knows what a calendar is, writes a file, or logs an address, a password,
//! a path on a server, a subject or a content.

pub mod config;
pub mod handler;
pub mod policy;
pub mod server;
pub mod upstream;
