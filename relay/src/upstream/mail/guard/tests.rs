//! What the guard lets through, withholds and ends.

use super::*;

/// What came out of the guard.
struct Outcome {
    cleared: String,
    withheld: usize,
    fault: Option<Fault>,
    last_words: String,
}

/// Puts bytes through a guard in pieces of a size.
fn pass(bytes: &[u8], piece: usize) -> Outcome {
    let watch = Arc::new(Watch::default());
    let mut guard = Guard::new((), Arc::clone(&watch));
    let fault = bytes.chunks(piece).find_map(|chunk| guard.take(chunk).err());
    Outcome {
        cleared: String::from_utf8_lossy(&guard.cleared).into_owned(),
        withheld: watch.take_withheld(),
        fault,
        last_words: watch.last_words(),
    }
}

#[track_caller]
fn check(input: &str, cleared: &str, withheld: usize) {
    for piece in [1, 2, 7, input.len().max(1)] {
        let outcome = pass(input.as_bytes(), piece);
        assert_eq!(
            (outcome.cleared.as_str(), outcome.withheld, outcome.fault),
            (cleared, withheld, None),
            "by {piece}"
        );
    }
}

fn nested(depth: usize) -> String {
    format!("* 1 FETCH {}{}\r\n", "(".repeat(depth), ")".repeat(depth))
}

#[test]
fn readable_responses_pass_as_they_are() {
    for input in [
        "* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n",
        "* 23 EXISTS\r\nA1 OK done\r\n",
        "+ idling\r\n",
        "* SEARCH 1 2 3\r\n",
        "* LIST (\\HasNoChildren) \"/\" {5}\r\nINBOX\r\n",
        "* 1 FETCH (UID 7 BODY[] {13}\r\nhello (\"{3}\r\n FLAGS (\\Seen))\r\n",
    ] {
        check(input, input, 0);
    }
}

#[test]
fn free_text_is_no_data_whatever_it_contains() {
    check("* OK Hello (\"world {5}\r\n* 1 EXISTS\r\n", "* OK Hello (\"world {5}\r\n* 1 EXISTS\r\n", 0);
    let deep = format!("A1 NO {}\r\n", "(".repeat(500));
    check(&deep, &deep, 0);
}

#[test]
fn text_beyond_ascii_is_cleaned_before_the_parser_cuts_it() {
    check("* OK [ALERT]\u{e9}t\u{e9}\r\n", "* OK [ALERT]??t??\r\n", 0);
    check("A1 NO Zugang verweigert: \u{1b}[31mfalsch\r\n", "A1 NO Zugang verweigert: ?[31mfalsch\r\n", 0);
}

#[test]
fn an_incomplete_response_is_held_back() {
    check("* 1 FETCH (UID 7 BODY[] {12}\r\nhello", "", 0);
    check("* 1 EXI", "", 0);
}

#[test]
fn data_that_cannot_be_read_is_withheld_and_counted() {
    check("* NONSENSE of a sort\r\n* 1 EXISTS\r\n", "* 1 EXISTS\r\n", 1);
    check("* 1 FETCH (UID 8 ENVELOPE (1 2 3)))\r\n* 2 FETCH (UID 9)\r\n", "* 2 FETCH (UID 9)\r\n", 1);
}

#[test]
fn data_nested_too_deeply_is_withheld_at_the_limit() {
    let at_limit = pass(nested(NESTING_LIMIT).as_bytes(), 4096);
    assert!(!at_limit.cleared.contains("((("), "not a FETCH, but counted as unreadable, not as an attack");
    for depth in [NESTING_LIMIT + 1, 400, 100_000] {
        let input = format!("{}A1 OK done\r\n", nested(depth));
        check(&input, "A1 OK done\r\n", 1);
    }
    let structure = format!(
        "* 1 FETCH (UID 5 BODYSTRUCTURE {}{})\r\n* 2 FETCH (UID 6)\r\n",
        "(".repeat(400),
        " \"MIXED\")".repeat(400)
    );
    check(&structure, "* 2 FETCH (UID 6)\r\n", 1);
}

