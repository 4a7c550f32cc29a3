//! Everything the sandbox remembers: accounts with their mailboxes and calendars, and who has tried to log in.
//!
//! The three servers, the guests and the control address share one [`Provider`]; each change wakes whoever watches,
//! so that an IDLE connection hears of it at once.

mod account;
mod calendar;
mod mailbox;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub use account::{Account, StoreError};
pub use calendar::{Calendar, CalendarObject, Changes, PutProblem};
pub use mailbox::{Mailbox, SpecialUse, StoredMessage};

use crate::fault::Faults;
use crate::limit;

/// The domain whose mailboxes the sandbox itself provides.
pub const DOMAIN: &str = "sandbox.test";
/// The name by which the sandbox signs `Authentication-Results` (RFC 8601).
pub const AUTHENTICATION_SERVICE: &str = "mx.sandbox.test";

/// Which of the three servers something happened at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// SMTP submission.
    Smtp,
    /// IMAP.
    Imap,
    /// CalDAV.
    Dav,
}

/// One attempt to log in, without the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Login {
    /// At which server.
    pub service: Service,
    /// With which address, as it was given.
    pub address: String,
    /// Whether the password was right.
    pub accepted: bool,
}

/// How the provider departs from a plain and full one, as some real ones do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quirks {
    /// CalDAV advertises `calendar-auto-schedule` and invites guests by itself (RFC 6638), except those whose
    /// ATTENDEE says `SCHEDULE-AGENT=CLIENT` or `NONE`.
    pub auto_schedule: bool,
    /// SMTP puts a copy of every mail into Sent by itself.
    pub files_sent: bool,
    /// No sync-collection report and no sync-token.
    pub no_sync: bool,
    /// No `getctag`.
    pub no_ctag: bool,
    /// No ETag in the answer to a PUT.
    pub no_etag_after_put: bool,
}

/// What went through the IMAP server since the start, TLS not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImapTraffic {
    /// Commands of all clients.
    pub commands: u64,
    /// Bytes from clients, up to the last command.
    pub received_bytes: u64,
    /// Bytes to clients.
    pub sent_bytes: u64,
}

/// A mail that left for an address nobody here has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The envelope sender.
    pub sender: String,
    /// The envelope recipient.
    pub recipient: String,
    /// The message as it was submitted.
    pub raw: Arc<[u8]>,
}

/// The shared memory of the sandbox. Cloning it gives another handle on the same memory.
#[derive(Clone)]
pub struct Provider(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    faults: Faults,
    counter: AtomicU64,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    accounts: BTreeMap<String, Account>,
    logins: VecDeque<Login>,
    outgoing: VecDeque<Outgoing>,
    refusals: Vec<Refusal>,
    quirks: Quirks,
    imap_traffic: ImapTraffic,
}

/// A recipient whom the SMTP server refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The part of the address before the `@`, in any domain, or a whole address.
    pub who: String,
    /// The SMTP reply code, 4xx or 5xx.
    pub code: u16,
    /// The enhanced status code and the words (RFC 3463).
    pub text: String,
}

