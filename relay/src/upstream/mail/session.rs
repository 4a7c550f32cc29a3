//! A mail session: a task that owns one connection and carries out its page's requests in order.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use wire::{Capability, Credentials, MailRequest, Refusal, Server, Service};

use super::idle::Pace;
use super::link::Link;
use super::request;
use crate::policy::HostName;
use crate::policy::limit::{EXCHANGE_LIMIT, TRANSACTION_TIMEOUT, UNUSED_TIMEOUT};
use crate::upstream::{Exchange, Network, Vouched};

/// How long an interrupted session may take to say goodbye.
const PART_TIMEOUT: Duration = Duration::from_secs(2);

/// One request to a session.
#[derive(Debug)]
pub struct Job {
    /// What is asked; never [`MailRequest::Open`].
    pub request: MailRequest,
    /// With whom.
    pub exchange: Exchange,
}

/// The page's end of a session. The session ends when this is dropped.
#[derive(Clone, Debug)]
pub struct Session {
    jobs: mpsc::Sender<Job>,
}

impl Session {
    /// Puts a request into the queue.
    ///
    /// # Errors
    /// Gives the request back if the session has ended or has too much to do.
    pub fn ask(&self, job: Job) -> Result<(), Box<(Job, Refusal)>> {
        self.jobs.try_send(job).map_err(|error| {
            Box::new(match error {
                mpsc::error::TrySendError::Closed(job) => (job, Refusal::SessionGone),
                mpsc::error::TrySendError::Full(job) => (job, Refusal::Busy { retry_after_seconds: 1 }),
            })
        })
    }

    /// Whether the session has ended.
    pub fn is_gone(&self) -> bool {
        self.jobs.is_closed()
    }
}

/// Connects, signs in, and gives the session with what its server can do.
///
/// # Errors
/// If the server is not allowed or cannot be reached, or does not accept the person.
pub async fn open(
    network: &Arc<Network>,
    vouched: &Vouched,
    server: &Server,
    credentials: &Credentials,
    pace: Pace,
) -> Result<(Session, Vec<Capability>), Refusal> {
    let domain = credentials.user.rsplit_once('@').and_then(|(_, domain)| HostName::parse(domain));
    let route = network.find(Service::Imap, server, domain.as_ref(), vouched).await?;
    let link = Link::open(network, &route, server.security, credentials).await?;
    let capabilities = link.abilities().known();
    let (jobs, queue) = mpsc::channel(usize::from(EXCHANGE_LIMIT));
    tokio::spawn(serve(link, queue, pace));
    Ok((Session { jobs }, capabilities))
}

/// Carries out requests until there are none to come, or the connection is of no use any more.
async fn serve(mut link: Link, mut queue: mpsc::Receiver<Job>, pace: Pace) {
    while let Ok(Some(job)) = timeout(UNUSED_TIMEOUT, queue.recv()).await {
        let Job { request, mut exchange } = job;
        let outlet = exchange.outlet().clone();
        if outlet.is_cancelled() {
            exchange.end(Err(Refusal::Cancelled)).await;
            continue;
        }
        let is_close = matches!(request, MailRequest::Close { .. });
        let is_idle = matches!(request, MailRequest::Idle { .. });
        let mut is_stuck = false;
        let outcome = {
            let mut work = pin!(async {
                let work = request::carry_out(&mut link, request, &mut exchange, pace);
                // An idle period has no end of its own; everything else must come to one.
                if is_idle {
                    return work.await;
                }
                timeout(TRANSACTION_TIMEOUT, work).await.unwrap_or_else(|_| {
                    is_stuck = true;
                    Err(Refusal::TimedOut)
                })
            });
            tokio::select! {
                outcome = &mut work => outcome,
                () = outlet.cancelled(), if !is_idle => {
                    // The page is answered at once; the command runs to its end unheard, so that the session can go on.
                    outlet.end(Err(Refusal::Cancelled)).await;
                    work.await
                }
            }
        };
        let is_over = is_close || link.is_useless() || is_stuck;
        drop(exchange);
        outlet.end(outcome).await;
        if is_over {
            break;
        }
    }
    queue.close();
    while let Ok(job) = queue.try_recv() {
        job.exchange.end(Err(Refusal::SessionGone)).await;
    }
    let _ = timeout(PART_TIMEOUT, link.part()).await;
}
