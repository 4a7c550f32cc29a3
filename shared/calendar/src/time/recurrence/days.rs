//! The days on which a rule falls within one of its years, months or weeks.

use super::plan::Plan;
use super::rule::Frequency;
use crate::time::wall::{date_of, day_number, days_in_month, days_in_year, weekday_of};

impl Plan {
    /// Fills `days` with the day numbers on which the rule falls in a period, in order; for rules above DAILY.
    pub(super) fn days_of(&self, period: i64, days: &mut Vec<i32>) {
        days.clear();
        match self.frequency {
            Frequency::Yearly => self.days_of_year(period as i32, days),
            Frequency::Monthly => {
                let (year, month) = (period.div_euclid(12) as i32, period.rem_euclid(12) as u32 + 1);
                if self.has_month(month) {
                    self.days_of_month(year, month, days);
                }
            }
            _ => {
                let limits_days = self.limits_days();
                // Bit 0 is the first day of the week.
                let turned =
                    u16::from(self.weekdays) >> self.week_start | u16::from(self.weekdays) << (7 - self.week_start);
                let mut wanted = turned & 0b111_1111;
                while wanted != 0 {
                    let day = period as i32 + wanted.trailing_zeros() as i32;
                    wanted &= wanted - 1;
                    if !limits_days || self.has_day(day) {
                        days.push(day);
                    }
                }
            }
        }
    }

    /// Whether a day satisfies every part that speaks of days.
    pub(super) fn has_whole_day(&self, day: i32) -> bool {
        (self.weekdays == 0 || self.weekdays & (1 << weekday_of(day)) != 0)
            && (!self.limits_days() || self.has_day(day))
    }

    pub(super) fn days_of_year(&self, year: i32, days: &mut Vec<i32>) {
        if self.limits_weeks() {
            let first = self.first_day_of_year_of_weeks(year);
            let weeks = (self.first_day_of_year_of_weeks(year + 1) - first) / 7;
            for week in (1..=weeks).filter(|week| self.has_week(*week as u32, weeks as u32)) {
                let monday = first + (week - 1) * 7;
                days.extend((monday..monday + 7).filter(|day| self.has_whole_day(*day)));
            }
        } else if !self.year_days.is_empty() {
            let (first, length) = (day_number(year, 1, 1), days_in_year(year) as i32);
            let in_year = |number: &i16| match i32::from(*number) {
                number if number < 0 => number + length + 1,
                number => number,
            };
            let numbers = self.year_days.iter().map(in_year).filter(|number| (1..=length).contains(number));
            days.extend(numbers.map(|number| first + number - 1));
            days.sort_unstable();
            days.dedup();
            days.retain(|day| self.has_day(*day) && self.has_weekday(*day));
        } else if self.months == 0 && !self.limits_month_days() {
            self.weekdays_between(day_number(year, 1, 1), days_in_year(year) as i32, days);
        } else {
            for month in (1..=12).filter(|month| self.has_month(*month)) {
                self.days_of_month(year, month, days);
            }
        }
    }

    fn days_of_month(&self, year: i32, month: u32, days: &mut Vec<i32>) {
        let (first, length) = (day_number(year, month, 1), days_in_month(year, month));
        let is_by_day = !self.limits_month_days();
        if is_by_day && self.year_days.is_empty() && !self.limits_weeks() {
            return self.weekdays_between(first, length as i32, days);
        }
        // Bit `length + 1 - day` of the days counted back is the day.
        let back = (u64::from(self.month_days_back).reverse_bits() >> (62 - length)) as u32;
        let mut wanted = if is_by_day { u32::MAX } else { self.month_days | back };
        wanted &= (u32::MAX >> (31 - length)) & !1;
        let looks_closer = !self.year_days.is_empty() || self.limits_weeks();
        while wanted != 0 {
            let day = first + wanted.trailing_zeros() as i32 - 1;
            wanted &= wanted - 1;
            if self.has_weekday(day) && (!looks_closer || self.has_day(day)) {
                days.push(day);
            }
        }
    }

