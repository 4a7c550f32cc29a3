//! Phrases that name a day, or a first and a last one.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::Sense;
use super::phrase::{Phrases, Read};
use super::sense::{Tongue, Unit};

/// The days that a phrase names, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) first: Date,
    pub(super) last: Date,
    /// Whether only a weekday was named, so that today may be meant as well as the same day next week.
    pub(super) is_weekday: bool,
}

impl Days {
    fn one(day: Date) -> Days {
        Days { first: day, last: day, is_weekday: false }
    }
}

/// A day as it was written: what is left out comes from today, or from the other end of a range.
#[derive(Clone, Copy)]
struct Written {
    year: Option<i16>,
    month: i8,
    day: i8,
}

impl Phrases<'_> {
    /// A day or a range of days, with the words in front of it: `on Friday`, `from Dec 24 to 26`, `am 24.12.`.
    pub(super) fn days(&self, at: usize) -> Read<Days> {
        let start = self.skip(at, &[Sense::On, Sense::From]);
        let start = self.skip(start, &[Sense::Article]);
        let (days, next) = self.several_days(start).or_else(|| self.bare_days(start))?;
        Some((days, next))
    }

    /// A single day without a preposition.
    pub(super) fn day(&self, at: usize) -> Read<Date> {
        let at = self.skip(at, &[Sense::On]);
        let (days, next) = self.bare_days(self.skip(at, &[Sense::Article]))?;
        (days.first == days.last).then_some((days.first, next))
    }

    /// `Dec 24-26`, `24.-26.12.`, `Mon to Wed`, `tomorrow until Friday`.
    fn several_days(&self, at: usize) -> Read<Days> {
        // The first of two days can leave out its month where the second has one.
        if let Some(day) = self.digits(at).filter(|day| (1..=31).contains(day)) {
            let after = self.ordinal_day(at).map_or(at + 1, |(_, next)| next);
            if let Some(second) = self.skip_to(after)
                && let Some((written, next)) = self.written(self.skip(second, &[Sense::Article]))
            {
                let last = self.resolve(written)?;
                let first = Date::new(last.year(), last.month(), day as i8).ok()?;
                return (first < last).then_some((Days { first, last, is_weekday: false }, next));
            }
        }
        let (first, next) = self.bare_days(at)?;
        let second = self.skip_to(next)?;
        // The second of two days can leave out its month where the first has one, unless it is an hour.
        let (last, end) = match self.bare_days(self.skip(second, &[Sense::Article])) {
            Some((last, end)) if last.is_weekday => {
                (first.first.checked_add(days_until(first.first, last.first.weekday())).ok()?, end)
            }
            Some((last, end)) => (last.last, end),
            None => {
                let month_was_said = self.written(at).is_some();
                let day = self.digits(second).filter(|day| month_was_said && (1..=31).contains(day))?;
                let end = self.ordinal_day(second).map_or(second + 1, |(_, next)| next);
                let is_hour =
                    self.is_sign(end, ':') || matches!(self.sense(end), Some(Sense::Am | Sense::Pm | Sense::OClock));
                if is_hour {
                    return None;
                }
                (Date::new(first.first.year(), first.first.month(), day as i8).ok()?, end)
            }
        };
        (first.first < last).then_some((Days { first: first.first, last, is_weekday: false }, end))
    }

    /// The end of `Sat 8 pm - Sun 2 am`: a day on or after `first`, and an hour on it.
    pub(super) fn day_and_hour(&self, at: usize, first: Date) -> Option<(Date, u32, usize)> {
        let (days, next) = self.bare_days(self.skip(at, &[Sense::On, Sense::Article]))?;
        let last = match days.is_weekday {
            true => first.checked_add(days_until(first, days.last.weekday())).ok()?,
            false => days.last,
        };
        let (minutes, next) = self.hour(next)?;
        (first < last).then_some((last, minutes, next))
    }

    fn bare_days(&self, at: usize) -> Read<Days> {
        self.relative_days(at).or_else(|| self.weekdays(at)).or_else(|| self.dated(at))
    }

    /// `today`, `day after tomorrow`, `in two weeks`, `next month`, `this weekend`.
    fn relative_days(&self, at: usize) -> Read<Days> {
        let today = self.today();
        match self.sense(at)? {
            // `Guten Morgen`, `am Morgen`: the part of the day.
            Sense::Day(1) if self.language.tongue == Tongue::German && self.is_noun(at) => None,
            Sense::Day(days) => Some((Days::one(today.checked_add(days.days()).ok()?), at + 1)),
            Sense::Unit(Unit::Day) if self.is(at + 1, Sense::Past) && self.is(at + 2, Sense::Day(1)) => {
                Some((Days::one(today.checked_add(2.days()).ok()?), at + 3))
            }
            // `this evening at seven`: the evening is read as an hour.
            Sense::This if matches!(self.sense(at + 1), Some(Sense::PartOfDay { .. })) => {
                Some((Days::one(today), at + 1))
            }
            Sense::In => {
                let ((count, unit), next) = self.count_of_units(at + 1)?;
                let count = i64::from(count);
                let span = match unit {
                    Unit::Day => count.days(),
                    Unit::Week => count.weeks(),
                    Unit::Month => count.months(),
                    Unit::Year => count.years(),
                    Unit::Minute | Unit::Hour => return None,
                };
                Some((Days::one(today.checked_add(span).ok()?), next))
            }
            Sense::Next if self.unit(at + 1) == Some(Unit::Week) => {
                let monday = today.checked_add((7 - i64::from(today.weekday().to_monday_zero_offset())).days()).ok()?;
                match self.weekday(self.skip(at + 2, &[Sense::On])) {
                    Some((weekday, next)) => {
                        Some((Days::one(monday.checked_add(i64::from(weekday).days()).ok()?), next))
                    }
                    None => Some((Days::one(monday), at + 2)),
                }
            }
            Sense::Next if self.unit(at + 1) == Some(Unit::Month) => {
                Some((Days::one(today.checked_add(1.month()).ok()?.first_of_month()), at + 2))
            }
            Sense::This if self.is(at + 1, Sense::Weekend) => self.weekend(today, at + 2),
            Sense::Weekend if at > 0 && self.is(at - 1, Sense::On) => self.weekend(today, at + 1),
            Sense::Next if self.is(at + 1, Sense::Weekend) => self.weekend(today.checked_add(7.days()).ok()?, at + 2),
            _ => None,
        }
    }

    /// Whether the word before makes a noun of this one.
    fn is_noun(&self, at: usize) -> bool {
        at.checked_sub(1).and_then(|before| self.tokens.get(before)).is_some_and(|before| {
            matches!(before.sense(), Some(Sense::On | Sense::Article))
                || ["guten", "schönen", "der"].iter().any(|word| before.text.eq_ignore_ascii_case(word))
        })
    }

    fn weekend(&self, from: Date, next: usize) -> Read<Days> {
        let saturday = match from.weekday() {
            Weekday::Sunday => from.yesterday().ok()?,
            weekday => from.checked_add((5 - i64::from(weekday.to_monday_zero_offset())).days()).ok()?,
        };
        Some((Days { first: saturday.max(self.today()), last: saturday.tomorrow().ok()?, is_weekday: false }, next))
    }

    /// `Friday`, `next Friday`, `Friday next week`, `Friday, Dec 25`.
    fn weekdays(&self, at: usize) -> Read<Days> {
        let today = self.today();
        let skipped = self.skip(at, &[Sense::Next, Sense::This, Sense::Ordinal(-1)]);
        let (weekday, next) = self.weekday(skipped)?;
        if let Some((days, end)) = self.dated(self.skip(self.skip_sign(next, ','), &[Sense::On, Sense::Article])) {
            return Some((days, end));
        }
        let of_week = |monday: Date| monday.checked_add(i64::from(weekday).days()).ok();
        let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
        if self.is(next, Sense::Next) && self.unit(next + 1) == Some(Unit::Week) {
            return Some((Days::one(of_week(monday.checked_add(7.days()).ok()?)?), next + 2));
        }
        let until = days_until(today, weekday_of(weekday));
        // "Next Friday" is the one of next week; "nächsten Freitag" is the one that comes.
        let day = match self.sense(at) {
            Some(Sense::Next) if self.language.tongue == Tongue::English => {
                of_week(monday.checked_add(7.days()).ok()?)?
            }
            Some(Sense::Next) if until.get_days() == 0 => today.checked_add(7.days()).ok()?,
            Some(Sense::Ordinal(_)) => today.checked_add(until).ok()?.checked_sub(7.days()).ok()?,
            _ => today.checked_add(until).ok()?,
        };
        Some((Days { first: day, last: day, is_weekday: skipped == at }, next))
    }

    /// A date that no year has, such as `30.2.`: the index after it.
    pub(super) fn impossible_date(&self, at: usize) -> Option<usize> {
        let (written, next) = self.written(at)?;
        self.resolve(written).is_none().then_some(next)
    }

    /// A day by its date.
    fn dated(&self, at: usize) -> Read<Days> {
        if let Some((written, next)) = self.written(at) {
            return Some((Days::one(self.resolve(written)?), next));
        }
        // `the 15th`: this month, or the next that has one.
        let (day, next) = self.ordinal_day(at)?;
        let this_month = self.today().first_of_month();
        let months = (0..3_i64).filter_map(|months| this_month.checked_add(months.months()).ok());
        let mut days = months.filter_map(|month| Date::new(month.year(), month.month(), day).ok());
        Some((Days::one(days.find(|day| *day >= self.today())?), next))
    }

    /// `2026-12-24`, `24.12.`, `12/24/26`, `Dec 24th, 2026`, `24. Dezember`.
    fn written(&self, at: usize) -> Read<Written> {
        if let Some(Sense::Month(month)) = self.sense(at) {
            let at = if self.is_glued(at + 1) { self.skip_sign(at + 1, '.') } else { at + 1 };
            let at = self.skip(at, &[Sense::Article]);
            // `Feb 10:00` is an hour in February, and no day of it.
            let is_hour = self.is_sign(at + 1, ':') && self.is_glued(at + 2) && self.digits(at + 2).is_some();
            let (day, next) =
                self.ordinal_day(at).or_else(|| Some((self.day_of_month(at).filter(|_| !is_hour)?, at + 1)))?;
            let (year, next) =
                self.year(self.skip_sign(next, ',')).map_or((None, next), |(year, next)| (Some(year), next));
            return Some((Written { year, month: month as i8, day }, next));
        }
        let (number, digits) = (self.digits(at)?, self.tokens.get(at)?.text.len());
        let sign_and_digits = |at: usize, sign: char| {
            let is_there = self.is_sign(at, sign) && self.is_glued(at) && self.is_glued(at + 1);
            self.digits(at + 1).filter(|_| is_there)
        };
        if digits == 4 {
            let sign = if self.is_sign(at + 1, '/') { '/' } else { '-' };
            let (month, day) = (sign_and_digits(at + 1, sign)?, sign_and_digits(at + 3, sign)?);
            let written =
                Written { year: Some(number as i16), month: i8::try_from(month).ok()?, day: i8::try_from(day).ok()? };
            // The letter before the hour in `2026-12-24T18:00`.
            let is_before_hour = self.is_glued(at + 5)
                && self.is_glued(at + 6)
                && self.tokens.get(at + 5).is_some_and(|token| token.text == "T")
                && self.is_sign(at + 7, ':');
            return Some((written, if is_before_hour { at + 6 } else { at + 5 }));
        }
        if let Some(second) = sign_and_digits(at + 1, '/') {
            let is_day_first = if self.language.is_day_first { second <= 12 } else { number > 12 };
            let (month, day) = if is_day_first { (second, number) } else { (number, second) };
            let year = sign_and_digits(at + 3, '/').and_then(|_| self.year(at + 4));
            let written = Written {
                year: year.map(|(year, _)| year),
                month: i8::try_from(month).ok()?,
                day: i8::try_from(day).ok()?,
            };
            // `24/7` is always, and `1/2 day` is half of one.
            let is_fraction = year.is_none() && ((number, second) == (24, 7) || self.unit(at + 3).is_some());
            return (month <= 12 && !is_fraction).then_some((written, if year.is_some() { at + 5 } else { at + 3 }));
        }
        let day = self.day_of_month(at)?;
        if let Some(month) = sign_and_digits(at + 1, '.').filter(|month| (1..=12).contains(month)) {
            // `24.12.` is a date; `14.30` without the second stop is an hour, but `am 3.12` is a date again.
            let is_closed = self.is_sign(at + 3, '.') && self.is_glued(at + 3);
            let is_announced = at.checked_sub(1).is_some_and(|before| self.is(before, Sense::On));
            if !is_closed && is_announced && self.language.counts_to_24() {
                return Some((Written { year: None, month: month as i8, day }, at + 3));
            }
            let has_year = self.is_glued(at + 4) && self.year(at + 4).is_some();
            if !is_closed || !(has_year || self.language.counts_to_24()) {
                return None;
            }
            let year = if self.is_glued(at + 4) { self.year(at + 4) } else { self.long_year(at + 4) };
            let (year, next) = year.map_or((None, at + 4), |(year, next)| (Some(year), next));
            return Some((Written { year, month: month as i8, day }, next));
        }
        let next = self.ordinal_day(at).map_or(at + 1, |(_, next)| next);
        let next = self.skip(next, &[Sense::Of]);
        let Some(Sense::Month(month)) = self.sense(next) else { return None };
        let next = if self.is_glued(next + 1) { self.skip_sign(next + 1, '.') } else { next + 1 };
        let (year, next) =
            self.long_year(self.skip_sign(next, ',')).map_or((None, next), |(year, next)| (Some(year), next));
        Some((Written { year, month: month as i8, day }, next))
    }

    fn day_of_month(&self, at: usize) -> Option<i8> {
        self.digits(at).filter(|day| (1..=31).contains(day)).map(|day| day as i8)
    }

    /// Four digits, or two for a year of this century.
    fn year(&self, at: usize) -> Read<i16> {
        let number = self.digits(at)?;
        match self.tokens.get(at)?.text.len() {
            4 if (1_900..=2_999).contains(&number) => Some((number as i16, at + 1)),
            2 if self.is_glued(at) => Some((2_000 + number as i16, at + 1)),
            _ => None,
        }
    }

    fn long_year(&self, at: usize) -> Read<i16> {
        let is_long = self.tokens.get(at).is_some_and(|token| token.text.len() == 4);
        // `24 Dec 2030` is a year, `24 Dec 20:30` an hour.
        self.year(at).filter(|(_, next)| is_long && !self.is_sign(*next, ':'))
    }

    /// The next such day, where the year was left out.
    fn resolve(&self, written: Written) -> Option<Date> {
        if let Some(year) = written.year {
            return Date::new(year, written.month, written.day).ok();
        }
        let years = self.today().year()..self.today().year().checked_add(9)?;
        years.filter_map(|year| Date::new(year, written.month, written.day).ok()).find(|day| *day >= self.today())
    }
}

fn weekday_of(index: u8) -> Weekday {
    Weekday::from_monday_zero_offset(index as i8).unwrap_or(Weekday::Monday)
}

fn days_until(from: Date, weekday: Weekday) -> jiff::Span {
    i64::from(from.weekday().until(weekday)).days()
}
