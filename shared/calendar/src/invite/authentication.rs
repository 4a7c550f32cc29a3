//! What the person's own mail provider found out about a mail: its Authentication-Results header (RFC 8601).
//!
//! Anybody can write such a header into a mail. Only the topmost counts, and only when it was put there by the server
//! that also received the mail for this person; whatever stands below came with the mail.

use crate::mime::{Header, Headers, MailAddress};

/// The longest header of this kind that is read.
const MAX_BYTES: usize = 16 * 1024;

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `dkim`, `spf`, `dmarc` and so on, lower case.
    pub method: String,
    /// `pass`, `fail`, `none` and so on, lower case.
    pub result: String,
    /// The domain that was checked, lower case: of the signature, the envelope sender, or the From header.
    pub domain: Option<String>,
}

/// The header, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// The server that speaks.
    pub server: String,
    /// What it found.
    pub findings: Vec<Finding>,
}

/// What the findings say about one sender's domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The domain vouches for the mail.
    Pass,
    /// Nobody says.
    Neutral,
    /// The domain says that the mail is not from it.
    Fail,
}

impl Authentication {
    /// Reads the value of the header.
    pub fn parse(value: &str) -> Option<Self> {
        let value = without_comments(&value[..value.floor_char_boundary(MAX_BYTES)]);
        let mut statements = split_outside_quotes(&value, ';').into_iter();
        // An optional version stands behind the server's name.
        let server = statements.next()?.split_ascii_whitespace().next()?.trim_matches('"').to_ascii_lowercase();
        let findings = statements.filter_map(|statement| finding(&statement)).collect();
        Some(Self { server, findings })
    }

    /// What the person's own provider found, or `None` when it did not look, or when it cannot be told who speaks.
    ///
    /// `known_servers` are names that the provider is known to use; the domains of the person's own addresses, and the
    /// host that received the mail last, count as well.
    pub fn of_own_provider(
        headers: &Headers,
        bytes: &[u8],
        me: &[MailAddress],
        known_servers: &[String],
    ) -> Option<Self> {
        let header = headers.all("Authentication-Results").next()?;
        let found = Self::parse(&headers.raw(bytes, "Authentication-Results")?)?;
        let is_known = known_servers.iter().any(|server| is_related(&found.server, &server.to_ascii_lowercase()))
            || me.iter().any(|address| is_related(&found.server, address.domain()));
        (is_known || stands_with_last_receiver(headers, bytes, header, &found.server)).then_some(found)
    }

    /// What the findings say about mail that is from an address of this domain.
    pub fn verdict(&self, domain: &str) -> Verdict {
        let is = |finding: &&Finding, method: &str, results: &[&str]| {
            finding.method == method && results.contains(&finding.result.as_str())
        };
        let speaks = |finding: &&Finding| finding.domain.as_deref().is_none_or(|checked| is_aligned(checked, domain));
        let any = |method: &str, results: &[&str]| {
            self.findings.iter().filter(|finding| is(finding, method, results)).any(|finding| speaks(&finding))
        };
        let is_aligned_pass = |method: &str| {
            let named = |finding: &&Finding| finding.domain.is_some() && speaks(finding);
            self.findings.iter().filter(|finding| is(finding, method, &["pass"])).any(|finding| named(&finding))
        };
        if any("dmarc", &["fail"]) {
            Verdict::Fail
        } else if any("dmarc", &["pass"]) || is_aligned_pass("dkim") || is_aligned_pass("spf") {
            Verdict::Pass
        } else if any("dkim", &["fail"]) || any("spf", &["fail", "hardfail"]) {
            Verdict::Fail
        } else {
            Verdict::Neutral
        }
    }
}

/// Whether no server received the mail after the header was written, or only the one that wrote it.
fn stands_with_last_receiver(headers: &Headers, bytes: &[u8], header: &Header, server: &str) -> bool {
    let above = headers.all("Received").filter(|received| received.range.start < header.range.start);
    let mut hosts = above.filter_map(|received| {
        let value = String::from_utf8_lossy(bytes.get(received.value.clone()).unwrap_or_default()).into_owned();
        receiving_host(&value)
    });
    hosts.next().is_none_or(|host| is_related(server, &host))
}

