//! What is written down of a sending, and what a person may choose when it has stopped.

use serde::{Deserialize, Serialize};

/// A sending as it is written down. `P` is how the shell describes a problem to the person.
///
/// The letters' bytes never change, so they are kept beside the record and only their fates within it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending<P> {
    /// Nothing happens before this hour, in Unix seconds: until then it can be taken back.
    pub held_until: i64,
    /// What is written on the calendar server.
    pub write: Write,
    /// How far that has come.
    pub saving: Saving,
    /// How often saving failed in a row.
    pub failed_saves: u32,
    /// Saving is not tried again before this hour, in Unix seconds.
    pub save_again_at: i64,
    /// How often the write was merged with what somebody else had written.
    pub merges: u32,
    /// One per guest.
    pub mails: Vec<Mail<P>>,
    /// Why it stopped; nothing happens until a person has chosen.
    pub stopped: Option<Stop<P>>,
    /// Whether the person gave the rest up.
    pub given_up: bool,
}

/// What is written on the calendar server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Write {
    /// A new object, only if there is none of that name.
    Create {
        /// Every byte.
        bytes: Vec<u8>,
    },
    /// Another version of an object, only if it is still the one that was edited.
    Replace {
        /// The version that was edited; if unknown it is read again first.
        etag: Option<String>,
        /// Every byte.
        bytes: Vec<u8>,
        /// What was stored when writing began.
        base: Vec<u8>,
    },
    /// An object is removed, only if it is still the one that was seen.
    Remove {
        /// The version that was seen; if unknown it is read again first.
        etag: Option<String>,
        /// What was stored when writing began.
        base: Vec<u8>,
    },
}

/// How far saving has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Saving {
    /// Not begun.
    Waiting,
    /// The request is under way.
    Writing,
    /// Nobody knows whether the request arrived, or somebody else wrote in between: look.
    Unsure,
    /// The server said yes: look what it stored.
    Written,
    /// It is saved, in this version.
    Saved {
        /// The version, if the server names one.
        etag: Option<String>,
    },
}

/// One guest's mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail<P> {
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// Its only recipient.
    pub recipient: String,
    /// What became of it.
    pub fate: Fate,
    /// Whether a copy lies in Sent.
    pub filing: Filing,
    /// How often the present act failed in a row.
    pub failed: u32,
    /// It is not tried again before this hour, in Unix seconds.
    pub again_at: i64,
    /// What went wrong last, while it is worth telling.
    pub problem: Option<P>,
}

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It has not left.
    Queued,
    /// It is being handed over.
    Submitting,
    /// The server took it, in its own words.
    Taken {
        /// Code and text.
        server_said: String,
    },
    /// The server does not take it, in its own words.
    Refused {
        /// Code and text.
        server_said: String,
    },
    /// It may have been taken.
    Unknown {
        /// Whether it was looked for in Sent, and not found.
        looked: bool,
    },
}

/// Whether a copy lies in Sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filing {
    /// Not yet.
    Waiting,
    /// It lies there.
    Done,
    /// It could not be filed, and is not tried again.
    Failed,
}

/// Why a sending stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop<P> {
    /// Somebody else changed the same things, or removed the event. Nothing was saved or mailed.
    ChangedElsewhere,
    /// The server stored something else than it was given; these lines differ. It is saved, nobody is mailed.
    StoredDifferently(Vec<String>),
    /// Saving does not work. Nothing was saved or mailed.
    CannotSave(P),
    /// Mailing does not work at all; some mails have not left.
    CannotMail(P),
}

/// How far a sending has come, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing has happened, and it can be taken back.
    Held,
    /// The event is being saved.
    Saving,
    /// Mails are being handed over.
    Submitting,
    /// Copies are being filed.
    Filing,
    /// There is nothing left to do.
    Done,
    /// A person has to choose.
    Stopped,
}

/// What a person may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// Wait no longer, or try again what certainly did not happen.
    GoOn,
    /// Send the mails once more whose fate is unknown.
    SendUnknownAgain,
    /// Take the mails for delivered whose fate is unknown.
    TakeAsDelivered,
    /// Leave it as it is.
    GiveUp,
}

impl<P> Sending<P> {
    /// A sending of which nothing has happened.
    pub fn new(write: Write, mails: impl IntoIterator<Item = (String, String)>, held_until: i64) -> Self {
        let mail = |(message_id, recipient)| Mail {
            message_id,
            recipient,
            fate: Fate::Queued,
            filing: Filing::Waiting,
            failed: 0,
            again_at: 0,
            problem: None,
        };
        Self {
            held_until,
            write,
            saving: Saving::Waiting,
            failed_saves: 0,
            save_again_at: 0,
            merges: 0,
            mails: mails.into_iter().map(mail).collect(),
            stopped: None,
            given_up: false,
        }
    }

