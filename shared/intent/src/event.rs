//! One event in full: what it is, who comes, what was said.

use serde::{Deserialize, Serialize};

use crate::{EventKey, EventLook, Point, Tally};

/// A participation status (RFC 5545 section 3.2.12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PartStat {
    /// No answer yet.
    #[default]
    NeedsAction,
    /// Yes.
    Accepted,
    /// Maybe.
    Tentative,
    /// No.
    Declined,
    /// Somebody else goes.
    Delegated,
}

/// What is particular about a guest's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplyMark {
    /// Nothing.
    #[default]
    None,
    /// It was given for an earlier time.
    EarlierTime,
    /// It was entered by hand.
    SetByYou,
    /// The invitation could not be delivered; the server's words.
    NotDelivered(String),
}

/// One guest of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestView {
    /// Name; may be empty.
    pub name: String,
    /// Address.
    pub address: String,
    /// Whether they may stay away.
    pub optional: bool,
    /// Whether they are the organizer.
    pub organizer: bool,
    /// Their answer.
    pub answer: PartStat,
    /// What they wrote with it; may be empty.
    pub comment: String,
    /// When they answered, if known.
    pub answered: Option<Point>,
    /// What is particular about it.
    pub mark: ReplyMark,
}

/// One event in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventView {
    /// Which one.
    pub event: EventKey,
    /// Its title.
    pub title: String,
    /// Its place.
    pub place: String,
    /// Its description as plain text.
    pub description: String,
    /// When it begins, in the person's zone.
    pub start: Point,
    /// When it ends, in the person's zone.
    pub end: Point,
    /// Whether it lasts whole days.
    pub all_day: bool,
    /// Its own zone with begin and end there, if that differs from the person's.
    pub own_zone: Option<(String, Point, Point)>,
    /// How it repeats, in words; empty if it does not.
    pub repeats: String,
    /// The name of its calendar.
    pub calendar: String,
    /// How it is drawn.
    pub look: EventLook,
    /// Who organizes it: name and address; absent if nobody is invited.
    pub organizer: Option<(String, String)>,
    /// Whether I organize it.
    pub mine: bool,
    /// Whether it can be changed here, or why not, in words.
    pub read_only: Option<String>,
    /// Reminders, in minutes before the start.
    pub reminders: Vec<i32>,
    /// The guests.
    pub guests: Vec<GuestView>,
    /// Their answers counted.
    pub tally: Tally,
    /// The stored object, byte for byte.
    pub stored: crate::CodeText,
}
