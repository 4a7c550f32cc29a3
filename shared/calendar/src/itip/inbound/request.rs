//! REQUEST: an invitation, or a newer version of one (RFC 5546 section 3.2.2).

use std::collections::BTreeSet;

use super::super::facts::{Change, Facts, is_cancelled};
use super::super::object::{Object, Stored, is_override};
use super::super::occurrence::{forget_date, occurrence, replace_moment};
use super::super::person::{Me, partstat};
use super::super::revision::{Revision, sequence};
use super::super::timeline::{Instance, Timeline, moment};
use super::newer::Known;
use super::sender::Standing;
use super::update::{first_copy, make_own, update, update_zones};
use super::{Incoming, Outcome, Received, on_the_organizers_word, sent_by};
use crate::ical::{Address, Component, Property};
use crate::order::IntoOrdered as _;

pub(super) fn receive(incoming: Incoming<'_>) -> Received {
    let Incoming { me, stored, message, .. } = incoming;
    let Some(organizer) = message.organizer() else {
        return Received::invalid("The invitation does not say who organizes the event.");
    };
    let has_start =
        |component: &Component| component.property("DTSTART").and_then(moment).is_some() || !component.is("VEVENT");
    if !message.components().all(has_start) {
        return Received::invalid("The invitation does not say when the event is.");
    }
    if me.organizes(Some(organizer)) || stored.is_some_and(|stored| me.organizes(stored.organizer())) {
        return Received::left(Outcome::NotForMe, "You organize this event yourself; nobody can invite you to it.");
    }
    let Some(stored) = stored else {
        let is_listed = message.components().any(|component| me.attendee(component).is_some());
        let reason = match is_listed {
            true => format!("{} invites you.", organizer.address()),
            false => format!("{} invites others, and the invitation was passed on to you.", organizer.address()),
        };
        let standing = match delegator(incoming) {
            // Who sends me in their place hands on the organizer's invitation (RFC 5546 section 3.2.2.3).
            Some(delegator) => {
                let reason = format!("{delegator} sends you in their place to an event of {}.", organizer.address());
                return Received::question(Some(first_copy(message)), reason);
            }
            None => incoming.sender.standing(&organizer.address(), None, sent_by(Some(organizer))),
        };
        let reason = match standing {
            Standing::May => reason,
            Standing::MayNot(why) => format!("{reason} {why}"),
        };
        return Received::question(Some(first_copy(message)), reason);
    };
    let lists_me = |object: &Object| object.components().any(|component| me.attendee(component).is_some());
    if lists_me(stored) && !lists_me(message) {
        return Received::left(Outcome::NotForMe, "The message invites others to this event, and not you.");
    }
    let known = Known::of(stored);
    let timeline = Timeline::of(message);
    let mut is_equal = false;
    let mut news = Vec::new();
    for component in message.components() {
        let instance = known.instance_of(component, &timeline);
        let revision = Revision::of(component);
        match known.revision(instance) {
            Some(stored) if revision < stored => {}
            Some(stored) if revision == stored => is_equal = true,
            _ => news.push((instance, component)),
        }
    }
    if news.is_empty() {
        return match is_equal {
            true => Received::left(Outcome::Unchanged, "This version of the event is in the calendar already."),
            false => Received::left(Outcome::Stale, "A newer version of the event is in the calendar."),
        };
    }
    let changed = apply(incoming, &known, stored, &timeline, &news);
    on_the_organizers_word(incoming, stored, changed, "The event was brought up to date")
}

/// The attendee in whose place I am to come, if the mail is from them.
fn delegator(incoming: Incoming<'_>) -> Option<Address> {
    let mine = incoming.message.components().find_map(|component| incoming.me.attendee(component))?;
    let mut delegators = mine.parameter_values("DELEGATED-FROM").map(|from| Address::new(&from));
    delegators.find(|delegator| incoming.sender.standing(delegator, None, None) == Standing::May)
}

pub(super) fn apply(
    incoming: Incoming<'_>,
    known: &Known<'_>,
    stored: &Stored,
    timeline: &Timeline,
    news: &[(Option<Instance>, &Component)],
) -> Stored {
    let mut changed = stored.clone();
    update_zones(&mut changed, incoming.message);
    let spoken_of = news.iter().filter_map(|(instance, _)| *instance).into_set();
    let mut put = BTreeSet::new();
    // The series comes last, because what it brings or takes away moves the places of the overrides.
    let (overrides, series): (Vec<&_>, Vec<&_>) = news.iter().partition(|(instance, _)| instance.is_some());
    for (instance, newer) in overrides.into_iter().chain(series) {
        let newer_facts = Facts::of(newer, timeline);
        let mut former = known.former(*instance);
        let is_missing = |at: &Instance| known.component(Some(*at)).is_none() && !known.timeline.has(*at);
        if instance.as_ref().is_some_and(is_missing) {
            // What did not take place for me was not answered either.
            former.iter_mut().for_each(|former| remove_me(former, incoming.me));
        }
        let change = former.as_ref().map(|former| {
            let former = Facts::of(former, &known.timeline);
            // A date that takes place after all may do so for me alone, and then the organizer counts on my answer.
            let called_off = if instance.is_none() { overtaken_cancellations(known, newer) } else { BTreeSet::new() };
            let mut back = former.reinstated(&newer_facts).chain(called_off.into_iter().filter(|it| timeline.has(*it)));
            let has_more = asks_me(newer, incoming.me) && back.any(|instance| !spoken_of.contains(&instance));
            let change = former.change_to(&newer_facts);
            Change { recurrence: change.recurrence || has_more, ..change }
        });
        let change = change.unwrap_or_default();
        let copy = match instance {
            Some(instance) => known.component_in(&mut changed, *instance, put.insert(*instance)),
            None => changed.object_mut().series_mut(),
        };
        match copy {
            Some(copy) => {
                update(copy, newer, change, incoming.me);
                name_occurrence(copy, incoming, timeline, known);
            }
            None => {
                let mut copy = former.unwrap_or_else(|| own_copy(newer));
                update(&mut copy, newer, change, incoming.me);
                name_occurrence(&mut copy, incoming, timeline, known);
                add(&mut changed, copy);
            }
        }
        if let Some(instance) = instance.filter(|_| incoming.message.series().is_none()) {
            take_place(&mut changed, known, instance);
        }
        if instance.is_none() {
            follow(incoming, &mut changed, known, newer);
        }
    }
    changed
}

