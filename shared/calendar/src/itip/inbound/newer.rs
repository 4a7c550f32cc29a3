//! Whether a message says something newer than what is stored.

use std::collections::BTreeMap;

use super::super::object::{Message, Object, Stored};
use super::super::occurrence::{implied, speaks_onwards};
use super::super::revision::Revision;
use super::super::timeline::{Instance, Timeline, moment};
use crate::ical::Component;
use crate::order::IntoOrdered as _;

/// What is stored, to be compared with messages about it.
pub(super) struct Known<'o> {
    pub(super) object: &'o Object,
    pub(super) timeline: Timeline,
    /// The override of each occurrence that has one, and its place among the components.
    overrides: BTreeMap<Instance, (usize, &'o Component)>,
    /// The overrides that speak of all later occurrences as well.
    onwards: Vec<(Instance, &'o Component)>,
}

impl<'o> Known<'o> {
    pub(super) fn of(object: &'o Object) -> Self {
        let timeline = Timeline::of(object);
        let listed = object.components().enumerate();
        let overrides = listed.filter_map(|(place, it)| Some((timeline.instance_of(it)?, (place, it)))).into_map();
        let all = overrides.iter().map(|(instance, (_, component))| (*instance, *component));
        let onwards = all.filter(|(_, component)| speaks_onwards(component)).collect();
        Self { object, timeline, overrides, onwards }
    }

    /// The occurrence that a component of a message means; nothing for the series, or for an event that is its own only
    /// occurrence.
    pub(super) fn instance_of(&self, component: &Component, of_message: &Timeline) -> Option<Instance> {
        let moment = component.property("RECURRENCE-ID").and_then(moment)?;
        let instance = self.timeline.instance_from(of_message, &moment);
        let is_whole = self.object.series().is_some() && !self.timeline.recurs() && self.timeline.has(instance);
        (!is_whole || self.component(Some(instance)).is_some()).then_some(instance)
    }

    /// The stored component about an occurrence, or the series.
    pub(super) fn component(&self, instance: Option<Instance>) -> Option<&'o Component> {
        match instance {
            None => self.object.series(),
            Some(instance) => self.overrides.get(&instance).map(|(_, component)| *component),
        }
    }

    /// The same in a copy of the object to which components were added at the end only, and none of this occurrence if a
    /// message speaks of it for the first time.
    pub(super) fn component_in<'c>(
        &self,
        copy: &'c mut Stored,
        instance: Instance,
        is_first: bool,
    ) -> Option<&'c mut Component> {
        if let Some((place, _)) = self.overrides.get(&instance) {
            return copy.object_mut().components_mut().nth(*place);
        }
        if is_first {
            return None;
        }
        let mut added = copy.object_mut().components_mut().skip(self.object.components().count());
        added.find(|component| self.timeline.instance_of(component) == Some(instance))
    }

    /// What is known of an occurrence or of the series: the stored component, or what the series says of the occurrence.
    pub(super) fn former(&self, instance: Option<Instance>) -> Option<Component> {
        if let Some(component) = self.component(instance) {
            return Some(component.clone());
        }
        let instance = instance.filter(|instance| self.timeline.had(*instance))?;
        self.implied(instance, self.object.series())
    }

    /// What an occurrence without an override is like, given what the series says by now.
    pub(super) fn implied(&self, instance: Instance, series: Option<&Component>) -> Option<Component> {
        let overrides = self.onwards.iter().copied();
        implied(series, overrides, &self.timeline, instance)
    }

    /// How recent the stored word about an occurrence is; the series stands in for a missing override.
    pub(super) fn revision(&self, instance: Option<Instance>) -> Option<Revision> {
        self.component(instance).or_else(|| self.object.series()).map(Revision::of)
    }
}

/// Whether some component's (SEQUENCE, DTSTAMP) is higher than that of the stored component it speaks of, the series
/// standing in for a missing override.
#[must_use]
pub fn is_newer(stored: &Stored, message: &Message) -> bool {
    let known = Known::of(stored);
    let timeline = Timeline::of(message);
    message.components().any(|component| {
        let revision = known.revision(known.instance_of(component, &timeline));
        revision.is_none_or(|revision| Revision::of(component) > revision)
    })
}
