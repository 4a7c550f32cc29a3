//! What a test in another process can do.

use std::time::Duration;

use sandbox::provider::Provider;
use sandbox::server::Ports;
use sandbox::{Sandbox, demo, guest};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::people::{ANN, BOB, People};

async fn ask(people: &People, request: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(people.sandbox.addresses().control).await.unwrap();
    let length = body.len();
    let text =
        format!("{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::String(body.to_owned())))
}

#[tokio::test]
async fn the_information_names_every_server() {
    let people = People::start().await;
    let (status, info) = ask(&people, "GET /info", "").await;
    assert_eq!(status, 200);
    let at = people.sandbox.addresses();
    let server = json!({ "host": "localhost", "port": at.smtps.port(), "protection": "tls", "path": "" });
    assert_eq!(info["submission"], server);
    assert_eq!(info["caldav"]["path"], json!("/dav/"));
    assert_eq!(info["caldav_url"], json!(format!("https://localhost:{}/dav/", at.dav.port())));
    assert!(info["ca"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    // This is not the demonstration, so nobody is offered its account.
    assert_eq!(info.get("password"), None);
}

#[tokio::test]
async fn a_mail_can_be_delivered_and_read() {
    let people = People::start().await;
    let mail =
        json!({ "from": "x@example.org", "to": [BOB], "text": "Subject: Hi\r\n\r\nBody", "authentication": "fail" });
    assert_eq!(ask(&people, "POST /mail", &mail.to_string()).await.0, 200);
    let (_, messages) = ask(&people, &format!("GET /mail/{BOB}/INBOX"), "").await;
    assert!(messages[0]["text"].as_str().unwrap().contains("dmarc=fail"));
    assert_eq!(ask(&people, &format!("GET /mail/{BOB}"), "").await.1["INBOX"], json!(1));
    assert_eq!(ask(&people, &format!("POST /mail/{BOB}/INBOX/renumber"), "").await.0, 204);
}

#[tokio::test]
async fn an_account_with_a_calendar_can_be_made_and_filled() {
    let people = People::start().await;
    let account = json!({ "address": "Dora@sandbox.test", "password": "x", "calendars": [{ "id": "c", "name": "C" }] });
    assert_eq!(ask(&people, "POST /accounts", &account.to_string()).await.0, 201);
    let ics = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    assert_eq!(ask(&people, "PUT /calendars/dora@sandbox.test/c/u.ics", ics).await.0, 200);
    let (_, calendars) = ask(&people, "GET /calendars/dora@sandbox.test", "").await;
    assert_eq!(calendars["c"]["u.ics"]["ics"], json!(ics));
    assert_eq!(ask(&people, "DELETE /calendars/dora@sandbox.test/c/u.ics", "").await.0, 204);
    assert_eq!(ask(&people, "DELETE /calendars/dora@sandbox.test/c/u.ics", "").await.0, 404);
    assert_eq!(ask(&people, "POST /calendars/dora@sandbox.test/c/forget", "").await.0, 204);
}

#[tokio::test]
async fn a_fault_can_be_set_and_taken_back() {
    let people = People::start().await;
    let fault = json!({ "step": "smtp_recipient", "act": { "refuse": { "code": 451, "text": "4.3.0 Later" } } });
    assert_eq!(ask(&people, "POST /faults", &fault.to_string()).await.0, 204);
    let mut smtp = people.smtp_logged_in(ANN).await;
    assert_eq!(smtp.say(&format!("MAIL FROM:<{ANN}>")).await, 250);
    assert_eq!(smtp.say(&format!("RCPT TO:<{BOB}>")).await, 451);
    assert_eq!(ask(&people, "DELETE /faults", "").await.0, 204);
    assert_eq!(smtp.say(&format!("RCPT TO:<{BOB}>")).await, 250);
    let refusal = json!({ "who": BOB, "code": 550, "text": "5.1.1 Gone" });
    assert_eq!(ask(&people, "POST /refusals", &refusal.to_string()).await.0, 204);
    assert_eq!(smtp.say(&format!("RCPT TO:<{BOB}>")).await, 550);
    let (_, logins) = ask(&people, "GET /logins", "").await;
    assert_eq!(logins, json!([{ "service": "smtp", "address": ANN, "accepted": true }]));
}

#[tokio::test]
async fn what_goes_through_imap_is_counted() {
    let people = People::start().await;
    let mut imap = people.imap_logged_in(ANN).await;
    let before = ask(&people, "GET /traffic", "").await.1;
    let said = imap.ask("NOOP").await;
    let after = ask(&people, "GET /traffic", "").await.1;
    let more = |name: &str| after[name].as_u64().unwrap() - before[name].as_u64().unwrap();
    assert_eq!(more("commands"), 1);
    assert_eq!(more("received_bytes"), "T1 NOOP\r\n".len() as u64);
    assert_eq!(more("sent_bytes"), format!("T1 {}\r\n", said.concat()).len() as u64);
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused() {
    let people = People::start().await;
    for (request, body, status) in [
        ("POST /mail", "{}", 400),
        ("POST /faults", "nonsense", 400),
        ("POST /faults", r#"{"step":"nowhere","act":"cut"}"#, 400),
        ("PUT /quirks", "[1]", 400),
        ("GET /mail/nobody@sandbox.test", "", 404),
        ("GET /mail/ann@sandbox.test/Nowhere", "", 404),
        ("GET /nowhere", "", 404),
    ] {
        assert_eq!(ask(&people, request, body).await.0, status, "{request}");
    }
}

#[tokio::test]
async fn the_demonstration_says_what_the_page_needs_to_sign_in() {
    let provider = Provider::new();
    demo::furnish(&provider, jiff::civil::date(2026, 11, 22));
    let sandbox = Sandbox::start_with_guests(provider, Ports::default(), guest::cast(), Duration::ZERO).await.unwrap();
    let info = sandbox.info();
    for field in ["address", "password", "name"] {
        assert!(info[field].is_string(), "{field} in {info}");
    }
    for server in ["submission", "imap", "caldav"] {
        assert!(info[server]["host"].is_string() && info[server]["port"].is_u64(), "{server} in {info}");
        assert_eq!(info[server]["protection"], json!("tls"));
    }
    assert_eq!(info["guests"][2]["does"], json!("may come, with a comment, by Apple Mail"));
}
