//! The notes in the margin: what a line of a calendar means, in a sentence for somebody who never saw one.

use std::ops::RangeInclusive;

use jiff::Timestamp;

use crate::ical::{Address, Component, Document, Item, Limits, Property};
use crate::invite::{EventSpan, ZoneClock, rule_in_words, short_zone_name};
use crate::time::moment::Moment;

use super::sheet::Sheet;

/// Who reads the notes.
#[derive(Clone, Copy, Debug)]
pub struct GlossReader<'a> {
    /// The person's own addresses.
    pub me: &'a [Address],
    /// The guest whom this message is for, when it is for one.
    pub guest: Option<&'a Address>,
    /// Now.
    pub now: Timestamp,
    /// The person's zone: an IANA name.
    pub zone: &'a str,
}

/// A note and the physical lines it belongs to, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gloss {
    /// The lines.
    pub lines: RangeInclusive<usize>,
    /// The note, a sentence.
    pub note: String,
}

/// The notes for a calendar, in the order of its lines. None for a text that cannot be read.
pub fn glosses(ics: &str, reader: &GlossReader<'_>) -> Vec<Gloss> {
    let Ok(document) = Document::read_within(ics.as_bytes(), &Limits::STORED) else { return Vec::new() };
    let sheet = Sheet::read(ics.as_bytes());
    let mut margin = Margin { reader, sheet: &sheet, cursor: 0, method: String::new(), notes: Vec::new() };
    if let Some(calendar) = document.calendar() {
        margin.method = calendar.value("METHOD").unwrap_or_default().to_ascii_uppercase();
        margin.walk(calendar, calendar.name());
    }
    margin.notes
}

struct Margin<'a> {
    reader: &'a GlossReader<'a>,
    sheet: &'a Sheet,
    cursor: usize,
    method: String,
    notes: Vec<Gloss>,
}

