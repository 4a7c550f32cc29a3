//! No snapshot outlives the test that wrote it.

use std::path::Path;

use super::{Finding, Tree};

/// Snapshots whose source is gone, or whose name and test are written nowhere in the package, and unreviewed ones.
pub(super) fn unreferenced(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.below("", "snap") {
        if let Some(what) = what_is_wrong(tree, path, text) {
            found.push(Finding::new(path, what));
        }
    }
    for (path, _) in tree.all().filter(|(path, _)| path.ends_with(".snap.new")) {
        found.push(Finding::new(path, "waits for a review (`cargo insta review`)"));
    }
    found
}

fn what_is_wrong(tree: &Tree, path: &str, text: &str) -> Option<String> {
    let source = text.lines().find_map(|line| line.strip_prefix("source: "))?;
    let Some(code) = tree.text(source) else { return Some(format!("was written by {source}, which is gone")) };
    // `crate__module__name`, then `-2` and so on for the further ones of one test; the name may itself hold `__`.
    let stem = Path::new(path).file_stem()?.to_str()?;
    let package = source.split_once("/src/").or_else(|| source.split_once("/tests/")).map_or("", |(folder, _)| folder);
    let parts: Vec<&str> = stem.split("__").collect();
    let is_named = (0..parts.len()).any(|first| {
        let name = parts[first..].join("__");
        let plain = name.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches('-');
        [name.as_str(), plain].iter().any(|name| {
            !name.is_empty()
                && (is_test_in(code, name)
                    || tree.below(package, "rs").any(|(_, code)| code.contains(&format!("\"{name}\""))))
        })
    });
    // Names made up at run time (`format!`, `glob!`, a suffix) cannot be followed from here.
    let is_made_up = path.contains('@')
        || ["glob!", "set_snapshot_suffix", "_snapshot!(name", "_snapshot!(format!"]
            .iter()
            .any(|mark| code.contains(mark));
    (!is_named && !is_made_up).then(|| format!("belongs to no test in {source}"))
}

fn is_test_in(code: &str, name: &str) -> bool {
    code.contains(&format!("fn {name}(")) || code.contains(&format!("fn test_{name}("))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "---\nsource: shared/wire/src/hello.rs\nexpression: bytes\n---\n00";

    #[track_caller]
    fn check(snapshot: &str, code: &str, expected: usize) {
        let tree = Tree::of(&[(snapshot, HEAD), ("shared/wire/src/hello.rs", code)]);
        assert_eq!(unreferenced(&tree).len(), expected, "{snapshot}");
    }

    #[test]
    fn a_snapshot_of_a_test_that_is_gone_is_found() {
        let path = "shared/wire/src/snapshots/wire__hello__tests__a_greeting.snap";
        check(path, "fn a_greeting() {}", 0);
        check(path, "fn another() {}", 1);
    }

    #[test]
    fn a_named_snapshot_belongs_to_whoever_writes_its_name() {
        let path = "shared/wire/src/snapshots/wire__hello__tests__hello_v1.snap";
        check(path, "assert_snapshot!(\"hello_v1\", bytes)", 0);
        check("shared/wire/src/snapshots/wire__hello__tests__a_greeting-2.snap", "fn a_greeting() {}", 0);
    }

    #[test]
    fn a_snapshot_whose_source_is_gone_is_found() {
        assert_eq!(unreferenced(&Tree::of(&[("shared/wire/src/snapshots/x.snap", HEAD)])).len(), 1);
    }

    #[test]
    fn an_unreviewed_snapshot_is_found() {
        assert_eq!(unreferenced(&Tree::of(&[("shared/wire/src/snapshots/x.snap.new", "")])).len(), 1);
    }
}
