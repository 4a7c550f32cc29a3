//! The present moment, as signals that change no oftener than they must.

use std::time::Duration;

use intent::Point;
use leptos::prelude::*;

use super::browser;

/// The present moment.
#[derive(Clone, Copy)]
pub struct Clock {
    /// Day and minute on the person's clock.
    pub now: Memo<Point>,
    /// Seconds since the page opened: for what counts down.
    pub seconds: ReadSignal<u32>,
}

impl Clock {
    /// Starts the clock; it runs as long as the page.
    pub fn start() -> Self {
        let (seconds, set_seconds) = signal(0);
        let opened = browser::milliseconds();
        let now = Memo::new(move |_| {
            seconds.track();
            browser::now()
        });
        set_interval(
            move || set_seconds.set(((browser::milliseconds() - opened) / 1000.0) as u32),
            Duration::from_secs(1),
        );
        Self { now, seconds }
    }
}
