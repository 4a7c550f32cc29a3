//! A whole mail, read: the calendars in it, who it is from, and whether it is a report about a mail of ours.

use crate::mime::{BuiltIn, Charsets, MailAddress, Message, Part, StructureProblem, TooLarge};

use super::bounce::{Bounce, read_bounce};
use super::find::{Found, PartProblem, add, is_calendar_part, read_part};
use super::sender::{Sender, judge_sender};

/// What is known when a mail is read.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The person's own addresses.
    pub me: &'a [MailAddress],
    /// Names that the person's provider uses in Authentication-Results, when they are known.
    pub known_servers: &'a [String],
    /// Charsets beyond those built in.
    pub charsets: &'a dyn Charsets,
}

impl<'a> Reader<'a> {
    /// A reader that knows the person's addresses only.
    pub fn of(me: &'a [MailAddress]) -> Self {
        Self { me, known_servers: &[], charsets: &BuiltIn }
    }
}

/// Something about a mail that the person should be told, because it keeps an invitation from being seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The calendar is hidden in Outlook's own format: the sender should send it as iCalendar.
    Winmail,
    /// The mail is encrypted, or signed in a form that hides what it holds.
    Sealed,
    /// A part that is labelled as a calendar could not be read.
    Unreadable {
        /// The number of the part.
        place: String,
        /// Why.
        problem: PartProblem,
    },
    /// A calendar's charset is not known, or its bytes are not in it: names may be wrong.
    UncertainText {
        /// The number of the part.
        place: String,
    },
    /// The header and the text of a part want different things; the text counts.
    MethodsDiffer {
        /// The number of the part.
        place: String,
    },
    /// The mail's structure is broken, or over a limit.
    Structure(StructureProblem),
}

/// What a mail holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The calendars in it, each once, in the order of the parts.
    pub found: Vec<Found>,
    /// Who it is from.
    pub sender: Sender,
    /// What it reports about a mail of ours, when it is a report.
    pub bounce: Option<Bounce>,
    /// The Message-ID, without its brackets.
    pub message_id: Option<String>,
    /// What it is an answer to, without brackets.
    pub in_reply_to: Option<String>,
    /// What the person should be told.
    pub notes: Vec<Note>,
}

/// Reads a mail.
pub fn read_mail(bytes: &[u8], reader: &Reader<'_>) -> Result<Reading, TooLarge> {
    let message = Message::read(bytes)?;
    let mut found = Vec::new();
    let mut notes: Vec<Note> = message.problems().iter().copied().map(Note::Structure).collect();
    for (index, part) in message.parts().iter().enumerate() {
        if part.is_multipart() {
            if part.media_type() == "multipart/encrypted" {
                notes.push(Note::Sealed);
            }
            continue;
        }
        let place = message.path(index);
        match (is_calendar_part(part.media_type(), part.file_name()), sealed(part)) {
            (true, _) => match read_part(part, bytes, &place, reader.charsets) {
                Ok(calendar) => {
                    if !calendar.is_certain {
                        notes.push(Note::UncertainText { place: place.clone() });
                    }
                    if calendar.header_method.is_some() && calendar.header_method != calendar.method {
                        notes.push(Note::MethodsDiffer { place });
                    }
                    add(&mut found, calendar);
                }
                Err(problem) => notes.push(Note::Unreadable { place, problem }),
            },
            (false, Some(note)) => notes.push(note),
            (false, None) => {}
        }
    }
    let id = |name: &str| {
        let value = message.headers().raw(bytes, name)?;
        let id = value.split_ascii_whitespace().next()?.trim_matches(['<', '>']);
        (!id.is_empty()).then(|| id.to_owned())
    };
    Ok(Reading {
        found,
        sender: judge_sender(message.headers(), bytes, reader.me, reader.known_servers),
        bounce: read_bounce(&message),
        message_id: id("Message-ID"),
        in_reply_to: id("In-Reply-To"),
        notes,
    })
}

