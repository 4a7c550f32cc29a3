//! What each component must say for its method, and what must not leave in a mail (RFC 5546 section 3.2, RFC 5545 section
//! 3.6.1, RFC 6638 section 7).

use crate::ical::{Component, Property};

use super::Object;
use super::finding::{Level, Report, Rule};

pub(super) static RULES: &[&Rule] = &[
    &UID_MISSING,
    &DTSTAMP_MISSING,
    &DTSTART_MISSING,
    &SUMMARY_MISSING,
    &SEQUENCE_MISSING,
    &SEQUENCE_BAD,
    &ADD_NAMES_DATE,
    &PROPERTY_REPEATED,
    &VALUE_UNKNOWN,
    &CANCELLED_REQUEST,
    &CANCEL_STATUS,
    &UNESCAPED_TEXT,
    &HTML_DESCRIPTION,
    &PRIVATE_DATA,
    &ALARM_LEAVES,
    &ALARM_INCOMPLETE,
];

static UID_MISSING: Rule = Rule {
    id: "uid-missing",
    level: Level::Error,
    section: "RFC 5545 section 3.8.4.7",
    what: "UID is missing.",
    effect: "No program can tell which event this is; Outlook and Gmail drop it.",
    mend: "Give the event a UID and keep it for ever.",
};

static DTSTAMP_MISSING: Rule = Rule {
    id: "dtstamp-missing",
    level: Level::Error,
    section: "RFC 5545 section 3.8.7.2",
    what: "DTSTAMP is missing.",
    effect: "Programs cannot tell the newer of two messages; strict ones drop it.",
    mend: "Add DTSTAMP with the time of writing in UTC.",
};

static DTSTART_MISSING: Rule = Rule {
    id: "dtstart-missing",
    level: Level::Error,
    section: "RFC 5546 section 3.2",
    what: "DTSTART is missing.",
    effect: "No program knows when the event is, and none shows it.",
    mend: "Add DTSTART.",
};

static SUMMARY_MISSING: Rule = Rule {
    id: "summary-missing",
    level: Level::Note,
    section: "RFC 5546 section 3.2.2",
    what: "SUMMARY is missing.",
    effect: "Guests see an event without a title.",
    mend: "Add a SUMMARY; it may be empty.",
};

static SEQUENCE_MISSING: Rule = Rule {
    id: "sequence-missing",
    level: Level::Error,
    section: "RFC 5546 section 3.2.5",
    what: "SEQUENCE is missing, although this method needs it.",
    effect: "Programs that hold a later version take the message for an old one and ignore it.",
    mend: "Add the SEQUENCE of the version it speaks of.",
};

static SEQUENCE_BAD: Rule = Rule {
    id: "sequence-bad",
    level: Level::Error,
    section: "RFC 5545 section 3.8.7.4",
    what: "SEQUENCE is not a number from zero up.",
    effect: "Programs read it as zero and take the message for an old one.",
    mend: "Write a whole number.",
};

static ADD_NAMES_DATE: Rule = Rule {
    id: "recurrence-id-in-add",
    level: Level::Error,
    section: "RFC 5546 section 3.2.4",
    what: "A message that adds a date names a date that is already there.",
    effect: "Programs ignore it, or move the date instead of adding one.",
    mend: "Leave RECURRENCE-ID out, or send a REQUEST for that date.",
};

static PROPERTY_REPEATED: Rule = Rule {
    id: "property-repeated",
    level: Level::Error,
    section: "RFC 5545 section 3.6.1",
    what: "A property that may occur once occurs twice.",
    effect: "Programs choose one of the two, not all the same one; strict ones drop the event.",
    mend: "Keep one.",
};

static VALUE_UNKNOWN: Rule = Rule {
    id: "value-unknown",
    level: Level::Warning,
    section: "RFC 5545 section 3.8",
    what: "A property has a value that it cannot have.",
    effect: "Programs take the default, or drop the event.",
    mend: "Use one of the values that the RFC lists.",
};

static CANCELLED_REQUEST: Rule = Rule {
    id: "request-cancelled",
    level: Level::Warning,
    section: "RFC 5546 section 3.2.5",
    what: "An invitation says that the whole event is cancelled.",
    effect: "Gmail and Apple Mail still ask for an answer.",
    mend: "Send a CANCEL.",
};

