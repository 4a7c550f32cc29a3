//! Calendars, and the events of a range of days as a grid or a list shows them.

use serde::{Deserialize, Serialize};

use crate::{Day, PartStat, Point};

/// Which calendar: its address on the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CalendarId(pub String);

/// Which event, or which occurrence of a series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EventKey {
    /// The calendar it is stored in.
    pub calendar: CalendarId,
    /// Its UID.
    pub uid: String,
    /// The occurrence's original start in iCalendar UTC or date form; empty for the event or series as a whole.
    pub occurrence: String,
}

/// The days on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first day.
    pub first: Day,
    /// How many days.
    pub days: u16,
}

/// One calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Which one.
    pub id: CalendarId,
    /// Its name.
    pub name: String,
    /// Which of the eight calendar colours of the page, 0 to 7.
    pub colour: u8,
    /// Whether its events are shown.
    pub visible: bool,
    /// Whether events can be written to it.
    pub writable: bool,
}

/// How an occurrence is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventLook {
    /// Mine, or accepted.
    #[default]
    Firm,
    /// I am asked and have not answered.
    Asked,
    /// I said maybe, or the event is tentative.
    Maybe,
    /// I declined.
    Declined,
    /// It is cancelled.
    Cancelled,
}

/// How many guests said what, the organizer not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Said yes.
    pub accepted: u16,
    /// Said maybe.
    pub tentative: u16,
    /// Said no.
    pub declined: u16,
    /// Said nothing yet.
    pub waiting: u16,
}

/// One occurrence within the range, in the person's zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Which one.
    pub event: EventKey,
    /// Its title; may be empty.
    pub title: String,
    /// Its place; may be empty.
    pub place: String,
    /// When it begins.
    pub start: Point,
    /// When it ends; for whole days the midnight after the last.
    pub end: Point,
    /// Whether it lasts whole days.
    pub all_day: bool,
    /// Index into [`AgendaView::calendars`].
    pub calendar: u16,
    /// How it is drawn.
    pub look: EventLook,
    /// The guests' answers, if I organize it and it has guests.
    pub tally: Option<Tally>,
    /// My own answer, if somebody else organizes it.
    pub my_answer: Option<PartStat>,
    /// Whether it repeats.
    pub repeats: bool,
    /// Which of `lanes` columns of its day it stands in, from 0.
    pub lane: u8,
    /// How many columns share its hours, at least 1.
    pub lanes: u8,
}

/// A stored object that could not be read; it is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// Index into [`AgendaView::calendars`].
    pub calendar: u16,
    /// Its file name on the server.
    pub name: String,
    /// What is wrong with it, in words, with the line.
    pub why: String,
}

/// The calendars, and the events of the range on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaView {
    /// The range this is true for.
    pub window: Option<Window>,
    /// All calendars of the account.
    pub calendars: Vec<Calendar>,
    /// Visible occurrences, by start.
    pub occurrences: Vec<Occurrence>,
    /// Objects that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// Whether occurrences were left out because there were too many.
    pub truncated: bool,
    /// Whether the calendars have been read at least once, on this device or now.
    pub loaded: bool,
}

impl Default for Window {
    fn default() -> Self {
        Self { first: Day(0), days: 7 }
    }
}
