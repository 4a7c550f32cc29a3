//! What a send does, decided and frozen: one object to store or remove, and one letter per guest.
//!
//! The plan is made together with the inspection the person reads, and carried out as it is: nothing is built again
//! between the eye and the wire.

use intent::{CalendarId, EventKey, LetterKind, Point};

/// One mail, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedLetter {
    /// The only envelope recipient.
    pub recipient: String,
    /// The recipient's name; may be empty.
    pub name: String,
    /// What it is.
    pub kind: LetterKind,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// Every byte, lines ended by CRLF.
    pub bytes: Vec<u8>,
}

/// What happens on the calendar server before any mail leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAct {
    /// A new object, only if there is none of that name (`If-None-Match: *`).
    Create {
        /// The file name within the calendar, such as `UID.ics`.
        name: String,
        /// Every byte.
        bytes: Vec<u8>,
    },
    /// A stored object is replaced, only if it is still the one that was edited (`If-Match`).
    Replace {
        /// Its address on the server.
        href: String,
        /// The version that was edited; if the server gave none, it is read again before writing.
        etag: Option<String>,
        /// Every byte.
        bytes: Vec<u8>,
        /// What was stored when writing began, for a three-way merge.
        base: Vec<u8>,
    },
    /// A stored object is removed, only if it is still the one that was seen (`If-Match`).
    Remove {
        /// Its address on the server.
        href: String,
        /// The version that was seen.
        etag: Option<String>,
        /// What was stored when writing began, for a three-way merge.
        base: Vec<u8>,
    },
}

/// A whole send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendPlan {
    /// The event.
    pub event: EventKey,
    /// The calendar it is stored in.
    pub calendar: CalendarId,
    /// The event's title, for the outbox.
    pub title: String,
    /// When the event begins, for the outbox.
    pub starts: Point,
    /// What happens on the calendar server; first, and if it fails nobody is mailed.
    pub store: StoreAct,
    /// The letters, one per guest; empty if nobody is told.
    pub letters: Vec<PlannedLetter>,
    /// The envelope sender of all letters.
    pub sender: String,
}
