//! When something is: the four forms in which iCalendar writes a date or a time.
//!
//! The form is part of the meaning and never changes by itself: an all-day event stays a date, a floating time stays
//! floating, and a time in a zone keeps its wall clock (RFC 5545 sections 3.3.4, 3.3.5 and 3.2.19).

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use super::wall::{timestamp, wall_of};

/// A date or a time as one of the four iCalendar forms.
///
/// Two moments are equal when they are *written* alike; whether they are the same instant is a question for a zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A whole day: `20261122`.
    Date(Date),
    /// The same wall clock wherever the reader is: `20261122T090000`.
    Floating(DateTime),
    /// An instant: `20261122T090000Z`.
    Utc(Timestamp),
    /// A wall clock in a zone: `TZID=Europe/Berlin:20261122T090000`.
    Zoned {
        /// What the clock on the wall shows.
        local: DateTime,
        /// The zone's name exactly as its producer wrote it.
        tzid: String,
    },
}

/// Why a text is no date and no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MomentProblem {
    /// Neither `YYYYMMDD` nor `YYYYMMDDTHHMMSS` nor the latter with `Z`.
    #[error("{0:?} is neither a date (YYYYMMDD) nor a date and time (YYYYMMDDTHHMMSS)")]
    Shape(String),
    /// The right shape, but no such day or time, as in 30 February or 25 o'clock.
    #[error("{0:?} names a day or a time that does not exist")]
    Nonexistent(String),
}

impl Moment {
    /// Reads a value of type DATE or DATE-TIME with the TZID parameter of its property.
    ///
    /// The shape of the value decides between a date and a time, because producers forget `VALUE=DATE`. As the RFC
    /// asks, TZID means nothing on a date or a UTC time, and a leap second is the second before it. A UTC time after the last
    /// [`Timestamp`] (the end of the year 9999, a common way to write *for ever*) is that last instant.
    pub fn parse(value: &str, tzid: Option<&str>) -> Result<Moment, MomentProblem> {
        let text = value.trim_ascii();
        let shape = || MomentProblem::Shape(value.to_owned());
        let nonexistent = || MomentProblem::Nonexistent(value.to_owned());

        let date_digits = text.as_bytes().get(..8).ok_or_else(shape)?;
        let (year, month, day) = (
            digits(&date_digits[..4]).ok_or_else(shape)?,
            digits(&date_digits[4..6]).ok_or_else(shape)?,
            digits(&date_digits[6..]).ok_or_else(shape)?,
        );
        let date = Date::new(year, month as i8, day as i8).map_err(|_| nonexistent())?;

        let (time, is_utc) = match &text.as_bytes()[8..] {
            [] => return Ok(Moment::Date(date)),
            [b'T' | b't', time @ ..] if time.len() == 6 => (time, false),
            [b'T' | b't', time @ .., b'Z' | b'z'] if time.len() == 6 => (time, true),
            _ => return Err(shape()),
        };
        let (hour, minute, second) = (
            digits(&time[..2]).ok_or_else(shape)?,
            digits(&time[2..4]).ok_or_else(shape)?,
            digits(&time[4..]).ok_or_else(shape)?,
        );
        let second = if second == 60 { 59 } else { second };
        let time = Time::new(hour as i8, minute as i8, second as i8, 0).map_err(|_| nonexistent())?;
        let local = date.to_datetime(time);

        Ok(match tzid {
            _ if is_utc => Moment::Utc(timestamp(wall_of(local))),
            Some(tzid) if !tzid.is_empty() => Moment::Zoned { local, tzid: tzid.to_owned() },
            _ => Moment::Floating(local),
        })
    }

    /// Whether this is a whole day, to be written with `VALUE=DATE`.
    pub fn is_date(&self) -> bool {
        matches!(self, Moment::Date(_))
    }

    /// The TZID parameter to write beside the value, for a time in a zone.
    pub fn tzid(&self) -> Option<&str> {
        match self {
            Moment::Zoned { tzid, .. } => Some(tzid),
            _ => None,
        }
    }

    /// The day, as its own form counts days: in the zone of a zoned time, in UTC for a UTC time.
    pub fn date(&self) -> Date {
        self.civil().date()
    }

    /// What a clock kept in this moment's own form shows; midnight for a date.
    pub fn civil(&self) -> DateTime {
        match self {
            Moment::Date(date) => date.to_datetime(Time::midnight()),
            Moment::Floating(local) | Moment::Zoned { local, .. } => *local,
            Moment::Utc(instant) => jiff::tz::Offset::UTC.to_datetime(*instant),
        }
    }

