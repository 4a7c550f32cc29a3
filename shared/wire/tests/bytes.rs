//! The bytes of every type of the protocol. A changed snapshot is a new `PROTOCOL_VERSION`.

use std::fmt::{Debug, Write};

use serde::{Deserialize, Serialize};
use wire::{
    Appended, Capability, Credentials, Criterion, DavHeader, DavMethod, DavReply, DavRequest, Discovered, Envelope,
    ExchangeId, FetchItems, Fetched, FetchedPart, Flag, FlagChange, FoundServer, Hello, Limits, MailRequest, Mailbox,
    MailboxAddress, MailboxRole, PROTOCOL_VERSION, PartPath, Push, RecipientVerdict, Refusal, Reply, Request, Secret,
    Security, Selected, Server, Service, SessionId, Source, Structure, StructurePart, Submit, Submitted, ToPage,
    ToRelay, UidRange, Verdict, Welcome,
};

const ID: ExchangeId = ExchangeId(300);
const SESSION: SessionId = SessionId(2);

/// One value a line: its name, and its bytes with printable runs as text.
#[derive(Default)]
struct Sheet(String);

impl Sheet {
    #[track_caller]
    fn add<T>(mut self, name: &str, value: T) -> Self
    where
        T: Serialize + for<'a> Deserialize<'a> + PartialEq + Debug,
    {
        let bytes = wire::encode(&value);
        assert_eq!(wire::decode::<T>(&bytes).as_ref(), Ok(&value), "{name}");
        assert!(wire::decode::<T>(&[&bytes[..], &[0]].concat()).is_err(), "{name} goes on behind its end");
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{name:24} {}", readable(&bytes));
        self
    }
}

fn readable(bytes: &[u8]) -> String {
    let word = |run: &[u8]| {
        if run.iter().all(|byte| (b' '..=b'~').contains(byte)) && run.len() > 2 {
            format!("\"{}\"", String::from_utf8_lossy(run))
        } else {
            run.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
        }
    };
    let is_text = |byte: &u8| (b' '..=b'~').contains(byte);
    bytes.chunk_by(|a, b| is_text(a) == is_text(b)).map(word).collect::<Vec<_>>().join(" ")
}

fn server() -> Server {
    Server { host: "mail.test".to_owned(), port: 993, security: Security::Tls }
}

fn credentials() -> Credentials {
    Credentials { user: "ann@mail.test".to_owned(), password: Secret::new("secret") }
}

fn verdict() -> Verdict {
    Verdict { code: 250, text: "2.0.0 ok".to_owned() }
}

fn runs() -> Vec<UidRange> {
    vec![UidRange { first: 1, last: Some(500) }, UidRange { first: 501, last: None }]
}

fn envelope() -> Envelope {
    let address = MailboxAddress { name: Some(b"Ann".to_vec()), address: "ann@mail.test".to_owned() };
    Envelope {
        date: Some(b"date".to_vec()),
        subject: Some(b"subject".to_vec()),
        from: vec![address],
        sender: vec![],
        reply_to: vec![],
        to: vec![],
        message_id: Some(b"<id>".to_vec()),
        in_reply_to: None,
    }
}

fn structure() -> Structure {
    let part = StructurePart {
        path: PartPath::Part(vec![1, 2]),
        media_type: "text/calendar".to_owned(),
        parameters: vec![("method".to_owned(), "REPLY".to_owned())],
        encoding: "base64".to_owned(),
        disposition: Some("attachment".to_owned()),
        file_name: Some("invite.ics".to_owned()),
        size_bytes: 1000,
    };
    Structure { parts: vec![part], cut: true }
}

fn items() -> FetchItems {
    FetchItems {
        flags: true,
        envelope: false,
        structure: true,
        headers: vec!["List-Id".to_owned()],
        parts: vec![PartPath::Whole],
        part_cap_bytes: 70_000,
    }
}

#[test]
fn frames_of_the_page() {
    let token = Some(Secret::new("token"));
    let discover = Request::Discover { domain: "mail.test".to_owned() };
    let sheet = Sheet::default()
        .add("Hello", ToRelay::Hello(Hello { version: PROTOCOL_VERSION, token }))
        .add("Request", ToRelay::Request { exchange: ID, request: discover })
        .add("Body", ToRelay::Body { exchange: ID, bytes: vec![0, 255] })
        .add("BodyEnd", ToRelay::BodyEnd { exchange: ID })
        .add("Credit", ToRelay::Credit { exchange: ID, bytes: 65_536 })
        .add("Cancel", ToRelay::Cancel { exchange: ID });
    insta::assert_snapshot!(sheet.0);
}

