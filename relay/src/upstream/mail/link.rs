//! A signed-in IMAP connection on which typed commands are carried out, one after the other.

use std::sync::Arc;
use std::time::Duration;

use async_imap::extensions::idle::Handle;
use async_imap::imap_proto::{AttributeValue, MailboxDatum, RequestId, Response, ResponseCode, Status};
use async_imap::{Authenticator, Client};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use wire::{Capability, Credentials, Refusal, Security};

use super::command::{self, Command};
use super::guard::{Fault, Guard, Watch};
use crate::policy::Route;
use crate::policy::limit::SILENCE_TIMEOUT;
use crate::upstream::{Network, starttls};

/// The connection below the library.
type Stream = Guard<TlsStream<TcpStream>>;

/// A response that owns its bytes. The library gives it a type but no public name, so it is named by where it occurs.
pub(super) type ResponseData = <<Handle<Stream> as futures::Stream>::Item as Success>::Value;

/// What a result holds when all went well.
pub(super) trait Success {
    /// Its type.
    type Value;
}

impl<T, E> Success for Result<T, E> {
    type Value = T;
}

/// A signed-in connection.
#[derive(Debug)]
pub(super) struct Link {
    imap: async_imap::Session<Stream>,
    watch: Arc<Watch>,
    abilities: Abilities,
    news: News,
    /// Whether the connection has failed.
    is_broken: bool,
    /// Whether the server still waits for bytes of a literal.
    owes_bytes: bool,
}

/// What the server says it can do.
#[derive(Clone, Debug, Default)]
pub(super) struct Abilities(Vec<String>);

/// What the server has told of the selected mailbox without being asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// How many mails there are, if that was said since news were last taken.
    pub(super) exists: Option<u32>,
    /// Whether mails were removed.
    pub(super) expunged: bool,
    /// Whether flags changed.
    pub(super) flags: bool,
}

/// One step of a command's answer.
pub(super) enum Step {
    /// Untagged data.
    Data(ResponseData),
    /// The server waits for more of the command.
    Continue,
    /// The command has succeeded.
    Done(ResponseData),
}

impl Link {
    /// Connects and signs in, once.
    pub(super) async fn open(
        network: &Network,
        route: &Route,
        security: Security,
        credentials: &Credentials,
    ) -> Result<Self, Refusal> {
        let watch = Arc::new(Watch::default());
        let client = match security {
            Security::Tls => {
                let stream = network.connect_tls(route).await?;
                let mut client = Client::new(Guard::new(stream, Arc::clone(&watch)));
                greet(&mut client, &watch).await?;
                client
            }
            Security::StartTls => {
                let mut plain = network.connect(route).await?;
                starttls::begin_imap(&mut plain).await?;
                let stream = timeout(SILENCE_TIMEOUT, network.secure(plain, route)).await;
                Client::new(Guard::new(stream.map_err(|_| Refusal::TimedOut)??, Arc::clone(&watch)))
            }
        };
        let (imap, told) = sign_in(client, credentials, &watch).await?;
        let mut link = Self {
            imap,
            watch,
            abilities: Abilities::default(),
            news: News::default(),
            is_broken: false,
            owes_bytes: false,
        };
        link.abilities = match told {
            Some(abilities) => abilities,
            None => link.ask_abilities().await?,
        };
        Ok(link)
    }

    /// What the server can do.
    pub(super) fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    /// What the server has told since this was last asked.
    pub(super) fn take_news(&mut self) -> News {
        std::mem::take(&mut self.news)
    }

    /// How many data responses could not be read since this was last asked.
    pub(super) fn take_withheld(&self) -> usize {
        self.watch.take_withheld()
    }

    /// Whether the server still waits for bytes that were announced.
    pub(super) fn set_owes_bytes(&mut self, owes_bytes: bool) {
        self.owes_bytes = owes_bytes;
    }

    /// Whether the connection is of no use any more.
    pub(super) fn is_useless(&self) -> bool {
        self.is_broken || self.owes_bytes
    }

    async fn ask_abilities(&mut self) -> Result<Abilities, Refusal> {
        let id = self.begin(&command::capability()).await?;
        let mut abilities = Abilities::default();
        loop {
            match self.step(&id, SILENCE_TIMEOUT).await? {
                Step::Data(data) => {
                    if let Response::Capabilities(told) = data.parsed() {
                        abilities = Abilities::read(told);
                    }
                }
                Step::Continue => {}
                Step::Done(_) => return Ok(abilities),
            }
        }
    }

    /// Sends a command, its literals when the server asks for them.
    pub(super) async fn begin(&mut self, command: &Command) -> Result<RequestId, Refusal> {
        let (first, rest) = command.segments().split_first().ok_or(Refusal::Garbled)?;
        let id = match timeout(SILENCE_TIMEOUT, self.imap.run_command(first)).await {
            Ok(Ok(id)) => id,
            Ok(Err(_)) => return Err(self.breakage()),
            Err(_) => return Err(self.broken(Refusal::TimedOut)),
        };
        for segment in rest {
            self.consent(&id).await?;
            self.send_raw(segment.as_bytes()).await?;
            self.send_raw(b"\r\n").await?;
        }
        Ok(id)
    }

