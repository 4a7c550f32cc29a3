//! What sending would do, in words: the sentence first, then who gets what, who gets nothing and why, and in which order.

use intent::{FormProblem, Inspection, LetterKind, QuietReason, Step};

use super::{count, name_or, names};

/// The largest text of the screen: `3 guests get an invitation, 1 gets a cancellation.`
pub fn sentence(inspection: &Inspection) -> String {
    let mut parts = Vec::new();
    for kind in KINDS {
        let number = letters(inspection, kind);
        if number == 0 {
            continue;
        }
        let who = if parts.is_empty() { count(number, "guest", "guests") } else { number.to_string() };
        parts.push(format!("{who} {} {}", if number == 1 { "gets" } else { "get" }, what(kind)));
    }
    if parts.is_empty() { "Nobody gets mail.".to_owned() } else { format!("{}.", parts.join(", ")) }
}

/// The line below it: who gets nothing, and that nothing has happened yet.
pub fn below_sentence(inspection: &Inspection) -> String {
    let others = inspection.quiet.iter().filter(|quiet| quiet.why != QuietReason::Organizer).count();
    let quiet = match (others, inspection.letters.is_empty()) {
        (0, _) => String::new(),
        (1, true) => "The guest gets no mail. ".to_owned(),
        (_, true) => format!("The {others} guests get no mail. "),
        (1, false) => "The other guest gets no mail. ".to_owned(),
        (_, false) => format!("The other {others} get no mail. "),
    };
    format!("{quiet}Nothing has left this device yet.")
}

/// What is said, without alarm, while the only thing wrong is that the person is not finished.
pub fn unfinished(problems: &[FormProblem]) -> Option<(&'static str, &'static str)> {
    match problems {
        [FormProblem::NothingChanged] => {
            Some(("Nothing has been changed yet.", "What you change appears here before it leaves."))
        }
        [FormProblem::GuestsNotRead] => Some(("A guest is being typed.", "Press Enter to put them on the list.")),
        _ => None,
    }
}

/// What is said while the form cannot be saved.
pub const NOT_YET: &str = "This cannot be sent yet.";

/// The order in which kinds of letters are told of.
pub const KINDS: [LetterKind; 4] =
    [LetterKind::Invitation, LetterKind::Update, LetterKind::Cancellation, LetterKind::Answer];

/// How many letters of a kind there are.
pub fn letters(inspection: &Inspection, kind: LetterKind) -> usize {
    inspection.letters.iter().filter(|letter| letter.kind == kind).count()
}

/// `an invitation`
pub fn what(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::Invitation => "an invitation",
        LetterKind::Update => "an update",
        LetterKind::Cancellation => "a cancellation",
        LetterKind::Answer => "an answer",
    }
}

/// `Invitation`: the heading of a group.
pub fn heading(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::Invitation => "Invitation",
        LetterKind::Update => "Update",
        LetterKind::Cancellation => "Cancellation",
        LetterKind::Answer => "Answer",
    }
}

/// `3 mails, one for each guest`
pub fn mails(number: usize) -> String {
    if number == 1 { "1 mail".to_owned() } else { format!("{number} mails, one for each guest") }
}

/// What a letter does at its reader, at the end of its line.
pub fn effect(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::Invitation => "is asked to answer",
        LetterKind::Update => "sees the change",
        LetterKind::Cancellation => "leaves their calendar",
        LetterKind::Answer => "hears from you",
    }
}

/// Why guests get no mail.
pub fn quiet(why: QuietReason) -> &'static str {
    match why {
        QuietReason::NothingNew => "Time, place and text stay as they know them. Their answers stand.",
        QuietReason::Organizer => "You organize the event; your own calendar is saved directly.",
        QuietReason::ToldByOthers => "The event says that another program tells them.",
        QuietReason::NeverInvited => "They were never invited by mail.",
        QuietReason::Past => "The event is over.",
    }
}

