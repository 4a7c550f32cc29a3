//! Answers in words: what a guest said, what became of the mail that said it, and how the guests stand.

use intent::{AnswerOutcome, EventLook, GuestView, PartStat, Point, ReplyMark, Tally};

use super::{count, date};

/// `Accepted`, `Not answered`.
pub fn word(answer: PartStat) -> &'static str {
    match answer {
        PartStat::NeedsAction => "Not answered",
        PartStat::Accepted => "Accepted",
        PartStat::Tentative => "Maybe",
        PartStat::Declined => "Declined",
        PartStat::Delegated => "Delegated",
    }
}

/// The state of a guest in words, with what is particular about it.
pub fn guest(guest: &GuestView) -> String {
    match &guest.mark {
        ReplyMark::SetByYou => format!("{}, set by you", word(guest.answer)),
        ReplyMark::NotDelivered(_) => "Not delivered".to_owned(),
        ReplyMark::None | ReplyMark::EarlierTime => word(guest.answer).to_owned(),
    }
}

/// What stands below a guest's name, the comment apart: when they answered, or what is particular.
pub fn guest_note(guest: &GuestView, now: Point) -> String {
    let when = guest.answered.map(|point| sentence_start(&date::stamp(point, now))).unwrap_or_default();
    match &guest.mark {
        ReplyMark::None => when,
        ReplyMark::SetByYou => "A mailed answer will replace this.".to_owned(),
        ReplyMark::EarlierTime => "Answered for the earlier time; asked again.".to_owned(),
        ReplyMark::NotDelivered(words) => format!("Could not be delivered. The server said: {words}"),
    }
}

/// `3 of 8 accepted`
pub fn tally_head(tally: Tally) -> String {
    format!("{} of {} accepted", tally.accepted, total(tally))
}

/// What else they said, beside that: `1 maybe, 4 not answered`; empty if everybody accepted.
pub fn tally_rest(tally: Tally) -> String {
    said_of(&[(tally.tentative, "maybe"), (tally.declined, "declined"), (tally.waiting, "not answered")])
}

fn said_of(parts: &[(u16, &str)]) -> String {
    let said = parts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}"));
    said.collect::<Vec<_>>().join(", ")
}

/// `8 guests: 3 accepted, 5 not answered`
pub fn tally(tally: Tally) -> String {
    let accepted = said_of(&[(tally.accepted, "accepted")]);
    let said = [accepted, tally_rest(tally)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    format!("{}: {said}", count(usize::from(total(tally)), "guest", "guests"))
}

/// All guests.
pub fn total(tally: Tally) -> u16 {
    tally.accepted.saturating_add(tally.tentative).saturating_add(tally.declined).saturating_add(tally.waiting)
}

/// My own part in an event, for the hidden words of its block: empty if it is simply mine.
pub fn mine(look: EventLook) -> &'static str {
    match look {
        EventLook::Firm => "",
        EventLook::Asked => ", you have not answered",
        EventLook::Maybe => ", maybe",
        EventLook::Declined => ", you declined",
        EventLook::Cancelled => ", cancelled",
    }
}

/// What became of a mail, beside its answer; empty if there is nothing to add.
pub fn outcome(outcome: &AnswerOutcome) -> String {
    match outcome {
        AnswerOutcome::Applied => String::new(),
        AnswerOutcome::Entering => "Being entered in your calendar.".to_owned(),
        AnswerOutcome::AlreadyThere => "Your calendar says so already; nothing was changed.".to_owned(),
        AnswerOutcome::UnknownEvent => {
            "No event in your calendars belongs to this mail. Nothing was changed.".to_owned()
        }
        AnswerOutcome::Stale(why) => {
            with_default(why, "It answers an earlier version of the event, so it does not count.")
        }
        AnswerOutcome::NeedsConsent(why) => with_default(why, "It is not entered by itself. Nothing was changed."),
        AnswerOutcome::NotUsable(why) => with_default(why, "It could not be read. The mail is untouched."),
        AnswerOutcome::NotDelivered(words) if words.is_empty() => {
            "Your mail to this guest came back, and the server did not say why.".to_owned()
        }
        AnswerOutcome::NotDelivered(words) => format!("Your mail to this guest came back. The server said: {words}"),
        AnswerOutcome::AsksAgain => "Asks to be sent the newest version. Nothing has been sent yet.".to_owned(),
    }
}

/// The mark of a mail in the list: its answer if that counts, else why it does not.
pub fn outcome_word(answer: Option<PartStat>, outcome: &AnswerOutcome) -> &'static str {
    match (outcome, answer) {
        (AnswerOutcome::Applied | AnswerOutcome::AlreadyThere, Some(answer)) => word(answer),
        (AnswerOutcome::Applied | AnswerOutcome::AlreadyThere, None) => "Read",
        (AnswerOutcome::Entering, _) => "Entering",
        (AnswerOutcome::Stale(_), _) => "Earlier version",
        (AnswerOutcome::UnknownEvent, _) => "Unknown event",
        (AnswerOutcome::NeedsConsent(_), _) => "Not entered",
        (AnswerOutcome::NotUsable(_), _) => "Not readable",
        (AnswerOutcome::NotDelivered(_), _) => "Not delivered",
        (AnswerOutcome::AsksAgain, _) => "Asks for it again",
    }
}

/// The sentence a screen reader hears when an answer arrives: `Bob Miller: accepted, Team lunch`.
pub fn announcement(name: &str, answer: PartStat, title: &str) -> String {
    format!("{name}: {}, {title}", word(answer).to_lowercase())
}

/// With a capital at its start.
pub fn sentence_start(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn with_default(words: &str, default: &str) -> String {
    if words.is_empty() { default.to_owned() } else { words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_names_only_what_was_said() {
        let all = Tally { accepted: 3, tentative: 1, declined: 0, waiting: 4 };
        assert_eq!(tally(all), "8 guests: 3 accepted, 1 maybe, 4 not answered");
        assert_eq!((tally_head(all), tally_rest(all)), ("3 of 8 accepted".into(), "1 maybe, 4 not answered".into()));
        assert_eq!(tally(Tally { waiting: 1, ..Tally::default() }), "1 guest: 1 not answered");
    }

    #[test]
    fn a_mail_that_does_not_count_never_shows_its_answer_as_the_guests() {
        let stale = AnswerOutcome::Stale(String::new());
        assert_eq!(outcome_word(Some(PartStat::Accepted), &stale), "Earlier version");
        assert_eq!(outcome_word(Some(PartStat::Accepted), &AnswerOutcome::Applied), "Accepted");
        assert!(!outcome(&stale).is_empty());
    }
}
