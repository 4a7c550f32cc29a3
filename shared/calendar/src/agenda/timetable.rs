//! When the events of one calendar object are, read once and asked many times.
//!
//! Every moment is turned into two numbers, a wall clock in the event's own zone and an instant, so that RECURRENCE-ID,
//! EXDATE and RDATE find their occurrence in whichever form and zone they are written (RFC 5545 section 3.8.4.4).

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::lines::{Date, dates, moment, zones};
use super::spans::Spans;
use crate::ical::Component;
use crate::order;
use crate::time::duration::Duration;
use crate::time::moment::Moment;
use crate::time::period::PeriodEnd;
use crate::time::recurrence::{Rule, RuleProblem, Series, SeriesProblem};
use crate::time::wall::{self, SECONDS_PER_DAY};
use crate::time::zone::{Zone, Zones};

/// The RRULE and EXRULE of one event that are followed. More than one is rare, and each may have to be counted through.
pub const MAX_RULES: usize = 16;

/// When the events of one VCALENDAR are, for a reader in a certain zone.
#[derive(Debug)]
pub struct Timetable {
    pub(super) zones: Zones,
    pub(super) events: Vec<Event>,
    pub(super) problems: Vec<TimetableProblem>,
    /// The events by when they are, sorted at the first question.
    pub(super) spans: OnceCell<Spans<usize>>,
}

/// What of an object could not be understood, and so is not shown or not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimetableProblem {
    /// An event has no DTSTART that can be read, so it has no place in a calendar.
    #[error("event {uid:?} has no start that can be read")]
    NoStart {
        /// Its UID.
        uid: String,
    },
    /// A rule cannot be read; the event is shown without the occurrences it would have given.
    #[error("a rule of event {uid:?} cannot be read: {problem}")]
    Rule {
        /// The UID of its event.
        uid: String,
        /// What is wrong with it.
        problem: RuleProblem,
    },
    /// An event has more than [`MAX_RULES`] rules; the others are not followed.
    #[error("event {uid:?} has too many rules")]
    TooManyRules {
        /// Its UID.
        uid: String,
    },
    /// A rule does not go with its start.
    #[error("a rule of event {uid:?} cannot be followed: {problem}")]
    Series {
        /// The UID of its event.
        uid: String,
        /// What is wrong with it.
        problem: SeriesProblem,
    },
}

/// The components of one UID.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) uid: String,
    /// The series or single event; absent where only overrides are known.
    pub(super) master: Option<Slot>,
    pub(super) rules: Vec<Series>,
    /// EXRULE, which RFC 5545 dropped and older programs wrote.
    pub(super) except_rules: Vec<Series>,
    /// RDATE, by key.
    pub(super) dates: BTreeMap<Key, Added>,
    /// EXDATE, as keys and as whole days.
    pub(super) except: Vec<Key>,
    pub(super) except_days: Vec<i64>,
    /// Overrides by the occurrence they stand for.
    pub(super) overrides: BTreeMap<Key, Slot>,
    /// Those that hold for all later occurrences as well (RANGE=THISANDFUTURE).
    pub(super) from_here_on: BTreeMap<Key, Shift>,
    pub(super) recurs: bool,
}

/// What occurrences of an event are compared by: the instant of one in UTC or in a zone, the wall clock of one on whole
/// days or at a floating time; in seconds.
pub(super) type Key = i64;

/// When one component is.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// The index of the component among those of its calendar.
    pub(super) component: usize,
    pub(super) start: Moment,
    pub(super) wall: i64,
    pub(super) zone: Zone,
    pub(super) length: Length,
    /// RECURRENCE-ID as written, of an override.
    pub(super) recurrence_id: Option<Moment>,
}

/// How long something takes (RFC 5545 section 3.8.5.3): by the calendar where DURATION says so, exactly where DTEND does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Days(i64),
    Exact(i64),
    Nominal(Duration),
}

/// An occurrence that RDATE adds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Added {
    pub(super) wall: i64,
    /// The length of a PERIOD.
    pub(super) length: Option<Length>,
}

/// An override that goes on: what it makes of each later occurrence.
#[derive(Clone, Debug)]
pub(super) struct Shift {
    pub(super) slot: Slot,
    /// The seconds between an occurrence and where the override puts it, on a clock in the override's zone.
    pub(super) by: i64,
}

impl Timetable {
    /// Reads the events of a VCALENDAR; dates and floating times are placed in the reader's zone.
    #[must_use]
    pub fn read(calendar: &Component, reader: &Zone) -> Timetable {
        let mut table = Timetable {
            zones: zones(calendar, reader.clone()),
            events: Vec::new(),
            problems: Vec::new(),
            spans: OnceCell::new(),
        };
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut groups: Vec<(&str, Vec<(usize, &Component)>)> = Vec::new();
        for (index, component) in calendar.components().enumerate().filter(|(_, it)| it.is("VEVENT")) {
            let uid = component.value("UID").unwrap_or_default();
            // Without a UID nothing belongs together.
            let place = if uid.is_empty() { groups.len() } else { *places.entry(uid).or_insert(groups.len()) };
            if place == groups.len() {
                groups.push((uid, Vec::new()));
            }
            groups[place].1.push((index, component));
        }
        for (uid, components) in groups {
            let event = table.read_event(uid, &components);
            table.events.push(event);
        }
        table
    }

