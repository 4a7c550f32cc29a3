//! What a property gives and what a change of it touches.

use super::super::{Document, Property};

const FOLDED: &[u8] = b"BEGIN:VCALENDAR\r\nATTENDEE;CN=\"Bob, Builder\";PARTSTAT=NEEDS-AC\r\n TION;RSVP=TRUE:mai\r\n lto:bob@exam\r\n ple.com\r\nEND:VCALENDAR\r\n";

fn edited(bytes: &[u8], name: &str, edit: impl FnOnce(&mut Property)) -> Vec<u8> {
    let mut document = Document::read(bytes).expect("a small text");
    let calendar = document.calendar_mut().expect("a calendar");
    edit(calendar.property_mut(name).expect("the property"));
    document.write()
}

#[track_caller]
fn check(before: &[u8], edit: impl FnOnce(&mut Property), after: &[u8]) {
    let wrap = |line: &[u8]| [b"BEGIN:VCALENDAR\r\n", line, b"END:VCALENDAR\r\n"].concat();
    let written = edited(&wrap(before), "X", edit);
    assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&wrap(after)));
}

#[test]
fn an_attendee_is_read_through_folds_and_quotes() {
    let document = Document::read(FOLDED).expect("a small text");
    let attendee = document.calendar().and_then(|calendar| calendar.property("attendee")).expect("an attendee");
    assert_eq!(attendee.parameter("cn").as_deref(), Some("Bob, Builder"));
    assert_eq!(attendee.parameter("PARTSTAT").as_deref(), Some("NEEDS-ACTION"));
    assert_eq!(attendee.address().as_str(), "bob@example.com");
    assert_eq!(attendee.parameter("ROLE"), None);
}

#[test]
fn a_change_keeps_the_folds_it_does_not_touch() {
    let after = edited(FOLDED, "ATTENDEE", |attendee| attendee.set_parameter("PARTSTAT", "ACCEPTED"));
    let expected = b"BEGIN:VCALENDAR\r\nATTENDEE;CN=\"Bob, Builder\";PARTSTAT=ACCEPTED;RSVP=TRUE:mai\r\n lto:bob@exam\r\n ple.com\r\nEND:VCALENDAR\r\n";
    assert_eq!(String::from_utf8_lossy(&after), String::from_utf8_lossy(expected));
}

#[test]
fn parameters_are_set_added_and_removed_in_place() {
    check(b"X:1\r\n", |x| x.set_parameter("A", "b,c"), b"X;A=\"b,c\":1\r\n");
    check(b"X;A=1;B=2:v\r\n", |x| x.set_parameter("a", "9"), b"X;A=9;B=2:v\r\n");
    check(b"X;A=1;B=2;A=3:v\r\n", |x| x.set_parameter("A", "9"), b"X;A=9;B=2:v\r\n");
    check(b"X;A;B=2:v\r\n", |x| x.set_parameter("A", "9"), b"X;A=9;B=2:v\r\n");
    check(b"X;A=1;B=2:v\r\n", |x| assert!(x.remove_parameter("A")), b"X;B=2:v\r\n");
    check(b"X;B=2:v\r\n", |x| assert!(!x.remove_parameter("A")), b"X;B=2:v\r\n");
    check(b"X;A=\"p;q:r\";B=2:v\r\n", |x| x.set_parameter("B", "3"), b"X;A=\"p;q:r\";B=3:v\r\n");
    check(b"X;A=1;B=2;C=3:v\r\n", |x| x.retain_parameters(|name| name == "B"), b"X;B=2:v\r\n");
    check(b"X;A=1:v\r\n", |x| x.set_parameter_values("A", ["p,q", "r"]), b"X;A=\"p,q\",r:v\r\n");
}

#[test]
fn a_bare_line_feed_stays_bare() {
    check(b"X;A=1:v\n", |x| x.set_parameter("A", "2"), b"X;A=2:v\n");
    check(b"X;A=1:\n v\n", |x| x.set_value("w"), b"X;A=1:\n w\n");
}

#[test]
fn the_same_value_again_changes_no_byte() {
    check(b"X;A=1:v\r\n w\r\n", |x| x.set_value("vw"), b"X;A=1:v\r\n w\r\n");
    check(b"X;A=\r\n 1:v\r\n", |x| x.set_parameter("A", "1"), b"X;A=\r\n 1:v\r\n");
}

#[test]
fn a_line_that_grows_too_long_is_folded_with_its_own_line_end() {
    let long = "y".repeat(80);
    check(b"X:v\n", |x| x.set_value(&long), format!("X:{}\n {}\n", "y".repeat(73), "y".repeat(7)).as_bytes());
    let before = b"X;A=1:first\r\n second\r\n";
    let after = format!("X;A={}\r\n {}:first\r\n second\r\n", "y".repeat(71), "y".repeat(9));
    check(before, |x| x.set_parameter("A", &long), after.as_bytes());
}

#[test]
fn a_line_that_is_not_utf_8_can_be_changed_beside_the_bytes_nobody_can_read() {
    check(b"X;CN=Ren\xe9;A=1:v\xff\r\n", |x| x.set_parameter("A", "2"), b"X;CN=Ren\xe9;A=2:v\xff\r\n");
    check(b"X;CN=Ren\xe9;\r\n A=1:v\xff\r\n", |x| x.set_parameter("A", "2"), b"X;CN=Ren\xe9;\r\n A=2:v\xff\r\n");
}

#[test]
fn no_value_begins_a_line() {
    let property = Property::new_text("SUM MARY\r\n", "a\r\nATTENDEE:x").with("CN", "b\r\nc\"");
    assert_eq!(property.line(), "SUMMARY;CN=b^nc^':a\\nATTENDEE:x");
    assert_eq!(Property::new("URL", "http://a\r\nX:1").line(), "URL:http://aX:1");
}

#[test]
fn a_fresh_copy_has_no_control_characters_and_is_utf_8() {
    let document =
        Document::read(b"BEGIN:VCALENDAR\r\nX;CN=Ren\xe9\x07:v\xff\rw\r\nEND:VCALENDAR\r\n").expect("a text");
    let fresh = document.calendar().and_then(|calendar| calendar.property("X")).expect("it is there").to_fresh();
    assert_eq!(fresh.line(), "X;CN=Ren\u{fffd}:v\u{fffd}w");
    assert_eq!(fresh.value(), "v\u{fffd}w");
}

#[test]
fn a_mail_address_beside_a_principal_is_found() {
    let property = Property::new("ATTENDEE", "/principals/bob/").with("EMAIL", "Bob@example.com");
    assert_eq!(property.address().as_str(), "bob@example.com");
}

#[test]
fn an_unbalanced_quote_does_not_swallow_the_value() {
    let document = Document::read(b"BEGIN:VCALENDAR\r\nX;CN=\"Bob:mailto:b@c\r\nEND:VCALENDAR\r\n").expect("a text");
    let property = document.calendar().and_then(|calendar| calendar.property("X")).expect("it is there");
    assert_eq!(property.value(), "mailto:b@c");
    assert_eq!(document.problems().len(), 1);
}
