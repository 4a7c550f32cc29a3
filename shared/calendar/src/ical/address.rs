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
        // Nearly all are written plainly, and nothing has to be taken off.
        if value.bytes().all(is_plain) {
            let bare = match value.get(..7) {
                Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &value[7..],
                _ => value,
            };
            return Self(bare.to_ascii_lowercase());
        }
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
        let (mut ats, mut is_clean) = (0, true);
        for byte in self.0.bytes() {
            ats += u32::from(byte == b'@');
            is_clean &= !is_no_part_of_an_address(byte);
        }
        ats == 1
            && is_clean
            && !self.0.starts_with('@')
            && !self.0.ends_with('@')
            && (self.0.is_ascii() || !self.0.chars().any(char::is_control))
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

/// Whether a byte says the same with and without quotes, brackets, percent escapes and a query around it.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'%' | b'?')
}

fn is_no_part_of_an_address(byte: u8) -> bool {
    matches!(byte, b' ' | b'<' | b'>' | b':' | b';' | b',' | b'"') || byte.is_ascii_control()
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
