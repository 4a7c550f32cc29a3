//! Scheduling by the server itself, as servers with `calendar-auto-schedule` do it (RFC 6638 section 3.2.1).
//!
//! It is there to be kept quiet: a client that sends its own invitations must say so on each ATTENDEE, or its guests
//! get two. So it sends the plainest message there can be, to whoever is not exempted.

use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::MimePart;

use crate::delivery::{Authentication, Envelope, deliver};
use crate::ics::Ics;
use crate::provider::{Account, Provider, now_seconds};

/// Tells the guests of `after` about a new or changed event, or those of `before` that it is no more.
pub(crate) fn tell_guests(provider: &Provider, owner: &str, before: Option<&str>, after: Option<&str>) {
    let (method, text) = match (before, after) {
        (_, Some(after)) => ("REQUEST", after),
        (Some(before), None) => ("CANCEL", before),
        (None, None) => return,
    };
    let Ok(ics) = Ics::read(text) else { return };
    if before.zip(after).is_some_and(|(before, _)| !is_news(before, &ics)) {
        return;
    }
    let organizes = |account: &Account| {
        let mut organizers = ics.entries().filter_map(|entry| entry.property("ORGANIZER"));
        organizers.any(|organizer| account.owns(&organizer.address()))
    };
    if provider.read(owner, organizes) != Some(true) {
        return;
    }
    let mut guests: Vec<String> = ics
        .entries()
        .flat_map(|entry| entry.all("ATTENDEE"))
        .filter(|guest| guest.parameter("SCHEDULE-AGENT").is_none_or(|agent| agent.eq_ignore_ascii_case("SERVER")))
        .map(|guest| guest.address())
        .filter(|guest| guest != owner)
        .collect();
    guests.sort();
    guests.dedup();
    let message = text.replacen("BEGIN:VCALENDAR", &format!("BEGIN:VCALENDAR\r\nMETHOD:{method}"), 1);
    let summary = ics.entries().find_map(|entry| entry.property("SUMMARY")).map(|summary| summary.text());
    for guest in guests {
        let kind = ContentType::new("text/calendar").attribute("charset", "UTF-8").attribute("method", method);
        let mail = MessageBuilder::new()
            .from(owner)
            .to(guest.as_str())
            .subject(summary.clone().unwrap_or_default())
            .date(now_seconds())
            .message_id(format!("{:x}.scheduled@sandbox.test", provider.next_number()))
            .body(MimePart::new(kind, message.as_str()))
            // Writing into memory does not fail.
            .write_to_vec()
            .unwrap_or_default();
        let envelope = Envelope { sender: owner.to_owned(), recipients: vec![guest] };
        deliver(provider, &envelope, &mail, Authentication::Pass);
    }
}

/// Whether what guests see has changed: an answer that is noted down concerns nobody else.
fn is_news(before: &str, after: &Ics) -> bool {
    const SEEN: [&str; 9] =
        ["SEQUENCE", "DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "SUMMARY", "LOCATION", "STATUS"];
    let seen = |ics: &Ics| -> Vec<String> {
        let properties = ics.entries().flat_map(|entry| &entry.properties);
        let seen = properties.filter(|property| SEEN.contains(&property.name.as_str()) || property.name == "ATTENDEE");
        seen.map(|property| format!("{}:{}", property.name, property.value)).collect()
    };
    Ics::read(before).is_ok_and(|before| seen(&before) != seen(after))
}
