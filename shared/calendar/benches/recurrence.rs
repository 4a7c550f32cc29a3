//! A thousand series into a month and into ten years, beside other crates that follow recurrence rules.
//!
//! Ours is measured as the product uses it: objects read once into timetables, then asked for a range, with instants and
//! ends. `rrule` gives instants; `ical-rs` wall clocks only, without a zone, which is less work. Both walk from the start.
//! `cargo bench -p calendar --bench recurrence` prints the time of each.

use std::hint::black_box;

use calendar::agenda::Timetable;
use calendar::ical::Document;
use calendar::time::moment::Moment;
use calendar::time::recurrence::{Rule, Series};
use calendar::time::vtimezone::VTimezone;
use calendar::time::zone::{Zone, iana_names};
use criterion::{Criterion, criterion_group, criterion_main};
use ical::recur::expand::IcalRecurExpand;
use ical::recur::{IcalRecurDateTime, IcalRecurRule};
use jiff::Timestamp;
use rrule::{RRuleSet, Tz};

const SERIES: usize = 1_000;

/// A month, and ten years.
const WINDOWS: [(&str, &str, &str); 2] = [
    ("month", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
    ("ten years", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
];

/// The rules of a calendar at work: most are weekly, a few are unusual.
const RULES: [&str; 20] = [
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;BYDAY=MO",
    "FREQ=WEEKLY;BYDAY=TU,TH",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;WKST=SU;BYDAY=FR",
    "FREQ=WEEKLY;COUNT=400",
    "FREQ=WEEKLY;UNTIL=20281231T225959Z",
    "FREQ=WEEKLY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=SA,SU",
    "FREQ=DAILY",
    "FREQ=DAILY;BYMONTH=11,12",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYDAY=1MO",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYMONTHDAY=15",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    "FREQ=YEARLY;INTERVAL=4",
];

const ZONES: [&str; 5] = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "Europe/London"];

/// The start, the zone and the rule of a series; the starts lie in the years 2008 to 2019.
fn series(number: usize) -> (String, &'static str, &'static str) {
    let (year, month, day, hour) = (2_008 + number % 12, 1 + number % 11, 1 + number % 28, 7 + number % 11);
    let start = format!("{year:04}{month:02}{day:02}T{hour:02}3000");
    (start, ZONES[number % ZONES.len()], RULES[number / 3 % RULES.len()])
}

fn object(number: usize) -> String {
    let (start, zone, rule) = series(number);
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;TZID={zone}:{start}\r\nDURATION:PT1H\r\n\
         RRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn expansion(criterion: &mut Criterion) {
    let reader = Zone::iana("Europe/Berlin").unwrap_or_else(Zone::utc);
    let documents: Vec<Document> =
        (0..SERIES).filter_map(|number| Document::read(object(number).as_bytes()).ok()).collect();
    let read = |document: &Document| document.calendar().map(|calendar| Timetable::read(calendar, &reader));
    let tables: Vec<Timetable> = documents.iter().filter_map(read).collect();

    let sets = (0..SERIES).filter_map(|number| {
        let (start, zone, rule) = series(number);
        format!("DTSTART;TZID={zone}:{start}\nRRULE:{rule}").parse::<RRuleSet>().ok()
    });
    let sets: Vec<RRuleSet> = sets.collect();
    let bare = (0..SERIES).filter_map(|number| {
        let (start, _, rule) = series(number);
        Some((IcalRecurRule::parse(rule).ok()?, bare_moment(&start)))
    });
    let bare: Vec<(IcalRecurRule, IcalRecurDateTime)> = bare.collect();
    assert_eq!((tables.len(), sets.len(), bare.len()), (SERIES, SERIES, SERIES), "every crate reads every series");

    for (name, from, to) in WINDOWS {
        let mut group = criterion.benchmark_group(format!("{SERIES} series into {name}"));
        group.sample_size(10);
        let window = (instant(from), instant(to));
        group.bench_function("calendar", |bencher| {
            bencher.iter(|| {
                let found =
                    tables.iter().map(|table| table.occurrences(window.0, window.1, usize::MAX).occurrences.len());
                black_box(found.sum::<usize>())
            });
        });
        group.bench_function("calendar, from the parsed object", |bencher| {
            bencher.iter(|| {
                let tables = documents.iter().filter_map(read);
                let found = tables.map(|table| table.occurrences(window.0, window.1, usize::MAX).occurrences.len());
                black_box(found.sum::<usize>())
            });
        });
        let at = |instant: Timestamp| {
            chrono::DateTime::from_timestamp(instant.as_second(), 0).unwrap_or_default().with_timezone(&Tz::UTC)
        };
        group.bench_function("rrule", |bencher| {
            bencher.iter(|| {
                let found = sets
                    .iter()
                    .map(|set| set.clone().after(at(window.0)).before(at(window.1)).all(u16::MAX).dates.len());
                black_box(found.sum::<usize>())
            });
        });
        let (first, last) = (bare_moment(&from.replace(['-', ':'], "")), bare_moment(&to.replace(['-', ':'], "")));
        group.bench_function("ical-rs, wall clocks only", |bencher| {
            bencher.iter(|| {
                let walk = |(rule, start): &(IcalRecurRule, IcalRecurDateTime)| {
                    let starts = IcalRecurExpand::new(rule.clone(), *start);
                    starts.skip_while(|start| *start < first).take_while(|start| *start < last).count()
                };
                black_box(bare.iter().map(walk).sum::<usize>())
            });
        });
        group.finish();
    }
}

/// What is asked one at a time: reading a rule, knowing an occurrence, describing a zone.
fn questions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one question");
    group.bench_function("read a rule", |bencher| {
        bencher.iter(|| black_box("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;COUNT=40;WKST=SU").parse::<Rule>());
    });
    let zone = Zone::iana("Europe/Berlin");
    let start = Moment::parse("20080303T093000", Some("Europe/Berlin"));
    let rule = "FREQ=WEEKLY;BYDAY=MO".parse::<Rule>();
    if let (Ok(start), Ok(rule)) = (start, rule)
        && let Ok(series) = Series::of_event(&rule, &start, zone.as_ref())
    {
        let at = instant("2026-11-23T08:30:00Z");
        group.bench_function("is this an occurrence", |bencher| bencher.iter(|| series.occurrence_at(black_box(at))));
    }
    let (from, to) = (instant("2025-11-22T00:00:00Z"), instant("2036-11-22T00:00:00Z"));
    group.bench_function("one VTIMEZONE", |bencher| {
        bencher.iter(|| VTimezone::of(black_box("Europe/Berlin"), from, to).map(|zone| zone.to_string()));
    });
    group.bench_function("every VTIMEZONE", |bencher| {
        bencher.iter(|| iana_names().filter_map(|name| VTimezone::of(name, from, to)).count());
    });
    group.finish();
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap_or_default()
}

fn bare_moment(text: &str) -> IcalRecurDateTime {
    let number = |range: std::ops::Range<usize>| {
        text.get(range).and_then(|digits| digits.parse::<i32>().ok()).unwrap_or_default()
    };
    IcalRecurDateTime {
        year: number(0..4),
        month: number(4..6) as u8,
        day: number(6..8) as u8,
        hour: number(9..11) as u8,
        minute: number(11..13) as u8,
        second: 0,
    }
}

criterion_group!(benches, expansion, questions);
criterion_main!(benches);
