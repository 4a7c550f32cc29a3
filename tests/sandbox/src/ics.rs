//! A calendar object as the sandbox reads it: components, properties, and when it happens.
//!
//! Only reading: what a client stored is kept and given back byte for byte.

use ical::recur::IcalRecurDateTime;
use ical::recur::set::IcalRecurSet;
use ical::tree::cst::{IcalCst, IcalItem};
use ical::tz::IcalTz;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::limit;

/// Why a text is not a calendar object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IcsProblem {
    /// It is not iCalendar.
    #[error("this is not iCalendar: {0}")]
    Unreadable(String),
    /// Components nest deeper than [`limit::COMPONENT_DEPTH`].
    #[error("components nest too deep")]
    TooDeep,
    /// It is larger than [`limit::OBJECT_BYTES`].
    #[error("the object is too large")]
    TooLarge,
}

/// A property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name in upper case.
    pub name: String,
    /// Its parameters, names in upper case, values without quotation marks.
    pub parameters: Vec<(String, String)>,
    /// Its value as written, unfolded.
    pub value: String,
}

impl Property {
    /// The value of a parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The value as a text, its escapes undone (RFC 5545 section 3.3.11).
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut characters = self.value.chars();
        while let Some(character) = characters.next() {
            match (character, character == '\\') {
                (_, true) => match characters.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(other) => text.push(other),
                    None => text.push('\\'),
                },
                (character, false) => text.push(character),
            }
        }
        text
    }

    /// The address of an ATTENDEE or ORGANIZER, in lower case and without `mailto:`.
    #[must_use]
    pub fn address(&self) -> String {
        let value = self.value.trim().to_ascii_lowercase();
        value.strip_prefix("mailto:").unwrap_or(&value).to_owned()
    }
}

/// A component with its properties and the components inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its name in upper case.
    pub name: String,
    /// Its properties in order.
    pub properties: Vec<Property>,
    /// The components inside in order.
    pub components: Vec<Component>,
}

impl Component {
    /// The first property of that name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// The value of the first property of that name, as written.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.property(name).map(|property| property.value.as_str())
    }

    /// All properties of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }
}

/// A calendar object.
pub struct Ics {
    /// The VCALENDAR.
    pub calendar: Component,
    set: IcalRecurSet,
    zones: Vec<IcalTz>,
}

impl Ics {
    /// Reads an object.
    ///
    /// # Errors
    ///
    /// See [`IcsProblem`].
    pub fn read(text: &str) -> Result<Self, IcsProblem> {
        if text.len() > limit::OBJECT_BYTES {
            return Err(IcsProblem::TooLarge);
        }
        // The parser below goes down by calling itself.
        if depth_of(text) > limit::COMPONENT_DEPTH {
            return Err(IcsProblem::TooDeep);
        }
        let tree = IcalCst::parse(text).map_err(|problem| IcsProblem::Unreadable(problem.to_string()))?;
        let calendar = component_of(&tree);
        if calendar.name != "VCALENDAR" {
            return Err(IcsProblem::Unreadable("no VCALENDAR".to_owned()));
        }
        let decoded = tree.decode();
        let zones = decoded.components.iter().filter_map(IcalTz::of_component).collect();
        let mut ics = Self { calendar, set: IcalRecurSet::default(), zones };
        if let Some(uid) = ics.uid() {
            ics.set = IcalRecurSet::of_uid(&decoded.components, &uid);
        }
        Ok(ics)
    }

    /// The components that are no time zones.
    pub fn entries(&self) -> impl Iterator<Item = &Component> {
        self.calendar.components.iter().filter(|component| component.name != "VTIMEZONE")
    }

    /// The UID of the first entry.
    #[must_use]
    pub fn uid(&self) -> Option<String> {
        self.entries().find_map(|entry| entry.value("UID")).map(str::to_owned)
    }

    /// The METHOD in upper case: then it is a message, not something to store.
    #[must_use]
    pub fn method(&self) -> Option<String> {
        self.calendar.value("METHOD").map(|method| method.trim().to_ascii_uppercase())
    }

