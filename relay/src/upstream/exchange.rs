//! One exchange with the page, as an upstream sees it: replies out, bodies both ways with credit, and a way to stop.
//!
//! Nothing is buffered without bound. What goes to the page waits for a place in the queue of outgoing frames and,
//! for bodies, for credit; what comes from the page is at most one window, because credit is granted as it is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use bytes::Bytes;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::timeout;
use wire::{BODY_LIMIT_BYTES, ExchangeId, MESSAGE_LIMIT_BYTES, Push, Refusal, Reply, ToPage, WINDOW_BYTES};

use crate::policy::limit::BODY_TIMEOUT;

/// Pieces of a body that may wait to be read. Pieces of the full size never come near it.
const PIECE_LIMIT: usize = 256;

/// The upstream's end of an exchange.
#[derive(Debug)]
pub struct Exchange {
    outlet: Outlet,
    pieces: mpsc::Receiver<Piece>,
    unread: Arc<AtomicU32>,
}

/// The part of an exchange that speaks to the page; it can be shared.
#[derive(Clone)]
pub struct Outlet {
    id: ExchangeId,
    frames: mpsc::Sender<ToPage>,
    credit: Arc<Semaphore>,
    cancelled: watch::Receiver<bool>,
    muted: Arc<AtomicBool>,
    report: Report,
}

/// The connection's end of an exchange.
#[derive(Debug)]
pub struct Hold {
    pieces: mpsc::Sender<Piece>,
    body_has_ended: bool,
    unread: Arc<AtomicU32>,
    credit: Arc<Semaphore>,
    cancel: watch::Sender<bool>,
}

/// What the page sends as body.
#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    End,
}

/// Told how an exchange ended, once.
pub type Report = Arc<dyn Fn(&Result<(), Refusal>) + Send + Sync>;

/// The page has broken the rules of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation;

impl Exchange {
    /// Opens both ends of an exchange whose frames go out through `frames` and whose end is told to `report`.
    pub fn open(id: ExchangeId, frames: mpsc::Sender<ToPage>, report: Report) -> (Self, Hold) {
        let (sender, pieces) = mpsc::channel(PIECE_LIMIT);
        let (cancel, cancelled) = watch::channel(false);
        let credit = Arc::new(Semaphore::new(WINDOW_BYTES as usize));
        let unread = Arc::new(AtomicU32::new(0));
        let muted = Arc::new(AtomicBool::new(false));
        let outlet = Outlet { id, frames, credit: Arc::clone(&credit), cancelled, muted, report };
        let hold = Hold { pieces: sender, body_has_ended: false, unread: Arc::clone(&unread), credit, cancel };
        (Self { outlet, pieces, unread }, hold)
    }

    /// Ends the exchange, well or not. The page may open another before it hears of it.
    pub async fn end(self, outcome: Result<(), Refusal>) {
        let Self { outlet, pieces, .. } = self;
        drop(pieces);
        outlet.end(outcome).await;
    }

    /// The part that speaks to the page.
    pub fn outlet(&self) -> &Outlet {
        &self.outlet
    }

    /// The next piece of the page's body; `None` behind its end.
    ///
    /// # Errors
    /// If the page cancels, goes away or keeps everybody waiting.
    pub async fn next_piece(&mut self) -> Result<Option<Bytes>, Refusal> {
        let piece = tokio::select! {
            piece = timeout(BODY_TIMEOUT, self.pieces.recv()) => piece.map_err(|_| Refusal::TimedOut)?,
            () = self.outlet.cancelled() => return Err(Refusal::Cancelled),
        };
        match piece {
            Some(Piece::Bytes(bytes)) => {
                let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                self.unread.fetch_sub(size, Ordering::AcqRel);
                self.outlet.send(ToPage::Credit { exchange: self.outlet.id, bytes: size }).await?;
                Ok(Some(bytes))
            }
            Some(Piece::End) => Ok(None),
            None => Err(Refusal::Cancelled),
        }
    }

    /// The page's whole body, which must have the announced size.
    ///
    /// # Errors
    /// As [`Exchange::next_piece`], and if the size is another.
    pub async fn whole_body(&mut self, size_bytes: u32) -> Result<Vec<u8>, Refusal> {
        let mut body = Vec::with_capacity(size_bytes as usize);
        while let Some(piece) = self.next_piece().await? {
            if body.len() + piece.len() > size_bytes as usize {
                return Err(wrong_size());
            }
            body.extend_from_slice(&piece);
        }
        if body.len() == size_bytes as usize { Ok(body) } else { Err(wrong_size()) }
    }
}

