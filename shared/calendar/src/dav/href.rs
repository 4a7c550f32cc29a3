//! Where something lies on a server: the origin, and a path in the server's own spelling.
//!
//! Servers write one path in several ways (`%40` or `@`, absolute or not, through a proxy that forgets https), so two
//! paths are compared by what they mean, and requests use the spelling that the server gave (RFC 3986, RFC 4918
//! section 8.3). An encoded slash stays apart from a slash.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// The longest path that is accepted.
pub const MAX_HREF_BYTES: usize = 8 * 1024;

/// Why a reference cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HrefProblem {
    /// It is empty.
    #[error("the address is empty")]
    Empty,
    /// It is longer than [`MAX_HREF_BYTES`].
    #[error("the address is longer than {MAX_HREF_BYTES} bytes")]
    TooLong,
    /// It holds a control character, which would break a request apart.
    #[error("the address holds a control character")]
    ControlCharacter,
    /// It is not an https address.
    #[error("the address does not begin with https://")]
    NotHttps,
    /// The host or the port cannot be read, or the address carries a password.
    #[error("the address has no usable host")]
    Host,
}

/// Scheme, host and port: always https. The default port is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    host: String,
    port: u16,
}

impl Origin {
    /// An origin from a host name and a port.
    pub fn new(host: &str, port: u16) -> Result<Self, HrefProblem> {
        let clean = !host.is_empty()
            && host.len() <= 253
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte));
        if clean && port != 0 { Ok(Self { host: host.to_ascii_lowercase(), port }) } else { Err(HrefProblem::Host) }
    }

    /// The host name, lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 443 unless another was given.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Reads `host` or `host:port`.
    fn parse(authority: &str) -> Result<Self, HrefProblem> {
        let after_bracket = authority.rfind(']').map_or(0, |at| at + 1);
        let tail = authority.get(after_bracket..).unwrap_or_default();
        match tail.rfind(':') {
            None => Self::new(authority, 443),
            Some(at) => {
                let (host, port) = authority.split_at(after_bracket + at);
                let port = port.trim_start_matches(':');
                let port = if port.is_empty() { 443 } else { port.parse().map_err(|_| HrefProblem::Host)? };
                Self::new(host, port)
            }
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "https://{}", self.host)?;
        if self.port != 443 { write!(formatter, ":{}", self.port) } else { Ok(()) }
    }
}

/// An absolute path on a server, in the server's spelling; equal to every other spelling of the same path.
#[derive(Clone)]
pub struct Href {
    spelled: String,
    meaning: String,
}

impl Href {
    /// Reads a path that begins with a slash. Spaces and non-ASCII characters are percent-encoded, dot segments
    /// resolved, a fragment is dropped.
    pub fn parse(path: &str) -> Result<Self, HrefProblem> {
        let path = path.split('#').next().unwrap_or_default();
        if path.is_empty() {
            return Err(HrefProblem::Empty);
        }
        let spelled = without_dot_segments(&encode_unsafe(path)?);
        if spelled.len() > MAX_HREF_BYTES {
            return Err(HrefProblem::TooLong);
        }
        let meaning = normal_form(&spelled);
        Ok(Self { spelled, meaning })
    }

    /// The path as the server spelled it, for a request line.
    pub fn as_str(&self) -> &str {
        &self.spelled
    }

    /// The last segment, percent-decoded as far as it is UTF-8: an object's file name or a collection's own name.
    pub fn name(&self) -> String {
        let path = self.spelled.trim_end_matches('/');
        let last = path.rsplit('/').next().unwrap_or_default();
        String::from_utf8_lossy(&decode(last)).into_owned()
    }

    /// Whether the two mean the same collection, one perhaps without its final slash.
    pub fn is_same_collection(&self, other: &Href) -> bool {
        self.meaning.trim_end_matches('/') == other.meaning.trim_end_matches('/')
    }

    /// The object `name` directly below this collection. The name is percent-encoded as one segment.
    pub fn child(&self, name: &str) -> Result<Self, HrefProblem> {
        if name.is_empty() {
            return Err(HrefProblem::Empty);
        }
        let mut path = self.spelled.trim_end_matches('/').to_owned();
        path.push('/');
        for byte in name.bytes() {
            if is_unreserved(byte) { path.push(char::from(byte)) } else { push_encoded(&mut path, byte) }
        }
        Self::parse(&path)
    }
}

impl PartialEq for Href {
    fn eq(&self, other: &Self) -> bool {
        self.meaning == other.meaning
    }
}

impl Eq for Href {}

impl Hash for Href {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.meaning.hash(state);
    }
}

