//! The escapes of TEXT values (RFC 5545 section 3.3.11).

use std::borrow::Cow;

/// Writes a text as a TEXT value: backslash, semicolon, comma and line breaks escaped, other control characters dropped.
///
/// CR, LF and CRLF all become `\n`, so that no text can begin a new content line.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            ';' => escaped.push_str("\\;"),
            ',' => escaped.push_str("\\,"),
            '\r' => {
                if characters.peek() != Some(&'\n') {
                    escaped.push_str("\\n");
                }
            }
            '\n' => escaped.push_str("\\n"),
            other if is_forbidden(other) => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// Reads a TEXT value. An unknown escape stands for the character after the backslash, as other readers take it.
#[must_use]
pub fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('n' | 'N') => text.push('\n'),
            Some(other) => text.push(other),
            None => text.push('\\'),
        }
    }
    Cow::Owned(text)
}

/// Splits a value at each unescaped `separator`; the pieces keep their escapes.
pub fn split_escaped(value: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    value.split(move |character: char| {
        let splits = character == separator && !escaped;
        escaped = character == '\\' && !escaped;
        splits
    })
}

/// Control characters that no content line may hold; a tab may.
pub(super) fn is_forbidden(character: char) -> bool {
    (character.is_ascii_control() && character != '\t') || matches!(character, '\u{80}'..='\u{9f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, value: &str) {
        assert_eq!(escape(text), value);
        assert_eq!(unescape(value), text);
    }

    #[test]
    fn a_text_comes_back_as_it_was_typed() {
        check("plain", "plain");
        check("a, b; c\\d", "a\\, b\\; c\\\\d");
        check("two\nlines", "two\\nlines");
        check("literal \\n", "literal \\\\n");
        check("caf\u{e9} \u{1f389}\t.", "caf\u{e9} \u{1f389}\t.");
    }

    #[test]
    fn no_text_can_begin_a_line() {
        assert_eq!(escape("a\r\nb\rc\nd\u{85}\u{0}e"), "a\\nb\\nc\\nde");
    }

    #[test]
    fn odd_escapes_are_read_as_others_read_them() {
        assert_eq!(unescape("a\\Nb\\:c\\"), "a\nb:c\\");
    }

    #[test]
    fn an_escaped_comma_does_not_split() {
        let pieces: Vec<&str> = split_escaped("a\\,b,c\\\\,d", ',').collect();
        assert_eq!(pieces, ["a\\,b", "c\\\\", "d"]);
    }
}
