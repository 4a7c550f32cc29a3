//! A recurrence rule in words: "every week on Monday and Thursday, 10 times".
//!
//! Only what can be said shortly and without doubt is said; for the rest there are no words, and the reader's own
//! program shows the dates (RFC 5545 section 3.3.10).

use jiff::civil::{Date, Weekday};

use crate::time::recurrence::{End, Frequency, Rule, WeekdayNumber};

/// A rule in words. What the rule leaves open comes from the day on which the event starts.
///
/// `None` when the rule has parts that no short sentence says.
pub fn rule_in_words(rule: &Rule, start: Date) -> Option<String> {
    let has_odd_parts = !(rule.by_second().is_empty()
        && rule.by_minute().is_empty()
        && rule.by_hour().is_empty()
        && rule.by_year_day().is_empty()
        && rule.by_week_number().is_empty());
    let unit = match rule.frequency() {
        _ if has_odd_parts => return None,
        Frequency::Hourly => "hour",
        Frequency::Daily => "day",
        Frequency::Weekly => "week",
        Frequency::Monthly => "month",
        Frequency::Yearly => "year",
        Frequency::Secondly | Frequency::Minutely => return None,
    };
    let every = match rule.interval() {
        1 => format!("every {unit}"),
        interval => format!("every {interval} {unit}s"),
    };
    let (days, month_days) = (rule.by_day(), rule.by_month_day());
    let months: Vec<&str> = rule.by_month().iter().filter_map(|month| month_name(i32::from(*month))).collect();
    let position = match rule.by_set_position() {
        [] => None,
        [position] => Some(i32::from(*position)),
        _ => return None,
    };
    let weekdays: Vec<Weekday> = days.iter().filter(|day| day.number.is_none()).map(|day| day.weekday).collect();
    let has_plain_days = weekdays.len() == days.len() && position.is_none() && month_days.is_empty();
    let when = match unit {
        "hour" if days.is_empty() && month_days.is_empty() && position.is_none() => String::new(),
        "day" | "week" if has_plain_days && is_working_week(&weekdays) && rule.interval() == 1 => {
            return Some(format!("every weekday{}{}", in_months(&months), end_in_words(rule)));
        }
        "day" if has_plain_days && weekdays.is_empty() => String::new(),
        "week" if has_plain_days && weekdays.is_empty() => format!(" on {}", weekday_name(start.weekday())),
        "day" | "week" if has_plain_days => format!(" on {}", join(weekdays.iter().copied().map(weekday_name))),
        "month" | "year" => {
            let day = which_day(days, &weekdays, month_days, position, start)?;
            match (unit, months.as_slice()) {
                ("year", []) if days.is_empty() && month_days.is_empty() => {
                    format!(" on {} {}", start.day(), month_name(i32::from(start.month()))?)
                }
                ("year", []) => return None,
                ("year", months) => match day.strip_prefix("the ").and_then(|day| day.strip_suffix(ORDINAL_MARK)) {
                    Some(number) => format!(" on {number} {}", join(months.iter().copied())),
                    None => format!(" on {} of {}", day.trim_end_matches(ORDINAL_MARK), join(months.iter().copied())),
                },
                _ => format!(" on {}{}", spoken_ordinal(&day), in_months(&months)),
            }
        }
        _ => return None,
    };
    let months = if matches!(unit, "month" | "year") { String::new() } else { in_months(&months) };
    Some(format!("{every}{when}{months}{}", end_in_words(rule)))
}

fn end_in_words(rule: &Rule) -> String {
    match rule.end() {
        End::Never => String::new(),
        End::Count(1) => ", once".to_owned(),
        End::Count(count) => format!(", {count} times"),
        End::Until(until) => format!(", until {}", until.date().strftime("%A %-d %B %Y")),
    }
}

/// Marks a day of a month that is one plain number, which a date with a month's name writes without its ending.
const ORDINAL_MARK: char = '\u{1}';

fn spoken_ordinal(day: &str) -> String {
    match day.strip_suffix(ORDINAL_MARK) {
        Some(day) => format!("{day}{}", day.trim_start_matches("the ").parse().map_or("th", ending)),
        None => day.to_owned(),
    }
}

