//! Days, times and zones in words.

use intent::{Day, Point};

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `Monday`, for 0 to 6.
pub fn weekday(index: u8) -> &'static str {
    WEEKDAYS[usize::from(index) % 7]
}

/// `November`, for 1 to 12.
pub fn month(number: u8) -> &'static str {
    MONTHS[(usize::from(number) + 11) % 12]
}

/// `November 2026`
pub fn month_and_year(day: Day) -> String {
    let (year, number, _) = day.ymd();
    format!("{} {year}", month(number))
}

/// `20`: the day of the month.
pub fn number(day: Day) -> u8 {
    day.ymd().2
}

/// `Friday 20 November`
pub fn day(day: Day) -> String {
    let (_, m, d) = day.ymd();
    format!("{} {d} {}", weekday(day.weekday()), month(m))
}

/// `Friday 20 November 2026`
pub fn day_and_year(of: Day) -> String {
    format!("{} {}", day(of), of.ymd().0)
}

/// `Fri 20 Nov`
pub fn short_day(day: Day) -> String {
    let (_, m, d) = day.ymd();
    format!("{} {d} {}", &weekday(day.weekday())[..3], &month(m)[..3])
}

/// `09:05`
pub fn time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// `14:00 – 16:00`, for two times of one day.
pub fn times(start: u16, end: u16) -> String {
    format!("{} – {}", time(start), time(end))
}

/// The days of an event that lasts whole days: `Friday 20 November`, `Friday 20 to Sunday 22 November`.
///
/// `end` is the day behind the last.
pub fn whole_days(start: Day, end: Day) -> String {
    let last = end.plus(-1).max(start);
    if last == start {
        return day(start);
    }
    let ((_, first_month, d), (_, last_month, _)) = (start.ymd(), last.ymd());
    if first_month == last_month && last.0 - start.0 < 28 {
        format!("{} {d} to {}", weekday(start.weekday()), day(last))
    } else {
        format!("{} to {}", day(start), day(last))
    }
}

/// When an event is, in one line: `Friday 20 November, 14:00 – 16:00`.
pub fn when(start: Point, end: Point, all_day: bool) -> String {
    if all_day {
        format!("{}, all day", whole_days(start.day, end.day))
    } else if start.day == end.day {
        format!("{}, {}", day(start.day), times(start.minute, end.minute))
    } else {
        format!("{}, {} – {}, {}", day(start.day), time(start.minute), day(end.day), time(end.minute))
    }
}

/// The same for a reader who hears it: `Friday 20 November, 14:00 to 16:00`.
pub fn when_spoken(start: Point, end: Point, all_day: bool) -> String {
    when(start, end, all_day).replace(" – ", " to ")
}

/// The days of a range as a page title, its last part (the year, set lighter) apart: `16 – 22 November`, `2026`.
pub fn range_title(first: Day, days: u16) -> (String, String) {
    let last = first.plus(i32::from(days.max(1)) - 1);
    let ((y1, m1, d1), (y2, m2, d2)) = (first.ymd(), last.ymd());
    let start = if first == last {
        return (day(first), y1.to_string());
    } else if y1 != y2 {
        format!("{d1} {} {y1}", month(m1))
    } else if m1 != m2 {
        format!("{d1} {}", month(m1))
    } else {
        d1.to_string()
    };
    (format!("{start} – {d2} {}", month(m2)), y2.to_string())
}

/// The same for a narrow bar: `16 – 22 November`, `22 Nov – 19 Dec`.
pub fn short_range_title(first: Day, days: u16) -> String {
    let last = first.plus(i32::from(days.max(1)) - 1);
    let ((_, m1, d1), (_, m2, d2)) = (first.ymd(), last.ymd());
    match m1 == m2 {
        true => range_title(first, days).0,
        false => format!("{d1} {} – {d2} {}", &month(m1)[..3], &month(m2)[..3]),
    }
}

/// How long ago or ahead, as a short stamp: `today 08:55`, `yesterday 11:20`, `Tue 17:02`, `3 Nov 2025`.
pub fn stamp(point: Point, now: Point) -> String {
    match now.day.0.saturating_sub(point.day.0) {
        0 => format!("today {}", time(point.minute)),
        1 => format!("yesterday {}", time(point.minute)),
        2..7 => format!("{} {}", &weekday(point.day.weekday())[..3], time(point.minute)),
        _ => {
            let (year, m, d) = point.day.ymd();
            format!("{d} {} {year}", &month(m)[..3])
        }
    }
}

/// `45 minutes`, `1 hour 30 minutes`, `2 days`.
pub fn duration(minutes: u32) -> String {
    let parts = [(minutes / 1440, "day"), (minutes % 1440 / 60, "hour"), (minutes % 60, "minute")];
    let words: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number} {unit}{}", if *number == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() { "no time".to_owned() } else { words.join(" ") }
}

