//! Walking through a rule's periods from any point: what each holds, without walking there from the start.

use super::plan::Plan;
use super::rule::Frequency;
use crate::time::wall::{END_OF_TIME, LAST_YEAR, SECONDS_PER_DAY, date_of, day_number};

/// The periods and occurrences that one question may look at before it gives up.
pub const MAX_CANDIDATES: u32 = 100_000;

/// The occurrences of one event that one view shows.
pub const MAX_OCCURRENCES: usize = 3_000;

/// A walk through the periods of a plan.
pub(super) struct Walk<'a> {
    plan: &'a Plan,
    /// The number of intervals from the plan's first period to the next one to look at, and to the last.
    next_period: i64,
    last_period: i64,
    /// The starts of the days, or smaller units, of the period being looked at.
    bases: Vec<i64>,
    /// The indexes that BYSETPOS picks; empty where it says nothing.
    picks: Vec<u64>,
    /// The index of the next member of the period, and how many there are.
    next: u64,
    len: u64,
    days: Vec<i32>,
    budget: u32,
    gave_up: bool,
}

impl<'a> Walk<'a> {
    /// A walk whose first members lie in the period of the wall clock `from`, or in one just before it, and whose last
    /// lie in the period of the wall clock `to`, or in one just after it.
    pub(super) fn new(plan: &'a Plan, from: i64, to: i64) -> Walk<'a> {
        let next_period = plan.interval_before(from);
        Walk {
            plan,
            next_period,
            // A year of weeks is counted from the year before.
            last_period: if plan.is_impossible { next_period - 1 } else { plan.interval_before(to) + 2 },
            bases: Vec::new(),
            picks: Vec::new(),
            next: 0,
            len: 0,
            days: Vec::new(),
            budget: MAX_CANDIDATES,
            gave_up: false,
        }
    }

    /// Whether the walk ended because it looked at too much.
    pub(super) fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// The next member, as a wall clock in seconds.
    #[inline]
    pub(super) fn next(&mut self) -> Option<i64> {
        while self.next >= self.len {
            self.open_next_period()?;
        }
        self.spend()?;
        let member = self.member(self.next);
        self.next += 1;
        (member < END_OF_TIME).then_some(member)
    }

    /// Leaves out what is before `wall` in the period being looked at, and says how much that was.
    pub(super) fn skip_to(&mut self, wall: i64) -> u64 {
        let (mut low, mut high) = (self.next, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.member(middle) < wall { low = middle + 1 } else { high = middle }
        }
        let skipped = low - self.next;
        self.next = low;
        skipped
    }

    /// Looks at periods until one that is not empty.
    pub(super) fn open_next_period(&mut self) -> Option<()> {
        while self.next_period <= self.last_period {
            self.spend()?;
            let interval = self.plan.interval;
            let period = self.plan.period(self.next_period)?;
            self.bases.clear();
            if self.plan.frequency > Frequency::Daily {
                self.next_period += 1;
                self.plan.days_of(period, &mut self.days);
                self.bases.extend(self.days.iter().map(|day| i64::from(*day) * SECONDS_PER_DAY));
            } else {
                match self.plan.next_unit(period) {
                    next if next > period => {
                        // Ahead to the first interval that is not before it.
                        self.next_period += (next - period + interval - 1) / interval;
                        continue;
                    }
                    unit => {
                        self.next_period += 1;
                        self.bases.push(unit * self.plan.unit_seconds());
                    }
                }
            }
            if self.bases.is_empty() {
                continue;
            }
            self.pick();
            if self.len > 0 {
                return Some(());
            }
        }
        None
    }

    /// Pays for one more look.
    #[inline]
    fn spend(&mut self) -> Option<()> {
        self.gave_up = self.budget == 0;
        self.budget = self.budget.checked_sub(1)?;
        Some(())
    }

    /// Counts the members of the period that was opened, after BYSETPOS.
    fn pick(&mut self) {
        let total = self.bases.len() as u64 * self.plan.times.len();
        self.next = 0;
        self.len = total;
        if self.plan.set_positions.is_empty() {
            return;
        }
        let index = |position: &i16| match u64::from(position.unsigned_abs()) {
            distance if distance > total => None,
            distance if *position < 0 => Some(total - distance),
            distance => Some(distance - 1),
        };
        self.picks.clear();
        self.picks.extend(self.plan.set_positions.iter().filter_map(index));
        self.picks.sort_unstable();
        self.picks.dedup();
        self.len = self.picks.len() as u64;
    }

    #[inline]
    fn member(&self, index: u64) -> i64 {
        let index = if self.plan.set_positions.is_empty() { index } else { self.picks[index as usize] };
        let times = &self.plan.times;
        if times.len() == 1 {
            return self.bases[index as usize] + times.first();
        }
        self.bases[(index / times.len()) as usize] + times.at(index % times.len())
    }

    /// How many members before `wall` the walk comes across from where it stands, or nothing when it gives up; the
    /// walk then stands at `wall`.
    pub(super) fn count_to(&mut self, wall: i64) -> Option<u64> {
        let mut count = self.skip_to(wall);
        while self.next >= self.len {
            if self.plan.is_even() && self.len > 0 {
                // Every period before the one that holds `wall` is like this one.
                let ahead = self.plan.interval_before(wall) - self.next_period;
                if ahead > 0 {
                    count += self.len * ahead as u64;
                    self.next_period += ahead;
                }
            }
            if self.open_next_period().is_none() {
                return (!self.gave_up()).then_some(count);
            }
            count += self.skip_to(wall);
        }
        Some(count)
    }
}

impl Plan {
    /// The period after so many intervals, unless it lies beyond the last year.
    fn period(&self, intervals: i64) -> Option<i64> {
        let step = self.interval * if self.frequency == Frequency::Weekly { 7 } else { 1 };
        let period = step.checked_mul(intervals)?.checked_add(self.first_period)?;
        let end = match self.frequency {
            Frequency::Yearly => i64::from(LAST_YEAR) + 1,
            Frequency::Monthly => (i64::from(LAST_YEAR) + 1) * 12,
            _ => END_OF_TIME / self.unit_seconds(),
        };
        (period < end).then_some(period)
    }

