//! Who is at the door: the visitor's address behind proxies, and whether the page comes from where it should.

use std::net::IpAddr;

use http::{HeaderMap, header};

/// Somebody who asks for a session.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    /// The other end of the connection.
    pub peer: IpAddr,
}

impl Visitor {
    /// The visitor's own address: the peer's, or, if that is a trusted proxy, the last one in `X-Forwarded-For` that is
    /// not a trusted proxy too. What stands further left, anybody could have written.
    pub fn address(self, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
        let is_trusted = |address: &IpAddr| trusted.contains(&address.to_canonical());
        if !is_trusted(&self.peer) {
            return self.peer;
        }
        let mut hops: Vec<&str> = Vec::new();
        for value in headers.get_all("x-forwarded-for") {
            hops.extend(value.to_str().unwrap_or_default().split(','));
        }
        let mut address = self.peer;
        for hop in hops.into_iter().rev() {
            match hop.trim().parse::<IpAddr>() {
                Ok(hop) if is_trusted(&address) => address = hop,
                _ => break,
            }
        }
        address
    }
}

/// Whether a WebSocket may be opened by this page: one that this relay has served, or of an origin that the operator
/// has named. Browsers always say where a page comes from, so who says nothing is not somebody else's page.
pub(super) fn is_welcome(headers: &HeaderMap, origins: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if origins.iter().any(|named| named.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    matches!((host, own), (Some(host), Some(own)) if !own.is_empty() && own.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn only_a_trusted_proxy_may_speak_for_somebody() {
        let check = |peer: &str, forwarded: &[&str], expected: &str| {
            let trusted = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
            let pairs: Vec<_> = forwarded.iter().map(|value| ("x-forwarded-for", *value)).collect();
            let address = Visitor { peer: peer.parse().unwrap() }.address(&headers(&pairs), &trusted);
            assert_eq!(address, expected.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        };
        check("192.0.2.1", &[], "192.0.2.1");
        check("192.0.2.1", &["198.51.100.9"], "192.0.2.1");
        check("10.0.0.1", &["198.51.100.9"], "198.51.100.9");
        check("10.0.0.1", &["203.0.113.5, 198.51.100.9"], "198.51.100.9");
        check("10.0.0.1", &["203.0.113.5, 198.51.100.9, 10.0.0.2"], "198.51.100.9");
        check("10.0.0.1", &["203.0.113.5", "198.51.100.9"], "198.51.100.9");
        check("10.0.0.1", &["nonsense"], "10.0.0.1");
        check("::ffff:10.0.0.1", &["2a01::1"], "2a01::1");
    }

    #[test]
    fn a_page_from_elsewhere_is_not_welcome() {
        let check = |pairs: &[(&'static str, &str)], expected: bool| {
            let named = ["https://calendar.example.org".to_owned()];
            assert_eq!(is_welcome(&headers(pairs), &named), expected, "{pairs:?}");
        };
        check(&[("host", "relay.example.org")], true);
        check(&[("host", "relay.example.org"), ("origin", "https://relay.example.org")], true);
        check(&[("host", "127.0.0.1:8025"), ("origin", "http://127.0.0.1:8025")], true);
        check(&[("host", "relay.example.org"), ("origin", "https://calendar.example.org")], true);
        check(&[("host", "relay.example.org"), ("origin", "https://evil.example")], false);
        check(&[("host", "relay.example.org"), ("origin", "https://relay.example.org.evil.example")], false);
        check(&[("host", "relay.example.org"), ("origin", "https://relay.example.org:8443")], false);
        check(&[("host", "relay.example.org"), ("origin", "null")], false);
        check(&[("host", ""), ("origin", "https://")], false);
    }
}
