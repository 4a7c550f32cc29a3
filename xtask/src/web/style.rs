//! One style sheet instead of one a component: on a phone each request costs more than the bytes in it.

use super::PageFile;

/// The one style sheet.
const SHEET: &str = "style.css";

/// Joins the style sheets that `index.html` links, in the order of their links, where the first of them stood.
pub(super) fn in_one_file(mut files: Vec<PageFile>) -> Vec<PageFile> {
    let Some(index) = files.iter().position(|(name, _)| name == "index.html") else { return files };
    let Ok(page) = String::from_utf8(files[index].1.clone()) else { return files };
    let mut joined = String::new();
    let (mut before, mut after) = (String::new(), String::new());
    let mut rest = page.as_str();
    while let Some(at) = rest.find("<link") {
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end + 1);
        let text = if joined.is_empty() { &mut before } else { &mut after };
        text.push_str(&rest[..at]);
        match sheet_of(&rest[at..end], &files) {
            Some(sheet) => joined.push_str(&lean(sheet)),
            None => text.push_str(&rest[at..end]),
        }
        rest = &rest[end..];
    }
    if joined.is_empty() {
        return files;
    }
    files[index].1 = format!("{before}<link rel=\"stylesheet\" href=\"/{SHEET}\">{after}{rest}").into_bytes();
    files.retain(|(name, _)| !name.ends_with(".css"));
    files.push((SHEET.to_owned(), joined.into_bytes()));
    files
}

/// The text of the style sheet that a `<link>` names, if it is one of ours.
fn sheet_of<'a>(tag: &str, files: &'a [PageFile]) -> Option<&'a str> {
    if !tag.contains("stylesheet") {
        return None;
    }
    let (_, address) = tag.split_once("href=\"/")?;
    let (name, _) = address.split_once('"')?;
    let (_, bytes) = files.iter().find(|(file, _)| file == name)?;
    std::str::from_utf8(bytes).ok()
}

/// A sheet without what a browser passes over: comments, empty lines and the blanks before a line.
fn lean(sheet: &str) -> String {
    let mut kept = String::new();
    let mut rest = sheet;
    // A quoted text may hold what would begin a comment elsewhere.
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let from_here = &rest[at..];
        let (end, is_kept) = match from_here.strip_prefix("/*") {
            Some(comment) => (comment.find("*/").map_or(from_here.len(), |end| end + 4), false),
            None if from_here.starts_with('/') => (1, true),
            None => (from_here[1..].find(&from_here[..1]).map_or(from_here.len(), |end| end + 2), true),
        };
        kept.push_str(&rest[..at]);
        if is_kept {
            kept.push_str(&from_here[..end]);
        }
        rest = &from_here[end..];
    }
    kept.push_str(rest);
    kept.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> PageFile {
        (name.to_owned(), text.as_bytes().to_vec())
    }

    #[test]
    fn sheets_are_joined_in_the_order_of_the_page() {
        let page = "<head><link rel=\"icon\" href=\"/i.svg\"><link rel=\"stylesheet\" href=\"/b.css\"/>\n\
                    <link rel=\"stylesheet\" href=\"/a.css\"/><title>x</title></head>";
        let files = in_one_file(vec![file("a.css", "a{}"), file("index.html", page), file("b.css", "b{}\n")]);
        let joined = "<head><link rel=\"icon\" href=\"/i.svg\"><link rel=\"stylesheet\" href=\"/style.css\">\n\
                      <title>x</title></head>";
        assert_eq!(files, [file("index.html", joined), file("style.css", "b{}\na{}\n")]);
    }

    #[test]
    fn a_browser_gets_the_rules_and_not_what_is_said_about_them() {
        let sheet =
            "/* Why. */\n\na::before {\n  content: \"/* no comment */\"; /* one */\n  margin: calc(1px / 2);\n}\n";
        assert_eq!(lean(sheet), "a::before {\ncontent: \"/* no comment */\";\nmargin: calc(1px / 2);\n}\n");
        assert_eq!(lean("a{}/* never closed"), "a{}\n");
        assert_eq!(lean("b{content:'it"), "b{content:'it\n");
    }

    #[test]
    fn a_page_without_sheets_stays_as_it_is() {
        let files = vec![file("index.html", "<link rel=\"icon\" href=\"/i.svg\">")];
        assert_eq!(in_one_file(files.clone()), files);
    }
}
