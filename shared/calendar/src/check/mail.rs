//! The mail around the calendar: headers, the place of the calendar part, its label, and who writes to whom (RFC 6047,
//! RFC 5322, RFC 2045).

use std::borrow::Cow;

use crate::ical::{Address, Component, Document};
use crate::invite::is_calendar_part;
use crate::mime::{BuiltIn, Message, Part, Text as Decoded, TransferEncoding};

use super::event::is_one_of;
use super::finding::{Finding, Level, Report, Rule};
use super::people::mail_form;
use super::remote::loads_something;
use super::{Text, check_part, read};

/// The longest line of a mail without its end (RFC 5322 section 2.1.1).
const MAX_MAIL_LINE_OCTETS: usize = 998;

pub(super) static RULES: &[&Rule] = &[
    &MAIL_TOO_LARGE,
    &MAIL_STRUCTURE,
    &HEADER_MISSING,
    &HEADER_REPEATED,
    &MAIL_LINE,
    &CALENDAR_PART_MISSING,
    &WINMAIL,
    &ONLY_ATTACHED,
    &NOT_FIRST_CHILD,
    &NOT_LAST_ALTERNATIVE,
    &METHOD_PARAMETER_MISSING,
    &METHOD_DIFFERS,
    &METHOD_MISSING,
    &CHARSET_MISSING,
    &CHARSET_OTHER,
    &ENCODING,
    &SENDER_DIFFERS,
    &TEXT_MISSING,
    &COPIES_DIFFER,
    &SEVERAL_MESSAGES,
    &REMOTE_CONTENT,
];

static MAIL_TOO_LARGE: Rule = Rule {
    id: "mail-too-large",
    level: Level::Error,
    section: "RFC 5321 section 4.5.3.1.7",
    what: "The mail is too large.",
    effect: "Servers refuse it.",
    mend: "Send less.",
};

static MAIL_STRUCTURE: Rule = Rule {
    id: "mail-structure",
    level: Level::Error,
    section: "RFC 2046 section 5.1",
    what: "The parts of the mail do not fit together.",
    effect: "Programs show a part of it, or the raw text.",
    mend: "Give each multipart its boundary and close it.",
};

static HEADER_MISSING: Rule = Rule {
    id: "header-missing",
    level: Level::Error,
    section: "RFC 5322 section 3.6",
    what: "A header is missing that every mail has.",
    effect: "Servers refuse the mail or call it spam.",
    mend: "Add the header.",
};

static HEADER_REPEATED: Rule = Rule {
    id: "header-repeated",
    level: Level::Error,
    section: "RFC 5322 section 3.6",
    what: "A header occurs twice that may occur once.",
    effect: "Gmail refuses the mail.",
    mend: "Keep one.",
};

static MAIL_LINE: Rule = Rule {
    id: "mail-line-too-long",
    level: Level::Error,
    section: "RFC 5322 section 2.1.1",
    what: "A line of the mail is longer than 998 octets.",
    effect: "Servers break or refuse it.",
    mend: "Use quoted-printable or base64.",
};

static CALENDAR_PART_MISSING: Rule = Rule {
    id: "calendar-part-missing",
    level: Level::Error,
    section: "RFC 6047 section 2.4",
    what: "There is no calendar in the mail.",
    effect: "No program sees an invitation.",
    mend: "Add a part of type text/calendar.",
};

static WINMAIL: Rule = Rule {
    id: "winmail",
    level: Level::Error,
    section: "RFC 6047 section 2.4",
    what: "The calendar is hidden in Outlook's own format.",
    effect: "Only Outlook can read it.",
    mend: "Let the sender switch to iCalendar for mail to the internet.",
};

static ONLY_ATTACHED: Rule = Rule {
    id: "only-attached",
    level: Level::Error,
    section: "RFC 6047 section 2.6",
    what: "The calendar is an attachment only.",
    effect: "Outlook shows a file and no buttons.",
    mend: "Add it as a part of type text/calendar without a disposition.",
};

static NOT_FIRST_CHILD: Rule = Rule {
    id: "not-in-first-part",
    level: Level::Error,
    section: "RFC 6047 section 2.4",
    what: "The calendar part is not in the first part of a multipart/mixed.",
    effect: "Outlook does not look there and shows no buttons.",
    mend: "Put it into the multipart/alternative that comes first.",
};

static NOT_LAST_ALTERNATIVE: Rule = Rule {
    id: "not-last-alternative",
    level: Level::Warning,
    section: "RFC 2046 section 5.1.4",
    what: "The calendar is not the last of the alternatives.",
    effect: "Programs that show the last one they know prefer the words, and some show no buttons.",
    mend: "Put it behind the text and the HTML.",
};

