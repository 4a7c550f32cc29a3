//! A new object from a draft: one VEVENT with all it needs, and nothing more.

use icalendar::{Calendar, Component as _, Event, EventLike as _, Property as NewProperty};
use jiff::Timestamp;

use super::field::with_plain_breaks;
use super::zone::add_zone;
use super::{Draft, DraftProblem, Organizer, alarm};
use crate::ical::{Document, PRODUCT, Property};
use crate::time::moment::Moment;

/// Makes the object of a new event, as it is stored: without METHOD, its zone written out.
///
/// # Errors
/// If the draft breaks one of its own rules; see [`DraftProblem`].
pub fn create(draft: &Draft, uid: &str, now: Timestamp, organizer: &Organizer) -> Result<Document, DraftProblem> {
    draft.check()?;
    // UID and DTSTAMP are always given, so that the library never asks a clock or for chance.
    let mut event = Event::with_uid(uid);
    let stamp = Moment::Utc(now).to_string();
    event.add_property("DTSTAMP", &stamp).add_property("CREATED", &stamp).add_property("SEQUENCE", "0");
    event.append_property(time_property("DTSTART", &draft.start));
    event.append_property(time_property("DTEND", &draft.end));
    event.summary(&with_plain_breaks(&draft.title));
    if !draft.place.is_empty() {
        event.location(&with_plain_breaks(&draft.place));
    }
    if !draft.description.is_empty() {
        event.description(&with_plain_breaks(&draft.description));
    }
    if draft.start.is_date() {
        // A whole day takes nobody's hours (RFC 5545 section 3.8.2.7).
        event.add_property("TRANSP", "TRANSPARENT");
    }
    let mut calendar = Calendar::empty();
    calendar.append_property(NewProperty::new("VERSION", "2.0"));
    calendar.append_property(NewProperty::new("PRODID", PRODUCT));
    calendar.append_property(NewProperty::new("CALSCALE", "GREGORIAN"));
    calendar.push(event.done());

    // Names need quotes and RFC 6868 that the library does not write: people are added to the lossless document.
    let mut document = Document::read(calendar.to_string().as_bytes()).map_err(|_| DraftProblem::ReadOnly)?;
    let event = document.calendar_mut().and_then(|calendar| calendar.components_mut().find(|it| it.is("VEVENT")));
    if let Some(event) = event {
        if !draft.guests.is_empty() {
            event.push(organizer_property(organizer));
            draft.guests.iter().for_each(|guest| event.push(guest.to_property()));
        }
        if let Some(minutes) = draft.reminder_minutes {
            event.push_component(alarm(minutes, &draft.title));
        }
    }
    add_zone(&mut document, draft, now)?;
    Ok(document)
}

/// The ORGANIZER property (RFC 5545 section 3.8.4.3).
pub(super) fn organizer_property(organizer: &Organizer) -> Property {
    let property = Property::new("ORGANIZER", &organizer.address.to_value());
    if organizer.name.is_empty() { property } else { property.with("CN", &organizer.name) }
}

fn time_property(name: &str, moment: &Moment) -> NewProperty {
    let mut property = NewProperty::new(name, moment.to_string());
    if let Some(tzid) = moment.tzid() {
        property.add_parameter("TZID", tzid);
    } else if moment.is_date() {
        property.add_parameter("VALUE", "DATE");
    }
    property
}
