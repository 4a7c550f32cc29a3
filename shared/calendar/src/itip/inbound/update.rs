//! An attendee's copy of an event brought up to date: the organizer's words replaced, what is the attendee's own kept.

use super::super::facts::{Change, is_cancelled};
use super::super::object::{Message, Object, Stored};
use super::super::outgoing::{OURS, is_local, strip_people};
use super::super::person::{Me, partstat};
use super::super::revision::sequence;
use crate::ical::{Component, Property};
use crate::order;

/// The properties of a copy that are the attendee's own from the start.
const OWN: [&str; 7] =
    ["TRANSP", "CATEGORIES", "COLOR", "PERCENT-COMPLETE", "COMPLETED", "ACKNOWLEDGED", "X-MICROSOFT-CDO-BUSYSTATUS"];

/// The copy that is stored for the first time: without the organizer's alarms, TRANSP and categories.
pub(super) fn first_copy(message: &Message) -> Stored {
    let mut stored = message.to_stored();
    for component in stored.object_mut().components_mut() {
        make_own(component);
    }
    stored
}

/// Takes from a component what is the organizer's alone.
pub(super) fn make_own(component: &mut Component) {
    strip_people(component);
    component.retain_components(|inner| !inner.is("VALARM"));
    component.retain_properties(|property| !is_own(property.name()));
}

/// Brings a copy up to date. `change` is what is new compared with what was known of this component.
pub(super) fn update(copy: &mut Component, newer: &Component, change: Change, me: &Me) {
    let newer = &without_local_marks(newer, copy);
    let mine = me.attendee(copy).cloned();
    let is_revived = is_cancelled(copy) && !is_cancelled(newer);
    let mut names: Vec<String> = newer.properties().map(|property| property.name().to_ascii_uppercase()).collect();
    names.extend(copy.properties().map(|property| property.name().to_ascii_uppercase()));
    order::sort(&mut names);
    names.dedup();
    for name in names.iter().filter(|name| !is_own(name) && *name != "ATTENDEE") {
        let is_newer = newer.property(name).is_some();
        // CLASS is the attendee's once they have one, and what a program added by itself is not the organizer's to remove.
        let is_kept = if is_newer { name == "CLASS" && copy.property(name).is_some() } else { is_kept(name) };
        if !is_kept {
            replace(copy, name, newer.all(name).cloned().collect());
        }
    }
    let answer = match &mine {
        Some(_) if change.is_reschedule() || is_revived => None,
        Some(mine) => Some(mine.clone()).filter(|mine| partstat(mine) != "NEEDS-ACTION"),
        None => None,
    };
    let falls = mine.is_some() && change.is_reschedule();
    replace(copy, "ATTENDEE", attendees(newer, me, mine, answer, falls));
    let own = |inner: &Component| inner.is("VALARM");
    copy.retain_components(own);
    newer.components().filter(|inner| !own(inner)).for_each(|inner| copy.push_component(inner.clone()));
}

/// The zones of a message, put beside those that are stored; where both define one, the message's definition counts.
pub(super) fn update_zones(stored: &mut Stored, message: &Object) {
    let calendar = stored.object_mut().calendar_mut();
    for zone in message.calendar().components().filter(|component| component.is("VTIMEZONE")) {
        let Some(tzid) = zone.value("TZID").map(str::to_owned) else { continue };
        let is_same = |component: &Component| component.is("VTIMEZONE") && component.value("TZID") == Some(&tzid);
        if !calendar.components().any(is_same) {
            calendar.insert_component(zone.clone());
            continue;
        }
        for known in calendar.components_mut().filter(|component| is_same(component) && lines(component) != lines(zone))
        {
            *known = zone.clone();
        }
    }
}

/// Gives a component the revision of a message.
pub(super) fn stamp_as(component: &mut Component, message: &Component) {
    if sequence(message) != sequence(component) {
        component.set_value("SEQUENCE", &sequence(message).to_string());
    }
    if let Some(stamp) = message.property("DTSTAMP") {
        component.set(stamp.to_fresh());
    }
}

/// The attendees of a newer version, with my own line as it is to be.
fn attendees(
    newer: &Component,
    me: &Me,
    mine: Option<Property>,
    answer: Option<Property>,
    falls: bool,
) -> Vec<Property> {
    let listed = me.attendee(newer).map(Property::address);
    let mut attendees: Vec<Property> = newer.all("ATTENDEE").cloned().collect();
    let line = attendees.iter_mut().find(|attendee| Some(attendee.address()) == listed);
    match (line, mine) {
        (Some(line), mine) => {
            if let Some(mine) = &mine {
                keep_local(line, mine);
            }
            if let Some(answer) = answer {
                line.set_parameter("PARTSTAT", &partstat(&answer));
                if let Some(delegate) = answer.parameter("DELEGATED-TO") {
                    line.set_parameter("DELEGATED-TO", &delegate);
                }
            } else if falls {
                line.set_parameter("PARTSTAT", "NEEDS-ACTION");
            }
        }
        // Who accepted a forwarded invitation is not on the organizer's list.
        (None, Some(mut mine)) => {
            if falls {
                mine.set_parameter("PARTSTAT", "NEEDS-ACTION");
            }
            attendees.push(mine);
        }
        (None, None) => {}
    }
    attendees
}

/// A newer version without what its lines of people say between another program and its server; the organizer's line
/// says between ours and its server what it said.
fn without_local_marks(newer: &Component, copy: &Component) -> Component {
    let mut newer = newer.clone();
    strip_people(&mut newer);
    if let (Some(organizer), Some(known)) = (newer.property_mut("ORGANIZER"), copy.property("ORGANIZER"))
        && organizer.address() == known.address()
    {
        keep_local(organizer, known);
    }
    newer
}

fn keep_local(line: &mut Property, known: &Property) {
    for parameter in known.parameters().filter(|parameter| is_local(parameter.name)) {
        let values: Vec<_> = parameter.values().collect();
        line.set_parameter_values(parameter.name, values.iter().map(AsRef::as_ref));
    }
}

/// Replaces the properties of a name unless they are the same already.
fn replace(copy: &mut Component, name: &str, newer: Vec<Property>) {
    let is_same = {
        let mut known = copy.all(name).map(Property::line);
        newer.iter().all(|property| known.next() == Some(property.line())) && known.next().is_none()
    };
    if is_same {
        return;
    }
    let mut newer = newer.into_iter();
    match newer.next() {
        Some(first) => copy.set(first),
        None => {
            copy.remove(name);
        }
    }
    newer.for_each(|property| copy.push(property));
}

fn lines(component: &Component) -> Vec<String> {
    let mut lines: Vec<String> = component.properties().map(|property| property.line().to_owned()).collect();
    component.components().for_each(|inner| lines.extend(self::lines(inner)));
    lines
}

fn is_own(name: &str) -> bool {
    OWN.iter().any(|own| name.eq_ignore_ascii_case(own)) || name.to_ascii_uppercase().starts_with(OURS)
}

fn is_kept(name: &str) -> bool {
    name.starts_with("X-") || ["CREATED", "LAST-MODIFIED", "CLASS"].contains(&name)
}
