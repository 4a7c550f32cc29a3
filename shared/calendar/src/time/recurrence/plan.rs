//! A rule together with the start of its series, laid out for walking: every default filled in, every list a set of bits.
//!
//! What the rule does not say comes from the start: its second, minute, hour, weekday, day and month (RFC 5545 section
//! 3.3.10). Two rules that mean the same from the same start have equal plans.

use super::rule::{Frequency, Rule};
use crate::time::wall::{SECONDS_PER_DAY, date_of, weekday_index, weekday_of};

/// What a period of the rule holds. An empty set of bits limits nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    /// The period in which the series starts: a year, months since the year 0, the first day of a week, a day, or
    /// hours, minutes or seconds since 1970.
    pub(super) first_period: i64,
    /// Monday is 0.
    pub(super) week_start: u8,
    /// Bits 1 to 12.
    pub(super) months: u16,
    /// Bits 1 to 31, and the same from the end of the month.
    pub(super) month_days: u32,
    pub(super) month_days_back: u32,
    pub(super) year_days: Vec<i16>,
    /// Bits 1 to 53, and the same from the end of the year.
    pub(super) weeks: u64,
    pub(super) weeks_back: u64,
    /// Bits 0 (Monday) to 6: weekdays without a number.
    pub(super) weekdays: u8,
    /// Weekdays with a number, counted in the month or the year.
    pub(super) numbered_weekdays: Vec<(i32, u8)>,
    pub(super) set_positions: Vec<i16>,
    /// Which hours, minutes and seconds count where they limit instead of expand.
    pub(super) hours: u32,
    pub(super) minutes: u64,
    pub(super) seconds: u64,
    /// The times within the smallest unit that is stepped through.
    pub(super) times: Times,
    /// Nothing is ever an occurrence.
    pub(super) is_impossible: bool,
}

/// The times of a day, or of an hour or a minute where the rule steps through those.
///
/// Kept as three lists: multiplied out they could be 86,400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Times {
    hours: Vec<u8>,
    minutes: Vec<u8>,
    seconds: Vec<u8>,
    len: u64,
    first: i64,
}

impl Times {
    /// Every hour with every minute with every second; no list is empty.
    fn new(hours: Vec<u8>, minutes: Vec<u8>, seconds: Vec<u8>) -> Times {
        let len = (hours.len() * minutes.len() * seconds.len()) as u64;
        let mut times = Times { hours, minutes, seconds, len, first: 0 };
        times.first = times.at(0);
        times
    }

    /// How many there are; at least one.
    #[inline]
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The seconds from the start of the unit to the first.
    #[inline]
    pub(super) fn first(&self) -> i64 {
        self.first
    }

    /// The seconds from the start of the unit to the time of that index.
    pub(super) fn at(&self, index: u64) -> i64 {
        let index = index as usize;
        let second = self.seconds[index % self.seconds.len()];
        let index = index / self.seconds.len();
        let minute = self.minutes[index % self.minutes.len()];
        let hour = self.hours[index / self.minutes.len() % self.hours.len()];
        i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second)
    }
}

