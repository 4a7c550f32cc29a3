//! Dates that are listed (EXDATE, RDATE): each date is added or removed by itself, so two lists never contradict.

use std::collections::BTreeSet;

use crate::ical::{Component, Property};
use crate::order::IntoOrdered as _;

/// One date of a list, with what its line says of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    tzid: Option<String>,
    value_type: Option<String>,
    value: String,
}

/// Merges my list of a name into theirs.
pub(super) fn merge(name: &str, base: &Component, mine: &Component, theirs: &mut Component) {
    let (was, is, their_list) = (entries(name, base), entries(name, mine), entries(name, theirs));
    let goes = was.difference(&is).into_set();
    for line in theirs.all_mut(name) {
        let left: Vec<String> =
            line_entries(line).into_iter().filter(|entry| !goes.contains(entry)).map(|entry| entry.value).collect();
        line.set_value(&left.join(","));
    }
    theirs.retain_properties(|line| !line.is(name) || !line.value().is_empty());
    for entry in is.difference(&was).filter(|entry| !their_list.contains(entry)) {
        let mut line = Property::new(name, &entry.value);
        if let Some(value_type) = &entry.value_type {
            line.set_parameter("VALUE", value_type);
        }
        if let Some(tzid) = &entry.tzid {
            line.set_parameter("TZID", tzid);
        }
        theirs.push(line);
    }
}

fn entries(name: &str, component: &Component) -> BTreeSet<Entry> {
    component.all(name).flat_map(line_entries).into_set()
}

fn line_entries(line: &Property) -> Vec<Entry> {
    let parameter = |name: &str| line.parameter(name).map(|it| it.into_owned());
    let (tzid, value_type) = (parameter("TZID"), parameter("VALUE").map(|it| it.to_ascii_uppercase()));
    line.value()
        .split(',')
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .map(|value| Entry { tzid: tzid.clone(), value_type: value_type.clone(), value: value.to_owned() })
        .collect()
}
