//! One CalDAV request to its server and the answer back, bodies streamed both ways.
//!
//! Nothing is followed and nothing is kept but the connection, for the next request of the same page. Only the
//! headers that the protocol names pass, in either direction.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio::time::timeout;
use wire::{DavHeader, DavMethod, DavReply, DavRequest, Refusal, Reply, Security, Service};

use super::exchange::wrong_size;
use super::{Exchange, Network, Vouched};
use crate::policy::limit::{
    KEPT_CONNECTION_TIMEOUT, MAIL_LIMIT_BYTES, RESPONSE_LIMIT_BYTES, SEARCH_TIMEOUT, SILENCE_TIMEOUT, TEXT_LIMIT_BYTES,
    TRANSACTION_TIMEOUT,
};
use crate::policy::{HostName, Route};

/// Idle connections that are kept for one page.
const KEPT_LIMIT: usize = 4;

/// The largest head of an answer, in bytes.
const HEAD_LIMIT_BYTES: usize = 64 * 1024;

/// The connections to calendar servers that one page may use again.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Vec<KeptConnection>>);

#[derive(Debug)]
struct KeptConnection {
    route: Route,
    sender: SendRequest<PageBody>,
    since: Instant,
}

/// Carries out one request.
///
/// # Errors
/// If the server is not allowed, cannot be reached, breaks off, or answers with more than passes. Any HTTP status is
/// an answer, not an error.
pub async fn dav(
    network: &Network,
    vouched: &Vouched,
    kept: &Kept,
    request: DavRequest,
    exchange: &mut Exchange,
) -> Result<(), Refusal> {
    if request.server.security != Security::Tls {
        return Err(bad("CalDAV begins with TLS"));
    }
    if request.size_bytes > MAIL_LIMIT_BYTES {
        return Err(Refusal::TooLarge { limit_bytes: MAIL_LIMIT_BYTES });
    }
    let domain = request.credentials.as_ref().and_then(|who| HostName::parse(who.user.rsplit_once('@')?.1));
    let route = network.find(Service::CalDav, &request.server, domain.as_ref(), vouched).await?;
    let patience = match request.method {
        DavMethod::Report | DavMethod::Propfind => SEARCH_TIMEOUT,
        _ => SILENCE_TIMEOUT,
    };
    let (body, source) = PageBody::channel(request.size_bytes);
    let message = message(&request, &route, body)?;
    let outlet = exchange.outlet().clone();
    let work = async {
        let (sender, answer) =
            send(network, kept, &route, message, source, exchange, request.size_bytes, patience).await?;
        pass_on(answer, exchange, patience).await?;
        kept.keep(route, sender);
        Ok(())
    };
    tokio::select! {
        outcome = timeout(TRANSACTION_TIMEOUT, work) => outcome.unwrap_or(Err(Refusal::TimedOut)),
        () = outlet.cancelled() => Err(Refusal::Cancelled),
    }
}

/// The request as HTTP.
fn message(request: &DavRequest, route: &Route, body: PageBody) -> Result<Request<PageBody>, Refusal> {
    let method = method(request.method)?;
    let mut message = Request::new(body);
    *message.method_mut() = method;
    *message.uri_mut() = path(&request.path)?;
    let headers = message.headers_mut();
    let host = match route.host().address() {
        Some(std::net::IpAddr::V6(address)) => format!("[{address}]"),
        _ => route.host().to_string(),
    };
    let host = if route.port() == 443 { host } else { format!("{host}:{}", route.port()) };
    headers.insert(header::HOST, value(&host)?);
    headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("calpost/", env!("CARGO_PKG_VERSION"))));
    if let Some(credentials) = &request.credentials {
        let pair = format!("{}:{}", credentials.user, credentials.password.reveal());
        let mut basic = value(&format!("Basic {}", STANDARD.encode(pair)))?;
        basic.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, basic);
    }
    for (name, text) in &request.headers {
        let may_be_sent = matches!(
            name,
            DavHeader::ContentType | DavHeader::Depth | DavHeader::IfMatch | DavHeader::IfNoneMatch | DavHeader::Prefer
        );
        if !may_be_sent || text.len() > TEXT_LIMIT_BYTES {
            return Err(bad("a header cannot be sent"));
        }
        headers.append(header_name(*name), value(text)?);
    }
    Ok(message)
}

