//! What one connection has been told about its mailbox, and what it has to be told to catch up.
//!
//! Message numbers only make sense within what the client knows: a mail that another program removed keeps its
//! number until the removal is told, which RFC 3501 section 7.4.1 forbids during FETCH, STORE and SEARCH.

use imap_codec::imap_types::core::Vec1;
use imap_codec::imap_types::fetch::MessageDataItem;
use imap_codec::imap_types::response::Data;

use crate::imap::fetch::flags_item;
use crate::imap::text::{count, positive, positive_wide};
use crate::provider::Mailbox;

/// Whether removals may be told at this point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removals {
    Tell,
    Hold,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    uid: u32,
    modseq: u64,
}

/// The messages that a client knows, in the order of their numbers.
#[derive(Clone, Debug)]
pub(crate) struct View {
    messages: Vec<Known>,
    /// The mailbox's count of changes up to which there is nothing left to tell.
    caught_up_at: Option<u64>,
}

impl View {
    pub(crate) fn of(mailbox: &Mailbox) -> Self {
        let known = mailbox.messages().iter().map(|message| Known { uid: message.uid, modseq: message.modseq });
        Self { messages: known.collect(), caught_up_at: Some(mailbox.highest_modseq()) }
    }

    /// How many messages the client knows, which is also the largest message number.
    pub(crate) fn len(&self) -> u32 {
        count(self.messages.len())
    }

    /// Numbers and UIDs of all messages the client knows.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u32, u32)> {
        (1..).zip(self.messages.iter().map(|known| known.uid))
    }

    /// The largest UID the client knows.
    pub(crate) fn largest_uid(&self) -> u32 {
        self.messages.last().map_or(0, |known| known.uid)
    }

    /// Counts the flags of a message as told.
    pub(crate) fn told(&mut self, uid: u32, modseq: u64) {
        if let Some(known) = self.known(uid) {
            known.modseq = modseq;
        }
    }

    /// Has the flags of a message told, whether or not they changed.
    pub(crate) fn tell_again(&mut self, uid: u32) {
        if let Some(known) = self.known(uid) {
            known.modseq = 0;
            self.caught_up_at = None;
        }
    }

    fn known(&mut self, uid: u32) -> Option<&mut Known> {
        let index = self.messages.binary_search_by_key(&uid, |known| known.uid).ok()?;
        self.messages.get_mut(index)
    }

    /// What has happened that the client does not know, in the order in which it must be told.
    pub(crate) fn catch_up(&mut self, mailbox: &Mailbox, removals: Removals, with_modseq: bool) -> Vec<Data<'static>> {
        // Most of the time nothing has happened, and a large mailbox need not be gone through to see it.
        if self.caught_up_at == Some(mailbox.highest_modseq()) {
            return Vec::new();
        }
        self.caught_up_at = (removals == Removals::Tell).then(|| mailbox.highest_modseq());
        let mut news = Vec::new();
        if removals == Removals::Tell {
            let mut number = 0;
            self.messages.retain(|known| {
                let stays = mailbox.message(known.uid).is_some();
                if stays {
                    number += 1;
                } else {
                    // Each removal moves those behind it, so the next one counts from here.
                    news.push(Data::Expunge(positive(number + 1)));
                }
                stays
            });
        }
        let largest = self.largest_uid();
        let fresh = mailbox.messages().iter().filter(|message| message.uid > largest);
        let before = self.messages.len();
        self.messages.extend(fresh.map(|message| Known { uid: message.uid, modseq: message.modseq }));
        if self.messages.len() > before {
            news.push(Data::Exists(self.len()));
        }
        for (number, known) in (1..).zip(&mut self.messages) {
            let Some(message) = mailbox.message(known.uid) else { continue };
            if message.modseq == known.modseq {
                continue;
            }
            known.modseq = message.modseq;
            let mut items = vec![MessageDataItem::Uid(positive(message.uid)), flags_item(&message.flags)];
            if with_modseq {
                items.push(MessageDataItem::ModSeq(positive_wide(message.modseq)));
            }
            if let Ok(items) = Vec1::try_from(items) {
                news.push(Data::Fetch { seq: positive(number), items });
            }
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use imap_codec::ResponseCodec;
    use imap_codec::encode::Encoder;
    use imap_codec::imap_types::response::Response;

    use super::*;

    fn mailbox(messages: usize) -> Mailbox {
        let mut mailbox = Mailbox::new(1, None);
        for _ in 0..messages {
            mailbox.append(b"".as_slice().into(), BTreeSet::new(), 0);
        }
        mailbox
    }

    #[track_caller]
    fn check(view: &mut View, mailbox: &Mailbox, removals: Removals, expected: &[&str]) {
        let news = view.catch_up(mailbox, removals, false);
        let lines = news.into_iter().map(|data| ResponseCodec::new().encode(&Response::Data(data)).dump());
        let lines: Vec<String> = lines.map(|line| String::from_utf8(line).unwrap().trim().to_owned()).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn each_removal_counts_from_what_is_left() {
        let mut mailbox = mailbox(5);
        let mut view = View::of(&mailbox);
        for uid in [2, 3, 5] {
            mailbox.remove(uid);
        }
        check(&mut view, &mailbox, Removals::Tell, &["* 2 EXPUNGE", "* 2 EXPUNGE", "* 3 EXPUNGE"]);
        check(&mut view, &mailbox, Removals::Tell, &[]);
    }

    #[test]
    fn a_held_removal_keeps_its_number_until_it_is_told() {
        let mut mailbox = mailbox(2);
        let mut view = View::of(&mailbox);
        mailbox.remove(1);
        mailbox.append(b"".as_slice().into(), BTreeSet::new(), 0);
        check(&mut view, &mailbox, Removals::Hold, &["* 3 EXISTS"]);
        check(&mut view, &mailbox, Removals::Tell, &["* 1 EXPUNGE"]);
        assert_eq!(view.numbered().collect::<Vec<_>>(), [(1, 2), (2, 3)]);
    }

    #[test]
    fn changed_flags_are_told_once_and_not_when_told_already() {
        let mut mailbox = mailbox(2);
        let mut view = View::of(&mailbox);
        let seen = BTreeSet::from(["\\Seen".to_owned()]);
        mailbox.set_flags(1, seen.clone());
        mailbox.set_flags(2, seen);
        view.told(2, mailbox.message(2).unwrap().modseq);
        check(&mut view, &mailbox, Removals::Hold, &["* 1 FETCH (UID 1 FLAGS (\\Seen))"]);
        check(&mut view, &mailbox, Removals::Hold, &[]);
    }
}
