//! The connections to other people's servers: submission, mail, calendars, and the discovery of all three.

pub mod dav;
pub mod discover;
pub mod exchange;
pub mod mail;
pub mod names;
pub mod network;
mod starttls;
pub mod submit;

pub use exchange::{Exchange, Hold};
pub use names::{Names, SystemNames};
pub use network::{Network, Vouched};
