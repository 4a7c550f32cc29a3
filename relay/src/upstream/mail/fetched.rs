//! One FETCH response as a value of the protocol (RFC 3501 section 7.4.2).

use async_imap::imap_proto::{Address, AttributeValue, Envelope, MessageSection, SectionPath};
use wire::{Fetched, FetchedPart, Flag, MESSAGE_LIMIT_BYTES, MailboxAddress, PartPath};

use super::structure;
use crate::upstream::starttls::printable;

/// The most bytes that a mail's facts may take, so that they fit into one message with what stands around them.
const FACTS_LIMIT_BYTES: usize = MESSAGE_LIMIT_BYTES - 64;

/// Reads a response to our own `UID FETCH`. One without UID and size is news of another kind and gives nothing.
///
/// Parts were asked for with one byte more than `part_cap_bytes`, which tells whether they go on.
pub(super) fn read(attributes: &[AttributeValue<'_>], part_cap_bytes: u32) -> Option<Fetched> {
    let mut fetched = Fetched::default();
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(uid) => fetched.uid = *uid,
            AttributeValue::Rfc822Size(size) => fetched.size_bytes = Some(*size),
            AttributeValue::InternalDate(text) => fetched.received_at = unix_seconds(text),
            AttributeValue::Flags(names) => {
                fetched.flags = Some(names.iter().filter_map(|name| flag(name)).collect());
            }
            AttributeValue::Envelope(found) => fetched.envelope = Some(envelope(found)),
            AttributeValue::BodyStructure(tree) => fetched.structure = Some(structure::flatten(tree)),
            // Chosen header fields are asked for whole, parts from their first byte on: that tells them apart.
            AttributeValue::BodySection { index: None, data, .. } => {
                fetched.headers = Some(data.as_deref().unwrap_or_default().to_vec());
            }
            AttributeValue::BodySection { section, index: Some(_), data: Some(data) } => {
                let cap = (part_cap_bytes as usize).min(data.len());
                let path = path_of(section.as_ref());
                let cut = cap < data.len();
                fetched.parts.extend(path.map(|path| FetchedPart { path, bytes: data[..cap].to_vec(), cut }));
            }
            _ => {}
        }
    }
    (fetched.uid != 0 && fetched.size_bytes.is_some()).then_some(fetched)
}

/// Which part a section is; none that was not asked for.
fn path_of(section: Option<&SectionPath>) -> Option<PartPath> {
    let numbers = |numbers: &[u32]| numbers.iter().map(|number| u16::try_from(*number).ok()).collect::<Option<_>>();
    Some(match section {
        None => PartPath::Whole,
        Some(SectionPath::Full(MessageSection::Header)) => PartPath::Header,
        Some(SectionPath::Part(path, None)) => PartPath::Part(numbers(path)?),
        Some(SectionPath::Part(path, Some(MessageSection::Mime))) => PartPath::PartHeader(numbers(path)?),
        Some(_) => return None,
    })
}

/// Makes a mail's facts fit into one message. What is left out is marked as cut, where there is a mark for it.
pub(super) fn fit(mut fetched: Fetched) -> Fetched {
    let excess = |fetched: &Fetched| wire::encode(fetched).len().saturating_sub(FACTS_LIMIT_BYTES);
    for index in (0..fetched.parts.len()).rev() {
        let excess = excess(&fetched);
        if excess == 0 {
            return fetched;
        }
        let part = &mut fetched.parts[index];
        let kept = part.bytes.len().saturating_sub(excess);
        part.cut |= kept < part.bytes.len();
        part.bytes.truncate(kept);
    }
    while let (true, Some(structure)) = (excess(&fetched) > 0, &mut fetched.structure) {
        if structure.parts.is_empty() {
            break;
        }
        structure.parts.truncate(structure.parts.len() / 2);
        structure.cut = true;
    }
    // Header fields and envelopes of this size are nobody's honest mail: what is unreadable is absent.
    if excess(&fetched) > 0 {
        fetched.headers = None;
    }
    if excess(&fetched) > 0 {
        fetched.envelope = None;
    }
    fetched
}

