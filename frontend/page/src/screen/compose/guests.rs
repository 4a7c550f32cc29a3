//! Who is invited: a field that takes addresses one by one or as a pasted list, and the list.

use intent::Field;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::details::is_bad;
use super::{complaints, field};
use crate::component::guest_row::GuestRow;
use crate::component::part::part;
use crate::state::use_app;
use crate::text::form as words;

/// The field and the list of guests.
#[component]
pub fn GuestField() -> impl IntoView {
    let app = use_app();
    let typed = field(app, |form| form.guest_text.clone());
    let guests = field(app, |form| form.guests.clone());
    let number =
        Memo::new(move |_| app.draft.form.with(|form| form.as_ref().map(words::guest_count).unwrap_or_default()));
    let complaint = complaints(app, Field::Guests);
    let remarks = Memo::new(move |_| {
        app.draft.guests_read.with(|read| {
            let read = read.as_ref();
            let bad = read.into_iter().flat_map(|read| read.problems.iter().map(words::guest_problem));
            (bad.collect::<Vec<_>>(), read.map(words::folded).unwrap_or_default())
        })
    });
    let on_key = move |event: KeyboardEvent| {
        let is_end = matches!(event.key().as_str(), "Enter" | "," | ";");
        if is_end && !event.ctrl_key() && !event.meta_key() {
            event.prevent_default();
            app.draft.read_guests();
        }
    };
    let edit = move |text: String| app.draft.type_guests(text);
    let on_paste = move |event: leptos::ev::ClipboardEvent| {
        let pasted = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
        // One word is pasted as usual; a list, which a field of one line would squeeze, is read at once.
        if pasted.contains(['\n', ',', ';', '@']) {
            event.prevent_default();
            edit(format!("{}{pasted}", typed.get_untracked()));
            app.draft.read_guests();
        }
    };
    let rows = move || {
        guests
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, guest)| {
                view! {
                    <GuestRow
                        guest
                        on_optional=move |optional| app.draft.edit_guest(at, |guest| guest.optional = optional)
                        on_remove=move |()| app.draft.remove_guest(at)
                    />
                }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <div class="field">
            <label for="guests" class="label">"Guests " <span class="quiet">{number}</span></label>
            <input
                class="input" id="guests" autocomplete="off" autocapitalize="none" spellcheck="false" enterkeyhint="done"
                placeholder="Name <address>, or paste a list" prop:value=typed
                aria-invalid=move || is_bad(complaint) aria-describedby="guests-complaint"
                on:input=move |event| edit(event_target_value(&event))
                on:keydown=on_key
                on:paste=on_paste
                on:change=move |_| app.draft.read_guests()
            />
            <div id="guests-complaint" role="status" class="remarks">
                {part(move || remarks.get().0.into_iter().map(|words| view! { <p class="complaint">{words}</p> }).collect::<Vec<_>>())}
                {part(move || Some(complaint.get()).filter(|words| !words.is_empty() && remarks.with(|remarks| remarks.0.is_empty()))
                    .map(|words| view! { <p class="complaint">{words}</p> }))}
                {part(move || Some(remarks.get().1).filter(|words| !words.is_empty()).map(|words| view! { <p class="hint">{words}</p> }))}
            </div>
            {part(move || (!guests.with(Vec::is_empty)).then(|| view! {
                <ul class="guest-list" aria-label="Invited">{rows()}</ul>
            }))}
        </div>
    }
}
