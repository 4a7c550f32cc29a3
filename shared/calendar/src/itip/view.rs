//! What one guest knows of an event: the components they are invited to, and the occurrences they are not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::facts::is_cancelled;
use super::object::{Message, Method, Object, Stored};
use super::occurrence::{except, implied};
use super::outgoing::message;
use super::timeline::{Instance, Timeline};
use crate::ical::{Address, Component, Property};
use crate::order::IntoOrdered as _;

/// An object with its timeline, its overrides in the order of their occurrences.
#[derive(Debug)]
pub(super) struct Side<'o> {
    pub(super) object: &'o Object,
    pub(super) timeline: Timeline,
    pub(super) series: Option<&'o Component>,
    pub(super) overrides: BTreeMap<Instance, &'o Component>,
    /// Who is invited to the series (under no instance) and to each override.
    invited: BTreeMap<Option<Instance>, BTreeSet<Address>>,
}

/// What a guest knows of one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct View {
    /// Whether they are invited to the series, or to the event if there is only one.
    pub(super) has_series: bool,
    /// The overrides that take place and that they are invited to.
    pub(super) overrides: BTreeSet<Instance>,
    /// The occurrences of their series that have an override they are not invited to, or that is cancelled.
    pub(super) absent: BTreeSet<Instance>,
}

impl<'o> Side<'o> {
    pub(super) fn of(object: &'o Object) -> Self {
        let timeline = Timeline::of(object);
        let overrides: BTreeMap<_, _> =
            object.overrides().filter_map(|it| Some((timeline.instance_of(it)?, it))).into_map();
        let series = object.series();
        // Looked up once for each guest, so that a thousand guests do not take a million readings of an address.
        let addresses = |component: &Component| component.all("ATTENDEE").map(Property::address).into_set();
        let own = overrides.iter().map(|(instance, component)| (Some(*instance), addresses(component)));
        let invited = own.chain(series.map(|series| (None, addresses(series)))).into_map();
        Self { object, timeline, series, overrides, invited }
    }

    /// Whether somebody is invited to an override, or to the series.
    pub(super) fn invites(&self, part: Option<Instance>, guest: &Address) -> bool {
        self.invited.get(&part).is_some_and(|invited| invited.contains(guest))
    }

    /// Whether the whole event is called off.
    pub(super) fn is_cancelled(&self) -> bool {
        match self.series {
            Some(series) => is_cancelled(series),
            None => self.overrides.values().all(|component| is_cancelled(component)),
        }
    }

    /// What a guest knows; empty if they are not invited or the event is called off.
    pub(super) fn view(&self, guest: &Address) -> View {
        let mut view = View::default();
        if self.is_cancelled() {
            return view;
        }
        view.has_series = self.series.is_some() && self.invites(None, guest);
        for (instance, component) in &self.overrides {
            if self.invites(Some(*instance), guest) && !is_cancelled(component) {
                view.overrides.insert(*instance);
            } else if view.has_series {
                view.absent.insert(*instance);
            }
        }
        view
    }

    /// Whether an occurrence takes place for a guest with this view of this side.
    pub(super) fn occurs_for(&self, view: &View, instance: Instance) -> bool {
        match self.overrides.contains_key(&instance) {
            true => view.overrides.contains(&instance),
            false => view.has_series && self.timeline.has(instance),
        }
    }

    /// Whether an occurrence takes place for anybody.
    pub(super) fn occurs(&self, instance: Instance) -> bool {
        match self.overrides.get(&instance) {
            Some(component) => !is_cancelled(component),
            None => self.series.is_some() && self.timeline.has(instance),
        }
    }

    /// What an occurrence without an override is like.
    pub(super) fn implied(&self, instance: Instance) -> Option<Component> {
        let overrides = self.overrides.range(..instance).map(|(at, component)| (*at, *component));
        implied(self.series, overrides, &self.timeline, instance)
    }

    /// The components of a view, the occurrences it lacks as EXDATEs in the form of DTSTART.
    pub(super) fn components(
        &self,
        has_series: bool,
        absent: &BTreeSet<Instance>,
        overrides: &BTreeSet<Instance>,
    ) -> Vec<Component> {
        let mut components = Vec::new();
        if let Some(series) = self.series.filter(|_| has_series) {
            let mut series = series.clone();
            for instance in absent.iter().filter(|instance| !self.timeline.exceptions().contains(instance)) {
                except(&mut series, &self.timeline, *instance);
            }
            components.push(series);
        }
        components.extend(overrides.iter().filter_map(|instance| self.overrides.get(instance)).map(|it| (*it).clone()));
        components
    }
}

/// The REQUEST that a guest is entitled to: their occurrences and no others. Nothing for who is not invited, or to an
/// event that is called off.
#[must_use]
pub fn view_for(stored: &Stored, guest: &Address, now: Timestamp) -> Option<Message> {
    let side = Side::of(stored);
    let view = side.view(guest);
    let components = side.components(view.has_series, &view.absent, &view.overrides);
    (!components.is_empty()).then(|| message(Method::Request, stored, &components, now))
}
