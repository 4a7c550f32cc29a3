//! The judge in the tests of recurrence: RFC 5545 read word by word, second by second and day by day, with no cleverness.
//!
//! It shares nothing with the walk but the parsed rule: dates are jiff's, each period is listed completely, filtered by
//! the table of section 3.3.10, sorted and cut.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday, date};
use proptest::prelude::*;

use super::{End, Frequency, Rule, Series};
use crate::time::moment::Moment;

/// All occurrences up to `until`, both ends included.
fn occurrences(rule: &Rule, start: DateTime, until: DateTime) -> Vec<DateTime> {
    let mut all = Vec::new();
    let mut period = first_of_period(rule, start);
    let mut number = 0;
    while period <= until {
        if number % rule.interval() == 0 {
            let mut set: Vec<DateTime> = members(rule, start, period).into_iter().collect();
            if !rule.by_set_position().is_empty() {
                let len = set.len() as i32;
                let index =
                    |position: &i16| if *position > 0 { i32::from(*position) - 1 } else { len + i32::from(*position) };
                let kept: BTreeSet<i32> = rule.by_set_position().iter().map(index).collect();
                set = (0..len).filter(|index| kept.contains(index)).map(|index| set[index as usize]).collect();
            }
            all.extend(set.into_iter().filter(|member| *member >= start));
        }
        number += 1;
        period = next_period(rule, period);
    }
    all.retain(|member| match rule.end() {
        End::Until(last) => *member <= last.civil(),
        _ => true,
    });
    if let End::Count(count) = rule.end() {
        all.truncate(*count as usize);
    }
    all.retain(|member| *member <= until);
    all
}

fn first_of_period(rule: &Rule, start: DateTime) -> DateTime {
    let day = start.date();
    match rule.frequency() {
        Frequency::Yearly => date(day.year(), 1, 1).at(0, 0, 0, 0),
        Frequency::Monthly => day.first_of_month().at(0, 0, 0, 0),
        Frequency::Weekly => {
            let mut day = day;
            while day.weekday() != rule.week_start() {
                day = day.yesterday().unwrap();
            }
            day.at(0, 0, 0, 0)
        }
        Frequency::Daily => day.at(0, 0, 0, 0),
        Frequency::Hourly => day.at(start.hour(), 0, 0, 0),
        Frequency::Minutely => day.at(start.hour(), start.minute(), 0, 0),
        Frequency::Secondly => start,
    }
}

fn next_period(rule: &Rule, period: DateTime) -> DateTime {
    match rule.frequency() {
        Frequency::Yearly => period + 1.year(),
        Frequency::Monthly => period + 1.month(),
        Frequency::Weekly => period + 1.week(),
        Frequency::Daily => period + 1.day(),
        Frequency::Hourly => period + 1.hour(),
        Frequency::Minutely => period + 1.minute(),
        Frequency::Secondly => period + 1.second(),
    }
}

/// Every second-exact moment of one period that the BY-parts let stand.
fn members(rule: &Rule, start: DateTime, period: DateTime) -> BTreeSet<DateTime> {
    let end = next_period(rule, period);
    let mut days = BTreeSet::new();
    let mut day = period.date();
    while day.at(0, 0, 0, 0) < end {
        if is_day(rule, start.date(), day) {
            days.insert(day);
        }
        day = day.tomorrow().unwrap();
    }
    let values = |listed: &[u8], from_start: i8, expands: bool, all: i8| -> Vec<i8> {
        match listed {
            [] if expands => vec![from_start],
            [] => (0..all).collect(),
            listed => listed.iter().map(|value| *value as i8).collect(),
        }
    };
    let frequency = rule.frequency();
    let hours = values(rule.by_hour(), start.hour(), frequency > Frequency::Hourly, 24);
    let minutes = values(rule.by_minute(), start.minute(), frequency > Frequency::Minutely, 60);
    let seconds = values(rule.by_second(), start.second(), frequency > Frequency::Secondly, 60);
    let mut set = BTreeSet::new();
    for day in days {
        for hour in &hours {
            for minute in &minutes {
                for second in &seconds {
                    let member = day.at(*hour, *minute, *second, 0);
                    if member >= period && member < end {
                        set.insert(member);
                    }
                }
            }
        }
    }
    set
}

