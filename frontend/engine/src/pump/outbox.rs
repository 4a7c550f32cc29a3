//! Carrying out what is in the outbox, one act at a time; only in the tab whose turn it is.

use std::time::Duration;

use calendar::{
    dav::{self, Condition, ETag, Href, Outcome as DavOutcome},
    ical::Document,
    merge, order,
    sync::{
        collection::Change as ObjectChange,
        outbox::{Conflict, Outcome, Sending, Step, Trouble, Write},
    },
};
use futures::future::select;
use intent::{OutboxId, Problem, ProblemKind, ResumeChoice, Service, Tell};
use wire::{Criterion, Refusal, Submit};

use super::{
    Engine,
    account::{Session, server_of},
    carry::problem_of,
    sending::{LetterBytes, SendingRecord, outbox_choice},
    verdict::{may_have_happened, outcome_of},
};
use crate::{
    link::{Fault, MailSession},
    storage::{Change, News, Store},
    world::random_u32,
};

/// A finished sending leaves the list by itself after this time, in seconds.
const KEPT_SECONDS: i64 = 30 * 86_400;
/// What stands behind a sending's name where its letters are kept.
const LETTERS: &str = "/letters";

type Sent = Outcome<Problem>;

impl Engine {
    /// Takes the outbox from the device into memory.
    pub(super) async fn load_outbox(&self) {
        let Ok(kept) = self.storage().list(Store::Outbox).await else { return };
        let now = self.now();
        let mut old = Vec::new();
        let mut records = std::collections::BTreeMap::new();
        for (key, bytes) in kept {
            if key.ends_with(LETTERS) {
                continue;
            }
            if let Ok(record) = postcard::from_bytes::<SendingRecord>(&bytes) {
                let is_done = record.sending.next(now) == Step::Done;
                if is_done && record.pressed_at < now - KEPT_SECONDS {
                    old.extend([
                        Change::remove(Store::Outbox, letters_key(&record.id)),
                        Change::remove(Store::Outbox, key),
                    ]);
                } else {
                    records.insert(record.id.clone(), record);
                }
            }
        }
        if !old.is_empty() {
            self.keep(old).await;
        }
        self.state.borrow_mut().sendings = records;
    }

    /// Puts a sending into the outbox: from here on it survives everything.
    pub(super) async fn enqueue(&self, record: SendingRecord, letters: &LetterBytes) {
        let bytes = postcard::to_allocvec(letters).unwrap_or_default();
        let letters = Change::keep(Store::Outbox, letters_key(&record.id), bytes);
        self.keep(vec![letters, change_of(&record)]).await;
        self.state.borrow_mut().sendings.insert(record.id.clone(), record);
        self.outbox_changed();
    }

    /// Takes back what is still held; its draft is there as before.
    pub(super) async fn undo(&self, id: OutboxId) {
        let now = self.now();
        let can_be_taken_back =
            self.state.borrow().sendings.get(&id).is_some_and(|record| record.sending.can_be_taken_back(now));
        if can_be_taken_back {
            self.remove_sending(&id).await;
        }
        self.tell_outbox();
        self.tell_drafts();
    }

    /// Does what the person chose for a sending that waits or stopped.
    pub(super) async fn resume(&self, id: OutboxId, choice: ResumeChoice) {
        let now = self.now();
        let chosen = {
            let mut state = self.state.borrow_mut();
            let record = state.sendings.get_mut(&id);
            record.and_then(|record| record.sending.choose(outbox_choice(choice), now).then(|| record.clone()))
        };
        if let Some(record) = chosen {
            self.keep(vec![change_of(&record)]).await;
        }
        self.outbox_changed();
    }

    /// Takes a finished sending off the list.
    pub(super) async fn dismiss(&self, id: OutboxId) {
        let is_done =
            self.state.borrow().sendings.get(&id).is_some_and(|record| record.sending.next(self.now()) == Step::Done);
        if is_done {
            self.remove_sending(&id).await;
        }
        self.tell_outbox();
    }

    async fn remove_sending(&self, id: &OutboxId) {
        self.state.borrow_mut().sendings.remove(id);
        let changes = vec![Change::remove(Store::Outbox, id.0.clone()), Change::remove(Store::Outbox, letters_key(id))];
        self.keep(changes).await;
        self.turn.announce(News::Outbox);
        self.outbox_bell.ring();
    }

