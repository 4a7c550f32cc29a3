//! The commands about whole mailboxes (RFC 3501 section 6.3).

use imap_codec::imap_types::command::SelectParameter;
use imap_codec::imap_types::core::{Atom, QuotedChar};
use imap_codec::imap_types::flag::{Flag, FlagNameAttribute, FlagPerm};
use imap_codec::imap_types::mailbox::{ListMailbox, Mailbox as MailboxName};
use imap_codec::imap_types::response::{Code, Data};
use imap_codec::imap_types::status::{StatusDataItem, StatusDataItemName};

use crate::imap::session::{Outcome, Selected, Session};
use crate::imap::text::{count, mailbox, name_of, positive, positive_wide};
use crate::imap::view::View;
use crate::provider::{Mailbox, SpecialUse, StoreError};

/// The separator of levels in mailbox names.
const DELIMITER: char = '/';

impl Session {
    /// SELECT and EXAMINE.
    pub(crate) fn select(
        &mut self,
        name: &MailboxName<'_>,
        parameters: &[SelectParameter],
        read_only: bool,
    ) -> Outcome {
        if self.selected.take().is_some() {
            self.tell_code(Code::Closed, "Previous mailbox closed");
        }
        let name = name_of(name);
        let Some(found) = self.with_account(|account| account.mailbox(&name).cloned()).flatten() else {
            return Outcome::no("No such mailbox");
        };
        self.condstore |= parameters.iter().any(|parameter| matches!(parameter, SelectParameter::CondStore));
        let system = || vec![Flag::Answered, Flag::Flagged, Flag::Deleted, Flag::Seen, Flag::Draft];
        self.tell(Data::Flags(system()));
        self.tell(Data::Exists(count(found.messages().len())));
        self.tell(Data::Recent(0));
        let mut permanent: Vec<_> = system().into_iter().map(FlagPerm::Flag).collect();
        permanent.push(FlagPerm::Asterisk);
        let permanent = if read_only { Vec::new() } else { permanent };
        self.tell_code(Code::PermanentFlags(permanent), "Flags kept");
        let first_unseen = found.messages().iter().position(|message| !message.flags.contains("\\Seen"));
        if let Some(index) = first_unseen {
            self.tell_code(Code::Unseen(positive(count(index + 1))), "First unread");
        }
        self.tell_code(Code::UidValidity(positive(found.uid_validity())), "UIDs valid");
        self.tell_code(Code::UidNext(positive(found.uid_next())), "Next UID");
        self.tell_code(Code::HighestModSeq(positive_wide(found.highest_modseq())), "Changes so far");
        self.selected = Some(Selected { name, uid_validity: found.uid_validity(), read_only, view: View::of(&found) });
        let code = if read_only { Code::ReadOnly } else { Code::ReadWrite };
        Outcome::ok(if read_only { "EXAMINE completed" } else { "SELECT completed" }).with(code)
    }

    /// CLOSE: removes what is marked, without a word.
    pub(crate) fn close(&mut self) -> Outcome {
        let marked =
            self.selected.as_ref().filter(|selected| !selected.read_only).map(|selected| selected.name.clone());
        if let (Some(name), Some(account)) = (marked, self.account.clone()) {
            self.provider.update(&account, |account| {
                if let Some(mailbox) = account.mailbox_mut(&name) {
                    for uid in marked_as_deleted(mailbox) {
                        mailbox.remove(uid);
                    }
                }
            });
        }
        self.selected = None;
        Outcome::ok("CLOSE completed")
    }

    /// LIST and LSUB; everything is subscribed.
    pub(crate) fn list(
        &mut self,
        reference: &MailboxName<'_>,
        wildcard: &ListMailbox<'_>,
        subscribed: bool,
    ) -> Outcome {
        let text = match wildcard {
            ListMailbox::Token(token) => String::from_utf8_lossy(token.as_ref()).into_owned(),
            ListMailbox::String(string) => String::from_utf8_lossy(string.as_ref()).into_owned(),
        };
        let delimiter = QuotedChar::try_from(DELIMITER).ok();
        if text.is_empty() {
            let root = MailboxName::try_from("").unwrap_or(MailboxName::Inbox);
            self.tell(Data::List { items: vec![FlagNameAttribute::Noselect], delimiter, mailbox: root });
            return Outcome::ok("LIST completed");
        }
        let pattern = format!("{}{text}", name_of(reference));
        let found: Vec<(String, Option<SpecialUse>)> = self
            .with_account(|account| {
                let all = account.mailboxes.iter().map(|(name, mailbox)| (name.clone(), mailbox.special_use()));
                all.filter(|(name, _)| meets(&pattern, name)).collect()
            })
            .unwrap_or_default();
        for (name, special_use) in found {
            let items = special_use.into_iter().filter_map(|special_use| attribute(special_use)).collect();
            let mailbox = mailbox(&name);
            self.tell(if subscribed {
                Data::Lsub { items, delimiter, mailbox }
            } else {
                Data::List { items, delimiter, mailbox }
            });
        }
        Outcome::ok(if subscribed { "LSUB completed" } else { "LIST completed" })
    }

