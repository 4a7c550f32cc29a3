//! The listeners: plain HTTP for pages, a second one for numbers, both with bounds on time and on how many.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};

use axum::Router;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::handler::{Relay, Visitor, router};
use crate::policy::limit::{DRAIN_TIMEOUT, HTTP_CONNECTION_LIMIT, REQUEST_HEAD_TIMEOUT};

/// The largest head of a request, in bytes.
const HEAD_LIMIT_BYTES: usize = 16 * 1024;

/// How long accepting pauses when the system has no more to give.
const EXHAUSTED_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// Serves pages until the relay is asked to stop, and then until the last of them has gone or has had its time.
pub async fn serve(relay: Arc<Relay>, listener: TcpListener) {
    let router = router(Arc::clone(&relay));
    let room = Arc::new(Semaphore::new(HTTP_CONNECTION_LIMIT));
    let mut stopping = relay.stopping.clone();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // An error means that nobody is left who could ask.
            _ = stopping.wait_for(|stopping| *stopping) => break,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((stream, peer)) = accepted else {
            sleep(EXHAUSTED_PAUSE).await;
            continue;
        };
        // A connection that becomes a WebSocket ends here and lives on in its session, which has quotas of its own.
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        let router = router.clone();
        connections.spawn(async move {
            converse(router, stream, peer).await;
            drop(place);
        });
    }
    drop(listener);
    let drained = async {
        while relay.admissions.lock().unwrap_or_else(PoisonError::into_inner).open() > 0 {
            sleep(EXHAUSTED_PAUSE).await;
        }
    };
    let _ = timeout(DRAIN_TIMEOUT, drained).await;
}

async fn converse(router: Router, stream: TcpStream, peer: SocketAddr) {
    // Without it every small frame would wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let visitor = Visitor { peer: peer.ip() };
    let router = router.layer(axum::Extension(visitor));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_HEAD_TIMEOUT)
        .max_buf_size(HEAD_LIMIT_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades();
    // A visitor who speaks no HTTP is nobody's problem.
    let _ = connection.await;
}

/// Serves the numbers at `/metrics`, to whoever can reach this listener.
pub async fn serve_metrics(relay: Arc<Relay>, listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(EXHAUSTED_PAUSE).await;
            continue;
        };
        let relay = Arc::clone(&relay);
        tokio::spawn(async move {
            let answer = service_fn(move |request: Request<Incoming>| {
                let relay = Arc::clone(&relay);
                async move { Ok::<_, Infallible>(metrics(&relay, request.uri().path())) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(REQUEST_HEAD_TIMEOUT)
                .max_buf_size(HEAD_LIMIT_BYTES)
                .serve_connection(TokioIo::new(stream), answer);
            let _ = connection.await;
        });
    }
}

fn metrics(relay: &Relay, path: &str) -> Response<Full<bytes::Bytes>> {
    let mut response = Response::new(Full::default());
    if path == "/metrics" {
        let open = relay.admissions.lock().unwrap_or_else(PoisonError::into_inner).open();
        *response.body_mut() = Full::from(relay.tally.text(open));
        let text = http::HeaderValue::from_static("text/plain; version=0.0.4");
        response.headers_mut().insert(http::header::CONTENT_TYPE, text);
    } else {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}
