//! Looking up names: addresses, services (RFC 2782) and mail exchangers.

use std::net::IpAddr;

use futures::future::BoxFuture;
use hickory_resolver::config::ResolverConfig;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::{ResolverBuilder, TokioResolver};

use crate::policy::HostName;

/// Something that can look up names.
pub trait Names: Send + Sync {
    /// All addresses of a host.
    fn addresses<'a>(&'a self, host: &'a HostName) -> BoxFuture<'a, Result<Vec<IpAddr>, NameProblem>>;

    /// The targets of a service, such as `_imaps._tcp` of a domain, best first; none if there are none.
    fn service<'a>(&'a self, service: &'a str, domain: &'a HostName) -> BoxFuture<'a, Vec<Target>>;

    /// The mail exchangers of a domain, best first.
    fn exchangers<'a>(&'a self, domain: &'a HostName) -> BoxFuture<'a, Vec<HostName>>;
}

/// Where a service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The host.
    pub host: HostName,
    /// The port.
    pub port: u16,
}

/// Why a name has no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameProblem {
    /// There is no such name, or it has no address.
    Unknown,
    /// Nobody answered the question.
    Unanswered,
}

/// The names this machine knows: its hosts file and its DNS servers. No answer is kept.
pub struct SystemNames {
    resolver: TokioResolver,
}

impl SystemNames {
    /// Reads the machine's configuration; a machine without any knows only the hosts file.
    ///
    /// # Errors
    /// If no resolver can be made at all.
    pub fn new() -> Result<Self, std::io::Error> {
        Self::of(TokioResolver::builder_tokio().unwrap_or_else(|_| {
            let nobody = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
            TokioResolver::builder_with_config(nobody, TokioRuntimeProvider::default())
        }))
    }

    fn of(mut builder: ResolverBuilder<TokioRuntimeProvider>) -> Result<Self, std::io::Error> {
        // The relay keeps nothing between connections, not even the names of servers.
        builder.options_mut().cache_size = 0;
        Ok(Self { resolver: builder.build().map_err(std::io::Error::other)? })
    }
}

impl std::fmt::Debug for SystemNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SystemNames")
    }
}

impl Names for SystemNames {
    fn addresses<'a>(&'a self, host: &'a HostName) -> BoxFuture<'a, Result<Vec<IpAddr>, NameProblem>> {
        Box::pin(async move {
            match self.resolver.lookup_ip(absolute(host.as_str())).await {
                Ok(found) => Ok(found.iter().collect()),
                Err(error) => Err(problem(&error)),
            }
        })
    }

    fn service<'a>(&'a self, service: &'a str, domain: &'a HostName) -> BoxFuture<'a, Vec<Target>> {
        Box::pin(async move {
            let Ok(found) = self.resolver.srv_lookup(absolute(&format!("{service}.{domain}"))).await else {
                return Vec::new();
            };
            let records = found.answers().iter().filter_map(|record| match &record.data {
                RData::SRV(srv) => Some(srv),
                _ => None,
            });
            let mut ranked: Vec<_> = records
                // A target of "." says that there is no such service (RFC 2782).
                .filter(|srv| !srv.target.is_root() && srv.port != 0)
                .filter_map(|srv| {
                    let host = HostName::parse(&srv.target.to_ascii())?;
                    Some(((srv.priority, u16::MAX - srv.weight), Target { host, port: srv.port }))
                })
                .collect();
            ranked.sort_by_key(|(rank, _)| *rank);
            ranked.into_iter().map(|(_, target)| target).collect()
        })
    }

    fn exchangers<'a>(&'a self, domain: &'a HostName) -> BoxFuture<'a, Vec<HostName>> {
        Box::pin(async move {
            let Ok(found) = self.resolver.mx_lookup(absolute(domain.as_str())).await else { return Vec::new() };
            let records = found.answers().iter().filter_map(|record| match &record.data {
                RData::MX(mx) => Some(mx),
                _ => None,
            });
            let mut ranked: Vec<_> =
                records.filter_map(|mx| Some((mx.preference, HostName::parse(&mx.exchange.to_ascii())?))).collect();
            ranked.sort();
            ranked.into_iter().map(|(_, host)| host).collect()
        })
    }
}

