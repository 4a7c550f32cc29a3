//! How recent the last answer of an attendee is, kept on the ATTENDEE itself so that every device knows it.

use crate::ical::Property;

use super::outgoing::utc;
use super::revision::{MAX_SEQUENCE, Revision, read_sequence, read_stamp};

/// The SEQUENCE that was answered, or that an answer must have at least.
const SEQUENCE: &str = "X-CALPOST-REPLY-SEQUENCE";
/// When the answer was written; missing after a reset.
const STAMP: &str = "X-CALPOST-REPLY-DTSTAMP";
/// What the attendee said beside the answer.
const COMMENT: &str = "X-CALPOST-REPLY-COMMENT";
/// Set where the organizer entered the answer.
const BY_HAND: &str = "X-CALPOST-SET-BY-HAND";

/// The revision of the last answer on an ATTENDEE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The SEQUENCE that was answered.
    pub(super) sequence: u32,
    /// When it was written, in Unix seconds; nothing where no answer has come since a reset.
    pub(super) stamped_at: Option<i64>,
}

impl Record {
    /// The record of an attendee; nothing where no answer was ever recorded.
    pub(super) fn of(attendee: &Property) -> Option<Self> {
        let stamp = attendee.parameter(STAMP).map(|stamp| read_stamp(&stamp));
        let sequence = attendee.parameter(SEQUENCE).map(|sequence| read_sequence(&sequence));
        (stamp.is_some() || sequence.is_some()).then(|| Self {
            sequence: sequence.unwrap_or_default(),
            stamped_at: stamp.filter(|stamp| *stamp > i64::MIN),
        })
    }

    /// Whether the attendee has answered since the last reset.
    pub(super) fn is_answer(self) -> bool {
        self.stamped_at.is_some()
    }

    /// The record of a series as it counts for an occurrence that was not answered by itself: as a SEQUENCE to respect,
    /// no higher than that of the occurrence, because an override does not rise with its series.
    pub(super) fn inherited(self, occurrence: u32) -> Self {
        Self { sequence: self.sequence.min(occurrence), stamped_at: None }
    }

    /// Whether an answer of that revision comes after what is recorded.
    pub(super) fn is_before(self, answer: Revision) -> bool {
        let recorded = Revision { sequence: self.sequence, stamped_at: self.stamped_at.unwrap_or(i64::MIN) };
        match self.stamped_at {
            Some(_) => answer > recorded,
            None => answer.sequence >= self.sequence,
        }
    }

    /// Whether this is the very answer that is recorded.
    pub(super) fn is(self, answer: Revision) -> bool {
        self.sequence == answer.sequence && self.stamped_at == Some(answer.stamped_at)
    }

    /// Writes down the revision of an answer.
    pub(super) fn write(attendee: &mut Property, answer: Revision) {
        attendee.set_parameter(SEQUENCE, &answer.sequence.min(MAX_SEQUENCE).to_string());
        match jiff::Timestamp::from_second(answer.stamped_at) {
            Ok(stamp) => attendee.set_parameter(STAMP, &utc(stamp)),
            Err(_) => {
                attendee.remove_parameter(STAMP);
            }
        }
        attendee.remove_parameter(BY_HAND);
        // Who answers has the mail.
        super::delivery::forget(attendee);
    }

    /// Makes every answer to a lower SEQUENCE stale.
    pub(super) fn reset(attendee: &mut Property, sequence: u32) {
        Self::erase(attendee);
        attendee.set_parameter(SEQUENCE, &sequence.to_string());
    }

    /// Removes all that was recorded.
    pub(super) fn erase(attendee: &mut Property) {
        for name in [SEQUENCE, STAMP, COMMENT, BY_HAND] {
            attendee.remove_parameter(name);
        }
    }

    /// Keeps what the attendee said beside the answer; an answer without a comment takes the last one away.
    pub(super) fn write_comment(attendee: &mut Property, comment: Option<&str>) {
        match comment.filter(|comment| !comment.trim().is_empty()) {
            Some(comment) => attendee.set_parameter(COMMENT, comment),
            None => {
                attendee.remove_parameter(COMMENT);
            }
        }
    }

    /// Marks an answer as one that the organizer entered.
    pub(super) fn mark_by_hand(attendee: &mut Property) {
        attendee.set_parameter(BY_HAND, "TRUE");
    }
}
