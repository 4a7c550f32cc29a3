//! Each fuzz target for a while, looking for input that makes a parser panic, hang or eat memory.
//!
//! Coverage is instrumented by LLVM passes that a stable compiler has as well, so neither nightly nor cargo-fuzz is
//! needed; each target is a libFuzzer program.

use std::time::Duration;

use crate::process::{cargo, command, run as run_command};
use crate::project::{Outcome, Problem, read, root, say};

/// The folder of the fuzz package, a workspace of its own because its code is instrumented.
const FOLDER: &str = "shared/calendar/fuzz";

/// Inputs to begin with, a folder for each target; a target without one begins with nothing.
const SEEDS: &str = "shared/calendar/corpus";

/// Built for a named target, so that build scripts are not instrumented.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// What libFuzzer learns from: every edge, counted, and the operands of comparisons.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

const LONG: Duration = Duration::from_secs(60);
const SMOKE: Duration = Duration::from_secs(5);

/// `cargo xtask fuzz [--smoke]`.
pub(crate) fn run(words: &[String]) -> Outcome {
    let each = if words.iter().any(|word| word == "--smoke") { SMOKE } else { LONG };
    let manifest = root().join(FOLDER).join("Cargo.toml");
    let targets = targets(&read(&manifest)?);
    let built = root().join("target/fuzz");
    let mut build = cargo();
    build.args(["build", "--release", "--target", TARGET, "--manifest-path"]).arg(&manifest);
    build.arg("--target-dir").arg(&built).env("RUSTFLAGS", RUSTFLAGS).env_remove("CARGO_BUILD_BUILD_DIR");
    say("building the fuzz targets (a few minutes the first time)");
    run_command(&mut build)?;
    let mut failed = Vec::new();
    for target in &targets {
        say(&format!("{target}: {} s", each.as_secs()));
        // What is found goes to the first folder and is there the next time; the seeds are only read.
        let found = built.join("corpus").join(target);
        let artifacts = built.join("artifacts").join(target);
        for folder in [&found, &artifacts] {
            std::fs::create_dir_all(folder).map_err(|error| Problem(format!("{}: {error}", folder.display())))?;
        }
        let mut fuzz = command(&built.join(TARGET).join("release").join(target).to_string_lossy());
        fuzz.arg(&found).arg(format!("-artifact_prefix={}/", artifacts.display()));
        fuzz.arg(format!("-max_total_time={}", each.as_secs()));
        fuzz.args(["-rss_limit_mb=1024", "-timeout=5", "-max_len=65536", "-print_final_stats=1", "-verbosity=0"]);
        let seeds = root().join(SEEDS).join(target);
        if seeds.is_dir() {
            fuzz.arg(seeds);
        }
        if run_command(&mut fuzz).is_err() {
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() {
        say(&format!("{} targets, nothing found", targets.len()));
        return Ok(());
    }
    Err(Problem(format!("found something in {}: see target/fuzz/artifacts", failed.join(", "))))
}

/// The names of the `[[bin]]` tables.
fn targets(manifest: &str) -> Vec<String> {
    let bins = manifest.split("[[bin]]").skip(1);
    bins.filter_map(|bin| {
        let line = bin.lines().find_map(|line| line.trim().strip_prefix("name"))?;
        Some(line.trim_matches([' ', '=', '"']).to_owned())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_the_binaries_of_the_package() {
        let manifest = "[package]\nname = \"fuzz\"\n[[bin]]\nname = \"ical\"\npath = \"a\"\n[[bin]]\nname=\"mime\"\n";
        assert_eq!(targets(manifest), ["ical", "mime"]);
    }
}
