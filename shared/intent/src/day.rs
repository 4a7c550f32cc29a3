//! Days and minutes as a screen needs them: no zones, no clock, nothing to fail.

use serde::{Deserialize, Serialize};

/// A day of the Gregorian calendar, counted from 1 January 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(pub i32);

/// A minute of a day on the person's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Point {
    /// The day.
    pub day: Day,
    /// Minutes since its midnight, 0 to 1439.
    pub minute: u16,
}

impl Day {
    /// The day with this year, month (1 to 12) and day of the month (from 1), if there is one.
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        if !(1..=12).contains(&month) || !(1..=9999).contains(&year) {
            return None;
        }
        let (month, day) = (i32::from(month), i32::from(day));
        // Years are counted from March, so that the leap day is the last of its year.
        let shifted_year = if month <= 2 { year - 1 } else { year };
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let result = Self(era * 146_097 + day_of_era - 719_468);
        (result.ymd() == (year, month as u8, day as u8)).then_some(result)
    }

    /// Year, month (1 to 12) and day of the month (from 1).
    pub fn ymd(self) -> (i32, u8, u8) {
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year as i32, month as u8, day as u8)
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        (i64::from(self.0) + 3).rem_euclid(7) as u8
    }

    /// The first day of this day's week, if weeks begin on `first` (0 Monday to 6 Sunday).
    pub fn week_start(self, first: u8) -> Self {
        self.plus(-(i32::from(self.weekday()) - i32::from(first)).rem_euclid(7))
    }

    /// The ISO 8601 week number, 1 to 53, of the week this day lies in.
    pub fn iso_week(self) -> u8 {
        let thursday = self.plus(3 - i32::from(self.weekday()));
        let (year, _, _) = thursday.ymd();
        let new_year = Self::from_ymd(year, 1, 1).unwrap_or(thursday);
        ((thursday.0 - new_year.0) / 7 + 1) as u8
    }

    /// The day so many days later (or earlier).
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// `2026-11-22`
    pub fn iso(self) -> String {
        let (year, month, day) = self.ymd();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Reads `2026-11-22`.
    pub fn from_iso(text: &str) -> Option<Self> {
        let mut fields = text.split('-');
        let (year, month, day) = (fields.next()?, fields.next()?, fields.next()?);
        if fields.next().is_some() || year.len() != 4 || month.len() != 2 || day.len() != 2 {
            return None;
        }
        Self::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, days: i32, weekday: u8, week: u8) {
        let day = Day::from_iso(text).unwrap();
        assert_eq!((day.0, day.weekday(), day.iso_week()), (days, weekday, week), "{text}");
        assert_eq!(day.iso(), text);
    }

    #[test]
    fn days_know_their_date_weekday_and_week() {
        check("1970-01-01", 0, 3, 1);
        check("2026-11-22", 20_779, 6, 47);
        check("2024-02-29", 19_782, 3, 9);
        check("2021-01-01", 18_628, 4, 53);
        check("0001-01-01", -719_162, 0, 1);
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-04-31", "2026-1-1", "x", "2026-11-22-1", "2026-00-10"] {
            assert_eq!(Day::from_iso(text), None, "{text}");
        }
    }

    #[test]
    fn a_week_starts_where_the_person_says() {
        let sunday = Day::from_iso("2026-11-22").unwrap();
        assert_eq!(sunday.week_start(0).iso(), "2026-11-16");
        assert_eq!(sunday.week_start(6).iso(), "2026-11-22");
    }

    #[test]
    fn the_first_and_the_last_day_that_can_be_counted_are_days() {
        for day in [Day(i32::MIN), Day(i32::MAX)] {
            assert!((1..=12).contains(&day.ymd().1) && day.weekday() < 7 && (1..=53).contains(&day.iso_week()));
        }
    }

    #[test]
    fn every_day_of_four_centuries_returns_to_itself() {
        for days in -100_000..100_000 {
            let (year, month, day) = Day(days).ymd();
            assert_eq!(Day::from_ymd(year, month, day), Some(Day(days)));
        }
    }
}
