//! Writing an event: drafts that survive a reload, an inspection that is always true to the form, and pressing send.

use calendar::dav::Href;
use intent::{CalendarId, ComposeStart, DraftId, Form, FormProblem, OutboxId, Problem, ProblemKind, Tell};
use serde::{Deserialize, Serialize};

use super::{
    Engine,
    sending::SendingRecord,
    state::{Draft, State},
};
use crate::{
    desk::{self, SendPlan, StoreAct, Writer},
    storage::{Change, Store},
    world::random_id,
};

/// Mails are held so long before they leave, in seconds.
const HOLD_SECONDS: u16 = 10;

/// The name under which the calendar of the last new event is kept.
const LAST_CALENDAR: &str = "last-calendar";

/// What is kept of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredDraft {
    form: Form,
    base: Option<Vec<u8>>,
    seed: [u8; 16],
    changed_at: i64,
}

impl Engine {
    /// Takes the drafts from the device into memory, and where the last new event went.
    pub(super) async fn load_drafts(&self) {
        let last = self.storage().get(Store::Accounts, LAST_CALENDAR).await.ok().flatten();
        let last = last.and_then(|bytes| String::from_utf8(bytes).ok()).map(CalendarId);
        self.state.borrow_mut().last_calendar = last;
        let kept = self.storage().list(Store::Drafts).await.unwrap_or_default();
        let mut state = self.state.borrow_mut();
        for (id, bytes) in kept {
            if let Ok(StoredDraft { form, base, seed, changed_at }) = postcard::from_bytes(&bytes) {
                // What is in memory is at least as new.
                state.drafts.entry(DraftId(id)).or_insert(Draft { form, base, seed, changed_at, inspected: None });
            }
        }
    }

    /// Begins or goes on writing.
    pub(super) async fn compose(&self, start: ComposeStart) {
        let form = match &start {
            ComposeStart::Draft(id) => self.state.borrow().drafts.get(id).map(|draft| draft.form.clone()),
            ComposeStart::New { .. } | ComposeStart::Change(_) | ComposeStart::Cancel(_) | ComposeStart::Again(..) => {
                let id = DraftId(random_id(&*self.world));
                let begun = {
                    let state = self.state.borrow();
                    let default = desk::default_calendar(state.shelf.calendars(), state.last_calendar.as_ref());
                    desk::begin(&start, id, &state.shelf, &state.viewer(), default.map(|calendar| &calendar.id))
                };
                match begun {
                    Ok(begun) => {
                        let mut seed = [0; 16];
                        self.world.random(&mut seed);
                        let (form, base, changed_at) = (begun.form, begun.base, self.now());
                        let draft = Draft { form: form.clone(), base, seed, changed_at, inspected: None };
                        self.state.borrow_mut().drafts.insert(form.draft.clone(), draft);
                        Some(form)
                    }
                    Err(problem) => {
                        self.tell(Tell::Problem(problem_of_start(problem)));
                        None
                    }
                }
            }
        };
        if let Some(form) = form {
            let id = form.draft.clone();
            self.tell(Tell::Form(form));
            self.inspect(&id);
        }
    }

    /// Takes the form as it stands: kept on the device, inspected, told.
    pub(super) async fn edit(&self, form: Form) {
        let id = form.draft.clone();
        let stored = {
            let mut state = self.state.borrow_mut();
            let Some(draft) = state.drafts.get_mut(&id) else { return };
            // Messages of one page arrive in order; a second page may be behind.
            if form.revision < draft.form.revision {
                return;
            }
            (draft.form, draft.changed_at, draft.inspected) = (form, self.now(), None);
            let Draft { form, base, seed, changed_at, .. } = draft.clone();
            StoredDraft { form, base, seed, changed_at }
        };
        self.inspect(&id);
        let bytes = postcard::to_allocvec(&stored).unwrap_or_default();
        self.keep(vec![Change::keep(Store::Drafts, id.0, bytes)]).await;
        self.tell_drafts();
    }

    /// Inspects what is being written once more, when what it depends on has changed.
    pub(super) fn inspect_again(&self) {
        let open: Vec<DraftId> = {
            let state = self.state.borrow();
            state.drafts.iter().filter(|(_, draft)| draft.inspected.is_some()).map(|(id, _)| id.clone()).collect()
        };
        for id in open {
            self.inspect(&id);
        }
    }

