//! Every example of RFC 5545 section 3.8.5.3, in the order in which they stand there, and the corners beside them.

use super::{Rule, Series};
use crate::time::moment::Moment;
use crate::time::zone::Zone;

const NEW_YORK: &str = "America/New_York";

/// Compares the first occurrences of a series in New York with a list such as `1997-09 2-4,9; 1997-10-02 9:00,12:30`:
/// whole ranges of days at nine o'clock, or the times of one day. A list that ends with `...` goes on.
#[track_caller]
fn check(start: &str, rule: &str, expected: &str) {
    let moment = Moment::parse(start, Some(NEW_YORK)).unwrap();
    let zone = Zone::iana(NEW_YORK);
    let rule: Rule = rule.parse().unwrap();
    let series = Series::new(&rule, &moment, zone.as_ref()).unwrap();

    let (expected, goes_on) = match expected.strip_suffix("...") {
        Some(expected) => (expected, true),
        None => (expected, false),
    };
    let expected = days_and_times(expected);
    let mut starts = series.starts();
    let found: Vec<String> =
        starts.by_ref().take(expected.len()).map(|start| start.strftime("%Y-%m-%d %H:%M").to_string()).collect();
    assert_eq!(found, expected, "{rule}");
    assert_eq!(starts.next().is_some(), goes_on, "{rule} goes on");
    assert!(!starts.gave_up(), "{rule}");
}

fn days_and_times(list: &str) -> Vec<String> {
    let mut all = Vec::new();
    for group in list.split(';').map(str::trim).filter(|group| !group.is_empty()) {
        let (day, items) = group.split_once(' ').unwrap();
        for item in items.split(',').map(str::trim) {
            if day.len() == 10 {
                let (hour, minute) = item.split_once(':').unwrap();
                all.push(format!("{day} {hour:0>2}:{minute}"));
            } else {
                let (first, last) = item.split_once('-').unwrap_or((item, item));
                let range = first.parse::<u32>().unwrap()..=last.parse().unwrap();
                all.extend(range.map(|day_of_month| format!("{day}-{day_of_month:02} 09:00")));
            }
        }
    }
    all
}

