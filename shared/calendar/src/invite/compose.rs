//! The mail that carries a scheduling message out: one tree of parts, the same bytes for the same input.
//!
//! What is built here is shown, stored and sent as it is, so nothing in it comes from a clock or from chance. The shape is
//! the one that Gmail, Outlook, Apple Mail and Thunderbird show buttons for: the calendar part is the last alternative,
//! without a disposition, and its method is that of its text; a copy is attached for everybody else (RFC 6047).

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as AddressHeader;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};
use memchr::memmem;

use crate::ical::{Address, Component, Document, Property};
use crate::mime::{MailAddress, Mailbox};

use super::letter::{Letter, Occasion};
use super::when::Clock;

/// The longest Message-ID.
const MAX_MESSAGE_ID_BYTES: usize = 250;
/// The longest physical line of a calendar, in octets (RFC 5545 section 3.1).
const MAX_LINE_OCTETS: usize = 75;

/// Everything a mail is made of.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Who writes: From, and the sender of the envelope.
    pub from: &'a Mailbox,
    /// Who reads. One by default, so that guests do not see a list of addresses.
    pub to: &'a [MailAddress],
    /// The message, with its METHOD.
    pub message: &'a Document,
    /// When it is written.
    pub now: Timestamp,
    /// The Message-ID, with or without its angle brackets.
    pub message_id: &'a str,
    /// What the boundaries are made from. Anything that differs from mail to mail.
    pub boundary_seed: &'a str,
    /// The zone in which the writer lives: an IANA name. An unknown one is left out of the words.
    pub zone: &'a str,
    /// Why it is sent, where that is known better than the message can tell.
    pub occasion: Option<Occasion>,
    /// The Message-ID that it answers.
    pub in_reply_to: Option<&'a str>,
    /// Whether a program sends it without anybody's click (RFC 3834).
    pub is_automatic: bool,
}

/// A mail, ready to be shown and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The whole mail.
    pub bytes: Vec<u8>,
    /// Its subject.
    pub subject: String,
    /// The calendar in it, byte for byte.
    pub ics: String,
    /// What the mail says in words.
    pub text: String,
}

/// Why a mail cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeProblem {
    /// The message is not one whole VCALENDAR with a component in it.
    #[error("the message is not one whole calendar")]
    NotOneCalendar,
    /// The message has no METHOD, so nobody would know what it wants.
    #[error("the message has no METHOD")]
    NoMethod,
    /// The message speaks of several events (RFC 6047 section 2.3 wants one).
    #[error("the message speaks of several events")]
    SeveralEvents,
    /// Nobody would get it.
    #[error("nobody is to get the mail")]
    NoRecipient,
    /// A Message-ID that would break its header.
    #[error("{0:?} cannot be a Message-ID")]
    MessageId(String),
}

/// Builds the mail.
pub fn compose(outgoing: &Outgoing<'_>) -> Result<Composed, ComposeProblem> {
    let Contents { calendar, components, method } = Contents::of(outgoing.message)?;
    if outgoing.to.is_empty() {
        return Err(ComposeProblem::NoRecipient);
    }
    let message_id = checked_id(outgoing.message_id)?;
    let in_reply_to = outgoing.in_reply_to.map(checked_id).transpose()?;
    let ics = canonical(outgoing.message, calendar);
    let reader = Clock::of(outgoing.zone);
    let occasion = outgoing.occasion.unwrap_or_else(|| Occasion::of(&method, &components));
    let letter = Letter::write(occasion, outgoing.from.label(), &components, outgoing.now, reader.as_ref());

    let bodies = [letter.text.as_str(), letter.html.as_str(), ics.as_str()];
    let boundary = |name: &str| boundary(outgoing.boundary_seed, name, &bodies);
    let text = |kind: &'static str| ContentType::new(kind).attribute("charset", "UTF-8");
    let component = components.first().map_or("VEVENT", |component| component.name()).to_ascii_uppercase();
    let alternatives = MimePart::new(
        ContentType::new("multipart/alternative").attribute("boundary", boundary("alternative")),
        vec![
            MimePart::new(text("text/plain"), letter.text.as_str()),
            MimePart::new(text("text/html"), letter.html.as_str()),
            MimePart::new(
                text("text/calendar").attribute("method", method.as_str()).attribute("component", component),
                ics.as_str(),
            ),
        ],
    );
    let attachment = MimePart::new(
        ContentType::new("application/ics").attribute("name", "invite.ics"),
        BodyPart::Binary(ics.as_bytes().into()),
    );
    let body = MimePart::new(
        ContentType::new("multipart/mixed").attribute("boundary", boundary("mixed")),
        vec![alternatives, attachment.attachment("invite.ics")],
    );

    let zone = TimeZone::get(outgoing.zone).unwrap_or(TimeZone::UTC);
    let date = rfc2822::to_string(&outgoing.now.to_zoned(zone)).unwrap_or_default();
    let mut builder = MessageBuilder::new()
        .header("Date", Raw::new(date))
        .header("Message-ID", MessageId::new(message_id))
        .header("From", address_header(outgoing.from.name(), outgoing.from.address()))
        .header("To", recipients(outgoing.to, &components))
        .subject(letter.subject.as_str());
    if let Some(id) = in_reply_to {
        builder = builder.in_reply_to(id).references(id);
    }
    if outgoing.is_automatic {
        builder = builder.header("Auto-Submitted", Raw::new("auto-generated"));
    }
    let mut bytes = Vec::with_capacity(4 * ics.len() + 4096);
    builder.header("MIME-Version", Raw::new("1.0")).body(body).serialize(&mut bytes);
    Ok(Composed { bytes, subject: letter.subject, ics, text: letter.text })
}

