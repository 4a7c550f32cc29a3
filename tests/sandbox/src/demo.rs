//! The people of the demonstration, and a week of Ann's that looks like a week.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::MimePart;

use crate::delivery::{Authentication, Envelope, deliver};
use crate::provider::{Calendar, Provider, now_seconds};

/// The address of the demonstration's own account.
pub const ANN: &str = "ann@sandbox.test";
/// Two colleagues of hers, who read their mail themselves.
pub const COLLEAGUES: [(&str, &str); 2] = [("bob@sandbox.test", "Bob Baker"), ("cleo@sandbox.test", "Cleo Calder")];
/// The password of all three.
pub const PASSWORD: &str = "sandbox";

/// The three calendars: id, name and colour.
const CALENDARS: [(&str, &str, &str); 3] =
    [("work", "Work", "#2f6fb2ff"), ("home", "Home", "#b8622bff"), ("choir", "Choir", "#7a55a6ff")];

const BERLIN: &str = "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n\
    BEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nTZOFFSETFROM:+0200\r\n\
    TZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
const TORONTO: &str = "BEGIN:VTIMEZONE\r\nTZID:America/Toronto\r\nBEGIN:DAYLIGHT\r\nDTSTART:20070311T020000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nTZNAME:EDT\r\nEND:DAYLIGHT\r\n\
    BEGIN:STANDARD\r\nDTSTART:20071104T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nTZOFFSETFROM:-0400\r\n\
    TZOFFSETTO:-0500\r\nTZNAME:EST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

/// When an event of the week is.
enum When {
    /// On a day (0 is Monday), from and to a time of day in hours and minutes, in a zone.
    Timed(i64, (i8, i8), (i8, i8), Zone),
    /// From one day up to and including another.
    Days(i64, i64),
}

#[derive(Clone, Copy)]
enum Zone {
    Berlin,
    Toronto,
}

struct Event {
    calendar: &'static str,
    uid: &'static str,
    summary: &'static str,
    when: When,
    /// Further lines.
    more: &'static str,
}

const fn timed(
    calendar: &'static str,
    uid: &'static str,
    summary: &'static str,
    day: i64,
    from: (i8, i8),
    to: (i8, i8),
    more: &'static str,
) -> Event {
    Event { calendar, uid, summary, when: When::Timed(day, from, to, Zone::Berlin), more }
}

/// The week. A series begins eight weeks earlier, so that there is something to look back at.
const WEEK: [Event; 17] = [
    timed("work", "planning", "Week planning", 0, (9, 0), (9, 30), "RRULE:FREQ=WEEKLY\r\nLOCATION:Room 2.14\r\n"),
    timed("work", "harbour", "Design review: harbour map", 0, (11, 0), (12, 0), "LOCATION:Room 2.14\r\n"),
    timed(
        "choir",
        "rehearsal",
        "Rehearsal",
        0,
        (19, 30),
        (21, 30),
        "RRULE:FREQ=WEEKLY\r\nLOCATION:St. Mark's hall\r\n",
    ),
    timed(
        "work",
        "interview",
        "Interview: Noor Haddad",
        1,
        (10, 0),
        (11, 30),
        "DESCRIPTION:Second round. Portfolio first\\, then questions.\r\n",
    ),
    timed(
        "work",
        "budget",
        "Budget\\, second reading",
        1,
        (14, 0),
        (15, 0),
        "LOCATION:https://meet.example/budget\r\n",
    ),
    timed("home", "swimming", "Swimming with Ida", 1, (17, 30), (18, 30), "LOCATION:Harbour baths\r\n"),
    timed("home", "lunch", "Lunch with Dad", 2, (12, 30), (13, 30), "LOCATION:Caf\u{e9} Morgenrot\r\n"),
    Event {
        calendar: "work",
        uid: "toronto",
        summary: "Call with Toronto",
        when: When::Timed(2, (10, 0), (10, 45), Zone::Toronto),
        more: "LOCATION:https://meet.example/toronto\r\n",
    },
    timed(
        "work",
        "writing",
        "Workshop: writing for people",
        3,
        (9, 30),
        (12, 0),
        "SEQUENCE:1\r\nLOCATION:Library\r\n\
        DESCRIPTION:Bring one page that you wish were shorter.\r\nORGANIZER;CN=Ann Able:mailto:ann@sandbox.test\r\n\
        ATTENDEE;CN=Ann Able;PARTSTAT=ACCEPTED;RSVP=FALSE;ROLE=CHAIR:mailto:ann@sandbox.test\r\n\
        ATTENDEE;CN=Ana Lima;PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:ana@lighthouse.example\r\n\
        ATTENDEE;CN=Daniel Nordmann;PARTSTAT=DECLINED;RSVP=TRUE:mailto:daniel@nordwind.example\r\n\
        ATTENDEE;CN=Mia Okafor;PARTSTAT=TENTATIVE;RSVP=TRUE:mailto:mia@orchard.example\r\n\
        ATTENDEE;CN=Simon Still;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:simon@quietwater.example\r\n",
    ),
    timed("home", "parcel", "At home for the parcel", 3, (16, 0), (17, 0), "TRANSP:TRANSPARENT\r\n"),
    timed("choir", "altos", "Sectional: altos", 3, (19, 30), (21, 0), "LOCATION:St. Mark's hall\r\n"),
    timed("work", "retro", "Looking back\\, looking ahead", 4, (10, 0), (11, 0), ""),
    timed(
        "work",
        "lighthouse",
        "Demo for Lighthouse",
        4,
        (15, 0),
        (16, 0),
        "LOCATION:https://meet.example/lighthouse\r\n\
        BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Demo for Lighthouse\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n",
    ),
    Event {
        calendar: "home",
        uid: "birthday",
        summary: "Ida's birthday",
        when: When::Days(4, 4),
        more: "TRANSP:TRANSPARENT\r\n",
    },
    Event {
        calendar: "home",
        uid: "fair",
        summary: "Book fair",
        when: When::Days(2, 4),
        more: "LOCATION:Exhibition halls\r\nTRANSP:TRANSPARENT\r\n",
    },
    timed("choir", "warmup", "Warm-up and seating", 6, (16, 0), (17, 0), "LOCATION:St. Mark's\r\n"),
    timed("choir", "concert", "Autumn concert", 6, (17, 0), (18, 30), "LOCATION:St. Mark's\r\n"),
];

