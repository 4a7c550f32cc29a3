//! The colours of a calendar's bytes: which stretch of each physical line is a name, a parameter, a time.
//!
//! Ranges are byte ranges of a line without its line end, and they cover it whole, so that a screen shows every byte once.

use std::ops::Range;

use super::sheet::Sheet;

/// What a stretch of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// The name of a property.
    Name,
    /// The value of a parameter.
    Parameter,
    /// A date, a time or a duration.
    Time,
    /// Any other value.
    Value,
    /// Punctuation, the names of parameters, BEGIN and END: read over when read quickly.
    Quiet,
}

/// A stretch of a physical line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The bytes, counted from the start of the line.
    pub range: Range<usize>,
    /// What they are.
    pub kind: SpanKind,
}

/// The spans of each physical line of a calendar, in order.
pub fn spans(ics: &str) -> Vec<Vec<Span>> {
    let bytes = ics.as_bytes();
    let mut lines = Vec::new();
    for content in Sheet::read(bytes).lines {
        let mut colours = Colours::default();
        for (index, piece) in content.pieces.iter().enumerate() {
            let text = &bytes[piece.clone()];
            let folds = usize::from(index > 0);
            let mut line = Vec::new();
            if folds > 0 {
                line.push(Span { range: 0..1, kind: SpanKind::Quiet });
            }
            for (at, byte) in text.iter().enumerate().skip(folds) {
                let kind = colours.of(*byte, &content.text);
                match line.last_mut() {
                    Some(last) if last.kind == kind && last.range.end == at && at > folds => last.range.end = at + 1,
                    _ => line.push(Span { range: at..at + 1, kind }),
                }
            }
            lines.push(line);
        }
    }
    lines
}

/// Where in a content line the reader is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stand {
    #[default]
    Name,
    ParameterName,
    ParameterValue,
    Quoted,
    Value,
}

#[derive(Default)]
struct Colours {
    stand: Stand,
    value_kind: Option<SpanKind>,
}

impl Colours {
    fn of(&mut self, byte: u8, line: &str) -> SpanKind {
        let (next, kind) = match (self.stand, byte) {
            (Stand::Name | Stand::ParameterName | Stand::ParameterValue, b':') => (Stand::Value, SpanKind::Quiet),
            (Stand::Name | Stand::ParameterName | Stand::ParameterValue, b';') => {
                (Stand::ParameterName, SpanKind::Quiet)
            }
            (Stand::Name, _) => (Stand::Name, if is_frame(line) { SpanKind::Quiet } else { SpanKind::Name }),
            (Stand::ParameterName, b'=') => (Stand::ParameterValue, SpanKind::Quiet),
            (Stand::ParameterName, _) => (Stand::ParameterName, SpanKind::Quiet),
            (Stand::ParameterValue, b'"') => (Stand::Quoted, SpanKind::Parameter),
            (Stand::Quoted, b'"') => (Stand::ParameterValue, SpanKind::Parameter),
            (Stand::ParameterValue | Stand::Quoted, _) => (self.stand, SpanKind::Parameter),
            (Stand::Value, _) => {
                let kind = *self
                    .value_kind
                    .get_or_insert_with(|| if is_time(line) { SpanKind::Time } else { SpanKind::Value });
                (Stand::Value, kind)
            }
        };
        self.stand = next;
        kind
    }
}

/// Whether the line only frames a component.
fn is_frame(line: &str) -> bool {
    let name = line.split([':', ';']).next().unwrap_or_default();
    name.eq_ignore_ascii_case("BEGIN") || name.eq_ignore_ascii_case("END")
}

fn is_time(line: &str) -> bool {
    const NAMES: [&str; 13] = [
        "DTSTART",
        "DTEND",
        "DUE",
        "DTSTAMP",
        "DURATION",
        "RECURRENCE-ID",
        "EXDATE",
        "RDATE",
        "CREATED",
        "LAST-MODIFIED",
        "COMPLETED",
        "TRIGGER",
        "FREEBUSY",
    ];
    let name = line.split([':', ';']).next().unwrap_or_default();
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The line with each span in brackets after the first letter of its kind.
    fn shown(ics: &str) -> Vec<String> {
        let physical: Vec<&str> = ics.lines().collect();
        let letter = |kind: SpanKind| match kind {
            SpanKind::Name => 'n',
            SpanKind::Parameter => 'p',
            SpanKind::Time => 't',
            SpanKind::Value => 'v',
            SpanKind::Quiet => 'q',
        };
        let line = |(text, spans): (&&str, Vec<Span>)| {
            spans.iter().map(|span| format!("{}[{}]", letter(span.kind), &text[span.range.clone()])).collect::<String>()
        };
        physical.iter().zip(spans(ics)).map(line).collect()
    }

    #[test]
    fn each_stretch_has_its_colour() {
        let ics = "BEGIN:VEVENT\r\nDTSTART;TZID=\"A:B\":20261119T150000\r\nATTENDEE;CN=Ann;RSVP=TRUE:mailto:ann\r\n @a.example\r\n";
        let expected = [
            "q[BEGIN:]v[VEVENT]",
            "n[DTSTART]q[;TZID=]p[\"A:B\"]q[:]t[20261119T150000]",
            "n[ATTENDEE]q[;CN=]p[Ann]q[;RSVP=]p[TRUE]q[:]v[mailto:ann]",
            "q[ ]v[@a.example]",
        ];
        assert_eq!(shown(ics), expected);
    }

    proptest! {
        #[test]
        fn every_byte_is_in_one_span(text in "[A-Z:;=\" é\n]{0,80}") {
            let physical: Vec<&str> = text.split_inclusive('\n').map(|line| line.trim_end_matches('\n')).collect();
            let found = spans(&text);
            prop_assert_eq!(found.len(), physical.len());
            for (line, spans) in physical.iter().zip(found) {
                let mut at = 0;
                for span in spans {
                    prop_assert_eq!(span.range.start, at);
                    at = span.range.end;
                }
                prop_assert_eq!(at, line.len());
            }
        }
    }
}