static METHOD_PARAMETER_MISSING: Rule = Rule {
    id: "method-parameter-missing",
    level: Level::Error,
    section: "RFC 6047 section 2.4",
    what: "The calendar part has no method parameter.",
    effect: "Gmail and Outlook show no buttons.",
    mend: "Add method= with the METHOD of the calendar.",
};

static METHOD_DIFFERS: Rule = Rule {
    id: "method-differs",
    level: Level::Error,
    section: "RFC 6047 section 2.4",
    what: "The method parameter is not the METHOD of the calendar.",
    effect: "Gmail shows no buttons; Outlook believes the calendar.",
    mend: "Make them the same.",
};

static METHOD_MISSING: Rule = Rule {
    id: "method-missing",
    level: Level::Error,
    section: "RFC 5546 section 1.4",
    what: "The calendar has no METHOD.",
    effect: "Programs offer to import it, and show no buttons.",
    mend: "Add METHOD.",
};

static CHARSET_MISSING: Rule = Rule {
    id: "charset-missing",
    level: Level::Warning,
    section: "RFC 6047 section 2.4",
    what: "The calendar part does not say that it is UTF-8.",
    effect: "Programs that believe in US-ASCII show wrong letters.",
    mend: "Add charset=UTF-8.",
};

static CHARSET_OTHER: Rule = Rule {
    id: "charset-other",
    level: Level::Error,
    section: "RFC 6047 section 2.4",
    what: "The calendar part is in another charset than UTF-8.",
    effect: "Outlook reads it as UTF-8 and shows wrong letters.",
    mend: "Write it in UTF-8.",
};

static ENCODING: Rule = Rule {
    id: "transfer-encoding",
    level: Level::Error,
    section: "RFC 2045 section 6",
    what: "A part has bytes that its transfer encoding does not allow, or an encoding that nobody knows.",
    effect: "Servers change the bytes, and programs show wrong letters.",
    mend: "Use quoted-printable or base64.",
};

static SENDER_DIFFERS: Rule = Rule {
    id: "sender-differs",
    level: Level::Warning,
    section: "RFC 6047 section 2.2.1",
    what: "The mail is not from the person who speaks in the calendar.",
    effect: "Gmail and Apple Mail warn or ignore it, because anybody could have written it.",
    mend: "Send it from the address of the ORGANIZER, or of the ATTENDEE who answers, or add SENT-BY.",
};

static TEXT_MISSING: Rule = Rule {
    id: "text-missing",
    level: Level::Warning,
    section: "RFC 6047 section 2.4",
    what: "There are no words in the mail.",
    effect: "Programs that know no calendars show an empty mail.",
    mend: "Add a text/plain part that says what the calendar says.",
};

static COPIES_DIFFER: Rule = Rule {
    id: "copies-differ",
    level: Level::Warning,
    section: "RFC 6047 section 2.4",
    what: "The attached calendar is not the one in the mail.",
    effect: "Guests see one event and save another.",
    mend: "Attach the same bytes.",
};

static SEVERAL_MESSAGES: Rule = Rule {
    id: "several-messages",
    level: Level::Error,
    section: "RFC 6047 section 2.4",
    what: "There are several different calendars in the mail.",
    effect: "Gmail and Outlook show one of them.",
    mend: "Send one mail for each.",
};

static REMOTE_CONTENT: Rule = Rule {
    id: "remote-content",
    level: Level::Warning,
    section: "what mail programs expect",
    what: "The HTML loads something from elsewhere, or holds a script.",
    effect: "Programs warn of a mail that tells its sender who reads it.",
    mend: "Leave it out.",
};

/// Checks a whole mail.
pub fn check_mail(bytes: &[u8]) -> Vec<Finding> {
    let mut report = Report::new(None);
    let message = match Message::read(bytes) {
        Ok(message) => message,
        Err(problem) => {
            report.whole(&MAIL_TOO_LARGE, problem.to_string());
            return report.finish();
        }
    };
    check_headers(&message, &mut report);
    check_lines(bytes, &mut report);
    for problem in message.problems() {
        report.whole(&MAIL_STRUCTURE, format!("{problem:?}"));
    }
    let mut findings = report.finish();
    for (index, part) in message.parts().iter().enumerate().filter(|(_, part)| !part.is_multipart()) {
        let mut report = Report::new(None);
        check_body(part, bytes, &mut report);
        let place = |finding: Finding| finding.in_part(&message.path(index));
        findings.extend(report.finish().into_iter().map(place));
    }
    findings.extend(check_calendars(&message));
    findings
}

