//! The relay as pages and servers meet it: a page on a WebSocket, servers that follow a script, all on this machine.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; clippy knows only functions marked as tests"
)]

mod dav;
mod door;
mod log;
mod mail;
mod page;
mod script;
mod stage;
mod submit;
