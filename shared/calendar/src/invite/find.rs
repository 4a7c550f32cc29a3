//! The calendar in a mail: which parts may hold one, and what is in them.
//!
//! Producers label it in every way there is: `text/calendar` without a method, `application/ics`, a nameless type with a
//! file name. The label decides only whether a part is looked at; what it is, its own text says (RFC 6047 section 2.4).

use crate::ical::{Document, Limits, ReadError};
use crate::mime::{Charsets, ContentType, Part};

/// A calendar that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What the sender wants, upper case: METHOD of the text, or else of the header.
    pub method: Option<String>,
    /// The METHOD that the part's header has, upper case: Outlook and Gmail show buttons only when it is the same.
    pub header_method: Option<String>,
    /// The calendar as text, in UTF-8.
    pub ics: String,
    /// Where it was: the number of the part as IMAP counts.
    pub place: String,
    /// Whether every character of it was understood.
    pub is_certain: bool,
}

/// Why a part that is labelled as a calendar is not read as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartProblem {
    /// There is no calendar in it.
    #[error("the calendar part holds no calendar")]
    NoCalendar,
    /// It is over a limit.
    #[error("the calendar part is not read: {0}")]
    Limit(#[from] ReadError),
}

/// Whether a part may hold a calendar, by its media type (with or without parameters) and the file name it gives itself.
pub fn is_calendar_part(media_type: &str, file_name: Option<&str>) -> bool {
    let kind = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_named = file_name.is_some_and(|name| {
        let name = name.trim().to_ascii_lowercase();
        name.ends_with(".ics") || name.ends_with(".ical") || name.ends_with(".ifb")
    });
    match kind.as_str() {
        "text/calendar" | "application/ics" | "application/calendar" | "text/x-vcalendar" | "text/ics" => true,
        "" | "text/plain" => is_named,
        _ => is_named && kind.starts_with("application/"),
    }
}

/// Reads the body of a part that may hold a calendar.
pub fn read_part(part: &Part, message: &[u8], place: &str, charsets: &dyn Charsets) -> Result<Found, PartProblem> {
    let text = part.text(message, charsets);
    let ics = text.text.into_owned();
    if !ics.trim_start().get(..15).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err(PartProblem::NoCalendar);
    }
    let document = Document::read_within(ics.as_bytes(), &Limits::INVITATION)?;
    let calendar = document.calendar().ok_or(PartProblem::NoCalendar)?;
    let header_method = method_of(&part.content_type);
    let body_method = calendar.value("METHOD").filter(|method| !method.is_empty()).map(str::to_ascii_uppercase);
    Ok(Found {
        method: body_method.or_else(|| header_method.clone()),
        header_method,
        ics,
        place: place.to_owned(),
        is_certain: text.is_certain,
    })
}

fn method_of(content_type: &ContentType) -> Option<String> {
    let method = content_type.parameter("method")?.trim().to_ascii_uppercase();
    (!method.is_empty()).then_some(method)
}

/// Adds a calendar unless the same was found already: most mails carry it twice, as a part and as an attachment.
pub(super) fn add(found: &mut Vec<Found>, new: Found) {
    let same = |known: &&mut Found| {
        let methods_agree = known.method == new.method || known.method.is_none() || new.method.is_none();
        methods_agree && meaning(&known.ics) == meaning(&new.ics)
    };
    match found.iter_mut().find(same) {
        Some(known) if known.method.is_none() && new.method.is_some() => *known = new,
        Some(_) => {}
        None => found.push(new),
    }
}

/// The lines of a calendar without their folds and line ends, and without METHOD, which attached copies leave out.
fn meaning(ics: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in ics.split('\n').map(|line| line.trim_end_matches('\r')) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ if line.trim().is_empty() => {}
            _ => lines.push(line.to_owned()),
        }
    }
    lines.retain(|line| !line.get(..7).is_some_and(|name| name.eq_ignore_ascii_case("METHOD:")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(media_type: &str, name: Option<&str>, expected: bool) {
        assert_eq!(is_calendar_part(media_type, name), expected, "{media_type} {name:?}");
    }

    #[test]
    fn the_label_decides_whether_a_part_is_looked_at() {
        check("text/calendar", None, true);
        check("Text/Calendar; method=REQUEST", None, true);
        check("application/ics", None, true);
        check("application/octet-stream", Some("Invite.ICS"), true);
        check("text/plain", Some("invite.ics"), true);
        check("application/octet-stream", None, false);
        check("application/pdf", Some("agenda.pdf"), false);
        check("image/png", Some("fake.ics"), false);
        check("text/html", None, false);
        check("message/rfc822", Some("forwarded.ics"), false);
    }

    fn found(method: Option<&str>, ics: &str, place: &str) -> Found {
        let method = method.map(str::to_owned);
        Found { method, header_method: None, ics: ics.to_owned(), place: place.to_owned(), is_certain: true }
    }

    #[track_caller]
    fn check_places(parts: &[Found], expected: &[&str]) {
        let mut kept = Vec::new();
        parts.iter().for_each(|part| add(&mut kept, part.clone()));
        let places: Vec<_> = kept.iter().map(|part| part.place.as_str()).collect();
        assert_eq!(places, expected);
    }

    #[test]
    fn a_copy_is_found_once() {
        let ics = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nUID:1\r\nEND:VCALENDAR\r\n";
        let folded = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nUI\n D:1\nEND:VCALENDAR";
        let bare = "BEGIN:VCALENDAR\r\nUID:1\r\nEND:VCALENDAR\r\n";
        check_places(&[found(Some("REQUEST"), ics, "1"), found(Some("REQUEST"), folded, "2")], &["1"]);
        check_places(&[found(None, bare, "1"), found(Some("REQUEST"), ics, "2")], &["2"]);
        check_places(&[found(Some("REQUEST"), ics, "1"), found(Some("CANCEL"), bare, "2")], &["1", "2"]);
        check_places(&[found(None, bare, "1"), found(None, "BEGIN:VCALENDAR\r\nUID:2", "2")], &["1", "2"]);
    }
}
