//! Entering what mails say into the stored events, several answers to one event in one write.

use std::collections::BTreeMap;

use calendar::{
    dav::{self, Condition, ETag, Href, Outcome as DavOutcome},
    ical::{Address, Component},
    invite::{Found, Reading, SenderVerdict},
    itip::{Incoming, Me, Message, Method, Outcome, Reason, Received, Sender, Stored, mark_undelivered, receive},
    sync::collection::Change as ObjectChange,
};
use intent::{AnswerEntry, AnswerOutcome, CalendarId, EventKey, PartStat, Problem, Service};

use super::{Engine, account::Session, carry::problem_of};
use crate::{
    storage::{Change, News, Store},
    view::{StoredObject, partstat_of},
};

/// The name under which answers are kept.
const ANSWERS: &str = "answers";
/// The most answers that are kept; the newest ones.
const KEPT: usize = 500;
/// A write is tried so often while others write the same event.
const ROUNDS: u32 = 5;

/// A mail that was read.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) uid: u32,
    /// In Unix seconds.
    pub(super) received_at: i64,
    pub(super) digest: u64,
    pub(super) reading: Reading,
}

/// What a mail says about one event, and where its entry stands.
pub(super) struct Claim {
    pub(super) word: Word,
    pub(super) entry: usize,
}

/// What a mail says about one event.
pub(super) enum Word {
    /// What somebody sent.
    Said {
        /// The message.
        message: Message,
        /// Whose mail it came in.
        sender: Sender,
    },
    /// A mail of ours came back.
    CameBack {
        /// Whom it did not reach.
        guest: Address,
        /// Why, in the server's words.
        words: String,
    },
}

/// A stored object while messages are applied to it.
struct Work {
    calendar: CalendarId,
    href: String,
    etag: Option<String>,
    bytes: Vec<u8>,
}

impl Engine {
    /// Takes the answers from the device into memory.
    pub(super) async fn load_answers(&self) {
        let kept = self.storage().get(Store::Mailbox, ANSWERS).await.ok().flatten();
        let answers = kept.and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or_default();
        self.state.borrow_mut().answers = answers;
    }

    /// Enters what the letters say, and tells what became of each.
    ///
    /// # Errors
    /// If the calendar server cannot be reached; then nothing is told, and the letters are taken again later.
    pub(super) async fn take_answers(&self, session: &Session, letters: Vec<Letter>) -> Result<(), Problem> {
        let mut entries = Vec::new();
        let mut claims: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
        let me = Me::new(session.addresses().iter().map(|address| Address::new(address)));
        for letter in &letters {
            if let Some(bounce) = &letter.reading.bounce {
                for (uid, entry, word) in self.came_back(letter, bounce).await {
                    claims.entry(uid).or_default().push(Claim { word, entry: entries.len() });
                    entries.push(entry);
                }
                continue;
            }
            for found in &letter.reading.found {
                let mut entry = self.entry_of(letter);
                match read_message(found) {
                    Ok(message) => {
                        describe(&mut entry, &message);
                        let uid = message.uid().to_owned();
                        let word = Word::Said { message, sender: sender_of(&letter.reading) };
                        claims.entry(uid).or_default().push(Claim { word, entry: entries.len() });
                    }
                    Err(why) => entry.outcome = AnswerOutcome::NotUsable(why),
                }
                entries.push(entry);
            }
        }
        for (uid, claims) in claims {
            self.apply(session, &me, &uid, &claims, &mut entries).await?;
            self.hear_of_guests(&uid, &claims).await;
        }
        if entries.is_empty() {
            return Ok(());
        }
        let bytes = {
            let mut state = self.state.borrow_mut();
            state.answers.append(&mut entries);
            let surplus = state.answers.len().saturating_sub(KEPT);
            state.answers.drain(..surplus);
            postcard::to_allocvec(&state.answers).unwrap_or_default()
        };
        self.keep(vec![Change::keep(Store::Mailbox, ANSWERS, bytes)]).await;
        self.turn.announce(News::Mailbox);
        self.tell_views();
        Ok(())
    }

    pub(super) fn entry_of(&self, letter: &Letter) -> AnswerEntry {
        let person = letter.reading.sender.person();
        let zone = self.state.borrow().zone();
        AnswerEntry {
            received: self.point_of(letter.received_at, &zone),
            name: person.and_then(|person| person.name()).unwrap_or_default().to_owned(),
            address: person.map(|person| person.address().as_str().to_owned()).unwrap_or_default(),
            title: String::new(),
            event: None,
            answer: None,
            comment: String::new(),
            outcome: AnswerOutcome::Entering,
        }
    }

