//! The event that is being written: its form, and what sending it would do.
//!
//! Every edit raises the revision and reaches the engine a moment later, the last one always. Sending waits until the
//! inspection on the screen is true to the last revision, so that what was shown is what is sent.

use std::sync::Arc;
use std::time::Duration;

use intent::{Ask, ComposeStart, DraftId, Form, Guest, GuestMark, GuestsRead, Inspection, Point};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::clock::Clock;
use super::engine::Engine;
use super::place::Place;
use super::places::Places;

/// Edits that follow each other within this time reach the engine as one.
const SETTLE: Duration = Duration::from_millis(120);

/// What the person wants once the inspection is true to the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Send,
    SaveSilently,
}

/// The event that is being written.
#[derive(Clone, Copy)]
pub struct Draft {
    /// The form, if one is open.
    pub form: ReadSignal<Option<Form>>,
    set_form: WriteSignal<Option<Form>>,
    /// What sending would do, as of some revision.
    pub inspection: ReadSignal<Option<Arc<Inspection>>>,
    set_inspection: WriteSignal<Option<Arc<Inspection>>>,
    /// What the last text in the guests' field held.
    pub guests_read: ReadSignal<Option<GuestsRead>>,
    set_guests_read: WriteSignal<Option<GuestsRead>>,
    /// All drafts on this device; nothing until the engine has told.
    pub all: ReadSignal<Option<Vec<(DraftId, String, Point)>>>,
    set_all: WriteSignal<Option<Vec<(DraftId, String, Point)>>>,
    /// When the engine last confirmed that it has the form.
    pub kept_at: ReadSignal<Option<Point>>,
    set_kept_at: WriteSignal<Option<Point>>,
    /// Whether the person has pressed send, and waits for the inspection.
    pub is_leaving: Signal<bool>,
    wish: ReadSignal<Option<Wish>>,
    set_wish: WriteSignal<Option<Wish>>,
    /// Whether send was pressed on a form with problems: from then on all of them are shown.
    pub was_tried: ReadSignal<bool>,
    set_was_tried: WriteSignal<bool>,
    /// Whether the engine was asked for a form that has not come yet.
    is_awaited: StoredValue<bool>,
    unsent: StoredValue<Option<TimeoutHandle>>,
    /// The draft that was sent last, to be opened again if that is taken back.
    sent_last: StoredValue<Option<DraftId>>,
    engine: Engine,
    places: Places,
    clock: Clock,
}

impl Draft {
    pub(super) fn new(engine: Engine, places: Places, clock: Clock) -> Self {
        let (form, set_form) = signal(None);
        let (inspection, set_inspection) = signal(None);
        let (guests_read, set_guests_read) = signal(None);
        let (all, set_all) = signal(None);
        let (kept_at, set_kept_at) = signal(None);
        let (wish, set_wish) = signal(None::<Wish>);
        let (was_tried, set_was_tried) = signal(false);
        Self {
            form,
            set_form,
            inspection,
            set_inspection,
            guests_read,
            set_guests_read,
            all,
            set_all,
            kept_at,
            set_kept_at,
            is_leaving: Signal::derive(move || wish.get().is_some()),
            wish,
            set_wish,
            was_tried,
            set_was_tried,
            is_awaited: StoredValue::new(false),
            unsent: StoredValue::new(None),
            sent_last: StoredValue::new(None),
            engine,
            places,
            clock,
        }
    }

    pub(super) fn hear_form(self, form: Form) {
        self.engine.shows_draft(form.draft.clone());
        if self.places.current.get_untracked() == Place::NewDraft {
            self.places.replace(Place::Compose(form.draft.clone()));
        }
        self.set_form.set(Some(form));
    }

    pub(super) fn hear_inspection(self, inspection: Inspection) {
        if self.form.with_untracked(|form| form.as_ref().is_none_or(|form| form.draft != inspection.draft)) {
            return;
        }
        self.set_kept_at.set(Some(self.clock.now.get_untracked()));
        self.set_inspection.set(Some(Arc::new(inspection)));
        self.carry_out();
    }

    pub(super) fn hear_guests(self, read: GuestsRead) {
        if self.form.with_untracked(|form| form.as_ref().is_none_or(|form| form.draft != read.draft)) {
            return;
        }
        let bad: Vec<&str> = read.problems.iter().map(|problem| problem.text.trim()).collect();
        let left = bad.join(", ");
        let guests = read.guests.clone();
        self.set_guests_read.set(Some(read));
        self.edit(move |form| {
            // Two lists typed one after the other are read apart, so what both name is folded here.
            for guest in guests {
                if !form.guests.iter().any(|kept| kept.address.eq_ignore_ascii_case(&guest.address)) {
                    form.guests.push(guest);
                }
            }
            // What could not be read comes back, before what was typed meanwhile.
            if !left.is_empty() {
                let meanwhile = std::mem::take(&mut form.guest_text);
                form.guest_text = if meanwhile.trim().is_empty() { left } else { format!("{left}, {meanwhile}") };
            }
        });
    }

    pub(super) fn hear_drafts(self, drafts: Vec<(DraftId, String, Point)>) {
        self.set_all.set(Some(drafts));
    }

    /// Begins or goes on writing, and shows the form.
    pub fn begin(self, start: ComposeStart) {
        let place = match &start {
            ComposeStart::Draft(draft) => Place::Compose(draft.clone()),
            _ => Place::NewDraft,
        };
        self.close();
        self.is_awaited.set_value(true);
        self.engine.ask(Ask::Compose(start));
        self.places.go(place);
    }

