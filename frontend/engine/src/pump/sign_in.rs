//! Signing in: finding the servers, trying each of the three once, and keeping what was found.

use std::rc::Rc;

use calendar::{
    dav::{self, Discovery, DiscoveryProblem, Location, Origin},
    mime::MailAddress,
    order,
};
use futures::join;
use intent::{
    Account, Check, CheckOutcome, KeepPassword, Problem, ProblemKind, ServerChoice, ServerSource, Servers, Service,
    SignIn, SignInView, Tell,
};
use wire::{Credentials, Discovered, Mailbox, MailboxRole, Secret, Source};

use super::{
    Engine,
    account::{KEY, Session, StoredAccount, choice_of, server_of},
};
use crate::{
    link::MailSession,
    storage::{Change, News, Store},
};

/// Names of the mailbox for copies of what was sent, where the server does not say which it is.
const SENT_NAMES: [&str; 8] = [
    "Sent",
    "Sent Items",
    "Sent Messages",
    "Sent Mail",
    "INBOX.Sent",
    "INBOX/Sent",
    "INBOX.Sent Items",
    "INBOX.Sent Messages",
];

impl Engine {
    /// Which servers belong to an address.
    pub(super) async fn find_servers(&self, address: String) {
        let generation = self.next_generation();
        self.show_sign_in(SignInView::Looking { address: address.clone() });
        let found = |servers, source, problem| SignInView::Found { address: address.clone(), servers, source, problem };
        let Ok(parsed) = MailAddress::parse(address.trim()) else {
            self.show_sign_in(found(None, ServerSource::Typed, None));
            return;
        };
        let discovered = self.link.discover(parsed.domain().to_owned()).await;
        if !self.is_current(generation) {
            return;
        }
        self.show_sign_in(match discovered {
            Ok(discovered) => {
                let source = match &discovered.provider {
                    Some(name) => ServerSource::Provider(name.clone()),
                    None => ServerSource::Domain,
                };
                found(servers_of(&discovered), source, None)
            }
            Err(fault) => found(None, ServerSource::Typed, Some(fault.problem(Service::Imap))),
        });
    }

    /// Tries the three connections, once each, and signs in if all work.
    pub(super) async fn sign_in(&self, wish: SignIn) {
        let generation = self.next_generation();
        let user = if wish.user.trim().is_empty() { wish.address.trim() } else { wish.user.trim() };
        let credentials = Credentials { user: user.to_owned(), password: Secret::new(wish.password.clone()) };
        self.state.borrow_mut().checks = [Service::Submission, Service::Imap, Service::CalDav]
            .map(|service| Check { service, outcome: CheckOutcome::Trying });
        self.show_checks(false);
        let (submission, imap, caldav) = join!(
            self.checked(generation, self.try_submission(&wish.servers.submission, &credentials)),
            self.checked(generation, self.try_imap(&wish.servers.imap, &credentials)),
            self.checked(generation, self.try_caldav(&wish.servers.caldav, &credentials)),
        );
        if !self.is_current(generation) {
            return;
        }
        self.show_checks(true);
        let (Some(()), Some(sent_mailbox), Some(found)) = (submission, imap, caldav) else { return };
        let account = Account {
            address: wish.address.trim().to_owned(),
            name: wish.name.trim().to_owned(),
            servers: wish.servers,
            keeps_password: wish.keep == KeepPassword::OnThisDevice && self.vault.is_some(),
        };
        let stored = StoredAccount {
            account,
            user: credentials.user,
            dav_origin: (found.origin.host().to_owned(), found.origin.port()),
            dav_homes: found.homes.iter().map(|home| home.as_str().to_owned()).collect(),
            dav_addresses: found.addresses.clone(),
            server_schedules: found.schedules_by_itself,
            sent_mailbox,
        };
        self.enter(Session { stored, password: credentials.password, generation }, found.calendars).await;
    }

    /// Keeps the account and begins to watch.
    async fn enter(&self, mut session: Session, calendars: Vec<dav::Collection>) {
        let before = self.stored_account().await;
        let is_same = before.is_some_and(|before| before.account.address == session.stored.account.address);
        if !is_same {
            self.forget_everything().await;
        }
        session.stored.account.keeps_password = self.keep_password(&session).await;
        let bytes = postcard::to_allocvec(&session.stored).unwrap_or_default();
        self.keep(vec![Change::keep(Store::Accounts, KEY, bytes)]).await;
        self.begin(session, Some(calendars)).await;
    }

