//! A message that breaks each rule, and messages that break none.

use super::*;

/// An invitation that breaks no rule.
const GOOD: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\n\
    TZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:20251026T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n\
    TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:20250330T020000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n\
    BEGIN:VEVENT\r\nUID:1@l.example\r\nSEQUENCE:0\r\nDTSTAMP:20261118T094231Z\r\n\
    DTSTART;TZID=Europe/Berlin:20261119T150000\r\nDTEND;TZID=Europe/Berlin:20261119T163000\r\n\
    RRULE:FREQ=WEEKLY;UNTIL=20261217T140000Z\r\nSUMMARY:Harbour\\, tariff\r\nORGANIZER;CN=Mara:mailto:mara@l.example\r\n\
    ATTENDEE;CN=Bob;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@a.example\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

fn ids(findings: &[Finding]) -> Vec<&'static str> {
    let mut ids: Vec<_> = findings.iter().map(|finding| finding.rule.id).collect();
    ids.dedup();
    ids
}

/// The good invitation with one text replaced.
#[track_caller]
fn changed(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from:?}");
    GOOD.replacen(from, to, 1)
}

/// The good invitation with lines put before the end of its event.
fn with(lines: &str) -> String {
    changed("END:VEVENT", &format!("{lines}\r\nEND:VEVENT"))
}

