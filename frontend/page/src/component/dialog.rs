//! A dialog over the page: everything behind it is out of reach until it closes.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::MouseEvent;

/// A dialog. The browser keeps the focus inside it, closes it on Escape and returns the focus afterwards.
#[component]
pub fn Dialog(
    /// The id of the element that names it.
    labelled_by: &'static str,
    /// Further classes.
    #[prop(default = "")]
    class: &'static str,
    /// It was closed: by Escape, by a click outside, or by the caller.
    #[prop(into)]
    on_close: Callback<()>,
    /// What stands in it.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    dialog.on_load(|dialog| {
        // In the next frame: only what is in the document can be shown.
        request_animation_frame(move || {
            if dialog.is_connected() && !dialog.open() {
                let _shown = dialog.show_modal();
            }
        });
    });
    // Closed before it is taken away: only then the browser returns the focus to where it was.
    on_cleanup(move || {
        if let Some(Some(dialog)) = dialog.try_get_untracked() {
            dialog.close();
        }
    });
    let close_outside = move |click: MouseEvent| {
        let is_backdrop = dialog.get_untracked().is_some_and(|dialog| {
            let place = dialog.get_bounding_client_rect();
            let (x, y) = (f64::from(click.client_x()), f64::from(click.client_y()));
            // A click made with the keyboard has no place.
            let is_inside = (place.left()..=place.right()).contains(&x) && (place.top()..=place.bottom()).contains(&y);
            (x, y) != (0.0, 0.0) && !is_inside
        });
        if is_backdrop {
            on_close.run(());
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class=format!("dialog {class}")
            aria-labelledby=labelled_by
            on:click=close_outside
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                on_close.run(());
            }
        >
            {children()}
        </dialog>
    }
}
