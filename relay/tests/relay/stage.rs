//! A relay that runs in the test, allowed to connect to the scripted servers of that test.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use relay::handler::Relay;
use relay::policy::{HostName, Policy, Quota};
use relay::upstream::Network;
use relay::upstream::mail::Pace;
use relay::upstream::names::{NameProblem, Names, Target};
use tokio::net::TcpListener;
use tokio::sync::watch;
use wire::{Credentials, MailRequest, Secret, Security, Server, Submit};

use crate::script::{HOST, authority};

/// A relay that runs.
pub(crate) struct Stage {
    pub(crate) address: SocketAddr,
    pub(crate) relay: Arc<Relay>,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) serving: tokio::task::JoinHandle<()>,
}

/// Every name of the test's own domain is this machine; other names do not exist.
struct Here;

impl Names for Here {
    fn addresses<'a>(&'a self, host: &'a HostName) -> BoxFuture<'a, Result<Vec<IpAddr>, NameProblem>> {
        let known = host.as_str() == HOST || host.as_str() == "private.test";
        let here = if known { Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) } else { Err(NameProblem::Unknown) };
        Box::pin(async move { here })
    }

    fn service<'a>(&'a self, _service: &'a str, _domain: &'a HostName) -> BoxFuture<'a, Vec<Target>> {
        Box::pin(async { Vec::new() })
    }

    fn exchangers<'a>(&'a self, _domain: &'a HostName) -> BoxFuture<'a, Vec<HostName>> {
        Box::pin(async { Vec::new() })
    }
}

/// A pace at which an idle period is renewed within the test, the first time and never again.
pub(crate) const BRISK: Pace = Pace { first_look: Duration::from_millis(1), renewal: Duration::from_secs(540) };

/// A pace at which an idle period is never renewed within the test.
pub(crate) const CALM: Pace = Pace { first_look: Duration::from_secs(540), renewal: Duration::from_secs(540) };

impl Stage {
    /// A relay that may connect to the scripted servers at these ports.
    pub(crate) async fn with(ports: &[u16]) -> Self {
        Self::set(ports, |relay| relay).await
    }

    /// The same, changed before it starts.
    pub(crate) async fn set(ports: &[u16], change: impl FnOnce(Relay) -> Relay) -> Self {
        let allow = ports.iter().map(|port| format!("{HOST}:{port}").parse().unwrap());
        let network = Network::new(Policy::new(allow.collect()), Box::new(Here), vec![authority()]).unwrap();
        let (stop, stopping) = watch::channel(false);
        let quota = Quota { per_address: 100, per_minute: 1000, in_all: 1000 };
        let relay = Arc::new(change(Relay { pace: CALM, ..Relay::new(network, quota, stopping) }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(relay::server::serve(Arc::clone(&relay), listener));
        Self { address, relay, stop, serving }
    }
}

/// Ann, who signs in.
pub(crate) fn ann() -> Credentials {
    Credentials { user: "ann@mail.test".to_owned(), password: Secret::new("correct horse") }
}

/// A scripted server, by its port.
pub(crate) fn server(port: u16, security: Security) -> Server {
    Server { host: HOST.to_owned(), port, security }
}

/// Ann opens a mail session.
pub(crate) fn open_mail(port: u16) -> MailRequest {
    MailRequest::Open { server: server(port, Security::Tls), credentials: ann() }
}

/// Ann sends a mail of this size to these people.
pub(crate) fn submission(port: u16, security: Security, recipients: &[&str], mail: &[u8]) -> Submit {
    Submit {
        server: server(port, security),
        credentials: ann(),
        sender: "ann@mail.test".to_owned(),
        recipients: recipients.iter().map(|recipient| (*recipient).to_owned()).collect(),
        size_bytes: u32::try_from(mail.len()).unwrap(),
    }
}
