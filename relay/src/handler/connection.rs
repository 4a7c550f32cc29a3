//! One page's WebSocket: a greeting, then exchanges that interleave until one side leaves.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use wire::{ExchangeId, Hello, Limits, PROTOCOL_VERSION, Refusal, Request, ToPage, ToRelay, Welcome};

use super::dispatch::{self, Belongings};
use super::tally::outcome_name;
use super::{PROGRAM, Relay, Seat};
use crate::policy::limit::{
    DRAIN_TIMEOUT, EXCHANGE_LIMIT, FIRST_FRAME_TIMEOUT, MAIL_LIMIT_BYTES, MAIL_SESSION_LIMIT, OUTGOING_FRAMES,
    PAGE_SILENCE_TIMEOUT, PING_PERIOD, RESPONSE_LIMIT_BYTES, UNUSED_TIMEOUT,
};
use crate::upstream::exchange::{Report, Violation};
use crate::upstream::{Exchange, Hold};

/// What this relay allows on one connection.
pub const LIMITS: Limits = Limits {
    exchanges: EXCHANGE_LIMIT,
    mail_sessions: MAIL_SESSION_LIMIT,
    message_bytes: MAIL_LIMIT_BYTES,
    response_bytes: RESPONSE_LIMIT_BYTES,
};

/// Numbers connections, so that lines of the log can be told apart.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// The page left.
    Left,
    /// Nothing came from the page for too long.
    Silent,
    /// Nothing was asked for a long time.
    Unused,
    /// The page broke the rules.
    Violation,
    /// The relay stops.
    Stopping,
}

impl Ending {
    /// The close code of RFC 6455 section 7.4 (1012 from the IANA registry) and its reason.
    fn close_frame(self) -> CloseFrame {
        let (code, reason) = match self {
            Self::Left => (1000, ""),
            Self::Silent => (1001, "nothing was heard from the page"),
            Self::Unused => (1001, "nothing was asked for a long time"),
            Self::Violation => (1002, "this is not the protocol"),
            Self::Stopping => (1012, "the relay is stopping"),
        };
        CloseFrame { code, reason: reason.into() }
    }
}

/// Serves a page until one side leaves.
pub async fn serve(relay: Arc<Relay>, mut socket: WebSocket, _seat: Seat) {
    let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
    if !greet(&relay, &mut socket).await {
        return;
    }
    tracing::debug!(session = number, "a page has connected");
    let (mut sink, stream) = socket.split();
    let (frames, queue) = mpsc::channel(OUTGOING_FRAMES);
    let mut page = Page {
        relay: Arc::clone(&relay),
        belongings: Arc::default(),
        number,
        frames,
        holds: HashMap::new(),
        last_busy: Instant::now(),
        is_stopping: false,
    };
    // Both run in this one task: an idle page then costs one task and no more.
    let mut writing = Box::pin(write(&mut sink, queue));
    let ending = tokio::select! {
        ending = page.read(stream) => ending,
        () = &mut writing => Ending::Left,
    };
    // Every exchange that is still open is cancelled by this; what has been said already is still written.
    drop(page);
    if ending != Ending::Left {
        let _ = timeout(FIRST_FRAME_TIMEOUT, &mut writing).await;
    }
    drop(writing);
    if ending == Ending::Violation {
        relay.tally.violated();
    }
    let _ = timeout(FIRST_FRAME_TIMEOUT, sink.send(Message::Close(Some(ending.close_frame())))).await;
    tracing::debug!(session = number, ending = ?ending, "a page has gone");
}

/// Reads the greeting and answers it; whether the page may stay.
async fn greet(relay: &Relay, socket: &mut WebSocket) -> bool {
    // One time limit for all of it: pings do not buy more.
    let Ok(Some(first)) = timeout(FIRST_FRAME_TIMEOUT, first_frame(socket)).await else { return false };
    let answer = match wire::decode::<ToRelay>(&first) {
        Ok(ToRelay::Hello(hello)) => judge(relay, &hello),
        // The greeting of another version may have another form.
        _ => Err(Refusal::VersionMismatch { relay: PROTOCOL_VERSION }),
    };
    let is_welcome = answer.is_ok();
    let frame = answer.unwrap_or_else(ToPage::Refused);
    let sent = timeout(FIRST_FRAME_TIMEOUT, socket.send(Message::Binary(wire::encode(&frame).into()))).await;
    is_welcome && matches!(sent, Ok(Ok(())))
}

/// The first message that says something; `None` if there will be none that can be read.
async fn first_frame(socket: &mut WebSocket) -> Option<bytes::Bytes> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(bytes))) => return Some(bytes),
            _ => return None,
        }
    }
}

fn judge(relay: &Relay, hello: &Hello) -> Result<ToPage, Refusal> {
    if hello.version != PROTOCOL_VERSION {
        return Err(Refusal::VersionMismatch { relay: PROTOCOL_VERSION });
    }
    if relay.is_stopping() {
        return Err(Refusal::ShuttingDown);
    }
    if let Some(token) = &relay.token {
        let shown = hello.token.as_ref().map(|token| token.reveal()).unwrap_or_default();
        if !is_same(token.reveal().as_bytes(), shown.as_bytes()) {
            return Err(Refusal::TokenNeeded);
        }
    }
    Ok(ToPage::Welcome(Welcome { version: PROTOCOL_VERSION, program: PROGRAM.to_owned(), limits: LIMITS }))
}

/// Compares without telling by the time taken where the first difference is.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// What the reading side knows.
struct Page {
    relay: Arc<Relay>,
    belongings: Arc<Belongings>,
    number: u64,
    frames: mpsc::Sender<ToPage>,
    holds: HashMap<ExchangeId, OpenExchange>,
    last_busy: Instant,
    is_stopping: bool,
}

