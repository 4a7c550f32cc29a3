//! The components of an object, matched by what they are about: changed, added and removed ones.

use super::{Conflict, is_subject, key_of, property};
use crate::ical::Component;
use crate::order;

/// Merges my components into theirs.
pub(super) fn merge_all(base: &Component, mine: &Component, theirs: &mut Component, conflicts: &mut Vec<Conflict>) {
    for my_component in mine.components().filter(|it| is_subject(it)) {
        let key = key_of(my_component);
        let base_component = find(base, &key);
        let their_component = theirs.components_mut().find(|it| is_subject(it) && key_of(it) == key);
        match (base_component, their_component) {
            (_, Some(their_component)) => {
                let empty = Component::new(&key.name);
                let base_component = base_component.unwrap_or(&empty);
                property::merge(&key, base_component, my_component, their_component, conflicts);
                merge_inner(&key, base_component, my_component, their_component, conflicts);
            }
            // New on my side.
            (None, None) => theirs.push_component(my_component.clone()),
            // They removed it: that stands unless I changed it.
            (Some(base_component), None) => {
                if !says_the_same(Some(base_component), Some(my_component)) {
                    theirs.push_component(my_component.clone());
                    conflicts.push(Conflict { component: key, property: None });
                }
            }
        }
    }
    for base_component in base.components().filter(|it| is_subject(it)) {
        let key = key_of(base_component);
        if find(mine, &key).is_some() {
            continue;
        }
        // I removed it: that stands, and is told if they changed it meanwhile.
        if let Some(their_component) = find(theirs, &key) {
            if !says_the_same(Some(base_component), Some(their_component)) {
                conflicts.push(Conflict { component: key.clone(), property: None });
            }
            theirs.retain_components(|it| !is_subject(it) || key_of(it) != key);
        }
    }
    add_zones(mine, theirs);
}

fn find<'c>(calendar: &'c Component, key: &super::ComponentKey) -> Option<&'c Component> {
    calendar.components().find(|it| is_subject(it) && key_of(it) == *key)
}

/// Zones that only my version writes out, as the components that came from it need them.
fn add_zones(mine: &Component, theirs: &mut Component) {
    for zone in mine.components().filter(|it| it.is("VTIMEZONE")) {
        let tzid = zone.value("TZID");
        if !theirs.components().any(|it| it.is("VTIMEZONE") && it.value("TZID") == tzid) {
            theirs.insert_component(zone.clone());
        }
    }
}

/// Alarms and other inner components, which have no name of their own: each is its own text.
fn merge_inner(
    key: &super::ComponentKey,
    base: &Component,
    mine: &Component,
    theirs: &mut Component,
    conflicts: &mut Vec<Conflict>,
) {
    let texts = |component: &Component| component.components().map(text_of).collect::<Vec<_>>();
    let (base_texts, my_texts, their_texts) = (texts(base), texts(mine), texts(theirs));
    if my_texts == base_texts || my_texts == their_texts {
        return;
    }
    let lacks = |texts: &[String], text: &String| !texts.contains(text);
    let i_removed = |text: &String| lacks(&my_texts, text);
    let both_changed_one = base_texts.iter().any(|text| i_removed(text) && lacks(&their_texts, text));
    if both_changed_one && their_texts != base_texts {
        theirs.retain_components(|_| false);
        mine.components().for_each(|it| theirs.push_component(it.clone()));
        let name = mine.components().next().map_or("VALARM", Component::name).to_ascii_uppercase();
        conflicts.push(Conflict { component: key.clone(), property: Some(name) });
        return;
    }
    theirs.retain_components(|it| {
        let text = text_of(it);
        !(base_texts.contains(&text) && i_removed(&text))
    });
    for component in mine.components() {
        let text = text_of(component);
        if lacks(&base_texts, &text) && lacks(&their_texts, &text) {
            theirs.push_component(component.clone());
        }
    }
}

/// What a component says, whatever the order of its lines and the way they are folded.
fn text_of(component: &Component) -> String {
    let mut lines: Vec<String> = component.properties().map(property::meaning).collect();
    order::sort(&mut lines);
    let mut inner: Vec<String> = component.components().map(text_of).collect();
    order::sort(&mut inner);
    format!("{}\n{}\n{}", component.name().to_ascii_uppercase(), lines.join("\n"), inner.join("\n"))
}

/// Whether two versions say the same, bookkeeping of their writers apart.
pub(super) fn says_the_same(one: Option<&Component>, other: Option<&Component>) -> bool {
    let text = |component: Option<&Component>| {
        component.map(|it| {
            let mut quiet = it.clone();
            strip_bookkeeping(&mut quiet);
            text_of(&quiet)
        })
    };
    text(one) == text(other)
}

fn strip_bookkeeping(component: &mut Component) {
    component.retain_properties(|it| !property::is_bookkeeping(it.name()) && !it.is("PRODID"));
    component.retain_components(|it| !it.is("VTIMEZONE"));
    component.components_mut().for_each(strip_bookkeeping);
}
