//! An in-memory mailbox provider with guests that answer.
//!
//! It speaks SMTP submission, IMAP and CalDAV over TLS on loopback ports, keeps everything in memory, and is a test
//! instrument and a demonstration: never a place for real mail. It shares no code with the product, so that a
//! misreading of a standard on one side is not repeated on the other.

mod connection;
pub mod control;
mod credentials;
mod dav;
pub mod delivery;
pub mod demo;
pub mod fault;
pub mod guest;
pub mod ics;
mod imap;
pub mod limit;
mod meter;
mod part;
pub mod provider;
pub mod server;
mod smtp;
pub mod tls;

pub use server::Sandbox;
