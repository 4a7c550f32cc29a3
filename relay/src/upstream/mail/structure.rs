//! The tree of a mail's parts, flattened in reading order (RFC 3501 section 7.4.2, BODYSTRUCTURE).

use std::borrow::Cow;

use async_imap::imap_proto::{BodyContentCommon, BodyContentSinglePart, BodyParams, BodyStructure, ContentEncoding};
use wire::{PartPath, Structure, StructurePart};

use crate::policy::limit::{PART_DEPTH_LIMIT, PART_LIMIT, TEXT_LIMIT_BYTES};

/// Parameters of one part that are told.
const PARAMETER_LIMIT: usize = 64;

/// Flattens a tree. The parts inside an attached mail are left out: an answer inside a forwarded mail is no answer.
pub(super) fn flatten(tree: &BodyStructure<'_>) -> Structure {
    let mut structure = Structure::default();
    // The body of a mail that is not a multipart is its part 1; a multipart itself is the whole.
    match tree {
        BodyStructure::Multipart { common, bodies, .. } => {
            add(&mut structure, PartPath::Whole, part_of_container(common));
            add_children(&mut structure, &[], bodies);
        }
        leaf => add_tree(&mut structure, vec![1], leaf),
    }
    structure
}

fn add(structure: &mut Structure, path: PartPath, part: StructurePart) {
    if structure.parts.len() < PART_LIMIT {
        structure.parts.push(StructurePart { path, ..part });
    } else {
        structure.cut = true;
    }
}

/// Adds a tree, whose depth is bounded: the guard has counted its parentheses.
fn add_tree(structure: &mut Structure, numbers: Vec<u16>, tree: &BodyStructure<'_>) {
    match tree {
        BodyStructure::Multipart { common, bodies, .. } => {
            add(structure, PartPath::Part(numbers.clone()), part_of_container(common));
            add_children(structure, &numbers, bodies);
        }
        BodyStructure::Basic { common, other, .. }
        | BodyStructure::Text { common, other, .. }
        | BodyStructure::Message { common, other, .. } => {
            add(structure, PartPath::Part(numbers), part_of_leaf(common, other));
        }
    }
}

fn add_children(structure: &mut Structure, parent: &[u16], children: &[BodyStructure<'_>]) {
    for (number, child) in (1..).zip(children) {
        if parent.len() >= PART_DEPTH_LIMIT || structure.parts.len() >= PART_LIMIT {
            structure.cut = true;
            return;
        }
        add_tree(structure, [parent, &[number]].concat(), child);
    }
}

fn part_of_container(common: &BodyContentCommon<'_>) -> StructurePart {
    let parameters = parameters(&common.ty.params);
    let (disposition, _) = disposition(common);
    StructurePart {
        path: PartPath::Whole,
        media_type: media_type(common),
        parameters,
        encoding: String::new(),
        disposition,
        file_name: None,
        size_bytes: 0,
    }
}

fn part_of_leaf(common: &BodyContentCommon<'_>, other: &BodyContentSinglePart<'_>) -> StructurePart {
    let parameters = parameters(&common.ty.params);
    let (disposition, file_name) = disposition(common);
    let named = parameters.iter().find(|(name, _)| name == "name").map(|(_, value)| value.clone());
    StructurePart {
        path: PartPath::Whole,
        media_type: media_type(common),
        encoding: encoding(&other.transfer_encoding),
        disposition,
        file_name: file_name.or(named),
        parameters,
        size_bytes: other.octets,
    }
}

fn media_type(common: &BodyContentCommon<'_>) -> String {
    bounded(&format!("{}/{}", common.ty.ty, common.ty.subtype)).to_ascii_lowercase()
}

fn encoding(encoding: &ContentEncoding<'_>) -> String {
    match encoding {
        ContentEncoding::SevenBit => "7bit".to_owned(),
        ContentEncoding::EightBit => "8bit".to_owned(),
        ContentEncoding::Binary => "binary".to_owned(),
        ContentEncoding::Base64 => "base64".to_owned(),
        ContentEncoding::QuotedPrintable => "quoted-printable".to_owned(),
        ContentEncoding::Other(name) => bounded(name).to_ascii_lowercase(),
    }
}

/// The disposition and the file name it carries.
fn disposition(common: &BodyContentCommon<'_>) -> (Option<String>, Option<String>) {
    let Some(disposition) = &common.disposition else { return (None, None) };
    let file_name = parameters(&disposition.params).into_iter().find(|(name, _)| name == "filename");
    (Some(bounded(&disposition.ty).to_ascii_lowercase()), file_name.map(|(_, value)| value))
}

fn parameters(parameters: &BodyParams<'_>) -> Vec<(String, String)> {
    let pair =
        |(name, value): &(Cow<'_, str>, Cow<'_, str>)| (bounded(name).to_ascii_lowercase(), bounded(value).to_owned());
    parameters.iter().flatten().take(PARAMETER_LIMIT).map(pair).collect()
}

/// As much of a text as is told.
fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_LIMIT_BYTES)]
}