impl Margin<'_> {
    fn walk(&mut self, component: &Component, parent: &str) {
        for item in component.items() {
            match item {
                Item::Property(property) => {
                    let Some(found) = self.sheet.find(self.cursor, |text| text == property.line()) else { continue };
                    self.cursor = found + 1;
                    let lines = self.sheet.numbers(found);
                    if let Some(note) = self.note(component, parent, property) {
                        let folded = lines.start() != lines.end() && property.is("DESCRIPTION");
                        let more = if folded { " Folded so that no line is over 75 bytes." } else { "" };
                        self.notes.push(Gloss { lines, note: format!("{note}{more}") });
                    }
                }
                Item::Component(inner) => self.walk(inner, component.name()),
                Item::Unreadable(_) => {}
            }
        }
    }

    fn note(&self, component: &Component, parent: &str, property: &Property) -> Option<String> {
        let name = property.name().to_ascii_uppercase();
        match component.name().to_ascii_uppercase().as_str() {
            "VCALENDAR" if name == "METHOD" => method_note(property.value().trim()).map(str::to_owned),
            "VTIMEZONE" if name == "TZID" => Some(format!(
                "What “{}” means, in full, so that no program has to guess.",
                short_zone_name(property.value().trim())
            )),
            "STANDARD" | "DAYLIGHT" if name == "RRULE" => observance_note(component, property),
            "VALARM" if name == "TRIGGER" => Some("A reminder, for this calendar only.".to_owned()),
            "VEVENT" | "VTODO" | "VJOURNAL" if !parent.eq_ignore_ascii_case(component.name()) => {
                self.event_note(component, property, &name)
            }
            _ => None,
        }
    }

    fn event_note(&self, event: &Component, property: &Property, name: &str) -> Option<String> {
        let is_message = !self.method.is_empty();
        Some(match name {
            "UID" if is_message => "The same in every mail about this event.".to_owned(),
            "UID" => "The name of this event, for every program and for ever.".to_owned(),
            "SEQUENCE" => match property.value().trim() {
                "0" => "The first version.".to_owned(),
                "1" => "The time or the place has changed once so far.".to_owned(),
                count => format!("The time or the place has changed {count} times so far."),
            },
            "DTSTAMP" => format!("Written {}.", self.written(property)?),
            "DTSTART" => self.start_note(event)?,
            "DTEND" | "DURATION" => self.end_note(event)?,
            "RRULE" => {
                let start = EventSpan::of(event)?.date();
                let words = property.value().parse().ok().and_then(|rule| rule_in_words(&rule, start))?;
                format!("It repeats {words}.")
            }
            "EXDATE" => "Dates of the series that are left out.".to_owned(),
            "RDATE" => "Dates besides those of the rule.".to_owned(),
            "RECURRENCE-ID" => format!("Only this date of the series: {}.", self.moment_in_words(property)?),
            "DESCRIPTION" if is_message => "Your text for the guests.".to_owned(),
            "COMMENT" => "What is said beside it.".to_owned(),
            "ORGANIZER" if self.is_me(property) => "You. Answers come to this address.".to_owned(),
            "ORGANIZER" => "Who invites. Answers go to this address.".to_owned(),
            "ATTENDEE" => self.attendee_note(property)?,
            "STATUS" if property.value().trim().eq_ignore_ascii_case("CANCELLED") => {
                "It does not take place.".to_owned()
            }
            "TRANSP" if property.value().trim().eq_ignore_ascii_case("TRANSPARENT") => {
                "It leaves the time free.".to_owned()
            }
            "CLASS" if !property.value().trim().eq_ignore_ascii_case("PUBLIC") => {
                "Others who see the calendar see that the time is taken, and not more.".to_owned()
            }
            _ => return None,
        })
    }

    fn is_me(&self, property: &Property) -> bool {
        self.reader.me.contains(&property.address())
    }

    fn attendee_note(&self, property: &Property) -> Option<String> {
        let answer = property.parameter("PARTSTAT").unwrap_or_default().trim().to_ascii_uppercase();
        let answer = match answer.as_str() {
            "" | "NEEDS-ACTION" => "asked, not yet answered",
            "ACCEPTED" => "has accepted",
            "DECLINED" => "has declined",
            "TENTATIVE" => "might come",
            "DELEGATED" => "has sent somebody else",
            _ => return None,
        };
        let address = property.address();
        if self.is_me(property) {
            let comes = matches!(answer, "has accepted");
            return Some(if comes {
                "You, coming.".to_owned()
            } else {
                format!("You: {}.", answer.replace("has ", ""))
            });
        }
        if self.reader.guest == Some(&address) {
            return Some(format!("This guest: {answer}."));
        }
        let optional = property.parameter_is("ROLE", "OPT-PARTICIPANT");
        Some(format!("{}: {answer}.", if optional { "Another guest, who may stay away" } else { "Another guest" }))
    }

    fn start_note(&self, event: &Component) -> Option<String> {
        let lines = EventSpan::of(event)?.start_only().in_words(ZoneClock::of(self.reader.zone).as_ref());
        Some(format!("{}.", lines.join(", which is ")))
    }

    fn end_note(&self, event: &Component) -> Option<String> {
        let span = EventSpan::of(event)?;
        let end = span.end_in_words()?;
        Some(match span.length_in_words() {
            Some(length) => format!("Until {end}, {length}."),
            None => format!("Until {end}."),
        })
    }

    fn moment_in_words(&self, property: &Property) -> Option<String> {
        let moment = Moment::parse(property.value(), property.parameter("TZID").as_deref()).ok()?;
        let lines = EventSpan::at(moment).in_words(ZoneClock::of(self.reader.zone).as_ref());
        lines.into_iter().next()
    }

    fn written(&self, property: &Property) -> Option<String> {
        let Moment::Utc(stamped) = Moment::parse(property.value(), None).ok()? else { return None };
        let clock = ZoneClock::of(self.reader.zone).or_else(|| ZoneClock::of("UTC"))?;
        let (local, today) = (clock.shows(stamped), clock.shows(self.reader.now).date());
        let day = match local.date() {
            day if day == today => "today".to_owned(),
            day if today.yesterday().is_ok_and(|yesterday| yesterday == day) => "yesterday".to_owned(),
            day => format!("on {}", day.strftime("%A %-d %B %Y")),
        };
        Some(format!("{day}, {} in {}", local.strftime("%H:%M:%S"), clock.name()))
    }
}

fn method_note(method: &str) -> Option<&'static str> {
    Some(match method.to_ascii_uppercase().as_str() {
        "REQUEST" => "An invitation: the guest is asked to answer.",
        "CANCEL" => "A cancellation: the guest’s program takes the event out.",
        "REPLY" => "An answer to the organizer.",
        "ADD" => "More dates for an event that the guest knows.",
        "COUNTER" => "A proposal to the organizer: another time.",
        "DECLINECOUNTER" => "The organizer’s no to a proposal.",
        "REFRESH" => "A request for the current version.",
        "PUBLISH" => "For information: no answer is expected.",
        _ => return None,
    })
}

/// When the clocks change: `Summer time, last Sunday in March.`
fn observance_note(component: &Component, property: &Property) -> Option<String> {
    let start = component.property("DTSTART").and_then(|start| Moment::parse(start.value(), None).ok())?;
    let words = property.value().parse().ok().and_then(|rule| rule_in_words(&rule, start.date()))?;
    let day = words.strip_prefix("every year on ")?.trim_start_matches("the ").replace(" of ", " in ");
    let season = if component.is("DAYLIGHT") { "Summer time" } else { "Winter time" };
    Some(format!("{season}, {day}."))
}