    /// Whether anything of it happens from `from` to before `to`, in Unix seconds (RFC 4791 section 9.9).
    ///
    /// An object with more occurrences than [`limit::OCCURRENCE_CANDIDATES`] before the range is said to be in it:
    /// too much is better than too little.
    #[must_use]
    pub fn happens_between(&self, from: i64, to: i64) -> bool {
        let overlaps = |start: i64, end: i64| {
            if end > start { start < to && end > from } else { from <= start && start < to }
        };
        // Each override at its own time, and a single event.
        let single = self.entries().filter(|entry| {
            entry.property("RECURRENCE-ID").is_some()
                || (entry.property("RRULE").is_none() && entry.property("RDATE").is_none())
        });
        let mut spans = single.filter_map(|entry| self.span(entry));
        if spans.any(|(start, end)| overlaps(start, end)) {
            return true;
        }
        let series = self.entries().find(|entry| entry.property("RECURRENCE-ID").is_none());
        let Some((series, (start, end))) = series.and_then(|series| Some((series, self.span(series)?))) else {
            return false;
        };
        let length = end - start;
        for (count, occurrence) in self.set.expand().enumerate() {
            if count >= limit::OCCURRENCE_CANDIDATES {
                return true;
            }
            let Some(at) = self.instant_of(occurrence.id, series.property("DTSTART")) else { return false };
            if at >= to {
                return false;
            }
            if occurrence.over.is_none() && overlaps(at, at + length) {
                return true;
            }
        }
        false
    }

    /// Start and end of a component in Unix seconds.
    #[must_use]
    pub fn span(&self, entry: &Component) -> Option<(i64, i64)> {
        let begin = entry.property("DTSTART")?;
        let start = self.instant(begin)?;
        let end = if let Some(end) = entry.property("DTEND").or_else(|| entry.property("DUE")) {
            self.instant(end)?
        } else if let Some(duration) = entry.value("DURATION").and_then(duration_seconds) {
            start + duration
        } else if is_date(begin) {
            start + 86_400
        } else {
            start
        };
        Some((start, end.max(start)))
    }

    /// The instant of a date or date-time property in Unix seconds; floating times are read as UTC.
    #[must_use]
    pub fn instant(&self, property: &Property) -> Option<i64> {
        self.instant_of(IcalRecurDateTime::parse(property.value.trim()).ok()?, Some(property))
    }

    fn instant_of(&self, local: IcalRecurDateTime, clock: Option<&Property>) -> Option<i64> {
        let is_utc = clock.is_some_and(|property| property.value.trim().ends_with(['Z', 'z']));
        let Some(tzid) = clock.and_then(|property| property.parameter("TZID")).filter(|_| !is_utc) else {
            return Some(local.seconds());
        };
        if let Some(zone) = self.zones.iter().find(|zone| zone.id == tzid) {
            return Some(zone.resolve(local).literal_instant(local));
        }
        let Ok(zone) = TimeZone::get(tzid) else { return Some(local.seconds()) };
        let civil = DateTime::new(
            i16::try_from(local.year).ok()?,
            i8::try_from(local.month).ok()?,
            i8::try_from(local.day).ok()?,
            i8::try_from(local.hour).ok()?,
            i8::try_from(local.minute).ok()?,
            i8::try_from(local.second.min(59)).ok()?,
            0,
        );
        Some(zone.to_zoned(civil.ok()?).ok()?.timestamp().as_second())
    }
}

/// Whether a date property has no time of day.
#[must_use]
pub fn is_date(property: &Property) -> bool {
    property.value.trim().len() == 8
}

/// The deepest nesting of BEGIN lines.
fn depth_of(text: &str) -> usize {
    let mut depth: usize = 0;
    let mut deepest = 0;
    for line in text.lines() {
        let starts_with = |word: &str| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if starts_with("BEGIN") {
            depth += 1;
            deepest = deepest.max(depth);
        } else if starts_with("END") {
            depth = depth.saturating_sub(1);
        }
    }
    deepest
}

fn component_of(tree: &IcalCst<'_>) -> Component {
    let name = tree.begin.as_ref().map(|begin| begin.raw_value_str().trim().to_ascii_uppercase());
    let mut component = Component { name: name.unwrap_or_default(), properties: Vec::new(), components: Vec::new() };
    for item in &tree.items {
        match item {
            IcalItem::Prop(line) => component.properties.push(Property {
                name: line.name.get().to_ascii_uppercase(),
                parameters: line
                    .params
                    .iter()
                    .map(|parameter| {
                        let values: Vec<_> =
                            parameter.values.iter().map(|value| value.get().trim_matches('"')).collect();
                        (parameter.name.get().to_ascii_uppercase(), values.join(","))
                    })
                    .collect(),
                value: line.raw_value_str().into_owned(),
            }),
            IcalItem::Component(inner) => component.components.push(component_of(inner)),
            IcalItem::Opaque(_) => {}
        }
    }
    component
}

