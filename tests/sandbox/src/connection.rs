//! A listening port and the connections on it, with room for faults.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::fault::{Act, Step};
use crate::limit;
use crate::meter::{Budget, Direction, Metered};
use crate::provider::Provider;

/// Anything that bytes go through.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// Whether a port speaks TLS from its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// From the first byte (RFC 8314).
    Implicit,
    /// After the client asked for it with STARTTLS.
    OnRequest,
}

/// Accepts connections, `most` at a time, until the task is ended, and then ends them with it.
pub(crate) async fn accept<H, F>(listener: TcpListener, most: usize, handle: H)
where
    H: Fn(TcpStream) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if connections.len() < most => {
                    // A reply must not wait for the acknowledgement of the one before.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(handle(stream));
                }
                Ok(_) => {}
                // Out of file descriptors, most likely: wait for some to be given back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection: bytes in, bytes out, and what has arrived but not been used.
pub(crate) struct Connection {
    stream: Box<dyn Io>,
    budget: Budget,
    arrived: Vec<u8>,
    /// How much has arrived since it was last asked.
    received_bytes: u64,
}

impl Connection {
    pub(crate) fn new(stream: impl Io + 'static) -> Self {
        let budget = Budget::unlimited();
        let stream = Box::new(Metered::new(stream, budget.clone()));
        Self { stream, budget, arrived: Vec::new(), received_bytes: 0 }
    }

    /// Puts TLS around the connection.
    ///
    /// Whatever arrived in the clear behind the STARTTLS command is an injected command and ends the connection.
    pub(crate) async fn encrypt(self, acceptor: &TlsAcceptor) -> io::Result<Self> {
        if !self.arrived.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "plain bytes before the TLS handshake"));
        }
        let stream = timeout(limit::HANDSHAKE, acceptor.accept(self.stream)).await??;
        Ok(Self::new(stream))
    }

    /// Reads once and appends to what has arrived. An end of the stream is an error.
    pub(crate) async fn read_more(&mut self) -> io::Result<()> {
        let read = timeout(limit::IDLE, self.stream.read_buf(&mut self.arrived)).await??;
        self.received_bytes += read as u64;
        if read == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// How many bytes have arrived since this was last asked, TLS not counted.
    pub(crate) fn take_received(&mut self) -> u64 {
        std::mem::take(&mut self.received_bytes)
    }

    /// Waits until there is something that has arrived and not been used.
    pub(crate) async fn wait_for_some(&mut self) -> io::Result<()> {
        if self.arrived.is_empty() { self.read_more().await } else { Ok(()) }
    }

    /// Takes what has arrived and not been used.
    pub(crate) fn take_arrived(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.arrived)
    }

    /// Takes the next bytes, at most up to the end of a line, waiting until there are some.
    ///
    /// Not more than a line: what comes behind STARTTLS must be seen to be there. Nothing is lost when the wait is
    /// broken off.
    pub(crate) async fn read_some(&mut self) -> io::Result<Vec<u8>> {
        self.wait_for_some().await?;
        let line = self.arrived.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
        Ok(self.arrived.drain(..line.unwrap_or(self.arrived.len())).collect())
    }

    /// Gives bytes back that were taken but not used.
    pub(crate) fn give_back(&mut self, unused: &[u8]) {
        self.arrived.splice(0..0, unused.iter().copied());
    }

    /// Reads up to and including the next LF. `None` when the line is longer than `limit`; it is then skipped.
    pub(crate) async fn read_line(&mut self, limit: usize) -> io::Result<Option<Vec<u8>>> {
        let mut too_long = false;
        loop {
            if let Some(end) = self.arrived.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.arrived.drain(..=end).collect();
                return Ok((!too_long && line.len() <= limit).then_some(line));
            }
            if self.arrived.len() > limit {
                too_long = true;
                self.arrived.clear();
            }
            self.read_more().await?;
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        timeout(limit::IDLE, self.stream.write_all(bytes)).await??;
        self.stream.flush().await
    }

    /// Ends the connection in the way of the protocol below, so that the last reply arrives.
    pub(crate) async fn close(mut self) {
        let _ = timeout(limit::HANDSHAKE, self.stream.shutdown()).await;
    }

    /// Lets the fault set for this step happen. Gives the code and words of a refusal for the server to send.
    pub(crate) async fn meet(
        &mut self,
        provider: &Provider,
        step: Step,
        subject: &str,
    ) -> io::Result<Option<(u16, String)>> {
        match provider.faults().take(step, subject) {
            None => Ok(None),
            Some(Act::Refuse { code, text }) => Ok(Some((code, text))),
            Some(Act::CutAfterReceiving { bytes }) => {
                // What waits here to be read has not been received as far as the conversation goes.
                let waiting = u64::try_from(self.arrived.len()).unwrap_or(u64::MAX);
                self.arrived.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
                self.budget.limit(Direction::Received, bytes.saturating_sub(waiting));
                Ok(None)
            }
            Some(Act::CutAfterSending { bytes }) => {
                self.budget.limit(Direction::Sent, bytes);
                Ok(None)
            }
            Some(Act::Cut) => Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Act::Delay { milliseconds }) => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                Ok(None)
            }
            Some(Act::Hang) => loop {
                // Reading on notices when the client gives up.
                self.arrived.clear();
                self.read_more().await?;
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_connection_more_than_the_limit_is_closed_and_makes_room_when_another_ends() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(accept(listener, 1, |mut stream| async move {
            let _ = stream.write_all(b"!").await;
            let _ = stream.read(&mut [0]).await;
        }));
        let mut first = TcpStream::connect(address).await.unwrap();
        assert_eq!(first.read_u8().await.unwrap(), b'!');
        let mut second = TcpStream::connect(address).await.unwrap();
        assert!(second.read_u8().await.is_err());
        drop(first);
        // The end of the first is noticed before or after the next one comes: sooner or later there is room.
        loop {
            let mut next = TcpStream::connect(address).await.unwrap();
            if next.read_u8().await.is_ok() {
                break;
            }
        }
    }

    #[tokio::test]
    async fn a_line_over_the_limit_is_skipped_and_the_next_is_read() {
        let (mut client, server) = tokio::io::duplex(1024);
        let mut connection = Connection::new(server);
        client.write_all(b"0123456789\r\nNOOP\r\n").await.unwrap();
        assert_eq!(connection.read_line(8).await.unwrap(), None);
        assert_eq!(connection.read_line(8).await.unwrap().as_deref(), Some(b"NOOP\r\n".as_slice()));
    }

    #[tokio::test]
    async fn a_line_at_the_limit_is_read() {
        let (mut client, server) = tokio::io::duplex(1024);
        let mut connection = Connection::new(server);
        client.write_all(b"012345\r\n").await.unwrap();
        assert!(connection.read_line(8).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn bytes_sent_before_the_handshake_end_the_connection() {
        let (_client, server) = tokio::io::duplex(1024);
        let mut connection = Connection::new(server);
        connection.give_back(b"EHLO injected\r\n");
        let acceptor = crate::tls::Authority::new().unwrap().acceptor().clone();
        assert!(connection.encrypt(&acceptor).await.is_err());
    }
}
