//! One conversation with a submission client.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;

use smtp_proto::request::receiver::DataReceiver;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, Error, MAIL_SMTPUTF8, MailFrom, RcptTo, Request};

use crate::connection::{Connection, Encryption};
use crate::credentials::{self, Credentials};
use crate::delivery::{Authentication, Envelope, deliver};
use crate::fault::Step;
use crate::limit;
use crate::provider::{Provider, Service, now_seconds};
use crate::tls::Authority;

const HOST: &str = "smtp.sandbox.test";

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
    if let Some((code, text)) = session.connection.meet(&session.provider, Step::SmtpGreeting, "").await? {
        session.reply(code, &text).await?;
        session.connection.close().await;
        return Ok(());
    }
    session.reply(220, &format!("{HOST} ESMTP Calpost sandbox (a test instrument)")).await?;
    loop {
        match session.next_command().await? {
            Next::Go => {}
            Next::Encrypt => {
                let encrypted = session.connection.encrypt(authority.acceptor()).await?;
                // Everything learnt in the clear is forgotten (RFC 3207 section 4.2).
                session = Session::new(encrypted, session.provider, true);
            }
            Next::Leave => {
                session.connection.close().await;
                return Ok(());
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

struct Session {
    connection: Connection,
    provider: Provider,
    encrypted: bool,
    greeted: bool,
    account: Option<String>,
    wrong_passwords: usize,
    envelope: Option<Envelope>,
    smtp_utf8: bool,
}

impl Session {
    fn new(connection: Connection, provider: Provider, encrypted: bool) -> Self {
        Self {
            connection,
            provider,
            encrypted,
            greeted: false,
            account: None,
            wrong_passwords: 0,
            envelope: None,
            smtp_utf8: false,
        }
    }

    async fn next_command(&mut self) -> io::Result<Next> {
        let Some(line) = self.connection.read_line(limit::SMTP_LINE_BYTES).await? else {
            return self.refuse(500, "5.5.2 Line too long").await;
        };
        match Request::parse(&mut line.iter()) {
            Ok(request) => self.carry_out(request).await,
            Err(error) => {
                let (code, text) = complaint(&error);
                self.refuse(code, &text).await
            }
        }
    }

    async fn carry_out(&mut self, request: Request<Cow<'_, str>>) -> io::Result<Next> {
        match request {
            Request::Ehlo { .. } => {
                self.greeted = true;
                self.envelope = None;
                self.list_capabilities().await
            }
            Request::Helo { .. } => {
                self.greeted = true;
                self.envelope = None;
                self.answer(250, HOST).await
            }
            Request::StartTls if self.encrypted => self.refuse(503, "5.5.1 TLS is on").await,
            Request::StartTls => {
                self.reply(220, "2.0.0 Ready to start TLS").await?;
                Ok(Next::Encrypt)
            }
            Request::Auth { mechanism, initial_response } => self.log_in(mechanism, &initial_response).await,
            Request::Mail { from } => self.begin_mail(&from).await,
            Request::Rcpt { to } => self.add_recipient(&to).await,
            Request::Data => self.receive_message().await,
            Request::Rset => {
                self.envelope = None;
                self.answer(250, "2.0.0 Ok").await
            }
            Request::Noop { .. } => self.answer(250, "2.0.0 Ok").await,
            Request::Vrfy { .. } => self.answer(252, "2.1.5 Send some mail and see").await,
            Request::Quit => {
                self.reply(221, "2.0.0 Bye").await?;
                Ok(Next::Leave)
            }
            _ => self.refuse(502, "5.5.1 Command not implemented").await,
        }
    }

    async fn list_capabilities(&mut self) -> io::Result<Next> {
        let size = format!("SIZE {}", limit::MESSAGE_BYTES);
        let mut lines = vec![HOST, "PIPELINING", &size, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];
        lines.push(if self.encrypted { "AUTH PLAIN LOGIN" } else { "STARTTLS" });
        let last = lines.len() - 1;
        let mut reply = String::new();
        for (index, line) in lines.iter().enumerate() {
            let separator = if index == last { ' ' } else { '-' };
            reply.push_str(&format!("250{separator}{line}\r\n"));
        }
        self.connection.write(reply.as_bytes()).await?;
        Ok(Next::Go)
    }

    async fn log_in(&mut self, mechanism: u64, initial: &str) -> io::Result<Next> {
        if !self.encrypted {
            return self.refuse(538, "5.7.11 Encryption required for this mechanism").await;
        }
        if self.account.is_some() || !self.greeted {
            return self.refuse(503, "5.5.1 Not at this point").await;
        }
        let credentials = match mechanism {
            AUTH_PLAIN => {
                let given = if initial.is_empty() { self.ask("").await? } else { credentials::decode(initial) };
                given.as_deref().and_then(credentials::plain)
            }
            AUTH_LOGIN => {
                let address =
                    if initial.is_empty() { self.ask("Username:").await? } else { credentials::decode(initial) };
                match address {
                    Some(address) => self.ask("Password:").await?.map(|password| Credentials { address, password }),
                    None => None,
                }
            }
            _ => return self.refuse(504, "5.5.4 Mechanism not offered").await,
        };
        let Some(credentials) = credentials else {
            return self.refuse(501, "5.5.2 Cannot read that").await;
        };
        let step = Step::SmtpLogin;
        if let Some((code, text)) = self.connection.meet(&self.provider, step, &credentials.address).await? {
            return self.refuse(code, &text).await;
        }
        self.account = self.provider.log_in(Service::Smtp, &credentials.address, &credentials.password);
        if self.account.is_some() {
            return self.answer(235, "2.7.0 Authentication successful").await;
        }
        self.wrong_passwords += 1;
        if self.wrong_passwords >= limit::LOGIN_ATTEMPTS {
            self.reply(421, "4.7.0 Too many wrong passwords").await?;
            return Ok(Next::Leave);
        }
        self.refuse(535, "5.7.8 Authentication failed: wrong address or password").await
    }

    /// Asks a question of a login; `None` when the answer is not base64 text or the client breaks off with `*`.
    async fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        self.reply(334, &credentials::encode(question)).await?;
        let line = self.connection.read_line(limit::SMTP_LINE_BYTES).await?;
        Ok(line.and_then(|line| credentials::decode(std::str::from_utf8(&line).ok()?)))
    }

    async fn begin_mail(&mut self, from: &MailFrom<Cow<'_, str>>) -> io::Result<Next> {
        let Some(account) = self.account.clone() else {
            return self.refuse(530, "5.7.0 Authentication required").await;
        };
        if self.envelope.is_some() {
            return self.refuse(503, "5.5.1 A mail has begun already").await;
        }
        self.smtp_utf8 = from.flags & MAIL_SMTPUTF8 != 0;
        if !self.smtp_utf8 && !from.address.is_ascii() {
            return self.refuse(553, "5.6.7 This address needs SMTPUTF8").await;
        }
        if from.size > limit::MESSAGE_BYTES {
            return self.refuse(552, "5.3.4 Message too big").await;
        }
        let step = Step::SmtpMail;
        if let Some((code, text)) = self.connection.meet(&self.provider, step, &from.address).await? {
            return self.refuse(code, &text).await;
        }
        if !self.provider.read(&account, |account| account.owns(&from.address)).unwrap_or(false) {
            let text = format!("5.7.1 <{}>: Sender address rejected: not owned by {account}", from.address);
            return self.refuse(553, &text).await;
        }
        self.envelope = Some(Envelope { sender: from.address.to_string(), recipients: Vec::new() });
        self.answer(250, "2.1.0 Ok").await
    }

    async fn add_recipient(&mut self, to: &RcptTo<Cow<'_, str>>) -> io::Result<Next> {
        let address = to.address.as_ref();
        let Some(envelope) = &self.envelope else {
            return self.refuse(503, "5.5.1 MAIL first").await;
        };
        if envelope.recipients.len() >= limit::RECIPIENTS {
            return self.refuse(452, "4.5.3 Too many recipients").await;
        }
        if !address.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty()) {
            return self.refuse(501, "5.1.3 Bad recipient address syntax").await;
        }
        if !self.smtp_utf8 && !address.is_ascii() {
            return self.refuse(553, "5.6.7 This address needs SMTPUTF8").await;
        }
        if let Some((code, text)) = self.connection.meet(&self.provider, Step::SmtpRecipient, address).await? {
            return self.refuse(code, &text).await;
        }
        if let Some(refusal) = self.provider.refusal_of(address) {
            let (status, words) = refusal.text.split_once(' ').unwrap_or((&refusal.text, ""));
            return self
                .refuse(refusal.code, &format!("{status} <{address}>: Recipient address rejected: {words}"))
                .await;
        }
        if let Some(envelope) = &mut self.envelope {
            envelope.recipients.push(address.to_owned());
        }
        self.answer(250, "2.1.5 Ok").await
    }

    async fn receive_message(&mut self) -> io::Result<Next> {
        let Some(envelope) = self.envelope.take_if(|envelope| !envelope.recipients.is_empty()) else {
            return self.refuse(503, "5.5.1 No valid recipients").await;
        };
        let sender = envelope.sender.clone();
        if let Some((code, text)) = self.connection.meet(&self.provider, Step::SmtpData, &sender).await? {
            return self.refuse(code, &text).await;
        }
        self.reply(354, "End data with <CR><LF>.<CR><LF>").await?;
        self.connection.wait_for_some().await?;
        let mut refusal = self.connection.meet(&self.provider, Step::SmtpBody, &sender).await?;
        let Some(message) = self.read_message().await? else {
            return self.refuse(552, "5.3.4 Message too big").await;
        };
        if refusal.is_none() {
            refusal = self.connection.meet(&self.provider, Step::SmtpFinalDot, &sender).await?;
        }
        if let Some((code, text)) = refusal {
            return self.refuse(code, &text).await;
        }
        let queued = deliver(&self.provider, &envelope, &message, Authentication::Pass);
        if self.provider.quirks().files_sent {
            self.file_sent(&message);
        }
        if let Some((code, text)) = self.connection.meet(&self.provider, Step::SmtpDelivered, &sender).await? {
            return self.refuse(code, &text).await;
        }
        self.answer(250, &format!("2.0.0 Ok: queued as {queued}")).await
    }

    /// Puts a copy into the sender's Sent, read.
    fn file_sent(&self, message: &[u8]) {
        let Some(account) = &self.account else { return };
        self.provider.update(account, |account| {
            if let Some(sent) = account.mailbox_mut("Sent") {
                sent.append(message.into(), BTreeSet::from(["\\Seen".to_owned()]), now_seconds());
            }
        });
    }

    /// Reads up to the final dot. `None` when the message is too big; it has then been read and forgotten.
    async fn read_message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut receiver = DataReceiver::new();
        let mut message = Vec::new();
        // The line break of the DATA command belongs to the first dot: without it an empty message would not end.
        receiver.ingest(&mut b"\r\n".iter(), &mut message);
        message.clear();
        let mut too_big = false;
        loop {
            let arrived = self.connection.take_arrived();
            let mut bytes = arrived.iter();
            let complete = receiver.ingest(&mut bytes, &mut message);
            // Until the line break behind the final dot is whole, its first half counts as part of the message.
            let pending = usize::from(!complete);
            too_big |= message.len() > limit::MESSAGE_BYTES + pending;
            if complete {
                self.connection.give_back(bytes.as_slice());
                return Ok((!too_big).then_some(message));
            }
            if too_big {
                message.clear();
            }
            self.connection.read_more().await?;
        }
    }

    async fn reply(&mut self, code: u16, text: &str) -> io::Result<()> {
        self.connection.write(format!("{code} {}\r\n", text.replace(['\r', '\n'], " ")).as_bytes()).await
    }

    async fn answer(&mut self, code: u16, text: &str) -> io::Result<Next> {
        self.reply(code, text).await?;
        Ok(Next::Go)
    }

    /// Says no. The code 421 also ends the connection (RFC 5321 section 3.8).
    async fn refuse(&mut self, code: u16, text: &str) -> io::Result<Next> {
        self.reply(code, text).await?;
        Ok(if code == 421 { Next::Leave } else { Next::Go })
    }
}

