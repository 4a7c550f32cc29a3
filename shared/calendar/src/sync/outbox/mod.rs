//! A sending from the moment send was pressed: saved on the calendar server, mailed to each guest, filed.
//!
//! Every arrow is written down before the act it stands for ([`Sending::begin`]), and its outcome after it
//! ([`Sending::learn`]). Whatever moment an engine is killed at, the record says what certainly happened, what
//! certainly did not, and what nobody knows; the last is never repeated without consent.

mod difference;
mod outcome;
mod record;
#[cfg(test)]
mod rehearsal;
mod step;

pub use difference::differences;
pub use outcome::{Conflict, FILE_ATTEMPTS, MERGES, Outcome, SAVE_ATTEMPTS, SUBMIT_ATTEMPTS, Trouble};
pub use record::{Choice, Fate, Filing, Mail, Saving, Sending, Stage, Stop, Write};
pub use step::Step;
