//! Names that change with the content: what lets a browser keep a file for ever without ever mixing two builds.

use std::hash::{DefaultHasher, Hasher as _};

use super::PageFile;
use crate::project::{Outcome, Problem};

/// The one file whose name stays: everything else is found through it.
const INDEX: &str = "index.html";

/// A short name for some bytes: the same for the same bytes, 16 hex digits.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    format!("{:016x}", hasher.finish())
}

/// Moves the body of each inline script of `index.html` to a file of its own.
///
/// Trunk writes the page's start script inline; the page's policy forbids that (`script-src 'self'`).
pub(super) fn without_inline_script(mut files: Vec<PageFile>) -> Outcome<Vec<PageFile>> {
    let Some(at) = files.iter().position(|(name, _)| name == INDEX) else {
        return Err(Problem("Trunk wrote no index.html".into()));
    };
    let mut rest = text_of(&files[at])?;
    let mut page = String::new();
    let mut scripts: Vec<PageFile> = Vec::new();
    while let Some((before, tag, body, after)) = next_script(&rest) {
        page.push_str(before);
        if body.trim().is_empty() || !is_run(tag) {
            page.push_str(&format!("<script{tag}>{body}</script>"));
        } else {
            let name = if scripts.is_empty() { "start.js".to_owned() } else { format!("start-{}.js", scripts.len()) };
            page.push_str(&format!("<script{tag} src=\"/{name}\"></script>"));
            scripts.push((name, format!("{}\n", body.trim()).into_bytes()));
        }
        rest = after.to_owned();
    }
    page.push_str(&rest);
    files[at].1 = page.into_bytes();
    files.extend(scripts);
    Ok(files)
}

/// Puts a hash into the name of every file that has none, and follows the new names through all texts.
///
/// A file is named by its content after the names inside it were followed, so a changed engine changes the script that
/// loads it and the page that loads the script.
pub(super) fn with_hashes(mut files: Vec<PageFile>) -> Vec<PageFile> {
    // Named from the leaves: a file is ready when it mentions no other file that still waits for its name.
    let mut waiting: Vec<usize> = (0..files.len()).filter(|&at| wants_hash(&files[at].0)).collect();
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|&at| {
            waiting.iter().all(|&other| other == at || !mentions(&files[at].1, last_name(&files[other].0)))
        });
        // Files that name each other in a circle are taken as they come.
        let at = waiting.remove(ready.unwrap_or(0));
        let old = files[at].0.clone();
        let new = hashed_name(&old, &hash(&files[at].1));
        files[at].0.clone_from(&new);
        for (_, bytes) in &mut files {
            replace_name(bytes, last_name(&old), last_name(&new));
        }
    }
    files
}

/// The text between `<script` and `>`, the body, and what stands before and after.
fn next_script(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = text.split_once("<script")?;
    let (tag, rest) = rest.split_once('>')?;
    let (body, after) = rest.split_once("</script>")?;
    Some((before, tag, body, after))
}

/// Whether a browser runs what stands in such a tag: data blocks (JSON) are no scripts.
fn is_run(tag: &str) -> bool {
    !tag.contains("type=") || tag.contains("module") || tag.contains("javascript")
}

fn wants_hash(name: &str) -> bool {
    let is_found_by_name = [INDEX, "favicon.ico", "robots.txt", "manifest.webmanifest"].contains(&name);
    !is_found_by_name && !has_hash(last_name(name))
}

/// Whether a name holds eight or more hex digits after a `-`, as Trunk's names do.
fn has_hash(name: &str) -> bool {
    name.split(['-', '.', '_']).skip(1).any(|part| {
        part.len() >= 8
            && part.bytes().all(|letter| letter.is_ascii_hexdigit())
            && part.bytes().any(|l| l.is_ascii_digit())
    })
}

fn last_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// `engine_bg.wasm` becomes `engine_bg-0123456789abcdef.wasm`.
fn hashed_name(name: &str, hash: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{hash}.{extension}"),
        None => format!("{name}-{hash}"),
    }
}

