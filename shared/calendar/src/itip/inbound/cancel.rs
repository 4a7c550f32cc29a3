//! CANCEL: the event, some occurrences or this person's part in them are called off (RFC 5546 section 3.2.5).
//!
//! Nothing is removed: what is called off says so and keeps its revision, so that an older invitation that arrives
//! later does not bring it back. Removing it is the person's click.

use std::collections::BTreeSet;

use super::super::facts::is_cancelled;
use super::super::object::{Stored, is_override};
use super::super::occurrence::speaks_onwards;
use super::super::revision::Revision;
use super::super::split::end_before;
use super::super::timeline::{Instance, Timeline};
use super::newer::Known;
use super::update::stamp_as;
use super::{Incoming, Outcome, Received, on_the_organizers_word, unknown_event};
use crate::ical::{Component, Property};

pub(super) fn receive(incoming: Incoming<'_>) -> Received {
    let Incoming { me, stored, message, .. } = incoming;
    let Some(stored) = stored else { return unknown_event("The message calls off") };
    if me.organizes(stored.organizer()) {
        return Received::left(Outcome::NotForMe, "You organize this event yourself; nobody else can call it off.");
    }
    let known = Known::of(stored);
    let timeline = Timeline::of(message);
    let mut changed = stored.clone();
    let mut tally = Tally::default();
    for component in message.components() {
        if !speaks_to(incoming, component, stored) {
            tally.for_others += 1;
            continue;
        }
        let instance = known.instance_of(component, &timeline);
        match (instance, speaks_onwards(component)) {
            (None, _) => cancel_all(&mut changed, &known, component, &mut tally),
            (Some(instance), true) => cancel_onwards(&mut changed, &known, instance, component, &mut tally),
            (Some(instance), false) => cancel_one(&mut changed, &known, instance, component, &mut tally),
        }
    }
    if tally.applied > 0 {
        return on_the_organizers_word(incoming, stored, changed, "This was called off");
    }
    if tally.known > 0 {
        return Received::left(Outcome::Unchanged, "This is called off in the calendar already.");
    }
    if tally.stale > 0 {
        return Received::left(Outcome::Stale, "A newer version of the event is in the calendar.");
    }
    if tally.for_others > 0 {
        return Received::left(Outcome::NotForMe, "The message calls off the part of others in this event.");
    }
    Received::left(Outcome::Unchanged, "The event has no occurrence at the time that is called off.")
}

#[derive(Default)]
struct Tally {
    applied: usize,
    known: usize,
    stale: usize,
    for_others: usize,
    spoken_of: BTreeSet<Instance>,
}

impl Tally {
    /// Whether a cancellation comes after what is stored. One of the same revision does if it says something new.
    fn admits(&mut self, cancellation: &Component, stored: Option<Revision>, is_cancelled: bool) -> bool {
        let Some(stored) = stored else { return true };
        let revision = Revision::of(cancellation);
        if revision < stored {
            self.stale += 1;
        } else if revision == stored && is_cancelled {
            self.known += 1;
        } else {
            self.applied += 1;
            return true;
        }
        false
    }
}

/// Whether a cancellation concerns me: it names nobody, or me, or an address under which I am stored.
fn speaks_to(incoming: Incoming<'_>, cancellation: &Component, stored: &Stored) -> bool {
    let me = incoming.me;
    let mut named = cancellation.all("ATTENDEE").peekable();
    let is_listed = stored.components().any(|component| me.attendee(component).is_some());
    named.peek().is_none() || !is_listed || named.any(|attendee| me.is(&attendee.address()))
}

fn cancel_all(changed: &mut Stored, known: &Known<'_>, cancellation: &Component, tally: &mut Tally) {
    let newest = known.object.overrides().map(Revision::of).max();
    let stored = known.object.series().map(Revision::of).or(newest);
    if tally.admits(cancellation, stored, known.object.components().all(is_cancelled)) {
        for component in changed.object_mut().components_mut() {
            let stamp = if is_override(component) { None } else { Some(cancellation) };
            call_off(component, stamp);
        }
    }
}

fn cancel_one(
    changed: &mut Stored,
    known: &Known<'_>,
    instance: Instance,
    cancellation: &Component,
    tally: &mut Tally,
) {
    let stored = known.component(Some(instance));
    let is_known = stored.map(is_cancelled);
    if stored.is_none() && (known.object.series().is_none() || !known.timeline.has(instance)) {
        return;
    }
    if !tally.admits(cancellation, known.revision(Some(instance)), is_known.unwrap_or_default()) {
        return;
    }
    if let Some(component) = known.component_in(changed, instance, tally.spoken_of.insert(instance)) {
        return call_off(component, Some(cancellation));
    }
    if let Some(mut component) = known.implied(instance, known.object.series()) {
        call_off(&mut component, Some(cancellation));
        changed.object_mut().calendar_mut().push_component(component);
    }
}

fn cancel_onwards(
    changed: &mut Stored,
    known: &Known<'_>,
    instance: Instance,
    cancellation: &Component,
    tally: &mut Tally,
) {
    let Some(series) = known.object.series() else {
        return cancel_one(changed, known, instance, cancellation, tally);
    };
    if !tally.admits(cancellation, Some(Revision::of(series)), is_cancelled(series)) {
        return;
    }
    let is_after = |component: &Component| known.timeline.instance_of(component).is_some_and(|at| at >= instance);
    let begins = known.timeline.start().map(|start| known.timeline.instance(start));
    let is_whole = begins.is_none_or(|begins| instance <= begins);
    for component in changed.object_mut().components_mut() {
        if is_whole || is_after(component) {
            let stamp = if is_override(component) { None } else { Some(cancellation) };
            call_off(component, stamp);
        } else if !is_override(component) {
            end_before(component, &known.timeline, instance);
            stamp_as(component, cancellation);
        }
    }
}

/// Marks a component as called off, as recent as the cancellation if that speaks of it alone.
fn call_off(component: &mut Component, cancellation: Option<&Component>) {
    component.set(Property::new("STATUS", "CANCELLED"));
    if let Some(cancellation) = cancellation {
        stamp_as(component, cancellation);
    }
}
