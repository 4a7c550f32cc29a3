//! The arithmetic of wall clocks: days and seconds counted from 1 January 1970 of the Gregorian calendar, in no zone.
//!
//! Recurrence and zones do all their work on these two numbers, because stepping through years of occurrences with
//! field-by-field dates costs ten times as much. Values for people are [`DateTime`]s again.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};

pub(crate) const SECONDS_PER_DAY: i64 = 86_400;

/// The last year in which iCalendar can write a date.
pub(crate) const LAST_YEAR: i32 = 9999;

/// The first second after the last day that iCalendar can write.
pub(crate) const END_OF_TIME: i64 = 253_402_300_800;

/// The number of days from 1 January 1970 to the given day; days and months outside their range carry over only where a
/// month is real (1 to 12).
pub(crate) fn day_number(year: i32, month: u32, day: u32) -> i32 {
    // Years are counted from 1 March, so that the leap day is the last of its year, in cycles of 400 years.
    let year = if month <= 2 { year - 1 } else { year };
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let day_of_year = (153 * ((month as i32 + 9) % 12) + 2) / 5 + day as i32 - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    cycle * 146_097 + day_of_cycle - 719_468
}

/// Year, month and day of a day number.
pub(crate) fn date_of(day_number: i32) -> (i32, u32, u32) {
    let shifted = day_number + 719_468;
    let cycle = shifted.div_euclid(146_097);
    let day_of_cycle = shifted.rem_euclid(146_097);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
    let year = year_of_cycle + cycle * 400 + i32::from(month <= 2);
    (year, month, day)
}

/// The weekday of a day number: Monday is 0, Sunday 6.
pub(crate) fn weekday_of(day_number: i32) -> u8 {
    // 1 January 1970 was a Thursday.
    (day_number + 3).rem_euclid(7) as u8
}

/// Monday is 0, Sunday 6.
pub(crate) fn weekday_index(weekday: Weekday) -> u8 {
    weekday.to_monday_zero_offset() as u8
}

pub(crate) fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(crate) fn days_in_year(year: i32) -> u32 {
    365 + u32::from(is_leap(year))
}

/// The length of a month from 1 to 12.
pub(crate) fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The seconds from the start of 1970 to what the clock shows.
pub(crate) fn wall_of(civil: DateTime) -> i64 {
    let date = civil.date();
    let day = day_number(i32::from(date.year()), date.month() as u32, date.day() as u32);
    let second = i64::from(civil.hour()) * 3_600 + i64::from(civil.minute()) * 60 + i64::from(civil.second());
    i64::from(day) * SECONDS_PER_DAY + second
}

/// What the clock shows so many seconds from the start of 1970; beyond the years that jiff knows, the nearest.
pub(crate) fn civil_of(wall: i64) -> DateTime {
    let day = wall.div_euclid(SECONDS_PER_DAY).clamp(-5_000_000, 5_000_000) as i32;
    let second = wall.rem_euclid(SECONDS_PER_DAY);
    let (year, month, day) = date_of(day);
    let nearest = if year > 0 { DateTime::MAX } else { DateTime::MIN };
    let date = i16::try_from(year).ok().and_then(|year| Date::new(year, month as i8, day as i8).ok());
    let time = Time::new((second / 3_600) as i8, (second / 60 % 60) as i8, (second % 60) as i8, 0).ok();
    date.zip(time).map_or(nearest, |(date, time)| date.to_datetime(time))
}

/// The instant so many Unix seconds from 1970, or the nearest whole second there is.
pub(crate) fn timestamp(seconds: i64) -> Timestamp {
    let seconds = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_is_numbered_as_jiff_numbers_it() {
        let mut date = Date::constant(1799, 12, 31);
        let first = day_number(1799, 12, 31);
        for number in first..first + 146_200 {
            let (year, month, day) = date_of(number);
            assert_eq!((year, month, day), (i32::from(date.year()), date.month() as u32, date.day() as u32));
            assert_eq!(day_number(year, month, day), number);
            assert_eq!(weekday_of(number), weekday_index(date.weekday()));
            assert_eq!(days_in_month(year, month), date.days_in_month() as u32);
            assert_eq!(days_in_year(year), date.days_in_year() as u32);
            date = date.tomorrow().unwrap();
        }
    }

    #[test]
    fn a_wall_clock_and_its_seconds_are_the_same() {
        for text in [
            "0000-01-01T00:00:00",
            "1969-12-31T23:59:59",
            "1970-01-01T00:00:00",
            "2024-02-29T12:34:56",
            "9999-12-31T23:59:59",
        ] {
            let civil: DateTime = text.parse().unwrap();
            assert_eq!(civil_of(wall_of(civil)), civil);
        }
        assert_eq!(wall_of("9999-12-31T23:59:59".parse().unwrap()) + 1, END_OF_TIME);
        assert_eq!((civil_of(i64::MAX), civil_of(i64::MIN)), (DateTime::MAX, DateTime::MIN));
    }
}
