//! One conversation with an IMAP client: what may be said when, and who carries it out.

use std::io;

use imap_codec::encode::Encoder;
use imap_codec::imap_types::auth::{AuthMechanism, AuthenticateData};
use imap_codec::imap_types::command::{Command, CommandBody};
use imap_codec::imap_types::core::{Atom, Tag, Vec1};
use imap_codec::imap_types::extensions::enable::CapabilityEnable;
use imap_codec::imap_types::response::{Capability, Code, Data, Response, Status, StatusBody, StatusKind, Tagged};
use imap_codec::{ResponseCodec, imap_types::secret::Secret};
use tokio::sync::watch;

use crate::connection::{Connection, Encryption};
use crate::credentials;
use crate::fault::Step;
use crate::imap::command::{CommandReader, Incoming};
use crate::imap::text::words;
use crate::imap::view::{Removals, View};
use crate::limit;
use crate::provider::{ImapTraffic, Mailbox, Provider, Service};
use crate::tls::Authority;

/// How much is gathered before it is sent, in bytes.
const OUTGOING_BYTES: usize = 256 * 1024;

/// Talks with one client until it leaves.
pub(crate) async fn run(
    mut connection: Connection,
    provider: Provider,
    authority: &Authority,
    encryption: Encryption,
) -> io::Result<()> {
    if encryption == Encryption::Implicit {
        connection = connection.encrypt(authority.acceptor()).await?;
    }
    let mut session = Session::new(connection, provider, encryption == Encryption::Implicit);
    if let Some((_, text)) = session.connection.meet(&session.provider, Step::ImapGreeting, "").await? {
        session.connection.write(format!("* BYE {}\r\n", words(&text)).as_bytes()).await?;
        session.connection.close().await;
        return Ok(());
    }
    let greeting = Status::Untagged(StatusBody {
        kind: StatusKind::Ok,
        code: Some(Code::Capability(session.capabilities())),
        text: words("Calpost sandbox (a test instrument) is ready"),
    });
    session.say(Response::Status(greeting));
    session.flush().await?;
    loop {
        match session.next_command().await? {
            Next::Go => session.flush().await?,
            Next::Leave => {
                session.flush().await?;
                session.connection.close().await;
                return Ok(());
            }
            Next::Encrypt => {
                session.flush().await?;
                let encrypted = session.connection.encrypt(authority.acceptor()).await?;
                // Everything learnt in the clear is forgotten (RFC 3501 section 6.2.1).
                session = Session::new(encrypted, session.provider, true);
            }
        }
    }
}

/// What follows a command.
enum Next {
    Go,
    Encrypt,
    Leave,
}

/// How a command ended.
pub(crate) struct Outcome {
    pub(crate) kind: StatusKind,
    pub(crate) code: Option<Code<'static>>,
    pub(crate) text: String,
    /// Whether removals by others may be told with it.
    pub(crate) removals: Removals,
}

impl Outcome {
    pub(crate) fn ok(text: &str) -> Self {
        Self { kind: StatusKind::Ok, code: None, text: text.to_owned(), removals: Removals::Tell }
    }

    pub(crate) fn no(text: &str) -> Self {
        Self { kind: StatusKind::No, ..Self::ok(text) }
    }

    pub(crate) fn bad(text: &str) -> Self {
        Self { kind: StatusKind::Bad, ..Self::ok(text) }
    }

    pub(crate) fn with(mut self, code: Code<'static>) -> Self {
        self.code = Some(code);
        self
    }

    pub(crate) fn holding_removals(mut self) -> Self {
        self.removals = Removals::Hold;
        self
    }
}

/// The mailbox that the client works on.
pub(crate) struct Selected {
    pub(crate) name: String,
    pub(crate) uid_validity: u32,
    pub(crate) read_only: bool,
    pub(crate) view: View,
}

pub(crate) struct Session {
    pub(crate) provider: Provider,
    pub(crate) account: Option<String>,
    pub(crate) selected: Option<Selected>,
    /// Whether the client wants to be told the counts of changes (RFC 7162 section 3.1).
    pub(crate) condstore: bool,
    connection: Connection,
    reader: CommandReader,
    changes: watch::Receiver<u64>,
    encrypted: bool,
    wrong_passwords: usize,
    outgoing: Vec<u8>,
}

impl Session {
    fn new(connection: Connection, provider: Provider, encrypted: bool) -> Self {
        Self {
            changes: provider.watch(),
            provider,
            account: None,
            selected: None,
            condstore: false,
            connection,
            reader: CommandReader::new(),
            encrypted,
            wrong_passwords: 0,
            outgoing: Vec::new(),
        }
    }

