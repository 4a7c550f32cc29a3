//! When an event is, in words, as the clocks of both sides show it.
//!
//! The event's own zone comes first, because that is what was agreed; the reader's is added where its clock differs.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::ical::Component;
use crate::time::duration::Duration;
use crate::time::moment::Moment;
use crate::time::zone::{Zone, identify};

/// A zone, and the short name that a sentence uses for it.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    name: String,
    zone: Zone,
}

impl Clock {
    /// The clock of a zone that is known by its name, whoever gave that name.
    pub(crate) fn of(tzid: &str) -> Option<Self> {
        let named = identify(tzid, None);
        Some(Self { name: short_zone_name(named.iana.unwrap_or(tzid)), zone: named.zone? })
    }

    /// What a sentence calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What it shows at an instant.
    pub(crate) fn shows(&self, instant: Timestamp) -> DateTime {
        self.zone.local(instant)
    }

    fn instant(&self, local: DateTime) -> Timestamp {
        self.zone.instant(local)
    }
}

/// The name of a zone as people say it: `Buenos Aires`.
pub(crate) fn short_zone_name(tzid: &str) -> String {
    if tzid.eq_ignore_ascii_case("utc") || tzid.to_ascii_lowercase().starts_with("etc/") {
        return "UTC".to_owned();
    }
    tzid.rsplit('/').next().unwrap_or(tzid).replace('_', " ")
}

/// From when until when something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    start: Moment,
    /// The end in the form of the start; a date is the day after the last.
    end: Option<Moment>,
}

impl Span {
    /// Reads DTSTART and DTEND or DURATION. `None` without a start that can be read.
    pub(crate) fn of(component: &Component) -> Option<Self> {
        let moment = |name: &str| {
            let property = component.property(name)?;
            Moment::parse(property.value(), property.parameter("TZID").as_deref()).ok()
        };
        let start = moment("DTSTART")?;
        let end = moment("DTEND").or_else(|| moment("DUE")).or_else(|| {
            let duration = Duration::parse(component.value("DURATION")?).ok()?;
            let days = jiff::Span::new().try_days(duration.days()).ok()?;
            let later = start.civil().checked_add(days).ok()?;
            let seconds = jiff::Span::new().try_seconds(duration.seconds()).ok()?;
            Some(start.with_civil(later.checked_add(seconds).ok()?))
        });
        Some(Self { start, end })
    }

    /// A moment alone.
    pub(crate) fn at(start: Moment) -> Self {
        Self { start, end: None }
    }

    /// The start alone.
    pub(crate) fn start_only(&self) -> Self {
        Self::at(self.start.clone())
    }

    /// When it ends, as short as the start allows: `16:30` on the same day.
    pub(crate) fn end_in_words(&self) -> Option<String> {
        let end = self.end.as_ref()?;
        let (first, last) = (self.start.civil(), end.civil());
        Some(match end {
            Moment::Date(after) => after.yesterday().ok()?.strftime("%A %-d %B %Y").to_string(),
            _ if first.date() == last.date() => last.strftime("%H:%M").to_string(),
            _ => last.strftime("%A %-d %B %Y, %H:%M").to_string(),
        })
    }

    /// How long a time lasts on the clock: `an hour and a half`, `2 days`. `None` for what has no simple words.
    pub(crate) fn length_in_words(&self) -> Option<String> {
        let end = self.end.as_ref()?;
        if self.start.tzid() != end.tzid() {
            return None;
        }
        let minutes = end.civil().duration_since(self.start.civil()).as_secs() / 60;
        let (days, hours, rest) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
        Some(match (days, hours, rest) {
            (0, 0, 1) => "a minute".to_owned(),
            (0, 0, 30) => "half an hour".to_owned(),
            (0, 0, rest) if rest > 0 => format!("{rest} minutes"),
            (0, 1, 0) => "an hour".to_owned(),
            (0, 1, 30) => "an hour and a half".to_owned(),
            (0, hours, 0) if hours > 0 => format!("{hours} hours"),
            (0, hours, 30) if hours > 0 => format!("{hours} and a half hours"),
            (0, hours, rest) if hours > 0 => format!("{hours} h {rest} min"),
            (1, 0, 0) => "one day".to_owned(),
            (days, 0, 0) if days > 0 => format!("{days} days"),
            _ => return None,
        })
    }

    /// The day on which it starts, in its own form.
    pub(crate) fn date(&self) -> Date {
        self.start.date()
    }

    /// Another date of the same event on the clock of this one, with its hour where that is another.
    pub(crate) fn other_date_in_words(&self, date: &Moment) -> String {
        let wall = match (&self.start, date) {
            (Moment::Zoned { tzid, .. }, Moment::Utc(instant)) => Clock::of(tzid).map(|clock| clock.shows(*instant)),
            _ => None,
        };
        let wall = wall.unwrap_or_else(|| date.civil());
        let has_same_hour = date.is_date() || self.start.is_date() || wall.time() == self.start.civil().time();
        wall.strftime(if has_same_hour { "%A %-d %B %Y" } else { "%A %-d %B %Y, %H:%M" }).to_string()
    }

