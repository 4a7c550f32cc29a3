//! The outbox: each sending with its stages, each guest's mail with the server's own words, and how to go on.

use intent::{ComposeStart, DeliveryState, OutboxItem, OutboxStage, ResumeChoice};
use leptos::prelude::*;

use super::calendar::undo;
use crate::component::delivery_row::DeliveryRow;
use crate::component::icon::Icon;
use crate::component::mark::Mark;
use crate::component::part::part;
use crate::component::problem_notice::ProblemNotice;
use crate::component::stages::Stages;
use crate::state::{App, use_app};
use crate::text::{self, date, outbox as words};

/// A heading, a remark, and what belongs below them.
type Part = (&'static str, &'static str, fn(&OutboxItem) -> bool);

/// The parts of the page, in order.
const PARTS: [Part; 4] = [
    ("Held", "nothing has left yet", |item| matches!(item.stage, OutboxStage::Held { .. })),
    ("Needs you", "", |item| item.stage == OutboxStage::Stopped),
    ("Sending", "", |item| matches!(item.stage, OutboxStage::Saving | OutboxStage::Submitting | OutboxStage::Filing)),
    ("Done", "taken by your provider; what guests answer is on the event", |item| item.stage == OutboxStage::Done),
];

/// The outbox.
#[component]
pub fn OutboxScreen() -> impl IntoView {
    let app = use_app();
    let items = Memo::new(move |_| app.outbox.items.get().unwrap_or_default());
    let has_drafts = Memo::new(move |_| app.draft.all.with(|all| all.as_ref().is_some_and(|all| !all.is_empty())));
    let is_empty = Memo::new(move |_| items.with(Vec::is_empty) && !has_drafts.get());
    let unfinished = move || match app.outbox.unfinished() {
        0 => String::new(),
        number => format!("{number} on their way"),
    };
    view! {
        <main class="content" id="main" tabindex="-1">
            <div class="bar"><h1>"Outbox"</h1><span class="week-number hide-narrow">{part(unfinished)}</span></div>
            <div class="scroll" tabindex="0" role="region" aria-label="Sendings">
                <div class="column">
                    {part(move || is_empty.get().then(|| view! {
                        <div class="empty">
                            <Icon name="i-outbox" class="big" />
                            <h2>"Nothing on its way"</h2>
                            <p>"What you send appears here, guest by guest, with your provider’s own words. Nothing is sent twice."</p>
                        </div>
                    }))}
                    {PARTS.iter().map(|(heading, remark, belongs)| view! { <Part heading remark items belongs=*belongs /> }).collect_view()}
                    {part(move || has_drafts.get().then(|| view! { <Drafts /> }))}
                </div>
            </div>
        </main>
    }
}

#[component]
fn Part(
    /// Its heading.
    heading: &'static str,
    /// What stands beside it.
    remark: &'static str,
    /// All sendings.
    items: Memo<Vec<OutboxItem>>,
    /// Which of them belong here.
    belongs: fn(&OutboxItem) -> bool,
) -> impl IntoView {
    let mine =
        Memo::new(move |_| items.with(|items| items.iter().filter(|item| belongs(item)).cloned().collect::<Vec<_>>()));
    let id = format!("part-{}", heading.to_lowercase().replace(' ', "-"));
    view! {
        {part(move || (!mine.with(Vec::is_empty)).then(|| view! {
            <section class="part" aria-labelledby=id.clone()>
                <h2 id=id.clone()>{heading}" "<span class="quiet">{remark}</span></h2>
                <For each=move || mine.get() key=intent::encode let:item><Sending item /></For>
            </section>
        }))}
    }
}

#[component]
fn Sending(
    /// The sending.
    item: OutboxItem,
) -> impl IntoView {
    let app = use_app();
    let title = text::title_or(&item.title).to_owned();
    let id = format!("sending-{}", item.id.0);
    let labelled_by = id.clone();
    let has_unknown = item.deliveries.iter().any(|one| one.state == DeliveryState::Unknown);
    let is_done = item.stage == OutboxStage::Done;
    let pressed = date::stamp(item.pressed, app.clock.now.get_untracked());
    let summary = words::summary(&item);
    view! {
        <article class="card" aria-labelledby=labelled_by>
            <div class="card-top">
                <div>
                    <h3 id=id dir="auto">{title}</h3>
                    <p class="from">{if is_done { format!("{summary}. Sent {pressed}") } else { summary }}</p>
                </div>
                <State item=item.clone() />
            </div>
            {(!is_done).then(|| view! { <Stages present=words::stage(&item) is_odd=has_unknown /> })}
            {(!item.deliveries.is_empty()).then(|| view! {
                <ul class="people" aria-label="Mails">
                    {item.deliveries.iter().map(|delivery| view! { <DeliveryRow delivery=delivery.clone() /> }).collect_view()}
                </ul>
            })}
            {item.problem.clone().map(|problem| view! { <ProblemNotice problem /> })}
            {words::unknown(&item).map(|unknown| view! { <div class="notice odd"><Icon name="i-unknown" /><p>{unknown}</p></div> })}
            {(item.stage == OutboxStage::Stopped).then(|| view! { <p class="what soft">{words::stopped(&item)}</p> })}
            <Buttons app item />
        </article>
    }
}