/// The length of a DURATION (RFC 5545 section 3.3.6).
fn duration_seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut seconds: i64 = 0;
    let mut number: i64 = 0;
    for character in text.strip_prefix('P')?.chars() {
        let unit = match character {
            '0'..='9' => {
                number = number.checked_mul(10)?.checked_add(i64::from(character.to_digit(10)?))?;
                continue;
            }
            'T' => continue,
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        number = 0;
    }
    Some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(lines: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n")
    }

    fn second(text: &str) -> i64 {
        IcalRecurDateTime::parse(text).unwrap().seconds()
    }

    #[track_caller]
    fn check(lines: &str, from: &str, to: &str, expected: bool) {
        let ics = Ics::read(&event(lines)).unwrap();
        assert_eq!(ics.happens_between(second(from), second(to)), expected);
    }

    #[test]
    fn an_event_is_in_a_range_that_it_overlaps() {
        let lines = "DTSTART:20261123T090000Z\r\nDTEND:20261123T100000Z\r\n";
        check(lines, "20261123T093000Z", "20261123T094500Z", true);
        check(lines, "20261123T100000Z", "20261123T110000Z", false);
        check(lines, "20261123T080000Z", "20261123T090000Z", false);
        check("DTSTART:20261123T090000Z\r\n", "20261123T090000Z", "20261123T091000Z", true);
        check("DTSTART:20261123T090000Z\r\nDURATION:PT30M\r\n", "20261123T092900Z", "20261124T000000Z", true);
        check("DTSTART;VALUE=DATE:20261123\r\n", "20261123T230000Z", "20261124T010000Z", true);
    }

    #[test]
    fn a_series_is_in_a_range_where_it_occurs() {
        let lines = "DTSTART;TZID=Europe/Berlin:20261005T190000\r\nDURATION:PT2H\r\nRRULE:FREQ=WEEKLY\r\n\
                     EXDATE;TZID=Europe/Berlin:20261130T190000\r\n";
        // In winter 19:00 in Berlin is 18:00 UTC, in summer it is 17:00.
        check(lines, "20261123T180000Z", "20261123T180100Z", true);
        check(lines, "20261123T170000Z", "20261123T180000Z", false);
        check(lines, "20261012T170000Z", "20261012T170100Z", true);
        check(lines, "20261130T000000Z", "20261201T000000Z", false);
        check(lines, "20351231T000000Z", "20360108T000000Z", true);
        check(lines, "20250101T000000Z", "20260101T000000Z", false);
    }

    #[test]
    fn a_moved_occurrence_is_where_it_was_moved_to() {
        let series = "DTSTART:20261005T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\n\
                      BEGIN:VEVENT\r\nUID:u\r\nRECURRENCE-ID:20261012T090000Z\r\nDTSTART:20261014T090000Z\r\nDURATION:PT1H\r\n";
        check(series, "20261012T000000Z", "20261013T000000Z", false);
        check(series, "20261014T000000Z", "20261015T000000Z", true);
        check(series, "20261019T000000Z", "20261020T000000Z", true);
        check(series, "20261026T000000Z", "20261027T000000Z", false);
    }

    #[test]
    fn nesting_is_refused_just_above_the_limit() {
        let nested =
            |depth: usize| format!("{}{}", "BEGIN:VCALENDAR\r\n".repeat(depth), "END:VCALENDAR\r\n".repeat(depth));
        assert!(Ics::read(&nested(limit::COMPONENT_DEPTH)).is_ok());
        assert_eq!(Ics::read(&nested(limit::COMPONENT_DEPTH + 1)).err(), Some(IcsProblem::TooDeep));
        assert_eq!(Ics::read(&nested(20_000)).err(), Some(IcsProblem::TooDeep));
    }

    #[test]
    fn what_is_no_calendar_is_refused() {
        for text in ["", "Hello", "BEGIN:VCALENDAR\r\n", "BEGIN:VEVENT\r\nUID:u\r\nEND:VEVENT\r\n"] {
            assert!(Ics::read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_address_is_read_whatever_the_case_of_its_scheme() {
        let ics =
            Ics::read(&event("ATTENDEE;CN=\"Zo\u{eb}, the cook\":MAILTO:Zoe@Example.org\r\nSUMMARY:a\\, b\\nc\r\n"))
                .unwrap();
        let event = ics.entries().next().unwrap();
        let attendee = event.property("ATTENDEE").unwrap();
        assert_eq!(attendee.address(), "zoe@example.org");
        assert_eq!(attendee.parameter("CN"), Some("Zo\u{eb}, the cook"));
        assert_eq!(event.property("SUMMARY").unwrap().text(), "a, b\nc");
    }
}
