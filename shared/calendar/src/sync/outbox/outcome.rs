//! What came of an act, and what that means for the sending.

use super::{
    differences,
    record::{Fate, Filing, Saving, Sending, Stop, Write},
};
use crate::sync::retry;

/// Saving is tried so often before a person is asked.
pub const SAVE_ATTEMPTS: u32 = 6;
/// A mail is offered so often before a person is asked: with the growing pauses that outlasts greylisting.
pub const SUBMIT_ATTEMPTS: u32 = 12;
/// A copy is filed so often before it is left out.
pub const FILE_ATTEMPTS: u32 = 4;
/// Others' changes are taken in so often before a person is asked.
pub const MERGES: u32 = 5;

/// Why an act had no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble<P> {
    /// The problem for the person.
    pub problem: P,
    /// Whether the act may have happened nevertheless.
    pub may_have_happened: bool,
    /// Whether the same act may work later.
    pub passing: bool,
    /// The pause the other side asked for, in seconds.
    pub after_seconds: Option<u32>,
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<P> {
    /// The calendar server said yes to a write.
    Written,
    /// The calendar server said that its object is another one than the condition names.
    Changed,
    /// The calendar server has this object.
    Found {
        /// Its version.
        etag: Option<String>,
        /// Every byte.
        bytes: Vec<u8>,
    },
    /// The calendar server has no such object.
    NotThere,
    /// Somebody else's version was merged with what was to be written.
    Merged {
        /// The version that was merged.
        etag: Option<String>,
        /// Its bytes: the base of the next merge.
        base: Vec<u8>,
        /// What is to be written.
        bytes: Vec<u8>,
    },
    /// Reading or writing on the calendar server failed.
    NotSaved(Trouble<P>),
    /// The submission server took a mail.
    Taken(usize, String),
    /// The submission server does not take a mail.
    Refused(usize, String),
    /// Handing a mail over failed.
    NotSubmitted(usize, Trouble<P>),
    /// A mail lies in Sent.
    InSent(usize),
    /// A mail does not lie in Sent.
    NotInSent(usize),
    /// A copy was filed.
    Filed(usize),
    /// Filing or looking in Sent failed.
    NotFiled(usize, Trouble<P>),
}

impl<P: Clone> Sending<P> {
    /// Takes in what came of an act. `now` is in Unix seconds, `chance` any number of the whole range.
    ///
    /// When somebody else's version stands in the way it is returned with the base and the bytes to be written, and
    /// the answer is [`Outcome::Merged`], or [`Self::stop_for_conflict`] where both changed the same.
    pub fn learn(&mut self, outcome: Outcome<P>, now: i64, chance: u32) -> Option<Conflict> {
        match outcome {
            Outcome::Written => {
                self.saving = match self.write {
                    Write::Remove { .. } => Saving::Saved { etag: None },
                    Write::Create { .. } | Write::Replace { .. } => Saving::Written,
                };
                self.failed_saves = 0;
            }
            Outcome::Changed => self.saving = Saving::Unsure,
            Outcome::Found { etag, bytes } => return self.learn_found(etag, bytes),
            Outcome::NotThere => match self.write {
                Write::Create { .. } => self.saving = Saving::Waiting,
                Write::Remove { .. } => self.saving = Saving::Saved { etag: None },
                Write::Replace { .. } => self.stopped = Some(Stop::ChangedElsewhere),
            },
            Outcome::Merged { etag, base, bytes } => {
                self.merges += 1;
                self.saving = Saving::Waiting;
                self.write = Write::Replace { etag, bytes, base };
            }
            Outcome::NotSaved(trouble) => self.learn_not_saved(trouble, now, chance),
            Outcome::Taken(index, server_said) => self.settle(index, Fate::Taken { server_said }),
            Outcome::Refused(index, server_said) => self.settle(index, Fate::Refused { server_said }),
            Outcome::InSent(index) => {
                self.settle(index, Fate::Taken { server_said: String::new() });
                if let Some(mail) = self.mails.get_mut(index) {
                    mail.filing = Filing::Done;
                }
            }
            Outcome::NotInSent(index) => self.settle(index, Fate::Unknown { looked: true }),
            Outcome::Filed(index) => {
                if let Some(mail) = self.mails.get_mut(index) {
                    (mail.filing, mail.failed, mail.problem) = (Filing::Done, 0, None);
                }
            }
            Outcome::NotSubmitted(index, trouble) => self.learn_not_submitted(index, trouble, now, chance),
            Outcome::NotFiled(index, trouble) => self.learn_not_filed(index, trouble, now, chance),
        }
        None
    }

