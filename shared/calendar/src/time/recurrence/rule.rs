//! A recurrence rule as a set of parts, in a form in which two rules with the same parts are equal.
//!
//! The order of parts and of the values in them means nothing, nor does `INTERVAL=1`, `WKST=MO` or the plus sign in
//! `+1MO`, so none of them is kept (RFC 5545 section 3.3.10).

use std::str::FromStr;

use jiff::civil::Weekday;

use crate::order;
use crate::time::moment::Moment;

/// How often a rule starts a new period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
    /// Each second is a period.
    Secondly,
    /// Each minute.
    Minutely,
    /// Each hour.
    Hourly,
    /// Each day.
    Daily,
    /// Each week, which starts on WKST.
    Weekly,
    /// Each month.
    Monthly,
    /// Each year.
    Yearly,
}

/// How a series ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum End {
    /// It does not.
    #[default]
    Never,
    /// After so many occurrences; at least one.
    Count(u32),
    /// With the last occurrence at or before this moment; a date includes its whole day.
    Until(Moment),
}

/// A weekday in BYDAY: each of them, or the one of that number, counted from the end where it is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeekdayNumber {
    /// `2` in `2TU`, from -53 to 53; absent in `TU`.
    pub number: Option<i8>,
    /// The day of the week.
    pub weekday: Weekday,
}

/// A recurrence rule. Its lists are sorted and free of repetitions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    frequency: Frequency,
    interval: u32,
    end: End,
    week_start: Weekday,
    pub(super) by_second: Vec<u8>,
    pub(super) by_minute: Vec<u8>,
    pub(super) by_hour: Vec<u8>,
    pub(super) by_day: Vec<WeekdayNumber>,
    pub(super) by_month_day: Vec<i8>,
    pub(super) by_year_day: Vec<i16>,
    pub(super) by_week_number: Vec<i8>,
    pub(super) by_month: Vec<u8>,
    pub(super) by_set_position: Vec<i16>,
}

/// Why a text is no recurrence rule. Only its producer can mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// A part is not of the form `NAME=VALUE`, or its name is unknown.
    #[error("{0:?} is no part of a recurrence rule")]
    UnknownPart(String),
    /// A part stands twice.
    #[error("{0} stands twice")]
    Repeated(String),
    /// A value is malformed or out of its range.
    #[error("{part} cannot be {value:?}")]
    Value {
        /// The name of the part.
        part: String,
        /// What stands there.
        value: String,
    },
    /// There is no FREQ.
    #[error("FREQ is missing")]
    NoFrequency,
    /// COUNT and UNTIL stand together.
    #[error("COUNT and UNTIL exclude each other")]
    CountAndUntil,
    /// The rule counts in another calendar (RFC 7529), which is not supported.
    #[error("the rule counts in the calendar {0}, and only the Gregorian one is supported")]
    OtherCalendar(String),
}

impl Rule {
    /// A rule without BY-parts and end.
    pub fn every(interval: u32, frequency: Frequency) -> Rule {
        Rule {
            frequency,
            interval: interval.max(1),
            end: End::Never,
            week_start: Weekday::Monday,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_number: Vec::new(),
            by_month: Vec::new(),
            by_set_position: Vec::new(),
        }
    }

    /// The same rule with another end. `COUNT=0` cannot be written, so it becomes one.
    pub fn with_end(mut self, end: End) -> Rule {
        self.end = match end {
            End::Count(count) => End::Count(count.max(1)),
            end => end,
        };
        self
    }

    /// The same rule with another interval, at least one.
    pub fn with_interval(mut self, interval: u32) -> Rule {
        self.interval = interval.max(1);
        self
    }

    /// FREQ.
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// INTERVAL, at least one: every which period counts.
    pub fn interval(&self) -> u32 {
        self.interval
    }

    /// COUNT or UNTIL.
    pub fn end(&self) -> &End {
        &self.end
    }

    /// WKST: the first day of a week.
    pub fn week_start(&self) -> Weekday {
        self.week_start
    }

    /// BYSECOND: 0 to 59, as a leap second is the second before it.
    pub fn by_second(&self) -> &[u8] {
        &self.by_second
    }

