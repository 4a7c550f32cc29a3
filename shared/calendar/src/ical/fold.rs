//! Folding: a content line as physical lines of at most 75 octets (RFC 5545 section 3.1).

/// The longest physical line, its line break not counted.
pub(super) const FOLD_OCTETS: usize = 75;

/// Appends one content line, folded between characters by `line_end` and a space; its own end is left to the caller.
pub(super) fn fold(out: &mut Vec<u8>, line: &[u8], line_end: &[u8]) {
    let mut rest = line;
    let mut room = FOLD_OCTETS;
    while rest.len() > room {
        let starts_character = |at: &usize| rest[*at] & 0b1100_0000 != 0b1000_0000;
        let cut = (room.saturating_sub(3)..=room).rev().find(starts_character).unwrap_or(room);
        out.extend_from_slice(&rest[..cut]);
        out.extend_from_slice(line_end);
        out.push(b' ');
        rest = &rest[cut..];
        room = FOLD_OCTETS - 1;
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(line: &str) -> String {
        let mut out = Vec::new();
        fold(&mut out, line.as_bytes(), b"\r\n");
        String::from_utf8(out).expect("a fold stands between characters")
    }

    #[test]
    fn seventy_five_octets_stand_on_one_line_and_one_more_folds() {
        assert_eq!(folded(&"x".repeat(75)), "x".repeat(75));
        assert_eq!(folded(&"x".repeat(76)), format!("{}\r\n x", "x".repeat(75)));
        assert_eq!(folded(&"x".repeat(150)), format!("{}\r\n {}\r\n x", "x".repeat(75), "x".repeat(74)));
    }

    #[test]
    fn a_character_is_never_split() {
        let line = "\u{1f389}".repeat(40);
        let text = folded(&line);
        assert!(text.split("\r\n").all(|physical| physical.len() <= FOLD_OCTETS));
        assert_eq!(text.replace("\r\n ", ""), line);
    }
}
