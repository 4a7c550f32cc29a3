//! The properties of one component, by name.

use super::{ComponentKey, Conflict, attendee, list, names};
use crate::ical::{Component, Property};
use crate::order;
use crate::time::recurrence::Rule;

/// Merges my properties of a component into theirs.
pub(super) fn merge(
    key: &ComponentKey,
    base: &Component,
    mine: &Component,
    theirs: &mut Component,
    conflicts: &mut Vec<Conflict>,
) {
    for name in names([base, mine, &*theirs]) {
        let is_conflict = match name.as_str() {
            "ATTENDEE" => attendee::merge(base, mine, theirs),
            "EXDATE" | "RDATE" => {
                list::merge(&name, base, mine, theirs);
                false
            }
            // DTEND and DURATION say the same thing in two ways: they are one property here.
            "DURATION" => false,
            "DTEND" => merge_group(&["DTEND", "DURATION"], base, mine, theirs),
            name if is_bookkeeping(name) => {
                take_the_higher(name, mine, theirs);
                false
            }
            // Who wrote it last, and when it was first written, contradict nobody either.
            "PRODID" | "CREATED" => {
                merge_group(&[&name], base, mine, theirs);
                false
            }
            name => merge_group(&[name], base, mine, theirs),
        };
        if is_conflict {
            conflicts.push(Conflict { component: key.clone(), property: Some(name) });
        }
    }
    if !names([base, mine, &*theirs]).contains("DTEND") && merge_group(&["DURATION"], base, mine, theirs) {
        conflicts.push(Conflict { component: key.clone(), property: Some("DURATION".to_owned()) });
    }
}

/// Properties by which writers keep count; they differ on every write and contradict nobody.
pub(super) fn is_bookkeeping(name: &str) -> bool {
    ["DTSTAMP", "LAST-MODIFIED", "SEQUENCE"].iter().any(|it| it.eq_ignore_ascii_case(name))
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

/// Merges properties that belong together as one; says whether both sides changed them differently.
fn merge_group(group: &[&str], base: &Component, mine: &Component, theirs: &mut Component) -> bool {
    let said = |component: &Component| {
        let mut lines: Vec<String> =
            group.iter().flat_map(|name| component.all(name).map(meaning).collect::<Vec<_>>()).collect();
        order::sort(&mut lines);
        lines
    };
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

fn take_the_higher(name: &str, mine: &Component, theirs: &mut Component) {
    let number = |component: &Component| component.value(name).and_then(|value| value.parse::<i64>().ok());
    let is_higher = match (mine.property(name), theirs.property(name)) {
        (None, _) => false,
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
