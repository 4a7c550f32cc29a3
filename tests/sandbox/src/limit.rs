//! The sizes and counts beyond which the sandbox refuses.

use std::time::Duration;

/// The largest mail that is accepted, in bytes (advertised by SMTP's SIZE).
pub const MESSAGE_BYTES: usize = 25 * 1024 * 1024;
/// The largest calendar object that is accepted, in bytes.
pub const OBJECT_BYTES: usize = 1024 * 1024;
/// The largest body of a CalDAV request that is not an object, in bytes.
pub const XML_BYTES: usize = 1024 * 1024;
/// How deep the elements of a CalDAV request may nest.
pub const XML_DEPTH: usize = 32;
/// How deep components of a calendar object may nest.
pub const COMPONENT_DEPTH: usize = 16;
/// The longest line of an SMTP command, its line break included, in bytes.
pub const SMTP_LINE_BYTES: usize = 4096;
/// How many recipients one mail may have.
pub const RECIPIENTS: usize = 100;
/// How many wrong passwords end a connection.
pub const LOGIN_ATTEMPTS: usize = 3;
/// The longest IMAP command, its literals aside, in bytes; a literal may only be larger in APPEND.
pub const IMAP_COMMAND_BYTES: usize = 64 * 1024;
/// How deep the parts of a mail may nest before the rest is treated as one opaque part.
pub const MIME_DEPTH: usize = 20;
/// How many connections one server holds at a time: twice what a relay may open at most.
pub const CONNECTIONS: usize = 4000;
/// How many mailboxes and calendars one account may have.
pub const COLLECTIONS: usize = 200;
/// How many mails wait for the guests at a time.
pub const WAITING_GUEST_MAILS: usize = 1000;
/// How many logins, and how many mails that left, are remembered; the oldest go first.
pub const REMEMBERED: usize = 10_000;
/// How many candidates are looked at when a recurring event is asked for its occurrences.
pub const OCCURRENCE_CANDIDATES: usize = 100_000;
/// How long a connection may be silent. RFC 9051 asks for 30 minutes at least.
pub const IDLE: Duration = Duration::from_secs(35 * 60);
/// How long a TLS handshake may take.
pub const HANDSHAKE: Duration = Duration::from_secs(10);
