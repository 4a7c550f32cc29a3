//! A series cut in two at one of its occurrences: what was, and what is to be under a new UID.

use jiff::Timestamp;
use thiserror::Error;

use super::object::{Stored, is_override};
use super::occurrence::{
    carried_on, forget_date, forget_dates, occurrence_as_long_as_the_series, period_of, replace_moment, set_length,
    speaks_onwards,
};
use super::outgoing::stamp;
use super::timeline::{Instance, Timeline, moment};
use crate::ical::{Component, Property};
use crate::order::IntoOrdered as _;
use crate::time::moment::Moment;
use crate::time::recurrence::{End, Rule, Series};

/// The two parts of a series.
#[derive(Clone, Debug)]
pub struct Split {
    /// The occurrences before the cut, under the old UID.
    pub past: Stored,
    /// The others, under the new one.
    pub future: Stored,
}

/// Why a series cannot be cut.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SplitProblem {
    /// There is one event, or only single occurrences of a series.
    #[error("the event does not recur")]
    NotASeries,
    /// Nothing is there to begin the second part with.
    #[error("the series has no occurrence at {0}")]
    NoOccurrence(Moment),
    /// The cut is at the first occurrence, or before it.
    #[error("no occurrence is left before {0}")]
    NothingBefore(Moment),
    /// The new UID is empty, or the old one.
    #[error("the second part needs a UID of its own")]
    NoNewUid,
}

/// Cuts a series before the occurrence at `at`. Both parts name each other in RELATED-TO.
///
/// # Errors
/// When there is no such occurrence, or none before it.
pub fn split(stored: &Stored, at: &Moment, new_uid: &str, now: Timestamp) -> Result<Split, SplitProblem> {
    if new_uid.trim().is_empty() || new_uid == stored.uid() {
        return Err(SplitProblem::NoNewUid);
    }
    let timeline = Timeline::of(stored);
    let series = stored.series().filter(|_| timeline.recurs()).ok_or(SplitProblem::NotASeries)?;
    let cut = timeline.instance(at);
    let has_override = stored.overrides().any(|component| timeline.instance_of(component) == Some(cut));
    if !timeline.has(cut) && !has_override {
        return Err(SplitProblem::NoOccurrence(at.clone()));
    }
    if timeline.start().is_none_or(|start| timeline.instance(start) >= cut) {
        return Err(SplitProblem::NothingBefore(at.clone()));
    }
    let old_uid = series.value("UID").unwrap_or_default().to_owned();
    let is_future = |component: &Component| timeline.instance_of(component).is_some_and(|instance| instance >= cut);

    let mut past = stored.clone();
    past.object_mut().calendar_mut().retain_components(|component| !is_future(component));
    if let Some(series) = past.object_mut().series_mut() {
        end_before(series, &timeline, cut);
        relate(series, new_uid, now);
    }
    let mut future = stored.clone();
    let is_past = |component: &Component| is_override(component) && !is_future(component);
    future.object_mut().calendar_mut().retain_components(|component| !is_past(component));
    if let Some(continued) = continued(stored, &timeline, cut) {
        future.object_mut().calendar_mut().push_component(continued);
    }
    if let Some(series) = future.object_mut().series_mut() {
        begin_at(series, &timeline, cut);
        relate(series, &old_uid, now);
    }
    for component in future.object_mut().components_mut() {
        component.set(Property::new("UID", new_uid));
    }
    Ok(Split { past, future })
}

