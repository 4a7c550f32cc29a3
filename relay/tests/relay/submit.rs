//! Handing over a mail: verdicts, and what is known when something breaks.

use tokio::sync::oneshot;
use wire::{Refusal, Reply, Request, Security, Submitted};

use crate::page::{Answer, Page};
use crate::script::{Server, Wire};
use crate::stage::{Stage, ann, server, submission};

const MAIL: &[u8] = b"Subject: Lunch\r\n\r\nAt noon?\r\n.\r\nAnn\r\n";

/// The same on the wire: dots that begin a line are doubled, and a dot ends it.
const MAIL_ON_THE_WIRE: &str = "Subject: Lunch\r\n\r\nAt noon?\r\n..\r\nAnn\r\n.\r\n";

async fn submit(server: &Server, security: Security, recipients: &[&str]) -> Answer {
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    page.ask(Request::Submit(submission(server.port, security, recipients, MAIL)), MAIL).await
}

fn submitted(answer: Answer) -> Submitted {
    match answer {
        Answer { reply: Some(Reply::Submitted(submitted)), refusal: None, .. } => submitted,
        answer => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn a_mail_arrives_byte_for_byte_and_every_recipient_has_a_verdict() {
    let server = Server::tls(|mut wire| async move {
        wire.let_in_smtp().await;
        wire.expect("MAIL FROM:<ann@mail.test>").await;
        wire.say("250 2.1.0 ok\r\n").await;
        for (recipient, answer) in
            [("bob", "250 2.1.5 ok"), ("eve", "550-5.1.1 no such\r\n550 5.1.1 user here"), ("cleo", "451 4.7.1 later")]
        {
            assert_eq!(wire.hear().await, format!("RCPT TO:<{recipient}@example.net>"));
            wire.say(&format!("{answer}\r\n")).await;
        }
        wire.expect("DATA").await;
        wire.say("354 go on\r\n").await;
        assert_eq!(wire.hear_until("\r\n.\r\n").await, "Subject: Lunch\r\n\r\nAt noon?\r\n..\r\nAnn\r\n.\r\n");
        wire.say("250 2.0.0 queued as 7\r\n").await;
        wire.expect("QUIT").await;
    })
    .await;
    let recipients = ["bob@example.net", "eve@example.net", "cleo@example.net"];
    let submitted = submitted(submit(&server, Security::Tls, &recipients).await);
    let verdicts: Vec<_> = submitted
        .recipients
        .iter()
        .map(|one| (one.recipient.as_str(), one.verdict.code, one.verdict.text.as_str()))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("bob@example.net", 250, "2.1.5 ok"),
            ("eve@example.net", 550, "5.1.1 no such user here"),
            ("cleo@example.net", 451, "4.7.1 later")
        ]
    );
    let message = submitted.message.unwrap();
    assert_eq!((message.code, message.text.as_str(), submitted.final_dot_written), (250, "2.0.0 queued as 7", true));
    server.finish().await;
}

#[tokio::test]
async fn when_nobody_may_receive_it_the_mail_is_not_sent() {
    let server = Server::tls(|mut wire| async move {
        wire.let_in_smtp().await;
        wire.expect("MAIL FROM:").await;
        wire.say("250 ok\r\n").await;
        wire.expect("RCPT TO:").await;
        wire.say("550 no\r\n").await;
        wire.expect("QUIT").await;
    })
    .await;
    let submitted = submitted(submit(&server, Security::Tls, &["eve@example.net"]).await);
    assert_eq!(submitted.message.map(|verdict| verdict.code), Some(550));
    assert!(!submitted.final_dot_written);
    server.finish().await;
}

#[tokio::test]
async fn a_mail_refused_after_the_dot_is_refused_and_not_unknown() {
    let server = Server::tls(|mut wire| async move {
        wire.let_in_smtp().await;
        for answer in ["250 ok", "250 ok", "354 go"] {
            wire.hear().await;
            wire.say(&format!("{answer}\r\n")).await;
        }
        assert_eq!(wire.hear_until("\r\n.\r\n").await, MAIL_ON_THE_WIRE);
        wire.say("554 5.7.1 spam\r\n").await;
    })
    .await;
    let submitted = submitted(submit(&server, Security::Tls, &["bob@example.net"]).await);
    assert_eq!(submitted.message.map(|verdict| verdict.code), Some(554));
    assert!(submitted.final_dot_written);
}

