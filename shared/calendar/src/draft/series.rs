//! Moving a whole series: its exceptions move along, as far as the rule allows it.

use jiff::Span;
use jiff::civil::{DateTime, Weekday};
use thiserror::Error;

use crate::ical::{Component, Property};
use crate::time::moment::Moment;
use crate::time::zone::Zone;

/// Why a series cannot be changed as a whole in that way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SeriesProblem {
    /// The rule names the days by itself, and the new day is none of them.
    #[error("the series repeats on days its rule names: it cannot be moved to another day as a whole")]
    RuleNamesDays,
    /// A series of days cannot become one of times, nor the other way round, while it has exceptions.
    #[error("the series has exceptions, so whole days and times of day cannot be exchanged")]
    FormWithExceptions,
}

/// How far the start of a series moves, and in which zone its times are told afterwards.
pub(super) struct Move<'a> {
    pub(super) before: &'a Moment,
    pub(super) after: &'a Moment,
    by: Span,
}

impl<'a> Move<'a> {
    pub(super) fn new(before: &'a Moment, after: &'a Moment) -> Self {
        let by = before.civil().until(after.civil()).unwrap_or_default();
        Self { before, after, by }
    }

    /// Whether this can be done to these components: the rule must not name days that the move leaves.
    pub(super) fn check<'c>(&self, components: impl Iterator<Item = &'c Component>) -> Result<(), SeriesProblem> {
        for component in components {
            let has_exceptions = component.property("RECURRENCE-ID").is_some()
                || component.property("EXDATE").is_some()
                || component.property("RDATE").is_some();
            if has_exceptions && self.before.is_date() != self.after.is_date() {
                return Err(SeriesProblem::FormWithExceptions);
            }
        }
        Ok(())
    }

    /// A moment of the series' own grid (RECURRENCE-ID, EXDATE, RDATE) after the move.
    pub(super) fn apply(&self, moment: &Moment) -> Moment {
        let civil = self.on_own_clock(moment);
        self.after.with_civil(civil.checked_add(self.by).unwrap_or(civil))
    }

    /// What the clock of the series shows at a moment that may be told in UTC or in another zone.
    fn on_own_clock(&self, moment: &Moment) -> DateTime {
        let Some(own) = self.before.tzid().and_then(Zone::iana) else { return moment.civil() };
        match moment {
            Moment::Utc(instant) => own.local(*instant),
            Moment::Zoned { local, tzid } if Some(tzid.as_str()) != self.before.tzid() => match Zone::iana(tzid) {
                Some(zone) => own.local(zone.instant(*local)),
                None => *local,
            },
            _ => moment.civil(),
        }
    }

    /// Rewrites a property that holds a list of moments.
    pub(super) fn apply_to_list(&self, property: &mut Property) {
        let tzid = property.parameter("TZID").map(|tzid| tzid.into_owned());
        let moments: Option<Vec<Moment>> =
            property.value().split(',').map(|value| Moment::parse(value, tzid.as_deref()).ok()).collect();
        // A list with a value that is no moment (a PERIOD, or nonsense) stays as it was written.
        let Some(moments) = moments else { return };
        let moved: Vec<String> = moments.iter().map(|moment| self.apply(moment).to_string()).collect();
        property.set_value(&moved.join(","));
        match self.after.tzid() {
            Some(tzid) => property.set_parameter("TZID", tzid),
            None => _ = property.remove_parameter("TZID"),
        }
    }

    /// The rule after the move: where it names one weekday, and that is the old start's, it names the new start's.
    pub(super) fn apply_to_rule(&self, rule: &str) -> Result<String, SeriesProblem> {
        let days_apart = self.before.date() != self.after.date();
        let mut parts = Vec::new();
        for part in rule.split(';') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.trim().to_ascii_uppercase().as_str() {
                "BYDAY" if days_apart => {
                    let (old, new) = (weekday(self.before), weekday(self.after));
                    let names_new = value.split(',').any(|day| day.trim().eq_ignore_ascii_case(new));
                    if value.trim().eq_ignore_ascii_case(old) {
                        parts.push(format!("BYDAY={new}"));
                    } else if names_new {
                        parts.push(part.to_owned());
                    } else {
                        return Err(SeriesProblem::RuleNamesDays);
                    }
                }
                "BYMONTHDAY" | "BYYEARDAY" | "BYWEEKNO" | "BYMONTH" | "BYSETPOS" if days_apart => {
                    return Err(SeriesProblem::RuleNamesDays);
                }
                "UNTIL" => {
                    parts.push(self.until(value).map_or_else(|| part.to_owned(), |until| format!("UNTIL={until}")))
                }
                _ => parts.push(part.to_owned()),
            }
        }
        Ok(parts.join(";"))
    }

    /// UNTIL after the move: the last occurrence stays the last (RFC 5545 section 3.3.10 on its form).
    fn until(&self, value: &str) -> Option<String> {
        let moment = Moment::parse(value, None).ok()?;
        if moment.is_date() {
            let by_days = self.before.date().until(self.after.date()).ok()?;
            return Some(Moment::Date(moment.date().checked_add(by_days).ok()?).to_string());
        }
        let civil = self.on_own_clock(&moment).checked_add(self.by).ok()?;
        let until = match self.after.tzid().and_then(Zone::iana) {
            Some(zone) => Moment::Utc(zone.instant(civil)),
            None => self.after.with_civil(civil),
        };
        Some(until.to_string())
    }
}

fn weekday(moment: &Moment) -> &'static str {
    match moment.date().weekday() {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}
