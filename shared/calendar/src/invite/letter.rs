//! What a scheduling message says to a person who reads mail, not iCalendar: a subject, a sentence, the facts.
//!
//! Plain words, the same in plain text and in HTML, nothing that is loaded from anywhere. What other people wrote is
//! escaped and cut to a length that a mail can carry; the calendar part always has all of it.

use std::fmt::Write;

use jiff::Timestamp;

use crate::ical::{Component, Property};
use crate::itip::Reason;
use crate::order;
use crate::time::moment::Moment;

use super::rule::rule_in_words;
use super::when::{Clock, Span};

/// The longest title in a subject line.
const MAX_SUBJECT_TITLE_CHARACTERS: usize = 160;
/// The longest text of the event's own that the words repeat.
const MAX_DESCRIPTION_CHARACTERS: usize = 8_000;
/// The most guests that are named, and the most single dates.
const MAX_LISTED: usize = 20;

/// Why the mail is sent, as its subject says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The guest is asked for the first time.
    Invitation,
    /// The guest knows the event, and something changed.
    Update,
    /// The whole event is cancelled.
    Cancellation,
    /// Single dates of the event are cancelled.
    DatesCancelled,
    /// The guest is no longer invited.
    Removal,
    /// Dates are added.
    DatesAdded,
    /// The event is shown; no answer is wanted.
    Publication,
    /// An answer: yes.
    Accepted,
    /// An answer: no.
    Declined,
    /// An answer: perhaps.
    Tentative,
    /// An answer: somebody else comes.
    Delegated,
    /// An answer that says different things of different dates.
    Answers,
    /// Another time is proposed.
    Counter,
    /// The proposed time is declined.
    CounterDeclined,
    /// The current version is asked for.
    Refresh,
}

impl Occasion {
    /// The occasion for a reason that scheduling gives; none where the message itself tells more.
    #[must_use]
    pub fn for_reason(reason: Reason) -> Option<Self> {
        Some(match reason {
            Reason::New => Self::Invitation,
            Reason::Rescheduled | Reason::Updated | Reason::Refresh => Self::Update,
            Reason::Removed => Self::Removal,
            Reason::Cancelled => Self::Cancellation,
            Reason::OccurrenceCancelled => Self::DatesCancelled,
            Reason::Counter => Self::Counter,
            Reason::CounterDeclined => Self::CounterDeclined,
            Reason::Answer => return None,
        })
    }

    /// The occasion as far as the message itself tells. Whether somebody is new, it cannot tell: a SEQUENCE above zero is
    /// taken as an update.
    pub(super) fn of(method: &str, components: &[&Component]) -> Self {
        let first = components.first();
        let has_master = components.iter().any(|component| component.property("RECURRENCE-ID").is_none());
        match method {
            "CANCEL" if has_master => Self::Cancellation,
            "CANCEL" => Self::DatesCancelled,
            "REPLY" => Self::of_answers(components),
            "ADD" => Self::DatesAdded,
            "PUBLISH" => Self::Publication,
            "COUNTER" => Self::Counter,
            "DECLINECOUNTER" => Self::CounterDeclined,
            "REFRESH" => Self::Refresh,
            _ => match first.and_then(|component| component.value("SEQUENCE")) {
                Some(sequence) if !sequence.trim_start_matches('0').is_empty() => Self::Update,
                _ => Self::Invitation,
            },
        }
    }

