//! Which occurrences a calendar object has: one paragraph a story, each event written as its lines.

use jiff::Timestamp;

use super::Timetable;
use crate::ical::Document;
use crate::time::moment::Moment;
use crate::time::recurrence::{MAX_CANDIDATES, MAX_OCCURRENCES};
use crate::time::zone::Zone;

/// A VCALENDAR of events, each given by its lines after BEGIN, separated by spaces.
fn calendar(events: &[&str]) -> Document {
    let event = |lines: &&str| format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", lines.replace(' ', "\r\n"));
    let events: String = events.iter().map(event).collect();
    Document::read(format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n").as_bytes()).unwrap()
}

fn instant(text: &str) -> Timestamp {
    Zone::utc().instant(Moment::parse(text, None).unwrap().civil())
}

/// Each occurrence as `start/end`, with `=original start` where it recurs and `(component)` where that is not the first.
fn occurrences(events: &[&str], from: &str, to: &str) -> Vec<String> {
    let document = calendar(events);
    let table = Timetable::read(document.calendar().unwrap(), &Zone::utc());
    let found = table.occurrences(instant(from), instant(to), MAX_OCCURRENCES);
    let texts = found.occurrences.iter().map(|occurrence| {
        let (start, end) = (table.start(occurrence).unwrap(), table.end(occurrence).unwrap());
        let original =
            table.recurrence_id(occurrence).map(|id| if id == start { "=".to_owned() } else { format!("={id}") });
        let component = if occurrence.component == 0 { String::new() } else { format!("({})", occurrence.component) };
        format!("{start}/{end}{}{component}", original.unwrap_or_default())
    });
    texts.collect()
}

#[track_caller]
fn check(events: &[&str], expected: &[&str]) {
    assert_eq!(occurrences(events, "20260101", "20270101"), expected);
}

#[test]
fn an_event_lasts_until_its_end_or_as_its_form_says() {
    check(&["UID:a DTSTART:20260302T090000Z DTEND:20260302T100000Z"], &["20260302T090000Z/20260302T100000Z"]);
    check(&["UID:a DTSTART:20260302T090000Z DURATION:PT1H30M"], &["20260302T090000Z/20260302T103000Z"]);
    check(&["UID:a DTSTART:20260302T090000Z"], &["20260302T090000Z/20260302T090000Z"]);
    check(&["UID:a DTSTART;VALUE=DATE:20260302"], &["20260302/20260303"]);
    check(&["UID:a DTSTART;VALUE=DATE:20260302 DTEND;VALUE=DATE:20260305"], &["20260302/20260305"]);
    check(&["UID:a DTSTART;VALUE=DATE:20260302 DURATION:P2D"], &["20260302/20260304"]);
    check(&["UID:a DTSTART:20260302T090000 DTEND:20260302T100000"], &["20260302T090000/20260302T100000"]);
}

#[test]
fn an_end_that_makes_no_sense_is_the_shortest_that_does() {
    check(&["UID:a DTSTART;VALUE=DATE:20260302 DTEND;VALUE=DATE:20260302"], &["20260302/20260303"]);
    check(&["UID:a DTSTART;VALUE=DATE:20260302 DTEND;VALUE=DATE:20260301"], &["20260302/20260303"]);
    check(&["UID:a DTSTART;VALUE=DATE:20260302 DURATION:PT1H"], &["20260302/20260303"]);
    check(&["UID:a DTSTART:20260302T090000Z DTEND:20260302T080000Z"], &["20260302T090000Z/20260302T090000Z"]);
    check(&["UID:a DTSTART:20260302T090000Z DURATION:-PT1H"], &["20260302T090000Z/20260302T090000Z"]);
    check(&["UID:a DTSTART:20260302T090000Z DTEND:soon"], &["20260302T090000Z/20260302T090000Z"]);
}

#[test]
fn an_end_in_another_zone_is_the_instant_it_means() {
    let flight = "UID:a DTSTART;TZID=Europe/Berlin:20260302T100000 DTEND;TZID=America/New_York:20260302T120000";
    check(&[flight], &["20260302T100000/20260302T180000"]);
}

#[test]
fn only_what_touches_the_range_is_found() {
    let day = |event: &str| occurrences(&[event], "20260302", "20260303").len();
    for (event, count) in [
        ("UID:a DTSTART:20260301T230000Z DTEND:20260302T000000Z", 0),
        ("UID:a DTSTART:20260301T230000Z DTEND:20260302T000001Z", 1),
        ("UID:a DTSTART:20260302T000000Z", 1),
        ("UID:a DTSTART:20260301T235959Z", 0),
        ("UID:a DTSTART:20260302T235959Z DURATION:P9D", 1),
        ("UID:a DTSTART:20260303T000000Z DURATION:P9D", 0),
        ("UID:a DTSTART;VALUE=DATE:20260201 DTEND;VALUE=DATE:20260401", 1),
        ("UID:a DTSTART:20260202T000000Z DURATION:P40D RRULE:FREQ=DAILY;COUNT=3", 3),
        ("UID:a DTSTART:20250101T220000Z DURATION:PT4H RRULE:FREQ=DAILY", 2),
    ] {
        assert_eq!(day(event), count, "{event}");
    }
}

#[test]
fn a_series_keeps_its_wall_clock_when_the_clocks_change() {
    let nine = "UID:a DTSTART;TZID=Europe/Berlin:20260326T090000 DTEND;TZID=Europe/Berlin:20260326T100000 RRULE:FREQ=DAILY;COUNT=4";
    check(
        &[nine],
        &[
            "20260326T090000/20260326T100000=",
            "20260327T090000/20260327T100000=",
            "20260328T090000/20260328T100000=",
            "20260329T090000/20260329T100000=",
        ],
    );
    let document = calendar(&[nine]);
    let table = Timetable::read(document.calendar().unwrap(), &Zone::utc());
    let begins: Vec<String> = table
        .occurrences(instant("20260301"), instant("20260401"), 10)
        .occurrences
        .iter()
        .map(|it| it.begins.to_string())
        .collect();
    assert_eq!(
        begins,
        ["2026-03-26T08:00:00Z", "2026-03-27T08:00:00Z", "2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"]
    );
}

#[test]
fn dtend_gives_an_exact_length_and_duration_one_by_the_calendar() {
    // The night of 29 March is an hour shorter in Berlin, that of 25 October an hour longer.
    let by_end = "UID:a DTSTART;TZID=Europe/Berlin:20260327T220000 DTEND;TZID=Europe/Berlin:20260328T220000 RRULE:FREQ=DAILY;COUNT=2";
    check(&[by_end], &["20260327T220000/20260328T220000=", "20260328T220000/20260329T230000="]);
    let by_duration = "UID:a DTSTART;TZID=Europe/Berlin:20260327T220000 DURATION:P1D RRULE:FREQ=DAILY;COUNT=2";
    check(&[by_duration], &["20260327T220000/20260328T220000=", "20260328T220000/20260329T220000="]);
    let by_hours = "UID:a DTSTART;TZID=Europe/Berlin:20261024T220000 DURATION:PT24H RRULE:FREQ=DAILY;COUNT=1";
    check(&[by_hours], &["20261024T220000/20261025T210000="]);
}

#[test]
fn what_falls_into_a_gap_is_shifted_and_counted_once() {
    let hourly = "UID:a DTSTART;TZID=Europe/Berlin:20260329T013000 DURATION:PT5M RRULE:FREQ=HOURLY;COUNT=4";
    check(
        &[hourly],
        &[
            "20260329T013000/20260329T013500=",
            "20260329T023000/20260329T033500=20260329T033000",
            "20260329T043000/20260329T043500=",
        ],
    );
}

#[test]
fn the_start_is_an_occurrence_and_counts_even_where_the_rule_does_not_fall_on_it() {
    let thursday = "UID:a DTSTART:20260101T090000Z RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3";
    check(
        &[thursday],
        &[
            "20260101T090000Z/20260101T090000Z=",
            "20260105T090000Z/20260105T090000Z=",
            "20260112T090000Z/20260112T090000Z=",
        ],
    );
}

#[test]
fn exdate_finds_its_occurrence_in_any_form() {
    let series = "UID:a DTSTART;TZID=Europe/Berlin:20260302T090000 DURATION:PT1H RRULE:FREQ=DAILY;COUNT=2";
    let rest = ["20260302T090000/20260302T100000="];
    for exdate in [
        "EXDATE;TZID=Europe/Berlin:20260303T090000",
        "EXDATE:20260303T080000Z",
        "EXDATE;TZID=America/New_York:20260303T030000",
        "EXDATE:20260303T090000",
        "EXDATE;VALUE=DATE:20260303",
        "EXDATE:20260303",
        "EXDATE:20260401T000000Z,20260303T080000Z",
        "EXDATE:rubbish,20260303T080000Z",
        "EXRULE:FREQ=DAILY;BYDAY=TU",
    ] {
        check(&[&format!("{series} {exdate}")], &rest);
    }
    let days = "UID:a DTSTART;VALUE=DATE:20260302 RRULE:FREQ=DAILY;COUNT=2";
    check(&[&format!("{days} EXDATE:20260303T000000Z")], &["20260302/20260303="]);
    check(
        &[&format!("{series} EXDATE:20260303T083000Z")],
        &["20260302T090000/20260302T100000=", "20260303T090000/20260303T100000="],
    );
}

#[test]
fn rdate_adds_in_any_form_and_a_period_has_its_own_length() {
    let series = "UID:a DTSTART;TZID=Europe/Berlin:20260302T090000 DURATION:PT1H";
    let both = ["20260302T090000/20260302T100000=", "20260305T090000/20260305T100000="];
    for rdate in [
        "RDATE;TZID=Europe/Berlin:20260305T090000",
        "RDATE:20260305T080000Z",
        "RDATE;VALUE=DATE:20260305",
        "RDATE:20260305T080000Z,20260302T080000Z",
    ] {
        check(&[&format!("{series} {rdate}")], &both);
    }
    let period = format!("{series} RDATE;VALUE=PERIOD:20260305T080000Z/PT3H,20260306T080000Z/20260306T083000Z");
    check(
        &[&period],
        &["20260302T090000/20260302T100000=", "20260305T090000/20260305T120000=", "20260306T090000/20260306T093000="],
    );
    let days =
        "UID:a DTSTART;VALUE=DATE:20260302 RDATE;VALUE=PERIOD:20260305T080000Z/PT1H,20260309T080000Z/20260311T080000Z";
    check(&[days], &["20260302/20260303=", "20260305/20260306=", "20260309/20260311="]);
    // A period on an occurrence of the rule is that occurrence.
    check(
        &[&format!("{series} RRULE:FREQ=DAILY;COUNT=1 RDATE;VALUE=PERIOD:20260302T080000Z/PT3H")],
        &["20260302T090000/20260302T120000="],
    );
    check(&[&format!("{series} RDATE:20260305T080000Z EXDATE:20260305T080000Z EXDATE:20260302T080000Z")], &[]);
}

#[test]
fn several_rules_are_joined_and_name_no_occurrence_twice() {
    let two = "UID:a DTSTART:20260302T090000Z RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2 RRULE:FREQ=DAILY;COUNT=2";
    check(
        &[two],
        &[
            "20260302T090000Z/20260302T090000Z=",
            "20260303T090000Z/20260303T090000Z=",
            "20260309T090000Z/20260309T090000Z=",
        ],
    );
}

#[test]
fn an_override_stands_for_its_occurrence_however_that_is_named() {
    let series = "UID:a DTSTART;TZID=Europe/Berlin:20260302T090000 DURATION:PT1H RRULE:FREQ=DAILY;COUNT=2";
    for id in [
        "RECURRENCE-ID;TZID=Europe/Berlin:20260303T090000",
        "RECURRENCE-ID:20260303T080000Z",
        "RECURRENCE-ID;TZID=America/New_York:20260303T030000",
        "RECURRENCE-ID:20260303T090000",
        "RECURRENCE-ID;VALUE=DATE:20260303",
    ] {
        let moved = format!("UID:a {id} DTSTART;TZID=Europe/Berlin:20260304T120000 DURATION:PT2H");
        check(
            &[series, &moved],
            &["20260302T090000/20260302T100000=", "20260304T120000/20260304T140000=20260303T090000(1)"],
        );
        check(
            &[&moved, series],
            &["20260302T090000/20260302T100000=(1)", "20260304T120000/20260304T140000=20260303T090000"],
        );
    }
}

#[test]
fn an_override_is_found_where_it_was_moved_to_and_not_where_it_was() {
    let series = "UID:a DTSTART:20260302T090000Z RRULE:FREQ=WEEKLY";
    let moved = "UID:a RECURRENCE-ID:20260309T090000Z DTSTART:20300101T090000Z";
    assert_eq!(occurrences(&[series, moved], "20260308", "20260310"), [""; 0]);
    assert_eq!(
        occurrences(&[series, moved], "20300101", "20300102"),
        ["20300101T090000Z/20300101T090000Z=20260309T090000Z(1)"]
    );
}

#[test]
fn an_override_without_its_series_stands_alone() {
    let invited_once = "UID:a RECURRENCE-ID:20260309T090000Z DTSTART:20260309T100000Z";
    check(&[invited_once], &["20260309T100000Z/20260309T100000Z=20260309T090000Z"]);
    // Outlook repeats the rule of the series in an override.
    check(&[&format!("{invited_once} RRULE:FREQ=DAILY")], &["20260309T100000Z/20260309T100000Z=20260309T090000Z"]);
}

#[test]
fn an_override_of_an_event_that_does_not_recur_stands_for_it() {
    let event = "UID:a DTSTART:20260302T090000Z";
    let moved = "UID:a RECURRENCE-ID:20260302T090000Z DTSTART:20260302T100000Z";
    check(&[event, moved], &["20260302T100000Z/20260302T100000Z=20260302T090000Z(1)"]);
}

#[test]
fn an_override_of_what_was_taken_out_stays_out() {
    let series = "UID:a DTSTART:20260302T090000Z RRULE:FREQ=DAILY;COUNT=2 EXDATE:20260303T090000Z";
    let moved = "UID:a RECURRENCE-ID:20260303T090000Z DTSTART:20260304T090000Z";
    check(&[series, moved], &["20260302T090000Z/20260302T090000Z="]);
}

#[test]
fn an_override_for_this_and_future_moves_all_that_follow() {
    let series = "UID:a DTSTART;TZID=Europe/Berlin:20260302T090000 DURATION:PT1H RRULE:FREQ=WEEKLY;COUNT=5";
    let later = "UID:a RECURRENCE-ID;RANGE=THISANDFUTURE:20260309T080000Z DTSTART;TZID=Europe/Berlin:20260310T113000 DURATION:PT2H";
    let once = "UID:a RECURRENCE-ID:20260316T080000Z DTSTART;TZID=Europe/Berlin:20260316T070000";
    check(
        &[series, later, once],
        &[
            "20260302T090000/20260302T100000=",
            "20260310T113000/20260310T133000=20260309T090000(1)",
            "20260316T070000/20260316T070000=20260316T090000(2)",
            "20260324T113000/20260324T133000=20260323T090000(1)",
            "20260331T113000/20260331T133000=20260330T090000(1)",
        ],
    );
    // A second one holds from its own occurrence on.
    let again = "UID:a RECURRENCE-ID;RANGE=THISANDFUTURE:20260330T070000Z DTSTART;TZID=Europe/Berlin:20260330T080000";
    assert_eq!(
        occurrences(&[series, later, again], "20260320", "20270101"),
        ["20260324T113000/20260324T133000=20260323T090000(1)", "20260330T080000/20260330T080000=20260330T090000(2)",]
    );
}

#[test]
fn this_and_future_can_change_the_zone_and_the_form() {
    let series = "UID:a DTSTART;TZID=Europe/Berlin:20261019T160000 DURATION:PT1H RRULE:FREQ=WEEKLY;COUNT=3";
    // New York goes back a week after Berlin; what was ten in the morning there stays as far from the series as it was.
    let overseas =
        "UID:a RECURRENCE-ID;RANGE=THISANDFUTURE:20261019T140000Z DTSTART;TZID=America/New_York:20261019T110000";
    check(
        &[series, overseas],
        &[
            "20261019T110000/20261019T110000=20261019T160000(1)",
            "20261026T120000/20261026T120000=20261026T160000(1)",
            "20261102T110000/20261102T110000=20261102T160000(1)",
        ],
    );
    let whole_days = "UID:a RECURRENCE-ID;RANGE=THISANDFUTURE:20261026T150000Z DTSTART;VALUE=DATE:20261027";
    check(
        &[series, whole_days],
        &[
            "20261019T160000/20261019T170000=",
            "20261027/20261028=20261026T160000(1)",
            "20261103/20261104=20261102T160000(1)",
        ],
    );
}

#[test]
fn of_two_versions_of_one_component_the_newer_holds() {
    let old = "UID:a SEQUENCE:1 DTSTART:20260302T090000Z";
    let new = "UID:a SEQUENCE:2 DTSTART:20260302T110000Z";
    check(&[new, old], &["20260302T110000Z/20260302T110000Z"]);
    check(&[old, new], &["20260302T110000Z/20260302T110000Z(1)"]);
}

#[test]
fn events_of_several_uids_are_in_order_of_time() {
    check(
        &[
            "UID:b DTSTART:20260303T090000Z",
            "UID:a DTSTART:20260302T090000Z",
            "DTSTART:20260301T090000Z",
            "DTSTART:20260301T080000Z",
        ],
        &[
            "20260301T080000Z/20260301T080000Z(3)",
            "20260301T090000Z/20260301T090000Z(2)",
            "20260302T090000Z/20260302T090000Z(1)",
            "20260303T090000Z/20260303T090000Z",
        ],
    );
}

#[test]
fn days_and_floating_times_are_where_the_reader_is() {
    let document = calendar(&["UID:a DTSTART:20260302", "UID:b DTSTART:20260302T090000"]);
    let table = Timetable::read(document.calendar().unwrap(), &Zone::iana("Asia/Tokyo").unwrap());
    let found = table.occurrences(instant("20260301"), instant("20260303"), 10).occurrences;
    let begins: Vec<String> = found.iter().map(|it| format!("{}/{}", it.begins, it.ends)).collect();
    assert_eq!(begins, ["2026-03-01T15:00:00Z/2026-03-02T15:00:00Z", "2026-03-02T00:00:00Z/2026-03-02T00:00:00Z"]);
}

#[test]
fn what_cannot_be_understood_is_named_and_the_rest_is_shown() {
    let document = calendar(&[
        "UID:a DTSTART:20260302T090000Z RRULE:FREQ=NEVER",
        "UID:b SUMMARY:nowhere",
        "UID:c DTSTART:20260302 RRULE:FREQ=HOURLY",
        "UID:d DTSTART:20260302 RRULE:RSCALE=HEBREW;FREQ=YEARLY",
    ]);
    let table = Timetable::read(document.calendar().unwrap(), &Zone::utc());
    let problems: Vec<String> = table.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "a rule of event \"a\" cannot be read: FREQ cannot be \"NEVER\"",
            "event \"b\" has no start that can be read",
            "a rule of event \"c\" cannot be followed: a series of whole days cannot recur by the hour, minute or second",
            "a rule of event \"d\" cannot be read: the rule counts in the calendar HEBREW, and only the Gregorian one is supported",
        ]
    );
    let found = table.occurrences(instant("20260101"), instant("20270101"), 10);
    assert_eq!(found.occurrences.len(), 3);
}

