//! How far a sending has come: five stages, those past filled, the present one ringed.

use leptos::prelude::*;

use crate::text::outbox::STAGES;

/// The five stages.
#[component]
pub fn Stages(
    /// Which one is the present, from 0; five when all are past.
    present: usize,
    /// Whether what happened at the present one is unknown.
    is_odd: bool,
) -> impl IntoView {
    let stages = STAGES.iter().enumerate().map(|(at, name)| {
        let is_present = at == present;
        view! {
            <li class:past=at < present class:odd=is_present && is_odd aria-current=is_present.then_some("step")>
                {*name}
                {(at < present).then(|| view! { <span class="hidden-text">", done"</span> })}
            </li>
        }
    });
    view! { <ol class="stages" aria-label="Stages">{stages.collect_view()}</ol> }
}
