//! Mail sessions over IMAP (RFC 3501): each belongs to one page's connection and ends with it.
//!
//! `session` owns a connection and carries requests out one after the other; `command` renders typed values into
//! commands, `guard` lets only bounded and readable responses through to the parser, `structure` and `fetched` turn
//! what was parsed into values of the protocol.

mod command;
mod fetched;
mod guard;
mod idle;
mod link;
mod request;
mod session;
mod structure;
mod utf7;

pub use idle::Pace;
pub use session::{Job, Session, open};