    /// The shortest way to say when it starts: `Thu 19 Nov, 15:00`, with the year where it is not this year.
    pub(crate) fn in_short(&self, now: Timestamp) -> String {
        let start = self.start.civil();
        let this_year = Zone::utc().local(now).year();
        let day = start.strftime(if start.year() == this_year { "%a %-d %b" } else { "%a %-d %b %Y" });
        match &self.start {
            Moment::Date(_) => day.to_string(),
            Moment::Utc(_) => format!("{day}, {} UTC", start.strftime("%H:%M")),
            _ => format!("{day}, {}", start.strftime("%H:%M")),
        }
    }

    /// The full sentence, once for each clock that shows something else.
    pub(crate) fn in_words(&self, reader: Option<&Clock>) -> Vec<String> {
        let own = match &self.start {
            Moment::Date(first) => return vec![all_day(*first, self.end.as_ref().map(Moment::date))],
            Moment::Floating(start) => {
                let end = self.end.as_ref().map(Moment::civil);
                return vec![format!("{} (local time)", from_until(*start, end))];
            }
            Moment::Utc(_) => Clock::of("UTC"),
            Moment::Zoned { tzid, .. } => Clock::of(tzid),
        };
        let Some(own) = own else {
            // The zone is not in the tz database: say what was written, and guess nothing.
            let zone = self.start.tzid().map(short_zone_name).unwrap_or_default();
            return vec![format!("{} ({zone})", from_until(self.start.civil(), self.end.as_ref().map(Moment::civil)))];
        };
        let instant = |moment: &Moment| match moment {
            Moment::Utc(instant) => *instant,
            Moment::Zoned { local, tzid } if Some(tzid.as_str()) == self.start.tzid() => own.instant(*local),
            Moment::Zoned { local, tzid } => Clock::of(tzid).unwrap_or_else(|| own.clone()).instant(*local),
            Moment::Floating(local) => own.instant(*local),
            Moment::Date(date) => own.instant(date.at(0, 0, 0, 0)),
        };
        let (start, end) = (instant(&self.start), self.end.as_ref().map(instant));
        let shown = |clock: &Clock| (clock.shows(start), end.map(|end| clock.shows(end)));
        let says = |(start, end)| from_until(start, end);
        let own_words = says(shown(&own));
        let Some(reader) = reader.filter(|reader| reader.name != own.name) else {
            return vec![format!("{own_words} ({})", own.name)];
        };
        // Most readers live by the same clock, and what it shows need not be said anew.
        let reader_words = if shown(reader) == shown(&own) { own_words.clone() } else { says(shown(reader)) };
        if reader_words == own_words {
            return vec![format!("{own_words} ({} and {})", own.name, reader.name)];
        }
        let mut lines = vec![format!("{own_words} ({})", own.name), format!("{reader_words} ({})", reader.name)];
        // Nobody agrees on a time in UTC: it is what a program made of a time on somebody's clock.
        if own.name == "UTC" {
            lines.reverse();
        }
        lines
    }
}

fn from_until(start: DateTime, end: Option<DateTime>) -> String {
    const WHOLE: &str = "%A %-d %B %Y, %H:%M";
    let start_in_words = start.strftime(WHOLE);
    match end.filter(|end| *end > start) {
        None => start_in_words.to_string(),
        Some(end) if end.date() == start.date() => format!("{start_in_words} – {}", end.strftime("%H:%M")),
        Some(end) => format!("{start_in_words} – {}", end.strftime(WHOLE)),
    }
}

/// Whole days; `after` is the day after the last, as DTEND has it.
fn all_day(first: Date, after: Option<Date>) -> String {
    // DTEND equal to DTSTART is a common mistake for one day.
    let last = after.and_then(|after| after.yesterday().ok()).filter(|last| *last > first);
    match last {
        None => format!("{}, all day", first.strftime("%A %-d %B %Y")),
        Some(last) if last.month() == first.month() && last.year() == first.year() => {
            format!("{} – {}, all day", first.strftime("%A %-d"), last.strftime("%A %-d %B %Y"))
        }
        Some(last) => format!("{} – {}, all day", first.strftime("%A %-d %B %Y"), last.strftime("%A %-d %B %Y")),
    }
}

#[cfg(test)]
mod tests {
    use crate::ical::Document;

    use super::*;

    fn span(lines: &str) -> Span {
        let text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        let document = Document::read(text.as_bytes()).expect("readable");
        let event = document.calendar().and_then(|calendar| calendar.components().next().cloned());
        Span::of(&event.expect("an event")).expect("a start")
    }

    #[test]
    fn another_date_is_said_by_the_clock_of_the_event() {
        let span = span("DTSTART;TZID=Europe/Berlin:20261119T003000");
        let check = |date: &str, expected: &str| {
            assert_eq!(span.other_date_in_words(&Moment::parse(date, None).expect("a date")), expected);
        };
        check("20261125T233000Z", "Thursday 26 November 2026");
        check("20261126", "Thursday 26 November 2026");
        check("20261126T140000", "Thursday 26 November 2026, 14:00");
    }

