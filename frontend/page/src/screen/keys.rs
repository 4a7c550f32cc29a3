//! The shortcuts that work everywhere: single letters, at rest while the person types.

use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::{Element, KeyboardEvent};
use wasm_bindgen::JsCast as _;

use super::calendar::{new_event, undo};
use crate::state::App;
use crate::state::place::Place;

/// Listens for shortcuts as long as the frame is there; `sheet` opens the list of them.
pub fn listen(app: App, sheet: RwSignal<bool>) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if act(app, sheet, &event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Does what the key means; says whether it meant anything.
fn act(app: App, sheet: RwSignal<bool>, event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() || is_typing(event) {
        return false;
    }
    if !app.preferences.letter_keys.get_untracked()
        || document().query_selector("dialog[open]").ok().flatten().is_some()
    {
        return false;
    }
    let place = app.places.current.get_untracked();
    if matches!(place, Place::Compose(_) | Place::NewDraft) {
        return false;
    }
    let day = untrack(|| app.places.day());
    let today = app.clock.now.get_untracked().day;
    let is_agenda = matches!(app.places.calendar.get_untracked(), Place::Agenda(_));
    let view = |day| if is_agenda { Place::Agenda(day) } else { Place::Week(day) };
    let step = if is_agenda { 28 } else { 7 };
    match event.key().as_str() {
        "c" => new_event(app),
        "t" => app.places.go(view(today)),
        "j" => app.places.go(view(day.plus(step))),
        "k" => app.places.go(view(day.plus(-step))),
        "w" => app.places.go(Place::Week(day)),
        "a" => app.places.go(Place::Agenda(day)),
        "i" => app.places.go(Place::Answers),
        "o" => app.places.go(Place::Outbox),
        "r" => app.status.check_now(),
        "z" => match untrack(|| app.outbox.held()) {
            Some(held) => undo(app, held.id),
            None => return false,
        },
        "?" => sheet.set(true),
        _ => return false,
    }
    true
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest("input:not([type=checkbox]), textarea, select").ok().flatten().is_some())
}
