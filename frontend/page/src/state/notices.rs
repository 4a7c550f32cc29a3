//! What is said in passing: words for a screen reader, and problems that have no place of their own.

use intent::Problem;
use leptos::prelude::*;

/// At most so many problems are shown at once; older ones give way.
const SHOWN: usize = 3;

/// What is said in passing.
#[derive(Clone, Copy)]
pub struct Notices {
    /// The last thing said aloud, for the live region.
    pub said: ReadSignal<String>,
    set_said: WriteSignal<String>,
    /// Problems on the screen, newest last.
    pub problems: ReadSignal<Vec<Problem>>,
    set_problems: WriteSignal<Vec<Problem>>,
}

impl Notices {
    pub(super) fn new() -> Self {
        let (said, set_said) = signal(String::new());
        let (problems, set_problems) = signal(Vec::new());
        Self { said, set_said, problems, set_problems }
    }

    /// Says something to those who listen instead of look.
    pub fn say(self, words: String) {
        self.set_said.set(words);
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
