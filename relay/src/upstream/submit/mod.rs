//! Handing a mail over to a submission server (RFC 6409), one verdict per recipient.
//!
//! The caller must learn three things exactly: what the server said of each recipient, what it said of the mail, and,
//! when something broke, whether the final dot had been written. Before the dot a failure is certain; behind it
//! nobody knows, and the answer says so.

mod envelope;
mod kept;
mod reply_stream;

use std::error::Error as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials as Login, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Code, Response};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use wire::{Credentials, RecipientVerdict, Refusal, Reply, Security, Server, Service, Submit, Submitted, Verdict};

use self::envelope::Envelope;
use self::kept::Open;
use self::reply_stream::{Conversation, ReplyStream};
use super::{Exchange, Network, Vouched, starttls};
use crate::policy::limit::{FINAL_DOT_TIMEOUT, HELD_LIMIT_BYTES, SILENCE_TIMEOUT, TRANSACTION_TIMEOUT};
use crate::policy::{HostName, Route};

pub use self::kept::Kept;

/// How long a server may take to say goodbye; nobody waits for it.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);

/// Seconds after which a page may try again when too many mails are on their way.
const BUSY_SECONDS: u16 = 10;

/// The memory that mails on their way may take together.
#[derive(Debug)]
pub struct Held(Semaphore);

impl Default for Held {
    fn default() -> Self {
        Self(Semaphore::new(HELD_LIMIT_BYTES as usize))
    }
}

/// How far a submission has come, readable even when it was interrupted.
#[derive(Debug, Default)]
struct Progress {
    recipients: Mutex<Vec<RecipientVerdict>>,
    /// Set once the server has agreed to take this mail.
    conversation: OnceLock<Arc<Conversation>>,
}

impl Progress {
    fn final_dot_written(&self) -> bool {
        self.conversation.get().is_some_and(|conversation| conversation.final_dot_written())
    }
}

/// Carries out one submission.
///
/// # Errors
/// If the server has no mail: it was refused, could not be reached, or broke off before the final dot.
pub async fn submit(
    network: &Network,
    vouched: &Vouched,
    held: &Held,
    kept: &Arc<Kept>,
    request: Submit,
    exchange: &mut Exchange,
) -> Result<(), Refusal> {
    let envelope = Envelope::read(&request)?;
    let domain = domain_of(&request.credentials.user).or_else(|| domain_of(&request.sender));
    let route = network.find(Service::Submission, &request.server, domain.as_ref(), vouched).await?;
    let busy = Refusal::Busy { retry_after_seconds: BUSY_SECONDS };
    let _share = held.0.try_acquire_many(request.size_bytes).map_err(|_| busy)?;
    let mail = exchange.whole_body(request.size_bytes).await?;
    envelope::check_mail(&mail)?;

    let progress = Progress::default();
    let outcome = tokio::select! {
        outcome = timeout(TRANSACTION_TIMEOUT, transact(network, kept, &route, &request, &envelope, &mail, &progress)) => {
            outcome.unwrap_or(Err(Refusal::TimedOut))
        }
        () = exchange.outlet().cancelled() => Err(Refusal::Cancelled),
    };
    let final_dot_written = progress.final_dot_written();
    let recipients = std::mem::take(&mut *progress.recipients.lock().unwrap_or_else(PoisonError::into_inner));
    let message = match outcome {
        Ok(verdict) => Some(verdict),
        Err(_) if final_dot_written => None,
        Err(refusal) => return Err(refusal),
    };
    exchange.outlet().reply(Reply::Submitted(Submitted { recipients, message, final_dot_written })).await
}

/// Signs in to a submission server, once, and leaves.
///
/// # Errors
/// If the server is not allowed or cannot be reached, or does not accept the person.
pub async fn try_sign_in(
    network: &Network,
    vouched: &Vouched,
    server: &Server,
    credentials: &Credentials,
) -> Result<(), Refusal> {
    let domain = domain_of(&credentials.user);
    let route = network.find(Service::Submission, server, domain.as_ref(), vouched).await?;
    let conversation = Arc::default();
    let mut connection = connect(network, &route, server.security, &conversation).await?;
    sign_in(&mut connection, credentials, &conversation).await?;
    leave(connection);
    Ok(())
}