/// An answer with these lines in its event.
fn message(method: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261118T094231Z\r\n\
         {lines}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

const ORGANIZER: &str = "ORGANIZER:mailto:mara@l.example\r\n";

/// Every rule about the calendar by itself, beside a calendar that breaks it and no other.
fn broken_calendars() -> Vec<(&'static str, Vec<u8>)> {
    let text = |id: &'static str, text: String| (id, text.into_bytes());
    vec![
        text("over-a-limit", "BEGIN:X\r\n".repeat(17)),
        (
            "not-utf8",
            changed("Harbour", "H\u{e4}fen")
                .replace('ä', "\u{1}")
                .bytes()
                .map(|byte| if byte == 1 { 0xe4 } else { byte })
                .collect(),
        ),
        text("byte-order-mark", format!("\u{feff}{GOOD}")),
        text("line-ends", GOOD.replace("\r\n", "\n")),
        text("long-line", changed("Harbour", &"x".repeat(80))),
        ("fold-splits-character", {
            let [before, after]: [&str; 2] = GOOD.split("Harbour").collect::<Vec<_>>().try_into().expect("one place");
            [before.as_bytes(), b"H\xc3\r\n \xa4fen", after.as_bytes()].concat()
        }),
        text("malformed-line", with("this is no property")),
        text("broken-structure", changed("END:VEVENT\r\n", "")),
        text("no-calendar", "BEGIN:VCARD\r\nEND:VCARD\r\n".to_owned()),
        text("outside-calendar", format!("{GOOD}X-TAIL:1\r\n")),
        text("version-missing", changed("VERSION:2.0\r\n", "")),
        text("prodid-missing", changed("PRODID:-//Example//EN\r\n", "")),
        text("calscale-unknown", changed("VERSION:2.0", "VERSION:2.0\r\nCALSCALE:JULIAN")),
        text("method-unknown", changed("METHOD:REQUEST", "METHOD:INVITE")),
        text("calendar-property-repeated", changed("METHOD:REQUEST", "METHOD:REQUEST\r\nMETHOD:REQUEST")),
        text("component-missing", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n".to_owned()),
        text("several-calendars", GOOD.repeat(2)),
        text("several-events", {
            let event =
                &GOOD[GOOD.find("BEGIN:VEVENT").expect("an event")..GOOD.find("END:VCALENDAR").expect("an end")];
            changed("END:VCALENDAR", &format!("{}END:VCALENDAR", event.replace("UID:1@", "UID:2@")))
        }),
        text("several-kinds", {
            let journal = "BEGIN:VJOURNAL\r\nUID:1@l.example\r\nDTSTAMP:20261118T094231Z\r\nORGANIZER:mailto:mara@l.example\r\n\
                ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@a.example\r\nEND:VJOURNAL\r\nEND:VCALENDAR";
            changed("END:VCALENDAR", journal)
        }),
        text("component-repeated", {
            let event =
                &GOOD[GOOD.find("BEGIN:VEVENT").expect("an event")..GOOD.find("END:VCALENDAR").expect("an end")];
            changed("END:VCALENDAR", &format!("{event}END:VCALENDAR"))
        }),
        text("component-misplaced", with("BEGIN:VTODO\r\nUID:2\r\nEND:VTODO")),
        text("uid-missing", changed("UID:1@l.example\r\n", "")),
        text("dtstamp-missing", changed("DTSTAMP:20261118T094231Z\r\n", "")),
        text(
            "dtstart-missing",
            message("REQUEST", &format!("SUMMARY:x\r\n{ORGANIZER}ATTENDEE;RSVP=TRUE:mailto:bob@a.example\r\n")),
        ),
        text("summary-missing", changed("SUMMARY:Harbour\\, tariff\r\n", "")),
        text("sequence-missing", message("CANCEL", &format!("{ORGANIZER}STATUS:CANCELLED\r\n"))),
        text("sequence-bad", changed("SEQUENCE:0", "SEQUENCE:-1")),
        text(
            "recurrence-id-in-add",
            message(
                "ADD",
                &format!(
                    "SEQUENCE:1\r\nSUMMARY:x\r\nRECURRENCE-ID:20261119T100000Z\r\nDTSTART:20261119T100000Z\r\n{ORGANIZER}"
                ),
            ),
        ),
        text("property-repeated", with("STATUS:CONFIRMED")),
        text("value-unknown", with("TRANSP:BUSY")),
        text("request-cancelled", changed("STATUS:CONFIRMED", "STATUS:CANCELLED")),
        text("cancel-status", message("CANCEL", &format!("SEQUENCE:1\r\n{ORGANIZER}STATUS:CONFIRMED\r\n"))),
        text("unescaped-text", changed("Harbour\\, tariff", "Harbour, tariff")),
        text("html-description", with("DESCRIPTION:<p>Hello</p>")),
        text("private-data", changed("ORGANIZER;CN=Mara", "ORGANIZER;SCHEDULE-STATUS=1.1")),
        text(
            "alarm-in-message",
            with("BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:x\r\nEND:VALARM"),
        ),
        text(
            "alarm-incomplete",
            with("BEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM").replace("METHOD:REQUEST\r\n", ""),
        ),
        text("bad-time", changed("T163000", "T253000")),
        text("date-unmarked", message("PUBLISH", &format!("SUMMARY:x\r\nDTSTART:20261119\r\n{ORGANIZER}"))),
        text("dtstamp-not-utc", changed("DTSTAMP:20261118T094231Z", "DTSTAMP:20261118T094231")),
        text("end-and-duration", with("DURATION:PT1H")),
        text("end-before-start", changed("T163000", "T143000")),
        text(
            "end-equals-start",
            message(
                "PUBLISH",
                &format!("SUMMARY:x\r\nDTSTART;VALUE=DATE:20261119\r\nDTEND;VALUE=DATE:20261119\r\n{ORGANIZER}"),
            ),
        ),
        text(
            "forms-differ",
            message(
                "PUBLISH",
                &format!("SUMMARY:x\r\nDTSTART:20261119T100000Z\r\nDTEND;VALUE=DATE:20261120\r\n{ORGANIZER}"),
            ),
        ),
        text(
            "floating-invitation",
            message(
                "REQUEST",
                &format!(
                    "SUMMARY:x\r\nDTSTART:20261119T100000\r\n{ORGANIZER}ATTENDEE;RSVP=TRUE:mailto:bob@a.example\r\n"
                ),
            ),
        ),
        text("bad-rule", changed("FREQ=WEEKLY", "FREQ=SOMETIMES")),
        text("rule-repeated", with("RRULE:FREQ=WEEKLY;COUNT=3")),
        text(
            "rule-on-override",
            message(
                "REQUEST",
                &format!(
                    "SUMMARY:x\r\nRECURRENCE-ID:20261119T100000Z\r\nDTSTART:20261119T100000Z\r\nRRULE:FREQ=DAILY\r\n{ORGANIZER}ATTENDEE;RSVP=TRUE:mailto:bob@a.example\r\n"
                ),
            ),
        ),
        text("rule-parts", changed("FREQ=WEEKLY", "FREQ=WEEKLY;BYSETPOS=1")),
        text("rule-outdated", with("EXRULE:FREQ=WEEKLY;INTERVAL=2")),
        text("until-form", changed("UNTIL=20261217T140000Z", "UNTIL=20261217")),
        text("start-not-in-rule", changed("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO")),
        text("zone-missing", changed("TZID:Europe/Berlin", "TZID:Europe/Paris")),
        text("zone-incomplete", changed("TZOFFSETFROM:+0200\r\n", "")),
        text("zone-unknown", GOOD.replace("Europe/Berlin", "Somewhere")),
        text("zone-on-utc", changed("20261119T163000", "20261119T163000Z")),
        text("zone-repeated", {
            let zone =
                &GOOD[GOOD.find("BEGIN:VTIMEZONE").expect("a zone")..GOOD.find("BEGIN:VEVENT").expect("an event")];
            changed("BEGIN:VEVENT", &format!("{zone}BEGIN:VEVENT"))
        }),
        text("zone-differs", GOOD.replace("+0100", "+0300")),
        text("organizer-missing", changed("ORGANIZER;CN=Mara:mailto:mara@l.example\r\n", "")),
        text("attendee-missing", message("REPLY", ORGANIZER)),
        text(
            "reply-attendees",
            message(
                "REPLY",
                &format!(
                    "{ORGANIZER}ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@a.example\r\nATTENDEE;PARTSTAT=DECLINED:mailto:b@a.example\r\n"
                ),
            ),
        ),
        text("reply-without-answer", message("REPLY", &format!("{ORGANIZER}ATTENDEE:mailto:a@a.example\r\n"))),
        text("no-mail-address", changed("mailto:bob@a.example", "urn:uuid:1")),
        text("attendee-repeated", with("ATTENDEE;PARTSTAT=ACCEPTED:mailto:BOB@A.example")),
        text("rsvp-missing", changed(";RSVP=TRUE", "")),
        text("parameter-split", changed("CN=Bob", "CN=B, b")),
        text("parameter-unknown", changed("CN=Bob", "CUTYPE=ROBOT")),
        text("publish-attendees", changed("METHOD:REQUEST", "METHOD:PUBLISH")),
    ]
}

const HEADERS: &str = "From: Mara <mara@l.example>\r\nTo: bob@a.example\r\nDate: Wed, 18 Nov 2026 10:42:31 +0100\r\nMessage-ID: <1@l.example>\r\nMIME-Version: 1.0\r\n";

/// A mail that breaks no rule.
fn good_mail() -> String {
    format!(
        "{HEADERS}Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
         --a\r\nContent-Type: text/plain\r\n\r\nwords\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>words</p>\r\n--a\r\n\
         Content-Type: text/calendar; charset=UTF-8; method=REQUEST\r\n\r\n{GOOD}\r\n--a--\r\n--m\r\n\
         Content-Type: application/ics; name=invite.ics\r\nContent-Disposition: attachment\r\n\r\n{GOOD}\r\n--m--\r\n"
    )
}

fn mail_with(from: &str, to: &str) -> String {
    let mail = good_mail();
    assert!(mail.contains(from), "{from:?}");
    mail.replacen(from, to, 1)
}

/// Every rule about mail, beside a mail that breaks it and no other.
fn broken_mails() -> Vec<(&'static str, String)> {
    let single = |kind: &str, body: &str| format!("{HEADERS}Content-Type: {kind}\r\n\r\n{body}");
    let calendar = "text/calendar; charset=UTF-8; method=REQUEST";
    let alternative = format!("--a\r\nContent-Type: {calendar}\r\n\r\n{GOOD}\r\n");
    vec![
        ("mail-too-large", "x".repeat(crate::mime::MAX_MESSAGE_BYTES + 1)),
        ("mail-structure", mail_with("\r\n--m--\r\n", "")),
        ("header-missing", mail_with("Message-ID: <1@l.example>\r\n", "")),
        ("header-repeated", mail_with("To: bob@a.example\r\n", "To: bob@a.example\r\nTo: bob@a.example\r\n")),
        ("mail-line-too-long", mail_with("words", &"x".repeat(999))),
        ("calendar-part-missing", single("text/plain", "words")),
        ("winmail", single("application/ms-tnef; name=winmail.dat", "x")),
        ("only-attached", mail_with(&alternative, "")),
        ("not-in-first-part", {
            let moved = mail_with(&alternative, "");
            moved.replacen(
                "Content-Type: application/ics; name=invite.ics\r\nContent-Disposition: attachment",
                &format!("Content-Type: {calendar}"),
                1,
            )
        }),
        ("not-last-alternative", {
            let text = "--a\r\nContent-Type: text/plain\r\n\r\nwords\r\n";
            mail_with(text, "").replacen("--a--\r\n", &format!("{text}--a--\r\n"), 1)
        }),
        ("method-parameter-missing", mail_with("; method=REQUEST", "")),
        ("method-differs", mail_with("; method=REQUEST", "; method=PUBLISH")),
        ("method-missing", good_mail().replace("METHOD:REQUEST\r\n", "")),
        ("charset-missing", {
            let encoded = mail_with(
                "; charset=UTF-8; method=REQUEST\r\n",
                "; method=REQUEST\r\nContent-Transfer-Encoding: 8bit\r\n",
            );
            encoded
                .replace(
                    "Content-Disposition: attachment\r\n",
                    "Content-Disposition: attachment\r\nContent-Transfer-Encoding: 8bit\r\n",
                )
                .replace("Harbour", "Häfen")
        }),
        ("charset-other", mail_with("charset=UTF-8", "charset=iso-8859-1")),
        ("transfer-encoding", mail_with("words", "Wörter")),
        ("sender-differs", mail_with("mara@l.example>\r\nTo", "eve@evil.example>\r\nTo")),
        ("reader-not-invited", mail_with("To: bob@a.example", "To: cleo@a.example")),
        ("text-missing", single(calendar, GOOD)),
        ("copies-differ", {
            let mail = good_mail();
            let at = mail.rfind("SUMMARY:").expect("a second copy");
            format!("{}{}", &mail[..at], mail[at..].replacen("Harbour", "Hafen", 1))
        }),
        ("several-messages", {
            let mail = good_mail().replace(
                "Content-Type: application/ics; name=invite.ics\r\nContent-Disposition: attachment",
                "Content-Type: text/calendar; method=REQUEST",
            );
            let at = mail.rfind("SUMMARY:").expect("a second copy");
            format!("{}{}", &mail[..at], mail[at..].replacen("Harbour", "Hafen", 1))
        }),
        ("remote-content", mail_with("<p>words</p>", "<img src=\"https://track.example/1.gif\">")),
    ]
}

#[test]
fn what_is_right_has_no_findings() {
    let none: Vec<&str> = Vec::new();
    assert_eq!(ids(&check_ics(GOOD.as_bytes())), none);
    assert_eq!(ids(&check_ics(GOOD.replace("METHOD:REQUEST\r\n", "").as_bytes())), none);
    assert_eq!(ids(&check_mail(good_mail().as_bytes())), none);
    // A mail saved on a disk has the line ends of the disk.
    assert_eq!(ids(&check_mail(good_mail().replace("\r\n", "\n").as_bytes())), none);
}

#[test]
fn a_rule_is_broken_in_more_ways_than_one() {
    let cases = [
        ("forms-differ", changed("DTEND;TZID=Europe/Berlin:20261119T163000", "DTEND:20261119T163000")),
        ("forms-differ", with("EXDATE;VALUE=DATE:20261126")),
        ("forms-differ", with("EXDATE:20261126T150000")),
        ("dtstamp-not-utc", with("LAST-MODIFIED:20261118T094231")),
        ("dtstamp-not-utc", with("CREATED;VALUE=DATE:20261118")),
        ("no-mail-address", changed("mailto:bob@a.example", "bob@a.example")),
        ("zone-differs", changed("FREQ=WEEKLY;UNTIL=20261217T140000Z", "FREQ=WEEKLY").replace("+0200", "+0230")),
        ("value-unknown", with("PRIORITY:10")),
        ("rule-parts", changed("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=1TH")),
        ("rule-parts", changed("FREQ=WEEKLY", "FREQ=WEEKLY;BYMONTHDAY=19,26")),
        ("rule-parts", changed("FREQ=WEEKLY", "FREQ=DAILY;BYYEARDAY=323")),
        ("rule-parts", changed("FREQ=WEEKLY", "FREQ=MONTHLY;BYWEEKNO=47")),
        ("rule-parts", changed("FREQ=WEEKLY", "FREQ=YEARLY;BYWEEKNO=47;BYDAY=1TH")),
        ("value-unknown", with("GEO:91.0;0")),
    ];
    for (id, ics) in cases {
        assert_eq!(ids(&check_ics(ics.as_bytes())), [id], "{ics}");
    }
    let lie = mail_with("Harbour", "H\u{1}fen").replacen(
        "REQUEST\r\n\r\n",
        "REQUEST\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
        1,
    );
    let lie: Vec<u8> = lie.bytes().map(|byte| if byte == 1 { 0xe4 } else { byte }).collect();
    assert!(ids(&check_mail(&lie)).contains(&"not-utf8"), "{:?}", ids(&check_mail(&lie)));
}

#[test]
fn values_of_every_allowed_form_have_no_findings() {
    let none: Vec<&str> = Vec::new();
    for lines in [
        "EXDATE;TZID=Europe/Berlin:20261126T150000,20261203T150000",
        "EXDATE:20261126T140000Z",
        "ATTENDEE;RSVP=TRUE;CN=\"Cleo, X\";MEMBER=\"m:a@b\",\"m:c@b\":mailto:c@a.example",
        "PRIORITY:9\r\nGEO:48.2;-16.37\r\nCREATED:20261118T094231Z",
    ] {
        assert_eq!(ids(&check_ics(with(lines).as_bytes())), none, "{lines}");
    }
    // The organizer's domain in its own script, and in the ASCII form that the mail has.
    let mail = good_mail().replace("mailto:mara@l.example", "mailto:mara@l\u{e4}.example");
    let mail = mail.replace("mara@l.example>", "mara@xn--l-0fa.example>");
    let mail = mail.replace(
        "text/calendar; charset=UTF-8; method=REQUEST\r\n",
        "text/calendar; charset=UTF-8; method=REQUEST\r\nContent-Transfer-Encoding: 8bit\r\n",
    );
    let mail = mail.replace(
        "Content-Disposition: attachment\r\n",
        "Content-Disposition: attachment\r\nContent-Transfer-Encoding: 8bit\r\n",
    );
    assert_eq!(ids(&check_mail(mail.as_bytes())), none);
}

#[test]
fn questions_about_free_time_have_no_buttons_and_no_answers() {
    let none: Vec<&str> = Vec::new();
    for method in ["REQUEST", "REPLY"] {
        let times = "DTSTART:20261119T100000Z\r\nDTEND:20261120T100000Z\r\n";
        let text = message(method, &format!("{times}{ORGANIZER}ATTENDEE:mailto:bob@a.example\r\n"));
        assert_eq!(ids(&check_ics(text.replace("VEVENT", "VFREEBUSY").as_bytes())), none, "{method}");
    }
}

#[test]
fn each_rule_is_broken_by_its_example() {
    for (id, ics) in broken_calendars() {
        let found = ids(&check_ics(&ics));
        assert!(found.contains(&id), "{id}: {found:?}\n{}", String::from_utf8_lossy(&ics));
    }
    for (id, mail) in broken_mails() {
        let found = ids(&check_mail(mail.as_bytes()));
        assert!(found.contains(&id), "{id}: {found:?}");
    }
}

#[test]
fn an_example_breaks_no_other_rule() {
    let calendars = broken_calendars().into_iter().map(|(id, ics)| (id, ids(&check_ics(&ics))));
    let mails = broken_mails().into_iter().map(|(id, mail)| (id, ids(&check_mail(mail.as_bytes()))));
    let others: Vec<String> = calendars
        .chain(mails)
        .filter(|(id, found)| *found != [*id])
        .map(|(id, found)| format!("{id}: {}", found.join(", ")))
        .collect();
    assert_eq!(others, Vec::<String>::new());
}

#[test]
fn every_rule_has_an_example_and_a_name_of_its_own() {
    let mut named: Vec<&str> = rules().map(|rule| rule.id).collect();
    let mut shown: Vec<&str> =
        broken_calendars().iter().map(|(id, _)| *id).chain(broken_mails().iter().map(|(id, _)| *id)).collect();
    named.sort_unstable();
    shown.sort_unstable();
    assert_eq!(named, shown);
    named.dedup();
    assert_eq!(named.len(), shown.len());
}

#[test]
fn a_finding_says_what_where_and_how_to_mend_it() {
    let findings = check_ics(with("TRANSP:BUSY").as_bytes());
    assert_eq!(findings[0].place.to_string(), "line 31");
    insta::assert_snapshot!(findings[0].sentence());
}

#[test]
fn a_line_of_a_mail_is_as_long_as_the_limit_and_no_longer() {
    let details = |octets: usize, line_end: &str| -> Vec<String> {
        let mail = mail_with("words", &"x".repeat(octets)).replace("\r\n", line_end);
        let findings = check_mail(mail.as_bytes()).into_iter();
        findings.filter(|finding| finding.rule.id == "mail-line-too-long").map(|finding| finding.detail).collect()
    };
    for line_end in ["\r\n", "\n"] {
        assert_eq!(details(998, line_end), Vec::<String>::new());
        let line = mail_with("words", "xxxx").lines().position(|line| line == "xxxx").expect("a line") + 1;
        assert_eq!(details(999, line_end), [format!("line {line} of the mail")]);
    }
}

#[test]
fn one_rule_is_named_a_few_times_and_the_others_still_are() {
    let lines = "this is no property\r\n".repeat(20);
    let findings = check_ics(with(&format!("{lines}TRANSP:BUSY")).as_bytes());
    let count = |id: &str| findings.iter().filter(|finding| finding.rule.id == id).count();
    assert_eq!((count("malformed-line"), count("value-unknown")), (10, 1));
}

#[test]
fn findings_are_limited() {
    let many = "BEGIN:VEVENT\r\nEND:VEVENT\r\n".repeat(5_000);
    let findings = check_ics(format!("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n{many}END:VCALENDAR\r\n").as_bytes());
    assert!(findings.len() <= MAX_FINDINGS);
}

#[test]
fn the_margin_explains_an_invitation() {
    let me = [Address::new("mara@l.example")];
    let guest = Address::new("bob@a.example");
    let reader = GlossReader {
        me: &me,
        guest: Some(&guest),
        now: "2026-11-18T10:00:00Z".parse().expect("an instant"),
        zone: "Europe/Berlin",
    };
    let lines: Vec<&str> = GOOD.lines().collect();
    let notes: Vec<String> = glosses(GOOD, &reader)
        .into_iter()
        .map(|gloss| format!("{}\n    {}", lines[gloss.lines.start() - 1], gloss.note))
        .collect();
    insta::assert_snapshot!(notes.join("\n"));
}
