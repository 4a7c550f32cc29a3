//! The tree of parts of a mail, as slices of its bytes (RFC 2045, RFC 3501 section 6.4.5).

use std::sync::LazyLock;

use mail_parser::{MessageParser, MessagePart, MimeHeaders};

use crate::limit;

static PARSER: LazyLock<MessageParser> = LazyLock::new(MessageParser::default);

/// The most parts that are looked for in one multipart.
const PARTS: usize = 200;

/// A part: its header, its body, and what is inside.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    /// The header with the empty line that ends it.
    pub(crate) header: &'a [u8],
    /// What follows, in its transfer encoding.
    pub(crate) body: &'a [u8],
    /// The header fields, read.
    pub(crate) fields: MessagePart<'a>,
    /// What is inside.
    pub(crate) content: Content<'a>,
}

/// What is inside a part.
#[derive(Debug)]
pub(crate) enum Content<'a> {
    /// Nothing that has a structure.
    Leaf,
    /// Further parts; at least one.
    Multi(Vec<Part<'a>>),
    /// A mail.
    Message(Box<Part<'a>>),
}

impl<'a> Part<'a> {
    /// Reads a mail. Nothing is refused: what has no structure is a leaf.
    pub(crate) fn read(raw: &'a [u8]) -> Self {
        Self::read_below(raw, limit::MIME_DEPTH)
    }

    /// Reads the header of a mail only.
    pub(crate) fn read_header(raw: &'a [u8]) -> Self {
        Self::read_below(raw, 0)
    }

    fn read_below(raw: &'a [u8], depth: usize) -> Self {
        let (header, body) = split_header(raw);
        let fields = PARSER.parse_headers(header).and_then(|message| message.parts.into_iter().next());
        let fields = fields.unwrap_or_default();
        let mut part = Self { header, body, fields, content: Content::Leaf };
        if depth == 0 {
            return part;
        }
        let kind = part.kind();
        if kind.0 == "multipart" {
            let boundary = part.fields.content_type().and_then(|kind| kind.attribute("boundary")).map(str::to_owned);
            let slices = boundary.map(|boundary| split_parts(body, &boundary)).unwrap_or_default();
            let parts: Vec<_> = slices.into_iter().map(|slice| Self::read_below(slice, depth - 1)).collect();
            if !parts.is_empty() {
                part.content = Content::Multi(parts);
            }
        } else if kind == ("message".to_owned(), "rfc822".to_owned()) {
            part.content = Content::Message(Box::new(Self::read_below(body, depth - 1)));
        }
        part
    }

    /// Type and subtype in lower case; `text/plain` where nothing is said.
    pub(crate) fn kind(&self) -> (String, String) {
        let Some(kind) = self.fields.content_type() else {
            return ("text".to_owned(), "plain".to_owned());
        };
        let subtype = kind.subtype().unwrap_or("plain");
        (kind.ctype().to_ascii_lowercase(), subtype.to_ascii_lowercase())
    }

    /// The part with that number, as in `BODY[1.2]`.
    ///
    /// Part 1 of a mail that is no multipart is its only body, and the parts of an enclosed mail count on below it.
    pub(crate) fn descend(&self, path: &[u32]) -> Option<&Part<'a>> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        let child = match &self.content {
            Content::Multi(parts) => parts.get(usize::try_from(*first).ok()?.checked_sub(1)?)?,
            Content::Message(message) if matches!(message.content, Content::Multi(_)) => {
                return message.descend(path);
            }
            Content::Message(message) if *first == 1 => message,
            Content::Leaf if *first == 1 => self,
            _ => return None,
        };
        if rest.is_empty() { Some(child) } else { child.descend_inside(rest) }
    }

    /// Further down: a leaf has no part 1 below itself there.
    fn descend_inside(&self, path: &[u32]) -> Option<&Part<'a>> {
        if matches!(self.content, Content::Leaf) { None } else { self.descend(path) }
    }
}

