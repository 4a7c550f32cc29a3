//! The running sandbox: its servers, where they listen, and their end.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::connection::Encryption;
use crate::provider::Provider;
use crate::tls::{Authority, TlsError};
use crate::{dav, imap, smtp};

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
}

/// A running sandbox. Dropping it ends all its servers and connections.
pub struct Sandbox {
    provider: Provider,
    authority: Authority,
    addresses: Addresses,
    _tasks: JoinSet<()>,
}

impl Sandbox {
    /// Starts the servers on 127.0.0.1, all over the memory of `provider`.
    ///
    /// # Errors
    ///
    /// When a port cannot be had.
    pub async fn start(provider: Provider, ports: Ports) -> Result<Self, StartError> {
        let authority = Authority::new()?;
        let (smtps, smtp) = (listen(ports.smtps).await?, listen(ports.smtp).await?);
        let (imaps, imap) = (listen(ports.imaps).await?, listen(ports.imap).await?);
        let dav = listen(ports.dav).await?;
        let addresses = Addresses {
            smtps: address_of(&smtps)?,
            smtp: address_of(&smtp)?,
            imaps: address_of(&imaps)?,
            imap: address_of(&imap)?,
            dav: address_of(&dav)?,
        };
        let mut tasks = JoinSet::new();
        for (listener, encryption) in [(smtps, Encryption::Implicit), (smtp, Encryption::OnRequest)] {
            tasks.spawn(smtp::serve(listener, provider.clone(), authority.clone(), encryption));
        }
        for (listener, encryption) in [(imaps, Encryption::Implicit), (imap, Encryption::OnRequest)] {
            tasks.spawn(imap::serve(listener, provider.clone(), authority.clone(), encryption));
        }
        tasks.spawn(dav::serve(dav, provider.clone(), authority.clone()));
        Ok(Self { provider, authority, addresses, _tasks: tasks })
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

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|source| StartError::Port { port, source })
}

fn address_of(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|source| StartError::Port { port: 0, source })
}
