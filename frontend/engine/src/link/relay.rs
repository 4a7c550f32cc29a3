//! The one connection to the relay: made when wanted, made again when it breaks, shared by every exchange.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    pin::Pin,
    rc::Rc,
    time::Duration,
};

use calendar::sync::retry;
use futures::{
    FutureExt, Sink, SinkExt, StreamExt,
    channel::{mpsc, oneshot},
    future::{LocalBoxFuture, select},
    stream::LocalBoxStream,
};
use wire::{
    Credentials, DavRequest, Discovered, ExchangeId, Hello, MailRequest, PROTOCOL_VERSION, Refusal, Reply, Request,
    Secret, Server, SessionId, Submit, Submitted, ToPage, ToRelay,
};

use super::{
    DavAnswer, Fault, Link, MailAnswer, Outcome, Pushes,
    exchange::{Event, Exchange},
};
use crate::world::{SharedWorld, random_u32, within};

/// How long a server may take to begin its answer, and to go on with it.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long a submission server may take: it may look at a mail for a while before it says yes, and giving up on it
/// too soon leaves a mail whose fate nobody knows.
pub const SUBMIT_PATIENCE: Duration = Duration::from_secs(90);

/// Both directions of an open connection, message by message.
pub struct Pipe {
    /// To the relay.
    pub outgoing: Pin<Box<dyn Sink<Vec<u8>, Error = ()>>>,
    /// From the relay; ends when the connection does.
    pub incoming: LocalBoxStream<'static, Vec<u8>>,
}

/// Opens connections to a relay.
pub trait Dial {
    /// A connection to this WebSocket address, or nothing if it cannot be made.
    fn dial(&self, url: &str) -> LocalBoxFuture<'static, Option<Pipe>>;
}

/// How the connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nobody has asked for it.
    Closed,
    /// Being made.
    Connecting,
    /// It stands.
    Open,
    /// It broke, or could not be made; the next attempt comes after this time.
    Waiting(Duration),
    /// The relay does not want this page; only another page or token helps.
    Refused(Refusal),
}

/// A link through a relay.
#[derive(Clone)]
pub struct Relay(Rc<Inner>);

pub(super) struct Inner {
    pub(super) world: SharedWorld,
    dial: Box<dyn Dial>,
    address: RefCell<Address>,
    phase: RefCell<Phase>,
    on_phase: Box<dyn Fn(&Phase)>,
    running: Cell<bool>,
    next_exchange: Cell<u32>,
    exchanges: RefCell<HashMap<ExchangeId, mpsc::UnboundedSender<Event>>>,
    outgoing: RefCell<Option<mpsc::UnboundedSender<Vec<u8>>>>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
    hurry: RefCell<Option<oneshot::Sender<()>>>,
}

#[derive(Clone, Default)]
struct Address {
    url: String,
    token: Option<Secret>,
}

impl Relay {
    /// A link that is not connected yet; `on_phase` hears how the connection stands.
    pub fn new(world: SharedWorld, dial: Box<dyn Dial>, on_phase: Box<dyn Fn(&Phase)>) -> Self {
        Self(Rc::new(Inner {
            world,
            dial,
            address: RefCell::default(),
            phase: RefCell::new(Phase::Closed),
            on_phase,
            running: Cell::new(false),
            next_exchange: Cell::new(1),
            exchanges: RefCell::default(),
            outgoing: RefCell::default(),
            waiting: RefCell::default(),
            hurry: RefCell::default(),
        }))
    }

    fn call(&self, request: Request, body: Option<Vec<u8>>, patience: Duration) -> Outcome<MailAnswer> {
        let inner = Rc::clone(&self.0);
        async move { Exchange::open(inner, request, body, patience).await?.finish().await }.boxed_local()
    }
}

impl Link for Relay {
    fn aim(&self, url: &str, token: Option<Secret>) {
        *self.0.address.borrow_mut() = Address { url: url.to_owned(), token };
        if matches!(*self.0.phase.borrow(), Phase::Refused(_)) {
            self.0.enter(Phase::Closed);
        }
    }

    fn hurry(&self) {
        if let Some(hurry) = self.0.hurry.borrow_mut().take() {
            let _ = hurry.send(());
        }
    }

