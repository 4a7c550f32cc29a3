//! Mail submitted to the sandbox by an independent client, and by hand where a client would not do it.

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use sandbox::fault::{Act, Fault, Step};
use sandbox::limit;
use sandbox::provider::Quirks;

use crate::people::{self, ANN, BOB, People};

const MAIL: &str = "From: ann@sandbox.test\r\nTo: bob@sandbox.test\r\nSubject: Hello\r\n\r\n.dots\r\n..stay\r\n";

fn envelope(recipients: &[&str]) -> lettre::address::Envelope {
    let recipients = recipients.iter().map(|address| address.parse::<Address>().unwrap()).collect();
    lettre::address::Envelope::new(Some(ANN.parse().unwrap()), recipients).unwrap()
}

fn transport(people: &People, port: u16, tls: fn(TlsParameters) -> Tls) -> AsyncSmtpTransport<Tokio1Executor> {
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost")
        .port(port)
        .tls(tls(people.lettre_tls()))
        .credentials(Credentials::new(ANN.into(), people::PASSWORD.into()))
        .build()
}

#[tokio::test]
async fn mail_arrives_over_both_ports_with_every_dot() {
    let people = People::start().await;
    let addresses = people.sandbox.addresses();
    let implicit = transport(&people, addresses.smtps.port(), Tls::Wrapper);
    let on_request = transport(&people, addresses.smtp.port(), Tls::Required);
    // lettre puts a line break before the final dot, whether or not the message ends in one.
    let message = MAIL.strip_suffix("\r\n").unwrap();
    for transport in [implicit, on_request] {
        let response = transport.send_raw(&envelope(&[BOB]), message.as_bytes()).await.unwrap();
        assert!(response.first_line().unwrap().starts_with("2.0.0 Ok: queued as "));
    }
    let inbox = people.inbox(BOB);
    assert_eq!(inbox.len(), 2);
    assert!(inbox.iter().all(|mail| mail.ends_with(MAIL)), "{inbox:?}");
}

