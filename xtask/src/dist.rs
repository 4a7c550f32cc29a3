//! One release binary with the page inside, ready to be copied to a server.

use std::fs;
use std::process::Command;

use crate::process::{cargo, output, run as run_command};
use crate::project::{Outcome, Problem, root, say, target};
use crate::{tools, web as page};

/// The target whose binaries need nothing of the system they run on.
const STATIC_TARGET: &str = "x86_64-unknown-linux-musl";

/// `cargo xtask dist`.
pub(crate) fn run(_words: &[String]) -> Outcome {
    tools::for_build()?;
    page::build(page::Care::Release)?;
    let is_static = can_be_static();
    if !is_static {
        say(&format!("not static: that needs `rustup target add {STATIC_TARGET}` and the C compiler musl-gcc"));
    }
    let mut build = cargo();
    build.args(["build", "--release", "-p", "relay", "--bin", "calpost"]);
    let mut built = target();
    if is_static {
        build.args(["--target", STATIC_TARGET]);
        built.push(STATIC_TARGET);
    }
    run_command(&mut build)?;
    built.push("release/calpost");
    let folder = root().join("dist");
    fs::create_dir_all(&folder)?;
    let binary = folder.join("calpost");
    fs::copy(&built, &binary).map_err(|error| Problem(format!("cannot copy {}: {error}", built.display())))?;
    let size_bytes = fs::metadata(&binary)?.len();
    let kind = if is_static { "static" } else { "dynamic: it needs this system's C library" };
    say(&format!("{} ({kind}), {:.1} MiB", binary.display(), size_bytes as f64 / 1024.0 / 1024.0));
    Ok(())
}

fn can_be_static() -> bool {
    let has_target = output("rustc", &["--print", "sysroot"])
        .is_some_and(|sysroot| fs::exists(format!("{sysroot}/lib/rustlib/{STATIC_TARGET}")).unwrap_or(false));
    has_target && Command::new("musl-gcc").arg("--version").output().is_ok_and(|answer| answer.status.success())
}
