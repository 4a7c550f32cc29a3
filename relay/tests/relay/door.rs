//! Who gets in, what the page's side of the protocol may do, how the relay stops, and its plain addresses.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use wire::{ExchangeId, Hello, MailRequest, PROTOCOL_VERSION, Refusal, Request, Secret, ToPage, ToRelay};

use crate::page::Page;
use crate::script::Server;
use crate::stage::{Stage, open_mail};

fn discover() -> Request {
    Request::Discover { domain: "purelymail.com".to_owned() }
}

/// One plain HTTP request and its answer, head and content.
async fn http(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn get(address: SocketAddr, path: &str, headers: &str) -> String {
    http(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n")).await
}

/// Asks for a WebSocket and gives the status of the answer.
async fn knock(address: SocketAddr, headers: &str) -> String {
    let request = format!(
        "GET /relay HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    String::from_utf8_lossy(&status).into_owned()
}

#[tokio::test]
async fn the_greeting_must_be_of_this_version() {
    let stage = Stage::with(&[]).await;
    for first in [
        ToRelay::Hello(Hello { version: PROTOCOL_VERSION + 1, token: None }),
        ToRelay::Cancel { exchange: ExchangeId(0) },
    ] {
        let mut page = Page::knock(stage.address).await;
        page.say(&first).await;
        let refused = ToPage::Refused(Refusal::VersionMismatch { relay: PROTOCOL_VERSION });
        assert_eq!(page.hear().await, Some(refused));
        assert_eq!(page.hear().await, None);
    }
}

#[tokio::test]
async fn a_token_is_asked_for_where_one_is_set() {
    let stage = Stage::set(&[], |relay| relay::handler::Relay { token: Some(Secret::new("sesame")), ..relay }).await;
    for (token, is_welcome) in [(None, false), (Some("sesam"), false), (Some("sesame"), true)] {
        let mut page = Page::knock(stage.address).await;
        page.say(&ToRelay::Hello(Hello { version: PROTOCOL_VERSION, token: token.map(Secret::new) })).await;
        match page.hear().await.unwrap() {
            ToPage::Welcome(_) => assert!(is_welcome),
            ToPage::Refused(refusal) => assert_eq!((refusal, is_welcome), (Refusal::TokenNeeded, false)),
            frame => panic!("{frame:?}"),
        }
    }
}

#[tokio::test]
async fn a_page_that_does_not_greet_is_not_kept() {
    let stage = Stage::with(&[]).await;
    let mut page = Page::knock(stage.address).await;
    // Pings are no greeting.
    page.say_raw(Message::Ping(tokio_tungstenite::tungstenite::Bytes::new())).await;
    tokio::time::pause();
    assert_eq!(page.hear().await, None);
}

#[tokio::test]
async fn breaking_the_rules_ends_the_connection() {
    let stage = Stage::with(&[]).await;
    let body = |bytes| ToRelay::Body { exchange: ExchangeId(9), bytes };
    let idle = ToRelay::Request { exchange: ExchangeId(9), request: discover() };
    let cases: Vec<Vec<Message>> = vec![
        vec![Message::text("hello")],
        vec![Message::binary(vec![255, 255, 255])],
        vec![Message::binary(wire::encode(&ToRelay::Hello(Hello { version: PROTOCOL_VERSION, token: None })))],
        vec![
            Message::binary(wire::encode(&idle)),
            Message::binary(wire::encode(&ToRelay::Credit { exchange: ExchangeId(9), bytes: u32::MAX })),
        ],
    ];
    for case in cases {
        let mut page = Page::connect(stage.address).await;
        for message in case {
            page.say_raw(message).await;
        }
        // The exchange of the last case may have ended before the credit came, and then nobody is hurt by it.
        page.say(&body(Vec::new())).await;
        page.say_raw(Message::text("a last straw")).await;
        assert_eq!(page.hear_close().await, 1002);
    }
}

#[tokio::test]
async fn a_message_that_is_too_long_ends_the_connection() {
    let stage = Stage::with(&[]).await;
    let mut page = Page::connect(stage.address).await;
    page.say_raw(Message::binary(vec![0; wire::MESSAGE_LIMIT_BYTES + 1])).await;
    assert_eq!(page.hear().await, None);
}

#[tokio::test]
async fn what_is_said_to_an_ended_exchange_goes_nowhere() {
    let stage = Stage::with(&[]).await;
    let mut page = Page::connect(stage.address).await;
    let exchange = ExchangeId(77);
    page.say(&ToRelay::Cancel { exchange }).await;
    page.say(&ToRelay::Body { exchange, bytes: vec![1] }).await;
    page.say(&ToRelay::BodyEnd { exchange }).await;
    page.say(&ToRelay::Credit { exchange, bytes: 1 }).await;
    assert_eq!(page.ask(discover(), b"").await.refusal, None);
}

#[tokio::test]
async fn more_exchanges_than_allowed_are_told_to_wait() {
    let server = Server::plain(|mut wire| async move { wire.expect_end().await }).await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let mut last = ExchangeId(0);
    for _ in 0..=relay::policy::limit::EXCHANGE_LIMIT {
        let request = crate::stage::submission(server.port, wire::Security::Tls, &["b@mail.test"], b"x\r\n");
        // Without its body a submission waits.
        last = page.begin(Request::Submit(request)).await;
    }
    assert!(matches!(page.hear_out(last).await.refusal, Some(Refusal::Busy { .. })));
}

#[tokio::test]
async fn what_is_no_mail_domain_is_not_looked_for() {
    let stage = Stage::with(&[]).await;
    let mut page = Page::connect(stage.address).await;
    for domain in ["", "localhost", "10.0.0.1", "a b.example", "example.org\r\n", "ann@example.org"] {
        let answer = page.ask(Request::Discover { domain: domain.to_owned() }, b"").await;
        assert!(matches!(answer.refusal, Some(Refusal::BadRequest { .. })), "{domain:?} {answer:?}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_and_crowds_are_turned_away() {
    let quota = relay::policy::Quota { per_address: 1, per_minute: 100, in_all: 100 };
    let stage = Stage::set(&[], |relay| {
        let admissions = std::sync::Mutex::new(relay::policy::Admissions::new(quota));
        let origins = vec!["https://calendar.example.org".to_owned()];
        relay::handler::Relay { admissions, origins, ..relay }
    })
    .await;
    let address = stage.address;
    assert_eq!(knock(address, "Origin: https://evil.example\r\n").await, "HTTP/1.1 403");
    let first = Page::connect(address).await;
    assert_eq!(knock(address, "Origin: https://calendar.example.org\r\n").await, "HTTP/1.1 429");
    drop(first);
    while stage.relay.admissions.lock().unwrap().open() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(knock(address, &format!("Origin: http://{address}\r\n")).await, "HTTP/1.1 101");
}

#[tokio::test]
async fn a_relay_that_stops_ends_what_would_last_and_lets_the_rest_finish() {
    let (asked, asking) = tokio::sync::oneshot::channel();
    let (stopped, stopping) = tokio::sync::oneshot::channel();
    let idler = Server::tls(|mut wire| async move {
        wire.let_in_imap().await;
        let tag = wire.expect_command("IDLE").await;
        wire.say("+ idling\r\n").await;
        wire.expect("DONE").await;
        wire.say(&format!("{tag} OK done\r\n")).await;
    })
    .await;
    let worker = Server::tls(|mut wire| async move {
        wire.let_in_imap().await;
        let tag = wire.expect_command("UID SEARCH").await;
        asked.send(()).unwrap();
        stopping.await.unwrap();
        wire.say(&format!("* SEARCH 7\r\n{tag} OK done\r\n")).await;
    })
    .await;
    let stage = Stage::with(&[idler.port, worker.port]).await;
    let mut page = Page::connect(stage.address).await;
    let idling = page.open_mail(open_mail(idler.port)).await;
    let working = page.open_mail(open_mail(worker.port)).await;
    let idle = page.begin(Request::Mail(MailRequest::Idle { session: idling })).await;
    let search = page.begin(Request::Mail(MailRequest::Search { session: working, criteria: vec![] })).await;
    asking.await.unwrap();
    stage.stop.send_replace(true);
    assert_eq!(page.hear_out(idle).await.refusal, None);
    let refused = page.ask(discover(), b"").await;
    assert_eq!(refused.refusal, Some(Refusal::ShuttingDown));
    stopped.send(()).unwrap();
    assert_eq!(page.hear_out(search).await.reply, Some(wire::Reply::Uids(vec![7])));
    assert_eq!(page.hear_close().await, 1012);
    drop(page);
    stage.serving.await.unwrap();
    assert!(TcpStream::connect(stage.address).await.is_err());
}

#[tokio::test]
async fn plain_addresses_answer_with_strict_headers() {
    let stage = Stage::with(&[]).await;
    for (path, status, content) in [
        ("/healthz", "200", "ok\n"),
        ("/version", "200", "calpost 0."),
        ("/demo.json", "404", "not a demonstration"),
        ("/missing.js", "404", ""),
        ("/relay", "400", ""),
    ] {
        let answer = get(stage.address, path, "").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path} {answer}");
        assert!(answer.contains(content), "{path} {answer}");
        for header in ["content-security-policy: default-src 'none'; ", "x-content-type-options: nosniff"] {
            assert!(answer.contains(header), "{path} {answer}");
        }
        assert!(!answer.contains("unsafe-inline") && !answer.contains("'unsafe-eval'"));
    }
    let answer =
        http(stage.address, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
}

#[tokio::test]
async fn a_demonstration_says_where_its_mailbox_is() {
    let demo = Some("{\"address\":\"ann@sandbox.test\"}".to_owned());
    let stage = Stage::set(&[], |relay| relay::handler::Relay { demo, ..relay }).await;
    let answer = get(stage.address, "/demo.json", "").await;
    assert!(
        answer.contains("content-type: application/json") && answer.ends_with("{\"address\":\"ann@sandbox.test\"}")
    );
}
