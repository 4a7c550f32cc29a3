//! PUBLISH: an event for information, without an answer (RFC 5546 section 3.2.1).

use super::super::object::Stored;
use super::super::revision::Revision;
use super::super::timeline::Timeline;
use super::newer::{Known, is_newer};
use super::request::apply;
use super::update::first_copy;
use super::{Incoming, Outcome, Received, on_the_organizers_word};

pub(super) fn receive(incoming: Incoming<'_>) -> Received {
    let Incoming { me, stored, message, .. } = incoming;
    let Some(stored) = stored else {
        return Received::question(Some(first_copy(message)), "An event was published that is not in this calendar.");
    };
    if me.organizes(stored.organizer()) {
        return Received::left(Outcome::NotForMe, "You organize this event yourself; nobody else can change it.");
    }
    if !is_newer(stored, message) {
        return older(stored, incoming);
    }
    let known = Known::of(stored);
    let timeline = Timeline::of(message);
    let news: Vec<_> = message
        .components()
        .map(|component| (known.instance_of(component, &timeline), component))
        .filter(|(instance, component)| known.revision(*instance).is_none_or(|stored| Revision::of(component) > stored))
        .collect();
    let changed = apply(incoming, &known, stored, &timeline, &news);
    on_the_organizers_word(incoming, stored, changed, "The published event was brought up to date")
}

fn older(stored: &Stored, incoming: Incoming<'_>) -> Received {
    let known = Known::of(stored);
    let timeline = Timeline::of(incoming.message);
    let is_equal = incoming
        .message
        .components()
        .any(|component| known.revision(known.instance_of(component, &timeline)) == Some(Revision::of(component)));
    match is_equal {
        true => Received::left(Outcome::Unchanged, "This version of the event is in the calendar already."),
        false => Received::left(Outcome::Stale, "A newer version of the event is in the calendar."),
    }
}
