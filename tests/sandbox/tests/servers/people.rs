//! A running sandbox with Ann and Bob, and the raw conversations that the tests have with it.

use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use sandbox::Sandbox;
use sandbox::delivery::{Authentication, Envelope, deliver};
use sandbox::guest::Guest;
use sandbox::provider::Provider;
use sandbox::server::Ports;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub(crate) const ANN: &str = "ann@sandbox.test";
pub(crate) const BOB: &str = "bob@sandbox.test";
/// Until when something must have happened; nothing takes that long unless it never comes.
const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) struct People {
    pub(crate) sandbox: Sandbox,
}

impl People {
    pub(crate) async fn start() -> Self {
        Self::start_with_guests(Vec::new()).await
    }

    /// Guests here answer at once.
    pub(crate) async fn start_with_guests(guests: Vec<Guest>) -> Self {
        let provider = Provider::new();
        provider.add_account(ANN, PASSWORD, "Ann Able");
        provider.add_account(BOB, PASSWORD, "Bob Baker");
        let sandbox = Sandbox::start_with_guests(provider, Ports::default(), guests, Duration::ZERO).await.unwrap();
        Self { sandbox }
    }

    /// Waits until somebody's INBOX has that many mails, and gives them.
    pub(crate) async fn inbox_of(&self, address: &str, count: usize) -> Vec<String> {
        let mut changes = self.sandbox.provider().watch();
        let wait = async {
            while self.inbox(address).len() < count {
                changes.changed().await.unwrap();
            }
        };
        let waited = tokio::time::timeout(DEADLINE, wait).await;
        let inbox = self.inbox(address);
        assert!(waited.is_ok(), "{count} mails expected, found {inbox:#?}");
        inbox
    }

    pub(crate) fn inbox(&self, address: &str) -> Vec<String> {
        let text = |raw: &[u8]| String::from_utf8_lossy(raw).into_owned();
        let look = |account: &sandbox::provider::Account| {
            account.mailbox("INBOX").unwrap().messages().iter().map(|message| text(&message.raw)).collect()
        };
        self.sandbox.provider().read(address, look).unwrap()
    }

    pub(crate) fn lettre_tls(&self) -> TlsParameters {
        let certificate = Certificate::from_pem(self.sandbox.certificate_pem().as_bytes()).unwrap();
        TlsParameters::builder("localhost".into()).add_root_certificate(certificate).build_rustls().unwrap()
    }

    /// A TLS connection to a port of the sandbox, which trusts its authority and nobody else.
    pub(crate) async fn tls(&self, port: u16) -> TlsStream<TcpStream> {
        self.upgrade(TcpStream::connect(("127.0.0.1", port)).await.unwrap()).await
    }

