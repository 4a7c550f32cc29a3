//! The CalDAV server (RFC 4791): discovery, calendars, objects, reports.

mod answer;
mod object;
mod path;
mod property;
mod report;
mod schedule;
mod xml;

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::connection::accept;
use crate::dav::answer::{Answer, Multistatus, Said, empty, failed, with_header, words};
pub(crate) use crate::dav::path::ROOT;
use crate::dav::path::Resource;
use crate::dav::property::{Subject, Wanted};
use crate::dav::xml::{DAV, Element, Name};
use crate::fault::{Act, Step};
use crate::limit;
use crate::meter::{Budget, Direction, Metered};
use crate::provider::{Account, Calendar, Provider, Service, StoreError};
use crate::tls::Authority;

/// Serves a port until the task is ended.
pub(crate) async fn serve(listener: TcpListener, provider: Provider, authority: Authority) {
    let router = Router::new().fallback(handle).with_state(provider);
    accept(listener, limit::CONNECTIONS, move |stream| {
        let (router, authority) = (router.clone(), authority.clone());
        async move {
            // However a connection ends, its end is all there is to know: the client sees what it saw.
            let _ = converse(stream, router, &authority).await;
        }
    })
    .await;
}

async fn converse(stream: TcpStream, router: Router, authority: &Authority) -> io::Result<()> {
    let stream = timeout(limit::HANDSHAKE, authority.acceptor().accept(stream)).await??;
    let router = TowerToHyperService::new(router);
    let budget = Budget::unlimited();
    let stream = Metered::new(stream, budget.clone());
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(budget.clone());
        let answer = router.call(request);
        async move {
            let answer = match answer.await {
                Ok(answer) => answer,
                Err(never) => match never {},
            };
            // An error here makes hyper close the connection without a word, which is what a cut is.
            if answer.extensions().get::<CutHere>().is_some() {
                Err(io::ErrorKind::ConnectionAborted)
            } else {
                Ok(answer)
            }
            .map_err(io::Error::from)
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limit::IDLE)
        .serve_connection(TokioIo::new(stream), service);
    served.await.map_err(io::Error::other)
}

/// Marks an answer that is not to be given.
#[derive(Clone)]
struct CutHere;

/// Lets a fault happen; gives the answer that it puts in place of the real one.
async fn meet(provider: &Provider, step: Step, subject: &str, budget: Option<&Budget>) -> Option<Answer> {
    let limit = |direction, bytes| {
        if let Some(budget) = budget {
            budget.limit(direction, bytes);
        }
        None
    };
    match provider.faults().take(step, subject)? {
        Act::CutAfterReceiving { bytes } => limit(Direction::Received, bytes),
        Act::CutAfterSending { bytes } => limit(Direction::Sent, bytes),
        Act::Delay { milliseconds } => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            None
        }
        Act::Hang => std::future::pending().await,
        Act::Cut => {
            let mut answer = empty(StatusCode::INTERNAL_SERVER_ERROR);
            answer.extensions_mut().insert(CutHere);
            Some(answer)
        }
        Act::Refuse { code, text } => {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Some(words(status, &format!("{text}\n")))
        }
    }
}

async fn handle(State(provider): State<Provider>, request: Request) -> Result<Answer, Infallible> {
    let subject = format!("{} {}", request.method(), request.uri().path());
    let budget = request.extensions().get::<Budget>().cloned();
    if let Some(answer) = meet(&provider, Step::DavRequest, &subject, budget.as_ref()).await {
        return Ok(answer);
    }
    let answer = carry_out(&provider, request).await;
    let answer = meet(&provider, Step::DavAnswer, &subject, budget.as_ref()).await.unwrap_or(answer);
    let auto_schedule = if provider.quirks().auto_schedule { ", calendar-auto-schedule" } else { "" };
    Ok(with_header(
        answer,
        header::HeaderName::from_static("dav"),
        &format!("1, 3, access-control, calendar-access{auto_schedule}"),
    ))
}

async fn carry_out(provider: &Provider, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    if path == "/.well-known/caldav" {
        return with_header(empty(StatusCode::MOVED_PERMANENTLY), header::LOCATION, ROOT);
    }
    if parts.method == Method::OPTIONS {
        let methods = "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, PROPPATCH, REPORT, MKCALENDAR";
        return with_header(empty(StatusCode::OK), header::ALLOW, methods);
    }
    let Some(account) = log_in(provider, &parts.headers) else {
        let answer = words(StatusCode::UNAUTHORIZED, "Wrong address or password.\n");
        return with_header(answer, header::WWW_AUTHENTICATE, "Basic realm=\"Calpost sandbox\", charset=\"UTF-8\"");
    };
    let Some(resource) = Resource::read(path) else { return empty(StatusCode::NOT_FOUND) };
    if resource.owner().is_some_and(|owner| owner != account) {
        return failed(StatusCode::FORBIDDEN, "<D:need-privileges/>");
    }
    let most = if parts.method == Method::PUT { limit::OBJECT_BYTES } else { limit::XML_BYTES };
    let Some(body) = read_body(body, most).await else {
        return if parts.method == Method::PUT {
            failed(StatusCode::FORBIDDEN, "<C:max-resource-size/>")
        } else {
            empty(StatusCode::PAYLOAD_TOO_LARGE)
        };
    };
    match parts.method.as_str() {
        "GET" | "HEAD" => object::get(provider, &resource),
        "PUT" => object::put(provider, &resource, &parts.headers, &body),
        "DELETE" => object::delete(provider, &resource, &parts.headers),
        "PROPFIND" | "PROPPATCH" | "REPORT" | "MKCALENDAR" => {
            let root = std::str::from_utf8(&body).ok().filter(|text| !text.trim().is_empty()).map(xml::read);
            if !body.trim_ascii().is_empty() && !matches!(root, Some(Some(_))) {
                return words(StatusCode::BAD_REQUEST, "This is not XML that can be read.\n");
            }
            let root = root.flatten();
            match (parts.method.as_str(), root.as_ref()) {
                ("PROPFIND", root) => propfind(provider, &account, &resource, &parts.headers, root),
                ("MKCALENDAR", root) => make_calendar(provider, &resource, root),
                ("PROPPATCH", Some(root)) => proppatch(provider, &resource, root),
                ("REPORT", Some(root)) => report::report(provider, &resource, root),
                _ => words(StatusCode::BAD_REQUEST, "A body is missing.\n"),
            }
        }
        _ => empty(StatusCode::METHOD_NOT_ALLOWED),
    }
}

