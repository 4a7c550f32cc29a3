//! Who is meant by a calendar address: the bare mail address in lower case.

use std::fmt;

/// A person's address as it is compared: without `mailto:`, in lower case, percent escapes decoded.
///
/// A calendar address that is no mail address (`urn:uuid:…`, a principal's path) is kept in lower case as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

impl Address {
    /// Reads a CAL-ADDRESS value, a bare address, or one with its `mailto:` in any case.
    #[must_use]
    pub fn new(value: &str) -> Self {
        let trimmed = value.trim().trim_matches('"').trim_matches(['<', '>']);
        let bare = match trimmed.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => {
                let address = trimmed[7..].split('?').next().unwrap_or_default();
                percent_decoded(address.trim())
            }
            _ => trimmed.to_owned(),
        };
        Self(bare.trim_matches(['<', '>']).to_lowercase())
    }

    /// The address, bare and in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether mail can be sent there.
    #[must_use]
    pub fn is_mail(&self) -> bool {
        match self.0.split_once('@') {
            Some((local, domain)) => {
                !local.is_empty()
                    && !domain.is_empty()
                    && !domain.contains('@')
                    && !self.0.chars().any(is_no_part_of_an_address)
            }
            None => false,
        }
    }

    /// The address without the `+tag` of its local part, as `ann@example.org` for `ann+work@example.org`.
    #[must_use]
    pub fn without_tag(&self) -> Self {
        match self.0.split_once('@') {
            Some((local, domain)) => match local.split_once('+') {
                Some((base, _)) if !base.is_empty() => Self(format!("{base}@{domain}")),
                _ => self.clone(),
            },
            None => self.clone(),
        }
    }

    /// The CAL-ADDRESS value for this person.
    #[must_use]
    pub fn to_value(&self) -> String {
        if self.is_mail() { format!("mailto:{}", self.0) } else { self.0.clone() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&str> for Address {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

fn is_no_part_of_an_address(character: char) -> bool {
    matches!(character, ' ' | '<' | '>' | ':' | ';' | ',' | '"') || character.is_control()
}

fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = match bytes[at..] {
            [b'%', high, low, ..] => hex(high).zip(hex(low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        match byte {
            Some(byte) if byte >= b' ' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, bare: &str) {
        assert_eq!(Address::new(value).as_str(), bare);
    }

    #[test]
    fn one_person_has_one_address_however_it_is_written() {
        check("mailto:bob@example.com", "bob@example.com");
        check("MAILTO:Bob@Example.COM", "bob@example.com");
        check(" Bob@example.com ", "bob@example.com");
        check("mailto:<bob@example.com>", "bob@example.com");
        check("mailto:bob%2Bwork@example.com", "bob+work@example.com");
        check("mailto:bob@example.com?subject=x", "bob@example.com");
    }

    #[test]
    fn a_principal_is_kept_and_is_no_mail_address() {
        check("urn:uuid:ABC", "urn:uuid:abc");
        assert!(!Address::new("/principals/bob/").is_mail());
        assert!(!Address::new("mailto:a@b@c").is_mail());
        assert!(Address::new("mailto:a@b").is_mail());
    }

    #[test]
    fn an_encoded_line_break_is_not_decoded() {
        check("mailto:a%0D%0Ab@c", "a%0d%0ab@c");
    }

    #[test]
    fn a_tag_can_be_left_out() {
        assert_eq!(Address::new("ann+x@b.c").without_tag().as_str(), "ann@b.c");
        assert_eq!(Address::new("+x@b.c").without_tag().as_str(), "+x@b.c");
    }
}
