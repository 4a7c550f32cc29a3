//! The stream below the IMAP parser: it lets through only whole responses that are bounded and that can be read.
//!
//! The parser recurses on nested parentheses and buffers without much of a bound, so a hostile server, or a hostile
//! mail on an honest server, could bring it down. The guard frames responses by itself (RFC 3501 section 2.2.2),
//! counts what must be counted, and withholds a data response that is nested too deeply or that the parser cannot
//! read: one such mail then costs its own facts, not the session. What it withheld is counted, so nothing is lost
//! without a word.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use async_imap::imap_proto::Response;
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::policy::limit::{LINE_LIMIT_BYTES, NESTING_LIMIT, RESPONSE_LIMIT_BYTES};
use crate::upstream::starttls::printable;

/// Responses up to this size are read by the guard before the parser sees them; longer ones pass as they come.
const HOLD_LIMIT_BYTES: usize = 256 * 1024;

/// A response may be longer than the longest part by this much, for what stands around it.
const ENVELOPE_ALLOWANCE_BYTES: usize = 64 * 1024;

/// How much of the server's last words is kept.
const WORDS_LIMIT_BYTES: usize = 500;

/// What the guard knows, shared with whoever waits for responses.
#[derive(Debug, Default)]
pub(super) struct Watch {
    received_bytes: AtomicU64,
    withheld: AtomicUsize,
    fault: Mutex<Option<Fault>>,
    last_words: Mutex<String>,
}

/// Why the guard ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A response or a literal was longer than the relay passes.
    TooLarge,
    /// A line was too long, or a response that had begun to pass turned out to be nested too deeply.
    Hostile,
    /// The server ended it.
    Closed,
}

impl Watch {
    /// How many bytes have come so far; a server that still sends is not silent.
    pub(super) fn received_bytes(&self) -> u64 {
        self.received_bytes.load(Ordering::Acquire)
    }

    /// How many data responses were withheld since this was last asked.
    pub(super) fn take_withheld(&self) -> usize {
        self.withheld.swap(0, Ordering::AcqRel)
    }

    /// Why the connection ended, if it has.
    pub(super) fn fault(&self) -> Option<Fault> {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last tagged response or goodbye, as printable ASCII: `A1 NO [CODE] text`.
    pub(super) fn last_words(&self) -> String {
        self.last_words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_fault(&self, fault: Fault) {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(fault);
    }
}

/// A stream that is guarded.
pub(super) struct Guard<S> {
    inner: S,
    watch: Arc<Watch>,
    scan: Scan,
    /// The response that is being received.
    held: BytesMut,
    /// What the parser may have.
    cleared: BytesMut,
}

/// Where in a response the guard is.
#[derive(Debug, Default)]
struct Scan {
    response_bytes: usize,
    line_bytes: usize,
    /// What is left of a literal.
    literal_bytes: usize,
    /// What kind of response this is, once its first line has shown it.
    kind: Kind,
    in_quotes: bool,
    escaped: bool,
    depth: usize,
    is_too_deep: bool,
    /// The number in braces that may announce a literal, and whether its brace is closed.
    announced: Option<(usize, bool)>,
    /// Whether the beginning of this response has passed already.
    is_passing: bool,
}

/// What kind of response is received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Unknown,
    /// A line of free text, without strings and literals: a status or a continuation.
    Text,
    /// Data with strings, literals and lists.
    Data,
}

impl<S> Guard<S> {
    /// Guards a stream.
    pub(super) fn new(inner: S, watch: Arc<Watch>) -> Self {
        Self { inner, watch, scan: Scan::default(), held: BytesMut::new(), cleared: BytesMut::new() }
    }

