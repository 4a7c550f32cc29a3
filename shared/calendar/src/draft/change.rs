//! A draft applied to a stored object: only the lines that the person changed.
//!
//! A field that reads as it did before is not written, so what another program stored there (an escape, a language
//! parameter, a rich text beside the plain one) survives. A series is changed as a whole: overrides follow where they
//! still said the same as the series, and keep what was particular to them.

use jiff::Timestamp;

use super::create::organizer_property;
use super::field::with_plain_breaks;
use super::series::Move;
use super::zone::add_zone;
use super::{Draft, DraftProblem, Guest, Organizer, alarm, minutes_of, moment_property, trigger};
use crate::ical::{Component, Document, Property};
use crate::time::duration::Duration;
use crate::time::moment::Moment;

/// Applies a draft to a stored event or series, as a whole.
///
/// # Errors
/// If the draft breaks one of its own rules, the object can only be shown, or the series cannot be moved that way.
pub fn change(
    stored: &Document,
    draft: &Draft,
    now: Timestamp,
    organizer: &Organizer,
) -> Result<Document, DraftProblem> {
    draft.check()?;
    let mut document = stored.clone();
    if document.is_read_only() {
        return Err(DraftProblem::ReadOnly);
    }
    let calendar = document.calendar_mut().ok_or(DraftProblem::ReadOnly)?;
    let before = calendar
        .components()
        .find(|it| it.is("VEVENT") && it.property("RECURRENCE-ID").is_none())
        .cloned()
        .ok_or(DraftProblem::ReadOnly)?;
    let start = moment_of(before.property("DTSTART")).ok_or(DraftProblem::ReadOnly)?;
    let by = Move::new(&start, &draft.start);
    let moves = start != draft.start;
    if moves {
        by.check(calendar.components().filter(|it| it.is("VEVENT")))?;
    }
    for event in calendar.components_mut().filter(|it| it.is("VEVENT")) {
        let is_series = event.property("RECURRENCE-ID").is_none();
        set_text(event, "SUMMARY", &draft.title, &before, is_series);
        set_text(event, "LOCATION", &draft.place, &before, is_series);
        if set_text(event, "DESCRIPTION", &draft.description, &before, is_series) {
            // The rich text beside it would still say the old thing.
            event.remove("X-ALT-DESC");
        }
        set_guests(event, &draft.guests, organizer, &before);
        if is_series {
            set_times(event, draft, &start);
            if moves {
                move_series(event, &by)?;
            }
            set_reminder(event, draft);
        } else if moves {
            move_override(event, &by);
        }
    }
    add_zone(&mut document, draft, now)?;
    Ok(document)
}

/// DTSTART, DTEND or RECURRENCE-ID as a moment.
pub(super) fn moment_of(property: Option<&Property>) -> Option<Moment> {
    let property = property?;
    Moment::parse(property.value(), property.parameter("TZID").as_deref()).ok()
}

/// When an event ends: its DTEND, or its start and DURATION, or what the start implies (RFC 5545 section 3.6.1).
pub fn end_of(event: &Component) -> Option<Moment> {
    let start = moment_of(event.property("DTSTART"))?;
    if let Some(end) = moment_of(event.property("DTEND")) {
        return Some(end);
    }
    let lasts = match event.value("DURATION").and_then(|value| Duration::parse(value).ok()) {
        Some(lasts) => lasts,
        None if start.is_date() => Duration::from_days(1),
        None => Duration::from_seconds(0),
    };
    let span = jiff::Span::new().try_days(lasts.days()).ok()?.try_seconds(lasts.seconds()).ok()?;
    Some(start.with_civil(start.civil().checked_add(span).ok()?))
}

/// Sets a text where it differs; in an override only where that said the same as the series. Says whether it did.
fn set_text(event: &mut Component, name: &str, text: &str, before: &Component, is_series: bool) -> bool {
    let text = with_plain_breaks(text);
    let read = |component: &Component| component.property(name).map(|it| it.text().into_owned()).unwrap_or_default();
    let (was, is) = (read(before), read(event));
    if was == text || (!is_series && is != was) {
        return false;
    }
    if text.is_empty() {
        event.remove(name);
        return true;
    }
    match event.property_mut(name) {
        Some(property) => property.set_text(&text),
        None => event.push(Property::new_text(name, &text)),
    }
    true
}

