//! The calendars in memory: every stored object as bytes and as a document, found by address or by UID.
//!
//! A cache of what the calendar server holds, and nothing else: it can be thrown away and filled again.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use calendar::agenda::{Span, Timetable};
use calendar::ical::{Component, Document};
use calendar::order;
use calendar::time::zone::Zone;
use intent::CalendarId;
use jiff::Timestamp;

use super::drawer::Drawer;

/// A calendar of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShelfCalendar {
    /// Its address on the server.
    pub id: CalendarId,
    /// Its name.
    pub name: String,
    /// The colour the server keeps for it, such as `#2d7d46`.
    pub colour: Option<String>,
    /// Whether its events are shown.
    pub visible: bool,
    /// Whether events can be written to it.
    pub writable: bool,
    /// Whether the server says that it is the person's default calendar.
    pub is_default: bool,
    /// Whether the server would invite by itself (`calendar-auto-schedule`).
    pub server_schedules: bool,
}

#[cfg(test)]
impl ShelfCalendar {
    /// A calendar that is shown and can be written to, and that has nothing else to say.
    pub(crate) fn plain(id: &str) -> Self {
        Self {
            id: CalendarId(id.to_owned()),
            name: id.to_owned(),
            colour: None,
            visible: true,
            writable: true,
            is_default: false,
            server_schedules: false,
        }
    }
}

/// One object as the server stores it.
#[derive(Debug)]
pub struct StoredObject {
    /// Its address on the server.
    pub href: String,
    /// Its version, if the server tells one.
    pub etag: Option<String>,
    /// Every byte.
    pub bytes: Vec<u8>,
    /// The same, read; or in words why it cannot be.
    pub document: Result<Document, String>,
    /// The UID of its events; empty if it has none.
    pub uid: String,
    times: OnceCell<Times>,
}

/// When the events of an object are, worked out at the first question.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) table: Timetable,
    /// Whether it is a series.
    pub(super) repeats: bool,
    /// Nothing of it lies outside; absent if it has no events.
    pub(super) span: Option<Span>,
}

/// All calendars of an account.
#[derive(Debug, Default)]
pub struct Shelf {
    calendars: Vec<ShelfCalendar>,
    drawers: BTreeMap<CalendarId, Drawer>,
    places_by_uid: HashMap<String, (CalendarId, String)>,
}

impl StoredObject {
    fn read(href: &str, etag: Option<String>, bytes: Vec<u8>) -> Self {
        let document = Document::read(&bytes).map_err(|error| error.to_string());
        let uid = document.as_ref().ok().and_then(uid_of).unwrap_or_default();
        Self { href: href.to_owned(), etag, bytes, document, uid, times: OnceCell::new() }
    }

    /// The components of its calendar, in the order in which they are written.
    pub(super) fn components(&self) -> Vec<&Component> {
        let calendar = self.document.as_ref().ok().and_then(Document::calendar);
        calendar.into_iter().flat_map(Component::components).collect()
    }

    /// When its events are, for a reader with that clock: the first one that asks, since an engine has one reader.
    pub(super) fn times(&self, clock: &Zone) -> &Times {
        self.times.get_or_init(|| {
            let calendar = self.document.as_ref().ok().and_then(Document::calendar);
            let nothing = Component::new("VCALENDAR");
            let table = Timetable::read(calendar.unwrap_or(&nothing), clock);
            let repeats =
                self.events().iter().any(|it| it.property("RRULE").is_some() || it.property("RDATE").is_some());
            let span = table.span();
            Times { table, repeats, span }
        })
    }

    /// The span of its events, if somebody has asked for their times.
    pub(super) fn known_span(&self) -> Option<Span> {
        self.times.get().and_then(|times| times.span)
    }

    /// The VEVENTs: the series or single event first, then its overrides; empty if the object cannot be read.
    pub fn events(&self) -> Vec<&Component> {
        let calendar = self.document.as_ref().ok().and_then(Document::calendar);
        let mut events: Vec<_> =
            calendar.into_iter().flat_map(Component::components).filter(|it| it.is("VEVENT")).collect();
        order::sort_by_key(&mut events, |event| event.property("RECURRENCE-ID").is_some());
        events
    }

