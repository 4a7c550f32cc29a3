//! The channel to the engine: a worker that is asked, that tells, and that is started again if it falls silent.
//!
//! What is asked before the worker can hear waits here. A restarted worker is told again what is on the screen, but no
//! act is asked twice: whatever stopped the engine is not tried again by itself.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use intent::{Ask, ComposeStart, DraftId, PageContext, Problem, ProblemKind, TellAtDoor, decode, encode};
use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::web_sys::{MessageEvent, Worker};
use serde::Deserialize;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

use super::{browser, handover};

/// How often a visible page asks whether the engine is there.
const PULSE: Duration = Duration::from_secs(5);
/// An engine that has said nothing for so long after being asked is started again.
const PATIENCE_MS: f64 = 20_000.0;
/// A page that was asleep itself cannot judge: a pulse later than this says so.
const ASLEEP_MS: f64 = 15_000.0;
/// So many restarts are tried before the page says that something is wrong.
const RESTARTS: u32 = 3;

/// The channel to the engine.
#[derive(Clone, Copy)]
pub struct Engine {
    channel: StoredValue<Rc<RefCell<Channel>>, LocalStorage>,
}

#[derive(Default)]
struct Channel {
    worker: Option<Worker>,
    hears: bool,
    waiting: Vec<Ask>,
    on_screen: OnScreen,
    asked_at: Option<f64>,
    pulse_at: f64,
    restarts: u32,
    listeners: Option<Listeners>,
}

/// What a restarted engine is told again.
#[derive(Default)]
struct OnScreen {
    days: Option<Ask>,
    event: Option<Ask>,
    draft: Option<DraftId>,
}

#[derive(Clone)]
struct Listeners {
    on_message: Rc<Closure<dyn Fn(MessageEvent)>>,
    on_problem: Rc<dyn Fn(Problem)>,
}

impl Engine {
    pub(super) fn new() -> Self {
        Self { channel: StoredValue::new_local(Rc::default()) }
    }

    /// Starts the worker, or goes on with the one that the door started. What it tells goes to `hear`, as far as `T` knows
    /// it; that it fell silent for good goes to `on_problem`.
    pub(super) fn start<T>(self, hear: impl Fn(T) + 'static, on_problem: impl Fn(Problem) + 'static)
    where
        T: for<'a> Deserialize<'a> + 'static,
    {
        let hear = Rc::new(hear);
        let told = Rc::clone(&hear);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let Ok(bytes) = event.data().dyn_into::<Uint8Array>() else { return };
            self.heard();
            if let Some(tell) = decode::<T>(&bytes.to_vec()) {
                told(tell);
            }
        });
        let given = handover::take();
        self.with(|channel| {
            channel.listeners = Some(Listeners { on_message: Rc::new(on_message), on_problem: Rc::new(on_problem) });
            match &given {
                Some((worker, _)) => channel.adopt(worker.clone()),
                None => channel.spawn(),
            }
        });
        if let Some(tell) = given.and_then(|(_, sign_in)| decode::<T>(&sign_in)) {
            hear(tell);
        }
        set_interval(move || self.pulse(), PULSE);
    }

    /// Asks the engine for something. Its effect arrives as a tell.
    pub fn ask(self, ask: Ask) {
        self.with(|channel| {
            channel.on_screen.note(&ask);
            if channel.hears {
                channel.post(&ask);
            } else {
                channel.waiting.push(ask);
            }
        });
    }

    /// This draft is on the screen.
    pub(super) fn shows_draft(self, draft: DraftId) {
        self.with(|channel| channel.on_screen.draft = Some(draft));
    }

    /// Gives the running worker to the page, with what it told of sign-in: this channel is at its end.
    pub(super) fn hand_over(self, sign_in: &TellAtDoor) {
        let given = self.with(|channel| {
            channel.hears = false;
            channel.worker.take()
        });
        if let Some(worker) = given {
            worker.set_onmessage(None);
            handover::give(&worker, &encode(sign_in));
        }
    }

    fn with<T>(self, act: impl FnOnce(&mut Channel) -> T) -> T {
        let channel = self.channel.get_value();
        let mut channel = channel.borrow_mut();
        act(&mut channel)
    }

    fn heard(self) {
        self.with(|channel| {
            channel.asked_at = None;
            if !channel.hears {
                channel.hears = true;
                channel.post(&Ask::Hello(context()));
                for ask in std::mem::take(&mut channel.waiting) {
                    channel.post(&ask);
                }
            }
        });
    }

    fn pulse(self) {
        let now = browser::milliseconds();
        let given_up = self.with(|channel| {
            let was_asleep = now - channel.pulse_at > ASLEEP_MS;
            channel.pulse_at = now;
            if document().hidden() || was_asleep || !channel.hears {
                channel.asked_at = None;
                return None;
            }
            match channel.asked_at {
                Some(asked) if now - asked > PATIENCE_MS => channel.restart(),
                Some(_) => None,
                None => {
                    channel.asked_at = Some(now);
                    channel.post(&Ask::AreYouThere);
                    None
                }
            }
        });
        if let Some(on_problem) = given_up {
            on_problem(Problem { service: None, kind: ProblemKind::Fault, detail: String::new() });
        }
    }
}

