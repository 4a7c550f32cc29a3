//! Keeping watch: calendars and mailbox are looked at on opening, every five minutes, when asked, and at once when the
//! mail server says that something arrived.

use std::{rc::Rc, time::Duration};

use calendar::{dav, sync::retry};
use futures::{
    FutureExt, StreamExt,
    future::{Either, select},
};
use intent::{Account, ProblemKind, SignInView};
use wire::{Capability, Push};

use super::{
    Engine,
    account::{Session, server_of},
};
use crate::{
    link::{Fault, MailSession},
    world::random_u32,
};

/// Mailbox and calendars are looked at this often at the least.
const PERIOD: Duration = Duration::from_secs(5 * 60);
/// After the server has said that a mail arrived, more may follow at once: they are looked at together.
const GATHER: Duration = Duration::from_millis(150);

/// Why watching rests.
enum Rested {
    /// A mail arrived.
    Mail,
    /// The period is over, or somebody asked.
    Everything,
    /// The mail session broke.
    Broken,
}

impl Engine {
    /// Signed in: everything kept is taken into memory, and once it is this tab's turn it sends and watches.
    pub(super) async fn begin(&self, session: Session, found: Option<Vec<dav::Collection>>) {
        let generation = session.generation;
        let account: Account = session.stored.account.clone();
        self.state.borrow_mut().session = Some(session.clone());
        self.load_calendars().await;
        self.load_answers().await;
        self.load_outbox().await;
        self.load_drafts().await;
        if !self.is_current(generation) {
            return;
        }
        self.show_sign_in(SignInView::SignedIn(account));
        self.tell_drafts();
        self.tell_outbox();
        self.tell_views();
        self.inspect_again();
        let is_leader = self.state.borrow().is_leader;
        let engine = self.clone();
        self.spawn(async move {
            if !is_leader {
                let mut mine = engine.turn.mine();
                if mine.as_mut().now_or_never().is_none() {
                    // The turn comes within a moment if nobody has it.
                    let followed = select(mine, engine.world.sleep(Duration::from_millis(300))).await;
                    if let Either::Right(((), mine)) = followed {
                        engine.with_status(|status| status.follows_other_tab = true);
                        mine.await;
                        engine.with_status(|status| status.follows_other_tab = false);
                    }
                }
                engine.state.borrow_mut().is_leader = true;
            }
            if !engine.is_current(generation) {
                return;
            }
            // What another tab did since is on the device.
            engine.load_outbox().await;
            engine.tell_outbox();
            let sending = engine.clone();
            let sender = session.clone();
            engine.spawn(async move { sending.keep_sending(sender).await });
            engine.keep_watching(session, found).await;
        });
    }

    /// Signed out, here or in another tab.
    pub(super) fn leave(&self) {
        self.state.borrow_mut().forget_account();
        self.watch_bell.ring();
        self.outbox_bell.ring();
        self.show_sign_in(SignInView::SignedOut);
        self.tell_everything();
    }

    /// A password that is no longer accepted is not tried again: the person is asked.
    fn ask_for_password(&self) {
        let account = self.state.borrow_mut().session.take().map(|session| session.stored.account);
        self.next_generation();
        if let Some(vault) = self.vault.clone() {
            // A password that is kept would be tried again by the next reload.
            self.spawn(async move { drop(vault.forget().await) });
        }
        if let Some(account) = account {
            self.show_sign_in(SignInView::NeedsPassword(account));
        }
    }

    async fn keep_watching(&self, session: Session, mut found: Option<Vec<dav::Collection>>) {
        let mut mail: Option<MailSession> = None;
        let mut failed = 0;
        let mut with_calendars = true;
        while self.is_current(session.generation) {
            let mut problem = None;
            if with_calendars {
                let read = match found.take() {
                    Some(found) => self.read_described(&session, found).await,
                    None => self.read_calendars(&session).await,
                };
                problem = read.err();
            }
            let looked = self.look_at_mailbox(&session, &mut mail).await;
            if !self.is_current(session.generation) {
                return;
            }
            if let Err(trouble) = looked {
                mail = None;
                problem.get_or_insert(trouble);
            }
            self.with_status(|status| status.problem.clone_from(&problem));
            if problem.as_ref().is_some_and(|problem| problem.kind == ProblemKind::WrongPassword) {
                self.ask_for_password();
                return;
            }
            failed = if problem.is_some() { failed + 1 } else { 0 };
            let limit = match failed {
                0 => PERIOD,
                _ => retry::pause(failed + 1, random_u32(&*self.world)).min(PERIOD),
            };
            with_calendars = match self.rest(&mut mail, limit).await {
                Rested::Mail => failed > 0,
                Rested::Everything => true,
                Rested::Broken => {
                    mail = None;
                    true
                }
            };
        }
    }

    /// Waits for the end of the period, somebody's wish, or a mail.
    async fn rest(&self, mail: &mut Option<MailSession>, limit: Duration) -> Rested {
        let period = self.world.sleep(limit);
        let over = async {
            select(std::pin::pin!(self.watch_bell.heard()), period).await;
        };
        let can_idle = |mail: &MailSession| mail.capabilities.contains(&Capability::Idle);
        let Some(mail) = mail.as_ref().filter(|mail| can_idle(mail)) else {
            over.await;
            return Rested::Everything;
        };
        let waiting = async {
            let mut pushes = match mail.idle().await {
                Ok(pushes) => pushes,
                Err(_) => return Rested::Broken,
            };
            self.with_status(|status| status.watching = true);
            loop {
                match pushes.next().await {
                    Some(Ok(Push::Exists(_))) => {
                        self.world.sleep(GATHER).await;
                        return Rested::Mail;
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Rested::Broken,
                }
            }
        };
        let rested = match select(std::pin::pin!(waiting), std::pin::pin!(over)).await {
            Either::Left((rested, _)) => rested,
            Either::Right(((), _)) => Rested::Everything,
        };
        if let Rested::Broken = rested {
            self.with_status(|status| status.watching = false);
            // A connection that breaks as soon as it is made must not be made in a circle.
            self.world.sleep(retry::pause(0, random_u32(&*self.world))).await;
        }
        rested
    }

    /// The mail session of the watch, opened where there is none.
    pub(super) async fn open_mail(&self, session: &Session) -> Result<MailSession, Fault> {
        let server = server_of(&session.stored.account.servers.imap);
        MailSession::open(Rc::clone(&self.link), server, session.credentials()).await
    }
}
