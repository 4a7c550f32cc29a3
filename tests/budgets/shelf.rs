//! How long an answer takes from the mailbox to the screen, with IDLE, alone and among ten thousand stored events.

use std::time::{Duration, Instant};

use intent::{AnswerOutcome, Ask, Day, Tell, Window};
use journeys::control::Control;
use journeys::tab::Tab;
use journeys::trouble::Trouble;

use crate::reply::{CALENDAR, OWNER, answer, event, guest};
use crate::{Figures, Stage, median};

const EVENTS: usize = 10_000;
/// Answers that arrive one by one.
const SINGLE: usize = 5;
/// Answers that arrive together.
const TOGETHER: usize = 5;
const PAUSE: Duration = Duration::from_secs(3);

pub(crate) fn measure(stage: &mut Stage) -> Result<Figures, Trouble> {
    stage.play(async |provider, relay| {
        let mut control = Control::of(provider)?;
        for number in 0..EVENTS {
            control.store(OWNER, CALENDAR, &format!("{number}.ics"), &event(number, "Stored"))?;
        }
        let mut tab = Tab::open(relay, provider);
        tab.sign_in().await;
        tab.watching().await;
        let first = Day::from_iso("2030-01-01").ok_or_else(|| "a day".to_owned())?;
        tab.ask(Ask::Show(Window { first, days: 7 }));
        let mut single = Vec::new();
        for number in 0..SINGLE {
            let started = Instant::now();
            control.deliver(&guest(number), OWNER, &answer(number, "Stored"))?;
            applied(&mut tab, number + 1).await;
            single.push(started.elapsed().as_secs_f64() * 1e3);
            // The first renewal of the IDLE that follows is over, too.
            tokio::time::sleep(PAUSE).await;
        }
        let started = Instant::now();
        for number in SINGLE..SINGLE + TOGETHER {
            control.deliver(&guest(number), OWNER, &answer(number, "Stored"))?;
        }
        applied(&mut tab, SINGLE + TOGETHER).await;
        let together = started.elapsed().as_secs_f64() * 1e3;
        Ok(vec![("answer-shown", median(single)), ("answers-applied", together)])
    })
}

/// Waits until the page is told that so many answers stand in their events.
async fn applied(tab: &mut Tab, count: usize) {
    tab.hear(|tell| match tell {
        Tell::Answers(answers) => {
            let applied = answers.iter().filter(|answer| answer.outcome == AnswerOutcome::Applied).count();
            (applied >= count).then_some(())
        }
        _ => None,
    })
    .await;
}
