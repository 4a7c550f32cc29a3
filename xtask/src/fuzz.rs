//! Each fuzz target for a while, looking for input that makes a parser panic, hang or eat memory.
//!
//! Coverage is instrumented by LLVM passes that a stable compiler has as well, so neither nightly nor cargo-fuzz is
//! needed; each target is a libFuzzer program.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process::{cargo, command, output, run as run_command, run_into};
use crate::project::{Outcome, Problem, read, root, say, target as target_folder};
use crate::test::Tally;

/// The folder of the fuzz package, a workspace of its own because its code is instrumented.
const FOLDER: &str = "shared/calendar/fuzz";

/// Inputs to begin with, a folder for each target; a target without one begins with nothing.
const SEEDS: &str = "shared/calendar/corpus";

/// What libFuzzer learns from: every edge, counted, and the operands of comparisons.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

const LONG: Duration = Duration::from_secs(60);
const SMOKE: Duration = Duration::from_secs(5);

/// `cargo xtask fuzz [--smoke] [TARGET]...`.
pub(crate) fn run(words: &[String]) -> Outcome {
    let each = if words.iter().any(|word| word == "--smoke") { SMOKE } else { LONG };
    let chosen: Vec<&String> = words.iter().filter(|word| *word != "--smoke").collect();
    let workshop = Workshop::open()?;
    if let Some(unknown) = chosen.iter().find(|word| !workshop.targets.contains(word)) {
        return Err(Problem(format!("knows --smoke and {}, not `{unknown}`", workshop.targets.join(", "))));
    }
    say("building the fuzz targets (a few minutes the first time)");
    run_command(&mut workshop.build())?;
    let is_chosen = |target: &&String| chosen.is_empty() || chosen.contains(target);
    let mut failed = Vec::new();
    for target in workshop.targets.iter().filter(is_chosen) {
        say(&format!("{target}: {} s", each.as_secs()));
        if run_command(&mut workshop.fuzz(target, each)?).is_err() {
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() {
        say("nothing found");
        return Ok(());
    }
    Err(Problem(format!("found something in {}: see {}", failed.join(", "), workshop.artifacts().display())))
}

/// A few seconds of each target as a stage of the tests, with everything said in one file.
pub(crate) fn smoke(log: &Path) -> Outcome<Tally> {
    if output("c++", &["--version"]).is_none() {
        return Ok(Tally::skipped("fuzz", "libFuzzer needs a C++ compiler (Debian package g++)"));
    }
    let workshop = Workshop::open()?;
    if !run_into(&mut workshop.build(), log)? {
        return Ok(Tally::failed("fuzz", "the targets could not be built"));
    }
    let mut tally = Tally::default();
    for target in &workshop.targets {
        let mut file = File::options().append(true).open(log)?;
        writeln!(file, "{target}")?;
        let status = workshop
            .fuzz(target, SMOKE)?
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()
            .map_err(|error| Problem(format!("cannot start the fuzz target {target}: {error}")))?;
        tally = tally.and(Tally::one(target, status.success()));
    }
    Ok(tally)
}

/// Where the targets are built and run.
struct Workshop {
    /// Names of the targets.
    targets: Vec<String>,
    manifest: PathBuf,
    built: PathBuf,
    /// The machine's own triple. Building for a named target keeps build scripts without instrumentation.
    triple: String,
}

impl Workshop {
    fn open() -> Outcome<Self> {
        let manifest = root().join(FOLDER).join("Cargo.toml");
        let version = output("rustc", &["-vV"]).unwrap_or_default();
        let triple = version.lines().find_map(|line| line.strip_prefix("host: "));
        Ok(Self {
            targets: targets(&read(&manifest)?),
            manifest,
            built: target_folder().join("fuzz"),
            triple: triple.ok_or_else(|| Problem("rustc does not say what machine this is".into()))?.to_owned(),
        })
    }

    fn build(&self) -> Command {
        let mut build = cargo();
        build.args(["build", "--release", "--target", &self.triple, "--manifest-path"]).arg(&self.manifest);
        build.arg("--target-dir").arg(&self.built).env("RUSTFLAGS", RUSTFLAGS).env_remove("CARGO_BUILD_BUILD_DIR");
        build
    }

    fn artifacts(&self) -> PathBuf {
        self.built.join("artifacts")
    }

    fn fuzz(&self, target: &str, each: Duration) -> Outcome<Command> {
        // What is found goes to the first folder and is there the next time; the seeds are only read.
        let found = self.built.join("corpus").join(target);
        let artifacts = self.artifacts().join(target);
        for folder in [&found, &artifacts] {
            fs::create_dir_all(folder).map_err(|error| Problem(format!("{}: {error}", folder.display())))?;
        }
        let mut fuzz = command(&self.built.join(&self.triple).join("release").join(target).to_string_lossy());
        fuzz.arg(&found).arg(format!("-artifact_prefix={}/", artifacts.display()));
        fuzz.arg(format!("-max_total_time={}", each.as_secs()));
        fuzz.args(["-rss_limit_mb=1024", "-timeout=5", "-max_len=65536", "-print_final_stats=1", "-verbosity=0"]);
        let seeds = root().join(SEEDS).join(target);
        if seeds.is_dir() {
            fuzz.arg(seeds);
        }
        Ok(fuzz)
    }
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
