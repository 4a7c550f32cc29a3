//! The browser's WebSocket as a pipe.
#![cfg(target_arch = "wasm32")]

use std::future::poll_fn;

use futures::{FutureExt, SinkExt, StreamExt, future::LocalBoxFuture};
use gloo_net::websocket::{Message, State, futures::WebSocket};

use super::{Dial, Pipe};

/// Dials with the browser's own WebSocket.
pub struct BrowserDial;

impl Dial for BrowserDial {
    fn dial(&self, url: &str) -> LocalBoxFuture<'static, Option<Pipe>> {
        let opened = WebSocket::open(url);
        async move {
            let mut socket = opened.ok()?;
            // Ready means that the handshake is over, one way or the other.
            poll_fn(|context| socket.poll_ready_unpin(context)).await.ok()?;
            if !matches!(socket.state(), State::Open) {
                return None;
            }
            let (write, read) = socket.split();
            let incoming = read.take_while(|message| std::future::ready(message.is_ok())).filter_map(|message| {
                std::future::ready(match message {
                    Ok(Message::Bytes(bytes)) => Some(bytes),
                    Ok(Message::Text(_)) | Err(_) => None,
                })
            });
            let outgoing =
                write.sink_map_err(drop).with(|bytes: Vec<u8>| std::future::ready(Ok(Message::Bytes(bytes))));
            Some(Pipe { outgoing: Box::pin(outgoing), incoming: incoming.boxed_local() })
        }
        .boxed_local()
    }
}
