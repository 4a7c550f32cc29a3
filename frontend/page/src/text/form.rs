//! What is wrong with a form, in words, and the words around it.

use intent::{Field, Form, FormProblem, GuestMark, GuestProblem, GuestProblemKind, GuestsRead};

use super::{count, date};

/// The title of the screen.
pub fn screen_title(form: &Form) -> &'static str {
    match (form.cancels, form.event.is_some()) {
        (true, _) => "Cancel event",
        (false, true) => "Edit event",
        (false, false) => "New event",
    }
}

/// Why the form cannot be saved, and what to do.
pub fn problem(problem: FormProblem) -> String {
    match problem {
        FormProblem::EndsBeforeStart => "The event ends before it starts. Choose a later end.".into(),
        FormProblem::UnknownZone => "This time zone is not known here. Choose one from the list.".into(),
        FormProblem::TooLong(field) => format!("{} is longer than calendars can carry. Shorten it.", name(field)),
        FormProblem::ForbiddenCharacter(field) => {
            format!("{} holds a character that no calendar can carry. Take it out.", name(field))
        }
        FormProblem::GuestsNotRead => "There is text in the guests’ field that is not yet a guest. Press Enter, or clear it.".into(),
        FormProblem::NoCalendar => "No calendar can be written to. Your text is kept as a draft.".into(),
        FormProblem::ChangedElsewhere => {
            "The event was changed on another device while you wrote. Your text is kept; open the event again to start from what is there.".into()
        }
        FormProblem::Gone => "The event is no longer in your calendar. Your text is kept as a draft.".into(),
        FormProblem::NothingChanged => "Nothing has been changed yet.".into(),
        FormProblem::NotYours => {
            "Somebody else organizes this event: only they can change it for everybody. Nothing was changed.".into()
        }
        FormProblem::ReadOnly => {
            "This event can only be read: its calendar does not take changes, or its file is not well formed. It is left as it is.".into()
        }
        FormProblem::SeriesDay => {
            "The series repeats on days that its rule names, so it cannot move to another day as a whole. Choose a time on the same day.".into()
        }
        FormProblem::SeriesForm => {
            "Some dates of the series differ from the others, so it cannot change between whole days and hours. Keep what it is.".into()
        }
    }
}

/// Which field a problem stands below, if it has one.
pub fn field(problem: FormProblem) -> Option<Field> {
    match problem {
        FormProblem::EndsBeforeStart => Some(Field::End),
        FormProblem::SeriesDay | FormProblem::SeriesForm => Some(Field::Start),
        FormProblem::UnknownZone => Some(Field::Zone),
        FormProblem::TooLong(field) | FormProblem::ForbiddenCharacter(field) => Some(field),
        FormProblem::GuestsNotRead => Some(Field::Guests),
        FormProblem::NoCalendar => Some(Field::Calendar),
        FormProblem::ChangedElsewhere
        | FormProblem::Gone
        | FormProblem::NothingChanged
        | FormProblem::NotYours
        | FormProblem::ReadOnly => None,
    }
}

fn name(field: Field) -> &'static str {
    match field {
        Field::Title => "The title",
        Field::Start => "The start",
        Field::End => "The end",
        Field::Zone => "The zone",
        Field::Place => "The place",
        Field::Description => "The text",
        Field::Guests => "The list of guests",
        Field::Calendar => "The calendar",
    }
}

/// Why an entry is no guest.
pub fn guest_problem(problem: &GuestProblem) -> String {
    let why = match problem.kind {
        GuestProblemKind::NoAt => "has no @",
        GuestProblemKind::SecondAt => "has more than one @",
        GuestProblemKind::LocalPart => "has nothing usable before the @",
        GuestProblemKind::Domain => "has no usable domain behind the @",
        GuestProblemKind::ForbiddenCharacter => "holds a character that has no place in an address",
        GuestProblemKind::TooLong => "is too long for an address",
        GuestProblemKind::TooMany => "is more than one event can hold",
    };
    let text: String = problem.text.trim().chars().take(80).collect();
    format!("“{text}” {why}.")
}

/// What reading a list left out without it being wrong; empty if nothing.
pub fn folded(read: &GuestsRead) -> String {
    let mut words = Vec::new();
    if read.folded > 0 {
        words.push(format!("{} on the list already.", count(usize::from(read.folded), "was", "were")));
    }
    if read.own_address {
        words.push("Your own address was left out: you are the organizer.".to_owned());
    }
    words.join(" ")
}

/// `5, 1 optional`: the guests who are on the list.
pub fn guest_count(form: &Form) -> String {
    let staying = || form.guests.iter().filter(|guest| !matches!(guest.mark, GuestMark::Removed(_)));
    let optional = staying().filter(|guest| guest.optional).count();
    match (staying().count(), optional) {
        (0, _) => String::new(),
        (all, 0) => all.to_string(),
        (all, optional) => format!("{all}, {optional} optional"),
    }
}

/// `10 minutes before`
pub fn reminder(minutes: Option<u32>) -> String {
    match minutes {
        None => "No reminder".to_owned(),
        Some(0) => "When it starts".to_owned(),
        Some(minutes) => format!("{} before", date::duration(minutes)),
    }
}

#[cfg(test)]
mod tests {
    use intent::{Guest, PartStat};

    use super::*;

    #[test]
    fn removed_guests_are_not_counted() {
        let guest = |optional, mark| Guest { optional, mark, ..Guest::default() };
        let form = Form {
            guests: vec![
                guest(false, GuestMark::Added),
                guest(true, GuestMark::Kept(PartStat::Accepted)),
                guest(true, GuestMark::Removed(PartStat::Accepted)),
            ],
            ..Form::default()
        };
        assert_eq!(guest_count(&form), "2, 1 optional");
        assert_eq!(guest_count(&Form::default()), "");
    }

    #[test]
    fn a_long_bad_entry_is_quoted_in_part() {
        let problem = GuestProblem { text: "x".repeat(4_000), kind: GuestProblemKind::NoAt };
        assert_eq!(guest_problem(&problem), format!("“{}” has no @.", "x".repeat(80)));
    }
}