#[cfg(test)]
mod tests {
    use async_imap::imap_proto::{AttributeValue, Response};

    use super::*;

    fn read(structure: &str) -> Structure {
        let line = format!("* 1 FETCH (UID 1 BODYSTRUCTURE {structure})\r\n");
        match Response::parse(line.as_bytes()).unwrap().1 {
            Response::Fetch(_, attributes) => match attributes.as_slice() {
                [_, AttributeValue::BodyStructure(tree)] => flatten(tree),
                other => panic!("{other:?}"),
            },
            response => panic!("{response:?}"),
        }
    }

    /// Each part as `path type`.
    fn outline(structure: &Structure) -> Vec<String> {
        let path = |path: &PartPath| match path {
            PartPath::Part(numbers) => numbers.iter().map(u16::to_string).collect::<Vec<_>>().join("."),
            other => format!("{other:?}"),
        };
        structure.parts.iter().map(|part| format!("{} {}", path(&part.path), part.media_type)).collect()
    }

    const PLAIN: &str = r#"("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 10 1)"#;
    const CALENDAR: &str = r#"("text" "calendar" ("charset" "UTF-8" "METHOD" "REPLY") NIL NIL "Base64" 99 3 NIL ("ATTACHMENT" ("FileName" "invite.ics")))"#;

    #[test]
    fn a_mail_of_one_part_is_part_1() {
        assert_eq!(outline(&read(PLAIN)), ["1 text/plain"]);
    }

    #[test]
    fn an_invitation_is_read_in_order_with_its_facts() {
        let structure = read(&format!(
            r#"(({PLAIN}{CALENDAR} "ALTERNATIVE" ("BOUNDARY" "x") NIL NIL)({CALENDAR} "RELATED") "MIXED")"#
        ));
        assert_eq!(
            outline(&structure),
            [
                "Whole multipart/mixed",
                "1 multipart/alternative",
                "1.1 text/plain",
                "1.2 text/calendar",
                "2 multipart/related",
                "2.1 text/calendar"
            ]
        );
        let calendar = &structure.parts[3];
        assert_eq!(
            calendar.parameters,
            [("charset".to_owned(), "UTF-8".to_owned()), ("method".to_owned(), "REPLY".to_owned())]
        );
        assert_eq!((calendar.encoding.as_str(), calendar.disposition.as_deref()), ("base64", Some("attachment")));
        assert_eq!((calendar.file_name.as_deref(), calendar.size_bytes), (Some("invite.ics"), 99));
    }

    #[test]
    fn what_lies_inside_an_attached_mail_is_not_told() {
        let envelope = "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";
        let message = format!(r#"("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 500 {envelope} {CALENDAR} 20)"#);
        assert_eq!(
            outline(&read(&format!(r#"({PLAIN}{message} "MIXED")"#))),
            ["Whole multipart/mixed", "1 text/plain", "2 message/rfc822"]
        );
    }

    #[test]
    fn too_many_parts_are_cut_and_said_to_be() {
        let at_limit = read(&format!(r#"({} "MIXED")"#, PLAIN.repeat(PART_LIMIT - 1)));
        assert_eq!((at_limit.parts.len(), at_limit.cut), (PART_LIMIT, false));
        let beyond = read(&format!(r#"({} "MIXED")"#, PLAIN.repeat(PART_LIMIT)));
        assert_eq!((beyond.parts.len(), beyond.cut), (PART_LIMIT, true));
    }

    #[test]
    fn parts_that_lie_too_deep_are_cut_and_said_to_be() {
        let nest = |depth: usize| format!("{}{PLAIN}{}", "(".repeat(depth), r#" "MIXED")"#.repeat(depth));
        assert!(!read(&nest(PART_DEPTH_LIMIT)).cut);
        assert!(read(&nest(PART_DEPTH_LIMIT + 1)).cut);
    }
}
