//! A stretch of time: from a moment to another, or from a moment for so long (RFC 5545 section 3.3.9).

use std::fmt;

use super::duration::{Duration, DurationProblem};
use super::moment::{Moment, MomentProblem};

/// From when, and until when or for how long.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// The first moment of it.
    pub start: Moment,
    /// How its end is written.
    pub end: PeriodEnd,
}

/// The two ways to write the end of a period.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PeriodEnd {
    /// The first moment after it: `19970101T180000Z/19970102T070000Z`.
    At(Moment),
    /// So long after its start: `19970101T180000Z/PT5H30M`.
    After(Duration),
}

/// Why a text is no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodProblem {
    /// There is no `/` between a start and an end.
    #[error("{0:?} has no slash between a start and an end")]
    Shape(String),
    /// The start, or the end, is no moment.
    #[error(transparent)]
    Moment(#[from] MomentProblem),
    /// The end is no duration.
    #[error(transparent)]
    Duration(#[from] DurationProblem),
}

impl Period {
    /// Reads a value of type PERIOD with the TZID parameter of its property, which holds for both ends.
    pub fn parse(value: &str, tzid: Option<&str>) -> Result<Period, PeriodProblem> {
        let (start, end) = value.split_once('/').ok_or_else(|| PeriodProblem::Shape(value.to_owned()))?;
        let start = Moment::parse(start, tzid)?;
        let is_duration = end.trim_ascii().starts_with(['P', 'p', '+', '-']);
        let end = if is_duration {
            PeriodEnd::After(Duration::parse(end)?)
        } else {
            PeriodEnd::At(Moment::parse(end, tzid)?)
        };
        Ok(Period { start, end })
    }
}

/// The value as iCalendar writes it, without parameters.
impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.end {
            PeriodEnd::At(end) => write!(out, "{}/{end}", self.start),
            PeriodEnd::After(duration) => write!(out, "{}/{duration}", self.start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_an_end_are_read_and_written_back() {
        for text in ["19970101T180000Z/19970102T070000Z", "19970101T180000Z/PT5H30M", "19970101T180000/P1D"] {
            assert_eq!(Period::parse(text, None).unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_zone_holds_for_both_ends() {
        let period = Period::parse("19970101T180000/19970102T070000", Some("Mars")).unwrap();
        let PeriodEnd::At(end) = &period.end else { panic!("an end was written") };
        assert_eq!((period.start.tzid(), end.tzid()), (Some("Mars"), Some("Mars")));
    }

    #[test]
    fn what_is_no_period_is_refused_with_the_reason() {
        assert_eq!(Period::parse("19970101", None), Err(PeriodProblem::Shape("19970101".to_owned())));
        assert!(matches!(Period::parse("x/PT1H", None), Err(PeriodProblem::Moment(_))));
        assert!(matches!(Period::parse("19970101/PT", None), Err(PeriodProblem::Duration(_))));
        assert!(matches!(Period::parse("19970101/", None), Err(PeriodProblem::Moment(_))));
    }
}
