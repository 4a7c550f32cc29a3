//! What floats above every screen: the banner of a connection that is away, problems, and the sending that is held.

use intent::{OutboxStage, Problem};
use leptos::prelude::*;

use super::calendar::undo;
use crate::component::icon::Icon;
use crate::component::part::part;
use crate::component::problem_notice::ProblemNotice;
use crate::state::place::Place;
use crate::state::{use_app, use_notices};
use crate::text::{self, agenda, outbox, problem};

/// The banner: mailbox or relay do not answer. It pushes the page, because it stays.
#[component]
pub fn Banner() -> impl IntoView {
    let app = use_app();
    let problem = Memo::new(move |_| app.status.now.with(|status| status.problem.clone()));
    let is_away = Memo::new(move |_| app.status.next_attempt().is_some());
    let waiting = move || {
        let read = app.status.now.with(|status| status.calendars_read);
        is_away.get().then(|| agenda::waiting(read, app.clock.now.get()))
    };
    view! {
        {part(move || (is_away.get() || problem.with(Option::is_some)).then(|| {
            let words = problem.get().map(|problem| problem::words(&problem));
            let happened = words.as_ref().map_or_else(|| "The relay does not answer.".to_owned(), |words| words.happened.clone());
            let rest = words.as_ref().map(|words| format!("{} {}", words.means, words.remedy)).unwrap_or_default();
            let detail = words.map(|words| words.detail).unwrap_or_default();
            view! {
                <div class="banner" role="alert">
                    <Icon name="i-offline" />
                    <p>
                        <b class="strong">{happened}</b>" "
                        {part(move || waiting().unwrap_or_else(|| rest.clone()))}" "
                        // The seconds are for the eye only: read aloud, they would never end.
                        <span aria-hidden="true">{part(move || app.status.next_attempt().map(agenda::next_try))}</span>
                        {(!detail.is_empty()).then(|| view! { " " <span class="their-words">{detail}</span> })}
                    </p>
                    <span class="end"><button type="button" class="button small" on:click=move |_| app.status.check_now()>"Try now"</button></span>
                </div>
            }
        }))}
    }
}

/// Problems without a place of their own, and the sending that can still be taken back.
#[component]
pub fn Floating() -> impl IntoView {
    view! {
        <section class="floating" aria-label="Notices">
            <Problems />
            <HeldToast />
        </section>
    }
}

/// Problems without a place of their own.
#[component]
pub fn Problems() -> impl IntoView {
    let notices = use_notices();
    let key = |problem: &Problem| (problem.kind, problem.service, problem.detail.clone());
    view! {
        <div role="alert">
            <For each=move || notices.problems.get() key=key let:problem>
                {
                    let same = problem.clone();
                    view! {
                        <div class="floating-problem">
                            <ProblemNotice problem>
                                <button type="button" class="button plain small square" aria-label="Close" on:click=move |_| notices.dismiss(&same)>
                                    <Icon name="i-close" class="small" />
                                </button>
                            </ProblemNotice>
                        </div>
                    }
                }
            </For>
        </div>
    }
}

/// A sending that is held: its seconds, and the way back.
#[component]
fn HeldToast() -> impl IntoView {
    let app = use_app();
    // The outbox shows it itself, with more to it.
    let held = Memo::new(move |_| app.outbox.held().filter(|_| app.places.current.get() != Place::Outbox));
    view! {
        {part(move || held.get().map(|item| {
            let title = text::title_or(&item.title).to_owned();
            let (taken_back, inspect, now) = (item.id.clone(), item.id.clone(), item.id.clone());
            let choice = item.choices.first().copied();
            let left = {
                let item = item.clone();
                move || match item.stage {
                    OutboxStage::Held { seconds } => outbox::leaves(&item, app.outbox.seconds_left(seconds)),
                    _ => String::new(),
                }
            };
            view! {
                <div class="toast" role="group" aria-label="Held">
                    <Icon name="i-held" />
                    <span><b class="strong" dir="auto">{title}</b>": "{left}</span>
                    {choice.map(|choice| view! {
                        <button type="button" class="button plain" on:click=move |_| app.outbox.resume(now.clone(), choice)>"Send now"</button>
                    })}
                    <button type="button" class="button plain" on:click=move |_| app.outbox.open_sent(inspect.clone())>"Inspect"</button>
                    <button type="button" class="button" aria-keyshortcuts="z" on:click=move |_| undo(app, taken_back.clone())>
                        <Icon name="i-undo" />"Undo " <kbd class="key">"z"</kbd>
                    </button>
                </div>
            }
        }))}
    }
}
