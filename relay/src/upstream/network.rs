//! Connecting: a server is judged, looked up once, its addresses judged, and one of those very addresses connected to.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use wire::{Refusal, Server, Service};

use super::names::{NameProblem, Names};
use crate::policy::limit::CONNECT_TIMEOUT;
use crate::policy::{Denial, HostName, Judgement, Policy, Route};

/// How long one address of several is tried before the next.
const ADDRESS_TIMEOUT: Duration = Duration::from_secs(3);

/// What is needed to reach other people's servers.
pub struct Network {
    /// Which servers may be reached.
    pub policy: Policy,
    /// Who knows their addresses.
    pub names: Box<dyn Names>,
    connector: TlsConnector,
}

/// The servers that discovery has found during one connection of a page, and which it may therefore use.
#[derive(Debug, Default)]
pub struct Vouched(Mutex<HashSet<(Service, HostName, u16)>>);

impl Network {
    /// Trusts the certificate authorities that browsers trust, and these further ones.
    ///
    /// # Errors
    /// If one of the further ones is not a certificate.
    pub fn new(
        policy: Policy,
        names: Box<dyn Names>,
        extra: Vec<CertificateDer<'static>>,
    ) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in extra {
            roots.add(certificate)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // Tickets would tie one person's connections to another's, and the relay keeps nothing between connections.
        config.resumption = rustls::client::Resumption::disabled();
        Ok(Self { policy, names, connector: TlsConnector::from(Arc::new(config)) })
    }

    /// Judges a server, asking the mail domain itself if that is what it takes.
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`] if nothing permits it.
    pub async fn find(
        &self,
        service: Service,
        server: &Server,
        mail_domain: Option<&HostName>,
        vouched: &Vouched,
    ) -> Result<Route, Refusal> {
        match self.policy.judge(service, server, mail_domain) {
            Judgement::Allowed(route) => Ok(route),
            Judgement::Denied(denial) => Err(refuse(&denial)),
            Judgement::IfNamedBy(domain, route) => {
                if !vouched.knows(service, &route) {
                    super::discover::discover(self, &domain, vouched).await;
                }
                if vouched.knows(service, &route) {
                    Ok(route)
                } else {
                    Err(refuse(&Denial::Unknown(route.host().clone())))
                }
            }
        }
    }

    /// Connects to a server, within [`CONNECT_TIMEOUT`].
    ///
    /// # Errors
    /// If it has no address, a forbidden one, or nobody answers there.
    pub async fn connect(&self, route: &Route) -> Result<TcpStream, Refusal> {
        timeout(CONNECT_TIMEOUT, self.reach(route)).await.map_err(|_| Refusal::TimedOut)?
    }

    /// Connects to a server with TLS from the first byte, within [`CONNECT_TIMEOUT`].
    ///
    /// # Errors
    /// As [`Network::connect`], and if the server cannot prove its name.
    pub async fn connect_tls(&self, route: &Route) -> Result<TlsStream<TcpStream>, Refusal> {
        let secured = async { self.secure(self.reach(route).await?, route).await };
        timeout(CONNECT_TIMEOUT, secured).await.map_err(|_| Refusal::TimedOut)?
    }

    /// Begins TLS on a connection.
    ///
    /// # Errors
    /// If the server cannot prove its name.
    pub async fn secure(&self, stream: TcpStream, route: &Route) -> Result<TlsStream<TcpStream>, Refusal> {
        let name = ServerName::try_from(route.host().as_str().to_owned()).map_err(|_| refuse(&Denial::Host))?;
        let secured = self.connector.connect(name, stream).await.map_err(|error| tls_refusal(&error))?;
        acknowledge_quickly(secured.get_ref().0);
        Ok(secured)
    }

    async fn reach(&self, route: &Route) -> Result<TcpStream, Refusal> {
        let addresses = match route.host().address() {
            Some(address) => vec![address],
            None => self.names.addresses(route.host()).await.map_err(|problem| match problem {
                NameProblem::Unknown => Refusal::NoSuchHost,
                NameProblem::Unanswered => Refusal::TimedOut,
            })?,
        };
        if addresses.is_empty() {
            return Err(Refusal::NoSuchHost);
        }
        route.check(&addresses).map_err(|denial| refuse(&denial))?;
        let mut refusal = Refusal::Unreachable;
        for address in addresses {
            match timeout(ADDRESS_TIMEOUT, open(address, route.port())).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(_)) => refusal = Refusal::Unreachable,
                Err(_) => refusal = Refusal::TimedOut,
            }
        }
        Err(refusal)
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Vouched {
    /// Remembers a server that discovery has found.
    pub fn add(&self, service: Service, host: HostName, port: u16) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((service, host, port));
    }

    fn knows(&self, service: Service, route: &Route) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.contains(&(service, route.host().clone(), route.port()))
    }
}

/// What the page learns of a denial.
pub fn refuse(denial: &Denial) -> Refusal {
    Refusal::NotAllowed { because: denial.to_string() }
}

async fn open(address: IpAddr, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(SocketAddr::new(address, port)).await?;
    stream.set_nodelay(true)?;
    acknowledge_quickly(&stream);
    Ok(stream)
}

/// Asks the system not to hold acknowledgements back: a server that waits for one before its next line costs 40 ms.
fn acknowledge_quickly(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    // Where it is not possible, things are only slower.
    let _ = SockRef::from(stream).set_tcp_quickack(true);
    #[cfg(not(target_os = "linux"))]
    let _ = SockRef::from(stream);
}

/// Why TLS failed, in words for a person.
fn tls_refusal(error: &io::Error) -> Refusal {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let because = match cause {
        Some(rustls::Error::InvalidCertificate(problem)) => match problem {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            CertificateError::UnknownIssuer => "its certificate is not signed by a known authority",
            CertificateError::Revoked => "its certificate was revoked",
            _ => "its certificate is not valid",
        },
        Some(rustls::Error::InvalidMessage(_)) => "it does not speak TLS on this port",
        Some(_) => "no agreement on TLS was reached",
        None if error.kind() == io::ErrorKind::UnexpectedEof => "it ended the connection while TLS began",
        None => return Refusal::Closed,
    };
    Refusal::Tls { because: because.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: rustls::Error, words: &str) {
        match tls_refusal(&io::Error::new(io::ErrorKind::InvalidData, error)) {
            Refusal::Tls { because } => assert!(because.contains(words), "{because}"),
            refusal => panic!("{refusal:?}"),
        }
    }

    #[test]
    fn a_failed_handshake_says_what_was_wrong() {
        check(rustls::Error::InvalidCertificate(CertificateError::Expired), "expired");
        check(rustls::Error::InvalidCertificate(CertificateError::NotValidForName), "another name");
        check(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer), "known authority");
        check(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType), "does not speak TLS");
        check(rustls::Error::HandshakeNotComplete, "no agreement");
    }
}
