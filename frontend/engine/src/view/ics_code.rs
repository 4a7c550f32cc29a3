//! A calendar file for the inspector: each byte in its ink, with notes in the margin.

use calendar::check::{GlossReader, SpanKind, glosses, spans};
use intent::{CodeLine, CodeText, Ink, Span};

use super::code::{line_ranges, offset, span, without_break};

/// A calendar file with its inks. What is no UTF-8 is shown in one ink.
pub fn calendar_code(bytes: &[u8]) -> CodeText {
    let kinds = std::str::from_utf8(bytes).map(spans).unwrap_or_default();
    let mut kinds = kinds.into_iter();
    let lines = line_ranges(bytes)
        .map(|(start, end)| {
            let length = without_break(&bytes[start..end]).len();
            let spans = kinds.next().map_or_else(|| vec![span(length, Ink::Quiet)], |kinds| covering(&kinds, length));
            CodeLine { start: offset(start), end: offset(end), spans, gloss: None, particular: false }
        })
        .collect();
    CodeText { bytes: bytes.to_vec(), lines }
}

/// Writes the notes into the margin: beside the first line that each is about.
pub fn add_glosses(code: &mut CodeText, reader: &GlossReader<'_>) {
    let Ok(text) = std::str::from_utf8(&code.bytes) else { return };
    for gloss in glosses(text, reader) {
        // Lines are counted from 1.
        if let Some(line) = code.lines.get_mut(gloss.lines.start().saturating_sub(1)) {
            line.gloss = Some(gloss.note);
        }
    }
}

/// The coloured runs of a line, with quiet ones in the gaps between them.
fn covering(kinds: &[calendar::check::Span], length: usize) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    for kind in kinds {
        let (start, end) = (kind.range.start.clamp(at, length), kind.range.end.clamp(at, length));
        if start > at {
            spans.push(span(start - at, Ink::Quiet));
        }
        if end > start {
            spans.push(span(end - start, ink_of(kind.kind)));
        }
        at = end.max(at);
    }
    if length > at {
        spans.push(span(length - at, Ink::Quiet));
    }
    spans
}

fn ink_of(kind: SpanKind) -> Ink {
    match kind {
        SpanKind::Name => Ink::Name,
        SpanKind::Parameter => Ink::Param,
        SpanKind::Time => Ink::Time,
        SpanKind::Value => Ink::Value,
        SpanKind::Quiet => Ink::Quiet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ICS: &str = "BEGIN:VCALENDAR\r\nDTSTART;TZID=Europe/Berlin:20261124T150000\r\nSUMMARY:a\r\n b\r\nodd\n";

    #[test]
    fn every_byte_has_its_ink_and_every_line_its_place() {
        for text in [ICS, "", "no colon", "A;B=\"\r\n \r\n:x", "\r\n\r\n"] {
            let code = calendar_code(text.as_bytes());
            let mut at = 0;
            for line in &code.lines {
                assert_eq!(line.start, at, "{text:?}");
                let shown = without_break(&code.bytes[line.start as usize..line.end as usize]).len();
                assert_eq!(line.spans.iter().map(|span| span.len as usize).sum::<usize>(), shown, "{text:?}");
                at = line.end;
            }
            assert_eq!(at as usize, text.len());
        }
    }

    #[test]
    fn a_time_is_told_from_a_parameter() {
        let code = calendar_code(ICS.as_bytes());
        let inks: Vec<Ink> = code.lines[1].spans.iter().map(|span| span.ink).collect();
        assert!(inks.contains(&Ink::Name) && inks.contains(&Ink::Param) && inks.ends_with(&[Ink::Time]), "{inks:?}");
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_in_one_ink() {
        let code = calendar_code(b"SUMMARY:\xff\r\n");
        assert_eq!(code.lines[0].spans, [Span { len: 9, ink: Ink::Quiet }]);
    }
}
