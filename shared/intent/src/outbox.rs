//! What was sent, or was meant to be: each sending, and each guest's mail within it.

use serde::{Deserialize, Serialize};

use crate::{LetterKind, Point, Problem};

/// Which sending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OutboxId(pub String);

/// How far a sending has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutboxStage {
    /// Nothing has left; it can be taken back for so many seconds.
    Held {
        /// Seconds left.
        seconds: u16,
    },
    /// The event is being saved.
    Saving,
    /// The event is saved; mails are being handed over.
    Submitting,
    /// Mails are taken; copies are being filed.
    Filing,
    /// Everything is done.
    Done,
    /// It stopped: see the problem, and choose.
    Stopped,
}

/// What became of one mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryState {
    /// Not yet handed over.
    Queued,
    /// Being handed over now.
    Sending,
    /// The server took it; its own words.
    Taken {
        /// The server's reply, code first.
        server_said: String,
    },
    /// The server refused it; its own words. This guest has no mail.
    Refused {
        /// The server's reply, code first.
        server_said: String,
    },
    /// The connection broke after the last byte, before the receipt: the guest may have it.
    Unknown,
}

/// One guest's mail within a sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The guest's name; may be empty.
    pub name: String,
    /// The guest's address.
    pub address: String,
    /// What the mail is.
    pub kind: LetterKind,
    /// What became of it.
    pub state: DeliveryState,
    /// Whether a copy lies in Sent.
    pub filed: bool,
}

/// One sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxItem {
    /// Which one.
    pub id: OutboxId,
    /// The event's title.
    pub title: String,
    /// When the event begins.
    pub starts: Point,
    /// When send was pressed.
    pub pressed: Point,
    /// How far it has come.
    pub stage: OutboxStage,
    /// Whether the event is saved on the calendar server.
    pub saved: bool,
    /// One per guest who gets mail.
    pub deliveries: Vec<Delivery>,
    /// What stopped it, or went wrong beside it.
    pub problem: Option<Problem>,
    /// What can be chosen: to wait no longer while it is held, how to go on once it stopped.
    pub choices: Vec<ResumeChoice>,
}

/// How to go on with a sending that stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResumeChoice {
    /// Wait no longer, or try again what certainly did not happen; nothing is sent twice.
    GoOn,
    /// Send the mails whose fate is unknown once more: those guests may get two.
    SendUnknownAgain,
    /// Take the mails whose fate is unknown for delivered.
    TakeAsDelivered,
    /// Leave it as it is: what is saved stays saved, no further mail leaves.
    GiveUp,
}
