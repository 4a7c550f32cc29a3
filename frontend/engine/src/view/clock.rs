//! Instants and wall clocks as the page's days and minutes.

use calendar::time::moment::Moment;
use calendar::time::zone::{Zone, identify};
use intent::{Day, Point};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

/// For whom the view is made.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The person's IANA zone.
    pub zone: String,
    /// Every address that means this person, lower case.
    pub addresses: Vec<String>,
}

impl Viewer {
    /// The person's clock; UTC if the browser names a zone nobody knows.
    pub fn clock(&self) -> Zone {
        Zone::iana(&self.zone).unwrap_or_else(Zone::utc)
    }
}

/// An instant on the clock of a zone.
pub fn point(instant: Timestamp, zone: &str) -> Point {
    point_of(Zone::iana(zone).unwrap_or_else(Zone::utc).local(instant))
}

/// A moment on the person's clock; dates and floating times are the same everywhere.
pub fn point_of_moment(moment: &Moment, viewer: &Viewer) -> Point {
    let instant = match moment {
        Moment::Utc(instant) => Some(*instant),
        Moment::Zoned { local, tzid } => identify(tzid, None).zone.map(|zone| zone.instant(*local)),
        Moment::Date(_) | Moment::Floating(_) => None,
    };
    point_of(instant.map_or_else(|| moment.civil(), |instant| viewer.clock().local(instant)))
}

/// A wall clock's minute; seconds are cut.
pub fn point_of(local: DateTime) -> Point {
    // A clock has at most 1,440 minutes.
    Point { day: day_of(local.date()), minute: (i32::from(local.hour()) * 60 + i32::from(local.minute())) as u16 }
}

/// A date as a day of the page.
pub fn day_of(date: Date) -> Day {
    Day::from_ymd(i32::from(date.year()), date.month() as u8, date.day() as u8).unwrap_or_default()
}

/// A day of the page as a date; the last there is for one that lies beyond.
pub fn date_of(day: Day) -> Date {
    let (year, month, day) = day.ymd();
    i16::try_from(year).ok().and_then(|year| Date::new(year, month as i8, day as i8).ok()).unwrap_or(Date::MAX)
}

/// A day and a minute as a wall clock; minutes past the day's end are its last.
pub fn local_of(day: Day, minute: u16) -> DateTime {
    let minute = minute.min(1_439);
    let time = Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).unwrap_or(Time::MIN);
    date_of(day).to_datetime(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_the_same_days() {
        for text in ["0001-01-01", "1969-12-31", "2024-02-29", "2026-11-22", "9999-12-31"] {
            let date: Date = text.parse().unwrap();
            assert_eq!(day_of(date).iso(), text);
            assert_eq!(date_of(day_of(date)), date);
        }
        assert_eq!(date_of(Day(i32::MAX)), Date::MAX);
    }

    #[test]
    fn an_instant_is_told_on_the_persons_clock() {
        let instant: Timestamp = "2026-11-22T23:30:00Z".parse().unwrap();
        assert_eq!(point(instant, "Europe/Berlin"), Point { day: Day::from_iso("2026-11-23").unwrap(), minute: 30 });
        assert_eq!(point(instant, "no/where").minute, 23 * 60 + 30);
    }

    #[test]
    fn a_minute_past_the_day_is_its_last() {
        assert_eq!(local_of(Day(0), 9_999).to_string(), "1970-01-01T23:59:00");
    }
}
