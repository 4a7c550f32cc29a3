//! ENVELOPE and BODYSTRUCTURE of a mail (RFC 3501 section 7.4.2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use imap_codec::imap_types::body::{
    BasicFields, Body, BodyStructure, Disposition, MultiPartExtensionData, SinglePartExtensionData, SpecificFields,
};
use imap_codec::imap_types::core::{IString, NString, Vec1};
use imap_codec::imap_types::envelope::{Address, Envelope};
use mail_parser::{Addr, ContentType, GetHeader, HeaderName, MimeHeaders};

use crate::imap::text::{count, optional, string};
use crate::part::{Content, Part};

/// The structure of a mail. BODY is the same without what newer servers add.
pub(crate) fn body_structure(part: &Part<'_>, with_extensions: bool) -> BodyStructure<'static> {
    let (kind, subtype) = part.kind();
    if let Content::Multi(parts) = &part.content {
        let bodies: Vec<_> = parts.iter().map(|part| body_structure(part, with_extensions)).collect();
        if let Ok(bodies) = Vec1::try_from(bodies) {
            let extension_data = with_extensions.then(|| MultiPartExtensionData {
                parameter_list: part.fields.content_type().map(parameters).unwrap_or_default(),
                tail: disposition(part),
            });
            return BodyStructure::Multi { bodies, subtype: string(&subtype), extension_data };
        }
    }
    let lines = count(part.body.iter().filter(|byte| **byte == b'\n').count());
    let specific = match &part.content {
        Content::Message(message) => SpecificFields::Message {
            envelope: Box::new(envelope(message)),
            body_structure: Box::new(body_structure(message, with_extensions)),
            number_of_lines: lines,
        },
        // A multipart that has no parts is shown as what it then is.
        _ if kind == "multipart" => SpecificFields::Text { subtype: string("plain"), number_of_lines: lines },
        _ if kind == "text" => SpecificFields::Text { subtype: string(&subtype), number_of_lines: lines },
        _ => SpecificFields::Basic { r#type: string(&kind), subtype: string(&subtype) },
    };
    let basic = BasicFields {
        parameter_list: part.fields.content_type().map(parameters).unwrap_or_default(),
        id: optional(part.fields.content_id().map(|id| format!("<{id}>")).as_deref()),
        description: optional(part.fields.content_description()),
        content_transfer_encoding: string(part.fields.content_transfer_encoding().unwrap_or("7bit")),
        size: count(part.body.len()),
    };
    let extension_data =
        with_extensions.then(|| SinglePartExtensionData { md5: NString::NIL, tail: disposition(part) });
    BodyStructure::Single { body: Body { basic, specific }, extension_data }
}

fn parameters(kind: &ContentType<'_>) -> Vec<(IString<'static>, IString<'static>)> {
    let attributes = kind.attributes().unwrap_or_default();
    attributes.iter().map(|attribute| (string(&attribute.name), string(&attribute.value))).collect()
}

fn disposition(part: &Part<'_>) -> Option<Disposition<'static>> {
    let disposition = part.fields.content_disposition();
    let disposition = disposition.map(|disposition| (string(disposition.ctype()), parameters(disposition)));
    Some(Disposition { disposition, tail: None })
}

/// The envelope of a mail: the header fields a list of mails shows.
pub(crate) fn envelope(part: &Part<'_>) -> Envelope<'static> {
    let from = addresses(part, HeaderName::From);
    let or_from = |found: Vec<Address<'static>>| if found.is_empty() { from.clone() } else { found };
    Envelope {
        date: raw_text(part, HeaderName::Date),
        subject: raw_text(part, HeaderName::Subject),
        sender: or_from(addresses(part, HeaderName::Sender)),
        reply_to: or_from(addresses(part, HeaderName::ReplyTo)),
        to: addresses(part, HeaderName::To),
        cc: addresses(part, HeaderName::Cc),
        bcc: addresses(part, HeaderName::Bcc),
        in_reply_to: raw_text(part, HeaderName::InReplyTo),
        message_id: raw_text(part, HeaderName::MessageId),
        from,
    }
}

/// The text of a header field as it stands in the mail, its folds removed.
pub(crate) fn raw_field(part: &Part<'_>, name: HeaderName<'static>) -> Option<Vec<u8>> {
    let header = part.fields.headers.header(name)?;
    let start = usize::try_from(header.offset_start).ok()?;
    let end = usize::try_from(header.offset_end).ok()?;
    let unfolded = part.header.get(start..end)?.iter().filter(|byte| !matches!(byte, b'\r' | b'\n' | 0));
    Some(unfolded.copied().collect::<Vec<u8>>().trim_ascii().to_vec())
}

fn raw_text(part: &Part<'_>, name: HeaderName<'static>) -> NString<'static> {
    let Some(text) = raw_field(part, name) else { return NString::NIL };
    NString::try_from(text).unwrap_or(NString::NIL)
}

fn addresses(part: &Part<'_>, name: HeaderName<'static>) -> Vec<Address<'static>> {
    let found =
        part.fields.headers.iter().filter(|header| header.name == name).filter_map(|header| header.value.as_address());
    found.flat_map(|list| list.iter()).map(address).collect()
}

fn address(address: &Addr<'_>) -> Address<'static> {
    let (mailbox, host) = match address.address() {
        Some(address) => {
            address.rsplit_once('@').map_or((Some(address), None), |(local, host)| (Some(local), Some(host)))
        }
        None => (None, None),
    };
    Address {
        name: optional(address.name().map(encode_words).as_deref()),
        adl: NString::NIL,
        mailbox: optional(mailbox),
        host: optional(host),
    }
}

/// A name as a header may carry it (RFC 2047): the server hands on header text, which is ASCII.
fn encode_words(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut piece = String::new();
    for character in name.chars() {
        // 45 bytes become 60 characters of base64, and an encoded word has 75 at most.
        if piece.len() + character.len_utf8() > 45 {
            words.push(std::mem::take(&mut piece));
        }
        piece.push(character);
    }
    words.push(piece);
    let encoded: Vec<_> = words.iter().map(|piece| format!("=?utf-8?B?{}?=", STANDARD.encode(piece))).collect();
    encoded.join(" ")
}
