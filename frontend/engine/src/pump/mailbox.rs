//! Looking for answers in the inbox.

use calendar::{
    invite::{Reader, read_mail},
    sync::mailbox::{
        HEADERS, Interest, Known, Looked, Mailbox, PART_FIRST_BYTES, PART_LIMIT_BYTES, Part, ReadPart, Selected, Step,
        assemble, digest,
    },
};
use intent::{Busy, Problem, Service};
use wire::{Criterion, FetchItems, Fetched, PartPath, Structure, UidRange};

use super::{Engine, account::Session, answer::Letter};
use crate::{
    link::{Fault, MailSession},
    storage::{Change, Store},
    world::LentCharsets,
};

/// The mailbox that is watched.
const INBOX: &str = "INBOX";
/// The name under which is kept how far it has been read.
const KNOWN: &str = "known";
/// Fewer mails than this are looked at without saying how far it has come.
const WORTH_TELLING: u32 = 50;

impl Engine {
    /// Looks at what is new in the inbox and enters the answers; the mail session is opened where there is none.
    ///
    /// # Errors
    /// What kept it from being read; what was entered until then is not looked at again.
    pub(super) async fn look_at_mailbox(
        &self,
        session: &Session,
        mail: &mut Option<MailSession>,
    ) -> Result<(), Problem> {
        let of_imap = |fault: Fault| fault.problem(Service::Imap);
        if mail.is_none() {
            *mail = Some(self.open_mail(session).await.map_err(of_imap)?);
        }
        let Some(open) = mail.as_ref() else { return Ok(()) };
        let kept = self.storage().get(Store::Mailbox, KNOWN).await.ok().flatten();
        let known: Known = kept.and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or_default();
        let before = known.clone();
        let today = self.timestamp().to_zoned(jiff::tz::TimeZone::UTC).date();
        let mut mailbox = Mailbox::new(known, today);
        let mut done = 0;
        loop {
            if !self.is_current(session.generation) {
                return Ok(());
            }
            match mailbox.next() {
                Step::Select => {
                    let selected = open.select(INBOX).await.map_err(of_imap)?;
                    let wire::Selected { uid_validity, uid_next, exists, .. } = selected;
                    mailbox.push_selected(Selected { uid_validity, uid_next, exists });
                }
                Step::SearchSince { day: (year, month, day) } => {
                    let uids = open.search(vec![Criterion::Since(year, month, day)]).await.map_err(of_imap)?;
                    mailbox.push_found(uids);
                }
                Step::SearchFrom { uid } => {
                    let from = vec![UidRange { first: uid, last: None }];
                    mailbox.push_found(open.search(vec![Criterion::Uid(from)]).await.map_err(of_imap)?);
                }
                Step::Look { first, last } => {
                    let items = FetchItems { structure: true, ..FetchItems::default() };
                    let range = vec![UidRange { first, last: Some(last) }];
                    let fetched = open.fetch(range, items).await.map_err(of_imap)?;
                    done += u32::try_from(fetched.len()).unwrap_or(0);
                    mailbox.push_looked(last, fetched.into_iter().map(looked).collect());
                    self.keep_known(&mailbox).await;
                    self.tell_progress(done, mailbox.remaining());
                }
                Step::Read { uids, parts } => {
                    let letters = self.read_letters(open, &mailbox, session, &uids, &parts).await.map_err(of_imap)?;
                    let new: Vec<Letter> =
                        letters.iter().filter(|letter| !mailbox.is_remembered(letter.digest)).cloned().collect();
                    self.take_answers(session, new).await?;
                    for uid in &uids {
                        let digest = letters.iter().find(|letter| letter.uid == *uid).map(|letter| letter.digest);
                        mailbox.confirm(*uid, digest);
                    }
                    self.keep_known(&mailbox).await;
                    self.tell_progress(done, mailbox.remaining());
                }
                Step::Rest => break,
            }
        }
        if *mailbox.known() != before {
            self.keep_known(&mailbox).await;
        }
        let now = self.point_now();
        self.with_status(|status| (status.mailbox_checked, status.busy) = (Some(now), None));
        Ok(())
    }

