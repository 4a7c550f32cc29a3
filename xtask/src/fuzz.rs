//! Each fuzz target for a while, looking for input that makes a parser panic, hang or eat memory.

use std::time::Duration;

use crate::process::{command, output, run as run_command};
use crate::project::{Outcome, Problem, read, root, say};

/// The folder of the fuzz package, a workspace of its own because it needs nightly.
const FOLDER: &str = "shared/calendar/fuzz";

const LONG: Duration = Duration::from_secs(60);
const SMOKE: Duration = Duration::from_secs(5);

/// `cargo xtask fuzz [--smoke]`.
pub(crate) fn run(words: &[String]) -> Outcome {
    let each = if words.iter().any(|word| word == "--smoke") { SMOKE } else { LONG };
    let manifest = root().join(FOLDER).join("Cargo.toml");
    if !manifest.exists() {
        return Err(Problem(format!("there are no fuzz targets: {FOLDER} does not exist")));
    }
    if output("cargo", &["+nightly", "fuzz", "--version"]).is_none() {
        let how = "rustup toolchain install nightly && cargo install cargo-fuzz";
        return Err(Problem(format!("fuzzing needs nightly Rust and cargo-fuzz: {how}")));
    }
    let targets = targets(&read(&manifest)?);
    let mut failed = Vec::new();
    for target in &targets {
        say(&format!("{target}: {} s", each.as_secs()));
        let limit = format!("-max_total_time={}", each.as_secs());
        // Through rustup, which alone understands `+nightly`.
        let mut fuzz = command("cargo");
        fuzz.args(["+nightly", "fuzz", "run", target, "--", &limit, "-rss_limit_mb=1024", "-timeout=5"]);
        fuzz.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO_BUILD_BUILD_DIR");
        if run_command(fuzz.current_dir(root().join(FOLDER).join(".."))).is_err() {
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() {
        say(&format!("{} targets, nothing found", targets.len()));
        return Ok(());
    }
    Err(Problem(format!("found something in {}", failed.join(", "))))
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
