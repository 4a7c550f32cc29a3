//! The occurrences of one object: which there are, and which of them a RECURRENCE-ID means.
//!
//! A RECURRENCE-ID may be written in UTC, in another zone or as a date whatever form DTSTART has, so occurrences are
//! compared as instants, or as wall clocks where the event has no zone (RFC 5545 section 3.8.4.4).

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::object::Object;
use crate::ical::{Component, Property};
use crate::order::IntoOrdered as _;
use crate::time::duration::Duration;
use crate::time::moment::Moment;
use crate::time::period::Period;
use crate::time::recurrence::{Rule, Series};
use crate::time::zone::{InlineZone, Observance, Zone, Zones, parse_utc_offset};

/// When an occurrence is, as a value that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instance {
    /// An instant: of an event in UTC or in a zone.
    At(Timestamp),
    /// A wall clock: of an event on whole days (midnight) or at a floating time.
    On(DateTime),
}

/// When a component begins and ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// DTSTART as written; DUE of a task that has no start.
    pub start: Moment,
    /// Where it begins.
    pub begins: Instance,
    /// Where it ends, from DTEND, DUE or DURATION, or from what RFC 5545 section 3.6.1 says where there is none.
    pub ends: Instance,
}

/// The zones and the recurrence set of one object.
#[derive(Debug)]
pub struct Timeline {
    zones: Zones,
    start: Option<Moment>,
    rules: Vec<Series>,
    dates: BTreeSet<Instance>,
    exceptions: BTreeSet<Instance>,
    // A rule that cannot be read forbids nothing.
    has_unreadable_rule: bool,
}

impl Timeline {
    /// The timeline of an object; without a series it knows zones only.
    #[must_use]
    pub fn of(object: &Object) -> Self {
        let inline = object.calendar().components().filter(|component| component.is("VTIMEZONE"));
        let mut timeline = Self::new(inline.filter_map(inline_zone).collect());
        match object.series() {
            Some(series) => timeline.read(series),
            // Overrides alone: the form of the first stands for that of the series nobody knows.
            None => timeline.start = object.overrides().find_map(|it| it.property("RECURRENCE-ID").and_then(moment)),
        }
        timeline
    }

    /// A timeline that knows the zones of the tz database and no event.
    pub(super) fn without_events() -> Self {
        Self::new(Vec::new())
    }

    fn new(inline: Vec<InlineZone>) -> Self {
        Self {
            // Floating times and dates are never compared with instants, so it does not matter whose clock reads them.
            zones: Zones::new(Zone::utc(), inline),
            start: None,
            rules: Vec::new(),
            dates: BTreeSet::new(),
            exceptions: BTreeSet::new(),
            has_unreadable_rule: false,
        }
    }

    fn read(&mut self, series: &Component) {
        self.start = series.property("DTSTART").or_else(|| series.property("DUE")).and_then(moment);
        let Some(start) = self.start.clone() else { return };
        let zone = self.zones.of(&start);
        for rule in series.all("RRULE") {
            let read = rule.value().parse::<Rule>().ok();
            match read.and_then(|rule| Series::of_event(&rule, &start, Some(&zone)).ok()) {
                Some(rule) => self.rules.push(rule),
                None => self.has_unreadable_rule = true,
            }
        }
        self.dates = series.all("RDATE").flat_map(moments).map(|date| self.instance(&date)).into_set();
        self.exceptions = series.all("EXDATE").flat_map(moments).map(|date| self.instance(&date)).into_set();
    }

    /// The zones of the object.
    #[must_use]
    pub fn zones(&self) -> &Zones {
        &self.zones
    }

    /// DTSTART of the series.
    #[must_use]
    pub fn start(&self) -> Option<&Moment> {
        self.start.as_ref()
    }

    /// The rules of the series that can be read.
    #[must_use]
    pub fn rules(&self) -> &[Series] {
        &self.rules
    }

    /// The occurrences that RDATE adds.
    #[must_use]
    pub fn dates(&self) -> &BTreeSet<Instance> {
        &self.dates
    }

