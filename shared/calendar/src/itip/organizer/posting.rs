//! Letters as messages: guests who are told the same get one text.

use super::super::object::{Method, Object};
use super::super::outgoing::{Outgoing, Reason, message};
use super::super::revision::{MAX_SEQUENCE, sequence};
use super::super::timeline::Instance;
use super::super::view::Side;
use super::letter::Letter;
use super::{Edit, guests};
use crate::ical::{Address, Component, Property};

pub(super) fn post(
    edit: Edit<'_>,
    letters: &[(Address, Letter)],
    before: Option<&Side<'_>>,
    after: Option<&Side<'_>>,
) -> Vec<Outgoing> {
    let mut posts: Vec<(&Letter, Vec<Address>)> = Vec::new();
    for (guest, letter) in letters {
        match posts.iter_mut().find(|(other, _)| *other == letter) {
            Some((_, to)) => to.push(guest.clone()),
            None => posts.push((letter, vec![guest.clone()])),
        }
    }
    posts.into_iter().filter_map(|(letter, to)| write(edit, letter, to, before, after)).collect()
}

fn write(
    edit: Edit<'_>,
    letter: &Letter,
    to: Vec<Address>,
    before: Option<&Side<'_>>,
    after: Option<&Side<'_>>,
) -> Option<Outgoing> {
    let (method, reason, source, components): (Method, Reason, &Object, Vec<Component>) = match letter {
        Letter::Request { reason, has_series, absent, overrides } => {
            let side = after?;
            (Method::Request, *reason, side.object, side.components(*has_series, absent, overrides))
        }
        Letter::CancelSeries { reason } => {
            let side = before?;
            let known = side.series?;
            let newer = after.and_then(|side| side.series);
            let mut component = newer.filter(|_| *reason == Reason::Cancelled).unwrap_or(known).clone();
            // Above every override as well: programs compare each with its own.
            let highest = side.overrides.values().map(|component| sequence(component)).fold(sequence(known), u32::max);
            let number = newer.map_or(highest.saturating_add(1).min(MAX_SEQUENCE), sequence);
            call_off(edit, &mut component, *reason, number, &to);
            (Method::Cancel, *reason, side.object, vec![component])
        }
        Letter::CancelOccurrences { reason, instances } => {
            let known = before?;
            let cancel = |instance: &Instance| {
                let mut component = known_occurrence(known, *instance)?;
                let number = match after {
                    None => sequence(&component).saturating_add(1).min(MAX_SEQUENCE),
                    Some(after) => {
                        let newer = after.overrides.get(instance).copied().or(after.series);
                        newer.map_or(0, sequence).max(sequence(&component))
                    }
                };
                call_off(edit, &mut component, *reason, number, &to);
                Some(component)
            };
            (Method::Cancel, *reason, known.object, instances.iter().filter_map(cancel).collect())
        }
    };
    (!components.is_empty()).then(|| Outgoing { message: message(method, source, &components, edit.now), to, reason })
}

/// An occurrence as guests knew it.
fn known_occurrence(side: &Side<'_>, instance: Instance) -> Option<Component> {
    match side.overrides.get(&instance) {
        Some(component) => Some((*component).clone()),
        None => side.implied(instance),
    }
}

/// Makes a component a cancellation. Where the event goes on without some guests, it names them and has no STATUS, as
/// RFC 5546 section 3.2.5 asks.
fn call_off(edit: Edit<'_>, component: &mut Component, reason: Reason, sequence: u32, to: &[Address]) {
    component.set_value("SEQUENCE", &sequence.to_string());
    if reason == Reason::Removed {
        component.remove("STATUS");
        let others: Vec<Property> =
            guests(component, edit.me).filter(|it| to.contains(&it.address())).cloned().collect();
        component.remove("ATTENDEE");
        others.into_iter().for_each(|guest| component.push(guest));
    } else {
        component.set(Property::new("STATUS", "CANCELLED"));
    }
}
