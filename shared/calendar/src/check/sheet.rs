//! The text of a calendar as lines with numbers: the content lines, and the physical lines each one covers.

use std::ops::{Range, RangeInclusive};

/// How far ahead a line is looked for. Lines come in the order of the document, so it is always the next but for lines
/// that could not be read.
const MAX_SEARCH: usize = 64;

/// One content line (RFC 5545 section 3.1), over all the physical lines it is folded into.
pub(super) struct ContentLine {
    /// The physical lines, counted from 1.
    pub(super) numbers: RangeInclusive<usize>,
    /// The physical lines in the bytes, each without its line end.
    pub(super) pieces: Vec<Range<usize>>,
    /// The text without its folds; what is not UTF-8 is replaced.
    pub(super) text: String,
}

/// The lines of a calendar.
pub(super) struct Sheet {
    pub(super) lines: Vec<ContentLine>,
}

impl Sheet {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut lines: Vec<(RangeInclusive<usize>, Vec<Range<usize>>)> = Vec::new();
        let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        for (index, physical) in bytes[at..].split_inclusive(|byte| *byte == b'\n').enumerate() {
            let number = index + 1;
            let text = physical.strip_suffix(b"\n").unwrap_or(physical);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            let piece = at..at + text.len();
            at += physical.len();
            match lines.last_mut() {
                Some((numbers, pieces)) if matches!(text.first(), Some(b' ' | b'\t')) => {
                    *numbers = *numbers.start()..=number;
                    pieces.push(piece);
                }
                _ => lines.push((number..=number, vec![piece])),
            }
        }
        let content = |(numbers, pieces): (RangeInclusive<usize>, Vec<Range<usize>>)| {
            let mut unfolded = Vec::with_capacity(pieces.iter().map(ExactSizeIterator::len).sum());
            for (index, piece) in pieces.iter().enumerate() {
                let start = if index == 0 { piece.start } else { piece.start + 1 };
                unfolded.extend_from_slice(&bytes[start..piece.end]);
            }
            ContentLine { numbers, pieces, text: String::from_utf8_lossy(&unfolded).into_owned() }
        };
        Self { lines: lines.into_iter().map(content).collect() }
    }

    /// The index of the next content line that is meant, from `start` on.
    pub(super) fn find(&self, start: usize, is_meant: impl Fn(&str) -> bool) -> Option<usize> {
        let ahead = self.lines.iter().enumerate().skip(start).take(MAX_SEARCH);
        ahead.map(|(index, line)| (index, line.text.as_str())).find(|(_, text)| is_meant(text)).map(|(index, _)| index)
    }

    /// The physical lines of a content line.
    pub(super) fn numbers(&self, index: usize) -> RangeInclusive<usize> {
        self.lines.get(index).map_or(1..=1, |line| line.numbers.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_line_covers_its_folds() {
        let bytes = b"BEGIN:X\r\nSUMMARY:a\r\n b\n\tc\r\n\r\nEND:X";
        let sheet = Sheet::read(bytes);
        let lines: Vec<_> = sheet.lines.iter().map(|line| (line.numbers.clone(), line.text.as_str())).collect();
        assert_eq!(lines, [(1..=1, "BEGIN:X"), (2..=4, "SUMMARY:abc"), (5..=5, ""), (6..=6, "END:X")]);
        let pieces: Vec<_> = sheet.lines[1].pieces.iter().map(|piece| &bytes[piece.clone()]).collect();
        assert_eq!(pieces, [b"SUMMARY:a".as_slice(), b" b", b"\tc"]);
    }
}