    /// Takes bytes from the server.
    fn take(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        self.watch.received_bytes.fetch_add(bytes.len() as u64, Ordering::AcqRel);
        while let Some(byte) = bytes.first() {
            if self.scan.literal_bytes > 0 {
                let count = self.scan.literal_bytes.min(bytes.len());
                self.hold(&bytes[..count])?;
                self.scan.literal_bytes -= count;
                bytes = &bytes[count..];
                continue;
            }
            let byte = *byte;
            // The kind shows in the first word or two: a tag, `+`, or `*` and a word.
            if self.scan.kind == Kind::Unknown && matches!(byte, b' ' | b'\r' | b'\n') {
                self.scan.kind = kind_of(&self.held);
            }
            self.hold(&[byte])?;
            bytes = &bytes[1..];
            self.scan.line_bytes += 1;
            if self.scan.line_bytes > LINE_LIMIT_BYTES {
                return Err(Fault::Hostile);
            }
            if byte == b'\n' {
                self.end_line()?;
            } else if self.scan.kind == Kind::Data {
                self.scan.see(byte);
                if self.scan.is_too_deep && self.scan.is_passing {
                    return Err(Fault::Hostile);
                }
            }
        }
        Ok(())
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.scan.response_bytes += bytes.len();
        if self.scan.response_bytes > RESPONSE_LIMIT_BYTES as usize + ENVELOPE_ALLOWANCE_BYTES {
            return Err(Fault::TooLarge);
        }
        if self.scan.is_too_deep {
            // It will be withheld; only its framing matters.
            return Ok(());
        }
        self.held.extend_from_slice(bytes);
        if self.held.len() > HOLD_LIMIT_BYTES {
            self.scan.is_passing = true;
        }
        if self.scan.is_passing {
            self.cleared.unsplit(self.held.split());
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), Fault> {
        self.scan.line_bytes = 0;
        if let (Kind::Data, Some((size, true))) = (self.scan.kind, self.scan.announced.take()) {
            if size > RESPONSE_LIMIT_BYTES as usize {
                return Err(Fault::TooLarge);
            }
            self.scan.literal_bytes = size;
            return Ok(());
        }
        let scan = std::mem::take(&mut self.scan);
        let mut response = self.held.split();
        if scan.is_passing {
            // Its end has passed with the rest.
        } else if scan.kind == Kind::Data {
            if scan.is_too_deep || !matches!(Response::parse(&response), Ok(([], _))) {
                self.watch.withheld.fetch_add(1, Ordering::AcqRel);
            } else {
                self.cleared.unsplit(response);
            }
        } else {
            clean_text(&mut response);
            if !response.starts_with(b"* ") || starts_with_word(&response[2..], b"BYE") {
                let words = printable(response[..response.len().min(WORDS_LIMIT_BYTES)].trim_ascii_end());
                *self.watch.last_words.lock().unwrap_or_else(PoisonError::into_inner) = words;
            }
            self.cleared.unsplit(response);
        }
        Ok(())
    }
}

impl Scan {
    /// Follows strings, lists and the announcement of a literal within a line of data.
    fn see(&mut self, byte: u8) {
        if self.in_quotes {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_quotes = false,
                _ => {}
            }
            return;
        }
        self.announced = match (byte, self.announced) {
            (b'{', _) => Some((0, false)),
            (b'0'..=b'9', Some((size, false))) => {
                Some((size.saturating_mul(10).saturating_add(usize::from(byte - b'0')), false))
            }
            (b'}', Some((size, false))) => Some((size, true)),
            (b'\r', Some((size, true))) => Some((size, true)),
            _ => None,
        };
        match byte {
            b'"' => self.in_quotes = true,
            b'(' => {
                self.depth += 1;
                self.is_too_deep |= self.depth > NESTING_LIMIT;
            }
            b')' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// The kind of a response whose beginning is this: `+`, a tag, `*`, or `*` and a word.
fn kind_of(beginning: &[u8]) -> Kind {
    match beginning.strip_prefix(b"* ") {
        None if beginning == b"*" => Kind::Unknown,
        None => Kind::Text,
        Some(word) => {
            let is_status =
                [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].iter().any(|s| word.eq_ignore_ascii_case(s));
            if is_status { Kind::Text } else { Kind::Data }
        }
    }
}

fn starts_with_word(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// Leaves only ASCII in a line of text: the parser cuts it at bytes, and nobody is helped by a control character.
fn clean_text(line: &mut [u8]) {
    let end = line.trim_ascii_end().len();
    for byte in &mut line[..end] {
        if !matches!(*byte, b' '..=b'~' | b'\t') {
            *byte = b'?';
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.cleared.is_empty() {
            let mut chunk = [0; 4096];
            let mut chunk = ReadBuf::new(&mut chunk);
            let outcome = ready!(Pin::new(&mut this.inner).poll_read(cx, &mut chunk));
            if outcome.is_err() || chunk.filled().is_empty() {
                this.watch.set_fault(Fault::Closed);
                return Poll::Ready(outcome);
            }
            if let Err(fault) = this.take(chunk.filled()) {
                this.watch.set_fault(fault);
                return Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the response was not let through",
                )));
            }
        }
        let count = this.cleared.len().min(buf.remaining());
        buf.put_slice(&this.cleared[..count]);
        this.cleared.advance(count);
        if this.cleared.is_empty() {
            // An idle session holds no buffer.
            this.cleared = BytesMut::new();
            if this.held.is_empty() {
                this.held = BytesMut::new();
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

impl<S> fmt::Debug for Guard<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
