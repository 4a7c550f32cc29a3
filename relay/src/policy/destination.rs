//! Whether the relay connects to a server: default deny, with three ways in.
//!
//! A server is permitted if it is one of a bundled provider, if the operator named it exactly, or if the person's own
//! mail domain leads to it. Only this module makes a [`Route`], and only a [`Route`] can be connected to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;
use wire::{Server, Service};

use super::provider::PROVIDERS;
use super::{AddressKind, HostName};

/// First labels under which people find the servers of a mail domain, when nothing else names them.
const USUAL_LABELS: &[&str] =
    &["mail", "smtp", "submission", "imap", "caldav", "dav", "calendar", "webmail", "cloud", "nextcloud"];

/// What the relay permits.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    allowed: Vec<Endpoint>,
}

/// A host and port that an operator has named, written `host:port`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The host.
    pub host: HostName,
    /// The port; never 25.
    pub port: u16,
}

/// Where the relay may connect to. Made only by [`Policy`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    host: HostName,
    port: u16,
    may_be_private: bool,
}

/// What the policy says of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It may be connected to.
    Allowed(Route),
    /// It may be connected to if this mail domain names it, by its DNS records or on its web site.
    IfNamedBy(HostName, Route),
    /// It may not.
    Denied(Denial),
}

/// Why a server is not connected to; the text is for the person.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Denial {
    /// The host is no host name.
    #[error("this is not the name of a server")]
    Host,
    /// Port 25 carries mail between servers, and never from here.
    #[error("port 25 is never used")]
    Port25,
    /// The port is not one of the service.
    #[error("port {0} is not one of this service")]
    Port(u16),
    /// Nothing leads to this host.
    #[error("this relay does not know the server {0}, and the mail domain does not name it")]
    Unknown(HostName),
    /// An address of the host is not on the public Internet.
    #[error("the server has a {0} address")]
    Address(AddressKind),
}

impl Policy {
    /// A policy that permits these endpoints beside the bundled providers.
    pub fn new(allowed: Vec<Endpoint>) -> Self {
        Self { allowed }
    }

    /// Judges a server. `mail_domain` is the domain of the person's address, if there is one.
    pub fn judge(&self, service: Service, server: &Server, mail_domain: Option<&HostName>) -> Judgement {
        let Some(host) = HostName::parse(&server.host) else { return Judgement::Denied(Denial::Host) };
        let port = server.port;
        if self.allowed.iter().any(|endpoint| endpoint.host == host && endpoint.port == port) {
            return Judgement::Allowed(Route { host, port, may_be_private: true });
        }
        if port == 25 {
            return Judgement::Denied(Denial::Port25);
        }
        let route = Route { host: host.clone(), port, may_be_private: false };
        if PROVIDERS.iter().any(|provider| provider.serves(service, host.as_str(), port)) {
            return Judgement::Allowed(route);
        }
        if !ports(service).contains(&port) {
            return Judgement::Denied(Denial::Port(port));
        }
        match mail_domain.filter(|domain| domain.is_domain()) {
            _ if host.address().is_some() => Judgement::Denied(Denial::Unknown(host)),
            Some(domain) if is_usual_name(&host, domain) => Judgement::Allowed(route),
            Some(domain) => Judgement::IfNamedBy(domain.clone(), route),
            None => Judgement::Denied(Denial::Unknown(host)),
        }
    }

    /// The way to a web server that discovery asks: port 443 of a name derived from a mail domain.
    pub fn discovery_route(&self, host: &HostName) -> Route {
        let may_be_private = self.allowed.iter().any(|endpoint| &endpoint.host == host && endpoint.port == 443);
        Route { host: host.clone(), port: 443, may_be_private }
    }
}

