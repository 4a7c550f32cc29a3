//! The parts of a mail, one in the other, to choose from.

use intent::MailPart;
use leptos::prelude::*;

use super::part::part;
use crate::text;

/// The parts of a mail.
#[component]
pub fn MailTree(
    /// The parts in reading order, each with its depth.
    #[prop(into)]
    parts: Signal<Vec<MailPart>>,
    /// Which one is chosen.
    #[prop(into)]
    chosen: Signal<usize>,
    /// One was chosen.
    #[prop(into)]
    on_choose: Callback<usize>,
) -> impl IntoView {
    let rows = move || {
        parts
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, part)| {
                let media_type = part.content_type.split(';').next().unwrap_or_default().trim().to_owned();
                let size = text::size(part.end.saturating_sub(part.start) as usize);
                view! {
                    <li style=("--depth", part.depth.to_string())>
                        <button
                            type="button" aria-pressed=move || (chosen.get() == at).to_string() title=part.content_type.clone()
                            on:click=move |_| on_choose.run(at)
                        >
                            <b>{media_type}</b>
                            <em>{size}</em>
                            <small>{part.gloss.clone()}</small>
                        </button>
                    </li>
                }
            })
            .collect::<Vec<_>>()
    };
    view! { <ul class="tree" aria-label="Parts of the mail">{part(rows)}</ul> }
}
