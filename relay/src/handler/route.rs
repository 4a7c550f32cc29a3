//! Which address is answered by what, and the headers that every answer carries.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request, State, WebSocketUpgrade};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use wire::MESSAGE_LIMIT_BYTES;

use super::visitor::is_welcome;
use super::{PROGRAM, Relay, Visitor, connection, page};
use crate::policy::Crowded;
use crate::policy::limit::SOCKET_BUFFER_BYTES;

/// What a page from here may do: run and connect to what comes from here, and nothing else. The host is named with
/// the schemes of a WebSocket as well, because older Safari does not count those as `'self'`.
fn content_security_policy(host: Option<&str>) -> String {
    let is_host =
        |host: &&str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    let sockets = host.filter(is_host).map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'{sockets}; \
         style-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

/// Headers of every answer.
const STRICT_HEADERS: [(&str, &str); 7] = [
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// All addresses of the relay. Every request must carry a [`Visitor`] as extension.
pub fn router(relay: Arc<Relay>) -> Router {
    Router::new()
        .route("/relay", get(socket))
        .route("/healthz", get(health))
        .route("/version", get(|| async { PROGRAM }))
        .route("/demo.json", get(demo))
        .fallback(file)
        .layer(from_fn(strict))
        .with_state(relay)
}

async fn strict(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let policy = HeaderValue::try_from(content_security_policy(host));
    let mut response = next.run(request).await;
    response.headers_mut().extend(policy.ok().map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
    for (name, value) in STRICT_HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn socket(
    State(relay): State<Arc<Relay>>,
    Extension(visitor): Extension<Visitor>,
    headers: http::HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_welcome(&headers, &relay.origins) {
        relay.tally.refused();
        tracing::info!(reason = "origin", "a session was refused");
        return (StatusCode::FORBIDDEN, "This relay does not serve pages of other origins.\n").into_response();
    }
    if relay.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "This relay is stopping.\n").into_response();
    }
    let seat = match relay.admit(visitor.address(&headers, &relay.trusted_proxies)) {
        Ok(seat) => seat,
        Err(crowded) => {
            relay.tally.refused();
            tracing::info!(reason = ?crowded, "a session was refused");
            return too_many(crowded);
        }
    };
    relay.tally.admitted();
    upgrade
        .read_buffer_size(SOCKET_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(MESSAGE_LIMIT_BYTES * 2)
        .max_message_size(MESSAGE_LIMIT_BYTES)
        .max_frame_size(MESSAGE_LIMIT_BYTES)
        .on_upgrade(move |socket| connection::serve(relay, socket, seat))
}

fn too_many(crowded: Crowded) -> Response {
    let seconds = match crowded {
        Crowded::Minute(wait) => wait.as_secs() + 1,
        Crowded::Address | Crowded::Everywhere => 10,
    };
    let status = match crowded {
        Crowded::Everywhere => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::TOO_MANY_REQUESTS,
    };
    (status, [(header::RETRY_AFTER, seconds.to_string())], "Too many sessions for now.\n").into_response()
}

/// Well as long as new pages are taken, so that a balancer sends them elsewhere in time.
async fn health(State(relay): State<Arc<Relay>>) -> (StatusCode, &'static str) {
    if relay.is_stopping() { (StatusCode::SERVICE_UNAVAILABLE, "stopping\n") } else { (StatusCode::OK, "ok\n") }
}

async fn demo(State(relay): State<Arc<Relay>>) -> Response {
    match &relay.demo {
        Some(text) => {
            let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
            (headers, text.clone()).into_response()
        }
        None => (StatusCode::NOT_FOUND, "This relay is not a demonstration.\n").into_response(),
    }
}

async fn file(request: Request) -> Response {
    match *request.method() {
        Method::GET => page::answer(request.uri().path(), request.headers()),
        Method::HEAD => {
            let (head, _) = page::answer(request.uri().path(), request.headers()).into_parts();
            Response::from_parts(head, Body::empty())
        }
        _ => (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_host_for_sockets_and_nothing_that_is_not_one() {
        assert!(
            content_security_policy(Some("127.0.0.1:8025")).contains("connect-src 'self' ws://127.0.0.1:8025 wss://")
        );
        for host in [None, Some(""), Some("a; script-src *"), Some("a b"), Some("a'")] {
            assert!(content_security_policy(host).contains("connect-src 'self'; style-src"), "{host:?}");
        }
    }
}