    /// The same form, and the same zone, at another wall clock; a date takes the day only.
    pub fn with_civil(&self, civil: DateTime) -> Moment {
        match self {
            Moment::Date(_) => Moment::Date(civil.date()),
            Moment::Floating(_) => Moment::Floating(civil),
            Moment::Utc(_) => Moment::Utc(timestamp(wall_of(civil))),
            Moment::Zoned { tzid, .. } => Moment::Zoned { local: civil, tzid: tzid.clone() },
        }
    }
}

/// The value as iCalendar writes it, without parameters.
impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        write!(out, "{:04}{:02}{:02}", civil.year(), civil.month(), civil.day())?;
        if self.is_date() {
            return Ok(());
        }
        write!(out, "T{:02}{:02}{:02}", civil.hour(), civil.minute(), civil.second())?;
        if matches!(self, Moment::Utc(_)) { out.write_str("Z") } else { Ok(()) }
    }
}

/// The number that only digits write, at most four of them.
fn digits(text: &[u8]) -> Option<i16> {
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i16::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(value: &str, tzid: Option<&str>, expected: Moment) {
        assert_eq!(Moment::parse(value, tzid), Ok(expected));
    }

    #[track_caller]
    fn check_refused(value: &str, problem: fn(String) -> MomentProblem) {
        assert_eq!(Moment::parse(value, None), Err(problem(value.to_owned())));
    }

    #[test]
    fn the_shape_and_the_zone_decide_the_form() {
        let morning = datetime(2026, 11, 22, 9, 0, 5, 0);
        check("20261122", None, Moment::Date(date(2026, 11, 22)));
        check("20261122", Some("Europe/Berlin"), Moment::Date(date(2026, 11, 22)));
        check("20261122T090005", None, Moment::Floating(morning));
        check("20261122T090005", Some(""), Moment::Floating(morning));
        check("20261122T090005", Some("Mars"), Moment::Zoned { local: morning, tzid: "Mars".to_owned() });
        check("20261122T090005Z", Some("Mars"), Moment::Utc("2026-11-22T09:00:05Z".parse().unwrap()));
        check(" 20261122t090005z\r\n", None, Moment::Utc("2026-11-22T09:00:05Z".parse().unwrap()));
    }

    #[test]
    fn a_leap_second_is_the_second_before_it() {
        check("19970630T235960Z", None, Moment::Utc("1997-06-30T23:59:59Z".parse().unwrap()));
    }

    #[test]
    fn the_first_and_the_last_years_can_be_written() {
        check("00000101", None, Moment::Date(date(0, 1, 1)));
        check("99991231T235959", None, Moment::Floating(datetime(9999, 12, 31, 23, 59, 59, 0)));
        check("99991231T235959Z", None, Moment::Utc("9999-12-30T22:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_no_date_is_refused_with_the_reason() {
        for text in [
            "",
            "2026",
            "2026-11-22",
            "20261122T0900",
            "20261122T0900000",
            "20261122T090000+01",
            "2026112é",
            "+0261122",
        ] {
            check_refused(text, MomentProblem::Shape);
        }
        for text in [
            "20260230",
            "20261301",
            "20260001",
            "20261122T250000",
            "20261122T240000",
            "20261122T096100",
            "20261122T090061",
        ] {
            check_refused(text, MomentProblem::Nonexistent);
        }
    }

    #[test]
    fn another_wall_clock_keeps_the_form() {
        let noon = datetime(2030, 2, 28, 12, 0, 0, 0);
        for (value, tzid, expected) in [
            ("20261122", None, "20300228"),
            ("20261122T090000", None, "20300228T120000"),
            ("20261122T090000Z", None, "20300228T120000Z"),
            ("20261122T090000", Some("Mars"), "20300228T120000"),
        ] {
            let moved = Moment::parse(value, tzid).unwrap().with_civil(noon);
            assert_eq!((moved.to_string().as_str(), moved.tzid()), (expected, tzid));
        }
    }

    proptest! {
        #[test]
        fn what_was_read_is_written_as_it_was(
            day in 0..3_652_000_i32, second in 0..86_400_i32, form in 0..4,
        ) {
            let civil = date(0, 1, 1).to_datetime(Time::midnight())
                + jiff::Span::new().days(day).seconds(second);
            let text = match form {
                0 => civil.strftime("%Y%m%d").to_string(),
                1 | 2 => civil.strftime("%Y%m%dT%H%M%S").to_string(),
                _ => civil.strftime("%Y%m%dT%H%M%SZ").to_string(),
            };
            let tzid = (form == 2).then_some("Europe/Berlin");
            let moment = Moment::parse(&text, tzid).unwrap();
            prop_assert_eq!(moment.to_string(), text);
            prop_assert_eq!(moment.tzid(), tzid);
        }

        #[test]
        fn any_text_is_a_moment_or_a_problem(text in "\\PC{0,20}") {
            let _ = Moment::parse(&text, None);
        }
    }
}
