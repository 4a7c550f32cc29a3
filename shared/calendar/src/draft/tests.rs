//! What becomes of an event that a person wrote or changed.

use jiff::Timestamp;
use jiff::civil::{date, datetime};

use super::*;
use crate::ical::Document;
use crate::time::moment::Moment;

fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn ann() -> Organizer {
    Organizer { address: Address::new("ann@example.org"), name: "Ann \"Annie\" O'Neil, Dr.".to_owned() }
}

fn guest(address: &str) -> Guest {
    Guest { address: Address::new(address), name: String::new(), optional: false }
}

fn berlin(local: jiff::civil::DateTime) -> Moment {
    Moment::Zoned { local, tzid: "Europe/Berlin".to_owned() }
}

fn draft() -> Draft {
    Draft {
        title: "Harbour tariff".to_owned(),
        start: berlin(datetime(2026, 11, 24, 15, 0, 0, 0)),
        end: berlin(datetime(2026, 11, 24, 16, 30, 0, 0)),
        place: String::new(),
        description: String::new(),
        guests: vec![guest("bob@example.net")],
        reminder_minutes: None,
    }
}

fn created(draft: &Draft) -> Document {
    create(draft, "u1@example.org", now(), &ann()).unwrap()
}

fn text(document: &Document) -> String {
    String::from_utf8(document.write()).unwrap()
}

fn event(document: &Document) -> &Component {
    document.calendar().unwrap().components().find(|it| it.is("VEVENT")).unwrap()
}

#[test]
fn a_title_arrives_as_typed() {
    let titles = ["", "line\nbreak", "\"quoted\"; a, b \\ c", "\u{1F600} emoji", &"x".repeat(4_000), "tab\there"];
    for title in titles {
        let document = created(&Draft { title: title.to_owned(), ..draft() });
        assert_eq!(event(&document).property("SUMMARY").unwrap().text(), title);
        let again = Document::read(&document.write()).unwrap();
        assert_eq!(again.problems(), []);
        assert_eq!(event(&again).property("SUMMARY").unwrap().text(), title);
        assert!(document.write().split(|byte| *byte == b'\n').all(|line| line.len() <= 76), "{title:.20}");
    }
}

#[test]
fn a_new_event_carries_no_method_and_its_zone() {
    let document = created(&draft());
    let calendar = document.calendar().unwrap();
    assert!(calendar.property("METHOD").is_none());
    let zone = calendar.components().find(|it| it.is("VTIMEZONE")).unwrap();
    assert_eq!(zone.value("TZID"), Some("Europe/Berlin"));
    assert_eq!(event(&document).property("ORGANIZER").unwrap().parameter("CN").unwrap(), ann().name);
}

#[test]
fn the_same_draft_gives_the_same_bytes() {
    assert_eq!(text(&created(&draft())), text(&created(&draft())));
}

#[test]
fn an_event_without_guests_has_no_organizer() {
    let document = created(&Draft { guests: vec![], ..draft() });
    assert!(event(&document).property("ORGANIZER").is_none());
}

#[test]
fn an_event_that_ends_before_it_starts_cannot_be_made() {
    let ends = |start, end| create(&Draft { start, end, ..draft() }, "u", now(), &ann()).map(|_| ());
    let day = |day| Moment::Date(date(2026, 11, day));
    assert_eq!(ends(day(24), day(24)), Err(DraftProblem::EndsBeforeStart));
    assert_eq!(ends(day(24), day(25)), Ok(()));
    assert_eq!(ends(day(24), berlin(datetime(2026, 11, 25, 9, 0, 0, 0))), Err(DraftProblem::EndsBeforeStart));
    let at = |hour, minute| berlin(datetime(2026, 10, 25, hour, minute, 0, 0));
    assert_eq!(ends(at(15, 0), at(14, 59)), Err(DraftProblem::EndsBeforeStart));
    assert_eq!(ends(at(15, 0), at(15, 0)), Ok(()));
}

#[test]
fn a_zone_nobody_knows_is_refused() {
    let nowhere = |local| Moment::Zoned { local, tzid: "Mars/Olympus".to_owned() };
    let draft = Draft {
        start: nowhere(datetime(2026, 11, 24, 15, 0, 0, 0)),
        end: nowhere(datetime(2026, 11, 24, 16, 0, 0, 0)),
        ..draft()
    };
    assert_eq!(create(&draft, "u", now(), &ann()).map(|_| ()), Err(DraftProblem::UnknownZone));
}

#[test]
fn the_guest_limit_is_exact() {
    let many = |count| Draft { guests: (0..count).map(|i| guest(&format!("g{i}@example.net"))).collect(), ..draft() };
    assert!(create(&many(GUEST_LIMIT), "u", now(), &ann()).is_ok());
    assert_eq!(create(&many(GUEST_LIMIT + 1), "u", now(), &ann()).map(|_| ()), Err(DraftProblem::TooManyGuests));
}

const STORED: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nX-WR-CALNAME:Kept\r\n\
BEGIN:VEVENT\r\nUID:u1@example.org\r\nDTSTAMP:20261101T090000Z\r\nSEQUENCE:2\r\n\
DTSTART;TZID=Europe/Berlin:20261124T150000\r\nDURATION:PT90M\r\nSUMMARY;LANGUAGE=en:Harbour tariff\r\n\
ORGANIZER:mailto:ann@example.org\r\nATTENDEE;CN=Bob;X-ODD=\"a:b\";PARTSTAT=ACCEPTED:mailto:Bob@example.net\r\n\
X-UNKNOWN;P=1:kept\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn stored(extra: &str) -> Document {
    Document::read(STORED.replace("X-UNKNOWN", &format!("{extra}X-UNKNOWN")).as_bytes()).unwrap()
}