    /// The letters of a sending, byte for byte.
    pub(super) async fn open_sent(&self, id: OutboxId) {
        let letters = self.letters_of(&id).await;
        let Some(record) = self.state.borrow().sendings.get(&id).cloned() else { return };
        let stored = match &record.sending.write {
            Write::Create { bytes } | Write::Replace { bytes, .. } => Some(crate::view::calendar_code(bytes)),
            Write::Remove { .. } => None,
        };
        let pairs = letters.iter().zip(&record.letters).zip(&record.sending.mails);
        let letters = pairs
            .map(|((bytes, (name, kind)), mail)| crate::desk::sent_letter(bytes, *kind, name, &mail.recipient))
            .collect();
        self.tell(Tell::Sent { outbox: id, letters, stored });
    }

    async fn letters_of(&self, id: &OutboxId) -> Vec<Vec<u8>> {
        let kept = self.storage().get(Store::Outbox, &letters_key(id)).await.ok().flatten();
        kept.and_then(|bytes| postcard::from_bytes::<LetterBytes>(&bytes).ok())
            .map(|letters| letters.0)
            .unwrap_or_default()
    }

    fn outbox_changed(&self) {
        self.tell_outbox();
        self.turn.announce(News::Outbox);
        self.outbox_bell.ring();
    }

    /// Carries out sendings as long as this sign-in lasts.
    pub(super) async fn keep_sending(&self, session: Session) {
        self.take_up_what_was_under_way().await;
        let mut sent_session = None;
        while self.is_current(session.generation) {
            let now = self.now();
            let next = {
                let state = self.state.borrow();
                let mut records: Vec<_> = state.sendings.values().collect();
                order::sort_by_key(&mut records, |record| record.pressed_at);
                let steps: Vec<_> =
                    records.iter().map(|record| (record.id.clone(), record.sending.next(now))).collect();
                let act =
                    steps.iter().find(|(_, step)| !matches!(step, Step::WaitUntil(_) | Step::Stopped | Step::Done));
                match act {
                    Some((id, step)) => Ok((id.clone(), step.clone())),
                    None => Err(steps
                        .iter()
                        .filter_map(|(_, step)| match step {
                            Step::WaitUntil(hour) => Some(*hour),
                            _ => None,
                        })
                        .min()),
                }
            };
            match next {
                Ok((id, step)) => self.act(&session, &mut sent_session, id, step).await,
                Err(hour) => {
                    sent_session = None;
                    let bell = std::pin::pin!(self.outbox_bell.heard());
                    match hour {
                        Some(hour) => {
                            let seconds = u64::try_from(hour.saturating_sub(now)).unwrap_or(0).max(1);
                            drop(select(bell, self.world.sleep(Duration::from_secs(seconds))).await);
                        }
                        None => bell.await,
                    }
                }
            }
        }
    }

    /// A guest has answered, or a mail to them came back: that settles a mail whose fate is unknown.
    pub(super) async fn hear_of(&self, is_meant: impl Fn(&SendingRecord) -> bool, recipient: &str, arrived: bool) {
        let changed: Vec<SendingRecord> = {
            let mut state = self.state.borrow_mut();
            let mut changed = Vec::new();
            for record in state.sendings.values_mut().filter(|record| is_meant(record)) {
                let before = record.sending.clone();
                record.sending.heard_of(recipient, arrived);
                if record.sending != before {
                    changed.push(record.clone());
                }
            }
            changed
        };
        if !changed.is_empty() {
            self.keep(changed.iter().map(change_of).collect()).await;
            self.outbox_changed();
        }
    }

    async fn take_up_what_was_under_way(&self) {
        let changed: Vec<SendingRecord> = {
            let mut state = self.state.borrow_mut();
            let mut changed = Vec::new();
            for record in state.sendings.values_mut() {
                let before = record.sending.clone();
                record.sending.restart();
                if record.sending != before {
                    changed.push(record.clone());
                }
            }
            changed
        };
        if !changed.is_empty() {
            self.keep(changed.iter().map(change_of).collect()).await;
            self.tell_outbox();
        }
    }

