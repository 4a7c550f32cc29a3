//! The frame of a person who is signed in: places, small month, calendars, how the post stands; and a screen in it.

use leptos::prelude::*;

use super::above::Banner;
use super::agenda::AgendaScreen;
use super::answers::AnswersScreen;
use super::calendar::{ask_for_calendars, new_event};
use super::event::EventScreen;
use super::help::HelpScreen;
use super::keys::listen;
use super::outbox::OutboxScreen;
use super::settings::SettingsScreen;
use super::shortcuts::ShortcutSheet;
use super::week::WeekScreen;
use crate::component::calendar_list::CalendarList;
use crate::component::icon::Icon;
use crate::component::mini_month::MiniMonth;
use crate::component::part::part;
use crate::state::place::Place;
use crate::state::{browser, use_app};
use crate::text;

/// Which screen is shown; stepping through days does not change it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Screen {
    Week,
    Agenda,
    Outbox,
    Answers,
    Settings,
    Help,
}

/// The frame.
#[component]
pub fn Frame() -> impl IntoView {
    let app = use_app();
    let sheet = RwSignal::new(false);
    listen(app, sheet);
    // What had the focus before, the sign-in form or a draft, is gone.
    browser::focus_soon("main");
    Effect::new(move || {
        if matches!(app.places.current.get(), Place::Start | Place::Nowhere) {
            app.places.replace(Place::Week(app.clock.now.get_untracked().day));
        }
    });
    let screen = Memo::new(move |_| match app.places.current.get() {
        Place::Outbox => Screen::Outbox,
        Place::Answers => Screen::Answers,
        Place::Settings => Screen::Settings,
        Place::Help => Screen::Help,
        _ if matches!(app.places.calendar.get(), Place::Agenda(_)) => Screen::Agenda,
        _ => Screen::Week,
    });
    if !matches!(screen.get_untracked(), Screen::Week | Screen::Agenda) {
        ask_for_calendars(app);
    }
    let is_event = Memo::new(move |_| matches!(app.places.current.get(), Place::Event(_)));
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <div class="app">
            <Sidebar />
            <div class="beside">
                <Banner />
            {part(move || match screen.get() {
                Screen::Week => view! { <WeekScreen /> }.into_any(),
                Screen::Agenda => view! { <AgendaScreen /> }.into_any(),
                Screen::Outbox => view! { <OutboxScreen /> }.into_any(),
                Screen::Answers => view! { <AnswersScreen /> }.into_any(),
                Screen::Settings => view! { <SettingsScreen /> }.into_any(),
                Screen::Help => view! { <HelpScreen /> }.into_any(),
            })}
            </div>
            <nav class="tabs-foot" aria-label="Places"><PlaceLinks /></nav>
        </div>
        {part(move || is_event.get().then(|| view! { <EventScreen /> }))}
        <ShortcutSheet is_open=sheet />
    }
}

#[component]
fn Sidebar() -> impl IntoView {
    let app = use_app();
    let address = Callback::new(move |day| match app.places.calendar.get() {
        Place::Agenda(_) => Place::Agenda(day).address(),
        _ => Place::Week(day).address(),
    });
    view! {
        <header class="side">
            <a class="brand" href="/"><Icon name="i-mark" />"Calpost"</a>
            <button type="button" class="button main" aria-keyshortcuts="c" on:click=move |_| new_event(app)>
                <Icon name="i-plus" />"New event " <kbd class="key">"c"</kbd>
            </button>
            <nav class="places" aria-label="Places"><PlaceLinks /></nav>
            <MiniMonth chosen=Signal::derive(move || app.places.day()) today=Signal::derive(move || app.clock.now.get().day) address />
            <CalendarList
                calendars=Signal::derive(move || app.agenda.view.with(|view| view.calendars.clone()))
                on_show=move |(calendar, visible)| app.agenda.show_calendar(calendar, visible)
            />
            <Post />
        </header>
    }
}

/// The four places, with what waits in them.
#[component]
fn PlaceLinks() -> impl IntoView {
    let app = use_app();
    let place = move || app.places.current.get();
    let is_calendar = move || matches!(place(), Place::Week(_) | Place::Agenda(_) | Place::Event(_));
    let link = move |icon: &'static str, name: &'static str, to: Place, waiting: Signal<usize>| {
        let address = to.address();
        view! {
            <a href=address aria-current=move || (place() == to).then_some("page")>
                <Icon name=icon />{name}
                {part(move || (waiting.get() > 0).then(|| view! {
                    <span class="count">{waiting.get()}<span class="hidden-text">" waiting"</span></span>
                }))}
            </a>
        }
    };
    let none = Signal::derive(|| 0);
    view! {
        <a href=move || app.places.calendar.get().address() aria-current=move || is_calendar().then_some("page")>
            <Icon name="i-calendar" />"Calendar"
        </a>
        {link("i-tray", "Answers", Place::Answers, none)}
        {link("i-outbox", "Outbox", Place::Outbox, Signal::derive(move || app.outbox.unfinished()))}
        {link("i-settings", "Settings", Place::Settings, none)}
    }
}

/// How the post stands: on every screen, because it is what the person wants to know.
#[component]
fn Post() -> impl IntoView {
    let app = use_app();
    let now = app.clock.now;
    view! {
        <section class="post" aria-label="Post">
            {part(move || {
                let number = app.outbox.needing_you();
                (number > 0).then(|| view! {
                    <a class="state unknown" href="/outbox"><Icon name="i-unknown" class="small" />{text::agenda::need_you(number)}</a>
                })
            })}
            {part(move || {
                let number = app.answers.since_yesterday(now.get());
                (number > 0).then(|| view! {
                    <a class="state" href="/invitations">
                        <Icon name="i-check" class="small" />{text::agenda::answers_since_yesterday(number)}
                    </a>
                })
            })}
            <div class="checked">
                <p>{part(move || app.status.now.with(|status| text::agenda::status(status, now.get())))}</p>
                <button type="button" class="button plain small square" aria-label="Check now" title="Check now" on:click=move |_| app.status.check_now()>
                    <Icon name="i-resend" class="small" />
                </button>
            </div>
        </section>
    }
}