    /// Keeps the password if the person wants that, forgets it if not; whether it is kept.
    async fn keep_password(&self, session: &Session) -> bool {
        let Some(vault) = &self.vault else { return false };
        let kept = match session.stored.account.keeps_password {
            true => vault.keep(&session.password).await.map(|()| true),
            false => vault.forget().await.map(|()| false),
        };
        kept.unwrap_or_else(|fault| {
            self.tell(Tell::Problem(fault.problem()));
            false
        })
    }

    /// The password that is kept on this device.
    pub(super) async fn kept_password(&self) -> Option<Secret> {
        self.vault.as_ref()?.open().await.ok().flatten()
    }

    /// The account that is kept on this device.
    pub(super) async fn stored_account(&self) -> Option<StoredAccount> {
        let kept = self.storage().get(Store::Accounts, KEY).await.ok().flatten()?;
        postcard::from_bytes(&kept).ok()
    }

    /// Stops trying; what was found so far stays on the form.
    pub(super) fn stop_sign_in(&self) {
        self.next_generation();
        self.show_sign_in(SignInView::SignedOut);
    }

    /// Forgets the account on this device, in every tab.
    pub(super) async fn sign_out(&self) {
        self.next_generation();
        self.forget_everything().await;
        self.turn.announce(News::SignedOut);
        self.leave();
    }

    async fn forget_everything(&self) {
        if let Err(fault) = self.storage().clear().await {
            self.tell(Tell::Problem(fault.problem()));
        }
    }

    async fn checked<T>(
        &self,
        generation: u64,
        attempt: impl Future<Output = (Service, Result<T, Problem>)>,
    ) -> Option<T> {
        let (service, result) = attempt.await;
        if !self.is_current(generation) {
            return None;
        }
        let (outcome, value) = match result {
            Ok(value) => (CheckOutcome::Works, Some(value)),
            Err(problem) => (CheckOutcome::Failed(problem), None),
        };
        for check in self.state.borrow_mut().checks.iter_mut().filter(|check| check.service == service) {
            check.outcome = outcome.clone();
        }
        self.show_checks(false);
        value
    }

    fn show_checks(&self, done: bool) {
        let checks = self.state.borrow().checks.to_vec();
        self.show_sign_in(SignInView::Checking { checks, done });
    }

    async fn try_submission(&self, choice: &ServerChoice, credentials: &Credentials) -> (Service, Result<(), Problem>) {
        let tried = self.link.try_submission(server_of(choice), credentials.clone()).await;
        (Service::Submission, tried.map_err(|fault| fault.problem(Service::Submission)))
    }

    /// The mailbox for copies of what was sent.
    async fn try_imap(&self, choice: &ServerChoice, credentials: &Credentials) -> (Service, Result<String, Problem>) {
        let attempt = async {
            let session = MailSession::open(Rc::clone(&self.link), server_of(choice), credentials.clone()).await?;
            let mailboxes = session.list().await?;
            Ok(sent_mailbox(&mailboxes))
        };
        (Service::Imap, attempt.await.map_err(|fault: crate::link::Fault| fault.problem(Service::Imap)))
    }

    async fn try_caldav(
        &self,
        choice: &ServerChoice,
        credentials: &Credentials,
    ) -> (Service, Result<dav::Account, Problem>) {
        (Service::CalDav, self.discover_calendars(choice, credentials).await)
    }

