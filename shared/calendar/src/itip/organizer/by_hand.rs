//! An answer that the organizer enters, because it came by telephone.

use super::super::attendee::Partstat;
use super::super::object::Stored;
use super::super::occurrence::implied;
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
    let overrides = stored.overrides().filter_map(|it| Some((timeline.instance_of(it)?, it)));
    let mut component = implied(Some(stored.series()?), overrides, &timeline, instance)?;
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

#[cfg(test)]
mod tests {
    use super::super::super::timeline::moment;
    use super::*;
    use crate::ical::Property;

    const STORED: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T090000Z\r\n\
        RRULE:FREQ=DAILY;COUNT=2\r\nATTENDEE:mailto:bob@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    #[test]
    fn an_answer_by_telephone_is_marked_as_such() {
        let stored = Stored::read(STORED.as_bytes()).expect("an object");
        let changed = set_by_hand(&stored, &"bob@example.com".into(), None, Partstat::Accepted).expect("he is invited");
        let line = changed.series().and_then(|series| series.property("ATTENDEE")).map(Property::line);
        assert_eq!(line, Some("ATTENDEE;PARTSTAT=ACCEPTED;X-CALPOST-SET-BY-HAND=TRUE:mailto:bob@example.com"));
        assert!(set_by_hand(&stored, &"cleo@example.com".into(), None, Partstat::Accepted).is_none());
    }

    #[test]
    fn one_occurrence_gets_an_override_and_one_that_is_not_there_nothing() {
        let stored = Stored::read(STORED.as_bytes()).expect("an object");
        let at = |value: &str| Moment::parse(value, None).expect("a moment");
        let bob = "bob@example.com".into();
        let changed =
            set_by_hand(&stored, &bob, Some(&at("20261202T090000Z")), Partstat::Declined).expect("it is there");
        let id = changed.overrides().next().and_then(|component| component.property("RECURRENCE-ID").and_then(moment));
        assert_eq!(id, Some(at("20261202T090000Z")));
        assert!(set_by_hand(&stored, &bob, Some(&at("20261203T090000Z")), Partstat::Declined).is_none());
    }
}