/// The last part of a zone's name: `Europe/Berlin` is `Berlin`.
pub fn city(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

/// `UTC+1`, `UTC−4:30`, `UTC`.
pub fn offset(minutes: i16) -> String {
    let (sign, size) = (if minutes < 0 { '\u{2212}' } else { '+' }, minutes.unsigned_abs());
    match (size / 60, size % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// Reads a time as people type it: `15:00`, `1500`, `15.30`, `9`, `3 pm`; nothing if it is none.
pub fn read_time(text: &str) -> Option<u16> {
    let text = text.trim().to_ascii_lowercase();
    let (rest, afternoon) = match (text.strip_suffix("pm"), text.strip_suffix("am")) {
        (Some(rest), _) => (rest, Some(true)),
        (_, Some(rest)) => (rest, Some(false)),
        _ => (text.as_str(), None),
    };
    let rest = rest.trim();
    let (hours, minutes) = match rest.split_once([':', '.', 'h']) {
        Some((hours, "")) => (hours, "0"),
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if rest.len() > 2 && rest.is_ascii() => rest.split_at(rest.len() - 2),
        None => (rest, "0"),
    };
    if hours.is_empty()
        || hours.len() > 2
        || !(hours.to_owned() + minutes).bytes().all(|letter| letter.is_ascii_digit())
    {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let hours = match afternoon {
        None => hours,
        Some(_) if hours == 0 || hours > 12 => return None,
        Some(afternoon) => hours % 12 + if afternoon { 12 } else { 0 },
    };
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str, minute: u16) -> Point {
        Point { day: Day::from_iso(day).unwrap(), minute }
    }

    #[test]
    fn an_event_says_when_it_is() {
        #[track_caller]
        fn check(start: Point, end: Point, all_day: bool, words: &str) {
            assert_eq!(when(start, end, all_day), words);
        }
        check(at("2026-11-20", 840), at("2026-11-20", 960), false, "Friday 20 November, 14:00 – 16:00");
        check(
            at("2026-11-20", 1320),
            at("2026-11-21", 60),
            false,
            "Friday 20 November, 22:00 – Saturday 21 November, 01:00",
        );
        check(at("2026-11-18", 0), at("2026-11-19", 0), true, "Wednesday 18 November, all day");
        check(at("2026-11-20", 0), at("2026-11-23", 0), true, "Friday 20 to Sunday 22 November, all day");
        check(at("2026-11-30", 0), at("2026-12-02", 0), true, "Monday 30 November to Tuesday 1 December, all day");
    }

    #[test]
    fn a_title_names_month_and_year_once_where_it_can() {
        #[track_caller]
        fn check(first: &str, days: u16, title: &str, year: &str) {
            let (got, got_year) = range_title(Day::from_iso(first).unwrap(), days);
            assert_eq!((got.as_str(), got_year.as_str()), (title, year));
        }
        check("2026-11-16", 7, "16 – 22 November", "2026");
        check("2026-11-30", 7, "30 November – 6 December", "2026");
        check("2026-12-28", 7, "28 December 2026 – 3 January", "2027");
        check("2026-11-22", 1, "Sunday 22 November", "2026");
    }

    #[test]
    fn a_stamp_is_as_short_as_it_can_be() {
        let now = at("2026-11-22", 600);
        assert_eq!(stamp(at("2026-11-22", 535), now), "today 08:55");
        assert_eq!(stamp(at("2026-11-21", 535), now), "yesterday 08:55");
        assert_eq!(stamp(at("2026-11-17", 535), now), "Tue 08:55");
        assert_eq!(stamp(at("2025-11-03", 535), now), "3 Nov 2025");
    }

    #[test]
    fn durations_zones_and_offsets_are_readable() {
        assert_eq!(duration(90), "1 hour 30 minutes");
        assert_eq!(duration(1440), "1 day");
        assert_eq!(duration(0), "no time");
        assert_eq!(city("America/Argentina/Buenos_Aires"), "Buenos Aires");
        assert_eq!((offset(60), offset(-270), offset(0)), ("UTC+1".into(), "UTC\u{2212}4:30".into(), "UTC".into()));
    }

    #[test]
    fn a_time_is_read_as_people_type_it() {
        #[track_caller]
        fn check(text: &str, minute: Option<u16>) {
            assert_eq!(read_time(text), minute, "{text:?}");
        }
        for nine in ["09:00", "9:00", " 9 ", "9.00", "0900", "900", "9h", "9 am", "9:00am"] {
            check(nine, Some(540));
        }
        check("23:59", Some(1439));
        check("12 am", Some(0));
        check("12pm", Some(720));
        check("3:30 pm", Some(930));
        for none in
            ["", "24:00", "9:60", "9:5", "nine", "-1:00", "+9:00", "13 pm", "0 am", "99999", "9:000", "é9", "12345:00"]
        {
            check(none, None);
        }
    }
}