    /// STATUS.
    pub(crate) fn status(&mut self, name: &MailboxName<'_>, items: &[StatusDataItemName]) -> Outcome {
        let stored = name_of(name);
        let Some(found) = self.with_account(|account| account.mailbox(&stored).cloned()).flatten() else {
            return Outcome::no("No such mailbox");
        };
        self.condstore |= items.contains(&StatusDataItemName::HighestModSeq);
        let values: Vec<_> = items.iter().filter_map(|item| status_value(&found, item)).collect();
        self.tell(Data::Status { mailbox: mailbox(&stored), items: values.into() });
        Outcome::ok("STATUS completed")
    }

    /// CREATE.
    pub(crate) fn create(&mut self, name: &MailboxName<'_>) -> Outcome {
        let name = name_of(name);
        let name = name.trim_end_matches(DELIMITER);
        if name.is_empty() || name.chars().any(|character| character.is_control() || "*%".contains(character)) {
            return Outcome::no("Not a name for a mailbox");
        }
        self.change_account(|account| account.create_mailbox(name), "CREATE completed")
    }

    /// DELETE.
    pub(crate) fn delete(&mut self, name: &MailboxName<'_>) -> Outcome {
        let name = name_of(name);
        self.change_account(|account| account.delete_mailbox(&name), "DELETE completed")
    }

    fn change_account(
        &self,
        change: impl FnOnce(&mut crate::provider::Account) -> Result<(), StoreError>,
        done: &str,
    ) -> Outcome {
        let Some(account) = &self.account else { return Outcome::bad("Log in first") };
        match self.provider.update(account, change) {
            Some(Ok(())) => Outcome::ok(done),
            Some(Err(problem)) => Outcome::no(&problem.to_string()),
            None => Outcome::no("No such account"),
        }
    }
}

/// The UIDs of what is marked to be removed.
pub(crate) fn marked_as_deleted(mailbox: &Mailbox) -> Vec<u32> {
    let marked = mailbox.messages().iter().filter(|message| message.flags.contains("\\Deleted"));
    marked.map(|message| message.uid).collect()
}

fn status_value(mailbox: &Mailbox, item: &StatusDataItemName) -> Option<StatusDataItem> {
    let without = |flag: &str| mailbox.messages().iter().filter(|message| !message.flags.contains(flag)).count();
    Some(match item {
        StatusDataItemName::Messages => StatusDataItem::Messages(count(mailbox.messages().len())),
        StatusDataItemName::Recent => StatusDataItem::Recent(0),
        StatusDataItemName::UidNext => StatusDataItem::UidNext(positive(mailbox.uid_next())),
        StatusDataItemName::UidValidity => StatusDataItem::UidValidity(positive(mailbox.uid_validity())),
        StatusDataItemName::Unseen => StatusDataItem::Unseen(count(without("\\Seen"))),
        StatusDataItemName::Deleted => StatusDataItem::Deleted(count(marked_as_deleted(mailbox).len())),
        StatusDataItemName::HighestModSeq => StatusDataItem::HighestModSeq(mailbox.highest_modseq()),
        StatusDataItemName::DeletedStorage => return None,
    })
}

fn attribute(special_use: SpecialUse) -> Option<FlagNameAttribute<'static>> {
    let name = match special_use {
        SpecialUse::Drafts => "Drafts",
        SpecialUse::Sent => "Sent",
        SpecialUse::Trash => "Trash",
    };
    Atom::try_from(name).ok().map(FlagNameAttribute::from)
}

/// Whether a mailbox name meets a pattern: `*` is anything, `%` anything on one level.
fn meets(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // `reached[at]` says whether the pattern so far can have used the first `at` characters of the name.
    let mut reached = vec![false; name.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for wanted in pattern {
        let mut next = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            let before = at.checked_sub(1);
            let character = before.and_then(|before| name.get(before)).copied();
            let from_before = |row: &[bool]| before.and_then(|before| row.get(before)).copied().unwrap_or(false);
            let here = reached.get(at).copied().unwrap_or(false);
            let reaches = match wanted {
                '*' => here || from_before(&next),
                '%' => here || (character != Some(DELIMITER) && from_before(&next)),
                wanted => character == Some(wanted) && from_before(&reached),
            };
            if let Some(slot) = next.get_mut(at) {
                *slot = reaches;
            }
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, name: &str, expected: bool) {
        assert_eq!(meets(pattern, name), expected, "{pattern} {name}");
    }

    #[test]
    fn a_percent_sign_stays_on_one_level() {
        check("*", "Plans/2026", true);
        check("%", "Plans/2026", false);
        check("%", "Plans", true);
        check("Plans/%", "Plans/2026", true);
        check("P*6", "Plans/2026", true);
        check("INBOX", "INBOX", true);
        check("INBOX", "INBOXES", false);
        check("", "", true);
    }

    #[test]
    fn a_pattern_of_many_stars_is_answered_at_once() {
        check(&"*a".repeat(200), &"a".repeat(199), false);
    }
}
