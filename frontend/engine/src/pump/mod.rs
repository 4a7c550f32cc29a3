//! The pump: takes the page's wishes, carries out what `calendar` decides, and tells the page what came of it.
//!
//! It runs on one thread. State is borrowed for moments and never across an `await`; what must survive a reload is on
//! the device before it is acted on.

mod account;
mod answer;
mod bell;
mod bounce;
mod calendars;
mod carry;
mod mailbox;
mod outbox;
#[cfg(test)]
mod rehearsal;
mod sending;
mod sign_in;
mod state;
mod telling;
mod verdict;
mod watch;
mod writing;

use std::{cell::RefCell, rc::Rc};

use futures::FutureExt;
use intent::{Ask, Problem, ProblemKind, Tell};
use wire::Secret;

use crate::{
    link::{Link, Phase},
    storage::{Change, Memory, News, Storage, Turn, Vault},
    world::SharedWorld,
};
use bell::Bell;
use state::State;

/// What an engine is made of.
pub struct Surroundings {
    /// Time, chance and other work.
    pub world: SharedWorld,
    /// The way to the servers.
    pub link: Rc<dyn Link>,
    /// What is kept on the device; without it everything ends with the page, and the page is told.
    pub storage: Option<Rc<dyn Storage>>,
    /// Where a password is kept, if the device offers such a place.
    pub vault: Option<Rc<dyn Vault>>,
    /// The other tabs.
    pub turn: Rc<dyn Turn>,
    /// Where the page hears.
    pub tell: Box<dyn Fn(Tell)>,
}

/// A running engine. Clones are the same engine.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

/// What all clones share.
pub struct Inner {
    world: SharedWorld,
    link: Rc<dyn Link>,
    storage: Rc<dyn Storage>,
    has_storage: bool,
    vault: Option<Rc<dyn Vault>>,
    turn: Rc<dyn Turn>,
    tell: Box<dyn Fn(Tell)>,
    state: RefCell<State>,
    /// Something is to be done in the outbox.
    outbox_bell: Bell,
    /// Mailbox and calendars are to be looked at now.
    watch_bell: Bell,
}

impl std::ops::Deref for Engine {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Engine {
    /// An engine at rest; it begins with the first [`Ask::Hello`].
    pub fn new(surroundings: Surroundings) -> Self {
        let Surroundings { world, link, storage, vault, turn, tell } = surroundings;
        let has_storage = storage.is_some();
        let engine = Self(Rc::new(Inner {
            world,
            link,
            storage: storage.unwrap_or_else(|| Rc::new(Memory::default())),
            has_storage,
            vault,
            turn,
            tell,
            state: RefCell::new(State::new()),
            outbox_bell: Bell::default(),
            watch_bell: Bell::default(),
        }));
        let hearing = Rc::downgrade(&engine.0);
        engine.turn.listen(Box::new(move |news| {
            if let Some(inner) = hearing.upgrade() {
                let engine = Self(inner);
                engine.clone().spawn(async move { engine.hear(news).await });
            }
        }));
        engine
    }

    /// Takes a wish of the page; what comes of it is told.
    pub fn ask(&self, ask: Ask) {
        let engine = self.clone();
        match ask {
            Ask::AreYouThere => self.tell(Tell::Alive),
            Ask::Hello(context) => {
                let token = context.relay_token.clone().map(Secret::new);
                self.link.aim(&context.relay_url, token);
                self.state.borrow_mut().page = Some(context);
                self.tell(Tell::Alive);
                self.tell_zones();
                self.spawn(async move { engine.wake_up().await });
            }
            Ask::FindServers { address } => self.spawn(async move { engine.find_servers(address).await }),
            Ask::SignIn(wish) => {
                self.link.hurry();
                self.spawn(async move { engine.sign_in(wish).await });
            }
            Ask::StopSignIn => self.stop_sign_in(),
            Ask::SignOut => self.spawn(async move { engine.sign_out().await }),
            Ask::Show(window) => {
                self.state.borrow_mut().window = Some(window);
                self.tell_agenda();
            }
            Ask::ShowCalendar { calendar, visible } => {
                self.spawn(async move { engine.show_calendar(calendar, visible).await });
            }
            Ask::OpenEvent(event) => {
                self.state.borrow_mut().open_event = Some(event);
                self.tell_event();
            }
            Ask::CloseEvent => self.state.borrow_mut().open_event = None,
            Ask::Compose(start) => self.spawn(async move { engine.compose(start).await }),
            Ask::Edit(form) => self.spawn(async move { engine.edit(form).await }),
            Ask::ReadGuests { draft, text } => self.read_guests(&draft, &text),
            Ask::Discard(draft) => self.spawn(async move { engine.discard(draft).await }),
            Ask::Send { draft, revision } => self.spawn(async move { engine.send(draft, revision, true).await }),
            Ask::SaveSilently { draft, revision } => {
                self.spawn(async move { engine.send(draft, revision, false).await });
            }
            Ask::Undo(outbox) => self.spawn(async move { engine.undo(outbox).await }),
            Ask::Resume { outbox, choice } => self.spawn(async move { engine.resume(outbox, choice).await }),
            Ask::Dismiss(outbox) => self.spawn(async move { engine.dismiss(outbox).await }),
            Ask::OpenSent(outbox) => self.spawn(async move { engine.open_sent(outbox).await }),
            Ask::CheckNow => {
                self.link.hurry();
                self.watch_bell.ring();
                self.outbox_bell.ring();
            }
        }
    }

