//! A zone as an object defines it by itself: the observances of a VTIMEZONE (RFC 5545 section 3.6.5).

use std::ops::RangeInclusive;

use jiff::civil::DateTime;

use super::table::Zone;
use crate::order;
use crate::time::moment::Moment;
use crate::time::recurrence::{Rule, Series};
use crate::time::wall::{SECONDS_PER_DAY, wall_of};

/// The end of the years in which a zone's own rules are followed, in Unix seconds: 1 January 2200. From there on the last
/// offset stays.
const FOLLOWED_UNTIL: i64 = 7_258_118_400;

/// No two clocks in the world are further apart, in seconds.
const LONGEST_DAY: i64 = 2 * SECONDS_PER_DAY;

/// How far before a moment its offset is looked for at first, in seconds: nearly all clocks change every year or never.
const LOOKED_BACK: i64 = 800 * SECONDS_PER_DAY;

/// The onsets of one observance that are followed; twice what a yearly rule needs from 1601 on.
const MAX_ONSETS: usize = 1_200;

/// The rules of one VTIMEZONE that are followed; a zone needs two for each change of its law.
const MAX_RULES: usize = 64;

/// The observances of one VTIMEZONE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineZone {
    /// The name by which the rest of the object refers to it.
    pub tzid: String,
    /// STANDARD and DAYLIGHT, in any order.
    pub observances: Vec<Observance>,
}

/// One STANDARD or DAYLIGHT: an offset, and when it comes into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observance {
    /// DTSTART: the first onset, on a clock that still shows the offset before it.
    pub start: DateTime,
    /// TZOFFSETFROM: the offset before each onset, in seconds east of UTC.
    pub offset_before: i32,
    /// TZOFFSETTO: the offset from each onset on.
    pub offset: i32,
    /// RRULE, as often as it stands there.
    pub rules: Vec<Rule>,
    /// RDATE: onsets besides.
    pub dates: Vec<Moment>,
}

/// Why a text is no offset from UTC.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no offset from UTC such as +0100")]
pub struct OffsetProblem(String);

/// An instant at which an offset comes into force, in Unix seconds.
struct Onset {
    instant: i64,
    offset_before: i32,
    offset: i32,
}

impl InlineZone {
    /// The clock that these observances describe; nothing when there are none.
    pub fn zone(&self) -> Option<Zone> {
        clock_of(&self.onsets(i64::MIN, FOLLOWED_UNTIL))
    }

    /// The same clock for whoever looks at these wall clocks only: the rules are followed a little further than there, and
    /// not all the way from 1601.
    pub(crate) fn zone_within(&self, walls: RangeInclusive<i64>) -> Option<Zone> {
        let until = walls.end().saturating_add(LONGEST_DAY).min(FOLLOWED_UNTIL);
        let near = self.onsets(walls.start().saturating_sub(LOOKED_BACK), until);
        // An onset before all of them makes those before it irrelevant.
        let is_known = near.first().is_some_and(|onset| onset.instant < walls.start().saturating_sub(LONGEST_DAY));
        clock_of(&if is_known { near } else { self.onsets(i64::MIN, until) })
    }

    /// Every onset from one wall clock until another, in order.
    fn onsets(&self, from: i64, until: i64) -> Vec<Onset> {
        let mut rules_left = MAX_RULES;
        let mut onsets = Vec::new();
        for observance in &self.observances {
            let followed = observance.rules.len().min(rules_left);
            rules_left -= followed;
            let walls = observance.walls(&observance.rules[..followed], from, until);
            let (offset_before, offset) = (observance.offset_before, observance.offset);
            onsets.extend(walls.into_iter().map(|wall| Onset {
                instant: wall - i64::from(offset_before),
                offset_before,
                offset,
            }));
        }
        // Of two at the same instant the one written later holds.
        order::sort_by_key(&mut onsets, |onset| onset.instant);
        onsets
    }
}

fn clock_of(onsets: &[Onset]) -> Option<Zone> {
    let changes = onsets.iter().map(|onset| (onset.instant, onset.offset));
    Some(Zone::from_changes(onsets.first()?.offset_before, changes))
}