/// Sends the request, over a kept connection if one still takes it, and the page's body behind it.
#[expect(clippy::too_many_arguments, reason = "the one place where a request, its body and its connection meet")]
async fn send(
    network: &Network,
    kept: &Kept,
    route: &Route,
    mut message: Request<PageBody>,
    source: mpsc::Sender<Result<Bytes, Interrupted>>,
    exchange: &mut Exchange,
    size_bytes: u32,
    patience: std::time::Duration,
) -> Result<(SendRequest<PageBody>, Response<Incoming>), Refusal> {
    let mut feeding = std::pin::pin!(feed(source, exchange, size_bytes));
    let mut body_is_complete = false;
    loop {
        let (mut sender, is_fresh) = match kept.take(route) {
            Some(sender) => (sender, false),
            None => (connect(network, route).await?, true),
        };
        let mut answering = std::pin::pin!(sender.try_send_request(message));
        let outcome = loop {
            tokio::select! {
                outcome = timeout(patience, &mut answering) => break outcome,
                fed = &mut feeding, if !body_is_complete => {
                    fed?;
                    body_is_complete = true;
                }
            }
        };
        match outcome.map_err(|_| Refusal::TimedOut)? {
            Ok(answer) => return Ok((sender, answer)),
            // A kept connection that the server had closed gives the request back untouched.
            Err(mut error) => match error.take_message() {
                Some(unsent) if !is_fresh => message = unsent,
                _ if error.error().is_parse() || error.error().is_parse_too_large() => return Err(Refusal::Garbled),
                _ => return Err(Refusal::Closed),
            },
        }
    }
}

async fn connect(network: &Network, route: &Route) -> Result<SendRequest<PageBody>, Refusal> {
    let stream = network.connect_tls(route).await?;
    let (sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_LIMIT_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Refusal::Closed)?;
    // Ends by itself when the sender is dropped or the server closes.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(sender)
}

/// Passes the page's body on to the request, as fast as the server takes it.
async fn feed(
    source: mpsc::Sender<Result<Bytes, Interrupted>>,
    exchange: &mut Exchange,
    size_bytes: u32,
) -> Result<(), Refusal> {
    let mut missing = size_bytes as usize;
    let outcome = loop {
        match exchange.next_piece().await {
            Ok(Some(piece)) if piece.len() > missing => break Err(wrong_size()),
            Ok(Some(piece)) => {
                missing -= piece.len();
                // A server that answers before it has read everything does not want the rest.
                if source.send(Ok(piece)).await.is_err() {
                    break Ok(());
                }
            }
            Ok(None) => break if missing == 0 { Ok(()) } else { Err(wrong_size()) },
            Err(refusal) => break Err(refusal),
        }
    };
    if outcome.is_err() {
        let _ = source.send(Err(Interrupted)).await;
    }
    outcome
}

/// Passes the answer on to the page, as fast as it takes it.
async fn pass_on(
    answer: Response<Incoming>,
    exchange: &Exchange,
    patience: std::time::Duration,
) -> Result<(), Refusal> {
    let (head, mut body) = answer.into_parts();
    if head.status == StatusCode::SWITCHING_PROTOCOLS {
        return Err(Refusal::Garbled);
    }
    let outlet = exchange.outlet();
    outlet.reply(Reply::Dav(DavReply { status: head.status.as_u16(), headers: answer_headers(&head.headers) })).await?;
    let mut passed = 0;
    loop {
        let frame = timeout(patience, body.frame()).await.map_err(|_| Refusal::TimedOut)?;
        let Some(frame) = frame else { return Ok(()) };
        let Ok(data) = frame.map_err(|_| Refusal::Closed)?.into_data() else { continue };
        passed += data.len();
        if passed > RESPONSE_LIMIT_BYTES as usize {
            return Err(Refusal::TooLarge { limit_bytes: RESPONSE_LIMIT_BYTES });
        }
        outlet.body(&data).await?;
    }
}

fn answer_headers(headers: &http::HeaderMap) -> Vec<(DavHeader, String)> {
    let passing = [
        DavHeader::ContentType,
        DavHeader::ETag,
        DavHeader::ScheduleTag,
        DavHeader::Dav,
        DavHeader::Allow,
        DavHeader::Location,
        DavHeader::RetryAfter,
        DavHeader::LastModified,
    ];
    let mut passed = Vec::new();
    for name in passing {
        for value in headers.get_all(header_name(name)) {
            let text = String::from_utf8_lossy(value.as_bytes());
            passed.push((name, text[..text.floor_char_boundary(TEXT_LIMIT_BYTES)].to_owned()));
        }
    }
    passed
}

fn method(method: DavMethod) -> Result<Method, Refusal> {
    let name = match method {
        DavMethod::Options => "OPTIONS",
        DavMethod::Get => "GET",
        DavMethod::Put => "PUT",
        DavMethod::Delete => "DELETE",
        DavMethod::Propfind => "PROPFIND",
        DavMethod::Proppatch => "PROPPATCH",
        DavMethod::Report => "REPORT",
        DavMethod::Mkcalendar => "MKCALENDAR",
    };
    Method::from_bytes(name.as_bytes()).map_err(|_| bad("this is not a method"))
}