    /// BYMINUTE: 0 to 59.
    pub fn by_minute(&self) -> &[u8] {
        &self.by_minute
    }

    /// BYHOUR: 0 to 23.
    pub fn by_hour(&self) -> &[u8] {
        &self.by_hour
    }

    /// BYDAY, Monday first.
    pub fn by_day(&self) -> &[WeekdayNumber] {
        &self.by_day
    }

    /// BYMONTHDAY: 1 to 31, or -1 to -31 from the end of the month.
    pub fn by_month_day(&self) -> &[i8] {
        &self.by_month_day
    }

    /// BYYEARDAY: 1 to 366, or -1 to -366 from the end of the year.
    pub fn by_year_day(&self) -> &[i16] {
        &self.by_year_day
    }

    /// BYWEEKNO: 1 to 53, or -1 to -53 from the end of the year.
    pub fn by_week_number(&self) -> &[i8] {
        &self.by_week_number
    }

    /// BYMONTH: 1 to 12.
    pub fn by_month(&self) -> &[u8] {
        &self.by_month
    }

    /// BYSETPOS: 1 to 366, or -1 to -366 from the end of the set.
    pub fn by_set_position(&self) -> &[i16] {
        &self.by_set_position
    }
}

/// The parts of a rule (RFC 5545 section 3.3.10, RFC 7529 section 4).
const PARTS: [&str; 16] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "RSCALE",
    "SKIP",
];

/// Reads a value of type RECUR. Parts may stand in any order and case.
impl FromStr for Rule {
    type Err = RuleProblem;

    fn from_str(text: &str) -> Result<Rule, RuleProblem> {
        let mut frequency = None;
        let (mut count, mut until) = (None, None);
        let mut rule = Rule::every(1, Frequency::Daily);
        let mut seen: Vec<&str> = Vec::new();
        for written in text.trim().split(';') {
            // A stray semicolon at the end is a common slip and can mean one thing only.
            if written.trim().is_empty() {
                continue;
            }
            let (name, value) = written.split_once('=').ok_or_else(|| RuleProblem::UnknownPart(written.to_owned()))?;
            let (name, value) = (name.trim(), value.trim());
            let Some(name) = PARTS.into_iter().find(|known| known.eq_ignore_ascii_case(name)) else {
                // RFC 2445 allowed parts of a producer's own.
                if name.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("X-")) {
                    continue;
                }
                return Err(RuleProblem::UnknownPart(written.to_owned()));
            };
            if seen.contains(&name) {
                return Err(RuleProblem::Repeated(name.to_owned()));
            }
            seen.push(name);
            let part = Part { name, value };
            match name {
                "FREQ" => frequency = Some(Frequency::from_name(value).ok_or_else(|| part.problem(value))?),
                "INTERVAL" => rule.interval = part.number(value)?,
                "COUNT" => count = Some(part.number(value)?),
                "UNTIL" => until = Some(Moment::parse(value, None).map_err(|_| part.problem(value))?),
                "WKST" => rule.week_start = weekday_from_name(value).ok_or_else(|| part.problem(value))?,
                "BYSECOND" => {
                    rule.by_second = part.unsigned(0, 60)?;
                    rule.by_second.iter_mut().for_each(|second| *second = (*second).min(59));
                    rule.by_second.dedup();
                }
                "BYMINUTE" => rule.by_minute = part.unsigned(0, 59)?,
                "BYHOUR" => rule.by_hour = part.unsigned(0, 23)?,
                "BYDAY" => rule.by_day = part.weekdays()?,
                "BYMONTHDAY" => rule.by_month_day = part.signed(31)?.into_iter().map(|day| day as i8).collect(),
                "BYYEARDAY" => rule.by_year_day = part.signed(366)?,
                "BYWEEKNO" => rule.by_week_number = part.signed(53)?.into_iter().map(|week| week as i8).collect(),
                "BYMONTH" => rule.by_month = part.unsigned(1, 12)?,
                "BYSETPOS" => rule.by_set_position = part.signed(366)?,
                // RFC 7529 gives RSCALE and SKIP their meaning; the Gregorian calendar with OMIT is what there is without.
                "RSCALE" if value.eq_ignore_ascii_case("GREGORIAN") => {}
                "RSCALE" => return Err(RuleProblem::OtherCalendar(value.to_owned())),
                "SKIP" if value.eq_ignore_ascii_case("OMIT") => {}
                "SKIP" => return Err(part.problem(value)),
                _ => return Err(RuleProblem::UnknownPart(written.to_owned())),
            }
        }
        rule.frequency = frequency.ok_or(RuleProblem::NoFrequency)?;
        rule.end = match (count, until) {
            (Some(_), Some(_)) => return Err(RuleProblem::CountAndUntil),
            (Some(count), None) => End::Count(count),
            (None, Some(until)) => End::Until(until),
            (None, None) => End::Never,
        };
        Ok(rule)
    }
}