fn flag(name: &str) -> Option<Flag> {
    Some(match name.to_ascii_lowercase().as_str() {
        "\\seen" => Flag::Seen,
        "\\answered" => Flag::Answered,
        "\\flagged" => Flag::Flagged,
        "\\draft" => Flag::Draft,
        "\\deleted" => Flag::Deleted,
        _ => return None,
    })
}

fn envelope(envelope: &Envelope<'_>) -> wire::Envelope {
    let bytes = |field: &Option<std::borrow::Cow<'_, [u8]>>| field.as_ref().map(|text| text.to_vec());
    let people = |field: &Option<Vec<Address<'_>>>| field.iter().flatten().filter_map(address).collect();
    wire::Envelope {
        date: bytes(&envelope.date),
        subject: bytes(&envelope.subject),
        from: people(&envelope.from),
        sender: people(&envelope.sender),
        reply_to: people(&envelope.reply_to),
        to: people(&envelope.to),
        message_id: bytes(&envelope.message_id),
        in_reply_to: bytes(&envelope.in_reply_to),
    }
}

/// An address; the beginning and end of a group, which have no host or no mailbox, are none.
fn address(address: &Address<'_>) -> Option<MailboxAddress> {
    let text = |part: &[u8]| String::from_utf8(part.to_vec()).unwrap_or_else(|_| printable(part));
    let (mailbox, host) = (address.mailbox.as_deref()?, address.host.as_deref()?);
    let name = address.name.as_ref().map(|name| name.to_vec());
    Some(MailboxAddress { name, address: format!("{}@{}", text(mailbox), text(host)) })
}

