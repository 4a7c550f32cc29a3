//! A zone as an object defines it by itself: the observances of a VTIMEZONE (RFC 5545 section 3.6.5).

use jiff::civil::DateTime;

use super::table::Zone;
use crate::order;
use crate::time::moment::Moment;
use crate::time::recurrence::{Rule, Series};
use crate::time::wall::{SECONDS_PER_DAY, wall_of};

/// The end of the years in which a zone's own rules are followed, in Unix seconds: 1 January 2200. From there on the last
/// offset stays.
const FOLLOWED_UNTIL: i64 = 7_258_118_400;

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

impl InlineZone {
    /// The clock that these observances describe; nothing when there are none.
    pub fn zone(&self) -> Option<Zone> {
        self.zone_until(FOLLOWED_UNTIL)
    }

    /// The same clock for whoever looks at nothing later than this wall clock, without following the rules any further.
    pub(crate) fn zone_until(&self, last_wall: i64) -> Option<Zone> {
        // No two clocks in the world are further apart.
        let until = last_wall.saturating_add(2 * SECONDS_PER_DAY).min(FOLLOWED_UNTIL);
        let first = self.observances.iter().min_by_key(|observance| observance.first_onset())?;
        let mut rules_left = MAX_RULES;
        let mut onsets: Vec<(i64, i32)> =
            self.observances.iter().flat_map(|observance| observance.onsets(until, &mut rules_left)).collect();
        // Of two at the same instant the one written later holds.
        order::sort_by_key(&mut onsets, |(instant, _)| *instant);
        Some(Zone::from_changes(first.offset_before, onsets.into_iter()))
    }
}

impl Observance {
    fn first_onset(&self) -> i64 {
        wall_of(self.start) - i64::from(self.offset_before)
    }

    /// The instants at which it comes into force, each with its offset. Its rules are followed until then, and each that
    /// is counts down `rules_left`.
    fn onsets(&self, until: i64, rules_left: &mut usize) -> Vec<(i64, i32)> {
        let mut onsets = vec![self.first_onset()];
        let before = i64::from(self.offset_before);
        let followed = self.rules.len().min(*rules_left);
        *rules_left -= followed;
        for rule in &self.rules[..followed] {
            // The clock of the onsets is one that always shows the offset before, also for an UNTIL in UTC.
            let start = Moment::Zoned { local: self.start, tzid: String::new() };
            let Ok(series) = Series::new(rule, &start, Some(&Zone::fixed(self.offset_before))) else { continue };
            let walls = series.walls_from(wall_of(self.start)).take_while(|wall| *wall < until);
            onsets.extend(walls.take(MAX_ONSETS).map(|wall| wall - before));
        }
        onsets.extend(self.dates.iter().map(|date| match date {
            Moment::Utc(instant) => instant.as_second(),
            local => wall_of(local.civil()) - before,
        }));
        onsets.into_iter().map(|instant| (instant, self.offset)).collect()
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
    fn a_zone_that_is_followed_to_a_day_shows_the_same_until_then() {
        let observances = vec![
            observance("16010101T030000", "+0200", "+0100", &["FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"], &[]),
            observance("16010101T020000", "+0100", "+0200", &["FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"], &[]),
        ];
        let inline = InlineZone { tzid: "Mine".to_owned(), observances };
        let whole = inline.zone().unwrap();
        for day in 0..800 {
            let last = jiff::civil::date(2025, 1, 1).at(2, 30, 0, 0) + jiff::ToSpan::days(day);
            let short = inline.zone_until(wall_of(last)).unwrap();
            assert_eq!(short.instant(last), whole.instant(last), "{last}");
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