/// The message, looked at once.
struct Contents<'d> {
    calendar: &'d Component,
    components: Vec<&'d Component>,
    method: String,
}

impl<'d> Contents<'d> {
    fn of(message: &'d Document) -> Result<Self, ComposeProblem> {
        let mut calendars = message.calendars();
        let calendar = calendars.next().filter(|_| !message.is_read_only()).ok_or(ComposeProblem::NotOneCalendar)?;
        let components: Vec<&Component> =
            calendar.components().filter(|component| !component.is("VTIMEZONE")).collect();
        if calendars.next().is_some() || components.is_empty() {
            return Err(ComposeProblem::NotOneCalendar);
        }
        let method = calendar.value("METHOD").unwrap_or_default().to_ascii_uppercase();
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(ComposeProblem::NoMethod);
        }
        let uid = |component: &&Component| component.value("UID").map(str::to_owned);
        let first = components.first().and_then(uid);
        if components.iter().any(|component| uid(component) != first) {
            return Err(ComposeProblem::SeveralEvents);
        }
        Ok(Self { calendar, components, method })
    }
}

/// The message as it leaves: as it was written where that is right, else with CRLF and folded lines.
fn canonical(message: &Document, calendar: &Component) -> String {
    if let Ok(text) = String::from_utf8(message.write())
        && is_canonical(text.as_bytes())
    {
        return text;
    }
    String::from_utf8_lossy(&Document::of(calendar.to_fresh()).write()).into_owned()
}

fn is_canonical(bytes: &[u8]) -> bool {
    let mut start = 0;
    let is_line = |end: usize| {
        let line = &bytes[start..end];
        start = end + 1;
        line.strip_suffix(b"\r")
            .is_some_and(|text| text.len() <= MAX_LINE_OCTETS && memchr::memchr(b'\r', text).is_none())
    };
    bytes.starts_with(b"BEGIN:VCALENDAR\r\n")
        && bytes.ends_with(b"\n")
        && memchr::memchr_iter(b'\n', bytes).all(is_line)
}

/// A Message-ID without its brackets, safe in a header.
fn checked_id(id: &str) -> Result<&str, ComposeProblem> {
    let bare = id.trim();
    let bare = bare.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(bare);
    let is_special = |byte| matches!(byte, b'<' | b'>' | b'(' | b')' | b'[' | b']' | b',' | b';' | b':' | b'\\' | b'"');
    let is_clean = bare.bytes().all(|byte| byte.is_ascii_graphic() && !is_special(byte));
    let is_whole = bare
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if is_clean && is_whole && bare.len() <= MAX_MESSAGE_ID_BYTES {
        Ok(bare)
    } else {
        Err(ComposeProblem::MessageId(id.to_owned()))
    }
}

fn address_header<'x>(name: Option<&'x str>, address: &'x MailAddress) -> AddressHeader<'x> {
    AddressHeader::new_address(name, address.as_str())
}

