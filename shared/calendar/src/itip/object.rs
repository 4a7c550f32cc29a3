//! What iTIP speaks about: one calendar object with one UID, either as it is stored or as it travels.
//!
//! The two never mix. A [`Stored`] object has no METHOD, because some servers refuse it; a [`Message`] has exactly one,
//! and nothing can be sent that has none (RFC 4791 section 4.1, RFC 5546 section 1.4).

use std::ops::Deref;

use thiserror::Error;

use crate::ical::{Address, Component, Document, Limits, Property, ReadError};

/// The components that are scheduled; VTIMEZONE and what a producer adds are carried beside them.
const SCHEDULED: [&str; 3] = ["VEVENT", "VTODO", "VJOURNAL"];

/// What a message wants (RFC 5546 section 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// For information, without an answer.
    Publish,
    /// An invitation, or a newer version of one.
    Request,
    /// An attendee's answer.
    Reply,
    /// More occurrences of a series.
    Add,
    /// The event, an occurrence or an attendee is called off.
    Cancel,
    /// An attendee asks for the newest version.
    Refresh,
    /// An attendee proposes something else.
    Counter,
    /// The organizer refuses what an attendee proposed.
    DeclineCounter,
}

impl Method {
    /// Reads a METHOD value in any case.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let all = [
            Self::Publish,
            Self::Request,
            Self::Reply,
            Self::Add,
            Self::Cancel,
            Self::Refresh,
            Self::Counter,
            Self::DeclineCounter,
        ];
        all.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(value.trim()))
    }

    /// The METHOD value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Reply => "REPLY",
            Self::Add => "ADD",
            Self::Cancel => "CANCEL",
            Self::Refresh => "REFRESH",
            Self::Counter => "COUNTER",
            Self::DeclineCounter => "DECLINECOUNTER",
        }
    }
}

/// Why a text is no object that iTIP can speak about.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectProblem {
    /// It is over a limit.
    #[error(transparent)]
    Unread(#[from] ReadError),
    /// Its structure is broken, so that a change could land in the wrong place.
    #[error("{0}")]
    Broken(String),
    /// It has no event, task or journal entry.
    #[error("there is no event in this calendar object")]
    Nothing,
    /// A component has no UID.
    #[error("an event has no UID")]
    NoUid,
    /// Its components have different UIDs.
    #[error("the object speaks of two events: {0} and {1}")]
    TwoUids(String, String),
    /// Its components have different organizers.
    #[error("the object has two organizers: {0} and {1}")]
    TwoOrganizers(Address, Address),
    /// Two components are the series, or two are the same occurrence.
    #[error("the object says two things about the same event or occurrence")]
    Ambiguous,
    /// An event does not say when it is.
    #[error("an event has no start that can be read")]
    NoStart,
    /// It is a message without a METHOD that RFC 5546 knows.
    #[error("the message has no method that is known")]
    NoMethod,
}

/// One calendar with the components of one UID: the series and its overrides, or some overrides alone.
#[derive(Clone, Debug)]
pub struct Object(Document);

/// An object as a CalDAV server keeps it: without METHOD.
#[derive(Clone, Debug)]
pub struct Stored(Object);

/// An object on its way: with a METHOD.
#[derive(Clone, Debug)]
pub struct Message {
    method: Method,
    object: Object,
}

impl Object {
    fn read(bytes: &[u8], limits: &Limits) -> Result<Self, ObjectProblem> {
        let document = Document::read_within(bytes, limits)?;
        if document.is_read_only() {
            let problem = document.problems().iter().find(|problem| problem.kind.is_structural());
            return Err(ObjectProblem::Broken(problem.map(ToString::to_string).unwrap_or_default()));
        }
        let object = Self(document);
        object.check()?;
        Ok(object)
    }

    fn check(&self) -> Result<(), ObjectProblem> {
        let mut uids = self.components().map(|component| component.value("UID").filter(|uid| !uid.is_empty()));
        let first = uids.next().ok_or(ObjectProblem::Nothing)?.ok_or(ObjectProblem::NoUid)?;
        for uid in uids {
            let uid = uid.ok_or(ObjectProblem::NoUid)?;
            if uid != first {
                return Err(ObjectProblem::TwoUids(first.to_owned(), uid.to_owned()));
            }
        }
        let mut organizers = self.components().flat_map(|component| component.all("ORGANIZER")).map(Property::address);
        if let Some(first) = organizers.next()
            && let Some(other) = organizers.find(|organizer| *organizer != first)
        {
            return Err(ObjectProblem::TwoOrganizers(first, other));
        }
        if self.components().filter(|component| !is_override(component)).count() > 1 {
            return Err(ObjectProblem::Ambiguous);
        }
        Ok(())
    }

    /// Its VCALENDAR.
    #[must_use]
    pub fn calendar(&self) -> &Component {
        self.0.calendar().expect("`read` and `of` make no object without a calendar")
    }

    pub(super) fn calendar_mut(&mut self) -> &mut Component {
        self.0.calendar_mut().expect("`read` and `of` make no object without a calendar")
    }

