//! One numbered exchange with the relay, from its request to its last frame.
//!
//! Dropping it before its end tells the relay that nobody waits any longer.

use std::{collections::VecDeque, rc::Rc, time::Duration};

use futures::{StreamExt, channel::mpsc};
use wire::{BODY_LIMIT_BYTES, ExchangeId, Push, Refusal, Reply, Request, ToRelay, WINDOW_BYTES};

use super::{Fault, MailAnswer, relay::Inner};
use crate::world::within;

/// What a running exchange hears.
#[derive(Debug)]
pub(super) enum Event {
    Reply(Reply),
    Body(Vec<u8>),
    Push(Push),
    Credit(u32),
    Last,
    Failed(Refusal),
    Broken,
}

/// A running exchange.
pub(super) struct Exchange {
    id: ExchangeId,
    relay: Rc<Inner>,
    events: mpsc::UnboundedReceiver<Event>,
    /// What has arrived while the body was on its way.
    early: VecDeque<Event>,
    patience: Duration,
    all_sent: bool,
    ended: bool,
}

impl Exchange {
    /// Sends the request and, where one belongs to it, the body.
    ///
    /// # Errors
    /// If there is no connection, it breaks, or the relay does not take the body in time.
    pub(super) async fn open(
        relay: Rc<Inner>,
        request: Request,
        body: Option<Vec<u8>>,
        patience: Duration,
    ) -> Result<Self, Fault> {
        relay.wait_open().await?;
        let (id, events) = relay.register();
        let mut exchange =
            Self { id, relay, events, early: VecDeque::new(), patience, all_sent: body.is_none(), ended: false };
        exchange.relay.send(&ToRelay::Request { exchange: id, request });
        if let Some(body) = body {
            exchange.send_body(&body).await?;
        }
        Ok(exchange)
    }

    async fn send_body(&mut self, body: &[u8]) -> Result<(), Fault> {
        let mut credit = WINDOW_BYTES as usize;
        let mut rest = body;
        while !rest.is_empty() {
            if credit == 0 {
                match self.wait().await? {
                    Event::Credit(bytes) => credit = bytes as usize,
                    // A server may say no before it has heard everything.
                    ended @ (Event::Last | Event::Failed(_)) => {
                        self.early.push_back(ended);
                        return Ok(());
                    }
                    other => self.early.push_back(other),
                }
                continue;
            }
            let (piece, behind) = rest.split_at(rest.len().min(credit).min(BODY_LIMIT_BYTES));
            self.relay.send(&ToRelay::Body { exchange: self.id, bytes: piece.to_vec() });
            credit -= piece.len();
            rest = behind;
        }
        self.relay.send(&ToRelay::BodyEnd { exchange: self.id });
        self.all_sent = true;
        Ok(())
    }

    async fn wait(&mut self) -> Result<Event, Fault> {
        let world = Rc::clone(&self.relay.world);
        match within(&*world, self.patience, self.events.next()).await {
            Some(Some(Event::Broken) | None) => {
                self.ended = true;
                Err(Fault::Broken { all_sent: self.all_sent })
            }
            Some(Some(event)) => Ok(event),
            None => Err(Fault::TimedOut { all_sent: self.all_sent }),
        }
    }

    async fn next(&mut self) -> Result<Event, Fault> {
        loop {
            let event = match self.early.pop_front() {
                Some(event) => event,
                None => self.wait().await?,
            };
            match event {
                Event::Credit(_) => {}
                Event::Body(bytes) => {
                    let credit = u32::try_from(bytes.len()).unwrap_or(0);
                    self.relay.send(&ToRelay::Credit { exchange: self.id, bytes: credit });
                    return Ok(Event::Body(bytes));
                }
                Event::Failed(refusal) => {
                    self.ended = true;
                    return Err(Fault::Refused(refusal));
                }
                Event::Last => {
                    self.ended = true;
                    return Ok(Event::Last);
                }
                event => return Ok(event),
            }
        }
    }

    /// Everything up to the last frame.
    ///
    /// # Errors
    /// If the exchange fails, breaks, stalls, or ends without the head of an answer.
    pub(super) async fn finish(mut self) -> Result<MailAnswer, Fault> {
        let (mut reply, mut pushes, mut body) = (None, Vec::new(), Vec::new());
        loop {
            match self.next().await? {
                Event::Reply(head) => reply = Some(head),
                Event::Push(push) => pushes.push(push),
                Event::Body(bytes) => body.extend_from_slice(&bytes),
                Event::Last => {
                    return reply.map(|reply| MailAnswer { reply, pushes, body }).ok_or(Fault::Nonsense);
                }
                Event::Credit(_) | Event::Failed(_) | Event::Broken => {}
            }
        }
    }

    /// The head of the answer alone; the exchange goes on.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub(super) async fn head(&mut self) -> Result<Reply, Fault> {
        match self.next().await? {
            Event::Reply(reply) => Ok(reply),
            _ => Err(Fault::Nonsense),
        }
    }

    /// The next push, however long it takes; nothing when the exchange has ended well.
    ///
    /// # Errors
    /// If the exchange fails or breaks.
    pub(super) async fn push(&mut self) -> Result<Option<Push>, Fault> {
        loop {
            let event = match self.early.pop_front() {
                Some(event) => Some(event),
                None => self.events.next().await,
            };
            match event {
                Some(Event::Push(push)) => return Ok(Some(push)),
                Some(Event::Last) => {
                    self.ended = true;
                    return Ok(None);
                }
                Some(Event::Failed(refusal)) => {
                    self.ended = true;
                    return Err(Fault::Refused(refusal));
                }
                Some(Event::Broken) | None => {
                    self.ended = true;
                    return Err(Fault::Broken { all_sent: true });
                }
                Some(Event::Reply(_) | Event::Body(_) | Event::Credit(_)) => {}
            }
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.relay.forget(self.id);
        if !self.ended {
            self.relay.send(&ToRelay::Cancel { exchange: self.id });
        }
    }
}
