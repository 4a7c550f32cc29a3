//! The occurrences of a series one after another: the walk of its rule between its start and its end.

use jiff::civil::DateTime;

use super::series::{Over, Series};
use super::walk::Walk;
use crate::time::wall::civil_of;

/// The occurrences of a [`Series`] in order, each as its wall clock shows it.
pub struct Starts<'a> {
    walls: Walls<'a>,
}

impl<'a> Starts<'a> {
    pub(super) fn new(walls: Walls<'a>) -> Starts<'a> {
        Starts { walls }
    }

    /// Whether they ended because [`MAX_CANDIDATES`](super::MAX_CANDIDATES) were looked at, not because there are no more.
    pub fn gave_up(&self) -> bool {
        self.walls.gave_up()
    }
}

impl Iterator for Starts<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        self.walls.next().map(civil_of)
    }
}

/// [`Starts`] in seconds.
pub(crate) struct Walls<'a> {
    series: &'a Series,
    walk: Walk<'a>,
    to: i64,
    odd_start: Option<i64>,
    left: Left,
}

/// What COUNT leaves, and whether counting so far was given up.
pub(super) struct Left {
    pub(super) count: u64,
    pub(super) gave_up: bool,
}

impl<'a> Walls<'a> {
    pub(super) fn new(series: &'a Series, walk: Walk<'a>, to: i64, odd_start: Option<i64>, left: Left) -> Walls<'a> {
        Walls { series, walk, to, odd_start, left }
    }

    pub(crate) fn gave_up(&self) -> bool {
        self.left.gave_up || self.walk.gave_up()
    }
}

impl Iterator for Walls<'_> {
    type Item = i64;

    #[inline]
    fn next(&mut self) -> Option<i64> {
        if let Some(start) = self.odd_start.take() {
            return Some(start);
        }
        loop {
            self.left.count = self.left.count.checked_sub(1)?;
            let wall = self.walk.next().filter(|wall| *wall < self.to)?;
            match self.series.is_over_at(wall) {
                Over::No => return Some(wall),
                Over::Here => {}
                Over::ForGood => {
                    self.left.count = 0;
                    return None;
                }
            }
        }
    }
}
