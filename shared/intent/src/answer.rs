//! What became of a mail that answered an invitation.

use serde::{Deserialize, Serialize};

use crate::{EventKey, PartStat, Point};

/// One mail that spoke of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerEntry {
    /// When it arrived.
    pub received: Point,
    /// Who wrote: name, may be empty.
    pub name: String,
    /// Who wrote: address.
    pub address: String,
    /// The event's title, as stored if it is, else as the mail says.
    pub title: String,
    /// The stored event, if there is one.
    pub event: Option<EventKey>,
    /// What the mail says, if it is an answer.
    pub answer: Option<PartStat>,
    /// What the person wrote with it; may be empty.
    pub comment: String,
    /// What was done.
    pub outcome: AnswerOutcome,
}

/// What was done with a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerOutcome {
    /// It is entered in the event.
    Applied,
    /// It says what the event says already.
    AlreadyThere,
    /// It answers an earlier version; why, in words.
    Stale(String),
    /// No event of this mailbox is meant.
    UnknownEvent,
    /// It changes nothing without consent; why, in words.
    NeedsConsent(String),
    /// It cannot be used; why, in words.
    NotUsable(String),
    /// It is being entered; the calendar server has not confirmed yet.
    Entering,
    /// It is a report: a mail of ours did not reach this guest; the server's words, may be empty.
    NotDelivered(String),
    /// The guest asks to be sent the newest version.
    AsksAgain,
}
