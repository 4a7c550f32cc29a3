//! The mail providers the relay knows by name, and where their three services are.
//!
//! The list is a convenience and a permission: a person with such an address has nothing to fill in, and these hosts
//! may be connected to without asking the DNS. Hosts and ports are those of the providers' own help pages.

use wire::{Security, Server, Service};

use super::HostName;

/// A mail provider.
#[derive(Debug)]
pub struct Provider {
    /// Its name, as people know it.
    pub name: &'static str,
    /// Mail domains that are its own.
    pub domains: &'static [&'static str],
    /// Ends of the names of its mail exchangers, by which other people's domains are recognised.
    pub exchangers: &'static [&'static str],
    /// Host and port of submission; 465 means TLS from the first byte, others STARTTLS.
    pub submission: Location,
    /// Host and port of IMAP.
    pub imap: Location,
    /// Host, port and path of CalDAV; some providers have none.
    pub caldav: Option<(&'static str, u16, &'static str)>,
    /// Further hosts of the provider that its servers lead to.
    pub further: &'static [Further],
}

/// Host and port.
pub type Location = (&'static str, u16);

/// A further host of a provider.
#[derive(Debug)]
pub enum Further {
    /// Hosts `pNN-NAME` with a number serve CalDAV as well, for this NAME.
    NumberedCalDav(&'static str),
    /// A submission server beside the main one.
    Submission(&'static str, u16),
    /// An IMAP server beside the main one.
    Imap(&'static str, u16),
}

/// The providers, in alphabetical order.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        name: "Fastmail",
        domains: &["fastmail.com", "fastmail.fm", "fastmail.net", "fastmail.org", "messagingengine.com", "sent.com"],
        exchangers: &[".messagingengine.com"],
        submission: ("smtp.fastmail.com", 465),
        imap: ("imap.fastmail.com", 993),
        caldav: Some(("caldav.fastmail.com", 443, "/")),
        further: &[Further::Submission("smtp.fastmail.com", 587)],
    },
    Provider {
        name: "freenet",
        domains: &["freenet.de"],
        exchangers: &[".freenet.de"],
        submission: ("mx.freenet.de", 587),
        imap: ("mx.freenet.de", 993),
        caldav: None,
        further: &[Further::Submission("mx.freenet.de", 465)],
    },
    Provider {
        name: "Gandi",
        domains: &[],
        exchangers: &[".mail.gandi.net"],
        submission: ("mail.gandi.net", 465),
        imap: ("mail.gandi.net", 993),
        caldav: None,
        further: &[Further::Submission("mail.gandi.net", 587)],
    },
    Provider {
        name: "GMX",
        domains: &["gmx.at", "gmx.ch", "gmx.de", "gmx.net"],
        exchangers: &[".gmx.net"],
        submission: ("mail.gmx.net", 465),
        imap: ("imap.gmx.net", 993),
        caldav: Some(("caldav.gmx.net", 443, "/")),
        further: &[Further::Submission("mail.gmx.net", 587)],
    },
    Provider {
        name: "iCloud",
        domains: &["icloud.com", "mac.com", "me.com"],
        exchangers: &[".mail.icloud.com"],
        submission: ("smtp.mail.me.com", 587),
        imap: ("imap.mail.me.com", 993),
        caldav: Some(("caldav.icloud.com", 443, "/")),
        further: &[Further::NumberedCalDav("caldav.icloud.com")],
    },
    Provider {
        name: "Infomaniak",
        domains: &["ik.me", "ikmail.com", "etik.com"],
        exchangers: &[".infomaniak.ch", ".infomaniak.com"],
        submission: ("mail.infomaniak.com", 465),
        imap: ("mail.infomaniak.com", 993),
        caldav: Some(("sync.infomaniak.com", 443, "/")),
        further: &[Further::Submission("mail.infomaniak.com", 587)],
    },
    Provider {
        name: "mailbox.org",
        domains: &["mailbox.org"],
        exchangers: &[".mailbox.org"],
        submission: ("smtp.mailbox.org", 465),
        imap: ("imap.mailbox.org", 993),
        caldav: Some(("dav.mailbox.org", 443, "/")),
        further: &[Further::Submission("smtp.mailbox.org", 587)],
    },
    Provider {
        name: "Mailfence",
        domains: &["mailfence.com"],
        exchangers: &[".mailfence.com"],
        submission: ("smtp.mailfence.com", 465),
        imap: ("imap.mailfence.com", 993),
        caldav: None,
        further: &[],
    },
    Provider {
        name: "Migadu",
        domains: &[],
        exchangers: &[".migadu.com"],
        submission: ("smtp.migadu.com", 465),
        imap: ("imap.migadu.com", 993),
        caldav: Some(("cdav.migadu.com", 443, "/")),
        further: &[Further::Submission("smtp.migadu.com", 587)],
    },
    Provider {
        name: "Posteo",
        domains: &["posteo.at", "posteo.ch", "posteo.de", "posteo.eu", "posteo.net", "posteo.org"],
        exchangers: &[".posteo.de"],
        submission: ("posteo.de", 465),
        imap: ("posteo.de", 993),
        caldav: Some(("posteo.de", 8443, "/")),
        further: &[Further::Submission("posteo.de", 587)],
    },
    Provider {
        name: "Purelymail",
        domains: &["purelymail.com"],
        exchangers: &[".purelymail.com", "purelymail.com"],
        submission: ("smtp.purelymail.com", 465),
        imap: ("imap.purelymail.com", 993),
        caldav: Some(("purelymail.com", 443, "/webdav/")),
        further: &[Further::Submission("smtp.purelymail.com", 587)],
    },
    Provider {
        name: "Runbox",
        domains: &["runbox.com", "runbox.no"],
        exchangers: &[".runbox.com"],
        submission: ("mail.runbox.com", 465),
        imap: ("mail.runbox.com", 993),
        caldav: Some(("dav.runbox.com", 443, "/")),
        further: &[Further::Submission("mail.runbox.com", 587)],
    },
    Provider {
        name: "Soverin",
        domains: &["soverin.net"],
        exchangers: &[".soverin.net"],
        submission: ("smtp.soverin.net", 465),
        imap: ("imap.soverin.net", 993),
        caldav: Some(("dav.soverin.net", 443, "/")),
        further: &[Further::Submission("smtp.soverin.net", 587)],
    },
    Provider {
        name: "StartMail",
        domains: &["startmail.com"],
        exchangers: &[".startmail.com"],
        submission: ("smtp.startmail.com", 465),
        imap: ("imap.startmail.com", 993),
        caldav: None,
        further: &[Further::Submission("smtp.startmail.com", 587)],
    },
    Provider {
        name: "WEB.DE",
        domains: &["web.de"],
        exchangers: &[".web.de"],
        submission: ("smtp.web.de", 465),
        imap: ("imap.web.de", 993),
        caldav: Some(("caldav.web.de", 443, "/")),
        further: &[Further::Submission("smtp.web.de", 587)],
    },
    Provider {
        name: "Yahoo",
        domains: &["yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "ymail.com", "rocketmail.com"],
        exchangers: &[".yahoodns.net"],
        submission: ("smtp.mail.yahoo.com", 465),
        imap: ("imap.mail.yahoo.com", 993),
        caldav: Some(("caldav.calendar.yahoo.com", 443, "/")),
        further: &[Further::Submission("smtp.mail.yahoo.com", 587)],
    },
    Provider {
        name: "Zoho",
        domains: &["zoho.com", "zohomail.com"],
        exchangers: &[".zoho.com"],
        submission: ("smtp.zoho.com", 465),
        imap: ("imap.zoho.com", 993),
        caldav: Some(("calendar.zoho.com", 443, "/")),
        further: &[
            Further::Submission("smtp.zoho.com", 587),
            Further::Submission("smtppro.zoho.com", 465),
            Further::Submission("smtppro.zoho.com", 587),
            Further::Imap("imappro.zoho.com", 993),
        ],
    },
    Provider {
        name: "Zoho Europe",
        domains: &["zohomail.eu", "zoho.eu"],
        exchangers: &[".zoho.eu"],
        submission: ("smtp.zoho.eu", 465),
        imap: ("imap.zoho.eu", 993),
        caldav: Some(("calendar.zoho.eu", 443, "/")),
        further: &[
            Further::Submission("smtp.zoho.eu", 587),
            Further::Submission("smtppro.zoho.eu", 465),
            Further::Submission("smtppro.zoho.eu", 587),
            Further::Imap("imappro.zoho.eu", 993),
        ],
    },
];

impl Provider {
    /// The provider whose own domain this is.
    pub fn of_domain(domain: &HostName) -> Option<&'static Self> {
        PROVIDERS.iter().find(|provider| provider.domains.contains(&domain.as_str()))
    }

    /// The provider to whom this mail exchanger belongs.
    pub fn of_exchanger(exchanger: &HostName) -> Option<&'static Self> {
        let belongs = |end: &&str| match end.strip_prefix('.') {
            Some(_) => exchanger.as_str().ends_with(*end),
            None => exchanger.as_str() == *end,
        };
        PROVIDERS.iter().find(|provider| provider.exchangers.iter().any(&belongs))
    }

    /// Its servers, with the path at which CalDAV begins.
    pub fn servers(&self) -> impl Iterator<Item = (Service, Server, &'static str)> {
        let server = |(host, port): Location| Server {
            host: host.to_owned(),
            port,
            security: if matches!(port, 143 | 587) { Security::StartTls } else { Security::Tls },
        };
        let mail = [(Service::Submission, server(self.submission), "/"), (Service::Imap, server(self.imap), "/")];
        let caldav = self.caldav.map(|(host, port, path)| (Service::CalDav, server((host, port)), path));
        mail.into_iter().chain(caldav)
    }

    /// Whether this host and port are its server for a service.
    pub fn serves(&self, service: Service, host: &str, port: u16) -> bool {
        let main = match service {
            Service::Submission => self.submission == (host, port),
            Service::Imap => self.imap == (host, port),
            Service::CalDav => self.caldav.is_some_and(|(name, number, _)| (name, number) == (host, port)),
        };
        main || self.further.iter().any(|further| match (further, service) {
            (Further::NumberedCalDav(name), Service::CalDav) => port == 443 && is_numbered(host, name),
            (Further::Submission(name, number), Service::Submission) => (*name, *number) == (host, port),
            (Further::Imap(name, number), Service::Imap) => (*name, *number) == (host, port),
            _ => false,
        })
    }
}

/// Whether a host is `pNN-NAME`, with up to four digits.
fn is_numbered(host: &str, name: &str) -> bool {
    host.strip_prefix('p')
        .and_then(|rest| rest.strip_suffix(name))
        .and_then(|rest| rest.strip_suffix('-'))
        .is_some_and(|number| (1..=4).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_well_formed_and_has_a_permitted_port() {
        for provider in PROVIDERS {
            for (_, server, path) in provider.servers() {
                assert_eq!(HostName::parse(&server.host).unwrap().as_str(), server.host, "{}", provider.name);
                // Posteo's calendars lie on a port of their own.
                let port_is_usual = matches!(server.port, 465 | 587 | 993 | 143 | 443);
                assert!(port_is_usual || provider.name == "Posteo", "{}", provider.name);
                assert!(path.starts_with('/'), "{}", provider.name);
            }
            assert!(!provider.domains.is_empty() || !provider.exchangers.is_empty(), "{}", provider.name);
        }
        assert!(PROVIDERS.is_sorted_by_key(|provider| provider.name.to_lowercase()));
    }

    #[test]
    fn purelymail_is_known_by_its_domain_and_by_its_exchanger() {
        let own = Provider::of_domain(&HostName::parse("purelymail.com").unwrap()).unwrap();
        let hosted = Provider::of_exchanger(&HostName::parse("mailserver.purelymail.com").unwrap()).unwrap();
        assert_eq!((own.name, hosted.name), ("Purelymail", "Purelymail"));
        assert!(Provider::of_exchanger(&HostName::parse("mail.notpurelymail.com").unwrap()).is_none());
        assert!(Provider::of_exchanger(&HostName::parse("evil-messagingengine.com").unwrap()).is_none());
    }

    #[test]
    fn numbered_hosts_carry_a_number_and_nothing_else() {
        let icloud = Provider::of_domain(&HostName::parse("me.com").unwrap()).unwrap();
        assert!(icloud.serves(Service::CalDav, "p42-caldav.icloud.com", 443));
        for host in
            ["p-caldav.icloud.com", "p4x-caldav.icloud.com", "p42caldav.icloud.com", "p1.evil-caldav.icloud.com"]
        {
            assert!(!icloud.serves(Service::CalDav, host, 443), "{host}");
        }
        assert!(!icloud.serves(Service::CalDav, "p42-caldav.icloud.com", 8443));
        assert!(!icloud.serves(Service::Imap, "caldav.icloud.com", 443));
    }
}
