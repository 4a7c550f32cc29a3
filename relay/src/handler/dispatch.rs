//! Each request of a page, handed to the upstream that carries it out.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use wire::{Credentials, MailRequest, Refusal, Reply, Request, Server, SessionId};

use super::Relay;
use super::tally::Kind;
use crate::policy::HostName;
use crate::policy::limit::MAIL_SESSION_LIMIT;
use crate::upstream::mail::{self, Job, Session};
use crate::upstream::{Exchange, Vouched, dav, discover, submit};

/// What belongs to one page's connection and ends with it.
#[derive(Debug, Default)]
pub(super) struct Belongings {
    vouched: Vouched,
    kept: dav::Kept,
    submission: Arc<submit::Kept>,
    sessions: Mutex<HashMap<SessionId, Session>>,
    opening: AtomicU32,
    next_session: AtomicU32,
}

impl Belongings {
    fn session(&self, id: SessionId) -> Option<Session> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn add_session(&self, session: Session) -> SessionId {
        let id = SessionId(self.next_session.fetch_add(1, Ordering::Relaxed));
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(id, session);
        id
    }

    /// Counts a session that is being opened, if there may be another.
    fn begin_opening(&self) -> Option<Opening<'_>> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| !session.is_gone());
        let open =
            u32::try_from(sessions.len()).unwrap_or(u32::MAX).saturating_add(self.opening.load(Ordering::Acquire));
        if open >= u32::from(MAIL_SESSION_LIMIT) {
            return None;
        }
        self.opening.fetch_add(1, Ordering::AcqRel);
        Some(Opening(&self.opening))
    }
}

/// A session that is being opened.
struct Opening<'a>(&'a AtomicU32);

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What a request is about.
pub(super) fn kind_of(request: &Request) -> Kind {
    match request {
        Request::Submit(_) => Kind::Submit,
        Request::TrySubmission { .. } => Kind::TrySubmission,
        Request::Mail(MailRequest::Open { .. }) => Kind::MailOpen,
        Request::Mail(_) => Kind::Mail,
        Request::Dav(_) => Kind::Dav,
        Request::Discover { .. } => Kind::Discover,
    }
}

/// Whether a request lasts until it is cancelled.
pub(super) fn is_lasting(request: &Request) -> bool {
    matches!(request, Request::Mail(MailRequest::Idle { .. }))
}

/// Begins to carry out a request. Requests to one mail session are queued in the order of these calls.
pub(super) async fn begin(relay: &Arc<Relay>, belongings: &Arc<Belongings>, request: Request, exchange: Exchange) {
    match request {
        Request::Mail(request) => match session_of(&request) {
            Some(id) => ask(belongings, id, request, exchange).await,
            None => spawn(relay, belongings, Request::Mail(request), exchange),
        },
        request => spawn(relay, belongings, request, exchange),
    }
}

async fn ask(belongings: &Belongings, id: SessionId, request: MailRequest, exchange: Exchange) {
    let job = Job { request, exchange };
    let refused = match belongings.session(id) {
        Some(session) => session.ask(job),
        None => Err(Box::new((job, Refusal::SessionGone))),
    };
    if let Err(refused) = refused {
        let (job, refusal) = *refused;
        job.exchange.end(Err(refusal)).await;
    }
}

fn spawn(relay: &Arc<Relay>, belongings: &Arc<Belongings>, request: Request, mut exchange: Exchange) {
    let (relay, belongings) = (Arc::clone(relay), Arc::clone(belongings));
    // The task ends by itself when the connection does, because every exchange of it is cancelled then.
    tokio::spawn(async move {
        let outcome = carry_out(&relay, &belongings, request, &mut exchange).await;
        exchange.end(outcome).await;
    });
}

async fn carry_out(
    relay: &Relay,
    belongings: &Belongings,
    request: Request,
    exchange: &mut Exchange,
) -> Result<(), Refusal> {
    let Belongings { vouched, kept, submission, .. } = belongings;
    match request {
        Request::Submit(request) => {
            submit::submit(&relay.network, vouched, &relay.held, submission, request, exchange).await
        }
        Request::TrySubmission { server, credentials } => {
            until_cancelled(exchange, async {
                submit::try_sign_in(&relay.network, vouched, &server, &credentials).await?;
                Ok(Reply::Done)
            })
            .await
        }
        Request::Dav(request) => dav::dav(&relay.network, vouched, kept, request, exchange).await,
        Request::Mail(MailRequest::Open { server, credentials }) => {
            until_cancelled(exchange, open(relay, belongings, &server, &credentials)).await
        }
        Request::Mail(_) => Err(Refusal::SessionGone),
        Request::Discover { domain } => {
            until_cancelled(exchange, async {
                let domain = HostName::parse(&domain).filter(HostName::is_domain);
                let because = "this is not a mail domain".to_owned();
                let domain = domain.ok_or(Refusal::BadRequest { because })?;
                Ok(Reply::Discovered(discover::discover(&relay.network, &domain, vouched).await))
            })
            .await
        }
    }
}

async fn open(
    relay: &Relay,
    belongings: &Belongings,
    server: &Server,
    credentials: &Credentials,
) -> Result<Reply, Refusal> {
    let Some(_opening) = belongings.begin_opening() else { return Err(Refusal::Busy { retry_after_seconds: 1 }) };
    let (session, capabilities) =
        mail::open(&relay.network, &belongings.vouched, server, credentials, relay.pace).await?;
    Ok(Reply::Opened { session: belongings.add_session(session), capabilities })
}

async fn until_cancelled(
    exchange: &Exchange,
    work: impl Future<Output = Result<Reply, Refusal>>,
) -> Result<(), Refusal> {
    tokio::select! {
        reply = work => exchange.outlet().reply(reply?).await,
        () = exchange.outlet().cancelled() => Err(Refusal::Cancelled),
    }
}

/// The session a request names.
fn session_of(request: &MailRequest) -> Option<SessionId> {
    match request {
        MailRequest::Open { .. } => None,
        MailRequest::List { session }
        | MailRequest::Select { session, .. }
        | MailRequest::Search { session, .. }
        | MailRequest::Fetch { session, .. }
        | MailRequest::FetchPart { session, .. }
        | MailRequest::Append { session, .. }
        | MailRequest::SetFlags { session, .. }
        | MailRequest::Move { session, .. }
        | MailRequest::Idle { session }
        | MailRequest::Close { session } => Some(*session),
    }
}
