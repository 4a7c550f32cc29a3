//! The frames of the one connection: a greeting, then exchanges that interleave.
//!
//! An exchange is opened by the engine with a [`ToRelay::Request`], may carry a body in either direction, and ends
//! with [`ToPage::Last`] or [`ToPage::Failed`]. Whoever receives a body grants credit for more as it is consumed, so
//! a page that stops reading stops the upstream, and an upstream that stops reading stops the page.

use serde::{Deserialize, Serialize};

use crate::{
    Appended, Capability, Credentials, DavReply, DavRequest, Discovered, Fetched, MESSAGE_LIMIT_BYTES, MailRequest,
    Mailbox, Refusal, Secret, Selected, Server, SessionId, Submit, Submitted,
};

/// Which exchange a frame belongs to; chosen by the engine, never reused on one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExchangeId(pub u32);

/// What the engine sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToRelay {
    /// The first frame of a connection, within ten seconds.
    Hello(Hello),
    /// Opens an exchange.
    Request {
        /// The number of the new exchange.
        exchange: ExchangeId,
        /// What is asked.
        request: Request,
    },
    /// A piece of the body of an exchange, at most [`crate::BODY_LIMIT_BYTES`].
    Body {
        /// The exchange it belongs to.
        exchange: ExchangeId,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The body of this exchange is complete.
    BodyEnd {
        /// The exchange it belongs to.
        exchange: ExchangeId,
    },
    /// The engine has consumed this many body bytes and is ready for as many more.
    Credit {
        /// The exchange it belongs to.
        exchange: ExchangeId,
        /// How many further bytes may be sent.
        bytes: u32,
    },
    /// Nobody waits for this exchange any longer; ends an idle period too.
    Cancel {
        /// The exchange to end.
        exchange: ExchangeId,
    },
}

/// What the relay sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToPage {
    /// The answer to a [`Hello`] that is accepted.
    Welcome(Welcome),
    /// The answer to a [`Hello`] that is not; the connection closes.
    Refused(Refusal),
    /// The head of the answer to a request. A body or pushes may follow; [`ToPage::Last`] ends the exchange.
    Reply {
        /// The exchange it belongs to.
        exchange: ExchangeId,
        /// The answer.
        reply: Reply,
    },
    /// A piece of the body of an answer, at most [`crate::BODY_LIMIT_BYTES`].
    Body {
        /// The exchange it belongs to.
        exchange: ExchangeId,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Something that happened, or one of many results, within a running exchange.
    Push {
        /// The exchange it belongs to.
        exchange: ExchangeId,
        /// What happened.
        push: Push,
    },
    /// The relay has consumed this many body bytes and is ready for as many more.
    Credit {
        /// The exchange it belongs to.
        exchange: ExchangeId,
        /// How many further bytes may be sent.
        bytes: u32,
    },
    /// The exchange has ended well.
    Last {
        /// The exchange that ended.
        exchange: ExchangeId,
    },
    /// The exchange has ended without (all of) its result.
    Failed {
        /// The exchange that ended.
        exchange: ExchangeId,
        /// Why, as what the page can do about it.
        refusal: Refusal,
    },
}

/// The engine's greeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The protocol version the engine speaks.
    pub version: u16,
    /// The access token of a relay that asks for one.
    pub token: Option<Secret>,
}

/// The relay's greeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The protocol version the relay speaks.
    pub version: u16,
    /// The name and version of the relay program, such as `calpost 0.1.0`.
    pub program: String,
    /// What this relay allows on one connection.
    pub limits: Limits,
}

/// What a relay allows on one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Exchanges that may be open at once.
    pub exchanges: u16,
    /// Mail sessions that may be open at once.
    pub mail_sessions: u16,
    /// The longest mail that may be submitted or appended, in bytes.
    pub message_bytes: u32,
    /// The longest answer of a mail or calendar server that is passed on, in bytes.
    pub response_bytes: u32,
}

/// What the engine asks of the relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Hand a mail over to a submission server; the mail follows as body.
    Submit(Submit),
    /// Sign in to a submission server, once, and leave; answered with [`Reply::Done`].
    TrySubmission {
        /// The submission server.
        server: Server,
        /// Who signs in.
        credentials: Credentials,
    },
    /// Read or file mail.
    Mail(MailRequest),
    /// One CalDAV request; its content follows as body.
    Dav(DavRequest),
    /// Which servers a mail domain names for itself.
    Discover {
        /// The mail domain, in ASCII form.
        domain: String,
    },
}

/// The head of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// To [`Request::Submit`].
    Submitted(Submitted),
    /// To [`MailRequest::Open`].
    Opened {
        /// The session that later requests name.
        session: SessionId,
        /// What the server can do, after login.
        capabilities: Vec<Capability>,
    },
    /// To [`MailRequest::List`].
    Mailboxes(Vec<Mailbox>),
    /// To [`MailRequest::Select`].
    Selected(Selected),
    /// To [`MailRequest::Search`]: ascending UIDs. More than fit into one message (some 13,000) are refused with
    /// [`Refusal::TooLarge`]: ask for a run of them.
    Uids(Vec<u32>),
    /// To [`MailRequest::Fetch`]: each mail follows as [`Push::Fetched`].
    Fetching,
    /// To [`MailRequest::FetchPart`]: the part follows as body, as the server stores it (still transfer-encoded).
    Part {
        /// How many bytes follow; fewer than the part has if `cut` is set.
        size_bytes: u32,
        /// Whether the part was longer than the cap that was asked for.
        cut: bool,
    },
    /// To [`MailRequest::Append`].
    Appended(Appended),
    /// To [`MailRequest::Idle`]: the idle period has begun, changes follow as pushes until it is cancelled.
    Idling,
    /// To a request whose success is all there is to say.
    Done,
    /// To [`Request::Dav`]: the content follows as body.
    Dav(DavReply),
    /// To [`Request::Discover`].
    Discovered(Discovered),
}

/// What arrives within a running exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Push {
    /// One mail of a [`MailRequest::Fetch`].
    Fetched(Box<Fetched>),
    /// The selected mailbox has this many mails now.
    Exists(u32),
    /// A mail was removed from the selected mailbox.
    Expunged,
    /// Flags of a mail changed.
    Flags,
}

/// Why bytes are not a message of this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// Longer than [`MESSAGE_LIMIT_BYTES`].
    TooLong,
    /// Not a value of the expected type, or followed by further bytes.
    Malformed,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the message is longer than the protocol allows",
            Self::Malformed => "the message is not one of this protocol",
        })
    }
}

impl std::error::Error for DecodeError {}

/// The bytes of a message: a [`ToRelay`] or a [`ToPage`].
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    // Writing to a growing vector cannot fail, and every type here has a serialisation of known length.
    postcard::to_allocvec(message).unwrap_or_default()
}

/// Reads one message.
///
/// # Errors
/// If the bytes are longer than a message may be, are no such message, or go on behind its end.
pub fn decode<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, DecodeError> {
    if bytes.len() > MESSAGE_LIMIT_BYTES {
        return Err(DecodeError::TooLong);
    }
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        Ok(_) | Err(_) => Err(DecodeError::Malformed),
    }
}
