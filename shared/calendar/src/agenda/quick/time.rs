//! Phrases that name an hour, from when to when, or how long.

use super::Sense;
use super::phrase::{Phrases, Read};
use super::sense::Unit;
use super::token::Token;

const MINUTES_PER_DAY: u32 = 1_440;

/// A time on a clock as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clock {
    minutes: u32,
    /// Whether it was said that it is after noon, or that it is not.
    is_pm: Option<bool>,
    /// Whether it can only be an hour: `9:00`, `9 pm`, `9 Uhr`, `noon`.
    is_certain: bool,
    /// Whether a clock of 24 hours is meant: `09:00`, `14`, `9 Uhr`.
    is_full: bool,
}

/// From when on a day, and until when, in minutes from midnight; an end before the start is on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hours {
    pub(super) start: u32,
    pub(super) end: Option<u32>,
}

impl Hours {
    /// The same in the part of the day that was named beside it: `tonight at 9`, `tomorrow morning at 6`.
    pub(super) fn within(self, part_of_day: u32) -> Hours {
        let (morning, evening) = (0..720, 720..MINUTES_PER_DAY);
        let shift = |minutes: u32| match (evening.contains(&part_of_day), minutes) {
            (true, minutes) if morning.contains(&minutes) && minutes >= 60 => minutes + 720,
            // Only what was guessed to be in the afternoon.
            (false, minutes) if (780..1_140).contains(&minutes) => minutes - 720,
            (_, minutes) => minutes,
        };
        let start = shift(self.start);
        let end = self.end.map(|end| if shift(end) > start { shift(end) } else { end });
        Hours { start, end }
    }
}

