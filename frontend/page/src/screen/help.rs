//! Help: what Calpost does in a few sentences, and every key.

use leptos::prelude::*;

use super::shortcuts::LetterKeys;
use crate::component::key_sheet::KeySheet;

/// Help, with the sheet of shortcuts.
#[component]
pub fn HelpScreen() -> impl IntoView {
    view! {
        <main class="content" id="main" tabindex="-1">
            <div class="bar"><h1>"Help"</h1></div>
            <div class="scroll" tabindex="0" role="region" aria-label="Help">
                <div class="column">
                    <section class="part" aria-labelledby="how">
                        <h2 id="how">"How it works"</h2>
                        <div class="card help-text">
                            <p>"Your calendar lives at your provider; this page shows a copy and writes to it directly. An invitation is an ordinary mail from your own address, which every calendar program understands."</p>
                            <p>"Beside the form you always see what will be sent: first in words, then byte for byte. What you see is what leaves. For some seconds after you press send nothing happens, and you can undo."</p>
                            <p>"Answers arrive in your inbox like any mail. Calpost reads them, enters them in the event, and leaves the mail as it is. The list Answers says what was entered, and why something was not."</p>
                        </div>
                    </section>
                    <section class="part" aria-labelledby="keyboard">
                        <h2 id="keyboard">"Keyboard"</h2>
                        <div class="card"><KeySheet /></div>
                        <LetterKeys />
                    </section>
                </div>
            </div>
        </main>
    }
}