    /// The single event or the series itself; absent where only overrides are stored.
    pub fn master(&self) -> Option<&Component> {
        self.events().into_iter().find(|event| event.property("RECURRENCE-ID").is_none())
    }

    /// Why it may only be shown, in words; absent if it can be changed.
    pub fn trouble(&self) -> Option<String> {
        match &self.document {
            Err(error) => Some(error.clone()),
            Ok(document) if document.is_read_only() => document.problems().first().map(ToString::to_string),
            Ok(_) => None,
        }
    }
}

impl Shelf {
    /// No calendars yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The account's calendars, in the order in which they are shown.
    pub fn calendars(&self) -> &[ShelfCalendar] {
        &self.calendars
    }

    /// One calendar.
    pub fn calendar(&self, id: &CalendarId) -> Option<&ShelfCalendar> {
        self.calendars.iter().find(|calendar| calendar.id == *id)
    }

    /// Replaces the list of calendars; objects of calendars that are gone go with them.
    pub fn set_calendars(&mut self, calendars: Vec<ShelfCalendar>) {
        let gone: Vec<CalendarId> =
            self.drawers.keys().filter(|id| !calendars.iter().any(|it| it.id == **id)).cloned().collect();
        gone.iter().for_each(|id| self.clear(id));
        self.calendars = calendars;
    }

    /// Shows or hides a calendar.
    pub fn show(&mut self, id: &CalendarId, visible: bool) {
        if let Some(calendar) = self.calendars.iter_mut().find(|calendar| calendar.id == *id) {
            calendar.visible = visible;
        }
    }

    /// Takes in an object, replacing what was at its address.
    pub fn put(&mut self, calendar: &CalendarId, href: &str, etag: Option<String>, bytes: Vec<u8>) {
        self.remove(calendar, href);
        let object = StoredObject::read(href, etag, bytes);
        if !object.uid.is_empty() {
            self.places_by_uid.insert(object.uid.clone(), (calendar.clone(), href.to_owned()));
        }
        self.drawers.entry(calendar.clone()).or_default().put(object);
    }

    /// Forgets an object.
    pub fn remove(&mut self, calendar: &CalendarId, href: &str) {
        let Some(object) = self.drawers.get_mut(calendar).and_then(|drawer| drawer.remove(href)) else { return };
        let is_its_place = |place: &(CalendarId, String)| place.0 == *calendar && place.1 == href;
        if self.places_by_uid.get(&object.uid).is_some_and(is_its_place) {
            self.places_by_uid.remove(&object.uid);
        }
    }

    /// Forgets all objects of a calendar.
    pub fn clear(&mut self, calendar: &CalendarId) {
        self.drawers.remove(calendar);
        self.places_by_uid.retain(|_, place| place.0 != *calendar);
    }

    /// The object at an address.
    pub fn object(&self, calendar: &CalendarId, href: &str) -> Option<&StoredObject> {
        self.drawers.get(calendar)?.get(href)
    }

    /// The object with a UID, and the calendar it is in; of two with the same UID the one taken in last.
    pub fn by_uid(&self, uid: &str) -> Option<(&CalendarId, &StoredObject)> {
        let (calendar, href) = self.places_by_uid.get(uid)?;
        Some((calendar, self.object(calendar, href)?))
    }

    /// All objects of a calendar, by address.
    pub fn objects(&self, calendar: &CalendarId) -> impl Iterator<Item = &StoredObject> {
        self.drawers.get(calendar).into_iter().flat_map(Drawer::objects)
    }

    /// The objects of a calendar that may only be shown, or not even that, by address.
    pub(super) fn troubled(&self, calendar: &CalendarId) -> impl Iterator<Item = &StoredObject> {
        self.drawers.get(calendar).into_iter().flat_map(Drawer::troubled)
    }

    /// The objects of a calendar that may have something in a range, by address; the others cost nothing.
    pub(super) fn near(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        to: Timestamp,
        clock: &Zone,
    ) -> Vec<&StoredObject> {
        self.drawers.get(calendar).map(|drawer| drawer.near(from, to, clock)).unwrap_or_default()
    }
}

