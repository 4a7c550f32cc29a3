//! One look at a mailbox, from what is known of it to what is new in it.

use std::collections::VecDeque;

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    Candidate, LOOK_BACK_DAYS, LOOK_BACK_MAILS, LOOK_BATCH, LOOK_SPAN, Part, READ_BATCH, REMEMBERED_MAILS,
    candidate::candidate,
};
use crate::order;

/// What is known of a mailbox; kept on the device, and no loss if it is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// While the server says the same, UIDs keep their meaning.
    pub uid_validity: Option<u32>,
    /// Every mail below this UID has been looked at.
    pub next_uid: u32,
    /// Mails that are to be read, oldest first.
    pub pending: Vec<Candidate>,
    /// Digests of mails that were dealt with, oldest first.
    pub digests: VecDeque<u64>,
}

/// What the server said when the mailbox was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// While it stays the same, UIDs keep their meaning.
    pub uid_validity: u32,
    /// The UID the next mail will get at the least, if the server says so.
    pub uid_next: Option<u32>,
    /// How many mails there are.
    pub exists: u32,
}

/// One mail that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Its UID.
    pub uid: u32,
    /// Its size, if the server said.
    pub size_bytes: Option<u32>,
    /// Its structure, if it could be read.
    pub parts: Option<Vec<Part>>,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Open the mailbox for reading.
    Select,
    /// Which mails arrived on or after this day?
    SearchSince {
        /// Year, month, day.
        day: (u16, u8, u8),
    },
    /// Which mails have this UID or a higher one?
    SearchFrom {
        /// The lowest UID.
        uid: u32,
    },
    /// What are these mails made of?
    Look {
        /// The first UID.
        first: u32,
        /// The last UID.
        last: u32,
    },
    /// Read the named parts, and the header fields of [`super::HEADERS`], of mails that have the same parts.
    Read {
        /// The mails.
        uids: Vec<u32>,
        /// The parts' numbers; none at all means the mails as a whole.
        parts: Vec<Vec<u16>>,
    },
    /// Nothing until something arrives.
    Rest,
}

/// One look at a mailbox.
#[derive(Clone, Debug)]
pub struct Mailbox {
    known: Known,
    today: Date,
    selected: Option<Selected>,
    /// Once the mailbox was opened: every mail below this UID is there to be looked at.
    uid_end: Option<u32>,
    /// UIDs that a search found, if one was made.
    found: Option<Vec<u32>>,
}

impl Mailbox {
    /// A look from what is known; `today` in any zone.
    pub fn new(known: Known, today: Date) -> Self {
        Self { known, today, selected: None, uid_end: None, found: None }
    }

    /// What is known; to be kept after every push and confirmation.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// Begins another look, as after the server has said that something arrived.
    pub fn look_again(&mut self, today: Date) {
        (self.today, self.selected, self.uid_end, self.found) = (today, None, None, None);
    }

    /// How many mails are still to be looked at or read, as far as is known.
    pub fn remaining(&self) -> u32 {
        let to_look = match (&self.found, self.uid_end) {
            (Some(found), _) => found.iter().filter(|uid| **uid >= self.known.next_uid).count(),
            (None, Some(end)) => end.saturating_sub(self.known.next_uid) as usize,
            (None, None) => 0,
        };
        u32::try_from(to_look + self.known.pending.len()).unwrap_or(u32::MAX)
    }

    /// What to do next; the same until something is pushed or confirmed.
    pub fn next(&self) -> Step {
        let Some(selected) = self.selected else { return Step::Select };
        if self.known.uid_validity != Some(selected.uid_validity) {
            let day = self.today.saturating_sub(LOOK_BACK_DAYS.days());
            return Step::SearchSince {
                day: (day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs()),
            };
        }
        if let Some(read) = self.next_read() {
            return read;
        }
        let from = self.known.next_uid.max(1);
        match (&self.found, self.uid_end) {
            (Some(found), _) => {
                let mut new = found.iter().copied().filter(|uid| *uid >= from);
                let Some(first) = new.next() else { return Step::Rest };
                let last = new.take(LOOK_BATCH as usize - 1).last().unwrap_or(first);
                Step::Look { first, last }
            }
            (None, Some(end)) if end <= from => Step::Rest,
            (None, Some(end)) if end - from <= LOOK_SPAN => {
                Step::Look { first: from, last: (end - 1).min(from + LOOK_BATCH - 1) }
            }
            (None, _) => Step::SearchFrom { uid: from },
        }
    }

