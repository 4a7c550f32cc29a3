//! Zones: that each one which is named is also defined, and that its definition can be used (RFC 5545 sections 3.2.19 and
//! 3.6.5).

use jiff::ToSpan;

use crate::agenda::zone_of;
use crate::ical::{Component, Property};
use crate::time::moment::Moment;
use crate::time::wall::wall_of;
use crate::time::zone::{How, Named, Zone, identify, parse_utc_offset};

use super::Object;
use super::finding::{Level, Report, Rule};
use super::time::moment;

pub(super) static RULES: &[&Rule] =
    &[&ZONE_MISSING, &ZONE_INCOMPLETE, &ZONE_UNKNOWN, &ZONE_ON_UTC, &ZONE_REPEATED, &ZONE_DIFFERS];

static ZONE_MISSING: Rule = Rule {
    id: "zone-missing",
    level: Level::Error,
    section: "RFC 5545 section 3.2.19",
    what: "A zone is named, and there is no VTIMEZONE that says what it is.",
    effect: "Outlook shows the event in the reader's own zone or refuses it; Apple guesses by the name.",
    mend: "Add the VTIMEZONE.",
};

static ZONE_INCOMPLETE: Rule = Rule {
    id: "zone-incomplete",
    level: Level::Error,
    section: "RFC 5545 section 3.6.5",
    what: "A VTIMEZONE lacks something that it needs.",
    effect: "Programs show the event an hour or more away.",
    mend: "Give it a TZID, and each part DTSTART, TZOFFSETFROM and TZOFFSETTO.",
};

static ZONE_UNKNOWN: Rule = Rule {
    id: "zone-unknown",
    level: Level::Warning,
    section: "RFC 5545 section 3.2.19",
    what: "The name of a zone is neither in the tz database nor one of Windows.",
    effect: "Gmail and Apple ignore the VTIMEZONE of a name they do not know, and show the reader's own zone.",
    mend: "Use a name such as Europe/Berlin.",
};

static ZONE_ON_UTC: Rule = Rule {
    id: "zone-on-utc",
    level: Level::Error,
    section: "RFC 5545 section 3.2.19",
    what: "A time in UTC, or a date, names a zone as well.",
    effect: "Some programs believe the zone, some the Z.",
    mend: "Remove TZID, or the Z.",
};

static ZONE_REPEATED: Rule = Rule {
    id: "zone-repeated",
    level: Level::Warning,
    section: "RFC 5545 section 3.8.3.1",
    what: "The same zone is defined twice.",
    effect: "Programs choose one of the two, not all the same one.",
    mend: "Keep one.",
};

static ZONE_DIFFERS: Rule = Rule {
    id: "zone-differs",
    level: Level::Error,
    section: "RFC 5545 section 3.6.5",
    what: "The VTIMEZONE has another time than the zone of that name.",
    effect: "Programs that follow the name and programs that follow the VTIMEZONE show the event at different times.",
    mend: "Write the VTIMEZONE from a tz database of this year.",
};

pub(super) fn check(object: &Object<'_>, report: &mut Report<'_>) {
    let zones: Vec<&Component> = object.calendar.components().filter(|component| component.is("VTIMEZONE")).collect();
    let defined: Vec<&str> = zones.iter().filter_map(|zone| zone.value("TZID")).collect();
    let mut missing: Vec<String> = Vec::new();
    for component in
        object.components.iter().flat_map(|component| [*component].into_iter().chain(component.components()))
    {
        for property in component.properties() {
            let Some(tzid) = property.parameter("TZID") else { continue };
            let first = property.value().split(',').next().unwrap_or_default();
            if matches!(Moment::parse(first, None), Ok(Moment::Utc(_) | Moment::Date(_))) {
                report.at(&ZONE_ON_UTC, property, property.name());
            } else if !defined.contains(&tzid.as_ref())
                && !tzid.starts_with('/')
                && !missing.iter().any(|name| *name == tzid)
            {
                report.at(&ZONE_MISSING, property, tzid.as_ref());
                missing.push(tzid.into_owned());
            }
        }
    }
    for (index, zone) in zones.into_iter().enumerate() {
        let named = zone.property("TZID").map(|tzid| (tzid, identify(tzid.value(), None)));
        let is_complete = check_zone(zone, named.as_ref(), report);
        if let Some((tzid, named)) = named {
            if defined.iter().take(index).any(|other| *other == tzid.value()) {
                report.at(&ZONE_REPEATED, tzid, tzid.value());
            }
            if is_complete {
                check_clock(object, zone, tzid, named.zone, report);
            }
        }
    }
}

/// Whether what starts in the zone starts at the same instant by its name and by its definition.
fn check_clock(
    object: &Object<'_>,
    definition: &Component,
    tzid: &Property,
    by_name: Option<Zone>,
    report: &mut Report<'_>,
) {
    let Some(by_name) = by_name else { return };
    let is_here = |start: &&Property| start.parameter("TZID").is_some_and(|named| named == tzid.value());
    let starts = object.components.iter().flat_map(|component| {
        let start = component.property("DTSTART").filter(is_here).and_then(moment);
        // A series without an end goes on into the other half of the year.
        let is_endless =
            component.value("RRULE").is_some_and(|rule| !rule.contains("UNTIL") && !rule.contains("COUNT"));
        let later = start.as_ref().filter(|_| is_endless).and_then(half_a_year_later);
        start.into_iter().chain(later)
    });
    let starts: Vec<Moment> = starts.take(MAX_COMPARED).collect();
    let walls = || starts.iter().map(|start| wall_of(start.civil()));
    let (Some(first), Some(last)) = (walls().min(), walls().max()) else { return };
    let Some(by_rules) = zone_of(definition).and_then(|inline| inline.zone_within(first..=last)) else { return };
    let differs = |start: &&Moment| by_name.instant(start.civil()) != by_rules.instant(start.civil());
    if let Some(start) = starts.iter().find(differs) {
        report.at(&ZONE_DIFFERS, tzid, format!("{} at {start}", tzid.value()));
    }
}

fn half_a_year_later(start: &Moment) -> Option<Moment> {
    Some(start.with_civil(start.civil().checked_add(26.weeks()).ok()?))
}

/// The most starts of one zone that are compared.
const MAX_COMPARED: usize = 100;

/// Whether the zone has all that it needs; what it lacks is reported.
fn check_zone(zone: &Component, named: Option<&(&Property, Named)>, report: &mut Report<'_>) -> bool {
    let parts: Vec<&Component> = zone.components().filter(|part| part.is("STANDARD") || part.is("DAYLIGHT")).collect();
    match named {
        None => report.of(&ZONE_INCOMPLETE, zone, "TZID"),
        Some((tzid, Named { how: How::Unknown, .. })) => report.at(&ZONE_UNKNOWN, tzid, tzid.value()),
        Some(_) => {}
    }
    if parts.is_empty() {
        report.of(&ZONE_INCOMPLETE, zone, "STANDARD or DAYLIGHT");
    }
    let mut is_complete = !parts.is_empty();
    for part in parts {
        let has_offset = |name: &str| part.value(name).is_some_and(|value| parse_utc_offset(value).is_ok());
        let lacking = ["TZOFFSETFROM", "TZOFFSETTO"].into_iter().find(|name| !has_offset(name));
        let lacking = lacking.or_else(|| part.value("DTSTART").is_none().then_some("DTSTART"));
        if let Some(name) = lacking {
            report.of(&ZONE_INCOMPLETE, part, name);
            is_complete = false;
        }
    }
    is_complete
}
