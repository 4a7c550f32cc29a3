//! The submission server (RFC 6409): accepts mail from people who have logged in and brings it to its recipients.

mod session;

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
