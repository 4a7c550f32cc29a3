//! A new object from a draft: one VEVENT with all it needs, and nothing more.

use jiff::Timestamp;

use super::field::with_plain_breaks;
use super::zone::add_zone;
use super::{Draft, DraftProblem, Organizer, alarm};
use crate::ical::{Component, Document, PRODUCT, Property};
use crate::time::moment::Moment;

/// Makes the object of a new event, as it is stored: without METHOD, its zone written out.
///
/// # Errors
/// If the draft breaks one of its own rules; see [`DraftProblem`].
pub fn create(draft: &Draft, uid: &str, now: Timestamp, organizer: &Organizer) -> Result<Document, DraftProblem> {
    draft.check()?;
    let stamp = Moment::Utc(now).to_string();
    let mut event = Component::new("VEVENT");
    event.push(Property::new("CREATED", &stamp));
    if !draft.description.is_empty() {
        event.push(Property::new_text("DESCRIPTION", &with_plain_breaks(&draft.description)));
    }
    event.push(time_property("DTEND", &draft.end));
    event.push(Property::new("DTSTAMP", &stamp));
    event.push(time_property("DTSTART", &draft.start));
    if !draft.place.is_empty() {
        event.push(Property::new_text("LOCATION", &with_plain_breaks(&draft.place)));
    }
    event.push(Property::new("SEQUENCE", "0"));
    event.push(Property::new_text("SUMMARY", &with_plain_breaks(&draft.title)));
    if draft.start.is_date() {
        // A whole day takes nobody's hours (RFC 5545 section 3.8.2.7).
        event.push(Property::new("TRANSP", "TRANSPARENT"));
    }
    event.push(Property::new("UID", uid));
    if !draft.guests.is_empty() {
        event.push(organizer_property(organizer));
        draft.guests.iter().for_each(|guest| event.push(guest.to_property()));
    }
    if let Some(minutes) = draft.reminder_minutes {
        event.push_component(alarm(minutes, &draft.title));
    }
    let mut calendar = Component::new("VCALENDAR");
    calendar.push(Property::new("VERSION", "2.0"));
    calendar.push(Property::new("PRODID", PRODUCT));
    calendar.push(Property::new("CALSCALE", "GREGORIAN"));
    calendar.push_component(event);
    let mut document = Document::of(calendar);
    add_zone(&mut document, draft, now)?;
    Ok(document)
}

/// The ORGANIZER property (RFC 5545 section 3.8.4.3).
pub(super) fn organizer_property(organizer: &Organizer) -> Property {
    let property = Property::new("ORGANIZER", &organizer.address.to_value());
    if organizer.name.is_empty() { property } else { property.with("CN", &organizer.name) }
}

fn time_property(name: &str, moment: &Moment) -> Property {
    let property = Property::new(name, &moment.to_string());
    match moment.tzid() {
        Some(tzid) => property.with("TZID", tzid),
        None if moment.is_date() => property.with("VALUE", "DATE"),
        None => property,
    }
}