impl Route {
    /// The host, also the name that its certificate must carry.
    pub fn host(&self) -> &HostName {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Judges every address the host has; only then may one of them be connected to.
    ///
    /// # Errors
    /// If any of them is not public, unless the operator has named the host. One bad address is enough: a name that
    /// points at a public and a private machine was not made for us.
    pub fn check(&self, addresses: &[IpAddr]) -> Result<(), Denial> {
        if self.may_be_private {
            return Ok(());
        }
        let kinds = addresses.iter().map(|address| AddressKind::of(*address));
        match kinds.into_iter().find(|kind| *kind != AddressKind::Public) {
            Some(kind) => Err(Denial::Address(kind)),
            None => Ok(()),
        }
    }
}

/// The ports of a service.
pub fn ports(service: Service) -> &'static [u16] {
    match service {
        Service::Submission => &[465, 587],
        Service::Imap => &[993, 143],
        Service::CalDav => &[443],
    }
}

/// Whether a host is the mail domain itself, or a usual name right below it.
fn is_usual_name(host: &HostName, domain: &HostName) -> bool {
    host == domain
        || host
            .as_str()
            .strip_suffix(domain.as_str())
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|label| USUAL_LABELS.contains(&label))
}

/// Why a text is not `host:port`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EndpointProblem {
    /// No port, or no host, or neither is one.
    #[error("must be a host and a port, such as mail.example.org:993")]
    Form,
    /// Port 25.
    #[error("port 25 is never used: it carries mail between servers")]
    Port25,
}

impl FromStr for Endpoint {
    type Err = EndpointProblem;