fn is_day(rule: &Rule, start: Date, day: Date) -> bool {
    let frequency = rule.frequency();
    let no_day_parts = rule.by_day().is_empty() && rule.by_month_day().is_empty() && rule.by_year_day().is_empty();
    let back = |index: i32, length: i32| index - length - 1;

    if !rule.by_month().is_empty() {
        if !rule.by_month().contains(&(day.month() as u8)) {
            return false;
        }
    } else if frequency == Frequency::Yearly
        && no_day_parts
        && rule.by_week_number().is_empty()
        && day.month() != start.month()
    {
        return false;
    }
    if !rule.by_week_number().is_empty() {
        let week: ISOWeekDate = day.iso_week_date();
        let weeks = i32::from(week.weeks_in_year());
        let number = i32::from(week.week());
        if !rule
            .by_week_number()
            .iter()
            .any(|wanted| i32::from(*wanted) == number || i32::from(*wanted) == back(number, weeks))
        {
            return false;
        }
        if no_day_parts && day.weekday() != start.weekday() {
            return false;
        }
    }
    if !rule.by_year_day().is_empty() {
        let (number, length) = (i32::from(day.day_of_year()), i32::from(day.days_in_year()));
        if !rule
            .by_year_day()
            .iter()
            .any(|wanted| i32::from(*wanted) == number || i32::from(*wanted) == back(number, length))
        {
            return false;
        }
    }
    let (number, length) = (i32::from(day.day()), i32::from(day.days_in_month()));
    if !rule.by_month_day().is_empty() {
        if !rule
            .by_month_day()
            .iter()
            .any(|wanted| i32::from(*wanted) == number || i32::from(*wanted) == back(number, length))
        {
            return false;
        }
    } else if no_day_parts
        && frequency >= Frequency::Monthly
        && rule.by_week_number().is_empty()
        && day.day() != start.day()
    {
        return false;
    }
    if !rule.by_day().is_empty() {
        let in_month = frequency == Frequency::Monthly || !rule.by_month().is_empty();
        rule.by_day().iter().any(|wanted| {
            wanted.weekday == day.weekday()
                && wanted.number.is_none_or(|number| {
                    if in_month {
                        day.first_of_month()
                            .nth_weekday_of_month(number, wanted.weekday)
                            .is_ok_and(|found| found == day)
                    } else {
                        // The n-th in the year, counted by walking.
                        nth_of_year(day.year(), number, wanted.weekday) == Some(day)
                    }
                })
        })
    } else {
        !(frequency == Frequency::Weekly && no_day_parts) || day.weekday() == start.weekday()
    }
}

fn nth_of_year(year: i16, number: i8, weekday: Weekday) -> Option<Date> {
    let all: Vec<Date> = (1..=366)
        .filter_map(|day| date(year, 1, 1).with().day_of_year(day).build().ok())
        .filter(|day| day.weekday() == weekday)
        .collect();
    let index = if number > 0 { number as i32 - 1 } else { all.len() as i32 + i32::from(number) };
    usize::try_from(index).ok().and_then(|index| all.get(index).copied())
}

