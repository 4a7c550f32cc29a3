//! Which column of its hours an occurrence stands in, so that none covers another.

use intent::{Occurrence, Point};

/// Gives each occurrence its lane. Timed ones share columns, those of whole days share rows; both are sorted by start.
pub(super) fn lay_out(occurrences: &mut [Occurrence]) {
    for whole_days in [false, true] {
        let mut cluster: Vec<usize> = Vec::new();
        let mut lane_ends: Vec<Point> = Vec::new();
        for index in 0..occurrences.len() {
            let occurrence = &occurrences[index];
            if occurrence.all_day != whole_days {
                continue;
            }
            let (start, end) = (occurrence.start, visible_end(occurrence));
            if lane_ends.iter().all(|lane_end| *lane_end <= start) {
                close(occurrences, &mut cluster, &mut lane_ends);
            }
            let lane = lane_ends.iter().position(|lane_end| *lane_end <= start).unwrap_or(lane_ends.len());
            match lane_ends.get_mut(lane) {
                Some(lane_end) => *lane_end = end,
                None => lane_ends.push(end),
            }
            occurrences[index].lane = u8::try_from(lane).unwrap_or(u8::MAX);
            cluster.push(index);
        }
        close(occurrences, &mut cluster, &mut lane_ends);
    }
}

/// Occurrences that touch one another, directly or through others, are as many columns wide.
fn close(occurrences: &mut [Occurrence], cluster: &mut Vec<usize>, lane_ends: &mut Vec<Point>) {
    let lanes = u8::try_from(lane_ends.len()).unwrap_or(u8::MAX).max(1);
    cluster.drain(..).for_each(|index| occurrences[index].lanes = lanes);
    lane_ends.clear();
}

/// A meeting of no length still takes the room of its title.
fn visible_end(occurrence: &Occurrence) -> Point {
    const LEAST_MINUTES: u16 = 15;
    let Point { day, minute } = occurrence.start;
    let least = match minute + LEAST_MINUTES {
        minute if minute < 1_440 => Point { day, minute },
        minute => Point { day: day.plus(1), minute: minute - 1_440 },
    };
    occurrence.end.max(least)
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