/// The host behind `by` in a Received header; an address of a machine is no name and does not count.
fn receiving_host(value: &str) -> Option<String> {
    let value = without_comments(value);
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case("by"))?;
    let host = words.get(at + 1)?.trim_matches(['[', ']', ';']).to_ascii_lowercase();
    let is_name = host.contains('.') && !host.contains(':') && host.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_name.then_some(host)
}

/// Whether two hosts belong to one organization: the same, one below the other, or both below one name of at least two
/// labels that is no registry.
fn is_related(one: &str, other: &str) -> bool {
    organization(one) == organization(other) && one.contains('.')
}

/// Whether a checked domain may speak for a sender's domain (relaxed alignment, RFC 7489 section 3.1).
fn is_aligned(checked: &str, domain: &str) -> bool {
    organization(checked) == organization(domain)
}

/// The part of a domain name that somebody registered: its last two labels, or three below names such as `co.uk`.
fn organization(host: &str) -> &str {
    let host = host.trim_end_matches('.');
    let labels: Vec<&str> = host.split('.').collect();
    let count = match labels.as_slice() {
        [.., second, top] if top.len() == 2 && second.len() <= 3 => 3,
        _ => 2,
    };
    let kept: usize = labels.iter().rev().take(count).map(|label| label.len() + 1).sum();
    &host[host.len() - kept.saturating_sub(1).min(host.len())..]
}

/// Reads `dkim=pass reason="..." header.d=example.org`.
fn finding(statement: &str) -> Option<Finding> {
    let spaced = statement.split_ascii_whitespace().collect::<Vec<_>>().join(" ").replace(" =", "=").replace("= ", "=");
    let mut words = split_outside_quotes(&spaced, ' ').into_iter();
    let (method, result) = words.next().and_then(|word| {
        let (method, result) = word.split_once('=')?;
        Some((method.split('/').next().unwrap_or_default().to_ascii_lowercase(), result.to_ascii_lowercase()))
    })?;
    let mut domain = None;
    for word in words {
        let Some((name, value)) = word.split_once('=') else { continue };
        let value = value.trim_matches('"').to_ascii_lowercase();
        let host = value.rsplit('@').next().unwrap_or_default().trim_matches(['<', '>']).to_owned();
        match (method.as_str(), name.to_ascii_lowercase().as_str()) {
            ("dkim", "header.d") | ("spf", "smtp.mailfrom") | ("dmarc", "header.from") => domain = Some(host),
            ("dkim", "header.i") | ("spf", "smtp.helo") if domain.is_none() => domain = Some(host),
            _ => {}
        }
    }
    Some(Finding { method, result, domain: domain.filter(|domain| !domain.is_empty()) })
}

