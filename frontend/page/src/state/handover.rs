//! How the door gives the running engine to the page: two programs in one window that share nothing but JavaScript.

use js_sys::{Array, Reflect, Uint8Array};
use leptos::prelude::window;
use leptos::web_sys::{Event, Worker};
use wasm_bindgen::{JsCast as _, JsValue};

/// Where the window keeps what is handed over: the worker, and the bytes of what it told of sign-in.
const NAME: &str = "calpostHandover";
/// Tells the start script that the page's turn has come.
const EVENT: &str = "calpost-open";

/// Gives the engine away, and asks for the page.
pub(super) fn give(worker: &Worker, sign_in: &[u8]) {
    let given = Array::of2(worker, &Uint8Array::from(sign_in));
    let _kept = Reflect::set(&window(), &JsValue::from_str(NAME), &given);
    if let Ok(event) = Event::new(EVENT) {
        let _heard = window().dispatch_event(&event);
    }
}

/// Takes the engine that the door gave, if there was a door; a second time there is nothing.
pub(super) fn take() -> Option<(Worker, Vec<u8>)> {
    let name = JsValue::from_str(NAME);
    let given = Reflect::get(&window(), &name).ok()?.dyn_into::<Array>().ok()?;
    let _gone = Reflect::delete_property(&window(), &name);
    let worker = given.get(0).dyn_into().ok()?;
    let sign_in = given.get(1).dyn_into::<Uint8Array>().ok()?;
    Some((worker, sign_in.to_vec()))
}