    /// How far it has come at this hour.
    pub fn stage(&self, now: i64) -> Stage {
        if self.given_up {
            return Stage::Done;
        }
        if self.stopped.is_some() {
            return Stage::Stopped;
        }
        if self.can_be_taken_back(now) {
            return Stage::Held;
        }
        if !self.is_saved() {
            return Stage::Saving;
        }
        if self
            .mails
            .iter()
            .any(|mail| matches!(mail.fate, Fate::Queued | Fate::Submitting | Fate::Unknown { looked: false }))
        {
            return Stage::Submitting;
        }
        if self.mails.iter().any(|mail| matches!(mail.fate, Fate::Unknown { looked: true })) {
            return Stage::Stopped;
        }
        if self.mails.iter().any(Mail::wants_filing) {
            return Stage::Filing;
        }
        Stage::Done
    }

    /// Whether the event is saved on the calendar server.
    pub fn is_saved(&self) -> bool {
        matches!(self.saving, Saving::Saved { .. })
    }

    /// Whether nothing has happened yet, and the time to take it back is not over.
    pub fn can_be_taken_back(&self, now: i64) -> bool {
        now < self.held_until && self.saving == Saving::Waiting && self.stopped.is_none()
    }

    /// What a person may choose at this hour: not to wait any longer while it is held, how to go on once it has stopped.
    pub fn choices(&self, now: i64) -> Vec<Choice> {
        match self.stage(now) {
            Stage::Held => return vec![Choice::GoOn],
            Stage::Stopped => {}
            Stage::Saving | Stage::Submitting | Stage::Filing | Stage::Done => return Vec::new(),
        }
        match &self.stopped {
            Some(Stop::ChangedElsewhere) => vec![Choice::GiveUp],
            Some(Stop::StoredDifferently(_) | Stop::CannotSave(_) | Stop::CannotMail(_)) => {
                vec![Choice::GoOn, Choice::GiveUp]
            }
            None => vec![Choice::GoOn, Choice::SendUnknownAgain, Choice::TakeAsDelivered, Choice::GiveUp],
        }
    }

    /// Does what the person chose; false, and nothing done, if that is no choice at this hour.
    pub fn choose(&mut self, choice: Choice, now: i64) -> bool {
        if !self.choices(now).contains(&choice) {
            return false;
        }
        let stop = self.stopped.take();
        match choice {
            Choice::GiveUp => self.given_up = true,
            Choice::GoOn => {
                self.held_until = self.held_until.min(now);
                if let Some(Stop::StoredDifferently(_)) = stop {
                    self.saving = Saving::Saved { etag: None };
                }
                self.failed_saves = 0;
                self.save_again_at = 0;
                for mail in &mut self.mails {
                    (mail.failed, mail.again_at) = (0, 0);
                    if let Fate::Unknown { looked } = &mut mail.fate {
                        *looked = false;
                    }
                }
            }
            Choice::SendUnknownAgain => self.settle_unknown(|| Fate::Queued),
            Choice::TakeAsDelivered => self.settle_unknown(|| Fate::Taken { server_said: String::new() }),
        }
        true
    }

    /// Takes into account that the engine was killed: what was under way is not known to have happened.
    pub fn restart(&mut self) {
        if self.saving == Saving::Writing {
            self.saving = Saving::Unsure;
        }
        for mail in &mut self.mails {
            if mail.fate == Fate::Submitting {
                mail.fate = Fate::Unknown { looked: false };
            }
        }
    }

    /// A guest has answered, or a mail of theirs came back: an unknown fate is known by it.
    pub fn heard_of(&mut self, recipient: &str, arrived: bool) {
        for mail in self.mails.iter_mut().filter(|mail| mail.recipient.eq_ignore_ascii_case(recipient)) {
            if matches!(mail.fate, Fate::Unknown { .. }) {
                mail.fate = match arrived {
                    true => Fate::Taken { server_said: String::new() },
                    false => Fate::Refused { server_said: String::new() },
                };
            }
        }
    }

    fn settle_unknown(&mut self, fate: impl Fn() -> Fate) {
        for mail in self.mails.iter_mut().filter(|mail| matches!(mail.fate, Fate::Unknown { .. })) {
            mail.fate = fate();
            (mail.failed, mail.again_at) = (0, 0);
        }
    }
}

impl<P> Mail<P> {
    pub(super) fn wants_filing(&self) -> bool {
        matches!(self.fate, Fate::Taken { .. }) && self.filing == Filing::Waiting
    }
}
