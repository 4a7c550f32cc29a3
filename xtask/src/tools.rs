//! What the chores need beside Rust itself: found on this machine with exactly the pinned versions, or fetched.

mod debian;

use std::path::PathBuf;
use std::time::Instant;

use crate::process::{cargo, command, output, run as run_command};
use crate::project::{Outcome, Problem, root, say, target};

/// A program installed by `cargo install` when it is not found with this very version.
pub(crate) struct Pinned {
    /// Name of the crate and of the program.
    pub(crate) name: &'static str,
    /// The program's file.
    program: &'static str,
    /// The only version that counts as found.
    pub(crate) version: &'static str,
    /// More words for `cargo install`.
    flags: &'static [&'static str],
    /// How long that takes on two cores.
    usually: &'static str,
}

/// Builds the page.
pub(crate) const TRUNK: Pinned = Pinned {
    name: "trunk",
    program: "trunk",
    version: "0.21.14",
    flags: &["--locked", "--no-default-features"],
    usually: "2 minutes",
};

/// Writes the JavaScript around the wasm; must equal the `wasm-bindgen` crate's version.
pub(crate) const WASM_BINDGEN: Pinned = Pinned {
    name: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    // Without `--locked`: its lock file names versions that this Rust refuses.
    version: "0.2.130",
    flags: &[],
    usually: "2 minutes",
};

/// Looks at licences, duplicates and sources of the dependencies.
pub(crate) const DENY: Pinned = Pinned {
    name: "cargo-deny",
    program: "cargo-deny",
    version: "0.20.2",
    flags: &["--locked", "--no-default-features"],
    usually: "1 minute",
};

/// The accessibility checker that journeys load into the page.
pub(crate) const AXE: &str = "4.14.1";

/// `cargo xtask tools`.
pub(crate) fn run(_words: &[String]) -> Outcome {
    for_build()?;
    for problem in for_test() {
        say(&format!("not to be had: {problem}"));
    }
    say("everything else is there");
    Ok(())
}

/// Where fetched tools are kept.
pub(crate) fn folder() -> PathBuf {
    target().join("tools")
}

/// Everything needed to build the page: the wasm target, Trunk, wasm-bindgen.
pub(crate) fn for_build() -> Outcome {
    wasm_target("wasm32-unknown-unknown")?;
    install(&TRUNK)?;
    install(&WASM_BINDGEN)
}

/// Everything else that the tests use; each problem names what will be skipped for lack of it.
pub(crate) fn for_test() -> Vec<Problem> {
    let attempts = [for_wasi(), install(&DENY), debian::install_missing(), debian::unpack_cyrus_imapd(), axe()];
    attempts.into_iter().filter_map(Result::err).collect()
}

/// What is needed to build wasm that runs without a browser.
pub(crate) fn for_wasi() -> Outcome {
    wasm_target("wasm32-wasip1")
}

fn wasm_target(name: &str) -> Outcome {
    let installed = output("rustc", &["--print", "sysroot"])
        .is_some_and(|sysroot| PathBuf::from(sysroot).join("lib/rustlib").join(name).is_dir());
    if installed {
        return Ok(());
    }
    say(&format!("adding the target {name} with rustup (usually 10 seconds)"));
    run_command(command("rustup").args(["target", "add", name]))
        .map_err(|problem| Problem(format!("the target {name} is missing; {problem}")))
}

fn install(tool: &Pinned) -> Outcome {
    if is_found(tool) {
        return Ok(());
    }
    let Pinned { name, version, usually, .. } = tool;
    say(&format!("building {name} {version} into target/tools (usually {usually} on two cores)"));
    let started = Instant::now();
    let build = folder().join("build");
    run_command(
        cargo()
            .args(["install", "--quiet", name, "--version", version, "--root"])
            .arg(folder())
            .args(tool.flags)
            // From outside the workspace, so that its configuration does not apply.
            .current_dir(std::env::temp_dir())
            // Unoptimised they are built in a third of the time and just as quick at their work.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_TARGET_DIR", &build)
            .env_remove("CARGO_BUILD_BUILD_DIR"),
    )?;
    say(&format!("  {name} is there after {} s", started.elapsed().as_secs()));
    // Shared by the tools while they are built, of no use afterwards; a left-over does no harm.
    let _left_over = std::fs::remove_dir_all(build);
    Ok(())
}

/// Whether the tool is on the search path with exactly the pinned version.
pub(crate) fn is_found(tool: &Pinned) -> bool {
    output(tool.program, &["--version"]).is_some_and(|line| has_version(&line, tool.version))
}

fn has_version(line: &str, version: &str) -> bool {
    line.split_whitespace().any(|word| word == version)
}

fn axe() -> Outcome {
    let manifest = folder().join("node_modules/axe-core/package.json");
    let wanted = format!("\"version\": \"{AXE}\"");
    if std::fs::read_to_string(manifest).is_ok_and(|text| text.contains(&wanted)) {
        return Ok(());
    }
    say(&format!("fetching axe-core {AXE} with npm (usually 5 seconds)"));
    let arguments = ["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--prefix"];
    run_command(command("npm").args(arguments).arg(folder()).arg(format!("axe-core@{AXE}")))
        .map_err(|problem| Problem(format!("axe-core is missing, accessibility is not looked at; {problem}")))
}

/// The version of a crate in `Cargo.lock`, for the tools that must equal one.
#[cfg_attr(not(test), expect(dead_code, reason = "a test keeps the pins true"))]
fn locked_version(name: &str) -> Outcome<String> {
    let lock = crate::project::read(&root().join("Cargo.lock"))?;
    let start = format!("name = \"{name}\"\nversion = \"");
    lock.split_once(&start)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(version, _)| version.to_owned())
        .ok_or_else(|| Problem(format!("Cargo.lock has no {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasm_bindgen_is_pinned_to_the_version_of_the_crate() {
        assert_eq!(locked_version("wasm-bindgen").as_deref(), Ok(WASM_BINDGEN.version));
    }

    #[test]
    fn a_version_is_found_only_when_it_is_exactly_the_pinned_one() {
        assert!(has_version("trunk 0.21.14", "0.21.14"));
        assert!(has_version("wasm-bindgen 0.2.130 (abc)", "0.2.130"));
        assert!(!has_version("trunk 0.21.140", "0.21.14"));
        assert!(!has_version("", "0.21.14"));
    }
}
