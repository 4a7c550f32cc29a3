//! The tree of parts of a message, found by walking its lines once.
//!
//! No recursion, and every depth and count bounded. A forwarded message is a leaf: what lies inside it was said to
//! somebody else, and nothing in it may count (RFC 2046 section 5.1).

use memchr::memmem;

use super::header::{ContentType, Headers, MAX_HEADER_BYTES, line_end, without_line_end};
use super::part::{Part, TransferEncoding};

/// The largest message that is read.
pub const MAX_MESSAGE_BYTES: usize = 25 * 1024 * 1024;
/// The deepest nesting of parts that is looked into.
pub const MAX_DEPTH: usize = 20;
/// The most parts that are looked at.
pub const MAX_PARTS: usize = 200;
/// The longest boundary that counts; RFC 2046 allows 70.
const MAX_BOUNDARY_BYTES: usize = 200;

/// The message has more than [`MAX_MESSAGE_BYTES`] bytes and is not read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message has {size_bytes} bytes, more than {MAX_MESSAGE_BYTES}")]
pub struct TooLarge {
    /// Its size.
    pub size_bytes: usize,
}

/// What was not looked at, or had to be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StructureProblem {
    /// Parts below [`MAX_DEPTH`] were not looked into.
    TooDeep,
    /// Parts after the first [`MAX_PARTS`] were not looked at.
    TooManyParts,
    /// Headers behind the first [`MAX_HEADER_BYTES`] of a part were taken for its body.
    HeadersTooLong,
    /// A multipart has no boundary and is taken as one piece.
    NoBoundary,
    /// The closing boundary of a multipart is missing: the message may have been cut.
    NotClosed,
}

/// A message and its parts. The first part is the message itself; the others follow in the order of their bytes.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    bytes: &'a [u8],
    parts: Vec<Part>,
    problems: Vec<StructureProblem>,
}

/// A multipart whose end has not been seen.
struct Open {
    part: usize,
    boundary: Vec<u8>,
    is_closed: bool,
}