    /// Waits until the server asks for the rest of the command.
    pub(super) async fn consent(&mut self, id: &RequestId) -> Result<(), Refusal> {
        loop {
            match self.step(id, SILENCE_TIMEOUT).await? {
                Step::Continue => return Ok(()),
                Step::Data(_) => {}
                Step::Done(_) => return Err(self.broken(Refusal::Garbled)),
            }
        }
    }

    /// Sends bytes as they are: a literal, or what follows one.
    pub(super) async fn send_raw(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let stream = self.imap.as_mut();
        let sending = async {
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        match timeout(SILENCE_TIMEOUT, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.broken(Refusal::Closed)),
            Err(_) => Err(self.broken(Refusal::TimedOut)),
        }
    }

    /// The next step of the answer to a command. A server that sends is not silent, however long the response.
    ///
    /// # Errors
    /// If the server says "no", breaks off, or is silent for longer than `patience`.
    pub(super) async fn step(&mut self, id: &RequestId, patience: Duration) -> Result<Step, Refusal> {
        let Some(response) = self.wait(patience).await? else { return Err(self.broken(Refusal::TimedOut)) };
        match response.parsed() {
            Response::Continue(_) => Ok(Step::Continue),
            Response::Done { tag, status: Status::Ok, .. } if tag == id => Ok(Step::Done(response)),
            Response::Done { tag, .. } if tag == id => Err(self.no()),
            // The answer to nothing that was asked.
            Response::Done { .. } => Err(self.broken(Refusal::Garbled)),
            Response::Data { status: Status::Bye, .. } => Err(self.broken(Refusal::Closed)),
            _ => Ok(Step::Data(response)),
        }
    }

    /// Waits for any response; `None` after this much silence.
    pub(super) async fn wait(&mut self, patience: Duration) -> Result<Option<ResponseData>, Refusal> {
        loop {
            let received = self.watch.received_bytes();
            match timeout(patience, self.imap.read_response()).await {
                Ok(Ok(Some(response))) => {
                    self.note(response.parsed());
                    return Ok(Some(response));
                }
                Ok(Ok(None) | Err(_)) => return Err(self.breakage()),
                Err(_) if self.watch.received_bytes() != received => {}
                Err(_) => return Ok(None),
            }
        }
    }

    /// Waits for the end of a command that has nothing else to say.
    pub(super) async fn finish(&mut self, id: &RequestId, patience: Duration) -> Result<ResponseData, Refusal> {
        loop {
            if let Step::Done(response) = self.step(id, patience).await? {
                return Ok(response);
            }
        }
    }

    /// Says goodbye without waiting for the answer.
    pub(super) async fn part(mut self) {
        let _ = self.begin(&command::logout()).await;
    }

    fn note(&mut self, response: &Response<'_>) {
        match response {
            Response::MailboxData(MailboxDatum::Exists(count)) => self.news.exists = Some(*count),
            Response::Expunge(_) | Response::Vanished { .. } => self.news.expunged = true,
            // An answer to what was asked carries the UID; news of somebody else's doing mostly does not.
            Response::Fetch(_, attributes) => {
                self.news.flags |= !attributes.iter().any(|attribute| matches!(attribute, AttributeValue::Uid(_)));
            }
            Response::Data { outcome, .. } => {
                if let Some(ResponseCode::Capabilities(told)) = &outcome.code {
                    self.abilities = Abilities::read(told);
                }
            }
            Response::Capabilities(told) => self.abilities = Abilities::read(told),
            _ => {}
        }
    }

    /// The server's "no", in its own words.
    fn no(&self) -> Refusal {
        Refusal::ServerRefused { code: None, server_said: words_of(&self.watch.last_words()) }
    }

    fn breakage(&mut self) -> Refusal {
        let refusal = breakage(&self.watch);
        self.broken(refusal)
    }

    fn broken(&mut self, refusal: Refusal) -> Refusal {
        self.is_broken = true;
        refusal
    }
}

impl Abilities {
    fn read(told: &[async_imap::imap_proto::Capability<'_>]) -> Self {
        use async_imap::imap_proto::Capability::{Atom, Auth, Imap4rev1};
        let name = |capability: &_| match capability {
            Imap4rev1 => "IMAP4REV1".to_owned(),
            Auth(mechanism) => format!("AUTH={mechanism}").to_ascii_uppercase(),
            Atom(name) => name.to_ascii_uppercase(),
        };
        Self(told.iter().map(name).collect())
    }

    /// Whether an ability is among them; the name in upper case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|ability| ability == name)
    }

    /// Those that matter to the page.
    pub(super) fn known(&self) -> Vec<Capability> {
        let known = [
            ("IDLE", Capability::Idle),
            ("UIDPLUS", Capability::UidPlus),
            ("MOVE", Capability::Move),
            ("CONDSTORE", Capability::CondStore),
            ("QRESYNC", Capability::QResync),
            ("ESEARCH", Capability::ESearch),
            ("SPECIAL-USE", Capability::SpecialUse),
        ];
        known.into_iter().filter(|(name, _)| self.has(name)).map(|(_, capability)| capability).collect()
    }
}

