//! The yearly rule behind a run of clock changes: the n-th or last weekday of a month, a weekday within seven days, or a date.

use super::onset::Onset;
use crate::time::recurrence::Rule;
use crate::time::wall::{SECONDS_PER_DAY, date_of, days_in_month, weekday_of};

/// A day of the year that changes with the calendar, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// The weekday of that number in the month, -1 for the last; Monday is 0.
    Numbered { month: u32, number: i8, weekday: u8 },
    /// The weekday among the seven days that start with this one.
    From { month: u32, first_day: u32, weekday: u8 },
    /// The same day each year.
    Date { month: u32, day: u32 },
}

impl Pattern {
    /// The rule in the words of RFC 5545.
    pub(super) fn rule(self) -> Option<Rule> {
        let day = |weekday: u8| ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][usize::from(weekday)];
        let parts = match self {
            Pattern::Numbered { month, number, weekday } => format!("BYMONTH={month};BYDAY={number}{}", day(weekday)),
            Pattern::From { month, first_day, weekday } => {
                let days: Vec<String> = (first_day..first_day + 7).map(|day| day.to_string()).collect();
                format!("BYMONTH={month};BYMONTHDAY={};BYDAY={}", days.join(","), day(weekday))
            }
            Pattern::Date { month, day } => format!("BYMONTH={month};BYMONTHDAY={day}"),
        };
        format!("FREQ=YEARLY;{parts}").parse().ok()
    }
}

/// What the days of a run have in common while it grows.
#[derive(Clone, Copy)]
struct Run {
    month: u32,
    second_of_day: i64,
    /// Absent once two weekdays differ.
    weekday: Option<u8>,
    /// The number of the weekday in the month, absent once two differ.
    number: Option<u32>,
    is_always_last: bool,
    earliest: u32,
    latest: u32,
}

/// How many of the onsets, from the first on, follow one yearly rule, and which.
pub(super) fn longest_run(onsets: &[&Onset]) -> (usize, Option<Pattern>) {
    let mut run: Option<Run> = None;
    let mut year_before = 0;
    let mut length = 0;
    for onset in onsets {
        let wall = onset.wall();
        let day_number = wall.div_euclid(SECONDS_PER_DAY) as i32;
        let (year, month, day) = date_of(day_number);
        let weekday = weekday_of(day_number);
        let here = Run {
            month,
            second_of_day: wall.rem_euclid(SECONDS_PER_DAY),
            weekday: Some(weekday),
            number: Some((day - 1) / 7 + 1),
            is_always_last: day + 7 > days_in_month(year, month),
            earliest: day,
            latest: day,
        };
        let grown = match run {
            None => Some(here),
            Some(run) if year == year_before + 1 => run.with(here),
            Some(_) => None,
        };
        let Some(grown) = grown.filter(|grown| grown.pattern().is_some()) else { break };
        run = Some(grown);
        year_before = year;
        length += 1;
    }
    (length, run.and_then(Run::pattern))
}

impl Run {
    fn with(self, other: Run) -> Option<Run> {
        let fits = self.month == other.month && self.second_of_day == other.second_of_day;
        fits.then_some(Run {
            weekday: self.weekday.filter(|_| self.weekday == other.weekday),
            number: self.number.filter(|_| self.number == other.number),
            is_always_last: self.is_always_last && other.is_always_last,
            earliest: self.earliest.min(other.earliest),
            latest: self.latest.max(other.latest),
            ..self
        })
    }

    fn pattern(self) -> Option<Pattern> {
        let month = self.month;
        match (self.weekday, self.number) {
            // The fifth of a month is the last, and the fourth may be either: the last is what laws say.
            (Some(weekday), _) if self.is_always_last => Some(Pattern::Numbered { month, number: -1, weekday }),
            (Some(weekday), Some(number)) if number <= 4 => {
                Some(Pattern::Numbered { month, number: number as i8, weekday })
            }
            (Some(weekday), _) if self.latest - self.earliest <= 6 => {
                // Only as late as needed, so that no day of the seven lies in the next month.
                let first_day = self.latest.saturating_sub(6).max(1);
                Some(Pattern::From { month, first_day, weekday })
            }
            _ if self.earliest == self.latest => Some(Pattern::Date { month, day: self.earliest }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::vtimezone::onset::onsets;

    #[track_caller]
    fn check(zone: &str, from: &str, to: &str, expected: &[(usize, &str)]) {
        let second = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
        let all = onsets(zone, second(from), second(to)).unwrap();
        let mut found = Vec::new();
        for is_first in [true, false] {
            let group: Vec<_> = all.iter().filter(|onset| onset.is_like(&all[usize::from(!is_first)])).collect();
            let (length, pattern) = longest_run(&group);
            found.push((length, pattern.and_then(Pattern::rule).unwrap().to_string()));
        }
        let found: Vec<_> = found.iter().map(|(length, rule)| (*length, rule.as_str())).collect();
        assert_eq!(found, expected, "{zone}");
    }

    #[test]
    fn the_rule_of_a_law_is_found() {
        check(
            "Europe/Berlin",
            "2000-01-01T00:00:00Z",
            "2037-12-31T00:00:00Z",
            &[(39, "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"), (38, "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3")],
        );
        check(
            "America/New_York",
            "2008-01-01T00:00:00Z",
            "2037-12-31T00:00:00Z",
            &[(31, "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"), (30, "FREQ=YEARLY;BYDAY=2SU;BYMONTH=3")],
        );
        // The Friday before the last Sunday.
        check(
            "Asia/Jerusalem",
            "2014-01-01T00:00:00Z",
            "2037-12-31T00:00:00Z",
            &[
                (25, "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"),
                (24, "FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29;BYMONTH=3"),
            ],
        );
    }

    #[test]
    fn what_follows_no_rule_is_a_run_of_its_own() {
        let second = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
        let all = onsets("Africa/Casablanca", second("2026-01-01T00:00:00Z"), second("2040-01-01T00:00:00Z")).unwrap();
        let group: Vec<_> = all.iter().filter(|onset| onset.is_like(&all[0])).collect();
        assert!(longest_run(&group).0 < 3);
    }
}
