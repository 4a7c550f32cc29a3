//! A look into somebody's mailbox, and a mail from somebody, with clients that are no part of the product.

use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::SmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, Transport as _};
use mail_parser::{MessageParser, MessagePart};

use crate::eventually::within;
use crate::person::Person;
use crate::provider::Provider;

/// How long a mail may take from a button in the page to a mailbox.
const DELIVERY: Duration = Duration::from_secs(30);

/// Somebody's mailbox over IMAP.
pub struct Mailbox {
    session: imap::Session<TcpStream>,
    owner: String,
}

impl Mailbox {
    /// Logs in as that person. The provider must speak IMAP without TLS as well.
    ///
    /// # Panics
    ///
    /// When it does not, or refuses the password.
    #[track_caller]
    #[must_use]
    pub fn of(provider: &Provider, person: &Person) -> Self {
        let port = provider.imap_port.expect("this provider's mailboxes can be looked into");
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the IMAP server listens");
        let mut client = imap::Client::new(stream);
        client.read_greeting().expect("the IMAP server greets");
        let session = client.login(&person.address, &person.password).map_err(|(error, _)| error);
        Self { session: session.expect("the password is right"), owner: person.name.clone() }
    }

    /// All messages of a folder as the server has them, the oldest first, without touching a flag.
    ///
    /// # Panics
    ///
    /// When the server ends the session.
    #[track_caller]
    pub fn messages(&mut self, folder: &str) -> Vec<Vec<u8>> {
        let mailbox = self.session.examine(folder).expect("the folder exists");
        if mailbox.exists == 0 {
            return Vec::new();
        }
        let fetched = self.session.fetch("1:*", "BODY.PEEK[]").expect("messages can be fetched");
        fetched.iter().filter_map(|message| Some(message.body()?.to_vec())).collect()
    }

    /// The one message of the inbox that holds a text, once it is there.
    ///
    /// # Panics
    ///
    /// When it does not arrive.
    #[track_caller]
    pub fn expect_message(&mut self, text: &str) -> Vec<u8> {
        self.expect_in("INBOX", text)
    }

    /// The one message of a folder that holds a text, once it is there.
    ///
    /// # Panics
    ///
    /// When it does not arrive.
    #[track_caller]
    pub fn expect_in(&mut self, folder: &str, text: &str) -> Vec<u8> {
        let found = within(DELIVERY, || {
            let all = self.messages(folder);
            let count = all.len();
            let found = all.into_iter().find(|message| holds(message, text));
            found.ok_or_else(|| format!("{}'s {folder} has {count} messages, none with {text:?}", self.owner))
        });
        found.unwrap_or_else(|missing| panic!("{missing}"))
    }

    /// How many messages of the inbox are not marked as read.
    ///
    /// # Panics
    ///
    /// When the server ends the session.
    #[track_caller]
    pub fn unread(&mut self) -> usize {
        self.session.examine("INBOX").expect("there is an inbox");
        self.session.search("UNSEEN").expect("the server searches").len()
    }

    /// Marks every message of the inbox as read, as another mail program does.
    ///
    /// # Panics
    ///
    /// When the server ends the session.
    #[track_caller]
    pub fn mark_all_read(&mut self) {
        self.session.select("INBOX").expect("there is an inbox");
        self.session.store("1:*", "+FLAGS (\\Seen)").expect("the server marks");
    }

    /// How many messages of the inbox hold a text.
    #[track_caller]
    pub fn count(&mut self, text: &str) -> usize {
        self.messages("INBOX").iter().filter(|message| holds(message, text)).count()
    }
}

/// Sends a message from one person to another, through the provider's submission server.
///
/// # Panics
///
/// When the server refuses it.
#[track_caller]
pub fn send(provider: &Provider, from: &Person, to: &Person, message: &[u8]) {
    let port = provider.smtp_port.expect("this provider takes mail from guests");
    let transport = SmtpTransport::builder_dangerous("127.0.0.1")
        .port(port)
        .credentials(Credentials::new(from.address.clone(), from.password.clone()))
        .build();
    let address = |person: &Person| person.address.parse::<Address>().expect("a person's address is one");
    let envelope = Envelope::new(Some(address(from)), vec![address(to)]).expect("there is a recipient");
    transport.send_raw(&envelope, message).expect("the submission server takes the mail");
}

/// Whether a text stands in the subject or in a part, decoded and unfolded.
fn holds(message: &[u8], text: &str) -> bool {
    let Some(message) = MessageParser::default().parse(message) else { return false };
    let is_in_part = |part: &MessagePart<'_>| {
        let words = part.text_contents().unwrap_or_default();
        words.contains(text) || words.replace("\r\n ", "").contains(text)
    };
    message.subject().is_some_and(|subject| subject.contains(text)) || message.parts.iter().any(is_in_part)
}