#[test]
fn frames_of_the_relay() {
    let limits = Limits { exchanges: 16, mail_sessions: 4, message_bytes: 1, response_bytes: 2 };
    let welcome = Welcome { version: PROTOCOL_VERSION, program: "calpost 0.1.0".to_owned(), limits };
    let sheet = Sheet::default()
        .add("Welcome", ToPage::Welcome(welcome))
        .add("Refused", ToPage::Refused(Refusal::TokenNeeded))
        .add("Reply", ToPage::Reply { exchange: ID, reply: Reply::Done })
        .add("Body", ToPage::Body { exchange: ID, bytes: vec![0, 255] })
        .add("Push", ToPage::Push { exchange: ID, push: Push::Exists(1000) })
        .add("Credit", ToPage::Credit { exchange: ID, bytes: 65_536 })
        .add("Last", ToPage::Last { exchange: ID })
        .add("Failed", ToPage::Failed { exchange: ID, refusal: Refusal::Cancelled });
    insta::assert_snapshot!(sheet.0);
}

#[test]
fn requests() {
    let submit = Submit {
        server: server(),
        credentials: credentials(),
        sender: "ann@mail.test".to_owned(),
        recipients: vec!["bob@mail.test".to_owned()],
        size_bytes: 1000,
    };
    let dav = DavRequest {
        server: server(),
        credentials: None,
        method: DavMethod::Propfind,
        path: "/dav/".to_owned(),
        headers: vec![(DavHeader::Depth, "1".to_owned())],
        size_bytes: 0,
    };
    let sheet = Sheet::default()
        .add("Submit", Request::Submit(submit))
        .add("TrySubmission", Request::TrySubmission { server: server(), credentials: credentials() })
        .add("Mail", Request::Mail(MailRequest::List { session: SESSION }))
        .add("Dav", Request::Dav(dav))
        .add("Discover", Request::Discover { domain: "mail.test".to_owned() });
    insta::assert_snapshot!(sheet.0);
}

#[test]
fn mail_requests() {
    let session = SESSION;
    let mailbox = || "Sent".to_owned();
    let header = Criterion::Header { name: "Subject".to_owned(), contains: "lunch".to_owned() };
    let criteria = vec![
        Criterion::Uid(runs()),
        Criterion::Since(2026, 11, 22),
        Criterion::Has(Flag::Seen),
        Criterion::Lacks(Flag::Deleted),
        header,
        Criterion::ChangedSince(1 << 40),
    ];
    let sheet = Sheet::default()
        .add("Open", MailRequest::Open { server: server(), credentials: credentials() })
        .add("List", MailRequest::List { session })
        .add("Select", MailRequest::Select { session, mailbox: mailbox(), read_only: true })
        .add("Search", MailRequest::Search { session, criteria })
        .add("Fetch", MailRequest::Fetch { session, uids: runs(), items: items() })
        .add("FetchPart", MailRequest::FetchPart { session, uid: 7, part: PartPath::Header, cap_bytes: 1000 })
        .add("Append", MailRequest::Append { session, mailbox: mailbox(), flags: vec![Flag::Seen], size_bytes: 9 })
        .add(
            "SetFlags",
            MailRequest::SetFlags { session, uids: runs(), change: FlagChange::Remove, flags: vec![Flag::Flagged] },
        )
        .add("Move", MailRequest::Move { session, uids: runs(), mailbox: mailbox() })
        .add("Idle", MailRequest::Idle { session })
        .add("Close", MailRequest::Close { session });
    insta::assert_snapshot!(sheet.0);
}

#[test]
fn replies() {
    let mailbox = Mailbox {
        name: "Entwürfe".to_owned(),
        delimiter: Some('/'),
        role: Some(MailboxRole::Drafts),
        selectable: true,
    };
    let selected = Selected { uid_validity: 7, uid_next: Some(8), highest_modseq: None, exists: 9 };
    let recipient = RecipientVerdict { recipient: "bob@mail.test".to_owned(), verdict: verdict() };
    let submitted = Submitted { recipients: vec![recipient], message: Some(verdict()), final_dot_written: true };
    let found = FoundServer {
        service: Service::CalDav,
        server: server(),
        path: "/".to_owned(),
        source: Source::WellKnown,
        allowed: true,
    };
    let discovered = Discovered { provider: Some("Purelymail".to_owned()), servers: vec![found] };
    let dav = DavReply { status: 207, headers: vec![(DavHeader::ETag, "\"1\"".to_owned())] };
    let sheet = Sheet::default()
        .add("Submitted", Reply::Submitted(submitted))
        .add("Opened", Reply::Opened { session: SESSION, capabilities: vec![Capability::Idle] })
        .add("Mailboxes", Reply::Mailboxes(vec![mailbox]))
        .add("Selected", Reply::Selected(selected))
        .add("Uids", Reply::Uids(vec![1, 200, 70_000]))
        .add("Fetching", Reply::Fetching)
        .add("Part", Reply::Part { size_bytes: 1000, cut: true })
        .add("Appended", Reply::Appended(Appended { place: Some((7, 8)) }))
        .add("Idling", Reply::Idling)
        .add("Done", Reply::Done)
        .add("Dav", Reply::Dav(dav))
        .add("Discovered", Reply::Discovered(discovered));
    insta::assert_snapshot!(sheet.0);
}