    async fn next_command(&mut self) -> io::Result<Next> {
        let command = match self.reader.next_command(&mut self.connection, self.account.is_some()).await? {
            Incoming::Command(command) => *command,
            Incoming::Unreadable { tag } => {
                self.outgoing.extend_from_slice(format!("{tag} BAD Cannot read that\r\n").as_bytes());
                return Ok(Next::Go);
            }
        };
        let received_bytes = self.connection.take_received();
        self.provider.count_imap(&ImapTraffic { commands: 1, received_bytes, sent_bytes: 0 });
        let Command { tag, body } = command;
        match body {
            CommandBody::Logout => {
                self.outgoing.extend_from_slice(b"* BYE Until next time\r\n");
                self.conclude(tag, Outcome::ok("LOGOUT completed"));
                Ok(Next::Leave)
            }
            CommandBody::StartTLS if self.encrypted => Ok(self.conclude(tag, Outcome::bad("TLS is on"))),
            CommandBody::StartTLS => {
                self.conclude(tag, Outcome::ok("Begin TLS negotiation"));
                Ok(Next::Encrypt)
            }
            CommandBody::Login { .. } | CommandBody::Authenticate { .. } => self.log_in(tag, body).await,
            CommandBody::Idle => self.idle(tag).await,
            body => self.carry_out(tag, body).await,
        }
    }

    async fn carry_out(&mut self, tag: Tag<'static>, body: CommandBody<'static>) -> io::Result<Next> {
        let name = subject_of(&body);
        if let Some((_, text)) = self.connection.meet(&self.provider, Step::ImapCommand, &name).await? {
            return Ok(self.conclude(tag, Outcome::no(&text)));
        }
        let outcome = match body {
            CommandBody::Capability => {
                let capabilities = self.capabilities();
                self.tell(Data::Capability(capabilities));
                Outcome::ok("CAPABILITY completed")
            }
            CommandBody::Id { .. } => {
                self.outgoing.extend_from_slice(b"* ID (\"name\" \"Calpost sandbox\")\r\n");
                Outcome::ok("ID completed")
            }
            CommandBody::Noop => Outcome::ok("NOOP completed"),
            body if self.account.is_some() => self.carry_out_for_account(body).await?,
            _ => Outcome::bad("Log in first"),
        };
        if let Some((_, text)) = self.connection.meet(&self.provider, Step::ImapAnswer, &name).await? {
            self.outgoing.clear();
            return Ok(self.conclude(tag, Outcome::no(&text)));
        }
        if !self.catch_up(outcome.removals) {
            self.outgoing.extend_from_slice(b"* BYE The mailbox is another one\r\n");
            return Ok(Next::Leave);
        }
        Ok(self.conclude(tag, outcome))
    }

    async fn carry_out_for_account(&mut self, body: CommandBody<'static>) -> io::Result<Outcome> {
        Ok(match body {
            CommandBody::Select { mailbox, parameters } => self.select(&mailbox, &parameters, false),
            CommandBody::Examine { mailbox, parameters } => self.select(&mailbox, &parameters, true),
            CommandBody::List { reference, mailbox_wildcard } => self.list(&reference, &mailbox_wildcard, false),
            CommandBody::Lsub { reference, mailbox_wildcard } => self.list(&reference, &mailbox_wildcard, true),
            CommandBody::Status { mailbox, item_names } => self.status(&mailbox, &item_names),
            CommandBody::Create { mailbox } => self.create(&mailbox),
            CommandBody::Delete { mailbox } => self.delete(&mailbox),
            CommandBody::Subscribe { .. } | CommandBody::Unsubscribe { .. } => Outcome::ok("Everything is subscribed"),
            CommandBody::Append { mailbox, flags, date, message } => self.append(&mailbox, &flags, date, message),
            CommandBody::Enable { capabilities } => self.enable(capabilities.as_ref()),
            body if self.selected.is_some() => self.carry_out_for_mailbox(body).await?,
            CommandBody::Rename { .. } => Outcome::no("Not in the sandbox"),
            _ => Outcome::bad("SELECT a mailbox first"),
        })
    }