/// The occurrences that are called off here by overrides, and of which a newer series says so by EXDATE or not at all.
fn overtaken_cancellations(known: &Known<'_>, series: &Component) -> BTreeSet<Instance> {
    let called_off = known.object.overrides().filter(|component| is_cancelled(component));
    let overtaken = called_off.filter(|component| Revision::of(series) > Revision::of(component));
    overtaken.filter_map(|component| known.timeline.instance_of(component)).into_set()
}

/// Whether a component says that my answer is awaited.
fn asks_me(component: &Component, me: &Me) -> bool {
    me.attendee(component).is_some_and(|mine| partstat(mine) == "NEEDS-ACTION")
}

/// An occurrence that the organizer speaks of takes place, also where the series here says that it does not.
fn take_place(changed: &mut Stored, known: &Known<'_>, instance: Instance) {
    if known.timeline.exceptions().contains(&instance)
        && let Some(series) = changed.object_mut().series_mut()
    {
        forget_date(series, "EXDATE", &known.timeline, instance);
    }
}

fn remove_me(component: &mut Component, me: &Me) {
    if let Some(mine) = me.attendee(component).map(Property::address) {
        component.retain_properties(|property| !property.is("ATTENDEE") || property.address() != mine);
    }
}

fn own_copy(newer: &Component) -> Component {
    let mut copy = newer.clone();
    make_own(&mut copy);
    copy
}

/// Adds an override after the others, or the series before them.
fn add(changed: &mut Stored, copy: Component) {
    let calendar = changed.object_mut().calendar_mut();
    if is_override(&copy) { calendar.push_component(copy) } else { calendar.insert_component(copy) }
}

/// Writes RECURRENCE-ID in the form of DTSTART, whatever form the message has it in (RFC 5545 section 3.8.4.4).
fn name_occurrence(copy: &mut Component, incoming: Incoming<'_>, of_message: &Timeline, known: &Known<'_>) {
    let Some(written) = copy.property("RECURRENCE-ID").and_then(moment) else { return };
    let series = if incoming.message.series().is_some() { of_message } else { &known.timeline };
    let proper = series.moment_of(series.instance_from(of_message, &written));
    if proper != written {
        replace_moment(copy, "RECURRENCE-ID", &proper);
    }
}

/// Lets the overrides that the message does not speak of follow a newer series.
///
/// One that differs from the series in nothing but my answer stays as long as its occurrence does. One that the
/// organizer made goes when a series with a higher SEQUENCE comes without it, or when its occurrence is gone.
fn follow(incoming: Incoming<'_>, changed: &mut Stored, known: &Known<'_>, newer: &Component) {
    let of_message = Timeline::of(incoming.message);
    let spoken_of =
        incoming.message.components().filter_map(|component| known.instance_of(component, &of_message)).into_set();
    let now = Timeline::of(changed);
    let series = changed.series().cloned();
    let mut followers = Vec::new();
    let mut gone = BTreeSet::new();
    for component in known.object.overrides() {
        let Some(instance) = known.timeline.instance_of(component).filter(|it| !spoken_of.contains(it)) else {
            continue;
        };
        let implied = known.object.series().filter(|_| known.timeline.had(instance));
        let says_as_series = implied.is_some_and(|series| {
            Facts::of(&occurrence(series, &known.timeline, instance), &known.timeline)
                .change_to(&Facts::of(component, &known.timeline))
                == Change::default()
        });
        let is_overtaken = match is_cancelled(component) {
            // A series that is newer says by EXDATE which occurrences are called off.
            true => Revision::of(newer) > Revision::of(component),
            false => !says_as_series && sequence(newer) > sequence(component),
        };
        if !now.has(instance) || is_overtaken {
            gone.insert(instance);
        } else if says_as_series && let Some(series) = &series {
            followers.push((instance, occurrence(series, &now, instance)));
        }
    }
    let old = &known.timeline;
    let calendar = changed.object_mut().calendar_mut();
    calendar.retain_components(|component| old.instance_of(component).is_none_or(|it| !gone.contains(&it)));
    for (instance, newer) in followers {
        if let Some(copy) = calendar.components_mut().find(|component| old.instance_of(component) == Some(instance)) {
            let change = Facts::of(copy, old).change_to(&Facts::of(&newer, &now));
            update(copy, &newer, change, incoming.me);
        }
    }
}
