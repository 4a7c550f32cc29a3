//! Where the project's files are, and how a chore speaks and fails.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Why a chore could not be done, as one sentence for the person who started it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem(pub(crate) String);

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// What a chore ends with.
pub(crate) type Outcome<T = ()> = Result<T, Problem>;

/// The folder of the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// Where finished programs and pages go: `target`, or what `CARGO_TARGET_DIR` says.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Where the built page lies, ready to be embedded by the relay.
pub(crate) fn web() -> PathBuf {
    target().join("web")
}

/// Where chores and journeys keep what they saw: logs, screenshots, mailboxes.
pub(crate) fn evidence() -> PathBuf {
    target().join("evidence")
}

/// Prints one line (or several) for the person at the terminal.
pub(crate) fn say(text: &str) {
    // A closed pipe is the reader's choice (`cargo xtask | head`), nothing to report.
    let _closed = writeln!(io::stdout().lock(), "{text}");
}

/// Reads a text file; the problem names it.
pub(crate) fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| Problem(format!("cannot read {}: {error}", path.display())))
}

/// Writes a file and the folders above it; the problem names it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Outcome {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| Problem(format!("cannot write {}: {error}", path.display())))
}

/// All files below a folder, sorted; none when the folder is absent.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
