//! The screens, and what decides which of them is shown.

pub mod above;
pub mod agenda;
pub mod answers;
pub mod arrows;
pub mod calendar;
pub mod compose;
pub mod door;
pub mod event;
pub mod frame;
pub mod help;
pub mod keys;
pub mod outbox;
pub mod root;
pub mod sent;
pub mod server_form;
pub mod settings;
pub mod shortcuts;
pub mod sign_in;
pub mod week;

use leptos::prelude::*;
use leptos::web_sys::{CustomEvent, CustomEventInit};

/// Starts a program of the page in the place the start file keeps for it, after whatever stood there.
pub fn start<V: IntoView + 'static>(root: fn() -> V) {
    std::panic::set_hook(Box::new(|panic| {
        let detail = CustomEventInit::new();
        detail.set_detail(&panic.to_string().into());
        if let Ok(event) = CustomEvent::new_with_event_init_dict("calpost-stopped", &detail) {
            let _painted = window().dispatch_event(&event);
        }
    }));
    let Some(place) = document().get_element_by_id("page") else { return };
    if let Some(start) = document().get_element_by_id("start") {
        start.remove();
    }
    place.set_inner_html("");
    mount_to(wasm_bindgen::JsCast::unchecked_into(place), root).forget();
}