/// The text without what stands in parentheses.
fn without_comments(text: &str) -> String {
    let (mut depth, mut in_quotes) = (0_u32, false);
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' if depth == 0 => {
                in_quotes = !in_quotes;
                out.push(character);
            }
            '(' if !in_quotes => depth += 1,
            ')' if !in_quotes => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(character),
            _ => {}
        }
    }
    out
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<String> {
    let mut in_quotes = false;
    let pieces = text.split(|character| {
        in_quotes ^= character == '"';
        character == separator && !in_quotes
    });
    pieces.map(|piece| piece.trim().to_owned()).filter(|piece| !piece.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, domain: &str, expected: Verdict) {
        assert_eq!(Authentication::parse(value).map(|found| found.verdict(domain)), Some(expected), "{value}");
    }

    #[test]
    fn a_domain_is_vouched_for_by_dmarc_or_an_aligned_check() {
        check("mx.me.example; dmarc=pass header.from=a.example", "a.example", Verdict::Pass);
        check("mx.me.example; dkim=pass header.d=a.example header.s=s1", "a.example", Verdict::Pass);
        check("mx.me.example; dkim=pass header.i=@mail.a.example", "a.example", Verdict::Pass);
        check("mx.me.example; spf=pass smtp.mailfrom=bounce@a.example", "a.example", Verdict::Pass);
        check("mx.me.example 1; spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example", "a.example", Verdict::Pass);
    }

    #[test]
    fn another_domain_vouches_for_nothing() {
        check("mx.me.example; dkim=pass header.d=evil.test", "a.example", Verdict::Neutral);
        check("mx.me.example; spf=pass smtp.mailfrom=list@lists.example; dkim=none", "a.example", Verdict::Neutral);
        check("mx.me.example; dmarc=pass header.from=evil.test", "a.example", Verdict::Neutral);
        check("mx.me.example; dkim=pass header.d=co.uk", "a.co.uk", Verdict::Neutral);
        check("mx.me.example; dkim=pass header.d=evil.co.uk", "a.co.uk", Verdict::Neutral);
    }

    #[test]
    fn a_domain_that_denies_is_believed() {
        check(
            "mx; dmarc=fail (p=none dis=none) header.from=a.example; dkim=pass header.d=list.test",
            "a.example",
            Verdict::Fail,
        );
        check("mx; dkim=fail reason=\"bad; signature\" header.d=a.example", "a.example", Verdict::Fail);
        check("mx; spf=fail smtp.mailfrom=x@a.example", "a.example", Verdict::Fail);
        check("mx; spf=fail smtp.mailfrom=x@a.example; dkim=pass header.d=a.example", "a.example", Verdict::Pass);
        check("mx; spf=softfail smtp.mailfrom=x@a.example", "a.example", Verdict::Neutral);
        check("mx; none", "a.example", Verdict::Neutral);
    }

    #[test]
    fn a_header_is_read_as_far_as_the_limit() {
        let value = |filler: &str, octets: usize| {
            let statement = "; dmarc=pass header.from=a.example";
            let room = octets - "mx; x=".len() - statement.len();
            format!("mx; x={}{}{statement}", filler.repeat(room / filler.len()), "x".repeat(room % filler.len()))
        };
        for filler in ["x", "\u{e9}", "\u{1f389}"] {
            check(&value(filler, MAX_BYTES), "a.example", Verdict::Pass);
            check(&value(filler, MAX_BYTES + 1), "a.example", Verdict::Neutral);
            check(&value(filler, 2 * MAX_BYTES), "a.example", Verdict::Neutral);
        }
    }

    #[track_caller]
    fn check_provider(headers: &str, expected: Option<&str>) {
        let text = format!("{headers}\n\n");
        let (message, me) = (crate::mime::Message::read(text.as_bytes()), MailAddress::parse("ann@own.example"));
        let (message, me) = (message.expect("small"), [me.expect("an address")]);
        let found =
            Authentication::of_own_provider(message.headers(), message.bytes(), &me, &["mx.host.test".to_owned()]);
        assert_eq!(found.map(|found| found.server).as_deref(), expected, "{headers}");
    }

    #[test]
    fn only_the_own_providers_word_counts() {
        let results = |server: &str| format!("Authentication-Results: {server}; dkim=pass header.d=a.example");
        let received = |host: &str| format!("Received: from x (x [192.0.2.1]) by {host} with ESMTP; Sun, 22 Nov 2026");
        check_provider(&results("mx.anywhere.test"), Some("mx.anywhere.test"));
        check_provider(&format!("{}\n{}", results("mx.one.test"), results("mx.two.test")), Some("mx.one.test"));
        check_provider(&format!("{}\n{}", received("in.one.test"), results("mx.one.test")), Some("mx.one.test"));
        check_provider(&format!("{}\n{}", received("in.one.test"), results("evil.test")), None);
        check_provider(
            &format!("{}\n{}\n{}", received("in.one.test"), received("evil.test"), results("evil.test")),
            None,
        );
        check_provider(
            &format!("{}\n{}", received("lmtp.internal.lan"), results("mail.own.example")),
            Some("mail.own.example"),
        );
        check_provider(
            &format!("{}\n{}", received("lmtp.internal.lan"), results("mx.host.test")),
            Some("mx.host.test"),
        );
        check_provider(
            &format!(
                "Received: by 2002:a05:6a1:0:0 with SMTP id x\n{}\n{}",
                received("mx.g.test"),
                results("mx.g.test")
            ),
            Some("mx.g.test"),
        );
    }

    #[test]
    fn hosts_of_one_organization_are_related() {
        let check =
            |one: &str, other: &str, expected: bool| assert_eq!(is_related(one, other), expected, "{one} {other}");
        check("purelymail.com", "smtp.purelymail.com", true);
        check("a.mx.example.org", "b.example.org", true);
        check("a.co.uk", "b.co.uk", false);
        check("localhost", "localhost", false);
        check("mx.test", "test", false);
    }
}
