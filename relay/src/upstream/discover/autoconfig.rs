//! The autoconfig file that a mail domain publishes for mail programs, version 1.1.

use futures::future::join;
use quick_xml::Reader;
use quick_xml::events::Event;
use wire::{Security, Server, Service, Source};

use super::{Named, web};
use crate::policy::HostName;
use crate::upstream::Network;

/// Asks both places where the file may lie.
pub(super) async fn ask(network: &Network, domain: &HostName) -> Vec<Named> {
    let Some(host) = HostName::parse(&format!("autoconfig.{domain}")) else { return Vec::new() };
    let own = web::get(network, &host, "/mail/config-v1.1.xml");
    let well_known = web::get(network, domain, "/.well-known/autoconfig/mail/config-v1.1.xml");
    let (own, well_known) = join(own, well_known).await;
    [own, well_known]
        .into_iter()
        .flatten()
        .filter(|page| page.status == 200)
        .map(|page| read(&String::from_utf8_lossy(&page.content), domain))
        .find(|named| !named.is_empty())
        .unwrap_or_default()
}

/// The servers in a file. What cannot be read is left out; nothing nests here, so nothing recurses.
fn read(text: &str, domain: &HostName) -> Vec<Named> {
    let mut reader = Reader::from_str(text);
    let mut named = Vec::new();
    let mut entry: Option<Entry> = None;
    let mut element = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                element = start.local_name().as_ref().to_owned();
                let service = match element.as_str() {
                    "incomingServer" => Some((Service::Imap, "imap")),
                    "outgoingServer" => Some((Service::Submission, "smtp")),
                    "calendar" => Some((Service::CalDav, "caldav")),
                    _ => None,
                };
                if let Some((service, kind)) = service {
                    let is_wanted = start.attributes().flatten().any(|attribute| {
                        attribute.key.local_name().as_ref() == "type" && attribute.value.as_ref() == kind
                    });
                    entry = is_wanted.then(|| Entry::new(service));
                }
            }
            Ok(Event::Text(content)) => {
                if let Some(entry) = &mut entry {
                    entry.take(&element, content.trim());
                }
            }
            Ok(Event::End(end)) => {
                element.clear();
                if matches!(end.local_name().as_ref(), "incomingServer" | "outgoingServer" | "calendar") {
                    named.extend(entry.take().and_then(|entry| entry.finish(domain)));
                }
            }
            Ok(Event::Eof) | Err(_) => return named,
            Ok(_) => {}
        }
    }
}

/// A server of the file while it is read.
struct Entry {
    service: Service,
    host: String,
    port: Option<u16>,
    security: Option<Security>,
    url: String,
}

impl Entry {
    fn new(service: Service) -> Self {
        Self { service, host: String::new(), port: None, security: None, url: String::new() }
    }

    fn take(&mut self, element: &str, text: &str) {
        match element {
            "hostname" => self.host = text.to_owned(),
            "port" => self.port = text.parse().ok(),
            "socketType" => {
                self.security = match text.to_ascii_uppercase().as_str() {
                    "SSL" | "TLS" => Some(Security::Tls),
                    "STARTTLS" => Some(Security::StartTls),
                    _ => None,
                }
            }
            "serverURL" => self.url = text.to_owned(),
            _ => {}
        }
    }

    fn finish(self, domain: &HostName) -> Option<Named> {
        let Self { service, host, port, security, url } = self;
        let source = Source::Autoconfig;
        if service == Service::CalDav {
            let place = web::Place::read(&url.replace("%EMAILDOMAIN%", domain.as_str()), domain)?;
            return Some(Named { service, server: place.server, path: place.path, source });
        }
        let host = HostName::parse(&host.replace("%EMAILDOMAIN%", domain.as_str()))?;
        let server = Server { host: host.as_str().to_owned(), port: port?, security: security? };
        Some(Named { service, server, path: "/".to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"<?xml version="1.0"?>
        <clientConfig version="1.1"><emailProvider id="example.org">
          <incomingServer type="pop3"><hostname>pop.example.org</hostname><port>995</port><socketType>SSL</socketType></incomingServer>
          <incomingServer type="imap">
            <hostname>imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
            <username>%EMAILADDRESS%</username>
          </incomingServer>
          <incomingServer type="imap"><hostname>imap.example.org</hostname><port>143</port><socketType>plain</socketType></incomingServer>
          <outgoingServer type="smtp"><hostname>smtp.example.org</hostname><port>587</port><socketType>STARTTLS</socketType></outgoingServer>
          <calendar type="caldav"><serverURL>https://dav.example.org/cal/</serverURL></calendar>
        </emailProvider></clientConfig>"#;

    fn outline(text: &str) -> Vec<String> {
        let line = |named: Named| {
            format!(
                "{:?} {}:{} {:?} {}",
                named.service, named.server.host, named.server.port, named.server.security, named.path
            )
        };
        read(text, &HostName::parse("example.org").unwrap()).into_iter().map(line).collect()
    }

    #[test]
    fn protected_servers_of_the_wanted_kinds_are_read() {
        assert_eq!(
            outline(FILE),
            [
                "Imap imap.example.org:993 Tls /",
                "Submission smtp.example.org:587 StartTls /",
                "CalDav dav.example.org:443 Tls /cal/"
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_gives_nothing_and_does_no_harm() {
        for text in [
            "",
            "<html><body>404",
            "<a><b></a>",
            "<incomingServer type=\"imap\"><hostname>a b</hostname></incomingServer>",
        ] {
            assert!(outline(text).is_empty(), "{text}");
        }
        let deep = "<a>".repeat(20_000);
        assert!(outline(&deep).is_empty());
        assert_eq!(outline(&FILE[..FILE.find("<outgoingServer").unwrap()]).len(), 1);
    }
}
