//! The running sandbox: its servers, where they listen, and their end.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::connection::Encryption;
use crate::guest::{self, Guest};
use crate::provider::Provider;
use crate::tls::{Authority, TlsError};
use crate::{control, dav, demo, imap, smtp};

/// Why the sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port is taken or not allowed.
    #[error("port {port} of 127.0.0.1 cannot be used: {source}")]
    Port {
        /// The port that was asked for; 0 for any.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// There is no certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// The ports to listen on; 0 takes any that is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// SMTP submission with TLS from the start.
    pub smtps: u16,
    /// SMTP submission with STARTTLS.
    pub smtp: u16,
    /// IMAP with TLS from the start.
    pub imaps: u16,
    /// IMAP with STARTTLS.
    pub imap: u16,
    /// CalDAV over HTTPS.
    pub dav: u16,
    /// The control address, over HTTP.
    pub control: u16,
}

/// Where the servers listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// SMTP submission with TLS from the start.
    pub smtps: SocketAddr,
    /// SMTP submission with STARTTLS.
    pub smtp: SocketAddr,
    /// IMAP with TLS from the start.
    pub imaps: SocketAddr,
    /// IMAP with STARTTLS.
    pub imap: SocketAddr,
    /// CalDAV over HTTPS.
    pub dav: SocketAddr,
    /// The control address, over HTTP.
    pub control: SocketAddr,
}

/// A running sandbox. Dropping it ends all its servers and connections.
pub struct Sandbox {
    provider: Provider,
    authority: Authority,
    addresses: Addresses,
    guests: Vec<Guest>,
    tasks: JoinSet<()>,
}

impl Sandbox {
    /// Starts the servers on 127.0.0.1, all over the memory of `provider`.
    ///
    /// # Errors
    ///
    /// When a port cannot be had.
    pub async fn start(provider: Provider, ports: Ports) -> Result<Self, StartError> {
        Self::start_with_guests(provider, ports, Vec::new(), Duration::ZERO).await
    }

    /// Starts the servers, gives each guest an account with [`guest::PASSWORD`], and has the guests read their mail
    /// and answer it after `delay`.
    ///
    /// # Errors
    ///
    /// When a port cannot be had.
    pub async fn start_with_guests(
        provider: Provider,
        ports: Ports,
        guests: Vec<Guest>,
        delay: Duration,
    ) -> Result<Self, StartError> {
        let authority = Authority::new()?;
        let (smtps, smtp) = (listen(ports.smtps).await?, listen(ports.smtp).await?);
        let (imaps, imap) = (listen(ports.imaps).await?, listen(ports.imap).await?);
        let (dav, control) = (listen(ports.dav).await?, listen(ports.control).await?);
        let addresses = Addresses {
            smtps: address_of(&smtps)?,
            smtp: address_of(&smtp)?,
            imaps: address_of(&imaps)?,
            imap: address_of(&imap)?,
            dav: address_of(&dav)?,
            control: address_of(&control)?,
        };
        let mut tasks = JoinSet::new();
        for (listener, encryption) in [(smtps, Encryption::Implicit), (smtp, Encryption::OnRequest)] {
            tasks.spawn(smtp::serve(listener, provider.clone(), authority.clone(), encryption));
        }
        for (listener, encryption) in [(imaps, Encryption::Implicit), (imap, Encryption::OnRequest)] {
            tasks.spawn(imap::serve(listener, provider.clone(), authority.clone(), encryption));
        }
        tasks.spawn(dav::serve(dav, provider.clone(), authority.clone()));
        for guest in &guests {
            provider.add_account(&guest.address, guest::PASSWORD, &guest.name);
        }
        tasks.spawn(guest::attend(provider.clone(), guests.clone(), delay));
        let mut sandbox = Self { provider, authority, addresses, guests, tasks };
        sandbox.tasks.spawn(control::serve(control, sandbox.provider.clone(), sandbox.info()));
        Ok(sandbox)
    }

    /// Where everything is: what `sandbox` prints when it is ready.
    ///
    /// The relay hands the same text to the page, which takes from it the demonstration's account, its three servers
    /// and its guests; without the demonstration these fields are missing.
    #[must_use]
    pub fn info(&self) -> Value {
        let at = self.addresses;
        let server = |address: SocketAddr, protection: &str, path: &str| json!({ "host": "localhost", "port": address.port(), "protection": protection, "path": path });
        let mut info = json!({
            "what": "Calpost sandbox: a test instrument, nothing is kept",
            "submission": server(at.smtps, "tls", ""),
            "submission_starttls": server(at.smtp, "starttls", ""),
            "imap": server(at.imaps, "tls", ""),
            "imap_starttls": server(at.imap, "starttls", ""),
            "caldav": server(at.dav, "tls", dav::ROOT),
            "caldav_url": format!("https://localhost:{}{}", at.dav.port(), dav::ROOT),
            "control": format!("http://{}/", at.control),
            "ca": self.authority.certificate_pem(),
            "guests": self.guests.iter().map(describe).collect::<Vec<_>>(),
        });
        let is_demo = self.provider.read(demo::ANN, |account| account.has_password(demo::PASSWORD));
        if let Some(info) = info.as_object_mut().filter(|_| is_demo == Some(true)) {
            let person =
                |(address, name): (&str, &str)| json!({ "address": address, "name": name, "password": demo::PASSWORD });
            info.extend([
                ("address".to_owned(), demo::ANN.into()),
                ("password".to_owned(), demo::PASSWORD.into()),
                ("name".to_owned(), "Ann Able".into()),
                ("colleagues".to_owned(), demo::COLLEAGUES.map(person).to_vec().into()),
            ]);
        }
        info
    }

    /// Everything the sandbox remembers.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Where the servers listen.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// The certificate, as PEM, that a client must trust.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        self.authority.certificate_pem()
    }
}

fn describe(guest: &Guest) -> Value {
    json!({
        "name": guest.name,
        "address": guest.address,
        "password": guest::PASSWORD,
        "does": guest.does(),
        "manner": guest.manner,
        "program": guest.program,
    })
}

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|source| StartError::Port { port, source })
}

fn address_of(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|source| StartError::Port { port: 0, source })
}
