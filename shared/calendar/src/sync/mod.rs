//! What to do next, given what is known and what a server said.
//!
//! Three verbs: *push* what the server said, *pull* the next step, *confirm* what was done. A step stays the next one
//! until it is confirmed, so a lost connection loses nothing and a plan can be thrown away and made again.

pub mod collection;
pub mod mailbox;
pub mod outbox;
pub mod retry;
