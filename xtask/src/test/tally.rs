//! How many tests passed, failed and were skipped, read from what libtest prints.

/// The outcome of one stage, test by test.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that ran and held.
    pub(crate) passed: usize,
    /// Names of those that did not.
    pub(crate) failures: Vec<String>,
    /// Names of those that could not run here, with the reason.
    pub(crate) skips: Vec<(String, String)>,
}

impl Tally {
    /// One check that held.
    pub(crate) fn passed() -> Self {
        Self { passed: 1, ..Self::default() }
    }

    /// One check that did not.
    pub(crate) fn failed(name: &str, why: &str) -> Self {
        Self { failures: vec![format!("{name}: {why}")], ..Self::default() }
    }

    /// One check that could not be made.
    pub(crate) fn skipped(name: &str, why: &str) -> Self {
        Self { skips: vec![(name.to_owned(), why.to_owned())], ..Self::default() }
    }

    /// One check, by its outcome.
    pub(crate) fn one(name: &str, held: bool) -> Self {
        if held { Self::passed() } else { Self::failed(name, "see the log") }
    }

    /// Both together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.passed += other.passed;
        self.failures.extend(other.failures);
        self.skips.extend(other.skips);
        self
    }

    /// Reads libtest's output (`test NAME ... ok`), of any number of test binaries.
    ///
    /// `succeeded` is how the process ended: a run that failed without a failed test (it did not compile, it aborted) is
    /// one failure of its own, named by `stage`.
    pub(crate) fn of_libtest(stage: &str, output: &str, succeeded: bool) -> Self {
        let mut tally = Self::default();
        for line in output.lines() {
            let Some((name, outcome)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) else {
                continue;
            };
            match outcome.split_once(", ").unwrap_or((outcome, "")) {
                ("ok", _) => tally.passed += 1,
                ("ignored", reason) => tally.skips.push((name.to_owned(), reason.to_owned())),
                (other, _) if other.starts_with("FAILED") => tally.failures.push(name.to_owned()),
                // `--show-output` and compile-fail doc tests print more after the outcome.
                (other, _) if other.starts_with("ok") => tally.passed += 1,
                _ => {}
            }
        }
        if !succeeded && tally.failures.is_empty() {
            tally.failures.push(format!("{stage}: ended before its tests did"));
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
running 3 tests
test page::a_view_has_an_address ... ok
test relay::refuses (line 12) ... FAILED
test cyrus::first_invitation ... ignored, cyrus-imapd is not installed
test benches::x ... bench: 1 ns/iter
test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out
";

    #[test]
    fn each_test_counts_once() {
        let tally = Tally::of_libtest("unit", OUTPUT, false);
        assert_eq!(tally.passed, 1);
        assert_eq!(tally.failures, ["relay::refuses (line 12)"]);
        assert_eq!(tally.skips, [("cyrus::first_invitation".into(), "cyrus-imapd is not installed".into())]);
    }

    #[test]
    fn a_run_that_did_not_compile_is_a_failure() {
        assert_eq!(Tally::of_libtest("unit", "error: expected `;`", false).failures.len(), 1);
        assert_eq!(Tally::of_libtest("unit", "", true), Tally::default());
    }
}
