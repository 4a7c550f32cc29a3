//! The invitation inside a mail, as a guest's program finds it.

use mail_parser::{MessageParser, MimeHeaders, PartType};

use crate::ics::{Component, Ics, Property, is_date};
use crate::part::{Content, Part};

/// What a mail asks of a guest.
pub(crate) enum Invitation {
    /// To come: one request for each component that the guest is named in.
    Request(Vec<Request>),
    /// To forget it.
    Cancel {
        uid: String,
        /// Only this occurrence.
        recurrence_id: Option<String>,
    },
}

/// An event that a guest is invited to.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) uid: String,
    /// The value of RECURRENCE-ID as written.
    pub(crate) recurrence_id: Option<String>,
    pub(crate) sequence: i64,
    pub(crate) stamped_at: String,
    /// The ORGANIZER line.
    pub(crate) organizer: Property,
    /// The values of these properties as written.
    pub(crate) summary: String,
    pub(crate) location: Option<String>,
    /// Start and end in Unix seconds.
    pub(crate) span: (i64, i64),
    pub(crate) recurrence_instant: Option<i64>,
    /// Whether it has no time of day.
    pub(crate) all_day: bool,
    /// Whether the organizer waits for an answer.
    pub(crate) wants_answer: bool,
}

impl Invitation {
    /// Finds the invitation of `guest` in a mail.
    pub(crate) fn find(mail: &[u8], guest: &str) -> Option<Self> {
        let text = calendar_text(&Part::read(mail))?;
        let ics = Ics::read(&text).ok()?;
        match ics.method()?.as_str() {
            "REQUEST" => {
                let requests: Vec<_> = ics.entries().filter_map(|entry| request(&ics, entry, guest)).collect();
                (!requests.is_empty()).then_some(Self::Request(requests))
            }
            "CANCEL" => {
                let entry = ics.entries().next()?;
                let recurrence_id = entry.value("RECURRENCE-ID").map(str::to_owned);
                Some(Self::Cancel { uid: entry.value("UID")?.to_owned(), recurrence_id })
            }
            _ => None,
        }
    }
}

/// The first calendar in a mail, decoded. What a forwarded mail encloses is not looked at: it was meant for others.
fn calendar_text(part: &Part<'_>) -> Option<String> {
    match &part.content {
        Content::Multi(parts) => return parts.iter().find_map(calendar_text),
        Content::Message(_) => return None,
        Content::Leaf => {}
    }
    let (kind, subtype) = part.kind();
    let is_named = part.fields.attachment_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".ics"));
    let is_calendar = match (kind.as_str(), subtype.as_str()) {
        ("text", "calendar") | ("application", "ics") => true,
        ("application", "octet-stream") => is_named,
        _ => false,
    };
    if !is_calendar {
        return None;
    }
    // One part by itself: transfer encoding and charset are the parser's business, and nothing can nest in it.
    let raw = [part.header, part.body].concat();
    let message = MessageParser::default().parse(&raw)?;
    Some(match &message.parts.first()?.body {
        PartType::Text(text) => text.to_string(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => return None,
    })
}

fn request(ics: &Ics, entry: &Component, guest: &str) -> Option<Request> {
    let own = entry.all("ATTENDEE").find(|attendee| attendee.address() == guest)?;
    let is = |name: &str, wanted: &str| own.parameter(name).is_some_and(|value| value.eq_ignore_ascii_case(wanted));
    let undecided = own.parameter("PARTSTAT").is_none() || is("PARTSTAT", "NEEDS-ACTION");
    Some(Request {
        uid: entry.value("UID")?.to_owned(),
        recurrence_id: entry.value("RECURRENCE-ID").map(str::to_owned),
        sequence: entry.value("SEQUENCE").and_then(|value| value.trim().parse().ok()).unwrap_or(0),
        stamped_at: entry.value("DTSTAMP").unwrap_or_default().to_owned(),
        organizer: entry.property("ORGANIZER")?.clone(),
        summary: entry.value("SUMMARY").unwrap_or_default().to_owned(),
        location: entry.value("LOCATION").map(str::to_owned),
        span: ics.span(entry)?,
        recurrence_instant: entry.property("RECURRENCE-ID").and_then(|id| ics.instant(id)),
        all_day: entry.property("DTSTART").is_some_and(is_date),
        wants_answer: undecided && !is("RSVP", "FALSE"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ICS: &str = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:20261124T100000Z\r\n\
        ORGANIZER:mailto:ann@sandbox.test\r\nATTENDEE:mailto:bob@sandbox.test\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    #[track_caller]
    fn check(mail: &str, expected: bool) {
        assert_eq!(Invitation::find(mail.as_bytes(), "bob@sandbox.test").is_some(), expected, "{mail}");
    }

    #[test]
    fn an_invitation_is_found_wherever_programs_put_it() {
        check(&format!("Content-Type: text/calendar\r\n\r\n{ICS}"), true);
        let inner = format!("--b\r\nContent-Type: application/ics\r\n\r\n{ICS}\r\n--b--\r\n");
        check(&format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{inner}"), true);
        check(&format!("Content-Type: application/octet-stream; name=\"x.ICS\"\r\n\r\n{ICS}"), true);
        check(&format!("Content-Type: text/plain\r\n\r\n{ICS}"), false);
    }

    #[test]
    fn a_forwarded_invitation_is_not_ones_own() {
        check(&format!("Content-Type: message/rfc822\r\n\r\nContent-Type: text/calendar\r\n\r\n{ICS}"), false);
    }

    #[test]
    fn a_mail_nested_ten_thousand_deep_is_passed_over() {
        check(
            &format!(
                "{}Content-Type: text/calendar\r\n\r\n{ICS}",
                "Content-Type: message/rfc822\r\n\r\n".repeat(10_000)
            ),
            false,
        );
    }
}
