//! Signing in: an address, its servers, a password, and how each of the three connections fared.

use intent::{Check, CheckOutcome, KeepPassword, Servers, Service, SignIn, SignInView};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::component::part::{flag, part};

use super::server_form::ServerForm;
use crate::component::icon::Icon;
use crate::component::mark::Look;
use crate::state::browser;
use crate::state::use_session;
use crate::text::{self, problem, sign_in as words};

/// The sign-in screen.
#[component]
pub fn SignInScreen() -> impl IntoView {
    use_session().look_for_demo();
    view! {
        <div class="sign-in">
            <header><span class="brand"><Icon name="i-mark" />"Calpost"</span></header>
            <main id="main">
                <div class="pitch">
                    <h1>"Invitations from your own mailbox."</h1>
                    <p>"Sign in with the address you already have. Your calendar opens here, and you read every invitation before it leaves."</p>
                    <ul>
                        <li><Icon name="i-eye" /><span>"First in words, then byte for byte: who gets what, and why."</span></li>
                        <li><Icon name="i-accepted" /><span>"Answers appear on the event, with the mail that brought them."</span></li>
                        <li><Icon name="i-lock" /><WhatTheRelaySees /></li>
                    </ul>
                </div>
                <SignInForm />
            </main>
            <footer class="foot"><span>{concat!("Calpost ", env!("CARGO_PKG_VERSION"), ", MIT licence")}</span></footer>
        </div>
    }
}

/// What the relay sees, in one sentence, and the whole table on demand.
#[component]
fn WhatTheRelaySees() -> impl IntoView {
    view! {
        <div>
            <p>{text::privacy::RELAY}</p>
            <details>
                <summary>"What that means"</summary>
                <dl class="parties">
                    {text::privacy::PARTIES.iter().map(|party| view! {
                        <dt>{party.who}</dt>
                        <dd>{format!("sees: {}", party.sees)}</dd>
                        <dd>{format!("keeps: {}", party.keeps)}</dd>
                    }).collect::<Vec<_>>()}
                </dl>
            </details>
        </div>
    }
}

#[component]
fn SignInForm() -> impl IntoView {
    let session = use_session();
    let address = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let by_hand = RwSignal::new(false);
    let user = RwSignal::new(String::new());
    let keeps = RwSignal::new(false);
    let servers = RwSignal::new(None::<Servers>);
    let complaint = RwSignal::new(None::<&'static str>);
    let asked_for = StoredValue::new(String::new());

    // What was found fills the form; what the person set by hand is theirs.
    Effect::new(move || match session.view.get() {
        SignInView::Found { servers: found, .. } => {
            if found.is_some() && !by_hand.get_untracked() {
                servers.set(found);
            } else if found.is_none() {
                by_hand.set(true);
            }
        }
        SignInView::NeedsPassword(account) => {
            asked_for.set_value(account.address.clone());
            address.set(account.address);
            name.set(account.name);
            keeps.set(account.keeps_password);
            servers.set(Some(account.servers));
            browser::focus_soon("password");
        }
        _ => {}
    });

    let look = move || {
        let typed = address.get_untracked().trim().to_owned();
        if typed.is_empty() || asked_for.with_value(|asked| *asked == typed) {
            return;
        }
        let bad = words::address_problem(&typed);
        complaint.set(bad);
        if bad.is_none() {
            asked_for.set_value(typed.clone());
            servers.set(None);
            session.find_servers(typed);
        }
    };
    let wants_to_go = RwSignal::new(false);
    let go = move || {
        let typed = address.get_untracked().trim().to_owned();
        complaint.set(words::address_problem(&typed));
        if complaint.get_untracked().is_some() {
            browser::focus_soon("address");
            return;
        }
        if password.with_untracked(String::is_empty) {
            browser::focus_soon("password");
            return;
        }
        match servers.get_untracked() {
            Some(servers) => {
                wants_to_go.set(false);
                session.sign_in(SignIn {
                    address: typed,
                    name: name.get_untracked().trim().to_owned(),
                    user: user.get_untracked().trim().to_owned(),
                    password: password.get_untracked(),
                    servers,
                    keep: if keeps.get_untracked() { KeepPassword::OnThisDevice } else { KeepPassword::No },
                });
            }
            None => {
                wants_to_go.set(true);
                look();
            }
        }
    };
    // A person who pressed the button before the servers were found goes on as soon as they are.
    Effect::new(move || {
        if servers.with(Option::is_some) && wants_to_go.get() && !by_hand.get_untracked() {
            go();
        }
    });

    // Without a secure context the browser offers no key that could wrap it.
    let can_keep = window().is_secure_context();
    let is_busy = Memo::new(move |_| matches!(session.view.get(), SignInView::Checking { done: false, .. }));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() { session.stop() } else { go() }
    };
    view! {
        <form class="panel" aria-labelledby="sign-in-title" novalidate on:submit=submit>
            <h2 id="sign-in-title">"Sign in"</h2>
            <div class="field">
                <label for="address">"Mail address"</label>
                <input
                    class="input" id="address" type="email" autocomplete="username" autocapitalize="none" spellcheck="false"
                    prop:value=address
                    aria-invalid=move || complaint.get().map(|_| "true")
                    aria-describedby="address-complaint"
                    on:input=move |event| { address.set(event_target_value(&event)); complaint.set(None); }
                    on:change=move |_| look()
                />
                <span class="complaint" id="address-complaint" role="alert">{complaint}</span>
            </div>
            <div class="field">
                <label for="password">"Password"</label>
                <input
                    class="input" id="password" type="password" autocomplete="current-password" aria-describedby="password-hint"
                    prop:value=password
                    on:input=move |event| password.set(event_target_value(&event))
                />
                <span class="hint" id="password-hint">
                    {part(move || if keeps.get() { words::KEPT } else { words::FORGOTTEN })}
                    " If your provider has app passwords, make one for Calpost."
                </span>
                {can_keep.then(|| view! {
                    <label class="check-line">
                        <input type="checkbox" prop:checked=keeps on:change=move |event| keeps.set(event_target_checked(&event)) />
                        "Keep it on this device"
                    </label>
                })}
            </div>
            <div class="field">
                <label for="name">"Your name, as guests see it"</label>
                <input
                    class="input" id="name" autocomplete="name" prop:value=name
                    on:input=move |event| name.set(event_target_value(&event))
                />
            </div>
            <Connections servers by_hand />
            <Show when=move || by_hand.get()>
                <ServerForm address servers user />
            </Show>
            <button type="submit" class="button wide" class:main=flag(move || !is_busy.get())>
                {part(move || if is_busy.get() { "Stop" } else { "Open calendar" })}
            </button>
            <Show when=move || session.demo.with(Option::is_some)>
                <span class="or">"or"</span>
                <button type="button" class="button wide" prop:disabled=is_busy on:click=move |_| session.try_demo()>
                    "Try it with a sandbox mailbox"
                </button>
                <p class="hint">"Invented people who answer by themselves. No mail leaves this machine."</p>
            </Show>
        </form>
    }
}

