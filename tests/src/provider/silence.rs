//! A server that takes every connection and never says a word: what a hanging server looks like from outside.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// A silent server. It ends with the process, and its connections with this value.
pub struct Silence {
    /// Where it listens.
    pub port: u16,
    _connections: Receiver<TcpStream>,
}

impl Silence {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// When there is no free port.
    pub fn start() -> Result<Self, String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
        let port = listener.local_addr().map_err(|error| error.to_string())?.port();
        let (keep, connections) = channel();
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if keep.send(connection).is_err() {
                    break;
                }
            }
        });
        Ok(Self { port, _connections: connections })
    }
}
