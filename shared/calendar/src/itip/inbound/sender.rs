//! Whether who sent a mail may speak for the person that its calendar part speaks of (RFC 6047 section 2.2.3 and 3).

use super::super::person::is_same_mailbox;
use crate::ical::Address;

/// Domains in which anybody can have an address, so that sharing one says nothing.
const PUBLIC_DOMAINS: [&str; 14] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "proton.me",
    "purelymail.com",
    "fastmail.com",
];

/// Who a mail is from, as far as it could be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    address: Option<Address>,
    is_verified: bool,
}

/// Whether a sender may speak for somebody, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    May,
    MayNot(String),
}

impl Sender {
    /// A message that did not come by mail, or that the person vouches for.
    #[must_use]
    pub fn trusted() -> Self {
        Self { address: None, is_verified: true }
    }

    /// A mail whose author the person's own provider has verified.
    #[must_use]
    pub fn verified(address: Address) -> Self {
        Self { address: Some(address), is_verified: true }
    }

    /// A mail that claims to be from somebody.
    #[must_use]
    pub fn unverified(address: Option<Address>) -> Self {
        Self { address, is_verified: false }
    }

    /// The address it is from, if it came by mail.
    #[must_use]
    pub fn address(&self) -> Option<&Address> {
        self.address.as_ref()
    }

    /// Whether this sender may speak for `person`.
    ///
    /// `known_deputy` is SENT-BY of what is stored. `named_deputy` is SENT-BY of the message itself, which anybody can
    /// write there; it counts only within a domain where not anybody can have an address.
    pub(super) fn standing(
        &self,
        person: &Address,
        known_deputy: Option<Address>,
        named_deputy: Option<Address>,
    ) -> Standing {
        if !self.is_verified {
            return Standing::MayNot("It is not certain that this mail is from who it says it is.".to_owned());
        }
        let Some(address) = &self.address else { return Standing::May };
        let is_named = named_deputy.is_some_and(|deputy| deputy == *address && shares_office(&deputy, person));
        if is_same_mailbox(address, person) || known_deputy.as_ref() == Some(address) || is_named {
            return Standing::May;
        }
        Standing::MayNot(format!("The mail is from {address} and speaks for {person}."))
    }
}

fn shares_office(one: &Address, other: &Address) -> bool {
    let domain = |address: &Address| address.as_str().rsplit_once('@').map(|(_, domain)| domain.to_owned());
    match (domain(one), domain(other)) {
        (Some(one), Some(other)) => one == other && !PUBLIC_DOMAINS.contains(&one.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sender: &Sender, person: &str, known: Option<&str>, named: Option<&str>, may: bool) {
        let standing = sender.standing(&person.into(), known.map(Into::into), named.map(Into::into));
        assert_eq!(standing == Standing::May, may, "{standing:?}");
    }

    #[test]
    fn a_person_and_their_known_deputy_may_speak_for_them() {
        let bob = Sender::verified("bob@example.org".into());
        check(&bob, "bob@example.org", None, None, true);
        check(&bob, "bob+tag@example.org", None, None, true);
        check(&bob, "ann@example.org", None, None, false);
        check(&bob, "ann@example.com", Some("bob@example.org"), None, true);
    }

    #[test]
    fn a_deputy_who_names_himself_counts_only_in_the_same_office() {
        let bob = Sender::verified("bob@example.org".into());
        check(&bob, "ann@example.org", None, Some("bob@example.org"), true);
        check(&bob, "ann@example.com", None, Some("bob@example.org"), false);
        let anybody = Sender::verified("bob@gmail.com".into());
        check(&anybody, "ann@gmail.com", None, Some("bob@gmail.com"), false);
    }

    #[test]
    fn who_is_not_verified_speaks_for_nobody_and_who_is_trusted_for_everybody() {
        check(&Sender::unverified(Some("bob@example.org".into())), "bob@example.org", None, None, false);
        check(&Sender::unverified(None), "bob@example.org", None, None, false);
        check(&Sender::trusted(), "bob@example.org", None, None, true);
    }
}