/// The body is not as long as the request said.
pub(crate) fn wrong_size() -> Refusal {
    Refusal::BadRequest { because: "the body has another size than announced".to_owned() }
}

impl Outlet {
    /// Which exchange this is.
    pub fn id(&self) -> ExchangeId {
        self.id
    }

    /// Sends the head of the answer.
    ///
    /// # Errors
    /// If it does not fit into a message, or the page is gone.
    pub async fn reply(&self, reply: Reply) -> Result<(), Refusal> {
        self.send_fitting(ToPage::Reply { exchange: self.id, reply }).await
    }

    /// Tells of something that happened.
    ///
    /// # Errors
    /// If it does not fit into a message, or the page is gone.
    pub async fn push(&self, push: Push) -> Result<(), Refusal> {
        self.send_fitting(ToPage::Push { exchange: self.id, push }).await
    }

    async fn send_fitting(&self, frame: ToPage) -> Result<(), Refusal> {
        if wire::encode(&frame).len() > MESSAGE_LIMIT_BYTES {
            return Err(Refusal::TooLarge { limit_bytes: MESSAGE_LIMIT_BYTES as u32 });
        }
        self.send(frame).await
    }

    /// Sends a piece of body of any length, as fast as the page takes it.
    ///
    /// # Errors
    /// If the page is gone or cancels.
    pub async fn body(&self, bytes: &[u8]) -> Result<(), Refusal> {
        for chunk in bytes.chunks(BODY_LIMIT_BYTES) {
            let size = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            tokio::select! {
                permit = self.credit.acquire_many(size) => permit.map_err(|_| Refusal::Cancelled)?.forget(),
                () = self.cancelled() => return Err(Refusal::Cancelled),
            }
            self.send(ToPage::Body { exchange: self.id, bytes: chunk.to_vec() }).await?;
        }
        Ok(())
    }

    /// Ends the exchange, well or not. What is sent behind the end is not heard, and neither is a second end.
    pub async fn end(&self, outcome: Result<(), Refusal>) {
        if self.muted.load(Ordering::Acquire) {
            return;
        }
        (self.report)(&outcome);
        let exchange = self.id;
        let frame = match outcome {
            Ok(()) => ToPage::Last { exchange },
            Err(refusal) => ToPage::Failed { exchange, refusal },
        };
        // A page that is gone needs no end.
        let _ = self.send(frame).await;
        self.muted.store(true, Ordering::Release);
    }

    /// Waits until the page cancels the exchange or is gone.
    pub async fn cancelled(&self) {
        let mut cancelled = self.cancelled.clone();
        // An error means that the connection has dropped its end.
        let _ = cancelled.wait_for(|cancelled| *cancelled).await;
    }

