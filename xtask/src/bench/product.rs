//! What the running product costs, measured by `tests/budgets` with the built programs.

use super::{Budget, Figure, Group, Limit};
use crate::process::{cargo, run as run_command};
use crate::project::{Outcome, Problem};

pub(super) const MAILBOX: Group = Group {
    name: "mailbox",
    usually: "1 min",
    budgets: &[
        Budget {
            name: "poll-commands",
            what: "poll with nothing new: IMAP commands",
            limit: Limit::AtMost(3.0),
            unit: "commands",
        },
        Budget {
            name: "poll-bytes",
            what: "poll with nothing new: bytes",
            limit: Limit::AtMost(1024.0),
            unit: "bytes",
        },
        Budget {
            name: "replies-commands",
            what: "50 new replies among 10,000 mails: IMAP commands",
            limit: Limit::AtMost(20.0),
            unit: "commands",
        },
        Budget {
            name: "replies-bytes",
            what: "50 new replies among 10,000 mails: bytes",
            limit: Limit::AtMost(100.0 * 1024.0),
            unit: "bytes",
        },
    ],
    measure,
};

pub(super) const ANSWERS: Group = Group {
    name: "answers",
    usually: "1 min",
    budgets: &[
        Budget {
            name: "answer-shown",
            what: "reply delivered -> told to the page, with IDLE and 10,000 stored events",
            limit: Limit::AtMost(2000.0),
            unit: "ms",
        },
        Budget {
            name: "answers-applied",
            what: "5 replies applied with 10,000 stored events",
            limit: Limit::AtMost(1000.0),
            unit: "ms",
        },
    ],
    measure,
};

pub(super) const DIRECT: Group = Group {
    name: "direct",
    usually: "30 s",
    budgets: &[
        Budget {
            name: "relay-submission",
            what: "a submission through the relay beside a direct client, p50",
            limit: Limit::AtMost(1.15),
            unit: "times",
        },
        Budget {
            name: "relay-parts",
            what: "part fetches per second through the relay beside a direct client",
            limit: Limit::AtLeast(0.75),
            unit: "times",
        },
    ],
    measure,
};

pub(super) const RELAY: Group = Group {
    name: "relay",
    usually: "2 min",
    budgets: &[
        Budget { name: "relay-memory", what: "relay: memory with no page", limit: Limit::AtMost(12.0), unit: "MiB" },
        Budget {
            name: "relay-page-memory",
            what: "relay: memory per idle page with one IDLE over TLS",
            limit: Limit::AtMost(64.0),
            unit: "KiB",
        },
        Budget {
            name: "relay-page-cpu",
            what: "relay: CPU per 1,000 idle pages",
            limit: Limit::AtMost(5.0),
            unit: "ms/s",
        },
    ],
    measure,
};

/// Our packages whose programs run, and the one that measures; named together so that they share their dependencies.
const PACKAGES: [&str; 6] = ["-p", "relay", "-p", "sandbox", "-p", "journeys"];

fn measure(group: &Group) -> Outcome<Vec<Figure>> {
    run_command(cargo().args(["build", "--quiet", "--release", "--bins", "--bench", "budgets"]).args(PACKAGES))?;
    let output = cargo()
        .args(["bench", "--quiet", "--bench", "budgets"])
        .args(PACKAGES)
        .args(["--", group.name])
        .output()
        .map_err(|error| Problem(format!("the budgets cannot be measured: {error}")))?;
    let (said, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        let last = complaints.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        return Err(Problem(format!("it broke off: {last}")));
    }
    Ok(said.lines().filter_map(figure).collect())
}

/// Reads `budget NAME VALUE`, or `budget NAME - WHY`.
fn figure(line: &str) -> Option<Figure> {
    let (name, value) = line.strip_prefix("budget ")?.split_once(' ')?;
    let figure = match value.strip_prefix("- ") {
        Some(why) => Err(why.to_owned()),
        None => value.parse().map_err(|_| format!("`{value}` is no figure")),
    };
    Some((name.to_owned(), figure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_number_or_a_reason() {
        assert_eq!(figure("budget poll-commands 3"), Some(("poll-commands".into(), Ok(3.0))));
        assert_eq!(figure("budget poll-bytes - no sandbox"), Some(("poll-bytes".into(), Err("no sandbox".into()))));
        assert_eq!(figure("running 1 test"), None);
    }
}