impl<'a> Message<'a> {
    /// Finds the parts of a message.
    pub fn read(bytes: &'a [u8]) -> Result<Self, TooLarge> {
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(TooLarge { size_bytes: bytes.len() });
        }
        let mut message = Self { bytes, parts: Vec::new(), problems: Vec::new() };
        let mut open: Vec<Open> = Vec::new();
        let mut at = message.begin_part(0, &mut open);
        let dashes = memmem::Finder::new(b"\n--");
        while at < bytes.len() {
            if !bytes[at..].starts_with(b"--") {
                let Some(length) = dashes.find(&bytes[at..]) else { break };
                at += length + 1;
            }
            let end = line_end(bytes, at);
            let Some((index, is_closing)) = match_boundary(&bytes[at..end], &open) else {
                at = end;
                continue;
            };
            // The line end before a boundary belongs to the boundary.
            let before = at - line_break_before(bytes, at);
            message.end_parts(&mut open, index, before);
            at = end;
            if is_closing {
                open[index].is_closed = true;
            } else if message.parts.len() < MAX_PARTS {
                at = message.begin_part(end, &mut open);
            } else {
                message.note(StructureProblem::TooManyParts);
            }
        }
        if open.iter().any(|multipart| !multipart.is_closed) {
            message.note(StructureProblem::NotClosed);
        }
        Ok(message)
    }

    /// The bytes that were read.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Every part, the message itself first.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The headers of the message itself.
    pub fn headers(&self) -> &Headers {
        &self.parts[0].headers
    }

    /// What was not looked at, or had to be guessed; each kind once.
    pub fn problems(&self) -> &[StructureProblem] {
        &self.problems
    }

    /// The part's place as IMAP numbers it: `1.2` for the second part in the first (RFC 9051 section 6.4.5).
    pub fn path(&self, part: usize) -> String {
        let mut path = String::new();
        let mut index = part;
        while let Some(parent) = self.parts.get(index).and_then(|part| part.parent) {
            let before = self.parts[..index].iter().filter(|part| part.parent == Some(parent)).count();
            let dot = if path.is_empty() { "" } else { "." };
            path.insert_str(0, &format!("{}{dot}", before + 1));
            index = parent;
        }
        if path.is_empty() { "1".to_owned() } else { path }
    }

    fn note(&mut self, problem: StructureProblem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Reads the headers at `start`, adds the part, and opens it when it is a multipart. Gives where its body begins.
    fn begin_part(&mut self, start: usize, open: &mut Vec<Open>) -> usize {
        let bytes = self.bytes;
        let (headers, body) = Headers::read(bytes, start, |line| match_boundary(line, open).is_some());
        if body - start >= MAX_HEADER_BYTES {
            self.note(StructureProblem::HeadersTooLong);
        }
        let parent = open.last().map(|multipart| multipart.part);
        let is_in_digest = parent.is_some_and(|parent| self.parts[parent].media_type() == "multipart/digest");
        let content_type = headers.content_type(bytes, "Content-Type").unwrap_or_else(|| ContentType {
            kind: if is_in_digest { "message/rfc822" } else { "text/plain" }.to_owned(),
            parameters: Vec::new(),
        });
        let part = Part {
            parent,
            depth: open.len(),
            range: start..bytes.len(),
            body: body..bytes.len(),
            disposition: headers.content_type(bytes, "Content-Disposition"),
            encoding: encoding(headers.raw(bytes, "Content-Transfer-Encoding").as_deref()),
            headers,
            content_type,
        };
        let boundary = part.content_type.parameter("boundary").unwrap_or_default().trim_end().as_bytes().to_vec();
        let is_multipart = part.is_multipart();
        let index = self.parts.len();
        self.parts.push(part);
        if is_multipart {
            if boundary.is_empty() || boundary.len() > MAX_BOUNDARY_BYTES {
                self.note(StructureProblem::NoBoundary);
            } else if open.len() >= MAX_DEPTH {
                self.note(StructureProblem::TooDeep);
            } else {
                open.push(Open { part: index, boundary, is_closed: false });
            }
        }
        body
    }

    /// Ends the leaf and the multiparts above `open[index]` at `end`.
    fn end_parts(&mut self, open: &mut Vec<Open>, index: usize, end: usize) {
        if open.drain(index + 1..).any(|multipart| !multipart.is_closed) {
            self.note(StructureProblem::NotClosed);
        }
        let root = open[index].part;
        // A part without anything begins behind the line end that ended its boundary, and so behind the end of the others.
        let end = self.parts.last().map_or(end, |last| end.max(last.range.start));
        for part in &mut self.parts[root + 1..] {
            if part.range.end == self.bytes.len() {
                part.range.end = end;
                part.body = part.body.start.min(part.range.end)..part.range.end;
            }
        }
    }
}

fn encoding(value: Option<&str>) -> TransferEncoding {
    let word = value.unwrap_or_default().split([';', ' ', '(']).next().unwrap_or_default().trim_matches('"');
    match word.to_ascii_lowercase().as_str() {
        "" | "7bit" | "8bit" | "binary" => TransferEncoding::Identity,
        "base64" => TransferEncoding::Base64,
        "quoted-printable" => TransferEncoding::QuotedPrintable,
        _ => TransferEncoding::Unknown,
    }
}

/// Which open multipart the line is a boundary of, and whether it closes it. The innermost is asked first.
fn match_boundary(line: &[u8], open: &[Open]) -> Option<(usize, bool)> {
    let text = without_line_end(line.strip_prefix(b"--")?);
    let is_end = |rest: &[u8]| rest.iter().all(|byte| matches!(byte, b' ' | b'\t'));
    open.iter().enumerate().rev().filter(|(_, multipart)| !multipart.is_closed).find_map(|(index, multipart)| {
        let rest = text.strip_prefix(multipart.boundary.as_slice())?;
        let closing = rest.strip_prefix(b"--").is_some_and(is_end);
        (closing || is_end(rest)).then_some((index, closing))
    })
}

