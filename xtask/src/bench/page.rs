//! What a browser fetches: bytes with brotli until sign-in works, and in all.

use std::fs;

use super::{Budget, Figure, Group, Limit};
use crate::project::{Outcome, Problem, files_below, web};

const KB: f64 = 1024.0;

pub(super) const GROUP: Group = Group {
    name: "page",
    usually: "1 s",
    budgets: &[
        Budget {
            name: "first-load",
            what: "bytes (brotli) until the sign-in form can be used",
            limit: Limit::AtMost(170.0),
            unit: "KB",
        },
        Budget { name: "all-files", what: "bytes (brotli) in all", limit: Limit::AtMost(450.0), unit: "KB" },
    ],
    measure,
};

/// What comes behind the door, which signs people in: the page itself, and the engine in its worker.
const BEHIND_THE_DOOR: [&str; 2] = ["page", "engine"];

fn measure(_group: &Group) -> Outcome<Vec<Figure>> {
    let files = files_below(&web());
    if files.is_empty() {
        return Err(Problem("there is no built page to measure: cargo xtask web".into()));
    }
    let (mut first_bytes, mut all_bytes) = (0, 0);
    let is_packed = |name: &str| name.ends_with(".br") || name.ends_with(".gz");
    for path in files.iter().filter(|path| !is_packed(&path.to_string_lossy())) {
        let mut packed = path.clone().into_os_string();
        packed.push(".br");
        // Small files are served as they are.
        let size_bytes = fs::metadata(&packed).or_else(|_| fs::metadata(path))?.len();
        all_bytes += size_bytes;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_behind = BEHIND_THE_DOOR.iter().any(|program| name.starts_with(program));
        first_bytes += if is_behind { 0 } else { size_bytes };
    }
    let figure = |name: &str, bytes: u64| (name.to_owned(), Ok(bytes as f64 / KB));
    Ok(vec![figure("first-load", first_bytes), figure("all-files", all_bytes)])
}
