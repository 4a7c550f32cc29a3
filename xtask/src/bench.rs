//! The budgets of the design, each beside what is measured on this machine.

mod agenda;
mod criterion;
mod page;
mod product;
mod wasm;

use std::time::Instant;

use crate::project::{Outcome, Problem, say};

/// What may be spent on something, or what must be reached at the least.
struct Budget {
    /// Its name, for `cargo xtask bench NAME`.
    name: &'static str,
    what: &'static str,
    limit: Limit,
    unit: &'static str,
}

/// Where a figure must lie.
#[derive(Clone, Copy)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// A figure by the name of its budget, or why there is none.
type Figure = (String, Result<f64, String>);

/// Budgets that are measured together.
struct Group {
    name: &'static str,
    /// How long that takes on two cores, the programs built.
    usually: &'static str,
    budgets: &'static [Budget],
    measure: fn(&Group) -> Outcome<Vec<Figure>>,
}

const GROUPS: &[Group] = &[
    page::GROUP,
    criterion::READING,
    criterion::EXPANSION,
    criterion::COMPOSING,
    agenda::GROUP,
    wasm::GROUP,
    product::MAILBOX,
    product::ANSWERS,
    product::DIRECT,
    product::RELAY,
];

/// `cargo xtask bench [--list] [NAME]...`: the budgets, or those of these names or groups.
pub(crate) fn run(words: &[String]) -> Outcome {
    if words.iter().any(|word| word == "--list") {
        for group in GROUPS {
            let names: Vec<&str> = group.budgets.iter().map(|budget| budget.name).collect();
            say(&format!("{:<10} {}", group.name, names.join(" ")));
        }
        return Ok(());
    }
    if let Some(unknown) = words.iter().find(|word| !GROUPS.iter().any(|group| group.knows(word))) {
        return Err(Problem(format!("there is no budget `{unknown}`; see --list")));
    }
    let is_chosen = |group: &&Group| words.is_empty() || words.iter().any(|word| group.knows(word));
    let mut lines = Vec::new();
    let mut over = 0;
    for group in GROUPS.iter().filter(is_chosen) {
        say(&format!("{}: usually {} and what the programs take to be built", group.name, group.usually));
        let started = Instant::now();
        let figures = (group.measure)(group).unwrap_or_else(|Problem(why)| {
            group.budgets.iter().map(|budget| (budget.name.to_owned(), Err(why.clone()))).collect()
        });
        say(&format!("  {} s", started.elapsed().as_secs()));
        for budget in
            group.budgets.iter().filter(|it| words.is_empty() || words.iter().any(|word| it.is_meant(word, group)))
        {
            let figure = figures.iter().find(|(name, _)| name == budget.name);
            let figure = figure.map_or(Err("it was not measured".to_owned()), |(_, figure)| figure.clone());
            over += usize::from(figure.as_ref().is_ok_and(|value| !budget.holds(*value)));
            lines.push(budget.line(&figure));
        }
    }
    say(&format!("\n{:<62} {:>14} {:>14}", "what", "limit", "measured"));
    lines.iter().for_each(|line| say(line));
    say(&format!("\n{} budgets, {over} over the limit", lines.len()));
    Ok(())
}

impl Group {
    fn knows(&self, word: &str) -> bool {
        self.name == word || self.budgets.iter().any(|budget| budget.name == word)
    }
}

impl Budget {
    fn is_meant(&self, word: &str, group: &Group) -> bool {
        self.name == word || group.name == word
    }

    fn holds(&self, value: f64) -> bool {
        match self.limit {
            Limit::AtMost(most) => value <= most,
            Limit::AtLeast(least) => value >= least,
        }
    }

    fn line(&self, figure: &Result<f64, String>) -> String {
        let Self { what, unit, .. } = self;
        let (Limit::AtMost(limit) | Limit::AtLeast(limit)) = self.limit;
        let limit = format!("{limit} {unit}");
        match figure {
            Ok(value) => {
                let mark = if self.holds(*value) { "ok" } else { "OVER" };
                format!("{what:<62} {limit:>14} {:>14}  {mark}", format!("{} {unit}", rounded(*value)))
            }
            Err(why) => format!("{what:<62} {limit:>14} {:>14}  {why}", "-"),
        }
    }
}

/// Three digits that count.
fn rounded(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || size.fract() == 0.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_the_limit_the_figure_and_whether_it_holds() {
        let budget = Budget { name: "a", what: "something", limit: Limit::AtMost(40.0), unit: "us" };
        assert!(budget.line(&Ok(40.0)).ends_with("40 us          40 us  ok"));
        assert!(budget.line(&Ok(40.04)).ends_with("40.0 us  OVER"));
        assert!(budget.line(&Err("no browser".into())).ends_with("-  no browser"));
        assert!(Budget { limit: Limit::AtLeast(40.0), ..budget }.holds(41.0));
    }

    #[test]
    fn figures_have_three_digits_that_count() {
        for (value, expected) in [(0.5, "0.50"), (3.0, "3"), (12.34, "12.3"), (105.4, "105")] {
            assert_eq!(rounded(value), expected);
        }
    }

    #[test]
    fn every_name_is_there_once() {
        let names = GROUPS.iter().flat_map(|group| group.budgets.iter().map(|budget| budget.name).chain([group.name]));
        let mut names: Vec<&str> = names.collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
