//! The linter behind the inspector: what in a message would keep a guest's program from understanding it.
//!
//! Each rule names the sentence of an RFC that is broken, what Gmail, Outlook, Apple Mail or Thunderbird would do about it,
//! and how to mend it. What we compose has no findings; `RULES` lists every rule, and each has a message in the tests
//! that breaks it. Beside it, the notes in the margin of the bytes and their colours, as plain values.

mod calendar;
mod event;
mod finding;
mod format;
mod gloss;
mod mail;
mod people;
mod remote;
mod sheet;
mod syntax;
mod time;
mod zone;

#[cfg(test)]
mod examples;

use crate::ical::{Address, Component, Document, Limits, ReadError};

pub use finding::{Finding, Level, MAX_FINDINGS, Place, Rule};
pub use gloss::{Gloss, GlossReader, glosses};
pub use mail::check_mail;
pub use syntax::{Span, SpanKind, spans};

use finding::Report;

/// Every rule there is.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [format::RULES, calendar::RULES, event::RULES, time::RULES, zone::RULES, people::RULES, mail::RULES]
        .into_iter()
        .flatten()
        .copied()
}

/// What a calendar says about itself, as far as the rules look at it together.
struct Object<'d> {
    calendar: &'d Component,
    /// METHOD, upper case. `None` for an object as a server stores it, which has none.
    method: Option<String>,
    /// Everything that is no VTIMEZONE.
    components: Vec<&'d Component>,
    /// The people who read the mail it came in; empty when there is no mail.
    readers: Vec<Address>,
}

impl Object<'_> {
    fn is_method(&self, methods: &[&str]) -> bool {
        self.method.as_deref().is_some_and(|method| methods.contains(&method))
    }
}

/// Checks a calendar by itself: a message if it has a METHOD, a stored object if not.
pub fn check_ics(bytes: &[u8]) -> Vec<Finding> {
    check_part(&Text { bytes, has_line_ends: true }, &read(bytes), None, &[])
}

/// The text of a calendar.
struct Text<'b> {
    bytes: &'b [u8],
    /// Whether the line ends are its own, and not those of a file that the mail was saved in.
    has_line_ends: bool,
}

/// What a text holds, within the limits that the linter has.
fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    Document::read_within(bytes, &Limits::STORED)
}

/// Checks the calendar in a part of a mail: its text, and what was read from it.
fn check_part(
    text: &Text<'_>,
    document: &Result<Document, ReadError>,
    part: Option<&str>,
    readers: &[Address],
) -> Vec<Finding> {
    let mut report = Report::on(text.bytes, document.as_ref().ok(), part);
    format::check_text(text.bytes, text.has_line_ends, &mut report);
    match document {
        Err(problem) => report.whole(&format::UNREADABLE, problem.to_string()),
        Ok(document) => {
            format::check_document(document, &mut report);
            let mut calendars = document.calendars();
            if let Some(calendar) = calendars.next() {
                let method = calendar.value("METHOD").filter(|method| !method.is_empty()).map(str::to_ascii_uppercase);
                let components = calendar.components().filter(|component| !component.is("VTIMEZONE")).collect();
                let object = Object { calendar, method, components, readers: readers.to_vec() };
                calendar::check(&object, calendars.next().is_some(), &mut report);
                event::check(&object, &mut report);
                time::check(&object, &mut report);
                zone::check(&object, &mut report);
                people::check(&object, &mut report);
            }
        }
    }
    report.finish()
}
