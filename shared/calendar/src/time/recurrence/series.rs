//! A rule put to work: the occurrences of one series, from its start or from anywhere.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::plan::Plan;
use super::rule::{End, Frequency, Rule};
use super::starts::{Left, Starts, Walls};
use super::walk::Walk;
use crate::time::moment::Moment;
use crate::time::wall::{END_OF_TIME, SECONDS_PER_DAY, civil_of, wall_of};
use crate::time::zone::Zone;

/// No two clocks in the world are further apart; beyond it a wall clock and an instant can be compared without a zone.
const FURTHEST_OFFSET: i64 = 2 * SECONDS_PER_DAY;

/// A series with a higher COUNT is not counted through to learn where it ends.
const COUNTED_THROUGH: u64 = 1_000;

/// The recurrence set of one rule and its start, without exceptions.
///
/// All stepping is done in the wall clock of the start (RFC 5545 section 3.3.10): a meeting at nine stays at nine when the
/// clocks change.
#[derive(Clone, Debug)]
pub struct Series {
    plan: Plan,
    form: Moment,
    start: i64,
    zone: Option<Zone>,
    last: Last,
    count: Option<u64>,
    /// The start is an occurrence although the rule does not fall on it.
    has_odd_start: bool,
}

/// The last wall clock, or the last instant, at which there may be an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Never,
    Wall(i64),
    Instant(i64),
}

/// Why a rule does not go with a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeriesProblem {
    /// A series of whole days cannot recur within a day.
    #[error("a series of whole days cannot recur by the hour, minute or second")]
    WithinADay,
}

impl Series {
    /// The occurrences of the rule alone: the start is one only if the rule falls on it.
    ///
    /// `zone` is the clock that a time in a zone is read with; without it UNTIL in UTC is compared digit by digit.
    pub fn new(rule: &Rule, start: &Moment, zone: Option<&Zone>) -> Result<Series, SeriesProblem> {
        if start.is_date() && rule.frequency() < Frequency::Daily {
            return Err(SeriesProblem::WithinADay);
        }
        let wall = wall_of(start.civil());
        let zone = match start {
            Moment::Zoned { .. } => zone.cloned(),
            _ => None,
        };
        let (last, count) = match rule.end() {
            End::Never => (Last::Never, None),
            End::Count(count) => (Last::Never, Some(u64::from(*count))),
            End::Until(until) => (Last::of(until, start, zone.is_some()), None),
        };
        let plan = Plan::new(rule, wall, start.is_date());
        Ok(Series { plan, form: start.clone(), start: wall, zone, last, count, has_odd_start: false })
    }

    /// The occurrences of an event: its start is always the first of them, and counts (RFC 5545 section 3.8.5.3).
    pub fn of_event(rule: &Rule, start: &Moment, zone: Option<&Zone>) -> Result<Series, SeriesProblem> {
        let mut series = Series::new(rule, start, zone)?;
        series.has_odd_start = !series.has_wall(series.start);
        Ok(series)
    }

    /// Whether another series has the same occurrences because it starts alike and its rule means the same, however it is
    /// written. Series that differ may still happen to have the same occurrences.
    pub fn means_the_same_as(&self, other: &Series) -> bool {
        let is_alike = self.plan == other.plan && self.form == other.form && self.count == other.count;
        is_alike && (self.last == other.last || self.ends_with(other))
    }

    /// Whether UNTIL is the same bound in two series that are alike otherwise: one instant, whichever clock tells it. A
    /// bound at the end of a day may stand for any after the last occurrence of that day.
    fn ends_with(&self, other: &Series) -> bool {
        let (Some(end), Some(other_end)) = (self.second(self.last), self.second(other.last)) else { return false };
        let day = |end: i64| self.wall_at(end).div_euclid(SECONDS_PER_DAY);
        let ends_day = |end: i64| day(end) < day(end + 1);
        let is_one_day = day(end) == day(other_end) && (ends_day(end) || ends_day(other_end));
        let last = |series: &Series, end: i64| series.last_before(civil_of(series.wall_at(end) + 1));
        end == other_end || (is_one_day && last(self, end) == last(other, other_end))
    }

    fn second(&self, last: Last) -> Option<i64> {
        match last {
            Last::Never => None,
            Last::Wall(wall) => Some(self.instant_of(wall)),
            Last::Instant(instant) => Some(instant),
        }
    }

