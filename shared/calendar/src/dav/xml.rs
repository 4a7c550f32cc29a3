//! A tree of the XML elements of one answer, with namespaces resolved and every size bounded.
//!
//! Servers choose their own prefixes, so an element is known by its namespace. Entities and document types are
//! refused: no CalDAV server needs them and they are how a small document becomes a large one.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

/// The most bytes of one XML answer that are read.
pub const MAX_XML_BYTES: usize = 16 * 1024 * 1024;
/// The deepest nesting of elements that is read.
pub const MAX_XML_DEPTH: usize = 64;
/// The most elements of one answer that are read: ten thousand objects have about 120,000.
pub const MAX_XML_ELEMENTS: usize = 400_000;

/// Why an XML answer cannot be read. The server has to mend it; asking again seldom helps.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlProblem {
    /// The document has more than [`MAX_XML_BYTES`] bytes.
    #[error("the answer has {size_bytes} bytes of XML, more than {MAX_XML_BYTES}")]
    TooLarge {
        /// The size of the document.
        size_bytes: usize,
    },
    /// Elements are nested deeper than [`MAX_XML_DEPTH`].
    #[error("the answer nests XML elements deeper than {MAX_XML_DEPTH}")]
    TooDeep,
    /// The document has more than [`MAX_XML_ELEMENTS`] elements.
    #[error("the answer has more than {MAX_XML_ELEMENTS} XML elements")]
    TooMany,
    /// The document is not UTF-8.
    #[error("the answer is not UTF-8")]
    NotUtf8,
    /// The document has a document type or refers to an entity of its own.
    #[error("the answer uses XML entities, which are not allowed here")]
    Entity,
    /// The document breaks a rule of XML, or ends too early.
    #[error("the answer is not well-formed XML at byte {at}")]
    Malformed {
        /// The offset of the trouble.
        at: u64,
    },
}

/// The namespaces that calendar servers speak in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Namespace {
    /// `DAV:` (RFC 4918).
    Dav,
    /// `urn:ietf:params:xml:ns:caldav` (RFC 4791).
    CalDav,
    /// `http://calendarserver.org/ns/`: ctag, subscriptions.
    CalendarServer,
    /// `http://apple.com/ns/ical/`: colour and order of a calendar.
    Apple,
    /// Any other, or none.
    Other,
}

impl Namespace {
    fn of(resolved: &ResolveResult<'_>) -> Self {
        let ResolveResult::Bound(namespace) = resolved else { return Self::Other };
        match namespace.0 {
            "DAV:" => Self::Dav,
            "urn:ietf:params:xml:ns:caldav" => Self::CalDav,
            "http://calendarserver.org/ns/" => Self::CalendarServer,
            "http://apple.com/ns/ical/" => Self::Apple,
            _ => Self::Other,
        }
    }
}

/// One element: its name, the text directly in it, its attributes and its children.
#[derive(Debug)]
pub(super) struct Element<'a> {
    pub(super) namespace: Namespace,
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    /// Text and CDATA directly inside, in order. Line ends are kept as they came: a calendar object's CRLF matters.
    pub(super) text: Cow<'a, str>,
    pub(super) children: Vec<Element<'a>>,
}

impl<'a> Element<'a> {
    pub(super) fn is(&self, namespace: Namespace, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    pub(super) fn child(&self, namespace: Namespace, name: &str) -> Option<&Element<'a>> {
        self.children.iter().find(|child| child.is(namespace, name))
    }

    pub(super) fn all<'e>(&'e self, namespace: Namespace, name: &'e str) -> impl Iterator<Item = &'e Element<'a>> {
        self.children.iter().filter(move |child| child.is(namespace, name))
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The text without the white space around it, or `None` when nothing is left.
    pub(super) fn word(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    fn add_text(&mut self, text: Cow<'a, str>) {
        if self.text.is_empty() {
            self.text = text;
        } else {
            self.text.to_mut().push_str(&text);
        }
    }
}

/// Reads a whole document and returns its root element.
pub(super) fn read_document(bytes: &[u8]) -> Result<Element<'_>, XmlProblem> {
    if bytes.len() > MAX_XML_BYTES {
        return Err(XmlProblem::TooLarge { size_bytes: bytes.len() });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| XmlProblem::NotUtf8)?;
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut root = None;
    let mut count = 0_usize;
    loop {
        let at = reader.reader_position();
        let malformed = |_| XmlProblem::Malformed { at };
        let (resolved, event) = reader.read_resolved_event().map_err(malformed)?;
        let namespace = Namespace::of(&resolved);
        let closed = match event {
            Event::Start(start) => {
                count += 1;
                if open.len() == MAX_XML_DEPTH {
                    return Err(XmlProblem::TooDeep);
                }
                open.push(element(namespace, &start, at)?);
                None
            }
            Event::Empty(start) => {
                count += 1;
                if open.len() == MAX_XML_DEPTH {
                    return Err(XmlProblem::TooDeep);
                }
                Some(element(namespace, &start, at)?)
            }
            Event::End(_) => Some(open.pop().ok_or(XmlProblem::Malformed { at })?),
            Event::Text(text) => {
                add(&mut open, text.into_inner(), at)?;
                None
            }
            Event::CData(text) => {
                add(&mut open, text.into_inner(), at)?;
                None
            }
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character,
                    Ok(None) => predefined(&reference).ok_or(XmlProblem::Entity)?,
                    Err(_) => return Err(XmlProblem::Malformed { at }),
                };
                add(&mut open, Cow::Owned(character.to_string()), at)?;
                None
            }
            Event::DocType(_) => return Err(XmlProblem::Entity),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => None,
            Event::Eof => break,
        };
        if count > MAX_XML_ELEMENTS {
            return Err(XmlProblem::TooMany);
        }
        if let Some(element) = closed {
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None if root.is_none() => root = Some(element),
                None => return Err(XmlProblem::Malformed { at }),
            }
        }
    }
    let end = text.len() as u64;
    root.filter(|_| open.is_empty()).ok_or(XmlProblem::Malformed { at: end })
}

