//! One occurrence of a series as a component of its own, which is how it gets its own time, place or answer.

use jiff::{Span as Length, Timestamp};

use super::timeline::{Instance, Timeline, moment, moment_property};
use crate::ical::{Component, Property};
use crate::time::moment::Moment;
use crate::time::period::{Period, PeriodEnd};

/// What says how a series recurs, and has no place in an override.
const RECURRENCE: [&str; 4] = ["RRULE", "RDATE", "EXDATE", "EXRULE"];

/// The override that says of an occurrence just what the series says of it.
///
/// RECURRENCE-ID has the form of DTSTART, and everything else, alarms and answers included, is that of the series.
#[must_use]
pub fn occurrence(series: &Component, timeline: &Timeline, instance: Instance) -> Component {
    let mut component = occurrence_as_long_as_the_series(series, timeline, instance);
    if let Some(period) = period_of(series, timeline, instance) {
        set_length(&mut component, &period);
    }
    component
}

/// The same for an occurrence of the rule: a period in RDATE, which has a length of its own, is not looked for.
pub(super) fn occurrence_as_long_as_the_series(
    series: &Component,
    timeline: &Timeline,
    instance: Instance,
) -> Component {
    let mut component = series.to_fresh();
    component.retain_properties(|property| !RECURRENCE.iter().any(|name| property.is(name)));
    let new_start = timeline.moment_of(instance);
    let old_start = timeline.start().cloned();
    component.set(moment_property("RECURRENCE-ID", &new_start));
    for name in ["DTEND", "DUE"] {
        let moved = match (component.property(name).and_then(moment), &old_start) {
            (Some(end), Some(start)) => Some(moved_along(&end, start, &new_start, timeline)),
            _ => None,
        };
        if let Some(moved) = moved {
            replace_moment(&mut component, name, &moved);
        }
    }
    if component.property("DTSTART").is_some() {
        replace_moment(&mut component, "DTSTART", &new_start);
    }
    component
}

/// Whether an override speaks of all later occurrences as well (RFC 5545 section 3.2.13).
pub(super) fn speaks_onwards(component: &Component) -> bool {
    component.property("RECURRENCE-ID").is_some_and(|id| id.parameter_is("RANGE", "THISANDFUTURE"))
}

/// What an override that speaks onwards says of a later occurrence.
pub(super) fn carried_on(component: &Component, timeline: &Timeline, instance: Instance) -> Component {
    let mut carried = component.to_fresh();
    let Some(old) = component.property("RECURRENCE-ID").and_then(moment) else { return carried };
    let new = timeline.moment_of(instance);
    for name in ["DTSTART", "DTEND", "DUE"] {
        if let Some(own) = component.property(name).and_then(moment) {
            replace_moment(&mut carried, name, &moved_along(&own, &old, &new, timeline));
        }
    }
    replace_moment(&mut carried, "RECURRENCE-ID", &new);
    carried
}

/// What an occurrence without an override is like: as the last override before it that speaks onwards says, or as the
/// series.
pub(super) fn implied<'c>(
    series: Option<&Component>,
    earlier: impl Iterator<Item = (Instance, &'c Component)>,
    timeline: &Timeline,
    instance: Instance,
) -> Option<Component> {
    let before = earlier.filter(|(at, component)| *at <= instance && speaks_onwards(component));
    let Some((_, component)) = before.max_by_key(|(at, _)| *at) else {
        return series.map(|series| occurrence(series, timeline, instance));
    };
    let mut carried = carried_on(component, timeline, instance);
    if let Some(id) = carried.property_mut("RECURRENCE-ID") {
        id.remove_parameter("RANGE");
    }
    Some(carried)
}

/// Makes something as long as a period.
pub(super) fn set_length(component: &mut Component, period: &Period) {
    for name in ["DTEND", "DURATION"] {
        component.remove(name);
    }
    component.push(match &period.end {
        PeriodEnd::At(end) => moment_property("DTEND", end),
        PeriodEnd::After(duration) => Property::new("DURATION", &duration.to_string()),
    });
}