#[test]
fn parentheses_in_strings_and_literals_do_not_nest() {
    let quoted = format!("* 1 FETCH (UID 5 BODY[] \"{}\\\"{}\")\r\n", "(".repeat(200), "(".repeat(200));
    check(&quoted, &quoted, 0);
    let literal = format!("* 1 FETCH (UID 5 BODY[] {{200}}\r\n{})\r\n", "(".repeat(200));
    check(&literal, &literal, 0);
}

#[test]
fn a_withheld_response_may_contain_literals() {
    let input = format!("* 1 FETCH ({}{{9}}\r\n* 1 BAD\r\n{})\r\n* 1 EXISTS\r\n", "(".repeat(65), ")".repeat(65));
    check(&input, "* 1 EXISTS\r\n", 1);
}

#[test]
fn a_line_has_a_longest_length() {
    let line = |length: usize| format!("* OK {}\r\n", "a".repeat(length - 7));
    assert_eq!(pass(line(LINE_LIMIT_BYTES).as_bytes(), 4096).fault, None);
    assert_eq!(pass(line(LINE_LIMIT_BYTES + 1).as_bytes(), 4096).fault, Some(Fault::Hostile));
}

#[test]
fn a_literal_has_a_longest_length_and_is_refused_when_announced() {
    let announce = |size: usize| format!("* 1 FETCH (UID 5 BODY[] {{{size}}}\r\n");
    assert_eq!(pass(announce(RESPONSE_LIMIT_BYTES as usize).as_bytes(), 4096).fault, None);
    assert_eq!(pass(announce(RESPONSE_LIMIT_BYTES as usize + 1).as_bytes(), 4096).fault, Some(Fault::TooLarge));
    assert_eq!(pass(b"* 1 FETCH (BODY[] {99999999999999999999999999}\r\n", 4096).fault, Some(Fault::TooLarge));
}

#[test]
fn a_response_of_many_literals_has_a_longest_length_too() {
    let part = format!("BODY[] {{{}}}\r\n{} ", 1024 * 1024, "a".repeat(1024 * 1024));
    let input = format!("* 1 FETCH ({}", part.repeat(18));
    assert_eq!(pass(input.as_bytes(), 65_536).fault, Some(Fault::TooLarge));
}

#[test]
fn a_long_response_passes_while_it_comes_and_may_not_turn_hostile() {
    let size = HOLD_LIMIT_BYTES * 2;
    let good = format!("* 1 FETCH (UID 5 BODY[] {{{size}}}\r\n{})\r\n", "a".repeat(size));
    assert_eq!(pass(good.as_bytes(), 4096).cleared, good);
    let cut = pass(&good.as_bytes()[..size], 4096);
    assert!(cut.cleared.len() > HOLD_LIMIT_BYTES, "the beginning passes before the end has come");
    let bad = format!("* 1 FETCH (BODY[] {{{size}}}\r\n{} BODYSTRUCTURE {}", "a".repeat(size), "(".repeat(100));
    assert_eq!(pass(bad.as_bytes(), 4096).fault, Some(Fault::Hostile));
}

#[test]
fn the_last_words_are_those_of_a_tagged_response_or_a_goodbye() {
    let outcome = pass(b"* OK hi\r\nA1 NO [AUTHENTICATIONFAILED] Wrong.\r\n* 1 EXISTS\r\n", 4096);
    assert_eq!(outcome.last_words, "A1 NO [AUTHENTICATIONFAILED] Wrong.");
    assert_eq!(pass(b"* bye Too many connections\r\n", 4096).last_words, "* bye Too many connections");
}

#[test]
fn random_bytes_neither_panic_nor_pass_unframed() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..2000 {
        let mut bytes = Vec::new();
        for _ in 0..200 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let alphabet = b"* ()\"\\{}\r\n0159OKFETCHUID[]+A\xC3\xA9";
            bytes.push(alphabet[(state % alphabet.len() as u64) as usize]);
        }
        let outcome = pass(&bytes, 13);
        assert!(outcome.cleared.is_empty() || outcome.cleared.ends_with('\n'));
    }
}
