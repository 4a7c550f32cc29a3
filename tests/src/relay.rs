//! The relay of a journey: the built binary with the page inside, on a port of its own.

use std::path::PathBuf;
use std::process::Command;

use crate::daemon::{Daemon, free_port};
use crate::program;
use crate::provider::Provider;
use crate::trouble::Trouble;

/// A relay that reaches one provider and nothing else. It can go away and come back at the same address.
pub struct Relay {
    port: u16,
    arguments: Vec<String>,
    folder: PathBuf,
    daemon: Option<Daemon>,
}

impl Relay {
    /// Starts it for one provider; with the sandbox it offers the sandbox mailbox.
    ///
    /// # Errors
    ///
    /// When the relay is not built or does not start.
    pub fn start(provider: &Provider) -> Result<Self, Trouble> {
        Self::start_with(provider, &[])
    }

    /// Starts it for one provider with more options.
    ///
    /// # Errors
    ///
    /// When the relay is not built or does not start.
    pub fn start_with(provider: &Provider, options: &[&str]) -> Result<Self, Trouble> {
        let port = free_port();
        let mut arguments = vec!["--listen".to_owned(), format!("127.0.0.1:{port}")];
        arguments.extend(["--extra-ca".to_owned(), provider.authority().display().to_string()]);
        for endpoint in provider.endpoints() {
            arguments.extend(["--allow".to_owned(), endpoint]);
        }
        if let Some(description) = &provider.description {
            arguments.extend(["--demo".to_owned(), description.display().to_string()]);
        }
        arguments.extend(options.iter().map(|option| (*option).to_owned()));
        let folder = provider.folder().path().to_owned();
        let mut relay = Self { port, arguments, folder, daemon: None };
        relay.come_back()?;
        Ok(relay)
    }

    /// Where the page is.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The relay ends at once, with everything it had open.
    pub fn go_away(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill();
        }
    }

    /// Starts the relay again, at the same address.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub fn come_back(&mut self) -> Result<(), Trouble> {
        let mut command = Command::new(program::ours("calpost")?);
        command.args(&self.arguments);
        // The relay takes every `CALPOST_` variable for an option of its own.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CALPOST_")) {
            command.env_remove(name);
        }
        self.daemon = Some(Daemon::start("relay", &mut command, &self.folder)?.listens_on(self.port)?);
        Ok(())
    }

    /// Its process id, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.daemon.as_ref().map(Daemon::pid)
    }

    /// Everything it logged since it was last started.
    #[must_use]
    pub fn log(&self) -> String {
        self.daemon.as_ref().map(Daemon::log).unwrap_or_default()
    }
}
