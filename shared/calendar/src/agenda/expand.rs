//! The occurrences of a timetable in a range of time: rules followed, exceptions left out, overrides put in place.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::spans::{Span, Spans};
use super::timetable::{Added, Event, Key, Length, Slot, Timetable};
use crate::time::moment::Moment;
use crate::time::recurrence::{MAX_OCCURRENCES, Series};
use crate::time::wall::{END_OF_TIME, SECONDS_PER_DAY, civil_of, timestamp, wall_of};
use crate::time::zone::Cursor;

/// What happens in a range of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// By start, then by the order of the file.
    pub occurrences: Vec<Occurrence>,
    /// Whether a limit left some out.
    pub is_truncated: bool,
}

/// One time at which an event takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// When it begins; for a whole day, midnight where the reader is.
    pub begins: Timestamp,
    /// When it is over; never before it begins.
    pub ends: Timestamp,
    /// The index of the component that describes it, among those of the VCALENDAR.
    pub component: usize,
    event: usize,
    /// The wall clock at the start, in the form of the component's DTSTART.
    start: i64,
    /// The wall clock at the end of what is on whole days or at a floating time.
    end: i64,
    key: Option<Key>,
}

impl Expansion {
    /// Sorts, and leaves out what is over the limit.
    fn keep_first(&mut self, limit: usize) {
        self.occurrences.sort_by_key(|occurrence| (occurrence.begins, occurrence.event, occurrence.key));
        self.is_truncated |= self.occurrences.len() > limit;
        self.occurrences.truncate(limit);
    }
}

/// The range in which to look, in Unix seconds; the end is not part of it.
type Range = Span;

/// The most occurrences that are held beyond what the limit asks for.
const MAX_HELD: usize = 20_000;

/// Fewer events than this are looked at one by one.
const SORTED_FROM: usize = 16;

/// No wall clock is further from UTC than this, and none jumps further.
const CLOCK_SLACK: i64 = 2 * SECONDS_PER_DAY;

impl Timetable {
    /// The occurrences that touch the range from `from` to `to`, the end not included, as far as the limit.
    ///
    /// Of one event at most [`MAX_OCCURRENCES`] are found.
    #[must_use]
    pub fn occurrences(&self, from: Timestamp, to: Timestamp, limit: usize) -> Expansion {
        let whole = Range { from: from.as_second(), to: to.as_second() };
        let mut found = Expansion { occurrences: Vec::new(), is_truncated: false };
        let (mut range, most) = (whole, limit.saturating_mul(2).max(MAX_HELD));
        let mut look = |index: usize| {
            if let Some(event) = self.events.get(index) {
                Search { event, index, range, found: &mut found, left: MAX_OCCURRENCES }.run();
            }
            // What begins after the last that the limit has room for need not be looked for.
            if found.occurrences.len() > most {
                found.keep_first(limit);
                range.to = found.occurrences.last().map_or(range.to, |last| last.begins.as_second() + 1);
            }
        };
        if self.events.len() < SORTED_FROM {
            (0..self.events.len()).for_each(&mut look);
        } else {
            self.spans.get_or_init(|| self.sorted()).touching(whole).copied().for_each(&mut look);
        }
        found.keep_first(limit);
        found
    }

    /// A span outside of which nothing happens; it may be longer than what happens. Nothing where nothing does.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.events.iter().filter_map(Event::span).reduce(Span::with)
    }

    fn sorted(&self) -> Spans<usize> {
        let mut spans = Spans::default();
        for (index, event) in self.events.iter().enumerate() {
            if let Some(span) = event.span() {
                spans.add(span, index);
            }
        }
        spans
    }

    /// The instant of a moment in this object; of a date or a floating time, where the reader is.
    #[must_use]
    pub fn instant(&self, moment: &Moment) -> Timestamp {
        self.zones.instant(moment)
    }

    /// The UID of an occurrence's event.
    #[must_use]
    pub fn uid(&self, occurrence: &Occurrence) -> &str {
        self.events.get(occurrence.event).map_or("", |event| &event.uid)
    }

    /// The start in the form of the component's DTSTART.
    #[must_use]
    pub fn start(&self, occurrence: &Occurrence) -> Option<Moment> {
        self.in_own_form(occurrence, occurrence.start, occurrence.begins)
    }

    /// The end in the form of the component's DTSTART, and in its zone.
    #[must_use]
    pub fn end(&self, occurrence: &Occurrence) -> Option<Moment> {
        let slot = self.slot_of(occurrence)?;
        let end = if slot.is_absolute() { wall_of(slot.zone.local(occurrence.ends)) } else { occurrence.end };
        self.in_own_form(occurrence, end, occurrence.ends)
    }

    /// Whether it takes whole days.
    #[must_use]
    pub fn is_all_day(&self, occurrence: &Occurrence) -> bool {
        self.slot_of(occurrence).is_some_and(|slot| slot.start.is_date())
    }

    /// Which occurrence of its series it is, in the form of the series' DTSTART; nothing for an event that does not recur.
    #[must_use]
    pub fn recurrence_id(&self, occurrence: &Occurrence) -> Option<Moment> {
        let key = occurrence.key?;
        let event = self.events.get(occurrence.event)?;
        let Some(master) = &event.master else {
            return event.overrides.get(&key).and_then(|slot| slot.recurrence_id.clone());
        };
        Some(match &master.start {
            // The later of two equal wall clocks can only be named as an instant.
            Moment::Zoned { .. } if master.key_of_wall(master.wall_of_key(key)) != key => Moment::Utc(timestamp(key)),
            start => start.with_civil(civil_of(master.wall_of_key(key))),
        })
    }

    fn in_own_form(&self, occurrence: &Occurrence, wall: i64, instant: Timestamp) -> Option<Moment> {
        Some(match &self.slot_of(occurrence)?.start {
            Moment::Utc(_) => Moment::Utc(instant),
            start => start.with_civil(civil_of(wall)),
        })
    }

    fn slot_of(&self, occurrence: &Occurrence) -> Option<&Slot> {
        let event = self.events.get(occurrence.event)?;
        let mut slots = event.master.iter().chain(event.overrides.values());
        slots.find(|slot| slot.component == occurrence.component)
    }
}

