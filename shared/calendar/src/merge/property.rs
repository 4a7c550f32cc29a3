//! The lines of one component, by name.

use std::collections::{BTreeMap, BTreeSet};

use super::{ComponentKey, Conflict, attendee, list};
use crate::ical::{Component, Property};
use crate::order::{self, IntoOrdered as _};
use crate::time::recurrence::Rule;

/// Merges my lines of a component into theirs.
pub(super) fn merge(
    key: &ComponentKey,
    base: &Component,
    mine: &Component,
    theirs: &mut Component,
    conflicts: &mut Vec<Conflict>,
) {
    let mut conflicting = merge_plain(base, mine, theirs);
    if attendee::merge(base, mine, theirs) {
        conflicting.push("ATTENDEE".to_owned());
    }
    ["EXDATE", "RDATE"].iter().for_each(|name| list::merge(name, base, mine, theirs));
    let says_end = [base, mine, &*theirs].iter().any(|it| it.property("DTEND").is_some());
    if merge_group(&["DTEND", "DURATION"], base, mine, theirs) {
        conflicting.push(if says_end { "DTEND" } else { "DURATION" }.to_owned());
    }
    BOOKKEEPING.iter().for_each(|name| take_the_higher(name, base, mine, theirs));
    merge_unreadable(base, mine, theirs);
    conflicts.extend(conflicting.into_iter().map(|name| Conflict { component: key.clone(), property: Some(name) }));
}

/// Merges the properties that are one thing each, all of their names in one walk; gives those that both sides changed
/// differently.
fn merge_plain(base: &Component, mine: &Component, theirs: &mut Component) -> Vec<String> {
    let (base_lines, my_lines, their_lines) = (by_name(base), by_name(mine), by_name(theirs));
    let names = [&base_lines, &my_lines, &their_lines].into_iter().flat_map(BTreeMap::keys).into_set();
    let said = |lines: &LinesByName<'_>, name: &str| meanings(lines.get(name).into_iter().flatten().copied());
    let (mut news, mut conflicting) = (BTreeMap::new(), Vec::new());
    for name in names {
        let (base_says, i_say, they_say) = (said(&base_lines, name), said(&my_lines, name), said(&their_lines, name));
        if i_say == base_says || i_say == they_say {
            continue;
        }
        let lines = my_lines.get(name).into_iter().flatten();
        news.insert(name.clone(), lines.map(|line| (*line).clone()).collect());
        // Who wrote it last, and when it was first written, contradict nobody.
        if they_say != base_says && !["PRODID", "CREATED"].contains(&name.as_str()) {
            conflicting.push(name.clone());
        }
    }
    theirs.replace_lines(news);
    conflicting
}

type LinesByName<'c> = BTreeMap<String, Vec<&'c Property>>;

fn by_name(component: &Component) -> LinesByName<'_> {
    let mut lines = LinesByName::new();
    let is_plain = |name: &str| {
        !["ATTENDEE", "EXDATE", "RDATE", "DTEND", "DURATION"].contains(&name) && !BOOKKEEPING.contains(&name)
    };
    for line in component.properties() {
        let name = line.name().to_ascii_uppercase();
        if is_plain(&name) {
            lines.entry(name).or_default().push(line);
        }
    }
    lines
}

/// Carries the lines that nobody can read: each is there or not, and says nothing else.
fn merge_unreadable(base: &Component, mine: &Component, theirs: &mut Component) {
    let (was, is, their_lines) = (unreadable(base), unreadable(mine), unreadable(theirs));
    let (added, removed) = (is.difference(&was), was.difference(&is));
    let added: Vec<_> = added.filter(|line| !their_lines.contains(*line)).copied().collect();
    let removed = removed.copied().map(<[u8]>::to_vec).into_set();
    theirs.retain_unreadable(|line| !removed.contains(line.trim_ascii_end()));
    added.into_iter().for_each(|line| theirs.push_unreadable(line));
}

/// The lines of a component that are neither properties nor components, without their line ends; empty ones left out.
pub(super) fn unreadable(component: &Component) -> BTreeSet<&[u8]> {
    component.unreadable().map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty()).into_set()
}

/// Properties by which writers keep count; they differ on every write and contradict nobody.
const BOOKKEEPING: [&str; 3] = ["DTSTAMP", "LAST-MODIFIED", "SEQUENCE"];

pub(super) fn is_bookkeeping(name: &str) -> bool {
    BOOKKEEPING.iter().any(|it| it.eq_ignore_ascii_case(name))
}

/// What a line says: its name and parameter names in upper case, parameters and the parts of a rule in one order.
pub(super) fn meaning(property: &Property) -> String {
    let mut parameters: Vec<String> = property
        .parameters()
        .map(|it| format!("{}={:?}", it.name.to_ascii_uppercase(), it.values().collect::<Vec<_>>()))
        .collect();
    order::sort(&mut parameters);
    let rule = property.is("RRULE").then(|| property.value().parse::<Rule>().ok()).flatten();
    let value = rule.map_or_else(|| property.value().trim().to_owned(), |rule| rule.to_string());
    format!("{};{}:{value}", property.name().to_ascii_uppercase(), parameters.join(";"))
}

/// What some lines say, whatever their order.
fn meanings<'p>(lines: impl IntoIterator<Item = &'p Property>) -> Vec<String> {
    let mut meanings: Vec<String> = lines.into_iter().map(meaning).collect();
    order::sort(&mut meanings);
    meanings
}

/// Merges properties that belong together as one; says whether both sides changed them differently.
fn merge_group(group: &[&str], base: &Component, mine: &Component, theirs: &mut Component) -> bool {
    let said = |component: &Component| meanings(group.iter().flat_map(|name| component.all(name)).collect::<Vec<_>>());
    let (base_says, i_say, they_say) = (said(base), said(mine), said(theirs));
    if i_say == base_says || i_say == they_say {
        return false;
    }
    for name in group {
        replace_all(name, mine, theirs);
    }
    they_say != base_says
}

/// Puts my lines of a name in the place of theirs.
fn replace_all(name: &str, mine: &Component, theirs: &mut Component) {
    let my_lines: Vec<Property> = mine.all(name).cloned().collect();
    let Some((first, others)) = my_lines.split_first() else {
        theirs.remove(name);
        return;
    };
    theirs.set(first.clone());
    others.iter().for_each(|line| theirs.push(line.clone()));
}

fn take_the_higher(name: &str, base: &Component, mine: &Component, theirs: &mut Component) {
    let number = |component: &Component| component.value(name).and_then(|value| value.parse::<i64>().ok());
    let is_higher = match (mine.property(name), theirs.property(name)) {
        (None, _) => false,
        // What I left alone is theirs to count on, or to remove.
        (Some(my), _) if base.value(name) == Some(my.value().trim()) => false,
        (Some(_), None) => true,
        // A SEQUENCE is a number; the stamps are UTC times of one length, which compare as text.
        (Some(my), Some(their)) => match (number(mine), number(theirs)) {
            (Some(my), Some(their)) => my > their,
            _ => my.value() > their.value(),
        },
    };
    if is_higher {
        replace_all(name, mine, theirs);
    }
}
