//! One FETCH response as a value of the protocol (RFC 3501 section 7.4.2).

use async_imap::imap_proto::{Address, AttributeValue, Envelope};
use wire::{Fetched, Flag, MailboxAddress};

use super::structure;
use crate::upstream::starttls::printable;

/// Reads a response to our own `UID FETCH`. One without UID and size is news of another kind and gives nothing.
pub(super) fn read(attributes: &[AttributeValue<'_>]) -> Option<Fetched> {
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
            AttributeValue::BodySection { data, .. } => {
                fetched.headers = Some(data.as_deref().unwrap_or_default().to_vec());
            }
            _ => {}
        }
    }
    (fetched.uid != 0 && fetched.size_bytes.is_some()).then_some(fetched)
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
            Response::Fetch(_, attributes) => assert(read(&attributes)),
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
