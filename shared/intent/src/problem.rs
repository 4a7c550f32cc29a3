//! What did not work, as a kind that the page has words for.

use serde::{Deserialize, Serialize};

use crate::Service;

/// What did not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// With which service; absent if with the relay or the device.
    pub service: Option<Service>,
    /// What kind of problem.
    pub kind: ProblemKind,
    /// The other side's own words, or the particular; may be empty. Never a secret.
    pub detail: String,
}

/// Kinds of problems: each has its sentence in the page: what happened, what it means, what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProblemKind {
    /// The relay cannot be reached.
    RelayAway,
    /// The relay is of another version than the page.
    RelayVersion,
    /// The relay wants an access token.
    RelayToken,
    /// The relay is busy.
    RelayBusy,
    /// User name or password was not accepted.
    WrongPassword,
    /// The host name has no address.
    NoSuchHost,
    /// The relay does not connect to that server.
    NotAllowed,
    /// The connection could not be made safe.
    Tls,
    /// Nobody answers there.
    Unreachable,
    /// The server did not answer in time.
    TimedOut,
    /// The server ended the connection.
    Closed,
    /// The server said no.
    ServerRefused,
    /// The server's answer could not be understood.
    Garbled,
    /// Something is larger than allowed.
    TooLarge,
    /// The event has been changed elsewhere in between.
    ChangedElsewhere,
    /// The calendar server stored something else than what was sent.
    StoredDifferently,
    /// The form changed after it was inspected: nothing was sent.
    InspectedOther,
    /// The device's storage cannot be used: drafts and outbox are not kept over a reload.
    Storage,
    /// No calendar was found in this account.
    NoCalendar,
    /// The sender's address is not one the server lets this account use.
    SenderRefused,
    /// Only in this page: a fault of the program itself.
    Fault,
}
