//! Every source file begins by saying what it is.

use super::{Finding, Tree};

/// Rust files without a `//!` line of one sentence with a stop as their first.
pub(super) fn missing(tree: &Tree) -> Vec<Finding> {
    tree.below("", "rs").filter_map(|(path, text)| Some(Finding::new(path, what_is_wrong(text)?))).collect()
}

fn what_is_wrong(text: &str) -> Option<&'static str> {
    let Some(first) = text.lines().next().and_then(|line| line.strip_prefix("//!")) else {
        return Some("begins without a `//!` header");
    };
    // The first paragraph may go over several lines.
    let mut paragraph = first.trim().to_owned();
    for line in text.lines().skip(1).map_while(|line| line.strip_prefix("//! ")) {
        paragraph.push_str(line.trim());
    }
    (!paragraph.ends_with(['.', ':'])).then_some("has a header that is no sentence with a stop")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: usize) {
        assert_eq!(missing(&Tree::of(&[("relay/src/lib.rs", text)])).len(), expected, "{text}");
    }

    #[test]
    fn a_file_without_a_header_is_found() {
        check("use std::io;\n", 1);
        check("", 1);
        check("// A plain comment.\n", 1);
    }

    #[test]
    fn a_header_is_a_sentence_with_a_stop() {
        check("//! Things\n", 1);
        check("//! What the relay listens on.\n", 0);
        check("//! A sentence over\n//! two lines.\n//!\n//! And a reason\n", 0);
    }
}
