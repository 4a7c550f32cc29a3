//! Waiting for changes of the selected mailbox (RFC 2177), renewed before anybody loses patience.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use wire::{Push, Refusal, Reply};

use super::command;
use super::link::{Link, News};
use crate::policy::limit::{IDLE_FIRST_LOOK, IDLE_RENEWAL, SILENCE_TIMEOUT};
use crate::upstream::Exchange;

/// When an idle period is renewed.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The first time.
    pub first_look: Duration,
    /// From then on.
    pub renewal: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { first_look: IDLE_FIRST_LOOK, renewal: IDLE_RENEWAL }
    }
}

/// Waits and tells, until the page cancels.
///
/// A mail that arrives after the last command and before IDLE is told by some servers at the next command only. The
/// first renewal comes after a moment for that reason, and follows its DONE in the same breath.
pub(super) async fn idle(link: &mut Link, exchange: &Exchange, pace: Pace) -> Result<(), Refusal> {
    if !link.abilities().has("IDLE") {
        let server_said = "It cannot tell of changes by itself.".to_owned();
        return Err(Refusal::ServerRefused { code: None, server_said });
    }
    let outlet = exchange.outlet();
    let mut id = link.begin(&command::idle()).await?;
    link.consent(&id).await?;
    outlet.reply(Reply::Idling).await?;
    let mut renew_at = Instant::now() + pace.first_look;
    loop {
        tell(exchange, link.take_news()).await?;
        let is_over = tokio::select! {
            // Reading waits in a buffer of the connection, so nothing is lost when another branch is taken.
            outcome = timeout_at(renew_at, link.wait(pace.renewal * 2)) => match outcome {
                Ok(response) => {
                    if let Some(response) = response?
                        && ends_idle(response.parsed())
                    {
                        return Err(Refusal::Closed);
                    }
                    continue;
                }
                Err(_) => false,
            },
            () = outlet.cancelled() => true,
        };
        link.send_raw(b"DONE\r\n").await?;
        if is_over {
            link.finish(&id, SILENCE_TIMEOUT).await?;
            return Ok(());
        }
        let next = link.begin(&command::idle()).await?;
        link.finish(&id, SILENCE_TIMEOUT).await?;
        link.consent(&next).await?;
        id = next;
        renew_at = Instant::now() + pace.renewal;
    }
}

fn ends_idle(response: &async_imap::imap_proto::Response<'_>) -> bool {
    use async_imap::imap_proto::{Response, Status};
    matches!(response, Response::Done { .. } | Response::Data { status: Status::Bye, .. })
}

async fn tell(exchange: &Exchange, news: News) -> Result<(), Refusal> {
    let outlet = exchange.outlet();
    if let Some(count) = news.exists {
        outlet.push(Push::Exists(count)).await?;
    }
    if news.expunged {
        outlet.push(Push::Expunged).await?;
    }
    if news.flags {
        outlet.push(Push::Flags).await?;
    }
    Ok(())
}