/// Reads a whole body. `None` when it is larger than `most` or does not arrive.
async fn read_body(body: Body, most: usize) -> Option<Vec<u8>> {
    to_bytes(body, most).await.ok().map(Vec::from)
}

fn log_in(provider: &Provider, headers: &HeaderMap) -> Option<String> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = given.split_once(' ')?;
    let decoded = String::from_utf8(STANDARD.decode(token.trim()).ok()?).ok()?;
    let (address, password) = decoded.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    provider.log_in(Service::Dav, address, password)
}

fn propfind(
    provider: &Provider,
    account: &str,
    resource: &Resource,
    headers: &HeaderMap,
    root: Option<&Element>,
) -> Answer {
    let depth = headers.get("depth").and_then(|depth| depth.to_str().ok()).unwrap_or("infinity");
    let below = match depth.trim() {
        "0" => false,
        "1" => true,
        _ => return failed(StatusCode::FORBIDDEN, "<D:propfind-finite-depth/>"),
    };
    let wanted = Wanted::of(root);
    let quirks = provider.quirks();
    let answer = provider.read(account, |account| {
        let mut document = Multistatus::default();
        let mut add = |resource: Resource| {
            let (calendar, object) = match &resource {
                Resource::Calendar(_, id) => (Some(account.calendars.get(id)?), None),
                Resource::Object(_, id, name) => {
                    let calendar = account.calendars.get(id)?;
                    (Some(calendar), Some(calendar.objects().get(name)?))
                }
                _ => (None, None),
            };
            let href = resource.href();
            document.add(&href, &Subject { resource, account, calendar, object, quirks }.say(&wanted));
            Some(())
        };
        add(resource.clone())?;
        for child in if below { children(account, resource) } else { Vec::new() } {
            add(child);
        }
        Some(document.finish(None))
    });
    answer.flatten().unwrap_or_else(|| empty(StatusCode::NOT_FOUND))
}

fn children(account: &Account, resource: &Resource) -> Vec<Resource> {
    match resource {
        Resource::Root => vec![Resource::Principal(account.address.clone()), Resource::Home(account.address.clone())],
        Resource::Home(owner) => {
            account.calendars.keys().map(|id| Resource::Calendar(owner.clone(), id.clone())).collect()
        }
        Resource::Calendar(owner, id) => {
            let names = account.calendars.get(id).into_iter().flat_map(|calendar| calendar.objects().keys());
            names.map(|name| Resource::Object(owner.clone(), id.clone(), name.clone())).collect()
        }
        Resource::Principal(_) | Resource::Object(..) => Vec::new(),
    }
}

fn make_calendar(provider: &Provider, resource: &Resource, root: Option<&Element>) -> Answer {
    let Resource::Calendar(owner, id) = resource else {
        return failed(StatusCode::FORBIDDEN, "<C:calendar-collection-location-ok/>");
    };
    let mut calendar = Calendar::new(provider.next_number(), id, None);
    let sets = root.into_iter().flat_map(|root| root.all(DAV, "set"));
    for property in sets.filter_map(|set| set.child(DAV, "prop")).flat_map(|prop| &prop.children) {
        // What is not known here is passed over: a client that insists will look.
        property::set(&mut calendar, &property.name, Some(&property.text));
    }
    match provider.update(owner, |account| account.create_calendar(id, calendar)) {
        Some(Ok(())) => empty(StatusCode::CREATED),
        Some(Err(StoreError::Exists)) => failed(StatusCode::METHOD_NOT_ALLOWED, "<D:resource-must-be-null/>"),
        Some(Err(_)) => failed(StatusCode::INSUFFICIENT_STORAGE, "<D:quota-not-exceeded/>"),
        None => empty(StatusCode::NOT_FOUND),
    }
}

fn proppatch(provider: &Provider, resource: &Resource, root: &Element) -> Answer {
    let Resource::Calendar(owner, id) = resource else { return empty(StatusCode::FORBIDDEN) };
    let patched = provider.update(owner, |account| {
        let calendar = account.calendars.get_mut(id)?;
        let mut found = Vec::new();
        let mut missing: Vec<Name> = Vec::new();
        for change in &root.children {
            for property in change.child(DAV, "prop").into_iter().flat_map(|prop| &prop.children) {
                let value = change.name.is(DAV, "set").then_some(property.text.as_str());
                if property::set(calendar, &property.name, value) {
                    found.push(answer::empty_element(&property.name));
                } else {
                    missing.push(property.name.clone());
                }
            }
        }
        Some(Said::Properties { found, missing })
    });
    let Some(said) = patched.flatten() else { return empty(StatusCode::NOT_FOUND) };
    let mut document = Multistatus::default();
    document.add(&resource.href(), &said);
    document.finish(None)
}
