//! Scripts without what a browser passes over: comments that have lines of their own, and the blanks before a line.
//!
//! Comments beside code stay: telling them from texts and patterns takes a reader of JavaScript.

/// The same script with fewer bytes.
pub(super) fn lean(script: &str) -> String {
    let mut kept = String::new();
    let mut is_in_comment = false;
    let mut is_in_template = false;
    for line in script.lines() {
        // What stands in a text of several lines is no comment, and its blanks count.
        if is_in_template {
            kept.push_str(line);
            kept.push('\n');
        } else {
            let line = line.trim();
            let begins_comment = line.starts_with("/*") && (line.ends_with("*/") || !line.contains("*/"));
            if is_in_comment || begins_comment {
                is_in_comment = !line.ends_with("*/");
                continue;
            }
            if line.is_empty() || line.starts_with("//") {
                continue;
            }
            kept.push_str(line);
            kept.push('\n');
        }
        is_in_template ^= line.matches('`').count() % 2 == 1;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(script: &str, expected: &str) {
        assert_eq!(lean(script), expected);
    }

    #[test]
    fn comments_with_lines_of_their_own_go() {
        check("// Why.\n  /**\n   * @returns {x}\n   */\nf() {\n  /* one */\n\n  g();\n}\n", "f() {\ng();\n}\n");
    }

    #[test]
    fn what_stands_beside_code_stays() {
        check("f(); // why\n/* a */ g();\nh('/*');\n", "f(); // why\n/* a */ g();\nh('/*');\n");
    }

    #[test]
    fn a_text_of_several_lines_is_kept_as_it_is() {
        check("f(`a\n  // b\n`);\n  // c\n", "f(`a\n  // b\n`);\n");
    }
}
