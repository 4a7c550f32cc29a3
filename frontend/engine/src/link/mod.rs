//! The way to the person's servers, as three typed services and a question.
//!
//! Nothing above this trait knows how bytes travel. Today they go through a relay that ends TLS; a second link, with
//! TLS ended in the page, would stand behind the same trait.

mod browser;
mod exchange;
mod fault;
mod relay;
mod session;

use futures::{future::LocalBoxFuture, stream::LocalBoxStream};
use wire::{
    Credentials, DavReply, DavRequest, Discovered, MailRequest, Push, Reply, Secret, Server, SessionId, Submit,
    Submitted,
};

#[cfg(target_arch = "wasm32")]
pub use browser::BrowserDial;
pub use fault::Fault;
pub use relay::{Dial, PATIENCE, Phase, Pipe, Relay, SUBMIT_PATIENCE};
pub use session::MailSession;

/// What comes of a request.
pub type Outcome<T> = LocalBoxFuture<'static, Result<T, Fault>>;

/// Pushes of an idle period; dropping it ends the period.
pub type Pushes = LocalBoxStream<'static, Result<Push, Fault>>;

/// The answer to a request about mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAnswer {
    /// Its head.
    pub reply: Reply,
    /// What came one by one: the mails of a fetch.
    pub pushes: Vec<Push>,
    /// Its body: the part of a mail.
    pub body: Vec<u8>,
}

/// The answer of a calendar server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DavAnswer {
    /// Status and headers.
    pub head: DavReply,
    /// Content.
    pub body: Vec<u8>,
}

/// The three services, and discovery.
pub trait Link {
    /// Which relay to go through, and the token it asks for.
    fn aim(&self, url: &str, token: Option<Secret>);
    /// Tries at once if the connection waits for its next attempt.
    fn hurry(&self);
    /// Signs in to a submission server, once, and leaves.
    fn try_submission(&self, server: Server, credentials: Credentials) -> Outcome<()>;
    /// Hands a mail over to a submission server.
    fn submit(&self, envelope: Submit, message: Vec<u8>) -> Outcome<Submitted>;
    /// Reads or files mail; the body is that of an append, else empty.
    fn mail(&self, request: MailRequest, body: Vec<u8>) -> Outcome<MailAnswer>;
    /// Signs out of a mail session that nobody uses any longer; nobody waits for it.
    fn leave(&self, session: SessionId);
    /// Waits for changes of the selected mailbox; ends with its first value once waiting has begun.
    fn idle(&self, session: SessionId) -> Outcome<Pushes>;
    /// Asks a calendar server.
    fn dav(&self, request: DavRequest, body: Vec<u8>) -> Outcome<DavAnswer>;
    /// Which servers a mail domain names for itself.
    fn discover(&self, domain: String) -> Outcome<Discovered>;
}