/// One of the things that happen when send is pressed.
pub fn step(step: &Step) -> String {
    match step {
        Step::Held { seconds } => format!("For {seconds} seconds nothing happens, and you can undo."),
        Step::Saved { calendar } => format!("Your calendar “{calendar}” is saved. If that fails, nobody is mailed."),
        Step::Mailed { from, count: 1 } => format!("One mail leaves from {from}."),
        Step::Mailed { from, count } => format!("{count} mails leave from {from}, each to one guest."),
        Step::Filed { mailbox } if mailbox.is_empty() => "Your provider puts the copies in Sent by itself.".to_owned(),
        Step::Filed { mailbox } => format!("Copies go to {mailbox}."),
    }
}

/// The main button: `Save and send 4`, `Save`, `Cancel and send 4`.
pub fn send_button(letters: usize, cancels: bool) -> String {
    match (letters, cancels) {
        (0, false) => "Save".to_owned(),
        (0, true) => "Remove the event".to_owned(),
        (letters, false) => format!("Save and send {letters}"),
        (letters, true) => format!("Cancel and send {letters}"),
    }
}

/// The other button: saving and telling nobody.
pub fn silent_button(cancels: bool) -> &'static str {
    if cancels { "Cancel without sending" } else { "Save without sending" }
}

/// A letter in the list to choose from: `1 of 4: invitation to Chidinma Okafor, c.okafor@nimbus-ports.example`.
pub fn choice(inspection: &Inspection, at: usize) -> String {
    let Some(letter) = inspection.letters.get(at) else { return String::new() };
    let (number, all, kind) = (at + 1, inspection.letters.len(), heading(letter.kind).to_lowercase());
    let who = match letter.name.trim() {
        "" => letter.address.clone(),
        name => format!("{name}, {}", letter.address),
    };
    format!("{number} of {all}: {kind} to {who}")
}

/// Who gets no mail for one reason: names up to two.
pub fn quiet_names(inspection: &Inspection, why: QuietReason) -> String {
    let quiet: Vec<&str> = inspection
        .quiet
        .iter()
        .filter(|quiet| quiet.why == why)
        .map(|quiet| name_or(&quiet.name, &quiet.address))
        .collect();
    names(&quiet)
}

/// A file name for bytes that are saved: from the guest's address, so that several do not overwrite one another.
pub fn file_name(stem: &str, address: &str, extension: &str) -> String {
    let who: String = address
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' })
        .take(60)
        .collect();
    if who.is_empty() { format!("{stem}.{extension}") } else { format!("{stem}-{who}.{extension}") }
}

#[cfg(test)]
mod tests {
    use intent::{CodeText, Letter, Quiet};

    use super::*;

    fn letter(kind: LetterKind) -> Letter {
        Letter {
            kind,
            name: String::new(),
            address: "guest@there.example".into(),
            optional: false,
            subject: String::new(),
            text: String::new(),
            parts: Vec::new(),
            calendar: CodeText::default(),
            raw: CodeText::default(),
        }
    }

    #[track_caller]
    fn check(kinds: &[LetterKind], quiet: usize, first: &str, below: &str) {
        let nobody = Quiet { name: String::new(), address: String::new(), why: QuietReason::NothingNew };
        let inspection = Inspection {
            letters: kinds.iter().map(|kind| letter(*kind)).collect(),
            quiet: vec![nobody; quiet],
            ..Inspection::default()
        };
        assert_eq!((sentence(&inspection).as_str(), below_sentence(&inspection).as_str()), (first, below));
    }

    #[test]
    fn the_sentence_counts_who_gets_what() {
        use LetterKind::{Cancellation, Invitation, Update};
        check(
            &[Invitation, Invitation, Invitation, Cancellation],
            2,
            "3 guests get an invitation, 1 gets a cancellation.",
            "The other 2 get no mail. Nothing has left this device yet.",
        );
        check(&[Update], 0, "1 guest gets an update.", "Nothing has left this device yet.");
        check(&[], 1, "Nobody gets mail.", "The guest gets no mail. Nothing has left this device yet.");
    }

    #[test]
    fn file_names_hold_no_path() {
        assert_eq!(file_name("invite", "../x/y@z.example", "ics"), "invite-..-x-y-z.example.ics");
        assert_eq!(file_name("stored", "", "ics"), "stored.ics");
    }
}
