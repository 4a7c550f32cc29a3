//! Writing an event: the form on one side, what sending it would do on the other.

pub mod bytes;
pub mod details;
pub mod guests;
pub mod inspector;
pub mod when;
pub mod words;

use intent::{Field, Form, FormProblem};
use leptos::ev;
use leptos::prelude::*;

use crate::component::part::part;
use leptos::web_sys::Element;
use wasm_bindgen::JsCast as _;

use self::details::EventForm;
use self::inspector::Inspector;
use super::calendar::{ask_for_calendars, new_event};
use crate::component::icon::Icon;
use crate::state::place::Place;
use crate::state::{App, use_app};
use crate::text::{self, form as words_of_form, inspection as words_of_inspection};

/// A value of the form that changes only when it does.
fn field<T: Default + PartialEq + Send + Sync + 'static>(app: App, read: fn(&Form) -> T) -> Memo<T> {
    Memo::new(move |_| app.draft.form.with(|form| form.as_ref().map(read).unwrap_or_default()))
}

/// The problems of the form that belong below a field, as sentences.
fn complaints(app: App, below: Field) -> Memo<String> {
    Memo::new(move |_| {
        let was_tried = app.draft.was_tried.get();
        let is_told = |problem: &&FormProblem| was_tried || **problem != FormProblem::GuestsNotRead;
        app.draft.inspection.with(|inspection| {
            let problems = inspection.as_ref().map(|inspection| inspection.problems.as_slice()).unwrap_or_default();
            let here = problems.iter().filter(is_told).filter(|problem| words_of_form::field(**problem) == Some(below));
            here.map(|problem| words_of_form::problem(*problem)).collect::<Vec<_>>().join(" ")
        })
    })
}

/// How many letters would leave.
fn letters(app: App) -> Memo<usize> {
    Memo::new(move |_| app.draft.inspection.with(|inspection| inspection.as_ref().map_or(0, |one| one.letters.len())))
}

/// The screen on which an event is written.
#[component]
pub fn ComposeScreen() -> impl IntoView {
    let app = use_app();
    Effect::new(move || {
        match app.places.current.get() {
            Place::Compose(draft) => app.draft.resume(&draft),
            // The address of a new event was opened by itself.
            Place::NewDraft if app.draft.is_idle() => new_event(app),
            _ => {}
        }
    });
    ask_for_calendars(app);
    let keys = window_event_listener(ev::keydown, move |event| {
        let is_open_dialog = document().query_selector("dialog[open]").ok().flatten().is_some();
        match event.key().as_str() {
            "Enter" if event.ctrl_key() || event.meta_key() => app.draft.send(),
            // Escape also closes a list or a date picker that is open: those keep it for themselves.
            "Escape" if !is_open_dialog && !event.default_prevented() && !is_in_picker(&event) => app.draft.leave(),
            _ => return,
        }
        event.prevent_default();
    });
    // However the form is left, by its button, the back button or a link: what was typed is kept.
    on_cleanup(move || {
        keys.remove();
        app.draft.close();
    });
    let is_there = Memo::new(move |_| app.draft.form.with(Option::is_some));
    let is_gone = Memo::new(move |_| match (app.places.current.get(), app.draft.all.get()) {
        (Place::Compose(draft), Some(all)) => all.iter().all(|(known, _, _)| *known != draft),
        _ => false,
    });
    let shows_sent = RwSignal::new(false);
    let title = Memo::new(move |_| {
        app.draft.form.with(|form| match form {
            Some(form) => words_of_form::screen_title(form),
            None if is_gone.get() => "Draft",
            None => "New event",
        })
    });
    let cancels = field(app, |form| form.cancels);
    let letters = letters(app);
    view! {
        <main class="compose" id="main" class:shows-sent=shows_sent>
            <div class="bar">
                <a class="button plain square" aria-label="Close, keep the draft" href=move || app.places.calendar.get().address()>
                    <Icon name="i-close" />
                </a>
                <h1>{title}</h1>
                <span class="week-number hide-narrow">{part(move || app.draft.kept_at.get().map(|at| {
                    format!("Draft kept on this device, {}", text::date::time(at.minute))
                }))}</span>
                <div class="end">
                    <Show when=move || is_there.get()>
                        <button type="button" class="button plain" on:click=move |_| app.draft.discard()>"Discard"</button>
                        <span class="hide-narrow buttons"><SendButtons letters cancels silent="" /></span>
                    </Show>
                </div>
            </div>
            <Show when=move || is_there.get() fallback=move || view! { <NoForm is_gone /> }>
                <div class="segments halves only-narrow" role="group" aria-label="Halves">
                    <button type="button" aria-pressed=move || (!shows_sent.get()).to_string() on:click=move |_| shows_sent.set(false)>
                        "Event"
                    </button>
                    <button type="button" aria-pressed=move || shows_sent.get().to_string() on:click=move |_| shows_sent.set(true)>
                        {part(move || format!("What is sent · {}", letters.get()))}
                    </button>
                </div>
                <EventForm />
                <Inspector />
                <div class="send-foot"><SendButtons letters cancels silent="Save only" /></div>
            </Show>
        </main>
    }
}

/// Whether a key was pressed in a field that opens something of its own.
fn is_in_picker(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.matches("select, [type=date]").unwrap_or(false))
}

/// What stands in the place of a form that is not there, or not yet.
#[component]
fn NoForm(
    /// Whether it will not come.
    is_gone: Memo<bool>,
) -> impl IntoView {
    view! {
        <div class="empty">
            {part(move || if is_gone.get() {
                view! {
                    <h2>"This draft is not on this device"</h2>
                    <p>"It was sent, discarded, or written in another browser."</p>
                    <div class="buttons"><a class="button" href="/">"To the calendar"</a></div>
                }.into_any()
            } else {
                view! { <p role="status">"Opening the form"</p> }.into_any()
            })}
        </div>
    }
}

#[component]
fn SendButtons(
    /// How many letters would leave.
    letters: Memo<usize>,
    /// Whether the event is being cancelled.
    cancels: Memo<bool>,
    /// The word of the button that tells nobody, where the usual one is too long.
    silent: &'static str,
) -> impl IntoView {
    let app = use_app();
    let is_leaving = app.draft.is_leaving;
    let silent_word =
        move || if silent.is_empty() { words_of_inspection::silent_button(cancels.get()) } else { silent };
    view! {
        {part(move || (letters.get() > 0).then(|| view! {
            <button type="button" class="button" prop:disabled=is_leaving on:click=move |_| app.draft.save_silently()>
                {silent_word}
            </button>
        }))}
        <button type="button" class="button main" prop:disabled=is_leaving aria-keyshortcuts="Control+Enter" on:click=move |_| app.draft.send()>
            {part(move || if letters.get() > 0 { view! { <Icon name="i-sent" /> } } else { view! { <Icon name="i-check" /> } })}
            {part(move || words_of_inspection::send_button(letters.get(), cancels.get()))}
            {silent.is_empty().then(|| view! { <kbd class="key">"Ctrl ↵"</kbd> })}
        </button>
    }
}