    /// Writes the arrow, carries out the act, writes what came of it.
    async fn act(&self, session: &Session, sent: &mut Option<MailSession>, id: OutboxId, step: Step) {
        let letters = self.letters_of(&id).await;
        let begun = self.with_sending(&id, |sending| sending.begin(&step)).await;
        let Some(record) = begun else { return };
        self.tell_outbox();
        let outcome = match &step {
            Step::Create | Step::Replace { .. } | Step::Remove { .. } | Step::Read => {
                self.save(session, &record, &step).await
            }
            Step::Submit(index) => self.submit(session, &record, &letters, *index).await,
            Step::LookFor(index) => self.look_in_sent(session, sent, &record, *index, None).await,
            Step::File(index) => {
                let letter = letters.get(*index).cloned().unwrap_or_default();
                self.look_in_sent(session, sent, &record, *index, Some(letter)).await
            }
            Step::WaitUntil(_) | Step::Stopped | Step::Done => return,
        };
        let found = match &outcome {
            Outcome::Found { etag, bytes } => Some((etag.clone(), bytes.clone())),
            _ => None,
        };
        let is_not_there = outcome == Outcome::NotThere;
        let (now, chance) = (self.now(), random_u32(&*self.world));
        let mut conflict = None;
        let learnt = self.with_sending(&id, |sending| conflict = sending.learn(outcome, now, chance)).await;
        if let Some(conflict) = conflict {
            self.settle(&id, conflict, now, chance).await;
        }
        if let Some(record) = learnt
            && matches!(step, Step::Create | Step::Replace { .. } | Step::Remove { .. } | Step::Read)
        {
            let removed = matches!(record.sending.write, Write::Remove { .. }) && record.sending.is_saved();
            self.take_in_saved(&record, found, is_not_there || removed).await;
        }
        self.outbox_changed();
    }

    /// Changes a sending in memory and on the device.
    async fn with_sending(&self, id: &OutboxId, change: impl FnOnce(&mut Sending<Problem>)) -> Option<SendingRecord> {
        let record = {
            let mut state = self.state.borrow_mut();
            let record = state.sendings.get_mut(id)?;
            change(&mut record.sending);
            record.clone()
        };
        self.keep(vec![change_of(&record)]).await;
        Some(record)
    }

    /// What the server has of the event comes to the screen; the draft is needed no longer once it is saved.
    async fn take_in_saved(&self, record: &SendingRecord, found: Option<(Option<String>, Vec<u8>)>, is_gone: bool) {
        let Ok(href) = Href::parse(&record.href) else { return };
        let change = match found {
            Some((etag, bytes)) => ObjectChange::Present { href, etag, bytes },
            None if is_gone => ObjectChange::Gone(href),
            None => {
                return;
            }
        };
        self.take_in(&record.calendar, vec![change]).await;
        self.turn.announce(News::Mailbox);
        self.tell_agenda();
        self.tell_event();
        if record.sending.is_saved() {
            self.discard(record.draft.clone()).await;
        }
    }

    /// Merges what somebody else wrote with what was to be written; the letters stay what was inspected.
    async fn settle(&self, id: &OutboxId, conflict: Conflict, now: i64, chance: u32) {
        let read = |bytes: &[u8]| Document::read(bytes).ok();
        let merged = match (read(&conflict.base), read(&conflict.mine), read(&conflict.theirs)) {
            (Some(base), Some(mine), Some(theirs)) => {
                let merged = merge::merge(&base, Some(&mine), Some(&theirs));
                merged.document.filter(|_| merged.conflicts.is_empty())
            }
            _ => None,
        };
        self.with_sending(id, |sending| match merged {
            Some(document) => {
                let bytes = document.write();
                let outcome = Outcome::Merged { etag: conflict.etag, base: conflict.theirs, bytes };
                // Taking in a merge leads to no further conflict.
                let _ = sending.learn(outcome, now, chance);
            }
            None => sending.stop_for_conflict(),
        })
        .await;
    }

    async fn save(&self, session: &Session, record: &SendingRecord, step: &Step) -> Sent {
        let not_saved = |problem, may_have_happened, passing, after_seconds| {
            Outcome::NotSaved(Trouble { problem, may_have_happened, passing, after_seconds })
        };
        let fault = Problem { service: Some(Service::CalDav), kind: ProblemKind::Fault, detail: String::new() };
        let Some(at) = session.place(&record.href) else { return not_saved(fault, false, false, None) };
        let bytes = match &record.sending.write {
            Write::Create { bytes } | Write::Replace { bytes, .. } => bytes.as_slice(),
            Write::Remove { .. } => &[],
        };
        let unchanged = |etag: &str| ETag::parse(etag).map(Condition::Unchanged);
        let request = match step {
            Step::Create => std::str::from_utf8(bytes).ok().map(|ics| dav::put(&at, ics, Condition::Absent)),
            Step::Replace { etag } => std::str::from_utf8(bytes)
                .ok()
                .zip(unchanged(etag))
                .map(|(ics, condition)| dav::put(&at, ics, condition)),
            Step::Remove { etag } => unchanged(etag).map(|condition| dav::delete(&at, condition)),
            _ => Some(dav::get(&at)),
        };
        let Some(request) = request else { return not_saved(fault, false, false, None) };
        let is_read = *step == Step::Read;
        let reply = match self.carry(session.credentials(), &request).await {
            Ok(reply) => reply,
            Err(fault) => {
                let may_have_happened = !is_read && may_have_happened(&fault);
                return not_saved(fault.problem(Service::CalDav), may_have_happened, fault.is_passing(), None);
            }
        };
        match dav::outcome(&reply, &at) {
            DavOutcome::Done { etag } if is_read => {
                Outcome::Found { etag: etag.map(|etag| etag.as_str().to_owned()), bytes: reply.body }
            }
            DavOutcome::Done { .. } => Outcome::Written,
            DavOutcome::Gone if is_read => Outcome::NotThere,
            // An object that is gone satisfies nobody's If-Match, and a removal of it is done.
            DavOutcome::Gone | DavOutcome::Changed => Outcome::Changed,
            ref refused @ DavOutcome::TryLater { after_seconds } => {
                // A gateway's error says nothing of what happened behind it.
                let may_have_happened = !is_read && matches!(reply.status, 500 | 502 | 504);
                not_saved(problem_of(refused), may_have_happened, true, after_seconds)
            }
            refused => not_saved(problem_of(&refused), false, false, None),
        }
    }

