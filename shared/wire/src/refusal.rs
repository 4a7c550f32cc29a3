//! Why something did not happen, as what the page can do about it.

use serde::{Deserialize, Serialize};

/// The relay's "no". It never carries a secret, and of a server's words only those meant for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The server did not accept user name and password. Nothing was tried twice.
    WrongPassword {
        /// The server's own words.
        server_said: String,
    },
    /// The name has no address.
    NoSuchHost,
    /// This relay's policy does not allow the server.
    NotAllowed {
        /// What the policy says: the port, the host or its address.
        because: String,
    },
    /// The connection could not be made safe: certificate, name, no STARTTLS.
    Tls {
        /// What was wrong, in words.
        because: String,
    },
    /// Nobody answered at that address and port.
    Unreachable,
    /// The server did not answer in time.
    TimedOut,
    /// The server ended the connection.
    Closed,
    /// The server answered with a "no" of its own.
    ServerRefused {
        /// The SMTP or HTTP code, if there is one.
        code: Option<u16>,
        /// The server's own words.
        server_said: String,
    },
    /// The server's answer is not of its protocol, or is built to do harm.
    Garbled,
    /// Something was longer than this relay passes.
    TooLarge {
        /// The limit in bytes.
        limit_bytes: u32,
    },
    /// The request itself was not well formed.
    BadRequest {
        /// What was wrong with it.
        because: String,
    },
    /// The session named is not open (any more): open it again.
    SessionGone,
    /// Too many of something for now.
    Busy {
        /// Try again after this many seconds.
        retry_after_seconds: u16,
    },
    /// The relay speaks another version: load the page again.
    VersionMismatch {
        /// The relay's version.
        relay: u16,
    },
    /// This relay asks for an access token, and none or a wrong one came.
    TokenNeeded,
    /// The relay is stopping; another or the same will answer soon.
    ShuttingDown,
    /// The exchange was cancelled by the page.
    Cancelled,
}