fn check_headers(message: &Message<'_>, report: &mut Report<'_>) {
    let headers = message.headers();
    for name in ["From", "Date", "Message-ID", "MIME-Version"] {
        if headers.all(name).next().is_none() {
            report.whole(&HEADER_MISSING, name);
        }
    }
    for name in
        ["From", "Sender", "Reply-To", "To", "Cc", "Date", "Message-ID", "Subject", "Content-Type", "MIME-Version"]
    {
        if headers.all(name).nth(1).is_some() {
            report.whole(&HEADER_REPEATED, name);
        }
    }
}

fn check_lines(bytes: &[u8], report: &mut Report<'_>) {
    let mut start = 0;
    // From one line to the last that begins within the limit: those between them are short.
    while let Some(reach) = bytes.get(start..=start + MAX_MAIL_LINE_OCTETS) {
        if let Some(end) = memchr::memrchr(b'\n', reach) {
            start += end + 1;
            continue;
        }
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |length| start + length);
        if bytes[start..end].trim_ascii_end().len() > MAX_MAIL_LINE_OCTETS {
            let before = memchr::memchr_iter(b'\n', &bytes[..start]).count();
            return report.whole(&MAIL_LINE, format!("line {} of the mail", before + 1));
        }
        start = end + 1;
    }
}

fn check_body(part: &Part, bytes: &[u8], report: &mut Report<'_>) {
    let body = &bytes[part.body.clone()];
    let declared = part.headers.raw(bytes, "Content-Transfer-Encoding").unwrap_or_default();
    let allows_eight_bits = is_one_of(&declared, &["8bit", "binary"]);
    if part.encoding == TransferEncoding::Unknown || (!allows_eight_bits && !body.is_ascii()) {
        report.whole(&ENCODING, declared);
    }
    if part.media_type() == "text/html" {
        let decoded = part.decoded(bytes);
        let html = Decoded::decode(&decoded, part.content_type.parameter("charset"), &BuiltIn);
        if let Some(found) = loads_something(&html.text) {
            report.whole(&REMOTE_CONTENT, found);
        }
    }
}

/// A part that may hold a calendar.
struct CalendarPart<'m> {
    part: &'m Part,
    index: usize,
    place: String,
}

/// The text of a part whose transfer encoding is taken off.
fn text_of<'b>(part: &Part, decoded: &'b [u8]) -> Cow<'b, str> {
    Decoded::decode(decoded, part.content_type.parameter("charset"), &BuiltIn).text
}

fn check_calendars(message: &Message<'_>) -> Vec<Finding> {
    let bytes = message.bytes();
    let leaves = message.parts().iter().enumerate().filter(|(_, part)| !part.is_multipart());
    let calendars: Vec<CalendarPart<'_>> = leaves
        .filter(|(_, part)| is_calendar_part(part.media_type(), part.file_name()))
        .map(|(index, part)| CalendarPart { part, index, place: message.path(index) })
        .collect();
    let is_shown =
        |calendar: &&CalendarPart<'_>| calendar.part.media_type() == "text/calendar" && !calendar.part.is_attachment();
    let shown = calendars.iter().find(is_shown);
    let Some(main) = shown.or(calendars.first()) else {
        let is_winmail = |part: &Part| {
            part.media_type().ends_with("ms-tnef")
                || part.file_name().is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"))
        };
        let mut report = Report::new(None);
        let hidden = message.parts().iter().any(is_winmail);
        report.whole(if hidden { &WINMAIL } else { &CALENDAR_PART_MISSING }, "");
        return report.finish();
    };
    let mut report = Report::new(Some(&main.place));
    let decoded = main.part.decoded(bytes);
    let text = text_of(main.part, &decoded);
    let document = read(text.as_bytes());
    let calendar = document.as_ref().ok().and_then(Document::calendar);
    match shown {
        None => report.whole(&ONLY_ATTACHED, main.part.media_type()),
        Some(main) => {
            check_place(message, main, &mut report);
            check_label(main.part, &text, calendar, &mut report);
        }
    }
    if calendar.is_some_and(|calendar| calendar.value("METHOD").is_none_or(str::is_empty)) {
        report.whole(&METHOD_MISSING, "");
    }
    let has_words = message.parts().iter().any(|part| {
        matches!(part.media_type(), "text/plain" | "text/html") && !part.is_attachment() && part.file_name().is_none()
    });
    if !has_words {
        report.whole(&TEXT_MISSING, "");
    }
    let is_copy = |part: &Part| {
        part.plainly_holds(bytes, &decoded) || {
            let other = part.decoded(bytes);
            other == decoded || is_same(&text_of(part, &other), &text)
        }
    };
    for other in calendars.iter().filter(|other| other.index != main.index && !is_copy(other.part)) {
        report
            .whole(if is_shown(&other) { &SEVERAL_MESSAGES } else { &COPIES_DIFFER }, format!("part {}", other.place));
    }
    if let Some(calendar) = calendar {
        check_sender(message, calendar, &mut report);
    }
    let mut findings = report.finish();
    let readers = ["To", "Cc"].into_iter().flat_map(|name| message.headers().mailboxes(bytes, name));
    let readers: Vec<Address> = readers.map(|mailbox| Address::new(mailbox.address().as_str())).collect();
    let is_encoded = main.part.encoding == TransferEncoding::Base64;
    let has_line_ends = is_encoded || bytes[..main.part.range.start].windows(2).any(|pair| pair == b"\r\n");
    // What the rules look at are the very bytes, unless they are in a charset that a rule above has named.
    let decoded = &*decoded;
    let of_bytes;
    let names_other =
        main.part.content_type.parameter("charset").is_some_and(|charset| !is_one_of(charset, &["utf-8", "utf8"]));
    let is_other = names_other && std::str::from_utf8(decoded).is_err();
    let (bytes, document) = if *decoded == *text.as_bytes() || is_other {
        (text.as_bytes(), &document)
    } else {
        of_bytes = read(decoded);
        (decoded, &of_bytes)
    };
    findings.extend(check_part(&Text { bytes, has_line_ends }, document, Some(&main.place), &readers));
    findings
}

