//! Guests that read their invitations and answer them.

use icalendar::parser::{Calendar, read_calendar, unfold};
use mail_parser::{MessageParser, MimeHeaders};
use sandbox::guest::{self, Guest};

use crate::people::{ANN, People};

const UID: &str = "lunch@sandbox.test";

/// A mail with a calendar in it, as plain as can be.
fn mail(method: &str, sequence: u32, attendees: &[&str], more: &str) -> String {
    let attendees: String = attendees.iter().map(|line| format!("ATTENDEE;{line}\r\n")).collect();
    format!(
        "From: Ann <ann@sandbox.test>\r\nSubject: Lunch\r\nContent-Type: text/calendar; charset=utf-8; method={method}\r\n\r\n\
         BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{UID}\r\n\
         DTSTAMP:2026110{sequence}T000000Z\r\nSEQUENCE:{sequence}\r\nDTSTART;TZID=Europe/Berlin:20261124T123000\r\n\
         DTEND;TZID=Europe/Berlin:20261124T133000\r\nSUMMARY:Lunch\\, at last\r\n{more}\
         ORGANIZER;CN=Ann Able:mailto:ann@sandbox.test\r\n{attendees}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn invited(guest: &Guest) -> String {
    format!("PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{}", guest.address)
}

fn called(name: &str) -> Guest {
    guest::cast().into_iter().find(|guest| guest.name.starts_with(name)).unwrap()
}

/// Submits a mail as Ann.
async fn send(people: &People, guests: &[&Guest], mail: &str) {
    let mut smtp = people.smtp_logged_in(ANN).await;
    assert_eq!(smtp.say(&format!("MAIL FROM:<{ANN}>")).await, 250);
    for guest in guests {
        assert_eq!(smtp.say(&format!("RCPT TO:<{}>", guest.address)).await, 250);
    }
    assert_eq!(smtp.say("DATA").await, 354);
    assert_eq!(smtp.say(&format!("{mail}.")).await, 250);
}

/// The text of the first calendar part of a mail, decoded.
fn calendar_of(mail: &str) -> String {
    let message = MessageParser::default().parse(mail.as_bytes()).unwrap();
    let part = message.parts.iter().find(|part| part.is_content_type("text", "calendar")).unwrap();
    part.text_contents().unwrap().to_owned()
}

/// The value of a property of the event, read by an independent parser.
fn value(calendar: &Calendar<'_>, name: &str) -> Option<String> {
    let event = calendar.components.iter().find(|component| component.name == "VEVENT").unwrap();
    let property = event.properties.iter().find(|property| property.name == name)?;
    Some(property.val.as_str().to_owned())
}

#[track_caller]
fn check(mail: &str, expected: &[(&str, Option<&str>)]) {
    let text = unfold(&calendar_of(mail));
    let calendar = read_calendar(&text).unwrap();
    for (name, wanted) in expected {
        assert_eq!(value(&calendar, name).as_deref(), *wanted, "{name} in {text}");
    }
}

#[tokio::test]
async fn gmail_answers_from_its_own_address_in_utc() {
    let ana = called("Ana");
    let people = People::start_with_guests(vec![ana.clone()]).await;
    send(&people, &[&ana], &mail("REQUEST", 0, &[&invited(&ana)], "")).await;
    let inbox = people.inbox_of(ANN, 1).await;
    let message = MessageParser::default().parse(inbox[0].as_bytes()).unwrap();
    let address =
        |list: Option<&mail_parser::Address<'_>>| list.unwrap().first().unwrap().address().unwrap().to_owned();
    assert_eq!(address(message.from()), "calendar-notification@google.com");
    assert_eq!(address(message.reply_to()), "ana@lighthouse.example");
    assert_eq!(message.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert!(inbox[0].contains("dkim=pass header.d=google.com"));
    let part = message.parts.iter().find(|part| part.is_content_type("text", "calendar")).unwrap();
    assert_eq!(part.content_type().unwrap().attribute("method"), Some("REPLY"));
    check(
        &inbox[0],
        &[
            ("UID", Some(UID)),
            ("DTSTART", Some("20261124T113000Z")),
            ("SUMMARY", Some("Lunch, at last")),
            ("ORGANIZER", Some("mailto:ann@sandbox.test")),
            ("ATTENDEE", Some("mailto:ana@lighthouse.example")),
        ],
    );
    assert!(calendar_of(&inbox[0]).replace("\r\n ", "").contains("PARTSTAT=ACCEPTED;CN=Ana Lima"));
}

#[tokio::test]
async fn outlook_answers_without_an_organizer_in_its_own_language_and_zone() {
    let daniel = called("Daniel");
    let people = People::start_with_guests(vec![daniel.clone()]).await;
    send(&people, &[&daniel], &mail("REQUEST", 0, &[&invited(&daniel)], "")).await;
    let inbox = people.inbox_of(ANN, 1).await;
    check(
        &inbox[0],
        &[
            ("ORGANIZER", None),
            ("SUMMARY", Some("Abgelehnt: Lunch, at last")),
            ("DTSTART", Some("20261124T123000")),
            ("COMMENT", Some("Leider bin ich an dem Tag auf See.\n")),
        ],
    );
    assert!(inbox[0].contains("Content-Transfer-Encoding: base64"));
    assert!(calendar_of(&inbox[0]).contains("TZID:W. Europe Standard Time\r\n"));
}

#[tokio::test]
async fn apple_answers_with_an_attachment_that_does_not_say_what_it_is() {
    let mia = called("Mia");
    let people = People::start_with_guests(vec![mia.clone()]).await;
    send(&people, &[&mia], &mail("REQUEST", 0, &[&invited(&mia)], "")).await;
    let inbox = people.inbox_of(ANN, 1).await;
    let message = MessageParser::default().parse(inbox[0].as_bytes()).unwrap();
    let part = message.parts.iter().find(|part| part.is_content_type("text", "calendar")).unwrap();
    let kind = part.content_type().unwrap();
    assert_eq!((kind.attribute("method"), kind.attribute("charset")), (None, None));
    assert!(part.content_disposition().unwrap().is_attachment());
    assert_eq!(part.content_transfer_encoding(), Some("quoted-printable"));
    assert!(calendar_of(&inbox[0]).starts_with("BEGIN:VCALENDAR\r\n"));
    check(&inbox[0], &[("COMMENT", Some("The train gets in at ten past; I may be a little late."))]);
}

#[tokio::test]
async fn a_guest_answers_again_when_asked_again_and_only_then() {
    let ana = called("Ana");
    let people = People::start_with_guests(vec![ana.clone()]).await;
    let first = mail("REQUEST", 0, &[&invited(&ana)], "");
    send(&people, &[&ana], &first).await;
    people.inbox_of(ANN, 1).await;
    // The same again, a new text with the answer kept, and then a new time that needs a new answer.
    send(&people, &[&ana], &first).await;
    send(&people, &[&ana], &mail("REQUEST", 1, &[&invited(&ana).replace("NEEDS-ACTION", "ACCEPTED")], "")).await;
    send(&people, &[&ana], &mail("REQUEST", 2, &[&invited(&ana)], "")).await;
    let inbox = people.inbox_of(ANN, 2).await;
    check(&inbox[1], &[("SEQUENCE", Some("2"))]);
}

#[tokio::test]
async fn a_cancelled_event_is_forgotten_without_an_answer() {
    let ana = called("Ana");
    let people = People::start_with_guests(vec![ana.clone()]).await;
    send(&people, &[&ana], &mail("REQUEST", 3, &[&invited(&ana)], "")).await;
    people.inbox_of(ANN, 1).await;
    send(&people, &[&ana], &mail("CANCEL", 4, &[&invited(&ana)], "STATUS:CANCELLED\r\n")).await;
    // An older invitation is news again to one who has forgotten.
    send(&people, &[&ana], &mail("REQUEST", 0, &[&invited(&ana)], "")).await;
    let inbox = people.inbox_of(ANN, 2).await;
    check(&inbox[1], &[("SEQUENCE", Some("0"))]);
}

#[tokio::test]
async fn a_guest_who_is_silent_or_not_meant_does_not_answer() {
    let (simon, zoe, ana) = (called("Simon"), called("Zo"), called("Ana"));
    let people = People::start_with_guests(vec![simon.clone(), zoe.clone(), ana.clone()]).await;
    // Zoë gets a copy without being named in it.
    send(&people, &[&simon, &zoe], &mail("REQUEST", 0, &[&invited(&simon)], "")).await;
    send(&people, &[&ana], &mail("REQUEST", 0, &[&invited(&ana)], "")).await;
    let inbox = people.inbox_of(ANN, 1).await;
    check(&inbox[0], &[("ATTENDEE", Some("mailto:ana@lighthouse.example"))]);
    assert_eq!(people.inbox(&zoe.address).len(), 1);
}

#[tokio::test]
async fn one_occurrence_is_answered_as_one_occurrence() {
    let (ana, daniel) = (called("Ana"), called("Daniel"));
    let people = People::start_with_guests(vec![ana.clone(), daniel.clone()]).await;
    let id = "RECURRENCE-ID;TZID=Europe/Berlin:20261124T123000\r\n";
    send(&people, &[&ana], &mail("REQUEST", 0, &[&invited(&ana)], id)).await;
    check(&people.inbox_of(ANN, 1).await[0], &[("RECURRENCE-ID", Some("20261124T113000Z"))]);
    send(&people, &[&daniel], &mail("REQUEST", 0, &[&invited(&daniel)], id)).await;
    check(&people.inbox_of(ANN, 2).await[1], &[("RECURRENCE-ID", Some("20261124T123000"))]);
}

#[tokio::test]
async fn an_all_day_event_stays_without_a_time_of_day() {
    for name in ["Ana", "Daniel", "Mia"] {
        let guest = called(name);
        let people = People::start_with_guests(vec![guest.clone()]).await;
        let timed = mail("REQUEST", 0, &[&invited(&guest)], "");
        let all_day = timed.replace(";TZID=Europe/Berlin:20261124T123000", ";VALUE=DATE:20261124");
        let all_day = all_day.replace(";TZID=Europe/Berlin:20261124T133000", ";VALUE=DATE:20261126");
        send(&people, &[&guest], &all_day).await;
        let inbox = people.inbox_of(ANN, 1).await;
        check(&inbox[0], &[("DTSTART", Some("20261124")), ("DTEND", Some("20261126"))]);
    }
}

#[tokio::test]
async fn every_line_of_an_answer_is_folded() {
    let people = People::start_with_guests(guest::cast()).await;
    let guests = guest::cast();
    let lines: Vec<String> = guests.iter().map(invited).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let long = format!("LOCATION:{}\r\n", "H\u{f6}rsaal ".repeat(40));
    send(&people, &guests.iter().collect::<Vec<_>>(), &mail("REQUEST", 0, &lines, &long)).await;
    let answering = guests.iter().filter(|guest| guest.manner.partstat().is_some()).count();
    for mail in people.inbox_of(ANN, answering).await {
        assert!(calendar_of(&mail).lines().all(|line| line.len() <= 75), "{mail}");
    }
}

#[tokio::test]
async fn a_guests_mailbox_can_be_read_with_the_guests_password() {
    let ana = called("Ana");
    let people = People::start_with_guests(vec![ana.clone()]).await;
    let sent = mail("REQUEST", 0, &[&invited(&ana)], "");
    send(&people, &[&ana], &sent).await;
    let mut raw = people.imap().await;
    assert!(raw.ask(&format!("LOGIN {} {}", ana.address, guest::PASSWORD)).await[0].starts_with("OK"));
    raw.ask("SELECT INBOX").await;
    let text = raw.ask("FETCH 1 BODY.PEEK[TEXT]").await.join("\r\n");
    assert!(text.contains("SUMMARY:Lunch\\, at last\r\n"));
}
