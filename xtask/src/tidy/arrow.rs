//! Which package may depend on which, and inside a package which module on which.
//!
//! The arrows are the architecture: the relay cannot know what a calendar is because it cannot name the package.

use std::collections::BTreeSet;

use super::{Finding, Tree};

/// A package's folder, its name, and which of ours it may depend on (in tests as well).
const PACKAGES: &[(&str, &str, &[&str])] = &[
    ("shared/wire", "wire", &[]),
    ("shared/intent", "intent", &[]),
    ("shared/calendar", "calendar", &[]),
    ("frontend/page", "page", &["intent"]),
    ("frontend/engine", "engine", &["intent", "calendar", "wire"]),
    ("relay", "relay", &["wire"]),
    ("tests", "journeys", &["calendar", "engine", "intent", "wire"]),
    ("tests/portable", "portable", &["calendar"]),
    ("tests/sandbox", "sandbox", &[]),
    ("xtask", "xtask", &[]),
];

/// A package's sources, one of its modules, and the sibling modules it may use. A module not listed may use any.
const MODULES: &[(&str, &str, &[&str])] = &[
    ("shared/calendar/src", "order", &[]),
    ("shared/calendar/src", "ical", &["order"]),
    ("shared/calendar/src", "time", &["order"]),
    ("shared/calendar/src", "mime", &[]),
    ("shared/calendar/src", "dav", &["order"]),
    ("shared/calendar/src", "itip", &["ical", "time", "order"]),
    ("shared/calendar/src", "merge", &["ical", "time", "order"]),
    ("shared/calendar/src", "agenda", &["ical", "time", "order"]),
    ("shared/calendar/src", "invite", &["itip", "mime", "ical", "time", "order"]),
    ("shared/calendar/src", "draft", &["ical", "time", "itip"]),
    ("shared/calendar/src", "check", &["ical", "time", "mime", "invite", "agenda", "order"]),
    ("frontend/page/src", "text", &[]),
    ("frontend/page/src", "component", &["text"]),
    ("frontend/page/src", "state", &[]),
    ("frontend/page/src", "screen", &["component", "state", "text"]),
    ("frontend/engine/src", "world", &[]),
    ("frontend/engine/src", "storage", &[]),
    ("frontend/engine/src", "view", &[]),
    ("frontend/engine/src", "link", &["world"]),
    ("frontend/engine/src", "desk", &["view"]),
    ("frontend/engine/src", "pump", &["link", "storage", "world", "desk", "view"]),
    ("relay/src", "policy", &[]),
    ("relay/src", "upstream", &["policy"]),
    ("relay/src", "handler", &["upstream", "policy"]),
];

/// Dependencies between our packages that are not in the table.
pub(super) fn between_packages(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (folder, _, allowed) in PACKAGES {
        let path = format!("{folder}/Cargo.toml");
        for name in tree.text(&path).map(dependencies_of).unwrap_or_default() {
            let is_ours = PACKAGES.iter().any(|(_, ours, _)| *ours == name);
            if is_ours && !allowed.contains(&name) {
                found.push(Finding::new(&path, format!("may not depend on `{name}`")));
            }
        }
    }
    let known: BTreeSet<String> = PACKAGES.iter().map(|(folder, ..)| format!("{folder}/Cargo.toml")).collect();
    for (path, _) in tree.all().filter(|(path, _)| path.ends_with("/Cargo.toml") && !path.contains("/fuzz/")) {
        if !known.contains(path) {
            found.push(Finding::new(path, "is a package without a row in xtask/src/tidy/arrow.rs"));
        }
    }
    found
}

/// `use crate::…` between sibling modules that is not in the table.
pub(super) fn between_modules(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (sources, module, allowed) in MODULES {
        let file = format!("{sources}/{module}.rs");
        let folder = format!("{sources}/{module}/");
        let siblings = modules_of(tree, sources);
        for (path, text) in tree.below(sources, "rs").filter(|(path, _)| *path == file || path.starts_with(&folder)) {
            for used in used_modules(text) {
                if used != *module && siblings.contains(used) && !allowed.contains(&used) {
                    found.push(Finding::new(path, format!("`{module}` may not use `crate::{used}`")));
                }
            }
        }
    }
    found
}