/// The reply to a line that is no command.
fn complaint(error: &Error) -> (u16, Cow<'static, str>) {
    match error {
        Error::UnknownCommand => (500, "5.5.1 Command unrecognized".into()),
        Error::InvalidSenderAddress => (501, "5.1.7 Bad sender address syntax".into()),
        Error::InvalidRecipientAddress => (501, "5.1.3 Bad recipient address syntax".into()),
        Error::SyntaxError { syntax } => (501, format!("5.5.4 Syntax: {syntax}").into()),
        Error::InvalidParameter { param } => (501, format!("5.5.4 Bad parameter {param}").into()),
        Error::UnsupportedParameter { .. } => (555, "5.5.4 Parameter not supported".into()),
        _ => (500, "5.5.2 Cannot read that".into()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    /// Reads a message of that many bytes whose last line break comes in two pieces.
    #[track_caller]
    fn check(bytes: usize, expected: Option<usize>) {
        let (mut client, server) = tokio::io::duplex(16);
        let mut connection = Connection::new(server);
        connection.give_back(&[&vec![b'x'; bytes - 2], b"\r\n.\r".as_slice()].concat());
        let mut session = Session::new(connection, Provider::new(), true);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let read = runtime.block_on(async {
            client.write_all(b"\n").await.unwrap();
            session.read_message().await.unwrap()
        });
        assert_eq!(read.map(|message| message.len()), expected);
    }

    #[test]
    fn a_message_is_too_big_by_its_own_bytes_not_by_its_final_dot() {
        check(limit::MESSAGE_BYTES, Some(limit::MESSAGE_BYTES));
        check(limit::MESSAGE_BYTES + 1, None);
    }
}
