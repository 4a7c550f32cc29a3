//! The rules of the house that a program can keep, one file a rule.
//!
//! Each rule is a function from a [`Tree`] to findings, so that its test can show it a tree that breaks it.

mod arrow;
mod forbidden;
mod header;
mod length;
mod protocol;
mod snapshot;

use std::collections::BTreeMap;
use std::path::Path;

use crate::process;
use crate::project::{Outcome, Problem, root, say};

/// The text files of the project by their path from its root, with `/` between folders.
#[derive(Default)]
pub(crate) struct Tree {
    texts: BTreeMap<String, String>,
}

/// Something to mend: where, and what to do about it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    what: String,
}

/// One rule and what it is called in the summary.
pub(crate) struct Rule {
    /// Its name.
    pub(crate) name: &'static str,
    find: fn(&Tree) -> Vec<Finding>,
}

/// Every rule, in the order of the summary.
pub(crate) const RULES: &[Rule] = &[
    Rule { name: "packages depend in one direction", find: arrow::between_packages },
    Rule { name: "modules depend in one direction", find: arrow::between_modules },
    Rule { name: "every file says what it is", find: header::missing },
    Rule { name: "one idea a file", find: length::over },
    Rule { name: "the protocol's page follows its snapshots", find: protocol::stale },
    Rule { name: "every snapshot has a test", find: snapshot::unreferenced },
    Rule { name: "nothing forbidden is written", find: forbidden::present },
];

/// `cargo xtask tidy`; `--protocol` writes the fingerprint of the snapshots into `docs/PROTOCOL.md`.
pub(crate) fn run(words: &[String]) -> Outcome {
    if words.iter().any(|word| word == "--protocol") {
        return protocol::write(&Tree::of_project()?);
    }
    let mut broken = 0;
    for (rule, findings) in findings()? {
        if !findings.is_empty() {
            broken += 1;
            say(&format!("{rule}:"));
        }
        for finding in findings {
            say(&format!("  {finding}"));
        }
    }
    if broken == 0 { Ok(()) } else { Err(Problem(format!("{broken} of {} rules are broken", RULES.len()))) }
}

/// Each rule's name with what it found in the project.
pub(crate) fn findings() -> Outcome<Vec<(&'static str, Vec<Finding>)>> {
    let tree = Tree::of_project()?;
    Ok(RULES.iter().map(|rule| (rule.name, (rule.find)(&tree))).collect())
}

impl Tree {
    /// What git knows of, or would know of: tracked and new files, not ignored ones.
    pub(crate) fn of_project() -> Outcome<Self> {
        let listed = process::output("git", &["ls-files", "--cached", "--others", "--exclude-standard"])
            .ok_or_else(|| Problem("tidy asks git for the list of files, and git did not answer".into()))?;
        let mut texts = BTreeMap::new();
        for path in listed.lines() {
            // A file may be deleted and not yet committed, or be an image.
            if let Ok(text) = std::fs::read_to_string(root().join(path)) {
                texts.insert(path.to_owned(), text);
            }
        }
        Ok(Self { texts })
    }

    /// A tree of a test's own.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self { texts: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    /// The text of one file.
    fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// All files with one extension below a folder (`""` for everywhere).
    fn below<'a>(&'a self, folder: &'a str, extension: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.texts
            .iter()
            .filter(move |(path, _)| {
                path.starts_with(folder) && Path::new(path).extension().is_some_and(|found| found == extension)
            })
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// All files.
    fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.path, self.what)
    }
}

impl Finding {
    fn new(path: &str, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), what: what.into() }
    }
}