    /// Whether neither a form is open nor one on its way.
    pub fn is_idle(self) -> bool {
        !self.is_awaited.get_value() && self.form.with_untracked(Option::is_none)
    }

    /// Shows a draft whose address was opened.
    pub fn resume(self, draft: &DraftId) {
        let is_open = self.form.with_untracked(|form| form.as_ref().is_some_and(|form| form.draft == *draft));
        if !is_open && !self.is_awaited.get_value() {
            self.close();
            self.engine.ask(Ask::Compose(ComposeStart::Draft(draft.clone())));
        }
    }

    /// Changes the form.
    pub fn edit(self, change: impl FnOnce(&mut Form)) {
        self.set_form.update(|form| {
            if let Some(form) = form {
                change(form);
                form.revision = form.revision.wrapping_add(1);
            }
        });
        if let Some(timer) = self.unsent.get_value() {
            timer.clear();
        }
        let timer = set_timeout_with_handle(move || self.flush(), SETTLE).ok();
        self.unsent.set_value(timer);
    }

    /// Changes what is typed in the guests' field; what was said of an earlier text no longer stands.
    pub fn type_guests(self, text: String) {
        if self.guests_read.with_untracked(Option::is_some) {
            self.set_guests_read.set(None);
        }
        self.edit(|form| form.guest_text = text);
    }

    /// Reads what is typed in the guests' field as guests.
    pub fn read_guests(self) {
        let wish = self.form.with_untracked(|form| {
            let form = form.as_ref()?;
            let text = form.guest_text.trim();
            (!text.is_empty()).then(|| Ask::ReadGuests { draft: form.draft.clone(), text: text.to_owned() })
        });
        if let Some(wish) = wish {
            self.flush();
            self.engine.ask(wish);
            // Emptied at once: whoever types on writes the next guest.
            self.edit(|form| form.guest_text.clear());
        }
    }

    /// Takes a guest off the list: one who was never invited goes, another stays as removed, to be put back.
    pub fn remove_guest(self, at: usize) {
        self.edit(|form| match form.guests.get(at).map(|guest| guest.mark) {
            Some(GuestMark::Added) => {
                form.guests.remove(at);
            }
            Some(GuestMark::Kept(answer) | GuestMark::Again(answer)) => {
                form.guests[at].mark = GuestMark::Removed(answer);
            }
            Some(GuestMark::Removed(answer)) => form.guests[at].mark = GuestMark::Kept(answer),
            None => {}
        });
    }

    /// Changes one guest.
    pub fn edit_guest(self, at: usize, change: impl FnOnce(&mut Guest)) {
        self.edit(|form| {
            if let Some(guest) = form.guests.get_mut(at) {
                change(guest);
            }
        });
    }

    /// Whether the inspection on the screen is true to the form.
    pub fn is_current(self) -> bool {
        let revision = self.form.with(|form| form.as_ref().map(|form| form.revision));
        self.inspection.with(|inspection| inspection.as_ref().map(|inspection| inspection.revision)) == revision
    }

    /// Saves, and sends what was inspected, as soon as the inspection is true to the form.
    pub fn send(self) {
        self.wish_for(Wish::Send);
    }

    /// Saves and tells nobody, as soon as the inspection is true to the form.
    pub fn save_silently(self) {
        self.wish_for(Wish::SaveSilently);
    }

    /// Opens the draft again whose sending was taken back.
    pub fn reopen(self) {
        if let Some(draft) = self.sent_last.get_value() {
            self.sent_last.set_value(None);
            self.begin(ComposeStart::Draft(draft));
        }
    }

    /// Throws the draft away.
    pub fn discard(self) {
        if let Some(form) = self.form.get_untracked() {
            self.engine.ask(Ask::Discard(form.draft));
        }
        self.close();
        self.places.go(self.places.calendar.get_untracked());
    }

    /// Leaves the form; the draft stays on the device.
    pub fn leave(self) {
        self.places.go(self.places.calendar.get_untracked());
    }

    fn wish_for(self, wish: Wish) {
        self.read_guests();
        self.flush();
        self.set_wish.set(Some(wish));
        self.carry_out();
    }

    /// Does what is wished for, if the inspection is true to the form; drops the wish if the form has problems.
    fn carry_out(self) {
        let Some(wish) = self.wish.get_untracked() else { return };
        let (Some(form), Some(inspection)) = (self.form.get_untracked(), self.inspection.get_untracked()) else {
            return;
        };
        if inspection.revision != form.revision {
            return;
        }
        self.set_wish.set(None);
        if !inspection.problems.is_empty() {
            self.set_was_tried.set(true);
            return;
        }
        let (draft, revision) = (form.draft, form.revision);
        self.sent_last.set_value(Some(draft.clone()));
        self.engine.ask(match wish {
            Wish::Send => Ask::Send { draft, revision },
            Wish::SaveSilently => Ask::SaveSilently { draft, revision },
        });
        self.close();
        self.places.go(self.places.calendar.get_untracked());
    }

    /// Sends what the engine has not got yet.
    fn flush(self) {
        if let Some(timer) = self.unsent.get_value() {
            timer.clear();
            self.unsent.set_value(None);
            if let Some(form) = self.form.get_untracked() {
                self.engine.ask(Ask::Edit(form));
            }
        }
    }

    /// Takes the form off the screen; what was typed last reaches the device first.
    pub fn close(self) {
        self.flush();
        self.is_awaited.set_value(false);
        self.set_form.set(None);
        self.set_inspection.set(None);
        self.set_guests_read.set(None);
        self.set_kept_at.set(None);
        self.set_wish.set(None);
        self.set_was_tried.set(false);
    }
}
