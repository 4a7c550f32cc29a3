//! The headers of a message or a part: each field with its place in the bytes, read when asked for.
//!
//! A field's value is found here, over folded lines; what it means is read by `mail-parser` from that one value, so
//! no message, however shaped, reaches a parser that recurses.

use std::borrow::Cow;
use std::ops::Range;

use mail_parser::parsers::MessageStream;
use mail_parser::{Address, HeaderValue};

use super::address::MailAddress;
use super::mailbox::Mailbox;

/// The most bytes of headers that are read of one message or part.
pub const MAX_HEADER_BYTES: usize = 256 * 1024;

/// One field: its name as written, and where its value lies in the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name, as written.
    pub name: String,
    /// The whole field in the bytes of the message, with its line end.
    pub range: Range<usize>,
    /// The value in the bytes of the message, folded as it came, without the line end.
    pub value: Range<usize>,
}

/// The fields of one message or part, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<Header>,
}

impl Headers {
    /// Reads the fields that begin at `start`. Gives them and the place where the body begins.
    ///
    /// A line that is neither a field nor a continuation ends the headers when it is empty and is skipped otherwise.
    /// `is_boundary` tells the lines at which the part ends although its headers did not.
    pub(super) fn read(bytes: &[u8], start: usize, is_boundary: impl Fn(&[u8]) -> bool) -> (Self, usize) {
        let mut fields: Vec<Header> = Vec::new();
        let mut at = start;
        while at < bytes.len() && at - start < MAX_HEADER_BYTES {
            let end = line_end(bytes, at);
            let line = &bytes[at..end];
            let text = without_line_end(line);
            if text.is_empty() {
                return (Self { fields }, end);
            }
            if is_boundary(text) {
                return (Self { fields }, at);
            }
            if matches!(text.first(), Some(b' ' | b'\t')) {
                if let Some(field) = fields.last_mut() {
                    field.range.end = end;
                    field.value.end = at + text.len();
                }
            } else if let Some(colon) = text.iter().position(|byte| *byte == b':') {
                let name = text[..colon].trim_ascii_end();
                let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
                if let Some(name) = std::str::from_utf8(name).ok().filter(|_| is_name) {
                    let name = name.to_owned();
                    fields.push(Header { name, range: at..end, value: at + colon + 1..at + text.len() });
                }
            }
            at = end;
        }
        (Self { fields }, at)
    }

    /// Every field, in order.
    pub fn fields(&self) -> &[Header] {
        &self.fields
    }

    /// The fields of that name, from the top.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h Header> {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name))
    }

    /// The value of the topmost field of that name, unfolded but not decoded.
    pub fn raw<'b>(&self, bytes: &'b [u8], name: &str) -> Option<Cow<'b, str>> {
        self.all(name).next().map(|field| unfolded(bytes, field))
    }

    /// The value of the topmost field of that name, with its encoded words decoded.
    pub fn text(&self, bytes: &[u8], name: &str) -> Option<String> {
        self.raw(bytes, name).map(|value| decode_words(&value))
    }

    /// The mailboxes of the topmost field of that name. What is no address is left out.
    pub fn mailboxes(&self, bytes: &[u8], name: &str) -> Vec<Mailbox> {
        let Some(value) = self.raw(bytes, name) else { return Vec::new() };
        let value = line_of(&value);
        let parsed = MessageStream::new(value.as_bytes()).parse_address();
        let mut mailboxes = Vec::new();
        let HeaderValue::Address(addresses) = &parsed else { return mailboxes };
        let members: Vec<_> = match addresses {
            Address::List(list) => list.iter().collect(),
            Address::Group(groups) => groups.iter().flat_map(|group| &group.addresses).collect(),
        };
        for member in members {
            if let Some(Ok(address)) = member.address.as_deref().map(MailAddress::parse) {
                mailboxes.push(Mailbox::new(member.name.as_deref().unwrap_or_default(), address));
            }
        }
        // One person in a form that only old programs write.
        if mailboxes.is_empty()
            && let Ok(mailbox) = Mailbox::parse(value.trim())
        {
            mailboxes.push(mailbox);
        }
        mailboxes
    }

    /// The media type of `Content-Type`, or the kind of `Content-Disposition`, with its parameters.
    pub fn content_type(&self, bytes: &[u8], name: &str) -> Option<ContentType> {
        ContentType::parse(&self.raw(bytes, name)?)
    }
}

/// A media type or a disposition, and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// `text/calendar`, or `attachment`; lower case.
    pub kind: String,
    /// The parameters in order, names in lower case, values decoded (RFC 2231).
    pub parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads a header's value.
    pub fn parse(value: &str) -> Option<Self> {
        let value = line_of(value);
        let HeaderValue::ContentType(parsed) = MessageStream::new(value.as_bytes()).parse_content_type() else {
            return None;
        };
        let mut kind = match parsed.c_subtype.as_deref() {
            Some(subtype) => [parsed.c_type.trim(), "/", subtype.trim()].concat(),
            None => parsed.c_type.trim().to_owned(),
        };
        kind.make_ascii_lowercase();
        let attributes = parsed.attributes.unwrap_or_default();
        let mut parameters = Vec::with_capacity(attributes.len());
        for attribute in attributes {
            parameters.push((attribute.name.to_ascii_lowercase(), attribute.value.trim().to_owned()));
        }
        Some(Self { kind, parameters })
    }

    /// The first parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A text with its encoded words decoded (RFC 2047).
