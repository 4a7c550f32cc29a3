//! How a guest answers, from a mail program of their own.

use icalendar::{Calendar, Component as _, Event, Property};

use crate::invitation::Invitation;
use crate::mailbox::send;
use crate::person::Person;
use crate::provider::Provider;

/// What a guest answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Comes.
    Accepted,
    /// May come.
    Tentative,
    /// Does not come.
    Declined,
}

impl Answer {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Accepted => ("ACCEPTED", "Accepted"),
            Self::Tentative => ("TENTATIVE", "Tentative"),
            Self::Declined => ("DECLINED", "Declined"),
        }
    }
}

/// Mails the answer to an invitation (RFC 5546 section 3.2.3), with a comment unless it is empty.
///
/// # Panics
///
/// When the server refuses the mail.
#[track_caller]
pub fn answer(
    provider: &Provider,
    guest: &Person,
    organizer: &Person,
    invitation: &Invitation,
    answer: Answer,
    comment: &str,
) {
    let (partstat, word) = answer.words();
    let mut attendee = Property::new("ATTENDEE", format!("mailto:{}", guest.address));
    attendee.add_parameter("PARTSTAT", partstat).add_parameter("CN", &guest.name);
    let mut event = Event::new();
    event.uid(&invitation.uid).sequence(invitation.sequence).summary(&invitation.title);
    event.append_property(Property::new("ORGANIZER", format!("mailto:{}", organizer.address)));
    event.append_multi_property(attendee.done());
    let mut start = Property::new("DTSTART", &invitation.start);
    if !invitation.zone.is_empty() {
        start.add_parameter("TZID", &invitation.zone);
    }
    event.append_property(start.done());
    if !comment.is_empty() {
        event.add_property("COMMENT", comment);
    }
    let mut calendar = Calendar::new();
    calendar.append_property(Property::new("METHOD", "REPLY")).push(event.done());
    let (from, to) = (&guest.address, &organizer.address);
    let mail = format!(
        "From: {name} <{from}>\r\nTo: {to}\r\nSubject: {word}: {title}\r\nMessage-ID: <{partstat}-{sequence}.{uid}>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=part\r\n\r\n\
         --part\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n{name}: {word}\r\n\
         --part\r\nContent-Type: text/calendar; charset=UTF-8; method=REPLY\r\n\r\n{calendar}--part--\r\n",
        name = guest.name,
        title = invitation.title,
        sequence = invitation.sequence,
        uid = invitation.uid,
    );
    send(provider, guest, organizer, mail.as_bytes());
}
