//! A recurrence rule in words: "every week on Monday and Thursday, 10 times".
//!
//! Only what can be said shortly and without doubt is said; for the rest there are no words, and the reader's own
//! program shows the dates (RFC 5545 section 3.3.10).

use jiff::civil::{Date, Weekday};

use crate::time::moment::Moment;

/// The value of an RRULE in words. What the rule leaves open comes from the day on which the event starts.
///
/// `None` when the rule cannot be read, or has parts that no short sentence says.
pub fn rule_in_words(rule: &str, start: Date) -> Option<String> {
    let parts = Parts::read(rule)?;
    let unit = match parts.one("FREQ")?.to_ascii_uppercase().as_str() {
        "HOURLY" => "hour",
        "DAILY" => "day",
        "WEEKLY" => "week",
        "MONTHLY" => "month",
        "YEARLY" => "year",
        _ => return None,
    };
    let interval: u32 = parts.one("INTERVAL").map_or(Some(1), |interval| interval.parse().ok())?;
    let every = match interval {
        0 => return None,
        1 => format!("every {unit}"),
        _ => format!("every {interval} {unit}s"),
    };
    let days = parts.days()?;
    let month_days = parts.numbers("BYMONTHDAY")?;
    let months = parts.numbers("BYMONTH")?.into_iter().map(month_name).collect::<Option<Vec<_>>>()?;
    let position = match parts.numbers("BYSETPOS")?.as_slice() {
        [] => None,
        [position] => Some(*position),
        _ => return None,
    };
    let weekdays: Vec<Weekday> = days.iter().filter(|day| day.0 == 0).map(|day| day.1).collect();
    let has_plain_days = weekdays.len() == days.len() && position.is_none() && month_days.is_empty();
    let when = match unit {
        "hour" if days.is_empty() && month_days.is_empty() && position.is_none() => String::new(),
        "day" | "week" if has_plain_days && is_working_week(&weekdays) && interval == 1 => {
            return Some(format!("every weekday{}{}", in_months(&months), parts.end()?));
        }
        "day" if has_plain_days && weekdays.is_empty() => String::new(),
        "week" if has_plain_days && weekdays.is_empty() => format!(" on {}", weekday_name(start.weekday())),
        "day" | "week" if has_plain_days => format!(" on {}", join(weekdays.iter().copied().map(weekday_name))),
        "month" | "year" => {
            let day = which_day(&days, &weekdays, &month_days, position, start)?;
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
    Some(format!("{every}{when}{months}{}", parts.end()?))
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
    days: &[(i32, Weekday)],
    weekdays: &[Weekday],
    month_days: &[i32],
    position: Option<i32>,
    start: Date,
) -> Option<String> {
    match (days, month_days, position) {
        ([], [], None) => Some(format!("the {}{ORDINAL_MARK}", start.day())),
        ([], [-1], None) => Some("the last day".to_owned()),
        ([], [day], None) if (1..=31).contains(day) => Some(format!("the {day}{ORDINAL_MARK}")),
        ([], days, None) if days.iter().all(|day| (1..=31).contains(day)) => {
            Some(format!("the {}", join(days.iter().map(|day| format!("{day}{}", ending(*day))))))
        }
        (days, [], None) if weekdays.is_empty() => {
            let named = days.iter().map(|(number, day)| Some(format!("{} {}", ordinal(*number)?, weekday_name(*day))));
            Some(format!("the {}", join(named.collect::<Option<Vec<_>>>()?)))
        }
        ([(0, day)], [], Some(position)) => Some(format!("the {} {}", ordinal(position)?, weekday_name(*day))),
        (_, [], Some(position)) if is_working_week(weekdays) && weekdays.len() == days.len() => {
            Some(format!("the {} weekday", ordinal(position)?))
        }
        _ => None,
    }
}

/// The parts of a rule, names in upper case.
struct Parts<'a>(Vec<(String, &'a str)>);

impl<'a> Parts<'a> {
    fn read(rule: &'a str) -> Option<Self> {
        let pairs = rule.trim().split(';').filter(|part| !part.trim().is_empty());
        let parts: Option<Vec<_>> = pairs
            .map(|part| part.split_once('=').map(|(name, value)| (name.trim().to_ascii_uppercase(), value.trim())))
            .collect();
        let known = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"];
        parts.filter(|parts| parts.iter().all(|(name, _)| known.contains(&name.as_str()))).map(Self)
    }

    fn one(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// A list of numbers; empty when the part is missing, `None` when it cannot be read.
    fn numbers(&self, name: &str) -> Option<Vec<i32>> {
        self.one(name).map_or(Some(Vec::new()), |list| list.split(',').map(|item| item.trim().parse().ok()).collect())
    }

    /// BYDAY: a number, 0 for every one, and a weekday.
    fn days(&self) -> Option<Vec<(i32, Weekday)>> {
        let Some(list) = self.one("BYDAY") else { return Some(Vec::new()) };
        let day = |item: &str| {
            let item = item.trim();
            let split = item.len().checked_sub(2).filter(|at| item.is_char_boundary(*at))?;
            let (number, name) = item.split_at(split);
            let number = if number.is_empty() { 0 } else { number.parse().ok()? };
            Some((number, weekday(name)?))
        };
        list.split(',').map(day).collect()
    }

    fn end(&self) -> Option<String> {
        match (self.one("COUNT"), self.one("UNTIL")) {
            (Some(count), _) => match count.parse::<u32>().ok()? {
                1 => Some(", once".to_owned()),
                count => Some(format!(", {count} times")),
            },
            (None, Some(until)) => {
                let until = Moment::parse(until, None).ok()?.date();
                Some(format!(", until {}", until.strftime("%A %-d %B %Y")))
            }
            (None, None) => Some(String::new()),
        }
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name.to_ascii_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
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
        assert_eq!(rule_in_words(rule, start).as_deref(), expected, "{rule}");
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
        check("INTERVAL=2", None);
        check("FREQ=DAILY;INTERVAL=0", None);
        check("FREQ=WEEKLY;BYDAY=é", None);
        check("words", None);
        check("", None);
    }
}
