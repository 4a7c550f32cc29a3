//! The event that a line of text describes, and which part of the line became what.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::Sense;
use super::date::Days;
use super::phrase::Phrases;
use super::place::Stretch;
use super::repeat::Repeat;
use super::sense::Language;
use super::time::Hours;
use super::token::{Kind, tokens};
use crate::time::moment::Moment;
use crate::time::recurrence::{End, Rule, Series};
use crate::time::zone::Zone;

/// How long something takes of which only the start is said.
const DEFAULT_MINUTES: u32 = 60;

/// When something starts of which only the day and its length are said, in minutes from midnight.
const DEFAULT_START: u32 = 540;

const MINUTES_PER_DAY: u32 = 1_440;

/// An event as far as a line of text describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The title: everything that means nothing else.
    pub summary: String,
    /// When it starts: a date for whole days, else a time in the person's zone. Absent if the text names neither.
    pub start: Option<Moment>,
    /// When it ends, in the form of the start; for whole days the day after the last.
    pub end: Option<Moment>,
    /// Where it is.
    pub location: Option<String>,
    /// The guests' mail addresses, in lower case.
    pub attendees: Vec<String>,
    /// How it repeats.
    pub rule: Option<Rule>,
    /// What became what, in the order of the text.
    pub spans: Vec<Span>,
}

/// A stretch of the text and what it became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it became.
    pub part: Part,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// A part of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The title.
    Title,
    /// The day or days.
    Day,
    /// The hours.
    Hours,
    /// How long it takes.
    Length,
    /// How it repeats, or when that ends.
    Repetition,
    /// A guest.
    Guest,
    /// The place.
    Place,
}

/// What the phrases of a text have said so far.
#[derive(Default)]
struct Said {
    days: Option<Days>,
    hours: Option<Hours>,
    part_of_day: Option<u32>,
    minutes_from_now: Option<u32>,
    length: Option<u32>,
    repeat: Option<Repeat>,
    count: Option<u32>,
    until: Option<Date>,
    is_all_day: bool,
    /// The zone of the hours, where it is not the person's own.
    zone: Option<Zone>,
    /// Whether a date was named that no year has: then nobody knows when.
    is_impossible: bool,
}

/// Reads an event from a line of text, as a person means it at the instant `now` in their zone.
///
/// `tzid` is the name of that zone, for the times of the draft.
#[must_use]
pub fn read(text: &str, now: Timestamp, zone: &Zone, tzid: &str, language: Language) -> Draft {
    let phrases = Phrases { tokens: tokens(text, language), language, now: zone.local(now) };
    let mut said = Said::default();
    let mut parts: Vec<Option<Part>> = vec![None; phrases.tokens.len()];
    let (mut attendees, mut link): (Vec<String>, Option<String>) = (Vec::new(), None);

    let mut at = 0;
    while let Some(token) = phrases.tokens.get(at) {
        let is_after_day =
            at.checked_sub(1).is_some_and(|before| matches!(parts[before], Some(Part::Day | Part::Repetition)));
        if let Some(next) = phrases.impossible_date(at) {
            said.is_impossible = true;
            at = next;
            continue;
        }
        let found = match token.kind {
            Kind::Mail => {
                let address = token.text.to_ascii_lowercase();
                if !attendees.contains(&address) {
                    attendees.push(address);
                }
                Some((Part::Guest, at + 1))
            }
            Kind::Link => {
                link.get_or_insert_with(|| token.text.to_owned());
                Some((Part::Place, at + 1))
            }
            _ => said.take(&phrases, at, is_after_day),
        };
        match found {
            Some((part, next)) => {
                parts[at..next].fill(Some(part));
                if part == Part::Guest {
                    claim_around_guest(&phrases, &mut parts, at);
                }
                at = next;
            }
            None => at += 1,
        }
    }
    // What stands after the last character that is looked at belongs to the title.
    let unread = &text[phrases.tokens.last().map_or(0, |token| token.end())..];

    let mut location = None;
    let mut titles: Vec<&str> = Vec::new();
    for stretch in free_stretches(&parts) {
        let mut title = stretch.clone();
        if let Some((preposition, place)) = phrases.place(&stretch).filter(|_| location.is_none()) {
            location = Some(phrases.text(text, &place).to_owned());
            parts[preposition..place.end].fill(Some(Part::Place));
            title = stretch.start..preposition;
        }
        let title = phrases.trim(title);
        titles.push(phrases.text(text, &title));
        parts[title].fill(Some(Part::Title));
    }
    titles.push(unread.trim());
    titles.retain(|title| !title.is_empty());

    let clock = Clock { zone, tzid, now: phrases.now };
    let (start, end, rule) =
        said.settle(&clock).map_or((None, None, None), |when| (Some(when.start), Some(when.end), when.rule));
    Draft {
        summary: titles.join(" "),
        start,
        end,
        location: location.or(link),
        attendees,
        rule,
        spans: spans(&phrases, &parts),
    }
}

