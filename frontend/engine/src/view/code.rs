//! Bytes for the inspector: lines, inks and notes laid over bytes that stay as they are.

use intent::{CodeLine, CodeText, Ink, Span};

/// A whole mail: its header fields, the headers of its parts, and the content between them.
pub fn mail_code(bytes: &[u8]) -> CodeText {
    let mut in_header = true;
    let mut is_folded_value = false;
    let lines = line_ranges(bytes)
        .map(|(start, end)| {
            let line = without_break(&bytes[start..end]);
            let spans = if line.is_empty() {
                in_header = false;
                Vec::new()
            } else if line.starts_with(b"--") {
                // The header of the next part follows a boundary; behind the last one there is none.
                in_header = !line.ends_with(b"--");
                vec![span(line.len(), Ink::Name)]
            } else if !in_header {
                vec![span(line.len(), Ink::Quiet)]
            } else if is_folded_value && matches!(line.first(), Some(b' ' | b'\t')) {
                vec![span(line.len(), Ink::Value)]
            } else {
                header_spans(line)
            };
            is_folded_value = in_header && !line.is_empty();
            CodeLine { start: offset(start), end: offset(end), spans, gloss: None, particular: false }
        })
        .collect();
    CodeText { bytes: bytes.to_vec(), lines }
}

fn header_spans(line: &[u8]) -> Vec<Span> {
    match line.iter().position(|byte| *byte == b':') {
        Some(colon) => vec![span(colon + 1, Ink::Name), span(line.len() - colon - 1, Ink::Value)],
        None => vec![span(line.len(), Ink::Quiet)],
    }
}

/// Marks the lines of each text that do not stand in all the others: what is particular to one guest.
pub fn mark_particular(texts: &mut [&mut CodeText]) {
    if texts.len() < 2 {
        return;
    }
    let mut counts: std::collections::HashMap<Vec<u8>, usize> = std::collections::HashMap::new();
    for text in texts.iter() {
        let mut seen = std::collections::HashSet::new();
        for line in &text.lines {
            let content = content_of(text, line).to_vec();
            if seen.insert(content.clone()) {
                *counts.entry(content).or_default() += 1;
            }
        }
    }
    let all = texts.len();
    for text in texts.iter_mut() {
        for index in 0..text.lines.len() {
            let count = counts.get(content_of(text, &text.lines[index])).copied().unwrap_or_default();
            text.lines[index].particular = count < all;
        }
    }
}

fn content_of<'t>(text: &'t CodeText, line: &CodeLine) -> &'t [u8] {
    text.bytes.get(line.start as usize..line.end as usize).unwrap_or_default()
}

/// The lines of a text with their breaks: they cover all bytes.
pub(super) fn line_ranges(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    bytes.split_inclusive(|byte| *byte == b'\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, at)
    })
}

pub(super) fn without_break(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

pub(super) fn span(length: usize, ink: Ink) -> Span {
    Span { len: offset(length), ink }
}

/// Mails and objects are far shorter than 4 GiB: their limits see to it.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &[u8] =
        b"From: a@b\r\nSubject: x\r\n y\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello: you\r\n--b--\r\n";

    #[test]
    fn the_lines_cover_every_byte_and_the_spans_every_line() {
        let code = mail_code(MAIL);
        let joined: Vec<u8> = code.lines.iter().flat_map(|line| content_of(&code, line).to_vec()).collect();
        assert_eq!(joined, MAIL);
        for line in &code.lines {
            let covered: u32 = line.spans.iter().map(|span| span.len).sum();
            assert_eq!(covered as usize, without_break(content_of(&code, line)).len());
        }
    }

    #[test]
    fn only_headers_have_names() {
        let code = mail_code(MAIL);
        let inks: Vec<Option<Ink>> = code.lines.iter().map(|line| line.spans.first().map(|span| span.ink)).collect();
        use Ink::{Name, Quiet, Value};
        let expected =
            [Some(Name), Some(Name), Some(Value), None, Some(Name), Some(Name), None, Some(Quiet), Some(Name)];
        assert_eq!(inks, expected);
    }

    #[test]
    fn a_line_that_one_letter_has_alone_is_particular() {
        let (mut one, mut two) = (mail_code(b"A: 1\r\nB: 2\r\n"), mail_code(b"A: 1\r\nB: 3\r\n"));
        mark_particular(&mut [&mut one, &mut two]);
        let particular = |code: &CodeText| code.lines.iter().map(|line| line.particular).collect::<Vec<_>>();
        assert_eq!((particular(&one), particular(&two)), (vec![false, true], vec![false, true]));
    }
}
