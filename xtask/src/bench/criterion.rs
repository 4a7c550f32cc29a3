//! What the core costs, read from its criterion benchmarks, which compare it with other crates in the same run.

use super::{Budget, Figure, Group, Limit};
use crate::process::cargo;
use crate::project::{Outcome, Problem};

/// Which benchmark measures which budget.
struct Source {
    budget: &'static str,
    /// The benchmark's file.
    bench: &'static str,
    /// Its id, as criterion prints it.
    id: &'static str,
    kind: Kind,
}

/// What of criterion's middle estimate is wanted.
enum Kind {
    MegabytesPerSecond,
    Milliseconds,
    Microseconds,
}

const SOURCES: &[Source] = &[
    Source {
        budget: "small-objects",
        bench: "ical",
        id: "10,000 objects read and written/calendar::ical",
        kind: Kind::MegabytesPerSecond,
    },
    Source {
        budget: "large-file",
        bench: "ical",
        id: "a file of 10 MB read and written/calendar::ical",
        kind: Kind::MegabytesPerSecond,
    },
    Source { budget: "month", bench: "recurrence", id: "1000 series into month/calendar", kind: Kind::Milliseconds },
    Source {
        budget: "ten-years",
        bench: "recurrence",
        id: "1000 series into ten years/calendar",
        kind: Kind::Milliseconds,
    },
    Source {
        budget: "invitation",
        bench: "compose",
        id: "one invitation/composed and looked at by the linter",
        kind: Kind::Microseconds,
    },
];

pub(super) const READING: Group = Group {
    name: "reading",
    usually: "2 min",
    budgets: &[
        Budget {
            name: "small-objects",
            what: "iCalendar read + write, 10,000 objects of 1.7 KB",
            limit: Limit::AtLeast(100.0),
            unit: "MB/s",
        },
        Budget {
            name: "large-file",
            what: "iCalendar read + write, one file of 10 MB",
            limit: Limit::AtLeast(80.0),
            unit: "MB/s",
        },
    ],
    measure: |group| measure("ical", group),
};

pub(super) const EXPANSION: Group = Group {
    name: "expansion",
    usually: "1 min",
    budgets: &[
        Budget { name: "month", what: "1,000 series into a month window", limit: Limit::AtMost(20.0), unit: "ms" },
        Budget { name: "ten-years", what: "1,000 series into ten years", limit: Limit::AtMost(100.0), unit: "ms" },
    ],
    measure: |group| measure("recurrence", group),
};

pub(super) const COMPOSING: Group = Group {
    name: "composing",
    usually: "1 min",
    budgets: &[Budget {
        name: "invitation",
        what: "composing one invitation with our checks",
        limit: Limit::AtMost(40.0),
        unit: "us",
    }],
    measure: |group| measure("compose", group),
};

fn measure(bench: &str, _group: &Group) -> Outcome<Vec<Figure>> {
    let output = run(bench)?;
    Ok(SOURCES.iter().filter(|source| source.bench == bench).map(|source| figure(source, &output)).collect())
}

/// Runs one of the benchmarks and gives what it prints.
pub(super) fn run(bench: &str) -> Outcome<String> {
    let output = cargo()
        .args(["bench", "--quiet", "-p", "calendar", "--bench", bench, "--", "--noplot"])
        .output()
        .map_err(|error| Problem(format!("the benchmark {bench} cannot be started: {error}")))?;
    if !output.status.success() {
        return Err(Problem(format!("the benchmark {bench} failed:\n{}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn figure(Source { budget, id, kind, .. }: &Source, output: &str) -> Figure {
    let value = match kind {
        Kind::MegabytesPerSecond => estimate(output, id, "thrpt:").map(|(value, unit)| value * in_mega(&unit)),
        Kind::Milliseconds => microseconds(output, id).map(|value| value / 1e3),
        Kind::Microseconds => microseconds(output, id),
    };
    ((*budget).to_owned(), value.ok_or_else(|| format!("the benchmark does not print `{id}`")))
}

/// The middle estimate of a benchmark's time.
pub(super) fn microseconds(output: &str, id: &str) -> Option<f64> {
    estimate(output, id, "time:").map(|(value, unit)| value * in_micro(&unit))
}

/// The middle of the three values that criterion prints for a benchmark, with its unit.
fn estimate(output: &str, id: &str, kind: &str) -> Option<(f64, String)> {
    let mut lines = output.lines().skip_while(|line| {
        let name = line.split("time:").next().unwrap_or_default();
        name.trim_end() != id
    });
    // The name stands before the time, or on a line of its own when it is long; the throughput follows.
    let line = lines.by_ref().take(3).find(|line| line.contains(kind))?;
    let (_, values) = line.split_once('[')?;
    let mut words = values.trim_end_matches(']').split_whitespace().skip(2);
    Some((words.next()?.parse().ok()?, words.next()?.to_owned()))
}

fn in_mega(unit: &str) -> f64 {
    const MIB: f64 = 1024.0 * 1024.0 / 1e6;
    match unit {
        "GiB/s" => 1024.0 * MIB,
        "MiB/s" => MIB,
        "KiB/s" => MIB / 1024.0,
        _ => 0.0,
    }
}

fn in_micro(unit: &str) -> f64 {
    match unit {
        "ns" => 1e-3,
        "ms" => 1e3,
        "s" => 1e6,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
10,000 objects read and written/calendar::ical
                        time:   [150.00 ms 151.00 ms 152.00 ms]
                        thrpt:  [106.10 MiB/s 107.00 MiB/s 108.00 MiB/s]
one invitation/composed time:   [31.000 µs 32.500 µs 33.000 µs]
";

    #[test]
    fn the_middle_estimate_is_read_with_its_unit() {
        let throughput = estimate(OUTPUT, "10,000 objects read and written/calendar::ical", "thrpt:");
        assert_eq!(throughput, Some((107.0, "MiB/s".into())));
        assert_eq!(estimate(OUTPUT, "one invitation/composed", "time:"), Some((32.5, "µs".into())));
        assert_eq!(estimate(OUTPUT, "nothing", "time:"), None);
    }

    #[test]
    fn a_figure_is_in_the_unit_of_its_budget_or_says_what_is_missing() {
        let figures: Vec<_> = SOURCES.iter().map(|source| figure(source, OUTPUT)).collect();
        assert_eq!(figures[0].1.as_ref().map(|value| value.round()), Ok(112.0));
        assert!(figures[1].1.as_ref().is_err_and(|why| why.contains("10 MB")));
        assert_eq!(microseconds(OUTPUT, "10,000 objects read and written/calendar::ical"), Some(151_000.0));
    }
}