impl PartialOrd for Href {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Href {
    fn cmp(&self, other: &Self) -> Ordering {
        self.meaning.cmp(&other.meaning)
    }
}

impl fmt::Debug for Href {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.spelled, formatter)
    }
}

impl fmt::Display for Href {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.spelled)
    }
}

/// A place on the network: an origin and a path there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The server.
    pub origin: Origin,
    /// The path on it.
    pub href: Href,
}

impl Location {
    /// Reads an `https://` address, as typed by a person or found in a directory.
    pub fn parse(url: &str) -> Result<Self, HrefProblem> {
        match split_scheme(url.trim()) {
            Some((true, rest)) => Self::from_authority(rest),
            _ => Err(HrefProblem::NotHttps),
        }
    }

    /// What `reference` means when found at this place: another address, an absolute path, or one relative to here.
    ///
    /// `http://` with this very host is a proxy that does not know it ends TLS, and is taken as this origin.
    pub fn resolve(&self, reference: &str) -> Result<Self, HrefProblem> {
        let reference = reference.trim();
        if let Some((secure, rest)) = split_scheme(reference) {
            let found = Self::from_authority(rest)?;
            return match secure {
                true => Ok(found),
                false if found.origin.host == self.origin.host => Ok(self.on_this_server(found.href)),
                false => Err(HrefProblem::NotHttps),
            };
        }
        let href = if reference.starts_with('/') {
            Href::parse(reference)?
        } else if reference.is_empty() {
            return Err(HrefProblem::Empty);
        } else {
            let base = self.href.as_str();
            let folder = &base[..base.rfind('/').map_or(0, |at| at + 1)];
            Href::parse(&format!("{folder}{reference}"))?
        };
        Ok(self.on_this_server(href))
    }

    /// The path of `reference` on this server, whatever host it names: an answer about our collection speaks of this
    /// server, and a proxy that shows its inner host name is common.
    pub fn resolve_path(&self, reference: &str) -> Result<Href, HrefProblem> {
        let reference = reference.trim();
        match split_scheme(reference) {
            Some((_, rest)) => Self::from_authority(rest).map(|found| found.href),
            None => self.resolve(reference).map(|found| found.href),
        }
    }

    fn from_authority(rest: &str) -> Result<Self, HrefProblem> {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(HrefProblem::Host);
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { origin: Origin::parse(authority)?, href: Href::parse(&path)? })
    }

    fn on_this_server(&self, href: Href) -> Self {
        Self { origin: self.origin.clone(), href }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin, self.href)
    }
}

/// Whether the address is https, and what follows `//`. `None` for a path.
fn split_scheme(url: &str) -> Option<(bool, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Some((true, rest)),
        "http" => Some((false, rest)),
        _ => None,
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn push_encoded(path: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    path.push('%');
    path.push(char::from(DIGITS[usize::from(byte >> 4)]));
    path.push(char::from(DIGITS[usize::from(byte & 15)]));
}

/// The path with everything encoded that may not stand in a request line.
fn encode_unsafe(path: &str) -> Result<String, HrefProblem> {
    let mut out = String::with_capacity(path.len());
    for (at, byte) in path.bytes().enumerate() {
        let is_escape = byte == b'%' && escaped_byte(path.as_bytes(), at).is_some();
        match byte {
            0..0x20 | 0x7f => return Err(HrefProblem::ControlCharacter),
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b' ' | 0x80.. => {
                push_encoded(&mut out, byte);
            }
            b'%' if !is_escape => push_encoded(&mut out, byte),
            _ => out.push(char::from(byte)),
        }
    }
    Ok(out)
}

/// The byte that the three characters at `at` stand for.
fn escaped_byte(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(at + 1)? * 16 + digit(at + 2)?).ok()
}

fn decode(segment: &str) -> Vec<u8> {
    let bytes = segment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, escaped_byte(bytes, at)) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

/// One spelling for all spellings of a path: escapes decoded where the character is allowed in a segment, upper case
/// where it is not, so that `%2F` stays different from `/`.
fn normal_form(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, escaped_byte(bytes, at)) {
            (b'%', Some(decoded)) => {
                if is_unreserved(decoded) || b"!$&'()*+,;=:@".contains(&decoded) {
                    out.push(char::from(decoded));
                } else {
                    push_encoded(&mut out, decoded);
                }
                at += 3;
            }
            _ => {
                out.push(char::from(byte));
                at += 1;
            }
        }
    }
    out
}