#[tokio::test]
async fn a_cut_before_the_final_dot_means_that_the_server_has_no_mail() {
    let server = Server::tls(|mut wire| async move {
        wire.let_in_smtp().await;
        wire.expect("MAIL FROM:").await;
        wire.say("250 ok\r\n").await;
        wire.expect("RCPT TO:").await;
        wire.say("250 ok\r\n").await;
        wire.expect("DATA").await;
    })
    .await;
    let answer = submit(&server, Security::Tls, &["bob@example.net"]).await;
    assert_eq!((answer.reply, answer.refusal), (None, Some(Refusal::Closed)));
}

#[tokio::test]
async fn a_cut_behind_the_final_dot_is_told_as_unknown() {
    let server = Server::tls(|mut wire| async move {
        wire.let_in_smtp().await;
        for answer in ["250 ok", "250 ok", "354 go"] {
            wire.hear().await;
            wire.say(&format!("{answer}\r\n")).await;
        }
        wire.hear_until("\r\n.\r\n").await;
    })
    .await;
    let submitted = submitted(submit(&server, Security::Tls, &["bob@example.net"]).await);
    assert_eq!(submitted.message, None);
    assert!(submitted.final_dot_written);
    assert_eq!(submitted.recipients.len(), 1);
}

#[tokio::test]
async fn cancelling_behind_the_final_dot_still_tells_that_it_was_written() {
    let (heard, hearing) = oneshot::channel();
    let server = Server::tls(|mut wire| async move {
        wire.let_in_smtp().await;
        for answer in ["250 ok", "250 ok", "354 go"] {
            wire.hear().await;
            wire.say(&format!("{answer}\r\n")).await;
        }
        wire.hear_until("\r\n.\r\n").await;
        heard.send(()).unwrap();
        wire.expect_end().await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let request = submission(server.port, Security::Tls, &["bob@example.net"], MAIL);
    let exchange = page.begin(Request::Submit(request)).await;
    page.send_body(exchange, MAIL).await;
    hearing.await.unwrap();
    page.cancel(exchange).await;
    let submitted = submitted(page.hear_out(exchange).await);
    assert!(submitted.final_dot_written && submitted.message.is_none());
}

/// Takes one mail on a connection that is signed in.
async fn take_mail(wire: &mut Wire) {
    for answer in ["250 ok", "250 ok", "354 go"] {
        wire.hear().await;
        wire.say(&format!("{answer}\r\n")).await;
    }
    wire.hear_until("\r\n.\r\n").await;
    wire.say("250 ok\r\n").await;
}

#[tokio::test]
async fn mails_in_a_row_sign_in_once_and_each_is_judged_by_itself() {
    let server = Server::tls(|mut wire| async move {
        wire.let_in_smtp().await;
        take_mail(&mut wire).await;
        take_mail(&mut wire).await;
        // The third breaks before its own final dot, whatever the others had.
        wire.expect("MAIL FROM:").await;
        wire.say("250 ok\r\n").await;
        wire.expect("RCPT TO:").await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let request = || Request::Submit(submission(server.port, Security::Tls, &["bob@example.net"], MAIL));
    for _ in 0..2 {
        let submitted = submitted(page.ask(request(), MAIL).await);
        assert_eq!(submitted.message.map(|verdict| verdict.code), Some(250));
    }
    assert_eq!(page.ask(request(), MAIL).await.refusal, Some(Refusal::Closed));
}

#[tokio::test]
async fn a_kept_connection_that_has_ended_or_tires_is_replaced() {
    for last_words in ["", "421 4.4.2 timeout\r\n"] {
        let server = Server::tls_each(2, move |mut wire| async move {
            wire.let_in_smtp().await;
            take_mail(&mut wire).await;
            if !last_words.is_empty() {
                wire.hear().await;
                wire.say(last_words).await;
            }
        })
        .await;
        let stage = Stage::with(&[server.port]).await;
        let mut page = Page::connect(stage.address).await;
        for _ in 0..2 {
            let request = Request::Submit(submission(server.port, Security::Tls, &["bob@example.net"], MAIL));
            let submitted = submitted(page.ask(request, MAIL).await);
            assert_eq!(submitted.message.map(|verdict| verdict.code), Some(250), "{last_words:?}");
        }
    }
}

#[tokio::test]
async fn another_person_does_not_use_a_kept_connection() {
    let server = Server::tls_each(2, |mut wire| async move {
        wire.let_in_smtp().await;
        take_mail(&mut wire).await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    for user in ["ann@mail.test", "bob@mail.test"] {
        let mut request = submission(server.port, Security::Tls, &["cleo@example.net"], MAIL);
        request.credentials.user = user.to_owned();
        submitted(page.ask(Request::Submit(request), MAIL).await);
    }
    server.finish().await;
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let server = Server::tls(|mut wire| async move {
        wire.say("220 mail.test\r\n").await;
        wire.expect("EHLO ").await;
        wire.say("250-mail.test\r\n250 AUTH PLAIN LOGIN\r\n").await;
        wire.expect("AUTH PLAIN ").await;
        wire.say("535 5.7.8 Wrong password\r\n").await;
        let next = wire.hear().await;
        assert!(next.is_empty() || next == "QUIT", "{next}");
    })
    .await;
    let answer = submit(&server, Security::Tls, &["bob@example.net"]).await;
    assert_eq!(answer.refusal, Some(Refusal::WrongPassword { server_said: "5.7.8 Wrong password".to_owned() }));
    server.finish().await;
}

#[tokio::test]
async fn a_server_with_auth_login_only_is_signed_in_to() {
    let server = Server::tls(|mut wire| async move {
        wire.say("220 mail.test\r\n").await;
        wire.expect("EHLO ").await;
        wire.say("250-mail.test\r\n250 AUTH LOGIN\r\n").await;
        wire.expect("AUTH LOGIN").await;
        wire.say("334 VXNlcm5hbWU6\r\n").await;
        assert_eq!(wire.hear().await, "YW5uQG1haWwudGVzdA==");
        wire.say("334 UGFzc3dvcmQ6\r\n").await;
        assert_eq!(wire.hear().await, "Y29ycmVjdCBob3JzZQ==");
        wire.say("235 welcome\r\n").await;
        wire.expect("QUIT").await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let request =
        Request::TrySubmission { server: crate::stage::server(server.port, Security::Tls), credentials: ann() };
    let answer = page.ask(request, b"").await;
    assert_eq!((answer.reply, answer.refusal), (Some(Reply::Done), None));
    server.finish().await;
}

#[tokio::test]
async fn a_protected_connection_is_begun_where_it_is_asked_for() {
    let server = Server::plain(|mut wire| async move {
        wire.say("220-mail.test\r\n220 ESMTP\r\n").await;
        wire.expect("EHLO ").await;
        wire.say("250-mail.test\r\n250 STARTTLS\r\n").await;
        wire.expect("STARTTLS").await;
        wire.say("220 go\r\n").await;
        let mut wire = wire.start_tls().await;
        wire.expect("EHLO ").await;
        wire.say("250-mail.test\r\n250 AUTH PLAIN\r\n").await;
        wire.expect("AUTH PLAIN ").await;
        wire.say("235 welcome\r\n").await;
        for answer in ["250 ok", "250 ok", "354 go"] {
            wire.hear().await;
            wire.say(&format!("{answer}\r\n")).await;
        }
        wire.hear_until("\r\n.\r\n").await;
        wire.say("250 ok\r\n").await;
    })
    .await;
    let submitted = submitted(submit(&server, Security::StartTls, &["bob@example.net"]).await);
    assert_eq!(submitted.message.map(|verdict| verdict.code), Some(250));
    server.finish().await;
}

#[tokio::test]
async fn a_server_that_offers_no_protection_learns_nothing() {
    let server = Server::plain(|mut wire| async move {
        wire.say("220 mail.test\r\n").await;
        wire.expect("EHLO ").await;
        wire.say("250-mail.test\r\n250 AUTH PLAIN\r\n").await;
        assert_eq!(wire.hear().await, "");
    })
    .await;
    let answer = submit(&server, Security::StartTls, &["bob@example.net"]).await;
    assert!(matches!(answer.refusal, Some(Refusal::Tls { because }) if because.contains("does not offer")));
    server.finish().await;
}

#[tokio::test]
async fn text_injected_before_tls_is_noticed() {
    for injected in ["220 go\r\n250 AUTH PLAIN\r\n", "220 go\r\nx"] {
        let server = Server::plain(move |mut wire| async move {
            wire.say("220 mail.test\r\n").await;
            wire.expect("EHLO ").await;
            wire.say("250 STARTTLS\r\n").await;
            wire.expect("STARTTLS").await;
            wire.say(injected).await;
            assert_eq!(wire.hear().await, "");
        })
        .await;
        let answer = submit(&server, Security::StartTls, &["bob@example.net"]).await;
        assert!(matches!(answer.refusal, Some(Refusal::Tls { because }) if because.contains("put text")));
        server.finish().await;
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let server = Server::plain(|wire| async move {
        // The handshake fails on the other side.
        let _ = tokio::spawn(wire.start_tls()).await;
    })
    .await;
    let allow = vec![format!("private.test:{}", server.port).parse().unwrap()];
    let stage = Stage::set(&[], |mut relay| {
        std::sync::Arc::get_mut(&mut relay.network).unwrap().policy = relay::policy::Policy::new(allow);
        relay
    })
    .await;
    let mut page = Page::connect(stage.address).await;
    let mut request = submission(server.port, Security::Tls, &["bob@example.net"], MAIL);
    request.server.host = "private.test".to_owned();
    let answer = page.ask(Request::Submit(request), MAIL).await;
    assert!(matches!(answer.refusal, Some(Refusal::Tls { because }) if because.contains("another name")));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_after_a_while() {
    let (reached, reaching) = oneshot::channel();
    let server = Server::tls(|mut wire| async move {
        reached.send(()).unwrap();
        wire.expect_end().await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let request = submission(server.port, Security::Tls, &["bob@example.net"], MAIL);
    let exchange = page.begin(Request::Submit(request)).await;
    page.send_body(exchange, MAIL).await;
    reaching.await.unwrap();
    // From here on everybody waits, and time runs by itself.
    tokio::time::pause();
    assert_eq!(page.hear_out(exchange).await.refusal, Some(Refusal::TimedOut));
}

#[tokio::test]
async fn a_server_that_greets_without_end_is_given_up() {
    let server = Server::tls(|mut wire| async move { while wire.try_to_say(&[b'2'; 1000]).await {} }).await;
    let answer = submit(&server, Security::Tls, &["bob@example.net"]).await;
    assert_eq!(answer.refusal, Some(Refusal::Garbled));
}

#[tokio::test]
async fn what_is_not_allowed_is_not_even_looked_up() {
    let stage = Stage::with(&[]).await;
    let mut page = Page::connect(stage.address).await;
    for (host, port, words) in [
        ("127.0.0.1", 465, "does not know"),
        ("intranet.example.com", 465, "does not know"),
        ("mail.test", 25, "port 25"),
        ("mail.test", 22, "port 22"),
        ("smtp.purelymail.com\r\n", 465, "not the name"),
    ] {
        let mut request = submission(port, Security::Tls, &["bob@example.net"], MAIL);
        request.server.host = host.to_owned();
        let answer = page.ask(Request::Submit(request), MAIL).await;
        let is_denied = matches!(&answer.refusal, Some(Refusal::NotAllowed { because }) if because.contains(words));
        assert!(is_denied, "{host}:{port} {:?}", answer.refusal);
    }
    // The mail domain's own server is allowed, but its address is this machine's.
    let request = submission(465, Security::Tls, &["bob@example.net"], MAIL);
    let answer = page.ask(Request::Submit(request), MAIL).await;
    assert!(matches!(answer.refusal, Some(Refusal::NotAllowed { because }) if because.contains("loopback address")));
}

#[tokio::test]
async fn a_name_without_an_address_is_told_apart_from_a_server_that_is_not_there() {
    let stage = Stage::with(&[1]).await;
    let mut page = Page::connect(stage.address).await;
    let mut request = submission(465, Security::Tls, &["bob@example.net"], MAIL);
    request.server.host = "smtp.purelymail.com".to_owned();
    assert_eq!(page.ask(Request::Submit(request), MAIL).await.refusal, Some(Refusal::NoSuchHost));
    let request = Request::TrySubmission { server: server(1, Security::Tls), credentials: ann() };
    assert_eq!(page.ask(request, b"").await.refusal, Some(Refusal::Unreachable));
}

#[tokio::test]
async fn a_mail_with_a_bare_line_feed_is_never_handed_over() {
    let server = Server::plain(|_wire| async {}).await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let mail = b"Subject: x\r\n\r\na\n.\r\nMAIL FROM:<eve@example.com>\r\n";
    let request = submission(server.port, Security::Tls, &["bob@example.net"], mail);
    let answer = page.ask(Request::Submit(request), mail).await;
    assert!(matches!(answer.refusal, Some(Refusal::BadRequest { because }) if because.contains("CRLF")));
}