#[test]
fn a_limit_is_said_where_it_is_reached() {
    let daily = calendar(&["UID:a DTSTART:20260101T090000Z RRULE:FREQ=DAILY"]);
    let table = Timetable::read(daily.calendar().unwrap(), &Zone::utc());
    let count = |to: &str, limit: usize| {
        let found = table.occurrences(instant("20260101"), instant(to), limit);
        (found.occurrences.len(), found.is_truncated)
    };
    assert_eq!(count("20260111", 10), (10, false));
    assert_eq!(count("20260112", 10), (10, true));
    assert_eq!(count("20340320", usize::MAX), (MAX_OCCURRENCES, false));
    assert_eq!(count("20340321", usize::MAX), (MAX_OCCURRENCES, true));

    let seconds = calendar(&["UID:a DTSTART:20250101T000000Z RRULE:FREQ=SECONDLY;BYSECOND=1;COUNT=900000"]);
    let table = Timetable::read(seconds.calendar().unwrap(), &Zone::utc());
    let found = table.occurrences(instant("20260101"), instant("20270101"), 10);
    assert!(found.is_truncated && found.occurrences.is_empty(), "{MAX_CANDIDATES} were counted and it was not enough");
}

#[test]
fn a_window_far_from_the_start_is_as_good_as_any() {
    let seconds = "UID:a DTSTART:19700101T000000Z DURATION:PT1S RRULE:FREQ=SECONDLY";
    assert_eq!(occurrences(&[seconds], "20260302T000000", "20260302T000003").len(), 3);
    let years = "UID:a DTSTART:16010101T000000Z RRULE:FREQ=YEARLY;COUNT=500";
    check(&[years], &["20260101T000000Z/20260101T000000Z="]);
}