/// Which day of a month, as `the second Tuesday` or `the 15th`.
fn which_day(
    days: &[WeekdayNumber],
    weekdays: &[Weekday],
    month_days: &[i8],
    position: Option<i32>,
    start: Date,
) -> Option<String> {
    match (days, month_days, position) {
        ([], [], None) => Some(format!("the {}{ORDINAL_MARK}", start.day())),
        ([], [-1], None) => Some("the last day".to_owned()),
        ([], [day], None) if (1..=31).contains(day) => Some(format!("the {day}{ORDINAL_MARK}")),
        ([], days, None) if days.iter().all(|day| (1..=31).contains(day)) => {
            Some(format!("the {}", join(days.iter().map(|day| format!("{day}{}", ending(i32::from(*day)))))))
        }
        (days, [], None) if weekdays.is_empty() => {
            let named = days
                .iter()
                .map(|day| Some(format!("{} {}", ordinal(i32::from(day.number?))?, weekday_name(day.weekday))));
            Some(format!("the {}", join(named.collect::<Option<Vec<_>>>()?)))
        }
        ([WeekdayNumber { number: None, weekday }], [], Some(position)) => {
            Some(format!("the {} {}", ordinal(position)?, weekday_name(*weekday)))
        }
        (_, [], Some(position)) if is_working_week(weekdays) && weekdays.len() == days.len() => {
            Some(format!("the {} weekday", ordinal(position)?))
        }
        _ => None,
    }
}

fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn month_name(number: i32) -> Option<&'static str> {
    const NAMES: [&str; 12] = [
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
    NAMES.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
}

fn is_working_week(days: &[Weekday]) -> bool {
    let is_weekend = |day: &Weekday| matches!(day, Weekday::Saturday | Weekday::Sunday);
    days.len() == 5 && !days.iter().any(is_weekend) && (1..5).all(|at| !days[..at].contains(&days[at]))
}

fn ordinal(number: i32) -> Option<&'static str> {
    Some(match number {
        1 => "first",
        2 => "second",
        3 => "third",
        4 => "fourth",
        5 => "fifth",
        -1 => "last",
        -2 => "second to last",
        _ => return None,
    })
}

fn ending(number: i32) -> &'static str {
    match (number % 10, number % 100) {
        (1, last) if last != 11 => "st",
        (2, last) if last != 12 => "nd",
        (3, last) if last != 13 => "rd",
        _ => "th",
    }
}

fn in_months(months: &[&str]) -> String {
    if months.is_empty() { String::new() } else { format!(" in {}", join(months.iter().copied())) }
}

/// `a`, `a and b`, `a, b and c`.
fn join(items: impl IntoIterator<Item = impl Into<String>>) -> String {
    let mut items: Vec<String> = items.into_iter().map(Into::into).collect();
    match items.pop() {
        None => String::new(),
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} and {last}", items.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: &str, expected: Option<&str>) {
        let start = Date::constant(2026, 11, 19);
        let parsed: Rule = rule.parse().expect(rule);
        assert_eq!(rule_in_words(&parsed, start).as_deref(), expected, "{rule}");
    }

    #[test]
    fn common_rules_have_words() {
        check("FREQ=DAILY", Some("every day"));
        check("FREQ=DAILY;INTERVAL=3", Some("every 3 days"));
        check("FREQ=WEEKLY", Some("every week on Thursday"));
        check("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10", Some("every week on Monday and Thursday, 10 times"));
        check("freq=weekly;byday=mo,tu,we,th,fr", Some("every weekday"));
        check("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU", Some("every 2 weeks on Tuesday"));
        check("FREQ=MONTHLY", Some("every month on the 19th"));
        check("FREQ=MONTHLY;BYMONTHDAY=1", Some("every month on the 1st"));
        check("FREQ=MONTHLY;BYMONTHDAY=1,15", Some("every month on the 1st and 15th"));
        check("FREQ=MONTHLY;BYMONTHDAY=-1", Some("every month on the last day"));
        check("FREQ=MONTHLY;BYDAY=2TU", Some("every month on the second Tuesday"));
        check("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", Some("every month on the last Friday"));
        check("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", Some("every month on the last weekday"));
        check("FREQ=YEARLY", Some("every year on 19 November"));
        check("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2", Some("every year on 2 March"));
        check("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", Some("every year on the last Sunday of March"));
        check("FREQ=DAILY;BYMONTH=1,2", Some("every day in January and February"));
        check(
            "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261217T140000Z",
            Some("every week on Thursday, until Thursday 17 December 2026"),
        );
    }

    #[test]
    fn what_cannot_be_said_shortly_is_not_said() {
        check("FREQ=YEARLY;BYWEEKNO=20", None);
        check("FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=13", None);
        check("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,2", None);
        check("FREQ=DAILY;BYHOUR=9,10", None);
        check("FREQ=MONTHLY;BYDAY=MO", None);
        check("FREQ=MINUTELY", None);
    }
}
