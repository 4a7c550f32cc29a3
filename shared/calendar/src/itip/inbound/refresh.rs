//! REFRESH: an attendee asks for the newest version, and gets what they are entitled to (RFC 5546 section 3.2.6).

use super::super::outgoing::{Outgoing, Reason};
use super::super::person::attendee;
use super::super::view::view_for;
use super::sender::Standing;
use super::{Incoming, Outcome, Received, sent_by, unknown_event};
use crate::ical::Property;

pub(super) fn receive(incoming: Incoming<'_>) -> Received {
    let Incoming { me, now, stored, message, sender } = incoming;
    let asking: Vec<&Property> = message.components().flat_map(|component| component.all("ATTENDEE")).collect();
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
    let Some(view) = view_for(stored, &listed.address(), now) else {
        return Received::left(Outcome::Unchanged, format!("{address} asks about an event that does not take place."));
    };
    let answer = Outgoing { message: view, to: vec![listed.address()], reason: Reason::Refresh };
    let reason = format!("{address} asks for the newest version and gets it.");
    let mut received = Received::left(Outcome::Unchanged, reason);
    received.outgoing = vec![answer];
    received
}
