//! Under which condition a write may happen: the entity tag it expects, or that nothing is there yet.
//!
//! Every write carries one, so a change made elsewhere is noticed and never overwritten (RFC 9110 section 13.1).

use std::fmt;

/// An entity tag exactly as the server sent it, with its quotes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ETag(String);

impl ETag {
    /// Reads a tag from a header or a property. A missing pair of quotes, which some servers forget, is added.
    /// `None` for what cannot stand in a header: empty, control characters, quotes inside, over 1 KiB.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (weak, opaque) = match text.strip_prefix("W/") {
            Some(opaque) => ("W/", opaque),
            None => ("", text),
        };
        let inner = opaque.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(opaque);
        let fits = !inner.is_empty() && inner.len() <= 1024;
        let clean = inner.chars().all(|character| character.is_ascii_graphic() && character != '"');
        (fits && clean).then(|| Self(format!("{weak}\"{inner}\"")))
    }

    /// Whether the tag is weak. `If-Match` never matches a weak tag, so such an object is read again before a write.
    pub fn is_weak(&self) -> bool {
        self.0.starts_with("W/")
    }

    /// The tag with its quotes, as a header carries it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What must be true of the stored object for a write to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing is stored there: `If-None-Match: *`.
    Absent,
    /// The object is still the one that was read: `If-Match`.
    Unchanged(ETag),
}

impl Condition {
    /// The header that says it.
    pub fn header(&self) -> (&'static str, String) {
        match self {
            Self::Absent => ("If-None-Match", "*".to_owned()),
            Self::Unchanged(etag) => ("If-Match", etag.as_str().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(ETag::parse(text).as_ref().map(ETag::as_str), expected, "{text:?}");
    }

    #[test]
    fn tags_keep_their_form_and_gain_forgotten_quotes() {
        check("\"abc-1\"", Some("\"abc-1\""));
        check(" \"abc\"\n", Some("\"abc\""));
        check("W/\"abc\"", Some("W/\"abc\""));
        check("abc", Some("\"abc\""));
    }

    #[test]
    fn what_could_break_a_header_is_no_tag() {
        check("", None);
        check("\"\"", None);
        check("\"a\r\nX: y\"", None);
        check("\"a\"b\"", None);
        check(&"a".repeat(1024), Some(&format!("\"{}\"", "a".repeat(1024))));
        check(&"a".repeat(1025), None);
    }

    #[test]
    fn each_condition_is_one_header() {
        assert_eq!(Condition::Absent.header(), ("If-None-Match", "*".to_owned()));
        let etag = ETag::parse("\"7\"").expect("a tag");
        assert_eq!(Condition::Unchanged(etag).header(), ("If-Match", "\"7\"".to_owned()));
    }
}
