//! The week: seven days with their hours, and what lasts whole days above them.

use intent::{Calendar, Day, Occurrence, Point, Window};
use leptos::html;
use leptos::prelude::*;

use crate::component::part::{flag, part};
use leptos::web_sys::{Element, MouseEvent};
use wasm_bindgen::JsCast as _;

use super::arrows::move_focus;
use super::calendar::{addresses_around, new_event, new_event_at, open_event};
use crate::component::all_day::{AllDayBar, bars, is_bar};
use crate::component::occurrence::{Block, OccurrenceBlock};
use crate::component::view_bar::ViewBar;
use crate::state::browser;
use crate::state::use_app;
use crate::text::date;

/// Days in a week.
const DAYS: u16 = 7;
/// The grid opens at this minute, or an hour before the first event.
const OPENS_AT: u16 = 7 * 60;
/// The label of the present time covers that of an hour that is nearer than this, in minutes.
const NOW_COVERS: u16 = 18;
/// A click makes an event at the half hour it falls into.
const SNAP: u16 = 30;

/// The week screen.
#[component]
pub fn WeekScreen() -> impl IntoView {
    let app = use_app();
    let day = Memo::new(move |_| app.places.day());
    let first = Memo::new(move |_| day.get().week_start(0));
    let today = Memo::new(move |_| app.clock.now.get().day);
    Effect::new(move || app.agenda.show(Window { first: first.get(), days: DAYS }));
    let addresses = Signal::derive(move || addresses_around(day.get(), today.get(), 7, false));
    let grid = NodeRef::<html::Div>::new();
    open_at_morning(grid, first);
    let label = move || format!("Week of {}", date::day_and_year(first.get()));
    view! {
        <main class="content" id="main" tabindex="-1">
            <ViewBar first days=DAYS addresses is_agenda=false on_new=move |()| new_event(app) />
            <DayStrip first day today />
            <div class="week" tabindex="0" role="region" aria-label=label node_ref=grid on:keydown=|event| move_focus(&event)>
                <div class="week-head">
                    <div class="week-row">
                        <span class="zone" title=browser::zone()>{date::city(&browser::zone())}</span>
                        {(0..DAYS).map(|at| view! { <DayName first at day today /> }).collect::<Vec<_>>()}
                    </div>
                    <AllDayRow first day />
                </div>
                <div class="week-body">
                    <Hours />
                    {(0..DAYS).map(|at| view! { <DayColumn first at day today /> }).collect::<Vec<_>>()}
                </div>
            </div>
        </main>
    }
}

/// Scrolls to the morning once, when the first events are there or none will come.
fn open_at_morning(grid: NodeRef<html::Div>, first: Memo<Day>) {
    let app = use_app();
    let is_opened = StoredValue::new(false);
    Effect::new(move || {
        let (Some(grid), Some(earliest)) =
            (grid.get(), app.agenda.view.with(|view| view.loaded.then(|| earliest(&view.occurrences, first.get()))))
        else {
            return;
        };
        if is_opened.get_value() {
            return;
        }
        is_opened.set_value(true);
        request_animation_frame(move || {
            let Some(body) = grid.query_selector(".week-body").ok().flatten() else { return };
            let from = earliest.map_or(OPENS_AT, |minute| OPENS_AT.min(minute.saturating_sub(60)));
            grid.set_scroll_top(body.client_height() * i32::from(from) / 1440 - 14);
        });
    });
}

/// The first minute of any day of the week at which something with hours begins.
fn earliest(occurrences: &[Occurrence], first: Day) -> Option<u16> {
    let in_week = |one: &&Occurrence| !is_bar(one) && (first..first.plus(7)).contains(&one.start.day);
    occurrences.iter().filter(in_week).map(|one| one.start.minute).min()
}

#[component]
fn DayName(
    /// The first day of the week.
    first: Memo<Day>,
    /// Which day of it.
    at: u16,
    /// The day a narrow screen shows.
    day: Memo<Day>,
    /// Today.
    today: Memo<Day>,
) -> impl IntoView {
    let this = move || first.get().plus(i32::from(at));
    let name = date::weekday((at % 7) as u8);
    let (short, rest) = name.split_at(3);
    view! {
        <div
            class="day-name" id=format!("day-{at}")
            class:shown=flag(move || this() == day.get())
            aria-current=move || (this() == today.get()).then_some("date")
        >
            <span>{short}<span class="hidden-text">{rest}</span></span>
            " " <b>{part(move || date::number(this()))}</b>
            <span class="hidden-text">
                {part(move || format!(" {}{}", date::month(this().ymd().1), if this() == today.get() { ", today" } else { "" }))}
            </span>
        </div>
    }
}

/// Seven days to choose from above the one day that a phone shows.
#[component]
fn DayStrip(
    /// The first day of the week.
    first: Memo<Day>,
    /// The day that is shown.
    day: Memo<Day>,
    /// Today.
    today: Memo<Day>,
) -> impl IntoView {
    let days = (0..DAYS).map(|at| {
        let this = move || first.get().plus(i32::from(at));
        let (short, rest) = date::weekday((at % 7) as u8).split_at(3);
        view! {
            <a
                href=move || crate::state::place::Place::Week(this()).address()
                class:shown=flag(move || this() == day.get())
                aria-current=move || (this() == today.get()).then_some("date")
            >
                <span>{short}<span class="hidden-text">{rest}</span></span>
                <b>{part(move || date::number(this()))}</b>
                {part(move || (this() == day.get()).then(|| view! { <span class="hidden-text">", shown"</span> }))}
            </a>
        }
    });
    view! { <nav class="week-strip" aria-label="Days">{days.collect::<Vec<_>>()}</nav> }
}

