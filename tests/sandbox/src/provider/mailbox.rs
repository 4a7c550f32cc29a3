//! A mailbox: messages in the order they came, each with a UID that is never given twice (RFC 9051 section 2.3.1).

use std::collections::BTreeSet;
use std::sync::Arc;

/// What a mailbox is for (RFC 6154).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecialUse {
    /// Unfinished mail.
    Drafts,
    /// Copies of what was sent.
    Sent,
    /// What shall go.
    Trash,
}

/// A message as a mailbox keeps it.
#[derive(Clone, Debug)]
pub struct StoredMessage {
    /// Its number in this mailbox.
    pub uid: u32,
    /// Its flags: system flags such as `\Seen` in the standard's spelling, and keywords.
    pub flags: BTreeSet<String>,
    /// When it arrived, in Unix seconds.
    pub arrived_at: i64,
    /// The mailbox's count of changes when this message last changed (RFC 7162).
    pub modseq: u64,
    /// Its bytes.
    pub raw: Arc<[u8]>,
}

/// A mailbox.
#[derive(Clone, Debug)]
pub struct Mailbox {
    special_use: Option<SpecialUse>,
    uid_validity: u32,
    uid_next: u32,
    highest_modseq: u64,
    messages: Vec<StoredMessage>,
}

impl Mailbox {
    pub(crate) fn new(uid_validity: u32, special_use: Option<SpecialUse>) -> Self {
        Self { special_use, uid_validity, uid_next: 1, highest_modseq: 1, messages: Vec::new() }
    }

    /// What it is for.
    #[must_use]
    pub fn special_use(&self) -> Option<SpecialUse> {
        self.special_use
    }

    /// The value that goes with its UIDs; another value means other UIDs. Never 0.
    #[must_use]
    pub fn uid_validity(&self) -> u32 {
        self.uid_validity
    }

    /// The UID that the next message gets. Never 0.
    #[must_use]
    pub fn uid_next(&self) -> u32 {
        self.uid_next
    }

    /// The count of changes. Never 0.
    #[must_use]
    pub fn highest_modseq(&self) -> u64 {
        self.highest_modseq
    }

    /// The messages, the oldest first; UIDs rise.
    #[must_use]
    pub fn messages(&self) -> &[StoredMessage] {
        &self.messages
    }

    /// The message with that UID.
    #[must_use]
    pub fn message(&self, uid: u32) -> Option<&StoredMessage> {
        self.index_of(uid).and_then(|index| self.messages.get(index))
    }

    /// Adds a message and gives its UID.
    pub fn append(&mut self, raw: Arc<[u8]>, flags: BTreeSet<String>, arrived_at: i64) -> u32 {
        let uid = self.uid_next;
        self.uid_next = self.uid_next.saturating_add(1);
        self.highest_modseq += 1;
        self.messages.push(StoredMessage { uid, flags, arrived_at, modseq: self.highest_modseq, raw });
        uid
    }

    /// Replaces the flags of a message, if there is one with that UID; gives whether anything changed.
    pub fn set_flags(&mut self, uid: u32, flags: BTreeSet<String>) -> bool {
        let Some(message) = self.index_of(uid).and_then(|index| self.messages.get_mut(index)) else {
            return false;
        };
        if message.flags == flags {
            return false;
        }
        self.highest_modseq += 1;
        message.flags = flags;
        message.modseq = self.highest_modseq;
        true
    }

    /// Removes a message, if there is one with that UID, and gives it.
    pub fn remove(&mut self, uid: u32) -> Option<StoredMessage> {
        let index = self.index_of(uid)?;
        self.highest_modseq += 1;
        Some(self.messages.remove(index))
    }

    /// Gives every message a new UID under a new UIDVALIDITY, as a server does that has lost its index.
    pub fn renumber(&mut self) {
        self.uid_validity = self.uid_validity.wrapping_add(1000).max(1);
        self.highest_modseq += 1;
        self.uid_next = 1;
        for message in &mut self.messages {
            message.uid = self.uid_next;
            message.modseq = self.highest_modseq;
            self.uid_next = self.uid_next.saturating_add(1);
        }
    }

    fn index_of(&self, uid: u32) -> Option<usize> {
        self.messages.binary_search_by_key(&uid, |message| message.uid).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox() -> Mailbox {
        let mut mailbox = Mailbox::new(9, None);
        for text in ["one", "two", "three"] {
            mailbox.append(text.as_bytes().into(), BTreeSet::new(), 0);
        }
        mailbox
    }

    #[test]
    fn a_uid_is_never_given_twice() {
        let mut mailbox = mailbox();
        assert_eq!(mailbox.remove(3).map(|message| message.uid), Some(3));
        assert_eq!(mailbox.append(b"four".as_slice().into(), BTreeSet::new(), 0), 4);
        assert_eq!(mailbox.uid_next(), 5);
    }

    #[test]
    fn only_a_change_of_flags_counts_as_a_change() {
        let mut mailbox = mailbox();
        let before = mailbox.highest_modseq();
        assert!(!mailbox.set_flags(1, BTreeSet::new()));
        assert_eq!(mailbox.highest_modseq(), before);
        assert!(mailbox.set_flags(1, BTreeSet::from(["\\Seen".to_owned()])));
        assert_eq!(mailbox.message(1).unwrap().modseq, before + 1);
    }

    #[test]
    fn a_renumbered_mailbox_has_another_validity() {
        let mut mailbox = mailbox();
        mailbox.remove(1);
        mailbox.renumber();
        assert_ne!(mailbox.uid_validity(), 9);
        assert_eq!(mailbox.messages().iter().map(|message| message.uid).collect::<Vec<_>>(), [1, 2]);
    }
}
