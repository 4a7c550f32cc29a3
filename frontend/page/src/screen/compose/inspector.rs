//! The Inspector: what sending would do, first in words, then byte for byte. Always true to the form.

use std::sync::Arc;

use intent::Inspection;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::component::part::{flag, part};

use super::bytes::{LetterBytes, MailBytes, StoredBytes};
use super::words::InWords;
use crate::component::icon::Icon;
use crate::state::use_app;
use crate::text::{form, inspection as words};

/// What can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Words,
    CalendarFile,
    Mail,
    Stored,
}

const TABS: [(Tab, &str); 4] =
    [(Tab::Words, "In words"), (Tab::CalendarFile, "Calendar file"), (Tab::Mail, "Mail"), (Tab::Stored, "Stored copy")];

/// The Inspector.
#[component]
pub fn Inspector() -> impl IntoView {
    let app = use_app();
    let inspection = Signal::derive(move || app.draft.inspection.get().unwrap_or_default());
    let is_told = Memo::new(move |_| app.draft.inspection.with(Option::is_some));
    let has_problems = Memo::new(move |_| inspection.with(|inspection| !inspection.problems.is_empty()));
    let tab = RwSignal::new(Tab::Words);
    let letter = RwSignal::new(0_usize);
    let unfinished = Memo::new(move |_| {
        let was_tried = app.draft.was_tried.get();
        inspection.with(|inspection| words::unfinished(&inspection.problems)).filter(|_| !was_tried)
    });
    let sentence = Memo::new(move |_| match (is_told.get(), has_problems.get(), unfinished.get()) {
        (false, ..) => "Looking at what will be sent".to_owned(),
        (true, true, Some((first, _))) => first.to_owned(),
        (true, true, None) => words::NOT_YET.to_owned(),
        (true, false, _) => inspection.with(|inspection| words::sentence(inspection)),
    });
    let below = Memo::new(move |_| match unfinished.get() {
        Some((_, below)) => below.to_owned(),
        None => inspection.with(|inspection| words::below_sentence(inspection)),
    });
    let shows_problems = Memo::new(move |_| has_problems.get() && unfinished.get().is_none());
    view! {
        <section class="inspector" id="inspector" aria-labelledby="sentence" class:is-behind=flag(move || !app.draft.is_current())>
            <div class="inspector-head">
                <h2 id="sentence" aria-live="polite">{sentence}</h2>
                {part(move || if shows_problems.get() { view! { <Problems inspection /> }.into_any() } else { view! { <p>{below}</p> }.into_any() })}
            </div>
            {part(move || (is_told.get() && !has_problems.get()).then(|| view! {
                <TabList tab />
                <div class="tab-panel" id="panel" role="tabpanel" tabindex="0" aria-labelledby=move || tab_id(tab.get())>
                    {part(move || match tab.get() {
                        Tab::Words => view! { <InWords inspection /> }.into_any(),
                        Tab::CalendarFile => view! { <LetterBytes inspection letter /> }.into_any(),
                        Tab::Mail => view! { <MailBytes inspection letter /> }.into_any(),
                        Tab::Stored => view! { <StoredBytes inspection /> }.into_any(),
                    })}
                </div>
            }))}
        </section>
    }
}

/// Why the form cannot be saved.
#[component]
fn Problems(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
) -> impl IntoView {
    let list = move || {
        inspection.with(|inspection| {
            inspection.problems.iter().map(|problem| view! { <li>{form::problem(*problem)}</li> }).collect::<Vec<_>>()
        })
    };
    view! { <ul class="problems" role="alert">{part(list)}</ul> }
}

fn tab_id(tab: Tab) -> String {
    format!("tab-{tab:?}")
}

/// The tabs: one stop for the keyboard, arrows move between them.
#[component]
fn TabList(
    /// The one that is open.
    tab: RwSignal<Tab>,
) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        let at = TABS.iter().position(|(one, _)| *one == tab.get_untracked()).unwrap_or(0);
        let next = match event.key().as_str() {
            "ArrowRight" => (at + 1) % TABS.len(),
            "ArrowLeft" => (at + TABS.len() - 1) % TABS.len(),
            "Home" => 0,
            "End" => TABS.len() - 1,
            _ => return,
        };
        event.prevent_default();
        tab.set(TABS[next].0);
        if let Some(button) = document().get_element_by_id(&tab_id(TABS[next].0)) {
            let _unfocusable = wasm_bindgen::JsCast::unchecked_into::<leptos::web_sys::HtmlElement>(button).focus();
        }
    };
    let tabs = TABS.map(|(one, name)| {
        let is_open = move || tab.get() == one;
        view! {
            <button
                type="button" role="tab" id=tab_id(one) aria-selected=move || is_open().to_string()
                aria-controls="panel"
                tabindex=move || if is_open() { "0" } else { "-1" } on:click=move |_| tab.set(one)
            >
                {name}
            </button>
        }
    });
    view! { <div class="tabs" role="tablist" aria-label="What will be sent" on:keydown=on_key>{tabs.collect_view()}</div> }
}

/// Nothing to show on a tab, and why.
#[component]
pub fn NothingHere(
    /// Why.
    words: &'static str,
) -> impl IntoView {
    view! { <p class="nothing"><Icon name="i-nothing" />{words}</p> }
}