impl Default for Provider {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider {
    /// A provider without accounts, which refuses recipients called `nobody`, `refused`, `full` and `later`.
    #[must_use]
    pub fn new() -> Self {
        let refusal = |who: &str, code, text: &str| Refusal { who: who.into(), code, text: text.into() };
        let state = State {
            refusals: vec![
                refusal("nobody", 550, "5.1.1 User unknown"),
                refusal("refused", 550, "5.7.1 This recipient does not accept mail from you"),
                refusal("full", 452, "4.2.2 Mailbox full"),
                refusal("later", 451, "4.7.1 Greylisted, please try again in five minutes"),
            ],
            ..State::default()
        };
        // Queue ids and tags of two runs must differ, or a client that outlives a restart would trust a stale one.
        let start = u64::try_from(now_seconds()).unwrap_or_default() << 20;
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            faults: Faults::default(),
            counter: AtomicU64::new(start),
            changes: watch::Sender::new(0),
        }))
    }

    /// Adds an account with the usual mailboxes and no calendar, or replaces the one with that address.
    pub fn add_account(&self, address: &str, password: &str, display_name: &str) {
        let address = address.to_ascii_lowercase();
        let validity = u32::try_from(now_seconds()).unwrap_or(u32::MAX);
        let account = Account::new(&address, password, display_name, validity);
        self.change(|state| state.accounts.insert(address, account));
    }

    /// The addresses of all accounts, in alphabetical order.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        self.state().accounts.keys().cloned().collect()
    }

    /// Whether the password is that of the account; gives its address as the provider writes it.
    ///
    /// Every attempt is remembered (without the password) and can be read by [`Provider::logins`].
    #[must_use]
    pub fn log_in(&self, service: Service, address: &str, password: &str) -> Option<String> {
        let canonical = address.trim().to_ascii_lowercase();
        let mut state = self.state();
        let accepted = state.accounts.get(&canonical).is_some_and(|account| account.has_password(password));
        state.logins.push_back(Login { service, address: address.to_owned(), accepted });
        if state.logins.len() > limit::REMEMBERED {
            state.logins.pop_front();
        }
        accepted.then_some(canonical)
    }

    /// Every attempt to log in since the start, the oldest first.
    #[must_use]
    pub fn logins(&self) -> Vec<Login> {
        self.state().logins.iter().cloned().collect()
    }

    /// Reads something of an account.
    pub fn read<T>(&self, address: &str, look: impl FnOnce(&Account) -> T) -> Option<T> {
        self.state().accounts.get(&address.to_ascii_lowercase()).map(look)
    }

    /// Changes something of an account and wakes whoever watches.
    pub fn update<T>(&self, address: &str, change: impl FnOnce(&mut Account) -> T) -> Option<T> {
        self.change(|state| state.accounts.get_mut(&address.to_ascii_lowercase()).map(change))
    }

    /// The address of the account to which mail for `address` goes: itself, or what is before a `+`.
    #[must_use]
    pub fn mailbox_of(&self, address: &str) -> Option<String> {
        let address = address.to_ascii_lowercase();
        let state = self.state();
        if state.accounts.contains_key(&address) {
            return Some(address);
        }
        let (local, domain) = address.rsplit_once('@')?;
        let (person, _) = local.split_once('+')?;
        let address = format!("{person}@{domain}");
        state.accounts.contains_key(&address).then_some(address)
    }

    /// Mail that was accepted for addresses nobody here has, the oldest first.
    #[must_use]
    pub fn outgoing(&self) -> Vec<Outgoing> {
        self.state().outgoing.iter().cloned().collect()
    }

    pub(crate) fn send_away(&self, mail: Outgoing) {
        self.change(|state| {
            state.outgoing.push_back(mail);
            if state.outgoing.len() > limit::REMEMBERED {
                state.outgoing.pop_front();
            }
        });
    }

    /// Refuses a recipient from now on.
    pub fn refuse(&self, refusal: Refusal) {
        self.state().refusals.push(refusal);
    }

    /// Why the SMTP server refuses this recipient, if it does.
    #[must_use]
    pub fn refusal_of(&self, address: &str) -> Option<Refusal> {
        let address = address.to_ascii_lowercase();
        let local = address.rsplit_once('@').map_or(address.as_str(), |(local, _)| local);
        let named = |refusal: &&Refusal| refusal.who.eq_ignore_ascii_case(local) || refusal.who == address;
        self.state().refusals.iter().find(named).cloned()
    }

    /// What went through the IMAP server since the start.
    #[must_use]
    pub fn imap_traffic(&self) -> ImapTraffic {
        self.state().imap_traffic
    }

    pub(crate) fn count_imap(&self, more: &ImapTraffic) {
        let sum = &mut self.state().imap_traffic;
        sum.commands += more.commands;
        sum.received_bytes += more.received_bytes;
        sum.sent_bytes += more.sent_bytes;
    }

    /// How the provider departs from a plain and full one.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.state().quirks
    }

    /// Makes the provider depart from a plain and full one.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.state().quirks = quirks;
    }

    /// What is made to go wrong.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// A receiver that is told whenever anything changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// A number that was never given before.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.0.counter.fetch_add(1, Ordering::Relaxed)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.0.changes.send_modify(|generation| *generation += 1);
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time now, in seconds since 1970.
#[must_use]
pub fn now_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> Provider {
        let provider = Provider::new();
        provider.add_account("Ann@sandbox.test", "secret", "Ann");
        provider
    }

    #[test]
    fn a_login_needs_the_right_password_and_is_remembered_without_it() {
        let provider = provider();
        assert_eq!(provider.log_in(Service::Imap, "ANN@sandbox.test", "secret").as_deref(), Some("ann@sandbox.test"));
        assert_eq!(provider.log_in(Service::Imap, "ann@sandbox.test", "Secret"), None);
        assert_eq!(provider.log_in(Service::Imap, "bob@sandbox.test", ""), None);
        let accepted: Vec<_> = provider.logins().iter().map(|login| login.accepted).collect();
        assert_eq!(accepted, [true, false, false]);
        assert!(!format!("{:?}", provider.logins()).contains("ecret\""));
    }

    #[test]
    fn a_plus_address_belongs_to_the_person_before_the_plus() {
        let provider = provider();
        assert_eq!(provider.mailbox_of("Ann+list@Sandbox.test").as_deref(), Some("ann@sandbox.test"));
        assert_eq!(provider.mailbox_of("anna@sandbox.test"), None);
    }

    #[test]
    fn nobody_is_refused_in_every_domain() {
        let provider = provider();
        assert_eq!(provider.refusal_of("Nobody@example.org").map(|refusal| refusal.code), Some(550));
        assert_eq!(provider.refusal_of("ann@sandbox.test"), None);
    }

    #[test]
    fn every_change_wakes_whoever_watches() {
        let provider = provider();
        let mut watch = provider.watch();
        assert!(!watch.has_changed().unwrap());
        provider.update("ann@sandbox.test", |account| account.display_name = "Ann Able".into());
        assert!(watch.has_changed().unwrap());
        watch.mark_unchanged();
        let _ = provider.read("ann@sandbox.test", |account| account.display_name.clone());
        assert!(!watch.has_changed().unwrap());
    }
}
