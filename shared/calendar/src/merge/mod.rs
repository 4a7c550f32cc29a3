//! Two people changed the same object at once: both changes, wherever they do not contradict one another.
//!
//! Three versions are compared property by property: what both began from, mine, and theirs. What only one side changed
//! is taken from that side; guests are compared one by one, their parameters too, because an answer that arrives and a
//! role that I change have nothing to do with each other. Where both changed the same thing differently, mine stands
//! and the property is listed, so that nobody's change is lost unseen.

mod attendee;
mod component;
mod list;
mod property;

use crate::ical::{Component, Document};
use crate::order;
use crate::time::moment::Moment;
use crate::time::zone::identify;

/// Which component of an object: the event or series itself, or one of its overrides.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComponentKey {
    /// VEVENT, VTODO and so on, upper case; VCALENDAR for the object's own properties.
    pub name: String,
    /// Its UID; empty for VCALENDAR.
    pub uid: String,
    /// Its RECURRENCE-ID: an instant `…Z` where it can be known, else a date or a floating time.
    pub recurrence_id: Option<String>,
}

/// Something that both sides changed in different ways; mine stands in the merged object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The component.
    pub component: ComponentKey,
    /// The property's name, upper case; absent where one side removed what the other changed.
    pub property: Option<String>,
}

/// What became of two changes.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The object with both changes; absent if it is removed.
    pub document: Option<Document>,
    /// What both changed in different ways.
    pub conflicts: Vec<Conflict>,
}

/// Merges my change of an object with theirs. Each side may be absent: that side removed it.
///
/// A base without a calendar says that both sides made the object: what only one of them has is taken.
/// The result is theirs with my changes in it, so that what a server rewrote stays as the server likes it.
pub fn merge(base: &Document, mine: Option<&Document>, theirs: Option<&Document>) -> Merged {
    let (mine, theirs) = match (mine, theirs) {
        (None, None) => return Merged { document: None, conflicts: Vec::new() },
        (Some(mine), Some(theirs)) => (mine, theirs),
        // Only one side made it.
        (Some(only), None) | (None, Some(only)) if base.calendar().is_none() => {
            return Merged { document: Some(only.clone()), conflicts: Vec::new() };
        }
        // One side removed the object: that stands unless the other side changed it.
        (Some(mine), None) => {
            let conflicts = whole_object(base, mine);
            let document = (!conflicts.is_empty()).then(|| mine.clone());
            return Merged { document, conflicts };
        }
        (None, Some(theirs)) => return Merged { document: None, conflicts: whole_object(base, theirs) },
    };
    let mut document = theirs.clone();
    let mut conflicts = Vec::new();
    let empty = Component::new("VCALENDAR");
    let (base, mine) = (base.calendar().unwrap_or(&empty), mine.calendar().unwrap_or(&empty));
    if let Some(theirs) = document.calendar_mut() {
        property::merge(&calendar_key(), base, mine, theirs, &mut conflicts);
        component::merge_all(base, mine, theirs, &mut conflicts);
    }
    order::sort(&mut conflicts);
    conflicts.dedup();
    Merged { document: Some(document), conflicts }
}

/// The conflict of removing an object that the other side changed; empty if it did not.
fn whole_object(base: &Document, other: &Document) -> Vec<Conflict> {
    if component::says_the_same(base.calendar(), other.calendar()) {
        return Vec::new();
    }
    let component = other.calendar().and_then(|it| it.components().find(|it| is_subject(it))).map(key_of);
    vec![Conflict { component: component.unwrap_or_else(calendar_key), property: None }]
}

fn calendar_key() -> ComponentKey {
    ComponentKey { name: "VCALENDAR".to_owned(), ..ComponentKey::default() }
}

/// Whether a component is one of those an object is about; zones are not.
fn is_subject(component: &Component) -> bool {
    !component.is("VTIMEZONE")
}

/// Which component this is.
pub fn key_of(component: &Component) -> ComponentKey {
    ComponentKey {
        name: component.name().to_ascii_uppercase(),
        uid: component.property("UID").map(|uid| uid.text().into_owned()).unwrap_or_default(),
        recurrence_id: component.property("RECURRENCE-ID").map(|id| {
            match Moment::parse(id.value(), id.parameter("TZID").as_deref()) {
                Ok(moment) => occurrence_key(&moment),
                Err(_) => id.value().to_owned(),
            }
        }),
    }
}

/// Whether this is the component with that UID and RECURRENCE-ID; without one, the event or series itself.
///
/// The occurrence may be named as an instant, or as it is written: by its wall clock without the zone, or by its day.
pub fn is_about(component: &Component, uid: &str, recurrence_id: Option<&Moment>) -> bool {
    let key = key_of(component);
    if key.uid != uid {
        return false;
    }
    match (component.property("RECURRENCE-ID"), recurrence_id) {
        (None, None) => true,
        (Some(id), Some(wanted)) => {
            let written = Moment::parse(id.value(), None).ok();
            key.recurrence_id.is_some_and(|key| key == wanted.to_string())
                || written.is_some_and(|written| match (&written, wanted) {
                    (Moment::Date(day), wanted) | (wanted, Moment::Date(day)) => wanted.date() == *day,
                    (written, wanted) => written == wanted,
                })
        }
        _ => false,
    }
}

/// An occurrence's original start in the form in which two programs' ways to write it are equal: an instant `…Z` where
/// it can be known, else a date or a floating time.
pub fn occurrence_key(moment: &Moment) -> String {
    match moment {
        Moment::Zoned { local, tzid } => match identify(tzid, None).zone {
            Some(zone) => Moment::Utc(zone.instant(*local)).to_string(),
            None => Moment::Floating(*local).to_string(),
        },
        moment => moment.to_string(),
    }
}

#[cfg(test)]
mod tests;
