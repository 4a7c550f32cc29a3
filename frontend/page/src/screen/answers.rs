//! The answers: for each mail that spoke of an event, what was entered, or why not.

use intent::{AnswerEntry, AnswerOutcome, ComposeStart};
use leptos::prelude::*;

use crate::component::icon::Icon;
use crate::component::mark::{Look, Mark, answer_look};
use crate::component::part::part;
use crate::state::place::Place;
use crate::state::use_app;
use crate::text::{self, answer as words, date};

/// The list.
#[component]
pub fn AnswersScreen() -> impl IntoView {
    let app = use_app();
    let entries = Memo::new(move |_| app.answers.entries.get().unwrap_or_default());
    let status = move || app.status.now.with(|status| text::agenda::status(status, app.clock.now.get()));
    let needs =
        Memo::new(move |_| entries.with(|all| all.iter().filter(|one| wants_a_look(one)).cloned().collect::<Vec<_>>()));
    let entered = Memo::new(move |_| {
        entries.with(|all| all.iter().filter(|one| !wants_a_look(one)).cloned().collect::<Vec<_>>())
    });
    view! {
        <main class="content" id="main" tabindex="-1">
            <div class="bar">
                <h1>"Answers"</h1>
                <span class="week-number hide-narrow">{status}</span>
                <div class="end">
                    <button type="button" class="button plain" on:click=move |_| app.status.check_now()><Icon name="i-resend" />"Check now"</button>
                </div>
            </div>
            <div class="scroll" tabindex="0" role="region" aria-label="Answers">
                <div class="column">
                    {part(move || entries.with(Vec::is_empty).then(|| view! {
                        <div class="empty">
                            <Icon name="i-tray" class="big" />
                            <h2>"No answer has arrived yet"</h2>
                            <p>"When a guest answers, it is entered in your event by itself, and this list says what was entered and why."</p>
                            <p class="hint">{status}</p>
                        </div>
                    }))}
                    <Entries heading="To look at" remark="returned mails, questions, and what was not entered" entries=needs />
                    <Entries heading="Entered for you" remark="answers to your own events" entries=entered />
                </div>
            </div>
        </main>
    }
}

/// Whether a mail may want something of the person: it was not entered, came back, or asks.
fn wants_a_look(entry: &AnswerEntry) -> bool {
    use AnswerOutcome::{AsksAgain, NeedsConsent, NotDelivered, NotUsable, UnknownEvent};
    matches!(entry.outcome, NeedsConsent(_) | NotUsable(_) | UnknownEvent | NotDelivered(_) | AsksAgain)
}

#[component]
fn Entries(
    /// The heading.
    heading: &'static str,
    /// What stands beside it.
    remark: &'static str,
    /// The mails.
    entries: Memo<Vec<AnswerEntry>>,
) -> impl IntoView {
    let id = format!("answers-{}", heading.to_lowercase().replace(' ', "-"));
    view! {
        {part(move || (!entries.with(Vec::is_empty)).then(|| view! {
            <section class="part" aria-labelledby=id.clone()>
                <h2 id=id.clone()>{heading}" "<span class="quiet">{remark}</span></h2>
                <div class="card">
                    <ul class="applied" aria-label=heading>
                        <For each=move || entries.get() key=intent::encode let:entry><Entry entry /></For>
                    </ul>
                </div>
            </section>
        }))}
    }
}

#[component]
fn Entry(
    /// The mail.
    entry: AnswerEntry,
) -> impl IntoView {
    let app = use_app();
    let look: Look = match &entry.outcome {
        AnswerOutcome::Applied | AnswerOutcome::AlreadyThere => entry.answer.map_or(("", "i-mail"), answer_look),
        AnswerOutcome::Entering => ("sent", "i-sending"),
        AnswerOutcome::Stale(_) => ("", "i-later"),
        AnswerOutcome::NeedsConsent(_) => ("failed", "i-doubt"),
        AnswerOutcome::UnknownEvent => ("", "i-unknown"),
        AnswerOutcome::NotUsable(_) | AnswerOutcome::NotDelivered(_) => ("failed", "i-failed"),
        AnswerOutcome::AsksAgain => ("", "i-mail"),
    };
    let again = match (&entry.outcome, &entry.event) {
        (AnswerOutcome::NotDelivered(_) | AnswerOutcome::AsksAgain, Some(event)) => {
            Some(ComposeStart::Again(event.clone(), entry.address.clone()))
        }
        _ => None,
    };
    let who = text::name_or(&entry.name, &entry.address).to_owned();
    let has_name = who != entry.address;
    let title = text::title_or(&entry.title).to_owned();
    let remark = words::outcome(&entry.outcome);
    let comment = entry.comment.trim().to_owned();
    let link = entry.event.clone().map(|event| Place::Event(event).address());
    view! {
        <li>
            <Mark look word=words::outcome_word(entry.answer, &entry.outcome) />
            <span>
                <span dir="auto">{who}</span>
                {has_name.then(|| view! { " " <span class="quiet">{entry.address.clone()}</span> })}
                <small dir="auto">
                    {match link {
                        Some(link) => view! { <a href=link>{title}</a> }.into_any(),
                        None => title.into_any(),
                    }}
                    ". "
                    {(!comment.is_empty()).then(|| format!("“{comment}” "))}
                    {remark}
                </small>
                {again.map(|start| view! {
                    <button type="button" class="button small" on:click=move |_| app.draft.begin(start.clone())>
                        <Icon name="i-resend" class="small" />"Send it again…"
                    </button>
                })}
            </span>
            <time>{part(move || date::stamp(entry.received, app.clock.now.get()))}</time>
        </li>
    }
}
