//! Settings: the account, how the page looks, who sees what, and what Calpost is.

use leptos::prelude::*;

use crate::component::dialog::Dialog;
use crate::component::icon::Icon;
use crate::component::part::part;
use crate::state::preference::Theme;
use crate::state::use_app;
use crate::text::{self, privacy, sign_in};

/// The settings.
#[component]
pub fn SettingsScreen() -> impl IntoView {
    view! {
        <main class="content" id="main" tabindex="-1">
            <div class="bar"><h1>"Settings"</h1></div>
            <div class="scroll" tabindex="0" role="region" aria-label="All settings">
                <div class="column">
                    <AccountPart />
                    <AppearancePart />
                    <PrivacyPart />
                    <AboutPart />
                </div>
            </div>
        </main>
    }
}

#[component]
fn AccountPart() -> impl IntoView {
    let app = use_app();
    let asks = RwSignal::new(false);
    let rows = move || {
        app.session.account.get().map(|account| {
            let kept = if account.keeps_password { "Kept on this device" } else { "Forgotten when the page closes" };
            let rows = [
                ("Mail address", account.address.clone()),
                ("Your name", text::name_or(&account.name, "Not set: guests see the address").to_owned()),
                ("Password", kept.to_owned()),
                ("Send mail", sign_in::server(&account.servers.submission)),
                ("Read answers", sign_in::server(&account.servers.imap)),
                ("Calendar", sign_in::server(&account.servers.caldav)),
            ];
            rows.map(|(name, value)| view! { <tr><th scope="row">{name}</th><td>{value}</td></tr> }).collect_view()
        })
    };
    view! {
        <section class="part" aria-labelledby="account">
            <h2 id="account">"Account"</h2>
            <div class="sheet"><table class="grid-table"><tbody>{part(rows)}</tbody></table></div>
            <div class="buttons">
                <button type="button" class="button danger" on:click=move |_| asks.set(true)><Icon name="i-trash" />"Sign out and erase…"</button>
            </div>
            {part(move || asks.get().then(|| view! { <SignOutQuestion asks /> }))}
        </section>
    }
}

/// Signing out erases what exists only here: that is the one thing undo cannot repair, so it is asked.
#[component]
fn SignOutQuestion(
    /// Whether the question is open.
    asks: RwSignal<bool>,
) -> impl IntoView {
    let app = use_app();
    let close = Callback::new(move |()| asks.set(false));
    let only_here = move || {
        let drafts = app.draft.all.with(|all| all.as_ref().map_or(0, Vec::len));
        match (app.outbox.unfinished(), drafts) {
            (0, 0) => "Nothing unfinished is on this device.".to_owned(),
            (0, drafts) => format!("{} will be gone.", text::count(drafts, "draft", "drafts")),
            (open, 0) => format!("{} will be gone.", text::count(open, "unfinished sending", "unfinished sendings")),
            (open, drafts) => format!(
                "{} and {} will be gone.",
                text::count(open, "unfinished sending", "unfinished sendings"),
                text::count(drafts, "draft", "drafts")
            ),
        }
    };
    view! {
        <Dialog labelled_by="sign-out-title" class="question" on_close=close>
            <div class="dialog-head"><h2 id="sign-out-title">"Sign out and erase"</h2></div>
            <p class="dialog-text">
                "Erases account, copy, drafts and outbox from this browser. Your calendar and mail at the provider are not touched. "
                <b class="strong">{part(only_here)}</b>
            </p>
            <div class="dialog-foot">
                <span class="end">
                    <button type="button" class="button plain" on:click=move |_| close.run(())>"Stay"</button>
                    <button type="button" class="button danger" on:click=move |_| app.session.sign_out()>"Sign out"</button>
                </span>
            </div>
        </Dialog>
    }
}

#[component]
fn AppearancePart() -> impl IntoView {
    let preferences = use_app().preferences;
    let themes = Theme::ALL.map(|theme| {
        let word = match theme {
            Theme::System => "As the system",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        };
        view! {
            <button
                type="button" aria-pressed=move || (preferences.theme.get() == theme).to_string()
                on:click=move |_| preferences.choose_theme(theme)
            >
                {word}
            </button>
        }
    });
    view! {
        <section class="part" aria-labelledby="appearance">
            <h2 id="appearance">"Appearance and keyboard"</h2>
            <div class="choices">
                <div>
                    <span><b>"Theme"</b></span>
                    <span class="segments end" role="group" aria-label="Theme">{themes.collect_view()}</span>
                </div>
                <label>
                    <input
                        type="checkbox" prop:checked=preferences.letter_keys
                        on:change=move |event| preferences.use_letter_keys(event_target_checked(&event))
                    />
                    <span><b>"Single-letter shortcuts"</b><small>"They rest while you type in a field."</small></span>
                </label>
                <div>
                    <span><b>"All shortcuts"</b></span>
                    <a class="button small end" href="/help">"Show them"</a>
                </div>
            </div>
        </section>
    }
}

#[component]
fn PrivacyPart() -> impl IntoView {
    view! {
        <section class="part" aria-labelledby="privacy">
            <h2 id="privacy">"Who sees what"</h2>
            <p class="soft">"Calpost has no account and no database. These are all the parties there are."</p>
            <div class="sheet">
                <table class="grid-table parties-table">
                    <thead><tr><th scope="col">"Who"</th><th scope="col">"Sees"</th><th scope="col">"Keeps"</th></tr></thead>
                    <tbody>
                        {privacy::PARTIES.iter().map(|party| view! {
                            <tr>
                                <th scope="row">{party.who}</th>
                                <td><span class="only-small">"Sees: "</span>{party.sees}</td>
                                <td><span class="only-small">"Keeps: "</span>{party.keeps}</td>
                            </tr>
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn AboutPart() -> impl IntoView {
    let app = use_app();
    let zones = move || {
        app.zones.with(|zones| match (zones.version.as_str(), zones.zones.len()) {
            ("", _) => "not told yet".to_owned(),
            (version, number) => format!("{version}, {}", text::count(number, "zone", "zones")),
        })
    };
    let unreadable = Memo::new(move |_| app.agenda.view.with(|view| view.unreadable.clone()));
    view! {
        <section class="part" aria-labelledby="about">
            <h2 id="about">"About"</h2>
            <div class="sheet">
                <table class="grid-table">
                    <tbody>
                        <tr><th scope="row">"Calpost"</th><td>{concat!(env!("CARGO_PKG_VERSION"), ", MIT licence")}</td></tr>
                        <tr><th scope="row">"Time zone data"</th><td>{part(zones)}</td></tr>
                        <tr><th scope="row">"Reads"</th><td>"iCalendar, iTIP, iMIP over your own SMTP, IMAP and CalDAV servers"</td></tr>
                    </tbody>
                </table>
            </div>
        </section>
        {part(move || (!unreadable.with(Vec::is_empty)).then(|| view! {
            <section class="part" aria-labelledby="unreadable">
                <h2 id="unreadable">{text::agenda::unreadable(unreadable.with(Vec::len))}" "<span class="quiet">"they are left as they are"</span></h2>
                <div class="card">
                    <ul class="people">
                        {unreadable.get().into_iter().map(|file| view! { <li><span>{file.name}</span><small>{file.why}</small></li> }).collect_view()}
                    </ul>
                </div>
            </section>
        }))}
    }
}
