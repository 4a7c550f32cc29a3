//! One small question to the web site of a mail domain, over the same policy as everything else.

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Request, header};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use wire::{Security, Server};

use crate::policy::HostName;
use crate::policy::limit::{DISCOVERY_LIMIT_BYTES, TEXT_LIMIT_BYTES};
use crate::upstream::Network;

/// What a web site answered.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) content: Bytes,
}

/// Asks for a path; `None` if there is no readable answer.
pub(super) async fn get(network: &Network, host: &HostName, path: &str) -> Option<Page> {
    let route = network.policy.discovery_route(host);
    let stream = network.connect_tls(&route).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = path.parse().ok()?;
    request.headers_mut().insert(header::HOST, HeaderValue::from_str(host.as_str()).ok()?);
    let answer = sender.send_request(request).await.ok()?;
    let status = answer.status().as_u16();
    let location = answer.headers().get(header::LOCATION).and_then(|value| Some(value.to_str().ok()?.to_owned()));
    let mut body = answer.into_body();
    let mut content = BytesMut::new();
    // The content of a redirect or a refusal is of no interest.
    while let (200, Some(Ok(frame))) = (status, body.frame().await) {
        content.extend_from_slice(frame.data_ref()?);
        if content.len() > DISCOVERY_LIMIT_BYTES {
            return None;
        }
    }
    Some(Page { status, location, content: content.freeze() })
}

/// A server and a path, as a URL names them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) server: Server,
    pub(super) path: String,
}

impl Place {
    /// Reads an `https` URL, or a path on the host that was asked.
    pub(super) fn read(url: &str, asked: &HostName) -> Option<Self> {
        if url.len() > TEXT_LIMIT_BYTES || !url.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) {
            return None;
        }
        let (authority, path) = match url.strip_prefix("https://").or_else(|| url.strip_prefix("//")) {
            Some(rest) => rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len())),
            None if url.starts_with('/') => (asked.as_str(), url),
            None => return None,
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (authority, 443),
        };
        let host = HostName::parse(host)?.as_str().to_owned();
        let path = path.split('#').next().filter(|path| path.starts_with('/')).unwrap_or("/");
        Some(Self { server: Server { host, port, security: Security::Tls }, path: path.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<(&str, u16, &str)>) {
        let place = Place::read(url, &HostName::parse("example.org").unwrap());
        let found = place.as_ref().map(|place| (place.server.host.as_str(), place.server.port, place.path.as_str()));
        assert_eq!(found, expected, "{url}");
    }

    #[test]
    fn a_redirect_leads_to_a_server_and_a_path() {
        check("https://dav.example.org/cal/", Some(("dav.example.org", 443, "/cal/")));
        check("https://dav.example.org:8443", Some(("dav.example.org", 8443, "/")));
        check("//dav.example.org/a?b#c", Some(("dav.example.org", 443, "/a?b")));
        check("/remote.php/dav/", Some(("example.org", 443, "/remote.php/dav/")));
        check("https://[2a01::1]:8443/x", Some(("2a01::1", 8443, "/x")));
    }

    #[test]
    fn what_is_not_protected_or_not_a_host_leads_nowhere() {
        for url in [
            "http://dav.example.org/",
            "dav/",
            "",
            "https://ann@example.org/",
            "https://a b/",
            "https://:443/",
            "ftp://x/",
        ] {
            check(url, None);
        }
    }
}
