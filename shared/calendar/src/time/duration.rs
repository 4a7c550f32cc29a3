//! How long something takes: days by the calendar, then seconds by the clock.
//!
//! The two parts stay apart because a day is 23 or 25 hours long when clocks change: `P1D` is the same time tomorrow,
//! `PT24H` is 24 hours (RFC 5545 section 3.3.6).

use std::fmt;

const SECONDS_PER_MINUTE: i64 = 60;
const SECONDS_PER_HOUR: i64 = 3_600;

/// The longest part of a duration that is read, in its own unit: about as many seconds as there are up to the year 9999.
pub const MAX_DURATION_PART: i64 = 315_537_897_599;

/// A length of time, forwards or backwards; both parts have the same sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Duration {
    // Weeks are seven days each.
    days: i64,
    seconds: i64,
}

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationProblem {
    /// Not of the form `P1W` or `P1DT2H3M4S`.
    #[error("{0:?} is no duration such as PT1H30M or P1D")]
    Shape(String),
    /// Longer than [`MAX_DURATION_PART`].
    #[error("{0:?} is longer than any calendar")]
    TooLong(String),
}

impl Duration {
    /// A number of calendar days, negative for backwards.
    pub fn from_days(days: i64) -> Duration {
        Duration { days: days.clamp(-MAX_DURATION_PART, MAX_DURATION_PART), seconds: 0 }
    }

    /// A number of seconds, negative for backwards.
    pub fn from_seconds(seconds: i64) -> Duration {
        Duration { days: 0, seconds: seconds.clamp(-MAX_DURATION_PART, MAX_DURATION_PART) }
    }

    /// Reads a value of type DURATION; weeks may stand beside days, as some producers write them.
    pub fn parse(value: &str) -> Result<Duration, DurationProblem> {
        let shape = || DurationProblem::Shape(value.to_owned());
        let too_long = || DurationProblem::TooLong(value.to_owned());

        let text = value.trim_ascii().to_ascii_uppercase();
        let (is_negative, text) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text.as_str()),
        };
        let mut rest = text.strip_prefix('P').ok_or_else(shape)?;
        let (mut days, mut seconds) = (0_i64, 0_i64);
        let mut is_clock = false;
        // The units that may still follow: each stands at most once, the longer before the shorter.
        let mut units: &[(u8, i64)] = &[(b'W', 7), (b'D', 1)];
        let mut parts = 0;
        while !rest.is_empty() {
            if let (false, Some(clock)) = (is_clock, rest.strip_prefix('T')) {
                is_clock = true;
                units = &[(b'H', SECONDS_PER_HOUR), (b'M', SECONDS_PER_MINUTE), (b'S', 1)];
                rest = clock;
                continue;
            }
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            let unit = *rest.as_bytes().get(length).ok_or_else(shape)?;
            let place = units.iter().position(|(letter, _)| *letter == unit).ok_or_else(shape)?;
            if length == 0 {
                return Err(shape());
            }
            let amount = rest[..length].parse::<i64>().ok().and_then(|number| number.checked_mul(units[place].1));
            let total = if is_clock { &mut seconds } else { &mut days };
            *total = amount
                .and_then(|amount| total.checked_add(amount))
                .filter(|total| *total <= MAX_DURATION_PART)
                .ok_or_else(too_long)?;
            units = &units[place + 1..];
            rest = &rest[length + 1..];
            parts += 1;
        }
        if parts == 0 {
            return Err(shape());
        }
        let sign = if is_negative { -1 } else { 1 };
        Ok(Duration { days: sign * days, seconds: sign * seconds })
    }

    /// Calendar days, seven to the week.
    pub fn days(self) -> i64 {
        self.days
    }

    /// Seconds beside the days.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Whether it ends before it starts.
    pub fn is_negative(self) -> bool {
        self.days < 0 || self.seconds < 0
    }

    /// Whether it takes no time at all.
    pub fn is_zero(self) -> bool {
        self == Duration::default()
    }
}

