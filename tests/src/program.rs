//! The programs of a journey: ours, which were built before, and those of the system.

use std::path::{Path, PathBuf};

use crate::trouble::Trouble;

/// Folders of the system's daemons that are not on everybody's `PATH`.
const SYSTEM_FOLDERS: &[&str] = &["/usr/sbin", "/usr/lib/cyrus/bin", "/usr/lib/dovecot"];

/// Where a program of the system is.
///
/// # Errors
///
/// The sentence that a skipped journey gives as its reason.
pub fn system(name: &str, package: &str) -> Result<PathBuf, Trouble> {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&inherited)
        .chain(SYSTEM_FOLDERS.iter().map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| Trouble::Missing(format!("{name} is not installed (Debian package {package})")))
}

/// Where one of our own built programs is: beside the running test, whatever the profile.
///
/// # Errors
///
/// When it has not been built.
pub fn ours(name: &str) -> Result<PathBuf, String> {
    let path = built().join(name);
    if path.is_file() { Ok(path) } else { Err(format!("{} is not built", path.display())) }
}

/// The folder for logs, screenshots and mailboxes that outlive a journey.
#[must_use]
pub fn evidence() -> PathBuf {
    target().join("evidence")
}

/// Where `cargo xtask tools` keeps what it fetched.
#[must_use]
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// Whether this process may do what only root can.
#[must_use]
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0)
}

/// The root of the project.
#[must_use]
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| project().join("target"), |folder| project().join(folder))
}

fn built() -> PathBuf {
    target().join(if cfg!(debug_assertions) { "debug" } else { "release" })
}