fn without_dot_segments(path: &str) -> String {
    if !path.contains('.') && !path.contains("%2") {
        return path.to_owned();
    }
    let is_dots = |segment: &str, dots: &str| segment.to_ascii_lowercase().replace("%2e", ".") == dots;
    let mut out: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        let climbs = is_dots(segment, "..");
        if climbs && out.len() > 1 {
            out.pop();
        }
        if !climbs && !is_dots(segment, ".") {
            out.push(segment);
        } else if is_last {
            out.push("");
        }
    }
    out.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Location {
        Location::parse("https://dav.example/cal/ann/work/").expect("an address")
    }

    #[track_caller]
    fn check(reference: &str, expected: &str) {
        assert_eq!(base().resolve(reference).map(|found| found.to_string()), Ok(expected.to_owned()), "{reference}");
    }

    #[track_caller]
    fn check_problem(reference: &str, problem: HrefProblem) {
        assert_eq!(base().resolve(reference), Err(problem), "{reference}");
    }

    #[test]
    fn a_reference_is_resolved_against_where_it_was_found() {
        check("/other/", "https://dav.example/other/");
        check("a.ics", "https://dav.example/cal/ann/work/a.ics");
        check("../home/a.ics", "https://dav.example/cal/ann/home/a.ics");
        check("/a/./b/../c/", "https://dav.example/a/c/");
        check("/../../x", "https://dav.example/x");
        check("/%2e%2e/x", "https://dav.example/x");
        check("https://p7.dav.example:8443/1/", "https://p7.dav.example:8443/1/");
        check("https://DAV.example:443", "https://dav.example/");
        check(" /padded/\n", "https://dav.example/padded/");
    }

    #[test]
    fn a_proxy_that_forgets_https_is_understood() {
        check("http://dav.example/x/", "https://dav.example/x/");
        check("http://dav.example:5232/x/", "https://dav.example/x/");
        check_problem("http://elsewhere.example/x/", HrefProblem::NotHttps);
        let inner = base().resolve_path("http://10.0.0.7:5232/x/a.ics").expect("a path");
        assert_eq!(inner.as_str(), "/x/a.ics");
    }

    #[test]
    fn spellings_of_one_path_are_equal() {
        let href = |path: &str| Href::parse(path).expect("a path");
        assert_eq!(href("/u/ann%40a.example/"), href("/u/ann@a.example/"));
        assert_eq!(href("/u/%c3%a9"), href("/u/é"));
        assert_eq!(href("/u/%7Ea"), href("/u/~a"));
        assert_eq!(href("/u/a b"), href("/u/a%20b"));
        assert_ne!(href("/u/a%2Fb"), href("/u/a/b"));
        assert_ne!(href("/u/A"), href("/u/a"));
        assert!(href("/u/a").is_same_collection(&href("/u/a/")));
    }

    #[test]
    fn a_request_uses_the_servers_own_spelling() {
        let spelled = |path: &str| Href::parse(path).expect("a path").as_str().to_owned();
        assert_eq!(spelled("/u/ann%40a.example/"), "/u/ann%40a.example/");
        assert_eq!(spelled("/u/a%2fb.ics"), "/u/a%2fb.ics");
        assert_eq!(spelled("/100%/é"), "/100%25/%C3%A9");
        assert_eq!(spelled("/a#part"), "/a");
    }

    #[test]
    fn a_child_is_one_segment() {
        let home = Href::parse("/cal/work").expect("a path");
        let child = home.child("a/b é?.ics").expect("a child");
        assert_eq!(child.as_str(), "/cal/work/a%2Fb%20%C3%A9%3F.ics");
        assert_eq!(child.name(), "a/b é?.ics");
    }

    #[test]
    fn what_would_break_a_request_is_refused() {
        check_problem("/a\r\nHost: x", HrefProblem::ControlCharacter);
        check_problem("/a\0", HrefProblem::ControlCharacter);
        check_problem("", HrefProblem::Empty);
        check_problem("https://user:secret@dav.example/", HrefProblem::Host);
        check_problem("https://dav.example:99999/", HrefProblem::Host);
        check_problem("https:///x", HrefProblem::Host);
        let path = |size: usize| Href::parse(&format!("/{}", "a".repeat(size - 1)));
        assert!(path(MAX_HREF_BYTES).is_ok());
        assert_eq!(path(MAX_HREF_BYTES + 1), Err(HrefProblem::TooLong));
    }

    #[test]
    fn only_https_is_an_address() {
        assert_eq!(Location::parse("http://dav.example/"), Err(HrefProblem::NotHttps));
        assert_eq!(Location::parse("dav.example"), Err(HrefProblem::NotHttps));
        let bracketed = Location::parse("https://[2001:db8::1]:8443/x").expect("an address");
        assert_eq!((bracketed.origin.host(), bracketed.origin.port()), ("[2001:db8::1]", 8443));
    }
}
