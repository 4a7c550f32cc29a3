//! Every check and every test of the project, one after the other, with one summary.
//!
//! The order is from quick to slow, so that a mistake shows early, and such that nothing is built twice: the page is
//! built before the relay that embeds it, and all native tests share one build of the workspace.

mod stage;
mod tally;

use std::time::{Duration, Instant};

use crate::project::{Outcome, Problem, evidence, say};
use crate::tools;
use stage::STAGES;
pub(crate) use stage::for_wasi;
pub(crate) use tally::Tally;

/// `cargo xtask test [--list] [--only STAGE]...`.
pub(crate) fn run(words: &[String]) -> Outcome {
    if words.iter().any(|word| word == "--list") {
        for stage in STAGES {
            say(&format!("{:<14} {}", stage.name, stage.about));
        }
        return Ok(());
    }
    let chosen = chosen(words)?;
    tools::for_build()?;
    for problem in tools::for_test() {
        say(&format!("not to be had: {problem}"));
    }
    let logs = evidence().join("test");
    std::fs::create_dir_all(&logs)?;

    let mut rows = Vec::new();
    for stage in STAGES.iter().filter(|stage| chosen.is_empty() || chosen.contains(&stage.name)) {
        say(&format!("{}: {} (usually {})", stage.name, stage.about, stage.usually));
        let started = Instant::now();
        let log = logs.join(format!("{}.log", stage.name));
        let tally = (stage.run)(&log).unwrap_or_else(|Problem(text)| Tally::failed(stage.name, &text));
        for failure in &tally.failures {
            say(&format!("  FAILED {failure}"));
        }
        if !tally.failures.is_empty() {
            say(&stage::tail(&log));
        }
        for (name, reason) in &tally.skips {
            say(&format!("  skipped {name}: {reason}"));
        }
        rows.push((stage.name, tally, started.elapsed()));
    }
    say(&summary(&rows));
    let failed: usize = rows.iter().map(|(_, tally, _)| tally.failures.len()).sum();
    if failed == 0 { Ok(()) } else { std::process::exit(1) }
}

fn chosen(words: &[String]) -> Outcome<Vec<&str>> {
    let mut chosen = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match (word.as_str(), words.next()) {
            ("--only", Some(name)) if STAGES.iter().any(|stage| stage.name == name) => chosen.push(name.as_str()),
            ("--only", Some(name)) => return Err(Problem(format!("there is no stage `{name}`; see --list"))),
            _ => return Err(Problem(format!("knows --list and --only STAGE, not `{word}`"))),
        }
    }
    Ok(chosen)
}

/// The table, and as the very last line the sums.
fn summary(rows: &[(&str, Tally, Duration)]) -> String {
    let mut text = format!("\n{:<14} {:>7} {:>7} {:>8} {:>8}\n", "stage", "passed", "failed", "skipped", "time");
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, tally, took) in rows {
        let counts = (tally.passed, tally.failures.len(), tally.skips.len());
        let seconds = took.as_secs();
        let time = format!("{}:{:02}", seconds / 60, seconds % 60);
        text.push_str(&format!("{name:<14} {:>7} {:>7} {:>8} {time:>8}\n", counts.0, counts.1, counts.2));
        passed += counts.0;
        failed += counts.1;
        skipped += counts.2;
    }
    text.push_str(&format!("\n{passed} passed, {failed} failed, {skipped} skipped"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_ends_with_the_sums_of_all_stages() {
        let unit = Tally { passed: 40, failures: vec!["x".into()], skips: vec![] };
        let journeys = Tally { passed: 2, failures: vec![], skips: vec![("cyrus".into(), "not installed".into())] };
        let rows = [("unit", unit, Duration::from_secs(61)), ("journeys", journeys, Duration::from_secs(9))];
        let text = summary(&rows);
        assert_eq!(text.lines().last(), Some("42 passed, 1 failed, 1 skipped"));
        assert!(text.contains("1:01"));
    }

    #[test]
    fn a_stage_that_does_not_exist_cannot_be_chosen() {
        assert!(chosen(&["--only".into(), "nothing".into()]).is_err());
        assert!(chosen(&["--only".into()]).is_err());
        assert_eq!(chosen(&["--only".into(), "tidy".into()]), Ok(vec!["tidy"]));
    }
}