/// The recipients, each with the name that the message has for them.
fn recipients<'x>(to: &'x [MailAddress], components: &[&Component]) -> AddressHeader<'x> {
    let is_person = |line: &&Property| line.is("ATTENDEE") || line.is("ORGANIZER");
    let mut lines: HashMap<Address, &Property> = HashMap::new();
    for line in components.iter().flat_map(|component| component.properties()).filter(is_person) {
        lines.entry(line.address()).or_insert(line);
    }
    let named = to.iter().map(|address| {
        let line = lines.get(&Address::new(address.as_str()));
        let name = line.and_then(|line| line.parameter("CN")).map(|name| Mailbox::new(&name, address.clone()));
        let name = name.as_ref().and_then(Mailbox::name).map(str::to_owned);
        AddressHeader::new_address(name, address.as_str())
    });
    AddressHeader::new_list(named.collect())
}

/// A boundary made from the seed, which none of the texts contains.
fn boundary(seed: &str, name: &str, bodies: &[&str]) -> String {
    let mut attempt = 0_u32;
    loop {
        let candidate = format!("cp-{:016x}", digest(&[seed, name, &attempt.to_string()]));
        if attempt == u32::MAX
            || !bodies.iter().any(|body| memmem::find(body.as_bytes(), candidate.as_bytes()).is_some())
        {
            return candidate;
        }
        attempt += 1;
    }
}

