//! A rule followed from text to text: the whole way in one step, for whoever has a question and no calendar object.
//!
//! Whatever the texts are, the answer comes after at most [`MAX_CANDIDATES`](super::MAX_CANDIDATES) looks.

use super::{Rule, RuleProblem, Series, SeriesProblem};
use crate::time::moment::{Moment, MomentProblem};
use crate::time::zone::identify;

/// Why a rule cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FollowProblem {
    /// The start is no date and no time.
    #[error("the start: {0}")]
    Start(#[from] MomentProblem),
    /// The rule cannot be read.
    #[error("the rule: {0}")]
    Rule(#[from] RuleProblem),
    /// The rule does not go with the start.
    #[error(transparent)]
    Series(#[from] SeriesProblem),
}

/// The first occurrences of a rule alone, at or after `from`, in the form of the start: a value of type DATE or DATE-TIME,
/// with its TZID.
///
/// # Errors
/// Where one of the texts cannot be read, or they do not go together.
pub fn follow(
    start: &str,
    tzid: Option<&str>,
    rule: &str,
    from: Option<&Moment>,
    limit: usize,
) -> Result<Vec<Moment>, FollowProblem> {
    let start = Moment::parse(start, tzid)?;
    let zone = start.tzid().and_then(|tzid| identify(tzid, None).zone);
    let series = Series::new(&rule.parse::<Rule>()?, &start, zone.as_ref())?;
    let from = series.local(from.unwrap_or(&start));
    Ok(series.starts_from(from).take(limit).map(|start| series.moment(start)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::recurrence::MAX_CANDIDATES;

    #[track_caller]
    fn check(start: &str, tzid: Option<&str>, rule: &str, from: Option<&str>, expected: &[&str]) {
        let from = from.map(|from| Moment::parse(from, None).unwrap());
        let found = follow(start, tzid, rule, from.as_ref(), 2).unwrap();
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn values_have_the_form_of_the_start() {
        check("20260302", None, "FREQ=DAILY", None, &["20260302", "20260303"]);
        check("20260302T090000Z", None, "FREQ=DAILY", None, &["20260302T090000Z", "20260303T090000Z"]);
        check("20260302T090000", Some("US/Eastern"), "FREQ=DAILY", None, &["20260302T090000", "20260303T090000"]);
    }

    #[test]
    fn an_instant_is_converted_to_the_clock_of_the_start() {
        check(
            "20260302T090000",
            Some("US/Eastern"),
            "FREQ=DAILY",
            Some("20260303T140000Z"),
            &["20260303T090000", "20260304T090000"],
        );
        check(
            "20260302T090000",
            Some("US/Eastern"),
            "FREQ=DAILY",
            Some("20260303T140001Z"),
            &["20260304T090000", "20260305T090000"],
        );
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let problem = |start: &str, rule: &str| follow(start, None, rule, None, 1).unwrap_err().to_string();
        assert_eq!(
            problem("soon", "FREQ=DAILY"),
            "the start: \"soon\" is neither a date (YYYYMMDD) nor a date and time (YYYYMMDDTHHMMSS)"
        );
        assert_eq!(problem("20260302", "COUNT=1"), "the rule: FREQ is missing");
        assert_eq!(
            problem("20260302", "FREQ=HOURLY"),
            "a series of whole days cannot recur by the hour, minute or second"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_answered_in_order_and_in_bounds(
            start in "[0-9]{8}(T[0-9]{6}Z?)?|20[0-3][0-9](0[1-9]|1[0-2])(0[1-9]|[12][0-9])(T[01][0-9][0-5][0-9][0-5][0-9]Z?)?",
            rule in "FREQ=(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)(;(INTERVAL=[1-9][0-9]{0,9}|COUNT=[1-9][0-9]{0,9}|UNTIL=20[0-9]{6}|BYSECOND=[0-5][0-9]|BYMINUTE=[0-5][0-9]|BYHOUR=1[0-9]|BYDAY=(-?[1-5])?(MO|TU|SU)|BYMONTHDAY=-?[1-3][0-9]?|BYYEARDAY=-?[1-3][0-9]{0,2}|BYWEEKNO=-?[1-5][0-9]?|BYMONTH=[1-9]|BYSETPOS=-?[1-9][0-9]{0,2}|WKST=SU)){0,5}",
            tzid in prop::option::of("Europe/Berlin|America/Sao_Paulo|Mars"),
        ) {
            if let Ok(found) = follow(&start, tzid.as_deref(), &rule, None, 50) {
                prop_assert!(found.len() <= 50 && found.len() <= MAX_CANDIDATES as usize);
                prop_assert!(found.windows(2).all(|pair| pair[0].civil() < pair[1].civil()));
            }
        }
    }
}