/// Adds Ann with the week that `day` is in, her colleagues, and an invitation in her INBOX.
pub fn furnish(provider: &Provider, day: Date) {
    provider.add_account(ANN, PASSWORD, "Ann Able");
    for (address, name) in COLLEAGUES {
        provider.add_account(address, PASSWORD, name);
    }
    let monday = monday_of(day);
    provider.update(ANN, |account| {
        for (id, name, color) in CALENDARS {
            let mut calendar = Calendar::new(provider.next_number(), name, Some(color));
            for event in WEEK.iter().filter(|event| event.calendar == id) {
                let uid = format!("{}-{monday}@sandbox.test", event.uid);
                // The UIDs of the week differ, so nothing is in the way.
                let _ = calendar.put(&format!("{}.ics", event.uid), &uid, &object(event, &uid, monday));
            }
            let _ = account.create_calendar(id, calendar);
        }
    });
    for (address, _) in COLLEAGUES {
        provider.update(address, |account| {
            let _ = account.create_calendar("calendar", Calendar::new(provider.next_number(), "Calendar", None));
        });
    }
    invite(provider, day);
}

fn monday_of(day: Date) -> Date {
    let since_monday = i64::from(day.weekday().since(Weekday::Monday));
    later(day, (-since_monday).days())
}

/// A day further on; at the end of time, the same day.
fn later(day: Date, by: Span) -> Date {
    day.checked_add(by).unwrap_or(day)
}

fn object(event: &Event, uid: &str, monday: Date) -> String {
    let is_series = event.more.contains("RRULE");
    let base = if is_series { later(monday, (-8).weeks()) } else { monday };
    let (zone, times) = match event.when {
        When::Timed(day, from, to, zone) => {
            let day = later(base, day.days()).strftime("%Y%m%d").to_string();
            let (tzid, definition) = match zone {
                Zone::Berlin => ("Europe/Berlin", BERLIN),
                Zone::Toronto => ("America/Toronto", TORONTO),
            };
            let line = |name, (hour, minute): (i8, i8)| format!("{name};TZID={tzid}:{day}T{hour:02}{minute:02}00\r\n");
            (definition, line("DTSTART", from) + &line("DTEND", to))
        }
        When::Days(first, last) => {
            let line = |name, day: i64| format!("{name};VALUE=DATE:{}\r\n", later(base, day.days()).strftime("%Y%m%d"));
            ("", line("DTSTART", first) + &line("DTEND", last + 1))
        }
    };
    let stamp = later(monday, (-9).weeks()).strftime("%Y%m%dT080000Z").to_string();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Calpost//Sandbox//EN\r\n{zone}BEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:{stamp}\r\n{times}SUMMARY:{}\r\n{}END:VEVENT\r\nEND:VCALENDAR\r\n",
        event.summary, event.more
    )
}