/// One part while it is read.
struct Part<'a> {
    name: &'a str,
    value: &'a str,
}

impl Part<'_> {
    fn problem(&self, value: &str) -> RuleProblem {
        RuleProblem::Value { part: self.name.to_owned(), value: value.to_owned() }
    }

    /// A positive number; one beyond all calendars is as good as the greatest.
    fn number(&self, value: &str) -> Result<u32, RuleProblem> {
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        match value.parse() {
            Ok(0) => Err(self.problem(value)),
            Ok(number) if is_number => Ok(number),
            Err(_) if is_number => Ok(u32::MAX),
            _ => Err(self.problem(value)),
        }
    }

    fn list<T>(&self, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, RuleProblem> {
        self.value.split(',').map(str::trim).map(|item| read(item).ok_or_else(|| self.problem(item))).collect()
    }

    fn unsigned(&self, first: u8, last: u8) -> Result<Vec<u8>, RuleProblem> {
        let mut numbers = self.list(|item| {
            let number: u8 = item.parse().ok().filter(|_| item.bytes().all(|byte| byte.is_ascii_digit()))?;
            (first..=last).contains(&number).then_some(number)
        })?;
        order::sort(&mut numbers);
        numbers.dedup();
        Ok(numbers)
    }

    /// Numbers from 1 up to `last`, from either end.
    fn signed(&self, last: i16) -> Result<Vec<i16>, RuleProblem> {
        let mut numbers = self.list(|item| {
            let number: i16 = item.parse().ok()?;
            (number != 0 && number.abs() <= last).then_some(number)
        })?;
        order::sort(&mut numbers);
        numbers.dedup();
        Ok(numbers)
    }

    fn weekdays(&self) -> Result<Vec<WeekdayNumber>, RuleProblem> {
        let mut days = self.list(|item| {
            let (number, name) = item.split_at_checked(item.len().checked_sub(2)?)?;
            let number = match number.trim() {
                "" => None,
                number => Some(number.parse::<i8>().ok().filter(|number| *number != 0 && number.abs() <= 53)?),
            };
            Some(WeekdayNumber { number, weekday: weekday_from_name(name)? })
        })?;
        order::sort_by_key(&mut days, |day| (day.weekday.to_monday_zero_offset(), day.number));
        days.dedup();
        Ok(days)
    }
}

const FREQUENCIES: [(&str, Frequency); 7] = [
    ("SECONDLY", Frequency::Secondly),
    ("MINUTELY", Frequency::Minutely),
    ("HOURLY", Frequency::Hourly),
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

impl Frequency {
    fn from_name(name: &str) -> Option<Frequency> {
        FREQUENCIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, frequency)| *frequency)
    }

    /// The value of FREQ.
    pub fn name(self) -> &'static str {
        FREQUENCIES.iter().find(|(_, frequency)| *frequency == self).map_or("DAILY", |(name, _)| name)
    }
}

fn weekday_from_name(name: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim())).map(|(_, weekday)| *weekday)
}

