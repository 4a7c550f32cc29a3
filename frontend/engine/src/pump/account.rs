//! The account of this device: what is kept of it, and its servers in the words of the link.

use calendar::{
    dav::{Href, Location, Origin},
    mime::MailAddress,
};
use intent::{Account, Protection, ServerChoice};
use serde::{Deserialize, Serialize};
use wire::{Credentials, Secret, Security, Server};

/// The name under which the account is kept.
pub(super) const KEY: &str = "account";

/// What is kept of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredAccount {
    /// Address, name and servers.
    pub(super) account: Account,
    /// The login name.
    pub(super) user: String,
    /// The calendar server's host and port, as discovery found them.
    pub(super) dav_origin: (String, u16),
    /// Paths of the places where calendars lie.
    pub(super) dav_homes: Vec<String>,
    /// Addresses that the calendar server knows the person by.
    pub(super) dav_addresses: Vec<String>,
    /// Whether the calendar server would invite by itself.
    pub(super) server_schedules: bool,
    /// The mailbox for copies of what was sent; empty if there is none.
    pub(super) sent_mailbox: String,
}

/// An account and its password.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) stored: StoredAccount,
    pub(super) password: Secret,
    /// Tasks of an earlier sign-in find another number here, and end.
    pub(super) generation: u64,
}

impl Session {
    pub(super) fn credentials(&self) -> Credentials {
        Credentials { user: self.stored.user.clone(), password: self.password.clone() }
    }

    /// Every address that means this person, the account's own first.
    pub(super) fn addresses(&self) -> Vec<String> {
        let mut addresses = vec![self.stored.account.address.to_lowercase()];
        for address in &self.stored.dav_addresses {
            let address = address.to_lowercase();
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        addresses
    }

    /// The same, as mail addresses.
    pub(super) fn mail_addresses(&self) -> Vec<MailAddress> {
        self.addresses().iter().filter_map(|address| MailAddress::parse(address).ok()).collect()
    }

    /// A place on the calendar server.
    pub(super) fn place(&self, path: &str) -> Option<Location> {
        let (host, port) = &self.stored.dav_origin;
        Some(Location { origin: Origin::new(host, *port).ok()?, href: Href::parse(path).ok()? })
    }
}

/// A server in the words of the link. Host names are sent in lower case and without a final dot.
pub(super) fn server_of(choice: &ServerChoice) -> Server {
    let security = match choice.protection {
        Protection::Tls => Security::Tls,
        Protection::StartTls => Security::StartTls,
    };
    let host = choice.host.trim().trim_end_matches('.').to_ascii_lowercase();
    Server { host, port: choice.port, security }
}

/// A server in the words of the page.
pub(super) fn choice_of(server: &Server, path: &str) -> ServerChoice {
    let protection = match server.security {
        Security::Tls => Protection::Tls,
        Security::StartTls => Protection::StartTls,
    };
    ServerChoice { host: server.host.clone(), port: server.port, protection, path: path.to_owned() }
}
