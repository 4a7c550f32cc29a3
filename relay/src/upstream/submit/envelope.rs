//! The envelope and the mail of a submission, checked before a server hears of either.
//!
//! A line break in an address would be a second command, and a bare line feed in a mail would be an end of line to
//! some servers and not to others, which is how mails are smuggled. Neither gets past here.

use lettre::Address;
use wire::{Refusal, Submit};

use crate::policy::limit::{MAIL_LIMIT_BYTES, RECIPIENT_LIMIT};

/// The longest address, in bytes (RFC 5321 section 4.5.3.1.3, without the angle brackets).
const ADDRESS_LIMIT_BYTES: usize = 254;

/// Who sends to whom.
#[derive(Debug)]
pub(super) struct Envelope {
    /// The sender.
    pub(super) sender: Address,
    /// The recipients, in the order of the request.
    pub(super) recipients: Vec<Address>,
}

impl Envelope {
    /// Reads the envelope of a request.
    pub(super) fn read(request: &Submit) -> Result<Self, Refusal> {
        if request.recipients.is_empty() || request.recipients.len() > RECIPIENT_LIMIT {
            return Err(bad(&format!("a mail has 1 to {RECIPIENT_LIMIT} recipients")));
        }
        if request.size_bytes > MAIL_LIMIT_BYTES {
            return Err(Refusal::TooLarge { limit_bytes: MAIL_LIMIT_BYTES });
        }
        let sender = address(&request.sender, "the sender")?;
        let recipients = request.recipients.iter().map(|text| address(text, "a recipient"));
        Ok(Self { sender, recipients: recipients.collect::<Result<_, _>>()? })
    }

    /// Whether every server can read its addresses.
    pub(super) fn is_ascii(&self) -> bool {
        let is_ascii = |address: &Address| <Address as AsRef<str>>::as_ref(address).is_ascii();
        is_ascii(&self.sender) && self.recipients.iter().all(is_ascii)
    }
}

fn address(text: &str, whose: &str) -> Result<Address, Refusal> {
    let is_clean = text.len() <= ADDRESS_LIMIT_BYTES && !text.chars().any(|c| c.is_control() || "<>".contains(c));
    let parsed = if is_clean { text.parse().ok() } else { None };
    parsed.ok_or_else(|| bad(&format!("{whose} is not a mail address")))
}

/// Whether a mail is made of lines that end in CRLF, and of nothing that ends one otherwise.
pub(super) fn check_mail(mail: &[u8]) -> Result<(), Refusal> {
    let mut previous = 0;
    for byte in mail {
        match (previous, *byte) {
            (_, 0) => return Err(bad("the mail contains a NUL byte")),
            (b'\r', b'\n') => {}
            (b'\r', _) | (_, b'\n') => return Err(bad("the mail contains a line that does not end in CRLF")),
            _ => {}
        }
        previous = *byte;
    }
    if previous == b'\r' { Err(bad("the mail contains a line that does not end in CRLF")) } else { Ok(()) }
}

fn bad(because: &str) -> Refusal {
    Refusal::BadRequest { because: because.to_owned() }
}

#[cfg(test)]
mod tests {
    use wire::{Credentials, Secret, Security, Server};

    use super::*;

    fn request(sender: &str, recipients: &[&str]) -> Submit {
        Submit {
            server: Server { host: "smtp.example.org".to_owned(), port: 465, security: Security::Tls },
            credentials: Credentials { user: "ann@example.org".to_owned(), password: Secret::new("secret") },
            sender: sender.to_owned(),
            recipients: recipients.iter().map(|text| (*text).to_owned()).collect(),
            size_bytes: 0,
        }
    }

    #[test]
    fn addresses_are_bare_and_of_one_line() {
        let good = ["bob@example.net", "b.o+b@sub.example.net", "\"b o b\"@example.net", "jürgen@bücher.example"];
        assert!(Envelope::read(&request("ann@example.org", &good)).is_ok());
        let long = format!("{}@example.net", "b".repeat(250));
        for bad in [
            "",
            "bob",
            "@example.net",
            "bob@",
            "bob@example.net\r\nRCPT TO:<eve@example.com>",
            "<bob@example.net>",
            "bob@example.net>",
            "bob\0@example.net",
            "bob@exa mple.net",
            "Bob <bob@example.net>",
            &long,
        ] {
            assert!(Envelope::read(&request("ann@example.org", &[bad])).is_err(), "{bad:?}");
            assert!(Envelope::read(&request(bad, &["bob@example.net"])).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn there_is_at_least_one_recipient_and_at_most_the_limit() {
        assert!(Envelope::read(&request("ann@example.org", &[])).is_err());
        assert!(Envelope::read(&request("ann@example.org", &vec!["bob@example.net"; RECIPIENT_LIMIT])).is_ok());
        assert!(Envelope::read(&request("ann@example.org", &vec!["bob@example.net"; RECIPIENT_LIMIT + 1])).is_err());
    }

    #[test]
    fn a_mail_has_a_longest_size() {
        let mut at_limit = request("ann@example.org", &["bob@example.net"]);
        at_limit.size_bytes = MAIL_LIMIT_BYTES;
        assert!(Envelope::read(&at_limit).is_ok());
        at_limit.size_bytes += 1;
        assert_eq!(Envelope::read(&at_limit).unwrap_err(), Refusal::TooLarge { limit_bytes: MAIL_LIMIT_BYTES });
    }

    #[test]
    fn every_line_of_a_mail_ends_in_crlf() {
        for good in ["", "a", "a\r\nb\r\n", "\r\n\r\n", ".\r\n.\r\n"] {
            assert_eq!(check_mail(good.as_bytes()), Ok(()), "{good:?}");
        }
        for bad in ["a\nb", "a\rb", "a\r", "\n", "a\r\r\n", "a\r\n\n.\r\n", "a\n.\nMAIL FROM:<x@y>", "a\0b"] {
            assert!(check_mail(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