/// Whether a part may hide a calendar that cannot be looked at.
fn sealed(part: &Part) -> Option<Note> {
    let is_winmail = part.file_name().is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"));
    match part.media_type() {
        "application/ms-tnef" | "application/vnd.ms-tnef" => Some(Note::Winmail),
        _ if is_winmail => Some(Note::Winmail),
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => Some(Note::Sealed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Reading {
        let me = [MailAddress::parse("ann@own.example").expect("an address")];
        read_mail(text.as_bytes(), &Reader::of(&me)).expect("small enough")
    }

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Option<&str>)]) -> Reading {
        let reading = read(text);
        let found: Vec<_> = reading.found.iter().map(|each| (each.place.as_str(), each.method.as_deref())).collect();
        assert_eq!(found, expected, "{text}");
        reading
    }

    fn calendar(method: &str) -> String {
        format!("BEGIN:VCALENDAR\n{method}BEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n")
    }

    fn mixed(parts: &[String]) -> String {
        let parts: String = parts.iter().map(|part| format!("--b\n{part}\n")).collect();
        format!("Content-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n")
    }

    #[test]
    fn the_texts_method_wins_over_the_headers() {
        let part = |header: &str, body: &str| format!("Content-Type: text/calendar{header}\n\n{}", calendar(body));
        check(&part("; method=REPLY", "METHOD:REQUEST\n"), &[("1", Some("REQUEST"))]);
        check(&part("; method=request", ""), &[("1", Some("REQUEST"))]);
        check(&part("", "METHOD:reply\n"), &[("1", Some("REPLY"))]);
        let reading = check(&part("", ""), &[("1", None)]);
        assert_eq!(reading.notes, []);
        assert_eq!(read(&part("; method=X", "METHOD:Y\n")).notes, [Note::MethodsDiffer { place: "1".to_owned() }]);
    }

    #[test]
    fn a_calendar_is_found_wherever_it_is_and_once() {
        let request = calendar("METHOD:REQUEST\n");
        let inner = format!(
            "Content-Type: multipart/alternative; boundary=i\n\n--i\n\nwords\n--i\nContent-Type: text/calendar\n\n{request}\n--i--"
        );
        let attached = format!("Content-Type: application/octet-stream; name=\"invite.ics\"\n\n{request}");
        check(&mixed(&[inner, attached.clone()]), &[("1.2", Some("REQUEST"))]);
        check(&mixed(&["\nwords".to_owned(), attached]), &[("2", Some("REQUEST"))]);
    }

    #[test]
    fn nothing_inside_a_forwarded_message_counts() {
        let forwarded =
            format!("Content-Type: message/rfc822\n\nContent-Type: text/calendar\n\n{}", calendar("METHOD:REPLY\n"));
        check(&mixed(std::slice::from_ref(&forwarded)), &[]);
        check(&forwarded, &[]);
    }

    #[test]
    fn what_hides_an_invitation_is_said() {
        let winmail = "Content-Type: application/ms-tnef; name=winmail.dat\n\nx".to_owned();
        assert_eq!(read(&mixed(&[winmail])).notes, [Note::Winmail]);
        assert_eq!(read("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx").notes, [Note::Sealed]);
        let broken = "Content-Type: text/calendar\n\nsorry".to_owned();
        let note = Note::Unreadable { place: "1".to_owned(), problem: PartProblem::NoCalendar };
        assert_eq!(read(&mixed(&[broken])).notes, [note]);
    }

    #[test]
    fn a_calendar_in_any_charset_and_encoding_is_text() {
        let utf16: Vec<u8> = calendar("").encode_utf16().flat_map(u16::to_le_bytes).collect();
        use base64::Engine;
        let encoded = base64::engine::general_purpose::STANDARD.encode(utf16);
        let text =
            format!("Content-Type: text/calendar; charset=utf-16le\nContent-Transfer-Encoding: BASE64\n\n{encoded}\n");
        assert_eq!(check(&text, &[("1", None)]).found[0].ics, calendar(""));
    }
}
