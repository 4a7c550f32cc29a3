//! Every decision: iCalendar, time, iTIP, MIME, CalDAV XML, what to sync next.

pub mod ical;
pub mod time;