    /// Every occurrence in order, as its wall clock shows it.
    pub fn starts(&self) -> Starts<'_> {
        Starts::new(self.walls_from(self.start))
    }

    /// The occurrences at or after the wall clock `from`.
    ///
    /// The way there costs next to nothing, except for rules with COUNT whose periods are uneven: they are counted from the
    /// start.
    pub fn starts_from(&self, from: DateTime) -> Starts<'_> {
        Starts::new(self.walls_from(wall_of(from)))
    }

    /// An occurrence as a moment in the form of the start.
    pub fn moment(&self, start: DateTime) -> Moment {
        self.form.with_civil(start)
    }

    /// What the wall clock of this series shows at another moment: an instant is converted, every other form is taken as the
    /// clock it names.
    pub fn local(&self, moment: &Moment) -> DateTime {
        match (moment, &self.zone) {
            (Moment::Utc(instant), Some(zone)) => zone.local(*instant),
            _ => moment.civil(),
        }
    }

    /// Whether there is an occurrence when the wall clock shows `start`.
    pub fn has(&self, start: DateTime) -> bool {
        self.has_wall(wall_of(start))
    }

    /// The occurrence that is at this instant, for a start that is in UTC or in a known zone.
    ///
    /// An occurrence in a gap of the clocks is found by the instant to which it is shifted.
    pub fn occurrence_at(&self, instant: Timestamp) -> Option<DateTime> {
        let second = instant.as_second();
        let Some(zone) = &self.zone else { return self.has_wall(second).then(|| civil_of(second)) };
        // In a gap the clock is counted on from what it showed before it.
        let walls =
            [zone.wall_at(second), second + zone.wall_at(second - SECONDS_PER_DAY) - (second - SECONDS_PER_DAY)];
        let is_there = |wall: &i64| zone.instant_of(*wall) == second && self.has_wall(*wall);
        walls.into_iter().find(is_there).map(civil_of)
    }

    /// How many occurrences are before the wall clock `at`; nothing when it would take too long to count.
    pub fn count_before(&self, at: DateTime) -> Option<u64> {
        let at = wall_of(at);
        if at <= self.start {
            return Some(0);
        }
        let last_exclusive = match self.last {
            Last::Wall(last) if last < at => last + 1,
            Last::Instant(_) => {
                let mut walls = self.walls_between(self.start, at);
                let count = walls.by_ref().count() as u64;
                return (!walls.gave_up()).then_some(count);
            }
            _ => at,
        };
        let counted = u64::from(self.has_odd_start) + self.count_of_rule_before(last_exclusive)?;
        Some(self.count.map_or(counted, |count| counted.min(count)))
    }

    /// COUNT for a series that goes on at `at`: what is left of this one's. Nothing for a series without COUNT, or where
    /// none is left.
    pub fn count_from(&self, at: DateTime) -> Option<u32> {
        let left = self.count?.checked_sub(self.count_before(at)?)?;
        u32::try_from(left).ok().filter(|left| *left > 0)
    }

    /// The last occurrence before the wall clock `at`, where the series would end if it were cut there.
    pub fn last_before(&self, at: DateTime) -> Option<DateTime> {
        let end = wall_of(at);
        // Steps back that double find the last period that holds one without walking through all of them.
        let mut reach = SECONDS_PER_DAY;
        loop {
            let from = (end - reach).max(self.start);
            let found = self.walls_between(from, end).last();
            if found.is_some() || from == self.start {
                return found.map(civil_of);
            }
            reach = reach.saturating_mul(8);
        }
    }

    /// The UNTIL that ends this series with the last occurrence before the wall clock `at`, in the form which the start
    /// demands: a date for dates, UTC for times in a zone (RFC 5545 section 3.3.10).
    pub fn until_before(&self, at: DateTime) -> Option<Moment> {
        let last = self.last_before(at)?;
        Some(match &self.zone {
            Some(zone) => Moment::Utc(zone.instant(last)),
            None => match self.form {
                Moment::Zoned { .. } => Moment::Floating(last),
                _ => self.moment(last),
            },
        })
    }

    fn has_wall(&self, wall: i64) -> bool {
        self.walls_between(wall, wall + 1).next().is_some()
    }

    fn count_of_rule_before(&self, wall: i64) -> Option<u64> {
        self.walk_from_start(wall).count_to(wall)
    }

    fn walk_from_start(&self, to: i64) -> Walk<'_> {
        let mut walk = Walk::new(&self.plan, self.start, to);
        // Members of the first period before the start belong to no one.
        let _ = walk.count_to(self.start);
        walk
    }

    /// The occurrences at or after `from` as wall clocks in seconds.
    pub(crate) fn walls_from(&self, from: i64) -> Walls<'_> {
        self.walls_between(from, END_OF_TIME)
    }

    /// The occurrences at or after `from` and before `to` as wall clocks in seconds; nothing beyond `to` is looked at.
    pub(crate) fn walls_between(&self, from: i64, to: i64) -> Walls<'_> {
        let from = from.max(self.start);
        let odd_start = (self.has_odd_start && from == self.start && from < to).then_some(self.start);
        let rule_count = self.count.map(|count| count - u64::from(self.has_odd_start));
        let (walk, left, gave_up) = match rule_count {
            None => {
                let mut walk = Walk::new(&self.plan, from, to);
                let _ = walk.count_to(from);
                (walk, u64::MAX, false)
            }
            Some(count) => {
                let mut walk = self.walk_from_start(to);
                let before = walk.count_to(from);
                (walk, before.map_or(0, |before| count.saturating_sub(before)), before.is_none())
            }
        };
        Walls::new(self, walk, to, odd_start, Left { count: left, gave_up })
    }

    /// No occurrence begins after this wall clock; the end of time where it would take long to say.
    pub(crate) fn begins_until(&self) -> i64 {
        match (self.last, self.count) {
            (Last::Wall(last) | Last::Instant(last), _) => last.saturating_add(FURTHEST_OFFSET),
            (Last::Never, Some(count)) if count <= COUNTED_THROUGH => {
                let mut walls = self.walls_from(self.start);
                let last = walls.by_ref().last().unwrap_or(self.start);
                if walls.gave_up() { END_OF_TIME } else { last }
            }
            _ => END_OF_TIME,
        }
    }

    /// The instant of an occurrence of a start in UTC or in a known zone.
    pub(crate) fn instant_of(&self, wall: i64) -> i64 {
        self.zone.as_ref().map_or(wall, |zone| zone.instant_of(wall))
    }

    /// What the clock of this series shows at an instant.
    fn wall_at(&self, second: i64) -> i64 {
        self.zone.as_ref().map_or(second, |zone| zone.wall_at(second))
    }

    #[inline]
    pub(super) fn is_over_at(&self, wall: i64) -> Over {
        match self.last {
            Last::Never => Over::No,
            Last::Wall(last) if wall <= last => Over::No,
            Last::Wall(_) => Over::ForGood,
            Last::Instant(last) if wall <= last - FURTHEST_OFFSET => Over::No,
            Last::Instant(last) if wall > last + FURTHEST_OFFSET => Over::ForGood,
            // Around a gap a later wall clock can be an earlier instant.
            Last::Instant(last) if self.instant_of(wall) > last => Over::Here,
            Last::Instant(_) => Over::No,
        }
    }
}

