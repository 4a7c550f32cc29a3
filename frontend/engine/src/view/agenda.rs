//! The events of a range of days, in the person's zone, each with its place among those it overlaps.

use calendar::ical::Component;
use intent::{AgendaView, Calendar, CalendarId, EventKey, Occurrence, Unreadable, Window};
use jiff::ToSpan;

use super::clock::{Viewer, date_of, local_of, point_of};
use super::colour::colour_of;
use super::lanes::lay_out;
use super::person::{is_mine, look_of, my_answer, tally_of};
use super::{Shelf, StoredObject, text_of};

/// The most occurrences that one view shows.
pub const OCCURRENCE_LIMIT: usize = 3_000;

/// The calendars, and what happens in a range of days.
pub fn agenda(shelf: &Shelf, window: Window, viewer: &Viewer, loaded: bool) -> AgendaView {
    let clock = viewer.clock();
    let from = clock.instant(local_of(window.first, 0));
    let last = date_of(window.first).checked_add(i64::from(window.days).days()).unwrap_or(jiff::civil::Date::MAX);
    let to = clock.instant(last.to_datetime(jiff::civil::Time::midnight()));
    let mut view = AgendaView { window: Some(window), loaded, ..AgendaView::default() };
    for (index, calendar) in shelf.calendars().iter().enumerate() {
        let number = u16::try_from(index).unwrap_or(u16::MAX);
        view.calendars.push(Calendar {
            id: calendar.id.clone(),
            name: calendar.name.clone(),
            colour: colour_of(calendar.colour.as_deref(), index),
            visible: calendar.visible,
            writable: calendar.writable,
        });
        let troubled = shelf.troubled(&calendar.id);
        view.unreadable.extend(troubled.filter_map(|object| {
            Some(Unreadable { calendar: number, name: file_name(&object.href), why: object.trouble()? })
        }));
        if !calendar.visible {
            continue;
        }
        for object in shelf.near(&calendar.id, from, to, &clock) {
            let times = object.times(&clock);
            let left = OCCURRENCE_LIMIT.saturating_sub(view.occurrences.len());
            let found = times.table.occurrences(from, to, left);
            view.truncated |= found.is_truncated;
            let components = object.components();
            for at in &found.occurrences {
                if let Some(component) = components.get(at.component) {
                    let all_day = times.table.is_all_day(at);
                    // A whole day is the same day everywhere; midnight would move with the zone.
                    let local = |moment: Option<calendar::time::moment::Moment>, instant| match moment {
                        Some(moment) if all_day => moment.civil(),
                        _ => clock.local(instant),
                    };
                    view.occurrences.push(Occurrence {
                        start: point_of(local(times.table.start(at), at.begins)),
                        end: point_of(local(times.table.end(at), at.ends)),
                        all_day,
                        calendar: number,
                        repeats: times.repeats,
                        ..occurrence(component, key(&calendar.id, object, times.table.recurrence_id(at)), viewer)
                    });
                }
            }
        }
    }
    view.occurrences.sort_by(|one, other| {
        (one.start, other.end, &one.title, &one.event.uid).cmp(&(other.start, one.end, &other.title, &other.event.uid))
    });
    lay_out(&mut view.occurrences);
    view
}

fn key(
    calendar: &CalendarId,
    object: &StoredObject,
    recurrence_id: Option<calendar::time::moment::Moment>,
) -> EventKey {
    EventKey {
        calendar: calendar.clone(),
        uid: object.uid.clone(),
        occurrence: recurrence_id.map(|moment| calendar::merge::occurrence_key(&moment)).unwrap_or_default(),
    }
}

/// What an occurrence says; its times are filled in by the caller.
fn occurrence(component: &Component, event: EventKey, viewer: &Viewer) -> Occurrence {
    let tally = tally_of(component);
    let has_guests = tally != intent::Tally::default();
    Occurrence {
        event,
        title: text_of(component, "SUMMARY"),
        place: text_of(component, "LOCATION"),
        look: look_of(component, viewer),
        tally: (has_guests && is_mine(component, viewer)).then_some(tally),
        my_answer: my_answer(component, viewer),
        lanes: 1,
        ..Occurrence::default()
    }
}

fn file_name(href: &str) -> String {
    href.rsplit('/').find(|part| !part.is_empty()).unwrap_or(href).to_owned()
}
