//! The address by which a test in another process looks into the sandbox and sets what goes wrong.
//!
//! Plain HTTP on loopback with JSON bodies; [`HELP`] lists what there is. It needs no password, which is one more
//! reason why the sandbox is no place for real mail.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::delivery::{Authentication, Envelope, deliver};
use crate::fault::Fault;
use crate::limit;
use crate::provider::{Calendar, Provider, Quirks, Refusal};

/// What the control address can do.
pub const HELP: &str = "\
Calpost sandbox: a test instrument. Everything is in memory and gone when it ends.

GET    /info                              where the servers are, as on standard output at the start
POST   /accounts                          {address, password, name, calendars: [{id, name, color}]}
GET    /mail/{address}                    the mailboxes: {name: number of messages}
GET    /mail/{address}/{mailbox}          the messages: [{uid, flags, text, base64}]
POST   /mail                              {from, to: [..], text or base64, authentication: pass|fail|none}
POST   /mail/{address}/{mailbox}/renumber new UIDs and UIDVALIDITY
GET    /calendars/{address}               the objects: {calendar: {name: {etag, ics}}}
PUT    /calendars/{address}/{id}/{name}   stores the body as it is, past all preconditions
DELETE /calendars/{address}/{id}/{name}   removes an object
POST   /calendars/{address}/{id}/forget   sync tokens given so far become invalid
GET    /logins                            every attempt: [{service, address, accepted}]
GET    /traffic                           what went through IMAP: {commands, received_bytes, sent_bytes}
GET    /outgoing                          mail for addresses that nobody here has
GET, POST, DELETE /faults                 {step, act, matching, times}
POST   /refusals                          {who, code, text}: a recipient to refuse
GET, PUT /quirks                          {auto_schedule, files_sent, no_sync, no_ctag, no_etag_after_put}
";

#[derive(Clone)]
struct Desk {
    provider: Provider,
    info: Value,
}

/// Serves the control address until the task is ended. `info` is what GET /info says.
pub(crate) async fn serve(listener: TcpListener, provider: Provider, info: Value) {
    let router = Router::new()
        .route("/", get(|| async { HELP }))
        .route("/info", get(|State(desk): State<Desk>| async move { answer(&desk.info) }))
        .route("/accounts", post(add_account))
        .route("/mail", post(add_mail))
        .route("/mail/{address}", get(mailboxes))
        .route("/mail/{address}/{mailbox}", get(messages))
        .route("/mail/{address}/{mailbox}/renumber", post(renumber))
        .route("/calendars/{address}", get(calendars))
        .route("/calendars/{address}/{id}/forget", post(forget))
        .route("/calendars/{address}/{id}/{name}", axum::routing::put(put_object).delete(remove_object))
        .route("/logins", get(|State(desk): State<Desk>| async move { answer(&json!(desk.provider.logins())) }))
        .route("/traffic", get(|State(desk): State<Desk>| async move { answer(&json!(desk.provider.imap_traffic())) }))
        .route("/outgoing", get(outgoing))
        .route("/faults", get(faults).post(set_fault).delete(clear_faults))
        .route("/refusals", post(refuse))
        .route("/quirks", get(quirks).put(set_quirks))
        .layer(DefaultBodyLimit::max(2 * limit::MESSAGE_BYTES))
        .with_state(Desk { provider, info });
    // Serving ends only with the task.
    let _ = axum::serve(listener, router).await;
}

fn answer(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], format!("{value}\n")).into_response()
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (StatusCode, String)> {
    serde_json::from_slice(body).map_err(|problem| (StatusCode::BAD_REQUEST, format!("{problem}\n")))
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "There is no such thing.\n").into_response()
}

fn done(found: Option<()>) -> Response {
    if found.is_some() { StatusCode::NO_CONTENT.into_response() } else { missing() }
}

#[derive(Deserialize)]
struct NewAccount {
    address: String,
    password: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    calendars: Vec<NewCalendar>,
}

#[derive(Deserialize)]
struct NewCalendar {
    id: String,
    name: String,
    color: Option<String>,
}

async fn add_account(State(desk): State<Desk>, body: Bytes) -> Result<Response, (StatusCode, String)> {
    let new: NewAccount = read(&body)?;
    desk.provider.add_account(&new.address, &new.password, &new.name);
    let numbered = new.calendars.into_iter().map(|calendar| {
        let number = desk.provider.next_number();
        (calendar.id, Calendar::new(number, &calendar.name, calendar.color.as_deref()))
    });
    let numbered: Vec<_> = numbered.collect();
    let made = desk.provider.update(&new.address, |account| {
        numbered.into_iter().try_for_each(|(id, calendar)| account.create_calendar(&id, calendar))
    });
    match made {
        Some(Ok(())) => Ok(StatusCode::CREATED.into_response()),
        Some(Err(problem)) => Err((StatusCode::CONFLICT, format!("{problem}\n"))),
        None => Ok(missing()),
    }
}

#[derive(Deserialize)]
struct NewMail {
    from: String,
    to: Vec<String>,
    text: Option<String>,
    base64: Option<String>,
    authentication: Option<String>,
}