/// The three connections: their servers, and how each fared.
#[component]
fn Connections(
    /// The servers, if they are known.
    servers: RwSignal<Option<Servers>>,
    /// Whether they are typed by hand.
    by_hand: RwSignal<bool>,
) -> impl IntoView {
    let session = use_session();
    let rows = move || {
        let checks = match session.view.get() {
            SignInView::Checking { checks, .. } => checks,
            _ => Vec::new(),
        };
        let servers = servers.get();
        [Service::Submission, Service::Imap, Service::CalDav]
            .map(|service| {
                let check = checks.iter().find(|check| check.service == service).cloned();
                let server = servers.as_ref().map(|servers| {
                    words::server(match service {
                        Service::Submission => &servers.submission,
                        Service::Imap => &servers.imap,
                        Service::CalDav => &servers.caldav,
                    })
                });
                (check.is_some() || server.is_some()).then(|| connection(service, check, server))
            })
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    };
    let note = move || match session.view.get() {
        SignInView::Looking { address } => Some(format!("Looking for the servers of {address}")),
        SignInView::Found { address, servers: Some(_), source, .. } => Some(words::source(&source, &address)),
        SignInView::Found { address, servers: None, problem, .. } => Some(match problem {
            Some(found) => format!("{} {}", problem::words(&found).paragraph(), words::not_found(&address)),
            None => words::not_found(&address),
        }),
        _ => None,
    };
    let is_shown = move || servers.with(Option::is_some) || by_hand.get() || note().is_some();
    view! {
        <Show when=is_shown>
            <div class="services-block">
                <div class="services-head">
                    <span class="label" id="connections">"Connections"</span>
                    <button
                        type="button" class="button plain small" aria-pressed=move || by_hand.get().to_string()
                        on:click=move |_| by_hand.update(|by_hand| *by_hand = !*by_hand)
                    >
                        "Set by hand"
                    </button>
                </div>
                <ul class="services" aria-live="polite" aria-labelledby="connections">{part(rows)}</ul>
                {part(move || note().map(|note| view! { <p class="hint" role="status">{note}</p> }))}
            </div>
        </Show>
    }
}

fn connection(service: Service, check: Option<Check>, server: Option<String>) -> impl IntoView {
    let (class, icon): Look = match check.as_ref().map(|check| &check.outcome) {
        None | Some(CheckOutcome::Waiting) => ("quiet", "i-pending"),
        Some(CheckOutcome::Trying) => ("run", "i-sending"),
        Some(CheckOutcome::Works) => ("ok", "i-accepted"),
        Some(CheckOutcome::Failed(_)) => ("no", "i-failed"),
    };
    let state_class = match class {
        "ok" => "state accepted",
        "run" => "state sent",
        "no" => "state failed",
        _ => "state",
    };
    let failure = check.as_ref().and_then(|check| match &check.outcome {
        CheckOutcome::Failed(found) => Some(problem::words(found)),
        _ => None,
    });
    view! {
        <li>
            <span class=class><Icon name=icon class=if icon == "i-sending" { "spin" } else { "" } /></span>
            <span>{words::service(service)}</span>
            <span class=state_class>{check.as_ref().map(words::outcome)}</span>
            {server.map(|server| view! { <small>{server}</small> })}
            {failure.map(|failure| view! {
                <small class="failure">
                    {failure.paragraph()}
                    {(!failure.detail.is_empty()).then(|| view! { <q>{failure.detail.clone()}</q> })}
                </small>
            })}
        </li>
    }
}
