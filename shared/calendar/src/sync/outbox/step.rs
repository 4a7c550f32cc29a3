//! The next act of a sending, and the arrow that is written before it.

use super::record::{Fate, Saving, Sending, Write};

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing before this hour, in Unix seconds.
    WaitUntil(i64),
    /// Write a new object, only if there is none (`If-None-Match: *`).
    Create,
    /// Write another version over this one (`If-Match`).
    Replace {
        /// The version that must still be there.
        etag: String,
    },
    /// Remove this version (`If-Match`).
    Remove {
        /// The version that must still be there.
        etag: String,
    },
    /// Read what the server has.
    Read,
    /// Hand this mail over.
    Submit(usize),
    /// Look for this mail in Sent: if it lies there, it was taken.
    LookFor(usize),
    /// File a copy of this mail in Sent, unless it lies there.
    File(usize),
    /// Nothing until a person has chosen.
    Stopped,
    /// Nothing at all.
    Done,
}

impl<P> Sending<P> {
    /// What to do next at this hour, in Unix seconds; the same until something is learnt.
    pub fn next(&self, now: i64) -> Step {
        if self.given_up {
            return Step::Done;
        }
        if self.stopped.is_some() {
            return Step::Stopped;
        }
        if now < self.held_until && self.saving == Saving::Waiting {
            return Step::WaitUntil(self.held_until);
        }
        if self.is_saved() { self.next_of_mails(now) } else { self.next_of_saving(now) }
    }

    fn next_of_saving(&self, now: i64) -> Step {
        if now < self.save_again_at {
            return Step::WaitUntil(self.save_again_at);
        }
        match (&self.saving, &self.write) {
            (Saving::Waiting, Write::Create { .. }) => Step::Create,
            (Saving::Waiting, Write::Replace { etag: Some(etag), .. }) => Step::Replace { etag: etag.clone() },
            (Saving::Waiting, Write::Remove { etag: Some(etag), .. }) => Step::Remove { etag: etag.clone() },
            _ => Step::Read,
        }
    }

    fn next_of_mails(&self, now: i64) -> Step {
        let position = |wanted: &dyn Fn(&super::Mail<P>) -> bool| {
            self.mails.iter().position(|mail| mail.again_at <= now && wanted(mail))
        };
        if let Some(index) = position(&|mail| matches!(mail.fate, Fate::Queued)) {
            return Step::Submit(index);
        }
        if let Some(index) = position(&|mail| matches!(mail.fate, Fate::Unknown { looked: false })) {
            return Step::LookFor(index);
        }
        if let Some(index) = position(&super::Mail::wants_filing) {
            return Step::File(index);
        }
        let pending = self.mails.iter().filter(|mail| {
            matches!(mail.fate, Fate::Queued | Fate::Submitting | Fate::Unknown { looked: false })
                || mail.wants_filing()
        });
        if let Some(hour) = pending.map(|mail| mail.again_at).min() {
            return Step::WaitUntil(hour.max(now));
        }
        match self.mails.iter().any(|mail| matches!(mail.fate, Fate::Unknown { .. })) {
            true => Step::Stopped,
            false => Step::Done,
        }
    }

    /// Writes the arrow of a step; what is written is stored before the act.
    pub fn begin(&mut self, step: &Step) {
        match step {
            Step::Create | Step::Replace { .. } | Step::Remove { .. } => self.saving = Saving::Writing,
            Step::Submit(index) => {
                if let Some(mail) = self.mails.get_mut(*index) {
                    mail.fate = Fate::Submitting;
                }
            }
            // Looking and reading change nothing, and filing looks before it files.
            Step::Read | Step::LookFor(_) | Step::File(_) | Step::WaitUntil(_) | Step::Stopped | Step::Done => {}
        }
    }
}
