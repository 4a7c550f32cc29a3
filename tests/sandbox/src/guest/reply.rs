//! Answers as Gmail, Outlook and Apple Mail write them, with the habits that make them hard to read.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;

use crate::guest::invitation::Request;
use crate::guest::{Guest, Program};
use crate::provider::{Provider, now_seconds};

/// A mail that answers.
pub(crate) struct Reply {
    pub(crate) sender: String,
    pub(crate) recipient: String,
    pub(crate) raw: Vec<u8>,
}

/// The mails with which a guest answers; Gmail puts the answers to one event into one, the others write one each.
pub(crate) fn replies(guest: &Guest, requests: &[Request], provider: &Provider) -> Vec<Reply> {
    let Some(partstat) = guest.manner.partstat() else { return Vec::new() };
    let answer = Answer { guest, partstat, now: now_seconds(), number: provider.next_number() };
    match guest.program {
        Program::Gmail => requests.first().map(|first| answer.gmail(first, requests)).into_iter().collect(),
        Program::Outlook => requests.iter().map(|request| answer.outlook(request)).collect(),
        Program::Apple => requests.iter().map(|request| answer.apple(request)).collect(),
    }
}

struct Answer<'a> {
    guest: &'a Guest,
    partstat: &'static str,
    now: i64,
    number: u64,
}

