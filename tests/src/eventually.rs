//! Waiting for something to become true, with a deadline instead of a guess.
//!
//! The only place in the journeys where time passes: everything that waits, waits for a thing that a person would notice.

use std::time::{Duration, Instant};

/// How long a person waits before something counts as not happening.
///
/// Twice what the page promises, because the machine of a test has other things to do.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How often is looked. Short against what people notice, long against what looking costs.
const PAUSE: Duration = Duration::from_millis(25);

/// Tries until it gives a value, for [`PATIENCE`] at most.
///
/// # Errors
///
/// What the last try said was missing.
pub fn eventually<T>(attempt: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    within(PATIENCE, attempt)
}

/// Tries until it gives a value, for `limit` at most, and at least once.
///
/// # Errors
///
/// What the last try said was missing, and how long was waited.
pub fn within<T>(limit: Duration, mut attempt: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    let started = Instant::now();
    loop {
        match attempt() {
            Ok(value) => return Ok(value),
            Err(missing) if started.elapsed() >= limit => {
                return Err(format!("{missing} (waited {:.1} s)", started.elapsed().as_secs_f32()));
            }
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_reason_is_told_when_time_is_up() {
        let told = within::<()>(Duration::ZERO, || Err("no such button".into()));
        assert!(told.expect_err("never true").starts_with("no such button"));
    }

    #[test]
    fn what_becomes_true_is_waited_for() {
        let mut tries = 0;
        let told = eventually(|| {
            tries += 1;
            if tries < 3 { Err("not yet".into()) } else { Ok(tries) }
        });
        assert_eq!(told, Ok(3));
    }
}
