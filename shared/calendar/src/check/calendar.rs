//! The calendar around the events: what it must say of itself, and that a message speaks of one thing (RFC 5545 section
//! 3.6, RFC 5546 section 1.4).

use std::collections::HashSet;

use super::Object;
use super::finding::{Level, Report, Rule};

pub(super) static RULES: &[&Rule] = &[
    &VERSION_MISSING,
    &PRODID_MISSING,
    &CALSCALE,
    &METHOD_UNKNOWN,
    &METHOD_REPEATED,
    &COMPONENT_MISSING,
    &SEVERAL_CALENDARS,
    &SEVERAL_EVENTS,
    &SEVERAL_KINDS,
    &COMPONENT_REPEATED,
    &COMPONENT_MISPLACED,
];

/// The methods of iTIP (RFC 5546 section 1.4).
pub(super) const METHODS: [&str; 8] =
    ["PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER"];

static VERSION_MISSING: Rule = Rule {
    id: "version-missing",
    level: Level::Error,
    section: "RFC 5545 section 3.7.4",
    what: "VERSION:2.0 is missing.",
    effect: "Outlook takes the calendar for the older vCalendar format and shows no buttons.",
    mend: "Add VERSION:2.0.",
};

static PRODID_MISSING: Rule = Rule {
    id: "prodid-missing",
    level: Level::Error,
    section: "RFC 5545 section 3.7.3",
    what: "PRODID is missing.",
    effect: "Strict programs drop the invitation.",
    mend: "Add a PRODID that names the program.",
};

static CALSCALE: Rule = Rule {
    id: "calscale-unknown",
    level: Level::Error,
    section: "RFC 5545 section 3.7.1",
    what: "CALSCALE is not GREGORIAN.",
    effect: "Programs drop the invitation or show a wrong day.",
    mend: "Leave CALSCALE out.",
};

static METHOD_UNKNOWN: Rule = Rule {
    id: "method-unknown",
    level: Level::Error,
    section: "RFC 5546 section 1.4",
    what: "METHOD is none of those that iTIP has.",
    effect: "No program knows what is wanted, and none shows buttons.",
    mend: "Use REQUEST, REPLY, CANCEL or another method of iTIP.",
};

static METHOD_REPEATED: Rule = Rule {
    id: "calendar-property-repeated",
    level: Level::Error,
    section: "RFC 5545 section 3.6",
    what: "A property of the calendar that may occur once occurs twice.",
    effect: "Programs choose one of the two, not all the same one.",
    mend: "Keep one.",
};

static COMPONENT_MISSING: Rule = Rule {
    id: "component-missing",
    level: Level::Error,
    section: "RFC 5545 section 3.6",
    what: "There is no event in the calendar.",
    effect: "No program shows an invitation.",
    mend: "Add the VEVENT.",
};

static SEVERAL_CALENDARS: Rule = Rule {
    id: "several-calendars",
    level: Level::Error,
    section: "RFC 6047 section 2.4",
    what: "There are several VCALENDARs in one text.",
    effect: "Gmail and Outlook read the first only.",
    mend: "Send one mail for each.",
};

static SEVERAL_EVENTS: Rule = Rule {
    id: "several-events",
    level: Level::Error,
    section: "RFC 5546 section 3.2",
    what: "A message speaks of several events.",
    effect: "Gmail and Outlook show the first only.",
    mend: "Send one mail for each UID.",
};

static SEVERAL_KINDS: Rule = Rule {
    id: "several-kinds",
    level: Level::Error,
    section: "RFC 5546 section 3",
    what: "A message mixes components of different kinds.",
    effect: "Programs show one of them, or nothing.",
    mend: "Send one mail for each.",
};

static COMPONENT_REPEATED: Rule = Rule {
    id: "component-repeated",
    level: Level::Error,
    section: "RFC 5545 section 3.8.4.7",
    what: "The same event, or the same date of a series, is there twice.",
    effect: "Programs show one of the two, not all the same one.",
    mend: "Keep one.",
};

static COMPONENT_MISPLACED: Rule = Rule {
    id: "component-misplaced",
    level: Level::Error,
    section: "RFC 5545 section 3.6",
    what: "A component lies inside one that cannot hold it.",
    effect: "Strict programs drop the invitation; others do not see the component.",
    mend: "Close the outer component before the inner one begins.",
};

/// The components that lie in a VCALENDAR and nowhere else.
const OUTER: [&str; 5] = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"];

pub(super) fn check(object: &Object<'_>, has_more_calendars: bool, report: &mut Report<'_>) {
    let calendar = object.calendar;
    match calendar.property("VERSION") {
        Some(version) if version.value().trim() == "2.0" => {}
        Some(version) => report.at(&VERSION_MISSING, version, version.value()),
        None => report.of(&VERSION_MISSING, calendar, ""),
    }
    if calendar.value("PRODID").is_none_or(str::is_empty) {
        report.of(&PRODID_MISSING, calendar, "");
    }
    if let Some(scale) =
        calendar.property("CALSCALE").filter(|scale| !scale.value().trim().eq_ignore_ascii_case("GREGORIAN"))
    {
        report.at(&CALSCALE, scale, scale.value());
    }
    for name in ["VERSION", "PRODID", "CALSCALE", "METHOD"] {
        if let Some(second) = calendar.all(name).nth(1) {
            report.at(&METHOD_REPEATED, second, name);
        }
    }
    if let Some(method) = calendar.property("METHOD").filter(|_| !object.is_method(&METHODS)) {
        report.at(&METHOD_UNKNOWN, method, method.value());
    }
    if has_more_calendars {
        report.whole(&SEVERAL_CALENDARS, "");
    }
    let mut seen = HashSet::new();
    for component in &object.components {
        for inner in component.components().filter(|inner| OUTER.iter().any(|name| inner.is(name))) {
            report.of(&COMPONENT_MISPLACED, inner, format!("{} in {}", inner.name(), component.name()));
        }
        let [uid, date] = ["UID", "RECURRENCE-ID"].map(|name| component.value(name).map(str::trim));
        if let Some(uid) = uid.filter(|uid| !uid.is_empty())
            && !seen.insert((component.name(), uid, date))
        {
            report.of(&COMPONENT_REPEATED, component, uid);
        }
    }
    let Some(first) = object.components.first() else {
        report.of(&COMPONENT_MISSING, calendar, "");
        return;
    };
    // A published calendar, and an exported one, may hold many events.
    let is_message = object.method.is_some() && !object.is_method(&["PUBLISH"]);
    for component in object.components.iter().skip(1).filter(|_| is_message) {
        if !component.is(first.name()) {
            report.of(&SEVERAL_KINDS, component, component.name());
        } else if component.value("UID") != first.value("UID") {
            report.of(&SEVERAL_EVENTS, component, component.value("UID").unwrap_or_default());
        }
    }
}