fn set_times(event: &mut Component, draft: &Draft, start: &Moment) {
    let end = end_of(event);
    if *start != draft.start {
        event.set(moment_property("DTSTART", &draft.start));
    }
    if end.as_ref() != Some(&draft.end) || event.property("DTEND").is_some() && *start != draft.start {
        event.remove("DURATION");
        event.set(moment_property("DTEND", &draft.end));
    }
}

fn move_series(event: &mut Component, by: &Move<'_>) -> Result<(), DraftProblem> {
    for rule in event.all_mut("RRULE") {
        let moved = by.apply_to_rule(rule.value())?;
        rule.set_value(&moved);
    }
    for name in ["EXDATE", "RDATE"] {
        event.all_mut(name).for_each(|list| by.apply_to_list(list));
    }
    Ok(())
}

/// An override moves with its series; its own times only where they were the series' times.
fn move_override(event: &mut Component, by: &Move<'_>) {
    let Some(id) = event.property_mut("RECURRENCE-ID") else { return };
    let Some(was) = moment_of(Some(id)) else { return };
    by.apply_to_list(id);
    let own_start = moment_of(event.property("DTSTART"));
    if own_start.as_ref() != Some(&was) {
        return;
    }
    for name in ["DTSTART", "DTEND"] {
        event.all_mut(name).for_each(|moment| by.apply_to_list(moment));
    }
}

/// Removes who is no longer asked and adds who is new; who stays keeps their line, but for ROLE where it changed.
fn set_guests(event: &mut Component, guests: &[Guest], organizer: &Organizer, before: &Component) {
    let asked = |address: &crate::ical::Address| guests.iter().find(|guest| guest.address == *address);
    let was_asked: Vec<_> = before.all("ATTENDEE").map(Property::address).collect();
    let chairs = event.property("ORGANIZER").map(Property::address);
    let is_chair = |address: &crate::ical::Address| Some(address) == chairs.as_ref() || *address == organizer.address;
    event.retain_properties(|property| {
        if !property.is("ATTENDEE") {
            return true;
        }
        let address = property.address();
        // Somebody asked to one occurrence only is not on the list of the series, and stays.
        is_chair(&address) || asked(&address).is_some() || !was_asked.contains(&address)
    });
    for attendee in event.all_mut("ATTENDEE") {
        if let Some(guest) = asked(&attendee.address())
            && attendee.parameter_is("ROLE", "OPT-PARTICIPANT") != guest.optional
        {
            attendee.set_parameter("ROLE", guest.role());
        }
    }
    for guest in guests {
        let is_there = event.all("ATTENDEE").any(|it| it.address() == guest.address);
        if !is_there && !was_asked.contains(&guest.address) {
            event.push(guest.to_property());
        }
    }
    if !guests.is_empty() && event.property("ORGANIZER").is_none() {
        event.push(organizer_property(organizer));
    }
}

/// Changes the one alarm that the form shows; all others stay.
fn set_reminder(event: &mut Component, draft: &Draft) {
    let is = super::reminder_minutes(event);
    if is == draft.reminder_minutes {
        return;
    }
    match (is, draft.reminder_minutes) {
        (None, Some(minutes)) => event.push_component(alarm(minutes, &draft.title)),
        (Some(_), Some(minutes)) => {
            let shown = event.components_mut().find(|it| minutes_of(it).is_some());
            if let Some(trigger_of) = shown.and_then(|alarm| alarm.property_mut("TRIGGER")) {
                trigger_of.set_value(&trigger(minutes));
            }
        }
        (Some(_), None) => {
            let mut is_gone = false;
            event.retain_components(|it| {
                let goes = !is_gone && minutes_of(it).is_some();
                is_gone |= goes;
                !goes
            });
        }
        (None, None) => {}
    }
}
