//! The budgets of the design, each beside what is measured on this machine.

mod core;
mod page;

use crate::project::{Outcome, say};

/// One line of the table.
struct Row {
    what: &'static str,
    limit: &'static str,
    measured: String,
    holds: bool,
}

/// `cargo xtask bench`.
pub(crate) fn run(_words: &[String]) -> Outcome {
    say("benchmarks of the core run (usually 4 minutes the first time)");
    let mut rows = page::rows()?;
    rows.extend(core::rows()?);
    say(&table(&rows));
    Ok(())
}

fn table(rows: &[Row]) -> String {
    let mut text = format!("{:<58} {:>12} {:>12}\n", "what", "limit", "measured");
    for Row { what, limit, measured, holds } in rows {
        let mark = if *holds { "" } else { "  over the limit" };
        text.push_str(&format!("{what:<58} {limit:>12} {measured:>12}{mark}\n"));
    }
    text
}
