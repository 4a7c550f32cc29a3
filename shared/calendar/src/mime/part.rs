//! One part of a message: what its headers say, and where it lies in the bytes.

use std::borrow::Cow;
use std::ops::Range;

use super::charset::{Charsets, Text};
use super::header::{ContentType, Headers};
use super::transfer::{decode_base64, decode_quoted_printable, is_base64_of, is_plain};

/// How the body of a part is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferEncoding {
    /// As it stands: `7bit`, `8bit`, `binary`, or nothing said.
    Identity,
    /// `base64`.
    Base64,
    /// `quoted-printable`.
    QuotedPrintable,
    /// Something else, which is read as it stands.
    Unknown,
}

/// A part, leaf or not. Ranges are byte ranges of the whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The index of the part this one lies in; `None` for the message itself.
    pub parent: Option<usize>,
    /// How many parts this one lies in.
    pub depth: usize,
    /// The whole part: headers, blank line and body.
    pub range: Range<usize>,
    /// The body, encoded as it came.
    pub body: Range<usize>,
    /// The headers.
    pub headers: Headers,
    /// The media type with its parameters; what RFC 2045 section 5.2 prescribes when nothing is said.
    pub content_type: ContentType,
    /// The disposition with its parameters, when there is one.
    pub disposition: Option<ContentType>,
    /// How the body is encoded.
    pub encoding: TransferEncoding,
}

impl Part {
    /// The media type, lower case.
    pub fn media_type(&self) -> &str {
        &self.content_type.kind
    }

    /// Whether other parts lie in this one.
    pub fn is_multipart(&self) -> bool {
        self.content_type.kind.starts_with("multipart/")
    }

    /// Whether it says that it is an attachment.
    pub fn is_attachment(&self) -> bool {
        self.disposition.as_ref().is_some_and(|disposition| disposition.kind == "attachment")
    }

    /// The file name that the part gives itself.
    pub fn file_name(&self) -> Option<&str> {
        let disposed = self.disposition.as_ref().and_then(|disposition| disposition.parameter("filename"));
        disposed.or_else(|| self.content_type.parameter("name"))
    }

    /// The bytes behind the transfer encoding.
    pub fn decoded<'m>(&self, message: &'m [u8]) -> Cow<'m, [u8]> {
        let body = message.get(self.body.clone()).unwrap_or_default();
        match self.encoding {
            TransferEncoding::Identity | TransferEncoding::Unknown => Cow::Borrowed(body),
            TransferEncoding::Base64 if is_plain(body) => Cow::Borrowed(body),
            TransferEncoding::Base64 => Cow::Owned(decode_base64(body)),
            TransferEncoding::QuotedPrintable => decode_quoted_printable(body),
        }
    }

    /// Whether the bytes behind the transfer encoding are these, where that is seen without decoding.
    pub(crate) fn plainly_holds(&self, message: &[u8], bytes: &[u8]) -> bool {
        let body = message.get(self.body.clone()).unwrap_or_default();
        self.encoding == TransferEncoding::Base64 && is_base64_of(body, bytes)
    }

    /// The text of the part, and whether its charset was understood.
    pub fn text(&self, message: &[u8], charsets: &dyn Charsets) -> Text<'static> {
        let bytes = self.decoded(message);
        let text = Text::decode(&bytes, self.content_type.parameter("charset"), charsets);
        Text { text: Cow::Owned(text.text.into_owned()), is_certain: text.is_certain }
    }
}