    fn of_answers(components: &[&Component]) -> Self {
        let answers = components.iter().flat_map(|component| component.all("ATTENDEE"));
        let mut answers = answers.map(|attendee| {
            match attendee.parameter("PARTSTAT").unwrap_or_default().trim().to_ascii_uppercase().as_str() {
                "ACCEPTED" => Self::Accepted,
                "DECLINED" => Self::Declined,
                "TENTATIVE" => Self::Tentative,
                "DELEGATED" => Self::Delegated,
                _ => Self::Answers,
            }
        });
        let first = answers.next().unwrap_or(Self::Answers);
        if answers.all(|answer| answer == first) { first } else { Self::Answers }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Invitation => "Invitation",
            Self::Update => "Updated invitation",
            Self::Cancellation | Self::DatesCancelled | Self::Removal => "Cancelled",
            Self::DatesAdded => "New date",
            Self::Publication => "Event",
            Self::Accepted => "Accepted",
            Self::Declined => "Declined",
            Self::Tentative => "Tentative",
            Self::Delegated => "Delegated",
            Self::Answers => "Answered",
            Self::Counter => "New time proposed",
            Self::CounterDeclined => "Proposal declined",
            Self::Refresh => "Current version wanted",
        }
    }

    fn sentence(self, who: &str) -> String {
        match self {
            Self::Invitation => format!("{who} invites you."),
            Self::Update => format!("{who} has changed an event that you are invited to."),
            Self::Cancellation => format!("{who} has cancelled this event."),
            Self::DatesCancelled => format!("{who} has cancelled this date of an event that you are invited to."),
            Self::Removal => format!("{who} has taken you off the guest list of this event."),
            Self::DatesAdded => format!("{who} has added a date to an event that you are invited to."),
            Self::Publication => format!("{who} sends you an event. No answer is expected."),
            Self::Accepted => format!("{who} accepts."),
            Self::Declined => format!("{who} declines."),
            Self::Tentative => format!("{who} might come."),
            Self::Delegated => format!("{who} sends somebody else."),
            Self::Answers => format!("{who} has answered."),
            Self::Counter => format!("{who} proposes another time."),
            Self::CounterDeclined => format!("{who} keeps the event as it is; the proposal is declined."),
            Self::Refresh => format!("{who} asks for the current version of this event."),
        }
    }

    /// Whether the reader is expected to answer.
    fn wants_an_answer(self) -> bool {
        matches!(self, Self::Invitation | Self::Update | Self::DatesAdded)
    }
}

/// The words of one mail.
pub(super) struct Letter {
    /// The subject line.
    pub(super) subject: String,
    /// The whole as plain text, with line feeds.
    pub(super) text: String,
    /// The same as HTML.
    pub(super) html: String,
}

impl Letter {
    /// Writes the words for a message of these components; `who` is the sender's name.
    pub(super) fn write(
        occasion: Occasion,
        who: &str,
        components: &[&Component],
        now: Timestamp,
        reader: Option<&Clock>,
    ) -> Self {
        let main = components.iter().find(|component| component.property("RECURRENCE-ID").is_none());
        let main = main.or(components.first());
        let title = main.map(|component| text_of(component, "SUMMARY", usize::MAX)).unwrap_or_default();
        let title = if title.is_empty() { "(no title)".to_owned() } else { title.replace('\n', " ") };
        let span = main.and_then(|main| Span::of(main));
        let facts = main.map(|main| facts(main, span.as_ref(), components, reader)).unwrap_or_default();
        let comment = components.iter().map(|component| text_of(component, "COMMENT", MAX_DESCRIPTION_CHARACTERS));
        let comment = comment.filter(|comment| !comment.is_empty()).collect::<Vec<_>>().join("\n\n");
        let description = main.map(|main| text_of(main, "DESCRIPTION", MAX_DESCRIPTION_CHARACTERS)).unwrap_or_default();
        let page = Page {
            sentence: occasion.sentence(who),
            title: &title,
            facts: &facts,
            paragraphs: [comment.as_str(), description.as_str()],
            closing: if occasion.wants_an_answer() {
                "Answer with the buttons that your mail program shows, or reply to this mail."
            } else {
                ""
            },
        };
        Self { subject: subject(occasion, &title, span.as_ref(), now), text: page.text(), html: page.html() }
    }
}

fn subject(occasion: Occasion, title: &str, span: Option<&Span>, now: Timestamp) -> String {
    let cut = title.char_indices().nth(MAX_SUBJECT_TITLE_CHARACTERS).map(|(at, _)| at);
    let short = cut.map_or(title, |at| &title[..at]);
    let ellipsis = if cut.is_some() { "…" } else { "" };
    let when = span.map(|span| span.in_short(now)).unwrap_or_default();
    let comma = if when.is_empty() { "" } else { ", " };
    [occasion.prefix(), ": ", short, ellipsis, comma, &when].concat()
}

