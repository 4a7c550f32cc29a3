//! What the desk makes of a form, told as a person would check it.

use std::collections::BTreeSet;

use calendar::ical::Document;
use intent::{
    CalendarId, ComposeStart, Day, DraftId, EventKey, Form, FormProblem, Guest, GuestMark, LetterKind, PartStat, Point,
    QuietReason, Step,
};

use super::*;
use crate::view::{Shelf, ShelfCalendar, Viewer};

fn calendar_id() -> CalendarId {
    CalendarId("/work/".to_owned())
}

fn shelf() -> Shelf {
    let mut shelf = Shelf::new();
    shelf.set_calendars(vec![ShelfCalendar {
        id: calendar_id(),
        name: "Work".to_owned(),
        colour: None,
        visible: true,
        writable: true,
        is_default: false,
        server_schedules: false,
    }]);
    shelf
}

fn viewer() -> Viewer {
    Viewer { zone: "Europe/Berlin".to_owned(), addresses: vec!["ann@example.org".to_owned()] }
}

fn writer() -> Writer {
    Writer {
        address: "ann@example.org".to_owned(),
        name: "Ann Example".to_owned(),
        aliases: Vec::new(),
        zone: "Europe/Berlin".to_owned(),
        now: "2026-11-22T09:00:00Z".parse().unwrap(),
        seed: [7; 16],
        hold_seconds: 10,
        sent_mailbox: "Sent".to_owned(),
    }
}

fn new_form(guests: &[&str]) -> Form {
    let start = ComposeStart::New {
        start: Point { day: Day::from_iso("2026-11-24").unwrap(), minute: 900 },
        minutes: 90,
        all_day: false,
    };
    let mut form = begin(&start, DraftId("d1".to_owned()), &shelf(), &viewer(), None).unwrap().form;
    form.title = "Harbour tariff".to_owned();
    form.guests = guests.iter().map(|it| Guest { address: (*it).to_owned(), ..Guest::default() }).collect();
    form
}

/// Carries out the calendar part of a plan, as a server that stores what it is given.
fn store(shelf: &mut Shelf, plan: &SendPlan) {
    match &plan.store {
        StoreAct::Create { name, bytes } => {
            shelf.put(&plan.calendar, &format!("/work/{name}"), Some("1".to_owned()), bytes.clone());
        }
        StoreAct::Replace { href, bytes, .. } => shelf.put(&plan.calendar, href, Some("2".to_owned()), bytes.clone()),
        StoreAct::Remove { href, .. } => shelf.remove(&plan.calendar, href),
    }
}

fn sent(guests: &[&str]) -> (Shelf, EventKey) {
    let mut shelf = shelf();
    let plan = inspect(&new_form(guests), None, &shelf, &writer(), Tell::Everyone).plan.unwrap();
    store(&mut shelf, &plan);
    (shelf, plan.event)
}

fn change(shelf: &Shelf, key: &EventKey) -> (Form, Vec<u8>) {
    let begun = begin(&ComposeStart::Change(key.clone()), DraftId("d2".to_owned()), shelf, &viewer(), None).unwrap();
    (begun.form, begun.base.unwrap())
}

fn told(inspected: &Inspected) -> Vec<(LetterKind, &str)> {
    inspected.inspection.letters.iter().map(|it| (it.kind, it.address.as_str())).collect()
}

