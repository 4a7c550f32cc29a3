//! Phrases that make a series: `every other Tuesday`, `weekly on Mon and Thu`, `jeden ersten Montag im Monat`.

use super::Sense;
use super::phrase::{Phrases, Read};
use super::sense::Unit;
use crate::order;
use crate::time::recurrence::{Frequency, Rule};

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// How an event repeats, and at which part of the day if that was said with it, in minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repeat {
    pub(super) rule: Rule,
    pub(super) part_of_day: Option<u32>,
}

impl Phrases<'_> {
    pub(super) fn repeat(&self, at: usize) -> Read<Repeat> {
        let (rule, part_of_day, next) = self
            .every(at)
            .or_else(|| self.each(at))
            .or_else(|| self.ordinal_weekday(at))
            .or_else(|| self.ordinal_day_of_month(at))?;
        Some((Repeat { rule: rule.parse().ok()?, part_of_day }, next))
    }

    /// `10 times`, `10x`.
    pub(super) fn count(&self, at: usize) -> Read<u32> {
        let count = self.number(at).filter(|count| (1..=5_000).contains(count))?;
        let is_sign = self.is_glued(at + 1) && self.tokens.get(at + 1)?.text.eq_ignore_ascii_case("x");
        (is_sign || self.is(at + 1, Sense::Times)).then_some((count, at + 2))
    }

    /// `every ...`
    fn every(&self, at: usize) -> Option<(String, Option<u32>, usize)> {
        if !self.is(at, Sense::Every) {
            return None;
        }
        let mut next = self.skip(at + 1, &[Sense::Article]);
        let mut interval = 1;
        if self.is(next, Sense::Other) || (self.is(next, Sense::Ordinal(2)) && !self.is_of_month(next + 2)) {
            (interval, next) = (2, next + 1);
        } else if let Some(count) =
            self.number(next).filter(|count| self.unit(next + 1).is_some() && (1..=1_000).contains(count))
        {
            (interval, next) = (count, next + 1);
        } else if let Some((count, after)) = self.numbered_unit(next) {
            if self.unit(after) == Some(Unit::Day) && self.is_of_month(after + 1) {
                let text = rule(Frequency::Monthly, 1, &format!(";BYMONTHDAY={count}"));
                return Some((text, None, self.skip_of_month(after + 1)));
            }
            (interval, next) = (u32::try_from(count).ok()?, after);
        }
        if let Some(unit) = self.unit(next) {
            let (frequency, parts, end) = self.details(frequency_of(unit), next + 1);
            return Some((rule(frequency, interval, &parts), None, end));
        }
        if let Some((days, end)) = self.weekdays_of_rule(next) {
            return Some((rule(Frequency::Weekly, interval, &format!(";BYDAY={days}")), None, end));
        }
        // `every 2nd Tuesday` is every other one, `every 2nd Tuesday of the month` the second of its month.
        if let Some((number, (weekday, end))) =
            self.ordinal(next).and_then(|(number, at)| Some((number, self.weekday(at)?)))
        {
            let day = WEEKDAYS[usize::from(weekday)];
            let is_other = number == 2 && !self.is_of_month(end);
            let text = match is_other {
                true => rule(Frequency::Weekly, 2, &format!(";BYDAY={day}")),
                false => rule(Frequency::Monthly, 1, &format!(";BYDAY={number}{day}")),
            };
            return Some((text, None, self.skip_of_month(end)));
        }
        let day_of_month = self.ordinal_day(next);
        // `every June 5`, `every 5th of June`: the day is read once more, as the first.
        let day_of_year = self.day(next).map(|(_, end)| end);
        if day_of_year > day_of_month.map(|(_, end)| end) {
            return Some((rule(Frequency::Yearly, interval, ""), None, next));
        }
        if let Some((day, end)) = day_of_month {
            return Some((rule(Frequency::Monthly, 1, &format!(";BYMONTHDAY={day}")), None, self.skip_of_month(end)));
        }
        match self.sense(next)? {
            Sense::PartOfDay { minutes, .. } => {
                Some((rule(Frequency::Daily, interval, ""), Some(minutes.into()), next + 1))
            }
            _ => None,
        }
    }

    /// The number of `3rd day` and `last day`, and the index of the unit behind it.
    fn numbered_unit(&self, at: usize) -> Read<i8> {
        let number = match self.sense(at) {
            Some(Sense::Ordinal(number)) => Some((number, at + 1)),
            _ => self.ordinal_day(at),
        };
        number.filter(|(_, next)| self.unit(*next).is_some())
    }

    /// `daily`, `weekly on Tuesday`, `mondays`, `on weekdays`.
    fn each(&self, at: usize) -> Option<(String, Option<u32>, usize)> {
        let each = match self.sense(at) {
            Some(Sense::Each(frequency)) => Some((frequency, 1)),
            Some(Sense::EachFew(frequency, interval)) => Some((frequency, interval)),
            _ => None,
        };
        if let Some((frequency, interval)) = each {
            let (frequency, parts, end) = self.details(frequency, at + 1);
            return Some((rule(frequency, interval, &parts), None, end));
        }
        let start = self.skip(at, &[Sense::On]);
        let is_each = matches!(self.sense(start), Some(Sense::EachWeekday(_)))
            || (self.is(start, Sense::Workday) && self.tokens.get(start)?.text.ends_with('s'));
        let (days, end) = self.weekdays_of_rule(start).filter(|_| is_each)?;
        Some((rule(Frequency::Weekly, 1, &format!(";BYDAY={days}")), None, end))
    }

    /// `first Monday of every month`, `am letzten Freitag im Monat`.
    fn ordinal_weekday(&self, at: usize) -> Option<(String, Option<u32>, usize)> {
        let start = self.skip(self.skip(at, &[Sense::On]), &[Sense::Article]);
        let (number, weekday) = self.ordinal(start)?;
        let (weekday, next) = self.weekday(weekday)?;
        let end = self.skip_of_month(next);
        let parts = format!(";BYDAY={number}{}", WEEKDAYS[usize::from(weekday)]);
        (end > next).then(|| (rule(Frequency::Monthly, 1, &parts), None, end))
    }

    /// `on the 1st of every month`, `am 1. jeden Monats`; without `every` it is a day of one month.
    fn ordinal_day_of_month(&self, at: usize) -> Option<(String, Option<u32>, usize)> {
        let start = self.skip(self.skip(at, &[Sense::On]), &[Sense::Article]);
        let numbered = self.numbered_unit(start).filter(|(_, unit)| self.unit(*unit) == Some(Unit::Day));
        let (day, next) = numbered.or_else(|| self.ordinal_day(start))?;
        let end = self.skip_of_month(self.skip(next, &[Sense::Unit(Unit::Day)]));
        let is_each = (next..end).any(|at| self.is(at, Sense::Every));
        is_each.then(|| (rule(Frequency::Monthly, 1, &format!(";BYMONTHDAY={day}")), None, end))
    }

    /// What follows a frequency: the days of a week or a month.
    fn details(&self, frequency: Frequency, at: usize) -> (Frequency, String, usize) {
        let on = self.skip(self.skip(at, &[Sense::On]), &[Sense::Article]);
        let weekdays = self.weekdays_of_rule(on).filter(|_| frequency == Frequency::Weekly);
        if let Some((days, end)) = weekdays {
            return (frequency, format!(";BYDAY={days}"), end);
        }
        let is_monthly = frequency == Frequency::Monthly;
        let numbered = self.ordinal(on).and_then(|(number, at)| Some((number, self.weekday(at)?)));
        if let Some((number, (weekday, end))) = numbered.filter(|_| is_monthly) {
            return (frequency, format!(";BYDAY={number}{}", WEEKDAYS[usize::from(weekday)]), end);
        }
        if let Some((day, end)) = self.ordinal_day(on).filter(|_| is_monthly) {
            return (frequency, format!(";BYMONTHDAY={day}"), end);
        }
        (frequency, String::new(), at)
    }

    /// `Mon, Wed and Fri`, `Mon-Fri`, `weekday`, `weekend`: the value of BYDAY.
    fn weekdays_of_rule(&self, at: usize) -> Read<String> {
        match self.sense(at)? {
            Sense::Workday => return Some((WEEKDAYS[..5].join(","), at + 1)),
            Sense::Weekend => return Some((WEEKDAYS[5..].join(","), at + 1)),
            _ => {}
        }
        let one = |at: usize| match self.sense(at) {
            Some(Sense::EachWeekday(weekday)) => Some((weekday, at + 1)),
            _ => self.weekday(at),
        };
        let (first, mut next) = one(at)?;
        if let Some((last, end)) = self.skip_to(next).and_then(one).filter(|(last, _)| *last > first) {
            return Some((WEEKDAYS[usize::from(first)..=usize::from(last)].join(","), end));
        }
        let mut days = vec![first];
        loop {
            let comma = self.skip_sign(self.skip_sign(next, ','), '&');
            let joined = self.skip(self.skip_sign(comma, '/'), &[Sense::And]);
            match one(joined).filter(|_| joined > next) {
                Some((day, end)) => {
                    days.push(day);
                    next = end;
                }
                None => break,
            }
        }
        order::sort(&mut days);
        days.dedup();
        let names: Vec<&str> = days.iter().map(|day| WEEKDAYS[usize::from(*day)]).collect();
        Some((names.join(","), next))
    }

    /// Which of the weekdays of a month: `second`, `2nd`, `2.`, `last`.
    fn ordinal(&self, at: usize) -> Read<i8> {
        match self.sense(at) {
            Some(Sense::Ordinal(number)) => Some((number, at + 1)),
            _ => self.ordinal_day(at).filter(|(number, _)| *number <= 5),
        }
    }

    fn is_of_month(&self, at: usize) -> bool {
        self.skip_of_month(at) > at
    }

    /// `of the month`, `of every month`, `im Monat`, `des Monats`.
    fn skip_of_month(&self, at: usize) -> usize {
        let of = self.skip(at, &[Sense::Of, Sense::In]);
        let month = self.skip(of, &[Sense::Article, Sense::Every]);
        let is_month = self.unit(month) == Some(Unit::Month);
        if is_month && (of > at || month > of) { month + 1 } else { at }
    }
}

fn rule(frequency: Frequency, interval: u32, parts: &str) -> String {
    format!("FREQ={};INTERVAL={interval}{parts}", frequency.name())
}

fn frequency_of(unit: Unit) -> Frequency {
    match unit {
        Unit::Minute => Frequency::Minutely,
        Unit::Hour => Frequency::Hourly,
        Unit::Day => Frequency::Daily,
        Unit::Week => Frequency::Weekly,
        Unit::Month => Frequency::Monthly,
        Unit::Year => Frequency::Yearly,
    }
}
