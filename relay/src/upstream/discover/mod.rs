//! Which servers a mail domain names for itself, asked in every way at once, each with a time limit of its own.
//!
//! The DNS is asked by SRV (RFC 6186, RFC 6764, RFC 8314) and MX, the domain's web site by `/.well-known/caldav`
//! (RFC 6764) and by the autoconfig file that mail programs read. What is found here, this relay will connect to.

mod autoconfig;
mod web;

use futures::future::{join, join_all};
use tokio::time::timeout;
use wire::{Discovered, FoundServer, Security, Server, Service, Source};

use super::{Network, Vouched};
use crate::policy::limit::QUESTION_TIMEOUT;
use crate::policy::provider::Provider;
use crate::policy::{HostName, Judgement};

/// The most servers that are told.
const FOUND_LIMIT: usize = 20;

/// Where a CalDAV server says where to begin, when nothing else has said it.
const WELL_KNOWN_CALDAV: &str = "/.well-known/caldav";

/// The services asked for in the DNS.
const SRV_SERVICES: [(&str, Service, Security); 5] = [
    ("_submissions._tcp", Service::Submission, Security::Tls),
    ("_submission._tcp", Service::Submission, Security::StartTls),
    ("_imaps._tcp", Service::Imap, Security::Tls),
    ("_imap._tcp", Service::Imap, Security::StartTls),
    ("_caldavs._tcp", Service::CalDav, Security::Tls),
];

/// A server that somebody has named.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    service: Service,
    server: Server,
    path: String,
    source: Source,
}

/// Asks a domain, and vouches for what it names.
pub async fn discover(network: &Network, domain: &HostName, vouched: &Vouched) -> Discovered {
    if let Some(provider) = Provider::of_domain(domain) {
        return gather(network, domain, Some(provider), named_by(provider, Source::Bundled), vouched);
    }
    let questions = join_all([Question::Srv, Question::Autoconfig, Question::WellKnown].map(|question| async move {
        timeout(QUESTION_TIMEOUT, ask(network, domain, question)).await.unwrap_or_default()
    }));
    let exchangers = timeout(QUESTION_TIMEOUT, network.names.exchangers(domain));
    let (answers, exchangers) = join(questions, exchangers).await;
    let provider = exchangers.unwrap_or_default().iter().find_map(Provider::of_exchanger);
    let hosted = provider.into_iter().flat_map(|provider| named_by(provider, Source::Exchanger));
    gather(network, domain, provider, answers.into_iter().flatten().chain(hosted).collect(), vouched)
}

/// One way to ask.
#[derive(Clone, Copy)]
enum Question {
    Srv,
    Autoconfig,
    WellKnown,
}

async fn ask(network: &Network, domain: &HostName, question: Question) -> Vec<Named> {
    match question {
        Question::Srv => {
            let lookups = SRV_SERVICES.map(|(name, service, security)| async move {
                let targets = timeout(QUESTION_TIMEOUT, network.names.service(name, domain)).await.unwrap_or_default();
                targets.into_iter().map(move |target| Named {
                    service,
                    server: Server { host: target.host.as_str().to_owned(), port: target.port, security },
                    path: if service == Service::CalDav { WELL_KNOWN_CALDAV } else { "/" }.to_owned(),
                    source: Source::Srv,
                })
            });
            join_all(lookups).await.into_iter().flatten().collect()
        }
        Question::Autoconfig => autoconfig::ask(network, domain).await,
        Question::WellKnown => well_known(network, domain).await.into_iter().collect(),
    }
}

/// Where `/.well-known/caldav` of a domain leads.
async fn well_known(network: &Network, domain: &HostName) -> Option<Named> {
    let page = web::get(network, domain, WELL_KNOWN_CALDAV).await?;
    let named = |server, path: &str| Named {
        service: Service::CalDav,
        server,
        path: path.to_owned(),
        source: Source::WellKnown,
    };
    match page.status {
        300..=399 => {
            let place = web::Place::read(&page.location?, domain)?;
            Some(named(place.server, &place.path))
        }
        // It is there, and wants to know who asks.
        401 => {
            let server = Server { host: domain.as_str().to_owned(), port: 443, security: Security::Tls };
            Some(named(server, WELL_KNOWN_CALDAV))
        }
        _ => None,
    }
}

fn named_by(provider: &Provider, source: Source) -> Vec<Named> {
    let name = |(service, server, path): (_, _, &str)| Named { service, server, path: path.to_owned(), source };
    provider.servers().map(name).collect()
}