/// The moment of an INTERNALDATE such as `17-Jul-1996 02:44:25 -0700` (RFC 3501 `date-time`), in Unix seconds.
fn unix_seconds(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut words = text.split_ascii_whitespace();
    let (date, time, zone) = (words.next()?, words.next()?, words.next()?);
    let mut date = date.split('-');
    let day: i64 = date.next()?.parse().ok()?;
    let month = date.next()?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|name| *name == month)? as i64 + 1;
    let year: i64 = date.next()?.parse().ok()?;
    let mut time = time.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let offset: i64 = zone.get(1..).filter(|digits| digits.len() == 4)?.parse().ok()?;
    let offset = sign * (offset / 100 * 3600 + offset % 100 * 60);
    let is_sane = (1..=31).contains(&day)
        && (0..=9999).contains(&year)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    is_sane.then(|| days_from_epoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

/// Days between 1970-01-01 and a date of the Gregorian calendar, counted in years that begin in March.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year.rem_euclid(400) * 365 + year.rem_euclid(400) / 4 - year.rem_euclid(400) / 100 + day_of_year;
    year.div_euclid(400) * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use async_imap::imap_proto::Response;

    use super::*;

    #[track_caller]
    fn check(line: &str, assert: impl FnOnce(Option<Fetched>)) {
        match Response::parse(line.as_bytes()).unwrap().1 {
            Response::Fetch(_, attributes) => assert(read(&attributes, 10)),
            response => panic!("{response:?}"),
        }
    }

    #[test]
    fn facts_are_read() {
        let line = "* 12 FETCH (UID 7 RFC822.SIZE 4286 FLAGS (\\Seen $Label1 \\ANSWERED) \
            INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" \
            ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700\" \"=?UTF-8?Q?K=C3=A4se?=\" \
            ((\"Ann\" NIL \"ann\" \"example.org\")) NIL NIL ((NIL NIL \"team\" NIL)(NIL NIL \"bob\" \"example.net\")(NIL NIL NIL NIL)) \
            NIL NIL \"<a@b>\" \"<c@d>\") BODY[HEADER.FIELDS (List-Id)] {9}\r\nList-Id: )\r\n";
        check(line, |fetched| {
            let fetched = fetched.unwrap();
            assert_eq!((fetched.uid, fetched.size_bytes, fetched.received_at), (7, Some(4286), Some(837_596_665)));
            assert_eq!(fetched.flags, Some(vec![Flag::Seen, Flag::Answered]));
            assert_eq!(fetched.headers.as_deref(), Some(&b"List-Id: "[..]));
            let envelope = fetched.envelope.unwrap();
            assert_eq!(envelope.subject.as_deref(), Some(&b"=?UTF-8?Q?K=C3=A4se?="[..]));
            assert_eq!(envelope.from[0].address, "ann@example.org");
            let to: Vec<_> = envelope.to.iter().map(|to| to.address.as_str()).collect();
            assert_eq!(to, ["bob@example.net"]);
            assert_eq!(envelope.message_id.as_deref(), Some(&b"<c@d>"[..]));
        });
    }

    #[test]
    fn news_of_another_client_is_not_an_answer() {
        check("* 12 FETCH (FLAGS (\\Seen))\r\n", |fetched| assert_eq!(fetched, None));
        check("* 12 FETCH (UID 7 FLAGS (\\Seen))\r\n", |fetched| assert_eq!(fetched, None));
    }

    #[test]
    fn parts_are_told_apart_from_header_fields_and_cut_at_the_cap() {
        let line = "* 1 FETCH (UID 7 RFC822.SIZE 1 BODY[HEADER.FIELDS (To)] {4}\r\nTo:  BODY[HEADER]<0> \"0123456789\" \
            BODY[1.2]<0> {11}\r\n01234567890 BODY[1.2.MIME]<0> NIL BODY[]<0> \"\")\r\n";
        check(line, |fetched| {
            let fetched = fetched.unwrap();
            assert_eq!(fetched.headers.as_deref(), Some(&b"To: "[..]));
            let part = |path, bytes: &str, cut| FetchedPart { path, bytes: bytes.into(), cut };
            assert_eq!(
                fetched.parts,
                [
                    part(PartPath::Header, "0123456789", false),
                    part(PartPath::Part(vec![1, 2]), "0123456789", true),
                    part(PartPath::Whole, "", false),
                ]
            );
        });
    }

    #[test]
    fn facts_always_fit_into_one_message() {
        let part = |length| FetchedPart { path: PartPath::Part(vec![1]), bytes: vec![b'a'; length], cut: false };
        let fits = fit(Fetched { uid: 1, parts: vec![part(30_000), part(30_000)], ..Fetched::default() });
        assert!(fits.parts.iter().all(|part| !part.cut && part.bytes.len() == 30_000));
        let cut = fit(Fetched { uid: 1, parts: vec![part(30_000), part(60_000), part(60_000)], ..Fetched::default() });
        assert_eq!(cut.parts.iter().map(|part| part.cut).collect::<Vec<_>>(), [false, true, true]);
        assert!(wire::encode(&cut).len() <= FACTS_LIMIT_BYTES);
        assert!(cut.parts[1].bytes.len() > 30_000);
        let subject = Some(vec![b'a'; 70_000]);
        let envelope = Some(wire::Envelope { subject, ..wire::Envelope::default() });
        let headers = Some(vec![b'a'; 70_000]);
        let huge = fit(Fetched { uid: 1, envelope, headers, ..Fetched::default() });
        assert_eq!((huge.uid, huge.headers, huge.envelope), (1, None, None));
    }

    #[test]
    fn moments_are_read() {
        for (text, seconds) in [
            ("01-Jan-1970 00:00:00 +0000", Some(0)),
            (" 1-Jan-1970 01:00:00 +0100", Some(0)),
            ("29-Feb-2000 23:59:59 +0000", Some(951_868_799)),
            ("22-Nov-2026 17:30:00 +0100", Some(1_795_365_000)),
            ("31-Dec-1969 23:59:59 +0000", Some(-1)),
            ("22-Foo-2026 17:30:00 +0100", None),
            ("22-Nov-2026 17:30:00 0100", None),
            ("22-Nov-2026 25:30:00 +0000", None),
            ("", None),
        ] {
            assert_eq!(unix_seconds(text), seconds, "{text}");
        }
    }
}
