//! The words of the calendar views.

use intent::{Busy, Calendar, Link, Occurrence, Point, Status};

use super::{answer, count, date, title_or};

/// What a screen reader hears after an event's title and time: the full date, its calendar, my part, the guests.
pub fn hidden_words(occurrence: &Occurrence, calendar: Option<&Calendar>) -> String {
    let mut words = format!(", {}", date::when_spoken(occurrence.start, occurrence.end, occurrence.all_day));
    if let Some(calendar) = calendar {
        words.push_str(", ");
        words.push_str(&calendar.name);
    }
    words.push_str(answer::mine(occurrence.look));
    if occurrence.repeats {
        words.push_str(", repeats");
    }
    if let Some(tally) = occurrence.tally {
        words.push_str(", you organize, ");
        words.push_str(&answer::tally(tally));
    }
    words
}

/// The title of an occurrence.
pub fn title(occurrence: &Occurrence) -> &str {
    title_or(&occurrence.title)
}

/// How connection, mailbox and calendars stand, in one line for the foot of the sidebar.
pub fn status(status: &Status, now: Point) -> String {
    if let Some(busy) = status.busy {
        return match busy {
            Busy::ReadingCalendars { total: 0, .. } => "Reading your calendars".to_owned(),
            Busy::ReadingCalendars { done, total } => format!("Reading your calendars, {done} of {total}"),
            Busy::ReadingMail { total: 0, .. } => "Looking at your mailbox".to_owned(),
            Busy::ReadingMail { done, total } => format!("Looking at your mailbox, {done} of {total}"),
        };
    }
    if status.follows_other_tab {
        return "Another tab looks and sends for this one".to_owned();
    }
    match (status.link, status.mailbox_checked) {
        (Link::Connecting, _) => "Connecting".to_owned(),
        (Link::Waiting { .. }, None) => "Not connected".to_owned(),
        (_, Some(point)) if point.day == now.day => format!("Mailbox checked at {}", date::time(point.minute)),
        (_, Some(point)) => format!("Mailbox checked {}", date::stamp(point, now)),
        (_, None) => "Mailbox not checked yet".to_owned(),
    }
}

/// What the banner says when the relay cannot be reached: what is on the screen, and what becomes of what is written.
pub fn waiting(read: Option<Point>, now: Point) -> String {
    let copy = match read {
        Some(point) if point.day == now.day => format!("You see the copy of {}. ", date::time(point.minute)),
        Some(point) => format!("You see the copy of {}. ", date::stamp(point, now)),
        None => String::new(),
    };
    format!("{copy}What you write now is kept and sent later.")
}

/// When the next attempt comes.
pub fn next_try(seconds: u32) -> String {
    format!("Next try in {seconds} s.")
}

/// `2 mails need you`
pub fn need_you(number: usize) -> String {
    if number == 1 { "1 mail needs you".to_owned() } else { format!("{number} mails need you") }
}

/// `5 answers since yesterday`
pub fn answers_since_yesterday(number: usize) -> String {
    format!("{} since yesterday", count(number, "answer", "answers"))
}

/// `3 files could not be read`
pub fn unreadable(number: usize) -> String {
    count(number, "file in your calendars could not be read", "files in your calendars could not be read")
}
