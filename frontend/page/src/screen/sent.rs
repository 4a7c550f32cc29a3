//! What was sent, byte for byte: the stored letters of one sending, in a dialog.

use std::sync::Arc;

use intent::Inspection;
use leptos::prelude::*;

use super::compose::bytes::{LetterBytes, MailBytes, StoredBytes};
use crate::component::dialog::Dialog;
use crate::component::icon::Icon;
use crate::component::part::part;
use crate::state::use_app;

const SIDES: [&str; 3] = ["Mail", "Calendar file", "Stored copy"];

/// The dialog, while letters are asked for.
#[component]
pub fn SentScreen() -> impl IntoView {
    let app = use_app();
    let close = Callback::new(move |()| app.outbox.close_sent());
    let is_open = Memo::new(move |_| app.outbox.sent.with(Option::is_some));
    view! {
        {part(move || is_open.get().then(|| {
            let inspection = Signal::derive(move || {
                let sent = app.outbox.sent.get();
                Arc::new(sent.map(|sent| Inspection { letters: sent.letters.clone(), stored: sent.stored.clone(), ..Inspection::default() }).unwrap_or_default())
            });
            let (side, letter) = (RwSignal::new(0_usize), RwSignal::new(0_usize));
            view! {
                <Dialog labelled_by="sent-title" class="sent-bytes" on_close=close>
                    <div class="dialog-head">
                        <h2 id="sent-title">"What was sent"</h2>
                        <button type="button" class="button plain square" aria-label="Close" on:click=move |_| close.run(())><Icon name="i-close" /></button>
                    </div>
                    <div class="segments" role="group" aria-label="Side">
                        {SIDES.iter().enumerate().map(|(at, name)| view! {
                            <button type="button" aria-pressed=move || (side.get() == at).to_string() on:click=move |_| side.set(at)>{*name}</button>
                        }).collect_view()}
                    </div>
                    <div class="sent-side" tabindex="0" role="region" aria-label="Bytes">
                        {part(move || match side.get() {
                            0 => view! { <MailBytes inspection letter /> }.into_any(),
                            1 => view! { <LetterBytes inspection letter /> }.into_any(),
                            _ => view! { <StoredBytes inspection /> }.into_any(),
                        })}
                    </div>
                </Dialog>
            }
        }))}
    }
}