    /// The occurrences that EXDATE takes away.
    #[must_use]
    pub fn exceptions(&self) -> &BTreeSet<Instance> {
        &self.exceptions
    }

    /// Whether the event recurs.
    #[must_use]
    pub fn recurs(&self) -> bool {
        !self.rules.is_empty() || !self.dates.is_empty() || self.has_unreadable_rule
    }

    /// The occurrence that a moment of this object means, in the terms of DTSTART.
    #[must_use]
    pub fn instance(&self, moment: &Moment) -> Instance {
        let Some(start) = &self.start else { return self.own_instance(moment) };
        match (start, moment) {
            (Moment::Date(_), moment) => Instance::On(moment.date().to_datetime(jiff::civil::Time::midnight())),
            (Moment::Floating(_), Moment::Date(_)) => Instance::On(self.civil_on(start, moment)),
            (Moment::Floating(_), moment) => Instance::On(moment.civil()),
            (_, Moment::Utc(instant)) => Instance::At(*instant),
            (_, Moment::Zoned { .. }) => Instance::At(self.zones.instant(moment)),
            (_, Moment::Floating(local)) => Instance::At(self.zones.of(start).instant(*local)),
            (_, Moment::Date(_)) => Instance::At(self.zones.of(start).instant(self.civil_on(start, moment))),
        }
    }

    /// The occurrence that a moment written in another object means, in the terms of DTSTART of this one.
    #[must_use]
    pub fn instance_from(&self, other: &Self, moment: &Moment) -> Instance {
        // On whole days and at floating times the clock that is written down counts, in whichever zone it is.
        let has_zone = !matches!(self.start, Some(Moment::Date(_) | Moment::Floating(_)));
        match moment {
            Moment::Zoned { tzid, .. } if has_zone && other.zones.named(tzid).zone.is_some() => {
                self.instance(&Moment::Utc(other.zones.instant(moment)))
            }
            moment => self.instance(moment),
        }
    }

    /// The occurrence that a component of this object speaks of; nothing for the series.
    #[must_use]
    pub fn instance_of(&self, component: &Component) -> Option<Instance> {
        component.property("RECURRENCE-ID").and_then(moment).map(|moment| self.instance(&moment))
    }

    /// An occurrence as a moment in the form of DTSTART.
    #[must_use]
    pub fn moment_of(&self, instance: Instance) -> Moment {
        let form = self.start.clone().unwrap_or(Moment::Utc(Timestamp::UNIX_EPOCH));
        match (instance, &form) {
            (Instance::At(instant), Moment::Zoned { .. }) => form.with_civil(self.zones.of(&form).local(instant)),
            (Instance::At(instant), _) => Moment::Utc(instant),
            (Instance::On(civil), Moment::Utc(_) | Moment::Zoned { .. }) => Moment::Floating(civil),
            (Instance::On(civil), _) => form.with_civil(civil),
        }
    }

    /// Whether the series has this occurrence, EXDATE applied.
    #[must_use]
    pub fn has(&self, instance: Instance) -> bool {
        !self.exceptions.contains(&instance) && self.had(instance)
    }

    /// Whether the series would have this occurrence without EXDATE.
    #[must_use]
    pub fn had(&self, instance: Instance) -> bool {
        let Some(start) = &self.start else { return false };
        let follows = |rule: &Series| match instance {
            Instance::At(instant) => rule.occurrence_at(instant).is_some(),
            Instance::On(civil) => rule.has(civil),
        };
        self.has_unreadable_rule
            || self.instance(start) == instance
            || self.dates.contains(&instance)
            || self.rules.iter().any(follows)
    }