impl Observance {
    /// Its onsets from one wall clock until another, as the clock before each of them shows them; `rules` are those of its
    /// rules that are followed.
    fn walls(&self, rules: &[Rule], from: i64, until: i64) -> Vec<i64> {
        let start = wall_of(self.start);
        let mut walls = vec![start];
        for rule in rules {
            // The clock of the onsets is one that always shows the offset before, also for an UNTIL in UTC.
            let form = Moment::Zoned { local: self.start, tzid: String::new() };
            let Ok(series) = Series::new(rule, &form, Some(&Zone::fixed(self.offset_before))) else { continue };
            walls.extend(series.walls_between(from.max(start), until).take(MAX_ONSETS));
        }
        walls.extend(self.dates.iter().map(|date| match date {
            Moment::Utc(instant) => instant.as_second() + i64::from(self.offset_before),
            local => wall_of(local.civil()),
        }));
        walls.retain(|wall| *wall >= from);
        walls
    }
}

/// Reads a value of type UTC-OFFSET (RFC 5545 section 3.3.14): `+0100`, `-033000`; seconds east of UTC, less than a day.
pub fn parse_utc_offset(value: &str) -> Result<i32, OffsetProblem> {
    let problem = || OffsetProblem(value.to_owned());
    let text = value.trim_ascii();
    let (sign, digits) = match text.as_bytes().split_first() {
        Some((b'+', digits)) => (1, digits),
        Some((b'-', digits)) => (-1, digits),
        // The sign is not optional, yet some producers leave out the plus.
        _ => (1, text.as_bytes()),
    };
    if !matches!(digits.len(), 4 | 6) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(problem());
    }
    let pair = |index: usize| {
        digits.get(index..index + 2).map_or(0, |pair| i32::from(pair[0] - b'0') * 10 + i32::from(pair[1] - b'0'))
    };
    let (hours, minutes, seconds) = (pair(0), pair(2), pair(4));
    if hours > 23 || minutes > 59 || seconds > 59 {
        return Err(problem());
    }
    Ok(sign * (hours * 3_600 + minutes * 60 + seconds))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn observance(start: &str, before: &str, after: &str, rules: &[&str], dates: &[&str]) -> Observance {
        Observance {
            start: Moment::parse(start, None).unwrap().civil(),
            offset_before: parse_utc_offset(before).unwrap(),
            offset: parse_utc_offset(after).unwrap(),
            rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
            dates: dates.iter().map(|date| Moment::parse(date, None).unwrap()).collect(),
        }
    }

    fn zone(observances: Vec<Observance>) -> Zone {
        InlineZone { tzid: "Mine".to_owned(), observances }.zone().unwrap()
    }

    #[test]
    fn a_zone_as_outlook_writes_it_is_the_zone_it_means() {
        let outlook = zone(vec![
            observance("16010101T030000", "+0200", "+0100", &["FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"], &[]),
            observance("16010101T020000", "+0100", "+0200", &["FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"], &[]),
        ]);
        let berlin = Zone::iana("Europe/Berlin").unwrap();
        let mut instant: Timestamp = "2000-01-01T00:00:00Z".parse().unwrap();
        while instant < "2060-01-01T00:00:00Z".parse().unwrap() {
            assert_eq!(outlook.offset_seconds(instant), berlin.offset_seconds(instant), "{instant}");
            instant += jiff::SignedDuration::from_hours(7);
        }
    }

    #[test]
    fn rules_are_limited_at_their_edge() {
        let idle = observance("19700101T000000", "+0000", "+0000", &["FREQ=YEARLY;COUNT=1"], &[]);
        let back = observance("20000601T000000", "+0100", "+0000", &[], &[]);
        let yearly = observance("20000101T000000", "+0000", "+0100", &["FREQ=YEARLY"], &[]);
        let offset_with = |count: usize| {
            let zone = zone([vec![idle.clone(); count], vec![back.clone(), yearly.clone()]].concat());
            zone.offset_seconds("2001-03-01T00:00:00Z".parse().unwrap())
        };
        assert_eq!((offset_with(MAX_RULES - 1), offset_with(MAX_RULES)), (3_600, 0));
    }

    #[test]
    fn rules_that_end_and_dates_that_stand_alone_are_followed() {
        let mixed = zone(vec![
            observance(
                "19671029T020000",
                "-0400",
                "-0500",
                &["FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;UNTIL=20061029T060000Z"],
                &[],
            ),
            observance(
                "19870405T020000",
                "-0500",
                "-0400",
                &["FREQ=YEARLY;BYDAY=1SU;BYMONTH=4;UNTIL=20060402T070000Z"],
                &[],
            ),
            observance("20070311T020000", "-0500", "-0400", &[], &["20080309T020000", "20090308T070000Z"]),
            observance("20071104T020000", "-0400", "-0500", &[], &["20081102T020000"]),
        ]);
        let new_york = Zone::iana("America/New_York").unwrap();
        let mut instant: Timestamp = "1988-01-01T00:00:00Z".parse().unwrap();
        while instant < "2009-10-01T00:00:00Z".parse().unwrap() {
            assert_eq!(mixed.offset_seconds(instant), new_york.offset_seconds(instant), "{instant}");
            instant += jiff::SignedDuration::from_hours(5);
        }
        assert_eq!(mixed.offset_seconds("2030-01-01T00:00:00Z".parse().unwrap()), -14_400);
    }

    #[test]
    fn a_zone_that_is_followed_around_a_day_shows_the_same_there() {
        let yearly = vec![
            observance("16010101T030000", "+0200", "+0100", &["FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"], &[]),
            observance("16010101T020000", "+0100", "+0200", &["FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"], &[]),
        ];
        let every_five_years = vec![
            observance("20010601T000000", "+0200", "+0100", &["FREQ=YEARLY;INTERVAL=5"], &[]),
            observance("20030601T000000", "+0100", "+0200", &["FREQ=YEARLY;INTERVAL=5"], &["20240101T000000Z"]),
        ];
        let long_ended = vec![
            observance("19800601T000000", "+0200", "+0100", &["FREQ=YEARLY;COUNT=3"], &[]),
            observance(
                "19800301T000000",
                "+0100",
                "+0200",
                &["FREQ=YEARLY;UNTIL=19850101T000000Z"],
                &["20250401T020000"],
            ),
        ];
        for observances in [yearly, every_five_years, long_ended] {
            let inline = InlineZone { tzid: "Mine".to_owned(), observances };
            let whole = inline.zone().unwrap();
            for day in (-20_000..2_000).filter(|day| *day > -60 || day % 97 == 0) {
                let first = jiff::civil::date(2025, 1, 1).at(2, 30, 0, 0) + jiff::ToSpan::days(day);
                let last = first + jiff::ToSpan::days(30);
                let short = inline.zone_within(wall_of(first)..=wall_of(last)).unwrap();
                for local in [first, last] {
                    assert_eq!(short.instant(local), whole.instant(local), "{local}");
                }
            }
        }
    }

    #[test]
    fn before_its_first_onset_a_zone_shows_the_offset_before_it() {
        let one = zone(vec![observance("20200101T000000", "+0500", "+0600", &[], &[])]);
        assert_eq!(one.offset_seconds("2019-12-31T18:59:59Z".parse().unwrap()), 18_000);
        assert_eq!(one.offset_seconds("2019-12-31T19:00:00Z".parse().unwrap()), 21_600);
    }

    #[test]
    fn a_hostile_rule_is_followed_only_so_far() {
        let hostile = zone(vec![observance("20200101T000000", "+0000", "+0100", &["FREQ=SECONDLY"], &[])]);
        assert_eq!(hostile.offset_seconds("2100-01-01T00:00:00Z".parse().unwrap()), 3_600);
    }

    #[test]
    fn an_offset_is_read_with_and_without_seconds() {
        for (text, seconds) in [
            ("+0100", 3_600),
            ("-0330", -12_600),
            ("+053420", 20_060),
            ("0000", 0),
            ("-000001", -1),
            (" +0100\r\n", 3_600),
            ("+2359", 86_340),
        ] {
            assert_eq!(parse_utc_offset(text), Ok(seconds));
        }
        for text in ["", "+", "+1", "+01:00", "+2400", "+0160", "+010060", "+01000", "é0100", "--100"] {
            assert_eq!(parse_utc_offset(text), Err(OffsetProblem(text.to_owned())));
        }
    }
}