    async fn carry_out_for_mailbox(&mut self, body: CommandBody<'static>) -> io::Result<Outcome> {
        Ok(match body {
            CommandBody::Check => Outcome::ok("CHECK completed"),
            CommandBody::Close => self.close(),
            CommandBody::Unselect => {
                self.selected = None;
                Outcome::ok("UNSELECT completed")
            }
            CommandBody::Search { criteria, uid, .. } => self.search(criteria, uid),
            CommandBody::Fetch { sequence_set, macro_or_item_names, uid, modifiers } => {
                self.fetch(&sequence_set, macro_or_item_names, uid, &modifiers).await?
            }
            CommandBody::Store { sequence_set, kind, response, flags, uid, modifiers } => {
                self.store(&sequence_set, kind, response, &flags, uid, &modifiers)
            }
            CommandBody::Copy { sequence_set, mailbox, uid } => self.copy(&sequence_set, &mailbox, uid, false),
            CommandBody::Move { sequence_set, mailbox, uid } => self.copy(&sequence_set, &mailbox, uid, true),
            CommandBody::Expunge => self.expunge(None),
            CommandBody::ExpungeUid { sequence_set } => self.expunge(Some(&sequence_set)),
            _ => Outcome::bad("Not in the sandbox"),
        })
    }

    async fn log_in(&mut self, tag: Tag<'static>, body: CommandBody<'static>) -> io::Result<Next> {
        if self.account.is_some() {
            return Ok(self.conclude(tag, Outcome::bad("Logged in already")));
        }
        if !self.encrypted {
            return Ok(self.conclude(tag, Outcome::no("TLS first").with_other("PRIVACYREQUIRED")));
        }
        let given = match body {
            CommandBody::Login { username, password } => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                Some((text(username.as_ref()), text(password.declassify().as_ref())))
            }
            CommandBody::Authenticate { mechanism: AuthMechanism::Plain, initial_response } => {
                let answer = match initial_response {
                    Some(answer) => Some(answer),
                    None => self.ask().await?,
                };
                let answer = answer.and_then(|answer| String::from_utf8(answer.declassify().to_vec()).ok());
                let credentials = answer.as_deref().and_then(credentials::plain);
                credentials.map(|credentials| (credentials.address, credentials.password))
            }
            _ => return Ok(self.conclude(tag, Outcome::no("Mechanism not offered"))),
        };
        let Some((address, password)) = given else {
            return Ok(self.conclude(tag, Outcome::bad("Cannot read that")));
        };
        if let Some((_, text)) = self.connection.meet(&self.provider, Step::ImapLogin, &address).await? {
            return Ok(self.conclude(tag, Outcome::no(&text)));
        }
        self.account = self.provider.log_in(Service::Imap, &address, &password);
        if self.account.is_some() {
            let capabilities = self.capabilities();
            return Ok(self.conclude(tag, Outcome::ok("Logged in").with(Code::Capability(capabilities))));
        }
        self.wrong_passwords += 1;
        self.conclude(tag, Outcome::no("Wrong address or password").with_other("AUTHENTICATIONFAILED"));
        if self.wrong_passwords >= limit::LOGIN_ATTEMPTS {
            self.outgoing.extend_from_slice(b"* BYE Too many wrong passwords\r\n");
            return Ok(Next::Leave);
        }
        Ok(Next::Go)
    }

    async fn ask(&mut self) -> io::Result<Option<Secret<std::borrow::Cow<'static, [u8]>>>> {
        self.connection.write(b"+ \r\n").await?;
        Ok(match self.reader.next_answer(&mut self.connection).await? {
            Some(AuthenticateData::Continue(answer)) => Some(answer),
            Some(AuthenticateData::Cancel) | None => None,
        })
    }

    /// Tells news as they happen, until the client says DONE (RFC 2177).
    async fn idle(&mut self, tag: Tag<'static>) -> io::Result<Next> {
        if self.account.is_none() {
            return Ok(self.conclude(tag, Outcome::bad("Log in first")));
        }
        if let Some((_, text)) = self.connection.meet(&self.provider, Step::ImapCommand, "IDLE").await? {
            return Ok(self.conclude(tag, Outcome::no(&text)));
        }
        self.outgoing.extend_from_slice(b"+ idling\r\n");
        loop {
            self.changes.mark_unchanged();
            if !self.catch_up(Removals::Tell) {
                self.outgoing.extend_from_slice(b"* BYE The mailbox is another one\r\n");
                return Ok(Next::Leave);
            }
            self.flush().await?;
            tokio::select! {
                done = self.reader.next_done(&mut self.connection) => {
                    let outcome = if done? { Outcome::ok("IDLE completed") } else { Outcome::bad("DONE expected") };
                    return Ok(self.conclude(tag, outcome));
                }
                changed = self.changes.changed() => {
                    changed.map_err(|_| io::ErrorKind::ConnectionAborted)?;
                }
            }
        }
    }

    fn enable(&mut self, capabilities: &[CapabilityEnable<'_>]) -> Outcome {
        let known: Vec<_> = capabilities
            .iter()
            .filter(|capability| matches!(capability, CapabilityEnable::CondStore))
            .map(|_| CapabilityEnable::CondStore)
            .collect();
        self.condstore |= !known.is_empty();
        self.tell(Data::Enabled { capabilities: known });
        Outcome::ok("ENABLE completed")
    }

    fn capabilities(&self) -> Vec1<Capability<'static>> {
        let mut capabilities = vec![Capability::Imap4Rev1, Capability::LiteralPlus, Capability::SaslIr, Capability::Id];
        capabilities.push(Capability::Enable);
        if !self.encrypted {
            capabilities.extend([Capability::StartTls, Capability::LoginDisabled]);
        } else if self.account.is_none() {
            capabilities.push(Capability::Auth(AuthMechanism::Plain));
        } else {
            let plain = [Capability::Idle, Capability::Move, Capability::UidPlus, Capability::Unselect];
            capabilities.extend(plain);
            capabilities.push(Capability::CondStore);
            capabilities.extend(Atom::try_from("SPECIAL-USE").map(Capability::from));
        }
        Vec1::try_from(capabilities).unwrap_or_else(|_| Vec1::from(Capability::Imap4Rev1))
    }

    /// Tells what has happened to the selected mailbox; false when it is not there any more.
    fn catch_up(&mut self, removals: Removals) -> bool {
        let Some(mut selected) = self.selected.take() else { return true };
        let condstore = self.condstore;
        let catch_up = |mailbox: &Mailbox| {
            let same = mailbox.uid_validity() == selected.uid_validity;
            same.then(|| selected.view.catch_up(mailbox, removals, condstore))
        };
        let news = self.with_account(|account| account.mailbox(&selected.name).and_then(catch_up)).flatten();
        let Some(news) = news else { return false };
        self.selected = Some(selected);
        for data in news {
            self.tell(data);
        }
        true
    }

    /// Reads something of the account that is logged in.
    pub(crate) fn with_account<T>(&self, look: impl FnOnce(&crate::provider::Account) -> T) -> Option<T> {
        self.provider.read(self.account.as_ref()?, look)
    }

    /// Says something that belongs to no command by its tag.
    pub(crate) fn tell(&mut self, data: Data<'static>) {
        self.say(Response::Data(data));
    }

    /// Says an untagged OK with a code.
    pub(crate) fn tell_code(&mut self, code: Code<'static>, text: &str) {
        let body = StatusBody { kind: StatusKind::Ok, code: Some(code), text: words(text) };
        self.say(Response::Status(Status::Untagged(body)));
    }

    fn say(&mut self, response: Response<'static>) {
        self.outgoing.extend(ResponseCodec::default().encode(&response).dump());
    }

    fn conclude(&mut self, tag: Tag<'static>, outcome: Outcome) -> Next {
        let body = StatusBody { kind: outcome.kind, code: outcome.code, text: words(&outcome.text) };
        self.say(Response::Status(Status::Tagged(Tagged { tag, body })));
        Next::Go
    }

    /// Sends what has been gathered if it is much.
    pub(crate) async fn flush_if_much(&mut self) -> io::Result<()> {
        if self.outgoing.len() >= OUTGOING_BYTES { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> io::Result<()> {
        if self.outgoing.is_empty() {
            return Ok(());
        }
        let outgoing = std::mem::take(&mut self.outgoing);
        // Before it is sent: whoever hears it may ask at once what was counted.
        self.provider.count_imap(&ImapTraffic { sent_bytes: outgoing.len() as u64, ..ImapTraffic::default() });
        self.connection.write(&outgoing).await
    }
}

impl Outcome {
    /// Adds a code of RFC 5530, which `imap-types` has no name for.
    fn with_other(mut self, code: &str) -> Self {
        self.text = format!("[{code}] {}", self.text);
        self
    }
}

/// The name by which a fault can meet a command.
fn subject_of(body: &CommandBody<'_>) -> String {
    let by_uid = matches!(
        body,
        CommandBody::Fetch { uid: true, .. }
            | CommandBody::Store { uid: true, .. }
            | CommandBody::Search { uid: true, .. }
            | CommandBody::Copy { uid: true, .. }
            | CommandBody::Move { uid: true, .. }
    );
    format!("{}{}", if by_uid { "UID " } else { "" }, body.name())
}
