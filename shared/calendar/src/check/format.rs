//! The text of a calendar before it means anything: bytes, lines, folds, structure (RFC 5545 section 3.1).

use crate::ical::{Document, ProblemKind};

use super::finding::{Level, Report, Rule};

/// The longest physical line, in octets.
const MAX_LINE_OCTETS: usize = 75;

pub(super) static RULES: &[&Rule] = &[
    &UNREADABLE,
    &NOT_UTF8,
    &BYTE_ORDER_MARK,
    &LINE_ENDS,
    &LONG_LINE,
    &SPLIT_CHARACTER,
    &MALFORMED_LINE,
    &STRUCTURE,
    &NO_CALENDAR,
    &OUTSIDE,
];

pub(super) static UNREADABLE: Rule = Rule {
    id: "over-a-limit",
    level: Level::Error,
    section: "RFC 5545 section 3.1",
    what: "The calendar is too large or too deeply nested to be read.",
    effect: "No program shows it.",
    mend: "Send fewer or smaller components.",
};

static NOT_UTF8: Rule = Rule {
    id: "not-utf8",
    level: Level::Error,
    section: "RFC 5545 section 3.1.4",
    what: "The text is not UTF-8.",
    effect: "Outlook reads every calendar as UTF-8 and shows wrong letters; strict programs drop it.",
    mend: "Write it in UTF-8.",
};

static BYTE_ORDER_MARK: Rule = Rule {
    id: "byte-order-mark",
    level: Level::Warning,
    section: "RFC 5545 section 3.4",
    what: "The text begins with a byte order mark.",
    effect: "Programs that look for BEGIN:VCALENDAR at the start do not see a calendar.",
    mend: "Leave the mark out.",
};

static LINE_ENDS: Rule = Rule {
    id: "line-ends",
    level: Level::Warning,
    section: "RFC 5545 section 3.1",
    what: "Lines end with a line feed alone.",
    effect: "Strict programs read the whole calendar as one line and drop it.",
    mend: "End each line with CRLF.",
};

static LONG_LINE: Rule = Rule {
    id: "long-line",
    level: Level::Error,
    section: "RFC 5545 section 3.1",
    what: "A line is longer than 75 octets.",
    effect: "Strict programs, Outlook among them, drop the invitation.",
    mend: "Fold the line.",
};

static SPLIT_CHARACTER: Rule = Rule {
    id: "fold-splits-character",
    level: Level::Warning,
    section: "RFC 5545 section 3.1",
    what: "A line is folded in the middle of a character.",
    effect: "Programs that decode before they unfold show wrong letters.",
    mend: "Fold between characters.",
};

static MALFORMED_LINE: Rule = Rule {
    id: "malformed-line",
    level: Level::Error,
    section: "RFC 5545 section 3.1",
    what: "A line is not a property.",
    effect: "Strict programs drop the invitation; others skip the line.",
    mend: "Write it as NAME:value, without control characters and with quotes in pairs.",
};

static STRUCTURE: Rule = Rule {
    id: "broken-structure",
    level: Level::Error,
    section: "RFC 5545 section 3.4",
    what: "BEGIN and END do not match.",
    effect: "No program can tell where the event ends, and most show nothing.",
    mend: "Give each BEGIN its END.",
};

static NO_CALENDAR: Rule = Rule {
    id: "no-calendar",
    level: Level::Error,
    section: "RFC 5545 section 3.4",
    what: "There is no VCALENDAR in the text.",
    effect: "No program sees an invitation.",
    mend: "Put BEGIN:VCALENDAR and END:VCALENDAR around it.",
};

static OUTSIDE: Rule = Rule {
    id: "outside-calendar",
    level: Level::Warning,
    section: "RFC 5545 section 3.4",
    what: "There is text outside of the calendar.",
    effect: "Strict programs drop the invitation.",
    mend: "Begin with BEGIN:VCALENDAR and end with END:VCALENDAR.",
};

/// Looks at the bytes. `has_line_ends` is whether the line ends are the text's own, and not those of a file that the mail
/// was saved in.
pub(super) fn check_text(bytes: &[u8], has_line_ends: bool, report: &mut Report<'_>) {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        report.whole(&BYTE_ORDER_MARK, "");
    }
    let mut bare_line_feed = None;
    let mut previous_ends_inside = false;
    let mut start = 0;
    for (index, end) in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]).enumerate() {
        let number = index + 1;
        let text = &bytes[start..end];
        start = end + 1;
        if end < bytes.len() && !text.ends_with(b"\r") {
            bare_line_feed = bare_line_feed.or(Some(number));
        }
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.len() > MAX_LINE_OCTETS {
            report.lines(&LONG_LINE, number..=number, format!("{} octets", text.len()));
        }
        let begins_inside = matches!(text, [b' ' | b'\t', 0x80..=0xbf, ..]);
        if begins_inside && previous_ends_inside {
            report.lines(&SPLIT_CHARACTER, number - 1..=number, "");
        }
        previous_ends_inside = ends_inside_a_character(text);
    }
    if let Some(number) = bare_line_feed.filter(|_| has_line_ends) {
        report.lines(&LINE_ENDS, number..=number, "");
    }
}

fn ends_inside_a_character(text: &[u8]) -> bool {
    !text.last().is_none_or(u8::is_ascii) && std::str::from_utf8(text).is_err_and(|error| error.error_len().is_none())
}

/// Reports what the reader found malformed.
pub(super) fn check_document(document: &Document, report: &mut Report<'_>) {
    for problem in document.problems() {
        let rule = match problem.kind {
            ProblemKind::NotUtf8 => &NOT_UTF8,
            ProblemKind::MissingEnd | ProblemKind::StrayEnd => &STRUCTURE,
            ProblemKind::NoCalendar => &NO_CALENDAR,
            ProblemKind::OutsideCalendar => &OUTSIDE,
            _ => &MALFORMED_LINE,
        };
        let detail = problem.to_string();
        let detail = detail.split_once(": ").map_or(detail.as_str(), |(_, what)| what);
        let detail = if std::ptr::eq(rule, &MALFORMED_LINE) { detail } else { "" };
        report.lines(rule, problem.line..=problem.line, detail);
    }
}