    /// What could not be understood.
    #[must_use]
    pub fn problems(&self) -> &[TimetableProblem] {
        &self.problems
    }

    fn read_event(&mut self, uid: &str, components: &[(usize, &Component)]) -> Event {
        let mut event = Event {
            uid: uid.to_owned(),
            master: None,
            rules: Vec::new(),
            except_rules: Vec::new(),
            dates: BTreeMap::new(),
            except: Vec::new(),
            except_days: Vec::new(),
            overrides: BTreeMap::new(),
            from_here_on: BTreeMap::new(),
            recurs: false,
        };
        // Of two versions of one component the newer holds, of equal ones the later.
        let mut newest_first: Vec<_> = components.iter().rev().collect();
        order::sort_by_key(&mut newest_first, |(_, component)| -sequence(component));

        let is_master = |component: &Component| component.property("RECURRENCE-ID").is_none();
        if let Some((index, component)) = newest_first.iter().find(|(_, component)| is_master(component)) {
            match self.slot(*index, component) {
                Some(slot) => {
                    self.read_series(&mut event, &slot, component);
                    event.master = Some(slot);
                }
                None => self.problems.push(TimetableProblem::NoStart { uid: uid.to_owned() }),
            }
        }
        for (index, component) in newest_first.iter().filter(|(_, component)| !is_master(component)) {
            let Some(slot) = self.slot(*index, component) else {
                self.problems.push(TimetableProblem::NoStart { uid: uid.to_owned() });
                continue;
            };
            let Some(recurrence_id) = &slot.recurrence_id else { continue };
            let key = self.key(&event, event.master.as_ref().unwrap_or(&slot), recurrence_id);
            if event.overrides.contains_key(&key) {
                continue;
            }
            let goes_on =
                component.property("RECURRENCE-ID").is_some_and(|id| id.parameter_is("RANGE", "THISANDFUTURE"));
            if goes_on && let Some(master) = &event.master {
                let by = slot.wall - slot.clock_at(key, master);
                event.from_here_on.insert(key, Shift { slot: slot.clone(), by });
            }
            event.overrides.insert(key, slot);
        }
        event
    }

    /// When a component is; nothing without a start. An override that does not say when it is stays where it was.
    fn slot(&self, index: usize, component: &Component) -> Option<Slot> {
        let recurrence_id = component.property("RECURRENCE-ID").and_then(moment);
        let start = component.property("DTSTART").and_then(moment).or_else(|| recurrence_id.clone())?;
        let zone = self.zones.of(&start);
        let wall = wall_of(&start);
        let end = component.property("DTEND").and_then(moment);
        let duration = component.value("DURATION").and_then(|value| Duration::parse(value).ok());
        let length = match (end, duration) {
            (Some(end), _) => self.length_until(&start, &end),
            (None, Some(duration)) => Length::of(&start, duration),
            (None, None) => Length::of(&start, Duration::default()),
        };
        Some(Slot { component: index, start, wall, zone, length, recurrence_id })
    }

    /// The length of what ends at a moment; a day that ends on itself, or earlier, is a whole day, as everybody shows it.
    fn length_until(&self, start: &Moment, end: &Moment) -> Length {
        match (start, end) {
            (Moment::Date(_), end) => Length::Days(((wall_of(end) - wall_of(start)) / SECONDS_PER_DAY).max(1)),
            (Moment::Floating(_), Moment::Floating(_) | Moment::Date(_)) => {
                Length::Exact((wall_of(end) - wall_of(start)).max(0))
            }
            // A date at the end of something timed means that day's midnight where the event is.
            (_, Moment::Date(_) | Moment::Floating(_)) => {
                let end = self.zones.of(start).instant(end.civil());
                Length::Exact((end.as_second() - self.zones.instant(start).as_second()).max(0))
            }
            _ => Length::Exact((self.zones.instant(end).as_second() - self.zones.instant(start).as_second()).max(0)),
        }
    }

