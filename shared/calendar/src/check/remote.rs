//! What in an HTML text makes a mail program load something from elsewhere, or run a script.

/// A character, what stands before it, and what behind it, where something is loaded or run.
const MARKS: [(u8, &str, &[&str]); 3] = [
    (b'=', "src", &["\"http", "'http", "http", "\"//"]),
    (b'(', "url", &["http"]),
    (b'<', "", &["link", "script", "iframe"]),
];

/// The first mark of something that is loaded or run; white space does not hide it.
pub(super) fn loads_something(html: &str) -> Option<String> {
    let html = html.as_bytes();
    memchr::memchr3_iter(b'=', b'(', b'<', html).find_map(|at| {
        let (sign, before, behind) = MARKS.into_iter().find(|(sign, ..)| *sign == html[at])?;
        // One letter tells nearly always that there is none.
        let next = dense(html[at + 1..].iter()).next()?;
        let mut marks = behind.iter().filter(|mark| mark.as_bytes()[0] == next);
        let behind = marks.find(|mark| begins_with(html[at + 1..].iter(), mark.bytes()))?;
        let is_there = begins_with(html[..at].iter().rev(), before.bytes().rev());
        is_there.then(|| format!("{before}{}{behind}", char::from(sign)))
    })
}

/// Whether a text begins with a mark, in any case and whatever white space is between its letters.
fn begins_with<'t>(text: impl Iterator<Item = &'t u8>, mut mark: impl Iterator<Item = u8>) -> bool {
    let mut text = dense(text);
    mark.all(|byte| text.next() == Some(byte))
}

/// A text in small letters without its white space. What HTML calls so is ASCII, as is everything that is looked for.
fn dense<'t>(text: impl Iterator<Item = &'t u8>) -> impl Iterator<Item = u8> {
    text.filter(|byte| !matches!(byte, b'\t'..=b'\r' | b' ')).map(u8::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: Option<&str>) {
        assert_eq!(loads_something(html).as_deref(), expected, "{html:?}");
    }

    #[test]
    fn what_is_loaded_is_found_in_any_case_and_spacing() {
        check("<img src=\"https://a.example/1.gif\">", Some("src=\"http"));
        check("<IMG SRC = 'HTTP://a.example/1.gif'>", Some("src='http"));
        check("<img src=http://a.example/1.gif>", Some("src=http"));
        check("<img s\nr\tc = \"//a.example/1.gif\">", Some("src=\"//"));
        check("<p style=\"background: URL( https://a.example )\">", Some("url(http"));
        check("< script >", Some("<script"));
        check("<p>one</p><LINK rel=x><iframe>", Some("<link"));
    }

    #[test]
    fn what_only_names_it_is_not() {
        for html in ["", "<p>src and url</p>", "<a href=\"https://a.example\">a</a>", "<img src=\"cid:1\">", "=\"http"]
        {
            check(html, None);
        }
    }
}
