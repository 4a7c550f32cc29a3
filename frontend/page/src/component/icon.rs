//! A drawing from the sprite of the start file.

use leptos::prelude::*;

/// A drawing. It never stands alone: a word beside it, or the name of its button, says the same.
#[component]
pub fn Icon(
    /// Its name in the sprite, such as `i-plus`.
    name: &'static str,
    /// Further classes: `small`, `spin`, `turns`.
    #[prop(default = "")]
    class: &'static str,
) -> impl IntoView {
    let address = format!("#{name}");
    view! {
        <svg class=format!("icon {class}") aria-hidden="true">
            <use_ href=address></use_>
        </svg>
    }
}