async fn greet(client: &mut Client<Stream>, watch: &Watch) -> Result<(), Refusal> {
    let greeting = timeout(SILENCE_TIMEOUT, client.read_response()).await.map_err(|_| Refusal::TimedOut)?;
    match greeting.map_err(|_| breakage(watch))?.ok_or_else(|| breakage(watch))?.parsed() {
        Response::Data { status: Status::Ok, .. } => Ok(()),
        Response::Data { status: Status::Bye, .. } => {
            Err(Refusal::ServerRefused { code: None, server_said: words_of(&watch.last_words()) })
        }
        _ => Err(Refusal::Garbled),
    }
}

/// Signs in with LOGIN, or with AUTHENTICATE PLAIN where LOGIN cannot carry the words (RFC 3501 section 6.2).
async fn sign_in(
    client: Client<Stream>,
    credentials: &Credentials,
    watch: &Watch,
) -> Result<(async_imap::Session<Stream>, Option<Abilities>), Refusal> {
    let (user, password) = (credentials.user.as_str(), credentials.password.reveal());
    if [user, password].iter().any(|text| text.chars().any(|c| matches!(c, '\0' | '\r' | '\n'))) {
        return Err(Refusal::BadRequest { because: "a user name or password contains a line break".to_owned() });
    }
    let is_quotable = [user, password].iter().all(|text| text.is_ascii());
    let attempt = async {
        if is_quotable {
            client.login_with_capabilities(user, password).await.map_err(|(error, _)| error)
        } else {
            let plain = Plain(format!("\0{user}\0{password}"));
            client.authenticate("PLAIN", plain).await.map(|session| (session, None)).map_err(|(error, _)| error)
        }
    };
    match timeout(SILENCE_TIMEOUT, attempt).await.map_err(|_| Refusal::TimedOut)? {
        // What the library has read of the abilities is a set; asking again costs one line and keeps them in one form.
        Ok((session, _)) => Ok((session, None)),
        Err(async_imap::error::Error::No(_)) => Err(login_refusal(&watch.last_words())),
        Err(async_imap::error::Error::Bad(_)) => {
            Err(Refusal::ServerRefused { code: None, server_said: words_of(&watch.last_words()) })
        }
        Err(_) => Err(breakage(watch)),
    }
}

/// The one answer of SASL PLAIN (RFC 4616).
struct Plain(String);

impl Authenticator for Plain {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        std::mem::take(&mut self.0)
    }
}

/// A "no" to a login: the password, unless the server says that it is something else (RFC 5530).
fn login_refusal(last_words: &str) -> Refusal {
    let server_said = words_of(last_words);
    let upper = last_words.to_ascii_uppercase();
    let is_other = ["[UNAVAILABLE]", "[LIMIT]", "[INUSE]", "[SERVERBUG]", "[PRIVACYREQUIRED]", "[CONTACTADMIN]"]
        .iter()
        .any(|code| upper.contains(code));
    if is_other { Refusal::ServerRefused { code: None, server_said } } else { Refusal::WrongPassword { server_said } }
}

/// The text for a person in a line such as `A1 NO [CODE] text`.
fn words_of(line: &str) -> String {
    let text = line.splitn(3, ' ').nth(2).unwrap_or_default().trim();
    match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, words)) if !words.trim().is_empty() => words.trim().to_owned(),
        _ => text.to_owned(),
    }
}

fn breakage(watch: &Watch) -> Refusal {
    match watch.fault() {
        Some(Fault::TooLarge) => Refusal::TooLarge { limit_bytes: crate::policy::limit::RESPONSE_LIMIT_BYTES },
        Some(Fault::Hostile) | None => Refusal::Garbled,
        Some(Fault::Closed) => Refusal::Closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_are_those_for_a_person() {
        for (line, words) in [
            ("A1 NO [AUTHENTICATIONFAILED] Wrong password.", "Wrong password."),
            ("A1 NO Wrong password.", "Wrong password."),
            ("* BYE Too many connections", "Too many connections"),
            ("A1 NO [TRYCREATE]", "[TRYCREATE]"),
            ("A1 NO", ""),
            ("", ""),
        ] {
            assert_eq!(words_of(line), words, "{line}");
        }
    }

    #[test]
    fn not_every_no_to_a_login_is_the_password() {
        let refusal = |line| login_refusal(line);
        assert!(matches!(refusal("A1 NO [AUTHENTICATIONFAILED] x"), Refusal::WrongPassword { .. }));
        assert!(matches!(refusal("A1 NO LOGIN failed"), Refusal::WrongPassword { .. }));
        assert!(matches!(refusal("A1 NO [UNAVAILABLE] x"), Refusal::ServerRefused { .. }));
        assert!(matches!(refusal("A1 NO [limit] x"), Refusal::ServerRefused { .. }));
    }
}