async fn add_mail(State(desk): State<Desk>, body: Bytes) -> Result<Response, (StatusCode, String)> {
    let new: NewMail = read(&body)?;
    let bad = |text: &str| (StatusCode::BAD_REQUEST, format!("{text}\n"));
    let raw = match (new.text, new.base64) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(text)) => STANDARD.decode(text).map_err(|_| bad("base64 cannot be read"))?,
        _ => return Err(bad("either text or base64 is needed")),
    };
    let authentication = match new.authentication.as_deref() {
        None | Some("pass") => Authentication::Pass,
        Some("fail") => Authentication::Fail,
        Some("none") => Authentication::None,
        Some(_) => return Err(bad("authentication is pass, fail or none")),
    };
    let queued = deliver(&desk.provider, &Envelope { sender: new.from, recipients: new.to }, &raw, authentication);
    Ok(answer(&json!({ "queued": queued })))
}

async fn mailboxes(State(desk): State<Desk>, Path(address): Path<String>) -> Response {
    let counts = desk.provider.read(&address, |account| {
        let counts = account.mailboxes.iter().map(|(name, mailbox)| (name.clone(), json!(mailbox.messages().len())));
        Value::Object(counts.collect())
    });
    counts.map_or_else(missing, |counts| answer(&counts))
}

async fn messages(State(desk): State<Desk>, Path((address, mailbox)): Path<(String, String)>) -> Response {
    let messages = desk.provider.read(&address, |account| {
        let messages = account.mailbox(&mailbox)?.messages().iter().map(|message| {
            json!({
                "uid": message.uid,
                "flags": message.flags,
                "text": String::from_utf8_lossy(&message.raw),
                "base64": STANDARD.encode(&message.raw),
            })
        });
        Some(messages.collect::<Vec<_>>())
    });
    messages.flatten().map_or_else(missing, |messages| answer(&json!(messages)))
}

async fn renumber(State(desk): State<Desk>, Path((address, mailbox)): Path<(String, String)>) -> Response {
    let renumbered =
        desk.provider.update(&address, |account| account.mailbox_mut(&mailbox).map(|mailbox| mailbox.renumber()));
    done(renumbered.flatten())
}

async fn calendars(State(desk): State<Desk>, Path(address): Path<String>) -> Response {
    let calendars = desk.provider.read(&address, |account| {
        let calendars = account.calendars.iter().map(|(id, calendar)| {
            let objects = calendar.objects().iter();
            let objects =
                objects.map(|(name, object)| (name.clone(), json!({ "etag": object.etag, "ics": &*object.ics })));
            (id.clone(), Value::Object(objects.collect()))
        });
        Value::Object(calendars.collect())
    });
    calendars.map_or_else(missing, |calendars| answer(&calendars))
}

async fn put_object(
    State(desk): State<Desk>,
    Path((address, id, name)): Path<(String, String, String)>,
    body: String,
) -> Result<Response, (StatusCode, String)> {
    let uid = crate::ics::Ics::read(&body).ok().and_then(|ics| ics.uid()).unwrap_or_else(|| name.clone());
    let put = desk
        .provider
        .update(&address, |account| account.calendars.get_mut(&id).map(|calendar| calendar.put(&name, &uid, &body)));
    match put.flatten() {
        Some(Ok(etag)) => Ok(answer(&json!({ "etag": etag }))),
        Some(Err(problem)) => Err((StatusCode::CONFLICT, format!("{problem:?}\n"))),
        None => Ok(missing()),
    }
}

async fn remove_object(
    State(desk): State<Desk>,
    Path((address, id, name)): Path<(String, String, String)>,
) -> Response {
    let removed = desk.provider.update(&address, |account| account.calendars.get_mut(&id)?.remove(&name).map(|_| ()));
    done(removed.flatten())
}

async fn forget(State(desk): State<Desk>, Path((address, id)): Path<(String, String)>) -> Response {
    let forgotten = desk
        .provider
        .update(&address, |account| account.calendars.get_mut(&id).map(|calendar| calendar.forget_history()));
    done(forgotten.flatten())
}

async fn outgoing(State(desk): State<Desk>) -> Response {
    let mails =
        desk.provider.outgoing().into_iter().map(
            |mail| json!({ "from": mail.sender, "to": mail.recipient, "text": String::from_utf8_lossy(&mail.raw) }),
        );
    answer(&Value::Array(mails.collect()))
}

async fn faults(State(desk): State<Desk>) -> Response {
    answer(&json!(desk.provider.faults().pending()))
}

async fn set_fault(State(desk): State<Desk>, body: Bytes) -> Result<Response, (StatusCode, String)> {
    desk.provider.faults().set(read::<Fault>(&body)?);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn clear_faults(State(desk): State<Desk>) -> Response {
    desk.provider.faults().clear();
    StatusCode::NO_CONTENT.into_response()
}

async fn refuse(State(desk): State<Desk>, body: Bytes) -> Result<Response, (StatusCode, String)> {
    desk.provider.refuse(read::<Refusal>(&body)?);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn quirks(State(desk): State<Desk>) -> Response {
    answer(&json!(desk.provider.quirks()))
}

async fn set_quirks(State(desk): State<Desk>, body: Bytes) -> Result<Response, (StatusCode, String)> {
    desk.provider.set_quirks(read::<Quirks>(&body)?);
    Ok(StatusCode::NO_CONTENT.into_response())
}
