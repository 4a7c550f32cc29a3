//! One person's account: a password, mailboxes and calendars.

use std::collections::BTreeMap;
use std::fmt;

use crate::limit;
use crate::provider::{Calendar, Mailbox, SpecialUse};

/// Why something could not be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is one of that name.
    #[error("it exists")]
    Exists,
    /// There is none of that name.
    #[error("it does not exist")]
    Missing,
    /// INBOX cannot be removed (RFC 9051 section 6.3.5).
    #[error("INBOX cannot be removed")]
    Inbox,
    /// The account has as many as it may have.
    #[error("there are too many")]
    TooMany,
}

/// A person's account.
#[derive(Clone)]
pub struct Account {
    /// The address, in lower case.
    pub address: String,
    /// Further addresses from which the account may send, in lower case.
    pub aliases: Vec<String>,
    /// The person's name.
    pub display_name: String,
    /// The mailboxes by name.
    pub mailboxes: BTreeMap<String, Mailbox>,
    /// The calendars by the last segment of their path.
    pub calendars: BTreeMap<String, Calendar>,
    password: String,
    next_validity: u32,
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Account").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Account {
    /// An account with INBOX, Drafts, Sent and Trash, whose first UIDVALIDITY is `validity`.
    pub(crate) fn new(address: &str, password: &str, display_name: &str, validity: u32) -> Self {
        let mut account = Self {
            address: address.to_owned(),
            aliases: Vec::new(),
            display_name: display_name.to_owned(),
            mailboxes: BTreeMap::new(),
            calendars: BTreeMap::new(),
            password: password.to_owned(),
            next_validity: validity.max(1),
        };
        for (name, special_use) in [
            ("INBOX", None),
            ("Drafts", Some(SpecialUse::Drafts)),
            ("Sent", Some(SpecialUse::Sent)),
            ("Trash", Some(SpecialUse::Trash)),
        ] {
            account.insert_mailbox(name, special_use);
        }
        account
    }

    /// The mailbox of that name; `INBOX` in any case of its letters.
    #[must_use]
    pub fn mailbox(&self, name: &str) -> Option<&Mailbox> {
        self.mailboxes.get(canonical(name))
    }

    /// The mailbox of that name, to change it.
    pub fn mailbox_mut(&mut self, name: &str) -> Option<&mut Mailbox> {
        self.mailboxes.get_mut(canonical(name))
    }

    /// Makes an empty mailbox.
    ///
    /// # Errors
    ///
    /// [`StoreError::Exists`] and [`StoreError::TooMany`].
    pub fn create_mailbox(&mut self, name: &str) -> Result<(), StoreError> {
        if self.mailbox(name).is_some() {
            return Err(StoreError::Exists);
        }
        if self.mailboxes.len() >= limit::COLLECTIONS {
            return Err(StoreError::TooMany);
        }
        self.insert_mailbox(name, None);
        Ok(())
    }

    /// Removes a mailbox with all its messages.
    ///
    /// # Errors
    ///
    /// [`StoreError::Inbox`] and [`StoreError::Missing`].
    pub fn delete_mailbox(&mut self, name: &str) -> Result<(), StoreError> {
        let name = canonical(name);
        if name == "INBOX" {
            return Err(StoreError::Inbox);
        }
        self.mailboxes.remove(name).map(|_| ()).ok_or(StoreError::Missing)
    }

    /// Makes an empty calendar. `id` is the last segment of its path.
    ///
    /// # Errors
    ///
    /// [`StoreError::Exists`] and [`StoreError::TooMany`].
    pub fn create_calendar(&mut self, id: &str, calendar: Calendar) -> Result<(), StoreError> {
        if self.calendars.contains_key(id) {
            return Err(StoreError::Exists);
        }
        if self.calendars.len() >= limit::COLLECTIONS {
            return Err(StoreError::TooMany);
        }
        self.calendars.insert(id.to_owned(), calendar);
        Ok(())
    }

    /// Whether mail may be sent from this address.
    #[must_use]
    pub fn owns(&self, address: &str) -> bool {
        let address = address.to_ascii_lowercase();
        address == self.address || self.aliases.contains(&address)
    }

    pub(crate) fn has_password(&self, password: &str) -> bool {
        self.password == password
    }

    fn insert_mailbox(&mut self, name: &str, special_use: Option<SpecialUse>) {
        // A mailbox that is removed and made again must not keep its validity (RFC 9051 section 2.3.1.1).
        let validity = self.next_validity;
        self.next_validity = self.next_validity.saturating_add(1);
        self.mailboxes.insert(name.to_owned(), Mailbox::new(validity, special_use));
    }
}

fn canonical(name: &str) -> &str {
    if name.eq_ignore_ascii_case("INBOX") { "INBOX" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_made_again_has_another_validity() {
        let mut account = Account::new("ann@sandbox.test", "secret", "Ann", 7);
        account.create_mailbox("Plans").unwrap();
        let before = account.mailbox("Plans").unwrap().uid_validity();
        account.delete_mailbox("Plans").unwrap();
        account.create_mailbox("Plans").unwrap();
        assert_ne!(account.mailbox("Plans").unwrap().uid_validity(), before);
    }

    #[test]
    fn the_inbox_is_found_in_any_case_and_stays() {
        let mut account = Account::new("ann@sandbox.test", "secret", "Ann", 7);
        assert!(account.mailbox("inbox").is_some());
        assert_eq!(account.create_mailbox("Inbox"), Err(StoreError::Exists));
        assert_eq!(account.delete_mailbox("inbox"), Err(StoreError::Inbox));
    }

    #[test]
    fn the_number_of_mailboxes_is_bounded() {
        let mut account = Account::new("ann@sandbox.test", "secret", "Ann", 7);
        for number in account.mailboxes.len()..limit::COLLECTIONS {
            account.create_mailbox(&number.to_string()).unwrap();
        }
        assert_eq!(account.create_mailbox("one more"), Err(StoreError::TooMany));
    }

    #[test]
    fn the_password_is_not_printed() {
        let account = Account::new("ann@sandbox.test", "secret", "Ann", 7);
        assert!(!format!("{account:?}").contains("secret"));
    }
}
