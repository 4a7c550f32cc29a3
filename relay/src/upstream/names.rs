//! Looking up names: addresses, services (RFC 2782) and mail exchangers.

use std::net::IpAddr;

use futures::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::ResolverConfig;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;

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
        let mut builder = TokioResolver::builder_tokio().unwrap_or_else(|_| {
            let nobody = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
            TokioResolver::builder_with_config(nobody, TokioRuntimeProvider::default())
        });
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
