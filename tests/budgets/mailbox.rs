//! What looking into the mailbox costs the mail server: with nothing new, and with fifty answers among ten thousand mails.

use std::time::Duration;

use intent::{Ask, Link, Tell};
use journeys::control::{Control, Traffic};
use journeys::relay::Relay;
use journeys::tab::Tab;
use journeys::trouble::Trouble;

use crate::reply::{CALENDAR, OWNER, answer, event, guest, other_mail};
use crate::{Figures, Stage};

const MAILS: usize = 10_000;
const ANSWERS: usize = 50;
const TITLE: &str = "Fifty answers";

/// Nothing was said for this long: longer than the first renewal of an IDLE is away.
const QUIET: Duration = Duration::from_secs(3);

pub(crate) fn measure(stage: &mut Stage) -> Result<Figures, Trouble> {
    stage.play(async |provider, relay| {
        let mut control = Control::of(provider)?;
        for number in 0..MAILS {
            control.deliver("news@shop.example", OWNER, &other_mail(number))?;
        }
        for number in 0..ANSWERS {
            control.store(OWNER, CALENDAR, &format!("{number}.ics"), &event(number, TITLE))?;
        }
        let mut tab = Tab::open(relay, provider);
        tab.sign_in().await;
        tab.watching().await;
        let before = settled(&mut control).await?;

        tab.ask(Ask::CheckNow);
        let poll = spent(before, settled(&mut control).await?);

        let before = away_and_back(&mut tab, relay, &mut control).await?;
        tab.answers(TITLE, ANSWERS).await;
        let answers = spent(before, settled(&mut control).await?);
        Ok(vec![
            ("poll-commands", poll.commands as f64),
            ("poll-bytes", poll.bytes as f64),
            ("replies-commands", answers.commands as f64),
            ("replies-bytes", answers.bytes as f64),
        ])
    })
}

/// The answers arrive while the page has no connection, so that it finds all of them when it comes back.
async fn away_and_back(tab: &mut Tab, relay: &mut Relay, control: &mut Control) -> Result<Traffic, Trouble> {
    relay.go_away();
    tab.hear(|tell| matches!(tell, Tell::Status(status) if matches!(status.link, Link::Waiting { .. })).then_some(()))
        .await;
    for number in 0..ANSWERS {
        control.deliver(&guest(number), OWNER, &answer(number, TITLE))?;
    }
    let before = settled(control).await?;
    relay.come_back()?;
    Ok(before)
}

/// What went through IMAP, once nothing more does.
async fn settled(control: &mut Control) -> Result<Traffic, Trouble> {
    let mut last = control.traffic()?;
    loop {
        tokio::time::sleep(QUIET).await;
        let now = control.traffic()?;
        if now == last {
            return Ok(now);
        }
        last = now;
    }
}

fn spent(before: Traffic, after: Traffic) -> Traffic {
    Traffic { commands: after.commands - before.commands, bytes: after.bytes - before.bytes }
}
