//! When: starts, ends, recurrence, and whether their forms agree (RFC 5545 sections 3.3.4 to 3.3.10 and 3.8.2 to 3.8.5).

use crate::ical::{Component, Property};
use crate::time::duration::Duration;
use crate::time::moment::Moment;
use crate::time::recurrence::{End, Frequency, Rule as RecurrenceRule, Series};
use crate::time::zone::identify;

use super::Object;
use super::finding::{Level, Report, Rule};

pub(super) static RULES: &[&Rule] = &[
    &BAD_TIME,
    &DATE_UNMARKED,
    &DTSTAMP_LOCAL,
    &END_AND_DURATION,
    &END_BEFORE_START,
    &END_EQUALS_START,
    &FORMS_DIFFER,
    &FLOATING,
    &BAD_RULE,
    &RULE_REPEATED,
    &RULE_ON_OVERRIDE,
    &RULE_PARTS,
    &RULE_OUTDATED,
    &UNTIL_FORM,
    &START_NOT_IN_RULE,
];

static BAD_TIME: Rule = Rule {
    id: "bad-time",
    level: Level::Error,
    section: "RFC 5545 section 3.3.5",
    what: "A date or a time cannot be read.",
    effect: "Programs drop the event or show it at another time.",
    mend: "Write YYYYMMDD, YYYYMMDDTHHMMSS or the latter with Z.",
};

static DATE_UNMARKED: Rule = Rule {
    id: "date-unmarked",
    level: Level::Error,
    section: "RFC 5545 section 3.8.2.4",
    what: "A date stands where a time is expected, without VALUE=DATE.",
    effect: "Outlook refuses the event; others show it at midnight.",
    mend: "Add VALUE=DATE.",
};

static DTSTAMP_LOCAL: Rule = Rule {
    id: "dtstamp-not-utc",
    level: Level::Warning,
    section: "RFC 5545 section 3.8.7.2",
    what: "The time of writing is not in UTC.",
    effect: "Programs in other zones take the message for older or newer than it is.",
    mend: "Write it in UTC, with a Z.",
};

static END_AND_DURATION: Rule = Rule {
    id: "end-and-duration",
    level: Level::Error,
    section: "RFC 5545 section 3.6.1",
    what: "DTEND and DURATION stand together.",
    effect: "Programs choose one of the two, not all the same one.",
    mend: "Keep one.",
};

static END_BEFORE_START: Rule = Rule {
    id: "end-before-start",
    level: Level::Error,
    section: "RFC 5545 section 3.8.2.2",
    what: "The event ends before it starts.",
    effect: "Gmail and Outlook refuse it.",
    mend: "Mend DTEND.",
};

static END_EQUALS_START: Rule = Rule {
    id: "end-equals-start",
    level: Level::Warning,
    section: "RFC 5545 section 3.6.1",
    what: "DTEND of a whole day is the day itself; it should be the day after.",
    effect: "Some programs show an event of no length.",
    mend: "Set DTEND to the day after the last, or leave it out.",
};

static FORMS_DIFFER: Rule = Rule {
    id: "forms-differ",
    level: Level::Error,
    section: "RFC 5545 section 3.8.2.2",
    what: "A date and a time, or a time with a zone and one without, are mixed where both must have one form.",
    effect: "Outlook refuses the event; others show a wrong length or lose an exception.",
    mend: "Write both as dates, both as times with a zone, or both as times without.",
};

static FLOATING: Rule = Rule {
    id: "floating-invitation",
    level: Level::Warning,
    section: "RFC 5545 section 3.3.5",
    what: "The time has no zone.",
    effect: "Each guest sees it on the own clock, so guests in other zones come at another time.",
    mend: "Name a zone, or write UTC.",
};

static BAD_RULE: Rule = Rule {
    id: "bad-rule",
    level: Level::Error,
    section: "RFC 5545 section 3.3.10",
    what: "The recurrence rule cannot be read.",
    effect: "Programs show one date only, or refuse the event.",
    mend: "Mend the rule.",
};

static RULE_REPEATED: Rule = Rule {
    id: "rule-repeated",
    level: Level::Warning,
    section: "RFC 5545 section 3.8.5.3",
    what: "There is more than one recurrence rule.",
    effect: "Gmail and Outlook follow the first only.",
    mend: "Use one rule and RDATE.",
};

static RULE_ON_OVERRIDE: Rule = Rule {
    id: "rule-on-override",
    level: Level::Warning,
    section: "RFC 5545 section 3.8.4.4",
    what: "A single date of a series has a recurrence rule of its own.",
    effect: "Programs that believe it show a second series.",
    mend: "Remove RRULE, RDATE and EXDATE from components with a RECURRENCE-ID.",
};