fn mentions(bytes: &[u8], name: &str) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| places_of(text, name).next().is_some())
}

/// Replaces a name in a text, where it is not the end of a longer name. Wasm and images are no text.
fn replace_name(bytes: &mut Vec<u8>, old: &str, new: &str) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut changed = String::new();
    let mut from = 0;
    for at in places_of(text, old) {
        changed.push_str(&text[from..at]);
        changed.push_str(new);
        from = at + old.len();
    }
    changed.push_str(&text[from..]);
    *bytes = changed.into_bytes();
}

fn places_of<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> {
    text.match_indices(name).map(|(at, _)| at).filter(move |&at| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(is_in_name) && !after.is_some_and(is_in_name)
    })
}

fn is_in_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_')
}

fn text_of((name, bytes): &PageFile) -> Outcome<String> {
    String::from_utf8(bytes.clone()).map_err(|_| Problem(format!("{name} is not UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> PageFile {
        (name.to_owned(), text.as_bytes().to_vec())
    }

    fn text<'a>(files: &'a [PageFile], start: &str) -> &'a str {
        let (_, bytes) = files.iter().find(|(name, _)| name.starts_with(start)).expect("the file is there");
        std::str::from_utf8(bytes).expect("is text")
    }

    #[test]
    fn an_inline_script_becomes_a_file() {
        let files = vec![file(INDEX, "<head><script type=\"module\">\nimport x from '/page-1.js';\n</script></head>")];
        let files = without_inline_script(files).expect("has an index");
        assert_eq!(text(&files, INDEX), "<head><script type=\"module\" src=\"/start.js\"></script></head>");
        assert_eq!(text(&files, "start.js"), "import x from '/page-1.js';\n");
    }

    #[test]
    fn a_script_with_an_address_and_a_block_of_data_stay() {
        let page = "<script src=\"/a.js\"></script><script type=\"application/json\">{}</script>";
        let files = without_inline_script(vec![file(INDEX, page)]).expect("has an index");
        assert_eq!(files, [file(INDEX, page)]);
    }

    #[test]
    fn without_an_index_there_is_no_page() {
        assert!(without_inline_script(vec![file("a.js", "")]).is_err());
    }

    #[test]
    fn names_are_followed_from_the_leaves_to_the_index() {
        let files = |wasm: &str| {
            with_hashes(vec![
                file(INDEX, "<script src=\"/start.js\"></script>"),
                file("start.js", "new Worker('/engine_loader.js')"),
                file("engine_loader.js", "importScripts('/engine.js'); init('/engine_bg.wasm')"),
                file("engine.js", "// engine"),
                file("engine_bg.wasm", wasm),
                file("page-0123456789abcdef.js", "//"),
            ])
        };
        let (one, two) = (files("one"), files("two"));
        let name = |files: &[PageFile], at: usize| files[at].0.clone();
        assert_eq!(name(&one, 0), INDEX);
        assert_eq!(name(&one, 5), "page-0123456789abcdef.js");
        assert_eq!(name(&one, 3), name(&two, 3), "the same content keeps its name");
        for at in [1, 2, 4] {
            assert_ne!(name(&one, at), name(&two, at), "a change reaches {}", name(&one, at));
        }
        assert!(text(&one, INDEX).contains(&name(&one, 1)));
        assert!(text(&one, "engine_loader-").contains(&name(&one, 4)));
        assert!(text(&one, "engine_loader-").contains(&name(&one, 3)));
    }

    #[test]
    fn a_name_inside_a_longer_name_is_left_alone() {
        let mut bytes = b"'/start.js' '/restart.js' '/start.json'".to_vec();
        replace_name(&mut bytes, "start.js", "start-1.js");
        assert_eq!(bytes, b"'/start-1.js' '/restart.js' '/start.json'");
    }
}
