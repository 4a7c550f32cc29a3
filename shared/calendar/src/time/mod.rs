//! Dates, times, zones and recurrence: when something happens, and how iCalendar writes it.
//!
//! Everything here works on plain values; it knows no other module of this crate.

pub mod duration;
pub mod moment;
pub mod period;
pub mod recurrence;
pub mod vtimezone;
pub(crate) mod wall;
pub mod zone;