static RULE_PARTS: Rule = Rule {
    id: "rule-parts",
    level: Level::Warning,
    section: "RFC 5545 section 3.3.10",
    what: "A part of the recurrence rule does not go with the rest of it.",
    effect: "Some programs ignore the part, some the rule.",
    mend: "Leave the part out, or say the same with another FREQ.",
};

static RULE_OUTDATED: Rule = Rule {
    id: "rule-outdated",
    level: Level::Warning,
    section: "RFC 5545 appendix A",
    what: "Dates are left out by EXRULE, which is no longer part of iCalendar.",
    effect: "Gmail and Outlook show the dates all the same.",
    mend: "List the dates in EXDATE.",
};

static UNTIL_FORM: Rule = Rule {
    id: "until-form",
    level: Level::Error,
    section: "RFC 5545 section 3.3.10",
    what: "UNTIL does not have the form that DTSTART asks for.",
    effect: "Programs end the series a day early or late, or refuse it.",
    mend: "Write a date for whole days, and UTC for a time in a zone.",
};

static START_NOT_IN_RULE: Rule = Rule {
    id: "start-not-in-rule",
    level: Level::Warning,
    section: "RFC 5545 section 3.8.5.3",
    what: "DTSTART is not one of the dates of the rule.",
    effect: "Outlook moves the first date, Gmail keeps it, others leave it out.",
    mend: "Start on a date that the rule has.",
};