/// Names in all `[dependencies]`-like tables of a manifest.
fn dependencies_of(manifest: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            inside = table.trim_end_matches(']').ends_with("dependencies");
        } else if inside && !line.starts_with('#') {
            names.extend(line.split(['.', '=', ' ']).next().filter(|name| !name.is_empty()));
        }
    }
    names
}

/// Names of the modules directly below a package's sources.
fn modules_of<'a>(tree: &'a Tree, sources: &str) -> BTreeSet<&'a str> {
    tree.all()
        .filter_map(|(path, _)| path.strip_prefix(sources)?.strip_prefix('/'))
        .map(|rest| rest.split_once('/').map_or(rest.trim_end_matches(".rs"), |(folder, _)| folder))
        .collect()
}

/// The first name of every `crate::name` outside comments, with `crate::{a, b::C}` taken apart.
fn used_modules(text: &str) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        // `pub(in crate::x)` is a name too; `$crate::x` is a macro's own business.
        if text[line_start..at].contains("//") || text[..at].ends_with('$') || is_inside_word(&text[..at]) {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => used.extend(names_in_group(group)),
            None => used.extend(first_name(rest)),
        }
    }
    used
}

fn is_inside_word(before: &str) -> bool {
    before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
}

fn names_in_group(group: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                names.extend(first_name(group[start..at].trim_start()));
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> Option<&str> {
    let end = path.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(path.len());
    (end > 0).then(|| &path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_modules(path: &str, text: &str, expected: &[&str]) {
        let siblings =
            [("shared/calendar/src/itip/mod.rs", ""), ("shared/calendar/src/ical.rs", ""), ("relay/src/policy.rs", "")];
        let tree = Tree::of(&[&siblings[..], &[(path, text)]].concat());
        let found: Vec<_> = between_modules(&tree).into_iter().map(|finding| finding.what).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_relay_may_not_depend_on_calendar() {
        let tree =
            Tree::of(&[("relay/Cargo.toml", "[dependencies]\nwire.workspace = true\ncalendar = { path = \"x\" }")]);
        assert_eq!(between_packages(&tree), [Finding::new("relay/Cargo.toml", "may not depend on `calendar`")]);
    }

    #[test]
    fn dependencies_of_tests_count_as_well() {
        let tree = Tree::of(&[("frontend/page/Cargo.toml", "[dev-dependencies]\nengine.workspace = true")]);
        assert_eq!(between_packages(&tree).len(), 1);
    }

    #[test]
    fn a_package_without_a_row_is_found() {
        let tree = Tree::of(&[("shared/extra/Cargo.toml", "[package]")]);
        assert_eq!(between_packages(&tree).len(), 1);
    }

    #[test]
    fn a_module_that_uses_one_above_it_is_found() {
        let ical = "shared/calendar/src/ical/edit.rs";
        check_modules(ical, "use crate::itip::Answer;", &["`ical` may not use `crate::itip`"]);
        check_modules(ical, "use crate::{ical::Line, itip};", &["`ical` may not use `crate::itip`"]);
        check_modules(ical, "fn f() -> crate::itip::Answer {}", &["`ical` may not use `crate::itip`"]);
    }

    #[test]
    fn arrows_that_follow_the_table_are_fine() {
        check_modules("shared/calendar/src/itip/reply.rs", "use crate::{ical::{A, B}, Problem};", &[]);
        check_modules("shared/calendar/src/ical/edit.rs", "// crate::itip is above\nuse crate::ical::Line;", &[]);
        check_modules("relay/src/upstream/mail.rs", "use crate::policy::Verdict;", &[]);
    }

    #[test]
    fn the_policy_uses_nothing() {
        let tree = Tree::of(&[
            ("relay/src/policy/address.rs", "use crate::upstream::Stream;"),
            ("relay/src/upstream/mod.rs", ""),
        ]);
        assert_eq!(between_modules(&tree).len(), 1);
    }
}
