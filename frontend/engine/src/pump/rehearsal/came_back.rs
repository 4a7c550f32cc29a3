//! Mails that came back, and guests who ask again.

use intent::{AnswerOutcome, Ask, ComposeStart, EventKey, GuestMark, ReplyMark, Tell};

use super::{A_WHILE, provider::InboxMail, *};

/// What a mail server reports of a mail that it could not deliver (RFC 3464).
fn report(mail: &str, guest: &str) -> InboxMail {
    let message_id = mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
    let status = format!(
        "Reporting-MTA: dns; mx.b.example\r\n\r\nFinal-Recipient: rfc822; {guest}\r\nAction: failed\r\n\
         Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user here\r\n"
    );
    InboxMail {
        headers: "From: MAILER-DAEMON@b.example\r\nTo: ann@a.example\r\nMessage-ID: <report@b.example>\r\n\r\n"
            .to_owned(),
        media_type: "text/plain",
        body: "Sorry.".to_owned(),
        more: vec![
            ("message/delivery-status", status),
            ("text/rfc822-headers", format!("Message-ID: {message_id}\r\n")),
        ],
    }
}

fn came_back(chance: u64) -> (Straight, Tab, String, String) {
    let (link, _device, mut tab, uid, href) = invited(chance);
    let mail = link.0.borrow().submitted.iter().find(|(to, _)| to == "bob@b.example").unwrap().1.clone();
    link.deliver(report(&mail, "bob@b.example"));
    tab.pass(Duration::from_secs(1));
    (link, tab, uid, href)
}

fn bobs_line(link: &Straight, href: &str) -> String {
    let stored = link.object(href).unwrap().replace("\r\n ", "");
    stored.lines().find(|line| line.ends_with("bob@b.example")).unwrap().to_owned()
}

#[test]
fn a_mail_that_came_back_is_written_to_the_event_in_the_servers_words() {
    let (link, mut tab, uid, href) = came_back(1);
    let line = bobs_line(&link, &href);
    assert!(line.contains("SCHEDULE-STATUS=\"5.1\"") || line.contains("SCHEDULE-STATUS=5.1"), "{line}");
    let words = "550 5.1.1 no such user here";
    assert_eq!(tab.answers()[0].outcome, AnswerOutcome::NotDelivered(words.to_owned()));
    tab.ask(Ask::OpenEvent(EventKey { uid, ..EventKey::default() }));
    let event = tab.last(|tell| if let Tell::Event(Some(event)) = tell { Some(event.clone()) } else { None });
    let marks: Vec<_> = event.guests.iter().map(|guest| (guest.address.as_str(), guest.mark.clone())).collect();
    assert!(marks.contains(&("bob@b.example", ReplyMark::NotDelivered(words.to_owned()))), "{marks:?}");
    assert!(marks.contains(&("cleo@c.example", ReplyMark::None)), "{marks:?}");
}

#[test]
fn what_came_back_can_be_sent_again_to_that_guest_alone() {
    let (link, mut tab, uid, href) = came_back(1);
    let sent = link.0.borrow().submitted.len();
    let event = EventKey { uid, ..EventKey::default() };
    tab.ask(Ask::Compose(ComposeStart::Again(event, "bob@b.example".to_owned())));
    let form = tab.last(|tell| if let Tell::Form(form) = tell { Some(form.clone()) } else { None });
    assert!(matches!(form.guests[0].mark, GuestMark::Again(_)), "{:?}", form.guests);
    tab.send(&form);
    tab.pass(A_WHILE);
    let submitted = link.0.borrow().submitted[sent..].to_vec();
    let guests: Vec<&str> = submitted.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(guests, ["bob@b.example"]);
    assert!(!submitted[0].1.contains("SCHEDULE-"), "what is ours stays ours");
    let line = bobs_line(&link, &href);
    assert!(
        !line.contains("SCHEDULE-STATUS") && !line.contains("FORCE-SEND"),
        "a new mail has a fate of its own: {line}"
    );
}

#[test]
fn who_answers_has_the_mail_whatever_came_back() {
    let (link, mut tab, uid, href) = came_back(1);
    link.deliver(reply(&uid, "bob@b.example", "ACCEPTED", "20261122T121500Z", ""));
    tab.pass(Duration::from_secs(1));
    let line = bobs_line(&link, &href);
    assert!(line.contains("PARTSTAT=ACCEPTED") && !line.contains("SCHEDULE-STATUS"), "{line}");
}

#[test]
fn a_report_about_a_mail_that_was_never_sent_changes_nothing() {
    let (link, _device, mut tab, _uid, href) = invited(1);
    let before = link.object(&href);
    link.deliver(report("Message-ID: <other@a.example>\r\n", "bob@b.example"));
    tab.pass(Duration::from_secs(1));
    assert_eq!(link.object(&href), before);
    assert_eq!(link.0.borrow().acts.len(), 5);
}

#[test]
fn a_guest_who_asks_for_the_newest_version_is_listed_as_asking() {
    let (link, _device, mut tab, uid, _href) = invited(1);
    let mut asking = reply(&uid, "bob@b.example", "NEEDS-ACTION", "20261122T121500Z", "");
    asking.body = asking.body.replace("METHOD:REPLY", "METHOD:REFRESH");
    link.deliver(asking);
    tab.pass(Duration::from_secs(1));
    let answer = tab.answers().remove(0);
    assert_eq!((answer.outcome, answer.address.as_str()), (AnswerOutcome::AsksAgain, "bob@b.example"));
    assert_eq!(answer.event.map(|event| event.uid), Some(uid));
}