impl Event {
    /// A span outside of which no occurrence lies.
    fn span(&self) -> Option<Span> {
        let single = |slot: &Slot| Span { from: slot.wall, to: slot.wall.saturating_add(slot.length.at_most()) };
        let series =
            self.master.as_ref().map(|master| if self.recurs { self.span_of_series(master) } else { single(master) });
        let spans = series.into_iter().chain(self.overrides.values().map(single));
        let Span { from, to } = spans.reduce(Span::with)?;
        Some(Span { from: from.saturating_sub(CLOCK_SLACK), to: to.saturating_add(CLOCK_SLACK) })
    }

    fn span_of_series(&self, master: &Slot) -> Span {
        let dates = || self.dates.values();
        let first = dates().map(|added| added.wall).chain([master.wall]).min().unwrap_or(master.wall);
        let ends = self.rules.iter().map(Series::begins_until).chain(dates().map(|added| added.wall));
        let last = ends.chain([master.wall]).max().unwrap_or(master.wall);
        let longest = self.longest(master);
        let added = dates().filter_map(|added| added.length).map(Length::at_most).max().unwrap_or(0);
        let furthest = self.furthest_shift();
        Span {
            from: first.saturating_sub(furthest),
            to: last.saturating_add(longest.max(added)).saturating_add(furthest),
        }
    }

    /// As long as an occurrence of the series can take.
    fn longest(&self, master: &Slot) -> i64 {
        let lengths = self.from_here_on.values().map(|shift| shift.slot.length).chain([master.length]);
        lengths.map(Length::at_most).max().unwrap_or(0)
    }

    /// As far as an override moves an occurrence.
    fn furthest_shift(&self) -> i64 {
        let shifts = self.from_here_on.values().map(|shift| shift.by.saturating_abs() + CLOCK_SLACK);
        shifts.max().unwrap_or(0)
    }
}

/// The search for the occurrences of one event.
struct Search<'a> {
    event: &'a Event,
    index: usize,
    range: Range,
    found: &'a mut Expansion,
    left: usize,
}