    pub(crate) async fn upgrade(&self, stream: TcpStream) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.sandbox.certificate_pem().as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }

    pub(crate) async fn smtp(&self) -> Lines<TlsStream<TcpStream>> {
        Lines::greeted(self.tls(self.sandbox.addresses().smtps.port()).await).await
    }

    pub(crate) async fn smtp_plain(&self) -> Lines<TcpStream> {
        Lines::greeted(TcpStream::connect(self.sandbox.addresses().smtp).await.unwrap()).await
    }

    pub(crate) async fn smtp_logged_in(&self, address: &str) -> Lines<TlsStream<TcpStream>> {
        let mut raw = self.smtp().await;
        assert_eq!(raw.say("EHLO test").await, 250);
        // PLAIN by hand, so that this does not stand on the code it tests.
        assert_eq!(raw.say("AUTH LOGIN").await, 334);
        assert_eq!(raw.say(&base64(address)).await, 334);
        assert_eq!(raw.say(&base64(PASSWORD)).await, 235);
        raw
    }
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// A conversation in lines.
pub(crate) struct Lines<S>(BufStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Lines<S> {
    pub(crate) fn of(stream: S) -> Self {
        Self(BufStream::new(stream))
    }

    /// The connection, when nothing that was read is unused.
    pub(crate) fn into_inner(self) -> S {
        self.0.into_inner()
    }

    /// Wraps a connection and reads the server's greeting.
    pub(crate) async fn greeted(stream: S) -> Self {
        let mut lines = Self::of(stream);
        lines.read().await;
        lines
    }

    /// Reads one line; empty at the end of the stream.
    pub(crate) async fn read(&mut self) -> String {
        let mut line = Vec::new();
        let _ = self.0.read_until(b'\n', &mut line).await;
        String::from_utf8(line).unwrap()
    }

    pub(crate) async fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// Says a line, whether or not anybody still listens.
    pub(crate) async fn tell(&mut self, line: &str) {
        let _ = self.0.write_all(format!("{line}\r\n").as_bytes()).await;
        let _ = self.0.flush().await;
    }

    /// Says a line to an SMTP server and gives the code of its reply.
    pub(crate) async fn say(&mut self, line: &str) -> u16 {
        self.write(&format!("{line}\r\n")).await;
        loop {
            let reply = self.read().await;
            if reply.as_bytes().get(3) != Some(&b'-') {
                return reply.get(..3).and_then(|code| code.parse().ok()).unwrap_or_default();
            }
        }
    }

    pub(crate) async fn is_closed(&mut self) -> bool {
        self.read().await.is_empty()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Lines<S> {
    /// Says a command to an IMAP server and gives all lines of its answer, the tagged one last, without its tag.
    pub(crate) async fn ask(&mut self, command: &str) -> Vec<String> {
        self.write(&format!("T1 {command}\r\n")).await;
        self.answer().await
    }

    /// Reads the lines of an answer up to the tagged one, or to a request to go on.
    pub(crate) async fn answer(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.read().await;
            let ends = line.is_empty() || line.starts_with("T1 ") || line.starts_with('+');
            lines.push(line.trim_end().trim_start_matches("T1 ").to_owned());
            if ends {
                return lines;
            }
        }
    }
}

impl People {
    pub(crate) async fn imap(&self) -> Lines<TlsStream<TcpStream>> {
        Lines::greeted(self.tls(self.sandbox.addresses().imaps.port()).await).await
    }

    pub(crate) async fn imap_plain(&self) -> Lines<TcpStream> {
        Lines::greeted(TcpStream::connect(self.sandbox.addresses().imap).await.unwrap()).await
    }

    pub(crate) async fn imap_logged_in(&self, address: &str) -> Lines<TlsStream<TcpStream>> {
        let mut raw = self.imap().await;
        let answer = raw.ask(&format!("LOGIN {address} \"{PASSWORD}\"")).await;
        assert!(answer[0].starts_with("OK "), "{answer:?}");
        raw
    }

    /// Puts a mail into somebody's INBOX, as if it had come from outside.
    pub(crate) fn deliver(&self, recipient: &str, raw: &str) {
        let envelope = Envelope { sender: "someone@example.org".into(), recipients: vec![recipient.into()] };
        deliver(self.sandbox.provider(), &envelope, raw.as_bytes(), Authentication::Pass);
    }
}

/// The answer to an HTTP request.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl People {
    /// Sends a request to the CalDAV server as `address`; `None` when the connection was cut.
    pub(crate) async fn dav(&self, address: &str, request: &str, headers: &[&str], body: &str) -> Option<Reply> {
        let authorization = format!("Authorization: Basic {}", base64(&format!("{address}:{PASSWORD}")));
        self.dav_raw(request, &[&[authorization.as_str()], headers].concat(), body).await
    }

    pub(crate) async fn dav_raw(&self, request: &str, headers: &[&str], body: &str) -> Option<Reply> {
        let mut stream = self.tls(self.sandbox.addresses().dav.port()).await;
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let text = format!(
            "{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut reply = Vec::new();
        // A server that closes without saying so by TLS has still said all it had to say.
        let _ = stream.read_to_end(&mut reply).await;
        let reply = String::from_utf8(reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Reply { status, head: head.to_owned(), body: body.to_owned() })
    }
}
