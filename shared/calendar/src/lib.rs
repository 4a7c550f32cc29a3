//! Every decision: iCalendar, time, iTIP, MIME, CalDAV XML, what to sync next.

pub mod agenda;
pub mod check;
pub mod dav;
pub mod draft;
pub mod ical;
pub mod invite;
pub mod itip;
pub mod merge;
pub mod mime;
pub mod order;
pub mod sync;
pub mod time;