impl Search<'_> {
    fn run(&mut self) {
        let event = self.event;
        match &event.master {
            Some(master) if event.recurs => self.follow(master),
            // An event that does not recur is its own only occurrence.
            Some(master) if !event.overrides.contains_key(&master.key_of_wall(master.wall)) => {
                self.add(master, master.wall, None, None);
            }
            _ => {}
        }
        for (key, slot) in &event.overrides {
            let is_excepted = event.master.as_ref().is_some_and(|master| self.is_excepted(master, *key));
            if !is_excepted {
                self.add(slot, slot.wall, None, Some(*key));
            }
        }
    }

    /// Adds the occurrences of the series that no override stands for.
    fn follow(&mut self, master: &Slot) {
        let event = self.event;
        let (from, to) = self.walls(master);
        if let ([rule], true) = (&event.rules[..], event.dates.is_empty()) {
            let mut key_before = None;
            let mut clock = Cursor::new(&master.zone);
            let mut walls = rule.walls_between(from, to);
            for wall in walls.by_ref() {
                let key = if master.is_absolute() { clock.instant_of(wall) } else { wall };
                // A gap can shift one wall clock on another.
                if key_before.replace(key) != Some(key) && !self.add_of_series(master, key, wall, None) {
                    return;
                }
            }
            self.found.is_truncated |= walls.gave_up();
            return;
        }

        // Several sources can name one occurrence; an RDATE that says how long it takes is the one that holds.
        let mut starts: BTreeMap<Key, Added> = BTreeMap::new();
        if event.rules.is_empty() {
            starts.insert(master.key_of_wall(master.wall), Added { wall: master.wall, length: None });
        }
        for rule in &event.rules {
            let mut walls = rule.walls_between(from, to);
            starts.extend(walls.by_ref().map(|wall| (master.key_of_wall(wall), Added { wall, length: None })));
            self.found.is_truncated |= walls.gave_up();
        }
        starts.extend(event.dates.iter().filter(|(_, added)| added.wall < to).map(|(key, added)| (*key, *added)));
        for (key, added) in starts {
            if !self.add_of_series(master, key, added.wall, added.length) {
                return;
            }
        }
    }

    /// The wall clocks of the series between which an occurrence can touch the range.
    fn walls(&self, master: &Slot) -> (i64, i64) {
        // What begins before the range may last into it, and what an override moves may come from far.
        let (longest, furthest) = (self.event.longest(master), self.event.furthest_shift());
        let from = self.range.from.saturating_sub(longest).saturating_sub(furthest).max(-END_OF_TIME);
        let to = self.range.to.saturating_add(furthest).min(END_OF_TIME);
        // Where the clocks have just changed, those before the change may show the earlier or the later time.
        let (zone, day) = (&master.zone, SECONDS_PER_DAY);
        let (from, to) =
            ([zone.wall_at(from), zone.wall_at(from - day) + day], [zone.wall_at(to), zone.wall_at(to - day) + day]);
        (from[0].min(from[1]), to[0].max(to[1]))
    }

    /// Adds one occurrence of the series, unless it is excepted or overridden; says whether there is room for more.
    fn add_of_series(&mut self, master: &Slot, key: Key, wall: i64, length: Option<Length>) -> bool {
        let event = self.event;
        if event.overrides.contains_key(&key) || self.is_excepted(master, key) {
            return true;
        }
        match event.from_here_on.range(..=key).next_back() {
            Some((_, shift)) => self.add(&shift.slot, shift.slot.clock_at(key, master) + shift.by, None, Some(key)),
            None => {
                let instant = if master.is_absolute() { Some(key) } else { None };
                self.add_at(master, wall, instant, length, Some(key))
            }
        }
    }

    fn is_excepted(&self, master: &Slot, key: Key) -> bool {
        let event = self.event;
        let is_plain = event.except.is_empty() && event.except_days.is_empty() && event.except_rules.is_empty();
        if is_plain {
            return false;
        }
        let wall = master.wall_of_key(key);
        event.except.binary_search(&key).is_ok()
            || event.except_days.binary_search(&wall.div_euclid(SECONDS_PER_DAY)).is_ok()
            || event.except_rules.iter().any(|rule| rule.has(civil_of(wall)))
    }

    fn add(&mut self, slot: &Slot, wall: i64, length: Option<Length>, key: Option<Key>) -> bool {
        self.add_at(slot, wall, None, length, key)
    }

    /// Adds what touches the range; says whether there is room for more.
    fn add_at(
        &mut self,
        slot: &Slot,
        wall: i64,
        instant: Option<i64>,
        length: Option<Length>,
        key: Option<Key>,
    ) -> bool {
        let Range { from, to } = self.range;
        let begins = instant.unwrap_or_else(|| slot.zone.instant_of(wall));
        if begins >= to {
            return true;
        }
        let (ends, end) = slot.end_of(begins, wall, length.unwrap_or(slot.length));
        let ends = ends.max(begins);
        if ends <= from && (begins < from || ends > begins) {
            return true;
        }
        if self.left == 0 {
            self.found.is_truncated = true;
            return false;
        }
        self.left -= 1;
        self.found.occurrences.push(Occurrence {
            begins: timestamp(begins),
            ends: timestamp(ends),
            component: slot.component,
            event: self.index,
            start: wall,
            end,
            key,
        });
        true
    }
}

impl Slot {
    /// When something ends that begins at an instant and a wall clock of this slot's zone: the instant, and the wall clock
    /// where the slot is on one.
    fn end_of(&self, begins: i64, wall: i64, length: Length) -> (i64, i64) {
        let by_clock = |days: i64| wall + days * SECONDS_PER_DAY;
        let end = match length {
            Length::Exact(seconds) if self.is_absolute() => return (begins + seconds, 0),
            Length::Nominal(duration) if duration.days() == 0 && self.is_absolute() => {
                return (begins + duration.seconds(), 0);
            }
            // Days by the calendar first, then seconds by the clock.
            Length::Nominal(duration) if self.is_absolute() => {
                return (self.zone.instant_of(by_clock(duration.days())) + duration.seconds(), 0);
            }
            Length::Days(days) => by_clock(days),
            Length::Exact(seconds) => wall + seconds,
            Length::Nominal(duration) => by_clock(duration.days()) + duration.seconds(),
        };
        (self.zone.instant_of(end), end)
    }
}
