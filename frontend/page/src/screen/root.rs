//! The root: the sign-in screen, or the frame with a screen in it, and what floats above both.

use intent::SignInView;
use leptos::prelude::*;

use super::above::Floating;
use super::compose::ComposeScreen;
use super::frame::Frame;
use super::sent::SentScreen;
use super::sign_in::SignInScreen;
use crate::component::icon::Icon;
use crate::component::part::part;
use crate::state::App;
use crate::state::notices::News;
use crate::state::place::Place;
use crate::text;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Looking,
    SignedOut,
    InFrame,
    Composing,
}

/// Everything.
#[component]
pub fn Root() -> impl IntoView {
    let app = App::start();
    app.provide();
    let stage = Memo::new(move |_| match app.session.view.get() {
        SignInView::Unknown => Stage::Looking,
        SignInView::SignedIn(_) => match app.places.current.get() {
            Place::NewDraft | Place::Compose(_) => Stage::Composing,
            _ => Stage::InFrame,
        },
        _ => Stage::SignedOut,
    });
    Effect::new(move || {
        let place = app.places.current.get();
        document().set_title(&format!(
            "{} – Calpost",
            if matches!(stage.get(), Stage::InFrame | Stage::Composing) { place.title() } else { "Sign in" }
        ));
    });
    let said = move || match app.notices.news.get() {
        None => String::new(),
        Some(News::Held(item)) => text::outbox::held(&item),
        Some(News::Sent(item)) => text::outbox::done(&item),
        Some(News::Stopped(item)) => text::outbox::needs_you(&item),
        Some(News::Answered(entry)) => {
            let name = text::name_or(&entry.name, &entry.address);
            let said = |answer| text::answer::announcement(name, answer, text::title_or(&entry.title));
            entry.answer.map(said).unwrap_or_default()
        }
    };
    view! {
        {part(move || match stage.get() {
            Stage::Looking => view! { <Opening /> }.into_any(),
            Stage::SignedOut => view! { <SignInScreen /> }.into_any(),
            Stage::InFrame => view! { <Frame /> }.into_any(),
            Stage::Composing => view! { <ComposeScreen /> }.into_any(),
        })}
        <SentScreen />
        <Floating />
        <p class="hidden-text" role="status" aria-live="polite">{part(said)}</p>
    }
}

/// What a person who is signed in sees until the engine has looked, or the page itself has arrived.
#[component]
pub fn Opening() -> impl IntoView {
    view! {
        <main class="bare">
            <div class="loading">
                <h1 class="brand"><Icon name="i-mark" />"Calpost"</h1>
                // The names are those of the start file, whose script writes here should the page not arrive.
                <label class="hidden-text" for="arriving">"Opening your calendar"</label>
                <progress id="arriving"></progress>
                <p class="quiet hint" id="arrived">"Opening your calendar from this device."</p>
            </div>
        </main>
    }
}