#[test]
fn a_first_invitation_goes_to_each_guest_and_is_what_was_shown() {
    let inspected =
        inspect(&new_form(&["bob@example.net", "cleo@example.com"]), None, &shelf(), &writer(), Tell::Everyone);
    assert_eq!(inspected.inspection.problems, []);
    assert_eq!(
        told(&inspected),
        [(LetterKind::Invitation, "bob@example.net"), (LetterKind::Invitation, "cleo@example.com"),]
    );
    let plan = inspected.plan.unwrap();
    for (shown, planned) in inspected.inspection.letters.iter().zip(&plan.letters) {
        assert_eq!(shown.raw.bytes, planned.bytes);
        assert_eq!(shown.address, planned.recipient);
        let raw = String::from_utf8(planned.bytes.clone()).unwrap();
        assert!(raw.contains("method=REQUEST") || raw.contains("method=\"REQUEST\""), "{raw}");
        assert!(String::from_utf8_lossy(&shown.calendar.bytes).contains("METHOD:REQUEST"));
    }
    let StoreAct::Create { bytes, .. } = &plan.store else { panic!("a new event is created") };
    assert_eq!(inspected.inspection.stored.unwrap().bytes, *bytes);
    assert!(!String::from_utf8_lossy(bytes).contains("METHOD"));
    assert_eq!(inspected.inspection.steps.first(), Some(&Step::Held { seconds: 10 }));
}

#[test]
fn what_we_write_has_no_findings_and_notes_in_the_margin() {
    let inspected = inspect(&new_form(&["bob@example.net"]), None, &shelf(), &writer(), Tell::Everyone).inspection;
    let bad: Vec<_> = inspected.findings.iter().filter(|it| it.level != intent::FindingLevel::Good).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert!(inspected.letters[0].calendar.lines.iter().any(|line| line.gloss.is_some()));
    assert!(inspected.stored.unwrap().lines.iter().any(|line| line.gloss.is_some()));
}

#[test]
fn inspecting_twice_gives_the_same_bytes_and_no_two_letters_have_one_name() {
    let form = new_form(&["bob@example.net", "cleo@example.com"]);
    let plan = || inspect(&form, None, &shelf(), &writer(), Tell::Everyone).plan.unwrap();
    assert_eq!(plan(), plan());
    let ids: BTreeSet<String> = plan().letters.into_iter().map(|it| it.message_id).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.iter().all(|id| id.ends_with("@example.org")));
}

#[test]
fn an_event_without_guests_is_saved_and_mails_nobody() {
    let inspected = inspect(&new_form(&[]), None, &shelf(), &writer(), Tell::Everyone);
    let plan = inspected.plan.unwrap();
    assert_eq!(plan.letters, []);
    assert_eq!(inspected.inspection.steps, [Step::Saved { calendar: "Work".to_owned() }]);
}

#[test]
fn a_guest_added_and_one_removed_are_the_only_ones_who_hear() {
    let (shelf, key) = sent(&["bob@example.net", "cleo@example.com"]);
    let (mut form, base) = change(&shelf, &key);
    form.guests[0].mark = GuestMark::Removed(PartStat::NeedsAction);
    form.guests.push(Guest { address: "dan@example.org".to_owned(), ..Guest::default() });
    let inspected = inspect(&form, Some(&base), &shelf, &writer(), Tell::Everyone);
    let mut told = told(&inspected);
    told.sort_by_key(|it| it.1);
    assert_eq!(told, [(LetterKind::Cancellation, "bob@example.net"), (LetterKind::Invitation, "dan@example.org")]);
    let quiet = &inspected.inspection.quiet;
    assert_eq!(
        quiet.iter().map(|it| (it.address.as_str(), it.why)).collect::<Vec<_>>(),
        [("cleo@example.com", QuietReason::NothingNew)]
    );
}

#[test]
fn a_new_time_tells_everybody_and_raises_the_sequence() {
    let (shelf, key) = sent(&["bob@example.net"]);
    let (mut form, base) = change(&shelf, &key);
    form.start_minute += 60;
    form.end_minute += 60;
    let inspected = inspect(&form, Some(&base), &shelf, &writer(), Tell::Everyone);
    assert_eq!(told(&inspected), [(LetterKind::Update, "bob@example.net")]);
    let stored = String::from_utf8(inspected.inspection.stored.unwrap().bytes).unwrap();
    assert!(stored.contains("SEQUENCE:1") && stored.contains("T160000"), "{stored}");
}

