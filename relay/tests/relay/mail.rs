//! Reading and filing mail: sessions, pushes, and what hostile servers and mails can do.

use tokio::sync::oneshot;
use wire::{
    Capability, Criterion, FetchItems, Fetched, Flag, FlagChange, MailRequest, MailboxRole, PartPath, Push, Refusal,
    Reply, Request, Security, SessionId, ToPage, UidRange,
};

use crate::page::Page;
use crate::script::{Server, Wire};
use crate::stage::{BRISK, Stage, ann, open_mail, server};

/// A page with a session on a server that lets it in and then follows a script.
async fn session<F>(script: impl FnOnce(Wire) -> F + Send + 'static) -> (Stage, Page, SessionId, Server)
where
    F: Future<Output = ()> + Send,
{
    let server = Server::tls(|mut wire| async {
        wire.let_in_imap().await;
        script(wire).await;
    })
    .await;
    let stage = Stage::set(&[server.port], |relay| relay::handler::Relay { pace: BRISK, ..relay }).await;
    let mut page = Page::connect(stage.address).await;
    let session = page.open_mail(open_mail(server.port)).await;
    (stage, page, session, server)
}

/// Answers the next command, which begins like this, with these lines and OK.
async fn answer(wire: &mut Wire, command: &str, lines: &str) {
    let tag = wire.expect_command(command).await;
    wire.say(&format!("{lines}{tag} OK done\r\n")).await;
}

fn all() -> Vec<UidRange> {
    vec![UidRange { first: 1, last: None }]
}

fn fetched(pushes: Vec<Push>) -> Vec<Fetched> {
    let mail = |push| match push {
        Push::Fetched(fetched) => *fetched,
        push => panic!("{push:?}"),
    };
    pushes.into_iter().map(mail).collect()
}

#[tokio::test]
async fn a_session_does_everything_that_is_asked_of_it() {
    let (_stage, mut page, session, server) = session(|mut wire| async move {
        let list = "* LIST (\\HasNoChildren) \"/\" inbox\r\n* LIST (\\Sent) \"/\" \"Gesendet &- K&AOQ-se\"\r\n\
            * LIST (\\Noselect) NIL Folders\r\n";
        answer(&mut wire, "LIST \"\" \"*\"", list).await;
        let select = "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 12] n\r\n";
        answer(&mut wire, "EXAMINE INBOX", select).await;
        answer(&mut wire, "UID SEARCH UID 5:* UNSEEN", "* SEARCH 11 9\r\n").await;
        answer(&mut wire, "UID SEARCH ALL", "* SEARCH\r\n").await;
        let facts = "* 3 FETCH (UID 11 RFC822.SIZE 99 FLAGS (\\Seen) BODY[1]<0> {3}\r\nabc)\r\n";
        answer(&mut wire, "UID FETCH 11 (UID RFC822.SIZE INTERNALDATE FLAGS BODY.PEEK[1]<0.3>)", facts).await;
        answer(&mut wire, "UID FETCH 11 (UID BODY.PEEK[]<0.6>)", "* 3 FETCH (UID 11 BODY[]<0> {6}\r\nabcdef)\r\n")
            .await;
        let tag = wire.expect_command("APPEND \"Gesendet &- K&AOQ-se\" (\\Seen) {8}").await;
        wire.say("+ go on\r\n").await;
        assert_eq!(wire.hear_bytes(10).await, b"To: b\r\n\n\r\n");
        wire.say(&format!("{tag} OK [APPENDUID 8 21] filed\r\n")).await;
        answer(&mut wire, "UID STORE 11 +FLAGS.SILENT (\\Flagged)", "").await;
        answer(&mut wire, "UID MOVE 9,11 \"Trash\"", "").await;
        answer(&mut wire, "LOGOUT", "* BYE\r\n").await;
    })
    .await;
    let Some(Reply::Mailboxes(mailboxes)) = page.ask_mail(MailRequest::List { session }).await.reply else { panic!() };
    let outline: Vec<_> = mailboxes.iter().map(|m| (m.name.as_str(), m.delimiter, m.role, m.selectable)).collect();
    assert_eq!(
        outline,
        [
            ("INBOX", Some('/'), Some(MailboxRole::Inbox), true),
            ("Gesendet & Käse", Some('/'), Some(MailboxRole::Sent), true),
            ("Folders", None, None, false)
        ]
    );
    let select = MailRequest::Select { session, mailbox: "Inbox".to_owned(), read_only: true };
    let Some(Reply::Selected(selected)) = page.ask_mail(select).await.reply else { panic!() };
    assert_eq!((selected.uid_validity, selected.uid_next, selected.exists), (7, Some(12), 3));
    let criteria = vec![Criterion::Uid(vec![UidRange { first: 5, last: None }]), Criterion::Lacks(Flag::Seen)];
    let found = page.ask_mail(MailRequest::Search { session, criteria }).await.reply;
    assert_eq!(found, Some(Reply::Uids(vec![9, 11])));
    let found = page.ask_mail(MailRequest::Search { session, criteria: vec![] }).await.reply;
    assert_eq!(found, Some(Reply::Uids(vec![])));
    let one = vec![UidRange { first: 11, last: Some(11) }];
    let items =
        FetchItems { flags: true, parts: vec![PartPath::Part(vec![1])], part_cap_bytes: 2, ..FetchItems::default() };
    let facts = page.ask_mail(MailRequest::Fetch { session, uids: one.clone(), items }).await;
    assert_eq!(facts.reply, Some(Reply::Fetching));
    let facts = fetched(facts.pushes);
    assert_eq!((facts[0].uid, facts[0].flags.as_deref()), (11, Some(&[Flag::Seen][..])));
    assert_eq!((facts[0].parts[0].bytes.as_slice(), facts[0].parts[0].cut), (&b"ab"[..], true));
    let part = page.ask_mail(MailRequest::FetchPart { session, uid: 11, part: PartPath::Whole, cap_bytes: 5 }).await;
    assert_eq!((part.reply, part.body.as_slice()), (Some(Reply::Part { size_bytes: 5, cut: true }), &b"abcde"[..]));
    let mailbox = "Gesendet & Käse".to_owned();
    let append = MailRequest::Append { session, mailbox, flags: vec![Flag::Seen], size_bytes: 8 };
    let Some(Reply::Appended(appended)) = page.ask(Request::Mail(append), b"To: b\r\n\n").await.reply else { panic!() };
    assert_eq!(appended.place, Some((8, 21)));
    let flag = MailRequest::SetFlags { session, uids: one, change: FlagChange::Add, flags: vec![Flag::Flagged] };
    assert_eq!(page.ask_mail(flag).await.reply, Some(Reply::Done));
    let uids = vec![UidRange { first: 9, last: Some(9) }, UidRange { first: 11, last: Some(11) }];
    let away = MailRequest::Move { session, uids, mailbox: "Trash".to_owned() };
    assert_eq!(page.ask_mail(away).await.reply, Some(Reply::Done));
    assert_eq!(page.ask_mail(MailRequest::Close { session }).await.reply, Some(Reply::Done));
    server.finish().await;
    assert_eq!(page.ask_mail(MailRequest::List { session }).await.refusal, Some(Refusal::SessionGone));
}

#[tokio::test]
async fn what_the_server_can_do_is_told() {
    let server = Server::tls(|mut wire| async move { wire.let_in_imap().await }).await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    match page.ask_mail(open_mail(server.port)).await.reply {
        Some(Reply::Opened { capabilities, .. }) => {
            assert_eq!(capabilities, [Capability::Idle, Capability::UidPlus, Capability::Move]);
        }
        reply => panic!("{reply:?}"),
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_the_servers_words_are_told() {
    let server = Server::tls(|mut wire| async move {
        wire.say("* OK ready\r\n").await;
        let tag = wire.expect_command("LOGIN \"ann@mail.test\" \"correct horse\"").await;
        wire.say(&format!("{tag} NO [AUTHENTICATIONFAILED] Not this one.\r\n")).await;
        assert_eq!(wire.hear().await, "");
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let answer = page.ask_mail(open_mail(server.port)).await;
    assert_eq!(answer.refusal, Some(Refusal::WrongPassword { server_said: "Not this one.".to_owned() }));
    server.finish().await;
}

#[tokio::test]
async fn a_password_beyond_ascii_takes_the_way_that_can_carry_it() {
    let server = Server::tls(|mut wire| async move {
        wire.say("* OK ready\r\n").await;
        let tag = wire.expect_command("AUTHENTICATE PLAIN").await;
        wire.say("+ \r\n").await;
        // NUL ann@mail.test NUL Käse
        assert_eq!(wire.hear().await, "AGFubkBtYWlsLnRlc3QAS8Okc2U=");
        wire.say(&format!("{tag} OK welcome\r\n")).await;
        answer(&mut wire, "CAPABILITY", "* CAPABILITY IMAP4rev1\r\n").await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let mut credentials = ann();
    credentials.password = wire::Secret::new("Käse");
    let request = MailRequest::Open { server: crate::stage::server(server.port, Security::Tls), credentials };
    page.open_mail(request).await;
    server.finish().await;
}

#[tokio::test]
async fn a_server_that_takes_nobody_says_why() {
    let server = Server::tls(|mut wire| async move { wire.say("* BYE Too many connections\r\n").await }).await;
    let stage = Stage::with(&[server.port]).await;
    let answer = Page::connect(stage.address).await.ask_mail(open_mail(server.port)).await;
    let server_said = "Too many connections".to_owned();
    assert_eq!(answer.refusal, Some(Refusal::ServerRefused { code: None, server_said }));
}

#[tokio::test]
async fn a_protected_connection_is_begun_and_nothing_injected_is_believed() {
    for (greeting, consent, words) in [
        ("* OK ready\r\n", "S1 NO never\r\n", "does not offer"),
        ("* PREAUTH welcome ann\r\n", "", "does not offer"),
        ("* OK ready\r\n", "S1 OK go\r\n* CAPABILITY IMAP4rev1\r\n", "put text"),
    ] {
        let server = Server::plain(move |mut wire| async move {
            wire.say(greeting).await;
            if !consent.is_empty() {
                wire.expect("S1 STARTTLS").await;
                wire.say(consent).await;
            }
            assert_eq!(wire.hear().await, "");
        })
        .await;
        let stage = Stage::with(&[server.port]).await;
        let request =
            MailRequest::Open { server: crate::stage::server(server.port, Security::StartTls), credentials: ann() };
        let answer = Page::connect(stage.address).await.ask_mail(request).await;
        let is_told = matches!(&answer.refusal, Some(Refusal::Tls { because }) if because.contains(words));
        assert!(is_told, "{:?}", answer.refusal);
        server.finish().await;
    }
    let server = Server::plain(|mut wire| async move {
        wire.say("* OK ready\r\n").await;
        wire.expect("S1 STARTTLS").await;
        wire.say("S1 OK go\r\n").await;
        let mut wire = wire.start_tls().await;
        answer(&mut wire, "LOGIN ", "").await;
        answer(&mut wire, "CAPABILITY", "* CAPABILITY IMAP4rev1\r\n").await;
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let request = MailRequest::Open { server: self::server(server.port, Security::StartTls), credentials: ann() };
    Page::connect(stage.address).await.open_mail(request).await;
    server.finish().await;
}

#[tokio::test]
async fn news_are_pushed_and_idle_is_renewed_so_that_none_is_missed() {
    let (_stage, mut page, session, server) = session(|mut wire| async move {
        let first = wire.expect_command("IDLE").await;
        wire.say("+ idling\r\n").await;
        // A mail came before IDLE; this server tells it when IDLE ends.
        wire.expect("DONE").await;
        wire.say(&format!("* 4 EXISTS\r\n{first} OK done\r\n")).await;
        let second = wire.expect_command("IDLE").await;
        wire.say("+ idling\r\n* OK still here\r\n* 5 EXISTS\r\n* 1 EXPUNGE\r\n").await;
        wire.expect("DONE").await;
        wire.say(&format!("{second} OK done\r\n")).await;
        answer(&mut wire, "UID SEARCH ALL", "* SEARCH 1\r\n").await;
    })
    .await;
    let idle = page.begin(Request::Mail(MailRequest::Idle { session })).await;
    let mut heard = Vec::new();
    while heard.last() != Some(&Push::Expunged) {
        match page.hear().await.unwrap() {
            ToPage::Reply { reply: Reply::Idling, .. } => {}
            ToPage::Push { push, .. } => heard.push(push),
            frame => panic!("{frame:?}"),
        }
    }
    heard.dedup();
    assert_eq!(heard, [Push::Exists(4), Push::Exists(5), Push::Expunged]);
    page.cancel(idle).await;
    assert_eq!(page.hear_out(idle).await.refusal, None);
    let found = page.ask_mail(MailRequest::Search { session, criteria: vec![] }).await.reply;
    assert_eq!(found, Some(Reply::Uids(vec![1])));
    server.finish().await;
}

#[tokio::test]
async fn a_mail_that_was_told_of_during_a_command_is_pushed_when_idle_begins() {
    let (_stage, mut page, session, _server) = session(|mut wire| async move {
        answer(&mut wire, "UID SEARCH ALL", "* SEARCH 1\r\n* 2 EXISTS\r\n").await;
        wire.expect_command("IDLE").await;
        wire.say("+ idling\r\n").await;
        wire.expect_end().await;
    })
    .await;
    page.ask_mail(MailRequest::Search { session, criteria: vec![] }).await;
    page.begin(Request::Mail(MailRequest::Idle { session })).await;
    assert!(matches!(page.hear().await, Some(ToPage::Reply { reply: Reply::Idling, .. })));
    assert!(matches!(page.hear().await, Some(ToPage::Push { push: Push::Exists(2), .. })));
}

#[tokio::test]
async fn a_mail_built_to_do_harm_costs_its_own_facts_and_nothing_else() {
    let (_stage, mut page, session, server) = session(|mut wire| async move {
        let plain = "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1)";
        let bomb = format!("{}{plain}{}", "(".repeat(400), " \"MIXED\")".repeat(400));
        let facts = format!(
            "* 1 FETCH (UID 1 RFC822.SIZE 10 BODYSTRUCTURE {plain})\r\n\
             * 2 FETCH (UID 2 RFC822.SIZE 20 BODYSTRUCTURE {bomb})\r\n\
             * 3 FETCH (UID 3 RFC822.SIZE 30 BODYSTRUCTURE {plain})\r\n"
        );
        answer(&mut wire, "UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE BODYSTRUCTURE)", &facts).await;
        let rest = "* 1 FETCH (UID 1 RFC822.SIZE 10)\r\n* 2 FETCH (UID 2 RFC822.SIZE 20)\r\n";
        answer(&mut wire, "UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)", rest).await;
        answer(&mut wire, "UID SEARCH ALL", "* SEARCH 1 2 3\r\n").await;
    })
    .await;
    let items = FetchItems { structure: true, ..FetchItems::default() };
    let facts = page.ask_mail(MailRequest::Fetch { session, uids: all(), items }).await;
    let outline: Vec<_> = fetched(facts.pushes).iter().map(|m| (m.uid, m.size_bytes, m.structure.is_some())).collect();
    assert_eq!(outline, [(1, Some(10), true), (3, Some(30), true), (2, Some(20), false)]);
    let found = page.ask_mail(MailRequest::Search { session, criteria: vec![] }).await.reply;
    assert_eq!(found, Some(Reply::Uids(vec![1, 2, 3])));
    server.finish().await;
}

#[tokio::test]
async fn more_than_passes_ends_the_session_before_it_is_read() {
    let (_stage, mut page, session, _server) = session(|mut wire| async move {
        wire.expect_command("UID FETCH").await;
        wire.say("* 1 FETCH (UID 1 BODY[]<0> {17000000}\r\n").await;
        wire.expect_end().await;
    })
    .await;
    let part = MailRequest::FetchPart { session, uid: 1, part: PartPath::Whole, cap_bytes: 1000 };
    assert_eq!(page.ask_mail(part).await.refusal, Some(Refusal::TooLarge { limit_bytes: 16 * 1024 * 1024 }));
    assert_eq!(page.ask_mail(MailRequest::List { session }).await.refusal, Some(Refusal::SessionGone));
}

#[tokio::test]
async fn an_answer_to_nothing_that_was_asked_is_not_believed() {
    let (_stage, mut page, session, _server) = session(|mut wire| async move {
        wire.expect_command("UID SEARCH").await;
        wire.say("A999 OK done\r\n").await;
        wire.expect_end().await;
    })
    .await;
    let answer = page.ask_mail(MailRequest::Search { session, criteria: vec![] }).await;
    assert_eq!(answer.refusal, Some(Refusal::Garbled));
}

#[tokio::test]
async fn a_no_of_the_server_is_told_and_the_session_goes_on() {
    let (_stage, mut page, session, server) = session(|mut wire| async move {
        let tag = wire.expect_command("SELECT \"Nowhere\"").await;
        wire.say(&format!("{tag} NO [NONEXISTENT] There is no such mailbox.\r\n")).await;
        answer(&mut wire, "SELECT INBOX", "* 0 EXISTS\r\n").await;
    })
    .await;
    let select = |mailbox: &str| MailRequest::Select { session, mailbox: mailbox.to_owned(), read_only: false };
    let server_said = "There is no such mailbox.".to_owned();
    assert_eq!(
        page.ask_mail(select("Nowhere")).await.refusal,
        Some(Refusal::ServerRefused { code: None, server_said })
    );
    assert!(matches!(page.ask_mail(select("INBOX")).await.reply, Some(Reply::Selected(_))));
    server.finish().await;
}

#[tokio::test]
async fn cancelling_a_command_is_answered_at_once_and_the_session_goes_on() {
    let (cancelled, cancelling) = oneshot::channel();
    let (reached, reaching) = oneshot::channel();
    let (_stage, mut page, session, server) = session(|mut wire| async move {
        let tag = wire.expect_command("UID SEARCH ALL").await;
        reached.send(()).unwrap();
        cancelling.await.unwrap();
        wire.say(&format!("* SEARCH 1 2 3\r\n{tag} OK done\r\n")).await;
        answer(&mut wire, "UID SEARCH SEEN", "* SEARCH 2\r\n").await;
    })
    .await;
    let search = page.begin(Request::Mail(MailRequest::Search { session, criteria: vec![] })).await;
    reaching.await.unwrap();
    page.cancel(search).await;
    let answer = page.hear_out(search).await;
    assert_eq!((answer.reply, answer.refusal), (None, Some(Refusal::Cancelled)));
    cancelled.send(()).unwrap();
    let criteria = vec![Criterion::Has(Flag::Seen)];
    assert_eq!(page.ask_mail(MailRequest::Search { session, criteria }).await.reply, Some(Reply::Uids(vec![2])));
    server.finish().await;
}

#[tokio::test]
async fn a_login_can_be_cancelled_and_the_server_is_left() {
    let (reached, reaching) = oneshot::channel();
    let server = Server::tls(|mut wire| async move {
        wire.say("* OK ready\r\n").await;
        wire.expect_command("LOGIN ").await;
        reached.send(()).unwrap();
        assert_eq!(wire.hear().await, "");
    })
    .await;
    let stage = Stage::with(&[server.port]).await;
    let mut page = Page::connect(stage.address).await;
    let opening = page.begin(Request::Mail(open_mail(server.port))).await;
    reaching.await.unwrap();
    page.cancel(opening).await;
    assert_eq!(page.hear_out(opening).await.refusal, Some(Refusal::Cancelled));
    server.finish().await;
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up_after_a_while() {
    let (reached, reaching) = oneshot::channel();
    let (_stage, mut page, session, _server) = session(|mut wire| async move {
        wire.expect_command("LIST").await;
        reached.send(()).unwrap();
        wire.expect_end().await;
    })
    .await;
    let list = page.begin(Request::Mail(MailRequest::List { session })).await;
    reaching.await.unwrap();
    tokio::time::pause();
    assert_eq!(page.hear_out(list).await.refusal, Some(Refusal::TimedOut));
}

#[tokio::test]
async fn a_session_ends_with_its_page_and_belongs_to_no_other() {
    let (stage, page, session, server) = session(|mut wire| async move {
        let last = wire.hear().await;
        assert!(last.is_empty() || last.ends_with("LOGOUT"), "{last}");
    })
    .await;
    let mut other = Page::connect(stage.address).await;
    assert_eq!(other.ask_mail(MailRequest::List { session }).await.refusal, Some(Refusal::SessionGone));
    drop(page);
    server.finish().await;
}

#[tokio::test]
async fn a_mail_that_is_shorter_than_announced_ends_the_session() {
    let (_stage, mut page, session, _server) = session(|mut wire| async move {
        wire.expect_command("APPEND INBOX {8}").await;
        wire.say("+ go on\r\n").await;
        wire.expect_end().await;
    })
    .await;
    let append = MailRequest::Append { session, mailbox: "INBOX".to_owned(), flags: vec![], size_bytes: 8 };
    let answer = page.ask(Request::Mail(append), b"To: b\r\n").await;
    assert!(matches!(answer.refusal, Some(Refusal::BadRequest { .. })));
    assert_eq!(page.ask_mail(MailRequest::List { session }).await.refusal, Some(Refusal::SessionGone));
}

#[tokio::test]
async fn one_session_idles_while_another_works() {
    let idler = Server::tls(|mut wire| async move {
        wire.let_in_imap().await;
        wire.expect_command("IDLE").await;
        wire.say("+ idling\r\n").await;
        wire.expect_end().await;
    })
    .await;
    let worker = Server::tls(|mut wire| async move {
        wire.let_in_imap().await;
        answer(&mut wire, "UID SEARCH ALL", "* SEARCH 7\r\n").await;
    })
    .await;
    let stage = Stage::with(&[idler.port, worker.port]).await;
    let mut page = Page::connect(stage.address).await;
    let idling = page.open_mail(open_mail(idler.port)).await;
    let working = page.open_mail(open_mail(worker.port)).await;
    page.begin(Request::Mail(MailRequest::Idle { session: idling })).await;
    let found = page.ask_mail(MailRequest::Search { session: working, criteria: vec![] }).await.reply;
    assert_eq!(found, Some(Reply::Uids(vec![7])));
}

#[tokio::test]
async fn one_page_has_so_many_sessions_at_once() {
    let mut servers = Vec::new();
    for _ in 0..4 {
        let server = Server::tls(|mut wire| async move {
            wire.let_in_imap().await;
            wire.expect_end().await;
        });
        servers.push(server.await);
    }
    let ports: Vec<_> = servers.iter().map(|server| server.port).collect();
    let stage = Stage::with(&ports).await;
    let mut page = Page::connect(stage.address).await;
    for port in &ports {
        page.open_mail(open_mail(*port)).await;
    }
    let answer = page.ask_mail(open_mail(ports[0])).await;
    assert!(matches!(answer.refusal, Some(Refusal::Busy { .. })));
}