impl Said {
    /// Takes the phrase that starts at a token, if one does and its like has not been said yet.
    fn take(&mut self, phrases: &Phrases<'_>, at: usize, is_after_day: bool) -> Option<(Part, usize)> {
        if let (Some(days), Some(hours)) = (&mut self.days, &mut self.hours)
            && (days.first, hours.end) == (days.last, None)
            && let Some((last, end, next)) = phrases.skip_to(at).and_then(|at| phrases.day_and_hour(at, days.first))
        {
            (days.last, hours.end) = (last, Some(end));
            return Some((Part::Hours, next));
        }
        if self.repeat.is_none()
            && let Some((repeat, next)) = phrases.repeat(at)
        {
            self.part_of_day = self.part_of_day.or(repeat.part_of_day);
            self.repeat = Some(repeat);
            return Some((Part::Repetition, next));
        }
        if self.repeat.is_some() && self.until.is_none() && self.count.is_none() {
            if let Some((count, next)) = phrases.count(at) {
                self.count = Some(count);
                return Some((Part::Repetition, next));
            }
            if phrases.is(at, Sense::To)
                && let Some((day, next)) = phrases.day(at + 1)
            {
                self.until = Some(day);
                return Some((Part::Repetition, next));
            }
        }
        if self.hours.is_none()
            && self.minutes_from_now.is_none()
            && let Some((minutes, next)) = phrases.minutes_from_now(at)
        {
            self.minutes_from_now = Some(minutes);
            return Some((Part::Hours, next));
        }
        match &mut self.days {
            None => {
                if let Some((days, next)) = phrases.days(at) {
                    self.days = Some(days);
                    return Some((Part::Day, next));
                }
                if phrases.is(at, Sense::To)
                    && let Some((last, next)) = phrases.day(at + 1)
                {
                    self.days = Some(Days { first: phrases.today(), last, is_weekday: false });
                    return Some((Part::Day, next));
                }
            }
            Some(days) if phrases.is(at, Sense::To) && days.first == days.last => {
                if let Some((last, next)) = phrases.day(at + 1).filter(|(last, _)| *last > days.first) {
                    days.last = last;
                    return Some((Part::Day, next));
                }
            }
            Some(_) => {}
        }
        if self.length.is_none()
            && let Some((minutes, next)) = phrases.duration(at)
        {
            self.length = Some(minutes);
            return Some((Part::Length, next));
        }
        if self.hours.is_none()
            && let Some((hours, next)) = phrases.hours(at, is_after_day)
        {
            self.hours = Some(hours);
            let zone = phrases.zone(next);
            let next = zone.as_ref().map_or(next, |(_, next)| *next);
            self.zone = zone.map(|(zone, _)| zone);
            return Some((Part::Hours, next));
        }
        if self.part_of_day.is_none()
            && let Some((hours, next)) = phrases
                .part_of_day(at)
                .filter(|(_, next)| is_after_day || *next > at + 1 || phrases.is(at, Sense::Tonight))
        {
            self.part_of_day = Some(hours.start);
            if phrases.is(next - 1, Sense::Tonight) && self.days.is_none() {
                self.days = Some(Days { first: phrases.today(), last: phrases.today(), is_weekday: false });
            }
            return Some((Part::Hours, next));
        }
        if let Some(next) = phrases.all_day(at) {
            self.is_all_day = true;
            return Some((Part::Length, next));
        }
        None
    }
}

