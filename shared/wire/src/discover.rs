//! Which servers a mail domain names for itself.

use serde::{Deserialize, Serialize};

use crate::{Server, Service};

/// Where a server's name was found, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Source {
    /// The relay's bundled list of providers.
    Bundled,
    /// An SRV record (RFC 6186, RFC 6764, RFC 8314).
    Srv,
    /// The domain's own autoconfig file.
    Autoconfig,
    /// `/.well-known/caldav` of the domain (RFC 6764).
    WellKnown,
    /// The mail exchanger's domain is a provider in the bundled list.
    Exchanger,
}

/// One server that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundServer {
    /// What it serves.
    pub service: Service,
    /// Where it is.
    pub server: Server,
    /// For CalDAV the path to begin at; `/` if nothing is known.
    pub path: String,
    /// Where its name was found.
    pub source: Source,
    /// Whether this relay would connect to it.
    pub allowed: bool,
}

/// What was found for a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovered {
    /// The provider's name, if it is a known one.
    pub provider: Option<String>,
    /// Servers, the best of each service first.
    pub servers: Vec<FoundServer>,
}
