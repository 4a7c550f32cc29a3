//! How events that overlap stand beside one another in the column of a day.
//!
//! Events that touch one another directly or through others share the width in equally many lanes; each takes the first lane
//! that is free when it starts, so that it keeps its place while others come and go.

use jiff::{SignedDuration, Timestamp};

/// The place of one event in its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Its lane, from 0.
    pub lane: usize,
    /// How many lanes the events around it need, at least one.
    pub lanes: usize,
    /// How many of them it can take because nothing stands in those after its own, at least one.
    pub span: usize,
}

/// The lanes of events given by start and end, in the order given.
///
/// What is shorter than `shortest` is drawn that long, and overlaps as it is drawn.
#[must_use]
pub fn lanes(events: &[(Timestamp, Timestamp)], shortest: SignedDuration) -> Vec<Lane> {
    let drawn_end = |(start, end): (Timestamp, Timestamp)| end.max(start.saturating_add(shortest).unwrap_or(start));
    let events: Vec<(Timestamp, Timestamp)> = events.iter().map(|event| (event.0, drawn_end(*event))).collect();
    let mut order: Vec<usize> = (0..events.len()).collect();
    // Of two that start together the longer stands first.
    order.sort_by_key(|index| (events[*index].0, std::cmp::Reverse(events[*index].1)));

    let mut places = vec![Lane { lane: 0, lanes: 1, span: 1 }; events.len()];
    let mut group: Vec<usize> = Vec::new();
    // When each lane of the group becomes free.
    let mut free_at: Vec<Timestamp> = Vec::new();
    for index in order {
        let (start, end) = events[index];
        if free_at.iter().all(|free| *free <= start) {
            settle(&mut group, &events, free_at.len(), &mut places);
            free_at.clear();
        }
        let lane = free_at.iter().position(|free| *free <= start).unwrap_or(free_at.len());
        if lane == free_at.len() {
            free_at.push(end);
        } else {
            free_at[lane] = end;
        }
        places[index].lane = lane;
        group.push(index);
    }
    settle(&mut group, &events, free_at.len(), &mut places);
    places
}

/// Gives every event of a group the width of the group, and what is free beside it.
fn settle(group: &mut Vec<usize>, events: &[(Timestamp, Timestamp)], lanes: usize, places: &mut [Lane]) {
    for index in group.iter() {
        let (start, end) = events[*index];
        let own = places[*index].lane;
        let overlaps = group.iter().filter(|other| events[**other].0 < end && start < events[**other].1);
        let next = overlaps.map(|other| places[*other].lane).filter(|lane| *lane > own).min();
        places[*index].lanes = lanes;
        places[*index].span = next.unwrap_or(lanes) - own;
    }
    group.clear();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(minutes * 60).unwrap()
    }

    /// Checks events given in minutes against `lane/lanes+span`.
    #[track_caller]
    fn check(events: &[(i64, i64)], expected: &str) {
        let events: Vec<_> = events.iter().map(|(start, end)| (at(*start), at(*end))).collect();
        let places = lanes(&events, SignedDuration::from_mins(15));
        let found: Vec<String> =
            places.iter().map(|place| format!("{}/{}+{}", place.lane, place.lanes, place.span)).collect();
        assert_eq!(found.join(" "), expected);
    }

    #[test]
    fn what_does_not_overlap_has_the_whole_width() {
        check(&[], "");
        check(&[(0, 60), (60, 120), (200, 230)], "0/1+1 0/1+1 0/1+1");
    }

    #[test]
    fn what_overlaps_shares_the_width() {
        check(&[(0, 60), (30, 90)], "0/2+1 1/2+1");
        check(&[(30, 90), (0, 60)], "1/2+1 0/2+1");
        // The third needs no lane of its own, and the group is two wide.
        check(&[(0, 60), (30, 90), (60, 120)], "0/2+1 1/2+1 0/2+1");
        check(&[(0, 60), (0, 60), (0, 60)], "0/3+1 1/3+1 2/3+1");
    }

    #[test]
    fn the_longer_of_two_that_start_together_stands_first() {
        check(&[(0, 30), (0, 60)], "1/2+1 0/2+1");
    }

    #[test]
    fn an_event_takes_the_lanes_beside_it_that_are_free() {
        check(&[(0, 120), (0, 30), (0, 30), (60, 120)], "0/3+1 1/3+1 2/3+1 1/3+2");
    }

    #[test]
    fn a_moment_is_drawn_as_long_as_it_can_be_seen() {
        check(&[(0, 0), (10, 60)], "0/2+1 1/2+1");
        check(&[(0, 0), (15, 60)], "0/1+1 0/1+1");
        check(&[(20, 0)], "0/1+1");
    }

    proptest! {
        #[test]
        fn no_two_that_overlap_share_a_lane_and_none_leaves_the_column(
            events in prop::collection::vec((0..600_i64, 0..200_i64), 0..40),
        ) {
            let events: Vec<_> = events.iter().map(|(start, length)| (at(*start), at(start + length))).collect();
            let places = lanes(&events, SignedDuration::from_mins(15));
            let end = |index: usize| events[index].1.max(events[index].0 + SignedDuration::from_mins(15));
            for (index, place) in places.iter().enumerate() {
                prop_assert!(place.span >= 1 && place.lane + place.span <= place.lanes);
                for (other, beside) in places.iter().enumerate().filter(|(other, _)| *other != index) {
                    let overlaps = events[index].0 < end(other) && events[other].0 < end(index);
                    let is_free = place.lane + place.span <= beside.lane || beside.lane + beside.span <= place.lane;
                    prop_assert!(!overlaps || is_free);
                    prop_assert!(!overlaps || place.lanes == beside.lanes);
                }
            }
        }
    }
}
