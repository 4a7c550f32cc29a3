//! STARTTLS, done strictly before any library sees the connection (RFC 3207, RFC 3501 section 6.2.1, RFC 8314).
//!
//! A server that does not offer it is refused, and so is one that has sent anything behind its consent: such text
//! came from whoever sits in between, and must not be taken for the server's first words under TLS (CVE-2011-0411).

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::Refusal;

use crate::policy::limit::{SILENCE_TIMEOUT, SMTP_LINE_LIMIT_BYTES};

/// The longest preamble that is read before TLS, in bytes.
const PREAMBLE_LIMIT_BYTES: usize = 16 * 1024;

/// Greets an SMTP server and asks it to begin TLS.
///
/// # Errors
/// [`Refusal::Tls`] if it does not offer TLS or something is injected.
pub(crate) async fn begin_smtp(stream: &mut TcpStream) -> Result<(), Refusal> {
    let mut preamble = Preamble::new(stream);
    let greeting = preamble.smtp_reply().await?;
    greeting.expect(220)?;
    preamble.say("EHLO [127.0.0.1]\r\n").await?;
    let offer = preamble.smtp_reply().await?;
    offer.expect(250)?;
    if !offer.lines.iter().any(|line| line.trim().eq_ignore_ascii_case("STARTTLS")) {
        return Err(not_offered());
    }
    preamble.say("STARTTLS\r\n").await?;
    let consent = preamble.smtp_reply().await?;
    if consent.code != 220 {
        return Err(not_offered());
    }
    preamble.finish()
}

/// Greets an IMAP server and asks it to begin TLS.
///
/// # Errors
/// [`Refusal::Tls`] if it does not offer TLS, believes us signed in already, or something is injected.
pub(crate) async fn begin_imap(stream: &mut TcpStream) -> Result<(), Refusal> {
    let mut preamble = Preamble::new(stream);
    let greeting = preamble.line().await?;
    if starts_with(&greeting, "* BYE") {
        return Err(Refusal::ServerRefused { code: None, server_said: greeting[5..].trim().to_owned() });
    }
    if !starts_with(&greeting, "* OK") {
        return Err(if starts_with(&greeting, "* PREAUTH") { not_offered() } else { Refusal::Garbled });
    }
    preamble.say("S1 STARTTLS\r\n").await?;
    loop {
        let line = preamble.line().await?;
        if starts_with(&line, "S1 OK") {
            return preamble.finish();
        }
        if starts_with(&line, "S1 ") {
            return Err(not_offered());
        }
        if !line.starts_with("* ") {
            return Err(Refusal::Garbled);
        }
    }
}

fn starts_with(line: &str, start: &str) -> bool {
    line.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn not_offered() -> Refusal {
    Refusal::Tls { because: "it does not offer a protected connection on this port".to_owned() }
}

/// The plain text before TLS.
struct Preamble<'a> {
    stream: &'a mut TcpStream,
    /// What was read and not yet looked at.
    pending: Vec<u8>,
    read_bytes: usize,
}

/// One reply of an SMTP server.
struct SmtpReply {
    code: u16,
    lines: Vec<String>,
}

impl SmtpReply {
    fn expect(&self, code: u16) -> Result<(), Refusal> {
        if self.code == code {
            return Ok(());
        }
        Err(Refusal::ServerRefused { code: Some(self.code), server_said: self.lines.join(" ") })
    }
}

impl<'a> Preamble<'a> {
    fn new(stream: &'a mut TcpStream) -> Self {
        Self { stream, pending: Vec::new(), read_bytes: 0 }
    }

    async fn say(&mut self, text: &str) -> Result<(), Refusal> {
        // A line that came without being asked for would be taken for the answer.
        if !self.pending.is_empty() {
            return Err(injected());
        }
        let written = timeout(SILENCE_TIMEOUT, self.stream.write_all(text.as_bytes())).await;
        written.map_err(|_| Refusal::TimedOut)?.map_err(|_| Refusal::Closed)
    }

    /// One line without its end.
    async fn line(&mut self) -> Result<String, Refusal> {
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.pending.drain(..=end).collect();
                return Ok(printable(line.trim_ascii_end()));
            }
            if self.pending.len() > SMTP_LINE_LIMIT_BYTES || self.read_bytes > PREAMBLE_LIMIT_BYTES {
                return Err(Refusal::Garbled);
            }
            let mut chunk = [0; 512];
            let read = timeout(SILENCE_TIMEOUT, self.stream.read(&mut chunk)).await;
            match read.map_err(|_| Refusal::TimedOut)? {
                Ok(0) | Err(_) => return Err(Refusal::Closed),
                Ok(count) => {
                    self.read_bytes += count;
                    self.pending.extend_from_slice(&chunk[..count]);
                }
            }
        }
    }

    async fn smtp_reply(&mut self) -> Result<SmtpReply, Refusal> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?;
            let (code, rest) = line.split_at_checked(3).ok_or(Refusal::Garbled)?;
            let code = code.parse().map_err(|_| Refusal::Garbled)?;
            lines.push(rest.get(1..).unwrap_or_default().to_owned());
            if !rest.starts_with('-') {
                return Ok(SmtpReply { code, lines });
            }
        }
    }

    fn finish(self) -> Result<(), Refusal> {
        if self.pending.is_empty() { Ok(()) } else { Err(injected()) }
    }
}

fn injected() -> Refusal {
    Refusal::Tls { because: "somebody has put text into the connection before it was protected".to_owned() }
}

/// Text from outside, without anything that is not printable ASCII.
pub(crate) fn printable(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if (b' '..=b'~').contains(byte) { char::from(*byte) } else { '?' }).collect()
}