/// Where and when the person is.
struct Clock<'a> {
    zone: &'a Zone,
    tzid: &'a str,
    now: DateTime,
}

impl Clock<'_> {
    fn moment(&self, local: DateTime) -> Moment {
        Moment::Zoned { local, tzid: self.tzid.to_owned() }
    }

    /// The clock so many minutes after midnight of a day.
    fn at(&self, day: Date, minutes: u32) -> Option<DateTime> {
        day.to_datetime(jiff::civil::Time::midnight()).checked_add(i64::from(minutes).minutes()).ok()
    }
}

/// When the event is, all said and settled.
struct When {
    start: Moment,
    end: Moment,
    rule: Option<Rule>,
}

impl Said {
    fn settle(&self, clock: &Clock<'_>) -> Option<When> {
        if self.is_impossible {
            return None;
        }
        if let Some(minutes) = self.minutes_from_now {
            let now = clock.now.with().second(0).subsec_nanosecond(0).build().ok()?;
            let start = later(clock.zone.instant(now), minutes);
            let end = later(start, self.length.unwrap_or(DEFAULT_MINUTES));
            let (start, end) = (clock.zone.local(start), clock.zone.local(end));
            return Some(When {
                rule: self.rule(clock, start.date(), false),
                start: clock.moment(start),
                end: clock.moment(end),
            });
        }
        // Days that take "three days" are whole; an hour and a half tomorrow is some time tomorrow.
        let whole_days =
            self.length.filter(|length| length % MINUTES_PER_DAY == 0).map(|length| length / MINUTES_PER_DAY);
        // How long alone does not say when.
        let says_day = self.days.is_some() || self.repeat.is_some();
        let hours = self.hours.map(|hours| self.part_of_day.map_or(hours, |part| hours.within(part)));
        let start = hours
            .map(|hours| hours.start)
            .or(self.part_of_day)
            .or(self.length.filter(|_| whole_days.is_none() && says_day).map(|_| DEFAULT_START));
        let Some(minutes) = start.filter(|_| !self.is_all_day) else { return self.settle_days(clock, whole_days) };

        let first = self.first_day(clock, minutes)?;
        let start = clock.at(first, minutes)?;
        let last = self.days.map_or(first, |days| days.last.max(first));
        let end = match hours.and_then(|hours| hours.end) {
            Some(end) if end > minutes || last > first => clock.at(last, end)?,
            Some(end) => clock.at(last.tomorrow().ok()?, end)?,
            None if last > first => clock.at(last, minutes)?.checked_add(i64::from(DEFAULT_MINUTES).minutes()).ok()?,
            None => {
                let length =
                    self.length.filter(|_| self.repeat.is_none() || whole_days.is_none()).unwrap_or(DEFAULT_MINUTES);
                let instant = later(clock.zone.instant(start), length);
                clock.zone.local(instant)
            }
        };
        let here = |local: DateTime| self.zone.as_ref().map_or(local, |zone| clock.zone.local(zone.instant(local)));
        let (start, end) = (here(start), here(end));
        Some(When { rule: self.rule(clock, first, false), start: clock.moment(start), end: clock.moment(end) })
    }

    fn settle_days(&self, clock: &Clock<'_>, whole_days: Option<u32>) -> Option<When> {
        let says_when = self.days.is_some() || self.repeat.is_some() || whole_days.is_some() || self.is_all_day;
        let first = self.first_day(clock, 0).filter(|_| says_when)?;
        let mut last = self.days.map_or(first, |days| days.last.max(first));
        if let Some(days) = whole_days.filter(|_| last == first && self.repeat.is_none()) {
            last = first.checked_add(i64::from(days - 1).days()).ok()?;
        }
        let rule = self.rule(clock, first, true);
        Some(When { start: Moment::Date(first), end: Moment::Date(last.tomorrow().ok()?), rule })
    }

