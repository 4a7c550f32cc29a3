//! `docs/PROTOCOL.md` changes whenever `wire` does.
//!
//! The page carries a fingerprint of all of `wire`'s snapshots. A changed snapshot breaks it, and whoever mends it with
//! `cargo xtask tidy --protocol` has the page open and the protocol's version before their eyes.

use super::{Finding, Tree};
use crate::project::{Outcome, Problem, root, write as write_file};
use crate::web::hash;

const PAGE: &str = "docs/PROTOCOL.md";
const SNAPSHOTS: &str = "shared/wire/";
const START: &str = "<!-- wire snapshots: ";
const END: &str = " -->";

/// A fingerprint in the page that is not that of the snapshots.
pub(super) fn stale(tree: &Tree) -> Vec<Finding> {
    let Some(wanted) = fingerprint(tree) else { return Vec::new() };
    let Some(page) = tree.text(PAGE) else {
        return vec![Finding::new(PAGE, "does not exist, but `wire` has snapshots")];
    };
    if written(page) == Some(wanted.as_str()) {
        return Vec::new();
    }
    let what = "does not describe the snapshots of `wire`: mend the text and the version, then run \
                `cargo xtask tidy --protocol`";
    vec![Finding::new(PAGE, what)]
}

/// Writes the right fingerprint into the page.
pub(super) fn write(tree: &Tree) -> Outcome {
    let wanted = fingerprint(tree).ok_or_else(|| Problem("`wire` has no snapshots".into()))?;
    let page = tree.text(PAGE).ok_or_else(|| Problem(format!("{PAGE} does not exist")))?;
    let line = format!("{START}{wanted}{END}");
    let text = match written(page) {
        Some(old) => page.replace(&format!("{START}{old}{END}"), &line),
        None => format!("{}\n\n{line}\n", page.trim_end()),
    };
    write_file(&root().join(PAGE), text.as_bytes())
}

fn fingerprint(tree: &Tree) -> Option<String> {
    let mut all = String::new();
    for (path, text) in tree.below(SNAPSHOTS, "snap") {
        all.push_str(path);
        all.push_str(text);
    }
    (!all.is_empty()).then(|| hash(all.as_bytes()))
}

fn written(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once(START)?;
    Some(rest.split_once(END)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SNAPSHOT: (&str, &str) = ("shared/wire/src/snapshots/hello.snap", "00 01");

    #[test]
    fn a_page_without_the_fingerprint_is_stale() {
        let tree = Tree::of(&[SNAPSHOT, (PAGE, "# Protocol\n")]);
        assert_eq!(stale(&tree).len(), 1);
        assert_eq!(stale(&Tree::of(&[SNAPSHOT])).len(), 1);
    }

    #[test]
    fn a_changed_snapshot_makes_the_page_stale() {
        let mark = fingerprint(&Tree::of(&[SNAPSHOT])).expect("there is a snapshot");
        let page = format!("# Protocol\n\n{START}{mark}{END}\n");
        assert_eq!(stale(&Tree::of(&[SNAPSHOT, (PAGE, &page)])), []);
        let changed = (SNAPSHOT.0, "00 02");
        assert_eq!(stale(&Tree::of(&[changed, (PAGE, &page)])).len(), 1);
    }
}