static CANCEL_STATUS: Rule = Rule {
    id: "cancel-status",
    level: Level::Error,
    section: "RFC 5546 section 3.2.5",
    what: "A CANCEL has a STATUS other than CANCELLED.",
    effect: "Some programs keep the event in the calendar.",
    mend: "Set STATUS:CANCELLED.",
};

static UNESCAPED_TEXT: Rule = Rule {
    id: "unescaped-text",
    level: Level::Warning,
    section: "RFC 5545 section 3.3.11",
    what: "A text has a comma, a semicolon or a backslash that is not escaped.",
    effect: "Some programs cut the text there.",
    mend: "Write \\, \\; and \\\\.",
};

static HTML_DESCRIPTION: Rule = Rule {
    id: "html-description",
    level: Level::Note,
    section: "RFC 5545 section 3.8.1.5",
    what: "DESCRIPTION is written in HTML.",
    effect: "Apple Mail and Thunderbird show the tags.",
    mend: "Write plain text.",
};

static PRIVATE_DATA: Rule = Rule {
    id: "private-data",
    level: Level::Error,
    section: "RFC 6638 section 7.1",
    what: "A note between a program and its own server leaves in a mail.",
    effect: "Servers of guests may act on it, and stop to schedule for them.",
    mend: "Remove the parameter before sending.",
};

static ALARM_LEAVES: Rule = Rule {
    id: "alarm-in-message",
    level: Level::Note,
    section: "RFC 5546 section 3.2.2",
    what: "The organizer's alarm is in the message.",
    effect: "Outlook takes it over; Gmail and Apple ignore it.",
    mend: "Leave the alarm out: guests set their own.",
};

static ALARM_INCOMPLETE: Rule = Rule {
    id: "alarm-incomplete",
    level: Level::Error,
    section: "RFC 5545 section 3.6.6",
    what: "An alarm lacks ACTION or TRIGGER.",
    effect: "Strict programs drop the whole event.",
    mend: "Complete the alarm or leave it out.",
};

/// Properties that a component has once at most.
const SINGLE: [&str; 18] = [
    "UID",
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "DUE",
    "DURATION",
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "STATUS",
    "SEQUENCE",
    "ORGANIZER",
    "TRANSP",
    "CLASS",
    "CREATED",
    "LAST-MODIFIED",
    "PRIORITY",
    "RECURRENCE-ID",
];

pub(super) fn check(object: &Object<'_>, report: &mut Report<'_>) {
    for component in &object.components {
        check_presence(object, component, report);
        let mut counts = [0_usize; SINGLE.len()];
        for property in component.properties() {
            let Some(index) = SINGLE.iter().position(|name| property.is(name)) else { continue };
            counts[index] += 1;
            if counts[index] == 2 {
                report.at(&PROPERTY_REPEATED, property, SINGLE[index]);
            }
        }
        check_values(object, component, report);
        check_privacy(object, component, report);
    }
}

fn check_presence(object: &Object<'_>, component: &Component, report: &mut Report<'_>) {
    let lacks = |name: &str| component.value(name).is_none_or(str::is_empty);
    let is_event = component.is("VEVENT");
    let is_freebusy = component.is("VFREEBUSY");
    if lacks("UID") && !(is_freebusy && object.method.is_none()) {
        report.of(&UID_MISSING, component, "");
    }
    if lacks("DTSTAMP") {
        report.of(&DTSTAMP_MISSING, component, "");
    }
    let needs_start = object.method.is_none() || object.is_method(&["PUBLISH", "REQUEST", "ADD", "COUNTER"]);
    if is_event && needs_start && lacks("DTSTART") {
        report.of(&DTSTART_MISSING, component, "");
    }
    if is_event && object.is_method(&["PUBLISH", "REQUEST", "ADD"]) && component.property("SUMMARY").is_none() {
        report.of(&SUMMARY_MISSING, component, "");
    }
    if is_event && object.is_method(&["CANCEL", "ADD"]) && lacks("SEQUENCE") {
        report.of(&SEQUENCE_MISSING, component, "");
    }
    if let Some(property) = component.property("RECURRENCE-ID").filter(|_| object.is_method(&["ADD"])) {
        report.at(&ADD_NAMES_DATE, property, property.value());
    }
}

