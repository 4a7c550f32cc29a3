//! What a mail says about an event, read by crates that are no part of the product: `mail-parser` and `icalendar`.

use icalendar::{Calendar, CalendarComponent, Component as _, Event, EventLike as _};
use mail_parser::{MessageParser, MimeHeaders as _};

/// An event as a guest's mail program reads it out of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// `REQUEST`, `CANCEL`, `REPLY`, from the calendar's body.
    pub method: String,
    /// The method the calendar part's header names.
    pub parameter: String,
    /// The event's id.
    pub uid: String,
    /// The organizer's count of significant changes.
    pub sequence: u32,
    /// The title, unescaped.
    pub title: String,
    /// The place, unescaped; empty if there is none.
    pub place: String,
    /// `DTSTART` as it is written.
    pub start: String,
    /// The zone of `DTSTART`; empty if there is none.
    pub zone: String,
    /// The addresses of all attendees, in alphabetical order.
    pub attendees: Vec<String>,
    /// The calendar part, decoded.
    pub calendar: String,
    /// The first text part.
    pub text: String,
}

impl Invitation {
    /// Reads the `text/calendar` part of a mail.
    ///
    /// # Panics
    ///
    /// When these crates find no event in the mail: then no guest's program would.
    #[track_caller]
    #[must_use]
    pub fn read(mail: &[u8]) -> Self {
        let message = MessageParser::default().parse(mail).expect("mail-parser reads the mail");
        let part = message
            .parts
            .iter()
            .find(|part| {
                part.content_type().is_some_and(|kind| kind.ctype() == "text" && kind.subtype() == Some("calendar"))
            })
            .expect("the mail has a text/calendar part");
        let parameter = part.content_type().and_then(|kind| kind.attribute("method")).unwrap_or_default().to_owned();
        let text = part.text_contents().expect("the calendar part is text").to_owned();
        let calendar: Calendar = text.parse().expect("icalendar reads the calendar part");
        let method = calendar.property_value("METHOD").expect("the calendar has a METHOD").to_owned();
        let event = only_event(&calendar);
        let start = event.properties().get("DTSTART").expect("the event starts");
        let zone = start.params().get("TZID").map_or("", icalendar::Parameter::value).to_owned();
        Self {
            method,
            parameter,
            uid: event.get_uid().expect("the event has a UID").to_owned(),
            sequence: event.get_sequence().unwrap_or(0),
            title: event.get_summary().unwrap_or_default().to_owned(),
            place: event.get_location().unwrap_or_default().to_owned(),
            start: start.value().to_owned(),
            zone,
            attendees: attendees(event),
            calendar: text.clone(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
        }
    }
}

#[track_caller]
fn only_event(calendar: &Calendar) -> &Event {
    let mut events = calendar.components.iter().filter_map(|component| match component {
        CalendarComponent::Event(event) => Some(event),
        _ => None,
    });
    let event = events.next().expect("the calendar has an event");
    assert!(events.next().is_none(), "the calendar has one event");
    event
}

fn attendees(event: &Event) -> Vec<String> {
    let single = event.properties().get("ATTENDEE").into_iter();
    let several = event.multi_properties().get("ATTENDEE").into_iter().flatten();
    let address = |value: &str| {
        let bare = value.get(.."mailto:".len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
        if bare { value["mailto:".len()..].to_lowercase() } else { value.to_lowercase() }
    };
    let mut all: Vec<String> = single.chain(several).map(|property| address(property.value())).collect();
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_read_with_its_zone_and_attendees() {
        let mail = "From: ann@calpost.test\r\nContent-Type: text/calendar; method=REQUEST; charset=UTF-8\r\n\r\n\
                    BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@x\r\n\
                    DTSTAMP:20261122T090000Z\r\nDTSTART;TZID=Europe/Berlin:20261123T100000\r\nSEQUENCE:2\r\n\
                    SUMMARY:Lunch\\, outside\r\nATTENDEE;CN=Bob:MAILTO:Bob@calpost.test\r\n\
                    ATTENDEE;CN=Ann:mailto:ann@calpost.test\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let read = Invitation::read(mail.as_bytes());
        assert_eq!((read.method.as_str(), read.parameter.as_str(), read.sequence), ("REQUEST", "REQUEST", 2));
        assert_eq!((read.start.as_str(), read.zone.as_str()), ("20261123T100000", "Europe/Berlin"));
        assert_eq!(read.title, "Lunch, outside");
        assert_eq!(read.attendees, ["ann@calpost.test", "bob@calpost.test"]);
    }
}
