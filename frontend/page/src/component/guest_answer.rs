//! A guest of an event: who, what they answered, when, and what they wrote with it.

use intent::{GuestView, Point, ReplyMark};
use leptos::prelude::*;

use super::icon::Icon;
use super::mark::{Mark, answer_look};
use crate::text::{self, answer as words};

/// A guest and their answer.
#[component]
pub fn GuestAnswer(
    /// The guest.
    guest: GuestView,
    /// The present moment, for how long ago they answered.
    now: Point,
    /// The event is to be sent to them again; absent where that cannot be.
    on_again: Option<Callback<String>>,
) -> impl IntoView {
    let look = match &guest.mark {
        ReplyMark::NotDelivered(_) => ("failed", "i-failed"),
        ReplyMark::SetByYou => (answer_look(guest.answer).0, "i-hand"),
        ReplyMark::None | ReplyMark::EarlierTime => answer_look(guest.answer),
    };
    let who = text::name_or(&guest.name, &guest.address).to_owned();
    let note = words::guest_note(&guest, now);
    let has_name = who != guest.address;
    let comment = guest.comment.trim().to_owned();
    let address = guest.address.clone();
    let on_again = on_again.filter(|_| matches!(guest.mark, ReplyMark::NotDelivered(_)));
    view! {
        <li>
            <span>
                <span dir="auto">{who}</span>
                {has_name.then(|| view! { " " <span class="quiet">{guest.address.clone()}</span> })}
                {guest.organizer.then(|| view! { <span class="quiet">", organizer"</span> })}
                {guest.optional.then(|| view! { <span class="quiet">" optional"</span> })}
            </span>
            {(!guest.organizer).then(|| view! { <Mark look word=words::guest(&guest) /> })}
            {(!note.is_empty() || !comment.is_empty()).then(|| view! {
                <small dir="auto">
                    {note}
                    {(!comment.is_empty()).then(|| view! { " " <q>{format!("“{comment}”")}</q> })}
                </small>
            })}
            {on_again.map(|again| view! {
                <button type="button" class="button small" on:click=move |_| again.run(address.clone())>
                    <Icon name="i-resend" class="small" />"Send it again…"
                </button>
            })}
        </li>
    }
}