fn check_values(object: &Object<'_>, component: &Component, report: &mut Report<'_>) {
    if let Some(sequence) = component.property("SEQUENCE")
        && sequence.value().trim().parse::<u32>().is_err()
    {
        report.at(&SEQUENCE_BAD, sequence, sequence.value());
    }
    let statuses: &[&str] = match component.name().to_ascii_uppercase().as_str() {
        "VTODO" => &["NEEDS-ACTION", "COMPLETED", "IN-PROCESS", "CANCELLED"],
        "VJOURNAL" => &["DRAFT", "FINAL", "CANCELLED"],
        _ => &["TENTATIVE", "CONFIRMED", "CANCELLED"],
    };
    let transparencies = ["OPAQUE", "TRANSPARENT"].as_slice();
    for (name, values) in [("STATUS", statuses), ("TRANSP", transparencies)] {
        if let Some(property) = component.property(name).filter(|property| !is_one_of(property.value(), values)) {
            report.at(&VALUE_UNKNOWN, property, format!("{name}:{}", property.value()));
        }
    }
    if let Some(status) = component.property("STATUS") {
        let is_cancelled = is_one_of(status.value(), &["CANCELLED"]);
        let is_whole = component.property("RECURRENCE-ID").is_none();
        if object.is_method(&["REQUEST"]) && is_cancelled && is_whole {
            report.at(&CANCELLED_REQUEST, status, "");
        }
        if object.is_method(&["CANCEL"]) && !is_cancelled {
            report.at(&CANCEL_STATUS, status, status.value());
        }
    }
    if let Some(property) = component.property("PRIORITY").filter(|property| !is_priority(property.value())) {
        report.at(&VALUE_UNKNOWN, property, format!("PRIORITY:{}", property.value()));
    }
    if let Some(property) = component.property("GEO").filter(|property| !is_place_on_earth(property.value())) {
        report.at(&VALUE_UNKNOWN, property, format!("GEO:{}", property.value()));
    }
    for name in ["SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT", "CONTACT"] {
        if let Some(property) = component.all(name).find(|property| !is_escaped(property.value())) {
            report.at(&UNESCAPED_TEXT, property, name);
        }
    }
    if let Some(property) = component.property("DESCRIPTION").filter(|property| looks_like_html(property)) {
        report.at(&HTML_DESCRIPTION, property, "");
    }
}

fn check_privacy(object: &Object<'_>, component: &Component, report: &mut Report<'_>) {
    if object.method.is_some() {
        const PRIVATE: [&str; 3] = ["SCHEDULE-AGENT", "SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND"];
        let is_private = |name: &str| {
            is_one_of(name, &PRIVATE) || name.get(..10).is_some_and(|prefix| prefix.eq_ignore_ascii_case("X-CALPOST-"))
        };
        for property in component.properties() {
            let parameter = property.parameters().map(|parameter| parameter.name).find(|name| is_private(name));
            let own_name = Some(property.name()).filter(|name| is_private(name));
            if let Some(name) = parameter.or(own_name) {
                report.at(&PRIVATE_DATA, property, name);
            }
        }
    }
    for alarm in component.components().filter(|inner| inner.is("VALARM")) {
        if alarm.property("ACTION").is_none() || alarm.property("TRIGGER").is_none() {
            report.of(&ALARM_INCOMPLETE, alarm, "");
        }
        if object.method.is_some() {
            report.of(&ALARM_LEAVES, alarm, "");
        }
    }
}

/// Whether a value is one of those, in any case, or an extension that begins with `X-`.
pub(super) fn is_one_of(value: &str, values: &[&str]) -> bool {
    let value = value.trim();
    values.iter().any(|known| known.eq_ignore_ascii_case(value))
}

fn is_priority(value: &str) -> bool {
    value.trim().parse::<u8>().is_ok_and(|priority| priority <= 9)
}

fn is_place_on_earth(value: &str) -> bool {
    let within = |text: &str, most: f64| text.trim().parse::<f64>().is_ok_and(|degrees| degrees.abs() <= most);
    value.split_once(';').is_some_and(|(latitude, longitude)| within(latitude, 90.0) && within(longitude, 180.0))
}

fn is_escaped(value: &str) -> bool {
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if !matches!(bytes.next(), Some(b'\\' | b';' | b',' | b'n' | b'N')) => return false,
            b',' | b';' => return false,
            _ => {}
        }
    }
    true
}

fn looks_like_html(property: &Property) -> bool {
    if !property.value().contains('<') {
        return false;
    }
    let text = property.text().to_ascii_lowercase();
    ["<html", "<br", "</p>", "</a>", "</b>", "</div>", "</span>", "</li>", "<!doctype"]
        .iter()
        .any(|tag| text.contains(tag))
}
