//! The writing desk: a form becomes the object that is stored and the letters that are sent, and the words for both.
//!
//! Pure: stored bytes, a form and the hour in, values out. The engine keeps the last [`Inspected`] of each draft and,
//! when the person presses send, carries out its plan if the revision is still the one on the screen (what was
//! inspected is what is sent, byte for byte).

mod plan;

pub use plan::{PlannedLetter, SendPlan, StoreAct};

use intent::Inspection;
use jiff::Timestamp;

/// Who writes, and the hour; the same for every letter of a send.
#[derive(Clone, Debug)]
pub struct Writer {
    /// The account's address: sender, envelope sender and organizer.
    pub address: String,
    /// The person's name; may be empty.
    pub name: String,
    /// Every address that means this person, the account's among them.
    pub aliases: Vec<String>,
    /// The person's IANA zone.
    pub zone: String,
    /// The hour at which the letters are written.
    pub now: Timestamp,
    /// Sixteen bytes of chance, drawn once per draft and kept with it: UID, Message-IDs and MIME boundaries grow
    /// from it, so that inspecting twice gives the same names.
    pub seed: [u8; 16],
    /// Whether the calendar server would invite by itself, and must be told not to (SCHEDULE-AGENT=CLIENT).
    pub server_schedules: bool,
    /// How long mails are held before they leave, in seconds.
    pub hold_seconds: u16,
    /// The mailbox that takes the Sent copies; empty if the provider files them by itself.
    pub sent_mailbox: String,
}

/// What sending a form would do: the words for the person, and the plan that does exactly that.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// What the page shows.
    pub inspection: Inspection,
    /// What send does; absent while the form has problems.
    pub plan: Option<SendPlan>,
}
