//! The outbox in words: how far a sending has come, what became of each mail, and how to go on.

use intent::{DeliveryState, LetterKind, OutboxItem, OutboxStage, ResumeChoice};

use super::{count, date, name_or, names, title_or};

/// The five stages a sending goes through, in order.
pub const STAGES: [&str; 5] = ["Held", "Saved", "Handed over", "Taken", "In Sent"];

/// Which of the five stages is the present one; five when all are past.
pub fn stage(item: &OutboxItem) -> usize {
    match item.stage {
        OutboxStage::Held { .. } => 0,
        OutboxStage::Saving => 1,
        OutboxStage::Submitting => 2,
        OutboxStage::Filing => 4,
        OutboxStage::Done => 5,
        OutboxStage::Stopped if !item.saved => 1,
        OutboxStage::Stopped => {
            let taken = |delivery: &intent::Delivery| matches!(delivery.state, DeliveryState::Taken { .. });
            if item.deliveries.iter().all(taken) { 4 } else { 2 }
        }
    }
}

/// `3 invitations, 1 cancellation`
pub fn letters(item: &OutboxItem) -> String {
    let kinds = [
        (LetterKind::Invitation, "invitation", "invitations"),
        (LetterKind::Update, "update", "updates"),
        (LetterKind::Cancellation, "cancellation", "cancellations"),
        (LetterKind::Answer, "answer", "answers"),
    ];
    let parts: Vec<String> = kinds
        .iter()
        .map(|(kind, one, many)| (item.deliveries.iter().filter(|delivery| delivery.kind == *kind).count(), one, many))
        .filter(|(number, _, _)| *number > 0)
        .map(|(number, one, many)| count(number, one, many))
        .collect();
    if parts.is_empty() { "No mail, only your calendar".to_owned() } else { parts.join(", ") }
}

/// The line below a sending's title: `3 invitations, 1 cancellation. Thursday 19 November, 15:00`.
pub fn summary(item: &OutboxItem) -> String {
    format!("{}. {}, {}", letters(item), date::day(item.starts.day), date::time(item.starts.minute))
}

/// `2 of 4`: how many mails the server has taken.
pub fn taken(item: &OutboxItem) -> String {
    let taken = item.deliveries.iter().filter(|one| matches!(one.state, DeliveryState::Taken { .. })).count();
    format!("{taken} of {}", item.deliveries.len())
}

/// What became of one mail, and its server's own words if it said any.
pub fn delivery(state: &DeliveryState) -> (&'static str, &str) {
    match state {
        DeliveryState::Queued => ("Next", ""),
        DeliveryState::Sending => ("Handing over", ""),
        DeliveryState::Taken { server_said } => ("Taken", server_said),
        DeliveryState::Refused { server_said } => ("Refused", server_said),
        DeliveryState::Unknown => ("Unknown", ""),
    }
}

/// What the state Unknown means: a paragraph of its own, for it is a state and not an error.
pub fn unknown(item: &OutboxItem) -> Option<String> {
    let unknown: Vec<&str> = item
        .deliveries
        .iter()
        .filter(|delivery| delivery.state == DeliveryState::Unknown)
        .map(|delivery| name_or(&delivery.name, &delivery.address))
        .collect();
    let (who, they) = (names(&unknown), if unknown.len() == 1 { "that guest" } else { "them" });
    (!unknown.is_empty()).then(|| {
        format!(
            "The connection broke after the last byte, before the server’s receipt. {who} may have the mail. Sending \
             again could give {they} a second copy; a calendar would still show one event."
        )
    })
}

/// What stopped before anybody was mailed, and what was done.
pub fn stopped(item: &OutboxItem) -> &'static str {
    match (item.saved, item.deliveries.is_empty()) {
        (false, _) => "The event was not saved, and nobody was mailed.",
        (true, true) => "The event is saved.",
        (true, false) => "The event is saved. What is taken stays taken; nothing is sent twice.",
    }
}

/// The button for a way to go on.
pub fn choice(choice: ResumeChoice) -> &'static str {
    match choice {
        ResumeChoice::GoOn => "Try again",
        ResumeChoice::SendUnknownAgain => "Send again",
        ResumeChoice::TakeAsDelivered => "Treat as sent",
        ResumeChoice::GiveUp => "Leave it so",
    }
}

/// What a screen reader hears when a sending is held.
pub fn held(item: &OutboxItem) -> String {
    let OutboxStage::Held { seconds } = item.stage else { return String::new() };
    format!("{}: {}. Press z to undo.", title_or(&item.title), leaves(item, seconds))
}

/// What a screen reader hears when a sending is done: `Team lunch: 4 of 4 mails taken`.
pub fn done(item: &OutboxItem) -> String {
    let title = title_or(&item.title);
    if item.deliveries.is_empty() { format!("{title}: saved") } else { format!("{title}: {} mails taken", taken(item)) }
}

/// What a screen reader hears when a sending stops.
pub fn needs_you(item: &OutboxItem) -> String {
    format!("{}: sending stopped and needs you. See the outbox.", title_or(&item.title))
}

/// `4 mails leave in 8 s`
pub fn leaves(item: &OutboxItem, seconds: u16) -> String {
    match item.deliveries.len() {
        0 => format!("saved in {seconds}\u{a0}s"),
        1 => format!("1 mail leaves in {seconds}\u{a0}s"),
        number => format!("{number} mails leave in {seconds}\u{a0}s"),
    }
}
