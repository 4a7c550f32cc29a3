//! Whether the mail to a guest arrived, kept on the ATTENDEE so that every device knows it (RFC 6638 section 3.2.9).
//!
//! Only a delivery that failed is written down. An answer of the guest, or another mail to them, takes it away again:
//! what somebody answered has reached them, and a new mail has a fate of its own.

use super::object::Stored;
use super::person::attendee_mut;
use crate::ical::{Address, Component, Property};

/// Where CalDAV scheduling keeps what became of a message.
const STATUS: &str = "SCHEDULE-STATUS";
/// The server's own words, which a status code has no room for.
const WORDS: &str = "X-CALPOST-DELIVERY";
/// The status of a message that could not be delivered.
const UNDELIVERED: &str = "5.1";
/// The most characters of a server's words that are kept.
const MAX_WORDS: usize = 300;

/// Writes down that a guest's mail could not be delivered, and why in the server's words.
///
/// Gives nothing where the guest is not invited, or where it is written down already.
#[must_use]
pub fn mark_undelivered(stored: &Stored, guest: &Address, words: &str) -> Option<Stored> {
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_WORDS).collect();
    let mut changed = stored.clone();
    let mut is_new = false;
    for component in changed.object_mut().components_mut() {
        let Some(line) = attendee_mut(component, guest) else { continue };
        let before = line.line().to_owned();
        line.set_parameter(STATUS, UNDELIVERED);
        match words.is_empty() {
            true => {
                line.remove_parameter(WORDS);
            }
            false => line.set_parameter(WORDS, &words),
        }
        is_new |= line.line() != before;
    }
    is_new.then_some(changed)
}

/// Why an attendee's mail could not be delivered: the server's words, or the status where there are none.
#[must_use]
pub fn undelivered(attendee: &Property) -> Option<String> {
    // 3 and 5 are failures; 1 and 2 are on their way or there.
    let failed = attendee.parameter_values(STATUS).find(|status| status.starts_with(['3', '5']))?.into_owned();
    Some(attendee.parameter(WORDS).map_or(failed, |words| words.into_owned()))
}

/// Forgets on one line what we wrote down of a delivery; another program's status stays.
pub(super) fn forget(attendee: &mut Property) {
    let is_ours = attendee.parameter(WORDS).is_some() || attendee.parameter_is(STATUS, UNDELIVERED);
    if is_ours {
        attendee.remove_parameter(STATUS);
        attendee.remove_parameter(WORDS);
    }
}

/// Forgets it for everybody who is sent a new mail.
pub(super) fn forget_for<'c>(components: impl Iterator<Item = &'c mut Component>, guests: &[Address]) {
    for component in components {
        component.all_mut("ATTENDEE").filter(|line| guests.contains(&line.address())).for_each(forget);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(attendees: &str) -> Stored {
        let text = format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T090000Z\r\n\
             ORGANIZER:mailto:ann@example.com\r\n{attendees}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        Stored::read(text.as_bytes()).unwrap()
    }

    fn guests(stored: &Stored) -> Vec<&Property> {
        stored.series().unwrap().all("ATTENDEE").collect()
    }

    #[track_caller]
    fn check(words: &str, expected: &str) {
        let changed = mark_undelivered(&stored("ATTENDEE:mailto:bob@b.example"), &"bob@b.example".into(), words);
        let changed = Stored::read(&changed.unwrap().write()).unwrap();
        assert_eq!(undelivered(guests(&changed)[0]).as_deref(), Some(expected));
    }

    #[test]
    fn the_words_of_the_server_stay_beside_the_status() {
        check("550 5.1.1 <bob@b.example>: no such user", "550 5.1.1 <bob@b.example>: no such user");
        check("", "5.1");
    }

    #[test]
    fn words_over_several_lines_with_quotes_stay_one_parameter() {
        check("550 \"Bob\";\r\n\tgone: for ever", "550 \"Bob\"; gone: for ever");
        check(&"x".repeat(MAX_WORDS + 1), &"x".repeat(MAX_WORDS));
    }

    #[test]
    fn nobody_else_is_touched_and_the_same_report_twice_changes_nothing() {
        let before = stored("ATTENDEE:mailto:bob@b.example\r\nATTENDEE:mailto:cleo@c.example");
        let once = mark_undelivered(&before, &"bob@b.example".into(), "gone").unwrap();
        assert_eq!(guests(&once).iter().filter(|line| undelivered(line).is_some()).count(), 1);
        assert!(mark_undelivered(&once, &"BOB@B.example".into(), "gone").is_none());
        assert!(mark_undelivered(&before, &"dan@d.example".into(), "gone").is_none());
    }

    #[test]
    fn what_arrived_is_no_failure() {
        let stored = stored("ATTENDEE;SCHEDULE-STATUS=\"1.1\":mailto:bob@b.example");
        assert_eq!(undelivered(guests(&stored)[0]), None);
    }

    #[test]
    fn a_status_of_another_program_is_not_ours_to_forget() {
        let mut line = Property::new("ATTENDEE", "mailto:bob@b.example").with(STATUS, "3.7");
        forget(&mut line);
        assert_eq!(line.parameter(STATUS).as_deref(), Some("3.7"));
        let mut line = Property::new("ATTENDEE", "mailto:bob@b.example").with(STATUS, UNDELIVERED).with(WORDS, "x");
        forget(&mut line);
        assert_eq!(line.line(), "ATTENDEE:mailto:bob@b.example");
    }
}