impl Channel {
    fn spawn(&mut self) {
        let address = browser::meta("calpost-engine").unwrap_or_else(|| "/engine_loader.js".to_owned());
        if let Ok(worker) = Worker::new(&address) {
            self.listen_to(worker);
        }
    }

    /// Goes on with a worker that hears already.
    fn adopt(&mut self, worker: Worker) {
        self.listen_to(worker);
        self.hears = true;
        self.post(&Ask::Hello(context()));
    }

    fn listen_to(&mut self, worker: Worker) {
        if let Some(listeners) = &self.listeners {
            worker.set_onmessage(Some((*listeners.on_message).as_ref().unchecked_ref()));
        }
        self.worker = Some(worker);
    }

    fn post(&self, ask: &Ask) {
        if let Some(worker) = &self.worker {
            let bytes: JsValue = Uint8Array::from(encode(ask).as_slice()).into();
            let _worker_is_gone = worker.post_message(&bytes);
        }
    }

    /// Starts another worker in place of the silent one; returns whom to tell if that has been tried often enough.
    fn restart(&mut self) -> Option<Rc<dyn Fn(Problem)>> {
        if let Some(worker) = self.worker.take() {
            worker.terminate();
        }
        self.hears = false;
        self.asked_at = None;
        self.restarts += 1;
        self.waiting = self.on_screen.asks();
        let listeners = self.listeners.clone()?;
        if self.restarts > RESTARTS {
            return Some(listeners.on_problem);
        }
        self.spawn();
        None
    }
}

impl OnScreen {
    fn note(&mut self, ask: &Ask) {
        match ask {
            Ask::Show(_) => self.days = Some(ask.clone()),
            Ask::OpenEvent(_) => self.event = Some(ask.clone()),
            Ask::CloseEvent => self.event = None,
            Ask::Discard(_) | Ask::Send { .. } | Ask::SaveSilently { .. } => self.draft = None,
            Ask::SignOut => *self = Self::default(),
            _ => {}
        }
    }

    fn asks(&self) -> Vec<Ask> {
        let draft = self.draft.clone().map(|draft| Ask::Compose(ComposeStart::Draft(draft)));
        [self.days.clone(), self.event.clone(), draft].into_iter().flatten().collect()
    }
}

/// What the page knows and the engine does not.
fn context() -> PageContext {
    let location = window().location();
    let secure = location.protocol().is_ok_and(|protocol| protocol == "https:");
    let host = location.host().unwrap_or_default();
    PageContext {
        zone: browser::zone(),
        locale: browser::locale(),
        relay_url: format!("{}://{host}/relay", if secure { "wss" } else { "ws" }),
        relay_token: relay_token(),
    }
}

/// The relay's access token, from the link the person was given (`#token=…`), kept on this device.
fn relay_token() -> Option<String> {
    const NAME: &str = "calpost.relay-token";
    let hash = window().location().hash().unwrap_or_default();
    if let Some(token) = hash.strip_prefix("#token=") {
        browser::remember(NAME, token);
    }
    browser::recall(NAME)
}