/// Rules that RFC 5545 allows, with few parts each and values that meet one another.
fn rules() -> impl Strategy<Value = (String, Frequency)> {
    let frequency = prop_oneof![
        3 => Just(Frequency::Yearly), 3 => Just(Frequency::Monthly), 3 => Just(Frequency::Weekly), 2 => Just(Frequency::Daily),
        1 => Just(Frequency::Hourly), 1 => Just(Frequency::Minutely), 1 => Just(Frequency::Secondly),
    ];
    frequency.prop_flat_map(|frequency| {
        let some = |part: &'static str, values: BoxedStrategy<String>| {
            prop_oneof![
                2 => Just(String::new()),
                1 => prop::collection::vec(values, 1..4).prop_map(move |values| format!(";{part}={}", values.join(","))),
            ]
            .boxed()
        };
        let only = |allowed: bool, part: BoxedStrategy<String>| if allowed { part } else { Just(String::new()).boxed() };
        let signed = |last: i32| (1..=last, any::<bool>()).prop_map(|(number, back)| if back { -number } else { number }.to_string()).boxed();
        let plain = |first: i32, last: i32| (first..=last).prop_map(|number| number.to_string()).boxed();
        let weekday = prop::sample::select(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"]);
        let last = match frequency {
            Frequency::Yearly => 53,
            Frequency::Monthly => 5,
            _ => 0,
        };
        let weekdays = (weekday.clone(), -last..=last)
            .prop_map(|(name, number)| if number == 0 { name.to_owned() } else { format!("{number}{name}") })
            .boxed();
        let yearly = frequency == Frequency::Yearly;
        let year_days = yearly || frequency < Frequency::Daily;
        let days = (
            some("BYMONTH", plain(1, 12)),
            only(yearly, prop_oneof![3 => Just(String::new()), 1 => some("BYWEEKNO", signed(53))].boxed()),
            only(year_days, some("BYYEARDAY", signed(366))),
            only(frequency != Frequency::Weekly, some("BYMONTHDAY", signed(31))),
            some("BYDAY", weekdays),
        );
        let times = (some("BYHOUR", plain(0, 23)), some("BYMINUTE", plain(0, 59)), some("BYSECOND", plain(0, 59)));
        let rest = (1..5_u32, some("BYSETPOS", signed(4)), weekday);
        (days, times, rest).prop_map(move |((month, week, year_day, month_day, day), (hour, minute, second), (interval, position, start))| {
            let has_weeks = !week.is_empty();
            // With week numbers the RFC allows no numbers in BYDAY, and the judge's weeks start on Monday; their years do
            // not start on 1 January, so every one of them counts and positions are left to the table.
            let day = if has_weeks { day.chars().filter(|c| !c.is_ascii_digit() && *c != '-').collect() } else { day };
            let (start, interval) = if has_weeks { ("MO", 1) } else { (start, interval) };
            let any_part = [&month, &week, &year_day, &month_day, &day, &hour, &minute, &second].iter().any(|part| !part.is_empty());
            let position = if has_weeks || !any_part { String::new() } else { position };
            let text = format!(
                "FREQ={};INTERVAL={interval}{month}{week}{year_day}{month_day}{day}{hour}{minute}{second}{position};WKST={start}",
                frequency.name()
            );
            (text, frequency)
        })
    })
}

proptest! {
    // The judge is slow.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_walk_finds_what_the_words_of_the_rfc_say(
        (text, frequency) in rules(),
        day in 0..1_500_i32, second in 0..86_400_i64, count in prop::option::of(1..40_u32), skip in 0..30_usize,
    ) {
        let start = date(2019, 11, 1).at(0, 0, 0, 0) + day.days() + second.seconds();
        let mut rule: Rule = text.parse().unwrap();
        if let Some(count) = count {
            rule = rule.with_end(End::Count(count));
        }
        let reach = match frequency {
            Frequency::Yearly => 9.years(),
            Frequency::Monthly => 30.months(),
            Frequency::Weekly => 60.weeks(),
            Frequency::Daily => 200.days(),
            Frequency::Hourly => 200.hours(),
            Frequency::Minutely => 600.minutes(),
            Frequency::Secondly => 900.seconds(),
        };
        // Whole years, so that a period of the judge never ends beyond what is compared.
        let until = start + reach;
        let expected = occurrences(&rule, start, until);
        let moment = Moment::Floating(start);
        let series = Series::new(&rule, &moment, None).unwrap();
        let found: Vec<DateTime> = series.starts().take_while(|found| *found <= until).take(expected.len() + 1).collect();
        prop_assert_eq!(&found, &expected, "{} from {}", text, start);

        // From the middle it finds the same, counts the same, and knows each of them.
        if let Some(middle) = expected.get(skip) {
            let rest: Vec<DateTime> = series.starts_from(*middle).take(expected.len() - skip).collect();
            prop_assert_eq!(&rest[..], &expected[skip..]);
            prop_assert_eq!(series.count_before(*middle), Some(skip as u64));
            prop_assert!(series.has(*middle));
            let before = skip.checked_sub(1).map(|before| expected[before]);
            prop_assert_eq!(series.last_before(*middle), before);
            if let Some(count) = count {
                prop_assert_eq!(series.count_from(*middle), Some(count - skip as u32));
            }
        }
    }
}