impl Answer<'_> {
    fn gmail(&self, first: &Request, requests: &[Request]) -> Reply {
        let mut lines = Lines::of(&[
            "BEGIN:VCALENDAR",
            "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
            "VERSION:2.0",
            "CALSCALE:GREGORIAN",
            "METHOD:REPLY",
        ]);
        for request in requests {
            lines.add("BEGIN:VEVENT");
            lines.add(&request.in_utc("DTSTART", request.span.0));
            lines.add(&request.in_utc("DTEND", request.span.1));
            lines.add(&format!("DTSTAMP:{}", utc(self.now)));
            lines.add(&organizer(request));
            lines.add(&format!("UID:{}", request.uid));
            let comment = self.guest.comment.as_ref().map(|comment| comment.replace(['"', '\r', '\n'], "'"));
            let comment = comment.map(|comment| format!(";X-RESPONSE-COMMENT=\"{comment}\"")).unwrap_or_default();
            lines.add(&format!(
                "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={};CN={}{comment};X-NUM-GUESTS=0:mailto:{}",
                self.partstat,
                quoted(&self.guest.name),
                self.guest.address
            ));
            // In UTC, whatever the zone of the event.
            if let Some(instant) = request.recurrence_instant {
                lines.add(&request.in_utc("RECURRENCE-ID", instant));
            }
            lines.add(&format!("CREATED:{}", utc(self.now)));
            lines.add("DESCRIPTION:");
            lines.add(&format!("LAST-MODIFIED:{}", utc(self.now)));
            lines.add(&format!("LOCATION:{}", request.location.as_deref().unwrap_or_default()));
            lines.add(&format!("SEQUENCE:{}", request.sequence));
            lines.add("STATUS:CONFIRMED");
            lines.add(&format!("SUMMARY:{}", request.summary));
            lines.add("TRANSP:OPAQUE");
            lines.add("END:VEVENT");
        }
        lines.add("END:VCALENDAR");
        let verb = match self.partstat {
            "ACCEPTED" => "Accepted",
            "DECLINED" => "Declined",
            _ => "Tentatively Accepted",
        };
        let said = format!("{} has {} this invitation.", self.guest.name, verb.to_lowercase());
        let calendar = ContentType::new("text/calendar").attribute("charset", "UTF-8").attribute("method", "REPLY");
        let text = || ContentType::new("text/plain").attribute("charset", "UTF-8").attribute("format", "flowed");
        let html = ContentType::new("text/html").attribute("charset", "UTF-8");
        let body = MimePart::new(
            "multipart/mixed",
            vec![
                MimePart::new(
                    "multipart/alternative",
                    vec![
                        MimePart::new(text(), said.clone()),
                        MimePart::new(html, format!("<p>{}</p>", escape_html(&said))),
                        MimePart::new(calendar, lines.0.clone()),
                    ],
                ),
                MimePart::new("application/ics", lines.0.into_bytes()).attachment("invite.ics"),
            ],
        );
        let mail = MessageBuilder::new()
            .header("Reply-To", address(&self.guest.name, &self.guest.address))
            .header("Sender", address("Google Calendar", "calendar-notification@google.com"))
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .message_id(format!("calendar-{:x}@google.com", self.number))
            .date(self.now)
            .subject(format!("{verb}: {}", plain(&first.summary)))
            .from((self.guest.name.as_str(), "calendar-notification@google.com"))
            .to(first.organizer.address())
            .body(body);
        self.finish("noreply@calendar-server.bounces.google.com", first, mail)
    }

    fn outlook(&self, request: &Request) -> Reply {
        let word = match self.partstat {
            "ACCEPTED" => "Zugesagt",
            "DECLINED" => "Abgelehnt",
            _ => "Mit Vorbehalt",
        };
        let mut lines = Lines::of(&[
            "BEGIN:VCALENDAR",
            "METHOD:REPLY",
            "PRODID:Microsoft Exchange Server 2010",
            "VERSION:2.0",
            "BEGIN:VTIMEZONE",
            "TZID:W. Europe Standard Time",
            "BEGIN:STANDARD",
            "DTSTART:16010101T030000",
            "TZOFFSETFROM:+0200",
            "TZOFFSETTO:+0100",
            "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10",
            "END:STANDARD",
            "BEGIN:DAYLIGHT",
            "DTSTART:16010101T020000",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0200",
            "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3",
            "END:DAYLIGHT",
            "END:VTIMEZONE",
            "BEGIN:VEVENT",
        ]);
        lines.add(&format!(
            "ATTENDEE;PARTSTAT={};CN={}:mailto:{}",
            self.partstat,
            quoted(&self.guest.name),
            self.guest.address
        ));
        let comment = self.guest.comment.as_deref().map(escape_text).unwrap_or_default();
        lines.add(&format!("COMMENT;LANGUAGE=de-DE:{comment}\\n"));
        lines.add(&format!("UID:{}", request.uid));
        if let Some(instant) = request.recurrence_instant {
            lines.add(&request.in_windows_zone("RECURRENCE-ID", instant));
        }
        lines.add(&format!("SUMMARY;LANGUAGE=de-DE:{word}: {}", request.summary));
        lines.add(&request.in_windows_zone("DTSTART", request.span.0));
        lines.add(&request.in_windows_zone("DTEND", request.span.1));
        lines.add_all(&["CLASS:PUBLIC", "PRIORITY:5"]);
        lines.add(&format!("DTSTAMP:{}", utc(self.now)));
        lines.add_all(&["TRANSP:OPAQUE", "STATUS:CONFIRMED"]);
        lines.add(&format!("SEQUENCE:{}", request.sequence));
        lines.add(&format!("LOCATION;LANGUAGE=de-DE:{}", request.location.as_deref().unwrap_or_default()));
        for line in
            ["X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY", "END:VEVENT", "END:VCALENDAR"]
        {
            lines.add(line);
        }
        let calendar = ContentType::new("text/calendar").attribute("charset", "utf-8").attribute("method", "REPLY");
        let text = ContentType::new("text/plain").attribute("charset", "utf-8");
        let said = self.guest.comment.clone().unwrap_or_default();
        let body = MimePart::new(
            "multipart/alternative",
            vec![
                MimePart::new(text, format!("{said}\r\n")),
                MimePart::new(calendar, base64_lines(lines.0.as_bytes())).transfer_encoding("base64"),
            ],
        );
        let mail = MessageBuilder::new()
            .from((self.guest.name.as_str(), self.guest.address.as_str()))
            .to(request.organizer.address())
            .subject(format!("{word}: {}", plain(&request.summary)))
            .header("Thread-Topic", Raw::new(format!("{:X}", self.number)))
            .date(self.now)
            .message_id(format!("{:X}.EURP190@{}", self.number, domain_of(&self.guest.address)))
            .header("Accept-Language", Raw::new("de-DE, en-US"))
            .header("Content-Language", Raw::new("de-DE"))
            .header("X-MS-Has-Attach", Raw::new(""))
            .body(body);
        self.finish(&self.guest.address, request, mail)
    }

    fn apple(&self, request: &Request) -> Reply {
        let mut lines = Lines::of(&[
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Apple Inc.//macOS 15.1//EN",
            "METHOD:REPLY",
            "BEGIN:VEVENT",
        ]);
        lines.add(&format!("UID:{}", request.uid));
        lines.add(&format!("DTSTAMP:{}", utc(self.now)));
        lines.add(&format!("SEQUENCE:{}", request.sequence));
        lines.add(&request.in_utc("DTSTART", request.span.0));
        lines.add(&request.in_utc("DTEND", request.span.1));
        if let Some(instant) = request.recurrence_instant {
            lines.add(&request.in_utc("RECURRENCE-ID", instant));
        }
        lines.add(&format!("SUMMARY:{}", request.summary));
        lines.add(&organizer(request));
        lines.add(&format!(
            "ATTENDEE;CN={};CUTYPE=INDIVIDUAL;EMAIL={};PARTSTAT={};ROLE=REQ-PARTICIPANT:mailto:{}",
            quoted(&self.guest.name),
            self.guest.address,
            self.partstat,
            self.guest.address
        ));
        if let Some(comment) = &self.guest.comment {
            lines.add(&format!("COMMENT:{}", escape_text(comment)));
        }
        lines.add_all(&["TRANSP:OPAQUE", "STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR"]);
        let word = match self.partstat {
            "ACCEPTED" => "accepted",
            "DECLINED" => "declined",
            _ => "tentatively accepted",
        };
        let said =
            format!("{} has {word} your invitation to \u{201c}{}\u{201d}.", self.guest.name, plain(&request.summary));
        let name = format!("iCal-{:x}.ics", self.number);
        let disposition = ContentType::new("attachment").attribute("filename", name.clone());
        let text = ContentType::new("text/plain").attribute("charset", "utf-8");
        let html = || ContentType::new("text/html").attribute("charset", "utf-8");
        // Neither method nor charset: what it is, only the calendar itself says.
        let calendar = ContentType::new("text/calendar").attribute("name", name);
        let attached = MimePart::new(calendar, quoted_printable(lines.0.as_bytes()))
            .transfer_encoding("quoted-printable")
            .header("Content-Disposition", disposition);
        let mixed = vec![
            MimePart::new(html(), format!("<html><body>{}</body></html>", escape_html(&said))),
            attached,
            MimePart::new(html(), "<html><body></body></html>"),
        ];
        let body = MimePart::new(
            "multipart/alternative",
            vec![MimePart::new(text, said.clone()), MimePart::new("multipart/mixed", mixed)],
        );
        let mail = MessageBuilder::new()
            .from((self.guest.name.as_str(), self.guest.address.as_str()))
            .to(request.organizer.address())
            .subject(format!("{}: {}", capital(word), plain(&request.summary)))
            .header("X-Mailer", Raw::new("Apple Mail (2.3826.200.121)"))
            .date(self.now)
            .message_id(format!("{:X}-4B2E-9D0F@{}", self.number, domain_of(&self.guest.address)))
            .body(body);
        self.finish(&self.guest.address, request, mail)
    }

    fn finish(&self, sender: &str, request: &Request, mail: MessageBuilder<'_>) -> Reply {
        Reply {
            sender: sender.to_owned(),
            recipient: request.organizer.address(),
            // Writing into memory does not fail.
            raw: mail.write_to_vec().unwrap_or_default(),
        }
    }
}