impl Phrases<'_> {
    /// `at 3pm`, `from 9 to 10:30`, `14-16 Uhr`, `um halb drei`; `is_after_day` where the phrase follows a day.
    pub(super) fn hours(&self, at: usize, is_after_day: bool) -> Read<Hours> {
        let at = if is_after_day { self.skip_sign(at, ',') } else { at };
        let word = self.skip(at, &[Sense::At, Sense::From]);
        let start = if word == at { self.skip_sign(at, '@') } else { word };
        let is_asked_for = start > at;
        let (first, next) = self.clock(start, is_asked_for)?;
        // `@ 10` is an hour, `@ 12 Main Street` is none.
        if self.is_sign(at, '@') && !first.is_certain && self.tokens.get(next).is_some_and(Token::starts_upper) {
            return None;
        }

        let is_between = self.is(at, Sense::From) && self.is(next, Sense::And);
        let second = self.skip_to(next).or(is_between.then_some(next + 1)).and_then(|second| self.clock(second, true));
        if let Some((mut last, end)) = second
            && (first.is_certain || last.is_certain || is_asked_for || is_after_day)
        {
            let (is_pm, end) = self.part_of_day_after(end).map_or((None, end), |(is_pm, end)| (Some(is_pm), end));
            last.is_pm = last.is_pm.or(is_pm);
            return Some((self.range(first, last), end));
        }
        if !first.is_certain && !is_asked_for {
            return None;
        }
        let (is_pm, next) = self.part_of_day_after(next).map_or((None, next), |(is_pm, next)| (Some(is_pm), next));
        let first = Clock { is_pm: first.is_pm.or(is_pm), ..first };
        Some((Hours { start: self.guess(first), end: None }, next))
    }

    /// A single hour, in minutes from midnight.
    pub(super) fn hour(&self, at: usize) -> Read<u32> {
        let (clock, next) = self.clock(self.skip(at, &[Sense::At]), true)?;
        Some((self.guess(clock), next))
    }

    /// `in the morning`, `am Abend`, `afternoon`: when it starts, if nothing more exact is said.
    pub(super) fn part_of_day(&self, at: usize) -> Read<Hours> {
        let start = self.skip(self.skip(at, &[Sense::In, Sense::On, Sense::At]), &[Sense::Article]);
        match self.sense(start)? {
            Sense::PartOfDay { minutes, .. } => Some((Hours { start: minutes.into(), end: None }, start + 1)),
            Sense::Tonight => Some((Hours { start: 1_200, end: None }, start + 1)),
            _ => None,
        }
    }

    /// `for 2 hours`, `90 min`, `an hour and a half`, `1h30`: in minutes. Days and weeks only after `for`.
    pub(super) fn duration(&self, at: usize) -> Read<u32> {
        let start = self.skip(at, &[Sense::For]);
        let is_asked_for = start > at;
        let (minutes, next) = self.length(start)?;
        let is_by_clock = minutes % MINUTES_PER_DAY != 0 && minutes <= MINUTES_PER_DAY;
        (is_asked_for || is_by_clock).then_some((minutes, next))
    }

    /// `all day`, `all-day`, `den ganzen Tag`: the index after it.
    pub(super) fn all_day(&self, at: usize) -> Option<usize> {
        if self.is(at, Sense::AllDay) {
            return Some(at + 1);
        }
        let all = self.skip(at, &[Sense::Article]);
        let word = self.tokens.get(all)?.text;
        let is_all = ["all", "ganzen", "ganzer"].iter().any(|known| word.eq_ignore_ascii_case(known));
        let day = self.skip_sign(all + 1, '-');
        let is_one = self.tokens.get(day).is_some_and(|token| !token.text.ends_with('s'));
        (is_all && is_one && self.unit(day) == Some(Unit::Day)).then_some(day + 1)
    }

    /// `in 20 minutes`, `in an hour`: minutes from now.
    pub(super) fn minutes_from_now(&self, at: usize) -> Read<u32> {
        if !self.is(at, Sense::In) {
            return None;
        }
        let is_by_clock = |unit: Option<Unit>| matches!(unit, Some(Unit::Minute | Unit::Hour));
        let (minutes, next) = self.length(at + 1)?;
        (minutes <= 2 * MINUTES_PER_DAY && is_by_clock(self.unit(next - 1))).then_some((minutes, next))
    }

    fn length(&self, at: usize) -> Read<u32> {
        let minutes_of = |unit: Unit| match unit {
            Unit::Minute => Some(1),
            Unit::Hour => Some(60),
            Unit::Day => Some(MINUTES_PER_DAY),
            Unit::Week => Some(7 * MINUTES_PER_DAY),
            Unit::Month | Unit::Year => None,
        };
        // `half an hour`, `eine halbe Stunde`, `anderthalb Stunden`.
        let half = self.skip(at, &[Sense::One]);
        if self.is(half, Sense::Half) {
            let unit = self.skip(half + 1, &[Sense::One]);
            return Some((minutes_of(self.unit(unit)?)? / 2, unit + 1));
        }
        if self.is(at, Sense::OneAndAHalf) {
            return Some((minutes_of(self.unit(at + 1)?)? * 3 / 2, at + 2));
        }
        // `1.5 hours`, `1,5 Stunden`.
        let is_fraction =
            (self.is_sign(at + 1, '.') || self.is_sign(at + 1, ',')) && self.is_glued(at + 1) && self.is_glued(at + 2);
        if let (true, Some(whole), Some(tenths)) = (is_fraction, self.digits(at), self.digits(at + 2)) {
            let scale = 10_u32.checked_pow(self.tokens.get(at + 2)?.text.len() as u32)?;
            let unit = minutes_of(self.unit(at + 3)?)?;
            let minutes = whole.checked_mul(unit)?.checked_add(tenths.checked_mul(unit)? / scale)?;
            return Some((minutes, at + 4)).filter(|(minutes, _)| *minutes > 0);
        }
        let ((count, unit), next) = self.count_of_units(at)?;
        let minutes = count.checked_mul(minutes_of(unit)?)?;
        if unit != Unit::Hour {
            return Some((minutes, next));
        }
        // `an hour and a half`, `1 hour 30 minutes`, `1h30`.
        let and = self.skip(next, &[Sense::And]);
        if and > next && self.is(and, Sense::One) && self.is(and + 1, Sense::Half) {
            return Some((minutes + 30, and + 2));
        }
        match (self.digits(and).filter(|more| *more < 60), self.unit(and + 1)) {
            (Some(more), Some(Unit::Minute)) => Some((minutes + more, and + 2)),
            (Some(more), None) if self.is_glued(next) && and == next => Some((minutes + more, next + 1)),
            _ => Some((minutes, next)),
        }
    }

    /// One time on the clock. Words for hours only where an hour is expected.
    fn clock(&self, at: usize, is_expected: bool) -> Read<Clock> {
        if let Some(Sense::Named(minutes)) = self.sense(at) {
            return Some((Clock { minutes: minutes.into(), is_pm: None, is_certain: true, is_full: true }, at + 1));
        }
        if let Some((clock, next)) = self.fraction_of_hour(at) {
            return Some(match self.meridiem(next) {
                Some((is_pm, end)) => (Clock { is_pm: Some(is_pm), ..clock }, end),
                None => (clock, next),
            });
        }
        if let Some(found) = self.four_digits(at).filter(|_| is_expected) {
            return Some(found);
        }
        let is_word = self.digits(at).is_none();
        let hour = self.number(at).filter(|hour| *hour <= 24)?;
        let length = self.tokens.get(at)?.text.len();
        let (mut next, mut minute, mut is_certain) = (at + 1, 0, false);
        let has_minutes = !is_word
            && self.is_glued(next)
            && self.is_glued(next + 1)
            && self.tokens.get(next + 1).is_some_and(|token| token.text.len() == 2);
        let minutes = self.digits(next + 1).filter(|minute| has_minutes && *minute < 60);
        if let Some(found) = minutes {
            // A stop between hour and minutes is one only if nothing follows that makes it a date or a fraction.
            let is_stop = self.is_sign(next, '.')
                && !(self.is_sign(next + 2, '.') && self.is_glued(next + 2))
                && (self.sense(next + 2) == Some(Sense::OClock)
                    || self.meridiem(next + 2).is_some()
                    || (is_expected && self.unit(next + 2).is_none()));
            if self.is_sign(next, ':') || is_stop {
                (minute, is_certain, next) = (found, true, next + 2);
            }
        }
        // `at 14h`, `at 14h30`: the letter is an hour only where one is expected, else it says how long.
        if is_expected && !is_certain && !is_word && self.is_glued(next) && self.is(next, Sense::Unit(Unit::Hour)) {
            let letters = self.tokens.get(next)?.text.len();
            let after = self.tokens.get(next + 1).filter(|token| token.is_glued && token.text.len() == 2);
            match (letters, after.and_then(|_| self.digits(next + 1)).filter(|minute| *minute < 60)) {
                (1, Some(found)) => (minute, is_certain, next) = (found, true, next + 2),
                (1, None) if after.is_none() => (is_certain, next) = (true, next + 1),
                _ => {}
            }
        }
        let meridiem = self.meridiem(next);
        let is_pm = meridiem.filter(|_| (1..=12).contains(&hour)).map(|(is_pm, _)| is_pm);
        if let (Some(_), Some((_, end))) = (is_pm, meridiem) {
            (is_certain, next) = (true, end);
        } else if self.is(next, Sense::OClock) {
            (is_certain, next) = (true, next + 1);
        }
        // `14 Uhr 30`.
        if self.is(next - 1, Sense::OClock)
            && let Some(found) = self.digits(next).filter(|minute| *minute < 60 && self.unit(next + 1).is_none())
            && self.tokens.get(next).is_some_and(|token| token.text.len() == 2)
            && !self.is_sign(next + 1, '.')
            && self.count(next).is_none()
        {
            (minute, next) = (found, next + 1);
        }
        let is_full = self.language.counts_to_24() || hour > 12 || hour == 0 || (length == 2 && hour < 10 && !is_word);
        let is_possible = hour < 24 || minute == 0;
        let is_meant = is_certain || (is_expected && self.unit(next).is_none() && !self.is_sign(next, '%'));
        (is_possible && is_meant)
            .then_some((Clock { minutes: hour * 60 + minute, is_pm, is_certain, is_full }, next))
            .or_else(|| {
                // A bare number may still start a range.
                let starts_range = !is_word && self.skip_to(next).is_some();
                (is_possible && starts_range)
                    .then_some((Clock { minutes: hour * 60 + minute, is_pm, is_certain, is_full }, next))
            })
    }

    /// `at 1430`, unless it is the number of a house: `at 1600 Pennsylvania Avenue`.
    fn four_digits(&self, at: usize) -> Read<Clock> {
        let number = self.digits(at).filter(|number| number / 100 < 24 && number % 100 < 60)?;
        let minutes = number / 100 * 60 + number % 100;
        let is_whole = self.tokens.get(at)?.text.len() == 4 && !self.is_glued(at + 1);
        let is_of_something =
            self.tokens.get(at + 1).is_some_and(|token| token.starts_upper() && token.sense().is_none());
        (is_whole && !is_of_something)
            .then_some((Clock { minutes, is_pm: None, is_certain: true, is_full: true }, at + 1))
    }

    /// `half past three`, `quarter to four`; `halb drei` is half past two.
    fn fraction_of_hour(&self, at: usize) -> Read<Clock> {
        let clock =
            |minutes: u32, next: usize| Some((Clock { minutes, is_pm: None, is_certain: true, is_full: false }, next));
        let hour = |at: usize| self.number(at).filter(|hour| (1..=12).contains(hour));
        let skipped = self.skip(at, &[Sense::One]);
        match (self.sense(skipped)?, self.sense(skipped + 1)) {
            (Sense::Half, Some(Sense::Past)) => clock(hour(skipped + 2)? * 60 + 30, skipped + 3),
            (Sense::Quarter, Some(Sense::Past)) => clock(hour(skipped + 2)? * 60 + 15, skipped + 3),
            (Sense::Quarter, Some(Sense::To | Sense::Before)) => clock(hour(skipped + 2)? * 60 - 15, skipped + 3),
            (Sense::Half, _) if self.language.counts_to_24() => clock(hour(skipped + 1)? * 60 - 30, skipped + 2),
            _ => None,
        }
    }

    /// `pm`, `p.m.`, `p`.
    fn meridiem(&self, at: usize) -> Read<bool> {
        match self.sense(at) {
            Some(Sense::Am) => return Some((false, at + 1)),
            Some(Sense::Pm) => return Some((true, at + 1)),
            _ => {}
        }
        let letter = self.tokens.get(at)?.text;
        let is_pm = letter.eq_ignore_ascii_case("p");
        if !is_pm && !letter.eq_ignore_ascii_case("a") {
            return None;
        }
        let is_dotted = self.is_sign(at + 1, '.')
            && self.tokens.get(at + 2).is_some_and(|token| token.text.eq_ignore_ascii_case("m"));
        match is_dotted {
            true => Some((is_pm, if self.is_glued(at + 3) { self.skip_sign(at + 3, '.') } else { at + 3 })),
            false => self.is_glued(at).then_some((is_pm, at + 1)),
        }
    }

    /// Whether the hour before is after noon, from `in the evening` or `abends`.
    fn part_of_day_after(&self, at: usize) -> Read<bool> {
        let start = self.skip(self.skip(at, &[Sense::In, Sense::On, Sense::At]), &[Sense::Article]);
        match self.sense(start)? {
            Sense::PartOfDay { is_pm, .. } => Some((is_pm, start + 1)),
            Sense::Tonight => Some((true, start)),
            _ => None,
        }
    }

    fn range(&self, first: Clock, last: Clock) -> Hours {
        let end = self.guess(last);
        let start = match (first.is_pm, last.is_pm) {
            // In `3-4pm` the first is after noon too, in `11-1pm` it is not.
            (None, Some(true)) if !first.is_full || first.minutes <= 720 => {
                let after_noon = first.minutes % 720 + 720;
                if after_noon < end { after_noon } else { first.minutes }
            }
            _ => self.guess(first),
        };
        // `9-5` at work ends in the afternoon.
        let end = if end <= start && last.is_pm.is_none() && !last.is_full && end + 720 > start && end < 720 {
            end + 720
        } else if end <= start && last.is_pm.is_none() {
            // `22:00-6:00` ends in the morning.
            last.minutes % MINUTES_PER_DAY
        } else {
            end
        };
        Hours { start, end: Some(end) }
    }

    /// Minutes from midnight: from one to six, meetings are in the afternoon unless a clock of 24 hours is meant.
    fn guess(&self, clock: Clock) -> u32 {
        let minutes = clock.minutes % MINUTES_PER_DAY;
        match clock.is_pm {
            Some(true) if minutes < 720 => minutes + 720,
            Some(false) if minutes >= 720 => minutes - 720,
            Some(_) => minutes,
            None if !clock.is_full && (60..420).contains(&minutes) => minutes + 720,
            None => minutes,
        }
    }
}
