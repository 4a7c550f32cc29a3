//! Whether a message meets the criteria of SEARCH (RFC 3501 section 6.4.4, RFC 7162 section 3.1.5).

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate};
use imap_codec::imap_types::core::AString;
use imap_codec::imap_types::search::SearchKey;
use mail_parser::{GetHeader, HeaderName, MessageParser};

use crate::imap::text::contains;
use crate::part::{Part, split_header};
use crate::provider::StoredMessage;

/// Reads every header field as text.
static TEXT_PARSER: LazyLock<MessageParser> = LazyLock::new(|| MessageParser::new().default_header_text());

/// A message with what the client knows about its mailbox.
pub(crate) struct Candidate<'a> {
    /// The message number.
    pub(crate) number: u32,
    /// The message.
    pub(crate) message: &'a StoredMessage,
    /// The largest message number, which `*` stands for.
    pub(crate) largest_number: u32,
    /// The largest UID, which `*` stands for after UID.
    pub(crate) largest_uid: u32,
}

impl Candidate<'_> {
    /// Whether the message meets a criterion.
    pub(crate) fn meets(&self, key: &SearchKey<'_>) -> bool {
        match key {
            SearchKey::And(keys) => keys.as_ref().iter().all(|key| self.meets(key)),
            SearchKey::Or(one, other) => self.meets(one) || self.meets(other),
            SearchKey::Not(key) => !self.meets(key),
            SearchKey::All | SearchKey::Old => true,
            SearchKey::SequenceSet(set) => contains(set, self.number, self.largest_number),
            SearchKey::Uid(set) => contains(set, self.message.uid, self.largest_uid),
            SearchKey::Answered => self.has("\\Answered"),
            SearchKey::Unanswered => !self.has("\\Answered"),
            SearchKey::Deleted => self.has("\\Deleted"),
            SearchKey::Undeleted => !self.has("\\Deleted"),
            SearchKey::Draft => self.has("\\Draft"),
            SearchKey::Undraft => !self.has("\\Draft"),
            SearchKey::Flagged => self.has("\\Flagged"),
            SearchKey::Unflagged => !self.has("\\Flagged"),
            SearchKey::Seen => self.has("\\Seen"),
            SearchKey::Unseen => !self.has("\\Seen"),
            SearchKey::Keyword(keyword) => self.has(keyword.as_ref()),
            SearchKey::Unkeyword(keyword) => !self.has(keyword.as_ref()),
            SearchKey::Bcc(text) => self.header_contains("Bcc", text),
            SearchKey::Cc(text) => self.header_contains("Cc", text),
            SearchKey::From(text) => self.header_contains("From", text),
            SearchKey::To(text) => self.header_contains("To", text),
            SearchKey::Subject(text) => self.header_contains("Subject", text),
            SearchKey::Header(name, text) => self.header_contains(&text_of(name), text),
            SearchKey::Body(text) => found_in(split_header(&self.message.raw).1, &text_of(text)),
            SearchKey::Text(text) => found_in(&self.message.raw, &text_of(text)),
            SearchKey::Larger(size) => self.message.raw.len() as u64 > u64::from(*size),
            SearchKey::Smaller(size) => (self.message.raw.len() as u64) < u64::from(*size),
            SearchKey::Before(date) => self.arrived().is_some_and(|arrived| arrived < *date.as_ref()),
            SearchKey::On(date) => self.arrived().is_some_and(|arrived| arrived == *date.as_ref()),
            SearchKey::Since(date) => self.arrived().is_some_and(|arrived| arrived >= *date.as_ref()),
            SearchKey::SentBefore(date) => self.sent().is_some_and(|sent| sent < *date.as_ref()),
            SearchKey::SentOn(date) => self.sent().is_some_and(|sent| sent == *date.as_ref()),
            SearchKey::SentSince(date) => self.sent().is_some_and(|sent| sent >= *date.as_ref()),
            SearchKey::ModSequence { modseq, .. } => self.message.modseq >= *modseq,
            // Nothing here is ever recent: the flag is gone from the newer standard.
            SearchKey::New | SearchKey::Recent => false,
        }
    }

    fn has(&self, flag: &str) -> bool {
        self.message.flags.iter().any(|own| own.eq_ignore_ascii_case(flag))
    }

    /// Whether a header field of that name contains the text. An empty text asks only for the field.
    fn header_contains(&self, name: &str, text: &AString<'_>) -> bool {
        let (header, _) = split_header(&self.message.raw);
        let Some(message) = TEXT_PARSER.parse_headers(header) else { return false };
        let wanted = text_of(text).to_lowercase();
        let fields = message.headers().iter().filter(|field| field.name().eq_ignore_ascii_case(name));
        fields.into_iter().any(|field| {
            let start = usize::try_from(field.offset_start).unwrap_or_default();
            let end = usize::try_from(field.offset_end).unwrap_or_default();
            let raw = String::from_utf8_lossy(header.get(start..end).unwrap_or_default()).replace(['\r', '\n'], "");
            let decoded = field.value.as_text().unwrap_or_default();
            raw.to_lowercase().contains(&wanted) || decoded.to_lowercase().contains(&wanted)
        })
    }

    fn arrived(&self) -> Option<NaiveDate> {
        Some(DateTime::from_timestamp(self.message.arrived_at, 0)?.date_naive())
    }

    fn sent(&self) -> Option<NaiveDate> {
        let part = Part::read_header(&self.message.raw);
        let date = part.fields.headers.header_value(&HeaderName::Date)?.as_datetime()?;
        // The date as written: RFC 3501 has the time and the zone disregarded.
        NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
    }
}

fn text_of(text: &AString<'_>) -> String {
    String::from_utf8_lossy(text.as_ref()).into_owned()
}

/// Whether bytes contain a text, whatever the case of its letters.
fn found_in(bytes: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(bytes).to_lowercase().contains(&text.to_lowercase())
}
