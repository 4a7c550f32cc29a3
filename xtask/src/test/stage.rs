//! The stages of `cargo xtask test`, each a name and what it runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::tally::Tally;
use crate::process::{cargo, run_into};
use crate::project::{Outcome, root};
use crate::{fuzz, tidy, tools, web as page};

/// One part of the test run.
pub(crate) struct Stage {
    /// Its name, for `--only`.
    pub(crate) name: &'static str,
    /// What it looks at.
    pub(crate) about: &'static str,
    /// How long it takes on two cores, the first time.
    pub(crate) usually: &'static str,
    /// Runs it with all output in the given file.
    pub(crate) run: fn(&Path) -> Outcome<Tally>,
}

/// Every stage, in order.
pub(crate) const STAGES: &[Stage] = &[
    Stage { name: "format", about: "rustfmt changes nothing", usually: "2 s", run: format },
    Stage { name: "tidy", about: "the rules of the house", usually: "1 s", run: keep_tidy },
    Stage { name: "deny", about: "licences, bans, sources, advisories", usually: "5 s", run: deny },
    Stage {
        name: "page",
        about: "page and engine can be built as they are shipped",
        usually: "5 min",
        run: build_page,
    },
    Stage { name: "clippy", about: "no warning anywhere", usually: "3 min", run: clippy },
    Stage { name: "unit", about: "unit, snapshot and documentation tests", usually: "5 min", run: unit },
    Stage { name: "wasm", about: "the same tests of the shared crates as wasm", usually: "1 min", run: wasm },
    Stage {
        name: "fuzz",
        about: "each parser of foreign text, a few seconds of input that nobody would write",
        usually: "2 min",
        run: smoke,
    },
    Stage {
        name: "headless",
        about: "the engine without a browser, through the relay to the sandbox",
        usually: "1 min",
        run: headless,
    },
    Stage { name: "journeys", about: "people, a browser and real servers", usually: "5 min", run: journeys },
];

/// Our packages that are plain computation, so that their tests can run as wasm outside a browser.
const PURE: &[&str] = &["wire", "intent", "calendar"];

/// How much of a log is shown when its stage failed.
const TAIL_LINES: usize = 80;

fn format(log: &Path) -> Outcome<Tally> {
    Ok(Tally::one("rustfmt", run_into(cargo().args(["fmt", "--all", "--check"]), log)?))
}

fn keep_tidy(log: &Path) -> Outcome<Tally> {
    let mut tally = Tally::default();
    let mut text = String::new();
    for (rule, findings) in tidy::findings()? {
        tally = tally.and(Tally::one(rule, findings.is_empty()));
        for finding in findings {
            text.push_str(&format!("{rule}: {finding}\n"));
        }
    }
    fs::write(log, text)?;
    Ok(tally)
}

fn deny(log: &Path) -> Outcome<Tally> {
    if !tools::is_found(&tools::DENY) {
        return Ok(Tally::skipped("deny", "cargo-deny could not be installed"));
    }
    let check = |what: &[&str]| {
        let mut command = cargo();
        command.args(["deny", "--config"]).arg(root().join(".deny.toml")).args(["check", "--hide-inclusion-graph"]);
        command.args(what);
        command
    };
    // First, so that the log ends with what can be mended here.
    let has_advisories = run_into(&mut check(&["advisories"]), log)?;
    let advisories = if has_advisories {
        Tally::passed()
    } else if fs::read_to_string(log)?.contains("advisories FAILED") {
        Tally::failed("advisories", "a dependency has a known weakness; see `cargo deny check advisories`")
    } else {
        Tally::skipped("advisories", "the database of advisories cannot be fetched here")
    };
    let mut tally = advisories;
    for what in ["licenses", "bans", "sources"] {
        tally = tally.and(Tally::one(what, run_into(&mut check(&[what]), log)?));
        if !tally.failures.is_empty() {
            break;
        }
    }
    Ok(tally)
}

fn build_page(_log: &Path) -> Outcome<Tally> {
    page::build(page::Care::Release)?;
    Ok(Tally::passed())
}

fn clippy(log: &Path) -> Outcome<Tally> {
    let native = run_into(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]), log)?;
    let native = Tally::one("clippy", native);
    if !native.failures.is_empty() {
        return Ok(native);
    }
    let target = ["--target", "wasm32-unknown-unknown"];
    let frontend = ["clippy", "-p", "page", "-p", "engine"];
    let wasm = run_into(cargo().args(frontend).args(target).args(["--", "-D", "warnings"]), log)?;
    Ok(native.and(Tally::one("clippy for wasm", wasm)))
}

fn unit(log: &Path) -> Outcome<Tally> {
    let mut command = cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]);
    // A snapshot that differs fails; nothing is written beside the sources.
    of_libtest("unit", command.env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "0"), log)
}

fn wasm(log: &Path) -> Outcome<Tally> {
    let mut command = cargo();
    for_wasi(command.args(["test", "--lib", "--no-fail-fast"]));
    for package in PURE {
        command.args(["-p", package]);
    }
    of_libtest("wasm", command.env("INSTA_UPDATE", "no").env("INSTA_WORKSPACE_ROOT", root()), log)
}

/// Lets cargo build for WASI and run what it has built under Node.
pub(crate) fn for_wasi(command: &mut Command) -> &mut Command {
    // Node's quick calls into WASI may meet its garbage collection half-way, and end the process.
    let shim = root().join("xtask/src/test/wasi.mjs");
    let runner = format!("node --no-warnings --no-turbo-fast-api-calls {}", shim.display());
    command.args(["--target", "wasm32-wasip1"]).env("CARGO_TARGET_WASM32_WASIP1_RUNNER", runner);
    // One GiB from the start: when a module's memory grows often, Node 20 crashes while it collects garbage.
    command.env("CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS", "-Clink-arg=--initial-memory=1073741824")
}

fn smoke(log: &Path) -> Outcome<Tally> {
    fuzz::smoke(log)
}

fn headless(log: &Path) -> Outcome<Tally> {
    with_programs("headless", log)
}

fn journeys(log: &Path) -> Outcome<Tally> {
    with_programs("journeys", log)
}

/// A test that starts our own programs, which are built first.
fn with_programs(test: &str, log: &Path) -> Outcome<Tally> {
    // The whole workspace again, so that the features of shared dependencies are those of the unit tests.
    let built = run_into(cargo().args(["build", "--workspace", "--bins"]), log)?;
    if !built {
        return Ok(Tally::failed(test, "the programs could not be built"));
    }
    let mut command = cargo();
    command.args(["test", "--workspace", "--no-fail-fast", "--test", test]);
    of_libtest(test, &mut command, log)
}

fn of_libtest(stage: &str, command: &mut Command, log: &Path) -> Outcome<Tally> {
    let succeeded = run_into(command, log)?;
    let output = String::from_utf8_lossy(&fs::read(log)?).into_owned();
    Ok(Tally::of_libtest(stage, &output, succeeded))
}

/// The last lines of a log.
pub(super) fn tail(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let shown = &lines[lines.len().saturating_sub(TAIL_LINES)..];
    format!("  --- the end of {}\n{}\n  ---", log.display(), shown.join("\n"))
}