    #[track_caller]
    fn check(lines: &str, reader: &str, expected: &[&str]) {
        assert_eq!(span(lines).in_words(Clock::of(reader).as_ref()), expected, "{lines}");
    }

    #[test]
    fn both_clocks_are_said_where_they_differ() {
        let event = "DTSTART;TZID=Europe/Berlin:20261119T150000\r\nDTEND;TZID=Europe/Berlin:20261119T163000";
        check(event, "Europe/Berlin", &["Thursday 19 November 2026, 15:00 – 16:30 (Berlin)"]);
        check(event, "Africa/Lagos", &["Thursday 19 November 2026, 15:00 – 16:30 (Berlin and Lagos)"]);
        check(
            event,
            "Asia/Tokyo",
            &[
                "Thursday 19 November 2026, 15:00 – 16:30 (Berlin)",
                "Thursday 19 November 2026, 23:00 – Friday 20 November 2026, 00:30 (Tokyo)",
            ],
        );
        check(event, "No/Where", &["Thursday 19 November 2026, 15:00 – 16:30 (Berlin)"]);
    }

    #[test]
    fn each_form_of_time_is_said() {
        check(
            "DTSTART:20261119T150000Z\r\nDURATION:PT45M",
            "Etc/UTC",
            &["Thursday 19 November 2026, 15:00 – 15:45 (UTC)"],
        );
        check(
            "DTSTART:20261119T150000Z",
            "Asia/Tokyo",
            &["Friday 20 November 2026, 00:00 (Tokyo)", "Thursday 19 November 2026, 15:00 (UTC)"],
        );
        check("DTSTART:20261119T150000", "Asia/Tokyo", &["Thursday 19 November 2026, 15:00 (local time)"]);
        check(
            "DTSTART;TZID=Mars Time:20261119T150000",
            "Asia/Tokyo",
            &["Thursday 19 November 2026, 15:00 (Mars Time)"],
        );
        check("DTSTART;VALUE=DATE:20261119", "Asia/Tokyo", &["Thursday 19 November 2026, all day"]);
        check(
            "DTSTART;VALUE=DATE:20261119\r\nDTEND;VALUE=DATE:20261119",
            "Asia/Tokyo",
            &["Thursday 19 November 2026, all day"],
        );
        check(
            "DTSTART;VALUE=DATE:20261119\r\nDTEND;VALUE=DATE:20261121",
            "Asia/Tokyo",
            &["Thursday 19 – Friday 20 November 2026, all day"],
        );
        check(
            "DTSTART;VALUE=DATE:20261130\r\nDURATION:P2D",
            "Asia/Tokyo",
            &["Monday 30 November 2026 – Tuesday 1 December 2026, all day"],
        );
    }

    #[test]
    fn the_short_form_names_the_year_only_where_it_is_another() {
        let now: Timestamp = "2026-11-18T09:00:00Z".parse().expect("an instant");
        assert_eq!(span("DTSTART;TZID=Europe/Berlin:20261119T150000").in_short(now), "Thu 19 Nov, 15:00");
        assert_eq!(span("DTSTART;VALUE=DATE:20270102").in_short(now), "Sat 2 Jan 2027");
        assert_eq!(span("DTSTART:20261119T150000Z").in_short(now), "Thu 19 Nov, 15:00 UTC");
    }

    #[test]
    fn the_end_and_the_length_are_said_shortly() {
        let check = |lines: &str, end: &str, length: Option<&str>| {
            let span = span(lines);
            assert_eq!(
                (span.end_in_words().as_deref(), span.length_in_words().as_deref()),
                (Some(end), length),
                "{lines}"
            );
        };
        check("DTSTART:20261119T150000Z\r\nDTEND:20261119T163000Z", "16:30", Some("an hour and a half"));
        check("DTSTART:20261119T150000Z\r\nDURATION:PT25M", "15:25", Some("25 minutes"));
        check("DTSTART;VALUE=DATE:20261119\r\nDTEND;VALUE=DATE:20261121", "Friday 20 November 2026", Some("2 days"));
        check(
            "DTSTART:20261119T230000Z\r\nDTEND:20261120T010500Z",
            "Friday 20 November 2026, 01:05",
            Some("2 h 5 min"),
        );
        check(
            "DTSTART:20261119T150000Z\r\nDTEND;TZID=Asia/Tokyo:20261120T010000",
            "Friday 20 November 2026, 01:00",
            None,
        );
    }

    #[test]
    fn a_zone_is_called_by_its_city() {
        assert_eq!(short_zone_name("America/Argentina/Buenos_Aires"), "Buenos Aires");
        assert_eq!(short_zone_name("Etc/UTC"), "UTC");
        assert_eq!(short_zone_name("W. Europe Standard Time"), "W. Europe Standard Time");
    }
}