/// Properties whose value is one date or time.
const TIMES: [&str; 7] = ["DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "DTSTAMP", "CREATED", "LAST-MODIFIED"];

/// Those that say when something was written, and not when the event is.
const STAMPS: [&str; 3] = ["DTSTAMP", "CREATED", "LAST-MODIFIED"];

pub(super) fn check(object: &Object<'_>, report: &mut Report<'_>) {
    let series_start = object.components.iter().find(|component| component.property("RECURRENCE-ID").is_none());
    let series_start = series_start.and_then(|component| moment(component.property("DTSTART")?));
    for component in &object.components {
        check_times(object, component, report);
        check_length(component, report);
        check_recurrence(component, report);
        if let Some(property) = component.property("RECURRENCE-ID")
            && let (Some(id), Some(start)) = (moment(property), &series_start)
            && id.is_date() != start.is_date()
        {
            report.at(&FORMS_DIFFER, property, "RECURRENCE-ID and DTSTART");
        }
    }
}

/// The value of a property that holds one date or time.
pub(super) fn moment(property: &Property) -> Option<Moment> {
    Moment::parse(property.value(), property.parameter("TZID").as_deref()).ok()
}

fn check_times(object: &Object<'_>, component: &Component, report: &mut Report<'_>) {
    for property in component.properties().filter(|property| TIMES.iter().any(|name| property.is(name))) {
        match moment(property) {
            None => report.at(&BAD_TIME, property, property.value()),
            Some(found) if STAMPS.iter().any(|name| property.is(name)) => {
                if !matches!(found, Moment::Utc(_)) {
                    report.at(&DTSTAMP_LOCAL, property, format!("{}:{}", property.name(), property.value()));
                }
            }
            Some(found) if found.is_date() && !property.parameter_is("VALUE", "DATE") => {
                report.at(&DATE_UNMARKED, property, property.name());
            }
            Some(Moment::Floating(_)) if property.is("DTSTART") && object.is_method(&["REQUEST", "ADD", "COUNTER"]) => {
                report.at(&FLOATING, property, property.value());
            }
            Some(_) => {}
        }
    }
    if let Some(duration) = component.property("DURATION").filter(|property| Duration::parse(property.value()).is_err())
    {
        report.at(&BAD_TIME, duration, duration.value());
    }
}

fn check_length(component: &Component, report: &mut Report<'_>) {
    let Some(start) = component.property("DTSTART").and_then(moment) else { return };
    if let Some(duration) = component.property("DURATION") {
        if component.property("DTEND").is_some() {
            report.at(&END_AND_DURATION, duration, "");
        }
        if Duration::parse(duration.value()).is_ok_and(Duration::is_negative) {
            report.at(&END_BEFORE_START, duration, duration.value());
        }
    }
    let Some(property) = component.property("DTEND").or_else(|| component.property("DUE")) else { return };
    let Some(end) = moment(property) else { return };
    if !have_one_form(&start, &end) {
        report.at(&FORMS_DIFFER, property, "DTSTART and DTEND");
        return;
    }
    let is_before = match (instant(&start), instant(&end)) {
        (Some(start), Some(end)) => end < start,
        _ => end.civil() < start.civil(),
    };
    if is_before {
        report.at(&END_BEFORE_START, property, property.value());
    } else if start.is_date() && end == start {
        report.at(&END_EQUALS_START, property, property.value());
    }
}

/// The instant of a moment whose zone is known by its name.
fn instant(moment: &Moment) -> Option<jiff::Timestamp> {
    match moment {
        Moment::Utc(instant) => Some(*instant),
        Moment::Zoned { local, tzid } => identify(tzid, None).zone.map(|zone| zone.instant(*local)),
        Moment::Date(_) | Moment::Floating(_) => None,
    }
}

fn check_recurrence(component: &Component, report: &mut Report<'_>) {
    if component.property("RECURRENCE-ID").is_some() {
        let extra =
            component.properties().find(|property| ["RRULE", "RDATE", "EXDATE"].iter().any(|name| property.is(name)));
        if let Some(property) = extra {
            report.at(&RULE_ON_OVERRIDE, property, property.name());
        }
    }
    if let Some(second) = component.all("RRULE").nth(1) {
        report.at(&RULE_REPEATED, second, "");
    }
    if let Some(except) = component.property("EXRULE") {
        report.at(&RULE_OUTDATED, except, except.value());
    }
    let start = component.property("DTSTART").and_then(moment);
    for property in component.all("EXDATE") {
        let tzid = property.parameter("TZID");
        let tzid = tzid.as_deref();
        let mut excluded = property.value().split(',').filter_map(|value| Moment::parse(value, tzid).ok());
        if let Some(start) = &start
            && excluded.any(|date| !have_one_form(start, &date))
        {
            report.at(&FORMS_DIFFER, property, "EXDATE and DTSTART");
        }
    }
    for property in component.all("RRULE") {
        let rule = match property.value().parse::<RecurrenceRule>() {
            Ok(rule) => rule,
            Err(problem) => {
                report.at(&BAD_RULE, property, problem.to_string());
                continue;
            }
        };
        let Some(start) = &start else { continue };
        if let Some(part) = part_out_of_place(&rule, start.is_date()) {
            report.at(&RULE_PARTS, property, part);
        }
        if let End::Until(until) = rule.end()
            && !has_form_for(until, start)
        {
            report.at(&UNTIL_FORM, property, until.to_string());
        }
        let zone = start.tzid().and_then(|tzid| identify(tzid, None).zone);
        if let Ok(series) = Series::new(&rule, start, zone.as_ref())
            && !series.has(start.civil())
        {
            report.at(&START_NOT_IN_RULE, property, start.to_string());
        }
    }
}

/// Whether both are dates, both are times with a zone, or both are times without one.
fn have_one_form(one: &Moment, other: &Moment) -> bool {
    let form = |moment: &Moment| (moment.is_date(), matches!(moment, Moment::Floating(_)));
    form(one) == form(other)
}

/// A part that the RFC forbids beside the others.
fn part_out_of_place(rule: &RecurrenceRule, is_date: bool) -> Option<&'static str> {
    let frequency = rule.frequency();
    let has_number = rule.by_day().iter().any(|day| day.number.is_some());
    let has_times = !(rule.by_hour().is_empty() && rule.by_minute().is_empty() && rule.by_second().is_empty());
    let has_days = !(rule.by_day().is_empty() && rule.by_month_day().is_empty() && rule.by_year_day().is_empty());
    let is_alone = !has_times && !has_days && rule.by_week_number().is_empty() && rule.by_month().is_empty();
    let is_by_weeks = !rule.by_week_number().is_empty();
    match frequency {
        _ if !rule.by_set_position().is_empty() && is_alone => Some("BYSETPOS without another BY-part"),
        _ if is_date && has_times => Some("BYHOUR, BYMINUTE or BYSECOND with whole days"),
        _ if is_by_weeks && frequency != Frequency::Yearly => Some("BYWEEKNO without FREQ=YEARLY"),
        Frequency::Daily | Frequency::Weekly | Frequency::Monthly if !rule.by_year_day().is_empty() => {
            Some("BYYEARDAY with FREQ=DAILY, WEEKLY or MONTHLY")
        }
        Frequency::Weekly if !rule.by_month_day().is_empty() => Some("BYMONTHDAY with FREQ=WEEKLY"),
        Frequency::Monthly => None,
        Frequency::Yearly if !is_by_weeks => None,
        _ => has_number.then_some("a numbered weekday outside of a month or a year"),
    }
}

fn has_form_for(until: &Moment, start: &Moment) -> bool {
    match start {
        Moment::Date(_) => until.is_date(),
        Moment::Floating(_) => matches!(until, Moment::Floating(_)),
        Moment::Utc(_) | Moment::Zoned { .. } => matches!(until, Moment::Utc(_)),
    }
}
