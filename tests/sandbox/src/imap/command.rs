//! Reading IMAP commands: lines with literals in between, each bounded before it is read.

use std::io;

use imap_codec::fragmentizer::{FragmentInfo, Fragmentizer};
use imap_codec::imap_types::IntoStatic;
use imap_codec::imap_types::auth::AuthenticateData;
use imap_codec::imap_types::command::Command;
use imap_codec::imap_types::core::LiteralMode;
use imap_codec::{AuthenticateDataCodec, CommandCodec, IdleDoneCodec};

use crate::connection::Connection;
use crate::limit;

/// The largest literal before somebody has logged in, in bytes.
const LITERAL_OF_STRANGER: usize = 4096;

/// What the client sent.
pub(crate) enum Incoming {
    /// A command.
    Command(Box<Command<'static>>),
    /// Something else, with its tag where one could be read.
    Unreadable {
        /// The tag, or `*`.
        tag: String,
    },
}

/// Reads what the client sends.
pub(crate) struct CommandReader {
    fragments: Fragmentizer,
    /// How many bytes have arrived that do not make a line or literal yet.
    pending: usize,
    /// How many may.
    allowed: usize,
}

impl CommandReader {
    pub(crate) fn new() -> Self {
        let most = limit::MESSAGE_BYTES + limit::IMAP_COMMAND_BYTES;
        Self {
            fragments: Fragmentizer::new(u32::try_from(most).unwrap_or(u32::MAX)),
            pending: 0,
            allowed: limit::IMAP_COMMAND_BYTES,
        }
    }

    /// Reads the next command. `trusted` says whether somebody has logged in.
    pub(crate) async fn next_command(&mut self, connection: &mut Connection, trusted: bool) -> io::Result<Incoming> {
        loop {
            if !self.next_message(connection, trusted).await? {
                continue;
            }
            return Ok(match self.fragments.decode_message(&CommandCodec::default()) {
                Ok(command) => Incoming::Command(Box::new(command.into_static())),
                Err(_) if self.fragments.message_bytes().trim_ascii().is_empty() => continue,
                Err(_) => Incoming::Unreadable { tag: self.tag() },
            });
        }
    }

    /// Reads the answer to a question of AUTHENTICATE. `None` when it is not base64.
    pub(crate) async fn next_answer(
        &mut self,
        connection: &mut Connection,
    ) -> io::Result<Option<AuthenticateData<'static>>> {
        self.next_message(connection, false).await?;
        let answer = self.fragments.decode_message(&AuthenticateDataCodec::default());
        Ok(answer.ok().map(IntoStatic::into_static))
    }

    /// Waits until IDLE ends, and says whether it was ended by DONE. Nothing is lost when the wait is broken off.
    pub(crate) async fn next_done(&mut self, connection: &mut Connection) -> io::Result<bool> {
        self.next_message(connection, false).await?;
        Ok(self.fragments.decode_message(&IdleDoneCodec::default()).is_ok())
    }

    /// Reads one message with its literals; false when its literal was refused and there is nothing to decode.
    async fn next_message(&mut self, connection: &mut Connection, trusted: bool) -> io::Result<bool> {
        loop {
            let Some(fragment) = self.fragments.progress() else {
                if self.pending >= self.allowed {
                    connection.write(b"* BYE [TOOBIG] Too long\r\n").await?;
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a command line over the limit"));
                }
                let arrived = connection.read_some().await?;
                self.pending += arrived.len();
                self.fragments.enqueue_bytes(&arrived);
                continue;
            };
            self.pending = 0;
            self.allowed = limit::IMAP_COMMAND_BYTES;
            if let FragmentInfo::Line { announcement: Some(announcement), .. } = fragment {
                let length = usize::try_from(announcement.length).unwrap_or(usize::MAX);
                let fits = length <= self.longest_literal(trusted);
                self.allowed = length.saturating_add(limit::IMAP_COMMAND_BYTES);
                match (announcement.mode, fits) {
                    (LiteralMode::Sync, true) => connection.write(b"+ Go on\r\n").await?,
                    (LiteralMode::NonSync, true) => {}
                    (LiteralMode::Sync, false) => {
                        let tag = self.tag();
                        self.allowed = limit::IMAP_COMMAND_BYTES;
                        self.fragments.skip_message();
                        connection.write(format!("{tag} NO [TOOBIG] Too big\r\n").as_bytes()).await?;
                        return Ok(false);
                    }
                    // It comes without being asked for, so there is no way to say no but to leave.
                    (LiteralMode::NonSync, false) => {
                        connection.write(b"* BYE [TOOBIG] Too big\r\n").await?;
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "a literal over the limit"));
                    }
                }
            }
            if self.fragments.is_message_complete() {
                return Ok(true);
            }
        }
    }

    fn longest_literal(&self, trusted: bool) -> usize {
        let words = self.fragments.message_bytes().split(|byte| *byte == b' ');
        let is_append = words.clone().nth(1).is_some_and(|word| word.eq_ignore_ascii_case(b"APPEND"));
        match (trusted, is_append) {
            (false, _) => LITERAL_OF_STRANGER,
            (true, false) => limit::IMAP_COMMAND_BYTES,
            (true, true) => limit::MESSAGE_BYTES,
        }
    }

    fn tag(&self) -> String {
        self.fragments.decode_tag().map_or_else(|| "*".to_owned(), |tag| tag.as_ref().to_owned())
    }
}
