//! What the page is told, from what the engine has in memory.

use intent::{SignInView, Status, Tell};

use super::Engine;
use crate::view;
use calendar::order;

/// The outbox shows so many sendings at the most.
const OUTBOX_ITEMS: usize = 200;

impl Engine {
    pub(super) fn tell(&self, tell: Tell) {
        (self.tell)(tell);
    }

    pub(super) fn show_sign_in(&self, view: SignInView) {
        self.state.borrow_mut().sign_in = view.clone();
        self.tell(Tell::SignIn(view));
    }

    /// Everything at once, for a page that was loaded anew.
    pub(super) fn tell_everything(&self) {
        let (view, status) = {
            let state = self.state.borrow();
            (state.sign_in.clone(), state.status.clone())
        };
        self.tell(Tell::SignIn(view));
        self.tell(Tell::Status(status));
        self.tell_drafts();
        self.tell_outbox();
        self.tell_views();
    }

    /// All that shows events or answers.
    pub(super) fn tell_views(&self) {
        self.tell_agenda();
        self.tell_event();
        self.tell_answers();
    }

    /// Changes the status, and tells it if that made a difference.
    pub(super) fn with_status(&self, change: impl FnOnce(&mut Status)) {
        let changed = {
            let mut state = self.state.borrow_mut();
            let before = state.status.clone();
            change(&mut state.status);
            (state.status != before).then(|| state.status.clone())
        };
        if let Some(status) = changed {
            self.tell(Tell::Status(status));
        }
    }

    pub(super) fn tell_zones(&self) {
        let zones = view::zones(&self.state.borrow().zone(), self.timestamp());
        self.tell(Tell::Zones(zones));
    }

    pub(super) fn tell_agenda(&self) {
        let agenda = {
            let state = self.state.borrow();
            let Some(window) = state.window else { return };
            view::agenda(&state.shelf, window, &state.viewer(), state.loaded)
        };
        self.tell(Tell::Agenda(agenda));
    }

    pub(super) fn tell_event(&self) {
        let event = {
            let state = self.state.borrow();
            let Some(key) = &state.open_event else { return };
            view::event(&state.shelf, key, &state.viewer()).map(Box::new)
        };
        self.tell(Tell::Event(event));
    }

    pub(super) fn tell_answers(&self) {
        let answers = self.state.borrow().answers.iter().rev().cloned().collect();
        self.tell(Tell::Answers(answers));
    }

    pub(super) fn tell_outbox(&self) {
        let now = self.now();
        let items = {
            let state = self.state.borrow();
            let mut records: Vec<_> = state.sendings.values().collect();
            order::sort_by_key(&mut records, |record| std::cmp::Reverse(record.pressed_at));
            records.into_iter().take(OUTBOX_ITEMS).map(|record| record.item(now)).collect()
        };
        self.tell(Tell::Outbox(items));
    }

    pub(super) fn tell_drafts(&self) {
        let drafts = {
            let state = self.state.borrow();
            let mut drafts: Vec<_> = state.drafts.iter().collect();
            order::sort_by_key(&mut drafts, |(_, draft)| std::cmp::Reverse(draft.changed_at));
            let is_sending = |id: &intent::DraftId| state.sendings.values().any(|record| record.draft == *id);
            let shown = drafts.into_iter().filter(|(id, _)| !is_sending(id));
            shown
                .map(|(id, draft)| {
                    (id.clone(), draft.form.title.clone(), self.point_of(draft.changed_at, &state.zone()))
                })
                .collect()
        };
        self.tell(Tell::Drafts(drafts));
    }

    /// This hour.
    pub(super) fn timestamp(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.world.now_millis()).unwrap_or_default()
    }

    /// An hour in Unix seconds on the person's clock.
    pub(super) fn point_of(&self, seconds: i64, zone: &str) -> intent::Point {
        view::point(jiff::Timestamp::from_second(seconds).unwrap_or_default(), zone)
    }

    /// This hour on the person's clock.
    pub(super) fn point_now(&self) -> intent::Point {
        let zone = self.state.borrow().zone();
        self.point_of(self.now(), &zone)
    }
}
