//! The Inspector's first tab: who gets which letter, who gets none and why, what mail programs make of it, and the order.

use std::sync::Arc;

use intent::{FindingLevel, Inspection, LetterKind, QuietReason};
use leptos::prelude::*;

use crate::component::icon::Icon;
use crate::component::part::part;
use crate::text::{self, inspection as words};

const REASONS: [QuietReason; 4] =
    [QuietReason::NothingNew, QuietReason::ToldByOthers, QuietReason::NeverInvited, QuietReason::Past];

/// The tab.
#[component]
pub fn InWords(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
) -> impl IntoView {
    view! {
        <Losses inspection />
        {words::KINDS.map(|kind| view! { <Group inspection kind /> }).collect_view()}
        <Quiet inspection />
        <div class="two-up">
            <Findings inspection />
            <Order inspection />
        </div>
    }
}

/// What the change would lose: to be read before saving.
#[component]
fn Losses(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
) -> impl IntoView {
    let losses = Memo::new(move |_| inspection.with(|inspection| inspection.losses.clone()));
    view! {
        {part(move || (!losses.with(Vec::is_empty)).then(|| view! {
            <div class="notice warn">
                <Icon name="i-failed" />
                <div>
                    <p class="strong">"This change drops parts of the series"</p>
                    <ul>{losses.get().into_iter().map(|loss| view! { <li>{loss}</li> }).collect_view()}</ul>
                </div>
            </div>
        }))}
    }
}

/// The letters of one kind.
#[component]
fn Group(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
    /// The kind.
    kind: LetterKind,
) -> impl IntoView {
    let (icon, class) = match kind {
        LetterKind::Invitation => ("i-invite", ""),
        LetterKind::Update => ("i-update", ""),
        LetterKind::Cancellation => ("i-cancel", "gone"),
        LetterKind::Answer => ("i-mail", ""),
    };
    let guests = Memo::new(move |_| {
        inspection.with(|inspection| {
            let of_kind = inspection.letters.iter().filter(|letter| letter.kind == kind);
            of_kind.map(|letter| letter.address.clone()).collect::<Vec<_>>()
        })
    });
    // The first letter of all stands open, so that nobody has to search for what is read.
    let first = inspection.with_untracked(|inspection| inspection.letters.first().map(|letter| letter.address.clone()));
    view! {
        {part(move || (!guests.with(Vec::is_empty)).then(|| {
            let first = first.clone();
            view! {
                <section class="group">
                    <h3 class=class><Icon name=icon />{words::heading(kind)}" "<span class="quiet">{part(move || words::mails(guests.with(Vec::len)))}</span></h3>
                    <div class="sheet">
                        <For each=move || guests.get() key=Clone::clone let:address>
                            {
                                let is_first = first.as_ref() == Some(&address);
                                view! { <LetterLine inspection kind address is_first /> }
                            }
                        </For>
                    </div>
                </section>
            }
        }))}
    }
}

/// One letter: its reader, and what they read.
#[component]
fn LetterLine(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
    /// What kind of letter it is.
    kind: LetterKind,
    /// Whose it is.
    address: String,
    /// Whether it is the first of all.
    is_first: bool,
) -> impl IntoView {
    let mine = address.clone();
    let letter = Memo::new(move |_| {
        inspection
            .with(|inspection| {
                let letter = inspection.letters.iter().find(|letter| letter.address == mine && letter.kind == kind);
                letter.map(|letter| (letter.name.clone(), letter.optional, letter.subject.clone(), letter.text.clone()))
            })
            .unwrap_or_default()
    });
    let who = {
        let address = address.clone();
        move || letter.with(|(name, ..)| text::name_or(name, &address).to_owned())
    };
    let to = who.clone();
    let has_name = Memo::new(move |_| letter.with(|(name, ..)| !name.trim().is_empty()));
    view! {
        <details class="will-get" open=is_first>
            <summary>
                <Icon name="i-right" class="small turns" />
                <span>
                    <span dir="auto">{who}</span>" "
                    <small>{part(move || has_name.get().then(|| address.clone()))}{part(move || letter.with(|(_, optional, ..)| *optional).then_some(" optional"))}</small>
                </span>
                <span class="their-time">{words::effect(kind)}</span>
            </summary>
            <div class="letter">
                <dl>
                    <dt>"To"</dt>
                    <dd>{part(move || format!("{}, and nobody else", to()))}</dd>
                    <dt>"Subject"</dt>
                    <dd dir="auto">{part(move || letter.with(|(_, _, subject, _)| subject.clone()))}</dd>
                </dl>
                {part(move || letter.with(|(.., text)| {
                    text.replace("\r\n", "\n").split("\n\n").filter(|part| !part.trim().is_empty())
                        .map(|part| view! { <p dir="auto">{part.to_owned()}</p> }).collect_view()
                }))}
            </div>
        </details>
    }
}

/// Who gets no mail, and why.
#[component]
fn Quiet(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
) -> impl IntoView {
    let reasons = Memo::new(move |_| {
        inspection.with(|inspection| {
            let guests = inspection.quiet.iter().filter(|quiet| quiet.why != QuietReason::Organizer).count();
            let lines = REASONS.map(|why| (why, words::quiet_names(inspection, why)));
            (guests, lines.into_iter().filter(|(_, names)| !names.is_empty()).collect::<Vec<_>>())
        })
    });
    view! {
        {part(move || reasons.with(|(guests, lines)| (*guests > 0).then(|| view! {
            <section class="group">
                <h3 class="none"><Icon name="i-nothing" />"No mail "<span class="quiet">{text::count(*guests, "guest", "guests")}</span></h3>
                <div class="sheet">
                    {lines.iter().map(|(why, names)| view! {
                        <div class="will-get-line">
                            <span></span>
                            <span><span dir="auto">{names.clone()}</span>" "<small>{words::quiet(*why)}</small></span>
                        </div>
                    }).collect_view()}
                </div>
            </section>
        })))}
    }
}

/// What mail programs will make of it.
#[component]
fn Findings(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
) -> impl IntoView {
    let findings = Memo::new(move |_| inspection.with(|inspection| inspection.findings.clone()));
    view! {
        {part(move || (!findings.with(Vec::is_empty)).then(|| view! {
            <section>
                <h3>"Will it be understood?"</h3>
                <ul class="checks">
                    {findings.get().into_iter().map(|finding| {
                        let (class, icon, word) = match finding.level {
                            FindingLevel::Good => ("", "i-accepted", ""),
                            FindingLevel::Note => ("note", "i-info", ""),
                            FindingLevel::Warning => ("warning", "i-failed", "Careful: "),
                            FindingLevel::Error => ("error", "i-failed", "It will not work: "),
                        };
                        view! { <li class=class><Icon name=icon /><span>{word}{finding.what}" "{finding.mend}</span></li> }
                    }).collect_view()}
                </ul>
            </section>
        }))}
    }
}

/// What happens when send is pressed, in order.
#[component]
fn Order(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
) -> impl IntoView {
    let steps = Memo::new(move |_| inspection.with(|inspection| inspection.steps.clone()));
    view! {
        {part(move || (!steps.with(Vec::is_empty)).then(|| view! {
            <section>
                <h3>"When you press send"</h3>
                <ol class="order">
                    {steps.get().iter().map(|step| view! { <li><span>{words::step(step)}</span></li> }).collect_view()}
                </ol>
            </section>
        }))}
    }
}