#[test]
fn a_range_that_runs_backwards_or_over_the_edge_holds_nothing_strange() {
    let document = calendar(&[
        "UID:a DTSTART:20260101T090000Z DURATION:P99999999W RRULE:FREQ=DAILY",
        "UID:b DTSTART:99991231T235959Z DURATION:P9D",
    ]);
    let table = Timetable::read(document.calendar().unwrap(), &Zone::iana("Europe/Berlin").unwrap());
    assert!(table.occurrences(instant("20270101"), instant("20260101"), 10).occurrences.is_empty());
    assert_eq!(table.occurrences(Timestamp::MIN, Timestamp::MAX, usize::MAX).occurrences.len(), MAX_OCCURRENCES);
    assert!(table.occurrences(Timestamp::MAX, Timestamp::MIN, usize::MAX).occurrences.is_empty());
}

#[test]
fn many_events_in_one_calendar_are_found_as_each_is_alone() {
    let lines = [
        "DTSTART:20260302T090000Z DURATION:PT1H",
        "DTSTART;VALUE=DATE:20260228 DTEND;VALUE=DATE:20260401",
        "DTSTART:20260101T233000 DURATION:PT2H RRULE:FREQ=WEEKLY;COUNT=9",
        "DTSTART:20251101T120000Z DURATION:P40D RRULE:FREQ=YEARLY;UNTIL=20270101T000000Z",
        "DTSTART;TZID=Pacific/Auckland:20260330T003000 DURATION:PT1H RRULE:FREQ=DAILY;UNTIL=20260402",
        "DTSTART:20200101T120000Z RDATE:20260310T120000Z,20190310T120000Z EXDATE:20200101T120000Z",
        "DTSTART:20260105T090000Z RRULE:FREQ=MONTHLY;BYDAY=1MO",
        "DTSTART:20260105T090000Z RDATE;VALUE=PERIOD:20260201T090000Z/P20D",
    ];
    let events: Vec<String> = (0..5)
        .flat_map(|round| lines.iter().enumerate().map(move |(index, lines)| format!("UID:{round}.{index} {lines}")))
        .chain(["UID:moved DTSTART:20260105T090000Z RRULE:FREQ=DAILY;COUNT=3".to_owned()])
        .chain(["UID:moved RECURRENCE-ID:20260106T090000Z DTSTART:20260720T090000Z".to_owned()])
        .collect();
    let texts: Vec<&str> = events.iter().map(String::as_str).collect();
    let count = |events: &[&str], from: &str, to: &str| occurrences(events, from, to).len();
    let (alone, moved) = texts.split_at(lines.len() * 5);
    for day in 0..370 {
        let from = jiff::civil::date(2025, 12, 20) + jiff::ToSpan::days(day);
        let text = |date: jiff::civil::Date| date.strftime("%Y%m%d").to_string();
        let (from, to) = (text(from), text(from + jiff::ToSpan::days(1)));
        let each: usize = alone.iter().map(|event| count(&[event], &from, &to)).sum();
        assert_eq!(count(&texts, &from, &to), each + count(moved, &from, &to), "{from}");
    }
}

#[test]
fn a_limit_keeps_the_earliest_of_many_events() {
    let event = |number: usize| {
        let day = 28 - number % 28;
        format!(
            "BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART:202601{day:02}T{:02}0000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n",
            number % 24
        )
    };
    let text = format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", (0..40).map(event).collect::<String>());
    let document = Document::read(text.as_bytes()).unwrap();
    let table = Timetable::read(document.calendar().unwrap(), &Zone::utc());
    let first = |limit: usize| table.occurrences(Timestamp::MIN, Timestamp::MAX, limit);
    let (all, some) = (first(usize::MAX), first(100));
    assert!(all.occurrences.len() > MAX_OCCURRENCES * 39 && some.is_truncated);
    assert_eq!(some.occurrences, all.occurrences[..100]);
}
