//! A host name as it may be asked for: ASCII labels, lower case, or an address written out.

use std::fmt;
use std::net::IpAddr;

/// The name of a server (RFC 1123 section 2.1), or its address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostName(String);

impl HostName {
    /// Reads a host name: letters, digits and hyphens (and underscores, which some zones carry) in labels of up to
    /// 63 bytes, 253 in all; or an IPv4 or IPv6 address, the latter with or without brackets.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('.').unwrap_or(text);
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Some(Self(address.to_string()));
        }
        let is_name = !text.is_empty() && text.len() <= 253 && text.split('.').all(is_label);
        // A name whose last label is a number would be read as an address by some (`127.1`, `0x7f.1`).
        let last = text.rsplit('.').next().unwrap_or_default();
        let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.to_ascii_lowercase().starts_with("0x");
        (is_name && !is_number).then(|| Self(text.to_ascii_lowercase()))
    }

    /// The name, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, if it is one written out.
    pub fn address(&self) -> Option<IpAddr> {
        self.0.parse().ok()
    }

    /// Whether this can be a mail domain: a name of at least two labels.
    pub fn is_domain(&self) -> bool {
        self.address().is_none() && self.0.contains('.')
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(HostName::parse(text).as_ref().map(HostName::as_str), expected, "{text:?}");
    }

    #[test]
    fn names_and_addresses_are_read() {
        check("imap.Example.ORG", Some("imap.example.org"));
        check("imap.example.org.", Some("imap.example.org"));
        check("xn--bcher-kva.example", Some("xn--bcher-kva.example"));
        check("localhost", Some("localhost"));
        check("127.0.0.1", Some("127.0.0.1"));
        check("[::1]", Some("::1"));
        check("2001:DB8::1", Some("2001:db8::1"));
    }

    #[test]
    fn anything_else_is_not_a_host() {
        for text in [
            "",
            ".",
            "a..b",
            "-a.example",
            "a-.example",
            "a b.example",
            "exa\r\nmple.org",
            "a/b",
            "a@b.example",
            "a:25",
            "bücher.example",
            "127.1",
            "0x7f.1",
            "1.2.3.4.5",
            "2130706433",
            "a.0x7f",
            "a\0.example",
        ] {
            check(text, None);
        }
        check(&format!("{}.example", "a".repeat(63)), Some(&format!("{}.example", "a".repeat(63))));
        check(&format!("{}.example", "a".repeat(64)), None);
        let long = ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61)].join(".");
        assert_eq!(long.len(), 253);
        check(&long, Some(&long));
        check(&format!("{long}d"), None);
    }

    #[test]
    fn a_mail_domain_has_two_labels() {
        assert!(HostName::parse("example.org").is_some_and(|host| host.is_domain()));
        assert!(HostName::parse("com").is_some_and(|host| !host.is_domain()));
        assert!(HostName::parse("10.0.0.1").is_some_and(|host| !host.is_domain()));
    }
}
