//! A server in the foreground: started with its output in a log, waited for, stopped by its pid.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::eventually::within;

/// How long a server may take to go when asked, before it is made to.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long a server may take to listen, on a machine that builds something at the same time.
const START: Duration = Duration::from_secs(60);

/// A running server, stopped when dropped.
pub struct Daemon {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts a server with standard output and error in `NAME.log` of the folder.
    ///
    /// # Errors
    ///
    /// When the program cannot be started.
    pub fn start(name: &'static str, command: &mut Command, folder: &Path) -> Result<Self, String> {
        let log = folder.join(format!("{name}.log"));
        let out = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let err = out.try_clone().map_err(|error| error.to_string())?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|error| format!("{name} cannot be started: {error}"))?;
        Ok(Self { name, child, log })
    }

    /// Waits until something listens on a port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When the server ends first or takes too long, with the end of its log.
    pub fn listens_on(mut self, port: u16) -> Result<Self, String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let outcome = within(START, || {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Ok(Err(format!("{} ended at once ({status})", self.name)));
            }
            TcpStream::connect(address).map(|_| Ok(())).map_err(|error| format!("port {port}: {error}"))
        });
        match outcome.and_then(|ended| ended) {
            Ok(()) => Ok(self),
            Err(problem) => Err(format!("{} does not listen: {problem}\n{}", self.name, self.log_end())),
        }
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// All of its output so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Stops it without waiting for it to finish what it does, as a power cut would.
    pub fn kill(&mut self) {
        let _gone_already = self.child.kill();
        let _status = self.child.wait();
    }

    /// Lets it hang: it keeps its connections and answers nothing, until [`Daemon::resume`].
    pub fn suspend(&self) {
        signal("STOP", self.pid());
    }

    /// Ends [`Daemon::suspend`].
    pub fn resume(&self) {
        signal("CONT", self.pid());
    }

    fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        self.resume();
        signal("TERM", self.pid());
        let ended = within(FAREWELL, || match self.child.try_wait() {
            Ok(Some(_)) => Ok(()),
            _ => Err("still running".into()),
        });
        if ended.is_err() {
            self.kill();
        }
    }
}

/// A port of 127.0.0.1 that was free a moment ago.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

fn signal(name: &str, pid: u32) {
    let _gone_already =
        Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).stderr(Stdio::null()).status();
}
