//! An in-memory mailbox provider with guests that answer.
//!
//! It speaks SMTP submission, IMAP and CalDAV over TLS on loopback ports, keeps everything in memory, and is a test
//! instrument and a demonstration: never a place for real mail. It shares no code with the product, so that a
//! misreading of a standard on one side is not repeated on the other.
//!
//! [`provider`] is all there is to know about accounts, mail and calendars; `smtp`, `imap` and `dav` let clients at it,
//! and [`guest`] has people read and answer what arrives. [`Sandbox`] holds them together. A test in the same process
//! works with [`Provider`](provider::Provider) directly; one in another process uses the [`control`] address. What goes
//! wrong is set through [`fault`], how a lesser provider behaves through [`Quirks`](provider::Quirks).

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