/// The facts in the order in which a reader asks for them, each with its label.
fn facts(
    main: &Component,
    span: Option<&Span>,
    components: &[&Component],
    reader: Option<&Clock>,
) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    for line in span.iter().flat_map(|span| span.in_words(reader)) {
        facts.push(("When", line));
    }
    if let (Some(span), Some(rule)) = (span, main.value("RRULE")) {
        let words = rule.parse().ok().and_then(|rule| rule_in_words(&rule, span.date()));
        let words = words.unwrap_or_else(|| "on several dates".to_owned());
        facts.push(("Repeats", words));
    }
    for (label, name) in [("Also on", "RDATE"), ("Not on", "EXDATE")] {
        if let Some(dates) = span.and_then(|span| other_dates(main, name, span)) {
            facts.push((label, dates));
        }
    }
    let place = text_of(main, "LOCATION", MAX_DESCRIPTION_CHARACTERS).replace('\n', ", ");
    if !place.is_empty() {
        facts.push(("Where", place));
    }
    for link in main.all("CONFERENCE").chain(main.all("URL")).take(MAX_LISTED) {
        facts.push(("Link", clean(link.value(), MAX_DESCRIPTION_CHARACTERS).replace('\n', "")));
    }
    if let Some(organizer) = main.property("ORGANIZER") {
        facts.push(("Organizer", person(organizer)));
    }
    let guests: Vec<String> = main.all("ATTENDEE").map(person).collect();
    if guests.len() > 1 {
        facts.push(("Guests", some_of(&guests, String::clone)));
    }
    for single in components.iter().filter(|component| !std::ptr::eq(**component, main)).take(MAX_LISTED) {
        facts.push(("One date", one_date(single, reader)));
    }
    facts
}

/// The first of many in words, and how many there are besides.
fn some_of<T>(all: &[T], in_words: impl Fn(&T) -> String) -> String {
    let mut listed = all.iter().take(MAX_LISTED).map(in_words).collect::<Vec<_>>().join(", ");
    if all.len() > MAX_LISTED {
        let _ = write!(listed, " and {} more", all.len() - MAX_LISTED);
    }
    listed
}

/// The dates that a series has besides its rule, or has not.
fn other_dates(main: &Component, name: &str, span: &Span) -> Option<String> {
    let mut dates: Vec<Moment> = Vec::new();
    for property in main.all(name) {
        let tzid = property.parameter("TZID");
        // Of a period, the start.
        let starts = property.value().split(',').filter_map(|value| value.split('/').next());
        dates.extend(starts.filter_map(|start| Moment::parse(start, tzid.as_deref()).ok()));
    }
    order::sort_by_key(&mut dates, Moment::civil);
    (!dates.is_empty()).then(|| some_of(&dates, |date| span.other_date_in_words(date)))
}

/// One date of a series that differs from the others: which, and how.
fn one_date(component: &Component, reader: Option<&Clock>) -> String {
    let lines = Span::of(component).map(|span| span.in_words(reader)).unwrap_or_default();
    let line = lines.into_iter().next().unwrap_or_default();
    let is_cancelled = component.value("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED"));
    let place = text_of(component, "LOCATION", MAX_DESCRIPTION_CHARACTERS).replace('\n', ", ");
    match (is_cancelled, place.is_empty()) {
        (true, _) => format!("{line}: cancelled"),
        (false, true) => line,
        (false, false) => format!("{line}, {place}"),
    }
}

fn person(line: &Property) -> String {
    let name = line.parameter("CN").map(|name| clean(&name, 200).replace('\n', " ")).unwrap_or_default();
    if !name.is_empty() && !name.contains('@') {
        return name;
    }
    let address = line.address();
    if name.is_empty() || name.eq_ignore_ascii_case(address.as_str()) { address.as_str().to_owned() } else { name }
}

fn text_of(component: &Component, name: &str, limit: usize) -> String {
    component.property(name).map(|property| clean(&property.text(), limit)).unwrap_or_default()
}

/// A text with line feeds and no other control characters, without empty ends, cut at a limit.
fn clean(text: &str, limit: usize) -> String {
    // The controls that are not ASCII all begin with this octet.
    let may_be_control = |byte: u8| (byte.is_ascii_control() && byte != b'\n') || byte == 0xc2;
    if text.len() <= limit && !text.bytes().any(may_be_control) {
        return text.trim().to_owned();
    }
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let printable = unified.chars().filter(|character| !character.is_control() || *character == '\n');
    let mut short: String = printable.take(limit).collect();
    if unified.chars().nth(limit).is_some() {
        short.push('…');
    }
    short.trim().to_owned()
}

