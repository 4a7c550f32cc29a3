//! The invitation inside a mail, as a guest's program finds it.

use mail_parser::{MessageParser, MimeHeaders, PartType};

use crate::ics::{Component, Ics, Property, is_date};

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
        let message = MessageParser::default().parse(mail)?;
        let text = message.parts.iter().find_map(|part| {
            let kind = part.content_type()?;
            let named = part.attachment_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".ics"));
            let is_calendar = match (kind.ctype(), kind.subtype()) {
                ("text", Some("calendar")) | ("application", Some("ics")) => true,
                ("application", Some("octet-stream")) => named,
                _ => false,
            };
            match &part.body {
                PartType::Text(text) if is_calendar => Some(text.to_string()),
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) if is_calendar => {
                    Some(String::from_utf8_lossy(bytes).into_owned())
                }
                _ => None,
            }
        })?;
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
