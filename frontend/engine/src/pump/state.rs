//! What the engine has in memory: all of it can be read again from the device or the person's servers.

use std::collections::BTreeMap;

use intent::{
    AnswerEntry, CalendarId, Check, CheckOutcome, DraftId, EventKey, Form, OutboxId, PageContext, Service, SignInView,
    Status, Window,
};

use super::{account::Session, sending::SendingRecord};
use crate::{
    desk::Inspected,
    view::{Shelf, Viewer},
};

/// A form that is being written.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) form: Form,
    /// The stored object as it was when writing began.
    pub(super) base: Option<Vec<u8>>,
    /// Drawn once, so that inspecting twice gives the same names.
    pub(super) seed: [u8; 16],
    /// In Unix seconds.
    pub(super) changed_at: i64,
    /// What was last on the screen, with its plan.
    pub(super) inspected: Option<Inspected>,
}

/// Everything.
pub(super) struct State {
    pub(super) page: Option<PageContext>,
    pub(super) sign_in: SignInView,
    pub(super) checks: [Check; 3],
    pub(super) session: Option<Session>,
    pub(super) generation: u64,
    pub(super) status: Status,
    pub(super) is_leader: bool,
    pub(super) shelf: Shelf,
    pub(super) loaded: bool,
    pub(super) window: Option<Window>,
    pub(super) open_event: Option<EventKey>,
    /// Where the last new event went.
    pub(super) last_calendar: Option<CalendarId>,
    pub(super) drafts: BTreeMap<DraftId, Draft>,
    pub(super) sendings: BTreeMap<OutboxId, SendingRecord>,
    pub(super) answers: Vec<AnswerEntry>,
}

impl State {
    pub(super) fn new() -> Self {
        let check = |service| Check { service, outcome: CheckOutcome::Waiting };
        Self {
            page: None,
            sign_in: SignInView::Unknown,
            checks: [Service::Submission, Service::Imap, Service::CalDav].map(check),
            session: None,
            generation: 0,
            status: Status::default(),
            is_leader: false,
            shelf: Shelf::new(),
            loaded: false,
            window: None,
            open_event: None,
            last_calendar: None,
            drafts: BTreeMap::new(),
            sendings: BTreeMap::new(),
            answers: Vec::new(),
        }
    }

    /// Forgets everything that belongs to an account.
    pub(super) fn forget_account(&mut self) {
        self.session = None;
        self.shelf = Shelf::new();
        self.loaded = false;
        self.open_event = None;
        self.last_calendar = None;
        self.drafts.clear();
        self.sendings.clear();
        self.answers.clear();
        self.status = Status { link: self.status.link, ..Status::default() };
    }

    /// The person's zone; UTC until the page has said it.
    pub(super) fn zone(&self) -> String {
        self.page.as_ref().map_or_else(|| "UTC".to_owned(), |page| page.zone.clone())
    }

    /// For whom views are made.
    pub(super) fn viewer(&self) -> Viewer {
        let addresses = self.session.as_ref().map(Session::addresses).unwrap_or_default();
        Viewer { zone: self.zone(), addresses }
    }
}
