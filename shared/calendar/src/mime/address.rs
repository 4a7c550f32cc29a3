//! A mail address that can be sent to: checked once, so that nothing else has to look again.
//!
//! What would break a header or an SMTP command apart cannot be in it (RFC 5321 section 4.1.2). A domain in another
//! script is kept as its ASCII form, which every server understands.

use std::fmt;

use super::domain::to_ascii;

/// The longest part before the `@` (RFC 5321 section 4.5.3.1.1).
pub const MAX_LOCAL_BYTES: usize = 64;
/// The longest address (RFC 5321 section 4.5.3.1.3 without its angle brackets).
pub const MAX_ADDRESS_BYTES: usize = 254;

/// Why a text is no mail address. The person who typed it mends it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// There is nothing.
    #[error("the address is empty")]
    Empty,
    /// There is no `@`.
    #[error("the address has no @")]
    NoAt,
    /// There is more than one `@`.
    #[error("the address has more than one @")]
    SecondAt,
    /// Nothing stands before the `@`.
    #[error("nothing stands before the @")]
    NoLocalPart,
    /// What stands behind the `@` is no domain.
    #[error("what stands behind the @ is no domain")]
    Domain,
    /// A character that no address has, or that would break a header.
    #[error("the address has a character that is not allowed: {0:?}")]
    Character(char),
    /// It is longer than [`MAX_ADDRESS_BYTES`], or its first part than [`MAX_LOCAL_BYTES`].
    #[error("the address is too long")]
    TooLong,
}

/// A bare mail address: `ann@example.org`. The domain is lower case and ASCII, the local part as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailAddress {
    text: String,
    at: usize,
}

impl MailAddress {
    /// Reads a bare address. White space around it is dropped; anything else that does not belong is a problem.
    pub fn parse(text: &str) -> Result<Self, AddressProblem> {
        let text = text.trim_matches([' ', '\t']);
        if text.is_empty() {
            return Err(AddressProblem::Empty);
        }
        if let Some(character) = text.chars().find(|character| !may_stand(*character)) {
            return Err(AddressProblem::Character(character));
        }
        let (local, domain) = text.split_once('@').ok_or(AddressProblem::NoAt)?;
        if domain.contains('@') {
            return Err(AddressProblem::SecondAt);
        }
        if local.is_empty() {
            return Err(AddressProblem::NoLocalPart);
        }
        let domain = to_ascii(domain).ok_or(AddressProblem::Domain)?;
        if local.len() > MAX_LOCAL_BYTES || local.len() + 1 + domain.len() > MAX_ADDRESS_BYTES {
            return Err(AddressProblem::TooLong);
        }
        Ok(Self { text: [local, "@", &domain].concat(), at: local.len() })
    }

    /// The address as it is sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The domain, lower case.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The form in which two addresses are compared: all lower case.
    pub fn key(&self) -> String {
        self.text.to_lowercase()
    }

    /// Whether only a server with SMTPUTF8 can deliver to it.
    pub fn needs_smtputf8(&self) -> bool {
        !self.text.is_ascii()
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Whether a character may stand in an address: those of RFC 5322 `atext`, the dot, the at, and letters of any script.
fn may_stand(character: char) -> bool {
    match character {
        '@' | '.' | '!' | '#'..='\'' | '*' | '+' | '-' | '/' | '=' | '?' | '^'..='`' | '{'..='~' => true,
        _ if character.is_ascii() => character.is_ascii_alphanumeric(),
        // Invisible and direction-changing characters make one address look like another.
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => false,
        _ => !character.is_control() && !character.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, AddressProblem>) {
        let found = MailAddress::parse(text);
        assert_eq!(found.as_ref().map(MailAddress::as_str), expected.as_ref().map(|text| *text), "{text:?}");
    }

    #[test]
    fn addresses_are_kept_as_written_but_for_the_domain() {
        check("ann@example.org", Ok("ann@example.org"));
        check(" Ann.O'Neil+work@Example.ORG ", Ok("Ann.O'Neil+work@example.org"));
        check("ann@localhost", Ok("ann@localhost"));
        check("jürgen@müller.example", Ok("jürgen@xn--mller-kva.example"));
        assert_eq!(MailAddress::parse("Ann@A.example").expect("an address").key(), "ann@a.example");
        assert_eq!(MailAddress::parse("Ann@A.example").expect("an address").domain(), "a.example");
    }

    #[test]
    fn what_would_break_a_header_or_a_command_is_refused() {
        for character in ['\r', '\n', '\0', '<', '>', '"', '\\', ' ', ',', ';', ':', '(', '\u{202e}', '\u{feff}'] {
            let text = format!("a{character}b@example.org");
            check(&text, Err(AddressProblem::Character(character)));
        }
        check("ann@example.org\r\nBcc: eve@evil.example", Err(AddressProblem::Character('\r')));
    }

    #[test]
    fn each_other_fault_has_its_name() {
        check("", Err(AddressProblem::Empty));
        check("ann", Err(AddressProblem::NoAt));
        check("ann@b@c", Err(AddressProblem::SecondAt));
        check("@example.org", Err(AddressProblem::NoLocalPart));
        check("ann@", Err(AddressProblem::Domain));
        check("ann@-a.example", Err(AddressProblem::Domain));
        check("ann@a..example", Err(AddressProblem::Domain));
    }

    #[test]
    fn length_is_limited_at_its_edge() {
        let local = |size: usize| format!("{}@a.example", "x".repeat(size));
        assert!(MailAddress::parse(&local(MAX_LOCAL_BYTES)).is_ok());
        check(&local(MAX_LOCAL_BYTES + 1), Err(AddressProblem::TooLong));
        let whole = |size: usize| {
            let labels = "abcdefghi.".repeat(20);
            let local = "x".repeat(size - labels.len() - "@example".len());
            format!("{local}@{labels}example")
        };
        assert!(MailAddress::parse(&whole(MAX_ADDRESS_BYTES)).is_ok());
        check(&whole(MAX_ADDRESS_BYTES + 1), Err(AddressProblem::TooLong));
    }
}
