//! The form of an event.

use intent::{CalendarId, Field};
use leptos::prelude::*;

use super::guests::GuestField;
use super::when::WhenField;
use super::{complaints, field};
use crate::component::icon::Icon;
use crate::component::part::part;
use crate::state::{App, browser, use_app};
use crate::text::{self, date, form as words};

/// Reminders to choose from, in minutes before the start.
const REMINDERS: [u32; 9] = [0, 5, 10, 15, 30, 60, 120, 1_440, 2_880];

/// The form.
#[component]
pub fn EventForm() -> impl IntoView {
    let app = use_app();
    let cancels = field(app, |form| form.cancels);
    let repeats = field(app, |form| form.repeats.clone());
    browser::focus_soon(if cancels.get_untracked() { "note" } else { "title" });
    view! {
        <form class="form" aria-label="Event" novalidate on:submit=move |event| event.prevent_default()>
            {part(move || (!repeats.with(String::is_empty)).then(|| view! {
                <div class="notice">
                    <Icon name="i-repeat" />
                    <p>{format!("This event repeats {}. ", text::lower_start(&repeats.get()))}
                        {if cancels.get() { "The whole series is cancelled." } else { "What you change here changes the whole series; the dates are those of its first time." }}</p>
                </div>
            }))}
            {part(move || if cancels.get() {
                view! { <CancelFields /> }.into_any()
            } else {
                view! { <EventFields /> }.into_any()
            })}
        </form>
    }
}

#[component]
fn EventFields() -> impl IntoView {
    let app = use_app();
    let is_change = field(app, |form| form.event.is_some());
    view! {
        <Line label="Title" id="title" class="title-input" below=Field::Title />
        <WhenField />
        <Line label="Where" id="where" class="" below=Field::Place />
        <GuestField />
        <TextArea label="Text for the guests" id="text" rows=4 below=Some(Field::Description) />
        {part(move || is_change.get().then(|| view! {
            <TextArea label="A word about the change" id="note" rows=2 below=None />
        }))}
        <div class="row wraps">
            <CalendarField />
            <ReminderField />
        </div>
        <p class="hint">{part(move || app.session.account.get().map(|account| format!("From {}", sender(&account))))}</p>
    }
}

fn sender(account: &intent::Account) -> String {
    match account.name.trim() {
        "" => account.address.clone(),
        name => format!("{name}, {}", account.address),
    }
}

/// A cancellation: what is cancelled, and a word to the guests.
#[component]
fn CancelFields() -> impl IntoView {
    let app = use_app();
    let what = Memo::new(move |_| {
        app.draft.form.with(|form| {
            form.as_ref().map(|form| {
                let start = intent::Point { day: form.start_day, minute: form.start_minute };
                let end_day = if form.all_day { form.end_day.plus(1) } else { form.end_day };
                let end = intent::Point { day: end_day, minute: form.end_minute };
                (text::title_or(&form.title).to_owned(), date::when(start, end, form.all_day))
            })
        })
    });
    view! {
        {part(move || what.get().map(|(title, when)| view! {
            <div class="cancelled-event">
                <p class="strong" dir="auto">{title}</p>
                <p class="soft">{when}</p>
            </div>
        }))}
        <TextArea label="A word to the guests" id="note" rows=4 below=None />
        <p class="hint">"The event stays in your calendar until this is sent; then it is taken out of it."</p>
    }
}

#[component]
fn Line(
    /// Its label.
    label: &'static str,
    /// Its id, which also says which value it edits.
    id: &'static str,
    /// Further classes.
    class: &'static str,
    /// Whose problems stand below it.
    below: Field,
) -> impl IntoView {
    let app = use_app();
    let is_title = id == "title";
    let value = field(app, if is_title { |form| form.title.clone() } else { |form| form.place.clone() });
    let complaint = complaints(app, below);
    view! {
        <div class="field">
            <label for=id class:hidden-text=is_title>{label}</label>
            <input
                class=format!("input {class}") id=id dir="auto" autocomplete="off" placeholder=is_title.then_some("Title")
                prop:value=value aria-invalid=move || is_bad(complaint) aria-describedby=format!("{id}-complaint")
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    app.draft.edit(|form| if is_title { form.title = typed } else { form.place = typed });
                }
            />
            <span class="complaint" id=format!("{id}-complaint") role="alert">{complaint}</span>
        </div>
    }
}

