//! Small steps from our values to those of `imap-types`, which cannot be invalid.

use std::num::{NonZeroU32, NonZeroU64};

use imap_codec::imap_types::core::{IString, Literal, NString, Text};
use imap_codec::imap_types::mailbox::Mailbox as MailboxName;
use imap_codec::imap_types::sequence::{SeqOrUid, Sequence, SequenceSet};

/// A number that is never 0 by nature, such as a UID.
pub(crate) fn positive(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

/// A count of changes, which is never 0 by nature.
pub(crate) fn positive_wide(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN)
}

/// A size or count as IMAP writes it.
pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Words for a person; characters that IMAP does not allow there are replaced.
pub(crate) fn words(text: &str) -> Text<'static> {
    let allowed = |character: char| if matches!(character, ' '..='~') { character } else { '?' };
    let text: String = text.chars().map(allowed).collect();
    Text::try_from(text).unwrap_or_else(|_| Text::unvalidated("."))
}

/// Bytes as a literal. NUL is not allowed there and becomes a space.
pub(crate) fn literal(bytes: &[u8]) -> NString<'static> {
    let mut bytes = bytes.to_vec();
    for byte in bytes.iter_mut().filter(|byte| **byte == 0) {
        *byte = b' ';
    }
    NString::from(Literal::unvalidated(bytes))
}

/// A short string, quoted where that is possible.
pub(crate) fn string(text: &str) -> IString<'static> {
    let text: String = text.chars().filter(|character| *character != '\0').collect();
    IString::try_from(text).unwrap_or_else(|_| IString::Literal(Literal::unvalidated(Vec::new())))
}

/// A short string that may be absent.
pub(crate) fn optional(text: Option<&str>) -> NString<'static> {
    NString(text.map(string))
}

/// The name of a mailbox as the client wrote it (in modified UTF-7, which is kept as it is).
pub(crate) fn name_of(mailbox: &MailboxName<'_>) -> String {
    match mailbox {
        MailboxName::Inbox => "INBOX".to_owned(),
        MailboxName::Other(other) => String::from_utf8_lossy(other.as_ref()).into_owned(),
    }
}

/// A stored name as IMAP writes it.
pub(crate) fn mailbox(name: &str) -> MailboxName<'static> {
    MailboxName::try_from(name.to_owned()).unwrap_or(MailboxName::Inbox)
}

/// Whether a set of numbers contains one; `*` in it stands for `largest`.
pub(crate) fn contains(set: &SequenceSet, number: u32, largest: u32) -> bool {
    let value = |end: &SeqOrUid| match end {
        SeqOrUid::Value(value) => value.get(),
        SeqOrUid::Asterisk => largest,
    };
    set.0.as_ref().iter().any(|sequence| match sequence {
        Sequence::Single(only) => value(only) == number,
        Sequence::Range(one, other) => {
            let (one, other) = (value(one), value(other));
            (one.min(other)..=one.max(other)).contains(&number)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(set: &str, largest: u32, expected: &[u32]) {
        let set = SequenceSet::try_from(set).unwrap();
        let found: Vec<u32> = (1..=10).filter(|number| contains(&set, *number, largest)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_star_stands_for_the_last_message_even_below_the_other_end() {
        check("2:4,7", 10, &[2, 3, 4, 7]);
        check("4:2", 10, &[2, 3, 4]);
        check("*", 5, &[5]);
        check("9:*", 5, &[5, 6, 7, 8, 9]);
    }

    #[test]
    fn characters_that_imap_does_not_allow_are_replaced() {
        assert_eq!(words("a\r\nb\u{e9}").as_ref(), "a??b?");
        assert_eq!(literal(b"a\0b").into_option().unwrap().as_ref(), b"a b");
    }
}