    async fn discover_calendars(
        &self,
        choice: &ServerChoice,
        credentials: &Credentials,
    ) -> Result<dav::Account, Problem> {
        let problem = |kind, detail: String| Problem { service: Some(Service::CalDav), kind, detail };
        let start = place_of(choice).ok_or_else(|| problem(ProblemKind::NoSuchHost, choice.host.clone()))?;
        let mut discovery = Discovery::start(start);
        loop {
            match discovery.next() {
                dav::Step::Ask { request, after_seconds } => {
                    if after_seconds > 0 {
                        self.world.sleep(std::time::Duration::from_secs(after_seconds.into())).await;
                    }
                    let reply = self.carry(credentials.clone(), &request).await;
                    let reply = reply.map_err(|fault| fault.problem(Service::CalDav))?;
                    discovery = discovery.answer(&reply);
                }
                dav::Step::Done(found) if found.calendars.iter().any(|calendar| calendar.holds_events) => {
                    return Ok(found);
                }
                dav::Step::Done(_) => return Err(problem(ProblemKind::NoCalendar, String::new())),
                dav::Step::Failed(failed) => {
                    return Err(match failed {
                        DiscoveryProblem::SignIn => problem(ProblemKind::WrongPassword, String::new()),
                        DiscoveryProblem::NotCalDav => problem(ProblemKind::NoCalendar, failed.to_string()),
                        DiscoveryProblem::TryLater | DiscoveryProblem::OtherServer(_) | DiscoveryProblem::Circle => {
                            problem(ProblemKind::ServerRefused, failed.to_string())
                        }
                    });
                }
            }
        }
    }
}

fn place_of(choice: &ServerChoice) -> Option<Location> {
    let server = server_of(choice);
    let path = if choice.path.is_empty() { "/" } else { &choice.path };
    let href = dav::Href::parse(path).ok()?;
    Some(Location { origin: Origin::new(&server.host, server.port).ok()?, href })
}

/// All three servers, if all were found; of each service the best that this relay connects to.
fn servers_of(discovered: &Discovered) -> Option<Servers> {
    let best = |service| {
        let mut candidates: Vec<_> = discovered.servers.iter().filter(|found| found.service == service).collect();
        order::sort_by_key(&mut candidates, |found| (!found.allowed, rank(found.source)));
        candidates.first().map(|found| choice_of(&found.server, &found.path))
    };
    Some(Servers {
        submission: best(wire::Service::Submission)?,
        imap: best(wire::Service::Imap)?,
        caldav: best(wire::Service::CalDav)?,
    })
}

fn rank(source: Source) -> u8 {
    match source {
        Source::Bundled => 0,
        Source::Srv => 1,
        Source::Autoconfig => 2,
        Source::Exchanger => 3,
        Source::WellKnown => 4,
    }
}

/// The mailbox for copies of what was sent; empty if there is none.
fn sent_mailbox(mailboxes: &[Mailbox]) -> String {
    let selectable = || mailboxes.iter().filter(|mailbox| mailbox.selectable);
    let by_role = selectable().find(|mailbox| mailbox.role == Some(MailboxRole::Sent));
    let by_name =
        || SENT_NAMES.iter().find_map(|name| selectable().find(|mailbox| mailbox.name.eq_ignore_ascii_case(name)));
    by_role.or_else(by_name).map(|mailbox| mailbox.name.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use wire::{FoundServer, Security, Server};

    use super::*;

    fn mailbox(name: &str, role: Option<MailboxRole>) -> Mailbox {
        Mailbox { name: name.to_owned(), delimiter: Some('/'), role, selectable: true }
    }

    #[test]
    fn the_servers_own_word_on_sent_counts_more_than_a_name() {
        let boxes = [mailbox("Sent", None), mailbox("Gesendet", Some(MailboxRole::Sent))];
        assert_eq!(sent_mailbox(&boxes), "Gesendet");
        assert_eq!(sent_mailbox(&boxes[..1]), "Sent");
        assert_eq!(sent_mailbox(&[mailbox("INBOX", None)]), "");
    }

    #[test]
    fn a_server_the_relay_refuses_is_named_only_where_there_is_no_other() {
        let found = |service, host: &str, source, allowed| FoundServer {
            service,
            server: Server { host: host.to_owned(), port: 443, security: Security::Tls },
            path: "/".to_owned(),
            source,
            allowed,
        };
        let discovered = Discovered {
            provider: None,
            servers: vec![
                found(wire::Service::Submission, "smtp", Source::Srv, true),
                found(wire::Service::Imap, "refused", Source::Srv, false),
                found(wire::Service::Imap, "imap", Source::WellKnown, true),
                found(wire::Service::CalDav, "dav", Source::Srv, false),
            ],
        };
        let servers = servers_of(&discovered).unwrap();
        assert_eq!((servers.imap.host.as_str(), servers.caldav.host.as_str()), ("imap", "dav"));
        assert_eq!(servers_of(&Discovered { servers: discovered.servers[..3].to_vec(), provider: None }), None);
    }
}
