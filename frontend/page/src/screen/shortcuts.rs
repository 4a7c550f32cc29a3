//! The sheet of shortcuts, over whatever is on the screen.

use leptos::prelude::*;

use crate::component::dialog::Dialog;
use crate::component::icon::Icon;
use crate::component::key_sheet::KeySheet;
use crate::component::part::part;

/// The sheet.
#[component]
pub fn ShortcutSheet(
    /// Whether it is open.
    is_open: RwSignal<bool>,
) -> impl IntoView {
    let close = Callback::new(move |()| is_open.set(false));
    view! {
        {part(move || is_open.get().then(|| view! {
            <Dialog labelled_by="keys-title" on_close=close>
                <div class="dialog-head">
                    <h2 id="keys-title">"Keyboard"</h2>
                    <button type="button" class="button plain square" aria-label="Close" on:click=move |_| close.run(())><Icon name="i-close" /></button>
                </div>
                <div class="dialog-body"><KeySheet /></div>
                <div class="dialog-foot"><LetterKeys /></div>
            </Dialog>
        }))}
    }
}

/// Turns shortcuts of a single letter on or off.
#[component]
pub fn LetterKeys() -> impl IntoView {
    let preferences = crate::state::use_app().preferences;
    view! {
        <label class="check-line">
            <input
                type="checkbox" prop:checked=preferences.letter_keys
                on:change=move |event| preferences.use_letter_keys(event_target_checked(&event))
            />
            <span>"Single-letter shortcuts "<span class="quiet">"They rest while you type in a field."</span></span>
        </label>
    }
}
