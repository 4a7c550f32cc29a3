//! What sending a form would do: who gets which bytes, who gets nothing and why, and what would be stored.

use serde::{Deserialize, Serialize};

use crate::{DraftId, FormProblem};

/// The whole truth about a form, as of one revision of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// The draft.
    pub draft: DraftId,
    /// The revision of the form this is true to.
    pub revision: u32,
    /// Why it cannot be saved; then there are no letters.
    pub problems: Vec<FormProblem>,
    /// One letter per guest who gets mail.
    pub letters: Vec<Letter>,
    /// Guests who get none, and why.
    pub quiet: Vec<Quiet>,
    /// The object that will be stored; absent if it will be removed.
    pub stored: Option<CodeText>,
    /// What mail programs will make of it.
    pub findings: Vec<Finding>,
    /// What happens when send is pressed, in order.
    pub steps: Vec<Step>,
    /// Parts of a series that the change would lose, in words, to be read before saving.
    pub losses: Vec<String>,
}

/// What a letter is to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LetterKind {
    /// A first invitation.
    Invitation,
    /// News of an event they know.
    Update,
    /// The event, or their part in it, is off.
    Cancellation,
    /// An answer to somebody else's invitation.
    Answer,
}

/// One mail to one guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it is.
    pub kind: LetterKind,
    /// The guest's name; may be empty.
    pub name: String,
    /// The guest's address: the only recipient.
    pub address: String,
    /// Whether they may stay away.
    pub optional: bool,
    /// Subject, decoded.
    pub subject: String,
    /// The plain text part, as the guest reads it.
    pub text: String,
    /// The parts of the mail in reading order.
    pub parts: Vec<MailPart>,
    /// The iTIP object within.
    pub calendar: CodeText,
    /// The whole mail, byte for byte.
    pub raw: CodeText,
}

/// One part of a mail's tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPart {
    /// 0 for the mail itself, 1 for its parts, and so on.
    pub depth: u8,
    /// Media type with its parameters, as it stands in the mail.
    pub content_type: String,
    /// Transfer encoding; empty for containers.
    pub encoding: String,
    /// First byte of its content within the mail.
    pub start: u32,
    /// The byte behind its content.
    pub end: u32,
    /// What it is for, in words.
    pub gloss: String,
}

/// A guest who gets no mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// Name; may be empty.
    pub name: String,
    /// Address.
    pub address: String,
    /// Why.
    pub why: QuietReason,
}

/// Why a guest gets no mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum QuietReason {
    /// Nothing they see has changed.
    NothingNew,
    /// The organizer is not mailed.
    Organizer,
    /// Somebody else tells them: the calendar says so (SCHEDULE-AGENT=NONE or SERVER).
    ToldByOthers,
    /// They were never invited by mail.
    NeverInvited,
    /// The event lies in the past.
    Past,
}

/// Text with its ink and notes; the bytes are the truth, the rest explains them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeText {
    /// Every byte.
    pub bytes: Vec<u8>,
    /// Lines, in order, covering all bytes; each includes its line break.
    pub lines: Vec<CodeLine>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeLine {
    /// Its first byte.
    pub start: u32,
    /// The byte behind its last, line break included.
    pub end: u32,
    /// Runs of one ink, in order, covering the line without its break.
    pub spans: Vec<Span>,
    /// What the line means, in words; stands in the margin.
    pub gloss: Option<String>,
    /// Whether the line differs from the other guests' letters.
    pub particular: bool,
}

/// A run of bytes in one ink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// How many bytes.
    pub len: u32,
    /// The ink.
    pub ink: Ink,
}

/// The five inks of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ink {
    /// A property or header name.
    Name,
    /// A parameter.
    Param,
    /// A value.
    Value,
    /// A date or time.
    Time,
    /// Structure and encoded content.
    Quiet,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FindingLevel {
    /// All is well.
    Good,
    /// Worth knowing; nothing to mend.
    Note,
    /// Some reader will not do what is hoped for.
    Warning,
    /// It will not work.
    Error,
}

/// What mail programs will make of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters.
    pub level: FindingLevel,
    /// The rule's name.
    pub rule: String,
    /// What would happen.
    pub what: String,
    /// How to mend it; may be empty.
    pub mend: String,
}

/// One of the things that happen when send is pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Mails are held so long, and can be taken back.
    Held {
        /// Seconds.
        seconds: u16,
    },
    /// The event is saved in this calendar.
    Saved {
        /// The calendar's name.
        calendar: String,
    },
    /// Mails leave from this address.
    Mailed {
        /// The sender.
        from: String,
        /// How many.
        count: u16,
    },
    /// Copies are filed in this mailbox.
    Filed {
        /// The mailbox's name; empty if the provider files them by itself.
        mailbox: String,
    },
}