    /// Whether the page has cancelled the exchange or is gone.
    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow() || self.cancelled.has_changed().is_err()
    }

    async fn send(&self, frame: ToPage) -> Result<(), Refusal> {
        if self.muted.load(Ordering::Acquire) {
            return Ok(());
        }
        self.frames.send(frame).await.map_err(|_| Refusal::Cancelled)
    }
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlet").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Hold {
    /// Whether the exchange has ended.
    pub fn is_over(&self) -> bool {
        self.pieces.is_closed()
    }

    /// Waits until the exchange has ended.
    pub async fn over(&self) {
        self.pieces.closed().await;
    }

    /// The page has sent a piece of body.
    ///
    /// # Errors
    /// If it is more than the window allows, or comes behind the end.
    pub fn deliver(&mut self, bytes: Vec<u8>) -> Result<(), Violation> {
        let size = u32::try_from(bytes.len()).map_err(|_| Violation)?;
        let unread = self.unread.fetch_add(size, Ordering::AcqRel).saturating_add(size);
        if bytes.len() > BODY_LIMIT_BYTES || unread > WINDOW_BYTES {
            return Err(Violation);
        }
        self.hand_over(Piece::Bytes(bytes.into()))
    }

    /// The page's body is complete.
    ///
    /// # Errors
    /// If it was complete before.
    pub fn end_body(&mut self) -> Result<(), Violation> {
        self.hand_over(Piece::End)?;
        self.body_has_ended = true;
        Ok(())
    }

    fn hand_over(&self, piece: Piece) -> Result<(), Violation> {
        if self.body_has_ended {
            return Err(Violation);
        }
        match self.pieces.try_send(piece) {
            // An exchange that has ended by itself does not read on; that is nobody's fault.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Violation),
        }
    }

    /// The page can take more body.
    ///
    /// # Errors
    /// If it grants more than a window beyond what was sent.
    pub fn grant(&self, bytes: u32) -> Result<(), Violation> {
        if self.credit.available_permits() + bytes as usize > WINDOW_BYTES as usize {
            return Err(Violation);
        }
        self.credit.add_permits(bytes as usize);
        Ok(())
    }

    /// The page waits no longer.
    pub fn cancel(&self) {
        self.cancel.send_replace(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: ExchangeId = ExchangeId(7);

    fn open() -> (Exchange, Hold, mpsc::Receiver<ToPage>) {
        let (frames, outgoing) = mpsc::channel(16);
        let (exchange, hold) = Exchange::open(ID, frames, Arc::new(|_| ()));
        (exchange, hold, outgoing)
    }

    #[tokio::test]
    async fn credit_comes_back_as_the_body_is_read() {
        let (mut exchange, mut hold, mut outgoing) = open();
        hold.deliver(vec![1; 1000]).unwrap();
        hold.end_body().unwrap();
        assert_eq!(exchange.whole_body(1000).await.unwrap().len(), 1000);
        assert_eq!(outgoing.recv().await, Some(ToPage::Credit { exchange: ID, bytes: 1000 }));
    }

    #[tokio::test]
    async fn a_body_of_another_size_is_a_bad_request() {
        for size in [999, 1001] {
            let (mut exchange, mut hold, _outgoing) = open();
            hold.deliver(vec![1; 1000]).unwrap();
            hold.end_body().unwrap();
            assert!(matches!(exchange.whole_body(size).await, Err(Refusal::BadRequest { .. })));
        }
    }

    #[test]
    fn a_page_that_overruns_the_window_breaks_the_rules() {
        let (_exchange, mut hold, _outgoing) = open();
        let full = WINDOW_BYTES as usize / BODY_LIMIT_BYTES;
        for _ in 0..full {
            assert_eq!(hold.deliver(vec![0; BODY_LIMIT_BYTES]), Ok(()));
        }
        assert_eq!(hold.deliver(vec![0; WINDOW_BYTES as usize - full * BODY_LIMIT_BYTES]), Ok(()));
        assert_eq!(hold.deliver(vec![0]), Err(Violation));
    }

    #[test]
    fn body_behind_the_end_and_too_much_credit_break_the_rules() {
        let (_exchange, mut hold, _outgoing) = open();
        assert_eq!(hold.end_body(), Ok(()));
        assert_eq!(hold.deliver(vec![0]), Err(Violation));
        assert_eq!(hold.end_body(), Err(Violation));
        assert_eq!(hold.grant(1), Err(Violation));
        assert_eq!(hold.grant(u32::MAX), Err(Violation));
    }

    #[tokio::test]
    async fn a_body_waits_for_credit_and_stops_when_cancelled() {
        let (exchange, hold, mut outgoing) = open();
        let outlet = exchange.outlet().clone();
        let sending = tokio::spawn(async move { outlet.body(&vec![0; WINDOW_BYTES as usize + 10]).await });
        let mut received = 0;
        while received < WINDOW_BYTES as usize {
            match outgoing.recv().await {
                Some(ToPage::Body { bytes, .. }) => received += bytes.len(),
                frame => panic!("{frame:?}"),
            }
            // The last chunk is larger than what is left of the window, so it waits as a whole.
            if received + BODY_LIMIT_BYTES > WINDOW_BYTES as usize {
                break;
            }
        }
        assert!(outgoing.try_recv().is_err());
        hold.cancel();
        assert_eq!(sending.await.unwrap(), Err(Refusal::Cancelled));
    }

    #[tokio::test]
    async fn nothing_follows_the_end() {
        let (exchange, _hold, mut outgoing) = open();
        exchange.outlet().end(Ok(())).await;
        exchange.outlet().reply(Reply::Done).await.unwrap();
        drop(exchange);
        assert_eq!(outgoing.recv().await, Some(ToPage::Last { exchange: ID }));
        assert_eq!(outgoing.recv().await, None);
    }
}