fn check_place(message: &Message<'_>, main: &CalendarPart<'_>, report: &mut Report<'_>) {
    let parts = message.parts();
    let siblings = |parent: usize| (0..parts.len()).filter(move |index| parts[*index].parent == Some(parent));
    let mut index = main.index;
    while let Some(parent) = parts[index].parent {
        if parts[parent].media_type() == "multipart/mixed" && siblings(parent).next() != Some(index) {
            report.whole(&NOT_FIRST_CHILD, "");
        }
        if parts[parent].media_type() == "multipart/alternative" && siblings(parent).next_back() != Some(index) {
            report.whole(&NOT_LAST_ALTERNATIVE, "");
        }
        index = parent;
    }
}

fn check_label(part: &Part, text: &str, calendar: Option<&Component>, report: &mut Report<'_>) {
    let method = calendar.and_then(|calendar| calendar.value("METHOD")).unwrap_or_default();
    match part.content_type.parameter("method") {
        None => report.whole(&METHOD_PARAMETER_MISSING, ""),
        Some(labelled) if !method.is_empty() && !labelled.eq_ignore_ascii_case(method) => {
            report.whole(&METHOD_DIFFERS, format!("{labelled} and {method}"));
        }
        Some(_) => {}
    }
    match part.content_type.parameter("charset") {
        None if !text.is_ascii() => report.whole(&CHARSET_MISSING, ""),
        Some(charset) if !is_one_of(charset, &["utf-8", "utf8", "us-ascii", "ascii"]) => {
            report.whole(&CHARSET_OTHER, charset)
        }
        Some(charset) if !is_one_of(charset, &["utf-8", "utf8"]) && !text.is_ascii() => {
            report.whole(&CHARSET_OTHER, charset)
        }
        _ => {}
    }
}

fn check_sender(message: &Message<'_>, calendar: &Component, report: &mut Report<'_>) {
    let method = calendar.value("METHOD").unwrap_or_default().to_ascii_uppercase();
    let speakers = match method.as_str() {
        "REPLY" | "COUNTER" | "REFRESH" => "ATTENDEE",
        "REQUEST" | "ADD" | "CANCEL" | "DECLINECOUNTER" => "ORGANIZER",
        _ => return,
    };
    let lines: Vec<_> = calendar.components().flat_map(|component| component.all(speakers)).collect();
    let writers = ["From", "Reply-To", "Sender"].into_iter();
    let writers: Vec<Address> = writers
        .flat_map(|name| message.headers().mailboxes(message.bytes(), name))
        .map(|mailbox| Address::new(mailbox.address().as_str()))
        .collect();
    let speaks = |line: &&crate::ical::Property| {
        let sent_by = line.parameter("SENT-BY").map(|address| mail_form(&Address::new(&address)));
        let speaker = mail_form(&line.address());
        writers.iter().any(|writer| *writer == speaker || Some(writer) == sent_by.as_ref())
    };
    if let Some(first) = lines.first().filter(|_| !lines.iter().any(speaks)) {
        report.whole(&SENDER_DIFFERS, first.address().as_str());
    }
}

/// Whether two texts are the same but for line ends.
fn is_same(one: &str, other: &str) -> bool {
    one == other || one.trim().lines().eq(other.trim().lines())
}