/// The letter before it is text or HTML.
struct Page<'a> {
    sentence: String,
    title: &'a str,
    facts: &'a [(&'static str, String)],
    paragraphs: [&'a str; 2],
    closing: &'a str,
}

impl Page<'_> {
    fn text(&self) -> String {
        let mut out = String::with_capacity(512);
        out.extend([&self.sentence, "\n\n", self.title, "\n\n"]);
        for (label, value) in self.labelled() {
            let colon = if label.is_empty() { "" } else { ":" };
            let gap = "           ".get(label.len() + colon.len()..).unwrap_or(" ");
            out.extend([label, colon, gap, value, "\n"]);
        }
        for paragraph in self.paragraphs.into_iter().chain([self.closing]).filter(|text| !text.is_empty()) {
            out.extend(["\n", paragraph, "\n"]);
        }
        out
    }

    fn html(&self) -> String {
        let title = escape(self.title);
        let mut out = String::with_capacity(1024);
        out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        out.extend(["<title>", &title, "</title>\n</head>\n<body>\n"]);
        out.extend(["<p>", &escape(&self.sentence), "</p>\n<h2>", &title, "</h2>\n"]);
        if !self.facts.is_empty() {
            out.push_str("<table cellpadding=\"2\">\n");
            for (label, value) in self.labelled() {
                let row =
                    ["<tr><th align=\"left\" valign=\"top\">", label, "</th>\n<td>", &escape(value), "</td></tr>\n"];
                out.extend(row);
            }
            out.push_str("</table>\n");
        }
        for paragraph in self.paragraphs.into_iter().chain([self.closing]).filter(|text| !text.is_empty()) {
            out.extend(["<p>", &escape(paragraph).replace('\n', "<br>\n"), "</p>\n"]);
        }
        out.push_str("</body>\n</html>\n");
        out
    }

    /// The facts, a label that repeats left out.
    fn labelled(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let mut last = "";
        self.facts.iter().map(move |(label, value)| {
            let shown = if *label == last { "" } else { label };
            last = label;
            (shown, value.as_str())
        })
    }
}

