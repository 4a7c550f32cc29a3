//! COUNTER and DECLINECOUNTER: an attendee proposes something else, and the organizer refuses it (RFC 5546 sections
//! 3.2.7 and 3.2.8).

use super::super::facts::is_cancelled;
use super::super::object::Stored;
use super::super::occurrence::occurrence;
use super::super::revision::{Revision, sequence};
use super::super::timeline::{Instance, Timeline, moment};
use super::newer::Known;
use super::sender::Standing;
use super::update::update_zones;
use super::{Incoming, Outcome, Received, sent_by, unknown_event};
use crate::ical::{Component, Property};

/// What a proposal can propose.
const PROPOSED: [&str; 6] = ["DTSTART", "DTEND", "DURATION", "DUE", "LOCATION", "SUMMARY"];

/// A proposal is the organizer's to decide; a yes stores the event as proposed.
pub(super) fn receive_counter(incoming: Incoming<'_>) -> Received {
    let Incoming { me, stored, message, .. } = incoming;
    let Some(stored) = stored else { return unknown_event("The proposal is about") };
    if !me.organizes(stored.organizer()) {
        return Received::left(Outcome::NotForMe, "The proposal is about an event that somebody else organizes.");
    }
    let known = Known::of(stored);
    let timeline = Timeline::of(message);
    let mut proposed = stored.clone();
    update_zones(&mut proposed, message);
    let (mut is_stale, mut is_proposed) = (false, false);
    for component in message.components() {
        let instance = known.instance_of(component, &timeline);
        let Some(place) = known.component(instance).or_else(|| known.object.series()) else { continue };
        if sequence(component) < sequence(place) || is_cancelled(place) {
            is_stale = true;
            continue;
        }
        if known.component(instance).is_none() && instance.is_some_and(|instance| !known.timeline.has(instance)) {
            continue;
        }
        is_proposed = true;
        propose(&mut proposed, &known, instance, component);
    }
    if is_proposed {
        let who = message.components().find_map(|component| component.property("ATTENDEE")).map(Property::address);
        let who = incoming.sender.address().cloned().or(who).map_or("A guest".to_owned(), |who| who.to_string());
        return Received::question(Some(proposed), format!("{who} proposes something else."));
    }
    match is_stale {
        true => {
            Received::left(Outcome::Stale, "The proposal is about a version of the event that is not valid any more.")
        }
        false => Received::invalid("The proposal is about an occurrence that the event does not have."),
    }
}

fn propose(proposed: &mut Stored, known: &Known<'_>, instance: Option<Instance>, proposal: &Component) {
    let is_meant = |component: &Component| known.timeline.instance_of(component) == instance;
    if let Some(component) = proposed.object_mut().components_mut().find(|component| is_meant(component)) {
        return take(component, proposal);
    }
    if let (Some(series), Some(instance)) = (known.object.series(), instance) {
        let mut component = occurrence(series, &known.timeline, instance);
        take(&mut component, proposal);
        proposed.object_mut().calendar_mut().push_component(component);
    }
}

fn take(component: &mut Component, proposal: &Component) {
    let has_end = ["DTEND", "DURATION", "DUE"].iter().any(|name| proposal.property(name).is_some());
    if has_end && proposal.property("DTSTART").and_then(moment).is_some() {
        for name in ["DTEND", "DURATION", "DUE"].iter().filter(|name| proposal.property(name).is_none()) {
            component.remove(name);
        }
    }
    for name in PROPOSED {
        if let Some(property) = proposal.property(name) {
            component.set(property.to_fresh());
        }
    }
}

/// The organizer keeps to what was planned; what is stored says so already.
pub(super) fn receive_refusal(incoming: Incoming<'_>) -> Received {
    let Incoming { me, stored, message, sender, .. } = incoming;
    let Some(stored) = stored else { return unknown_event("The message is about") };
    if me.organizes(stored.organizer()) {
        return Received::left(Outcome::NotForMe, "You organize this event yourself.");
    }
    let Some(organizer) = stored.organizer() else {
        return Received::left(Outcome::NotForMe, "Nobody organizes this event.");
    };
    let newest = stored.components().map(Revision::of).map(|revision| revision.sequence).max();
    if message.components().map(sequence).max() < newest {
        return Received::left(Outcome::Stale, "A newer version of the event is in the calendar.");
    }
    match sender.standing(&organizer.address(), sent_by(Some(organizer)), sent_by(message.organizer())) {
        Standing::May => {
            let reason = format!("{} refuses your proposal; the event stays as it is.", organizer.address());
            Received::left(Outcome::Unchanged, reason)
        }
        Standing::MayNot(why) => Received::question(None, why),
    }
}
