//! What FETCH says about a message (RFC 3501 section 6.4.5, RFC 7162 section 3.1.4).

use std::cell::LazyCell;
use std::collections::BTreeSet;

use chrono::DateTime;
use imap_codec::imap_types::core::{AString, Atom, Vec1};
use imap_codec::imap_types::datetime::DateTime as InternalDate;
use imap_codec::imap_types::fetch::{MessageDataItem, MessageDataItemName, Part as PartNumber, Section};
use imap_codec::imap_types::flag::{Flag, FlagFetch};

use crate::imap::structure::{body_structure, envelope};
use crate::imap::text::{count, literal, positive, positive_wide};
use crate::part::{Content, Part};
use crate::provider::StoredMessage;

/// The flags of a message.
pub(crate) fn flags_item(flags: &BTreeSet<String>) -> MessageDataItem<'static> {
    MessageDataItem::Flags(flags.iter().filter_map(|flag| flag_value(flag)).map(FlagFetch::Flag).collect())
}

/// A stored flag as IMAP writes it.
pub(crate) fn flag_value(flag: &str) -> Option<Flag<'static>> {
    match flag.strip_prefix('\\') {
        Some(system) => Some(Flag::system(Atom::try_from(system.to_owned()).ok()?)),
        None => Some(Flag::keyword(Atom::try_from(flag.to_owned()).ok()?)),
    }
}

/// Whether asking for this marks the message as read.
pub(crate) fn marks_as_read(name: &MessageDataItemName<'_>) -> bool {
    matches!(
        name,
        MessageDataItemName::BodyExt { peek: false, .. }
            | MessageDataItemName::Binary { peek: false, .. }
            | MessageDataItemName::Rfc822
            | MessageDataItemName::Rfc822Text
    )
}

/// Answers what was asked about a message. Items that the server does not have are left out.
pub(crate) fn items(message: &StoredMessage, names: &[MessageDataItemName<'_>]) -> Vec<MessageDataItem<'static>> {
    // Most questions of a poll need no look into the mail at all.
    let mail = LazyCell::new(|| Part::read(&message.raw));
    names.iter().filter_map(|name| item(message, &mail, name)).collect()
}

fn item<'a>(
    message: &StoredMessage,
    mail: &LazyCell<Part<'a>, impl FnOnce() -> Part<'a>>,
    name: &MessageDataItemName<'_>,
) -> Option<MessageDataItem<'static>> {
    Some(match name {
        MessageDataItemName::Body => MessageDataItem::Body(body_structure(mail, false)),
        MessageDataItemName::BodyStructure => MessageDataItem::BodyStructure(body_structure(mail, true)),
        MessageDataItemName::Envelope => MessageDataItem::Envelope(envelope(mail)),
        MessageDataItemName::Flags => flags_item(&message.flags),
        MessageDataItemName::InternalDate => {
            let arrived = DateTime::from_timestamp(message.arrived_at, 0)?.fixed_offset();
            MessageDataItem::InternalDate(InternalDate::try_from(arrived).ok()?)
        }
        MessageDataItemName::Rfc822Size => MessageDataItem::Rfc822Size(count(message.raw.len())),
        MessageDataItemName::Rfc822 => MessageDataItem::Rfc822(literal(&message.raw)),
        MessageDataItemName::Rfc822Header => MessageDataItem::Rfc822Header(literal(mail.header)),
        MessageDataItemName::Rfc822Text => MessageDataItem::Rfc822Text(literal(mail.body)),
        MessageDataItemName::Uid => MessageDataItem::Uid(positive(message.uid)),
        MessageDataItemName::ModSeq => MessageDataItem::ModSeq(positive_wide(message.modseq)),
        MessageDataItemName::BodyExt { section, partial, .. } => {
            let data = match section {
                None => Some(message.raw.to_vec()),
                Some(section) => section_bytes(mail, section),
            };
            let window = |data: Vec<u8>| match partial {
                Some((from, length)) => cut(&data, *from, length.get()).to_vec(),
                None => data,
            };
            MessageDataItem::BodyExt {
                section: section.clone().map(imap_codec::imap_types::IntoStatic::into_static),
                origin: partial.map(|(from, _)| from),
                data: data.map(|data| literal(&window(data))).unwrap_or_default(),
            }
        }
        MessageDataItemName::Binary { .. } | MessageDataItemName::BinarySize { .. } => return None,
    })
}

fn cut(data: &[u8], from: u32, length: u32) -> &[u8] {
    let from = usize::try_from(from).unwrap_or(usize::MAX).min(data.len());
    let to = from.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(data.len());
    data.get(from..to).unwrap_or_default()
}

/// The bytes of a section, `None` where the mail has no such part.
fn section_bytes(mail: &Part<'_>, section: &Section<'_>) -> Option<Vec<u8>> {
    Some(match section {
        Section::Part(number) => find(mail, number)?.body.to_vec(),
        Section::Mime(number) => find(mail, number)?.header.to_vec(),
        Section::Header(number) => enclosed(mail, number.as_ref())?.header.to_vec(),
        Section::Text(number) => enclosed(mail, number.as_ref())?.body.to_vec(),
        Section::HeaderFields(number, names) => {
            select_fields(enclosed(mail, number.as_ref())?.header, |field| is_named(field, names))
        }
        Section::HeaderFieldsNot(number, names) => {
            select_fields(enclosed(mail, number.as_ref())?.header, |field| !is_named(field, names))
        }
    })
}

fn find<'m, 'a>(mail: &'m Part<'a>, number: &PartNumber) -> Option<&'m Part<'a>> {
    let path: Vec<u32> = number.0.as_ref().iter().map(|number| number.get()).collect();
    mail.descend(&path)
}

/// HEADER and TEXT speak of the whole mail, or of the mail that a part encloses.
fn enclosed<'m, 'a>(mail: &'m Part<'a>, number: Option<&PartNumber>) -> Option<&'m Part<'a>> {
    let Some(number) = number else { return Some(mail) };
    match &find(mail, number)?.content {
        Content::Message(message) => Some(message),
        _ => None,
    }
}

fn is_named(field: &[u8], names: &Vec1<AString<'_>>) -> bool {
    let name = field.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
    names.as_ref().iter().any(|wanted| wanted.as_ref().eq_ignore_ascii_case(name))
}

/// The chosen header fields as they stand in the header, and the empty line.
fn select_fields(header: &[u8], chosen: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut selected = Vec::new();
    let mut is_chosen = false;
    for line in header.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        // A line that begins with a blank belongs to the field before it.
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            is_chosen = chosen(line);
        }
        if is_chosen {
            selected.extend_from_slice(line);
        }
    }
    selected.extend_from_slice(b"\r\n");
    selected
}