#[tokio::test]
async fn both_ways_to_log_in_work() {
    let people = People::start().await;
    for mechanism in [Mechanism::Plain, Mechanism::Login] {
        let mut connection = connect(&people).await;
        let credentials = Credentials::new(ANN.into(), people::PASSWORD.into());
        assert!(connection.auth(&[mechanism], &credentials).await.unwrap().is_positive(), "{mechanism}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_nobody_can_send_without() {
    let people = People::start().await;
    let mut connection = connect(&people).await;
    let wrong = Credentials::new(ANN.into(), "wrong".into());
    let problem = connection.auth(&[Mechanism::Plain], &wrong).await.unwrap_err();
    assert_eq!(problem.status().map(u16::from), Some(535));
    let mut raw = people.smtp().await;
    raw.say("EHLO test").await;
    assert_eq!(raw.say("MAIL FROM:<ann@sandbox.test>").await, 530);
}

async fn connect(people: &People) -> AsyncSmtpConnection {
    AsyncSmtpConnection::connect_tokio1(
        ("localhost", people.sandbox.addresses().smtps.port()),
        None,
        &ClientId::Domain("test".into()),
        Some(people.lettre_tls()),
        None,
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn one_refused_recipient_does_not_keep_the_mail_from_the_others() {
    let people = People::start().await;
    let mut raw = people.smtp_logged_in(ANN).await;
    assert_eq!(raw.say("MAIL FROM:<ann@sandbox.test>").await, 250);
    assert_eq!(raw.say("RCPT TO:<nobody@example.org>").await, 550);
    assert_eq!(raw.say("RCPT TO:<later@example.org>").await, 451);
    assert_eq!(raw.say("RCPT TO:<bob@sandbox.test>").await, 250);
    assert_eq!(raw.say("DATA").await, 354);
    assert_eq!(raw.say("Subject: Hello\r\n\r\nHi.\r\n.").await, 250);
    assert_eq!(people.inbox(BOB).len(), 1);
}

#[tokio::test]
async fn only_own_addresses_may_send() {
    let people = People::start().await;
    let mut raw = people.smtp_logged_in(ANN).await;
    assert_eq!(raw.say("MAIL FROM:<bob@sandbox.test>").await, 553);
    assert_eq!(raw.say("MAIL FROM:<Ann@Sandbox.Test>").await, 250);
}

#[tokio::test]
async fn sizes_are_refused_just_above_the_limit() {
    let people = People::start().await;
    let mut raw = people.smtp_logged_in(ANN).await;
    assert_eq!(raw.say(&format!("MAIL FROM:<{ANN}> SIZE={}", limit::MESSAGE_BYTES + 1)).await, 552);
    assert_eq!(raw.say(&format!("MAIL FROM:<{ANN}> SIZE={}", limit::MESSAGE_BYTES)).await, 250);
    assert_eq!(raw.say(&format!("RCPT TO:<{BOB}>")).await, 250);
    assert_eq!(raw.say("DATA").await, 354);
    let message = "x".repeat(limit::MESSAGE_BYTES - 2);
    assert_eq!(raw.say(&format!("{message}\r\n.")).await, 250);
    assert_eq!(raw.say(&format!("MAIL FROM:<{ANN}>")).await, 250);
    assert_eq!(raw.say(&format!("RCPT TO:<{BOB}>")).await, 250);
    assert_eq!(raw.say("DATA").await, 354);
    assert_eq!(raw.say(&format!("{message}x\r\n.")).await, 552);
    assert_eq!(people.inbox(BOB).len(), 1);
}

#[tokio::test]
async fn the_number_of_recipients_is_bounded() {
    let people = People::start().await;
    let mut raw = people.smtp_logged_in(ANN).await;
    assert_eq!(raw.say(&format!("MAIL FROM:<{ANN}>")).await, 250);
    for number in 0..limit::RECIPIENTS {
        assert_eq!(raw.say(&format!("RCPT TO:<guest{number}@example.org>")).await, 250);
    }
    assert_eq!(raw.say("RCPT TO:<one.more@example.org>").await, 452);
}

#[tokio::test]
async fn nonsense_gets_a_refusal_and_the_conversation_goes_on() {
    let people = People::start().await;
    let mut raw = people.smtp_logged_in(ANN).await;
    let long = "x".repeat(limit::SMTP_LINE_BYTES);
    for line in ["", "MAIL", "MAIL FROM:ann", "RCPT TO:<>", "AUTH", "BDAT 7", "\u{1f980}", "DATA", &long] {
        let code = raw.say(line).await;
        assert!((500..600).contains(&code), "{line:?} got {code}");
    }
    assert_eq!(raw.say("NOOP").await, 250);
}

#[tokio::test]
async fn an_empty_message_ends_at_its_first_dot() {
    let people = People::start().await;
    let mut raw = people.smtp_logged_in(ANN).await;
    raw.say(&format!("MAIL FROM:<{ANN}>")).await;
    raw.say(&format!("RCPT TO:<{BOB}>")).await;
    assert_eq!(raw.say("DATA").await, 354);
    assert_eq!(raw.say(".").await, 250);
}

#[tokio::test]
async fn a_cut_before_the_final_dot_delivers_nothing_and_after_it_everything() {
    for (step, delivered) in [(Step::SmtpBody, 0), (Step::SmtpFinalDot, 0), (Step::SmtpDelivered, 1)] {
        let people = People::start().await;
        people.sandbox.provider().faults().set(Fault::once(step, Act::Cut));
        let port = people.sandbox.addresses().smtps.port();
        let sent = transport(&people, port, Tls::Wrapper).send_raw(&envelope(&[BOB]), MAIL.as_bytes()).await;
        assert!(sent.is_err(), "{step:?}");
        assert_eq!(people.inbox(BOB).len(), delivered, "{step:?}");
    }
}

#[tokio::test]
async fn a_command_hidden_behind_starttls_is_not_carried_out() {
    let people = People::start().await;
    let mut plain = people.smtp_plain().await;
    plain.say("EHLO test").await;
    assert_eq!(plain.say("STARTTLS\r\nEHLO injected").await, 220);
    assert!(plain.is_closed().await);
}

#[tokio::test]
async fn a_provider_that_files_sent_mail_does_so_once() {
    let people = People::start().await;
    let quirks = Quirks { files_sent: true, ..Quirks::default() };
    people.sandbox.provider().set_quirks(quirks);
    let port = people.sandbox.addresses().smtps.port();
    transport(&people, port, Tls::Wrapper).send_raw(&envelope(&[BOB, BOB]), MAIL.as_bytes()).await.unwrap();
    let sent = people.sandbox.provider().read(ANN, |account| account.mailbox("Sent").unwrap().messages().len());
    assert_eq!(sent, Some(1));
}

#[tokio::test]
async fn a_conversation_can_break_at_every_byte_and_never_delivers_half_a_mail() {
    let people = People::start().await;
    let message = "MAIL FROM:<ann@sandbox.test>\r\nRCPT TO:<bob@sandbox.test>\r\nDATA\r\n";
    let body = "Subject: Hi\r\n\r\nHello\r\n.\r\n";
    for bytes in 0..=(message.len() + body.len()) {
        let mut raw = people.smtp_logged_in(ANN).await;
        let act =
            Act::CutAfterReceiving { bytes: bytes.saturating_sub(message.lines().next().unwrap().len() + 2) as u64 };
        people.sandbox.provider().faults().set(Fault::once(Step::SmtpMail, act));
        for line in message.lines() {
            raw.tell(line).await;
        }
        raw.tell(body.trim_end()).await;
        while !raw.read().await.is_empty() {}
        people.sandbox.provider().faults().clear();
    }
    let inbox = people.inbox(BOB);
    assert!(!inbox.is_empty(), "the whole mail gets through");
    assert!(inbox.iter().all(|mail| mail.ends_with("Subject: Hi\r\n\r\nHello\r\n")), "{inbox:#?}");
}

#[tokio::test]
async fn one_hanging_connection_keeps_no_other_waiting() {
    let people = People::start().await;
    people.sandbox.provider().faults().set(Fault::once(Step::SmtpMail, Act::Hang));
    let mut hanging = people.smtp_logged_in(ANN).await;
    hanging.tell(&format!("MAIL FROM:<{ANN}>")).await;
    let mut other = people.smtp_logged_in(ANN).await;
    while !people.sandbox.provider().faults().pending().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(other.say(&format!("MAIL FROM:<{ANN}>")).await, 250);
}