#[test]
fn a_reminder_is_nobodys_business() {
    let (shelf, key) = sent(&["bob@example.net"]);
    let (mut form, base) = change(&shelf, &key);
    form.reminder = Some(15);
    let inspected = inspect(&form, Some(&base), &shelf, &writer(), Tell::Everyone);
    assert_eq!(told(&inspected), []);
    assert!(inspected.plan.is_some());
}

#[test]
fn cancelling_removes_the_event_and_tells_all_guests_with_a_word() {
    let (shelf, key) = sent(&["bob@example.net", "cleo@example.com"]);
    let begun = begin(&ComposeStart::Cancel(key), DraftId("d2".to_owned()), &shelf, &viewer(), None).unwrap();
    let form = Form { note: "The pier is closed.".to_owned(), ..begun.form };
    let inspected = inspect(&form, begun.base.as_deref(), &shelf, &writer(), Tell::Everyone);
    assert_eq!(told(&inspected).len(), 2);
    assert!(told(&inspected).iter().all(|it| it.0 == LetterKind::Cancellation));
    assert!(matches!(inspected.plan.unwrap().store, StoreAct::Remove { .. }));
    for letter in &inspected.inspection.letters {
        let ics = String::from_utf8_lossy(&letter.calendar.bytes).into_owned();
        assert!(ics.contains("METHOD:CANCEL") && ics.contains("COMMENT:The pier is closed."), "{ics}");
        assert!(letter.text.contains("The pier is closed."), "{}", letter.text);
    }
}

#[test]
fn an_untouched_event_has_nothing_to_send() {
    let (shelf, key) = sent(&["bob@example.net"]);
    let (form, base) = change(&shelf, &key);
    let inspected = inspect(&form, Some(&base), &shelf, &writer(), Tell::Everyone);
    assert_eq!(inspected.inspection.problems, [FormProblem::NothingChanged]);
}

#[test]
fn an_answer_that_arrives_while_writing_is_kept() {
    let (mut shelf, key) = sent(&["bob@example.net"]);
    let (mut form, base) = change(&shelf, &key);
    form.title = "Tariff".to_owned();
    let answered = String::from_utf8(base.clone()).unwrap().replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED");
    let href = shelf.by_uid(&key.uid).unwrap().1.href.clone();
    shelf.put(&calendar_id(), &href, Some("9".to_owned()), answered.into_bytes());
    let inspected = inspect(&form, Some(&base), &shelf, &writer(), Tell::Everyone);
    let stored = String::from_utf8(inspected.inspection.stored.unwrap().bytes).unwrap();
    assert!(stored.contains("SUMMARY:Tariff"), "{stored}");
    let document = Document::read(stored.as_bytes()).unwrap();
    let event = document.calendar().unwrap().components().find(|it| it.is("VEVENT")).unwrap().clone();
    let bob = event.all("ATTENDEE").find(|it| it.address().as_str() == "bob@example.net").unwrap();
    assert!(bob.parameter_is("PARTSTAT", "ACCEPTED"));
}

#[test]
fn a_title_changed_elsewhere_meanwhile_is_a_problem_and_not_overwritten() {
    let (mut shelf, key) = sent(&["bob@example.net"]);
    let (mut form, base) = change(&shelf, &key);
    form.title = "Mine".to_owned();
    let theirs = String::from_utf8(base.clone()).unwrap().replace("SUMMARY:Harbour tariff", "SUMMARY:Theirs");
    let href = shelf.by_uid(&key.uid).unwrap().1.href.clone();
    shelf.put(&calendar_id(), &href, Some("9".to_owned()), theirs.into_bytes());
    let inspected = inspect(&form, Some(&base), &shelf, &writer(), Tell::Everyone);
    assert_eq!(inspected.inspection.problems, [FormProblem::ChangedElsewhere]);
    assert!(inspected.plan.is_none());
}

