//! The event that is open.

use intent::{Ask, EventKey, EventView};
use leptos::prelude::*;

use super::engine::Engine;

/// How an event that was asked for stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OpenEvent {
    /// It has not been told yet.
    #[default]
    Awaited,
    /// It is not there, or not there any longer.
    Gone,
    /// It is there.
    There(Box<EventView>),
}

/// The event that is open.
#[derive(Clone, Copy)]
pub struct Opened {
    /// How it stands.
    pub event: ReadSignal<OpenEvent>,
    set_event: WriteSignal<OpenEvent>,
    engine: Engine,
}

impl Opened {
    pub(super) fn new(engine: Engine) -> Self {
        let (event, set_event) = signal(OpenEvent::Awaited);
        Self { event, set_event, engine }
    }

    pub(super) fn hear(self, event: Option<Box<EventView>>) {
        self.set_event.set(event.map_or(OpenEvent::Gone, OpenEvent::There));
    }

    /// Opens an event.
    pub fn open(self, key: EventKey) {
        self.set_event.set(OpenEvent::Awaited);
        self.engine.ask(Ask::OpenEvent(key));
    }

    /// It is no longer on the screen.
    pub fn close(self) {
        self.engine.ask(Ask::CloseEvent);
    }
}
