//! The built program: what it logs while it handles secrets, its numbers, and how it stops.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wire::{
    Credentials, DavMethod, DavRequest, FetchItems, MailRequest, PartPath, Reply, Request, Secret, Security, Submit,
    UidRange,
};

use crate::page::Page;
use crate::script::{Server, Wire, authority_pem};

/// Words that must not be found in a log.
const CANARIES: &[&str] = &[
    "canary-user",
    "canary-password",
    "canary-recipient",
    "canary-subject",
    "canary-body",
    "canary-path",
    "canary-word",
];

/// The program, and what it has written so far.
struct Program {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
    written: String,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_calpost"))
            .args(arguments)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = std::sync::mpsc::channel();
        let streams: [Box<dyn std::io::Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines() {
                    if sender.send(line.unwrap()).is_err() {
                        break;
                    }
                }
            });
        }
        Self { child, lines, written: String::new() }
    }

    /// Reads up to a line with these words, and gives the address in it.
    fn address(&mut self, words: &str) -> SocketAddr {
        loop {
            let line = self.lines.recv().expect("the program has ended");
            self.written.push_str(&line);
            self.written.push('\n');
            if line.contains(words) {
                return line.split("address=").nth(1).unwrap().parse().unwrap();
            }
        }
    }

    /// Asks it to stop, and gives everything that it has written.
    fn stop(mut self) -> (bool, String) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        for line in self.lines {
            self.written.push_str(&line);
            self.written.push('\n');
        }
        (self.child.wait().unwrap().success(), self.written)
    }
}

async fn imap(mut wire: Wire) {
    wire.let_in_imap().await;
    for (command, lines) in [
        ("EXAMINE \"canary-path\"", "* 1 EXISTS\r\n* 1 NONSENSE canary-word\r\n"),
        (
            "UID FETCH",
            "* 1 FETCH (UID 1 RFC822.SIZE 1 ENVELOPE (NIL \"canary-subject\" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n",
        ),
        ("UID FETCH", "* 1 FETCH (UID 1 BODY[]<0> {11}\r\ncanary-body)\r\n"),
    ] {
        let tag = wire.expect_command(command).await;
        wire.say(&format!("{lines}{tag} OK canary-word\r\n")).await;
    }
    wire.expect_end().await;
}

async fn smtp(mut wire: Wire) {
    wire.let_in_smtp().await;
    for answer in ["250 canary-word", "550 canary-word", "250 canary-word", "354 canary-word"] {
        wire.hear().await;
        wire.say(&format!("{answer}\r\n")).await;
    }
    wire.hear_until("\r\n.\r\n").await;
    wire.say("250 canary-word\r\n").await;
}

async fn caldav(mut wire: Wire) {
    wire.hear_until("\r\n\r\n").await;
    wire.say("HTTP/1.1 200 OK\r\nETag: \"canary-word\"\r\nContent-Length: 11\r\n\r\ncanary-body").await;
    wire.expect_end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_level_of_the_log_tells_of_people_or_their_mail() {
    let servers = [Server::tls(imap).await, Server::tls(smtp).await, Server::tls(caldav).await];
    let mut authority = tempfile::NamedTempFile::new().unwrap();
    authority.write_all(authority_pem().as_bytes()).unwrap();
    let authority_path = authority.path().to_str().unwrap().to_owned();
    let allow: Vec<String> = servers.iter().map(|server| format!("127.0.0.1:{}", server.port)).collect();
    let mut program = Program::start(&[
        "--listen",
        "127.0.0.1:0",
        "--metrics",
        "127.0.0.1:0",
        "--log",
        "trace",
        "--extra-ca",
        &authority_path,
        "--allow",
        &allow[0],
        "--allow",
        &allow[1],
        "--allow",
        &allow[2],
    ]);
    let metrics = program.address("serving numbers");
    let address = program.address("serving pages");

    let credentials =
        Credentials { user: "canary-user@mail.test".to_owned(), password: Secret::new("canary-password") };
    let server = |index: usize| wire::Server {
        host: "127.0.0.1".to_owned(),
        port: servers[index].port,
        security: Security::Tls,
    };
    let mut page = Page::connect(address).await;
    let open = MailRequest::Open { server: server(0), credentials: credentials.clone() };
    let session = page.open_mail(open).await;
    let select = MailRequest::Select { session, mailbox: "canary-path".to_owned(), read_only: true };
    assert!(matches!(page.ask_mail(select).await.reply, Some(Reply::Selected(_))));
    let uids = vec![UidRange { first: 1, last: None }];
    let items = FetchItems { envelope: true, ..FetchItems::default() };
    assert_eq!(page.ask_mail(MailRequest::Fetch { session, uids, items }).await.pushes.len(), 1);
    let part = MailRequest::FetchPart { session, uid: 1, part: PartPath::Whole, cap_bytes: 100 };
    assert_eq!(page.ask_mail(part).await.body, b"canary-body");
    let mail = b"Subject: canary-subject\r\n\r\ncanary-body\r\n";
    let submit = Submit {
        server: server(1),
        credentials: credentials.clone(),
        sender: "canary-user@mail.test".to_owned(),
        recipients: vec!["canary-recipient@mail.test".to_owned(), "bob@mail.test".to_owned()],
        size_bytes: mail.len() as u32,
    };
    assert!(page.ask(Request::Submit(submit), mail).await.reply.is_some());
    let dav = DavRequest {
        server: server(2),
        credentials: Some(credentials),
        method: DavMethod::Get,
        path: "/canary-path/".to_owned(),
        headers: Vec::new(),
        size_bytes: 0,
    };
    assert_eq!(page.ask(Request::Dav(dav), b"").await.body, b"canary-body");
    let refused = page.ask(Request::Discover { domain: "canary-path".to_owned() }, b"").await;
    assert!(refused.refusal.is_some());

    let mut stream = tokio::net::TcpStream::connect(metrics).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut numbers = String::new();
    stream.read_to_string(&mut numbers).await.unwrap();
    assert!(numbers.contains("calpost_sessions_open 1\n"), "{numbers}");
    assert!(numbers.contains("calpost_exchanges_total{kind=\"submit\",outcome=\"ok\"} 1\n"), "{numbers}");

    drop(page);
    let (is_success, written) = program.stop();
    assert!(is_success, "{written}");
    assert!(written.matches("an exchange has ended").count() >= 6, "{written}");
    for canary in CANARIES {
        assert!(!written.contains(canary) && !numbers.contains(canary), "{canary} in\n{written}");
    }
}

#[test]
fn the_program_answers_on_the_command_line() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_calpost")).args(arguments).env_clear().output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, _) = run(&["--help"]);
    assert!(code == Some(0) && out.contains("--allow HOST:PORT"), "{out}");
    let (code, out, _) = run(&["--version"]);
    assert!(code == Some(0) && out.starts_with("calpost 0."), "{out}");
    assert_eq!(run(&["check-config", "--listen", "127.0.0.1:0"]).0, Some(0));
    let (code, _, err) = run(&["check-config", "--listen", "nowhere", "--allow", "a:25"]);
    assert!(code == Some(2) && err.lines().count() == 2, "{err}");
    let (code, _, err) = run(&["check-config", "--extra-ca", "/dev/null"]);
    assert!(code == Some(2) && err.contains("no certificate"), "{err}");
    let (code, _, err) = run(&["--listen", "192.0.2.1:1"]);
    assert!(code == Some(1) && err.contains("192.0.2.1:1"), "{err}");
}
