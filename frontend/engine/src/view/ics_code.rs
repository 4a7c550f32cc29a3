//! A calendar file for the inspector: each byte in its ink, folded lines as the one line they are.

use intent::{CodeLine, CodeText, Ink, Span};

use super::code::{line_ranges, offset, span, without_break};

/// The properties whose value is a date or a time.
const TIMES: [&str; 12] = [
    "DTSTART",
    "DTEND",
    "DTSTAMP",
    "DUE",
    "EXDATE",
    "RDATE",
    "RECURRENCE-ID",
    "CREATED",
    "LAST-MODIFIED",
    "COMPLETED",
    "TRIGGER",
    "DURATION",
];

/// Where in a content line the next byte stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Name,
    Parameters { is_quoted: bool },
    Value(Ink),
}

/// A calendar file with its inks.
pub fn calendar_code(bytes: &[u8]) -> CodeText {
    let mut place = Place::Name;
    let mut name = Vec::new();
    let lines = line_ranges(bytes)
        .map(|(start, end)| {
            let line = without_break(&bytes[start..end]);
            if !matches!(line.first(), Some(b' ' | b'\t')) {
                (place, name) = (Place::Name, Vec::new());
            }
            let spans = spans_of(line, &mut place, &mut name);
            CodeLine { start: offset(start), end: offset(end), spans, gloss: None, particular: false }
        })
        .collect();
    CodeText { bytes: bytes.to_vec(), lines }
}

/// The runs of one physical line, going on where the line before it stopped.
fn spans_of(line: &[u8], place: &mut Place, name: &mut Vec<u8>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for byte in line {
        let ink = match *place {
            Place::Name if matches!(byte, b':' | b';') => Ink::Quiet,
            Place::Name => Ink::Name,
            Place::Parameters { is_quoted: false } if *byte == b':' => Ink::Quiet,
            Place::Parameters { .. } => Ink::Param,
            Place::Value(ink) => ink,
        };
        match spans.last_mut() {
            Some(last) if last.ink == ink => last.len += 1,
            _ => spans.push(span(1, ink)),
        }
        *place = match *place {
            Place::Name if *byte == b':' => Place::Value(value_ink(name)),
            Place::Name if *byte == b';' => Place::Parameters { is_quoted: false },
            Place::Parameters { is_quoted: false } if *byte == b':' => Place::Value(value_ink(name)),
            Place::Parameters { is_quoted } if *byte == b'"' => Place::Parameters { is_quoted: !is_quoted },
            other => other,
        };
        if *place == Place::Name && !byte.is_ascii_whitespace() {
            name.push(byte.to_ascii_uppercase());
        }
    }
    if matches!(name.as_slice(), b"BEGIN" | b"END") {
        quieten_name(&mut spans);
    }
    spans
}

/// BEGIN and END are structure: what they open and close matters, not they themselves.
fn quieten_name(spans: &mut [Span]) {
    let quiet = spans.iter_mut().filter(|span| span.ink == Ink::Name);
    quiet.for_each(|span| span.ink = Ink::Quiet);
}

fn value_ink(name: &[u8]) -> Ink {
    if TIMES.iter().any(|time| time.as_bytes() == name) { Ink::Time } else { Ink::Value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Ink)]) {
        let code = calendar_code(text.as_bytes());
        let mut got = Vec::new();
        for line in &code.lines {
            let mut at = line.start as usize;
            for span in &line.spans {
                got.push((&text[at..at + span.len as usize], span.ink));
                at += span.len as usize;
            }
            assert_eq!(text[at..line.end as usize].trim_end_matches(['\r', '\n']), "", "every byte has an ink");
        }
        assert_eq!(got, expected);
    }

    #[test]
    fn each_part_of_a_line_has_its_ink() {
        check(
            "DTSTART;TZID=Europe/Berlin:20261124T150000\r\n",
            &[
                ("DTSTART", Ink::Name),
                (";", Ink::Quiet),
                ("TZID=Europe/Berlin", Ink::Param),
                (":", Ink::Quiet),
                ("20261124T150000", Ink::Time),
            ],
        );
        check("BEGIN:VEVENT\r\n", &[("BEGIN", Ink::Quiet), (":", Ink::Quiet), ("VEVENT", Ink::Value)]);
    }

    #[test]
    fn a_colon_in_quotes_ends_no_parameter() {
        check(
            "ATTENDEE;CN=\"a:b\":mailto:x@y\n",
            &[
                ("ATTENDEE", Ink::Name),
                (";", Ink::Quiet),
                ("CN=\"a:b\"", Ink::Param),
                (":", Ink::Quiet),
                ("mailto:x@y", Ink::Value),
            ],
        );
    }

    #[test]
    fn a_folded_line_goes_on_in_its_ink() {
        check(
            "SUMMARY;X=1\r\n 2:a\r\n b\r\n",
            &[
                ("SUMMARY", Ink::Name),
                (";", Ink::Quiet),
                ("X=1", Ink::Param),
                (" 2", Ink::Param),
                (":", Ink::Quiet),
                ("a", Ink::Value),
                (" b", Ink::Value),
            ],
        );
    }

    #[test]
    fn bytes_that_are_no_calendar_still_have_lines() {
        check("no colon here", &[("no colon here", Ink::Name)]);
        assert_eq!(calendar_code(b"").lines, []);
    }
}
