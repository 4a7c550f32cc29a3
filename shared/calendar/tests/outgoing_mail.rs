//! What scheduling sends, as mail: composed for each recipient, without a finding, and read again as what it was.

use calendar::check::check_mail;
use calendar::ical::{Address, Document};
use calendar::invite::{Occasion, Outgoing, Reader, compose, read_mail};
use calendar::itip::{
    Answering, Edit, Me, OccurrenceAnswer, Outgoing as Posting, Partstat, Proposal, Stored, Telling, answer, organize,
};
use calendar::mime::{MailAddress, Mailbox};
use calendar::time::moment::Moment;
use jiff::Timestamp;

const ANN: &str = "ann@own.example";
const BOB: &str = "bob@guests.example";

fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().expect("an instant")
}

/// An event of Ann's with these lines and guests.
fn event(lines: &str, guests: &[&str]) -> Stored {
    let mut text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\nUID:1@own.example\r\n\
         DTSTAMP:20261101T000000Z\r\nSUMMARY:Größe\\, Maß\r\n{lines}ORGANIZER;CN=Ann:mailto:{ANN}\r\n\
         ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{ANN}\r\n"
    );
    for guest in guests {
        text += &format!("ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{guest}\r\n");
    }
    text += "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    Stored::read(text.as_bytes()).expect("an object")
}

const BERLIN: &str = "DTSTART;TZID=Europe/Berlin:20261126T150000\r\nDTEND;TZID=Europe/Berlin:20261126T160000\r\n";
const LATER: &str = "DTSTART;TZID=Europe/Berlin:20261126T170000\r\nDTEND;TZID=Europe/Berlin:20261126T180000\r\n";

/// Composes each posting for each of its recipients, and looks at the mails.
#[track_caller]
fn check(postings: &[Posting], from: &str, methods: &[&str]) {
    let mut sent = Vec::new();
    for posting in postings {
        let message = Document::read(&posting.message.write()).expect("a message");
        for recipient in &posting.to {
            let to = [MailAddress::parse(recipient.as_str()).expect("an address")];
            let mail = compose(&Outgoing {
                from: &Mailbox::parse(&format!("Somebody <{from}>")).expect("a mailbox"),
                to: &to,
                message: &message,
                now: now(),
                message_id: "1.1@own.example",
                boundary_seed: recipient.as_str(),
                zone: "Europe/Lisbon",
                occasion: Occasion::for_reason(posting.reason),
                in_reply_to: None,
                is_automatic: false,
            })
            .expect("composed");
            let findings: Vec<String> = check_mail(&mail.bytes).iter().map(|finding| finding.sentence()).collect();
            assert_eq!(findings, Vec::<String>::new(), "{}", mail.ics);
            let reading = read_mail(&mail.bytes, &Reader::of(&to)).expect("small enough");
            assert_eq!(reading.found.len(), 1);
            assert_eq!(reading.found[0].ics.as_bytes(), posting.message.write(), "the same bytes arrive");
            sent.push(reading.found[0].method.clone().expect("a method"));
        }
    }
    sent.sort();
    assert_eq!(sent, methods);
}

#[track_caller]
fn check_edit(before: Option<&Stored>, after: Option<&Stored>, methods: &[&str]) {
    let me = Me::new([Address::new(ANN)]);
    let organized = organize(Edit { me: &me, now: now(), before, after, telling: Telling::Guests }).expect("an edit");
    check(&organized.outgoing, ANN, methods);
}

#[test]
fn what_an_organizer_sends_has_no_findings() {
    let weekly = format!("{BERLIN}RRULE:FREQ=WEEKLY;UNTIL=20261231T140000Z\r\n");
    let one = event(BERLIN, &[BOB]);
    check_edit(None, Some(&one), &["REQUEST"]);
    check_edit(None, Some(&event(&weekly, &[BOB, "cleo+work@guests.example"])), &["REQUEST", "REQUEST"]);
    check_edit(None, Some(&event("DTSTART;VALUE=DATE:20261126\r\n", &[BOB])), &["REQUEST"]);
    check_edit(
        None,
        Some(&event("DTSTART:20261126T150000Z\r\nDURATION:PT1H\r\nDESCRIPTION:\r\n", &[BOB])),
        &["REQUEST"],
    );
    check_edit(Some(&one), Some(&event(LATER, &[BOB])), &["REQUEST"]);
    check_edit(Some(&one), Some(&event(BERLIN, &["cleo@guests.example"])), &["CANCEL", "REQUEST"]);
    check_edit(Some(&one), None, &["CANCEL"]);
    let without_a_date = format!("{weekly}EXDATE;TZID=Europe/Berlin:20261203T150000\r\n");
    check_edit(Some(&event(&weekly, &[BOB])), Some(&event(&without_a_date, &[BOB])), &["CANCEL"]);
}

#[test]
fn what_a_guest_sends_has_no_findings() {
    let me = Me::new([Address::new(BOB)]);
    let weekly = event(&format!("{BERLIN}RRULE:FREQ=WEEKLY;COUNT=5\r\n"), &[BOB]);
    let date = || Moment::parse("20261203T150000", Some("Europe/Berlin")).ok();
    let say = |occurrence, partstat| OccurrenceAnswer { occurrence, partstat: Some(partstat) };
    let proposal = Proposal {
        start: Moment::parse("20261127T090000Z", None).expect("a time"),
        end: Moment::parse("20261127T100000Z", None).ok(),
    };
    let answers = [
        (vec![say(None, Partstat::Accepted)], None, "REPLY"),
        (vec![say(None, Partstat::Declined)], None, "REPLY"),
        (vec![say(date(), Partstat::Tentative)], None, "REPLY"),
        (vec![say(None, Partstat::Accepted), say(date(), Partstat::Declined)], None, "REPLY"),
        (vec![OccurrenceAnswer { occurrence: None, partstat: None }], Some(&proposal), "COUNTER"),
    ];
    for (answers, proposal, method) in answers {
        let answered = answer(Answering {
            me: &me,
            now: now(),
            stored: &weekly,
            answers: &answers,
            comment: Some("I may be late, sorry; trains"),
            proposal,
            telling: Telling::Guests,
        });
        check(&answered.expect("an answer").outgoing, BOB, &[method]);
    }
}
