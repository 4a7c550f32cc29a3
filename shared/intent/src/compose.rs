//! The form of an event that is being written, and what is wrong with it.

use serde::{Deserialize, Serialize};

use crate::{CalendarId, Day, EventKey, PartStat, Point};

/// Which draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DraftId(pub String);

/// How writing begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ComposeStart {
    /// A new event.
    New {
        /// When it begins, in the person's zone.
        start: Point,
        /// How long it lasts, in minutes.
        minutes: u16,
        /// Whether it lasts whole days.
        all_day: bool,
    },
    /// A change of a stored event, as a whole.
    Change(EventKey),
    /// The cancellation of a stored event, as a whole.
    Cancel(EventKey),
    /// A draft that is on this device.
    Draft(DraftId),
    /// The newest version of a stored event once more for one guest, by address.
    Again(EventKey, String),
}

/// A form as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The draft.
    pub draft: DraftId,
    /// Counts the edits; an inspection names the revision it is true to.
    pub revision: u32,
    /// The stored event this changes; absent for a new one.
    pub event: Option<EventKey>,
    /// Whether the event is to be cancelled; then only `note` may be edited.
    pub cancels: bool,
    /// Title, as typed.
    pub title: String,
    /// First day, in `zone`.
    pub start_day: Day,
    /// Begin in minutes since midnight.
    pub start_minute: u16,
    /// Last day; for whole days the last one itself.
    pub end_day: Day,
    /// End in minutes since midnight.
    pub end_minute: u16,
    /// Whether it lasts whole days.
    pub all_day: bool,
    /// The zone of the times: an IANA name.
    pub zone: String,
    /// Place, as typed.
    pub place: String,
    /// Description, as typed.
    pub description: String,
    /// Guests: those of the stored event first, in their order.
    pub guests: Vec<Guest>,
    /// What is typed in the guests' field and not yet read.
    pub guest_text: String,
    /// Minutes before the start, or none.
    pub reminder: Option<u32>,
    /// The calendar it is written to.
    pub calendar: CalendarId,
    /// A word to the guests of a change or cancellation (COMMENT).
    pub note: String,
    /// Whether the event repeats: then it is changed or cancelled as a whole, in words.
    pub repeats: String,
}

/// A guest in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// Name; may be empty.
    pub name: String,
    /// Bare address.
    pub address: String,
    /// Whether they may stay away.
    pub optional: bool,
    /// How they stand to the stored event.
    pub mark: GuestMark,
}

/// How a guest in the form stands to the stored event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GuestMark {
    /// Not invited before.
    #[default]
    Added,
    /// Invited before, with this answer.
    Kept(PartStat),
    /// Invited before, with this answer, and taken off the list now.
    Removed(PartStat),
    /// Invited before, with this answer, and to be sent the event again.
    Again(PartStat),
}

/// What a text held in guests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestsRead {
    /// The draft they are for.
    pub draft: DraftId,
    /// New guests, in the order of the text.
    pub guests: Vec<Guest>,
    /// Entries that are none.
    pub problems: Vec<GuestProblem>,
    /// How many were left out because they are on the list already.
    pub folded: u16,
    /// Whether the person's own address was among them and left out.
    pub own_address: bool,
}

/// An entry that is no guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestProblem {
    /// The entry as typed.
    pub text: String,
    /// What is wrong with it.
    pub kind: GuestProblemKind,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GuestProblemKind {
    /// There is no `@`.
    NoAt,
    /// There is more than one `@`.
    SecondAt,
    /// Nothing, or something impossible, before the `@`.
    LocalPart,
    /// Nothing, or something impossible, behind the `@`.
    Domain,
    /// A line break, an angle bracket or another character that has no place in an address.
    ForbiddenCharacter,
    /// Longer than 254 octets.
    TooLong,
    /// More guests than fit in one event.
    TooMany,
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    /// The title.
    Title,
    /// Day and time of the start.
    Start,
    /// Day and time of the end.
    End,
    /// The zone.
    Zone,
    /// The place.
    Place,
    /// The description.
    Description,
    /// The guests.
    Guests,
    /// The calendar.
    Calendar,
}

/// Why a form cannot be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FormProblem {
    /// It ends before it starts.
    EndsBeforeStart,
    /// The zone is not known.
    UnknownZone,
    /// The field is longer than its limit.
    TooLong(Field),
    /// A character that no calendar can carry.
    ForbiddenCharacter(Field),
    /// Text in the guests' field is not yet on the list.
    GuestsNotRead,
    /// No calendar to write to.
    NoCalendar,
    /// The stored event has changed on the server since writing began; begin again from what is there.
    ChangedElsewhere,
    /// The stored event is gone.
    Gone,
    /// Nothing has been changed yet.
    NothingChanged,
    /// Somebody else organizes the event.
    NotYours,
    /// The stored event may only be shown: its calendar cannot be written to, or it is not well formed.
    ReadOnly,
    /// The series repeats on days that its rule names, and cannot be moved to another day as a whole.
    SeriesDay,
    /// The series has exceptions, so whole days and times of day cannot be exchanged.
    SeriesForm,
}

/// A time zone to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// IANA name.
    pub id: String,
    /// Minutes east of UTC now.
    pub offset_minutes: i16,
}

/// All time zones, and how fresh what is known of them is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zones {
    /// The version of the tz data, such as `2026f`.
    pub version: String,
    /// The zones, the person's own first.
    pub zones: Vec<Zone>,
}
