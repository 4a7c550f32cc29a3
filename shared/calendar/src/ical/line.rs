//! Content lines as they lie in the bytes: physical lines joined at their folds, with nothing thrown away.
//!
//! Bytes that are not UTF-8 become characters of a private range while a line is text, and the same bytes again when it
//! is written, so that a line nobody can read is still carried whole.

use super::{Limits, ReadError};

/// How the bytes of a line differ from its text.
#[derive(Clone, Debug)]
pub(super) enum Wire {
    /// Ours: folded at 75 octets and ended by CRLF when it is written.
    Fresh,
    /// Read as the text and CRLF.
    Crlf,
    /// Read as the text and a bare LF.
    Lf,
    /// Read as the text at the very end of the input.
    Unended,
    /// Read with folds or an odd line end: these very bytes.
    Exact(Box<[u8]>),
}

/// One content line.
pub(super) struct Line {
    /// The number of its first physical line, from 1.
    pub(super) number: usize,
    /// Unfolded, without its line end.
    pub(super) text: String,
    /// Whether `text` stands for bytes that are not UTF-8.
    pub(super) is_escaped: bool,
    /// The bytes it was read from.
    pub(super) wire: Wire,
}

/// Cuts bytes into content lines.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    number: usize,
    limits: &'a Limits,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8], limits: &'a Limits) -> Self {
        Self { bytes, at: 0, number: 1, limits }
    }

    fn read(&mut self) -> Result<Option<Line>, ReadError> {
        let (start, number) = (self.at, self.number);
        if start >= self.bytes.len() {
            return Ok(None);
        }
        let first = self.physical();
        let mut unfolded: Option<Vec<u8>> = None;
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t')) && ends_line(self.bytes, self.at) {
            let unfolded = unfolded.get_or_insert_with(|| first.to_vec());
            unfolded.extend_from_slice(&self.physical()[1..]);
            self.check_length(unfolded.len(), number)?;
        }
        self.check_length(first.len(), number)?;
        let raw = &self.bytes[start..self.at];
        let wire = match (&unfolded, raw.len() - first.len(), raw) {
            (None, 0, _) => Wire::Unended,
            (None, 1, [.., b'\n']) => Wire::Lf,
            (None, 2, [.., b'\r', b'\n']) => Wire::Crlf,
            _ => Wire::Exact(raw.into()),
        };
        let (text, is_escaped) = decode(unfolded.unwrap_or_else(|| first.to_vec()));
        Ok(Some(Line { number, text, is_escaped, wire }))
    }

    /// Takes one physical line and gives it without its line end.
    fn physical(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let (length, content) = match memchr::memchr(b'\n', rest) {
            Some(end) => (end + 1, &rest[..end]),
            None => (rest.len(), rest),
        };
        self.at += length;
        self.number += 1;
        let mut content = content;
        while let [before @ .., b'\r'] = content {
            content = before;
        }
        content
    }

    fn check_length(&self, length_bytes: usize, line: usize) -> Result<(), ReadError> {
        let limit_bytes = self.limits.line_bytes;
        if length_bytes > limit_bytes { Err(ReadError::LineTooLong { line, limit_bytes }) } else { Ok(()) }
    }
}

impl Iterator for Lines<'_> {
    type Item = Result<Line, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// Whether the byte before `at` is a line feed, so that what begins at `at` is a physical line.
fn ends_line(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at - 1] == b'\n'
}

/// Where the private range begins that stands for bytes which are not UTF-8: this plus the byte.
const ESCAPED_BYTE: u32 = 0x10_FF00;

/// Reads bytes as text; the flag says that some of its characters stand for bytes that are not UTF-8.
fn decode(bytes: Vec<u8>) -> (String, bool) {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, false),
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            // A character of the range itself is escaped byte by byte, or it could not be told from an escape.
            if u32::from(character) >= ESCAPED_BYTE {
                let mut buffer = [0; 4];
                text.extend(character.encode_utf8(&mut buffer).bytes().map(escaped_byte));
            } else {
                text.push(character);
            }
        }
        text.extend(chunk.invalid().iter().copied().map(escaped_byte));
    }
    (text, true)
}

/// The bytes that an escaped text stands for.
pub(super) fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match u32::from(character).checked_sub(ESCAPED_BYTE).and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// An escaped text with a replacement character for each byte nobody can read.
pub(super) fn readable(text: &str) -> String {
    text.chars()
        .map(|character| if u32::from(character) >= ESCAPED_BYTE { char::REPLACEMENT_CHARACTER } else { character })
        .collect()
}

fn escaped_byte(byte: u8) -> char {
    char::from_u32(ESCAPED_BYTE + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<String> {
        Lines::new(bytes, &Limits::INVITATION).map(|line| line.expect("a short line").text).collect()
    }

    #[test]
    fn folds_of_either_kind_are_joined() {
        assert_eq!(texts(b"A:b\r\n c\r\n\td\r\nE:f\n g\nH:i"), ["A:bcd", "E:fg", "H:i"]);
    }

    #[test]
    fn a_fold_inside_a_character_is_joined_before_it_is_read() {
        assert_eq!(texts(b"A:\xc3\r\n \xa9\r\n"), ["A:\u{e9}"]);
    }

    #[test]
    fn a_line_that_begins_the_text_with_a_space_continues_nothing() {
        assert_eq!(texts(b" A:b\r\n"), [" A:b"]);
    }

    #[test]
    fn bytes_that_are_not_utf_8_come_back() {
        for bytes in [&b"caf\xe9"[..], b"\xff\xf4\x8f\xbc\x80\xff", b"plain", "\u{10ff41}\u{e9}".as_bytes()] {
            let (text, is_escaped) = decode(bytes.to_vec());
            assert_eq!(if is_escaped { encode(&text) } else { text.into_bytes() }, bytes);
        }
        assert_eq!(readable(&decode(b"caf\xe9".to_vec()).0), "caf\u{fffd}");
    }

    #[test]
    fn a_line_is_as_long_as_the_limit_and_no_longer() {
        let limits = Limits { line_bytes: 10, ..Limits::INVITATION };
        let read = |bytes: &[u8]| Lines::new(bytes, &limits).collect::<Result<Vec<_>, _>>().map(|lines| lines.len());
        assert_eq!(read(b"A:b\r\nB:345678\r\n 90\r\n"), Ok(2));
        assert_eq!(read(b"A:b\r\nB:345678\r\n 901\r\n"), Err(ReadError::LineTooLong { line: 2, limit_bytes: 10 }));
        assert_eq!(read(b"A:345678901"), Err(ReadError::LineTooLong { line: 1, limit_bytes: 10 }));
    }
}