    fn try_submission(&self, server: Server, credentials: Credentials) -> Outcome<()> {
        let call = self.call(Request::TrySubmission { server, credentials }, None, PATIENCE);
        async move { if call.await?.reply == Reply::Done { Ok(()) } else { Err(Fault::Nonsense) } }.boxed_local()
    }

    fn submit(&self, envelope: Submit, message: Vec<u8>) -> Outcome<Submitted> {
        let call = self.call(Request::Submit(envelope), Some(message), SUBMIT_PATIENCE);
        async move {
            match call.await?.reply {
                Reply::Submitted(submitted) => Ok(submitted),
                _ => Err(Fault::Nonsense),
            }
        }
        .boxed_local()
    }

    fn mail(&self, request: MailRequest, body: Vec<u8>) -> Outcome<MailAnswer> {
        let body = matches!(request, MailRequest::Append { .. }).then_some(body);
        self.call(Request::Mail(request), body, PATIENCE)
    }

    fn leave(&self, session: SessionId) {
        // Sessions end with their connection, so a connection that is gone has nothing to leave.
        if *self.0.phase.borrow() == Phase::Open {
            let call = self.call(Request::Mail(MailRequest::Close { session }), None, PATIENCE);
            self.0.world.spawn(call.map(drop).boxed_local());
        }
    }

    fn idle(&self, session: SessionId) -> Outcome<Pushes> {
        let inner = Rc::clone(&self.0);
        async move {
            let request = Request::Mail(MailRequest::Idle { session });
            let mut exchange = Exchange::open(inner, request, None, PATIENCE).await?;
            if exchange.head().await? != Reply::Idling {
                return Err(Fault::Nonsense);
            }
            let pushes = futures::stream::unfold(Some(exchange), async |state| {
                let mut exchange = state?;
                match exchange.push().await {
                    Ok(Some(push)) => Some((Ok(push), Some(exchange))),
                    Ok(None) => None,
                    Err(fault) => Some((Err(fault), None)),
                }
            });
            Ok(pushes.boxed_local())
        }
        .boxed_local()
    }

    fn dav(&self, request: DavRequest, body: Vec<u8>) -> Outcome<DavAnswer> {
        let call = self.call(Request::Dav(request), Some(body), PATIENCE);
        async move {
            let answer = call.await?;
            match answer.reply {
                Reply::Dav(head) => Ok(DavAnswer { head, body: answer.body }),
                _ => Err(Fault::Nonsense),
            }
        }
        .boxed_local()
    }

    fn discover(&self, domain: String) -> Outcome<Discovered> {
        let call = self.call(Request::Discover { domain }, None, PATIENCE);
        async move {
            match call.await?.reply {
                Reply::Discovered(discovered) => Ok(discovered),
                _ => Err(Fault::Nonsense),
            }
        }
        .boxed_local()
    }
}