    /// The day that was named, or the first on which it can start.
    fn first_day(&self, clock: &Clock<'_>, minutes: u32) -> Option<Date> {
        let today = clock.now.date();
        let has_hours = self.hours.is_some() || self.part_of_day.is_some();
        let is_over = |day: Date| has_hours && clock.at(day, minutes).is_some_and(|start| start < clock.now);
        match (self.days, &self.repeat) {
            (Some(days), _) if days.is_weekday && is_over(days.first) => days.first.checked_add(7.days()).ok(),
            (Some(days), _) => Some(days.first),
            (None, Some(repeat)) => {
                let start = Moment::Floating(clock.at(today, minutes)?);
                // The first of every other Friday is this Friday.
                let series = Series::new(&repeat.rule.clone().with_interval(1), &start, None).ok()?;
                series.starts().find(|start| !is_over(start.date())).map(DateTime::date)
            }
            (None, None) if is_over(today) => today.tomorrow().ok(),
            (None, None) => Some(today),
        }
    }

    fn rule(&self, clock: &Clock<'_>, first: Date, is_all_day: bool) -> Option<Rule> {
        let rule = self.repeat.as_ref()?.rule.clone();
        if let Some(count) = self.count {
            return Some(rule.with_end(End::Count(count)));
        }
        // "Daily for two weeks" says how often, not how long.
        let for_days = self
            .length
            .filter(|length| length % MINUTES_PER_DAY == 0)
            .map(|length| i64::from(length / MINUTES_PER_DAY) - 1);
        let last = self.until.or_else(|| first.checked_add(for_days?.days()).ok());
        Some(match last {
            None => rule,
            Some(last) if is_all_day => rule.with_end(End::Until(Moment::Date(last))),
            Some(last) => rule.with_end(End::Until(Moment::Utc(clock.zone.instant(last.at(23, 59, 59, 0))))),
        })
    }
}

/// So many minutes later, or the last instant there is.
fn later(instant: Timestamp, minutes: u32) -> Timestamp {
    instant.saturating_add(SignedDuration::from_mins(minutes.into())).unwrap_or(instant)
}

/// Claims the words and signs that lead to a mail address: `with`, `and`, a comma, the angle brackets.
fn claim_around_guest(phrases: &Phrases<'_>, parts: &mut [Option<Part>], at: usize) {
    let leads = |at: usize| {
        let is_word = matches!(phrases.sense(at), Some(Sense::With | Sense::And));
        is_word || [',', '&', '<', ';', '+'].iter().any(|sign| phrases.is_sign(at, *sign))
    };
    let mut before = at;
    while before > 0 && parts[before - 1].is_none() && leads(before - 1) {
        before -= 1;
        parts[before] = Some(Part::Guest);
    }
    if phrases.is_sign(at + 1, '>') {
        parts[at + 1] = Some(Part::Guest);
    }
}

/// The stretches of tokens that mean nothing yet.
fn free_stretches(parts: &[Option<Part>]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (at, _) in parts.iter().enumerate().filter(|(_, part)| part.is_none()) {
        match stretches.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => stretches.push(at..at + 1),
        }
    }
    stretches
}

/// The parts of the tokens as stretches of the text.
fn spans(phrases: &Phrases<'_>, parts: &[Option<Part>]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut part_before = None;
    let mut was_mail = false;
    for (token, part) in phrases.tokens.iter().zip(parts) {
        let closes_mail = was_mail && token.is_sign('>');
        if let Some(part) = *part {
            match spans.last_mut() {
                // Each guest is a span, with the word that leads to them.
                Some(last) if part_before == Some(part) && (!was_mail || closes_mail) => last.end = token.end(),
                // A comma between two parts belongs to neither.
                _ if token.is_sign(',') || token.is_sign(';') => {
                    part_before = None;
                    was_mail = false;
                    continue;
                }
                _ => spans.push(Span { part, start: token.start, end: token.end() }),
            }
        }
        part_before = *part;
        was_mail = token.kind == Kind::Mail || closes_mail;
    }
    spans
}