struct OpenExchange {
    hold: Hold,
    is_lasting: bool,
}

impl Page {
    async fn read(&mut self, mut stream: SplitStream<WebSocket>) -> Ending {
        let mut stopping = self.relay.stopping.clone();
        let mut drained = pin!(drained(self.relay.stopping.clone()));
        loop {
            let message = tokio::select! {
                message = timeout(PAGE_SILENCE_TIMEOUT, stream.next()) => message,
                _ = stopping.wait_for(|stopping| *stopping), if !self.is_stopping => {
                    self.stop();
                    continue;
                }
                () = self.holds_are_over(), if self.is_stopping => return Ending::Stopping,
                () = &mut drained => return Ending::Stopping,
            };
            let outcome = match message {
                Err(_) => return Ending::Silent,
                Ok(None | Some(Err(_) | Ok(Message::Close(_)))) => return Ending::Left,
                Ok(Some(Ok(Message::Text(_)))) => Err(Violation),
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Ok(()),
                Ok(Some(Ok(Message::Binary(bytes)))) => match wire::decode(&bytes) {
                    Ok(frame) => self.take(frame).await,
                    Err(_) => Err(Violation),
                },
            };
            if outcome.is_err() {
                return Ending::Violation;
            }
            self.forget_ended();
            if !self.holds.is_empty() {
                self.last_busy = Instant::now();
            } else if self.last_busy.elapsed() > UNUSED_TIMEOUT {
                return Ending::Unused;
            }
        }
    }

    async fn take(&mut self, frame: ToRelay) -> Result<(), Violation> {
        match frame {
            ToRelay::Hello(_) => Err(Violation),
            ToRelay::Request { exchange, request } => self.open(exchange, request).await,
            ToRelay::Body { exchange, bytes } => self.with(exchange, |hold| hold.deliver(bytes)),
            ToRelay::BodyEnd { exchange } => self.with(exchange, Hold::end_body),
            ToRelay::Credit { exchange, bytes } => self.with(exchange, |hold| hold.grant(bytes)),
            ToRelay::Cancel { exchange } => self.with(exchange, |hold| {
                hold.cancel();
                Ok(())
            }),
        }
    }

    /// Does something to an exchange. One that has ended is forgotten, and what is said to it goes nowhere.
    fn with(
        &mut self,
        exchange: ExchangeId,
        act: impl FnOnce(&mut Hold) -> Result<(), Violation>,
    ) -> Result<(), Violation> {
        self.holds.get_mut(&exchange).map_or(Ok(()), |open| act(&mut open.hold))
    }

    async fn open(&mut self, id: ExchangeId, request: Request) -> Result<(), Violation> {
        self.forget_ended();
        if self.holds.contains_key(&id) {
            return Err(Violation);
        }
        let is_lasting = dispatch::is_lasting(&request);
        let (exchange, hold) = Exchange::open(id, self.frames.clone(), self.report(&request));
        let refusal = if self.is_stopping {
            Some(Refusal::ShuttingDown)
        } else if self.holds.len() >= usize::from(EXCHANGE_LIMIT) {
            Some(Refusal::Busy { retry_after_seconds: 1 })
        } else {
            None
        };
        if let Some(refusal) = refusal {
            exchange.end(Err(refusal)).await;
            return Ok(());
        }
        self.holds.insert(id, OpenExchange { hold, is_lasting });
        dispatch::begin(&self.relay, &self.belongings, request, exchange).await;
        Ok(())
    }

    /// Counts and logs how an exchange ends: its kind and the kind of outcome, and nothing of what was said.
    fn report(&self, request: &Request) -> Report {
        let (relay, session, kind, begun) =
            (Arc::clone(&self.relay), self.number, dispatch::kind_of(request), Instant::now());
        Arc::new(move |outcome| {
            relay.tally.ended(kind, outcome);
            let (kind, outcome) = (kind.name(), outcome_name(outcome));
            let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(session, kind, outcome, milliseconds, "an exchange has ended");
        })
    }

    fn forget_ended(&mut self) {
        self.holds.retain(|_, open| !open.hold.is_over());
    }

    /// Ends what would last for ever, and takes nothing new.
    fn stop(&mut self) {
        self.is_stopping = true;
        for open in self.holds.values().filter(|open| open.is_lasting) {
            open.hold.cancel();
        }
    }

    async fn holds_are_over(&mut self) {
        for open in self.holds.values() {
            open.hold.over().await;
        }
    }
}

/// Waits until the relay has been stopping for as long as exchanges may take.
async fn drained(mut stopping: tokio::sync::watch::Receiver<bool>) {
    if stopping.wait_for(|stopping| *stopping).await.is_err() {
        std::future::pending::<()>().await;
    }
    sleep(DRAIN_TIMEOUT).await;
}

/// Writes frames as the page takes them, and asks now and then whether it is still there.
async fn write(sink: &mut SplitSink<WebSocket, Message>, mut queue: mpsc::Receiver<ToPage>) {
    let mut pings = interval(PING_PERIOD);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings.reset();
    loop {
        let message = tokio::select! {
            frame = queue.recv() => match frame {
                Some(frame) => Message::Binary(wire::encode(&frame).into()),
                None => return,
            },
            _ = pings.tick() => Message::Ping(bytes::Bytes::new()),
        };
        if sink.send(message).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_compared_whole() {
        assert!(is_same(b"secret", b"secret"));
        assert!(!is_same(b"secret", b"secreT"));
        assert!(!is_same(b"secret", b"secre"));
        assert!(!is_same(b"secret", b""));
    }
}
