//! Which of two versions of one event is the newer.
//!
//! Mail arrives in any order, so every incoming message is judged here before it may change what is stored
//! (RFC 5546 section 2.1.5): SEQUENCE decides, DTSTAMP settles a tie.

use crate::ical::{Component, Property};
use crate::time::moment::Moment;

/// How recent a version of an event is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision {
    // The derived order compares `sequence` first.
    /// The organizer's count of significant changes.
    pub sequence: u32,
    /// When this version was written, in Unix seconds; the lowest number where it does not say.
    pub stamped_at: i64,
}

/// The greatest SEQUENCE there is: the largest INTEGER of RFC 5545 section 3.3.8.
pub const MAX_SEQUENCE: u32 = i32::MAX as u32;

impl Revision {
    /// What a component says of itself. A missing or negative SEQUENCE is 0, one beyond all integers the greatest.
    #[must_use]
    pub fn of(component: &Component) -> Self {
        Self { sequence: sequence(component), stamped_at: stamped_at(component.property("DTSTAMP")) }
    }
}

/// The SEQUENCE of a component.
#[must_use]
pub fn sequence(component: &Component) -> u32 {
    component.value("SEQUENCE").map_or(0, read_sequence)
}

/// Reads a SEQUENCE value as [`Revision::of`] does.
#[must_use]
pub fn read_sequence(value: &str) -> u32 {
    let value = value.trim();
    let digits = value.strip_prefix('+').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    digits.parse().unwrap_or(MAX_SEQUENCE).min(MAX_SEQUENCE)
}

fn stamped_at(stamp: Option<&Property>) -> i64 {
    stamp.map_or(i64::MIN, |stamp| read_stamp(stamp.value()))
}

/// Reads a DTSTAMP value in Unix seconds; one without its `Z` is taken for UTC.
#[must_use]
pub fn read_stamp(value: &str) -> i64 {
    match Moment::parse(value, None) {
        Ok(Moment::Utc(instant)) => instant.as_second(),
        Ok(moment) => {
            jiff::tz::Offset::UTC.to_timestamp(moment.civil()).map_or(i64::MIN, |instant| instant.as_second())
        }
        Err(_) => i64::MIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(sequence: &str, stamp: &str) -> Revision {
        let mut event = Component::new("VEVENT");
        event.push(Property::new("SEQUENCE", sequence));
        event.push(Property::new("DTSTAMP", stamp));
        Revision::of(&event)
    }

    #[test]
    fn sequence_decides_and_the_stamp_settles_a_tie() {
        assert!(revision("2", "20260101T000000Z") > revision("1", "20270101T000000Z"));
        assert!(revision("1", "20260101T000001Z") > revision("1", "20260101T000000Z"));
        assert_eq!(revision("1", "20260101T000000Z"), revision("+01", "20260101T000000"));
    }

    #[test]
    fn odd_sequences_are_kept_within_their_range() {
        for (value, sequence) in [("-1", 0), ("", 0), ("x", 0), ("7", 7), ("99999999999999999999", MAX_SEQUENCE)] {
            assert_eq!(read_sequence(value), sequence, "{value}");
        }
    }

    #[test]
    fn a_version_without_a_stamp_is_older_than_any_with_one() {
        assert!(Revision::of(&Component::new("VEVENT")) < revision("0", "19700101T000000Z"));
    }
}
