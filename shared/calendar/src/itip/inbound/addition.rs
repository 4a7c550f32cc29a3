//! ADD: the organizer adds occurrences to a series (RFC 5546 section 3.2.4).
//!
//! An added occurrence becomes an RDATE and an override, so that it can have its own length, place and answer.

use super::super::object::Stored;
use super::super::revision::Revision;
use super::super::timeline::{Timeline, moment, moment_property};
use super::newer::Known;
use super::update::{first_copy, make_own, update_zones};
use super::{Incoming, Outcome, Received, on_the_organizers_word};
use crate::ical::Component;

pub(super) fn receive(incoming: Incoming<'_>) -> Received {
    let Incoming { me, stored, message, .. } = incoming;
    let is_occurrence = |component: &Component| {
        component.property("DTSTART").and_then(moment).is_some()
            && ["RECURRENCE-ID", "RRULE", "RDATE", "EXDATE"].iter().all(|name| component.property(name).is_none())
    };
    if message.organizer().is_none() || !message.components().all(is_occurrence) {
        return Received::invalid("The message does not say which occurrence is added by whom.");
    }
    if me.organizes(message.organizer()) || stored.is_some_and(|stored| me.organizes(stored.organizer())) {
        return Received::left(Outcome::NotForMe, "You organize this event yourself; nobody else can add to it.");
    }
    let Some(stored) = stored else {
        let reason = "Occurrences are added to an event that is not in this calendar.";
        return Received::question(Some(first_copy(message)), reason);
    };
    let known = Known::of(stored);
    let timeline = Timeline::of(message);
    let Some(series) = known.object.series() else {
        return Received::question(None, "Occurrences are added to a series of which only single ones are known.");
    };
    let recorded = Revision::of(series);
    let newest = message.components().map(Revision::of).max();
    if newest <= Some(recorded) {
        return match newest == Some(recorded) {
            true => Received::left(Outcome::Unchanged, "This version of the event is in the calendar already."),
            false => Received::left(Outcome::Stale, "A newer version of the event is in the calendar."),
        };
    }
    let mut changed = stored.clone();
    update_zones(&mut changed, message);
    for component in message.components().filter(|component| Revision::of(component) > recorded) {
        add(&mut changed, &known, &timeline, component);
    }
    on_the_organizers_word(incoming, stored, changed, "An occurrence was added")
}

fn add(changed: &mut Stored, known: &Known<'_>, of_message: &Timeline, addition: &Component) {
    let Some(start) = addition.property("DTSTART").and_then(moment) else { return };
    let instance = known.timeline.instance_from(of_message, &start);
    let id = known.timeline.moment_of(instance);
    let mut component = addition.clone();
    make_own(&mut component);
    component.push(moment_property("RECURRENCE-ID", &id));
    let is_new = !known.timeline.has(instance);
    let calendar = changed.object_mut().calendar_mut();
    calendar.retain_components(|it| known.timeline.instance_of(it) != Some(instance));
    calendar.push_component(component);
    if let Some(series) = changed.object_mut().series_mut() {
        super::super::occurrence::forget_date(series, "EXDATE", &known.timeline, instance);
        if is_new && !known.timeline.had(instance) {
            series.push(moment_property("RDATE", &id));
        }
        super::update::stamp_as(series, addition);
    }
}
