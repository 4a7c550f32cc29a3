//! A message that came in, applied to what is stored, or the reason why it is not (RFC 5546 section 3.2).
//!
//! Mail from strangers is a claim, not an order: a message changes what is stored only if its sender may speak for the
//! person it speaks of, and only if it is newer. Everything else becomes a question to the person, or nothing.

mod addition;
mod cancel;
mod class;
mod newer;
mod proposal;
mod publish;
mod refresh;
mod reply;
mod request;
mod sender;
mod update;

use jiff::Timestamp;

use super::object::{Message, Method, Stored};
use super::outgoing::Outgoing;
use super::person::Me;
use crate::ical::Address;

pub use class::{Class, classify};
pub use newer::is_newer;
pub use sender::Sender;

/// A message, and what is known when it is read.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// Who reads it.
    pub me: &'a Me,
    /// When.
    pub now: Timestamp,
    /// What is stored under its UID.
    pub stored: Option<&'a Stored>,
    /// The message.
    pub message: &'a Message,
    /// Who sent it.
    pub sender: &'a Sender,
}

/// What became of a message.
#[derive(Clone, Debug)]
pub struct Received {
    /// What it leads to.
    pub outcome: Outcome,
    /// A sentence for the person, saying why.
    pub reason: String,
    /// Messages to send without asking, such as the newest version to who asks for it.
    pub outgoing: Vec<Outgoing>,
    /// The whole object that a yes of the person would store.
    pub consent: Option<Stored>,
}

/// What a message leads to. What is stored changes in the first case only.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// This is to be stored.
    Applied(Stored),
    /// It says what is known already, or nothing that is stored.
    Unchanged,
    /// Something newer is known.
    Stale,
    /// It speaks of an event that is not stored.
    UnknownEvent,
    /// It is not this person's to follow.
    NotForMe,
    /// The person decides.
    NeedsConsent,
    /// It breaks the rules for messages.
    Invalid,
}

impl Outcome {
    /// The outcome as one word for programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Applied(_) => "applied",
            Self::Unchanged => "unchanged",
            Self::Stale => "stale",
            Self::UnknownEvent => "unknown_event",
            Self::NotForMe => "not_for_me",
            Self::NeedsConsent => "needs_consent",
            Self::Invalid => "invalid",
        }
    }
}

impl Received {
    /// A message that could not be read as one.
    pub fn invalid(reason: impl ToString) -> Self {
        Self::left(Outcome::Invalid, reason)
    }

    fn left(outcome: Outcome, reason: impl ToString) -> Self {
        Self { outcome, reason: reason.to_string(), outgoing: Vec::new(), consent: None }
    }

    fn applied(stored: Stored, reason: impl ToString) -> Self {
        Self::left(Outcome::Applied(stored), reason)
    }

    fn question(consent: Option<Stored>, reason: impl ToString) -> Self {
        Self { consent, ..Self::left(Outcome::NeedsConsent, reason) }
    }
}

/// Decides what a message leads to.
#[must_use]
pub fn receive(incoming: Incoming<'_>) -> Received {
    if let Some(stored) = incoming.stored
        && stored.uid() != incoming.message.uid()
    {
        return Received::left(Outcome::UnknownEvent, "The message speaks of another event.");
    }
    match incoming.message.method() {
        Method::Request => request::receive(incoming),
        Method::Cancel => cancel::receive(incoming),
        Method::Reply => reply::receive(incoming),
        Method::Counter => proposal::receive_counter(incoming),
        Method::DeclineCounter => proposal::receive_refusal(incoming),
        Method::Refresh => refresh::receive(incoming),
        Method::Add => addition::receive(incoming),
        Method::Publish => publish::receive(incoming),
    }
}

/// An event that is not stored, in words.
fn unknown_event(what: &str) -> Received {
    Received::left(Outcome::UnknownEvent, format!("{what} an event that is not in this calendar."))
}

/// Puts what the organizer wants into effect if the sender may speak for the organizer of what is stored, and makes it a
/// question otherwise.
fn on_the_organizers_word(incoming: Incoming<'_>, known: &Stored, changed: Stored, what: &str) -> Received {
    let Some(organizer) = known.organizer() else {
        return Received::question(Some(changed), "The event here has no organizer, so nobody else may change it.");
    };
    let claimed = incoming.message.organizer();
    if let Some(claimed) = claimed
        && claimed.address() != organizer.address()
    {
        let (new, old) = (claimed.address(), organizer.address());
        let reason = format!("The event was organized by {old}, and the message says that {new} organizes it.");
        return Received::question(Some(changed), reason);
    }
    match incoming.sender.standing(&organizer.address(), sent_by(Some(organizer)), sent_by(claimed)) {
        sender::Standing::May => Received::applied(changed, format!("{what} by {}.", organizer.address())),
        sender::Standing::MayNot(why) => Received::question(Some(changed), why),
    }
}

fn sent_by(person: Option<&crate::ical::Property>) -> Option<Address> {
    person.and_then(|person| person.parameter("SENT-BY")).map(|address| Address::new(&address))
}