#[test]
fn pushes() {
    let part = FetchedPart { path: PartPath::PartHeader(vec![1]), bytes: b"part".to_vec(), cut: false };
    let fetched = Fetched {
        uid: 7,
        size_bytes: Some(1000),
        received_at: Some(-1),
        flags: Some(vec![Flag::Seen]),
        envelope: Some(envelope()),
        structure: Some(structure()),
        headers: Some(b"headers".to_vec()),
        parts: vec![part],
    };
    let sheet = Sheet::default()
        .add("Fetched", Push::Fetched(Box::new(fetched)))
        .add("Fetched, nothing", Push::Fetched(Box::default()))
        .add("Exists", Push::Exists(1000))
        .add("Expunged", Push::Expunged)
        .add("Flags", Push::Flags);
    insta::assert_snapshot!(sheet.0);
}

#[test]
fn refusals() {
    let words = || "words".to_owned();
    let sheet = Sheet::default()
        .add("WrongPassword", Refusal::WrongPassword { server_said: words() })
        .add("NoSuchHost", Refusal::NoSuchHost)
        .add("NotAllowed", Refusal::NotAllowed { because: words() })
        .add("Tls", Refusal::Tls { because: words() })
        .add("Unreachable", Refusal::Unreachable)
        .add("TimedOut", Refusal::TimedOut)
        .add("Closed", Refusal::Closed)
        .add("ServerRefused", Refusal::ServerRefused { code: Some(550), server_said: words() })
        .add("Garbled", Refusal::Garbled)
        .add("TooLarge", Refusal::TooLarge { limit_bytes: 1000 })
        .add("BadRequest", Refusal::BadRequest { because: words() })
        .add("SessionGone", Refusal::SessionGone)
        .add("Busy", Refusal::Busy { retry_after_seconds: 10 })
        .add("VersionMismatch", Refusal::VersionMismatch { relay: 1 })
        .add("TokenNeeded", Refusal::TokenNeeded)
        .add("ShuttingDown", Refusal::ShuttingDown)
        .add("Cancelled", Refusal::Cancelled);
    insta::assert_snapshot!(sheet.0);
}

#[test]
fn choices() {
    use DavHeader as H;
    use DavMethod as M;
    let sheet = Sheet::default()
        .add("Security", [Security::Tls, Security::StartTls])
        .add("Service", [Service::Submission, Service::Imap, Service::CalDav])
        .add("Flag", [Flag::Seen, Flag::Answered, Flag::Flagged, Flag::Draft, Flag::Deleted])
        .add("FlagChange", [FlagChange::Add, FlagChange::Remove])
        .add("Source", [Source::Bundled, Source::Srv, Source::Autoconfig, Source::WellKnown, Source::Exchanger])
        .add(
            "PartPath",
            [PartPath::Whole, PartPath::Header, PartPath::Part(vec![1, 300]), PartPath::PartHeader(vec![2])],
        )
        .add(
            "MailboxRole",
            [
                MailboxRole::Inbox,
                MailboxRole::Sent,
                MailboxRole::Drafts,
                MailboxRole::Trash,
                MailboxRole::Junk,
                MailboxRole::Archive,
            ],
        )
        .add(
            "Capability",
            [
                Capability::Idle,
                Capability::UidPlus,
                Capability::Move,
                Capability::CondStore,
                Capability::QResync,
                Capability::ESearch,
                Capability::SpecialUse,
            ],
        )
        .add("DavMethod", [M::Options, M::Get, M::Put, M::Delete, M::Propfind, M::Proppatch, M::Report, M::Mkcalendar])
        .add(
            "DavHeader",
            [
                H::ContentType,
                H::Depth,
                H::IfMatch,
                H::IfNoneMatch,
                H::Prefer,
                H::ETag,
                H::ScheduleTag,
                H::Dav,
                H::Allow,
                H::Location,
                H::RetryAfter,
                H::LastModified,
            ],
        );
    insta::assert_snapshot!(sheet.0);
}

#[test]
fn a_message_is_neither_longer_nor_other_than_the_protocol_says() {
    let longest = ToRelay::Body { exchange: ExchangeId(u32::MAX), bytes: vec![0; wire::BODY_LIMIT_BYTES] };
    let bytes = wire::encode(&longest);
    assert!(bytes.len() <= wire::MESSAGE_LIMIT_BYTES);
    assert_eq!(wire::decode::<ToRelay>(&bytes).as_ref(), Ok(&longest));
    let too_long = vec![0; wire::MESSAGE_LIMIT_BYTES + 1];
    assert_eq!(wire::decode::<ToRelay>(&too_long), Err(wire::DecodeError::TooLong));
    for bytes in [&[][..], &[99], &[2, 0, 5, 1], &[255; 40]] {
        assert_eq!(wire::decode::<ToRelay>(bytes), Err(wire::DecodeError::Malformed), "{bytes:?}");
    }
    // A list that claims to be longer than the message is not waited for with memory.
    let boast = [&[2, 0][..], &[0xff, 0xff, 0xff, 0xff, 0x0f]].concat();
    assert_eq!(wire::decode::<ToRelay>(&boast), Err(wire::DecodeError::Malformed));
}