    async fn submit(&self, session: &Session, record: &SendingRecord, letters: &[Vec<u8>], index: usize) -> Sent {
        let (Some(mail), Some(bytes)) = (record.sending.mails.get(index), letters.get(index)) else {
            let problem = Problem { service: None, kind: ProblemKind::Storage, detail: String::new() };
            let trouble = Trouble { problem, may_have_happened: false, passing: false, after_seconds: None };
            return Outcome::NotSubmitted(index, trouble);
        };
        let envelope = Submit {
            server: server_of(&session.stored.account.servers.submission),
            credentials: session.credentials(),
            sender: record.sender.clone(),
            recipients: vec![mail.recipient.clone()],
            size_bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        };
        match self.link.submit(envelope, bytes.clone()).await {
            Ok(submitted) => outcome_of(index, &submitted),
            Err(fault) => {
                let after_seconds = match &fault {
                    Fault::Refused(Refusal::Busy { retry_after_seconds }) => Some(u32::from(*retry_after_seconds)),
                    _ => None,
                };
                Outcome::NotSubmitted(
                    index,
                    Trouble {
                        problem: fault.problem(Service::Submission),
                        may_have_happened: may_have_happened(&fault),
                        passing: fault.is_passing(),
                        after_seconds,
                    },
                )
            }
        }
    }

    /// Looks for a mail in Sent, and files it there if it is given and not found.
    async fn look_in_sent(
        &self,
        session: &Session,
        sent: &mut Option<MailSession>,
        record: &SendingRecord,
        index: usize,
        letter: Option<Vec<u8>>,
    ) -> Sent {
        let mailbox = &session.stored.sent_mailbox;
        let Some(mail) = record.sending.mails.get(index) else { return Outcome::NotInSent(index) };
        let is_filing = letter.is_some();
        if mailbox.is_empty() {
            let detail = String::new();
            let problem = Problem { service: Some(Service::Imap), kind: ProblemKind::ServerRefused, detail };
            return match is_filing {
                true => {
                    let trouble = Trouble { problem, may_have_happened: false, passing: false, after_seconds: None };
                    Outcome::NotFiled(index, trouble)
                }
                false => Outcome::NotInSent(index),
            };
        }
        let attempt = async {
            let open = match sent.take() {
                Some(open) => open,
                None => {
                    let open = self.open_mail(session).await?;
                    open.select(mailbox).await?;
                    open
                }
            };
            let criterion = Criterion::Header { name: "Message-ID".to_owned(), contains: mail.message_id.clone() };
            let found = open.search(vec![criterion]).await?;
            let outcome = match letter {
                _ if !found.is_empty() && is_filing => Outcome::Filed(index),
                _ if !found.is_empty() => Outcome::InSent(index),
                Some(letter) => {
                    open.append(mailbox, letter).await?;
                    Outcome::Filed(index)
                }
                None => Outcome::NotInSent(index),
            };
            *sent = Some(open);
            Ok::<Sent, Fault>(outcome)
        };
        attempt.await.unwrap_or_else(|fault| {
            let trouble = Trouble {
                problem: fault.problem(Service::Imap),
                may_have_happened: false,
                passing: fault.is_passing(),
                after_seconds: None,
            };
            Outcome::NotFiled(index, trouble)
        })
    }
}

fn letters_key(id: &OutboxId) -> String {
    format!("{}{LETTERS}", id.0)
}

fn change_of(record: &SendingRecord) -> Change {
    Change::keep(Store::Outbox, record.id.0.clone(), postcard::to_allocvec(record).unwrap_or_default())
}