    /// The number of intervals to the last period that starts no later than `wall`; none before the series starts.
    fn interval_before(&self, wall: i64) -> i64 {
        let day = wall.clamp(-END_OF_TIME, END_OF_TIME).div_euclid(SECONDS_PER_DAY) as i32;
        let (year, month, _) = date_of(day);
        let periods = match self.frequency {
            // A year of weeks can start in December before it.
            Frequency::Yearly if self.limits_weeks() => i64::from(year) - 1 - self.first_period,
            Frequency::Yearly => i64::from(year) - self.first_period,
            Frequency::Monthly => i64::from(year) * 12 + i64::from(month) - 1 - self.first_period,
            Frequency::Weekly => (i64::from(self.first_day_of_week(day)) - self.first_period) / 7,
            Frequency::Daily => i64::from(day) - self.first_period,
            _ => wall.clamp(-END_OF_TIME, END_OF_TIME).div_euclid(self.unit_seconds()) - self.first_period,
        };
        (periods / self.interval).max(0)
    }

    /// The unit itself if the rule falls into it, else a later one before which it does not; for rules up to DAILY.
    fn next_unit(&self, unit: i64) -> i64 {
        let seconds = self.unit_seconds();
        let wall = unit * seconds;
        let day = wall.div_euclid(SECONDS_PER_DAY) as i32;
        if !self.has_whole_day(day) {
            return i64::from(self.next_month_of(day)) * SECONDS_PER_DAY / seconds;
        }
        let second = wall.rem_euclid(SECONDS_PER_DAY);
        if self.hours != 0 && self.hours & (1 << (second / 3_600)) == 0 {
            return (wall - second % 3_600 + 3_600) / seconds;
        }
        if self.minutes != 0 && self.minutes & (1 << (second / 60 % 60)) == 0 {
            return (wall - second % 60 + 60) / seconds;
        }
        if self.seconds != 0 && self.seconds & (1 << (second % 60)) == 0 {
            return unit + 1;
        }
        unit
    }

    /// The next day; where the month of this day does not count, the first day of the next month.
    fn next_month_of(&self, day: i32) -> i32 {
        let (year, month, _) = date_of(day);
        if self.months == 0 || self.months & (1 << month) != 0 {
            return day + 1;
        }
        if month == 12 { day_number(year + 1, 1, 1) } else { day_number(year, month + 1, 1) }
    }
}
