//! The IMAP server: IMAP4rev1 (RFC 3501) with the extensions that mail programs use every day.
//!
//! IDLE, MOVE, UIDPLUS, CONDSTORE, SPECIAL-USE, LITERAL+, SASL-IR, UNSELECT and ID.

mod command;
mod fetch;
mod mailbox;
mod message;
mod search;
mod session;
mod structure;
mod text;
mod view;

use tokio::net::TcpListener;

use crate::connection::{Connection, Encryption, accept};
use crate::limit;
use crate::provider::Provider;
use crate::tls::Authority;

/// Serves a port until the task is ended.
pub(crate) async fn serve(listener: TcpListener, provider: Provider, authority: Authority, encryption: Encryption) {
    accept(listener, limit::CONNECTIONS, move |stream| {
        let (provider, authority) = (provider.clone(), authority.clone());
        async move {
            // However a connection ends, its end is all there is to know: the client sees what it saw.
            let _ = session::run(Connection::new(stream), provider, &authority, encryption).await;
        }
    })
    .await;
}