    /// Applies all messages about one event, and writes the event once.
    async fn apply(
        &self,
        session: &Session,
        me: &Me,
        uid: &str,
        claims: &[Claim],
        entries: &mut [AnswerEntry],
    ) -> Result<(), Problem> {
        let mut work = self.state.borrow().shelf.by_uid(uid).map(|(calendar, object)| Work::of(calendar, object));
        for _ in 0..ROUNDS {
            let before = work.as_ref().and_then(|work| Stored::read(&work.bytes).ok());
            if let (Some(work), None) = (&work, &before) {
                let why = "The event as it is stored cannot be read, and is left as it is.".to_owned();
                for claim in claims {
                    settle(entries, claim, Some((work, uid)), AnswerOutcome::NotUsable(why.clone()), None);
                }
                return Ok(());
            }
            let mut current = before;
            let mut changed = false;
            for claim in claims {
                let (outcome, stored) = match &claim.word {
                    Word::Said { message, sender } => {
                        let now = self.timestamp();
                        let received = receive(Incoming { me, now, stored: current.as_ref(), message, sender });
                        let outcome = outcome_of(&received);
                        (outcome, if let Outcome::Applied(stored) = received.outcome { Some(stored) } else { None })
                    }
                    Word::CameBack { guest, words } => {
                        let marked = current.as_ref().and_then(|stored| mark_undelivered(stored, guest, words));
                        (AnswerOutcome::NotDelivered(words.clone()), marked)
                    }
                };
                if stored.is_some() {
                    current = stored;
                    changed = true;
                }
                let title = current.as_ref().and_then(|stored| title_of(stored.components()));
                settle(entries, claim, work.as_ref().map(|work| (work, uid)), outcome, title);
            }
            let (Some(stored), true, Some(at)) = (&current, changed, &mut work) else { return Ok(()) };
            match self.write_back(session, at, stored.write()).await? {
                Written::Yes => return Ok(()),
                Written::Refused(problem) => {
                    for claim in claims {
                        if let Some(entry) =
                            entries.get_mut(claim.entry).filter(|entry| entry.outcome == AnswerOutcome::Applied)
                        {
                            let why = format!("The calendar server did not take it: {}", problem.detail);
                            entry.outcome = AnswerOutcome::NotUsable(why);
                        }
                    }
                    return Ok(());
                }
                Written::ChangedElsewhere => {}
                Written::Gone => work = None,
            }
        }
        Err(problem_of(&DavOutcome::Changed))
    }

    /// Writes an event if it is still as it was read; otherwise reads what is there.
    async fn write_back(&self, session: &Session, work: &mut Work, bytes: Vec<u8>) -> Result<Written, Problem> {
        let (Some(at), Ok(href)) = (session.place(&work.href), Href::parse(&work.href)) else {
            return Ok(Written::Gone);
        };
        let of_dav = |fault: crate::link::Fault| fault.problem(Service::CalDav);
        let etag = work.etag.as_deref().and_then(ETag::parse).filter(|etag| !etag.is_weak());
        let mut written = false;
        if let (Some(etag), Ok(ics)) = (etag, String::from_utf8(bytes)) {
            let put = dav::put(&at, &ics, Condition::Unchanged(etag));
            let reply = self.carry(session.credentials(), &put).await.map_err(of_dav)?;
            match dav::outcome(&reply, &at) {
                DavOutcome::Done { .. } => written = true,
                DavOutcome::Changed | DavOutcome::Gone => {}
                later @ (DavOutcome::TryLater { .. } | DavOutcome::SignIn) => return Err(problem_of(&later)),
                refused => return Ok(Written::Refused(problem_of(&refused))),
            }
        }
        // Many servers store other bytes than they are given, or name no version after a write: read back.
        let reply = self.carry(session.credentials(), &dav::get(&at)).await.map_err(of_dav)?;
        match dav::outcome(&reply, &at) {
            DavOutcome::Done { etag } => {
                work.etag = etag.map(|etag| etag.as_str().to_owned());
                work.bytes.clone_from(&reply.body);
                let etag = work.etag.clone();
                self.take_in(&work.calendar, vec![ObjectChange::Present { href, etag, bytes: reply.body }]).await;
                if !written && work.etag.is_none() {
                    // Without a version nothing can be written safely.
                    return Ok(Written::Refused(problem_of(&DavOutcome::Unsupported)));
                }
                Ok(if written { Written::Yes } else { Written::ChangedElsewhere })
            }
            DavOutcome::Gone => {
                self.take_in(&work.calendar, vec![ObjectChange::Gone(href)]).await;
                Ok(Written::Gone)
            }
            refused => Err(problem_of(&refused)),
        }
    }

