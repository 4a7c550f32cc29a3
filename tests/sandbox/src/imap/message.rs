//! The commands about messages (RFC 3501 section 6.4, RFC 4315, RFC 6851, RFC 7162).

use std::collections::BTreeSet;
use std::io;

use imap_codec::imap_types::command::{FetchModifier, StoreModifier};
use imap_codec::imap_types::core::Vec1;
use imap_codec::imap_types::datetime::DateTime as InternalDate;
use imap_codec::imap_types::extensions::binary::LiteralOrLiteral8;
use imap_codec::imap_types::extensions::uidplus::{UidElement, UidSet};
use imap_codec::imap_types::fetch::{MacroOrMessageDataItemNames, MessageDataItemName};
use imap_codec::imap_types::flag::{Flag, StoreResponse, StoreType};
use imap_codec::imap_types::mailbox::Mailbox as MailboxName;
use imap_codec::imap_types::response::{Code, Data};
use imap_codec::imap_types::search::SearchKey;
use imap_codec::imap_types::sequence::{Sequence, SequenceSet};

use crate::imap::fetch::{items, marks_as_read};
use crate::imap::mailbox::marked_as_deleted;
use crate::imap::search::Candidate;
use crate::imap::session::{Outcome, Session};
use crate::imap::text::{contains, name_of, positive, positive_wide};
use crate::provider::{Account, Mailbox, StoredMessage, now_seconds};

impl Session {
    /// SEARCH and UID SEARCH.
    pub(crate) fn search(&mut self, criteria: Vec1<SearchKey<'_>>, by_uid: bool) -> Outcome {
        let keys = SearchKey::And(criteria);
        let by_modseq = asks_for_changes(&keys);
        self.condstore |= by_modseq;
        let Some((largest_number, largest_uid)) =
            self.selected.as_ref().map(|selected| (selected.view.len(), selected.view.largest_uid()))
        else {
            return Outcome::bad("SELECT a mailbox first");
        };
        let found: Vec<(u32, StoredMessage)> = self
            .numbered_messages(|_, _| true)
            .into_iter()
            .filter(|(number, message)| {
                Candidate { number: *number, message, largest_number, largest_uid }.meets(&keys)
            })
            .collect();
        let highest = found.iter().map(|(_, message)| message.modseq).max();
        let numbers = found.iter().map(|(number, message)| positive(if by_uid { message.uid } else { *number }));
        let numbers = numbers.collect();
        self.tell(Data::Search(numbers, highest.filter(|_| by_modseq).map(positive_wide)));
        let outcome = Outcome::ok("SEARCH completed");
        if by_uid { outcome } else { outcome.holding_removals() }
    }

    /// FETCH and UID FETCH.
    pub(crate) async fn fetch(
        &mut self,
        set: &SequenceSet,
        names: MacroOrMessageDataItemNames<'static>,
        by_uid: bool,
        modifiers: &[FetchModifier],
    ) -> io::Result<Outcome> {
        let mut names = match names {
            MacroOrMessageDataItemNames::Macro(named) => named.expand().into_iter().map(owned).collect(),
            MacroOrMessageDataItemNames::MessageDataItemNames(names) => names,
        };
        let since = modifiers.iter().find_map(|modifier| match modifier {
            FetchModifier::ChangedSince(modseq) => Some(modseq.get()),
            FetchModifier::Vanished => None,
        });
        self.condstore |= since.is_some() || names.contains(&MessageDataItemName::ModSeq);
        if by_uid && !names.contains(&MessageDataItemName::Uid) {
            names.push(MessageDataItemName::Uid);
        }
        if since.is_some() && !names.contains(&MessageDataItemName::ModSeq) {
            names.push(MessageDataItemName::ModSeq);
        }
        let read_only = self.selected.as_ref().is_none_or(|selected| selected.read_only);
        let reads = !read_only && names.iter().any(marks_as_read);
        for (number, mut message) in self.chosen(set, by_uid) {
            if since.is_some_and(|since| message.modseq <= since) {
                continue;
            }
            let mut names_here = names.clone();
            if reads && !message.flags.contains("\\Seen") {
                message.flags.insert("\\Seen".to_owned());
                message.modseq = self.set_flags(message.uid, message.flags.clone());
                if !names_here.contains(&MessageDataItemName::Flags) {
                    names_here.push(MessageDataItemName::Flags);
                }
            }
            if let Ok(items) = Vec1::try_from(items(&message, &names_here)) {
                self.tell(Data::Fetch { seq: positive(number), items });
            }
            self.flush_if_much().await?;
        }
        let outcome = Outcome::ok("FETCH completed");
        Ok(if by_uid { outcome } else { outcome.holding_removals() })
    }

