//! A signed-in mail session, with one method for each thing it is asked.

use std::rc::Rc;

use wire::{
    Appended, Capability, Credentials, Criterion, FetchItems, Fetched, Flag, MailRequest, Mailbox, PartPath, Push,
    Reply, Selected, Server, SessionId, UidRange,
};

use super::{Fault, Link, Pushes};

/// A signed-in mail session; dropping it signs out.
pub struct MailSession {
    link: Rc<dyn Link>,
    id: SessionId,
    /// What the server can do.
    pub capabilities: Vec<Capability>,
}

impl MailSession {
    /// Connects and signs in, once.
    ///
    /// # Errors
    /// If any step of that fails; a wrong password is tried once only.
    pub async fn open(link: Rc<dyn Link>, server: Server, credentials: Credentials) -> Result<Self, Fault> {
        let answer = link.mail(MailRequest::Open { server, credentials }, Vec::new()).await?;
        let Reply::Opened { session: id, capabilities } = answer.reply else { return Err(Fault::Nonsense) };
        Ok(Self { link, id, capabilities })
    }

    /// The session's number.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Which mailboxes there are.
    ///
    /// # Errors
    /// If the link or the server fails.
    pub async fn list(&self) -> Result<Vec<Mailbox>, Fault> {
        match self.ask(MailRequest::List { session: self.id }).await? {
            Reply::Mailboxes(mailboxes) => Ok(mailboxes),
            _ => Err(Fault::Nonsense),
        }
    }

    /// Opens a mailbox for reading.
    ///
    /// # Errors
    /// If the link or the server fails.
    pub async fn select(&self, mailbox: &str) -> Result<Selected, Fault> {
        let request = MailRequest::Select { session: self.id, mailbox: mailbox.to_owned(), read_only: true };
        match self.ask(request).await? {
            Reply::Selected(selected) => Ok(selected),
            _ => Err(Fault::Nonsense),
        }
    }

    /// The UIDs of the selected mailbox that meet all criteria, ascending.
    ///
    /// # Errors
    /// If the link or the server fails.
    pub async fn search(&self, criteria: Vec<Criterion>) -> Result<Vec<u32>, Fault> {
        match self.ask(MailRequest::Search { session: self.id, criteria }).await? {
            Reply::Uids(uids) => Ok(uids),
            _ => Err(Fault::Nonsense),
        }
    }

    /// Facts about mails.
    ///
    /// # Errors
    /// If the link or the server fails.
    pub async fn fetch(&self, uids: Vec<UidRange>, items: FetchItems) -> Result<Vec<Fetched>, Fault> {
        let answer = self.link.mail(MailRequest::Fetch { session: self.id, uids, items }, Vec::new()).await?;
        if answer.reply != Reply::Fetching {
            return Err(Fault::Nonsense);
        }
        let fetched = |push| match push {
            Push::Fetched(fetched) => Some(*fetched),
            Push::Exists(_) | Push::Expunged | Push::Flags => None,
        };
        Ok(answer.pushes.into_iter().filter_map(fetched).collect())
    }

    /// One part of one mail, and whether it was cut at the cap.
    ///
    /// # Errors
    /// If the link or the server fails.
    pub async fn part(&self, uid: u32, part: PartPath, cap_bytes: u32) -> Result<(Vec<u8>, bool), Fault> {
        let request = MailRequest::FetchPart { session: self.id, uid, part, cap_bytes };
        let answer = self.link.mail(request, Vec::new()).await?;
        match answer.reply {
            Reply::Part { cut, .. } => Ok((answer.body, cut)),
            _ => Err(Fault::Nonsense),
        }
    }

    /// Files a mail that has been read.
    ///
    /// # Errors
    /// If the link or the server fails.
    pub async fn append(&self, mailbox: &str, message: Vec<u8>) -> Result<Appended, Fault> {
        let request = MailRequest::Append {
            session: self.id,
            mailbox: mailbox.to_owned(),
            flags: vec![Flag::Seen],
            size_bytes: u32::try_from(message.len()).unwrap_or(u32::MAX),
        };
        match self.link.mail(request, message).await?.reply {
            Reply::Appended(appended) => Ok(appended),
            _ => Err(Fault::Nonsense),
        }
    }

    /// Waits for changes of the selected mailbox.
    ///
    /// # Errors
    /// If the link or the server fails before waiting has begun.
    pub async fn idle(&self) -> Result<Pushes, Fault> {
        self.link.idle(self.id).await
    }

    async fn ask(&self, request: MailRequest) -> Result<Reply, Fault> {
        Ok(self.link.mail(request, Vec::new()).await?.reply)
    }
}

impl Drop for MailSession {
    fn drop(&mut self) {
        self.link.leave(self.id);
    }
}
