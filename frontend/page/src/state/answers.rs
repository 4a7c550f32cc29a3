//! Which answers arrived, and what became of them.

use intent::{AnswerEntry, AnswerOutcome, Point};
use leptos::prelude::*;

use super::notices::{News, Notices};

/// Which answers arrived.
#[derive(Clone, Copy)]
pub struct Answers {
    /// Newest first; nothing until the engine has told.
    pub entries: ReadSignal<Option<Vec<AnswerEntry>>>,
    set_entries: WriteSignal<Option<Vec<AnswerEntry>>>,
    notices: Notices,
}

impl Answers {
    pub(super) fn new(notices: Notices) -> Self {
        let (entries, set_entries) = signal(None);
        Self { entries, set_entries, notices }
    }

    pub(super) fn hear(self, entries: Vec<AnswerEntry>) {
        let fresh = self.entries.with_untracked(|before| {
            let before = before.as_ref()?;
            entries.iter().find(|entry| entry.outcome == AnswerOutcome::Applied && !before.contains(entry)).cloned()
        });
        if let Some(entry) = fresh {
            self.notices.announce(News::Answered(entry));
        }
        self.set_entries.set(Some(entries));
    }

    /// How many answers were entered today and yesterday.
    pub fn since_yesterday(self, now: Point) -> usize {
        self.entries.with(|entries| {
            let recent = |entry: &&AnswerEntry| {
                entry.received.day >= now.day.plus(-1) && matches!(entry.outcome, AnswerOutcome::Applied)
            };
            entries.as_ref().map_or(0, |entries| entries.iter().filter(recent).count())
        })
    }
}