/// The domain of a mail address.
fn domain_of(address: &str) -> Option<HostName> {
    HostName::parse(address.rsplit_once('@')?.1)
}

/// The whole conversation; gives the server's last word on the mail.
async fn transact(
    network: &Network,
    kept: &Arc<Kept>,
    route: &Route,
    request: &Submit,
    envelope: &Envelope,
    mail: &[u8],
    progress: &Progress,
) -> Result<Verdict, Refusal> {
    let (mut open, begun) = begin(network, kept, route, request, envelope, mail).await?;
    let Open { connection, conversation } = &mut open;
    if !is_positive(&begun) {
        return end(open, begun);
    }
    // From here on the conversation is about this mail.
    let _ = progress.conversation.set(Arc::clone(conversation));
    let mut last = begun;
    let mut accepted = 0;
    for (recipient, address) in request.recipients.iter().zip(&envelope.recipients) {
        let rcpt = Rcpt::new(address.clone(), Vec::new());
        last = said(connection.command(rcpt), SILENCE_TIMEOUT, conversation).await?;
        accepted += usize::from(is_positive(&last));
        let verdict = RecipientVerdict { recipient: recipient.clone(), verdict: last.clone() };
        progress.recipients.lock().unwrap_or_else(PoisonError::into_inner).push(verdict);
    }
    if accepted == 0 {
        return end(open, last);
    }
    let consent = said(connection.command(Data), SILENCE_TIMEOUT, conversation).await?;
    if !is_positive(&consent) {
        return end(open, consent);
    }
    conversation.mail_begins();
    // The library ends the mail with CRLF, dot, CRLF: the mail's own last CRLF is that first one.
    let mail = mail.strip_suffix(b"\r\n").unwrap_or(mail);
    let verdict = said(connection.message(mail), FINAL_DOT_TIMEOUT, conversation).await?;
    if !is_positive(&verdict) {
        return end(open, verdict);
    }
    // One mail per guest means several in a row: the next one need not sign in again.
    kept.keep(route, request, open);
    Ok(verdict)
}

/// Names the sender on a connection that is signed in: a kept one if it still takes mail, or else a new one.
async fn begin(
    network: &Network,
    kept: &Kept,
    route: &Route,
    request: &Submit,
    envelope: &Envelope,
    mail: &[u8],
) -> Result<(Open, Verdict), Refusal> {
    if let Some(mut open) = kept.take(route, request) {
        open.conversation.mail_is_over();
        // Nothing was said of this mail yet, so whatever is wrong with the connection, another can be tried.
        match name_sender(&mut open, envelope, mail).await {
            Ok(verdict) if is_positive(&verdict) => return Ok((open, verdict)),
            _ => leave(open.connection),
        }
    }
    let conversation = Arc::default();
    let connection = connect(network, route, request.server.security, &conversation).await?;
    let mut open = Open { connection, conversation };
    sign_in(&mut open.connection, &request.credentials, &open.conversation).await?;
    let verdict = name_sender(&mut open, envelope, mail).await?;
    Ok((open, verdict))
}

async fn name_sender(open: &mut Open, envelope: &Envelope, mail: &[u8]) -> Result<Verdict, Refusal> {
    let parameters = parameters(&open.connection, envelope, mail)?;
    let mail_from = Mail::new(Some(envelope.sender.clone()), parameters);
    said(open.connection.command(mail_from), SILENCE_TIMEOUT, &open.conversation).await
}

