//! What the engine and the relay say to one another, and nothing else.
//!
//! One WebSocket carries numbered exchanges that interleave. Every message is a value of [`ToRelay`] or [`ToPage`],
//! written with `postcard`; no text of SMTP, IMAP or HTTP crosses it. A type that changes its bytes changes a
//! snapshot, and a changed snapshot is a new [`PROTOCOL_VERSION`]. `docs/PROTOCOL.md` tells the story of an exchange.

mod dav;
mod discover;
mod frame;
mod mail;
mod refusal;
mod secret;
mod server;
mod submit;

pub use dav::{DavHeader, DavMethod, DavReply, DavRequest};
pub use discover::{Discovered, FoundServer, Source};
pub use frame::{
    DecodeError, ExchangeId, Hello, Limits, Push, Reply, Request, ToPage, ToRelay, Welcome, decode, encode,
};
pub use mail::{
    Appended, Capability, Criterion, Envelope, FetchItems, Fetched, FetchedPart, Flag, FlagChange, MailRequest,
    Mailbox, MailboxAddress, MailboxRole, PartPath, Selected, SessionId, Structure, StructurePart, UidRange,
};
pub use refusal::Refusal;
pub use secret::Secret;
pub use server::{Credentials, Security, Server, Service};
pub use submit::{RecipientVerdict, Submit, Submitted, Verdict};

/// The protocol's version: raised whenever the bytes of any message change.
pub const PROTOCOL_VERSION: u16 = 1;

/// The longest WebSocket message, and so the longest body frame with its envelope, in bytes.
pub const MESSAGE_LIMIT_BYTES: usize = 64 * 1024;

/// The longest piece of body in one frame, in bytes: what is left of a message for content.
pub const BODY_LIMIT_BYTES: usize = MESSAGE_LIMIT_BYTES - 64;

/// How many body bytes of one exchange may be under way before the receiver grants more.
pub const WINDOW_BYTES: u32 = 256 * 1024;