fn uid_of(document: &Document) -> Option<String> {
    let event = document.calendar()?.components().find(|component| component.is("VEVENT"))?;
    event.property("UID").map(|uid| uid.text().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(uid: &str) -> Vec<u8> {
        format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n").into_bytes()
    }

    fn shelf() -> (Shelf, CalendarId) {
        let mut shelf = Shelf::new();
        shelf.set_calendars(vec![ShelfCalendar::plain("/a/"), ShelfCalendar::plain("/b/")]);
        (shelf, CalendarId("/a/".to_owned()))
    }

    #[test]
    fn an_object_is_found_by_its_uid_until_it_is_removed() {
        let (mut shelf, a) = shelf();
        shelf.put(&a, "/a/1.ics", None, object("one"));
        assert_eq!(shelf.by_uid("one").map(|(_, it)| it.href.as_str()), Some("/a/1.ics"));
        shelf.remove(&a, "/a/1.ics");
        assert!(shelf.by_uid("one").is_none());
    }

    #[test]
    fn removing_a_copy_does_not_hide_the_original() {
        let (mut shelf, a) = shelf();
        shelf.put(&a, "/a/old.ics", None, object("one"));
        shelf.put(&a, "/a/new.ics", None, object("one"));
        shelf.remove(&a, "/a/old.ics");
        assert_eq!(shelf.by_uid("one").map(|(_, it)| it.href.as_str()), Some("/a/new.ics"));
    }

    #[test]
    fn an_object_that_changes_its_uid_is_not_found_by_the_old_one() {
        let (mut shelf, a) = shelf();
        shelf.put(&a, "/a/1.ics", None, object("one"));
        shelf.put(&a, "/a/1.ics", None, object("two"));
        assert!(shelf.by_uid("one").is_none() && shelf.by_uid("two").is_some());
    }

    #[test]
    fn a_calendar_that_is_gone_takes_its_objects_along() {
        let (mut shelf, a) = shelf();
        shelf.put(&a, "/a/1.ics", None, object("one"));
        shelf.set_calendars(vec![ShelfCalendar::plain("/b/")]);
        assert!(shelf.by_uid("one").is_none() && shelf.objects(&a).next().is_none());
    }

    #[test]
    fn only_objects_near_a_range_are_looked_at() {
        let on = |day: u32, more: &str| {
            format!(
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{day}\r\nDTSTART:202601{day:02}T090000Z\r\n{more}END:VEVENT\r\n\
                 END:VCALENDAR\r\n"
            )
            .into_bytes()
        };
        let (mut shelf, a) = shelf();
        let at = |day: i64| Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * (20_454 + day));
        let near = |shelf: &Shelf, from, to| -> Vec<String> {
            shelf.near(&a, at(from), at(to), &Zone::utc()).iter().map(|it| it.href.clone()).collect()
        };
        shelf.put(&a, "early", None, on(2, ""));
        shelf.put(&a, "late", None, on(28, ""));
        shelf.put(&a, "weekly", None, on(3, "RRULE:FREQ=WEEKLY\r\n"));
        assert_eq!(near(&shelf, 0, 5), ["early", "weekly"]);
        assert_eq!(near(&shelf, 26, 29), ["late", "weekly"]);
        // Moved, taken away, and back again before anybody looked.
        shelf.put(&a, "early", None, on(28, ""));
        shelf.remove(&a, "late");
        shelf.put(&a, "late", None, on(27, ""));
        shelf.put(&a, "late", None, on(28, ""));
        assert_eq!(near(&shelf, 0, 5), ["weekly"]);
        assert_eq!(near(&shelf, 26, 29), ["early", "late", "weekly"]);
        shelf.remove(&a, "early");
        assert_eq!(near(&shelf, 26, 29), ["late", "weekly"]);
    }

    #[test]
    fn an_object_that_cannot_be_read_says_why_and_keeps_its_bytes() {
        let (mut shelf, a) = shelf();
        let deep = b"BEGIN:A\r\n".repeat(40);
        shelf.put(&a, "/a/1.ics", None, deep.clone());
        let stored = shelf.object(&a, "/a/1.ics").unwrap();
        assert!(stored.trouble().unwrap().contains("line"), "{:?}", stored.trouble());
        assert_eq!(stored.bytes, deep);
    }
}