#[test]
fn an_event_that_is_gone_cannot_be_changed() {
    let (mut shelf, key) = sent(&["bob@example.net"]);
    let (form, base) = change(&shelf, &key);
    let href = shelf.by_uid(&key.uid).unwrap().1.href.clone();
    shelf.remove(&calendar_id(), &href);
    let inspected = inspect(&form, Some(&base), &shelf, &writer(), Tell::Everyone);
    assert_eq!(inspected.inspection.problems, [FormProblem::Gone]);
}

#[test]
fn a_server_that_would_invite_by_itself_is_told_not_to() {
    let mut shelf = shelf();
    let calendars =
        shelf.calendars().iter().cloned().map(|it| ShelfCalendar { server_schedules: true, ..it }).collect();
    shelf.set_calendars(calendars);
    let inspected = inspect(&new_form(&["bob@example.net"]), None, &shelf, &writer(), Tell::Everyone);
    let stored = String::from_utf8(inspected.inspection.stored.unwrap().bytes).unwrap();
    assert!(stored.replace("\r\n ", "").contains("SCHEDULE-AGENT=CLIENT"), "{stored}");
    let letter = String::from_utf8_lossy(&inspected.inspection.letters[0].calendar.bytes).into_owned();
    assert!(!letter.contains("SCHEDULE-AGENT"), "{letter}");
}

#[test]
fn what_cannot_be_saved_says_why() {
    let problems = |edit: &dyn Fn(&mut Form)| {
        let mut form = new_form(&["bob@example.net"]);
        edit(&mut form);
        inspect(&form, None, &shelf(), &writer(), Tell::Everyone).inspection.problems
    };
    assert_eq!(problems(&|form| form.end_minute = 0), [FormProblem::EndsBeforeStart]);
    assert_eq!(problems(&|form| form.zone = "Mars/Olympus".to_owned()), [FormProblem::UnknownZone]);
    assert_eq!(problems(&|form| form.guest_text = "dan@".to_owned()), [FormProblem::GuestsNotRead]);
    assert_eq!(problems(&|form| form.calendar = CalendarId("/gone/".to_owned())), [FormProblem::NoCalendar]);
    assert_eq!(
        problems(&|form| form.title = "a\0b".to_owned()),
        [FormProblem::ForbiddenCharacter(intent::Field::Title)]
    );
}

#[test]
fn somebody_elses_event_is_not_ours_to_change() {
    let (mut shelf, key) = sent(&["bob@example.net"]);
    let (_, object) = shelf.by_uid(&key.uid).unwrap();
    let theirs = String::from_utf8(object.bytes.clone()).unwrap();
    let theirs = theirs.replace("\r\n ", "").replace("mailto:ann@example.org", "mailto:zoe@example.org");
    let href = object.href.clone();
    shelf.put(&calendar_id(), &href, None, theirs.into_bytes());
    let begun = begin(&ComposeStart::Change(key), DraftId("d".to_owned()), &shelf, &viewer(), None);
    assert_eq!(begun.map(|_| ()), Err(FormProblem::NotYours));
}

#[test]
fn whole_days_end_on_their_last_day() {
    let start = ComposeStart::New {
        start: Point { day: Day::from_iso("2026-11-24").unwrap(), minute: 0 },
        minutes: 2 * 1_440,
        all_day: true,
    };
    let form = begin(&start, DraftId("d".to_owned()), &shelf(), &viewer(), None).unwrap().form;
    assert_eq!((form.start_day.iso(), form.end_day.iso()), ("2026-11-24".to_owned(), "2026-11-25".to_owned()));
    let stored = inspect(&form, None, &shelf(), &writer(), Tell::Everyone).inspection.stored.unwrap();
    let stored = String::from_utf8(stored.bytes).unwrap();
    assert!(stored.contains("DTSTART;VALUE=DATE:20261124\r\n") && stored.contains("DTEND;VALUE=DATE:20261126\r\n"));
}
