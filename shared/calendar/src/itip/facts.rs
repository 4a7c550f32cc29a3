//! What a component says, freed from how it is written, and what an edit changed in it.
//!
//! Two texts that mean the same must not look like a change, or guests are mailed for nothing: rules are compared by
//! their meaning, ends whether by DTEND or DURATION, lists as sets, and the order of lines never counts.

use std::collections::{BTreeMap, BTreeSet};

use super::timeline::{Instance, Span, Timeline, moments};
use crate::ical::{Address, Component, Property};
use crate::order::{self, IntoOrdered as _};
use crate::time::moment::Moment;
use crate::time::recurrence::{Rule, Series};

/// The properties, besides time, place and status, whose change a guest gets to see.
const SEEN: [&str; 16] = [
    "SUMMARY",
    "DESCRIPTION",
    "URL",
    "GEO",
    "RESOURCES",
    "ATTACH",
    "CONTACT",
    "COMMENT",
    "CONFERENCE",
    "PRIORITY",
    "CLASS",
    "IMAGE",
    "STYLED-DESCRIPTION",
    "X-ALT-DESC",
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
];

/// What an edit changed in a component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Start or end.
    pub time: bool,
    /// RRULE, or a date that RDATE adds.
    pub recurrence: bool,
    /// EXDATE, or a date that RDATE adds no more: single occurrences.
    pub exceptions: bool,
    /// LOCATION.
    pub place: bool,
    /// STATUS.
    pub status: bool,
    /// Anything else a guest gets to see.
    pub text: bool,
}

impl Change {
    /// Whether answers given before do not hold any more (RFC 6638 section 3.2.8).
    #[must_use]
    pub fn is_reschedule(self) -> bool {
        self.time || self.recurrence
    }

    /// Whether SEQUENCE rises (RFC 5546 section 2.1.4).
    #[must_use]
    pub fn is_significant(self) -> bool {
        self.time || self.recurrence || self.exceptions || self.place || self.status
    }

    /// Whether guests get to see it. Exceptions reach them as cancelled occurrences.
    #[must_use]
    pub fn is_seen(self) -> bool {
        self.time || self.recurrence || self.place || self.status || self.text
    }
}

/// The meaning of one component.
#[derive(Debug)]
pub struct Facts {
    span: Option<Span>,
    /// The zone counts where the event recurs, because its clock decides about later occurrences.
    zone: String,
    rules: Vec<Recurrence>,
    dates: BTreeSet<Instance>,
    exceptions: BTreeSet<Instance>,
    place: String,
    status: String,
    organizer: Option<Address>,
    seen: BTreeMap<&'static str, Vec<String>>,
}

#[derive(Debug)]
enum Recurrence {
    Read(Box<Series>),
    Unreadable(String),
}

impl PartialEq for Recurrence {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Read(one), Self::Read(other)) => one.means_the_same_as(other),
            (Self::Unreadable(one), Self::Unreadable(other)) => one == other,
            _ => false,
        }
    }
}

impl Facts {
    /// The meaning of a component of the object that has this timeline.
    #[must_use]
    pub fn of(component: &Component, timeline: &Timeline) -> Self {
        let span = timeline.span(component);
        let zone = span.as_ref().map(|span| timeline.zone_name(&span.start)).unwrap_or_default();
        let start = span.as_ref().map(|span| match &span.start {
            Moment::Zoned { local, .. } => Moment::Zoned { local: *local, tzid: zone.clone() },
            other => other.clone(),
        });
        let rules = component.all("RRULE").map(|rule| recurrence(rule.value(), start.as_ref(), timeline)).collect();
        let instances = |name: &str| -> BTreeSet<Instance> {
            component.all(name).flat_map(moments).map(|moment| timeline.instance(&moment)).into_set()
        };
        let seen = SEEN.iter().filter_map(|name| Some((*name, seen_values(component, name)?))).into_map();
        Self {
            span,
            zone,
            rules,
            dates: instances("RDATE"),
            exceptions: instances("EXDATE"),
            place: component.property("LOCATION").map(text).unwrap_or_default(),
            status: component
                .value("STATUS")
                .map(str::to_ascii_uppercase)
                .filter(|it| it != "CONFIRMED")
                .unwrap_or_default(),
            organizer: component.property("ORGANIZER").map(Property::address),
            seen,
        }
    }

    /// The occurrences that EXDATE takes away here, and that take place in the newer of two versions.
    pub fn reinstated<'f>(&'f self, newer: &'f Self) -> impl Iterator<Item = Instance> + 'f {
        self.exceptions.difference(&newer.exceptions).copied().filter(|instance| newer.has(*instance))
    }

    /// Whether start, RRULE or RDATE give this occurrence.
    fn has(&self, instance: Instance) -> bool {
        let follows = |rule: &Recurrence| match (rule, instance) {
            (Recurrence::Read(rule), Instance::At(instant)) => rule.occurrence_at(instant).is_some(),
            (Recurrence::Read(rule), Instance::On(civil)) => rule.has(civil),
            (Recurrence::Unreadable(_), _) => true,
        };
        self.span.as_ref().is_some_and(|span| span.begins == instance)
            || self.dates.contains(&instance)
            || self.rules.iter().any(follows)
    }

    /// What is different in the newer of two versions.
    #[must_use]
    pub fn change_to(&self, newer: &Self) -> Change {
        let recurs = !self.rules.is_empty() || !newer.rules.is_empty();
        let spans = |facts: &Self| facts.span.as_ref().map(|span| (span.begins, span.ends, span.start.is_date()));
        Change {
            time: spans(self) != spans(newer) || (recurs && self.zone != newer.zone),
            recurrence: !is_same_set(&self.rules, &newer.rules) || !newer.dates.is_subset(&self.dates),
            exceptions: self.exceptions != newer.exceptions || !self.dates.is_subset(&newer.dates),
            place: self.place != newer.place,
            status: self.status != newer.status,
            text: self.seen != newer.seen || is_other(self.organizer.as_ref(), newer.organizer.as_ref()),
        }
    }
}