#[component]
fn AllDayRow(
    /// The first day of the week.
    first: Memo<Day>,
    /// The day a narrow screen shows.
    day: Memo<Day>,
) -> impl IntoView {
    let app = use_app();
    let on_open = open_event(app);
    let row = Memo::new(move |_| app.agenda.view.with(|view| bars(&view.occurrences, first.get(), DAYS)));
    view! {
        <div class="week-row all-day" class:is-empty=flag(move || row.with(Vec::is_empty))>
            <span class="all-day-label" id="all-day">"All day"</span>
            <ul aria-labelledby="all-day">
                <For each=move || row.get() key=|bar| intent::encode(&(&bar.occurrence, bar.column, bar.span, bar.line as u32)) let:bar>
                    {
                        let calendar = calendar_of(&bar.occurrence);
                        let (start, end) = (i32::from(bar.column), i32::from(bar.column + bar.span));
                        let is_on_shown_day = Signal::derive(move || (start..end).contains(&(day.get().0 - first.get().0)));
                        view! { <AllDayBar bar calendar is_on_shown_day on_open /> }
                    }
                </For>
            </ul>
        </div>
    }
}

/// The calendar an occurrence belongs to.
fn calendar_of(occurrence: &Occurrence) -> Option<Calendar> {
    use_app().agenda.view.with_untracked(|view| view.calendars.get(usize::from(occurrence.calendar)).cloned())
}

#[component]
fn Hours() -> impl IntoView {
    let app = use_app();
    let now = app.clock.now;
    view! {
        <ol class="hours" aria-label=format!("Hours in {}", date::city(&browser::zone()))>
            {(0..24_u16).map(|hour| {
                // The present time stands in the same column, and is the one to be read.
                let is_hidden = flag(move || now.get().minute.abs_diff(hour * 60) < NOW_COVERS);
                view! { <li class:covered=is_hidden><span>{date::time(hour * 60)}</span></li> }
            }).collect::<Vec<_>>()}
            <li class="now-time" aria-hidden="true" style=("--at", move || now.get().minute.to_string())>{part(move || date::time(now.get().minute))}</li>
        </ol>
    }
}

#[component]
fn DayColumn(
    /// The first day of the week.
    first: Memo<Day>,
    /// Which day of it.
    at: u16,
    /// The day a narrow screen shows.
    day: Memo<Day>,
    /// Today.
    today: Memo<Day>,
) -> impl IntoView {
    let app = use_app();
    let on_open = open_event(app);
    let this = Memo::new(move |_| first.get().plus(i32::from(at)));
    let blocks = Memo::new(move |_| app.agenda.view.with(|view| blocks(&view.occurrences, this.get())));
    let make = move |click: MouseEvent| {
        if let Some(minute) = clicked_minute(&click) {
            new_event_at(app, Point { day: this.get_untracked(), minute });
        }
    };
    let now_line = move || {
        (this.get() == today.get()).then(|| {
            let at = move || app.clock.now.get().minute.to_string();
            view! { <div class="now" style=("--at", at)></div> }
        })
    };
    view! {
        <section
            class="day" class:rest=(at >= 5) class:shown=flag(move || this.get() == day.get())
            aria-labelledby=format!("day-{at}") on:click=make
        >
            {part(now_line)}
            <ol>
                <For each=move || blocks.get() key=Block::key let:block>
                    {
                        let calendar = calendar_of(&block.occurrence);
                        view! { <OccurrenceBlock block calendar on_open /> }
                    }
                </For>
            </ol>
        </section>
    }
}

/// The minute of the day a click on free ground falls on; nothing for a click on an event.
fn clicked_minute(click: &MouseEvent) -> Option<u16> {
    let column = click.current_target()?.dyn_into::<Element>().ok()?;
    let hit = click.target()?.dyn_into::<Element>().ok()?;
    if hit.closest(".event").ok().flatten().is_some() {
        return None;
    }
    let place = column.get_bounding_client_rect();
    let share = (f64::from(click.client_y()) - place.top()) / place.height().max(1.0);
    Some(((share.clamp(0.0, 0.999) * 1440.0) as u16) / SNAP * SNAP)
}

/// What of the occurrences lies in one day, in the order of their start.
fn blocks(occurrences: &[Occurrence], day: Day) -> Vec<Block> {
    let mut blocks: Vec<Block> = occurrences
        .iter()
        .filter(|one| !is_bar(one) && one.start.day <= day && one.end.day >= day)
        .map(|one| Block {
            start: if one.start.day < day { 0 } else { one.start.minute },
            end: if one.end.day > day { 1440 } else { one.end.minute },
            occurrence: one.clone(),
        })
        .filter(|block| block.end > 0 || block.occurrence.start.day == day)
        .collect();
    blocks.sort_by_key(|block| (block.start, block.end));
    blocks
}