fn line_break_before(bytes: &[u8], at: usize) -> usize {
    match &bytes[..at] {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outline(text: &str) -> (Vec<String>, Vec<StructureProblem>) {
        let message = Message::read(text.as_bytes()).expect("small enough");
        let lines = message.parts().iter().enumerate().map(|(index, part)| {
            let body = &text[part.body.clone()];
            let shown = if part.is_multipart() { String::new() } else { format!(" {body:?}") };
            format!("{}{} {}{shown}", "  ".repeat(part.depth), message.path(index), part.media_type())
        });
        (lines.collect(), message.problems().to_vec())
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str], problems: &[StructureProblem]) {
        let (lines, found) = outline(text);
        assert_eq!(lines, expected, "{text:?}");
        assert_eq!(found, problems, "{text:?}");
    }

    #[test]
    fn a_message_of_one_part_is_that_part() {
        check("Subject: x\r\n\r\nHello\r\n", &["1 text/plain \"Hello\\r\\n\""], &[]);
        check("no headers at all", &["1 text/plain \"\""], &[]);
        check("", &["1 text/plain \"\""], &[]);
    }

    #[test]
    fn parts_are_found_with_the_bytes_between_their_boundaries() {
        check(
            "Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\npreamble\r\n--a b\r\n\r\none\r\n\r\n--a b  \r\n\
             Content-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/html\n\ntwo\n--i--\n\r\n\
             --a b\r\nContent-Type: application/ics\r\n\r\nthree\r\n--a b--\r\nepilogue\r\n",
            &[
                "1 multipart/mixed",
                "  1 text/plain \"one\\r\\n\"",
                "  2 multipart/alternative",
                "    2.1 text/html \"two\"",
                "  3 application/ics \"three\"",
            ],
            &[],
        );
    }

    #[test]
    fn a_forwarded_message_is_a_leaf() {
        check(
            "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: message/rfc822\n\n\
             Content-Type: multipart/mixed; boundary=i\n\n--i\nContent-Type: text/calendar\n\nX\n--i--\n--o--\n",
            &[
                "1 multipart/mixed",
                "  1 message/rfc822 \"Content-Type: multipart/mixed; boundary=i\\n\\n--i\\nContent-Type: text/calendar\\n\\nX\\n--i--\"",
            ],
            &[],
        );
        check(
            "Content-Type: multipart/digest; boundary=o\n\n--o\n\nSubject: x\n\nX\n--o--\n",
            &["1 multipart/digest", "  1 message/rfc822 \"Subject: x\\n\\nX\""],
            &[],
        );
    }

    #[test]
    fn a_boundary_that_begins_like_another_is_another() {
        check(
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n\
             --ab\n\nx\n--abc\n--ab--\n--a--\n",
            &["1 multipart/mixed", "  1 multipart/mixed", "    1.1 text/plain \"x\\n--abc\""],
            &[],
        );
    }

    #[test]
    fn a_message_that_was_cut_is_read_as_far_as_it_goes() {
        check(
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--a\n\ny",
            &["1 multipart/mixed", "  1 multipart/mixed", "    1.1 text/plain \"x\"", "  2 text/plain \"y\""],
            &[StructureProblem::NotClosed],
        );
        check("Content-Type: multipart/mixed\n\n--a\n\nx", &["1 multipart/mixed"], &[StructureProblem::NoBoundary]);
        let mail = |octets: usize| {
            let boundary = "b".repeat(octets);
            format!("Content-Type: multipart/mixed; boundary={boundary}\n\n--{boundary}\n\nx\n--{boundary}--\n")
        };
        check(&mail(MAX_BOUNDARY_BYTES), &["1 multipart/mixed", "  1 text/plain \"x\""], &[]);
        check(&mail(MAX_BOUNDARY_BYTES + 1), &["1 multipart/mixed"], &[StructureProblem::NoBoundary]);
    }

    #[test]
    fn headers_that_never_end_stop_at_the_boundary() {
        check(
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/calendar\n--a--\n",
            &["1 multipart/mixed", "  1 text/calendar \"\""],
            &[],
        );
    }

    fn nested(depth: usize) -> String {
        let open: String = (0..depth)
            .map(|level| format!("Content-Type: multipart/mixed; boundary=b{level}x\n\n--b{level}x\n"))
            .collect();
        let close: String = (0..depth).rev().map(|level| format!("--b{level}x--\n")).collect();
        format!("{open}\nleaf\n{close}")
    }

    #[test]
    fn depth_is_limited_at_its_edge() {
        let (lines, problems) = outline(&nested(MAX_DEPTH));
        assert_eq!((lines.len(), problems), (MAX_DEPTH + 1, vec![]));
        let (lines, problems) = outline(&nested(MAX_DEPTH + 1));
        assert_eq!((lines.len(), problems), (MAX_DEPTH + 1, vec![StructureProblem::TooDeep]));
        let (_, problems) = outline(&nested(50_000));
        assert!(problems.contains(&StructureProblem::TooDeep));
    }

    #[test]
    fn headers_are_limited_at_their_edge() {
        let long = |bytes: usize| format!("X: {}\n\nbody", "x".repeat(bytes - 5));
        assert_eq!(outline(&long(MAX_HEADER_BYTES - 1)).1, vec![]);
        assert_eq!(outline(&long(MAX_HEADER_BYTES)).1, vec![StructureProblem::HeadersTooLong]);
    }

    #[test]
    fn a_part_that_ends_where_it_begins_lies_in_its_parent() {
        let text = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=a\n\n--a\n--b--\n";
        let message = Message::read(text.as_bytes()).expect("small enough");
        let [_, inner, empty] = message.parts() else { panic!("{:?}", message.parts()) };
        assert_eq!(empty.range.len(), 0);
        assert_eq!(inner.range.end, empty.range.end);
    }

    #[test]
    fn parts_are_limited_at_their_edge() {
        let wide = |count: usize| {
            format!("Content-Type: multipart/mixed; boundary=a\n\n{}--a--\n", "--a\n\nx\n".repeat(count - 1))
        };
        let (lines, problems) = outline(&wide(MAX_PARTS));
        assert_eq!((lines.len(), problems), (MAX_PARTS, vec![]));
        let (lines, problems) = outline(&wide(MAX_PARTS + 1));
        assert_eq!((lines.len(), problems), (MAX_PARTS, vec![StructureProblem::TooManyParts]));
    }

    #[test]
    fn size_is_limited_at_its_edge() {
        let bytes = vec![b'x'; MAX_MESSAGE_BYTES + 1];
        assert!(Message::read(&bytes[..MAX_MESSAGE_BYTES]).is_ok());
        assert_eq!(Message::read(&bytes).err(), Some(TooLarge { size_bytes: MAX_MESSAGE_BYTES + 1 }));
    }

    proptest! {
        #[test]
        fn every_part_lies_in_its_parent(text in "(Content-Type: multipart/mixed; boundary=a\n|--a\n|--a--\n|--b\r\n|\n|x\r\n|boundary=b|Content-Type: multipart/digest;\n| boundary=b\n){0,60}") {
            let message = Message::read(text.as_bytes()).expect("small enough");
            for part in message.parts() {
                prop_assert!(part.range.start <= part.body.start && part.body.end <= part.range.end);
                if let Some(parent) = part.parent {
                    let parent = &message.parts()[parent].range;
                    prop_assert!(parent.start <= part.range.start && part.range.end <= parent.end);
                }
            }
        }
    }
}