/// Splits a mail behind the empty line that ends its header.
pub(crate) fn split_header(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut line_starts_at = 0;
    for (index, byte) in raw.iter().enumerate() {
        if *byte != b'\n' {
            continue;
        }
        if matches!(raw.get(line_starts_at..index), Some(b"" | b"\r")) {
            return raw.split_at(index + 1);
        }
        line_starts_at = index + 1;
    }
    raw.split_at(raw.len())
}

/// The parts between the delimiter lines, without the line break that belongs to each delimiter.
fn split_parts<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut part_starts_at = None;
    let mut line_starts_at = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let delimiter = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary.as_bytes()));
        let rest = delimiter.map(|rest| rest.trim_ascii_end());
        if matches!(rest, Some(b"" | b"--")) {
            if let Some(start) = part_starts_at {
                let part = body.get(start..line_starts_at).unwrap_or_default();
                let part = part.strip_suffix(b"\n").unwrap_or(part);
                parts.push(part.strip_suffix(b"\r").unwrap_or(part));
            }
            part_starts_at = Some(line_starts_at + line.len());
            if rest == Some(b"--") || parts.len() >= PARTS {
                return parts;
            }
        }
        line_starts_at += line.len();
    }
    // The closing delimiter is missing: what there is, is the last part.
    parts.extend(part_starts_at.and_then(|start| body.get(start..)));
    parts
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An invitation in a mixed mail, and a forwarded mail beside it.
    pub(crate) const MAIL: &str = "Subject: Lunch\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\npreamble\r\n\
        --outer\r\nContent-Type: multipart/alternative; boundary=\"in ner\"\r\n\r\n\
        --in ner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWords\r\n\r\n\
        --in ner\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n\
        --in ner--\r\n\
        --outer\r\nContent-Type: message/rfc822\r\n\r\n\
        Subject: Forwarded\r\nContent-Type: multipart/mixed; boundary=deep\r\n\r\n\
        --deep\r\n\r\nOld words\r\n--deep--\r\n\
        --outer--\r\nepilogue\r\n";

    #[track_caller]
    fn check(path: &[u32], expected: Option<&str>) {
        let mail = Part::read(MAIL.as_bytes());
        let found = mail.descend(path).map(|part| String::from_utf8_lossy(part.body).into_owned());
        assert_eq!(found.as_deref(), expected, "{path:?}");
    }

    #[test]
    fn parts_are_found_by_their_numbers() {
        check(&[1, 1], Some("Words\r\n"));
        check(&[1, 2], Some("BEGIN:VCALENDAR"));
        check(&[2, 1], Some("Old words"));
        check(&[3], None);
        check(&[1, 3], None);
        check(&[1, 1, 1], None);
        check(&[0], None);
    }

    #[test]
    fn part_one_of_a_plain_mail_is_its_body() {
        let mail = Part::read(b"Subject: Hi\r\n\r\nBody\r\n");
        assert_eq!(mail.descend(&[1]).unwrap().body, b"Body\r\n");
        assert!(mail.descend(&[1, 1]).is_none());
        assert!(mail.descend(&[2]).is_none());
    }

    #[test]
    fn a_mail_without_an_end_or_a_header_still_has_parts() {
        let cut = MAIL.split("--in ner--").next().unwrap();
        let mail = Part::read(cut.as_bytes());
        assert!(mail.descend(&[1, 2]).unwrap().body.starts_with(b"BEGIN"));
        assert_eq!(split_header(b"\r\nBody"), (b"\r\n".as_slice(), b"Body".as_slice()));
        assert_eq!(split_header(b"Subject: only"), (b"Subject: only".as_slice(), b"".as_slice()));
    }

    #[test]
    fn nesting_beyond_the_limit_is_one_leaf() {
        let mail = "Content-Type: message/rfc822\r\n\r\n".repeat(limit::MIME_DEPTH + 5000);
        let mut part = &Part::read(mail.as_bytes());
        let mut depth = 0;
        while let Content::Message(inner) = &part.content {
            part = inner;
            depth += 1;
        }
        assert_eq!(depth, limit::MIME_DEPTH);
    }
}
