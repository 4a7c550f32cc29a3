//! Guests, one by one: who was added, who was removed, and what changed on each line.

use std::collections::BTreeSet;

use super::property::meaning;
use crate::ical::{Address, Component, Property};
use crate::order::IntoOrdered as _;

/// Merges my guests into theirs; says whether one of them was changed by both sides in different ways.
pub(super) fn merge(base: &Component, mine: &Component, theirs: &mut Component) -> bool {
    let mut is_conflict = false;
    for address in addresses(base, mine) {
        let (was, is) = (line(base, &address), line(mine, &address));
        let they_have = line(theirs, &address).is_some();
        match (was, is) {
            (_, Some(is)) if they_have => {
                if let Some(their_line) = theirs.all_mut("ATTENDEE").find(|it| it.address() == address) {
                    is_conflict |= merge_line(was, is, their_line);
                }
            }
            (None, Some(is)) => theirs.push(is.clone()),
            // They removed somebody whom I kept: that stands unless I changed the line.
            (Some(was), Some(is)) => {
                if meaning(was) != meaning(is) {
                    theirs.push(is.clone());
                    is_conflict = true;
                }
            }
            // I removed somebody: that stands, and is told if they changed the line meanwhile.
            (Some(was), None) => {
                is_conflict |= line(theirs, &address).is_some_and(|their_line| meaning(their_line) != meaning(was));
                theirs.retain_properties(|it| !it.is("ATTENDEE") || it.address() != address);
            }
            (None, None) => {}
        }
    }
    is_conflict
}

fn addresses(base: &Component, mine: &Component) -> BTreeSet<Address> {
    base.all("ATTENDEE").chain(mine.all("ATTENDEE")).map(Property::address).into_set()
}

fn line<'c>(component: &'c Component, address: &Address) -> Option<&'c Property> {
    component.all("ATTENDEE").find(|it| it.address() == *address)
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
