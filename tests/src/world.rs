//! The engine's world and its connection to the relay, without a browser.

use std::{
    io::Read,
    rc::Rc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use engine::{
    link::{Dial, Pipe},
    world::World,
};
use futures::{FutureExt, SinkExt, StreamExt, future::LocalBoxFuture};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

/// The machine's clock and chance, and tasks of one thread.
pub struct Machine;

impl Machine {
    /// As the engine wants it.
    #[must_use]
    pub fn shared() -> Rc<dyn World> {
        Rc::new(Self)
    }
}

impl World for Machine {
    fn now_millis(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn random(&self, bytes: &mut [u8]) {
        let read = std::fs::File::open("/dev/urandom").and_then(|mut chance| chance.read_exact(bytes));
        read.expect("this machine has random bytes");
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'static, ()> {
        tokio::time::sleep(duration).boxed_local()
    }

    fn spawn(&self, work: LocalBoxFuture<'static, ()>) {
        tokio::task::spawn_local(work);
    }
}

/// A WebSocket that says it comes from the relay's own page.
pub struct Socket;

impl Dial for Socket {
    fn dial(&self, url: &str) -> LocalBoxFuture<'static, Option<Pipe>> {
        let url = url.to_owned();
        async move {
            let mut request = url.as_str().into_client_request().ok()?;
            let origin = url.replacen("ws", "http", 1).trim_end_matches("/relay").to_owned();
            request.headers_mut().insert("Origin", HeaderValue::from_str(&origin).ok()?);
            let (socket, _) = connect_async(request).await.ok()?;
            let (write, read) = socket.split();
            let incoming = read.take_while(|message| std::future::ready(message.is_ok())).filter_map(|message| {
                std::future::ready(match message {
                    Ok(Message::Binary(bytes)) => Some(bytes.to_vec()),
                    _ => None,
                })
            });
            let outgoing = write
                .sink_map_err(drop)
                .with(|bytes: Vec<u8>| std::future::ready(Ok::<_, ()>(Message::Binary(bytes.into()))));
            Some(Pipe { outgoing: Box::pin(outgoing), incoming: incoming.boxed_local() })
        }
        .boxed_local()
    }
}
