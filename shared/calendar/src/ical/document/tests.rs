//! Whole texts: what is read is written, whatever it is.

use proptest::prelude::*;

use super::super::{Component, Document, Limits, ProblemKind, Property, ReadError};

fn read(text: &str) -> Document {
    Document::read(text.as_bytes()).expect("within the limits")
}

#[track_caller]
fn check(text: &str, kinds: &[ProblemKind]) {
    let document = read(text);
    assert_eq!(String::from_utf8_lossy(&document.write()), text);
    let found: Vec<_> = document.problems().iter().map(|problem| problem.kind).collect();
    assert_eq!(found, kinds);
}

#[test]
fn every_text_is_written_as_it_was_read() {
    check("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", &[]);
    check("\u{feff}begin:vcalendar\nversion:2.0\nend:VCALENDAR", &[]);
    check("BEGIN:VCALENDAR\r\nX:a\r\n b\r\r\n\r\n \r\nEND:VCALENDAR\r\n\r\n", &[]);
    check("BEGIN:VCALENDAR\r\nno property\r\nX:1\r\nEND:VCALENDAR\r\n", &[ProblemKind::NotAProperty]);
    check(
        "X:1\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nrest",
        &[ProblemKind::OutsideCalendar, ProblemKind::NotAProperty],
    );
    check("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", &[ProblemKind::MissingEnd]);
    check("BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", &[ProblemKind::StrayEnd]);
    check("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", &[ProblemKind::MissingEnd, ProblemKind::MissingEnd]);
    check("BEGIN:VCALENDAR\r\nX:a\u{0}b\rc\r\nEND:VCALENDAR\r\n", &[ProblemKind::ControlCharacter]);
    check("", &[ProblemKind::NoCalendar]);
    check("\u{feff}", &[ProblemKind::NoCalendar]);
}

#[test]
fn a_broken_structure_is_read_only_and_a_bad_line_is_not() {
    assert!(read("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n").is_read_only());
    assert!(read("no calendar").is_read_only());
    assert!(!read("BEGIN:VCALENDAR\r\nbad line\r\nEND:VCALENDAR\r\n").is_read_only());
}

#[test]
fn a_problem_names_its_line() {
    let document = read("BEGIN:VCALENDAR\r\nX:a\r\n b\r\nbad line\r\nEND:VCALENDAR\r\n");
    assert_eq!(document.problems()[0].to_string(), "line 4: this is not a property");
}

#[test]
fn an_edit_changes_its_line_only() {
    let text = "BEGIN:VCALENDAR\nx-odd;a=1: b \nBEGIN:VEVENT\nbad line\nSEQUENCE:1\nSUMMARY:a\n b\nBEGIN:VALARM\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR";
    let mut document = read(text);
    let event = document.calendar_mut().and_then(|calendar| calendar.components_mut().next()).expect("an event");
    event.set_value("SEQUENCE", "2");
    assert_eq!(String::from_utf8_lossy(&document.write()), text.replace("SEQUENCE:1", "SEQUENCE:2"));
}

#[test]
fn a_new_property_stands_with_its_kind_and_before_inner_components() {
    let mut event = Component::new("VEVENT");
    event.push(Property::new("UID", "1"));
    event.push(Property::new("ATTENDEE", "mailto:a@b"));
    event.push(Property::new("SUMMARY", "x"));
    event.push_component(Component::new("VALARM"));
    event.push(Property::new("ATTENDEE", "mailto:c@d"));
    event.push(Property::new("LOCATION", "y"));
    let text = String::from_utf8(Document::of(event).write()).expect("UTF-8");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "BEGIN:VEVENT",
            "UID:1",
            "ATTENDEE:mailto:a@b",
            "ATTENDEE:mailto:c@d",
            "SUMMARY:x",
            "LOCATION:y",
            "BEGIN:VALARM",
            "END:VALARM",
            "END:VEVENT"
        ]
    );
}

#[test]
fn setting_a_property_leaves_one_of_its_name_where_the_first_stood() {
    let mut event = Component::new("VEVENT");
    for (name, value) in [("STATUS", "A"), ("UID", "1"), ("status", "B")] {
        event.push(Property::new(name, value));
    }
    event.set(Property::new("STATUS", "C"));
    let lines: Vec<_> = event.properties().map(Property::line).collect();
    assert_eq!(lines, ["STATUS:C", "UID:1"]);
}

