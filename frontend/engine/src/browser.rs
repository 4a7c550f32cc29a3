//! The engine in its worker: the browser's clock, chance and messages.

use std::{cell::RefCell, rc::Rc, time::Duration};

use engine::{
    link::{BrowserDial, Phase, Relay},
    pump::{Engine, Surroundings},
    storage::{BrowserTurn, BrowserVault, IndexedDb, Storage, Vault},
    world::{SharedWorld, World},
};
use futures::{FutureExt, future::LocalBoxFuture};
use gloo_timers::future::TimeoutFuture;
use intent::{Ask, Problem, ProblemKind, Tell};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, TextDecoder};

/// The browser as the engine's world.
struct BrowserWorld;

impl World for BrowserWorld {
    fn now_millis(&self) -> i64 {
        js_sys::Date::now() as i64
    }

    fn random(&self, bytes: &mut [u8]) {
        let drawn =
            scope().and_then(|scope| scope.crypto().ok()).map(|crypto| crypto.get_random_values_with_u8_array(bytes));
        // Without chance, names of events and mails could meet those of others: rather no engine than such a one.
        assert!(matches!(drawn, Some(Ok(_))), "this browser gives no random numbers");
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'static, ()> {
        // A timer of the browser holds 31 bits of milliseconds.
        let millis = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX).min(i32::MAX as u32);
        TimeoutFuture::new(millis).boxed_local()
    }

    fn spawn(&self, work: LocalBoxFuture<'static, ()>) {
        wasm_bindgen_futures::spawn_local(work);
    }

    fn text(&self, charset: &str, bytes: &[u8]) -> Option<String> {
        TextDecoder::new_with_label(charset).ok()?.decode_with_u8_array(bytes).ok()
    }
}

/// Starts the engine and never ends.
pub(crate) fn run() {
    std::panic::set_hook(Box::new(|panic| {
        // The place says enough to find the fault; the message could hold what a stranger wrote.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tell(&Tell::Problem(Problem { service: None, kind: ProblemKind::Fault, detail: place }));
    }));
    wasm_bindgen_futures::spawn_local(start());
}

async fn start() {
    let database = IndexedDb::open().await.ok();
    let vault = database.as_ref().and_then(BrowserVault::of).map(|vault| Rc::new(vault) as Rc<dyn Vault>);
    let storage = database.map(|open| Rc::new(open) as Rc<dyn Storage>);
    let world: SharedWorld = Rc::new(BrowserWorld);
    // The link speaks of its phases before there is an engine to hear them.
    let hearing: Rc<RefCell<Option<Engine>>> = Rc::default();
    let heard = Rc::clone(&hearing);
    let on_phase = move |phase: &Phase| {
        if let Some(engine) = &*heard.borrow() {
            engine.hear_phase(phase);
        }
    };
    let link = Rc::new(Relay::new(Rc::clone(&world), Box::new(BrowserDial), Box::new(on_phase)));
    let turn = Rc::new(BrowserTurn::join());
    let engine = Engine::new(Surroundings { world, link, storage, vault, turn, tell: Box::new(|told| tell(&told)) });
    *hearing.borrow_mut() = Some(engine.clone());
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let bytes = event.data().dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default();
        match intent::decode::<Ask>(&bytes) {
            Some(ask) => engine.ask(ask),
            None => tell(&Tell::Problem(Problem {
                service: None,
                kind: ProblemKind::Fault,
                detail: "the page is of another build than its engine".to_owned(),
            })),
        }
    });
    if let Some(scope) = scope() {
        scope.set_onmessage(Some(listen.as_ref().unchecked_ref()));
    }
    listen.forget();
    tell(&Tell::Alive);
}

fn scope() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}

fn tell(told: &Tell) {
    let bytes = Uint8Array::from(intent::encode(told).as_slice());
    if let Some(scope) = scope() {
        // Refused only for what cannot be copied, and bytes always can.
        let _ = scope.post_message(&bytes);
    }
}
