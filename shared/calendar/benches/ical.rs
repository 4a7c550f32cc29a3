//! Reading and writing iCalendar, beside other crates that do the same: many small objects, and one large file.
//!
//! Ours and `ical-rs` keep every byte; `icalendar` and `calcard` read values into a model of their own and write that.
//! `cargo bench -p calendar --bench ical` prints the throughput of each.

use std::fmt::Write as _;
use std::hint::black_box;

use calcard::icalendar::ICalendar;
use calendar::ical::{Document, Limits};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use ical::tree::cst::IcalCst;

const OBJECTS: usize = 10_000;
const FILE_BYTES: usize = 10_000_000;

/// An invitation as such objects are: about 1.7 KB with its zone.
fn object(number: usize) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bench//EN\r\n{ZONE}{}END:VCALENDAR\r\n", event(number))
}

const ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:20251026T030000\r\nTZOFFSETFROM:+0200\r\n\
    TZOFFSETTO:+0100\r\nTZNAME:CET\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n\
    DTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";

fn event(number: usize) -> String {
    let mut text = format!(
        "BEGIN:VEVENT\r\nUID:{number}-2026@example.org\r\nDTSTAMP:20261101T000000Z\r\nSEQUENCE:{}\r\n\
         DTSTART;TZID=Europe/Berlin:20261201T090000\r\nDTEND;TZID=Europe/Berlin:20261201T100000\r\n\
         RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=20\r\nSUMMARY:Planning number {number}\\, with all of us\r\n\
         LOCATION:Room 4711\\; second floor\r\nSTATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\n\
         DESCRIPTION:We look at what was done last week and at what is to be done n\r\n ext\\, one after the other.\\n\\nBring \
         your notes and something to drink\\, th\r\n e room is warm and the list is long.\r\n\
         ORGANIZER;CN=\"Example, Ann\":mailto:ann@example.org\r\n",
        number % 7
    );
    for guest in 0..6 {
        let _ = write!(
            text,
            "ATTENDEE;CN=Guest {guest};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TR\r\n UE:mailto:guest{guest}@example.com\r\n"
        );
    }
    text + "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Soon\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n"
}

fn file() -> String {
    let mut text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bench//EN\r\n{ZONE}");
    for number in 0.. {
        text += &event(number);
        if text.len() >= FILE_BYTES {
            break;
        }
    }
    text + "END:VCALENDAR\r\n"
}

/// Reads and writes each text with each crate, one group for all.
fn compare<M: criterion::measurement::Measurement>(group: &mut BenchmarkGroup<'_, M>, texts: &[String]) {
    let size: usize = texts.iter().map(String::len).sum();
    group.throughput(Throughput::Bytes(size as u64)).sample_size(10);
    group.bench_function("calendar::ical", |bencher| {
        bencher.iter(|| {
            for text in texts {
                let document = Document::read_within(text.as_bytes(), &Limits::IMPORT).expect("within the limits");
                black_box(document.write());
            }
        });
    });
    group.bench_function("ical-rs", |bencher| {
        bencher.iter(|| {
            for text in texts {
                black_box(IcalCst::parse(text).expect("a calendar").to_bytes());
            }
        });
    });
    group.bench_function("icalendar", |bencher| {
        bencher.iter(|| {
            for text in texts {
                black_box(text.parse::<icalendar::Calendar>().expect("a calendar").to_string());
            }
        });
    });
    group.bench_function("calcard", |bencher| {
        bencher.iter(|| {
            for text in texts {
                black_box(ICalendar::parse(text).expect("a calendar").to_string());
            }
        });
    });
}

fn small_objects(criterion: &mut Criterion) {
    let texts: Vec<String> = (0..OBJECTS).map(object).collect();
    compare(&mut criterion.benchmark_group("10,000 objects read and written"), &texts);
}

fn large_file(criterion: &mut Criterion) {
    compare(&mut criterion.benchmark_group("a file of 10 MB read and written"), &[file()]);
}

criterion_group!(benches, small_objects, large_file);
criterion_main!(benches);
