//! An event as a person writes it: a handful of fields that become a new object, or a change of a stored one.
//!
//! Whether SEQUENCE rises, who is mailed and whose answer is reset is not decided here: [`crate::itip`] compares the
//! object before with the object after. This module only makes the *after*, and touches nothing it was not told to.

mod change;
mod create;
mod field;
mod guest;
mod series;
#[cfg(test)]
mod tests;
mod zone;

pub use change::{change, end_of};
pub use create::create;
pub use field::{Field, FieldProblem, TEXT_LIMIT_BYTES, check_text};
pub use guest::{GUEST_LIMIT, Guest};
pub use series::SeriesProblem;

use jiff::Timestamp;
use thiserror::Error;

use crate::ical::{Address, Component, Property};
use crate::time::moment::Moment;
use crate::time::zone::{Zone, identify};

/// An event as a person writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its title; may be empty.
    pub title: String,
    /// When it begins. Both ends have the same form: dates, or times in one zone.
    pub start: Moment,
    /// When it ends: for whole days the day after the last one (RFC 5545 section 3.6.1).
    pub end: Moment,
    /// Its place; may be empty.
    pub place: String,
    /// Its description as plain text; may be empty.
    pub description: String,
    /// Everybody who is asked to come, the organizer not among them.
    pub guests: Vec<Guest>,
    /// Minutes before the start at which the organizer is reminded.
    pub reminder_minutes: Option<u32>,
}

/// Who organizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organizer {
    /// The address invitations come from.
    pub address: Address,
    /// The person's name; may be empty.
    pub name: String,
}

/// Why a draft cannot become an object.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DraftProblem {
    /// It ends before it begins, or one end is a day and the other a time.
    #[error("the event ends before it begins")]
    EndsBeforeStart,
    /// A field cannot be written.
    #[error("a field cannot be written")]
    Field(#[from] FieldProblem),
    /// More guests than one event holds.
    #[error("more than {GUEST_LIMIT} guests")]
    TooManyGuests,
    /// The zone of the times is not known.
    #[error("the time zone is not known")]
    UnknownZone,
    /// The stored object can only be shown: its structure is broken, or it holds no event.
    #[error("the stored event can be shown but not changed")]
    ReadOnly,
    /// The series cannot be changed as a whole in that way.
    #[error("the series cannot be changed in that way")]
    Series(#[from] SeriesProblem),
}

impl Draft {
    /// Checks what every draft must keep, whether it is new or a change.
    fn check(&self) -> Result<(), DraftProblem> {
        if self.start.is_date() != self.end.is_date() {
            return Err(DraftProblem::EndsBeforeStart);
        }
        let (start, end) = (instant_of(&self.start)?, instant_of(&self.end)?);
        if end < start || (self.start.is_date() && end == start) {
            return Err(DraftProblem::EndsBeforeStart);
        }
        check_text(Field::Title, &self.title)?;
        check_text(Field::Place, &self.place)?;
        check_text(Field::Description, &self.description)?;
        if self.guests.len() > GUEST_LIMIT {
            return Err(DraftProblem::TooManyGuests);
        }
        Ok(())
    }
}

/// The instant of a moment, for comparison only: two ends may lie on two sides of a change of the clocks.
fn instant_of(moment: &Moment) -> Result<Timestamp, DraftProblem> {
    let zone = match moment {
        Moment::Utc(instant) => return Ok(*instant),
        Moment::Date(_) | Moment::Floating(_) => Zone::utc(),
        Moment::Zoned { tzid, .. } => identify(tzid, None).zone.ok_or(DraftProblem::UnknownZone)?,
    };
    Ok(zone.instant(moment.civil()))
}

/// Minutes before the start at which the first relative display alarm of an event rings.
pub fn reminder_minutes(event: &Component) -> Option<u32> {
    event.components().find_map(minutes_of)
}

/// The minutes of an alarm such as the form can show: displayed, so long before the start.
fn minutes_of(alarm: &Component) -> Option<u32> {
    if !alarm.is("VALARM") || !alarm.value("ACTION").is_some_and(|action| action.eq_ignore_ascii_case("DISPLAY")) {
        return None;
    }
    let trigger = alarm.property("TRIGGER")?;
    if trigger.parameter_is("RELATED", "END") {
        return None;
    }
    let offset = crate::time::duration::Duration::parse(trigger.value()).ok()?;
    let seconds = offset.days() * 86_400 + offset.seconds();
    (seconds <= 0 && seconds % 60 == 0).then(|| u32::try_from(-seconds / 60).ok()).flatten()
}

/// A displayed alarm so many minutes before the start (RFC 5545 section 3.6.6).
fn alarm(minutes: u32, title: &str) -> Component {
    let mut alarm = Component::new("VALARM");
    alarm.push(Property::new("ACTION", "DISPLAY"));
    alarm.push(Property::new("TRIGGER", &trigger(minutes)));
    alarm.push(Property::new_text("DESCRIPTION", if title.is_empty() { "Reminder" } else { title }));
    alarm
}

fn trigger(minutes: u32) -> String {
    if minutes == 0 { "PT0S".to_owned() } else { format!("-PT{minutes}M") }
}

/// DTSTART or DTEND as a property.
fn moment_property(name: &str, moment: &Moment) -> Property {
    let property = Property::new(name, &moment.to_string());
    match moment.tzid() {
        Some(tzid) => property.with("TZID", tzid),
        None if moment.is_date() => property.with("VALUE", "DATE"),
        None => property,
    }
}