async fn connect(
    network: &Network,
    route: &Route,
    security: Security,
    conversation: &Arc<Conversation>,
) -> Result<AsyncSmtpConnection, Refusal> {
    let stream = match security {
        Security::Tls => ReplyStream::new(network.connect_tls(route).await?, Arc::clone(conversation)),
        Security::StartTls => {
            let mut plain = network.connect(route).await?;
            starttls::begin_smtp(&mut plain).await?;
            let secured = timeout(SILENCE_TIMEOUT, network.secure(plain, route)).await;
            // The greeting was read before TLS, and the library expects one.
            ReplyStream::greeted(secured.map_err(|_| Refusal::TimedOut)??, Arc::clone(conversation))
        }
    };
    let hello = ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST);
    let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello);
    match timeout(SILENCE_TIMEOUT, greeting).await.map_err(|_| Refusal::TimedOut)? {
        Ok(connection) => Ok(connection),
        Err(error) => Err(match verdict_of(&error) {
            Some(verdict) => Refusal::ServerRefused { code: Some(verdict.code), server_said: verdict.text },
            None => breakage(conversation),
        }),
    }
}

/// Signs in, once.
async fn sign_in(
    connection: &mut AsyncSmtpConnection,
    credentials: &Credentials,
    conversation: &Conversation,
) -> Result<(), Refusal> {
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
        let server_said = "It offers no way to sign in with a password.".to_owned();
        return Err(Refusal::ServerRefused { code: None, server_said });
    }
    let login = Login::new(credentials.user.clone(), credentials.password.reveal().to_owned());
    let verdict = said(connection.auth(&mechanisms, &login), SILENCE_TIMEOUT, conversation).await?;
    match verdict.code {
        200..=299 => Ok(()),
        // 535 is the answer to wrong credentials, 534 asks for an app password, 530 and 538 for another way.
        534 | 535 => Err(Refusal::WrongPassword { server_said: verdict.text }),
        code => Err(Refusal::ServerRefused { code: Some(code), server_said: verdict.text }),
    }
}

/// What MAIL FROM needs beside the address, as far as the server offers it.
fn parameters(
    connection: &AsyncSmtpConnection,
    envelope: &Envelope,
    mail: &[u8],
) -> Result<Vec<MailParameter>, Refusal> {
    let offers = |extension| connection.server_info().supports_feature(extension);
    let mut parameters = Vec::new();
    if !envelope.is_ascii() {
        if !offers(Extension::SmtpUtfEight) {
            let server_said = "It takes no addresses with letters beyond ASCII.".to_owned();
            return Err(Refusal::ServerRefused { code: None, server_said });
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.is_ascii() {
        if !offers(Extension::EightBitMime) {
            let server_said = "It takes no mails with bytes beyond ASCII.".to_owned();
            return Err(Refusal::ServerRefused { code: None, server_said });
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

/// Says goodbye and passes the verdict on.
fn end(open: Open, verdict: Verdict) -> Result<Verdict, Refusal> {
    leave(open.connection);
    Ok(verdict)
}

/// Says goodbye without anybody waiting for the answer.
fn leave(mut connection: AsyncSmtpConnection) {
    tokio::spawn(async move {
        let _ = timeout(QUIT_TIMEOUT, connection.quit()).await;
    });
}

/// Waits for an answer: whatever the server says is a verdict, anything else is a refusal.
async fn said(
    answer: impl Future<Output = Result<Response, lettre::transport::smtp::Error>>,
    patience: Duration,
    conversation: &Conversation,
) -> Result<Verdict, Refusal> {
    match timeout(patience, answer).await.map_err(|_| Refusal::TimedOut)? {
        Ok(response) => {
            let text = response.message().collect::<Vec<_>>().join(" ");
            Ok(Verdict { code: number(response.code()), text })
        }
        Err(error) => verdict_of(&error).ok_or_else(|| breakage(conversation)),
    }
}

/// The server's "no" inside a library error, if it is one.
fn verdict_of(error: &lettre::transport::smtp::Error) -> Option<Verdict> {
    let code = number(error.status()?);
    Some(Verdict { code, text: error.source().map(ToString::to_string).unwrap_or_default() })
}

/// Why there was no answer.
fn breakage(conversation: &Conversation) -> Refusal {
    if conversation.has_ended() { Refusal::Closed } else { Refusal::Garbled }
}

fn number(code: Code) -> u16 {
    code.into()
}

fn is_positive(verdict: &Verdict) -> bool {
    (200..400).contains(&verdict.code)
}
