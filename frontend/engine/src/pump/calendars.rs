//! Reading the calendars: what changed on the server comes to the device, and to the screen.

use std::time::Duration;

use calendar::{
    dav::{self, Collection, Href, Multistatus, Outcome},
    order,
    sync::{
        collection::{Change as ObjectChange, Known, Reading},
        retry,
    },
};
use intent::{Busy, CalendarId, Problem, Service};
use serde::{Deserialize, Serialize};

use super::{Engine, account::Session, carry::problem_of};
use crate::{
    storage::{Change, News, Store},
    view::ShelfCalendar,
    world::random_u32,
};

/// A busy calendar server is asked the same question so often before the reading is given up until next time.
const ATTEMPTS: u32 = 4;
/// What stands between a calendar's address and an object's in the name an object is kept under.
const SEPARATOR: char = '\n';

/// What is kept of a calendar beside its objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredCalendar {
    /// Where it stands in the list.
    position: u32,
    name: String,
    colour: Option<String>,
    visible: bool,
    writable: bool,
    is_default: bool,
    server_schedules: bool,
    token: Option<String>,
    ctag: Option<String>,
}

/// What is kept of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredObject {
    etag: Option<String>,
    bytes: Vec<u8>,
}

impl Engine {
    /// Takes the calendars from the device into memory.
    pub(super) async fn load_calendars(&self) {
        let mut calendars: Vec<(u32, ShelfCalendar)> = Vec::new();
        for (id, bytes) in self.storage().list(Store::Calendars).await.unwrap_or_default() {
            if let Ok(stored) = postcard::from_bytes::<StoredCalendar>(&bytes) {
                calendars.push((stored.position, stored.on_shelf(id)));
            }
        }
        order::sort_by_key(&mut calendars, |(position, _)| *position);
        let objects = self.storage().list(Store::Objects).await.unwrap_or_default();
        let mut state = self.state.borrow_mut();
        state.loaded |= !calendars.is_empty();
        let calendars: Vec<_> = calendars.into_iter().map(|(_, calendar)| calendar).collect();
        for calendar in &calendars {
            state.shelf.clear(&calendar.id);
        }
        state.shelf.set_calendars(calendars);
        for (key, bytes) in objects {
            if let (Some((calendar, href)), Ok(stored)) =
                (key.split_once(SEPARATOR), postcard::from_bytes::<StoredObject>(&bytes))
            {
                state.shelf.put(&CalendarId(calendar.to_owned()), href, stored.etag, stored.bytes);
            }
        }
    }

    /// Shows or hides a calendar, from this visit on.
    pub(super) async fn show_calendar(&self, id: CalendarId, visible: bool) {
        self.state.borrow_mut().shelf.show(&id, visible);
        self.tell_agenda();
        if let Some(mut stored) = self.stored_calendar(&id).await {
            stored.visible = visible;
            self.keep(vec![stored.change(&id)]).await;
            self.turn.announce(News::Mailbox);
        }
    }

    async fn stored_calendar(&self, id: &CalendarId) -> Option<StoredCalendar> {
        let bytes = self.storage().get(Store::Calendars, &id.0).await.ok().flatten()?;
        postcard::from_bytes(&bytes).ok()
    }

    /// Reads what changed on the server: one question per home when nothing did.
    ///
    /// # Errors
    /// What kept it from being read; what was read until then is kept.
    pub(super) async fn read_calendars(&self, session: &Session) -> Result<(), Problem> {
        let mut found = Vec::new();
        for home in &session.stored.dav_homes {
            let Some(at) = session.place(home) else { continue };
            let reply = self.ask_patiently(session, &dav::read_home(&at)).await?;
            match dav::outcome(&reply, &at) {
                Outcome::Done { .. } => {
                    let answer = Multistatus::read(&reply.body, &at).map_err(|_| problem_of(&Outcome::Unsupported))?;
                    found.extend(dav::collections(&answer));
                }
                refused => return Err(problem_of(&refused)),
            }
        }
        self.read_described(session, found).await
    }

    /// Reads calendars that were described just now.
    ///
    /// # Errors
    /// As [`Self::read_calendars`].
    pub(super) async fn read_described(&self, session: &Session, found: Vec<Collection>) -> Result<(), Problem> {
        let found: Vec<Collection> = found.into_iter().filter(|calendar| calendar.holds_events).collect();
        self.keep_list(session, &found).await;
        let mut problem = None;
        for collection in &found {
            if !self.is_current(session.generation) {
                return Ok(());
            }
            // A calendar that cannot be read must not hide the others.
            if let Err(trouble) = self.read_collection(session, collection).await {
                problem.get_or_insert(trouble);
            }
        }
        self.with_status(|status| status.busy = None);
        match problem {
            Some(problem) => Err(problem),
            None => {
                let now = self.point_now();
                self.state.borrow_mut().loaded = true;
                self.with_status(|status| status.calendars_read = Some(now));
                self.tell_agenda();
                Ok(())
            }
        }
    }