#[component]
fn TextArea(
    /// Its label.
    label: &'static str,
    /// Its id, which also says which value it edits.
    id: &'static str,
    /// Its height at first.
    rows: u8,
    /// Whose problems stand below it.
    below: Option<Field>,
) -> impl IntoView {
    let app = use_app();
    let is_note = id == "note";
    let value = field(app, if is_note { |form| form.note.clone() } else { |form| form.description.clone() });
    let complaint = below.map(|below| complaints(app, below));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea
                class="input" id=id rows=rows.to_string() dir="auto" prop:value=value
                aria-invalid=move || complaint.and_then(is_bad)
                aria-describedby=complaint.is_some().then(|| format!("{id}-complaint"))
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    app.draft.edit(|form| if is_note { form.note = typed } else { form.description = typed });
                }
            ></textarea>
            {complaint.map(|complaint| view! { <span class="complaint" id=format!("{id}-complaint") role="alert">{complaint}</span> })}
        </div>
    }
}

#[component]
fn CalendarField() -> impl IntoView {
    let app = use_app();
    let chosen = field(app, |form| form.calendar.0.clone());
    let is_change = field(app, |form| form.event.is_some());
    let complaint = complaints(app, Field::Calendar);
    let options = move || {
        let chosen = chosen.get();
        let usable = |calendar: &&intent::Calendar| calendar.writable || calendar.id.0 == chosen;
        app.agenda
            .view
            .with(|view| view.calendars.iter().filter(usable).cloned().collect::<Vec<_>>())
            .into_iter()
            .map(|calendar| {
                let is_chosen = calendar.id.0 == chosen;
                view! { <option value=calendar.id.0.clone() selected=is_chosen>{calendar.name.clone()}</option> }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <div class="field grow">
            <label for="calendar">"Calendar"</label>
            <select
                class="input" id="calendar" prop:disabled=is_change
                on:change=move |event| {
                    let calendar = CalendarId(event_target_value(&event));
                    app.draft.edit(|form| form.calendar = calendar);
                }
            >
                {options}
            </select>
            <span class="complaint" role="alert">{complaint}</span>
        </div>
    }
}

#[component]
fn ReminderField() -> impl IntoView {
    let app = use_app();
    let chosen = field(app, |form| form.reminder);
    let options = move || {
        let chosen = chosen.get();
        let other = chosen.filter(|minutes| !REMINDERS.contains(minutes));
        std::iter::once(None)
            .chain(REMINDERS.map(Some))
            .chain(other.map(Some))
            .map(|minutes| {
                let value = minutes.map(|minutes| minutes.to_string()).unwrap_or_default();
                view! { <option value=value selected=minutes == chosen>{words::reminder(minutes)}</option> }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <div class="field grow">
            <label for="reminder">"Reminder, for you only"</label>
            <select
                class="input" id="reminder"
                on:change=move |event| {
                    let minutes = event_target_value(&event).parse().ok();
                    app.draft.edit(|form| form.reminder = minutes);
                }
            >
                {options}
            </select>
        </div>
    }
}

/// `aria-invalid` for a field with a complaint.
pub(super) fn is_bad(complaint: Memo<String>) -> Option<&'static str> {
    (!complaint.with(String::is_empty)).then_some("true")
}

/// Whether the form is of an event that lasts whole days.
pub(super) fn is_all_day(app: App) -> Memo<bool> {
    field(app, |form| form.all_day)
}