    /// The oldest mails to be read, together with others of the same shape.
    fn next_read(&self) -> Option<Step> {
        let paths = |mail: &Candidate| mail.parts.iter().map(|part| part.path.clone()).collect::<Vec<_>>();
        let parts = paths(self.known.pending.first()?);
        // Whole mails can be large: one at a time.
        let most = if parts.is_empty() { 1 } else { READ_BATCH };
        let alike = self.known.pending.iter().filter(|mail| paths(mail) == parts);
        Some(Step::Read { uids: alike.take(most).map(|mail| mail.uid).collect(), parts })
    }

    /// The mailbox was opened.
    pub fn push_selected(&mut self, selected: Selected) {
        self.selected = Some(selected);
        self.uid_end = if selected.exists == 0 { Some(self.known.next_uid) } else { selected.uid_next };
        self.found = None;
    }

    /// A search found these UIDs.
    pub fn push_found(&mut self, mut uids: Vec<u32>) {
        let Some(selected) = self.selected else { return };
        order::sort(&mut uids);
        uids.dedup();
        if self.known.uid_validity != Some(selected.uid_validity) {
            // The numbers mean other mails than before, or none was known: begin with the oldest that was found.
            uids.drain(..uids.len().saturating_sub(LOOK_BACK_MAILS));
            self.known.uid_validity = Some(selected.uid_validity);
            self.known.pending.clear();
            self.known.next_uid = uids.first().copied().or(selected.uid_next).unwrap_or(1);
        }
        self.found = Some(uids);
    }

    /// These mails of a [`Step::Look`] were looked at; `last` is that step's end, for mails may be missing.
    pub fn push_looked(&mut self, last: u32, looked: Vec<Looked>) {
        for mail in looked {
            let is_new = mail.uid >= self.known.next_uid && mail.uid <= last;
            if is_new && let Some(candidate) = candidate(mail.uid, mail.size_bytes, mail.parts.as_deref()) {
                self.known.pending.push(candidate);
            }
        }
        order::sort_by_key(&mut self.known.pending, |mail| mail.uid);
        self.known.pending.dedup_by_key(|mail| mail.uid);
        self.known.next_uid = self.known.next_uid.max(last.saturating_add(1));
    }

    /// A mail that is to be read.
    pub fn candidate(&self, uid: u32) -> Option<&Candidate> {
        self.known.pending.iter().find(|mail| mail.uid == uid)
    }

    /// Whether a mail with this digest was dealt with before.
    pub fn is_remembered(&self, digest: u64) -> bool {
        self.known.digests.contains(&digest)
    }

