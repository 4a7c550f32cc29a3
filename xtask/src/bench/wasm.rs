//! How much slower the core is as wasm, built as the page is, than natively: by the same program in the same run.

use std::process::Command;

use super::{Budget, Figure, Group, Limit};
use crate::process::{cargo, output};
use crate::project::{Outcome, Problem, say};
use crate::{test, tools};

pub(super) const GROUP: Group = Group {
    name: "wasm",
    usually: "1 min",
    budgets: &[
        budget("wasm-reading", "as wasm (Node) beside native: iCalendar read + write"),
        budget("wasm-expansion", "as wasm (Node) beside native: 1,000 series into a month"),
        budget("wasm-composing", "as wasm (Node) beside native: composing with our checks"),
    ],
    measure,
};

const fn budget(name: &'static str, what: &'static str) -> Budget {
    Budget { name, what, limit: Limit::AtMost(3.0), unit: "times" }
}

fn measure(group: &Group) -> Outcome<Vec<Figure>> {
    if output("node", &["--version"]).is_none() {
        return Err(Problem("there is no Node to run wasm with (Debian package nodejs)".into()));
    }
    tools::for_wasi()?;
    let program = |profile| ["run", "--quiet", "--profile", profile, "-p", "portable"];
    let native = times(cargo().args(program("release")))?;
    let wasm = times(test::for_wasi(cargo().args(program("wasm"))))?;
    let figure = |budget: &Budget| {
        let of = |times: &[(String, f64)]| {
            times.iter().find(|(name, _)| budget.name.ends_with(name.as_str())).map(|(_, time)| *time)
        };
        let (Some(native), Some(wasm)) = (of(&native), of(&wasm)) else {
            return (budget.name.to_owned(), Err("the program does not print it".to_owned()));
        };
        say(&format!("  {:<16} native {:>8.1} ms, wasm {:>8.1} ms", budget.name, native / 1e3, wasm / 1e3));
        (budget.name.to_owned(), Ok(wasm / native))
    };
    Ok(group.budgets.iter().map(figure).collect())
}

/// Microseconds by workload, as the program prints them.
fn times(command: &mut Command) -> Outcome<Vec<(String, f64)>> {
    let output = command.output().map_err(|error| Problem(format!("the workloads cannot be started: {error}")))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let last = complaint.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(Problem(format!("the workloads broke off: {last}")));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let time = |line: &str| {
        let (name, time) = line.split_once(' ')?;
        Some((name.to_owned(), time.parse().ok()?))
    };
    Ok(said.lines().filter_map(time).collect())
}
