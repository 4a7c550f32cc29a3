//! XML as CalDAV uses it: a small tree, bounded in size and depth, and the names that matter.

use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

use crate::limit;

/// The namespace of WebDAV.
pub(crate) const DAV: &str = "DAV:";
/// The namespace of CalDAV.
pub(crate) const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// The namespace in which older clients look for the ctag.
pub(crate) const CALENDARSERVER: &str = "http://calendarserver.org/ns/";
/// The namespace in which calendars have a colour.
pub(crate) const APPLE: &str = "http://apple.com/ns/ical/";

/// A name in its namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) namespace: String,
    pub(crate) local: String,
}

impl Name {
    pub(crate) fn is(&self, namespace: &str, local: &str) -> bool {
        self.namespace == namespace && self.local == local
    }
}

/// An element with all that is inside.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) name: Name,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The first child of that name.
    pub(crate) fn child(&self, namespace: &str, local: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name.is(namespace, local))
    }

    /// All children of that name.
    pub(crate) fn all<'a>(&'a self, namespace: &'a str, local: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name.is(namespace, local))
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a document. `None` when it is no well-formed XML, nests too deep, or brings a document type.
pub(crate) fn read(text: &str) -> Option<Element> {
    let mut reader = NsReader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let (namespace, event) = reader.read_resolved_event().ok()?;
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => namespace.0.to_owned(),
            ResolveResult::Unbound => String::new(),
            ResolveResult::Unknown(_) => return None,
        };
        match event {
            Event::Start(start) | Event::Empty(start) if open.len() >= limit::XML_DEPTH => {
                drop(start);
                return None;
            }
            Event::Start(start) => open.push(element(namespace, &start)?),
            Event::Empty(start) => close(element(namespace, &start)?, &mut open, &mut root),
            Event::End(_) => {
                let finished = open.pop()?;
                close(finished, &mut open, &mut root);
            }
            Event::Text(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::CData(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let character = match &*reference {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    "apos" => '\'',
                    _ => reference.resolve_char_ref().ok()??,
                };
                if let Some(element) = open.last_mut() {
                    element.text.push(character);
                }
            }
            // Entities of one's own are how a small document becomes a large one.
            Event::DocType(_) => return None,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => return if open.is_empty() { root } else { None },
        }
    }
}

fn element(namespace: String, start: &quick_xml::events::BytesStart<'_>) -> Option<Element> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        attributes
            .push((attribute.key.0.to_owned(), attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned()));
    }
    let local = start.local_name().into_inner().to_owned();
    Some(Element { name: Name { namespace, local }, attributes, text: String::new(), children: Vec::new() })
}

fn close(finished: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(finished),
        None => *root = Some(finished),
    }
}

/// Text for use between tags and in attributes. What XML cannot carry is left out.
pub(crate) fn escape(text: &str) -> String {
    let carried = |character: &char| !character.is_control() || matches!(character, '\n' | '\r' | '\t');
    quick_xml::escape::escape(text.chars().filter(carried).collect::<String>()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_resolved_whatever_their_prefix() {
        let root = read("<x:propfind xmlns:x='DAV:'><prop xmlns='DAV:'>a &amp; b&#33;</prop></x:propfind>").unwrap();
        assert!(root.name.is(DAV, "propfind"));
        assert_eq!(root.child(DAV, "prop").unwrap().text, "a & b!");
    }

    #[test]
    fn depth_is_refused_just_above_the_limit() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(&nested(limit::XML_DEPTH)).is_some());
        assert!(read(&nested(limit::XML_DEPTH + 1)).is_none());
    }

    #[test]
    fn what_is_not_well_formed_or_brings_entities_is_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY b 'bbbb'>]><a>&b;</a>";
        for text in ["", "a", "<a>", "</a>", "<a></b>", "<a>&b;</a>", "<p:a/>", bomb] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_xml_cannot_carry_is_left_out() {
        assert_eq!(escape("a<b>\u{0}\u{8}&\n"), "a&lt;b&gt;&amp;\n");
    }
}
