//! How long to wait before trying again.

use std::time::Duration;

/// The pause before the second attempt, before jitter.
pub const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// No pause is longer, before jitter.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(64);

/// The pause after so many failed attempts in a row (0 after the first): doubled each time up to
/// [`LONGEST_PAUSE`], and moved by up to a quarter in either direction, so that a thousand pages that lost the same
/// server do not come back in the same second. `chance` is any number of the whole range.
pub fn pause(failed_before: u32, chance: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << failed_before.min(16)).min(LONGEST_PAUSE);
    let millis = doubled.as_millis() as u64;
    let spread = millis / 2;
    Duration::from_millis(millis - spread / 2 + spread * u64::from(chance) / u64::from(u32::MAX))
}

/// The pause a server asked for, if it is one a person would wait for; else [`pause`].
pub fn pause_as_asked(asked_seconds: Option<u32>, failed_before: u32, chance: u32) -> Duration {
    match asked_seconds {
        Some(seconds) => Duration::from_secs(u64::from(seconds)).clamp(FIRST_PAUSE, LONGEST_PAUSE * 5),
        None => pause(failed_before, chance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(failed_before: u32, least_millis: u64, most_millis: u64) {
        assert_eq!(pause(failed_before, 0), Duration::from_millis(least_millis));
        assert_eq!(pause(failed_before, u32::MAX), Duration::from_millis(most_millis));
    }

    #[test]
    fn pauses_grow_and_stop_growing() {
        check(0, 750, 1_250);
        check(1, 1_500, 2_500);
        check(5, 24_000, 40_000);
        check(6, 48_000, 80_000);
        check(7, 48_000, 80_000);
        check(u32::MAX, 48_000, 80_000);
    }

    #[test]
    fn a_server_that_names_a_pause_is_obeyed_within_reason() {
        assert_eq!(pause_as_asked(Some(30), 0, 0), Duration::from_secs(30));
        assert_eq!(pause_as_asked(Some(0), 0, 0), FIRST_PAUSE);
        assert_eq!(pause_as_asked(Some(86_400), 0, 0), LONGEST_PAUSE * 5);
    }
}