    fn inspect(&self, id: &DraftId) {
        let inspection = {
            let mut state = self.state.borrow_mut();
            let Some(draft) = state.drafts.get(id) else { return };
            let Some(writer) = self.writer(&state, draft) else { return };
            let inspected =
                desk::inspect(&draft.form, draft.base.as_deref(), &state.shelf, &writer, desk::Tell::Everyone);
            let inspection = Box::new(inspected.inspection.clone());
            if let Some(draft) = state.drafts.get_mut(id) {
                draft.inspected = Some(inspected);
            }
            inspection
        };
        self.tell(Tell::Inspection(inspection));
    }

    fn writer(&self, state: &State, draft: &Draft) -> Option<Writer> {
        let session = state.session.as_ref()?;
        let account = &session.stored.account;
        Some(Writer {
            address: account.address.clone(),
            name: account.name.clone(),
            aliases: session.addresses(),
            zone: state.zone(),
            // The hour of the last edit, so that inspecting twice gives the same bytes.
            now: jiff::Timestamp::from_second(draft.changed_at).unwrap_or_default(),
            seed: draft.seed,
            hold_seconds: HOLD_SECONDS,
            sent_mailbox: session.stored.sent_mailbox.clone(),
        })
    }

    pub(super) fn read_guests(&self, draft: &DraftId, text: &str) {
        let read = {
            let state = self.state.borrow();
            let Some(draft) = state.drafts.get(draft) else { return };
            desk::read_guests(&draft.form, text, &state.viewer().addresses)
        };
        self.tell(Tell::GuestsRead(read));
    }

    /// Throws a draft away.
    pub(super) async fn discard(&self, id: DraftId) {
        let existed = self.state.borrow_mut().drafts.remove(&id).is_some();
        if existed {
            self.keep(vec![Change::remove(Store::Drafts, id.0)]).await;
            self.tell_drafts();
        }
    }

    /// Puts exactly what was inspected into the outbox.
    pub(super) async fn send(&self, id: DraftId, revision: u32, tells_guests: bool) {
        let plan = {
            let state = self.state.borrow();
            // Pressing twice sends once.
            if state.sendings.values().any(|record| record.draft == id) {
                return;
            }
            state.drafts.get(&id).and_then(|draft| self.plan(&state, draft, revision, tells_guests))
        };
        let Some(plan) = plan else {
            let kind = ProblemKind::InspectedOther;
            self.tell(Tell::Problem(Problem { service: None, kind, detail: String::new() }));
            return;
        };
        let href = match &plan.store {
            StoreAct::Replace { href, .. } | StoreAct::Remove { href, .. } => Some(href.clone()),
            StoreAct::Create { name, .. } => {
                let calendar = Href::parse(&plan.calendar.0);
                calendar.and_then(|calendar| calendar.child(name)).ok().map(|href| href.as_str().to_owned())
            }
        };
        let Some(href) = href else {
            self.tell_fault("the calendar's address cannot take an object");
            return;
        };
        if matches!(plan.store, StoreAct::Create { .. }) {
            self.state.borrow_mut().last_calendar = Some(plan.calendar.clone());
            self.keep(vec![Change::keep(Store::Accounts, LAST_CALENDAR, plan.calendar.0.clone().into_bytes())]).await;
        }
        let outbox = OutboxId(random_id(&*self.world));
        let pressed = (self.now(), self.point_now());
        let hold_seconds = if plan.letters.is_empty() { 0 } else { HOLD_SECONDS };
        let (record, letters) = SendingRecord::of_plan(&plan, outbox, id, href, pressed, hold_seconds);
        self.enqueue(record, &letters).await;
        self.tell_drafts();
    }

    fn plan(&self, state: &State, draft: &Draft, revision: u32, tells_guests: bool) -> Option<SendPlan> {
        let inspected = draft.inspected.as_ref().filter(|_| draft.form.revision == revision)?;
        if inspected.inspection.revision != revision {
            return None;
        }
        match tells_guests {
            true => inspected.plan.clone(),
            false => {
                let writer = self.writer(state, draft)?;
                desk::inspect(&draft.form, draft.base.as_deref(), &state.shelf, &writer, desk::Tell::Nobody).plan
            }
        }
    }
}

/// Why writing cannot begin, as the page has words for it.
fn problem_of_start(problem: FormProblem) -> Problem {
    let kind = match problem {
        FormProblem::NoCalendar => ProblemKind::NoCalendar,
        _ => ProblemKind::ChangedElsewhere,
    };
    Problem { service: None, kind, detail: String::new() }
}
