//! One event in full, over the calendar it was opened from: facts, guests, and what can be done with it.

use intent::{ComposeStart, EventView, GuestView};
use leptos::ev;
use leptos::prelude::*;

use super::compose::bytes::take;
use crate::component::bytes_bar::BytesBar;
use crate::component::code::Code;
use crate::component::dialog::Dialog;
use crate::component::event_facts::EventFacts;
use crate::component::guest_answer::GuestAnswer;
use crate::component::icon::Icon;
use crate::component::part::part;
use crate::state::opened::OpenEvent;
use crate::state::place::Place;
use crate::state::{browser, use_app};
use crate::text::{self, answer};

/// The event whose address is open.
#[component]
pub fn EventScreen() -> impl IntoView {
    let app = use_app();
    let close = Callback::new(move |()| app.places.go(app.places.calendar.get_untracked()));
    Effect::new(move || {
        if let Place::Event(key) = app.places.current.get() {
            app.opened.open(key);
        }
    });
    on_cleanup(move || app.opened.close());
    let body = move || match app.opened.event.get() {
        OpenEvent::Awaited => view! { <Waiting close words="Opening the event" /> }.into_any(),
        OpenEvent::Gone => view! { <Waiting close words="This event is not in your calendars" /> }.into_any(),
        OpenEvent::There(event) => view! { <EventCard event=*event close /> }.into_any(),
    };
    view! { <Dialog labelled_by="event-title" class="event-card" on_close=close>{part(body)}</Dialog> }
}

#[component]
fn Waiting(
    /// It was left.
    close: Callback<()>,
    /// What is waited for, or why nothing comes.
    words: &'static str,
) -> impl IntoView {
    view! {
        <div class="popover-head">
            <div class="popover-top">
                <h2 id="event-title" role="status">{words}</h2>
                <CloseButton close />
            </div>
        </div>
    }
}

#[component]
fn CloseButton(
    /// It was pressed.
    close: Callback<()>,
) -> impl IntoView {
    view! {
        <button type="button" class="button plain square" aria-label="Close" on:click=move |_| close.run(())>
            <Icon name="i-close" />
        </button>
    }
}

#[component]
fn EventCard(
    /// The event.
    event: EventView,
    /// The card was left.
    close: Callback<()>,
) -> impl IntoView {
    let app = use_app();
    let shows_bytes = RwSignal::new(false);
    let colour = app.agenda.view.with_untracked(|view| {
        let calendar = view.calendars.iter().find(|calendar| calendar.id == event.event.calendar);
        calendar.map_or("slate", |calendar| crate::component::calendar_list::colour_class(calendar.colour))
    });
    let now = app.clock.now.get_untracked();
    let title = text::title_or(&event.title).to_owned();
    let stored = event.stored.clone();
    let description = event.description.trim().to_owned();
    let guests = event.guests.clone();
    let state = answer::mine(event.look).trim_start_matches(", ");
    let state = answer::sentence_start(state);
    // The focus was on what stood here while the event was awaited.
    browser::refocus_soon("event-title");
    view! {
        <div class=format!("popover-head {colour}")>
            <div class="popover-top">
                <span class="cal-dot"></span>
                <h2 id="event-title" tabindex="-1" dir="auto">{title}</h2>
                <CloseButton close />
            </div>
            {(!state.is_empty()).then(|| view! { <p class="my-part">{state}</p> })}
            <EventFacts event=event.clone() now />
        </div>
        <div class="card-body" tabindex="0" role="region" aria-label="Details">
            {(!description.is_empty()).then(|| view! { <p class="description" dir="auto">{description}</p> })}
            {(!guests.is_empty()).then(|| view! { <Guests event=event.clone() guests /> })}
            {event.read_only.clone().map(|why| view! { <div class="notice"><Icon name="i-lock" /><p>{why}</p></div> })}
            {part(move || shows_bytes.get().then(|| {
                let code = stored.clone();
                let code = Signal::derive(move || code.clone());
                view! {
                    <div class="stored">
                        <BytesBar
                            choices=Signal::derive(Vec::new) chosen=Signal::derive(|| 0) on_choose=|_| () code
                            file=Signal::derive(|| "event.ics".to_owned()) media_type="text/calendar" leaves=false on_take=take
                        />
                        <div class="sheet"><Code code has_margin=false label="Stored copy" /></div>
                    </div>
                }
            }))}
        </div>
        <CardFoot event shows_bytes />
    }
}

#[component]
fn Guests(
    /// The event.
    event: EventView,
    /// Its guests.
    guests: Vec<GuestView>,
) -> impl IntoView {
    let app = use_app();
    let now = app.clock.now.get_untracked();
    let key = event.event.clone();
    let on_again = event
        .read_only
        .is_none()
        .then(|| Callback::new(move |guest| app.draft.begin(ComposeStart::Again(key.clone(), guest))));
    let head = if answer::total(event.tally) > 0 { answer::tally_head(event.tally) } else { "Guests".to_owned() };
    view! {
        <div class="answers-head">
            <h3>{head}</h3>
            <span class="quiet">{answer::tally_rest(event.tally)}</span>
        </div>
        <ul class="answers" aria-label="Guests and their answers">
            {guests.into_iter().map(|guest| view! { <GuestAnswer guest now on_again /> }).collect_view()}
        </ul>
    }
}

#[component]
fn CardFoot(
    /// The event.
    event: EventView,
    /// Whether the stored bytes are shown.
    shows_bytes: RwSignal<bool>,
) -> impl IntoView {
    let app = use_app();
    let is_changeable = event.read_only.is_none() && (event.mine || event.organizer.is_none());
    let (key, same) = (event.event.clone(), event.event.clone());
    let edit = move || app.draft.begin(ComposeStart::Change(key.clone()));
    let pressed = edit.clone();
    let keys = window_event_listener(ev::keydown, move |event| {
        if event.key() == "e"
            && is_changeable
            && !event.ctrl_key()
            && !event.meta_key()
            && app.preferences.letter_keys.get_untracked()
        {
            event.prevent_default();
            edit();
        }
    });
    on_cleanup(move || keys.remove());
    let is_series = !event.repeats.is_empty();
    let edit_word = if is_series { "Edit series " } else { "Edit " };
    let cancel_word = match (event.guests.is_empty(), is_series) {
        (true, false) => "Delete event",
        (true, true) => "Delete series",
        (false, false) => "Cancel event",
        (false, true) => "Cancel series",
    };
    view! {
        <div class="popover-foot">
            {is_changeable.then(|| view! {
                <button type="button" class="button" aria-keyshortcuts="e" on:click=move |_| pressed()>
                    <Icon name="i-hand" />{edit_word}<kbd class="key">"e"</kbd>
                </button>
            })}
            <button type="button" class="button plain" aria-expanded=move || shows_bytes.get().to_string() on:click=move |_| shows_bytes.update(|shows| *shows = !*shows)>
                <Icon name="i-file" />"Stored copy"
            </button>
            {is_changeable.then(|| view! {
                <button type="button" class="button danger end" on:click=move |_| app.draft.begin(ComposeStart::Cancel(same.clone()))>
                    <Icon name="i-cancel" />{cancel_word}
                </button>
            })}
        </div>
    }
}
