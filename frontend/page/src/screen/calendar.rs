//! What the calendar views share: making an event, opening one, the addresses around a day.

use intent::{ComposeStart, Day, EventKey, OutboxId, Point, Window};
use leptos::prelude::*;

use crate::state::App;
use crate::state::place::Place;

/// How long a new event lasts at first, in minutes.
const NEW_EVENT_MINUTES: u16 = 60;
/// When a new event begins on a day that is not today.
const MORNING: u16 = 9 * 60;

/// Asks for the calendars where no calendar view has done so: a list of them stands beside every screen.
pub fn ask_for_calendars(app: App) {
    if app.agenda.view.with_untracked(|view| view.window.is_none()) {
        app.agenda.show(Window { first: untrack(|| app.places.day()).week_start(0), days: 7 });
    }
}

/// Begins an event at the next half hour of today if today is on the screen, else in the morning of the day shown.
pub fn new_event(app: App) {
    let now = app.clock.now.get_untracked();
    let shown = untrack(|| app.places.day());
    let is_this_week = shown.week_start(0) == now.day.week_start(0);
    let start = if is_this_week {
        let minute = (now.minute / 30 + 1) * 30;
        if minute < 1440 { Point { day: now.day, minute } } else { Point { day: now.day.plus(1), minute: MORNING } }
    } else {
        Point { day: shown, minute: MORNING }
    };
    new_event_at(app, start);
}

/// Begins an event at a free hour.
pub fn new_event_at(app: App, start: Point) {
    app.draft.begin(ComposeStart::New { start, minutes: NEW_EVENT_MINUTES, all_day: false });
}

/// Takes back what is held, and opens its form again.
pub fn undo(app: App, sending: OutboxId) {
    app.outbox.undo(sending);
    app.draft.reopen();
}

/// Opens an event.
pub fn open_event(app: App) -> Callback<EventKey> {
    Callback::new(move |key| app.places.go(Place::Event(key)))
}

/// Addresses around a day: today, so many days before and after, the week and the agenda.
pub fn addresses_around(day: Day, today: Day, step: i32, is_agenda: bool) -> [String; 5] {
    let same = |day: Day| if is_agenda { Place::Agenda(day) } else { Place::Week(day) };
    [same(today), same(day.plus(-step)), same(day.plus(step)), Place::Week(day), Place::Agenda(day)]
        .map(|place| place.address())
}
