//! How connection, mailbox and calendars stand.

use intent::{Ask, Link, Status};
use leptos::prelude::*;

use super::clock::Clock;
use super::engine::Engine;

/// How connection, mailbox and calendars stand.
#[derive(Clone, Copy)]
pub struct StatusState {
    /// As the engine told it last.
    pub now: ReadSignal<Status>,
    set_now: WriteSignal<Status>,
    told_at: StoredValue<u32>,
    clock: Clock,
    engine: Engine,
}

impl StatusState {
    pub(super) fn new(engine: Engine, clock: Clock) -> Self {
        let (now, set_now) = signal(Status::default());
        Self { now, set_now, told_at: StoredValue::new(0), clock, engine }
    }

    pub(super) fn hear(self, status: Status) {
        self.told_at.set_value(self.clock.seconds.get_untracked());
        self.set_now.set(status);
    }

    /// Seconds until the next attempt to reach the relay, if it is away.
    pub fn next_attempt(self) -> Option<u32> {
        match self.now.with(|status| status.link) {
            Link::Waiting { seconds } => {
                let passed = self.clock.seconds.get().saturating_sub(self.told_at.get_value());
                Some(u32::from(seconds).saturating_sub(passed))
            }
            Link::Closed | Link::Connecting | Link::Open => None,
        }
    }

    /// Looks at mailbox and calendars now.
    pub fn check_now(self) {
        self.engine.ask(Ask::CheckNow);
    }
}