/// FNV-1a with 64 bits over the pieces, each ended by a byte that none of them has, then mixed: a boundary must be
/// unlikely, not secret.
fn digest(pieces: &[&str]) -> u64 {
    let bytes = pieces.iter().flat_map(|piece| piece.bytes().chain([0xff]));
    let hash = bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ mixed >> 32
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;

    const MESSAGE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Calpost//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n\
        UID:1@l.example\r\nSEQUENCE:0\r\nDTSTAMP:20261118T094231Z\r\nDTSTART:20261119T140000Z\r\nDTEND:20261119T153000Z\r\n\
        SUMMARY:Harbour tariff\r\nORGANIZER;CN=Mara:mailto:mara@l.example\r\n\
        ATTENDEE;CN=\"Okafor, C.\";PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:c@n.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    /// Composes the message; `change` may change everything about it.
    fn try_compose(message: &str, change: impl Fn(&mut Outgoing<'_>)) -> Result<Composed, ComposeProblem> {
        let document = Document::read(message.as_bytes()).expect("readable");
        let from = Mailbox::parse("Mara Lindqvist <mara@l.example>").expect("a mailbox");
        let to = [MailAddress::parse("c@n.example").expect("an address")];
        let mut outgoing = Outgoing {
            from: &from,
            to: &to,
            message: &document,
            now: "2026-11-18T09:42:31Z".parse().expect("an instant"),
            message_id: "<7f3c.1@l.example>",
            boundary_seed: "seed",
            zone: "Europe/Berlin",
            occasion: None,
            in_reply_to: None,
            is_automatic: false,
        };
        change(&mut outgoing);
        compose(&outgoing)
    }

    fn composed(message: &str) -> Composed {
        try_compose(message, |_| {}).expect("composed")
    }

    #[test]
    fn the_mail_is_the_same_for_the_same_input() {
        let mail = composed(MESSAGE);
        assert_eq!(mail, composed(MESSAGE));
        insta::assert_snapshot!(String::from_utf8_lossy(&mail.bytes).replace("\r\n", "\n"));
    }

    #[test]
    fn an_independent_reader_sees_the_tree_and_the_same_calendar_twice() {
        let mail = composed(MESSAGE);
        let message = MessageParser::new().parse(&mail.bytes).expect("a mail");
        let kinds: Vec<String> = message
            .parts
            .iter()
            .map(|part| {
                part.content_type().map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()))
            })
            .map(Option::unwrap_or_default)
            .collect();
        let expected =
            ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics"];
        assert_eq!(kinds, expected);
        let calendar = &message.parts[4];
        let parameter = |name: &str| calendar.content_type().and_then(|kind| kind.attribute(name));
        assert_eq!((parameter("method"), parameter("charset")), (Some("REQUEST"), Some("UTF-8")));
        assert!(calendar.content_disposition().is_none() && calendar.content_id().is_none());
        assert_eq!(calendar.text_contents(), Some(MESSAGE));
        assert_eq!(message.parts[5].contents(), MESSAGE.as_bytes());
        assert_eq!(message.message_id(), Some("7f3c.1@l.example"));
        let to = message.to().and_then(|to| to.first()).expect("a recipient");
        assert_eq!((to.name(), to.address()), (Some("Okafor, C."), Some("c@n.example")));
    }

    #[test]
    fn no_line_is_too_long_and_every_line_ends_with_crlf() {
        let long =
            MESSAGE.replace("Harbour tariff", &"Größe \u{1f389} ".repeat(400)).replace("\r\nSUMMARY", "\nSUMMARY");
        let mail = composed(&long);
        for line in mail.bytes.split_inclusive(|byte| *byte == b'\n') {
            assert!(line.ends_with(b"\r\n") && line.len() <= 80, "{}", String::from_utf8_lossy(line));
        }
        assert!(is_canonical(mail.ics.as_bytes()));
    }

    #[test]
    fn what_is_canonical_is_sent_byte_for_byte_and_the_rest_is_made_so() {
        assert_eq!(composed(MESSAGE).ics, MESSAGE);
        assert_eq!(composed(&MESSAGE.replace("\r\n", "\n")).ics, MESSAGE);
    }

    #[test]
    fn a_boundary_never_occurs_in_what_it_separates() {
        let first = boundary("seed", "mixed", &[]);
        let hostile = format!("--{first}");
        let other = boundary("seed", "mixed", &[&hostile]);
        assert_ne!(first, other);
        assert_eq!(boundary("seed", "mixed", &["words"]), first);
        assert_ne!(boundary("seed", "alternative", &[]), first);
    }

    #[track_caller]
    fn check_problem(message: &str, change: impl Fn(&mut Outgoing<'_>), expected: ComposeProblem) {
        assert_eq!(try_compose(message, change), Err(expected));
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        check_problem(&MESSAGE.replace("METHOD:REQUEST\r\n", ""), |_| {}, ComposeProblem::NoMethod);
        check_problem(&MESSAGE.replace("METHOD:REQUEST", "METHOD:RE\u{fc}"), |_| {}, ComposeProblem::NoMethod);
        check_problem("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n", |_| {}, ComposeProblem::NotOneCalendar);
        check_problem("words", |_| {}, ComposeProblem::NotOneCalendar);
        check_problem(&MESSAGE.repeat(2), |_| {}, ComposeProblem::NotOneCalendar);
        let second = "BEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT\r\nEND:VCALENDAR";
        check_problem(&MESSAGE.replace("END:VCALENDAR", second), |_| {}, ComposeProblem::SeveralEvents);
        check_problem(MESSAGE, |outgoing| outgoing.to = &[], ComposeProblem::NoRecipient);
        for id in ["", "x", "a@b@c", "a@b>\r\nBcc: eve@evil.example", "a b@c", "<a@b"] {
            check_problem(MESSAGE, |outgoing| outgoing.message_id = id, ComposeProblem::MessageId(id.to_owned()));
            check_problem(
                MESSAGE,
                |outgoing| outgoing.in_reply_to = Some(id),
                ComposeProblem::MessageId(id.to_owned()),
            );
        }
    }

    #[test]
    fn a_message_id_is_as_long_as_the_limit_and_no_longer() {
        let id = |octets: usize| format!("{}@l.example", "x".repeat(octets - "@l.example".len()));
        assert!(try_compose(MESSAGE, |outgoing| outgoing.message_id = &*id(MAX_MESSAGE_ID_BYTES).leak()).is_ok());
        let long = id(MAX_MESSAGE_ID_BYTES + 1);
        check_problem(
            MESSAGE,
            |outgoing| outgoing.in_reply_to = Some(long.clone().leak()),
            ComposeProblem::MessageId(long.clone()),
        );
    }

    #[test]
    fn an_answer_that_nobody_clicked_says_so() {
        let mail = try_compose(MESSAGE, |outgoing| {
            outgoing.is_automatic = true;
            outgoing.in_reply_to = Some("<q@n.example>");
        });
        let text = String::from_utf8(mail.expect("composed").bytes).expect("ASCII");
        assert!(text.contains("\r\nAuto-Submitted: auto-generated\r\n"));
        assert!(text.contains("\r\nIn-Reply-To: <q@n.example>\r\nReferences: <q@n.example>\r\n"));
    }

    #[test]
    fn our_own_reader_finds_what_was_composed() {
        let mail = composed(&MESSAGE.replace("Harbour", "Häfen"));
        let me = [MailAddress::parse("c@n.example").expect("an address")];
        let reading = super::super::read_mail(&mail.bytes, &super::super::Reader::of(&me)).expect("small enough");
        assert_eq!(reading.notes, []);
        assert_eq!(reading.found.len(), 1);
        assert_eq!(reading.found[0].method.as_deref(), Some("REQUEST"));
        assert_eq!(reading.found[0].ics, mail.ics);
        assert_eq!(reading.message_id.as_deref(), Some("7f3c.1@l.example"));
    }
}
