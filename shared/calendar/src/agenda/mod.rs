//! What a calendar shows: the occurrences of a range of time, how they stand beside one another, and how they are found.

mod expand;
mod lanes;
mod lines;
pub mod quick;
mod search;
mod spans;
#[cfg(test)]
mod tests;
mod timetable;

pub use expand::{Expansion, Occurrence};
pub use lanes::{Lane, lanes};
pub use lines::{zone_of, zone_of_text, zones};
pub use search::{MAX_WORDS, Match, Query, Searchable};
pub use spans::{Span, Spans};
pub use timetable::{MAX_RULES, Timetable, TimetableProblem};
