//! The open address, over the browser's own history.

use intent::Day;
use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::{Element, MouseEvent};
use wasm_bindgen::{JsCast as _, JsValue};

use super::browser;
use super::place::Place;

/// How many days the agenda shows.
pub const AGENDA_DAYS: u16 = 28;

/// Which address is open.
#[derive(Clone, Copy)]
pub struct Places {
    /// Where one is.
    pub current: ReadSignal<Place>,
    set_current: WriteSignal<Place>,
    /// The calendar view that is open, or lies behind what is open.
    pub calendar: Memo<Place>,
    /// The day of an event that no calendar view led to.
    set_event_day: WriteSignal<Option<Day>>,
}

impl Places {
    /// Reads the address bar and follows it, and every link inside the page.
    pub(super) fn start() -> Self {
        let (current, set_current) = signal(here());
        let (event_day, set_event_day) = signal(None);
        let calendar = Memo::new(move |before: Option<&Place>| match (current.get(), before, event_day.get()) {
            (place @ (Place::Week(_) | Place::Agenda(_)), ..) => place,
            (Place::Event(_), Some(Place::Agenda(_)), Some(day)) => Place::Agenda(day),
            (Place::Event(_), _, Some(day)) => Place::Week(day),
            (_, Some(before), _) => before.clone(),
            (_, None, _) => Place::Week(browser::now().day),
        });
        let places = Self { current, set_current, calendar, set_event_day };
        let _forever = window_event_listener(ev::popstate, move |_| set_current.set(here()));
        let _forever = window_event_listener(ev::click, move |click| places.follow(&click));
        places
    }

    /// Goes to a place; the back button returns.
    pub fn go(self, place: Place) {
        if place == self.current.get_untracked() {
            return;
        }
        self.set_event_day.set(None);
        let address = place.address();
        if let Ok(history) = window().history() {
            let _kept = history.push_state_with_url(&JsValue::NULL, "", Some(&address));
        }
        self.set_current.set(place);
    }

    /// The event that is open is on this day: if the calendar view behind it does not show that day, it turns to it.
    pub fn lie_behind(self, day: Day) {
        let shows = match self.calendar.get_untracked() {
            Place::Agenda(first) => (first..first.plus(i32::from(AGENDA_DAYS))).contains(&day),
            Place::Week(shown) => shown.week_start(0) == day.week_start(0),
            _ => false,
        };
        if !shows {
            self.set_event_day.set(Some(day));
        }
    }

    /// Goes to a place instead of the present one: the back button does not return here.
    pub fn replace(self, place: Place) {
        let address = place.address();
        if let Ok(history) = window().history() {
            let _kept = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        }
        self.set_current.set(place);
    }

    /// The day of the calendar view.
    pub fn day(self) -> Day {
        match self.calendar.get() {
            Place::Week(day) | Place::Agenda(day) => day,
            _ => browser::now().day,
        }
    }

    /// A plain click on a link to a place of ours changes the place, not the document.
    fn follow(self, click: &MouseEvent) {
        let changed = click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
        if changed || click.button() != 0 || click.default_prevented() {
            return;
        }
        let link = click
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|element| element.closest("a[href^='/']").ok().flatten());
        let Some(link) = link.filter(|link| !link.has_attribute("download") && !link.has_attribute("target")) else {
            return;
        };
        let address = link.get_attribute("href").unwrap_or_default();
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        let place = Place::read(path, query);
        if place != Place::Nowhere {
            click.prevent_default();
            self.go(place);
        }
    }
}

fn here() -> Place {
    let location = window().location();
    Place::read(&location.pathname().unwrap_or_default(), &location.search().unwrap_or_default())
}
