//! The zones that a calendar names, defined beside its events so that no reader has to guess what a name means.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan};

use super::object::is_scheduled;
use super::timeline::{Timeline, moments};
use crate::ical::{Component, Document};
use crate::time::moment::Moment;
use crate::time::vtimezone::VTimezone;

/// How far a zone is written out before the first time that needs it. Instants have no years, so a leap year stands for
/// each.
const HOURS_BEFORE: i64 = 366 * 24;
/// How far it is written out after the last such time, and after today.
const HOURS_AFTER: i64 = 10 * 366 * 24;

/// Defines every zone that the events of a calendar name: as `source` defines it, or as the tz database does. A zone that
/// neither knows stays a name.
pub(super) fn define_zones(calendar: &mut Component, source: &Component, now: Timestamp) {
    let mut named = BTreeSet::new();
    let mut times = Vec::new();
    for component in calendar.components().filter(|component| is_scheduled(component)) {
        collect(component, &mut named, &mut times);
    }
    let definition = |tzid: &str| {
        let is_it = |component: &&Component| component.is("VTIMEZONE") && component.value("TZID") == Some(tzid);
        source.components().find(is_it).map(Component::to_fresh).or_else(|| written_out(tzid, &times, now))
    };
    for zone in calendar.components().filter(|component| component.is("VTIMEZONE")) {
        if let Some(tzid) = zone.value("TZID") {
            named.remove(tzid);
        }
    }
    named.iter().rev().filter_map(|tzid| definition(tzid)).for_each(|zone| calendar.insert_component(zone));
}

/// The zones that a component names, and its times.
fn collect(component: &Component, named: &mut BTreeSet<String>, times: &mut Vec<Moment>) {
    for property in component.properties() {
        if let Some(tzid) = property.parameter("TZID") {
            named.insert(tzid.into_owned());
            times.extend(moments(property));
        }
    }
    component.components().for_each(|inner| collect(inner, named, times));
}

fn written_out(tzid: &str, times: &[Moment], now: Timestamp) -> Option<Component> {
    let timeline = Timeline::without_events();
    let instants = times.iter().filter(|moment| moment.tzid() == Some(tzid)).map(|time| timeline.zones().instant(time));
    let (first, last) = instants.fold((now, now), |(first, last), at| (first.min(at), last.max(at)));
    let from = first.checked_sub(HOURS_BEFORE.hours()).unwrap_or(Timestamp::MIN);
    let to = last.checked_add(HOURS_AFTER.hours()).unwrap_or(Timestamp::MAX);
    let zone = VTimezone::of(tzid, from, to)?;
    let text = format!("BEGIN:VCALENDAR\r\n{zone}END:VCALENDAR\r\n");
    let document = Document::read(text.as_bytes()).ok()?;
    document.calendar()?.components().next().map(Component::to_fresh)
}
