//! What is rendered, put to an independent parser: it must be one command, and the one that was meant.

use imap_codec::CommandCodec;
use imap_codec::decode::Decoder;
use imap_codec::imap_types::command::CommandBody;
use proptest::prelude::*;

use super::*;

/// The bytes as they go out when the server agrees to every literal.
fn wire(command: &Command) -> Vec<u8> {
    let mut bytes = b"A1 ".to_vec();
    for (index, segment) in command.segments().iter().enumerate() {
        if index > 0 {
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(segment.as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

#[track_caller]
fn check(command: Result<Command, Refusal>, expected: &str) {
    assert_eq!(String::from_utf8(wire(&command.unwrap())).unwrap(), format!("A1 {expected}\r\n"));
}

fn run(first: u32, last: Option<u32>) -> UidRange {
    UidRange { first, last }
}

#[test]
fn mailboxes_are_named_in_their_own_encoding() {
    check(select("inbox", false, true), "SELECT INBOX (CONDSTORE)");
    check(select("Entwürfe", true, false), "EXAMINE \"Entw&APw-rfe\"");
    check(select("a\"b\\c", false, false), "SELECT \"a\\\"b\\\\c\"");
    check(move_to(&[run(7, Some(7))], "Trash"), "UID MOVE 7 \"Trash\"");
}

#[test]
fn searches_are_rendered() {
    check(search(&[]), "UID SEARCH ALL");
    let criteria = [
        Criterion::Uid(vec![run(1, Some(5)), run(9, Some(9)), run(12, None)]),
        Criterion::Since(2026, 11, 2),
        Criterion::Lacks(Flag::Seen),
        Criterion::Has(Flag::Flagged),
        Criterion::ChangedSince(77),
    ];
    check(search(&criteria), "UID SEARCH UID 1:5,9,12:* SINCE 2-Nov-2026 UNSEEN FLAGGED MODSEQ 77");
}

#[test]
fn a_text_beyond_ascii_is_a_literal_with_its_charset() {
    let criteria =
        [Criterion::Header { name: "Subject".to_owned(), contains: "Käse".to_owned() }, Criterion::Has(Flag::Seen)];
    check(search(&criteria), "UID SEARCH CHARSET UTF-8 HEADER Subject {5}\r\nKäse SEEN");
}

#[test]
fn facts_and_parts_are_fetched_without_touching_seen() {
    let items = FetchItems {
        flags: true,
        envelope: true,
        structure: true,
        headers: vec!["Authentication-Results".to_owned(), "List-Id".to_owned()],
        parts: vec![PartPath::Part(vec![1, 2]), PartPath::Header],
        part_cap_bytes: 99,
    };
    check(
        fetch(&[run(3, None)], &items),
        "UID FETCH 3:* (UID RFC822.SIZE INTERNALDATE FLAGS ENVELOPE BODYSTRUCTURE \
         BODY.PEEK[HEADER.FIELDS (Authentication-Results List-Id)] BODY.PEEK[1.2]<0.100> BODY.PEEK[HEADER]<0.100>)",
    );
    check(fetch_part(3, &PartPath::Whole, 10), "UID FETCH 3 (UID BODY.PEEK[]<0.11>)");
    check(fetch_part(3, &PartPath::Header, 10), "UID FETCH 3 (UID BODY.PEEK[HEADER]<0.11>)");
    check(fetch_part(3, &PartPath::Part(vec![1, 2]), 10), "UID FETCH 3 (UID BODY.PEEK[1.2]<0.11>)");
    check(fetch_part(3, &PartPath::PartHeader(vec![2]), 10), "UID FETCH 3 (UID BODY.PEEK[2.MIME]<0.11>)");
}

#[test]
fn no_part_is_longer_than_what_passes() {
    let whole = |cap| fetch_part(3, &PartPath::Whole, cap);
    check(whole(u32::MAX), &format!("UID FETCH 3 (UID BODY.PEEK[]<0.{RESPONSE_LIMIT_BYTES}>)"));
    check(whole(0), "UID FETCH 3 (UID BODY.PEEK[]<0.1>)");
    let many = FetchItems { parts: vec![PartPath::Whole; FETCHED_PART_LIMIT + 1], ..FetchItems::default() };
    assert!(fetch(&[run(1, None)], &many).is_err());
}

#[test]
fn flags_and_filing_are_rendered() {
    check(append("Sent", &[Flag::Seen], 42), "APPEND \"Sent\" (\\Seen) {42}");
    check(append("Sent", &[], 42), "APPEND \"Sent\" {42}");
    check(store(&[run(1, Some(2))], FlagChange::Remove, &[Flag::Draft]), "UID STORE 1:2 -FLAGS.SILENT (\\Draft)");
}

#[test]
fn what_would_be_a_second_command_is_refused() {
    let header =
        |name: &str, contains: &str| Criterion::Header { name: name.to_owned(), contains: contains.to_owned() };
    assert!(search(&[header("X", "a\r\nA9 DELETE INBOX")]).is_err());
    assert!(search(&[header("X Y", "a")]).is_err());
    assert!(search(&[header("", "a")]).is_err());
    assert!(search(&[header("X", "a\0b")]).is_err());
    assert!(select("a\r\nA9 DELETE INBOX", false, false).is_err());
    assert!(select("", false, false).is_err());
    assert!(
        fetch(&[run(1, None)], &FetchItems { headers: vec!["a)] BODY[".to_owned()], ..FetchItems::default() }).is_err()
    );
    assert!(fetch_part(1, &PartPath::Part(vec![]), 1).is_err());
    assert!(fetch_part(1, &PartPath::Part(vec![0]), 1).is_err());
}

#[test]
fn numbers_that_mean_nothing_are_refused() {
    assert!(fetch(&[], &FetchItems::default()).is_err());
    assert!(fetch(&[run(0, None)], &FetchItems::default()).is_err());
    assert!(fetch(&[run(5, Some(4))], &FetchItems::default()).is_err());
    assert!(fetch(&vec![run(1, None); LIST_LIMIT], &FetchItems::default()).is_ok());
    assert!(fetch(&vec![run(1, None); LIST_LIMIT + 1], &FetchItems::default()).is_err());
    assert!(search(&[Criterion::Since(2026, 0, 1)]).is_err());
    assert!(search(&[Criterion::Since(2026, 13, 1)]).is_err());
    assert!(search(&[Criterion::Since(2026, 1, 32)]).is_err());
    assert!(store(&[run(1, None)], FlagChange::Add, &[]).is_err());
}

proptest! {
    #[test]
    fn a_mailbox_name_is_one_argument_of_one_command(name in "\\PC{1,30}") {
        let bytes = wire(&select(&name, false, false).unwrap());
        let (rest, command) = CommandCodec::default().decode(&bytes).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert!(matches!(command.body, CommandBody::Select { .. }), "{:?}", command.body);
    }

    #[test]
    fn a_searched_text_is_one_argument_of_one_command(text in "\\PC{0,30}") {
        let criterion = Criterion::Header { name: "Subject".to_owned(), contains: text };
        let bytes = wire(&search(&[criterion]).unwrap());
        // The parser stops at a literal to let the server agree to it; what stands before must be a whole search so far.
        match CommandCodec::default().decode(&bytes) {
            Ok((rest, command)) => {
                prop_assert!(rest.is_empty());
                prop_assert!(matches!(command.body, CommandBody::Search { .. }), "{:?}", command.body);
            }
            Err(error) => prop_assert!(format!("{error:?}").contains("LiteralFound"), "{error:?}"),
        }
    }

    #[test]
    fn any_text_whatever_is_either_refused_or_one_line_and_its_literals(name in any::<String>()) {
        if let Ok(command) = select(&name, false, false) {
            prop_assert!(command.segments().iter().all(|segment| !segment.contains(['\r', '\n', '\0'])));
        }
    }
}
