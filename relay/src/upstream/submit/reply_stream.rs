//! The stream below the SMTP library: it bounds and cleans what the server says, and knows when the final dot left.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::policy::limit::SMTP_LINE_LIMIT_BYTES;

/// The end of a mail on the wire. Within a mail it cannot occur, because dots that begin a line are doubled.
const FINAL_DOT: [u8; 5] = *b"\r\n.\r\n";

/// The greeting given to the library when the real one was read before TLS.
const GREETING: &[u8] = b"220 ready\r\n";

/// What is known of a conversation from outside.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    mail_begun: AtomicBool,
    dot_written: AtomicBool,
    ended: AtomicBool,
}

impl Conversation {
    /// What is written from here on is the mail.
    pub(super) fn mail_begins(&self) {
        self.mail_begun.store(true, Ordering::Release);
    }

    /// What is written from here on is about another mail.
    pub(super) fn mail_is_over(&self) {
        self.mail_begun.store(false, Ordering::Release);
        self.dot_written.store(false, Ordering::Release);
    }

    /// Whether the final dot may have reached the server.
    pub(super) fn final_dot_written(&self) -> bool {
        self.dot_written.load(Ordering::Acquire)
    }

    /// Whether the server has ended the connection.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

/// A protected connection to a submission server.
#[derive(Debug)]
pub(super) struct ReplyStream<S = TlsStream<TcpStream>> {
    inner: S,
    conversation: Arc<Conversation>,
    greeting: &'static [u8],
    line_bytes: usize,
    last_written: [u8; FINAL_DOT.len()],
}

impl<S> ReplyStream<S> {
    /// A connection on which the server has yet to greet.
    pub(super) fn new(inner: S, conversation: Arc<Conversation>) -> Self {
        Self { inner, conversation, greeting: &[], line_bytes: 0, last_written: [0; FINAL_DOT.len()] }
    }

    /// A connection on which the server has greeted before TLS.
    pub(super) fn greeted(inner: S, conversation: Arc<Conversation>) -> Self {
        Self { greeting: GREETING, ..Self::new(inner, conversation) }
    }

    /// Bounds each line, and leaves printable ASCII only: the library takes nothing but UTF-8.
    fn clean(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        for byte in bytes {
            self.line_bytes = if *byte == b'\n' { 0 } else { self.line_bytes + 1 };
            if self.line_bytes > SMTP_LINE_LIMIT_BYTES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of the server is too long"));
            }
            if !matches!(*byte, b' '..=b'~' | b'\r' | b'\n' | b'\t') {
                *byte = b'?';
            }
        }
        Ok(())
    }

    fn note_written(&mut self, bytes: &[u8]) {
        if !self.conversation.mail_begun.load(Ordering::Acquire) {
            return;
        }
        for byte in bytes {
            self.last_written.rotate_left(1);
            self.last_written[FINAL_DOT.len() - 1] = *byte;
            if self.last_written == FINAL_DOT {
                self.conversation.dot_written.store(true, Ordering::Release);
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ReplyStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.greeting.is_empty() {
            let count = this.greeting.len().min(buf.remaining());
            let (head, rest) = this.greeting.split_at(count);
            buf.put_slice(head);
            this.greeting = rest;
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let outcome = std::task::ready!(Pin::new(&mut this.inner).poll_read(cx, buf));
        if outcome.is_err() || buf.filled().len() == before {
            this.conversation.ended.store(true, Ordering::Release);
        }
        outcome?;
        let clean = this.clean(&mut buf.filled_mut()[before..]);
        if clean.is_err() {
            // Whoever gets an error gets no bytes.
            buf.set_filled(before);
        }
        Poll::Ready(clean)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ReplyStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = std::task::ready!(Pin::new(&mut this.inner).poll_write(cx, bytes));
        match &outcome {
            Ok(count) => this.note_written(&bytes[..*count]),
            Err(_) => this.conversation.ended.store(true, Ordering::Release),
        }
        Poll::Ready(outcome)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = std::task::ready!(Pin::new(&mut this.inner).poll_flush(cx));
        if outcome.is_err() {
            this.conversation.ended.store(true, Ordering::Release);
        }
        Poll::Ready(outcome)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for ReplyStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.get_ref().0.peer_addr()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn the_final_dot_is_seen_however_it_is_cut_and_never_in_a_command() {
        let (near, _far) = duplex(4096);
        let conversation = Arc::new(Conversation::default());
        let mut stream = ReplyStream::new(near, Arc::clone(&conversation));
        stream.write_all(b"RCPT TO:<a@b>\r\n.\r\n").await.unwrap();
        assert!(!conversation.final_dot_written());
        conversation.mail_begins();
        for piece in ["a\r\n..\r\n", "\r\n", ".", "\r"] {
            stream.write_all(piece.as_bytes()).await.unwrap();
            assert!(!conversation.final_dot_written(), "{piece:?}");
        }
        stream.write_all(b"\n").await.unwrap();
        assert!(conversation.final_dot_written());
    }

    #[tokio::test]
    async fn a_line_has_a_longest_length() {
        for (length, is_fine) in [(SMTP_LINE_LIMIT_BYTES, true), (SMTP_LINE_LIMIT_BYTES + 1, false)] {
            let (near, mut far) = duplex(4096);
            let mut stream = ReplyStream::new(near, Arc::default());
            far.write_all(&vec![b'a'; length]).await.unwrap();
            far.write_all(b"\n").await.unwrap();
            drop(far);
            let mut text = Vec::new();
            assert_eq!(stream.read_to_end(&mut text).await.is_ok(), is_fine);
        }
    }

    #[tokio::test]
    async fn what_is_not_ascii_becomes_harmless() {
        let (near, mut far) = duplex(64);
        let mut stream = ReplyStream::greeted(near, Arc::default());
        far.write_all(b"550 Empf\xE4nger \x1B[31munbekannt\r\n").await.unwrap();
        drop(far);
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "220 ready\r\n550 Empf?nger ?[31munbekannt\r\n");
        assert!(stream.conversation.has_ended());
    }
}