/// Whether UNTIL has come.
pub(super) enum Over {
    No,
    Here,
    ForGood,
}

impl Last {
    fn of(until: &Moment, start: &Moment, is_zone_known: bool) -> Last {
        let wall = wall_of(until.civil());
        match (start, until) {
            // Dates are compared by the day that UNTIL names, and a date includes its whole day.
            (Moment::Date(_), _) => Last::Wall(wall - wall.rem_euclid(SECONDS_PER_DAY)),
            (_, Moment::Date(_)) => Last::Wall(wall + SECONDS_PER_DAY - 1),
            (Moment::Zoned { .. }, Moment::Utc(_)) if is_zone_known => Last::Instant(wall),
            _ => Last::Wall(wall),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YORK: &str = "America/New_York";

    #[track_caller]
    fn series(start: &str, tzid: Option<&str>, rule: &str) -> Series {
        let start = Moment::parse(start, tzid).unwrap();
        Series::of_event(&rule.parse().unwrap(), &start, tzid.and_then(Zone::iana).as_ref()).unwrap()
    }

    #[track_caller]
    fn civil(text: &str) -> DateTime {
        Moment::parse(text, None).unwrap().civil()
    }

    fn texts(starts: impl Iterator<Item = DateTime>) -> Vec<String> {
        starts.map(|start| start.strftime("%Y%m%dT%H%M%S").to_string()).collect()
    }

    #[test]
    fn the_start_of_an_event_is_an_occurrence_and_counts_even_where_the_rule_does_not_fall_on_it() {
        let rule = "FREQ=WEEKLY;BYDAY=MO;COUNT=3";
        let odd = series("20260101T090000", None, rule);
        assert_eq!(texts(odd.starts()), ["20260101T090000", "20260105T090000", "20260112T090000"]);
        assert_eq!(texts(odd.starts_from(civil("20260102"))), ["20260105T090000", "20260112T090000"]);
        assert_eq!(odd.count_before(civil("20260106")), Some(2));
        assert_eq!(odd.count_from(civil("20260106")), Some(1));
        assert_eq!(odd.count_from(civil("20260113")), None);
        let alone = Series::new(&rule.parse().unwrap(), &odd.form, None).unwrap();
        assert_eq!(texts(alone.starts()), ["20260105T090000", "20260112T090000", "20260119T090000"]);
    }

    #[test]
    fn until_holds_in_whichever_form_it_is_written() {
        for (start, tzid, until, last) in [
            // The same instant as the last start, and a second less.
            ("20260302T090000", Some(NEW_YORK), "20260316T130000Z", "20260316T090000"),
            ("20260302T090000", Some(NEW_YORK), "20260316T125959Z", "20260309T090000"),
            ("20260302T090000", Some(NEW_YORK), "20260316T090000", "20260316T090000"),
            ("20260302T090000", Some(NEW_YORK), "20260316", "20260316T090000"),
            ("20260302T090000", None, "20260316T085959", "20260309T090000"),
            ("20260302T090000", None, "20260316T090000Z", "20260316T090000"),
            ("20260302T090000Z", None, "20260316T090000Z", "20260316T090000"),
            ("20260302T090000Z", None, "20260316", "20260316T090000"),
            ("20260302", None, "20260316", "20260316T000000"),
            ("20260302", None, "20260315T235959Z", "20260309T000000"),
            ("20260302", None, "20260316T000000Z", "20260316T000000"),
        ] {
            let series = series(start, tzid, &format!("FREQ=WEEKLY;UNTIL={until}"));
            assert_eq!(texts(series.starts()).last().map(String::as_str), Some(last), "{start} {until}");
        }
    }

    #[test]
    fn until_is_an_instant_also_where_the_clocks_change() {
        // At 2:00 on 8 March 2026 the clocks go to 3:00: 2:30 is half past three, later than 3:00 is.
        let spring = series("20260308T003000", Some(NEW_YORK), "FREQ=MINUTELY;INTERVAL=30;UNTIL=20260308T070000Z");
        assert_eq!(
            texts(spring.starts()),
            ["20260308T003000", "20260308T010000", "20260308T013000", "20260308T020000", "20260308T030000"]
        );
        // At 2:00 on 1 November they go back to 1:00, and every 1:30 is the first one.
        let autumn = series("20261101T003000", Some(NEW_YORK), "FREQ=MINUTELY;INTERVAL=30;UNTIL=20261101T061500Z");
        assert_eq!(texts(autumn.starts()), ["20261101T003000", "20261101T010000", "20261101T013000"]);
    }

    #[test]
    fn a_series_of_days_ignores_times_of_day() {
        let days = series("20260302", None, "FREQ=DAILY;BYHOUR=9,10;BYMINUTE=30;BYSECOND=5;COUNT=2");
        assert_eq!(texts(days.starts()), ["20260302T000000", "20260303T000000"]);
        let rule = "FREQ=HOURLY".parse().unwrap();
        let start = Moment::parse("20260302", None).unwrap();
        assert_eq!(Series::new(&rule, &start, None).err(), Some(SeriesProblem::WithinADay));
    }

    #[test]
    fn an_occurrence_is_known_by_its_instant() {
        let nightly = series("20260301T023000", Some(NEW_YORK), "FREQ=DAILY");
        for (instant, local) in [
            ("2026-03-07T07:30:00Z", Some("20260307T023000")),
            // Shifted out of the gap to 3:30 on the clock.
            ("2026-03-08T07:30:00Z", Some("20260308T023000")),
            ("2026-03-08T06:30:00Z", None),
            ("2026-03-09T06:30:00Z", Some("20260309T023000")),
            ("2026-02-28T07:30:00Z", None),
        ] {
            let found = nightly.occurrence_at(instant.parse().unwrap());
            assert_eq!(found, local.map(civil), "{instant}");
        }
        let half_past_one = series("20261031T013000", Some(NEW_YORK), "FREQ=DAILY");
        assert!(half_past_one.occurrence_at("2026-11-01T05:30:00Z".parse().unwrap()).is_some());
        assert!(
            half_past_one.occurrence_at("2026-11-01T06:30:00Z".parse().unwrap()).is_none(),
            "the later of two is none"
        );
    }

    #[test]
    fn a_series_is_cut_before_an_occurrence_in_the_form_its_start_demands() {
        for (start, tzid, at, until) in [
            ("20260302T090000", Some(NEW_YORK), "20260316T090000", "20260309T130000Z"),
            ("20260302T090000", None, "20260316T090000", "20260309T090000"),
            ("20260302T090000Z", None, "20260316T090000", "20260309T090000Z"),
            ("20260302", None, "20260316", "20260309"),
            ("20260302T090000", Some("Mars"), "20260316T090000", "20260309T090000"),
            ("20260302", None, "20990101", "20981229"),
        ] {
            let series = series(start, tzid, "FREQ=WEEKLY");
            assert_eq!(series.until_before(civil(at)).map(|until| until.to_string()).as_deref(), Some(until));
        }
        assert_eq!(series("20260302", None, "FREQ=WEEKLY").until_before(civil("20260302")), None);
    }

    #[test]
    fn one_bound_in_two_clocks_is_the_same_bound() {
        let check = |one: &str, other: &str, expected: bool| {
            let series = |until: &str| series("20260302T090000", Some(NEW_YORK), &format!("FREQ=WEEKLY;UNTIL={until}"));
            assert_eq!(series(one).means_the_same_as(&series(other)), expected, "{one} and {other}");
        };
        check("20260316T130000Z", "20260316T090000", true);
        check("20260316T130000Z", "20260316", true);
        check("20260317T035959Z", "20260316", true);
        check("20260316T130000Z", "20260316T130000", false);
        check("20260316T120000Z", "20260316", false);
    }

    #[test]
    fn two_rules_mean_the_same_where_the_start_says_what_one_leaves_out() {
        let start = Moment::parse("20260302T090000", None).unwrap();
        let check = |one: &str, other: &str, expected: bool| {
            let series = |rule: &str| Series::of_event(&rule.parse().unwrap(), &start, None).unwrap();
            assert_eq!(series(one).means_the_same_as(&series(other)), expected, "{one} and {other}");
        };
        check("FREQ=WEEKLY", "INTERVAL=1;WKST=SU;BYDAY=MO;FREQ=WEEKLY", true);
        check("FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=2", true);
        check("FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2", true);
        check("FREQ=DAILY", "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", true);
        check("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=TU", false);
        check("FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=4", false);
        check("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU", false);
    }

    #[test]
    fn the_way_to_any_window_is_short() {
        let far = civil("95000101T000000");
        for rule in [
            "FREQ=SECONDLY",
            "FREQ=SECONDLY;COUNT=4000000000",
            "FREQ=DAILY",
            "FREQ=DAILY;BYMONTH=3",
            "FREQ=MINUTELY;BYSECOND=1,2,3;COUNT=4294967295",
        ] {
            let series = series("20000101T000000", None, rule);
            let _ = series.starts_from(far).next();
            assert!(!series.starts_from(civil("21000301T000000")).gave_up(), "{rule}");
            assert!(series.starts_from(civil("21000301T000000")).next().is_some(), "{rule}");
        }
    }

    #[test]
    fn a_rule_that_never_falls_ends() {
        for rule in [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
            "FREQ=SECONDLY;INTERVAL=60;BYSECOND=1",
            "FREQ=WEEKLY;BYSETPOS=9",
        ] {
            let series =
                Series::new(&rule.parse().unwrap(), &Moment::parse("20000101T000000", None).unwrap(), None).unwrap();
            assert_eq!(series.starts().count(), 0, "{rule}");
            assert_eq!(series.last_before(civil("99991231")), None, "{rule}");
        }
    }

    #[test]
    fn at_most_the_limit_of_candidates_is_looked_at() {
        let limit = super::super::MAX_CANDIDATES as usize;
        let seconds = series("20000101T000000", None, "FREQ=SECONDLY");
        let mut starts = seconds.starts();
        let found = starts.by_ref().count();
        assert!(found <= limit && found > limit / 4, "{found}");
        assert!(starts.gave_up());
        let mut ended = seconds.starts();
        assert_eq!(ended.by_ref().take(100).count(), 100);
        assert!(!ended.gave_up());
    }

    #[test]
    fn the_last_year_is_the_last() {
        assert_eq!(texts(series("99981231", None, "FREQ=YEARLY").starts()), ["99981231T000000", "99991231T000000"]);
        assert_eq!(series("99991231T235950", None, "FREQ=SECONDLY").starts().count(), 10);
        assert_eq!(series("99991230", None, "FREQ=WEEKLY;BYDAY=TH,FR,SA").starts().count(), 2);
    }
}