#[component]
fn State(
    /// The sending.
    item: OutboxItem,
) -> impl IntoView {
    let app = use_app();
    match item.stage {
        OutboxStage::Held { seconds } => view! {
            {part(move || view! { <Mark look=("sent", "i-held") word=format!("Leaves in {} s", app.outbox.seconds_left(seconds)) /> })}
        }
        .into_any(),
        OutboxStage::Saving => view! { <Mark look=("sent", "i-sending") word="Saving" /> }.into_any(),
        OutboxStage::Submitting => view! { <Mark look=("sent", "i-sending") word=words::taken(&item) /> }.into_any(),
        OutboxStage::Filing => view! { <Mark look=("sent", "i-sending") word="Filing copies" /> }.into_any(),
        OutboxStage::Done => {
            let (look, word) = done(&item);
            view! { <Mark look word /> }.into_any()
        }
        OutboxStage::Stopped if item.deliveries.iter().any(|one| one.state == DeliveryState::Unknown) => {
            view! { <Mark look=("unknown", "i-unknown") word="Unknown" /> }.into_any()
        }
        OutboxStage::Stopped => view! { <Mark look=("failed", "i-failed") word="Stopped" /> }.into_any(),
    }
}

/// Done is not more than is known: some mails may have been refused, or all.
fn done(item: &OutboxItem) -> ((&'static str, &'static str), &'static str) {
    let refused = item.deliveries.iter().filter(|one| matches!(one.state, DeliveryState::Refused { .. })).count();
    match (item.deliveries.len(), refused) {
        (0, _) => (("sent", "i-check"), "Saved"),
        (_, 0) => (("sent", "i-check"), "Taken"),
        (all, refused) if refused == all => (("failed", "i-failed"), "Refused"),
        _ => (("failed", "i-failed"), "Partly refused"),
    }
}

#[component]
fn Buttons(
    /// The page.
    app: App,
    /// The sending.
    item: OutboxItem,
) -> impl IntoView {
    let id = item.id.clone();
    let is_held = matches!(item.stage, OutboxStage::Held { .. });
    let take_back = {
        let id = id.clone();
        is_held.then(|| {
            view! {
                <button type="button" class="button" aria-keyshortcuts="z" on:click=move |_| undo(app, id.clone())>
                    <Icon name="i-undo" />"Undo " <kbd class="key">"z"</kbd>
                </button>
            }
        })
    };
    let choices = item.choices.iter().map(|choice| {
        let (id, choice) = (id.clone(), *choice);
        let word = if is_held { "Send now" } else { words::choice(choice) };
        let class = if is_held || choice == ResumeChoice::GiveUp { "button plain" } else { "button" };
        view! { <button type="button" class=class on:click=move |_| app.outbox.resume(id.clone(), choice)>{word}</button> }
    });
    let dismiss = {
        let id = id.clone();
        (item.stage == OutboxStage::Done).then(|| view! {
            <button type="button" class="button plain small" on:click=move |_| app.outbox.dismiss(id.clone())>"Take off the list"</button>
        })
    };
    let inspect = {
        let id = id.clone();
        let word = if is_held { "Inspect" } else { "What was sent" };
        view! {
            <button type="button" class="button plain end" on:click=move |_| app.outbox.open_sent(id.clone())><Icon name="i-eye" />{word}</button>
        }
    };
    view! { <div class="buttons">{take_back}{choices.collect_view()}{dismiss}{inspect}</div> }
}

/// Drafts on this device.
#[component]
fn Drafts() -> impl IntoView {
    let app = use_app();
    let drafts = move || app.draft.all.get().unwrap_or_default();
    view! {
        <section class="part" aria-labelledby="part-drafts">
            <h2 id="part-drafts">"Drafts "<span class="quiet">"only on this device"</span></h2>
            <div class="card">
                <ul class="people">
                    <For each=drafts key=Clone::clone let((draft, title, changed))>
                        {
                            let start = ComposeStart::Draft(draft.clone());
                            view! {
                                <li>
                                    <span dir="auto">{text::title_or(&title).to_owned()}</span>
                                    <button type="button" class="button small" on:click=move |_| app.draft.begin(start.clone())>
                                        "Go on writing"<span class="hidden-text">{format!(", {}", text::title_or(&title))}</span>
                                    </button>
                                    <small>{part(move || text::answer::sentence_start(&date::stamp(changed, app.clock.now.get())))}</small>
                                </li>
                            }
                        }
                    </For>
                </ul>
            </div>
        </section>
    }
}
