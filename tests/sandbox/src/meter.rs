//! A stream that can be cut after a number of bytes, so that a conversation can break at every one of them.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// As good as without a limit: nobody sends that much.
const UNLIMITED: u64 = u64::MAX;

/// How much is read at a time.
const READ_BYTES: usize = 16 * 1024;

/// How many bytes may still go through a stream in each direction.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<[AtomicU64; 2]>);

/// Which way bytes go, as the server sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    Received,
    Sent,
}

impl Budget {
    pub(crate) fn unlimited() -> Self {
        Self(Arc::new([AtomicU64::new(UNLIMITED), AtomicU64::new(UNLIMITED)]))
    }

    /// Lets so many more bytes through.
    pub(crate) fn limit(&self, direction: Direction, bytes: u64) {
        self.of(direction).store(bytes, Ordering::Relaxed);
    }

    fn of(&self, direction: Direction) -> &AtomicU64 {
        let [received, sent] = &*self.0;
        match direction {
            Direction::Received => received,
            Direction::Sent => sent,
        }
    }

    /// How much of `wanted` may go through; an error when there is nothing left.
    fn allow(&self, direction: Direction, wanted: usize) -> io::Result<usize> {
        match usize::try_from(self.of(direction).load(Ordering::Relaxed)) {
            Ok(0) if wanted > 0 => Err(io::ErrorKind::ConnectionAborted.into()),
            Ok(left) => Ok(left.min(wanted)),
            Err(_) => Ok(wanted),
        }
    }

    fn spend(&self, direction: Direction, bytes: usize) {
        let left = self.of(direction);
        if left.load(Ordering::Relaxed) != UNLIMITED {
            // One stream is read and written by one task, so nothing comes in between.
            let now = left.load(Ordering::Relaxed).saturating_sub(bytes as u64);
            left.store(now, Ordering::Relaxed);
        }
    }
}

/// A stream with a budget.
pub(crate) struct Metered<S> {
    stream: S,
    budget: Budget,
}

impl<S> Metered<S> {
    pub(crate) fn new(stream: S, budget: Budget) -> Self {
        Self { stream, budget }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let allowed = self.budget.allow(Direction::Received, buffer.remaining())?;
        let mut window = vec![0; allowed.min(READ_BYTES)];
        let mut window = ReadBuf::new(&mut window);
        let polled = Pin::new(&mut self.stream).poll_read(context, &mut window);
        if let Poll::Ready(Ok(())) = polled {
            buffer.put_slice(window.filled());
            self.budget.spend(Direction::Received, window.filled().len());
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let allowed = self.budget.allow(Direction::Sent, bytes.len())?;
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes.get(..allowed).unwrap_or(bytes));
        if let Poll::Ready(Ok(written)) = polled {
            self.budget.spend(Direction::Sent, written);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn exactly_the_allowed_bytes_go_through() {
        let (mut client, server) = tokio::io::duplex(64);
        let budget = Budget::unlimited();
        let mut server = Metered::new(server, budget.clone());
        client.write_all(b"unlimited").await.unwrap();
        server.read_exact(&mut [0; 9]).await.unwrap();
        budget.limit(Direction::Received, 3);
        budget.limit(Direction::Sent, 2);
        client.write_all(b"abcdef").await.unwrap();
        let mut read = [0; 3];
        server.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"abc");
        assert!(server.read(&mut read).await.is_err());
        assert!(server.write_all(b"xyz").await.is_err());
        drop(server);
        let mut sent = Vec::new();
        client.read_to_end(&mut sent).await.unwrap();
        assert_eq!(sent, b"xy");
    }
}