    /// A mail was dealt with, or is gone; `digest` if it was read.
    pub fn confirm(&mut self, uid: u32, digest: Option<u64>) {
        self.known.pending.retain(|mail| mail.uid != uid);
        if let Some(digest) = digest.filter(|digest| !self.is_remembered(*digest)) {
            self.known.digests.push_back(digest);
            if self.known.digests.len() > REMEMBERED_MAILS {
                self.known.digests.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 22);

    fn known(next_uid: u32) -> Known {
        Known { uid_validity: Some(1), next_uid, ..Known::default() }
    }

    fn opened(known: Known, uid_validity: u32, uid_next: Option<u32>) -> Mailbox {
        let mut mailbox = Mailbox::new(known, TODAY);
        assert_eq!(mailbox.next(), Step::Select);
        mailbox.push_selected(Selected { uid_validity, uid_next, exists: 10_000 });
        mailbox
    }

    fn reply(uid: u32) -> Looked {
        let part = Part { path: vec![2], media_type: "text/calendar".to_owned(), ..Part::default() };
        Looked { uid, size_bytes: Some(2_000), parts: Some(vec![part]) }
    }

    fn letter(uid: u32) -> Looked {
        let part = Part { path: vec![1], media_type: "text/plain".to_owned(), ..Part::default() };
        Looked { uid, size_bytes: Some(2_000), parts: Some(vec![part]) }
    }

    #[test]
    fn a_poll_with_nothing_new_is_one_command() {
        assert_eq!(opened(known(10_001), 1, Some(10_001)).next(), Step::Rest);
    }

    #[test]
    fn a_server_that_does_not_name_the_next_uid_is_searched() {
        let mut mailbox = opened(known(10_001), 1, None);
        assert_eq!(mailbox.next(), Step::SearchFrom { uid: 10_001 });
        // `SEARCH UID n:*` names the last mail even if it is below n (RFC 3501 section 6.4.8).
        mailbox.push_found(vec![10_000]);
        assert_eq!(mailbox.next(), Step::Rest);
    }

    #[test]
    fn fifty_new_replies_are_three_commands() {
        let mut mailbox = opened(known(10_001), 1, Some(10_051));
        assert_eq!(mailbox.next(), Step::Look { first: 10_001, last: 10_050 });
        mailbox.push_looked(10_050, (10_001..10_051).map(reply).collect());
        assert_eq!(mailbox.next(), Step::Read { uids: (10_001..10_051).collect(), parts: vec![vec![2]] });
        for uid in 10_001..10_051 {
            mailbox.confirm(uid, Some(u64::from(uid)));
        }
        assert_eq!(mailbox.next(), Step::Rest);
    }

    #[test]
    fn ordinary_mails_are_looked_at_once_and_not_read() {
        let mut mailbox = opened(known(10), 1, Some(12));
        mailbox.push_looked(11, vec![letter(10), letter(11)]);
        assert_eq!((mailbox.next(), mailbox.known().next_uid), (Step::Rest, 12));
    }

    #[test]
    fn a_step_stays_the_next_one_until_it_is_confirmed() {
        let mut mailbox = opened(known(10), 1, Some(12));
        mailbox.push_looked(11, vec![reply(10), reply(11)]);
        mailbox.confirm(10, Some(1));
        // The engine was killed here.
        let mut again = opened(mailbox.known().clone(), 1, Some(12));
        assert_eq!(again.next(), Step::Read { uids: vec![11], parts: vec![vec![2]] });
        again.confirm(11, Some(2));
        assert_eq!(again.next(), Step::Rest);
    }

    #[test]
    fn the_first_look_goes_back_a_month_and_no_further() {
        let mut mailbox = opened(Known::default(), 1, Some(10_001));
        assert_eq!(mailbox.next(), Step::SearchSince { day: (2026, 10, 23) });
        mailbox.push_found((1..=10_000).collect());
        assert_eq!(mailbox.next(), Step::Look { first: 8_001, last: 8_250 });
        assert_eq!(mailbox.remaining(), 2_000);
    }

    #[test]
    fn a_first_look_that_finds_nothing_rests() {
        let mut mailbox = opened(Known::default(), 1, Some(400));
        mailbox.push_found(Vec::new());
        assert_eq!((mailbox.next(), mailbox.known().next_uid), (Step::Rest, 400));
    }

    #[test]
    fn renumbered_mails_are_looked_at_again_and_recognised() {
        let mut before = known(400);
        before.digests.push_back(77);
        before.pending.push(Candidate { uid: 399, interest: super::super::Interest::Whole, parts: Vec::new() });
        let mut mailbox = opened(before, 2, Some(30));
        assert!(matches!(mailbox.next(), Step::SearchSince { .. }));
        mailbox.push_found(vec![28, 29]);
        assert_eq!(mailbox.next(), Step::Look { first: 28, last: 29 });
        assert!(mailbox.is_remembered(77));
    }

    #[test]
    fn a_wide_gap_is_searched_before_it_is_looked_at() {
        let mut mailbox = opened(known(10), 1, Some(1_000_000));
        assert_eq!(mailbox.next(), Step::SearchFrom { uid: 10 });
        mailbox.push_found(vec![20, 900_000]);
        assert_eq!(mailbox.next(), Step::Look { first: 20, last: 900_000 });
        mailbox.push_looked(900_000, vec![reply(20), letter(900_000)]);
        mailbox.confirm(20, None);
        assert_eq!(mailbox.next(), Step::Rest);
        assert!(matches!(opened(known(10), 1, Some(10 + LOOK_SPAN)).next(), Step::Look { first: 10, last: 259 }));
    }

    #[test]
    fn a_mail_the_server_was_not_asked_for_is_ignored() {
        let mut mailbox = opened(known(10), 1, Some(12));
        mailbox.push_looked(11, vec![reply(3), reply(50)]);
        assert_eq!(mailbox.next(), Step::Rest);
    }

    #[test]
    fn mails_are_forgotten_when_there_are_too_many_to_remember() {
        let mut mailbox = opened(known(1), 1, Some(1));
        for digest in 0..=REMEMBERED_MAILS as u64 {
            mailbox.confirm(1, Some(digest));
        }
        assert_eq!(mailbox.known().digests.len(), REMEMBERED_MAILS);
        assert!(!mailbox.is_remembered(0) && mailbox.is_remembered(1));
    }
}
