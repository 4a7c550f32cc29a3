//! What Ann has in mind: an event that lies ahead, whatever day the journeys are walked on.

use std::time::{SystemTime, UNIX_EPOCH};

/// An event as it is typed into the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The title.
    pub title: String,
    /// The day, as `2026-11-24`.
    pub day: String,
    /// The start, as `10:00`.
    pub start: String,
    /// The end, as `11:00`.
    pub end: String,
    /// The place.
    pub place: String,
    /// Guests as they are pasted: addresses, or `Name <address>`, with commas between.
    pub guests: String,
}

impl Plan {
    /// Lunch, the day after tomorrow, with these guests.
    #[must_use]
    pub fn lunch(guests: impl Into<String>) -> Self {
        Self {
            title: "Lunch, with “plans” & Zoë".into(),
            day: day_from_now(2),
            start: "12:30".into(),
            end: "13:30".into(),
            place: "Café Zuidkade; upstairs".into(),
            guests: guests.into(),
        }
    }

    /// The start as iCalendar writes it, without a zone.
    #[must_use]
    pub fn start_stamp(&self) -> String {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        format!("{}T{}00", digits(&self.day), digits(&self.start))
    }
}

/// A day, counted from today in UTC.
fn day_from_now(days: u64) -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date_of(seconds / 86_400 + days)
}

/// The date of a day since 1970 in the Gregorian calendar.
fn date_of(mut days: u64) -> String {
    let is_leap = |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    format!("{year}-{:02}-{:02}", month + 1, days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date_of(0), "1970-01-01");
        assert_eq!(date_of(20_779), "2026-11-22");
        assert_eq!(date_of(19_782), "2024-02-29");
        assert_eq!(date_of(20_818), "2026-12-31");
    }

    #[test]
    fn a_start_is_written_as_icalendar_does() {
        let plan = Plan { day: "2026-11-24".into(), ..Plan::lunch("") };
        assert_eq!(plan.start_stamp(), "20261124T123000");
    }
}