    /// The days that BYDAY names among `length` days of a month or a year.
    fn weekdays_between(&self, first: i32, length: i32, days: &mut Vec<i32>) {
        let already = days.len();
        let first_weekday = i32::from(weekday_of(first));
        for weekday in (0..7).filter(|weekday| self.weekdays & (1 << weekday) != 0) {
            let earliest = (weekday - first_weekday).rem_euclid(7);
            days.extend((earliest..length).step_by(7).map(|day| first + day));
        }
        for (number, weekday) in &self.numbered_weekdays {
            let earliest = (i32::from(*weekday) - first_weekday).rem_euclid(7);
            let day = match number {
                number if *number > 0 => earliest + (number - 1) * 7,
                number => {
                    let latest = earliest + (length - 1 - earliest) / 7 * 7;
                    latest + (number + 1) * 7
                }
            };
            if (0..length).contains(&day) {
                days.push(first + day);
            }
        }
        if days.len() > already + 1 {
            days[already..].sort_unstable();
            days.dedup();
        }
    }

    /// Whether BYDAY, where it limits, lets the day stand.
    fn has_weekday(&self, day: i32) -> bool {
        if !self.limits_weekdays() {
            return true;
        }
        let weekday = weekday_of(day);
        if self.weekdays & (1 << weekday) != 0 {
            return true;
        }
        if self.numbered_weekdays.is_empty() {
            return false;
        }
        let (year, month, day_of_month) = date_of(day);
        // Numbers count within the month where the rule speaks of months.
        let (index, length) = if self.frequency == Frequency::Monthly || self.months != 0 {
            (day_of_month as i32 - 1, days_in_month(year, month) as i32)
        } else {
            (day - day_number(year, 1, 1), days_in_year(year) as i32)
        };
        let (number, number_back) = (index / 7 + 1, -((length - 1 - index) / 7 + 1));
        self.numbered_weekdays.iter().any(|wanted| *wanted == (number, weekday) || *wanted == (number_back, weekday))
    }

    /// Whether BYMONTH, BYMONTHDAY, BYYEARDAY and BYWEEKNO, taken as limits, let the day stand.
    fn has_day(&self, day: i32) -> bool {
        let (year, month, day_of_month) = date_of(day);
        if !self.has_month(month) {
            return false;
        }
        if self.limits_month_days() {
            let back = days_in_month(year, month) + 1 - day_of_month;
            if self.month_days & (1 << day_of_month) == 0 && self.month_days_back & (1 << back) == 0 {
                return false;
            }
        }
        if !self.year_days.is_empty() {
            let number = day - day_number(year, 1, 1) + 1;
            let back = number - days_in_year(year) as i32 - 1;
            if !self.year_days.iter().any(|wanted| i32::from(*wanted) == number || i32::from(*wanted) == back) {
                return false;
            }
        }
        if self.limits_weeks() {
            let (_, week, weeks) = self.week_of(day);
            return self.has_week(week, weeks);
        }
        true
    }

    fn has_month(&self, month: u32) -> bool {
        self.months == 0 || self.months & (1 << month) != 0
    }

    fn has_week(&self, week: u32, weeks: u32) -> bool {
        self.weeks & (1 << week) != 0 || self.weeks_back & (1 << (weeks + 1 - week)) != 0
    }

    /// The first day of the week that holds the day.
    pub(super) fn first_day_of_week(&self, day: i32) -> i32 {
        day - (i32::from(weekday_of(day)) - i32::from(self.week_start)).rem_euclid(7)
    }

    /// The year of weeks that holds a day, the number of its week there, and how many weeks that year has.
    pub(super) fn week_of(&self, day: i32) -> (i32, u32, u32) {
        let (calendar_year, ..) = date_of(day);
        let year = match calendar_year {
            year if day >= self.first_day_of_year_of_weeks(year + 1) => year + 1,
            year if day < self.first_day_of_year_of_weeks(year) => year - 1,
            year => year,
        };
        let (first, next) = (self.first_day_of_year_of_weeks(year), self.first_day_of_year_of_weeks(year + 1));
        (year, ((day - first) / 7 + 1) as u32, ((next - first) / 7) as u32)
    }

    /// Week 1 is the first with at least four days in the year: the one that holds 4 January.
    fn first_day_of_year_of_weeks(&self, year: i32) -> i32 {
        self.first_day_of_week(day_number(year, 1, 4))
    }
}