/// The RDATE that gives an occurrence a length of its own.
pub(super) fn period_of(series: &Component, timeline: &Timeline, instance: Instance) -> Option<Period> {
    series.all("RDATE").find_map(|property| {
        let tzid = property.parameter("TZID");
        let periods = property.value().split(',').filter_map(|value| Period::parse(value, tzid.as_deref()).ok());
        periods.into_iter().find(|period| timeline.instance(&period.start) == instance)
    })
}

/// Puts a moment into a property, the parameters that have nothing to do with its form kept.
pub fn replace_moment(component: &mut Component, name: &str, moment: &Moment) {
    let mut property = moment_property(name, moment);
    if let Some(old) = component.property(name) {
        for parameter in old.parameters() {
            if !["VALUE", "TZID"].iter().any(|form| parameter.name.eq_ignore_ascii_case(form)) {
                let values: Vec<_> = parameter.values().collect();
                property.set_parameter_values(parameter.name, values.iter().map(AsRef::as_ref));
            }
        }
    }
    component.set(property);
}

/// The end that lies as far from a new start as the old end lay from the old one.
pub(super) fn moved_along(end: &Moment, old_start: &Moment, new_start: &Moment, timeline: &Timeline) -> Moment {
    let shares_clock = end.is_date() == old_start.is_date() && end.tzid() == old_start.tzid();
    let shares_form = matches!((end, old_start), (Moment::Utc(_), Moment::Utc(_))) || !matches!(end, Moment::Utc(_));
    if shares_clock && shares_form {
        let length = end.civil() - old_start.civil();
        return end.with_civil(new_start.civil().saturating_add(length));
    }
    match (timeline.own_instance(end), timeline.own_instance(old_start), timeline.own_instance(new_start)) {
        (Instance::At(end_at), Instance::At(old), Instance::At(new)) => {
            in_form_of(end, shifted(end_at, old, new), timeline)
        }
        _ => end.with_civil(end.civil().saturating_add(new_start.civil() - old_start.civil())),
    }
}

fn shifted(end: Timestamp, old: Timestamp, new: Timestamp) -> Timestamp {
    let by = Length::new().try_seconds(new.as_second() - old.as_second()).unwrap_or_default();
    end.saturating_add(by).unwrap_or(end)
}

/// An instant in the form that another moment has.
#[must_use]
pub fn in_form_of(form: &Moment, instant: Timestamp, timeline: &Timeline) -> Moment {
    match form {
        Moment::Zoned { .. } => form.with_civil(timeline.zones().of(form).local(instant)),
        _ => Moment::Utc(instant),
    }
}

/// Adds an EXDATE for an occurrence, in the form of DTSTART.
pub fn except(series: &mut Component, timeline: &Timeline, instance: Instance) {
    series.push(moment_property("EXDATE", &timeline.moment_of(instance)));
}

/// Removes one occurrence from the EXDATEs or RDATEs of a series.
pub fn forget_date(series: &mut Component, name: &str, timeline: &Timeline, instance: Instance) {
    forget_dates(series, name, timeline, |it| it == instance);
}

/// Removes occurrences from the EXDATEs or RDATEs of a series.
pub(super) fn forget_dates(
    series: &mut Component,
    name: &str,
    timeline: &Timeline,
    is_forgotten: impl Fn(Instance) -> bool,
) {
    let is_meant = |value: &str, tzid: Option<&str>| {
        let start = value.split('/').next().unwrap_or_default();
        Moment::parse(start, tzid).is_ok_and(|moment| is_forgotten(timeline.instance(&moment)))
    };
    let rest_of = |property: &Property| -> Option<Vec<String>> {
        let tzid = property.parameter("TZID");
        let values: Vec<&str> = property.value().split(',').collect();
        let kept: Vec<String> =
            values.iter().filter(|value| !is_meant(value, tzid.as_deref())).map(ToString::to_string).collect();
        (kept.len() < values.len()).then_some(kept)
    };
    for property in series.all_mut(name) {
        if let Some(rest) = rest_of(property).filter(|rest| !rest.is_empty()) {
            property.set_value(&rest.join(","));
        }
    }
    series.retain_properties(|property| !property.is(name) || rest_of(property).is_none_or(|rest| !rest.is_empty()));
}