/// Cleo invites Ann to a walk on the next Saturday.
fn invite(provider: &Provider, today: Date) {
    let saturday = today.nth_weekday(1, Weekday::Saturday).unwrap_or(today);
    let day = saturday.strftime("%Y%m%d").to_string();
    let stamp = later(today, (-1).days()).strftime("%Y%m%dT171200Z").to_string();
    let ics = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\r\nMETHOD:REQUEST\r\n\
         {BERLIN}BEGIN:VEVENT\r\nUID:walk-{day}@sandbox.test\r\nDTSTAMP:{stamp}\r\nSEQUENCE:0\r\n\
         DTSTART;TZID=Europe/Berlin:{day}T100000\r\nDTEND;TZID=Europe/Berlin:{day}T120000\r\n\
         SUMMARY:Walk along the river\r\nLOCATION:North bridge\r\nDESCRIPTION:Coffee at the lock afterwards.\r\n\
         ORGANIZER;CN=Cleo Calder:mailto:cleo@sandbox.test\r\n\
         ATTENDEE;CN=Cleo Calder;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:cleo@sandbox.test\r\n\
         ATTENDEE;CN=Ann Able;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;ROLE=REQ-PARTICIPANT:mailto:\r\n ann@sandbox.test\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let calendar = ContentType::new("text/calendar").attribute("charset", "UTF-8").attribute("method", "REQUEST");
    let text = ContentType::new("text/plain").attribute("charset", "UTF-8");
    let words = "Cleo Calder invites you to a walk along the river, on Saturday from 10 to 12.\r\n\r\n\
                 Where: North bridge\r\n\r\nCoffee at the lock afterwards.\r\n";
    let body = MimePart::new(
        "multipart/mixed",
        vec![
            MimePart::new(
                "multipart/alternative",
                vec![MimePart::new(text, words), MimePart::new(calendar, ics.clone())],
            ),
            MimePart::new("application/ics", ics.into_bytes()).attachment("invite.ics"),
        ],
    );
    let mail = MessageBuilder::new()
        .from(("Cleo Calder", "cleo@sandbox.test"))
        .to(("Ann Able", ANN))
        .subject("Invitation: Walk along the river")
        .date(now_seconds())
        .message_id(format!("walk-{day}.request@sandbox.test"))
        .body(body)
        .write_to_vec()
        .unwrap_or_default();
    let envelope = Envelope { sender: "cleo@sandbox.test".to_owned(), recipients: vec![ANN.to_owned()] };
    deliver(provider, &envelope, &mail, Authentication::Pass);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::Ics;

    fn furnished() -> Provider {
        let provider = Provider::new();
        furnish(&provider, jiff::civil::date(2026, 11, 22));
        provider
    }

    #[test]
    fn every_event_of_the_week_is_in_it() {
        let monday = jiff::civil::date(2026, 11, 16);
        let start = monday.to_zoned(jiff::tz::TimeZone::get("Europe/Berlin").unwrap()).unwrap().timestamp().as_second();
        furnished()
            .read(ANN, |account| {
                let objects: Vec<_> =
                    account.calendars.values().flat_map(|calendar| calendar.objects().values()).collect();
                assert_eq!(objects.len(), WEEK.len());
                for object in objects {
                    let ics = Ics::read(&object.ics).unwrap();
                    assert!(ics.happens_between(start, start + 7 * 86_400), "{}", object.ics);
                }
            })
            .unwrap();
    }

    #[test]
    fn the_week_reads_with_an_independent_parser() {
        furnished().read(ANN, |account| {
            for object in account.calendars.values().flat_map(|calendar| calendar.objects().values()) {
                let calendar: icalendar::Calendar = object.ics.parse().unwrap();
                assert!(calendar.components.iter().any(|component| component.as_event().is_some()));
            }
        });
    }

    #[test]
    fn an_invitation_waits_in_the_inbox() {
        let inbox = furnished().read(ANN, |account| account.mailbox("INBOX").unwrap().messages().to_vec()).unwrap();
        assert_eq!(inbox.len(), 1);
        assert!(String::from_utf8_lossy(&inbox[0].raw).contains("method=\"REQUEST\""));
        assert!(inbox[0].flags.is_empty());
    }
}