/// The value as iCalendar writes it: whole weeks as weeks, no part that is zero.
impl fmt::Display for Duration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, seconds) = (self.days.unsigned_abs(), self.seconds.unsigned_abs());
        out.write_str(if self.is_negative() { "-P" } else { "P" })?;
        match (days, seconds) {
            (0, 0) => return out.write_str("T0S"),
            (days, 0) if days % 7 == 0 => return write!(out, "{}W", days / 7),
            (0, _) => {}
            (days, _) => write!(out, "{days}D")?,
        }
        if seconds == 0 {
            return Ok(());
        }
        out.write_str("T")?;
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        for (amount, unit) in [(hours, 'H'), (minutes, 'M'), (seconds, 'S')] {
            // RFC 5545 has no minutes left out between hours and seconds.
            if amount > 0 || (unit == 'M' && hours > 0 && seconds > 0) {
                write!(out, "{amount}{unit}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(value: &str, days: i64, seconds: i64) {
        let duration = Duration::parse(value).unwrap();
        assert_eq!((duration.days(), duration.seconds()), (days, seconds), "{value}");
    }

    #[test]
    fn each_unit_counts_in_days_or_in_seconds() {
        check("P15DT5H0M20S", 15, 18_020);
        check("P7W", 49, 0);
        check("PT1H", 0, 3_600);
        check("PT15M", 0, 900);
        check("+P1D", 1, 0);
        check("-PT10M", 0, -600);
        check("-P1DT1S", -1, -1);
        check("PT0S", 0, 0);
        check("PT1H30S", 0, 3_630);
        check("P1W2D", 9, 0);
        check("p1dt", 1, 0);
        check("PT36H", 0, 129_600);
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "", "P", "PT", "-P", "1H", "P1H", "PT1D", "PT1M1H", "P1D1D", "PTT1H", "P-1D", "PT1.5H", "PT1H1", "P1Ä",
            "--P1D",
        ] {
            assert_eq!(Duration::parse(text), Err(DurationProblem::Shape(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_part_may_be_as_long_as_the_limit_and_no_longer() {
        check(&format!("PT{MAX_DURATION_PART}S"), 0, MAX_DURATION_PART);
        for text in
            [format!("PT{}S", MAX_DURATION_PART + 1), format!("P{}W", i64::MAX), "P99999999999999999999D".to_owned()]
        {
            assert_eq!(Duration::parse(&text), Err(DurationProblem::TooLong(text.clone())));
        }
        assert_eq!(Duration::from_days(i64::MIN).days(), -MAX_DURATION_PART);
        assert_eq!(Duration::from_seconds(i64::MAX).seconds(), MAX_DURATION_PART);
    }

    #[test]
    fn it_is_written_with_no_part_that_is_zero() {
        for (read, written) in [
            ("P14D", "P2W"),
            ("P8D", "P8D"),
            ("PT90M", "PT1H30M"),
            ("PT3601S", "PT1H0M1S"),
            ("-P0DT0H15M0S", "-PT15M"),
            ("P0D", "PT0S"),
            ("P7DT1H", "P7DT1H"),
        ] {
            assert_eq!(Duration::parse(read).unwrap().to_string(), written);
        }
    }

    proptest! {
        #[test]
        fn what_was_written_reads_as_it_was(days in 0..100_000_i64, seconds in 0..1_000_000_i64, is_negative: bool) {
            let sign = if is_negative { -1 } else { 1 };
            let duration = Duration { days: sign * days, seconds: sign * seconds };
            prop_assert_eq!(Duration::parse(&duration.to_string()), Ok(duration));
        }

        #[test]
        fn any_text_is_a_duration_or_a_problem(text in "[-+]?P?[0-9TWDHMSé]{0,30}") {
            let _ = Duration::parse(&text);
        }
    }
}
