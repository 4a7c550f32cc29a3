//! The built page: Trunk's output made ready to be served from inside the relay.
//!
//! Afterwards `target/web` holds each file with its compressed forms beside it (`.br`, `.gz`), every file but `index.html`
//! carries a hash in its name, so that it may be cached for ever and two builds never mix, and no script is inline.

mod name;
mod pack;
mod script;
mod style;
mod wasm;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use crate::process::{command, run as run_command};
use crate::project::{Outcome, Problem, files_below, read, root, say, target, web, write};
use crate::tools;

pub(crate) use name::hash;

/// How much care goes into the build.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// Small and fast wasm, best compression: minutes.
    Release,
    /// For looking at a change: seconds once the dependencies are built.
    Quick,
}

/// `cargo xtask web [--dev]`.
pub(crate) fn run(words: &[String]) -> Outcome {
    tools::for_build()?;
    build(if words.iter().any(|word| word == "--dev") { Care::Quick } else { Care::Release })
}

/// Builds page and engine into `target/web`.
pub(crate) fn build(care: Care) -> Outcome {
    let started = Instant::now();
    let trunk_output = target().join("trunk");
    let mut trunk = command("trunk");
    // Without SRI: the page is served by the same binary as its hashes would be, and the names hold them already.
    trunk.args(["build", "--config"]).arg(root().join("Trunk.toml")).args(["--skip-version-check", "--no-sri", "true"]);
    trunk.arg("--dist").arg(&trunk_output).env("NO_COLOR", "true");
    if care == Care::Release {
        say("building page and engine (usually 5 minutes the first time, 1 minute afterwards)");
        trunk.args(["--release", "--cargo-profile", "wasm"]);
    } else {
        say("building page and engine quickly (usually 2 minutes the first time, seconds afterwards)");
    }
    run_command(&mut trunk)?;
    let mut files = name::without_inline_script(style::in_one_file(gather(&trunk_output)?))?;
    if care == Care::Release {
        for (name, bytes) in &mut files {
            if name.ends_with(".wasm") {
                *bytes = wasm::lean(bytes);
            } else if let (true, Ok(text)) = (is_script(name), std::str::from_utf8(bytes)) {
                *bytes = script::lean(text).into_bytes();
            }
        }
    }
    let files = name::with_hashes(files);
    replace_folder(&web(), &files, care)?;
    say(&format!("  the page is in {} after {} s", web().display(), started.elapsed().as_secs()));
    Ok(())
}

/// A file of the page: its path below the folder, with `/`, and its bytes.
pub(crate) type PageFile = (String, Vec<u8>);

fn gather(folder: &Path) -> Outcome<Vec<PageFile>> {
    let mut files = Vec::new();
    for path in files_below(folder) {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&path).map_err(|error| Problem(format!("cannot read {}: {error}", path.display())))?;
        files.push((name, bytes));
    }
    if files.is_empty() { Err(Problem("Trunk built nothing".into())) } else { Ok(files) }
}

fn is_script(name: &str) -> bool {
    name.ends_with(".js") || name.ends_with(".mjs")
}

/// Writes the files and their compressed forms, and leaves nothing of an earlier build.
///
/// A folder that holds the same page already is left alone, so that the relay is not built again for it.
fn replace_folder(folder: &Path, files: &[PageFile], care: Care) -> Outcome {
    let stamp_path = folder.with_extension("stamp");
    let mut all = vec![care as u8];
    for (name, bytes) in files {
        all.extend(name.as_bytes());
        all.extend(hash(bytes).as_bytes());
    }
    let stamp = hash(&all);
    if folder.is_dir() && read(&stamp_path).is_ok_and(|old| old == stamp) {
        return Ok(());
    }
    let fresh: PathBuf = folder.with_extension("new");
    let _absent = fs::remove_dir_all(&fresh);
    for (name, bytes) in files {
        write(&fresh.join(name), bytes)?;
        for (extension, packed) in pack::forms(name, bytes, care)? {
            write(&fresh.join(format!("{name}.{extension}")), &packed)?;
        }
    }
    let _absent = fs::remove_dir_all(folder);
    fs::rename(&fresh, folder)?;
    // Cargo cannot watch a folder that was not there: a relay built without the page would stay without it.
    fs::File::open(root().join("relay/build.rs"))?.set_modified(SystemTime::now())?;
    write(&stamp_path, stamp.as_bytes())
}
