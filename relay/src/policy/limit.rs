//! Every limit of the relay, as a named constant.

use std::time::Duration;

/// How long a connection may stay silent before its first frame.
pub const FIRST_FRAME_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the head of an HTTP request may take.
pub const REQUEST_HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long looking up, connecting and TLS may take together.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a server may stay silent on a command.
pub const SILENCE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a server may think about a search or a report: it may have to open every mail or object.
pub const SEARCH_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a server may think after the final dot. Giving up here leaves an unknown outcome, so it is patient.
pub const FINAL_DOT_TIMEOUT: Duration = Duration::from_secs(60);

/// How long one submission, one CalDAV request or one mail command may take in all.
pub const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(300);

/// How long a page may keep an exchange waiting for its body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(60);

/// How long each question of discovery may take.
pub const QUESTION_TIMEOUT: Duration = Duration::from_secs(5);

/// After this time IDLE is begun anew, before servers and middleboxes forget it (RFC 2177 says 29 minutes at most).
pub const IDLE_RENEWAL: Duration = Duration::from_secs(9 * 60);

/// The first renewal of an IDLE comes early: what arrived between the last command and IDLE is told then.
pub const IDLE_FIRST_LOOK: Duration = Duration::from_secs(2);

/// A connection or mail session on which nothing was asked for this long is closed; longer than an IDLE period.
pub const UNUSED_TIMEOUT: Duration = Duration::from_secs(35 * 60);

/// How often a page is asked whether it is still there; below the minute after which proxies lose patience.
pub const PING_PERIOD: Duration = Duration::from_secs(50);

/// A page that has sent nothing for this long, not even an answer to a ping, is gone.
pub const PAGE_SILENCE_TIMEOUT: Duration = Duration::from_secs(150);

/// How long a CalDAV connection is kept for the next request of the same page.
pub const KEPT_CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a submission connection is kept for the next mail of the same page.
pub const KEPT_SUBMISSION_TIMEOUT: Duration = Duration::from_secs(10);

/// How long running exchanges may go on after the relay was asked to stop.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);

/// The longest mail that is submitted or filed, in bytes.
pub const MAIL_LIMIT_BYTES: u32 = 25 * 1024 * 1024;

/// The longest answer of a mail or calendar server that is passed on, in bytes.
pub const RESPONSE_LIMIT_BYTES: u32 = 16 * 1024 * 1024;

/// The longest line of an IMAP server outside literals, in bytes.
pub const LINE_LIMIT_BYTES: usize = 1024 * 1024;

/// The deepest nesting of parentheses in an IMAP response, outside strings and literals.
pub const NESTING_LIMIT: usize = 64;

/// The longest line of an SMTP server, in bytes.
pub const SMTP_LINE_LIMIT_BYTES: usize = 1000;

/// The largest file read in discovery, in bytes.
pub const DISCOVERY_LIMIT_BYTES: usize = 64 * 1024;

/// Parts of one mail that are told.
pub const PART_LIMIT: usize = 200;

/// How deep the parts of a mail may lie to be told.
pub const PART_DEPTH_LIMIT: usize = 20;

/// Parts of each mail that one fetch may carry.
pub const FETCHED_PART_LIMIT: usize = 50;

/// Recipients of one submission.
pub const RECIPIENT_LIMIT: usize = 200;

/// Names, header fields, ranges or criteria in one mail request.
pub const LIST_LIMIT: usize = 1000;

/// The longest name, header field, path or other text in a request, in bytes.
pub const TEXT_LIMIT_BYTES: usize = 4096;

/// Exchanges that may be open at once on one connection.
pub const EXCHANGE_LIMIT: u16 = 16;

/// Mail sessions that may be open at once on one connection.
pub const MAIL_SESSION_LIMIT: u16 = 4;

/// Body bytes of all submissions together that are held in memory.
pub const HELD_LIMIT_BYTES: u32 = 256 * 1024 * 1024;

/// Buffer of a WebSocket in each direction, in bytes: small, because most pages are idle.
pub const SOCKET_BUFFER_BYTES: usize = 4 * 1024;

/// Frames that wait to be written to a page.
pub const OUTGOING_FRAMES: usize = 4;

/// Plain HTTP connections in all, beside those that have become WebSockets.
pub const HTTP_CONNECTION_LIMIT: usize = 1024;

/// Sessions of one address.
pub const SESSIONS_PER_ADDRESS: u32 = 20;

/// New sessions of one address within a minute.
pub const NEW_SESSIONS_PER_MINUTE: u32 = 30;

/// Sessions in all.
pub const SESSIONS: u32 = 2000;
