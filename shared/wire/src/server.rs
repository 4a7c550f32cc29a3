//! Where to connect, and as whom.

use serde::{Deserialize, Serialize};

use crate::Secret;

/// One of the three services of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Service {
    /// SMTP submission (RFC 6409).
    Submission,
    /// IMAP4rev1 (RFC 3501).
    Imap,
    /// CalDAV (RFC 4791).
    CalDav,
}

/// How a connection is protected; there is no unprotected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Security {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// STARTTLS before anything else; a server that does not offer it is refused.
    StartTls,
}

/// A server to connect to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Server {
    /// Host name in ASCII form; the name its certificate must carry.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
}

/// Who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The login name, most often the mail address.
    pub user: String,
    /// The password, or an app password.
    pub password: Secret,
}
