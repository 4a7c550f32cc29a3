//! Three versions of one event, and what comes of them.

use super::*;

const BASE: &[&str] = &[
    "UID:1",
    "DTSTAMP:20261101T090000Z",
    "SEQUENCE:1",
    "DTSTART:20261124T140000Z",
    "DTEND:20261124T150000Z",
    "SUMMARY:One",
    "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.net",
    "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:cleo@example.com",
];

fn object(lines: &[&str]) -> Document {
    let lines = lines.join("\r\n");
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    Document::read(text.as_bytes()).unwrap()
}

/// The base with some lines replaced (by the text before the first `:` or `;`), removed (`-`) or added.
fn with(changes: &[(&str, &str)]) -> Document {
    let mut lines: Vec<&str> = BASE.to_vec();
    for (old, new) in changes {
        match lines.iter().position(|line| !old.is_empty() && line.contains(old)) {
            Some(at) if new.is_empty() => _ = lines.remove(at),
            Some(at) => lines[at] = new,
            None => lines.push(new),
        }
    }
    object(&lines)
}

/// Merges two changes of the base; gives the sorted lines of the event that differ from it, and the conflicts.
fn merged(mine: &[(&str, &str)], theirs: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let result = merge(&object(BASE), Some(&with(mine)), Some(&with(theirs)));
    let document = result.document.unwrap();
    let event = document.calendar().unwrap().components().next().unwrap();
    let mut lines: Vec<String> = event.properties().map(|it| it.line().to_owned()).collect();
    lines.retain(|line| !BASE.contains(&line.as_str()));
    lines.sort();
    (lines, result.conflicts.into_iter().map(|it| it.property.unwrap_or_default()).collect())
}

#[track_caller]
fn check(mine: &[(&str, &str)], theirs: &[(&str, &str)], lines: &[&str], conflicts: &[&str]) {
    let (got_lines, got_conflicts) = merged(mine, theirs);
    assert_eq!(
        (got_lines.as_slice(), got_conflicts.as_slice()),
        (
            lines.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(),
            conflicts.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(),
        )
    );
}

#[test]
fn changes_of_different_properties_both_stand() {
    check(&[("SUMMARY", "SUMMARY:Two")], &[("", "LOCATION:Here")], &["LOCATION:Here", "SUMMARY:Two"], &[]);
}

#[test]
fn the_same_change_on_both_sides_is_no_conflict() {
    check(&[("SUMMARY", "SUMMARY:Two")], &[("SUMMARY", "SUMMARY:Two")], &["SUMMARY:Two"], &[]);
}

#[test]
fn two_changes_of_one_property_are_a_conflict_and_mine_stands() {
    check(&[("SUMMARY", "SUMMARY:Two")], &[("SUMMARY", "SUMMARY:Three")], &["SUMMARY:Two"], &["SUMMARY"]);
}

#[test]
fn an_end_told_as_duration_contradicts_an_end_told_as_time() {
    check(
        &[("DTEND", "DTEND:20261124T160000Z")],
        &[("DTEND", "DURATION:PT3H")],
        &["DTEND:20261124T160000Z"],
        &["DTEND"],
    );
}

#[test]
fn two_guests_answer_at_once() {
    let bob = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.net";
    let cleo = "ATTENDEE;PARTSTAT=DECLINED:mailto:cleo@example.com";
    check(&[("bob", bob)], &[("cleo", cleo)], &[bob, cleo], &[]);
}

