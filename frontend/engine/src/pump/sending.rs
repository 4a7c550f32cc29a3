//! A sending as it is kept on the device, and as the page sees it.

use calendar::sync::outbox::{Choice, Fate, Filing, Mail, Sending, Stage, Stop, Write};
use intent::{
    CalendarId, Delivery, DeliveryState, DraftId, LetterKind, OutboxId, OutboxItem, OutboxStage, Point, Problem,
    ProblemKind, ResumeChoice, Service,
};
use serde::{Deserialize, Serialize};

use crate::desk::{SendPlan, StoreAct};

/// What is kept of a sending, beside the bytes of its letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SendingRecord {
    pub(super) id: OutboxId,
    /// The draft it was made from; kept until nothing can be taken back any more.
    pub(super) draft: DraftId,
    pub(super) title: String,
    pub(super) starts: Point,
    /// When send was pressed, in Unix seconds.
    pub(super) pressed_at: i64,
    pub(super) pressed: Point,
    pub(super) uid: String,
    pub(super) calendar: CalendarId,
    /// Where the object is, or will be.
    pub(super) href: String,
    /// The envelope sender.
    pub(super) sender: String,
    /// Name and kind of each letter, in the order of the mails.
    pub(super) letters: Vec<(String, LetterKind)>,
    pub(super) sending: Sending<Problem>,
}

/// The bytes of a sending's letters; they never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LetterBytes(pub(super) Vec<Vec<u8>>);

impl SendingRecord {
    /// A plan as a sending of which nothing has happened. `href` is where a new object goes.
    pub(super) fn of_plan(
        plan: &SendPlan,
        id: OutboxId,
        draft: DraftId,
        href: String,
        pressed: (i64, Point),
        hold_seconds: u16,
    ) -> (Self, LetterBytes) {
        let write = match plan.store.clone() {
            StoreAct::Create { bytes, .. } => Write::Create { bytes },
            StoreAct::Replace { etag, bytes, base, .. } => Write::Replace { etag, bytes, base },
            StoreAct::Remove { etag, base, .. } => Write::Remove { etag, base },
        };
        let mails = plan.letters.iter().map(|letter| (letter.message_id.clone(), letter.recipient.clone()));
        let record = Self {
            id,
            draft,
            title: plan.title.clone(),
            starts: plan.starts,
            pressed_at: pressed.0,
            pressed: pressed.1,
            uid: plan.event.uid.clone(),
            calendar: plan.calendar.clone(),
            href,
            sender: plan.sender.clone(),
            letters: plan.letters.iter().map(|letter| (letter.name.clone(), letter.kind)).collect(),
            sending: Sending::new(write, mails, pressed.0.saturating_add(hold_seconds.into())),
        };
        let bytes = plan.letters.iter().map(|letter| letter.bytes.clone()).collect();
        (record, LetterBytes(bytes))
    }

    /// The sending as the page sees it at this hour.
    pub(super) fn item(&self, now: i64) -> OutboxItem {
        let stage = match self.sending.stage(now) {
            Stage::Held => {
                let left = self.sending.held_until.saturating_sub(now);
                OutboxStage::Held { seconds: u16::try_from(left).unwrap_or(u16::MAX) }
            }
            Stage::Saving => OutboxStage::Saving,
            Stage::Submitting => OutboxStage::Submitting,
            Stage::Filing => OutboxStage::Filing,
            Stage::Done => OutboxStage::Done,
            Stage::Stopped => OutboxStage::Stopped,
        };
        let deliveries = self.sending.mails.iter().zip(&self.letters);
        OutboxItem {
            id: self.id.clone(),
            title: self.title.clone(),
            starts: self.starts,
            pressed: self.pressed,
            stage,
            saved: self.sending.is_saved(),
            deliveries: deliveries.map(|(mail, (name, kind))| delivery(mail, name, *kind)).collect(),
            problem: self.problem(),
            choices: self.sending.choices(now).into_iter().map(page_choice).collect(),
        }
    }

    fn problem(&self) -> Option<Problem> {
        let of_calendar = |kind, detail: String| Problem { service: Some(Service::CalDav), kind, detail };
        match &self.sending.stopped {
            Some(Stop::ChangedElsewhere) => Some(of_calendar(ProblemKind::ChangedElsewhere, String::new())),
            Some(Stop::StoredDifferently(lines)) => Some(of_calendar(ProblemKind::StoredDifferently, lines.join(", "))),
            Some(Stop::CannotSave(problem) | Stop::CannotMail(problem)) => Some(problem.clone()),
            None => self.sending.mails.iter().find_map(|mail| mail.problem.clone()),
        }
    }
}

fn delivery(mail: &Mail<Problem>, name: &str, kind: LetterKind) -> Delivery {
    let state = match &mail.fate {
        Fate::Queued => DeliveryState::Queued,
        Fate::Submitting => DeliveryState::Sending,
        Fate::Taken { server_said } => DeliveryState::Taken { server_said: server_said.clone() },
        Fate::Refused { server_said } => DeliveryState::Refused { server_said: server_said.clone() },
        Fate::Unknown { .. } => DeliveryState::Unknown,
    };
    let filed = mail.filing == Filing::Done;
    Delivery { name: name.to_owned(), address: mail.recipient.clone(), kind, state, filed }
}

fn page_choice(choice: Choice) -> ResumeChoice {
    match choice {
        Choice::GoOn => ResumeChoice::GoOn,
        Choice::SendUnknownAgain => ResumeChoice::SendUnknownAgain,
        Choice::TakeAsDelivered => ResumeChoice::TakeAsDelivered,
        Choice::GiveUp => ResumeChoice::GiveUp,
    }
}

/// The page's choice in the words of the outbox.
pub(super) fn outbox_choice(choice: ResumeChoice) -> Choice {
    match choice {
        ResumeChoice::GoOn => Choice::GoOn,
        ResumeChoice::SendUnknownAgain => Choice::SendUnknownAgain,
        ResumeChoice::TakeAsDelivered => Choice::TakeAsDelivered,
        ResumeChoice::GiveUp => Choice::GiveUp,
    }
}