impl Request {
    /// A date property in UTC, or as a date where the event has no time of day.
    fn in_utc(&self, name: &str, second: i64) -> String {
        if self.all_day { date(name, second) } else { format!("{name}:{}", utc(second)) }
    }

    /// The same in a zone as Windows calls it.
    fn in_windows_zone(&self, name: &str, second: i64) -> String {
        if self.all_day {
            date(name, second)
        } else {
            format!("{name};TZID=W. Europe Standard Time:{}", berlin(second))
        }
    }
}

/// Lines of iCalendar, folded at 75 octets.
struct Lines(String);

impl Lines {
    fn of(lines: &[&str]) -> Self {
        let mut all = Self(String::new());
        all.add_all(lines);
        all
    }

    fn add_all(&mut self, lines: &[&str]) {
        lines.iter().for_each(|line| self.add(line));
    }

    fn add(&mut self, line: &str) {
        let mut width = 0;
        for character in line.chars().filter(|character| !matches!(character, '\r' | '\n')) {
            if width + character.len_utf8() > 75 {
                self.0.push_str("\r\n ");
                width = 1;
            }
            width += character.len_utf8();
            self.0.push(character);
        }
        self.0.push_str("\r\n");
    }
}

fn organizer(request: &Request) -> String {
    let name = request.organizer.parameter("CN").map(|name| format!(";CN={}", quoted(name))).unwrap_or_default();
    format!("ORGANIZER{name}:mailto:{}", request.organizer.address())
}

fn address<'a>(name: &'a str, address: &'a str) -> mail_builder::headers::address::Address<'a> {
    mail_builder::headers::address::Address::from((name, address))
}

fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
}

/// A parameter value in quotation marks where it needs them (RFC 5545 section 3.2).
fn quoted(value: &str) -> String {
    let value = value.replace(['"', '\r', '\n'], "'");
    if value.contains([',', ';', ':']) { format!("\"{value}\"") } else { value }
}

fn escape_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace("\r\n", "\\n").replace('\n', "\\n")
}

/// A SUMMARY as written, for people.
fn plain(value: &str) -> String {
    value.replace("\\n", " ").replace("\\N", " ").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn utc(second: i64) -> String {
    instant(second).strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn date(name: &str, second: i64) -> String {
    format!("{name};VALUE=DATE:{}", instant(second).strftime("%Y%m%d"))
}

fn berlin(second: i64) -> String {
    let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
    instant(second).to_zoned(zone).strftime("%Y%m%dT%H%M%S").to_string()
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

fn base64_lines(bytes: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned());
    lines.collect::<Vec<_>>().join("\r\n")
}

/// Quoted-printable as Apple Mail writes it: the line breaks of the text are lines of their own (RFC 2045).
fn quoted_printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut width = 0;
    let mut rest = bytes.iter().peekable();
    while let Some(byte) = rest.next() {
        if *byte == b'\r' && rest.peek() == Some(&&b'\n') {
            rest.next();
            text.push_str("\r\n");
            width = 0;
            continue;
        }
        let at_end = matches!(rest.peek(), None | Some(b'\r'));
        let literal = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (*byte == b' ' && !at_end);
        let encoded = if literal { char::from(*byte).to_string() } else { format!("={byte:02X}") };
        if width + encoded.len() > 75 {
            text.push_str("=\r\n");
            width = 0;
        }
        width += encoded.len();
        text.push_str(&encoded);
    }
    text
}