#[test]
fn an_answer_and_a_role_on_one_guest_both_stand() {
    check(
        &[("bob", "ATTENDEE;PARTSTAT=NEEDS-ACTION;ROLE=OPT-PARTICIPANT:mailto:bob@example.net")],
        &[("bob", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.net")],
        &["ATTENDEE;PARTSTAT=ACCEPTED;ROLE=OPT-PARTICIPANT:mailto:bob@example.net"],
        &[],
    );
}

#[test]
fn two_answers_of_one_guest_are_a_conflict() {
    let mine = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.net";
    let theirs = "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.net";
    check(&[("bob", mine)], &[("bob", theirs)], &[mine], &["ATTENDEE"]);
}

#[test]
fn a_guest_removed_by_one_and_left_alone_by_the_other_is_removed() {
    for sides in [[&[("bob", "")][..], &[][..]], [&[][..], &[("bob", "")][..]]] {
        let result = merge(&object(BASE), Some(&with(sides[0])), Some(&with(sides[1])));
        let text = String::from_utf8(result.document.unwrap().write()).unwrap();
        assert!(!text.contains("bob") && result.conflicts.is_empty(), "{text}");
    }
}

#[test]
fn dates_that_both_sides_exclude_add_up() {
    check(
        &[("", "EXDATE:20261201T140000Z")],
        &[("", "EXDATE:20261208T140000Z")],
        &["EXDATE:20261201T140000Z", "EXDATE:20261208T140000Z"],
        &[],
    );
}

#[test]
fn the_higher_sequence_stands_and_nobody_is_told() {
    check(&[("SEQUENCE", "SEQUENCE:10")], &[("SEQUENCE", "SEQUENCE:9")], &["SEQUENCE:10"], &[]);
    check(&[("SEQUENCE", "SEQUENCE:9")], &[("SEQUENCE", "SEQUENCE:10")], &["SEQUENCE:10"], &[]);
}

#[test]
fn a_count_that_i_left_alone_is_theirs() {
    check(&[], &[("SEQUENCE", "")], &[], &[]);
    check(&[], &[("SEQUENCE", "SEQUENCE:2")], &["SEQUENCE:2"], &[]);
    check(&[("SEQUENCE", "SEQUENCE:2")], &[("SEQUENCE", "")], &["SEQUENCE:2"], &[]);
}

#[test]
fn when_it_was_first_written_contradicts_nobody() {
    let (mine, theirs) = ("CREATED:20261103T000000Z", "CREATED:20261102T000000Z");
    check(&[("CREATED", mine)], &[("CREATED", theirs)], &[mine], &[]);
}

#[test]
fn removing_the_object_stands_unless_the_other_side_changed_it() {
    let base = object(BASE);
    let (same, other) = (with(&[("DTSTAMP", "DTSTAMP:20261102T090000Z")]), with(&[("SUMMARY", "SUMMARY:Two")]));
    let outcome = |mine, theirs| {
        let result = merge(&base, mine, theirs);
        (result.document.is_some(), result.conflicts.len())
    };
    assert_eq!(outcome(None, None), (false, 0));
    assert_eq!(outcome(None, Some(&same)), (false, 0));
    assert_eq!(outcome(None, Some(&other)), (false, 1));
    assert_eq!(outcome(Some(&same), None), (false, 0));
    assert_eq!(outcome(Some(&other), None), (true, 1));
}

#[test]
fn what_both_sides_made_is_merged_against_nothing() {
    let mine = with(&[("SUMMARY", "SUMMARY:Mine"), ("cleo", ""), ("", "LOCATION:Here")]);
    let theirs = with(&[("bob", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.net"), ("", "URL:http://there")]);
    let outcome = |mine: &Document, theirs: &Document| {
        let result = merge(&Document::default(), Some(mine), Some(theirs));
        let conflicts = result.conflicts.into_iter().map(|it| it.property.unwrap_or_default());
        (String::from_utf8(result.document.unwrap().write()).unwrap(), conflicts.collect::<Vec<_>>())
    };
    let (text, conflicts) = outcome(&mine, &theirs);
    assert_eq!(conflicts, ["ATTENDEE", "SUMMARY"]);
    for line in ["LOCATION:Here", "URL:http://there", "SUMMARY:Mine", "NEEDS-ACTION:mailto:bob", "mailto:cleo"] {
        assert_eq!(text.matches(line).count(), 1, "{line} in {text}");
    }
    let (text, conflicts) = outcome(&mine, &mine);
    assert_eq!((text.as_bytes(), conflicts.len()), (&*mine.write(), 0));
    for (mine, theirs) in [(Some(&mine), None), (None, Some(&mine))] {
        let result = merge(&Document::default(), mine, theirs);
        assert!(result.document.is_some() && result.conflicts.is_empty());
    }
}

#[test]
fn a_line_nobody_can_read_is_carried_from_either_side_and_goes_with_whom_removed_it() {
    let (broken, odd) = ([("", "BROKEN LINE")], [("", "ODD LINE")]);
    let lines = |base: &Document, mine: &Document, theirs: &Document| {
        let result = merge(base, Some(mine), Some(theirs));
        assert_eq!(result.conflicts, []);
        let text = String::from_utf8(result.document.unwrap().write()).unwrap();
        text.lines().filter(|line| line.ends_with(" LINE")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(&object(BASE), &with(&broken), &with(&[])), ["BROKEN LINE"]);
    assert_eq!(lines(&object(BASE), &with(&[]), &with(&broken)), ["BROKEN LINE"]);
    assert_eq!(lines(&object(BASE), &with(&broken), &with(&broken)), ["BROKEN LINE"]);
    assert_eq!(lines(&object(BASE), &with(&broken), &with(&odd)), ["ODD LINE", "BROKEN LINE"]);
    assert_eq!(lines(&with(&broken), &with(&broken), &with(&broken)), ["BROKEN LINE"]);
    assert!(lines(&with(&broken), &with(&[]), &with(&broken)).is_empty());
    assert!(lines(&with(&broken), &with(&broken), &with(&[])).is_empty());
}

#[test]
fn an_override_of_each_side_is_kept() {
    let add = |document: &Document, id: &str| {
        let mut document = document.clone();
        let over = object(&["UID:1", id, "SUMMARY:Over"]);
        let over = over.calendar().unwrap().components().next().unwrap().clone();
        document.calendar_mut().unwrap().push_component(over);
        document
    };
    let base = object(BASE);
    let (mine, theirs) = (add(&base, "RECURRENCE-ID:20261201T140000Z"), add(&base, "RECURRENCE-ID:20261208T140000Z"));
    let result = merge(&base, Some(&mine), Some(&theirs));
    assert_eq!(result.document.unwrap().calendar().unwrap().components().count(), 3);
    assert_eq!(result.conflicts, []);
}

#[test]
fn the_same_occurrence_told_in_two_zones_is_one_component() {
    let component = |line: &str| key_of(object(&["UID:1", line]).calendar().unwrap().components().next().unwrap());
    assert_eq!(
        component("RECURRENCE-ID;TZID=Europe/Berlin:20261201T150000"),
        component("RECURRENCE-ID:20261201T140000Z"),
    );
}

#[test]
fn an_alarm_that_only_i_added_is_added() {
    let alarm = |trigger: &str| {
        let mut alarm = Component::new("VALARM");
        alarm.push(crate::ical::Property::new("TRIGGER", trigger));
        alarm
    };
    let base = object(BASE);
    let with_alarm = |trigger: &str| {
        let mut document = base.clone();
        document.calendar_mut().unwrap().components_mut().next().unwrap().push_component(alarm(trigger));
        document
    };
    let result = merge(&base, Some(&with_alarm("-PT5M")), Some(&with_alarm("-PT9M")));
    let text = String::from_utf8(result.document.unwrap().write()).unwrap();
    assert!(text.contains("-PT5M") && text.contains("-PT9M") && result.conflicts.is_empty(), "{text}");
    let base = with_alarm("-PT1M");
    let result = merge(&base, Some(&with_alarm("-PT5M")), Some(&with_alarm("-PT9M")));
    let text = String::from_utf8(result.document.unwrap().write()).unwrap();
    assert!(text.contains("-PT5M") && !text.contains("-PT9M"), "{text}");
    assert_eq!(result.conflicts[0].property.as_deref(), Some("VALARM"));
}

#[test]
fn a_rule_written_in_another_way_is_no_change() {
    check(
        &[("", "RRULE:FREQ=WEEKLY;BYDAY=TU;INTERVAL=1")],
        &[("", "RRULE:BYDAY=TU;FREQ=WEEKLY;WKST=MO")],
        &["RRULE:BYDAY=TU;FREQ=WEEKLY;WKST=MO"],
        &[],
    );
}

#[test]
fn an_override_is_found_by_its_instant_its_wall_clock_or_its_day() {
    let about = |line: &str, wanted: &str| {
        let object = object(&["UID:1", line]);
        let wanted = Moment::parse(wanted, None).unwrap();
        is_about(object.calendar().unwrap().components().next().unwrap(), "1", Some(&wanted))
    };
    let in_berlin = "RECURRENCE-ID;TZID=Europe/Berlin:20261124T150000";
    for named in ["20261124T140000Z", "20261124T150000", "20261124"] {
        assert!(about(in_berlin, named), "{named}");
    }
    for named in ["20261124T150000Z", "20261124T140000", "20261125"] {
        assert!(!about(in_berlin, named), "{named}");
    }
    assert!(about("RECURRENCE-ID;VALUE=DATE:20261124", "20261124T000000Z"));
    assert!(!about("SUMMARY:The series", "20261124"));
}
