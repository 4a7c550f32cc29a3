//! The components of an object, matched by what they are about: changed, added and removed ones.

use std::collections::{BTreeMap, BTreeSet};

use super::{ComponentKey, Conflict, is_subject, key_of, property};
use crate::ical::Component;
use crate::order::{self, IntoOrdered as _};

/// Merges my components into theirs.
pub(super) fn merge_all(base: &Component, mine: &Component, theirs: &mut Component, conflicts: &mut Vec<Conflict>) {
    let (base_components, my_components) = (by_key(base), by_key(mine));
    let (mut merged, mut removed) = (BTreeSet::new(), BTreeSet::new());
    for their_component in theirs.components_mut().filter(|it| is_subject(it)) {
        let key = key_of(their_component);
        match (base_components.get(&key), my_components.get(&key)) {
            // Of two components about one thing the first counts.
            (base_component, Some(my_component)) if !merged.contains(&key) => {
                let empty = Component::new(&key.name);
                let base_component = base_component.copied().unwrap_or(&empty);
                property::merge(&key, base_component, my_component, their_component, conflicts);
                merge_inner(&key, base_component, my_component, their_component, conflicts);
                merged.insert(key);
            }
            // I removed it: that stands, and is told if they changed it meanwhile.
            (Some(base_component), None) => {
                if !removed.contains(&key) && !says_the_same(Some(base_component), Some(their_component)) {
                    conflicts.push(Conflict { component: key.clone(), property: None });
                }
                removed.insert(key);
            }
            _ => {}
        }
    }
    theirs.retain_components(|it| !is_subject(it) || !removed.contains(&key_of(it)));
    for my_component in mine.components().filter(|it| is_subject(it)) {
        let key = key_of(my_component);
        match base_components.get(&key) {
            _ if merged.contains(&key) => {}
            // New on my side.
            None => theirs.push_component(my_component.clone()),
            // They removed it: that stands unless I changed it.
            Some(base_component) => {
                if !says_the_same(Some(base_component), Some(my_component)) {
                    theirs.push_component(my_component.clone());
                    conflicts.push(Conflict { component: key, property: None });
                }
            }
        }
    }
    add_zones(mine, theirs);
}

/// The first component about each thing.
fn by_key(calendar: &Component) -> BTreeMap<ComponentKey, &Component> {
    let mut components = BTreeMap::new();
    for component in calendar.components().filter(|it| is_subject(it)) {
        components.entry(key_of(component)).or_insert(component);
    }
    components
}

/// Zones that only my version writes out, as the components that came from it need them.
fn add_zones(mine: &Component, theirs: &mut Component) {
    let tzid = |zone: &Component| zone.value("TZID").map(str::to_owned);
    let mut known = theirs.components().filter(|it| it.is("VTIMEZONE")).map(tzid).into_set();
    for zone in mine.components().filter(|it| it.is("VTIMEZONE")) {
        if known.insert(tzid(zone)) {
            theirs.insert_component(zone.clone());
        }
    }
}

/// Alarms and other inner components, which have no name of their own: each is its own text.
fn merge_inner(
    key: &ComponentKey,
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
    let set = |texts: &[String]| texts.iter().cloned().into_set();
    let (base_set, my_set, their_set) = (set(&base_texts), set(&my_texts), set(&their_texts));
    let both_changed_one = base_set.iter().any(|text| !my_set.contains(text) && !their_set.contains(text));
    if both_changed_one && their_texts != base_texts {
        theirs.retain_components(|_| false);
        mine.components().for_each(|it| theirs.push_component(it.clone()));
        let name = mine.components().next().map_or("VALARM", Component::name).to_ascii_uppercase();
        conflicts.push(Conflict { component: key.clone(), property: Some(name) });
        return;
    }
    theirs.retain_components(|it| {
        let text = text_of(it);
        !base_set.contains(&text) || my_set.contains(&text)
    });
    for component in mine.components() {
        let text = text_of(component);
        if !base_set.contains(&text) && !their_set.contains(&text) {
            theirs.push_component(component.clone());
        }
    }
}

/// What a component says, whatever the order of its lines and the way they are folded.
fn text_of(component: &Component) -> String {
    let mut lines: Vec<String> = component.properties().map(property::meaning).collect();
    lines.extend(property::unreadable(component).into_iter().map(|line| String::from_utf8_lossy(line).into_owned()));
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