    /// When a component of this object is.
    #[must_use]
    pub fn span(&self, component: &Component) -> Option<Span> {
        let start = component.property("DTSTART").or_else(|| component.property("DUE")).and_then(moment)?;
        let begins = self.own_instance(&start);
        let end = component.property("DTEND").or_else(|| component.property("DUE")).and_then(moment);
        let duration = component.value("DURATION").and_then(|value| Duration::parse(value).ok());
        let default = if start.is_date() { Duration::from_days(1) } else { Duration::from_seconds(0) };
        let ends = match (end, duration) {
            // Some producers end an event on one day on that day; everybody shows it as the whole day.
            (Some(end), _) if end.is_date() && end.date() <= start.date() => self.after(&start, default),
            (Some(end), _) => self.own_instance(&end),
            (None, Some(duration)) => self.after(&start, duration),
            (None, None) => self.after(&start, default),
        };
        Some(Span { start, begins, ends })
    }

    /// The zone of a moment by its present name, or by the name its producer gave it.
    #[must_use]
    pub fn zone_name(&self, moment: &Moment) -> String {
        match moment {
            Moment::Zoned { tzid, .. } => self.zones.named(tzid).iana.map_or_else(|| tzid.clone(), str::to_owned),
            Moment::Utc(_) => "UTC".to_owned(),
            Moment::Date(_) | Moment::Floating(_) => String::new(),
        }
    }

    /// A moment as an instant, or as a wall clock where it has no zone.
    #[must_use]
    pub fn own_instance(&self, moment: &Moment) -> Instance {
        match moment {
            Moment::Date(_) | Moment::Floating(_) => Instance::On(moment.civil()),
            Moment::Utc(_) | Moment::Zoned { .. } => Instance::At(self.zones.instant(moment)),
        }
    }

    /// A moment so much later: days by the calendar, then seconds by the clock.
    fn after(&self, start: &Moment, duration: Duration) -> Instance {
        let days = jiff::Span::new().try_days(duration.days()).unwrap_or_default();
        let seconds = jiff::SignedDuration::from_secs(duration.seconds());
        let civil = start.civil().saturating_add(days);
        match self.own_instance(&start.with_civil(civil)) {
            Instance::At(instant) => Instance::At(instant.saturating_add(seconds).unwrap_or(instant)),
            Instance::On(civil) => Instance::On(civil.saturating_add(seconds)),
        }
    }

    /// The wall clock of the occurrence on a day; where there is none, the hour of DTSTART on that day.
    fn civil_on(&self, start: &Moment, day: &Moment) -> DateTime {
        let midnight = day.civil();
        let on_day = |rule: &Series| rule.starts_from(midnight).next().filter(|start| start.date() == midnight.date());
        let by_rule = self.rules.iter().find_map(on_day);
        by_rule.unwrap_or_else(|| midnight.date().to_datetime(start.civil().time()))
    }
}

/// The moment of a property that holds one.
#[must_use]
pub fn moment(property: &Property) -> Option<Moment> {
    let tzid = property.parameter("TZID");
    Moment::parse(property.value(), tzid.as_deref()).ok()
}

/// The moments of a property that holds a list; of a period its start.
pub fn moments(property: &Property) -> Vec<Moment> {
    let tzid = property.parameter("TZID");
    let read = |value: &str| match value.contains('/') {
        true => Period::parse(value, tzid.as_deref()).ok().map(|period| period.start),
        false => Moment::parse(value, tzid.as_deref()).ok(),
    };
    property.value().split(',').filter_map(read).collect()
}

/// A property that holds a moment, with the parameters its form asks for.
#[must_use]
pub fn moment_property(name: &str, moment: &Moment) -> Property {
    let property = Property::new(name, &moment.to_string());
    match moment {
        Moment::Date(_) => property.with("VALUE", "DATE"),
        Moment::Zoned { tzid, .. } => property.with("TZID", tzid),
        Moment::Utc(_) | Moment::Floating(_) => property,
    }
}

