//! What may be written nowhere: silenced lints, skipped tests, addresses of package registries.

use super::{Finding, Tree};

/// A text that may not occur, in files of which extension (`""` for all), and what to do instead.
struct Forbidden {
    text: String,
    extension: &'static str,
    instead: &'static str,
}

/// Lines with something forbidden.
pub(super) fn present(tree: &Tree) -> Vec<Finding> {
    let rows = rows();
    let mut found = Vec::new();
    for (path, text) in tree.all().filter(|(path, _)| !path.ends_with("Cargo.lock")) {
        for (number, line) in text.lines().enumerate() {
            for row in &rows {
                if path.ends_with(row.extension) && line.contains(&row.text) {
                    found.push(Finding::new(&format!("{path}:{}", number + 1), row.instead));
                }
            }
        }
    }
    found
}

/// Put together from pieces, so that this file does not hold what it forbids.
fn rows() -> Vec<Forbidden> {
    let row = |pieces: [&str; 2], extension, instead| Forbidden { text: pieces.concat(), extension, instead };
    let host = "names a package registry's host: use the registry's own client";
    let silenced = "silences a lint: use `#[expect(lint, reason = \"...\")]`";
    vec![
        row(["#[all", "ow("], ".rs", silenced),
        row(["#![all", "ow("], ".rs", silenced),
        row(["#[ign", "ore"], ".rs", "skips a test in silence: let it say at run time why it cannot run"),
        row(["crates", ".io/"], "", host),
        row(["static.cra", "tes"], "", host),
        row(["registry.npm", "js"], "", host),
        row(["pypi", ".org"], "", host),
        row(["files.python", "hosted"], "", host),
        row(["deb.deb", "ian"], "", host),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, pieces: [&str; 2], expected: usize) {
        assert_eq!(present(&Tree::of(&[(path, &pieces.concat())])).len(), expected, "{path} {pieces:?}");
    }

    #[test]
    fn a_silenced_lint_is_found() {
        check("relay/src/lib.rs", ["    #[all", "ow(dead_code)]"], 1);
        check("relay/src/lib.rs", ["#![all", "ow(missing_docs)]"], 1);
        check("docs/STYLE.md", ["#[all", "ow(dead_code)]"], 0);
        check("relay/src/lib.rs", ["#[expect(dead_code, ", "reason = \"used by the wasm build\")]"], 0);
    }

    #[test]
    fn a_skipped_test_is_found() {
        check("relay/src/lib.rs", ["#[ign", "ore = \"slow\"]"], 1);
    }

    #[test]
    fn a_registry_host_is_found_in_any_file_but_the_lock() {
        check("README.md", ["https://crates", ".io/crates/x"], 1);
        check("Cargo.lock", ["registry+https://github.com/rust-lang/crates", ".io-index"], 0);
        check(".ci/run", ["curl https://registry.npm", "js.org"], 1);
    }
}
