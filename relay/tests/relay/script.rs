//! A server that follows a script, line by line, over TLS or before it.

use std::sync::{Arc, LazyLock};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The name under which every scripted server is reached.
pub(crate) const HOST: &str = "mail.test";

/// The certificate of every scripted server, which is its own authority.
static IDENTITY: LazyLock<(rcgen::Certificate, TlsAcceptor)> = LazyLock::new(|| {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec![HOST.to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    (cert, TlsAcceptor::from(Arc::new(config)))
});

/// The authority that the relay must trust.
pub(crate) fn authority() -> CertificateDer<'static> {
    IDENTITY.0.der().clone()
}

/// The same as text.
pub(crate) fn authority_pem() -> String {
    IDENTITY.0.pem()
}

trait Both: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Both for T {}

/// The server's end of a connection.
pub(crate) struct Wire {
    stream: Box<dyn Both>,
}

/// A server that runs.
pub(crate) struct Server {
    pub(crate) port: u16,
    running: JoinHandle<()>,
}

impl Server {
    /// A server with TLS from the first byte that follows this script on its first connection.
    pub(crate) async fn tls<F>(script: impl FnOnce(Wire) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        Self::plain(|wire| async { script(wire.start_tls().await).await }).await
    }

    /// A server without TLS, until the script begins it.
    pub(crate) async fn plain<F>(script: impl FnOnce(Wire) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let running = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            script(Wire { stream: Box::new(stream) }).await;
        });
        Self { port, running }
    }

    /// A server with TLS that follows this script on each of so many connections, one after the other.
    pub(crate) async fn tls_each<F>(count: usize, script: impl Fn(Wire) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let running = tokio::spawn(async move {
            for _ in 0..count {
                let (stream, _) = listener.accept().await.unwrap();
                script(Wire { stream: Box::new(stream) }.start_tls().await).await;
            }
        });
        Self { port, running }
    }

    /// Waits until the script has come to its end, and fails with it.
    pub(crate) async fn finish(self) {
        self.running.await.unwrap();
    }
}

impl Wire {
    /// Goes on with TLS.
    pub(crate) async fn start_tls(self) -> Self {
        Self { stream: Box::new(IDENTITY.1.accept(self.stream).await.unwrap()) }
    }

    /// Says something, word for word.
    pub(crate) async fn say(&mut self, text: &str) {
        self.say_bytes(text.as_bytes()).await;
    }

    pub(crate) async fn say_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Says something that the other side may not want to hear any more.
    pub(crate) async fn try_to_say(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok() && self.stream.flush().await.is_ok()
    }

    /// The next line without its end; empty when the other side has closed.
    pub(crate) async fn hear(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            match self.stream.read_u8().await {
                Ok(byte) => line.push(byte),
                Err(_) => break,
            }
        }
        String::from_utf8(line).unwrap().trim_end_matches("\r\n").to_owned()
    }

    /// So many bytes.
    pub(crate) async fn hear_bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.stream.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    /// Everything up to and with this end.
    pub(crate) async fn hear_until(&mut self, end: &str) -> String {
        let mut text = Vec::new();
        while !text.ends_with(end.as_bytes()) {
            text.push(self.stream.read_u8().await.unwrap());
        }
        String::from_utf8(text).unwrap()
    }

    /// Hears a line that begins like this, and gives its rest.
    #[track_caller]
    pub(crate) fn expect(&mut self, beginning: &'static str) -> impl Future<Output = String> + Send {
        let place = std::panic::Location::caller();
        async move {
            let line = self.hear().await;
            match line.strip_prefix(beginning) {
                Some(rest) => rest.to_owned(),
                None => panic!("{place}: expected {beginning:?}, heard {line:?}"),
            }
        }
    }

    /// Hears an IMAP command that begins like this, and gives its tag.
    pub(crate) async fn expect_command(&mut self, beginning: &str) -> String {
        let line = self.hear().await;
        let (tag, command) = line.split_once(' ').unwrap_or_else(|| panic!("expected {beginning:?}, heard {line:?}"));
        assert!(command.starts_with(beginning), "expected {beginning:?}, heard {command:?}");
        tag.to_owned()
    }

    /// Waits until the other side has gone.
    pub(crate) async fn expect_end(&mut self) {
        let mut rest = Vec::new();
        let _ = self.stream.read_to_end(&mut rest).await;
    }

    /// Greets and lets a client in, as a submission server does.
    pub(crate) async fn let_in_smtp(&mut self) {
        self.say("220 mail.test ESMTP\r\n").await;
        self.expect("EHLO ").await;
        self.say("250-mail.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN\r\n").await;
        self.expect("AUTH PLAIN ").await;
        self.say("235 2.7.0 welcome\r\n").await;
    }

    /// Greets and lets a client in, as an IMAP server does.
    pub(crate) async fn let_in_imap(&mut self) {
        self.say("* OK ready\r\n").await;
        let tag = self.expect_command("LOGIN ").await;
        self.say(&format!("{tag} OK welcome\r\n")).await;
        let tag = self.expect_command("CAPABILITY").await;
        self.say(&format!("* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\r\n{tag} OK done\r\n")).await;
    }
}