pub(super) fn decode_words(text: &str) -> String {
    if !text.contains("=?") {
        return text.trim().to_owned();
    }
    let line = line_of(text);
    match MessageStream::new(line.as_bytes()).parse_unstructured() {
        HeaderValue::Text(decoded) => decoded.trim().to_owned(),
        _ => text.trim().to_owned(),
    }
}

/// A value with the line end that `mail-parser` stops at.
fn line_of(value: &str) -> String {
    let mut line = String::with_capacity(value.len() + 1);
    line.push_str(value);
    line.push('\n');
    line
}

/// The value on one line.
fn unfolded<'b>(bytes: &'b [u8], field: &Header) -> Cow<'b, str> {
    let value = bytes.get(field.value.clone()).unwrap_or_default();
    let is_folded = memchr::memchr3(b'\r', b'\n', b'\0', value).is_some();
    match std::str::from_utf8(value).map_or_else(|_| String::from_utf8_lossy(value), Cow::Borrowed) {
        Cow::Borrowed(text) if !is_folded => Cow::Borrowed(text.trim()),
        text if !is_folded => Cow::Owned(text.trim().to_owned()),
        text => {
            let mut line = text.into_owned();
            line.retain(|character| !matches!(character, '\r' | '\n' | '\0'));
            Cow::Owned(line.trim().to_owned())
        }
    }
}

/// Where the line that begins at `at` ends, its line feed included.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length + 1)
}

/// A line without its line end.
pub(super) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Headers, &str) {
        let (headers, body) = Headers::read(text.as_bytes(), 0, |_| false);
        (headers, &text[body..])
    }

    #[test]
    fn fields_are_found_over_folded_lines() {
        let text = "From: Ann\r\n <ann@a.example>\r\nnot a field\r\nSUBJECT : x\n\nbody";
        let (headers, body) = read(text);
        assert_eq!(body, "body");
        let names: Vec<_> = headers.fields().iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["From", "SUBJECT"]);
        assert_eq!(headers.raw(text.as_bytes(), "from").as_deref(), Some("Ann <ann@a.example>"));
        assert_eq!(&text[headers.fields()[0].range.clone()], "From: Ann\r\n <ann@a.example>\r\n");
    }

    #[test]
    fn mailboxes_are_read_with_names_groups_and_encoded_words() {
        let text = "From: =?utf-8?Q?J=C3=BCrgen?= <J@A.example>\nTo: Team: a@b.example, \"C, D\" <c@d.example>;\nCc: nobody\n\n";
        let (headers, _) = read(text);
        let found = |name: &str| -> Vec<String> {
            headers.mailboxes(text.as_bytes(), name).iter().map(Mailbox::to_string).collect()
        };
        assert_eq!(found("From"), ["Jürgen <J@a.example>"]);
        assert_eq!(found("To"), ["a@b.example", "\"C, D\" <c@d.example>"]);
        assert_eq!(found("Cc"), Vec::<String>::new());
        assert_eq!(found("Bcc"), Vec::<String>::new());
    }

    #[test]
    fn an_address_is_read_without_its_route_and_needless_quotes() {
        for written in ["\"bob\"@a.example", "<@b.example,@c.example:bob@a.example>", "B <\"bob\"@a.example>"] {
            let text = format!("From: {written}\n\n");
            let (headers, _) = read(&text);
            let found: Vec<_> =
                headers.mailboxes(text.as_bytes(), "From").iter().map(|one| one.address().key()).collect();
            assert_eq!(found, ["bob@a.example"], "{written}");
        }
    }

    #[test]
    fn a_content_type_is_read_with_its_parameters() {
        let parsed = ContentType::parse("TEXT/Calendar; METHOD=\"request\"; name*=UTF-8''%C3%BC.ics; charset=UTF-8")
            .expect("a type");
        assert_eq!(parsed.kind, "text/calendar");
        assert_eq!(parsed.parameter("method"), Some("request"));
        assert_eq!(parsed.parameter("name"), Some("ü.ics"));
        assert_eq!(parsed.parameter("charset"), Some("UTF-8"));
        assert_eq!(
            ContentType::parse("attachment; filename=x").map(|parsed| parsed.kind).as_deref(),
            Some("attachment")
        );
    }

    #[test]
    fn encoded_words_are_decoded_in_text() {
        assert_eq!(decode_words("=?UTF-8?B?WsO8cmljaA==?= trip"), "Zürich trip");
        assert_eq!(decode_words("=?iso-8859-1?q?Z=FCrich?="), "Zürich");
        assert_eq!(decode_words("plain"), "plain");
    }

    #[test]
    fn headers_end_at_their_limit() {
        let text = "X: y\n".repeat(MAX_HEADER_BYTES / 5 + 100);
        let (headers, body) = Headers::read(text.as_bytes(), 0, |_| false);
        assert!(body <= MAX_HEADER_BYTES + 5);
        assert!(headers.fields().len() <= MAX_HEADER_BYTES / 5 + 1);
    }
}
