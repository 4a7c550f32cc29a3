//! CalDAV requests: what passes, what does not, and bodies in both directions.

use tokio::sync::oneshot;
use wire::{
    DavHeader, DavMethod, DavReply, DavRequest, Refusal, Reply, Request, Security, ToPage, ToRelay, WINDOW_BYTES,
};

use crate::page::Page;
use crate::script::{Server, Wire};
use crate::stage::{Stage, ann, server};

fn request(port: u16, method: DavMethod, path: &str, size: usize) -> Request {
    Request::Dav(DavRequest {
        server: server(port, Security::Tls),
        credentials: Some(ann()),
        method,
        path: path.to_owned(),
        headers: Vec::new(),
        size_bytes: u32::try_from(size).unwrap(),
    })
}

/// The head of a request as lines.
async fn head(wire: &mut Wire) -> Vec<String> {
    let head = wire.hear_until("\r\n\r\n").await;
    head.trim_end().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_request_passes_with_its_headers_and_the_answer_comes_back_with_its_own() {
    let server = Server::tls(|mut wire| async move {
        let head = head(&mut wire).await;
        assert_eq!(head[0], "PROPFIND /webdav/ann%40mail.test/?a=b HTTP/1.1");
        for line in [
            "authorization: Basic YW5uQG1haWwudGVzdDpjb3JyZWN0IGhvcnNl",
            "depth: 1",
            "content-type: application/xml; charset=utf-8",
            "content-length: 5",
        ] {
            assert!(head.iter().any(|found| found == line), "{line} in {head:#?}");
        }
        assert!(head.iter().any(|line| line.starts_with("host: mail.test:")), "{head:#?}");
        assert_eq!(wire.hear_bytes(5).await, b"<a/>\n");
        wire.say("HTTP/1.1 207 Multi-Status\r\nDAV: 1, calendar-access\r\nETag: \"7\"\r\nSet-Cookie: a=b\r\n").await;
        wire.say("Server: secret/1.0\r\nContent-Length: 4\r\n\r\n<b/>").await;
        // The same connection serves the next request.
        assert!(self::head(&mut wire).await[0].starts_with("OPTIONS / "));
        wire.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n").await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let mut propfind = request(server.port, DavMethod::Propfind, "/webdav/ann%40mail.test/?a=b", 5);
    let Request::Dav(dav) = &mut propfind else { panic!() };
    dav.headers.push((DavHeader::Depth, "1".to_owned()));
    dav.headers.push((DavHeader::ContentType, "application/xml; charset=utf-8".to_owned()));
    let answer = page.ask(propfind, b"<a/>\n").await;
    let headers = vec![(DavHeader::ETag, "\"7\"".to_owned()), (DavHeader::Dav, "1, calendar-access".to_owned())];
    assert_eq!(answer.reply, Some(Reply::Dav(DavReply { status: 207, headers })));
    assert_eq!((answer.body.as_slice(), answer.refusal), (&b"<b/>"[..], None));
    let answer = page.ask(request(server.port, DavMethod::Options, "/", 0), b"").await;
    assert_eq!(answer.body, b"abc");
    server.finish().await;
}

#[tokio::test]
async fn a_redirect_is_passed_on_and_not_followed() {
    let server = Server::tls(|mut wire| async move {
        head(&mut wire).await;
        wire.say("HTTP/1.1 301 Moved\r\nLocation: https://other.test/dav/\r\nContent-Length: 0\r\n\r\n").await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let answer = page.ask(request(server.port, DavMethod::Get, "/.well-known/caldav", 0), b"").await;
    let headers = vec![(DavHeader::Location, "https://other.test/dav/".to_owned())];
    assert_eq!(answer.reply, Some(Reply::Dav(DavReply { status: 301, headers })));
}

#[tokio::test]
async fn a_connection_that_the_server_has_closed_is_opened_anew() {
    let server = Server::tls_each(2, |mut wire| async move {
        head(&mut wire).await;
        wire.say("HTTP/1.1 204 No Content\r\n\r\n").await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    for _ in 0..2 {
        let answer = page.ask(request(server.port, DavMethod::Delete, "/a.ics", 0), b"").await;
        assert!(matches!(answer.reply, Some(Reply::Dav(DavReply { status: 204, .. }))), "{answer:?}");
    }
    server.finish().await;
}

#[tokio::test]
async fn a_page_that_stops_reading_stops_the_server() {
    let server = Server::tls(|mut wire| async move {
        head(&mut wire).await;
        wire.say("HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n").await;
        wire.try_to_say(&vec![b'a'; 4_000_000]).await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let exchange = page.begin(request(server.port, DavMethod::Get, "/", 0)).await;
    page.say(&ToRelay::BodyEnd { exchange }).await;
    let mut received = 0;
    // The pieces have a full size as long as a full size fits into what is left of the window.
    while received + wire::BODY_LIMIT_BYTES <= WINDOW_BYTES as usize {
        match page.hear().await.unwrap() {
            ToPage::Body { bytes, .. } => received += bytes.len(),
            ToPage::Reply { .. } => {}
            frame => panic!("{frame:?}"),
        }
        if received > WINDOW_BYTES as usize - wire::BODY_LIMIT_BYTES {
            break;
        }
    }
    assert!(received <= WINDOW_BYTES as usize);
    // Another exchange is served meanwhile, and brings no more of the first one.
    let discover = page.begin(Request::Discover { domain: "purelymail.com".to_owned() }).await;
    loop {
        match page.hear().await.unwrap() {
            ToPage::Body { bytes, .. } => received += bytes.len(),
            ToPage::Last { exchange } if exchange == discover => break,
            _ => {}
        }
    }
    assert!(received <= WINDOW_BYTES as usize, "{received}");
    page.say(&ToRelay::Credit { exchange, bytes: u32::try_from(received).unwrap() }).await;
    let rest = page.hear_out(exchange).await;
    assert_eq!(received + rest.body.len(), 4_000_000);
}

#[tokio::test]
async fn a_long_body_reaches_the_server_whole() {
    let body: Vec<u8> = (0..1_000_000_u32).map(|index| index as u8).collect();
    let expected = body.clone();
    let server = Server::tls(move |mut wire| async move {
        head(&mut wire).await;
        assert!(wire.hear_bytes(1_000_000).await == expected);
        wire.say("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n").await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let exchange = page.begin(request(server.port, DavMethod::Put, "/a.ics", body.len())).await;
    let mut window = WINDOW_BYTES as usize;
    for piece in body.chunks(wire::BODY_LIMIT_BYTES) {
        while window < piece.len() {
            match page.hear().await.unwrap() {
                ToPage::Credit { bytes, .. } => window += bytes as usize,
                frame => panic!("{frame:?}"),
            }
        }
        window -= piece.len();
        page.say(&ToRelay::Body { exchange, bytes: piece.to_vec() }).await;
    }
    page.say(&ToRelay::BodyEnd { exchange }).await;
    let answer = page.hear_out(exchange).await;
    assert!(matches!(answer.reply, Some(Reply::Dav(DavReply { status: 201, .. }))), "{answer:?}");
    server.finish().await;
}

#[tokio::test]
async fn an_answer_without_end_is_cut_with_a_word() {
    let server = Server::tls(|mut wire| async move {
        head(&mut wire).await;
        wire.say("HTTP/1.1 200 OK\r\n\r\n").await;
        while wire.try_to_say(&[b'a'; 65_536]).await {}
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let answer = page.ask(request(server.port, DavMethod::Get, "/", 0), b"").await;
    assert_eq!(answer.refusal, Some(Refusal::TooLarge { limit_bytes: 16 * 1024 * 1024 }));
    assert!(answer.body.len() <= 16 * 1024 * 1024);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_taken_for_whole() {
    let server = Server::tls(|mut wire| async move {
        head(&mut wire).await;
        wire.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let answer = page.ask(request(server.port, DavMethod::Get, "/", 0), b"").await;
    assert_eq!(answer.refusal, Some(Refusal::Closed));
}

#[tokio::test]
async fn a_server_that_speaks_no_http_is_garbled_and_one_that_leaves_is_closed() {
    for (says, refusal) in [("SSH-2.0-x\r\n\r\n", Refusal::Garbled), ("", Refusal::Closed)] {
        let server = Server::tls(move |mut wire| async move {
            head(&mut wire).await;
            wire.say(says).await;
        })
        .await;
        let stage = Stage::with(&[server.port]).await;
        let mut page = Page::connect(stage.address).await;
        let answer = page.ask(request(server.port, DavMethod::Get, "/", 0), b"").await;
        assert_eq!(answer.refusal, Some(refusal), "{says:?}");
    }
}

#[tokio::test]
async fn a_request_that_hangs_can_be_cancelled_and_is_given_up_in_the_end() {
    for is_cancelled in [true, false] {
        let (reached, reaching) = oneshot::channel();
        let server = Server::tls(|mut wire| async move {
            head(&mut wire).await;
            reached.send(()).unwrap();
            wire.expect_end().await;
        })
        .await;
        let stage = Stage::with(&[server.port]).await;
        let mut page = Page::connect(stage.address).await;
        let exchange = page.begin(request(server.port, DavMethod::Get, "/", 0)).await;
        page.send_body(exchange, b"").await;
        reaching.await.unwrap();
        if is_cancelled {
            page.cancel(exchange).await;
            assert_eq!(page.hear_out(exchange).await.refusal, Some(Refusal::Cancelled));
            server.finish().await;
        } else {
            tokio::time::pause();
            assert_eq!(page.hear_out(exchange).await.refusal, Some(Refusal::TimedOut));
        }
    }
}

#[tokio::test]
async fn what_is_not_well_formed_is_refused() {
    let stage = Stage::with(&[1]).await;
    let mut page = Page::connect(stage.address).await;
    let dav = |change: &dyn Fn(&mut DavRequest)| match request(1, DavMethod::Get, "/", 0) {
        Request::Dav(mut dav) => {
            change(&mut dav);
            Request::Dav(dav)
        }
        other => other,
    };
    for bad in [
        dav(&|dav| dav.server.security = Security::StartTls),
        dav(&|dav| dav.path = "http://evil.test/".to_owned()),
        dav(&|dav| dav.path = "/a\r\nX: y".to_owned()),
        dav(&|dav| dav.headers.push((DavHeader::Depth, "0\r\nX: y".to_owned()))),
        dav(&|dav| dav.headers.push((DavHeader::Location, "/".to_owned()))),
    ] {
        let answer = page.ask(bad.clone(), b"").await;
        assert!(matches!(answer.refusal, Some(Refusal::BadRequest { .. })), "{bad:?} {answer:?}");
    }
}
