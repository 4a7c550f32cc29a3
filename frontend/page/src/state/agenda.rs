//! The calendars, and the events of the days on the screen.

use intent::{AgendaView, Ask, CalendarId, Window};
use leptos::prelude::*;

use super::engine::Engine;

/// The calendars, and the events of the days on the screen.
#[derive(Clone, Copy)]
pub struct Agenda {
    /// As the engine told it last.
    pub view: ReadSignal<AgendaView>,
    set_view: WriteSignal<AgendaView>,
    engine: Engine,
}

impl Agenda {
    pub(super) fn new(engine: Engine) -> Self {
        let (view, set_view) = signal(AgendaView::default());
        Self { view, set_view, engine }
    }

    pub(super) fn hear(self, view: AgendaView) {
        self.set_view.set(view);
    }

    /// Wants the events of these days.
    pub fn show(self, window: Window) {
        self.engine.ask(Ask::Show(window));
    }

    /// Shows or hides a calendar.
    pub fn show_calendar(self, calendar: CalendarId, visible: bool) {
        self.set_view.update(|view| {
            for known in &mut view.calendars {
                if known.id == calendar {
                    known.visible = visible;
                }
            }
        });
        self.engine.ask(Ask::ShowCalendar { calendar, visible });
    }
}
