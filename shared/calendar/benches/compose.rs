//! Composing one invitation: the mail with its words and checks, beside a bare `mail-builder` that is given every text.
//!
//! `cargo bench -p calendar --bench compose` prints the time of each.

use std::hint::black_box;

use calendar::check::check_mail;
use calendar::ical::Document;
use calendar::invite::{Outgoing, compose};
use calendar::mime::{MailAddress, Mailbox};
use criterion::{Criterion, criterion_group, criterion_main};
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::mime::{BodyPart, MimePart};

/// An invitation of about 1.3 KB with its zone.
const MESSAGE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Calpost//EN\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\n\
    TZID:Europe/Berlin\r\nBEGIN:DAYLIGHT\r\nDTSTART:20250330T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n\
    TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\nDTSTART:20251026T030000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n\
    END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:7f3c1e0a-52d4-4b8e-9a31-0c6f2d1be774@lindqvist.example\r\nSEQUENCE:1\r\n\
    DTSTAMP:20261118T094231Z\r\nDTSTART;TZID=Europe/Berlin:20261119T150000\r\nDTEND;TZID=Europe/Berlin:20261119T163000\r\n\
    SUMMARY:Harbour tariff workshop\r\nLOCATION:Speicher B\\, Sandtorkai 30\\, and meet.lindqvist.example/tariff\r\n\
    DESCRIPTION:Please bring the 2026 tonnage by berth. We start with Ayşe’s\r\n  table and end with a first draft of the \
    tariff.\r\nORGANIZER;CN=Mara Lindqvist:mailto:mara@lindqvist.example\r\n\
    ATTENDEE;CN=Mara Lindqvist;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:mara@lindqv\r\n ist.example\r\n\
    ATTENDEE;CN=Chidinma Okafor;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP\r\n =TRUE:mailto:c.okafor@nimbus-ports.example\r\n\
    STATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn ours(from: &Mailbox, to: &[MailAddress], message: &Document) -> Vec<u8> {
    let outgoing = Outgoing {
        from,
        to,
        message,
        now: jiff::Timestamp::UNIX_EPOCH,
        message_id: "7f3c1e0a.1@lindqvist.example",
        boundary_seed: "7f3c1e0a.1",
        zone: "Africa/Lagos",
        occasion: None,
        in_reply_to: None,
        is_automatic: false,
    };
    compose(&outgoing).expect("composed").bytes
}

/// The same tree of the same texts, nothing looked at.
fn bare(text: &str, html: &str) -> Vec<u8> {
    let kind = |kind: &'static str| ContentType::new(kind).attribute("charset", "UTF-8");
    let alternatives = MimePart::new(
        ContentType::new("multipart/alternative").attribute("boundary", "cp-alternative"),
        vec![
            MimePart::new(kind("text/plain"), text),
            MimePart::new(kind("text/html"), html),
            MimePart::new(
                kind("text/calendar").attribute("method", "REQUEST").attribute("component", "VEVENT"),
                MESSAGE,
            ),
        ],
    );
    let attachment = MimePart::new(
        ContentType::new("application/ics").attribute("name", "invite.ics"),
        BodyPart::Binary(MESSAGE.as_bytes().into()),
    );
    let body = MimePart::new(
        ContentType::new("multipart/mixed").attribute("boundary", "cp-mixed"),
        vec![alternatives, attachment.attachment("invite.ics")],
    );
    MessageBuilder::new()
        .date(Date::new(0))
        .message_id("7f3c1e0a.1@lindqvist.example")
        .from(("Mara Lindqvist", "mara@lindqvist.example"))
        .to(("Chidinma Okafor", "c.okafor@nimbus-ports.example"))
        .subject("Invitation: Harbour tariff workshop, Thu 19 Nov, 15:00")
        .body(body)
        .write_to_vec()
        .expect("written")
}

fn one_invitation(criterion: &mut Criterion) {
    let document = Document::read(MESSAGE.as_bytes()).expect("readable");
    let from = Mailbox::parse("Mara Lindqvist <mara@lindqvist.example>").expect("a mailbox");
    let to = [MailAddress::parse("c.okafor@nimbus-ports.example").expect("an address")];
    let mail = ours(&from, &to, &document);
    let findings = check_mail(&mail);
    assert!(findings.is_empty(), "{findings:?}");
    let parts = calendar::mime::Message::read(&mail).expect("a mail");
    let words = |index: usize| String::from_utf8(parts.parts()[index].decoded(&mail).into_owned()).expect("UTF-8");
    let (text, html) = (words(2), words(3));

    let mut group = criterion.benchmark_group("one invitation");
    group.bench_function("composed", |bencher| {
        bencher.iter(|| ours(black_box(&from), black_box(&to), black_box(&document)))
    });
    group.bench_function("composed and looked at by the linter", |bencher| {
        bencher.iter(|| check_mail(black_box(&ours(&from, &to, &document))));
    });
    group.bench_function("mail-builder alone", |bencher| bencher.iter(|| bare(black_box(&text), black_box(&html))));
    group.finish();
}

criterion_group!(benches, one_invitation);
criterion_main!(benches);