fn escape(text: &str) -> String {
    let entity = |byte: u8| match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\'' => "&#39;",
        _ => "",
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !entity(byte).is_empty()) {
        out.push_str(&rest[..at]);
        out.push_str(entity(rest.as_bytes()[at]));
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use crate::ical::Document;

    use super::*;

    fn letter(method: &str, events: &[&str]) -> Letter {
        let events: String = events.iter().map(|lines| format!("BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n")).collect();
        let text = format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n");
        let document = Document::read(text.as_bytes()).expect("readable");
        let components: Vec<&Component> = document.calendar().expect("a calendar").components().collect();
        let now: Timestamp = "2026-11-18T09:00:00Z".parse().expect("an instant");
        let clock = Clock::of("Africa/Lagos");
        Letter::write(Occasion::of(method, &components), "Mara", &components, now, clock.as_ref())
    }

    #[track_caller]
    fn check_subject(method: &str, events: &[&str], expected: &str) {
        assert_eq!(letter(method, events).subject, expected);
    }

    const EVENT: &str = "SUMMARY:Tariff\r\nDTSTART;TZID=Europe/Berlin:20261119T150000";

    #[test]
    fn the_subject_says_why_the_mail_is_sent() {
        let with = |lines: &str| format!("{EVENT}\r\n{lines}");
        check_subject("REQUEST", &[EVENT], "Invitation: Tariff, Thu 19 Nov, 15:00");
        check_subject("REQUEST", &[&with("SEQUENCE:0")], "Invitation: Tariff, Thu 19 Nov, 15:00");
        check_subject("REQUEST", &[&with("SEQUENCE:2")], "Updated invitation: Tariff, Thu 19 Nov, 15:00");
        check_subject("CANCEL", &[EVENT], "Cancelled: Tariff, Thu 19 Nov, 15:00");
        check_subject(
            "REPLY",
            &[&with("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b")],
            "Accepted: Tariff, Thu 19 Nov, 15:00",
        );
        check_subject(
            "REPLY",
            &[&with("ATTENDEE;PARTSTAT=DECLINED:mailto:a@b")],
            "Declined: Tariff, Thu 19 Nov, 15:00",
        );
        check_subject("COUNTER", &[EVENT], "New time proposed: Tariff, Thu 19 Nov, 15:00");
        check_subject("REFRESH", &["UID:1"], "Current version wanted: (no title)");
    }

    #[test]
    fn different_answers_are_not_called_by_one_of_them() {
        let yes = format!("{EVENT}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b");
        let no = format!("{EVENT}\r\nRECURRENCE-ID:20261126T140000Z\r\nATTENDEE;PARTSTAT=DECLINED:mailto:a@b");
        check_subject("REPLY", &[&yes, &no], "Answered: Tariff, Thu 19 Nov, 15:00");
        check_subject("REPLY", &[&yes, &yes], "Accepted: Tariff, Thu 19 Nov, 15:00");
    }

    #[test]
    fn the_words_are_the_same_in_text_and_html() {
        let written = letter(
            "REQUEST",
            &[
                &format!(
                    "{EVENT}\r\nDTEND;TZID=Europe/Berlin:20261119T163000\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nLOCATION:Room <5>\\, upstairs\r\n\
             ORGANIZER;CN=Mara:mailto:m@l.example\r\nATTENDEE;CN=Bob:mailto:b@l.example\r\nATTENDEE:mailto:c@l.example\r\n\
             DESCRIPTION:Bring <b>two</b> & \"three\"\\nlines"
                ),
                "SUMMARY:Tariff\r\nRECURRENCE-ID:20261126T140000Z\r\nDTSTART;TZID=Europe/Berlin:20261126T170000\r\nLOCATION:Room 6",
            ],
        );
        insta::assert_snapshot!(format!("{}\n=====\n{}", written.text, written.html));
    }

    #[test]
    fn the_dates_beside_the_rule_are_named() {
        let series = "DTSTART;TZID=Europe/Berlin:20261119T150000\r\nRRULE:FREQ=WEEKLY\r\n\
            RDATE;TZID=Europe/Berlin:20261120T180000\r\nEXDATE:20261203T140000Z,20261126T140000Z";
        let text = letter("REQUEST", &[series]).text;
        assert!(text.contains("Also on:   Friday 20 November 2026, 18:00\n"), "{text}");
        assert!(text.contains("Not on:    Thursday 26 November 2026, Thursday 3 December 2026\n"), "{text}");
        let plain = letter("REQUEST", &["DTSTART;TZID=Europe/Berlin:20261119T150000\r\nRRULE:FREQ=WEEKLY"]).text;
        assert!(!plain.contains(" on: "), "{plain}");
    }

    #[test]
    fn what_strangers_wrote_cannot_become_markup_or_headers() {
        let written = letter("REQUEST", &["SUMMARY:<script>a</script>\\nBcc: x\r\nDESCRIPTION:<img src=x>\\u0007"]);
        assert!(!written.html.contains("<script>") && !written.html.contains("<img"));
        assert!(!written.subject.contains('\n'));
    }

    #[test]
    fn as_many_guests_are_named_as_the_limit_allows() {
        let guests = |count: usize| -> String {
            let lines: Vec<String> =
                (1..=count).map(|number| format!("ATTENDEE;CN=G{number}:mailto:g{number}@a.b")).collect();
            let text = letter("REQUEST", &[&lines.join("\r\n")]).text;
            text.lines().find(|line| line.starts_with("Guests:")).unwrap_or_default().to_owned()
        };
        assert!(guests(MAX_LISTED).ends_with(", G20"));
        assert!(guests(MAX_LISTED + 1).ends_with(", G20 and 1 more"));
    }

    #[test]
    fn a_long_title_is_cut_in_the_subject_only() {
        let title = "é".repeat(4000);
        let written = letter("REQUEST", &[&format!("SUMMARY:{title}")]);
        assert_eq!(written.subject.chars().count(), "Invitation: ".len() + MAX_SUBJECT_TITLE_CHARACTERS + 1);
        assert!(written.text.contains(&title));
    }
}
