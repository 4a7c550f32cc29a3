//! REFRESH: an attendee asks for the newest version, and gets what they are entitled to (RFC 5546 section 3.2.6).

use jiff::Timestamp;

use super::super::object::{Message, Method, Stored};
use super::super::outgoing::{Outgoing, Reason, message};
use super::super::person::attendee;
use super::super::view::view_for;
use super::sender::Standing;
use super::{Incoming, Outcome, Received, sent_by, unknown_event};
use crate::ical::{Address, Component, Property};

pub(super) fn receive(incoming: Incoming<'_>) -> Received {
    let Incoming { me, now, stored, message: question, sender } = incoming;
    let asking: Vec<&Property> = question.components().flat_map(|component| component.all("ATTENDEE")).collect();
    let Some(asking) = asking.first().filter(|first| asking.iter().all(|other| other.address() == first.address()))
    else {
        return Received::invalid("The message does not say which one attendee asks.");
    };
    let Some(stored) = stored else { return unknown_event("The question is about") };
    if !me.organizes(stored.organizer()) {
        return Received::left(Outcome::NotForMe, "The question is about an event that somebody else organizes.");
    }
    let address = asking.address();
    let Some(listed) = stored.components().find_map(|component| attendee(component, &address)) else {
        return Received::question(None, format!("{address} asks about the event and was not invited."));
    };
    if let Standing::MayNot(why) = sender.standing(&address, sent_by(Some(listed)), sent_by(Some(asking))) {
        return Received::question(None, why);
    }
    let guest = listed.address();
    let (message, reason) = match view_for(stored, &guest, now) {
        Some(view) => (view, format!("{address} asks for the newest version and gets it.")),
        None => {
            let reason = format!("{address} asks about an event that does not take place, and is told so.");
            (called_off(stored, &guest, now), reason)
        }
    };
    let answer = Outgoing { message, to: vec![guest], reason: Reason::Refresh };
    Received { outgoing: vec![answer], ..Received::left(Outcome::Unchanged, reason) }
}

/// The newest version of what is called off: the cancellation of all that a guest was invited to.
fn called_off(stored: &Stored, guest: &Address, now: Timestamp) -> Message {
    let is_theirs = |component: &&Component| attendee(component, guest).is_some();
    let components: Vec<Component> = match stored.series().filter(is_theirs) {
        Some(series) => vec![series.clone()],
        None => stored.overrides().filter(is_theirs).cloned().collect(),
    };
    message(Method::Cancel, stored, &components, now)
}