fn header_name(name: DavHeader) -> HeaderName {
    match name {
        DavHeader::ContentType => header::CONTENT_TYPE,
        DavHeader::Depth => HeaderName::from_static("depth"),
        DavHeader::IfMatch => header::IF_MATCH,
        DavHeader::IfNoneMatch => header::IF_NONE_MATCH,
        DavHeader::Prefer => HeaderName::from_static("prefer"),
        DavHeader::ETag => header::ETAG,
        DavHeader::ScheduleTag => HeaderName::from_static("schedule-tag"),
        DavHeader::Dav => HeaderName::from_static("dav"),
        DavHeader::Allow => header::ALLOW,
        DavHeader::Location => header::LOCATION,
        DavHeader::RetryAfter => header::RETRY_AFTER,
        DavHeader::LastModified => header::LAST_MODIFIED,
    }
}

/// A path and query, and nothing that would be another host.
fn path(path: &str) -> Result<Uri, Refusal> {
    let is_path =
        path.starts_with('/') && path.len() <= TEXT_LIMIT_BYTES && path.bytes().all(|b| (b'!'..=b'~').contains(&b));
    let uri = if is_path && !path.contains('#') { http::uri::PathAndQuery::try_from(path).ok() } else { None };
    uri.map(Uri::from).ok_or_else(|| bad("this is not a path"))
}

fn value(text: &str) -> Result<HeaderValue, Refusal> {
    HeaderValue::from_str(text).map_err(|_| bad("a header contains a line break"))
}

fn bad(because: &str) -> Refusal {
    Refusal::BadRequest { because: because.to_owned() }
}

impl Kept {
    fn take(&self, route: &Route) -> Option<SendRequest<PageBody>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.since.elapsed() < KEPT_CONNECTION_TIMEOUT && one.sender.is_ready());
        let index = kept.iter().position(|one| &one.route == route)?;
        Some(kept.swap_remove(index).sender)
    }

    fn keep(&self, route: Route, sender: SendRequest<PageBody>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.since.elapsed() < KEPT_CONNECTION_TIMEOUT && !one.sender.is_closed());
        if kept.len() < KEPT_LIMIT {
            kept.push(KeptConnection { route, sender, since: Instant::now() });
        }
    }
}

/// The page's body on its way to the server.
#[derive(Debug)]
struct PageBody {
    pieces: mpsc::Receiver<Result<Bytes, Interrupted>>,
    missing_bytes: u64,
}

/// The page has stopped in the middle of its body.
#[derive(Debug, thiserror::Error)]
#[error("the page has stopped sending")]
struct Interrupted;

impl PageBody {
    fn channel(size_bytes: u32) -> (Self, mpsc::Sender<Result<Bytes, Interrupted>>) {
        let (sender, pieces) = mpsc::channel(1);
        (Self { pieces, missing_bytes: u64::from(size_bytes) }, sender)
    }
}

impl Body for PageBody {
    type Data = Bytes;
    type Error = Interrupted;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Interrupted>>> {
        let this = self.get_mut();
        if this.missing_bytes == 0 {
            return Poll::Ready(None);
        }
        this.pieces.poll_recv(cx).map(|piece| {
            piece.map(|piece| {
                let piece = piece?;
                this.missing_bytes = this.missing_bytes.saturating_sub(piece.len() as u64);
                Ok(Frame::data(piece))
            })
        })
    }

    fn is_end_stream(&self) -> bool {
        self.missing_bytes == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.missing_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_on_its_server() {
        for good in ["/", "/webdav/ann%40example.org/", "/a?b=c", "/a;b,c", "//a/b"] {
            assert_eq!(path(good).map(|uri| uri.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "a", "http://evil.example/", "*", "/a b", "/a\r\nHost: b", "/ä", "/a#b"] {
            assert!(path(bad).is_err(), "{bad:?}");
        }
        assert!(path(&format!("/{}", "a".repeat(TEXT_LIMIT_BYTES - 1))).is_ok());
        assert!(path(&format!("/{}", "a".repeat(TEXT_LIMIT_BYTES))).is_err());
    }

    #[test]
    fn only_named_headers_come_back() {
        let mut headers = http::HeaderMap::new();
        headers.insert(header::ETAG, HeaderValue::from_static("\"1\""));
        headers.insert(header::SET_COOKIE, HeaderValue::from_static("a=b"));
        headers.append(HeaderName::from_static("dav"), HeaderValue::from_static("1, 2"));
        headers.append(HeaderName::from_static("dav"), HeaderValue::from_static("calendar-access"));
        assert_eq!(
            answer_headers(&headers),
            [
                (DavHeader::ETag, "\"1\"".to_owned()),
                (DavHeader::Dav, "1, 2".to_owned()),
                (DavHeader::Dav, "calendar-access".to_owned())
            ]
        );
    }
}
