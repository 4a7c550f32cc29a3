//! Whether a server stored what it was given.
//!
//! Most servers write the bytes anew: they reorder properties, fold elsewhere, add their own and drop empty ones. That
//! is no loss. Another time, another list of guests or a lost SCHEDULE-AGENT is, and nobody may be mailed on top of it.

use std::collections::BTreeMap;

use crate::ical::{Component, Document, Property};
use crate::order::{self, IntoOrdered as _};

/// Properties whose loss or change a person would notice.
const WATCHED: [&str; 15] = [
    "UID",
    "SEQUENCE",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "SUMMARY",
    "LOCATION",
    "DESCRIPTION",
    "STATUS",
    "ORGANIZER",
    "ATTENDEE",
];

/// Parameters whose loss or change a person, or a server that sends mail by itself, would notice.
const WATCHED_PARAMETERS: [&str; 4] = ["PARTSTAT", "SCHEDULE-AGENT", "ROLE", "TZID"];

/// What of the given object is not in the stored one, as `PROPERTY` names; empty if all that matters is there.
///
/// Objects without events, or that cannot be read, are compared byte by byte.
pub fn differences(given: &[u8], stored: &[u8]) -> Vec<String> {
    if given == stored {
        return Vec::new();
    }
    let (Ok(given), Ok(stored)) = (Document::read(given), Document::read(stored)) else {
        return vec!["VCALENDAR".to_owned()];
    };
    let (given, stored) = (events(&given), events(&stored));
    if given.is_empty() {
        return vec!["VCALENDAR".to_owned()];
    }
    let mut found = Vec::new();
    for (occurrence, event) in given {
        match stored.get(&occurrence) {
            Some(kept) => {
                for name in WATCHED {
                    let given_values = values(event, name);
                    if given_values != values(kept, name) && !is_default(name, &given_values, kept) {
                        found.push(name.to_owned());
                    }
                }
            }
            None => found.push("VEVENT".to_owned()),
        }
    }
    found.dedup();
    found
}

fn events(document: &Document) -> BTreeMap<String, &Component> {
    let components = document.calendars().flat_map(Component::components).filter(|each| each.is("VEVENT"));
    components.map(|event| (event.value("RECURRENCE-ID").unwrap_or_default().to_owned(), event)).into_map()
}

/// The values of a property with what matters of their parameters, in no order.
fn values(event: &Component, name: &str) -> Vec<String> {
    let mut values: Vec<String> = event.all(name).map(comparable).filter(|value| !value.is_empty()).collect();
    order::sort(&mut values);
    values
}

fn comparable(property: &Property) -> String {
    let mut text = match property.name().to_ascii_uppercase().as_str() {
        "ORGANIZER" | "ATTENDEE" => property.address().as_str().to_owned(),
        "SUMMARY" | "LOCATION" | "DESCRIPTION" => property.text().trim_end().to_owned(),
        _ => property.value().to_owned(),
    };
    for name in WATCHED_PARAMETERS {
        let value = property.parameter(name).unwrap_or_default().to_ascii_uppercase();
        let is_default = matches!((name, value.as_str()), ("PARTSTAT", "NEEDS-ACTION") | ("ROLE", "REQ-PARTICIPANT"));
        if !value.is_empty() && !is_default {
            text.push(';');
            text.push_str(&value);
        }
    }
    text
}

/// Whether leaving the property out says the same as writing it.
fn is_default(name: &str, given: &[String], kept: &Component) -> bool {
    let kept_nothing = kept.property(name).is_none();
    match name {
        "SEQUENCE" => kept_nothing && given == ["0"],
        "STATUS" => kept_nothing && given == ["CONFIRMED"],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(lines: &[&str]) -> Vec<u8> {
        let event = lines.join("\r\n");
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
            .into_bytes()
    }

    #[track_caller]
    fn check(given: &[&str], stored: &[&str], expected: &[&str]) {
        assert_eq!(differences(&object(given), &object(stored)), expected);
    }

    const ASKED: &str = "ATTENDEE;SCHEDULE-AGENT=CLIENT;RSVP=TRUE:mailto:bob@example.org";

    #[test]
    fn another_order_and_added_properties_are_no_loss() {
        check(
            &["DTSTART:20261122T100000Z", "SUMMARY:Tea", ASKED],
            &[ASKED, "SUMMARY:Tea", "CREATED:20261122T100000Z", "DTSTART:20261122T100000Z"],
            &[],
        );
    }

    #[test]
    fn an_agent_that_did_not_hold_is_a_loss() {
        check(&[ASKED], &["ATTENDEE;RSVP=TRUE:mailto:bob@example.org"], &["ATTENDEE"]);
    }

    #[test]
    fn another_case_of_an_address_is_no_loss() {
        check(&["ATTENDEE:mailto:Bob@Example.org"], &["ATTENDEE:MAILTO:bob@example.org"], &[]);
    }

    #[test]
    fn another_time_or_a_lost_guest_is_a_loss() {
        check(&["DTSTART:20261122T100000Z"], &["DTSTART:20261122T110000Z"], &["DTSTART"]);
        check(&[ASKED, "ATTENDEE:mailto:cleo@example.org"], &[ASKED], &["ATTENDEE"]);
    }

    #[test]
    fn what_says_nothing_may_be_left_out() {
        check(&["SEQUENCE:0", "STATUS:CONFIRMED", "DESCRIPTION:"], &["X-A:1"], &[]);
    }

    #[test]
    fn what_cannot_be_read_is_compared_byte_by_byte() {
        assert_eq!(differences(b"nothing", b"nothing"), Vec::<String>::new());
        assert_eq!(differences(b"nothing", b"else"), ["VCALENDAR"]);
    }
}
