//! Whether a week costs what it shows, and not what is stored.

use super::{Budget, Figure, Group, Limit, criterion};
use crate::project::{Outcome, say};

/// Stored events, as the benchmark names them.
const STORED: [&str; 3] = ["1000", "10000", "100000"];

pub(super) const GROUP: Group = Group {
    name: "agenda",
    usually: "1 min",
    budgets: &[Budget {
        name: "growth",
        what: "the same week with 100,000 stored events beside 1,000",
        limit: Limit::AtMost(2.0),
        unit: "times",
    }],
    measure,
};

fn measure(_group: &Group) -> Outcome<Vec<Figure>> {
    let output = criterion::run("agenda")?;
    let times = STORED.map(|stored| criterion::microseconds(&output, &format!("one week/{stored}")));
    for (stored, time) in STORED.iter().zip(times) {
        let time = time.map_or("-".to_owned(), |time| format!("{time:.0} us"));
        say(&format!("  one week of {stored:>7} stored events: {time:>10}"));
    }
    let growth = match times {
        [Some(few), _, Some(many)] => Ok(many / few),
        _ => Err("the benchmark does not print all times".to_owned()),
    };
    Ok(vec![("growth".to_owned(), growth)])
}
