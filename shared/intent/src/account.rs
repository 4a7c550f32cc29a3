//! Signing in: an address, a password, three servers, and how each of the three connections fared.

use serde::{Deserialize, Serialize};

use crate::Problem;

/// One of the three services of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Service {
    /// Sending mail (SMTP submission).
    Submission,
    /// Reading mail (IMAP).
    Imap,
    /// Calendars (CalDAV).
    CalDav,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protection {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, and nothing before it.
    StartTls,
}

/// One server as the sign-in form shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerChoice {
    /// Host name.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
    /// For CalDAV the path to begin at, else empty.
    pub path: String,
}

/// Where the servers' names come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerSource {
    /// Known provider, by name.
    Provider(String),
    /// The domain names them itself.
    Domain,
    /// Typed by the person.
    Typed,
    /// The sandbox of a relay that runs a demonstration.
    Demo,
}

/// The three servers of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Servers {
    /// Sending mail.
    pub submission: ServerChoice,
    /// Reading mail.
    pub imap: ServerChoice,
    /// Calendars.
    pub caldav: ServerChoice,
}

/// What becomes of the password after this visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeepPassword {
    /// It stays in memory, and is gone when the page closes.
    #[default]
    No,
    /// It is kept on this device, wrapped by a key that cannot leave the browser.
    OnThisDevice,
}

/// A wish to sign in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The mail address.
    pub address: String,
    /// The person's name, as guests will see it; may be empty.
    pub name: String,
    /// The login name where it is not the address; empty where it is.
    pub user: String,
    /// The password.
    pub password: String,
    /// The servers.
    pub servers: Servers,
    /// What becomes of the password.
    pub keep: KeepPassword,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("servers", &self.servers).field("keep", &self.keep).finish_non_exhaustive()
    }
}

/// How one of the three connections fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Which service.
    pub service: Service,
    /// Its result so far.
    pub outcome: CheckOutcome,
}

/// The result of trying a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckOutcome {
    /// Not begun.
    Waiting,
    /// Under way.
    Trying,
    /// It works.
    Works,
    /// It does not.
    Failed(Problem),
}

/// How sign-in stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignInView {
    /// Whether somebody is signed in is still being looked up on this device.
    Unknown,
    /// Nobody is signed in.
    SignedOut,
    /// The account is known on this device, its password is not.
    NeedsPassword(Account),
    /// Servers are being looked for.
    Looking {
        /// For this address.
        address: String,
    },
    /// Servers were found (or, without them, must be typed).
    Found {
        /// For this address.
        address: String,
        /// The servers, if all three were found.
        servers: Option<Servers>,
        /// Where they come from.
        source: ServerSource,
        /// What stood in the way of looking.
        problem: Option<Problem>,
    },
    /// The three connections are being tried, or at least one failed.
    Checking {
        /// In the order sending, reading, calendars.
        checks: Vec<Check>,
        /// Whether all have ended.
        done: bool,
    },
    /// Signed in.
    SignedIn(Account),
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The mail address.
    pub address: String,
    /// The person's name, as guests see it.
    pub name: String,
    /// The three servers.
    pub servers: Servers,
    /// Whether the password is kept on this device.
    pub keeps_password: bool,
}

/// A sandbox mailbox that this relay offers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoMailbox {
    /// Its address.
    pub address: String,
    /// Its password; not a secret, but not printed either.
    pub password: String,
    /// The name of its owner.
    pub name: String,
    /// Its servers.
    pub servers: Servers,
    /// Guests that answer by themselves: name, address, what they do.
    pub guests: Vec<(String, String, String)>,
}
