//! A mailbox provider for a journey: SMTP submission, IMAP and CalDAV on 127.0.0.1, with TLS of the tests' authority.

mod cyrus;
mod dovecot;
mod postfix;
mod radicale;
mod sandbox;
mod silence;

use std::path::{Path, PathBuf};

use crate::certificate;
use crate::daemon::Daemon;
use crate::folder::Folder;
use crate::person::Person;
use crate::trouble::Trouble;
pub use silence::Silence;

/// Which servers stand behind a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The in-memory sandbox, whose guests answer by themselves.
    Sandbox,
    /// Dovecot, Postfix and Radicale.
    Radicale,
    /// Dovecot, Postfix and Cyrus, whose CalDAV would invite by itself.
    Cyrus,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Sandbox, Self::Radicale, Self::Cyrus];

    /// A word for the names of journeys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Radicale => "radicale",
            Self::Cyrus => "cyrus",
        }
    }
}

/// A running provider.
pub struct Provider {
    /// What it is made of.
    pub kind: Kind,
    /// Port of submission with TLS from the start.
    pub smtps_port: u16,
    /// Port of submission without TLS, for guests who are not people in a browser; none at the sandbox.
    pub smtp_port: Option<u16>,
    /// Port of IMAP with TLS from the start.
    pub imaps_port: u16,
    /// Port of IMAP without TLS, for looking into mailboxes; none at the sandbox.
    pub imap_port: Option<u16>,
    /// Where CalDAV begins.
    pub dav_url: String,
    /// The servers by name, so that a journey can let one hang or go.
    pub daemons: Vec<(&'static str, Daemon)>,
    /// Guests who answer by themselves, as they are typed into the form; none at real servers.
    pub guests: Vec<String>,
    /// A server that takes connections and says nothing.
    pub silence: Silence,
    /// The line the sandbox prints about itself, for the relay's `--demo`.
    pub description: Option<PathBuf>,
    authority: PathBuf,
    people: Vec<Person>,
    // Last, so that the servers are gone before their files are.
    folder: Folder,
}

impl Provider {
    /// Starts everything that this kind is made of.
    ///
    /// # Errors
    ///
    /// What is missing on this machine, or what went wrong.
    pub fn start(kind: Kind) -> Result<Self, Trouble> {
        let folder = Folder::new();
        let outcome = match kind {
            Kind::Sandbox => sandbox::start(&folder),
            Kind::Radicale => mail_and(&folder, radicale::start),
            Kind::Cyrus => mail_and(&folder, cyrus::start),
        };
        let parts = outcome?;
        Ok(Self {
            kind,
            smtps_port: parts.smtps_port,
            smtp_port: parts.smtp_port,
            imaps_port: parts.imaps_port,
            imap_port: parts.imap_port,
            dav_url: parts.dav_url,
            daemons: parts.daemons,
            guests: parts.guests,
            silence: Silence::start()?,
            description: parts.description,
            authority: parts.authority,
            people: parts.people,
            folder,
        })
    }

    /// The certificate the relay must trust.
    #[must_use]
    pub fn authority(&self) -> &Path {
        &self.authority
    }

    /// What the relay must be allowed to reach, each as `host:port`.
    #[must_use]
    pub fn endpoints(&self) -> Vec<String> {
        let dav_port = self.dav_url.rsplit_once(':').map_or("443", |(_, rest)| rest.split('/').next().unwrap_or(rest));
        let silent_port = self.silence.port.to_string();
        [self.smtps_port.to_string(), self.imaps_port.to_string(), dav_port.to_owned(), silent_port]
            .iter()
            .map(|port| format!("localhost:{port}"))
            .collect()
    }

    /// Somebody who has a mailbox here.
    ///
    /// # Panics
    ///
    /// When nobody has that name.
    #[must_use]
    pub fn person(&self, name: &str) -> Person {
        self.people.iter().find(|person| person.name == name).expect("a person of this provider").clone()
    }

    /// One of the servers.
    ///
    /// # Panics
    ///
    /// When there is none of that name.
    pub fn daemon(&mut self, name: &str) -> &mut Daemon {
        let found = self.daemons.iter_mut().find(|(own, _)| *own == name);
        found.map(|(_, daemon)| daemon).expect("a server of this provider")
    }

    /// The control address of the sandbox, as `host:port`; none at real servers.
    #[must_use]
    pub fn control(&self) -> Option<String> {
        let description = std::fs::read_to_string(self.description.as_ref()?).ok()?;
        let about: serde_json::Value = serde_json::from_str(&description).ok()?;
        Some(about["control"].as_str()?.trim_start_matches("http://").trim_end_matches('/').to_owned())
    }

    /// What is written in one of its files so far.
    #[must_use]
    pub fn log(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The folder of its files.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }
}

/// What starting a provider gives.
struct Parts {
    guests: Vec<String>,
    smtps_port: u16,
    smtp_port: Option<u16>,
    imaps_port: u16,
    imap_port: Option<u16>,
    dav_url: String,
    daemons: Vec<(&'static str, Daemon)>,
    description: Option<PathBuf>,
    authority: PathBuf,
    people: Vec<Person>,
}

/// A CalDAV server: its address and what runs.
struct CalendarServer {
    url: String,
    daemon: Daemon,
}

fn mail_and(
    folder: &Folder,
    calendar: fn(&Folder, &[Person]) -> Result<CalendarServer, Trouble>,
) -> Result<Parts, Trouble> {
    certificate::write(folder)?;
    let people = Person::everybody();
    let dovecot = dovecot::start(folder, &people)?;
    let postfix = postfix::start(folder, &people, &dovecot)?;
    let CalendarServer { url, daemon } = calendar(folder, &people)?;
    Ok(Parts {
        guests: Vec::new(),
        smtps_port: postfix.smtps_port,
        smtp_port: Some(postfix.smtp_port),
        imaps_port: dovecot.imaps_port,
        imap_port: Some(dovecot.imap_port),
        dav_url: url,
        // In the order they are to be stopped: who calls before who is called.
        daemons: vec![("caldav", daemon), ("postfix", postfix.daemon), ("dovecot", dovecot.daemon)],
        description: None,
        authority: folder.path().join(certificate::AUTHORITY),
        people,
    })
}