/// With a dot at the end, so that no search domain of the machine is tried.
fn absolute(name: &str) -> String {
    format!("{name}.")
}

fn problem(error: &NetError) -> NameProblem {
    if error.is_nx_domain() || error.is_no_records_found() { NameProblem::Unknown } else { NameProblem::Unanswered }
}

#[cfg(test)]
mod tests {
    use hickory_resolver::config::{ConnectionConfig, NameServerConfig};
    use hickory_resolver::proto::op::{Message, ResponseCode};
    use hickory_resolver::proto::rr::rdata::{A, MX, SRV};
    use hickory_resolver::proto::rr::{Name, Record};
    use tokio::net::UdpSocket;

    use super::*;

    /// A zone as `(name, what is recorded there)`.
    type Zone = Vec<(&'static str, RData)>;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn srv(priority: u16, weight: u16, port: u16, target: &str) -> RData {
        RData::SRV(SRV::new(priority, weight, port, name(target)))
    }

    /// Names that are asked of a DNS server on a port of this machine, which knows one zone and ends with the test.
    async fn names_of(zone: Zone) -> SystemNames {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let mut answer = Message::from_vec(&buffer[..length]).unwrap().into_response();
                let query = answer.queries[0].clone();
                let known = zone.iter().filter(|(owner, _)| name(owner) == *query.name());
                answer.metadata.response_code =
                    if known.clone().next().is_some() { ResponseCode::NoError } else { ResponseCode::NXDomain };
                let wanted = known.filter(|(_, data)| data.record_type() == query.query_type());
                answer.add_answers(wanted.map(|(_, data)| Record::from_rdata(query.name().clone(), 60, data.clone())));
                socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
            }
        });
        let mut connection = ConnectionConfig::udp();
        connection.port = address.port();
        let server = NameServerConfig::new(address.ip(), true, vec![connection]);
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        SystemNames::of(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())).unwrap()
    }

    fn domain() -> HostName {
        HostName::parse("ann.example").unwrap()
    }

    #[tokio::test]
    async fn services_come_by_priority_then_weight_and_a_dot_says_that_there_is_none() {
        let names = names_of(vec![
            ("_imaps._tcp.ann.example.", srv(20, 0, 993, "backup.hoster.example.")),
            ("_imaps._tcp.ann.example.", srv(10, 5, 993, "small.hoster.example.")),
            ("_imaps._tcp.ann.example.", srv(10, 50, 9993, "Large.Hoster.Example.")),
            ("_caldavs._tcp.ann.example.", srv(0, 0, 0, ".")),
        ])
        .await;
        let domain = domain();
        let found: Vec<String> = names
            .service("_imaps._tcp", &domain)
            .await
            .iter()
            .map(|target| format!("{}:{}", target.host, target.port))
            .collect();
        assert_eq!(found, ["large.hoster.example:9993", "small.hoster.example:993", "backup.hoster.example:993"]);
        assert_eq!(names.service("_caldavs._tcp", &domain).await, []);
        assert_eq!(names.service("_submissions._tcp", &domain).await, []);
    }

    #[tokio::test]
    async fn exchangers_come_by_preference_and_addresses_as_they_are() {
        let names = names_of(vec![
            ("ann.example.", RData::MX(MX::new(20, name("in2.hoster.example.")))),
            ("ann.example.", RData::MX(MX::new(10, name("in1.hoster.example.")))),
            ("mail.ann.example.", RData::A(A::new(203, 0, 113, 7))),
        ])
        .await;
        let found: Vec<String> = names.exchangers(&domain()).await.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["in1.hoster.example", "in2.hoster.example"]);
        let host = HostName::parse("mail.ann.example").unwrap();
        assert_eq!(names.addresses(&host).await, Ok(vec![IpAddr::from([203, 0, 113, 7])]));
        let absent = HostName::parse("nowhere.ann.example").unwrap();
        assert_eq!(names.addresses(&absent).await, Err(NameProblem::Unknown));
    }
}
