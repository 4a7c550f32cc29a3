//! All shortcuts, in groups.

use leptos::prelude::*;

use crate::text::shortcut::GROUPS;

/// All shortcuts.
#[component]
pub fn KeySheet() -> impl IntoView {
    let groups = GROUPS.iter().map(|group| {
        let lines = group.keys.iter().map(|(what, keys)| {
            let caps = keys.iter().map(|key| view! { <kbd class="key">{*key}</kbd> }).collect_view();
            view! { <div><dt>{*what}</dt><dd>{caps}</dd></div> }
        });
        view! { <section><h3>{group.heading}</h3><dl>{lines.collect_view()}</dl></section> }
    });
    view! { <div class="keys">{groups.collect_view()}</div> }
}
