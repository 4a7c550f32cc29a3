//! The zone of an event, written out in its object, so that no reader has to guess what a name means.

use jiff::{Timestamp, ToSpan};

use super::{Draft, DraftProblem, instant_of};
use crate::ical::{Component, Document};
use crate::time::vtimezone::VTimezone;

/// How far a zone is written out behind the later of the event and today.
const YEARS_AFTER: i64 = 10;
/// How far a zone is written out before the event.
const YEARS_BEFORE: i64 = 1;
/// Instants have no years of their own; a leap day more or less does not matter here.
const HOURS_PER_YEAR: i64 = 366 * 24;

/// Makes sure that the zone of the draft's times is written out in the object.
pub(super) fn add_zone(document: &mut Document, draft: &Draft, now: Timestamp) -> Result<(), DraftProblem> {
    let Some(tzid) = draft.start.tzid() else { return Ok(()) };
    let Some(calendar) = document.calendar_mut() else { return Ok(()) };
    if calendar.components().any(|zone| zone.is("VTIMEZONE") && zone.value("TZID") == Some(tzid)) {
        return Ok(());
    }
    let start = instant_of(&draft.start)?;
    let from = start.checked_sub((HOURS_PER_YEAR * YEARS_BEFORE).hours()).unwrap_or(Timestamp::MIN);
    let to = start.max(now).checked_add((HOURS_PER_YEAR * YEARS_AFTER).hours()).unwrap_or(Timestamp::MAX);
    let zone = VTimezone::of(tzid, from, to).ok_or(DraftProblem::UnknownZone)?;
    calendar.insert_component(component(&zone).ok_or(DraftProblem::UnknownZone)?);
    Ok(())
}

fn component(zone: &VTimezone) -> Option<Component> {
    let text = format!("BEGIN:VCALENDAR\r\n{zone}END:VCALENDAR\r\n");
    let document = Document::read(text.as_bytes()).ok()?;
    document.calendar()?.components().next().cloned()
}
