//! One event in full, as its card shows it.

use calendar::draft::{end_of, reminder_minutes};
use calendar::ical::{Component, Property};
use calendar::time::moment::Moment;
use calendar::time::zone::identify;
use intent::{EventKey, EventView, Point};

use super::clock::{Viewer, point_of, point_of_moment};
use super::person::{guests_of, is_mine, look_of, tally_of};
use super::{Shelf, StoredObject, calendar_code, moment_of, repeats_in_words, text_of};

/// One event, or one occurrence of a series; absent if it is not (any more) on the shelf.
pub fn event(shelf: &Shelf, key: &EventKey, viewer: &Viewer) -> Option<EventView> {
    let (calendar, object) = shelf.by_uid(&key.uid)?;
    let calendar = shelf.calendar(calendar)?;
    let component = component_of(object, &key.occurrence)?;
    let (start, end) = times_of(component, &key.occurrence)?;
    let mine = is_mine(component, viewer);
    let read_only = object.trouble().or_else(|| {
        if !calendar.writable {
            Some("The calendar it is in can be read only.".to_owned())
        } else if !mine {
            Some("Somebody else organizes it: only they can change it.".to_owned())
        } else {
            None
        }
    });
    Some(EventView {
        event: key.clone(),
        title: text_of(component, "SUMMARY"),
        place: text_of(component, "LOCATION"),
        description: text_of(component, "DESCRIPTION"),
        start: point_of_moment(&start, viewer),
        end: point_of_moment(&end, viewer),
        all_day: start.is_date(),
        own_zone: own_zone(&start, &end, viewer),
        repeats: object.master().map(repeats_in_words).unwrap_or_default(),
        calendar: calendar.name.clone(),
        look: look_of(component, viewer),
        organizer: component.property("ORGANIZER").map(name_and_address),
        mine,
        read_only,
        reminders: reminder_minutes(component).and_then(|minutes| i32::try_from(minutes).ok()).into_iter().collect(),
        guests: guests_of(component, viewer),
        tally: tally_of(component),
        stored: calendar_code(&object.bytes),
    })
}

/// The override of an occurrence, or what stands in for it.
fn component_of<'o>(object: &'o StoredObject, occurrence: &str) -> Option<&'o Component> {
    let events = object.events();
    let override_of = |event: &&&Component| calendar::merge::key_of(event).recurrence_id.as_deref() == Some(occurrence);
    events.iter().find(override_of).or_else(|| events.first()).copied()
}

/// When an occurrence begins and ends: as its override says, or the series' own times moved to it.
fn times_of(component: &Component, occurrence: &str) -> Option<(Moment, Moment)> {
    let (start, end) = (moment_of(component, "DTSTART")?, end_of(component)?);
    let is_override = component.property("RECURRENCE-ID").is_some();
    let Ok(at) = Moment::parse(occurrence, None) else { return Some((start, end)) };
    if is_override {
        return Some((start, end));
    }
    let lasts = start.civil().until(end.civil()).ok()?;
    let local = match (&at, start.tzid().and_then(|tzid| identify(tzid, None).zone)) {
        (Moment::Utc(instant), Some(zone)) => zone.local(*instant),
        _ => at.civil(),
    };
    Some((start.with_civil(local), end.with_civil(local.checked_add(lasts).ok()?)))
}

/// The event's own zone and times, where they differ from the person's.
fn own_zone(start: &Moment, end: &Moment, viewer: &Viewer) -> Option<(String, Point, Point)> {
    let tzid = start.tzid()?;
    let name = identify(tzid, None).iana.map_or_else(|| tzid.to_owned(), str::to_owned);
    (point_of(start.civil()) != point_of_moment(start, viewer))
        .then(|| (name, point_of(start.civil()), point_of(end.civil())))
}

fn name_and_address(person: &Property) -> (String, String) {
    let name = person.parameter("CN").map(|name| name.into_owned()).unwrap_or_default();
    (name, person.address().as_str().to_owned())
}
