//! The bar above bytes: whose they are, how many, and taking them along.

use intent::CodeText;
use leptos::prelude::*;

use super::icon::Icon;
use super::part::part;
use crate::text;

/// The bar above bytes.
#[component]
pub fn BytesBar(
    /// The letters to choose from; none if there is no choice.
    #[prop(into)]
    choices: Signal<Vec<String>>,
    /// Which is chosen.
    #[prop(into)]
    chosen: Signal<usize>,
    /// One was chosen.
    #[prop(into)]
    on_choose: Callback<usize>,
    /// The bytes.
    #[prop(into)]
    code: Signal<CodeText>,
    /// The name of the file they are saved as.
    #[prop(into)]
    file: Signal<String>,
    /// Their media type.
    media_type: &'static str,
    /// Whether these bytes leave, or are stored.
    leaves: bool,
    /// They are to be copied, or saved under a name.
    #[prop(into)]
    on_take: Callback<Take>,
) -> impl IntoView {
    let size = move || {
        code.with(|code| {
            let lines = code.bytes.iter().filter(|byte| **byte == b'\n').count();
            let truth = if leaves { "every byte as it will leave" } else { "every byte as it will be stored" };
            format!("{} bytes, {}, {truth}", text::number(code.bytes.len()), text::count(lines, "line", "lines"))
        })
    };
    let options = move || {
        let chosen = chosen.get();
        choices
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, words)| {
                view! {
                    <option value=at.to_string() selected=at == chosen>{words}</option>
                }
            })
            .collect_view()
    };
    let was_copied = RwSignal::new(false);
    view! {
        <div class="bytes-bar">
            {part(move || (!choices.with(Vec::is_empty)).then(|| view! {
                <select class="input" aria-label="Message" on:change=move |event| if let Ok(at) = event_target_value(&event).parse() { on_choose.run(at) }>
                    {part(options)}
                </select>
            }))}
            <span>{part(size)}</span>
            <span class="end">
                <button type="button" class="button plain small" on:click=move |_| {
                    on_take.run(Take::Copy(code.with_untracked(|code| String::from_utf8_lossy(&code.bytes).into_owned())));
                    was_copied.set(true);
                }>
                    <Icon name="i-copy" class="small" />{part(move || if was_copied.get() { "Copied" } else { "Copy" })}
                </button>
                <button type="button" class="button plain small" on:click=move |_| {
                    on_take.run(Take::Save { bytes: code.with_untracked(|code| code.bytes.clone()), name: file.get_untracked(), media_type });
                }>
                    <Icon name="i-download" class="small" />"Save"
                </button>
            </span>
        </div>
    }
}

/// How bytes are taken along.
pub enum Take {
    /// As text on the clipboard.
    Copy(String),
    /// As a file.
    Save {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Its name.
        name: String,
        /// Its media type.
        media_type: &'static str,
    },
}
