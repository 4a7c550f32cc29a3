//! Parameters of a content line: finding them, reading their values, writing values that stay inside them (RFC 6868).

use std::borrow::Cow;
use std::ops::Range;

use super::text::is_forbidden;

/// One parameter as it stands on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Its name as written.
    pub name: &'a str,
    /// Everything after the `=`, quotes and escapes included; empty if there is no `=`.
    pub raw: &'a str,
}

impl<'a> Parameter<'a> {
    /// Its first value, decoded.
    #[must_use]
    pub fn first(self) -> Cow<'a, str> {
        if self.raw.bytes().any(|byte| matches!(byte, b',' | b'"' | b'^')) {
            return self.values().next().unwrap_or_default();
        }
        Cow::Borrowed(self.raw)
    }

    /// Its values: split at commas outside quotes, unquoted, `^n`, `^'` and `^^` decoded.
    pub fn values(self) -> impl Iterator<Item = Cow<'a, str>> {
        let mut is_quoted = false;
        self.raw
            .split(move |character: char| {
                is_quoted ^= character == '"';
                character == ',' && !is_quoted
            })
            .map(|value| decode(value.trim_matches('"')))
    }
}

/// A parameter's place on its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// From its semicolon to its end.
    pub(super) whole: Range<usize>,
    pub(super) name: Range<usize>,
    pub(super) raw: Range<usize>,
}

/// Walks the parameters between the end of the name and the colon.
pub(super) fn places(line: &str, name_end: usize, colon: usize) -> impl Iterator<Item = Place> {
    let mut at = name_end;
    std::iter::from_fn(move || {
        if at >= colon {
            return None;
        }
        let start = at + 1;
        let (mut is_quoted, mut equals, mut end) = (false, None, colon);
        for (index, byte) in line.as_bytes()[..colon].iter().enumerate().skip(start) {
            match byte {
                b'"' => is_quoted = !is_quoted,
                b'=' if equals.is_none() => equals = Some(index),
                b';' if !is_quoted => {
                    end = index;
                    break;
                }
                _ => {}
            }
        }
        let equals = equals.unwrap_or(end);
        let place = Place { whole: at..end, name: start..equals, raw: (equals + 1).min(end)..end };
        at = end;
        Some(place)
    })
}

/// Writes one value: caret-encoded, quoted where it must be, control characters dropped.
pub(super) fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len() + 2);
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '^' => encoded.push_str("^^"),
            '"' => encoded.push_str("^'"),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' | '\n' => encoded.push_str("^n"),
            other if is_forbidden(other) => {}
            other => encoded.push(other),
        }
    }
    if encoded.contains([':', ';', ',']) { format!("\"{encoded}\"") } else { encoded }
}

fn decode(value: &str) -> Cow<'_, str> {
    if !value.contains('^') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        let decoded = match (character, characters.peek()) {
            ('^', Some('n')) => Some('\n'),
            ('^', Some('\'')) => Some('"'),
            ('^', Some('^')) => Some('^'),
            _ => None,
        };
        match decoded {
            Some(decoded) => {
                characters.next();
                text.push(decoded);
            }
            None => text.push(character),
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, raw: &str) {
        assert_eq!(encode(value), raw);
        let read: Vec<_> = Parameter { name: "CN", raw }.values().collect();
        assert_eq!(read, [value]);
    }

    #[test]
    fn a_value_comes_back_as_it_was_given() {
        check("Bob", "Bob");
        check("Bob \"the\" Builder", "Bob ^'the^' Builder");
        check("Builder, Bob", "\"Builder, Bob\"");
        check("a:b;c", "\"a:b;c\"");
        check("up ^ n ^n", "up ^^ n ^^n");
        check("two\nlines", "two^nlines");
        check("", "");
    }

    #[test]
    fn no_value_leaves_its_parameter() {
        assert_eq!(encode("x\";RSVP=TRUE:mailto:e\r\nUID:1\u{0}"), "\"x^';RSVP=TRUE:mailto:e^nUID:1\"");
    }

    #[test]
    fn an_unknown_caret_escape_stands_for_itself() {
        assert_eq!(decode("a^b^"), "a^b^");
    }

    #[test]
    fn several_values_are_told_apart() {
        let values: Vec<_> = Parameter { name: "MEMBER", raw: "\"mailto:a,b\",\"mailto:c\",d" }.values().collect();
        assert_eq!(values, ["mailto:a,b", "mailto:c", "d"]);
    }
}