impl Plan {
    /// Lays out a rule for a series that starts when the clock shows `start`; `is_date` where it has no time of day.
    pub(super) fn new(rule: &Rule, start: i64, is_date: bool) -> Plan {
        let start_day = start.div_euclid(SECONDS_PER_DAY) as i32;
        let start_second = start.rem_euclid(SECONDS_PER_DAY);
        let (start_year, start_month, start_day_of_month) = date_of(start_day);
        let frequency = rule.frequency();

        let mut plan = Plan {
            frequency,
            interval: i64::from(rule.interval()),
            first_period: 0,
            week_start: weekday_index(rule.week_start()),
            months: bits(rule.by_month.iter().map(|month| u32::from(*month))) as u16,
            month_days: bits(rule.by_month_day.iter().filter(|day| **day > 0).map(|day| *day as u32)) as u32,
            month_days_back: bits(rule.by_month_day.iter().filter(|day| **day < 0).map(|day| day.unsigned_abs().into()))
                as u32,
            year_days: rule.by_year_day.clone(),
            weeks: bits(rule.by_week_number.iter().filter(|week| **week > 0).map(|week| *week as u32)),
            weeks_back: bits(
                rule.by_week_number.iter().filter(|week| **week < 0).map(|week| week.unsigned_abs().into()),
            ),
            weekdays: 0,
            numbered_weekdays: Vec::new(),
            set_positions: rule.by_set_position.clone(),
            hours: 0,
            minutes: 0,
            seconds: 0,
            times: Times::new(vec![0], vec![0], vec![0]),
            is_impossible: false,
        };

        // A number before a weekday counts within a month or a year; elsewhere, where the RFC forbids it, it says nothing.
        let is_numbered = frequency == Frequency::Monthly || (frequency == Frequency::Yearly && !plan.limits_weeks());
        for day in &rule.by_day {
            match day.number {
                Some(number) if is_numbered => plan.numbered_weekdays.push((number.into(), weekday_index(day.weekday))),
                _ => plan.weekdays |= 1 << weekday_index(day.weekday),
            }
        }

        let says_day = plan.limits_weekdays() || plan.limits_month_days() || !plan.year_days.is_empty();
        match frequency {
            Frequency::Yearly | Frequency::Monthly if says_day => {}
            Frequency::Yearly | Frequency::Monthly if plan.limits_weeks() => plan.weekdays = 1 << weekday_of(start_day),
            Frequency::Yearly | Frequency::Monthly => {
                plan.month_days = 1 << start_day_of_month;
                if frequency == Frequency::Yearly && plan.months == 0 {
                    plan.months = 1 << start_month;
                }
            }
            Frequency::Weekly if says_day => {}
            Frequency::Weekly => plan.weekdays = 1 << weekday_of(start_day),
            _ => {}
        }
        if frequency == Frequency::Weekly && plan.weekdays == 0 {
            plan.weekdays = ALL_WEEKDAYS;
        }

        // BYHOUR and its kin are ignored where the series has dates only.
        let list = |values: &[u8], from_start: i64| match values {
            _ if is_date => vec![0],
            [] => vec![from_start as u8],
            values => values.to_vec(),
        };
        let limit = |values: &[u8]| if is_date { 0 } else { bits(values.iter().map(|value| u32::from(*value))) };
        let (mut hours, mut minutes, mut seconds) = (vec![0], vec![0], vec![0]);
        if frequency >= Frequency::Daily {
            hours = list(&rule.by_hour, start_second / 3_600);
        } else {
            plan.hours = limit(&rule.by_hour) as u32;
        }
        if frequency >= Frequency::Hourly {
            minutes = list(&rule.by_minute, start_second / 60 % 60);
        } else {
            plan.minutes = limit(&rule.by_minute);
        }
        if frequency >= Frequency::Minutely {
            seconds = list(&rule.by_second, start_second % 60);
        } else {
            plan.seconds = limit(&rule.by_second);
        }
        plan.times = Times::new(hours, minutes, seconds);

        let week_start_matters = plan.limits_weeks()
            || (frequency == Frequency::Weekly && (plan.interval > 1 || !plan.set_positions.is_empty()));
        if !week_start_matters {
            plan.week_start = 0;
        }
        plan.first_period = match frequency {
            // A year of weeks does not start on 1 January.
            Frequency::Yearly if plan.limits_weeks() => i64::from(plan.week_of(start_day).0),
            Frequency::Yearly => i64::from(start_year),
            Frequency::Monthly => i64::from(start_year) * 12 + i64::from(start_month) - 1,
            Frequency::Weekly => i64::from(plan.first_day_of_week(start_day)),
            Frequency::Daily => i64::from(start_day),
            _ => start.div_euclid(plan.unit_seconds()),
        };
        plan.is_impossible = !plan.is_possible();
        plan
    }

    /// The seconds of the unit through which a rule below DAILY steps; a day for all others.
    pub(super) fn unit_seconds(&self) -> i64 {
        match self.frequency {
            Frequency::Secondly => 1,
            Frequency::Minutely => 60,
            Frequency::Hourly => 3_600,
            _ => SECONDS_PER_DAY,
        }
    }

    pub(super) fn limits_weekdays(&self) -> bool {
        self.weekdays != 0 || !self.numbered_weekdays.is_empty()
    }

    pub(super) fn limits_month_days(&self) -> bool {
        (self.month_days | self.month_days_back) != 0
    }

    pub(super) fn limits_weeks(&self) -> bool {
        (self.weeks | self.weeks_back) != 0
    }

    /// Whether a day must be looked at by itself, apart from its weekday.
    pub(super) fn limits_days(&self) -> bool {
        self.months != 0 || self.limits_month_days() || !self.year_days.is_empty() || self.limits_weeks()
    }

    /// Whether every period holds equally many occurrences.
    pub(super) fn is_even(&self) -> bool {
        let limits_times = self.hours != 0 || self.minutes != 0 || self.seconds != 0;
        match self.frequency {
            Frequency::Yearly | Frequency::Monthly => false,
            Frequency::Weekly => !self.limits_days(),
            _ => !self.limits_days() && !self.limits_weekdays() && !limits_times,
        }
    }
}

const ALL_WEEKDAYS: u8 = 0b111_1111;

fn bits(numbers: impl Iterator<Item = u32>) -> u64 {
    numbers.fold(0, |bits, number| bits | 1 << number)
}
