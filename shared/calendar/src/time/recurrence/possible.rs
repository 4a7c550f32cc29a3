//! Whether a rule can fall on anything at all.
//!
//! A rule such as 30 February is answered here, from the shape of the calendar, so that nobody walks to the end of time to
//! learn that it never comes. What is called impossible is impossible; a rule that only its interval keeps from its days
//! for good may still be called possible.

use super::plan::Plan;
use super::rule::Frequency;
use crate::time::wall::{SECONDS_PER_DAY, days_in_month, weekday_of};

/// Within these years every kind of year comes in every neighbourhood: leap or not, beginning on any weekday, after a
/// leap year or not.
const YEARS: std::ops::Range<i32> = 2000..2028;

impl Plan {
    /// Whether some period may hold an occurrence.
    pub(super) fn is_possible(&self) -> bool {
        self.has_possible_position() && self.has_possible_time() && self.has_possible_day()
    }

    /// Whether a period can have as many members as BYSETPOS counts to.
    fn has_possible_position(&self) -> bool {
        let most_days = match self.frequency {
            Frequency::Yearly => 366 + 5,
            Frequency::Monthly => 31,
            Frequency::Weekly => 7,
            _ => 1,
        };
        let most = most_days * self.times.len();
        self.set_positions.is_empty()
            || self.set_positions.iter().any(|position| u64::from(position.unsigned_abs()) <= most)
    }

    /// Whether steps of the interval ever reach a time that BYHOUR, BYMINUTE and BYSECOND let stand.
    fn has_possible_time(&self) -> bool {
        // The finest unit is looked up in one list; the coarser ones are gone through.
        let (fine, within) = match self.frequency {
            Frequency::Hourly => (u64::from(self.hours), 24),
            Frequency::Minutely => (self.minutes, 60),
            Frequency::Secondly => (self.seconds, 60),
            _ => return true,
        };
        let (unit, units_per_day) = (self.unit_seconds(), SECONDS_PER_DAY / self.unit_seconds());
        let step = greatest_common_divisor(self.interval, units_per_day);
        if step == 1 {
            return true;
        }
        let wanted = (0..within).filter(|index| fine == 0 || fine & (1 << index) != 0);
        let remainders = wanted.fold(0_u64, |bits, index| bits | 1 << (index % step));
        (0..units_per_day).step_by(within as usize).any(|start| {
            let remainder = (self.first_period - start).rem_euclid(step);
            let second = start * unit;
            let is_hour = self.frequency == Frequency::Hourly || has_bit(self.hours.into(), second / 3_600);
            let is_minute = self.frequency != Frequency::Secondly || has_bit(self.minutes, second / 60 % 60);
            is_hour && is_minute && remainder < within && remainders & (1 << remainder) != 0
        })
    }

    /// Whether there is a day that every part which speaks of days lets stand.
    fn has_possible_day(&self) -> bool {
        if self.frequency <= Frequency::Daily && self.weekdays != 0 && !self.has_possible_weekday() {
            return false;
        }
        if self.year_days.is_empty() && !self.limits_weeks() {
            let is_plain = self.numbered_weekdays.iter().all(|(number, _)| number.abs() <= 4);
            if !self.limits_month_days() && is_plain {
                return self.months_reached().next().is_some();
            }
            if !self.limits_weekdays() {
                return self.months_reached().any(|month| {
                    // A leap year has the days of all others.
                    let days = (u32::MAX >> (31 - days_in_month(YEARS.start, month))) & !1;
                    (self.month_days | self.month_days_back) & days != 0
                });
            }
        }
        let mut days = Vec::new();
        if self.frequency == Frequency::Monthly {
            return YEARS.flat_map(|year| self.months_reached().map(move |month| (year, month))).any(
                |(year, month)| {
                    self.days_of(i64::from(year) * 12 + i64::from(month) - 1, &mut days);
                    !days.is_empty()
                },
            );
        }
        // A rule below YEARLY limits where that one counts, but for days the two come to the same.
        YEARS.into_iter().any(|year| {
            days.clear();
            self.days_of_year(year, &mut days);
            !days.is_empty()
        })
    }

    /// Whether steps of whole weeks lead to a weekday that BYDAY names.
    fn has_possible_weekday(&self) -> bool {
        let unit = self.unit_seconds();
        if self.interval % (7 * SECONDS_PER_DAY / unit) != 0 {
            return true;
        }
        let first_day = (self.first_period * unit).div_euclid(SECONDS_PER_DAY);
        self.weekdays & (1 << weekday_of(first_day as i32)) != 0
    }

    /// The months of the year which BYMONTH lets stand and to which the steps of a rule by the month lead.
    fn months_reached(&self) -> impl Iterator<Item = u32> {
        let step = if self.frequency == Frequency::Monthly { greatest_common_divisor(self.interval, 12) } else { 1 };
        (1..=12_u32).filter(move |month| {
            has_bit(self.months.into(), i64::from(*month)) && (i64::from(*month) - 1 - self.first_period) % step == 0
        })
    }
}

