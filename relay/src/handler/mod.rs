//! The relay's front: the page's WebSocket, the page itself, and the small addresses beside them.

pub mod connection;
mod dispatch;
mod page;
mod route;
pub mod tally;
mod visitor;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::watch;
use wire::Secret;

use crate::policy::{Admissions, Crowded, Quota};
use crate::upstream::Network;
use crate::upstream::mail::Pace;
use crate::upstream::submit::Held;

pub use route::router;
pub use tally::Tally;
pub use visitor::Visitor;

/// The name and version of this program, as pages and people see it.
pub const PROGRAM: &str = concat!("calpost ", env!("CARGO_PKG_VERSION"));

/// Everything that all connections share.
#[derive(Debug)]
pub struct Relay {
    /// How other people's servers are reached.
    pub network: Arc<Network>,
    /// What a page must know to be served, if anything.
    pub token: Option<Secret>,
    /// Origins that may connect beside the relay's own.
    pub origins: Vec<String>,
    /// Proxies whose word on the visitor's address counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// What `/demo.json` says, if this is a demonstration.
    pub demo: Option<String>,
    /// When idle periods are renewed.
    pub pace: Pace,
    /// The memory of mails on their way.
    pub held: Held,
    /// What has happened, in numbers.
    pub tally: Tally,
    /// Who is there.
    pub admissions: Mutex<Admissions>,
    /// Whether the relay is asked to stop.
    pub stopping: watch::Receiver<bool>,
}

impl Relay {
    /// A relay that serves until `stopping` says otherwise.
    pub fn new(network: Network, quota: Quota, stopping: watch::Receiver<bool>) -> Self {
        Self {
            network: Arc::new(network),
            token: None,
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            demo: None,
            pace: Pace::default(),
            held: Held::default(),
            tally: Tally::default(),
            admissions: Mutex::new(Admissions::new(quota)),
            stopping,
        }
    }

    /// Whether the relay is asked to stop.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Admits a session, if there is room for it.
    ///
    /// # Errors
    /// If a quota is used up.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Seat, Crowded> {
        self.admissions.lock().unwrap_or_else(PoisonError::into_inner).enter(address, Instant::now())?;
        Ok(Seat { relay: Arc::clone(self), address })
    }
}

/// A session's place among all; given back when dropped.
#[derive(Debug)]
pub struct Seat {
    relay: Arc<Relay>,
    address: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut admissions = self.relay.admissions.lock().unwrap_or_else(PoisonError::into_inner);
        admissions.leave(self.address, Instant::now());
    }
}
