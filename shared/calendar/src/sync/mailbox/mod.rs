//! Looking for answers in a mailbox that others read too, with as few commands as the server allows.
//!
//! `SEARCH` cannot find a calendar part below the top of a mail, so the structures of new mails are looked at in
//! batches, and only mails that carry something of interest are read. Nothing depends on flags, and none is changed:
//! a mail that was read elsewhere counts as well.

mod assemble;
mod candidate;
mod look;

pub use assemble::{ReadPart, assemble, digest};
pub use candidate::{Candidate, CandidatePart, Interest, Part};
pub use look::{Known, Looked, Mailbox, Selected, Step};

/// How far back the first look at a mailbox goes, and a look after the server has renumbered its mails, in days.
pub const LOOK_BACK_DAYS: i32 = 30;
/// The most mails that such a look takes in; the newest ones.
pub const LOOK_BACK_MAILS: usize = 2_000;
/// The most mails whose structure is asked for in one command.
pub const LOOK_BATCH: u32 = 250;
/// A gap in the numbers wider than this is searched first, so that a mailbox full of holes costs one command more
/// and not hundreds.
pub const LOOK_SPAN: u32 = 1_000;
/// The most mails that are read in one command.
pub const READ_BATCH: usize = 50;
/// The most bytes of a part that are read in the first go; most answers are far smaller.
pub const PART_FIRST_BYTES: u32 = 16 * 1024;
/// The most bytes of a part, or of a mail that must be read as a whole.
pub const PART_LIMIT_BYTES: u32 = 1024 * 1024;
/// How many mails that were dealt with are remembered, for when the server numbers them anew.
pub const REMEMBERED_MAILS: usize = 2_000;
/// The header fields that say who wrote a mail, and whether that is true.
pub const HEADERS: [&str; 10] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Authentication-Results",
    "ARC-Authentication-Results",
];