/// Whether a set of bits has one, or limits nothing.
fn has_bit(bits: u64, index: i64) -> bool {
    bits == 0 || bits & (1 << index) != 0
}

fn greatest_common_divisor(one: i64, other: i64) -> i64 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::moment::Moment;
    use crate::time::wall::wall_of;

    /// Whether a rule that starts on Thursday 1 January 2026 at 09:00 is possible.
    #[track_caller]
    fn check(rule: &str, is_possible: bool) {
        let start = Moment::parse("20260101T090000", None).unwrap();
        let plan = Plan::new(&rule.parse().unwrap(), wall_of(start.civil()), false);
        assert_eq!(plan.is_possible(), is_possible, "{rule}");
    }

    #[test]
    fn a_rule_without_any_day_is_impossible() {
        check("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", false);
        check("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31", false);
        check("FREQ=DAILY;BYMONTH=4,6,9,11;BYMONTHDAY=31", false);
        check("FREQ=DAILY;BYMONTH=4;BYMONTHDAY=-31", false);
        check("FREQ=HOURLY;BYYEARDAY=366;BYMONTH=6", false);
        check("FREQ=MINUTELY;BYYEARDAY=1;BYMONTHDAY=2", false);
        check("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", false);
        check("FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20", false);
        check("FREQ=MONTHLY;BYDAY=6MO", false);
        check("FREQ=WEEKLY;BYMONTH=2;BYDAY=1MO;BYSETPOS=8", false);
        check("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", false);
        check("FREQ=YEARLY;BYMONTH=2;BYDAY=6MO", false);
    }

    #[test]
    fn an_impossible_rule_is_not_walked() {
        let start = Moment::parse("20260101T090000", None).unwrap();
        let rule = "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3".parse().unwrap();
        let series = super::super::Series::new(&rule, &start, None).unwrap();
        let mut starts = series.starts();
        assert_eq!(starts.next(), None);
        assert!(!starts.gave_up());
    }

    #[test]
    fn a_day_that_comes_once_in_many_years_is_possible() {
        check("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29", true);
        check("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU", true);
        check("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=-29", true);
        check("FREQ=DAILY;BYYEARDAY=366;BYMONTHDAY=31;BYDAY=TU", true);
        check("FREQ=MONTHLY;BYMONTH=2;BYDAY=5TU", true);
        check("FREQ=YEARLY;BYMONTH=2;BYDAY=5MO", true);
        check("FREQ=YEARLY;BYDAY=53SU", true);
        check("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=1;BYDAY=FR", true);
        check("FREQ=YEARLY;BYWEEKNO=1;BYMONTH=12;BYMONTHDAY=29", true);
        check("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", true);
    }

    #[test]
    fn what_no_step_reaches_is_impossible() {
        check("FREQ=HOURLY;INTERVAL=24;BYHOUR=3", false);
        check("FREQ=HOURLY;INTERVAL=10;BYHOUR=8,10", false);
        check("FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1", false);
        check("FREQ=MINUTELY;INTERVAL=1440;BYHOUR=9;BYMINUTE=1", false);
        check("FREQ=SECONDLY;INTERVAL=2;BYSECOND=1,3,59", false);
        check("FREQ=SECONDLY;INTERVAL=86400;BYHOUR=3", false);
        check("FREQ=SECONDLY;INTERVAL=120;BYMINUTE=1", false);
        check("FREQ=DAILY;INTERVAL=14;BYDAY=MO,WE", false);
        check("FREQ=HOURLY;INTERVAL=168;BYDAY=MO", false);
        check("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", false);
        check("FREQ=MONTHLY;INTERVAL=6;BYMONTH=2,8;BYMONTHDAY=3", false);
        check("FREQ=SECONDLY;BYSECOND=1;BYSETPOS=2", false);
    }

    #[test]
    fn what_some_step_reaches_is_possible() {
        check("FREQ=HOURLY;INTERVAL=10;BYHOUR=8,11", true);
        check("FREQ=HOURLY;INTERVAL=7;BYHOUR=3", true);
        check("FREQ=MINUTELY;INTERVAL=1440;BYHOUR=9", true);
        check("FREQ=MINUTELY;INTERVAL=1439;BYHOUR=3;BYMINUTE=1", true);
        check("FREQ=SECONDLY;INTERVAL=61;BYSECOND=1", true);
        check("FREQ=SECONDLY;INTERVAL=3600;BYHOUR=3;BYMINUTE=0;BYSECOND=0", true);
        check("FREQ=DAILY;INTERVAL=14;BYDAY=TH", true);
        check("FREQ=DAILY;INTERVAL=5;BYDAY=MO", true);
        check("FREQ=HOURLY;INTERVAL=12;BYDAY=MO", true);
        check("FREQ=MONTHLY;INTERVAL=6;BYMONTH=2,7", true);
        check("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-9", true);
        check("FREQ=SECONDLY;BYSECOND=1;BYSETPOS=1", true);
    }
}