    /// A guest who answers has the invitation, whatever became of its receipt.
    async fn hear_of_guests(&self, uid: &str, claims: &[Claim]) {
        for claim in claims {
            if let Word::Said { message, sender } = &claim.word
                && message.method() == Method::Reply
                && let Some(address) = sender.address()
            {
                self.hear_of(|record| record.uid == uid, address.as_str(), true).await;
            }
        }
    }
}

enum Written {
    Yes,
    ChangedElsewhere,
    Gone,
    Refused(Problem),
}

impl Work {
    fn of(calendar: &CalendarId, object: &StoredObject) -> Self {
        Self {
            calendar: calendar.clone(),
            href: object.href.clone(),
            etag: object.etag.clone(),
            bytes: object.bytes.clone(),
        }
    }
}

/// The message in a calendar part; its own METHOD counts, the header's where it has none.
fn read_message(found: &Found) -> Result<Message, String> {
    Message::read(found.ics.as_bytes()).map_err(|problem| problem.to_string())
}

/// Who a mail is from. Only a sender that the person's own provider disowns is not believed.
fn sender_of(reading: &Reading) -> Sender {
    let address = reading.sender.person().map(|person| Address::new(person.address().as_str()));
    match (reading.sender.verdict, address) {
        (SenderVerdict::Verified | SenderVerdict::Unverified | SenderVerdict::System, Some(address)) => {
            Sender::verified(address)
        }
        (_, address) => Sender::unverified(address),
    }
}

/// What a message says by itself.
fn describe(entry: &mut AnswerEntry, message: &Message) {
    entry.title = title_of(message.components()).unwrap_or_default();
    if !matches!(message.method(), Method::Reply | Method::Counter) {
        return;
    }
    let Some(component) = message.components().next() else { return };
    if let Some(attendee) = component.property("ATTENDEE") {
        entry.answer = Some(partstat_of(attendee)).filter(|answer| *answer != PartStat::NeedsAction);
        if entry.name.is_empty() {
            entry.name = attendee.parameter("CN").unwrap_or_default().into_owned();
        }
    }
    entry.comment = component.property("COMMENT").map(|it| it.text().trim().to_owned()).unwrap_or_default();
}

fn title_of<'c>(mut components: impl Iterator<Item = &'c Component>) -> Option<String> {
    components.find_map(|component| component.property("SUMMARY")).map(|summary| summary.text().into_owned())
}

fn outcome_of(received: &Received) -> AnswerOutcome {
    let reason = received.reason.clone();
    match received.outcome {
        _ if received.outgoing.iter().any(|mail| mail.reason == Reason::Refresh) => AnswerOutcome::AsksAgain,
        Outcome::Applied(_) => AnswerOutcome::Applied,
        Outcome::Unchanged => AnswerOutcome::AlreadyThere,
        Outcome::Stale => AnswerOutcome::Stale(reason),
        Outcome::UnknownEvent => AnswerOutcome::UnknownEvent,
        Outcome::NeedsConsent => AnswerOutcome::NeedsConsent(reason),
        Outcome::NotForMe | Outcome::Invalid => AnswerOutcome::NotUsable(reason),
    }
}

fn settle(
    entries: &mut [AnswerEntry],
    claim: &Claim,
    at: Option<(&Work, &str)>,
    outcome: AnswerOutcome,
    title: Option<String>,
) {
    let Some(entry) = entries.get_mut(claim.entry) else { return };
    entry.outcome = outcome;
    entry.event = at.map(|(work, uid)| key_of(&work.calendar, uid));
    if let Some(title) = title {
        entry.title = title;
    }
}

pub(super) fn key_of(calendar: &CalendarId, uid: &str) -> EventKey {
    EventKey { calendar: calendar.clone(), uid: uid.to_owned(), occurrence: String::new() }
}
