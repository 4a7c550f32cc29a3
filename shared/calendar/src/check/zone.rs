//! Zones: that each one which is named is also defined, and that its definition can be used (RFC 5545 sections 3.2.19 and
//! 3.6.5).

use crate::ical::Component;
use crate::time::moment::Moment;
use crate::time::zone::{How, identify, parse_utc_offset};

use super::Object;
use super::finding::{Level, Report, Rule};

pub(super) static RULES: &[&Rule] = &[&ZONE_MISSING, &ZONE_INCOMPLETE, &ZONE_UNKNOWN, &ZONE_ON_UTC];

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
    for zone in zones {
        check_zone(zone, report);
    }
}

fn check_zone(zone: &Component, report: &mut Report<'_>) {
    let parts: Vec<&Component> = zone.components().filter(|part| part.is("STANDARD") || part.is("DAYLIGHT")).collect();
    match zone.property("TZID") {
        None => report.of(&ZONE_INCOMPLETE, zone, "TZID"),
        Some(tzid) if matches!(identify(tzid.value(), None).how, How::Unknown) => {
            report.at(&ZONE_UNKNOWN, tzid, tzid.value())
        }
        Some(_) => {}
    }
    if parts.is_empty() {
        report.of(&ZONE_INCOMPLETE, zone, "STANDARD or DAYLIGHT");
    }
    for part in parts {
        let has_offset = |name: &str| part.value(name).is_some_and(|value| parse_utc_offset(value).is_ok());
        let lacking = ["TZOFFSETFROM", "TZOFFSETTO"].into_iter().find(|name| !has_offset(name));
        let lacking = lacking.or_else(|| part.value("DTSTART").is_none().then_some("DTSTART"));
        if let Some(name) = lacking {
            report.of(&ZONE_INCOMPLETE, part, name);
        }
    }
}