/// What a VTIMEZONE says of its zone.
#[must_use]
pub fn inline_zone(component: &Component) -> Option<InlineZone> {
    let tzid = component.property("TZID")?.value().to_owned();
    let observance = |component: &Component| {
        let offset = |name: &str| component.value(name).and_then(|value| parse_utc_offset(value).ok());
        Some(Observance {
            start: component.property("DTSTART").and_then(moment)?.civil(),
            offset_before: offset("TZOFFSETFROM")?,
            offset: offset("TZOFFSETTO")?,
            rules: component.all("RRULE").filter_map(|rule| rule.value().parse().ok()).collect(),
            dates: component.all("RDATE").flat_map(moments).collect(),
        })
    };
    Some(InlineZone { tzid, observances: component.components().filter_map(observance).collect() })
}

#[cfg(test)]
mod tests {
    use super::super::object::Stored;
    use super::*;

    fn timeline(lines: &str) -> Timeline {
        let lines = lines.replace('|', "\r\n");
        let text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        Timeline::of(&Stored::read(text.as_bytes()).expect("an object"))
    }

    const BERLIN: &str = "DTSTART;TZID=Europe/Berlin:20261023T090000|RRULE:FREQ=DAILY;COUNT=5|\
        EXDATE;TZID=Europe/Berlin:20261024T090000|RDATE:20261101T120000Z";

    #[track_caller]
    fn check(timeline: &Timeline, value: &str, tzid: Option<&str>, is_there: bool) {
        let moment = Moment::parse(value, tzid).expect("a moment");
        assert_eq!(timeline.has(timeline.instance(&moment)), is_there, "{value}");
    }

    #[test]
    fn an_occurrence_is_found_in_whatever_form_it_is_named() {
        let berlin = timeline(BERLIN);
        check(&berlin, "20261023T090000", Some("Europe/Berlin"), true);
        check(&berlin, "20261023T070000Z", None, true);
        check(&berlin, "20261023T030000", Some("America/New_York"), true);
        check(&berlin, "20261023T090000", None, true);
        check(&berlin, "20261023", None, true);
        // The clocks go back on the 25th.
        check(&berlin, "20261026T080000Z", None, true);
        check(&berlin, "20261026T070000Z", None, false);
        check(&berlin, "20261101T120000Z", None, true);
        check(&berlin, "20261024T070000Z", None, false);
        check(&berlin, "20261028T080000Z", None, false);
    }

    #[test]
    fn days_and_floating_times_have_no_zone() {
        let days = timeline("DTSTART;VALUE=DATE:20261201|RRULE:FREQ=DAILY;COUNT=3");
        check(&days, "20261202", None, true);
        check(&days, "20261202T000000Z", None, true);
        check(&days, "20261204", None, false);
        let floating = timeline("DTSTART:20261201T090000|RRULE:FREQ=DAILY;COUNT=3");
        check(&floating, "20261202T090000", None, true);
        check(&floating, "20261202", None, true);
        check(&floating, "20261202T080000", None, false);
    }

    #[test]
    fn midnight_in_another_zone_means_the_day_it_begins() {
        let days = timeline("DTSTART;VALUE=DATE:20261201|RRULE:FREQ=WEEKLY;COUNT=3");
        let other = timeline(BERLIN);
        let moment = Moment::parse("20261208T000000", Some("Europe/Berlin")).expect("a moment");
        assert!(days.has(days.instance_from(&other, &moment)));
        let floating = timeline("DTSTART:20261201T000000|RRULE:FREQ=WEEKLY;COUNT=3");
        assert!(floating.has(floating.instance_from(&other, &moment)));
    }

    #[test]
    fn a_rule_that_nobody_can_read_forbids_nothing() {
        check(&timeline("DTSTART:20261201T090000Z|RRULE:FREQ=LUNAR"), "20270101T000000Z", None, true);
    }

    #[test]
    fn an_occurrence_is_written_in_the_form_of_the_start() {
        let berlin = timeline(BERLIN);
        let instant = "2026-10-26T08:00:00Z".parse().expect("an instant");
        let property = moment_property("RECURRENCE-ID", &berlin.moment_of(Instance::At(instant)));
        assert_eq!(property.line(), "RECURRENCE-ID;TZID=Europe/Berlin:20261026T090000");
    }
}