#[test]
fn daily() {
    check("19970902T090000", "FREQ=DAILY;COUNT=10", "1997-09 2-11");
    check(
        "19970902T090000",
        "FREQ=DAILY;UNTIL=19971224T000000Z",
        "1997-09 2-30; 1997-10 1-31; 1997-11 1-30; 1997-12 1-23",
    );
    check(
        "19970902T090000",
        "FREQ=DAILY;INTERVAL=2",
        "1997-09 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30; 1997-10 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30; 1997-11 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29; 1997-12 1,3...",
    );
    check("19970902T090000", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09 2,12,22; 1997-10 2,12");
    let januaries = "1998-01 1-31; 1999-01 1-31; 2000-01 1-31";
    check("19980101T090000", "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", januaries);
    check("19980101T090000", "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", januaries);
}

#[test]
fn weekly() {
    check("19970902T090000", "FREQ=WEEKLY;COUNT=10", "1997-09 2,9,16,23,30; 1997-10 7,14,21,28; 1997-11 4");
    check(
        "19970902T090000",
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "1997-09 2,9,16,23,30; 1997-10 7,14,21,28; 1997-11 4,11,18,25; 1997-12 2,9,16,23",
    );
    check(
        "19970902T090000",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "1997-09 2,16,30; 1997-10 14,28; 1997-11 11,25; 1997-12 9,23; 1998-01 6,20; 1998-02 3,17...",
    );
    let five_weeks = "1997-09 2,4,9,11,16,18,23,25,30; 1997-10 2";
    check("19970902T090000", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", five_weeks);
    check("19970902T090000", "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", five_weeks);
    check(
        "19970901T090000",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997-09 1,3,5,15,17,19,29; 1997-10 1,3,13,15,17,27,29,31; 1997-11 10,12,14,24,26,28; 1997-12 8,10,12,22",
    );
    check(
        "19970902T090000",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "1997-09 2,4,16,18,30; 1997-10 2,14,16",
    );
    check("19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08 5,10,19,24");
    check("19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08 5,17,19,31");
}

#[test]
fn monthly() {
    check(
        "19970905T090000",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "1997-09 5; 1997-10 3; 1997-11 7; 1997-12 5; 1998-01 2; 1998-02 6; 1998-03 6; 1998-04 3; 1998-05 1; 1998-06 5",
    );
    check(
        "19970905T090000",
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "1997-09 5; 1997-10 3; 1997-11 7; 1997-12 5",
    );
    check(
        "19970907T090000",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997-09 7,28; 1997-11 2,30; 1998-01 4,25; 1998-03 1,29; 1998-05 3,31",
    );
    check(
        "19970922T090000",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997-09 22; 1997-10 20; 1997-11 17; 1997-12 22; 1998-01 19; 1998-02 16",
    );
    check(
        "19970928T090000",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997-09 28; 1997-10 29; 1997-11 28; 1997-12 29; 1998-01 29; 1998-02 26...",
    );
    check(
        "19970902T090000",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "1997-09 2,15; 1997-10 2,15; 1997-11 2,15; 1997-12 2,15; 1998-01 2,15",
    );
    check(
        "19970930T090000",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997-09 30; 1997-10 1,31; 1997-11 1,30; 1997-12 1,31; 1998-01 1,31; 1998-02 1",
    );
    check(
        "19970910T090000",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997-09 10-15; 1999-03 10-13",
    );
    check(
        "19970902T090000",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "1997-09 2,9,16,23,30; 1997-11 4,11,18,25; 1998-01 6,13,20,27; 1998-03 3,10,17,24,31...",
    );
}

#[test]
fn yearly() {
    check(
        "19970610T090000",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997-06 10; 1997-07 10; 1998-06 10; 1998-07 10; 1999-06 10; 1999-07 10; 2000-06 10; 2000-07 10; 2001-06 10; 2001-07 10",
    );
    check(
        "19970310T090000",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "1997-03 10; 1999-01 10; 1999-02 10; 1999-03 10; 2001-01 10; 2001-02 10; 2001-03 10; 2003-01 10; 2003-02 10; 2003-03 10",
    );
    check(
        "19970101T090000",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997-01 1; 1997-04 10; 1997-07 19; 2000-01 1; 2000-04 9; 2000-07 18; 2003-01 1; 2003-04 10; 2003-07 19; 2006-01 1",
    );
    check("19970519T090000", "FREQ=YEARLY;BYDAY=20MO", "1997-05 19; 1998-05 18; 1999-05 17...");
    check("19970512T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05 12; 1998-05 11; 1999-05 17...");
    check(
        "19970313T090000",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "1997-03 13,20,27; 1998-03 5,12,19,26; 1999-03 4,11,18,25...",
    );
    check(
        "19970605T090000",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997-06 5,12,19,26; 1997-07 3,10,17,24,31; 1997-08 7,14,21,28; 1998-06 4,11,18,25; 1998-07 2,9,16,23,30; 1998-08 6,13,20,27; 1999-06 3,10,17,24; 1999-07 1,8,15,22,29; 1999-08 5,12,19,26...",
    );
}

#[test]
fn several_parts_together() {
    // The RFC takes the start out by an EXDATE; the rule alone does not fall on it.
    check(
        "19970902T090000",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "1998-02 13; 1998-03 13; 1998-11 13; 1999-08 13; 2000-10 13...",
    );
    check(
        "19970913T090000",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997-09 13; 1997-10 11; 1997-11 8; 1997-12 13; 1998-01 10; 1998-02 7; 1998-03 7; 1998-04 11; 1998-05 9; 1998-06 13...",
    );
    check(
        "19961105T090000",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996-11 5; 2000-11 7; 2004-11 2...",
    );
    check("19970904T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09 4; 1997-10 7; 1997-11 6");
    check(
        "19970929T090000",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "1997-09 29; 1997-10 30; 1997-11 27; 1997-12 30; 1998-01 29; 1998-02 26; 1998-03 30...",
    );
    check("20070115T090000", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01 15,30; 2007-02 15; 2007-03 15,30");
}

#[test]
fn within_a_day() {
    check("19970902T090000", "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", "1997-09-02 9:00,12:00,15:00");
    check("19970902T090000", "FREQ=MINUTELY;INTERVAL=15;COUNT=6", "1997-09-02 9:00,9:15,9:30,9:45,10:00,10:15");
    check("19970902T090000", "FREQ=MINUTELY;INTERVAL=90;COUNT=4", "1997-09-02 9:00,10:30,12:00,13:30");
    let every_twenty_minutes = "1997-09-02 9:00,9:20,9:40,10:00,10:20,10:40,11:00,11:20,11:40,12:00,12:20,12:40,13:00,13:20,13:40,14:00,14:20,14:40,15:00,15:20,15:40,16:00,16:20,16:40; 1997-09-03 9:00,9:20,9:40...";
    check("19970902T090000", "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", every_twenty_minutes);
    check("19970902T090000", "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", every_twenty_minutes);
}

#[test]
fn weeks_that_cross_new_year_belong_to_the_year_that_holds_their_thursday() {
    check(
        "20201228T090000",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO,SU",
        "2020-12 28; 2021-01 3; 2026-12 28; 2027-01 3; 2032-12 27; 2033-01 2...",
    );
    check(
        "20201228T090000",
        "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU",
        "2021-01 3; 2022-01 2; 2023-01 1; 2023-12 31; 2024-12 29; 2025-12 28; 2027-01 3...",
    );
    check(
        "20191230T090000",
        "FREQ=YEARLY;BYWEEKNO=1",
        "2019-12 30; 2021-01 4; 2022-01 3; 2023-01 2; 2024-01 1; 2024-12 30...",
    );
    check("20191230T090000", "FREQ=YEARLY;BYWEEKNO=1;INTERVAL=5", "2019-12 30; 2024-12 30; 2029-12 31...");
    // A week that starts on Sunday: 2021 starts in the week of 3 January, and 2020 had 53 weeks, the last from 27 December.
    check("20200101T090000", "FREQ=YEARLY;BYWEEKNO=53;WKST=SU", "2020-12 30; 2025-12 31; 2031-12 31...");
    check("20201228T090000", "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=12", "2024-12 30; 2025-12 29; 2029-12 31...");
    check(
        "20200102T090000",
        "FREQ=YEARLY;BYWEEKNO=1;BYMONTHDAY=1,2,3",
        "2020-01 2,3; 2022-01 3; 2023-01 2,3; 2024-01 1-3; 2025-01 1-3...",
    );
}

#[test]
fn days_that_a_month_lacks_are_left_out() {
    check("20200131T090000", "FREQ=MONTHLY;COUNT=4", "2020-01 31; 2020-03 31; 2020-05 31; 2020-07 31");
    check("20200229T090000", "FREQ=YEARLY;COUNT=3", "2020-02 29; 2024-02 29; 2028-02 29");
    check("20200101T090000", "FREQ=MONTHLY;BYMONTHDAY=-31;COUNT=3", "2020-01 1; 2020-03 1; 2020-05 1");
    check("20200101T090000", "FREQ=YEARLY;BYYEARDAY=366,-366;COUNT=4", "2020-01 1; 2020-12 31; 2024-01 1; 2024-12 31");
    check("20200101T090000", "FREQ=MONTHLY;BYDAY=5FR,-5FR;COUNT=4", "2020-01 3,31; 2020-05 1,29");
}

#[test]
fn the_day_of_the_month_stands_for_every_month_of_a_year() {
    check(
        "20200115T090000",
        "FREQ=YEARLY;BYMONTHDAY=15;COUNT=13",
        "2020-01 15; 2020-02 15; 2020-03 15; 2020-04 15; 2020-05 15; 2020-06 15; 2020-07 15; 2020-08 15; 2020-09 15; 2020-10 15; 2020-11 15; 2020-12 15; 2021-01 15",
    );
    check("20200101T090000", "FREQ=YEARLY;BYDAY=MO;BYMONTHDAY=1;COUNT=3", "2020-06 1; 2021-02 1; 2021-03 1");
}

#[test]
fn numbered_weekdays_count_in_the_month_or_in_the_year() {
    check("20200101T090000", "FREQ=YEARLY;BYDAY=1MO,-1SU;COUNT=4", "2020-01 6; 2020-12 27; 2021-01 4; 2021-12 26");
    check(
        "20200101T090000",
        "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;COUNT=4",
        "2020-03 29; 2020-10 25; 2021-03 28; 2021-10 31",
    );
    check("20200101T090000", "FREQ=YEARLY;BYDAY=53WE,53TH;COUNT=2", "2020-12 30,31");
    check("20200101T090000", "FREQ=MONTHLY;BYDAY=2TU;BYMONTHDAY=8,14;COUNT=3", "2020-01 14; 2020-04 14; 2020-07 14");
    check("20200101T090000", "FREQ=MONTHLY;BYDAY=MO,1MO,2TU;COUNT=6", "2020-01 6,13,14,20,27; 2020-02 3");
}

#[test]
fn positions_are_counted_in_the_whole_period_also_before_the_start() {
    check("20200115T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1;COUNT=3", "2020-01 31; 2020-02 3,28");
    check(
        "20200101T090000",
        "FREQ=YEARLY;BYMONTH=1;BYDAY=FR;BYSETPOS=2,2,-4;COUNT=3",
        "2020-01 10; 2021-01 8; 2022-01 7",
    );
    check("20200101T090000", "FREQ=DAILY;BYHOUR=9,12,15;BYSETPOS=-1;COUNT=2", "2020-01-01 15:00; 2020-01-02 15:00");
    check("20200101T090000", "FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=1;WKST=SU;COUNT=2", "2020-01 5,12");
    check("20200101T090000", "FREQ=HOURLY;BYMINUTE=0,30;BYSETPOS=2;COUNT=2", "2020-01-01 9:30,10:30");
    check("20200101T090000", "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2", "");
}

#[test]
fn limits_below_the_day_are_skipped_to() {
    check(
        "20200101T090000",
        "FREQ=SECONDLY;BYMONTH=6;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=30;BYSECOND=0;COUNT=2",
        "2020-06-01 9:30; 2021-06-01 9:30",
    );
    check(
        "20200101T090000",
        "FREQ=MINUTELY;INTERVAL=7;BYHOUR=9;BYMINUTE=0;COUNT=2",
        "2020-01-01 9:00; 2020-01-08 9:00",
    );
    check("20200101T090000", "FREQ=HOURLY;BYDAY=MO;BYHOUR=9;COUNT=2", "2020-01 6,13");
    check("20200101T090000", "FREQ=HOURLY;INTERVAL=25;BYHOUR=9;COUNT=2", "2020-01-01 9:00; 2020-01-26 9:00");
}

#[test]
fn a_part_that_the_rfc_forbids_beside_the_frequency_limits_what_it_can() {
    check("20200101T090000", "FREQ=WEEKLY;BYMONTHDAY=1,2;COUNT=4", "2020-01 1,2; 2020-02 1,2");
    check("20200101T090000", "FREQ=WEEKLY;BYDAY=1MO,WE;COUNT=3", "2020-01 1,6,8");
    check("20200101T090000", "FREQ=DAILY;BYYEARDAY=1,-1;COUNT=3", "2020-01 1; 2020-12 31; 2021-01 1");
    check("20200101T090000", "FREQ=MONTHLY;BYYEARDAY=1,60;COUNT=3", "2020-01 1; 2020-02 29; 2021-01 1");
    check("20200101T090000", "FREQ=MONTHLY;BYWEEKNO=20;COUNT=2", "2020-05 13; 2021-05 19");
    check("20200101T090000", "FREQ=DAILY;BYWEEKNO=20;COUNT=8", "2020-05 11-17; 2021-05 17");
}
