//! A week of a calendar in which more and more is stored: what it costs should follow what is shown.
//!
//! The week shows the same events each time; the others lie further and further back, as they do in a calendar that is
//! used for years. `cargo bench -p calendar --bench agenda` prints the time of each.

use std::fmt::Write as _;
use std::hint::black_box;

use calendar::agenda::Timetable;
use calendar::ical::{Document, Limits};
use calendar::time::zone::Zone;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use jiff::civil::{Date, date};

const STORED: [usize; 3] = [1_000, 10_000, 100_000];

/// Events a day.
const PER_DAY: usize = 8;

/// Series without an end.
const ENDLESS: usize = 20;

const FIRST: Date = date(2026, 11, 16);
const LAST: Date = date(2026, 11, 23);

/// Every fourth is a weekly series that ended after ten weeks, the others are single; all in Berlin.
fn calendar(stored: usize) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bench//EN\r\n");
    for number in 0..stored {
        let (day, rule) = if number < ENDLESS {
            (FIRST - jiff::ToSpan::days(700), "RRULE:FREQ=WEEKLY\r\n")
        } else {
            let back = i32::try_from(number / PER_DAY).unwrap_or(i32::MAX) % 80_000;
            let day = LAST - jiff::ToSpan::days(back);
            (day, if number % 4 == 0 { "RRULE:FREQ=WEEKLY;COUNT=10\r\n" } else { "" })
        };
        let (day, hour) = (day.strftime("%Y%m%d"), 8 + number % PER_DAY);
        let _ = write!(
            text,
            "BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;TZID=Europe/Berlin:{day}T{hour:02}0000\r\nDURATION:PT1H\r\n\
             SUMMARY:Number {number}\r\n{rule}END:VEVENT\r\n"
        );
    }
    text + "END:VCALENDAR\r\n"
}

fn one_week(criterion: &mut Criterion) {
    let reader = Zone::iana("Europe/Berlin").unwrap_or_else(Zone::utc);
    let at = |day: Date| reader.instant(day.to_datetime(jiff::civil::Time::midnight()));
    let week: (Timestamp, Timestamp) = (at(FIRST), at(LAST));
    let limits = Limits { size_bytes: 100_000_000, components: 1_000_000, ..Limits::IMPORT };
    let mut group = criterion.benchmark_group("one week");
    for stored in STORED {
        let document = Document::read_within(calendar(stored).as_bytes(), &limits).expect("within the limits");
        let table = Timetable::read(document.calendar().expect("a calendar"), &reader);
        let shown = table.occurrences(week.0, week.1, usize::MAX).occurrences.len();
        assert_eq!(shown, SHOWN, "the week shows the same whatever is stored");
        group.bench_with_input(BenchmarkId::from_parameter(stored), &table, |bencher, table| {
            bencher.iter(|| black_box(table.occurrences(week.0, week.1, usize::MAX).occurrences.len()));
        });
    }
    group.finish();
}

/// Occurrences in the week.
const SHOWN: usize = 190;

criterion_group!(benches, one_week);
criterion_main!(benches);