/// Sorts what was found, says what is allowed, and vouches for it.
fn gather(
    network: &Network,
    domain: &HostName,
    provider: Option<&Provider>,
    mut named: Vec<Named>,
    vouched: &Vouched,
) -> Discovered {
    // The sort is stable: within one source the order of preference stays.
    named.sort_by_key(|one| one.source);
    let mut servers: Vec<FoundServer> = Vec::new();
    for one in named {
        let is_known = servers.iter().any(|known| known.service == one.service && known.server == one.server);
        if is_known || servers.len() >= FOUND_LIMIT {
            continue;
        }
        let allowed = match network.policy.judge(one.service, &one.server, Some(domain)) {
            Judgement::Allowed(_) => true,
            Judgement::IfNamedBy(_, route) => {
                vouched.add(one.service, route.host().clone(), route.port());
                true
            }
            Judgement::Denied(_) => false,
        };
        servers.push(FoundServer {
            service: one.service,
            server: one.server,
            path: one.path,
            source: one.source,
            allowed,
        });
    }
    Discovered { provider: provider.map(|provider| provider.name.to_owned()), servers }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::net::IpAddr;

    use futures::future::BoxFuture;

    use super::*;
    use crate::policy::Policy;
    use crate::upstream::names::{NameProblem, Names, Target};

    /// A DNS that is written down.
    #[derive(Default)]
    struct Written {
        services: HashMap<String, Vec<(&'static str, u16)>>,
        exchangers: Vec<&'static str>,
    }

    impl Names for Written {
        fn addresses<'a>(&'a self, _host: &'a HostName) -> BoxFuture<'a, Result<Vec<IpAddr>, NameProblem>> {
            Box::pin(async { Err(NameProblem::Unknown) })
        }

        fn service<'a>(&'a self, service: &'a str, domain: &'a HostName) -> BoxFuture<'a, Vec<Target>> {
            let found = self.services.get(&format!("{service}.{domain}")).cloned().unwrap_or_default();
            let target = |(host, port): (&str, u16)| Target { host: HostName::parse(host).unwrap(), port };
            Box::pin(async move { found.into_iter().map(target).collect() })
        }

        fn exchangers<'a>(&'a self, _domain: &'a HostName) -> BoxFuture<'a, Vec<HostName>> {
            Box::pin(async { self.exchangers.iter().map(|host| HostName::parse(host).unwrap()).collect() })
        }
    }

    async fn ask_about(domain: &str, names: Written) -> (Discovered, Network, Vouched) {
        let network = Network::new(Policy::default(), Box::new(names), Vec::new()).unwrap();
        let vouched = Vouched::default();
        let discovered = discover(&network, &HostName::parse(domain).unwrap(), &vouched).await;
        (discovered, network, vouched)
    }

    /// Each server as `service host:port source allowed`.
    fn outline(discovered: &Discovered) -> Vec<String> {
        let line = |found: &FoundServer| {
            let FoundServer { service, server, source, allowed, .. } = found;
            format!("{service:?} {}:{} {source:?} {allowed}", server.host, server.port)
        };
        discovered.servers.iter().map(line).collect()
    }

    #[tokio::test]
    async fn a_bundled_provider_needs_no_question() {
        let (discovered, ..) = ask_about("purelymail.com", Written::default()).await;
        assert_eq!(discovered.provider.as_deref(), Some("Purelymail"));
        assert_eq!(
            outline(&discovered),
            [
                "Submission smtp.purelymail.com:465 Bundled true",
                "Imap imap.purelymail.com:993 Bundled true",
                "CalDav purelymail.com:443 Bundled true"
            ]
        );
        assert_eq!(discovered.servers[2].path, "/webdav/");
    }

    #[tokio::test]
    async fn services_of_the_dns_come_before_those_of_the_exchanger_and_are_vouched_for() {
        let services = [
            ("_imaps._tcp.ann.example".to_owned(), vec![("in.hoster.example", 993), ("backup.hoster.example", 993)]),
            ("_imap._tcp.ann.example".to_owned(), vec![("in.hoster.example", 10_143)]),
        ];
        let names = Written { services: services.into(), exchangers: vec!["in1-smtp.messagingengine.com"] };
        let (discovered, network, vouched) = ask_about("ann.example", names).await;
        assert_eq!(discovered.provider.as_deref(), Some("Fastmail"));
        assert_eq!(
            outline(&discovered),
            [
                "Imap in.hoster.example:993 Srv true",
                "Imap backup.hoster.example:993 Srv true",
                "Imap in.hoster.example:10143 Srv false",
                "Submission smtp.fastmail.com:465 Exchanger true",
                "Imap imap.fastmail.com:993 Exchanger true",
                "CalDav caldav.fastmail.com:443 Exchanger true",
            ]
        );
        let domain = HostName::parse("ann.example").unwrap();
        let find = |service, host: &str, vouched| {
            let server = Server { host: host.to_owned(), port: 993, security: Security::Tls };
            let (network, domain) = (&network, &domain);
            async move { network.find(service, &server, Some(domain), vouched).await }
        };
        assert!(find(Service::Imap, "in.hoster.example", &vouched).await.is_ok());
        assert!(find(Service::Imap, "other.hoster.example", &vouched).await.is_err());
        // A page that reconnects need not ask again: the relay asks by itself.
        assert!(find(Service::Imap, "backup.hoster.example", &Vouched::default()).await.is_ok());
    }
}
