//! A guest in the form: who, how they stand to the event, and whether they may stay away.

use intent::{Guest, GuestMark};
use leptos::prelude::*;

use super::icon::Icon;
use super::mark::{Mark, answer_look};
use crate::text;

/// A guest in the form.
#[component]
pub fn GuestRow(
    /// The guest.
    guest: Guest,
    /// They may stay away, or may no longer.
    #[prop(into)]
    on_optional: Callback<bool>,
    /// They are taken off the list, or put back.
    #[prop(into)]
    on_remove: Callback<()>,
) -> impl IntoView {
    let who = text::name_or(&guest.name, &guest.address).to_owned();
    let is_removed = matches!(guest.mark, GuestMark::Removed(_));
    let mark = match guest.mark {
        GuestMark::Added => view! { <span class="tag new">"Added"</span> }.into_any(),
        GuestMark::Again(_) => view! { <span class="tag new">"Sent again"</span> }.into_any(),
        GuestMark::Removed(_) => view! { <span class="tag gone">"Removed"</span> }.into_any(),
        GuestMark::Kept(answer) => {
            view! { <Mark look=answer_look(answer) word=text::answer::word(answer) /> }.into_any()
        }
    };
    let (label, icon) =
        if is_removed { (format!("Put {who} back"), "i-undo") } else { (format!("Remove {who}"), "i-close") };
    let optional = guest.optional;
    view! {
        <li>
            <span class="who">
                <span class:gone-name=is_removed dir="auto">{who.clone()}</span>
                {(!guest.name.trim().is_empty()).then(|| view! { <small>{guest.address.clone()}</small> })}
            </span>
            {mark}
            {(!is_removed).then(|| view! {
                <button
                    type="button" class="button plain small" aria-pressed=optional.to_string()
                    on:click=move |_| on_optional.run(!optional)
                >
                    "Optional"<span class="hidden-text">{format!(", {who}")}</span>
                </button>
            })}
            <button type="button" class="button plain small square" aria-label=label on:click=move |_| on_remove.run(())>
                <Icon name=icon class="small" />
            </button>
        </li>
    }
}