#[test]
fn a_line_added_after_an_unended_one_begins_a_line() {
    let mut document = read("BEGIN:VCALENDAR\nVERSION:2.0");
    document.calendar_mut().expect("a calendar").push(Property::new("X", "1"));
    assert_eq!(String::from_utf8_lossy(&document.write()), "BEGIN:VCALENDAR\nVERSION:2.0\r\nX:1\r\n");
}

#[test]
fn each_limit_holds_at_its_edge() {
    let limits = Limits { size_bytes: 200, line_bytes: 30, parameters: 2, components: 3, depth: 2 };
    let read = |text: &str| Document::read_within(text.as_bytes(), &limits).map(|_| ());
    let nested = |inner: &str| format!("BEGIN:VCALENDAR\n{inner}END:VCALENDAR\n");
    let event = "BEGIN:VEVENT\nEND:VEVENT\n";
    assert_eq!(read(&nested(&event.repeat(2))), Ok(()));
    assert_eq!(read(&nested(&event.repeat(3))), Err(ReadError::TooManyComponents { line: 6, limit: 3 }));
    assert_eq!(read(&nested("BEGIN:A\nBEGIN:B\n")), Err(ReadError::TooDeep { line: 3, limit: 2 }));
    assert_eq!(read(&nested("X;A=1;B=2:\n")), Ok(()));
    assert_eq!(read(&nested("X;A=1;B=2;C=3:\n")), Err(ReadError::TooManyParameters { line: 2, limit: 2 }));
    assert_eq!(read(&"X:2345\n".repeat(28)), Ok(()));
    assert_eq!(read(&"X:2345\n".repeat(29)), Err(ReadError::TooLarge { limit_bytes: 200 }));
}

#[test]
fn ten_thousand_nested_components_are_refused_and_not_walked() {
    let text = "BEGIN:A\n".repeat(10_000);
    assert_eq!(Document::read(text.as_bytes()).map(|_| ()), Err(ReadError::TooDeep { line: 17, limit: 16 }));
}

proptest! {
    #[test]
    fn writing_what_was_read_is_the_identity(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(document) = Document::read(&bytes) {
            prop_assert_eq!(document.write(), bytes);
        }
    }

    #[test]
    fn writing_calendar_like_text_is_the_identity(
        lines in proptest::collection::vec(
            "(BEGIN:V[EC]|END:V[EC]|[ \t]?[A-C](;[A-C]=\"?[a-c,^]{0,3}\"?){0,2}:[a-z\u{e9}\\\\;,]{0,90}|\u{e9}?)(\r\n|\n|\r\r\n|\r)",
            0..20,
        ),
    ) {
        let text = lines.concat();
        if let Ok(document) = Document::read(text.as_bytes()) {
            prop_assert_eq!(document.write(), text.as_bytes());
        }
    }

    #[test]
    fn a_changed_line_reads_as_it_was_set_and_the_others_as_they_were(
        before in "X(;[AB]=[a-z]{0,40}){0,3}:[a-z\u{e9}\u{1f389}]{0,90}",
        cut in 1_usize..60,
        value in "[ -~\u{e9}\u{1f389}\r\n]{0,100}",
    ) {
        let cut = (cut..before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(before.len());
        let folded = format!("{}\r\n {}", &before[..cut], &before[cut..]);
        let text = format!("BEGIN:VCALENDAR\r\n{folded}\r\nY:1\r\nEND:VCALENDAR\r\n");
        let mut document = Document::read(text.as_bytes()).expect("a small text");
        let property = document.calendar_mut().and_then(|calendar| calendar.property_mut("X")).expect("it is there");
        property.set_parameter("A", &value);
        property.set_text(&value);
        let written = document.write();
        let again = Document::read(&written).expect("a small text");
        let calendar = again.calendar().expect("a calendar");
        let normal = value.replace("\r\n", "\n").replace('\r', "\n");
        let property = calendar.property("X").expect("it is there");
        prop_assert_eq!(property.text(), normal.as_str());
        let parameter = property.parameter("A");
        prop_assert_eq!(parameter.as_deref(), Some(normal.as_str()));
        prop_assert_eq!(calendar.value("Y"), Some("1"));
        prop_assert!(again.problems().is_empty());
        prop_assert!(written.split(|byte| *byte == b'\n').all(|physical| physical.len() <= 76));
        prop_assert!(written.split(|byte| *byte == b'\n').all(|physical| std::str::from_utf8(physical).is_ok()));
    }
}