pub(super) fn weekday_name(weekday: Weekday) -> &'static str {
    WEEKDAYS[usize::from(weekday.to_monday_zero_offset() as u8)].0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, written: &str) {
        assert_eq!(text.parse::<Rule>().map(|rule| rule.to_string()), Ok(written.to_owned()));
    }

    #[track_caller]
    fn check_refused(text: &str, problem: RuleProblem) {
        assert_eq!(text.parse::<Rule>(), Err(problem));
    }

    #[test]
    fn what_means_nothing_is_not_kept() {
        check("FREQ=DAILY", "FREQ=DAILY");
        check("INTERVAL=1;freq=daily;WKST=mo;", "FREQ=DAILY");
        check("FREQ=WEEKLY;BYDAY=FR,MO,FR,+1MO;WKST=SU", "FREQ=WEEKLY;BYDAY=MO,1MO,FR;WKST=SU");
        check("FREQ=MONTHLY;BYMONTHDAY=15,-1,1;COUNT=010", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=-1,1,15");
        check("FREQ=MINUTELY;BYSECOND=60,59,0", "FREQ=MINUTELY;BYSECOND=0,59");
        check("FREQ=DAILY;X-MINE=1;RSCALE=GREGORIAN;SKIP=OMIT", "FREQ=DAILY");
    }

    #[test]
    fn each_part_is_read_and_written() {
        for text in [
            "FREQ=YEARLY;UNTIL=20300101;INTERVAL=2;BYSECOND=1;BYMINUTE=2,3;BYHOUR=4;BYDAY=MO,-53SU;BYMONTHDAY=-31,31;BYYEARDAY=-366,366;BYWEEKNO=-53,53;BYMONTH=1,12;BYSETPOS=-366,366;WKST=SU",
            "FREQ=SECONDLY;UNTIL=20300101T000000Z",
            "FREQ=HOURLY;UNTIL=20300101T000000",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_value_out_of_its_range_is_named() {
        for (part, value) in [
            ("FREQ", "FORTNIGHTLY"),
            ("INTERVAL", "0"),
            ("INTERVAL", "-1"),
            ("INTERVAL", "+1"),
            ("COUNT", "0"),
            ("COUNT", ""),
            ("UNTIL", "tomorrow"),
            ("WKST", "XX"),
            ("BYSECOND", "61"),
            ("BYMINUTE", "60"),
            ("BYHOUR", "24"),
            ("BYHOUR", "+1"),
            ("BYDAY", "54MO"),
            ("BYDAY", "0MO"),
            ("BYDAY", "M"),
            ("BYDAY", "é"),
            ("BYMONTHDAY", "0"),
            ("BYMONTHDAY", "32"),
            ("BYMONTHDAY", "-32"),
            ("BYYEARDAY", "367"),
            ("BYWEEKNO", "54"),
            ("BYMONTH", "13"),
            ("BYMONTH", "0"),
            ("BYSETPOS", "0"),
            ("BYSETPOS", ""),
            ("SKIP", "FORWARD"),
        ] {
            let text = if part == "FREQ" { format!("FREQ={value}") } else { format!("FREQ=DAILY;{part}={value}") };
            check_refused(&text, RuleProblem::Value { part: part.to_owned(), value: value.to_owned() });
        }
    }

    #[test]
    fn a_rule_that_contradicts_itself_is_refused() {
        check_refused("", RuleProblem::NoFrequency);
        check_refused("COUNT=2", RuleProblem::NoFrequency);
        check_refused("FREQ=DAILY;COUNT=2;UNTIL=20300101", RuleProblem::CountAndUntil);
        check_refused("FREQ=DAILY;COUNT=2;COUNT=3", RuleProblem::Repeated("COUNT".to_owned()));
        check_refused("FREQ=DAILY;BYEASTER=0", RuleProblem::UnknownPart("BYEASTER=0".to_owned()));
        check_refused("FREQ=DAILY;COUNT", RuleProblem::UnknownPart("COUNT".to_owned()));
        check_refused("RSCALE=CHINESE;FREQ=YEARLY", RuleProblem::OtherCalendar("CHINESE".to_owned()));
    }

    #[test]
    fn a_count_beyond_all_calendars_is_the_greatest() {
        check("FREQ=DAILY;COUNT=99999999999999999999", "FREQ=DAILY;COUNT=4294967295");
    }

    proptest! {
        #[test]
        fn any_text_is_a_rule_or_a_problem(text in "(FREQ=(DAILY|YEARLY);)?[A-Z]{2,8}=[-+0-9A-Z,]{0,8};?\\PC{0,6}") {
            if let Ok(rule) = text.parse::<Rule>() {
                prop_assert_eq!(rule.to_string().parse::<Rule>(), Ok(rule));
            }
        }
    }
}