    /// How the connection to the relay stands, for the page.
    pub fn hear_phase(&self, phase: &Phase) {
        let link = match phase {
            Phase::Closed => intent::Link::Closed,
            Phase::Connecting => intent::Link::Connecting,
            Phase::Open => intent::Link::Open,
            Phase::Waiting(pause) => {
                intent::Link::Waiting { seconds: u16::try_from(pause.as_millis().div_ceil(1000)).unwrap_or(u16::MAX) }
            }
            Phase::Refused(refusal) => {
                let fault = crate::link::Fault::Refused(refusal.clone());
                self.tell(Tell::Problem(fault.problem(intent::Service::Imap)));
                intent::Link::Closed
            }
        };
        self.with_status(|status| status.link = link);
    }

    /// Looks at what is on the device, and says how sign-in stands.
    async fn wake_up(&self) {
        if !self.has_storage {
            self.tell(Tell::Problem(crate::storage::StorageFault::Absent.problem()));
        }
        // A page that was loaded anew while the engine went on is told everything again.
        if self.state.borrow().session.is_some() {
            self.tell_everything();
            return;
        }
        self.load_drafts().await;
        self.load_outbox().await;
        let stored = self.stored_account().await;
        if let Some(stored) = stored.clone().filter(|stored| stored.account.keeps_password)
            && let Some(password) = self.kept_password().await
        {
            let generation = self.next_generation();
            self.begin(account::Session { stored, password, generation }, None).await;
            return;
        }
        let view = match stored {
            Some(stored) => intent::SignInView::NeedsPassword(stored.account),
            None => intent::SignInView::SignedOut,
        };
        self.show_sign_in(view);
        self.tell_drafts();
        self.tell_outbox();
    }

    /// Hears what another tab did.
    async fn hear(&self, news: News) {
        match news {
            News::Outbox => {
                self.load_outbox().await;
                self.tell_outbox();
                self.outbox_bell.ring();
            }
            News::Mailbox => {
                if !self.state.borrow().is_leader {
                    self.load_calendars().await;
                    self.load_answers().await;
                    self.tell_views();
                }
            }
            News::SignedOut => {
                self.next_generation();
                self.leave();
            }
        }
    }

    fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        self.world.spawn(work.boxed_local());
    }

    /// Keeps changes on the device; a device that does not is said to the page, once it matters.
    async fn keep(&self, changes: Vec<Change>) {
        if let Err(fault) = self.storage.write(changes).await {
            self.tell(Tell::Problem(fault.problem()));
        }
    }

    fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    fn now(&self) -> i64 {
        crate::world::now_seconds(&*self.world)
    }

    /// Ends every task of an earlier sign-in; theirs find that they are no longer current.
    fn next_generation(&self) -> u64 {
        let mut state = self.state.borrow_mut();
        state.generation += 1;
        state.generation
    }

    fn is_current(&self, generation: u64) -> bool {
        self.state.borrow().generation == generation
    }

    /// A fault of the program itself, said to the page.
    fn tell_fault(&self, detail: &str) {
        self.tell(Tell::Problem(Problem { service: None, kind: ProblemKind::Fault, detail: detail.to_owned() }));
    }
}
