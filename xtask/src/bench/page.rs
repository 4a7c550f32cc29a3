//! What a browser fetches: bytes with brotli until sign-in works, and in all.

use std::fs;

use super::Row;
use crate::project::{Outcome, Problem, files_below, web};

const FIRST_LIMIT_BYTES: u64 = 170 * 1024;
const ALL_LIMIT_BYTES: u64 = 450 * 1024;

/// The page's own files are the first load; the engine's come behind it.
pub(super) fn rows() -> Outcome<Vec<Row>> {
    let folder = web();
    let files = files_below(&folder);
    if files.is_empty() {
        return Err(Problem("there is no built page to measure: cargo xtask web".into()));
    }
    let (mut first_bytes, mut all_bytes) = (0, 0);
    let is_packed = |name: &str| name.ends_with(".br") || name.ends_with(".gz");
    for path in files.iter().filter(|path| !is_packed(&path.to_string_lossy())) {
        let mut packed = path.clone().into_os_string();
        packed.push(".br");
        let size_bytes = fs::metadata(&packed).or_else(|_| fs::metadata(path))?.len();
        all_bytes += size_bytes;
        let is_engine = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("engine"));
        first_bytes += if is_engine { 0 } else { size_bytes };
    }
    let row = |what, limit, limit_bytes: u64, bytes: u64| Row {
        what,
        limit,
        measured: format!("{:.0} KB", bytes as f64 / 1024.0),
        holds: bytes <= limit_bytes,
    };
    Ok(vec![
        row("bytes (brotli) until sign-in works", "170 KB", FIRST_LIMIT_BYTES, first_bytes),
        row("bytes (brotli) in all", "450 KB", ALL_LIMIT_BYTES, all_bytes),
    ])
}