    fn from_str(text: &str) -> Result<Self, EndpointProblem> {
        let (host, port) = text.rsplit_once(':').ok_or(EndpointProblem::Form)?;
        // An IPv6 address needs its brackets, or its last group would be taken for a port.
        let host = if host.contains(':') && !host.starts_with('[') { None } else { HostName::parse(host) };
        let port = port.parse::<u16>().ok().filter(|port| *port != 0);
        match (host, port) {
            (Some(_), Some(25)) => Err(EndpointProblem::Port25),
            (Some(host), Some(port)) => Ok(Self { host, port }),
            _ => Err(EndpointProblem::Form),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.address() {
            Some(IpAddr::V6(address)) => write!(f, "[{address}]:{}", self.port),
            _ => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use wire::Security;

    use super::*;

    /// What is expected of a judgement.
    enum Expected {
        Allowed,
        AllowedEvenPrivate,
        IfNamed,
        Denied(&'static str),
    }
    use Expected::{Allowed, AllowedEvenPrivate, Denied, IfNamed};

    #[track_caller]
    fn check(service: Service, at: &str, mail_domain: Option<&str>, expected: Expected) {
        let policy = Policy::new(vec!["127.0.0.1:2525".parse().unwrap(), "mail.home.example:25993".parse().unwrap()]);
        let (host, port) = at.rsplit_once(':').unwrap();
        let server = Server { host: host.to_owned(), port: port.parse().unwrap(), security: Security::Tls };
        let domain = mail_domain.map(|domain| HostName::parse(domain).unwrap());
        let judgement = policy.judge(service, &server, domain.as_ref());
        match (&judgement, expected) {
            (Judgement::Allowed(route), Allowed) => assert!(!route.may_be_private, "{at}"),
            (Judgement::Allowed(route), AllowedEvenPrivate) => assert!(route.may_be_private, "{at}"),
            (Judgement::IfNamedBy(..), IfNamed) => {}
            (Judgement::Denied(denial), Denied(words)) => assert!(denial.to_string().contains(words), "{at}: {denial}"),
            _ => panic!("{at}: {judgement:?}"),
        }
    }

    #[test]
    fn bundled_providers_are_permitted_for_everybody() {
        check(Service::Submission, "smtp.purelymail.com:465", None, Allowed);
        check(Service::Submission, "SMTP.Purelymail.com.:587", None, Allowed);
        check(Service::Imap, "imap.fastmail.com:993", Some("somewhere.example"), Allowed);
        check(Service::CalDav, "p42-caldav.icloud.com:443", None, Allowed);
        check(Service::CalDav, "posteo.de:8443", None, Allowed);
    }

    #[test]
    fn a_providers_host_is_permitted_for_its_own_service_only() {
        check(Service::Imap, "imap.purelymail.com:465", None, Denied("port 465"));
        check(Service::CalDav, "imap.purelymail.com:993", None, Denied("port 993"));
        check(Service::CalDav, "imap.purelymail.com:443", None, Denied("does not know"));
    }

    #[test]
    fn port_25_is_never_used() {
        check(Service::Submission, "smtp.purelymail.com:25", None, Denied("port 25"));
        check(Service::Submission, "mail.example.org:25", Some("example.org"), Denied("port 25"));
        assert_eq!("mail.example.org:25".parse::<Endpoint>(), Err(EndpointProblem::Port25));
    }

    #[test]
    fn the_mail_domain_leads_to_its_own_servers() {
        check(Service::Imap, "example.org:993", Some("example.org"), Allowed);
        check(Service::Imap, "imap.example.org:143", Some("example.org"), Allowed);
        check(Service::CalDav, "nextcloud.example.org:443", Some("example.org"), Allowed);
        check(Service::Imap, "intranet.example.org:993", Some("example.org"), IfNamed);
        check(Service::Imap, "deep.imap.example.org:993", Some("example.org"), IfNamed);
        check(Service::Imap, "imap.hoster.example:993", Some("example.org"), IfNamed);
        check(Service::Imap, "imapexample.org:993", Some("example.org"), IfNamed);
        check(Service::Imap, "imap.example.org:993", None, Denied("does not know"));
        check(Service::Imap, "imap.example:993", Some("example"), Denied("does not know"));
    }

    #[test]
    fn other_ports_need_the_operator() {
        for port in [22, 80, 110, 995, 2525, 3306, 8443] {
            check(Service::Imap, &format!("imap.example.org:{port}"), Some("example.org"), Denied("is not one of"));
        }
        check(Service::Submission, "mail.example.org:993", Some("example.org"), Denied("port 993"));
    }

    #[test]
    fn an_endpoint_of_the_operator_is_exact_and_may_be_private() {
        check(Service::Submission, "127.0.0.1:2525", None, AllowedEvenPrivate);
        check(Service::Imap, "MAIL.home.example:25993", None, AllowedEvenPrivate);
        check(Service::Imap, "mail.home.example:993", None, Denied("does not know"));
        check(Service::Imap, "127.0.0.1:993", Some("example.org"), Denied("does not know"));
        check(Service::Submission, "127.0.0.2:2525", None, Denied("is not one of"));
    }

    #[test]
    fn what_is_no_host_is_denied() {
        for host in ["a b", "imap.example.org\r\n", "127.1", "2130706433", ""] {
            check(Service::Imap, &format!("{host}:993"), Some("example.org"), Denied("not the name"));
        }
    }

    #[test]
    fn one_bad_address_among_good_ones_is_enough() {
        let public = Route { host: HostName::parse("imap.example.org").unwrap(), port: 993, may_be_private: false };
        let good = "1.1.1.1".parse().unwrap();
        let bad = "::ffff:127.0.0.1".parse().unwrap();
        assert_eq!(public.check(&[good]), Ok(()));
        assert_eq!(public.check(&[good, bad]), Err(Denial::Address(AddressKind::Translated)));
        let named = Route { may_be_private: true, ..public };
        assert_eq!(named.check(&[good, bad]), Ok(()));
    }

    #[test]
    fn endpoints_are_read_and_written() {
        for text in ["mail.example.org:993", "127.0.0.1:1", "[::1]:65535"] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        for text in ["", "mail.example.org", "mail.example.org:", ":993", "a:0", "a:65536", "::1:993", "a b:1", "a:+1x"]
        {
            assert_eq!(text.parse::<Endpoint>(), Err(EndpointProblem::Form), "{text:?}");
        }
    }
}
