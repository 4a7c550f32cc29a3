//! Which column of its hours an occurrence stands in on the person's clock, so that none covers another.

use calendar::agenda::lanes;
use intent::{Occurrence, Point};
use jiff::{SignedDuration, Timestamp};

/// A meeting of no length still takes the room of its title.
const SHORTEST: SignedDuration = SignedDuration::from_mins(15);

/// Gives each occurrence its lane. Timed ones share columns, those of whole days share rows.
pub(super) fn lay_out(occurrences: &mut [Occurrence]) {
    for whole_days in [false, true] {
        let of_kind = || occurrences.iter().enumerate().filter(|(_, one)| one.all_day == whole_days);
        let indexes: Vec<usize> = of_kind().map(|(index, _)| index).collect();
        let times: Vec<_> = of_kind().map(|(_, one)| (on_the_clock(one.start), on_the_clock(one.end))).collect();
        let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        for (index, place) in indexes.into_iter().zip(lanes(&times, SHORTEST)) {
            (occurrences[index].lane, occurrences[index].lanes) = (small(place.lane), small(place.lanes));
        }
    }
}

/// A reading of the person's clock as if it were an instant: what looks simultaneous shares the width.
fn on_the_clock(point: Point) -> Timestamp {
    let seconds = i64::from(point.day.0) * 86_400 + i64::from(point.minute) * 60;
    Timestamp::from_second(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use intent::Day;

    use super::*;

    /// Lanes of timed occurrences given as minutes of one day.
    #[track_caller]
    fn check(times: &[(u16, u16)], expected: &[(u8, u8)]) {
        let at = |minute| Point { day: Day(0), minute };
        let mut occurrences: Vec<Occurrence> = times
            .iter()
            .map(|(start, end)| Occurrence { start: at(*start), end: at(*end), ..Occurrence::default() })
            .collect();
        lay_out(&mut occurrences);
        assert_eq!(occurrences.iter().map(|it| (it.lane, it.lanes)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn occurrences_that_overlap_share_the_width() {
        check(&[(0, 60), (60, 120)], &[(0, 1), (0, 1)]);
        check(&[(0, 60), (30, 90)], &[(0, 2), (1, 2)]);
        check(&[(0, 60), (30, 90), (60, 120)], &[(0, 2), (1, 2), (0, 2)]);
        check(&[(0, 120), (0, 60), (60, 90), (200, 210)], &[(0, 2), (1, 2), (1, 2), (0, 1)]);
    }

    #[test]
    fn two_of_no_length_at_one_time_do_not_cover_each_other() {
        check(&[(0, 0), (0, 0)], &[(0, 2), (1, 2)]);
    }

    #[test]
    fn more_occurrences_than_a_byte_counts_are_still_laid_out() {
        let all = vec![(0, 60); 300];
        let mut expected: Vec<(u8, u8)> = (0..300).map(|lane| (u8::try_from(lane).unwrap_or(255), 255)).collect();
        expected.truncate(300);
        check(&all, &expected);
    }
}