fn changed(stored: &Document, draft: &Draft) -> Result<String, DraftProblem> {
    change(stored, draft, now(), &ann()).map(|document| text(&document))
}

#[test]
fn a_change_of_nothing_changes_only_the_missing_zone() {
    let after = changed(&stored(""), &draft()).unwrap();
    let zone = after.find("BEGIN:VTIMEZONE").unwrap()..after.find("END:VTIMEZONE\r\n").unwrap() + 15;
    let without = format!("{}{}", &after[..zone.start], &after[zone.end..]);
    assert_eq!(without, STORED);
}

#[test]
fn a_new_title_leaves_every_other_line_alone() {
    let after = changed(&stored(""), &Draft { title: "Tariff".to_owned(), ..draft() }).unwrap();
    assert!(after.contains("SUMMARY;LANGUAGE=en:Tariff\r\n"), "{after}");
    for line in STORED.lines().filter(|line| !line.starts_with("SUMMARY")) {
        assert!(after.contains(line), "{line} is gone");
    }
}

#[test]
fn a_guest_who_stays_keeps_the_whole_line() {
    let draft = Draft { guests: vec![guest("bob@example.net"), guest("cleo@example.com")], ..draft() };
    let after = changed(&stored(""), &draft).unwrap();
    assert!(after.contains("ATTENDEE;CN=Bob;X-ODD=\"a:b\";PARTSTAT=ACCEPTED:mailto:Bob@example.net\r\n"));
    assert!(after.contains("mailto:cleo@example.com"));
}

#[test]
fn a_removed_guest_is_gone_and_the_organizer_stays() {
    let document = stored("ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.org\r\n");
    let after = changed(&document, &Draft { guests: vec![], ..draft() }).unwrap();
    assert!(!after.to_lowercase().contains("bob@example.net"));
    assert!(after.contains("ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.org"));
}

#[test]
fn the_reminder_that_the_form_shows_changes_and_other_alarms_stay() {
    let set = changed(&stored(""), &Draft { reminder_minutes: Some(10), ..draft() }).unwrap();
    assert!(set.contains("TRIGGER:-PT10M") && set.contains("ACTION:AUDIO\r\nTRIGGER:-PT5M"));
    let document = Document::read(set.as_bytes()).unwrap();
    assert_eq!(reminder_minutes(event(&document)), Some(10));
    let moved = changed(&document, &Draft { reminder_minutes: Some(30), ..draft() }).unwrap();
    assert!(moved.contains("TRIGGER:-PT30M") && !moved.contains("-PT10M"));
    let gone = changed(&document, &draft()).unwrap();
    assert!(!gone.contains("ACTION:DISPLAY") && gone.contains("ACTION:AUDIO"));
}

fn series(rule: &str) -> Document {
    let more = format!("RRULE:{rule}\r\nEXDATE;TZID=Europe/Berlin:20261201T150000\r\n");
    let mut document = stored(&more);
    let over = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u1@example.org\r\nDTSTAMP:20261101T090000Z\r\n\
RECURRENCE-ID:20261208T140000Z\r\nDTSTART;TZID=Europe/Berlin:20261208T170000\r\n\
DTEND;TZID=Europe/Berlin:20261208T180000\r\nSUMMARY:Late\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let over = Document::read(over.as_bytes()).unwrap();
    document.calendar_mut().unwrap().push_component(event(&over).clone());
    document
}

#[test]
fn a_series_takes_its_exceptions_along() {
    let later = Draft {
        start: berlin(datetime(2026, 11, 25, 16, 0, 0, 0)),
        end: berlin(datetime(2026, 11, 25, 17, 0, 0, 0)),
        ..draft()
    };
    let after = changed(&series("FREQ=WEEKLY;BYDAY=TU;UNTIL=20261222T140000Z"), &later).unwrap();
    for line in [
        "RRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20261223T150000Z",
        "EXDATE;TZID=Europe/Berlin:20261202T160000",
        "RECURRENCE-ID;TZID=Europe/Berlin:20261209T160000",
        "DTSTART;TZID=Europe/Berlin:20261208T170000",
        "SUMMARY:Late",
    ] {
        assert!(after.contains(line), "{line} is missing in\n{after}");
    }
    assert!(!after.contains("DURATION"));
}

#[test]
fn a_series_on_days_its_rule_names_is_not_moved_to_another_day() {
    let moved = Draft {
        start: berlin(datetime(2026, 11, 26, 15, 0, 0, 0)),
        end: berlin(datetime(2026, 11, 26, 16, 30, 0, 0)),
        ..draft()
    };
    let problem = changed(&series("FREQ=WEEKLY;BYDAY=TU,WE"), &moved);
    assert_eq!(problem, Err(DraftProblem::Series(SeriesProblem::RuleNamesDays)));
    assert!(changed(&series("FREQ=WEEKLY;BYDAY=TU,WE"), &draft()).is_ok());
}

#[test]
fn a_broken_object_is_not_changed() {
    let broken = Document::read(STORED.replace("END:VEVENT\r\n", "").as_bytes()).unwrap();
    assert_eq!(changed(&broken, &draft()), Err(DraftProblem::ReadOnly));
}
