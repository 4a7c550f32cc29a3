//! What the core costs, read from its criterion benchmarks, which compare it with other crates in the same run.

use super::Row;
use crate::process::cargo;
use crate::project::{Outcome, Problem};

/// A budget of one benchmark.
struct Budget {
    /// The benchmark's file.
    bench: &'static str,
    /// Its id, as criterion prints it.
    id: &'static str,
    what: &'static str,
    limit: &'static str,
    bound: Bound,
}

/// What must hold of criterion's middle estimate.
enum Bound {
    /// Megabytes a second, at least.
    AtLeastMegabytes(f64),
    /// Microseconds, at most.
    AtMostMicroseconds(f64),
}

const BUDGETS: &[Budget] = &[
    Budget {
        bench: "ical",
        id: "10,000 objects read and written/calendar::ical",
        what: "iCalendar read + write, small objects",
        limit: "100 MB/s",
        bound: Bound::AtLeastMegabytes(100.0),
    },
    Budget {
        bench: "ical",
        id: "a file of 10 MB read and written/calendar::ical",
        what: "iCalendar read + write, one file of 10 MB",
        limit: "80 MB/s",
        bound: Bound::AtLeastMegabytes(80.0),
    },
    Budget {
        bench: "recurrence",
        id: "1000 series into month/calendar",
        what: "1,000 series into a month window",
        limit: "20 ms",
        bound: Bound::AtMostMicroseconds(20_000.0),
    },
    Budget {
        bench: "recurrence",
        id: "1000 series into ten years/calendar",
        what: "1,000 series into ten years",
        limit: "100 ms",
        bound: Bound::AtMostMicroseconds(100_000.0),
    },
    Budget {
        bench: "compose",
        id: "one invitation/composed",
        what: "composing one invitation with our checks",
        limit: "40 us",
        bound: Bound::AtMostMicroseconds(40.0),
    },
];

/// Runs the benchmarks and reads their estimates.
pub(super) fn rows() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for bench in ["ical", "recurrence", "compose"] {
        let output = cargo()
            .args(["bench", "--quiet", "-p", "calendar", "--bench", bench, "--", "--noplot"])
            .output()
            .map_err(|error| Problem(format!("the benchmark {bench} cannot be started: {error}")))?;
        if !output.status.success() {
            return Err(Problem(format!("the benchmark {bench} failed:\n{}", String::from_utf8_lossy(&output.stderr))));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        rows.extend(BUDGETS.iter().filter(|budget| budget.bench == bench).map(|budget| row(budget, &text)));
    }
    Ok(rows)
}

fn row(Budget { id, what, limit, bound, .. }: &Budget, output: &str) -> Row {
    let (measured, holds) = match bound {
        Bound::AtLeastMegabytes(least) => {
            match estimate(output, id, "thrpt:").map(|(value, unit)| value * in_mega(&unit)) {
                Some(found) => (format!("{found:.0} MB/s"), found >= *least),
                None => ("missing".into(), false),
            }
        }
        Bound::AtMostMicroseconds(most) => {
            match estimate(output, id, "time:").map(|(value, unit)| value * in_micro(&unit)) {
                Some(found) => (format!("{found:.1} us"), found <= *most),
                None => ("missing".into(), false),
            }
        }
    };
    Row { what, limit, measured, holds }
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
    fn a_budget_is_held_or_over() {
        let rows: Vec<_> = BUDGETS.iter().map(|budget| row(budget, OUTPUT)).collect();
        assert_eq!((rows[0].measured.as_str(), rows[0].holds), ("112 MB/s", true));
        assert_eq!((rows[1].measured.as_str(), rows[1].holds), ("missing", false));
        let composing = rows.last().expect("there are budgets");
        assert_eq!((composing.measured.as_str(), composing.holds), ("32.5 us", true));
    }
}
