//! Guests, one by one: who was added, who was removed, and what changed on each line.

use std::collections::{BTreeMap, BTreeSet};

use super::property::meaning;
use crate::ical::{Address, Component, Property};
use crate::order::IntoOrdered as _;

/// Merges my guests into theirs; says whether one of them was changed by both sides in different ways.
pub(super) fn merge(base: &Component, mine: &Component, theirs: &mut Component) -> bool {
    let (base, mine) = (lines(base), lines(mine));
    let mut their_lines: BTreeMap<Address, Property> =
        lines(theirs).into_iter().map(|(address, line)| (address, line.clone())).collect();
    let (mut added, mut removed) = (Vec::new(), BTreeSet::new());
    let mut is_conflict = false;
    for address in base.keys().chain(mine.keys()).collect::<BTreeSet<_>>() {
        match (base.get(address), mine.get(address), their_lines.get_mut(address)) {
            (was, Some(is), Some(their_line)) => is_conflict |= merge_line(was.copied(), is, their_line),
            (None, Some(is), None) => added.push((*is).clone()),
            // They removed somebody whom I kept: that stands unless I changed the line.
            (Some(was), Some(is), None) => {
                if meaning(was) != meaning(is) {
                    added.push((*is).clone());
                    is_conflict = true;
                }
            }
            // I removed somebody: that stands, and is told if they changed the line meanwhile.
            (Some(was), None, Some(their_line)) => {
                is_conflict |= meaning(their_line) != meaning(was);
                removed.insert(address.clone());
            }
            (_, None, _) => {}
        }
    }
    for line in theirs.all_mut("ATTENDEE") {
        // Of two lines for one person the first is the one that was merged.
        if let Some(merged) = their_lines.remove(&line.address()) {
            *line = merged;
        }
    }
    theirs.retain_properties(|line| !line.is("ATTENDEE") || !removed.contains(&line.address()));
    added.into_iter().for_each(|line| theirs.push(line));
    is_conflict
}

/// The first line of each guest.
fn lines(component: &Component) -> BTreeMap<Address, &Property> {
    let mut lines = BTreeMap::new();
    for line in component.all("ATTENDEE") {
        lines.entry(line.address()).or_insert(line);
    }
    lines
}

/// Merges one guest's parameters; says whether both sides gave the same parameter different values.
fn merge_line(was: Option<&Property>, is: &Property, their_line: &mut Property) -> bool {
    let mut is_conflict = false;
    let names = was
        .into_iter()
        .chain([is, &*their_line])
        .flat_map(|line| line.parameters().map(|it| it.name.to_ascii_uppercase()).collect::<Vec<_>>())
        .into_set();
    let values = |line: Option<&Property>, name: &str| -> Option<Vec<String>> {
        let line = line?;
        line.parameter(name)?;
        Some(line.parameter_values(name).map(|it| it.into_owned()).collect())
    };
    for name in names {
        let (base, mine, theirs) = (values(was, &name), values(Some(is), &name), values(Some(&*their_line), &name));
        if mine == base || mine == theirs {
            continue;
        }
        is_conflict |= theirs != base;
        match mine {
            Some(mine) => their_line.set_parameter_values(&name, mine.iter().map(String::as_str)),
            None => _ = their_line.remove_parameter(&name),
        }
    }
    is_conflict
}