    /// Both sides changed the same: nothing is written, and a person has to look.
    pub fn stop_for_conflict(&mut self) {
        self.stopped = Some(Stop::ChangedElsewhere);
    }

    fn settle(&mut self, index: usize, fate: Fate) {
        if let Some(mail) = self.mails.get_mut(index) {
            (mail.fate, mail.failed, mail.again_at, mail.problem) = (fate, 0, 0, None);
        }
    }

    fn learn_found(&mut self, etag: Option<String>, found: Vec<u8>) -> Option<Conflict> {
        let was_written = self.saving == Saving::Written;
        match &mut self.write {
            Write::Create { bytes } | Write::Replace { bytes, .. } => {
                let differing = differences(bytes, &found);
                if differing.is_empty() {
                    self.saving = Saving::Saved { etag };
                    return None;
                }
                if was_written {
                    self.stopped = Some(Stop::StoredDifferently(differing));
                    return None;
                }
            }
            Write::Remove { .. } => {}
        }
        match &mut self.write {
            // Another object has the name that was chosen by chance: somebody else wrote this event.
            Write::Create { .. } => self.stopped = Some(Stop::ChangedElsewhere),
            Write::Replace { etag: known, base, bytes } => {
                // Still what was edited: the request never arrived, or the version was not known before.
                if *base == found {
                    match etag {
                        Some(etag) => (*known, self.saving) = (Some(etag), Saving::Waiting),
                        None => self.stopped = Some(Stop::ChangedElsewhere),
                    }
                } else if self.merges >= MERGES {
                    self.stopped = Some(Stop::ChangedElsewhere);
                } else {
                    return Some(Conflict { etag, base: base.clone(), mine: bytes.clone(), theirs: found });
                }
            }
            Write::Remove { etag: known, base } => match etag {
                Some(etag) if *base == found => (*known, self.saving) = (Some(etag), Saving::Waiting),
                _ => self.stopped = Some(Stop::ChangedElsewhere),
            },
        }
        None
    }

    fn learn_not_saved(&mut self, trouble: Trouble<P>, now: i64, chance: u32) {
        let was_writing = self.saving == Saving::Writing;
        if was_writing {
            self.saving = if trouble.may_have_happened { Saving::Unsure } else { Saving::Waiting };
        }
        self.failed_saves += 1;
        if trouble.passing && self.failed_saves < SAVE_ATTEMPTS {
            let pause = retry::pause_as_asked(trouble.after_seconds, self.failed_saves - 1, chance);
            self.save_again_at = now.saturating_add(whole_seconds(pause));
        } else {
            self.stopped = Some(Stop::CannotSave(trouble.problem));
        }
    }

    fn learn_not_submitted(&mut self, index: usize, trouble: Trouble<P>, now: i64, chance: u32) {
        let Some(mail) = self.mails.get_mut(index) else { return };
        if trouble.may_have_happened {
            mail.fate = Fate::Unknown { looked: false };
            (mail.failed, mail.again_at, mail.problem) = (0, 0, Some(trouble.problem));
            return;
        }
        mail.fate = Fate::Queued;
        mail.failed += 1;
        if trouble.passing && mail.failed < SUBMIT_ATTEMPTS {
            let pause = retry::pause_as_asked(trouble.after_seconds, mail.failed - 1, chance);
            mail.again_at = now.saturating_add(whole_seconds(pause));
            mail.problem = Some(trouble.problem);
        } else {
            self.stopped = Some(Stop::CannotMail(trouble.problem));
        }
    }

    fn learn_not_filed(&mut self, index: usize, trouble: Trouble<P>, now: i64, chance: u32) {
        let Some(mail) = self.mails.get_mut(index) else { return };
        mail.failed += 1;
        mail.problem = Some(trouble.problem);
        if trouble.passing && mail.failed < FILE_ATTEMPTS {
            let pause = retry::pause_as_asked(trouble.after_seconds, mail.failed - 1, chance);
            mail.again_at = now.saturating_add(whole_seconds(pause));
        } else if matches!(mail.fate, Fate::Unknown { .. }) {
            mail.fate = Fate::Unknown { looked: true };
        } else {
            mail.filing = Filing::Failed;
        }
    }
}

/// Somebody else's version stands in the way of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Their version.
    pub etag: Option<String>,
    /// What was stored when writing began.
    pub base: Vec<u8>,
    /// What was to be written.
    pub mine: Vec<u8>,
    /// What is stored.
    pub theirs: Vec<u8>,
}

fn whole_seconds(pause: std::time::Duration) -> i64 {
    i64::try_from(pause.as_millis().div_ceil(1000)).unwrap_or(i64::MAX)
}
