//! The sandbox's control address, by which mail and events come into being without a client.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::provider::Provider;
use crate::trouble::Trouble;

/// A connection to the control address of a sandbox.
pub struct Control {
    stream: BufReader<TcpStream>,
}

/// What went through the sandbox's IMAP server since it was started, TLS not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Commands.
    pub commands: u64,
    /// Bytes in both directions.
    pub bytes: u64,
}

impl Control {
    /// Connects to the sandbox of a provider.
    ///
    /// # Errors
    ///
    /// When the provider is no sandbox, or has ended.
    pub fn of(provider: &Provider) -> Result<Self, Trouble> {
        let address = provider.control().ok_or_else(|| "this provider is no sandbox".to_owned())?;
        let stream = TcpStream::connect(&address).map_err(|error| format!("{address}: {error}"))?;
        stream.set_nodelay(true).map_err(|error| format!("{address}: {error}"))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Brings a mail into the mailboxes of its recipients.
    ///
    /// # Errors
    ///
    /// When the sandbox refuses it.
    pub fn deliver(&mut self, from: &str, to: &str, mail: &str) -> Result<(), Trouble> {
        let body = json!({ "from": from, "to": [to], "text": mail }).to_string();
        self.ask("POST", "/mail", &body).map(drop)
    }

    /// Stores an event past all preconditions.
    ///
    /// # Errors
    ///
    /// When there is no such calendar.
    pub fn store(&mut self, owner: &str, calendar: &str, name: &str, ics: &str) -> Result<(), Trouble> {
        self.ask("PUT", &format!("/calendars/{owner}/{calendar}/{name}"), ics).map(drop)
    }

    /// What went through IMAP so far.
    ///
    /// # Errors
    ///
    /// When the sandbox has ended.
    pub fn traffic(&mut self) -> Result<Traffic, Trouble> {
        let said: Value = serde_json::from_str(&self.ask("GET", "/traffic", "")?).unwrap_or_default();
        let count = |name: &str| said[name].as_u64().unwrap_or_default();
        Ok(Traffic { commands: count("commands"), bytes: count("received_bytes") + count("sent_bytes") })
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<String, Trouble> {
        let length = body.len();
        let request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}");
        let (status, answer) = self.exchange(&request).map_err(|error| format!("{method} {path}: {error}"))?;
        if status.contains(" 20") { Ok(answer) } else { Err(format!("{method} {path}: {status} {answer}").into()) }
    }

    fn exchange(&mut self, request: &str) -> std::io::Result<(String, String)> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut status = String::new();
        self.stream.read_line(&mut status)?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 || line.trim().is_empty() {
                break;
            }
            if let Some((_, value)) =
                line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            {
                length = value.trim().parse().unwrap_or_default();
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status.trim().to_owned(), String::from_utf8_lossy(&body).into_owned()))
    }
}