/// The last override before the cut that speaks of all later occurrences (RANGE=THISANDFUTURE), written for the first
/// occurrence from the cut on that has no override of its own. Nothing where another such override takes over.
fn continued(stored: &Stored, timeline: &Timeline, cut: Instance) -> Option<Component> {
    let overrides = stored.overrides().filter_map(|it| Some((timeline.instance_of(it)?, it))).into_map();
    let (_, last) = overrides.range(..cut).rev().find(|(_, component)| speaks_onwards(component))?;
    let at = timeline.moment_of(cut).civil();
    let start = timeline.start()?;
    let enough = overrides.len() + timeline.exceptions().len() + 1;
    let of_rules = timeline.rules().iter().flat_map(|rule| rule.starts_from(at).take(enough));
    let mut coming = of_rules.map(|civil| timeline.instance(&start.with_civil(civil))).into_set();
    coming.extend(timeline.dates().range(cut..));
    let coming = coming.into_iter().filter(|instance| timeline.has(*instance));
    let mut coming = coming.skip_while(|it| overrides.get(it).is_some_and(|component| !speaks_onwards(component)));
    let first = coming.next().filter(|instance| !overrides.contains_key(instance))?;
    Some(carried_on(last, timeline, first))
}

/// Ends a series before an occurrence: by UNTIL, and without the RDATEs and EXDATEs from there on.
pub(super) fn end_before(series: &mut Component, timeline: &Timeline, cut: Instance) {
    let at = timeline.moment_of(cut).civil();
    let ends =
        |rule: &Rule| timeline.start().and_then(|start| series_of(rule, start, timeline)).map(|it| it.until_before(at));
    let mut is_empty = false;
    for property in series.all_mut("RRULE") {
        let Ok(rule) = property.value().parse::<Rule>() else { continue };
        match ends(&rule) {
            Some(Some(until)) => property.set_value(&rule.with_end(End::Until(until)).to_string()),
            Some(None) => is_empty = true,
            None => {}
        }
    }
    if is_empty {
        series.remove("RRULE");
    }
    drop_dates(series, timeline, |instance| instance >= cut);
}

/// Begins a series at an occurrence, or at the first of its rule after one that only RDATE gives, so that the rule stays
/// in phase. COUNT becomes what is left.
fn begin_at(series: &mut Component, timeline: &Timeline, cut: Instance) {
    let Some(start) = timeline.start() else { return };
    let at = timeline.moment_of(cut).civil();
    let mut firsts = Vec::new();
    let mut ended = Vec::new();
    for property in series.all_mut("RRULE") {
        let Ok(rule) = property.value().parse::<Rule>() else { continue };
        let Some(old) = series_of(&rule, start, timeline) else { continue };
        let first = old.starts_from(at).next();
        match (first, rule.end()) {
            (None, _) => ended.push(property.value().to_owned()),
            (Some(_), End::Count(_)) => {
                if let Some(left) = old.count_from(at) {
                    property.set_value(&rule.with_end(End::Count(left)).to_string());
                }
            }
            _ => {}
        }
        firsts.extend(first);
    }
    series.retain_properties(|property| !property.is("RRULE") || !ended.iter().any(|value| value == property.value()));
    drop_dates(series, timeline, |instance| instance < cut);
    let has_rule = !firsts.is_empty();
    let begins = firsts.into_iter().min().map_or(cut, |first| timeline.instance(&start.with_civil(first)));
    let moved = occurrence_as_long_as_the_series(series, timeline, begins);
    for name in ["DTSTART", "DTEND", "DUE"] {
        if let Some(moment) = moved.property(name).and_then(moment) {
            replace_moment(series, name, &moment);
        }
    }
    let period = period_of(series, timeline, begins);
    if let Some(period) = period.as_ref().filter(|_| !has_rule) {
        set_length(series, period);
    }
    // A period says how long the occurrence takes, even where the rule gives it as well.
    if begins == cut && !(period.is_some() && has_rule) {
        forget_date(series, "RDATE", timeline, cut);
    }
}

fn series_of(rule: &Rule, start: &Moment, timeline: &Timeline) -> Option<Series> {
    Series::of_event(rule, start, Some(&timeline.zones().of(start))).ok()
}

fn drop_dates(series: &mut Component, timeline: &Timeline, is_dropped: impl Fn(Instance) -> bool) {
    for name in ["RDATE", "EXDATE"] {
        forget_dates(series, name, timeline, &is_dropped);
    }
}

fn relate(series: &mut Component, uid: &str, now: Timestamp) {
    series.push(Property::new("RELATED-TO", uid).with("RELTYPE", "SIBLING"));
    series.set(stamp(now));
}