    /// Its events, tasks and journal entries.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.calendar().components().filter(|component| is_scheduled(component))
    }

    pub(super) fn components_mut(&mut self) -> impl Iterator<Item = &mut Component> {
        self.calendar_mut().components_mut().filter(|component| is_scheduled(component))
    }

    /// The component without RECURRENCE-ID: the event, or the series.
    #[must_use]
    pub fn series(&self) -> Option<&Component> {
        self.components().find(|component| !is_override(component))
    }

    pub(super) fn series_mut(&mut self) -> Option<&mut Component> {
        self.components_mut().find(|component| !is_override(component))
    }

    /// The components with RECURRENCE-ID.
    pub fn overrides(&self) -> impl Iterator<Item = &Component> {
        self.components().filter(|component| is_override(component))
    }

    /// The UID that all its components have.
    #[must_use]
    pub fn uid(&self) -> &str {
        self.components().find_map(|component| component.value("UID")).unwrap_or_default()
    }

    /// Who organizes it; nobody if nobody is invited.
    #[must_use]
    pub fn organizer(&self) -> Option<&Property> {
        self.components().find_map(|component| component.property("ORGANIZER"))
    }

    /// Its text.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        self.0.write()
    }
}

impl Stored {
    /// Reads what a server keeps. A METHOD that another program left in it is dropped.
    ///
    /// # Errors
    /// When the text is over a limit, is broken, or does not speak of one event.
    pub fn read(bytes: &[u8]) -> Result<Self, ObjectProblem> {
        Object::read(bytes, &Limits::STORED).map(Self::of)
    }

    /// The same object without its METHOD.
    pub(super) fn of(mut object: Object) -> Self {
        object.calendar_mut().remove("METHOD");
        Self(object)
    }

    pub(super) fn object_mut(&mut self) -> &mut Object {
        &mut self.0
    }
}

impl Message {
    /// Reads what came by mail.
    ///
    /// # Errors
    /// When the text is over a limit, is broken, does not speak of one event, or has no METHOD.
    pub fn read(bytes: &[u8]) -> Result<Self, ObjectProblem> {
        let object = Object::read(bytes, &Limits::INVITATION)?;
        let method = object.calendar().value("METHOD").and_then(Method::parse).ok_or(ObjectProblem::NoMethod)?;
        Ok(Self { method, object })
    }

    /// A message of ours. `calendar` holds the components it speaks of.
    pub(super) fn of(method: Method, calendar: Component) -> Self {
        let mut object = Object(Document::of(calendar));
        object.calendar_mut().set(Property::new("METHOD", method.as_str()));
        Self { method, object }
    }

    /// What it wants.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// The object that a yes would store: everything but the METHOD.
    pub(super) fn to_stored(&self) -> Stored {
        Stored::of(self.object.clone())
    }
}

impl Deref for Stored {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.0
    }
}

impl Deref for Message {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.object
    }
}

/// Whether a component speaks of one occurrence of a series.
#[must_use]
pub fn is_override(component: &Component) -> bool {
    component.property("RECURRENCE-ID").is_some()
}

/// Whether a component is one that iTIP schedules.
#[must_use]
pub fn is_scheduled(component: &Component) -> bool {
    SCHEDULED.iter().any(|name| component.is(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(inside: &str) -> String {
        format!("BEGIN:VCALENDAR\r\n{inside}END:VCALENDAR\r\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\n{lines}END:VEVENT\r\n")
    }

    #[track_caller]
    fn check(inside: &str, problem: &str) {
        let found = Stored::read(calendar(inside).as_bytes()).expect_err("no object");
        assert_eq!(found.to_string(), problem);
    }

    #[test]
    fn an_object_speaks_of_one_event() {
        check("", "there is no event in this calendar object");
        check(&event("SUMMARY:x\r\n"), "an event has no UID");
        check(&(event("UID:1\r\n") + &event("UID:2\r\n")), "the object speaks of two events: 1 and 2");
        check(
            &(event("UID:1\r\nORGANIZER:mailto:a@x\r\n")
                + &event("UID:1\r\nRECURRENCE-ID:20260101\r\nORGANIZER:mailto:b@x\r\n")),
            "the object has two organizers: a@x and b@x",
        );
        check(
            &(event("UID:1\r\n") + &event("UID:1\r\n")),
            "the object says two things about the same event or occurrence",
        );
        check("BEGIN:VEVENT\r\nUID:1\r\n", "line 2: this component has no END");
    }

    #[test]
    fn what_is_stored_has_no_method_and_what_travels_has_one() {
        let text = calendar(&("METHOD:request\r\n".to_owned() + &event("UID:1\r\n")));
        let stored = Stored::read(text.as_bytes()).expect("an object");
        assert_eq!(stored.write(), calendar(&event("UID:1\r\n")).as_bytes());
        let message = Message::read(text.as_bytes()).expect("a message");
        assert_eq!(message.method(), Method::Request);
        assert_eq!(Message::read(calendar(&event("UID:1\r\n")).as_bytes()).err(), Some(ObjectProblem::NoMethod));
    }
}
