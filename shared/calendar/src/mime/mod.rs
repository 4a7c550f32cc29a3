//! Mail as bytes and values: addresses, headers, the tree of parts, transfer encodings, charsets.
//!
//! It knows nothing of calendars. A message is never handed to a parser as a whole: its structure is walked here, with
//! every depth, count and size bounded and nothing inside a forwarded message looked at; only single header values go
//! to `mail-parser` (RFC 5322, RFC 2045 to 2047, RFC 2231).

mod address;
mod charset;
mod domain;
mod header;
mod mailbox;
mod part;
mod structure;
mod transfer;

pub use address::{AddressProblem, MAX_ADDRESS_BYTES, MAX_LOCAL_BYTES, MailAddress};
pub use charset::{BuiltIn, Charsets, Text};
pub use header::{ContentType, Header, Headers, MAX_HEADER_BYTES};
pub use mailbox::{BadEntry, MAX_LIST_BYTES, MAX_NAME_CHARACTERS, Mailbox, MailboxList, read_mailboxes};
pub use part::{Part, TransferEncoding};
pub use structure::{MAX_DEPTH, MAX_MESSAGE_BYTES, MAX_PARTS, Message, StructureProblem, TooLarge};