/// Whether a component says that it does not take place.
#[must_use]
pub fn is_cancelled(component: &Component) -> bool {
    component.value("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED"))
}

/// Whether two versions name different people; a name that is added or left out says nothing.
fn is_other(one: Option<&Address>, other: Option<&Address>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

fn recurrence(value: &str, start: Option<&Moment>, timeline: &Timeline) -> Recurrence {
    let read = start.and_then(|start| {
        let rule: Rule = value.parse().ok()?;
        Series::of_event(&rule, start, Some(&timeline.zones().of(start))).ok()
    });
    match read {
        Some(series) => Recurrence::Read(Box::new(series)),
        None => Recurrence::Unreadable(value.trim().to_ascii_uppercase()),
    }
}

fn is_same_set(one: &[Recurrence], other: &[Recurrence]) -> bool {
    one.len() == other.len()
        && one.iter().all(|rule| other.contains(rule))
        && other.iter().all(|rule| one.contains(rule))
}

/// The values of a property as a set; nothing where all of them are empty or say what their absence says as well.
fn seen_values(component: &Component, name: &str) -> Option<Vec<String>> {
    let is_default = |value: &str| matches!((name, value), (_, "") | ("PRIORITY", "0") | ("CLASS", "PUBLIC"));
    let mut values: Vec<String> = component.all(name).map(text).filter(|value| !is_default(value)).collect();
    order::sort(&mut values);
    (!values.is_empty()).then_some(values)
}

fn text(property: &Property) -> String {
    property.text().trim().replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::super::object::Stored;
    use super::*;

    const BASE: &str = "DTSTART;TZID=Europe/Berlin:20261201T090000|DTEND;TZID=Europe/Berlin:20261201T100000|\
        RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=9|EXDATE;TZID=Europe/Berlin:20261203T090000,20261208T090000|\
        SUMMARY:Plans|LOCATION:Room 1";

    fn stored(lines: &str) -> Stored {
        let lines = lines.replace('|', "\r\n");
        let text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        Stored::read(text.as_bytes()).expect("an object")
    }

    fn change(before: &str, after: &str) -> Change {
        let (before, after) = (stored(before), stored(after));
        let facts = |stored: &Stored| Facts::of(stored.series().expect("a series"), &Timeline::of(stored));
        facts(&before).change_to(&facts(&after))
    }

    #[track_caller]
    fn check(old: &str, new: &str, expected: Change) {
        assert!(BASE.contains(old), "{old}");
        assert_eq!(change(BASE, &BASE.replace(old, new)), expected);
    }

    #[test]
    fn the_same_in_other_words_is_no_change() {
        let same = Change::default();
        check("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=9", "COUNT=9;WKST=MO;INTERVAL=1;BYDAY=TH,TU;FREQ=weekly", same);
        check("DTEND;TZID=Europe/Berlin:20261201T100000", "DURATION:PT1H", same);
        check("DTEND;TZID=Europe/Berlin:20261201T100000", "DTEND:20261201T090000Z", same);
        check("DTSTART;TZID=Europe/Berlin", "DTSTART;TZID=W. Europe Standard Time", same);
        check(
            "EXDATE;TZID=Europe/Berlin:20261203T090000,20261208T090000",
            "EXDATE:20261208T080000Z|EXDATE:20261203T080000Z",
            same,
        );
        check("LOCATION:Room 1", "LOCATION;LANGUAGE=en: Room 1|STATUS:CONFIRMED|PRIORITY:0|DESCRIPTION:", same);
        check("SUMMARY:Plans", "SUMMARY:Plans|X-CALPOST-NOTE:a|CATEGORIES:b|TRANSP:TRANSPARENT|COLOR:red", same);
    }

    #[test]
    fn each_change_is_told_apart() {
        let time = Change { time: true, ..Change::default() };
        check("T100000", "T110000", time);
        check(
            "DTSTART;TZID=Europe/Berlin:20261201T090000",
            "DTSTART:20261201T080000Z",
            Change { recurrence: true, ..time },
        );
        check("COUNT=9", "COUNT=10", Change { recurrence: true, ..Change::default() });
        check(",20261208T090000", "", Change { exceptions: true, ..Change::default() });
        check(
            "SUMMARY:Plans",
            "RDATE:20261202T080000Z|SUMMARY:Plans",
            Change { recurrence: true, ..Change::default() },
        );
        check("Room 1", "Room 2", Change { place: true, ..Change::default() });
        check("Room 1", "Room 1|STATUS:TENTATIVE", Change { status: true, ..Change::default() });
        check("SUMMARY:Plans", "SUMMARY:Plan", Change { text: true, ..Change::default() });
        check("SUMMARY:Plans", "SUMMARY:Plans|ATTACH:http://x", Change { text: true, ..Change::default() });
    }

    #[test]
    fn a_single_event_may_change_its_zone_as_long_as_it_is_at_the_same_time() {
        let berlin = "DTSTART;TZID=Europe/Berlin:20261201T090000";
        assert_eq!(change(berlin, "DTSTART:20261201T080000Z"), Change::default());
        assert!(change(berlin, "DTSTART:20261201T090000").time);
        assert!(change("DTSTART;VALUE=DATE:20261201", "DTSTART:20261201T000000").time);
        assert_eq!(
            change("DTSTART;VALUE=DATE:20261201", "DTSTART;VALUE=DATE:20261201|DURATION:P1D"),
            Change::default()
        );
    }
}