    /// Keeps the list of calendars; those that are gone go with their objects.
    async fn keep_list(&self, session: &Session, found: &[Collection]) {
        let mut changes = Vec::new();
        let mut on_shelf = Vec::new();
        for (position, collection) in found.iter().enumerate() {
            let id = CalendarId(collection.href.as_str().to_owned());
            let before = self.stored_calendar(&id).await;
            let stored = StoredCalendar {
                position: u32::try_from(position).unwrap_or(u32::MAX),
                name: collection.name.clone(),
                colour: collection.color.clone(),
                visible: before.as_ref().is_none_or(|before| before.visible),
                writable: collection.is_writable,
                is_default: collection.is_default,
                server_schedules: session.stored.server_schedules,
                token: before.as_ref().and_then(|before| before.token.clone()),
                ctag: before.as_ref().and_then(|before| before.ctag.clone()),
            };
            if before.as_ref() != Some(&stored) {
                changes.push(stored.change(&id));
            }
            on_shelf.push(stored.on_shelf(id.0));
        }
        let gone: Vec<CalendarId> = {
            let state = self.state.borrow();
            let listed = state.shelf.calendars().iter().map(|calendar| calendar.id.clone());
            listed.filter(|id| !on_shelf.iter().any(|calendar| calendar.id == *id)).collect()
        };
        for id in gone {
            changes.push(Change::remove(Store::Calendars, id.0.clone()));
            let state = self.state.borrow();
            changes
                .extend(state.shelf.objects(&id).map(|object| Change::remove(Store::Objects, key(&id, &object.href))));
        }
        if !changes.is_empty() {
            self.keep(changes).await;
        }
        self.state.borrow_mut().shelf.set_calendars(on_shelf);
    }

    async fn read_collection(&self, session: &Session, collection: &Collection) -> Result<(), Problem> {
        let id = CalendarId(collection.href.as_str().to_owned());
        let Some(at) = session.place(&id.0) else { return Ok(()) };
        let stored = self.stored_calendar(&id).await;
        let known = Known {
            token: stored.as_ref().and_then(|stored| stored.token.clone()),
            ctag: stored.as_ref().and_then(|stored| stored.ctag.clone()),
            versions: {
                let state = self.state.borrow();
                let versions = state.shelf.objects(&id).map(|object| (Href::parse(&object.href), object.etag.clone()));
                versions.filter_map(|(href, etag)| Some((href.ok()?, etag))).collect()
            },
        };
        let mut reading = Reading::new(at, known, collection);
        let mut done = 0;
        while let Some(request) = reading.next() {
            let reply = self.ask_patiently(session, &request).await?;
            if !self.is_current(session.generation) {
                return Ok(());
            }
            let changes = reading.push(&reply).map_err(|outcome| problem_of(&outcome))?;
            if !changes.is_empty() {
                done += u32::try_from(changes.len()).unwrap_or(0);
                self.take_in(&id, changes).await;
                self.tell_agenda();
            }
            let total = done + u32::try_from(reading.remaining()).unwrap_or(0);
            self.with_status(|status| status.busy = (total > 0).then_some(Busy::ReadingCalendars { done, total }));
        }
        if let Some(mut stored) = stored {
            let known = reading.known();
            if (&stored.token, &stored.ctag) != (&known.token, &known.ctag) {
                (stored.token, stored.ctag) = (known.token.clone(), known.ctag.clone());
                self.keep(vec![stored.change(&id)]).await;
            }
        }
        if done > 0 {
            self.tell_event();
            self.turn.announce(News::Mailbox);
        }
        Ok(())
    }

    /// Takes changes of objects into memory and onto the device.
    pub(super) async fn take_in(&self, id: &CalendarId, changes: Vec<ObjectChange>) {
        let mut kept = Vec::with_capacity(changes.len());
        {
            let mut state = self.state.borrow_mut();
            for change in changes {
                match change {
                    ObjectChange::Present { href, etag, bytes } => {
                        let stored = StoredObject { etag: etag.clone(), bytes: bytes.clone() };
                        let encoded = postcard::to_allocvec(&stored).unwrap_or_default();
                        kept.push(Change::keep(Store::Objects, key(id, href.as_str()), encoded));
                        state.shelf.put(id, href.as_str(), etag, bytes);
                    }
                    ObjectChange::Gone(href) => {
                        kept.push(Change::remove(Store::Objects, key(id, href.as_str())));
                        state.shelf.remove(id, href.as_str());
                    }
                }
            }
        }
        self.keep(kept).await;
    }

    /// Asks, and asks again after a pause while the server says that it is busy.
    async fn ask_patiently(&self, session: &Session, request: &dav::Request) -> Result<dav::Reply, Problem> {
        let mut attempt = 0;
        loop {
            let reply = self.carry(session.credentials(), request).await;
            let reply = reply.map_err(|fault| fault.problem(Service::CalDav))?;
            let Outcome::TryLater { after_seconds } = dav::outcome(&reply, &request.at) else { return Ok(reply) };
            attempt += 1;
            if attempt >= ATTEMPTS || !self.is_current(session.generation) {
                return Ok(reply);
            }
            let pause = retry::pause_as_asked(after_seconds, attempt - 1, random_u32(&*self.world));
            self.world.sleep(pause.min(Duration::from_secs(60))).await;
        }
    }
}

impl StoredCalendar {
    fn on_shelf(&self, id: String) -> ShelfCalendar {
        ShelfCalendar {
            id: CalendarId(id),
            name: self.name.clone(),
            colour: self.colour.clone(),
            visible: self.visible,
            writable: self.writable,
            is_default: self.is_default,
            server_schedules: self.server_schedules,
        }
    }

    fn change(&self, id: &CalendarId) -> Change {
        Change::keep(Store::Calendars, id.0.clone(), postcard::to_allocvec(self).unwrap_or_default())
    }
}

fn key(calendar: &CalendarId, href: &str) -> String {
    format!("{}{SEPARATOR}{href}", calendar.0)
}