    /// STORE and UID STORE.
    pub(crate) fn store(
        &mut self,
        set: &SequenceSet,
        kind: StoreType,
        response: StoreResponse,
        flags: &[Flag<'_>],
        by_uid: bool,
        modifiers: &[StoreModifier],
    ) -> Outcome {
        if self.selected.as_ref().is_none_or(|selected| selected.read_only) {
            return Outcome::no("The mailbox is read only");
        }
        let unchanged_since = modifiers.iter().map(|modifier| match modifier {
            StoreModifier::UnchangedSince(modseq) => *modseq,
        });
        let unchanged_since = unchanged_since.min();
        self.condstore |= unchanged_since.is_some();
        let flags: BTreeSet<String> = flags.iter().map(ToString::to_string).collect();
        let mut modified = Vec::new();
        for (number, message) in self.chosen(set, by_uid) {
            if unchanged_since.is_some_and(|since| message.modseq > since) {
                modified.push(Sequence::from(positive(if by_uid { message.uid } else { number })));
                continue;
            }
            let flags = match kind {
                StoreType::Replace => flags.clone(),
                StoreType::Add => message.flags.union(&flags).cloned().collect(),
                StoreType::Remove => message.flags.difference(&flags).cloned().collect(),
            };
            let modseq = self.set_flags(message.uid, flags);
            if response == StoreResponse::Answer
                && let Some(selected) = &mut self.selected
            {
                selected.view.tell_again(message.uid);
            } else if self.condstore && modseq != message.modseq {
                self.tell_modseq(number, message.uid, modseq);
            }
        }
        let outcome = Outcome::ok("STORE completed");
        let outcome = match SequenceSet::try_from(modified) {
            Ok(modified) => outcome.with(Code::Modified(modified)),
            Err(_) => outcome,
        };
        if by_uid { outcome } else { outcome.holding_removals() }
    }

    /// COPY and MOVE, with and without UID.
    pub(crate) fn copy(
        &mut self,
        set: &SequenceSet,
        target: &MailboxName<'_>,
        by_uid: bool,
        removing: bool,
    ) -> Outcome {
        let Some(selected) = &self.selected else { return Outcome::bad("SELECT a mailbox first") };
        if removing && selected.read_only {
            return Outcome::no("The mailbox is read only");
        }
        let source = selected.name.clone();
        let target = name_of(target);
        let chosen = self.chosen(set, by_uid);
        let Some(address) = self.account.clone() else { return Outcome::bad("Log in first") };
        let copied = self.provider.update(&address, |account| {
            let mailbox = account.mailbox_mut(&target)?;
            let uids: Vec<(u32, u32)> = chosen
                .iter()
                .map(|(_, message)| {
                    (message.uid, mailbox.append(message.raw.clone(), message.flags.clone(), message.arrived_at))
                })
                .collect();
            let validity = mailbox.uid_validity();
            if removing && let Some(mailbox) = account.mailbox_mut(&source) {
                for (uid, _) in &uids {
                    mailbox.remove(*uid);
                }
            }
            Some((validity, uids))
        });
        let Some((validity, uids)) = copied.flatten() else {
            return Outcome::no("No such mailbox").with(Code::TryCreate);
        };
        let set = |uids: Vec<u32>| {
            Vec1::try_from(uids.into_iter().map(|uid| UidElement::Single(positive(uid))).collect::<Vec<_>>()).ok()
        };
        let (from, to): (Vec<u32>, Vec<u32>) = uids.into_iter().unzip();
        let code = set(from).zip(set(to)).map(|(source, destination)| Code::CopyUid {
            uid_validity: positive(validity),
            source: UidSet(source),
            destination: UidSet(destination),
        });
        if !removing {
            return Outcome { code, ..Outcome::ok("COPY completed") };
        }
        // RFC 6851 section 4.3: the new UIDs are told before the removals.
        if let Some(code) = code {
            self.tell_code(code, "Moved");
        }
        Outcome::ok("MOVE completed")
    }

    /// EXPUNGE and UID EXPUNGE.
    pub(crate) fn expunge(&mut self, set: Option<&SequenceSet>) -> Outcome {
        let Some(selected) = self.selected.as_ref().filter(|selected| !selected.read_only) else {
            return Outcome::no("The mailbox is read only");
        };
        let (name, largest) = (selected.name.clone(), selected.view.largest_uid());
        if let Some(account) = self.account.clone() {
            self.provider.update(&account, |account| {
                let Some(mailbox) = account.mailbox_mut(&name) else { return };
                for uid in marked_as_deleted(mailbox) {
                    if set.is_none_or(|set| contains(set, uid, largest)) {
                        mailbox.remove(uid);
                    }
                }
            });
        }
        Outcome::ok("EXPUNGE completed")
    }

    /// APPEND.
    pub(crate) fn append(
        &mut self,
        mailbox: &MailboxName<'_>,
        flags: &[Flag<'_>],
        date: Option<InternalDate>,
        message: LiteralOrLiteral8<'_>,
    ) -> Outcome {
        let raw = match &message {
            LiteralOrLiteral8::Literal(literal) => literal.data(),
            LiteralOrLiteral8::Literal8(literal) => literal.data.as_ref(),
        };
        let name = name_of(mailbox);
        let flags: BTreeSet<String> = flags.iter().map(ToString::to_string).collect();
        let arrived_at = date.map_or_else(now_seconds, |date| date.as_ref().timestamp());
        let Some(account) = self.account.clone() else { return Outcome::bad("Log in first") };
        let appended = self.provider.update(&account, |account| {
            let mailbox = account.mailbox_mut(&name)?;
            Some((mailbox.uid_validity(), mailbox.append(raw.into(), flags, arrived_at)))
        });
        match appended.flatten() {
            Some((validity, uid)) => Outcome::ok("APPEND completed")
                .with(Code::AppendUid { uid_validity: positive(validity), uid: positive(uid) }),
            None => Outcome::no("No such mailbox").with(Code::TryCreate),
        }
    }

    /// The messages of a set, by number or UID. Numbers and UIDs that do not exist are passed over.
    fn chosen(&self, set: &SequenceSet, by_uid: bool) -> Vec<(u32, StoredMessage)> {
        let Some(selected) = &self.selected else { return Vec::new() };
        let (largest_number, largest_uid) = (selected.view.len(), selected.view.largest_uid());
        self.numbered_messages(|number, uid| {
            if by_uid { contains(set, uid, largest_uid) } else { contains(set, number, largest_number) }
        })
    }

    /// The messages that the client knows and that are still there, with their numbers.
    fn numbered_messages(&self, wanted: impl Fn(u32, u32) -> bool) -> Vec<(u32, StoredMessage)> {
        let Some(selected) = &self.selected else { return Vec::new() };
        let collect = |mailbox: &Mailbox| {
            let numbers = selected.view.numbered().filter(|(number, uid)| wanted(*number, *uid));
            numbers.filter_map(|(number, uid)| Some((number, mailbox.message(uid)?.clone()))).collect()
        };
        let look = |account: &Account| account.mailbox(&selected.name).map(collect);
        self.with_account(look).flatten().unwrap_or_default()
    }

    /// Sets the flags of a message, counts them as told, and gives the message's count of changes.
    fn set_flags(&mut self, uid: u32, flags: BTreeSet<String>) -> u64 {
        let (Some(selected), Some(account)) = (&mut self.selected, &self.account) else { return 0 };
        let modseq = self.provider.update(account, |account| {
            let mailbox = account.mailbox_mut(&selected.name)?;
            mailbox.set_flags(uid, flags);
            mailbox.message(uid).map(|message| message.modseq)
        });
        let modseq = modseq.flatten().unwrap_or_default();
        selected.view.told(uid, modseq);
        modseq
    }

    fn tell_modseq(&mut self, number: u32, uid: u32, modseq: u64) {
        use imap_codec::imap_types::fetch::MessageDataItem;
        let items = vec![MessageDataItem::Uid(positive(uid)), MessageDataItem::ModSeq(positive_wide(modseq))];
        if let Ok(items) = Vec1::try_from(items) {
            self.tell(Data::Fetch { seq: positive(number), items });
        }
    }
}

/// Whether a search is about counts of changes (RFC 7162 section 3.1.5).
fn asks_for_changes(key: &SearchKey<'_>) -> bool {
    match key {
        SearchKey::And(keys) => keys.as_ref().iter().any(asks_for_changes),
        SearchKey::Or(one, other) => asks_for_changes(one) || asks_for_changes(other),
        SearchKey::Not(key) => asks_for_changes(key),
        SearchKey::ModSequence { .. } => true,
        _ => false,
    }
}

fn owned(name: MessageDataItemName<'_>) -> MessageDataItemName<'static> {
    imap_codec::imap_types::IntoStatic::into_static(name)
}
