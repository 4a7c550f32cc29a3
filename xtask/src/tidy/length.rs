//! No source file is longer than one idea.

use super::{Finding, Tree};

/// The most lines a Rust file may have, tests included.
const LIMIT_LINES: usize = 500;

/// Files that may be longer, with the reason. A row that is no longer needed is a finding as well.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// Files over the limit.
pub(super) fn over(tree: &Tree) -> Vec<Finding> {
    over_but(tree, EXCEPTIONS)
}

fn over_but(tree: &Tree, exceptions: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.below("", "rs") {
        let lines = text.lines().count();
        let is_excepted = exceptions.iter().any(|(excepted, _)| *excepted == path);
        if lines > LIMIT_LINES && !is_excepted {
            found.push(Finding::new(path, format!("has {lines} lines, more than {LIMIT_LINES}: is it two ideas?")));
        }
        if lines <= LIMIT_LINES && is_excepted {
            found.push(Finding::new(path, "needs its exception in xtask/src/tidy/length.rs no more"));
        }
    }
    for (path, _) in exceptions.iter().filter(|(path, _)| tree.text(path).is_none()) {
        found.push(Finding::new(path, "does not exist, but has an exception in xtask/src/tidy/length.rs"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree_of_lines(lines: usize) -> Tree {
        Tree::of(&[("relay/src/lib.rs", &"\n".repeat(lines))])
    }

    #[test]
    fn a_file_may_have_exactly_the_limit() {
        assert_eq!(over_but(&tree_of_lines(LIMIT_LINES), &[]), []);
        assert_eq!(over_but(&tree_of_lines(LIMIT_LINES + 1), &[]).len(), 1);
    }

    #[test]
    fn an_exception_must_be_needed() {
        let exceptions = [("relay/src/lib.rs", "a table")];
        assert_eq!(over_but(&tree_of_lines(LIMIT_LINES + 1), &exceptions), []);
        assert_eq!(over_but(&tree_of_lines(LIMIT_LINES), &exceptions).len(), 1);
        assert_eq!(over_but(&Tree::default(), &exceptions).len(), 1);
    }
}
