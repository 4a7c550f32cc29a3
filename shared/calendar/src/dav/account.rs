//! What a discovery leads to: a person's calendars on a server, or why there are none.

use super::collection::Collection;
use super::href::{Href, Location, Origin};

/// Where a person's calendars are, and how their server behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The server that holds the calendars.
    pub origin: Origin,
    /// The person, as the server knows them.
    pub principal: Option<Href>,
    /// Where calendars lie, and new ones can be made.
    pub homes: Vec<Href>,
    /// The calendars in the order a list shows them.
    pub calendars: Vec<Collection>,
    /// The person's mail addresses, bare and lower case. Empty on some servers.
    pub addresses: Vec<String>,
    /// Whether the server would invite guests by itself, so that stored objects need SCHEDULE-AGENT=CLIENT.
    pub schedules_by_itself: bool,
}

/// Why no calendars were found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryProblem {
    /// The server does not accept the password: the person signs in again.
    #[error("the calendar server did not accept the password")]
    SignIn,
    /// The server answers, but not as a calendar server: the person gives another address.
    #[error("there is no calendar server at this address")]
    NotCalDav,
    /// The server is busy or broken: the person tries again later.
    #[error("the calendar server is busy or has a fault")]
    TryLater,
    /// The server sends the person to another host: they say whether to go there.
    #[error("the calendar server refers to another server, {0}")]
    OtherServer(Location),
    /// The server's answers lead in a circle.
    #[error("the answers of the calendar server lead in a circle")]
    Circle,
}
