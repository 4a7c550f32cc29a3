//! What the core does most, timed: the same program natively and as wasm, for `cargo xtask bench wasm`.
//!
//! A package of its own, so that nothing but the core must be built for wasm. It prints `NAME MICROSECONDS` for each
//! workload, or for those named on the command line: the fastest of its rounds: what disturbs a round only makes it slower.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use calendar::agenda::Timetable;
use calendar::check::check_mail;
use calendar::ical::Document;
use calendar::invite::{Outgoing, compose};
use calendar::mime::{MailAddress, Mailbox};
use calendar::time::zone::Zone;
use jiff::Timestamp;

/// Each workload is repeated for this long.
const ROUNDS: Duration = Duration::from_secs(3);

const OBJECTS: usize = 1_000;
const SERIES: usize = 1_000;
const INVITATIONS: usize = 200;

/// A month, in Unix seconds.
const MONTH: (i64, i64) = (1_793_491_200, 1_796_083_200);

const RULES: [&str; 6] = [
    "FREQ=WEEKLY;BYDAY=TU,TH",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=DAILY",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYMONTHDAY=15",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
];

/// A workload by its name.
type Workload = (&'static str, fn());

const WORKLOADS: [Workload; 3] = [("reading", reading), ("expansion", expansion), ("composing", composing)];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_chosen = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    WORKLOADS.iter().filter(|(name, _)| is_chosen(name)).for_each(|(_, work)| work());
}

fn reading() {
    let texts: Vec<String> = (0..OBJECTS).map(|number| object(number, RULES[number % RULES.len()])).collect();
    time("reading", || {
        for text in &texts {
            black_box(Document::read(text.as_bytes()).map(|document| document.write()).ok());
        }
    });
}

fn expansion() {
    let reader = Zone::iana("Europe/Berlin").unwrap_or_else(Zone::utc);
    let documents =
        (0..SERIES).filter_map(|number| Document::read(object(number, RULES[number % RULES.len()]).as_bytes()).ok());
    let tables: Vec<Timetable> =
        documents.filter_map(|document| Some(Timetable::read(document.calendar()?, &reader))).collect();
    let [from, to] = [MONTH.0, MONTH.1].map(|at| Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH));
    time("expansion", || {
        black_box(tables.iter().map(|table| table.occurrences(from, to, usize::MAX).occurrences.len()).sum::<usize>());
    });
}

fn composing() {
    let text = object(1, RULES[0]).replacen("VERSION:2.0\r\n", "VERSION:2.0\r\nMETHOD:REQUEST\r\n", 1);
    let (Ok(message), Ok(from), Ok(to)) = (
        Document::read(text.as_bytes()),
        Mailbox::parse("Ann Example <ann@example.org>"),
        MailAddress::parse("guest1@example.com"),
    ) else {
        return;
    };
    let to = [to];
    time("composing", || {
        for _ in 0..INVITATIONS {
            let outgoing = Outgoing {
                from: &from,
                to: &to,
                message: &message,
                now: Timestamp::UNIX_EPOCH,
                message_id: "1@example.org",
                boundary_seed: "1",
                zone: "Europe/Berlin",
                occasion: None,
                in_reply_to: None,
                is_automatic: false,
            };
            black_box(compose(&outgoing).map(|mail| check_mail(&mail.bytes)).ok());
        }
    });
}

/// An invitation to six guests, about 1.7 KB with its zone.
fn object(number: usize, rule: &str) -> String {
    let mut text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Portable//EN\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n\
         BEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n\
         RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19960331T020000\r\n\
         TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n\
         END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:{number}@example.org\r\nDTSTAMP:20261101T000000Z\r\nSEQUENCE:{}\r\n\
         DTSTART;TZID=Europe/Berlin:20{:02}1201T090000\r\nDTEND;TZID=Europe/Berlin:20{:02}1201T100000\r\nRRULE:{rule}\r\n\
         SUMMARY:Planning number {number}\\, with all of us\r\nLOCATION:Room 4711\\; second floor\r\n\
         DESCRIPTION:We look at what was done last week and at what is to be done n\r\n ext\\, one after the other.\r\n\
         ORGANIZER;CN=\"Example, Ann\":mailto:ann@example.org\r\n",
        number % 7,
        8 + number % 12,
        8 + number % 12,
    );
    for guest in 0..6 {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "ATTENDEE;CN=Guest {guest};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TR\r\n \
             UE:mailto:guest{guest}@example.com\r\n"
        );
    }
    text + "END:VEVENT\r\nEND:VCALENDAR\r\n"
}

fn time(name: &str, mut work: impl FnMut()) {
    let (begun, mut best) = (Instant::now(), Duration::MAX);
    while begun.elapsed() < ROUNDS {
        let started = Instant::now();
        work();
        best = best.min(started.elapsed());
    }
    let _reader_left = writeln!(std::io::stdout().lock(), "{name} {:.1}", best.as_secs_f64() * 1e6);
}