    fn read_series(&mut self, event: &mut Event, master: &Slot, component: &Component) {
        let (mut rules, mut except_rules, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        let zone = Some(&master.zone);
        for property in component.properties().filter(|property| property.is("RRULE") || property.is("EXRULE")) {
            if rules.len() + except_rules.len() == MAX_RULES {
                problems.push(TimetableProblem::TooManyRules { uid: event.uid.clone() });
                break;
            }
            let rule = match property.value().parse::<Rule>() {
                Ok(rule) => rule,
                Err(problem) => {
                    problems.push(TimetableProblem::Rule { uid: event.uid.clone(), problem });
                    continue;
                }
            };
            let read = match property.is("RRULE") {
                true => Series::of_event(&rule, &master.start, zone).map(|series| rules.push(series)),
                false => Series::new(&rule, &master.start, zone).map(|series| except_rules.push(series)),
            };
            if let Err(problem) = read {
                problems.push(TimetableProblem::Series { uid: event.uid.clone(), problem });
            }
        }
        event.recurs = component.property("RRULE").is_some() || component.property("RDATE").is_some();
        (event.rules, event.except_rules) = (rules, except_rules);
        self.problems.extend(problems);

        for date in component.all("RDATE").flat_map(dates) {
            let (start, length) = match date {
                Date::At(start) => (start, None),
                Date::During(period) => {
                    // Among whole days, a period is whole days too.
                    let start = match &master.start {
                        Moment::Date(_) => Moment::Date(period.start.date()),
                        _ => period.start,
                    };
                    let length = match &period.end {
                        PeriodEnd::At(end) => self.length_until(&start, end),
                        PeriodEnd::After(duration) => Length::of(&start, *duration),
                    };
                    (start, Some(length))
                }
            };
            let key = self.key(event, master, &start);
            event.dates.insert(key, Added { wall: master.wall_of_key(key), length });
        }
        for date in component.all("EXDATE").flat_map(dates) {
            let start = match date {
                Date::At(start) => start,
                Date::During(period) => period.start,
            };
            match start {
                // A date takes away whatever happens on that day.
                Moment::Date(_) => event.except_days.push(wall_of(&start).div_euclid(SECONDS_PER_DAY)),
                _ => event.except.push(self.key(event, master, &start)),
            }
        }
        event.except.sort_unstable();
        event.except_days.sort_unstable();
    }

    /// The occurrence of an event that a moment means.
    fn key(&self, event: &Event, master: &Slot, moment: &Moment) -> Key {
        match (&master.start, moment) {
            (Moment::Date(_), _) => wall_of(moment).div_euclid(SECONDS_PER_DAY) * SECONDS_PER_DAY,
            (_, Moment::Date(_)) => {
                let midnight = wall_of(moment);
                let next_day = midnight + SECONDS_PER_DAY;
                let on_day = |wall: &i64| (midnight..next_day).contains(wall);
                let by_rule = event.rules.iter().find_map(|rule| rule.walls_between(midnight, next_day).next());
                let by_date = || event.dates.values().map(|added| added.wall).find(on_day);
                let by_clock = || midnight + master.wall.rem_euclid(SECONDS_PER_DAY);
                master.key_of_wall(by_rule.or_else(by_date).unwrap_or_else(by_clock))
            }
            (Moment::Floating(_), _) => wall_of(moment),
            (_, Moment::Floating(_)) => master.zone.instant_of(wall_of(moment)),
            _ => self.zones.instant(moment).as_second(),
        }
    }
}

impl Slot {
    /// Whether it is at an instant, and not on a wall clock of the reader's.
    pub(super) fn is_absolute(&self) -> bool {
        matches!(self.start, Moment::Utc(_) | Moment::Zoned { .. })
    }

    pub(super) fn key_of_wall(&self, wall: i64) -> Key {
        if self.is_absolute() { self.zone.instant_of(wall) } else { wall }
    }

    pub(super) fn wall_of_key(&self, key: Key) -> i64 {
        if self.is_absolute() { self.zone.wall_at(key) } else { key }
    }

    /// What the clock of this override shows at an occurrence of the series it belongs to.
    pub(super) fn clock_at(&self, key: Key, master: &Slot) -> i64 {
        if master.is_absolute() && self.is_absolute() { self.zone.wall_at(key) } else { master.wall_of_key(key) }
    }
}

impl Length {
    /// The length that a duration gives something with that start: whole days for a date, at least one; never less than
    /// nothing.
    fn of(start: &Moment, duration: Duration) -> Length {
        let duration = if duration.is_negative() { Duration::default() } else { duration };
        if start.is_date() {
            let days = duration.days() + (duration.seconds() + SECONDS_PER_DAY - 1) / SECONDS_PER_DAY;
            return Length::Days(days.max(1));
        }
        Length::Nominal(duration)
    }

    /// As long as it can take by any clock, in seconds.
    pub(super) fn at_most(self) -> i64 {
        let in_days = |days: i64| if days == 0 { 0 } else { (days + 1).saturating_mul(SECONDS_PER_DAY) };
        match self {
            Length::Days(days) => in_days(days),
            Length::Exact(seconds) => seconds,
            Length::Nominal(duration) => in_days(duration.days()).saturating_add(duration.seconds()),
        }
    }
}

fn wall_of(moment: &Moment) -> i64 {
    wall::wall_of(moment.civil())
}

fn sequence(component: &Component) -> i64 {
    component.value("SEQUENCE").and_then(|value| value.parse().ok()).unwrap_or(0)
}
