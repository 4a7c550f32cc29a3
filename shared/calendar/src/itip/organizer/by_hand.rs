//! An answer that the organizer enters, because it came by telephone.

use super::super::attendee::Partstat;
use super::super::object::Stored;
use super::super::occurrence::occurrence;
use super::super::person::attendee_mut;
use super::super::record::Record;
use super::super::timeline::Timeline;
use crate::ical::{Address, Component};
use crate::time::moment::Moment;

/// Enters a guest's answer and marks it as entered by the organizer; a real answer takes the mark away again.
///
/// Gives nothing where the guest is not invited, or the event has no such occurrence.
#[must_use]
pub fn set_by_hand(stored: &Stored, guest: &Address, at: Option<&Moment>, answer: Partstat) -> Option<Stored> {
    let timeline = Timeline::of(stored);
    let instance = at.map(|at| timeline.instance(at));
    let mut changed = stored.clone();
    let is_meant = |component: &Component| timeline.instance_of(component) == instance;
    if stored.components().any(is_meant) {
        let component = changed.object_mut().components_mut().find(|component| is_meant(component))?;
        enter(component, guest, answer)?;
        return Some(changed);
    }
    let instance = instance.filter(|instance| timeline.has(*instance))?;
    let mut component = occurrence(stored.series()?, &timeline, instance);
    enter(&mut component, guest, answer)?;
    changed.object_mut().calendar_mut().push_component(component);
    Some(changed)
}

fn enter(component: &mut Component, guest: &Address, answer: Partstat) -> Option<()> {
    let line = attendee_mut(component, guest)?;
    line.set_parameter("PARTSTAT", answer.as_str());
    Record::mark_by_hand(line);
    Some(())
}
