//! What a calendar shows: the occurrences of a range of time, how they stand beside one another, and how they are found.

mod expand;
mod lines;
pub mod quick;
#[cfg(test)]
mod tests;
mod timetable;

pub use expand::{Expansion, Occurrence};
pub use lines::{zone_of, zone_of_text, zones};
pub use timetable::{MAX_RULES, Timetable, TimetableProblem};
