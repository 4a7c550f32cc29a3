//! Starting other programs: once to the end, for their output, or in the background until dropped.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::project::{Outcome, Problem, root, web};
use crate::tools;

/// A command that finds the installed tools first and runs in the workspace's folder.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("PATH", search_path());
    command
}

/// `cargo`, the very one that runs this chore.
pub(crate) fn cargo() -> Command {
    let mut command = command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    // Set by `cargo run` for this program; children would take them for their own.
    for (name, _) in std::env::vars() {
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    if std::env::var_os("CARGO_TARGET_DIR").is_some() {
        // Where the relay looks for the page by itself is beside its own sources.
        command.env("CALPOST_WEB_DIR", web());
    }
    command
}

/// Runs to the end, showing what it prints.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let words = words_of(command);
    let status = command.status().map_err(|error| Problem(format!("cannot start `{words}`: {error}")))?;
    if status.success() { Ok(()) } else { Err(Problem(format!("`{words}` failed ({status})"))) }
}

/// Runs to the end with everything it prints in one file; true when it succeeded.
pub(crate) fn run_into(command: &mut Command, log: &Path) -> Outcome<bool> {
    let words = words_of(command);
    let file = File::create(log).map_err(|error| Problem(format!("cannot write {}: {error}", log.display())))?;
    let status = command
        .stdin(Stdio::null())
        .stderr(file.try_clone()?)
        .stdout(file)
        .status()
        .map_err(|error| Problem(format!("cannot start `{words}`: {error}")))?;
    Ok(status.success())
}

/// What a program prints, trimmed, or none when it is absent or fails.
pub(crate) fn output(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .env("PATH", search_path())
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A program in the background, stopped by its pid when this value goes.
pub(crate) struct Background {
    child: Child,
}

impl Background {
    /// Starts it; its standard output can be taken once from [`Background::child`].
    pub(crate) fn start(command: &mut Command) -> Outcome<Self> {
        let words = words_of(command);
        let child = command.spawn().map_err(|error| Problem(format!("cannot start `{words}`: {error}")))?;
        Ok(Self { child })
    }

    /// The running program.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Asked politely first: the relay tells its pages that it goes away.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _gone = self.child.kill();
        }
        let _status = self.child.wait();
    }
}

/// `PATH` with the project's own tools before everything else, and the system's daemons after it.
fn search_path() -> OsString {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = vec![tools::folder().join("bin")];
    folders.extend(std::env::split_paths(&inherited));
    folders.extend(["/usr/sbin".into(), "/sbin".into()]);
    std::env::join_paths(folders).unwrap_or(inherited)
}

fn words_of(command: &Command) -> String {
    let mut words = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        words.push(' ');
        words.push_str(&argument.to_string_lossy());
    }
    words
}
