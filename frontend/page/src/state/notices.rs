//! What is said in passing: words for a screen reader, and problems that have no place of their own.

use intent::{AnswerEntry, OutboxItem, Problem};
use leptos::prelude::*;

/// At most so many problems are shown at once; older ones give way.
const SHOWN: usize = 3;

/// Something that happened while the person looked elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// An answer was entered.
    Answered(AnswerEntry),
    /// A sending is held for some seconds and can be taken back.
    Held(OutboxItem),
    /// A sending is done.
    Sent(OutboxItem),
    /// A sending stopped and waits for the person.
    Stopped(OutboxItem),
}

/// What is said in passing.
#[derive(Clone, Copy)]
pub struct Notices {
    /// What happened last, to be said to those who listen instead of look.
    pub news: ReadSignal<Option<News>>,
    set_news: WriteSignal<Option<News>>,
    /// Problems on the screen, newest last.
    pub problems: ReadSignal<Vec<Problem>>,
    set_problems: WriteSignal<Vec<Problem>>,
}

impl Notices {
    pub(super) fn new() -> Self {
        let (news, set_news) = signal(None);
        let (problems, set_problems) = signal(Vec::new());
        Self { news, set_news, problems, set_problems }
    }

    /// Something happened.
    pub(super) fn announce(self, news: News) {
        self.set_news.set(Some(news));
    }

    /// Shows a problem until it is dismissed; the same one only once.
    pub fn show(self, problem: Problem) {
        self.set_problems.update(|problems| {
            problems.retain(|shown| *shown != problem);
            problems.push(problem);
            let surplus = problems.len().saturating_sub(SHOWN);
            problems.drain(..surplus);
        });
    }

    /// Takes a problem off the screen.
    pub fn dismiss(self, problem: &Problem) {
        self.set_problems.update(|problems| problems.retain(|shown| shown != problem));
    }
}