/// Where a reader stands, for the offset in a problem.
trait Position {
    fn reader_position(&self) -> u64;
}

impl Position for NsReader<&[u8]> {
    fn reader_position(&self) -> u64 {
        self.buffer_position()
    }
}

fn element<'a>(namespace: Namespace, start: &BytesStart<'_>, at: u64) -> Result<Element<'a>, XmlProblem> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| XmlProblem::Malformed { at })?;
        if attribute.key.as_namespace_binding().is_none() {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| XmlProblem::Entity)?;
            attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
    }
    Ok(Element {
        namespace,
        name: start.local_name().as_ref().to_owned(),
        attributes,
        text: Cow::Borrowed(""),
        children: Vec::new(),
    })
}

fn add<'a>(open: &mut [Element<'a>], text: Cow<'a, str>, at: u64) -> Result<(), XmlProblem> {
    match open.last_mut() {
        Some(element) => element.add_text(text),
        None if text.trim().is_empty() => {}
        None => return Err(XmlProblem::Malformed { at }),
    }
    Ok(())
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_problem(xml: &str, problem: XmlProblem) {
        assert_eq!(read_document(xml.as_bytes()).map(|root| root.name).expect_err(xml), problem, "{xml}");
    }

    #[test]
    fn prefixes_do_not_matter_and_namespaces_do() {
        let xml = "<x:multistatus xmlns:x='DAV:'><x:a/><a xmlns='urn:ietf:params:xml:ns:caldav'/><a/></x:multistatus>";
        let root = read_document(xml.as_bytes()).expect("well-formed");
        assert!(root.is(Namespace::Dav, "multistatus"));
        let namespaces: Vec<_> = root.children.iter().map(|child| child.namespace).collect();
        assert_eq!(namespaces, [Namespace::Dav, Namespace::CalDav, Namespace::Other]);
    }

    #[test]
    fn text_is_joined_over_references_cdata_and_comments() {
        let xml = "<a>one &amp; &#116;wo<!-- no --><![CDATA[ <three>]]>&#13;\r\n</a>";
        let root = read_document(xml.as_bytes()).expect("well-formed");
        assert_eq!(root.text, "one & two <three>\r\r\n");
    }

    #[test]
    fn what_is_not_xml_is_refused_with_its_place() {
        check_problem("", XmlProblem::Malformed { at: 0 });
        check_problem("<a>", XmlProblem::Malformed { at: 3 });
        check_problem("<a></b>", XmlProblem::Malformed { at: 3 });
        check_problem("<a/><b/>", XmlProblem::Malformed { at: 4 });
        check_problem("words", XmlProblem::Malformed { at: 0 });
        check_problem("<a b='1' b='2'/>", XmlProblem::Malformed { at: 0 });
    }

    #[test]
    fn entities_are_refused_wherever_they_stand() {
        check_problem("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", XmlProblem::Entity);
        check_problem("<a>&x;</a>", XmlProblem::Entity);
        check_problem("<a b='&x;'/>", XmlProblem::Entity);
    }

    #[test]
    fn depth_is_limited_at_its_edge() {
        let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert!(read_document(nested(MAX_XML_DEPTH).as_bytes()).is_ok());
        check_problem(&nested(MAX_XML_DEPTH + 1), XmlProblem::TooDeep);
        check_problem(&"<a>".repeat(100_000), XmlProblem::TooDeep);
    }

    #[test]
    fn elements_are_limited_at_their_edge() {
        let wide = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count - 1));
        assert!(read_document(wide(MAX_XML_ELEMENTS).as_bytes()).is_ok());
        check_problem(&wide(MAX_XML_ELEMENTS + 1), XmlProblem::TooMany);
    }

    #[test]
    fn size_is_limited_at_its_edge() {
        let padded = |size: usize| format!("<a>{}</a>", " ".repeat(size - 7));
        assert!(read_document(padded(MAX_XML_BYTES).as_bytes()).is_ok());
        check_problem(&padded(MAX_XML_BYTES + 1), XmlProblem::TooLarge { size_bytes: MAX_XML_BYTES + 1 });
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused() {
        assert_eq!(read_document(b"<a>\xff</a>").map(|root| root.name), Err(XmlProblem::NotUtf8));
    }
}