    fn tell_progress(&self, done: u32, remaining: u32) {
        let total = done.saturating_add(remaining);
        let busy = (total >= WORTH_TELLING && remaining > 0).then_some(Busy::ReadingMail { done, total });
        self.with_status(|status| status.busy = busy);
    }

    async fn keep_known(&self, mailbox: &Mailbox) {
        let bytes = postcard::to_allocvec(mailbox.known()).unwrap_or_default();
        self.keep(vec![Change::keep(Store::Mailbox, KNOWN, bytes)]).await;
    }

    /// Reads the parts of interest; mails that are gone are left out.
    async fn read_letters(
        &self,
        open: &MailSession,
        mailbox: &Mailbox,
        session: &Session,
        uids: &[u32],
        parts: &[Vec<u16>],
    ) -> Result<Vec<Letter>, Fault> {
        let ranges = uids.iter().map(|uid| UidRange { first: *uid, last: Some(*uid) }).collect();
        let items = FetchItems {
            headers: HEADERS.map(str::to_owned).to_vec(),
            parts: parts.iter().cloned().map(path_of).collect(),
            part_cap_bytes: PART_FIRST_BYTES,
            ..FetchItems::default()
        };
        let (addresses, charsets) = (session.mail_addresses(), LentCharsets(&*self.world));
        let reader = Reader { charsets: &charsets, ..Reader::of(&addresses) };
        let mut letters = Vec::new();
        for fetched in open.fetch(ranges, items).await? {
            let Some(candidate) = mailbox.candidate(fetched.uid) else { continue };
            let (bytes, read) = if candidate.interest == Interest::Whole {
                let (bytes, _) = open.part(fetched.uid, PartPath::Whole, PART_LIMIT_BYTES).await?;
                let whole = ReadPart { content_type: String::new(), encoding: String::new(), bytes: bytes.clone() };
                (bytes, vec![whole])
            } else {
                let mut read = Vec::new();
                for wanted in &candidate.parts {
                    let path = path_of(wanted.path.clone());
                    let bytes = match fetched.parts.iter().find(|part| part.path == path) {
                        Some(part) if !part.cut => part.bytes.clone(),
                        Some(_) | None => open.part(fetched.uid, path, PART_LIMIT_BYTES).await?.0,
                    };
                    let (content_type, encoding) = (wanted.content_type.clone(), wanted.encoding.clone());
                    read.push(ReadPart { content_type, encoding, bytes });
                }
                let headers = fetched.headers.as_deref().unwrap_or_default();
                (assemble(headers, &read, candidate.interest == Interest::Bounce), read)
            };
            // A mail that is too large was left out by its structure already.
            let Ok(reading) = read_mail(&bytes, &reader) else { continue };
            let message_id = reading.message_id.as_deref().unwrap_or_default();
            letters.push(Letter {
                uid: fetched.uid,
                received_at: fetched.received_at.unwrap_or_else(|| self.now()),
                digest: digest(message_id.as_bytes(), &read),
                reading,
            });
        }
        Ok(letters)
    }
}

/// The numbers of a part as the link names it. A mail without parts is its own first part.
fn path_of(path: Vec<u16>) -> PartPath {
    PartPath::Part(if path.is_empty() { vec![1] } else { path })
}

fn looked(fetched: Fetched) -> Looked {
    let parts = fetched.structure.map(parts_of);
    Looked { uid: fetched.uid, size_bytes: fetched.size_bytes, parts }
}

fn parts_of(structure: Structure) -> Vec<Part> {
    let part = |part: wire::StructurePart| Part {
        path: match part.path {
            PartPath::Part(path) | PartPath::PartHeader(path) => path,
            PartPath::Whole | PartPath::Header => Vec::new(),
        },
        media_type: part.media_type,
        parameters: part.parameters,
        encoding: part.encoding,
        file_name: part.file_name,
        size_bytes: part.size_bytes,
    };
    structure.parts.into_iter().map(part).collect()
}