impl Inner {
    /// Ends once the connection stands; starts making it if nobody has.
    pub(super) async fn wait_open(self: &Rc<Self>) -> Result<(), Fault> {
        match &*self.phase.borrow() {
            Phase::Open => return Ok(()),
            Phase::Refused(refusal) => return Err(Fault::Refused(refusal.clone())),
            Phase::Closed | Phase::Connecting | Phase::Waiting(_) => {}
        }
        if !self.running.replace(true) {
            let inner = Rc::clone(self);
            self.world.spawn(async move { inner.keep_connected().await }.boxed_local());
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().push(sender);
        let _ = within(&*self.world, PATIENCE, receiver).await;
        match &*self.phase.borrow() {
            Phase::Open => Ok(()),
            Phase::Refused(refusal) => Err(Fault::Refused(refusal.clone())),
            Phase::Closed | Phase::Connecting | Phase::Waiting(_) => Err(Fault::Away),
        }
    }

    pub(super) fn register(&self) -> (ExchangeId, mpsc::UnboundedReceiver<Event>) {
        let id = ExchangeId(self.next_exchange.get());
        self.next_exchange.set(id.0.wrapping_add(1));
        let (sender, receiver) = mpsc::unbounded();
        self.exchanges.borrow_mut().insert(id, sender);
        (id, receiver)
    }

    pub(super) fn forget(&self, id: ExchangeId) {
        self.exchanges.borrow_mut().remove(&id);
    }

    pub(super) fn send(&self, frame: &ToRelay) {
        if let Some(outgoing) = &*self.outgoing.borrow() {
            // A connection that has just ended fails its exchanges by itself.
            let _ = outgoing.unbounded_send(wire::encode(frame));
        }
    }

    fn enter(&self, phase: Phase) {
        if *self.phase.borrow() == phase {
            return;
        }
        (self.on_phase)(&phase);
        let decided = matches!(phase, Phase::Open | Phase::Refused(_));
        *self.phase.borrow_mut() = phase;
        if decided {
            for waiting in self.waiting.borrow_mut().drain(..) {
                let _ = waiting.send(());
            }
        }
    }

    async fn keep_connected(self: Rc<Self>) {
        let mut attempt = 0;
        loop {
            self.enter(Phase::Connecting);
            match self.connect_once().await {
                Ended::AfterWelcome => attempt = 0,
                Ended::Refused(refusal @ (Refusal::VersionMismatch { .. } | Refusal::TokenNeeded)) => {
                    self.running.set(false);
                    self.enter(Phase::Refused(refusal));
                    return;
                }
                Ended::Refused(_) | Ended::BeforeWelcome => {}
            }
            let pause = retry::pause(attempt, random_u32(&*self.world));
            attempt = attempt.saturating_add(1);
            let (hurry, hurried) = oneshot::channel();
            *self.hurry.borrow_mut() = Some(hurry);
            self.enter(Phase::Waiting(pause));
            let _ = within(&*self.world, pause, hurried).await;
        }
    }

    async fn connect_once(&self) -> Ended {
        let address = self.address.borrow().clone();
        let Some(Some(pipe)) = within(&*self.world, PATIENCE, self.dial.dial(&address.url)).await else {
            return Ended::BeforeWelcome;
        };
        let Pipe { mut outgoing, mut incoming } = pipe;
        let hello = ToRelay::Hello(Hello { version: PROTOCOL_VERSION, token: address.token });
        let greeting = async {
            outgoing.send(wire::encode(&hello)).await.ok()?;
            incoming.next().await
        };
        let Some(Some(greeting)) = within(&*self.world, PATIENCE, greeting).await else {
            return Ended::BeforeWelcome;
        };
        match wire::decode(&greeting) {
            Ok(ToPage::Welcome(_)) => {}
            Ok(ToPage::Refused(refusal)) => return Ended::Refused(refusal),
            Ok(_) | Err(_) => return Ended::BeforeWelcome,
        }
        let (sender, receiver) = mpsc::unbounded();
        *self.outgoing.borrow_mut() = Some(sender);
        self.enter(Phase::Open);
        let writing = receiver.map(Ok).forward(outgoing);
        let reading = async {
            while let Some(message) = incoming.next().await {
                match wire::decode(&message) {
                    Ok(frame) => self.dispatch(frame),
                    // A relay that speaks nonsense is left, and tried again.
                    Err(_) => return,
                }
            }
        };
        select(std::pin::pin!(writing), std::pin::pin!(reading)).await;
        *self.outgoing.borrow_mut() = None;
        for (_, events) in self.exchanges.borrow_mut().drain() {
            let _ = events.unbounded_send(Event::Broken);
        }
        Ended::AfterWelcome
    }

    fn dispatch(&self, frame: ToPage) {
        let (id, event) = match frame {
            ToPage::Reply { exchange, reply } => (exchange, Event::Reply(reply)),
            ToPage::Body { exchange, bytes } => (exchange, Event::Body(bytes)),
            ToPage::Push { exchange, push } => (exchange, Event::Push(push)),
            ToPage::Credit { exchange, bytes } => (exchange, Event::Credit(bytes)),
            ToPage::Last { exchange } => (exchange, Event::Last),
            ToPage::Failed { exchange, refusal } => (exchange, Event::Failed(refusal)),
            ToPage::Welcome(_) | ToPage::Refused(_) => return,
        };
        // An exchange that was cancelled may still hear what was on its way.
        if let Some(events) = self.exchanges.borrow().get(&id) {
            let _ = events.unbounded_send(event);
        }
    }
}

enum Ended {
    BeforeWelcome,
    AfterWelcome,
    Refused(Refusal),
}
