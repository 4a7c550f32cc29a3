//! Each request of a page to a mail session, carried out.

use std::collections::BTreeSet;

use async_imap::imap_proto::rfc4315::UidSetMember;
use async_imap::imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response, ResponseCode};
use wire::{
    Appended, FetchItems, Flag, FlagChange, MailRequest, Mailbox, MailboxRole, PartPath, Push, Refusal, Reply,
    Selected, UidRange,
};

use super::command::{self, Command};
use super::idle::{self, Pace};
use super::link::{Link, Step};
use super::{fetched, utf7};
use crate::policy::limit::{MAIL_LIMIT_BYTES, RESPONSE_LIMIT_BYTES, SEARCH_TIMEOUT, SILENCE_TIMEOUT};
use crate::upstream::Exchange;
use crate::upstream::exchange::wrong_size;

/// Carries out one request.
pub(super) async fn carry_out(
    link: &mut Link,
    request: MailRequest,
    exchange: &mut Exchange,
    pace: Pace,
) -> Result<(), Refusal> {
    let reply = match request {
        MailRequest::Open { .. } => return Err(Refusal::Garbled),
        MailRequest::List { .. } => list(link).await?,
        MailRequest::Select { mailbox, read_only, .. } => select(link, &mailbox, read_only).await?,
        MailRequest::Search { criteria, .. } => search(link, &command::search(&criteria)?).await?,
        MailRequest::Fetch { uids, items, .. } => return fetch(link, &uids, &items, exchange).await,
        MailRequest::FetchPart { uid, part, cap_bytes, .. } => {
            return fetch_part(link, uid, &part, cap_bytes, exchange).await;
        }
        MailRequest::Append { mailbox, flags, size_bytes, .. } => {
            append(link, &mailbox, &flags, size_bytes, exchange).await?
        }
        MailRequest::SetFlags { uids, change, flags, .. } => run(link, &command::store(&uids, change, &flags)?).await?,
        MailRequest::Move { uids, mailbox, .. } => move_to(link, &uids, &mailbox).await?,
        MailRequest::Idle { .. } => return idle::idle(link, exchange, pace).await,
        MailRequest::Close { .. } => Reply::Done,
    };
    exchange.outlet().reply(reply).await
}

async fn run(link: &mut Link, command: &Command) -> Result<Reply, Refusal> {
    let id = link.begin(command).await?;
    link.finish(&id, SEARCH_TIMEOUT).await?;
    Ok(Reply::Done)
}

async fn list(link: &mut Link) -> Result<Reply, Refusal> {
    let ask_for_special_use = link.abilities().has("SPECIAL-USE") && link.abilities().has("LIST-EXTENDED");
    let id = link.begin(&command::list(ask_for_special_use)).await?;
    let mut mailboxes = Vec::new();
    loop {
        match link.step(&id, SILENCE_TIMEOUT).await? {
            Step::Data(data) => {
                if let Response::MailboxData(MailboxDatum::List(found)) = data.parsed() {
                    mailboxes.push(mailbox(&found.name_attributes, found.delimiter.as_deref(), &found.name));
                }
            }
            Step::Continue => {}
            Step::Done(_) => return Ok(Reply::Mailboxes(mailboxes)),
        }
    }
}

fn mailbox(attributes: &[NameAttribute<'_>], delimiter: Option<&str>, name: &str) -> Mailbox {
    let is_inbox = name.eq_ignore_ascii_case("INBOX");
    let role = attributes.iter().find_map(|attribute| match attribute {
        NameAttribute::Sent => Some(MailboxRole::Sent),
        NameAttribute::Drafts => Some(MailboxRole::Drafts),
        NameAttribute::Trash => Some(MailboxRole::Trash),
        NameAttribute::Junk => Some(MailboxRole::Junk),
        NameAttribute::Archive => Some(MailboxRole::Archive),
        _ => None,
    });
    let is_no_mailbox = |attribute: &NameAttribute<'_>| match attribute {
        NameAttribute::NoSelect => true,
        // RFC 5258: there is no such mailbox, only mailboxes below it.
        NameAttribute::Extension(name) => name.eq_ignore_ascii_case("\\NonExistent"),
        _ => false,
    };
    Mailbox {
        name: if is_inbox { "INBOX".to_owned() } else { utf7::decode(name) },
        delimiter: delimiter.and_then(|text| text.chars().next()),
        role: if is_inbox { Some(MailboxRole::Inbox) } else { role },
        selectable: !attributes.iter().any(is_no_mailbox),
    }
}

async fn select(link: &mut Link, mailbox: &str, read_only: bool) -> Result<Reply, Refusal> {
    let with_modseq = link.abilities().has("CONDSTORE");
    let id = link.begin(&command::select(mailbox, read_only, with_modseq)?).await?;
    // News of the mailbox that was selected before are of no interest any more.
    link.take_news();
    let mut selected = Selected { uid_validity: 0, uid_next: None, highest_modseq: None, exists: 0 };
    loop {
        match link.step(&id, SEARCH_TIMEOUT).await? {
            Step::Data(data) => match data.parsed() {
                Response::MailboxData(MailboxDatum::Exists(count)) => selected.exists = *count,
                Response::Data { outcome, .. } => match outcome.code {
                    Some(ResponseCode::UidValidity(value)) => selected.uid_validity = value,
                    Some(ResponseCode::UidNext(value)) => selected.uid_next = Some(value),
                    Some(ResponseCode::HighestModSeq(value)) => selected.highest_modseq = Some(value),
                    _ => {}
                },
                _ => {}
            },
            Step::Continue => {}
            Step::Done(_) => {
                link.take_news();
                return Ok(Reply::Selected(selected));
            }
        }
    }
}

async fn search(link: &mut Link, command: &Command) -> Result<Reply, Refusal> {
    link.take_withheld();
    let id = link.begin(command).await?;
    let mut answered = false;
    let mut uids = BTreeSet::new();
    loop {
        match link.step(&id, SEARCH_TIMEOUT).await? {
            Step::Data(data) => {
                if let Response::MailboxData(MailboxDatum::Search(found)) = data.parsed() {
                    answered = true;
                    uids.extend(found);
                }
            }
            Step::Continue => {}
            Step::Done(_) => break,
        }
    }
    // An answer that could not be read must not look like "nothing found".
    if !answered && link.take_withheld() > 0 {
        return Err(Refusal::Garbled);
    }
    Ok(Reply::Uids(uids.into_iter().collect()))
}

async fn fetch(link: &mut Link, uids: &[UidRange], items: &FetchItems, exchange: &Exchange) -> Result<(), Refusal> {
    let command = command::fetch(uids, items)?;
    exchange.outlet().reply(Reply::Fetching).await?;
    link.take_withheld();
    let mut told = BTreeSet::new();
    fetch_once(link, &command, exchange, &mut told, items.part_cap_bytes).await?;
    if link.take_withheld() == 0 || !(items.structure || items.envelope) {
        return Ok(());
    }
    // Some mail's structure or envelope could not be read. Its other facts can, and the page must hear of the mail.
    let rest = FetchItems { structure: false, envelope: false, ..items.clone() };
    fetch_once(link, &command::fetch(uids, &rest)?, exchange, &mut told, items.part_cap_bytes).await
}

async fn fetch_once(
    link: &mut Link,
    command: &Command,
    exchange: &Exchange,
    told: &mut BTreeSet<u32>,
    part_cap_bytes: u32,
) -> Result<(), Refusal> {
    let id = link.begin(command).await?;
    loop {
        match link.step(&id, SEARCH_TIMEOUT).await? {
            Step::Data(data) => {
                let Response::Fetch(_, attributes) = data.parsed() else { continue };
                let Some(fetched) = fetched::read(attributes, part_cap_bytes) else { continue };
                if !told.insert(fetched.uid) {
                    continue;
                }
                exchange.outlet().push(Push::Fetched(Box::new(fetched::fit(fetched)))).await?;
            }
            Step::Continue => {}
            Step::Done(_) => return Ok(()),
        }
    }
}

async fn fetch_part(
    link: &mut Link,
    uid: u32,
    part: &PartPath,
    cap_bytes: u32,
    exchange: &Exchange,
) -> Result<(), Refusal> {
    let cap = cap_bytes.min(RESPONSE_LIMIT_BYTES - 1);
    let id = link.begin(&command::fetch_part(uid, part, cap)?).await?;
    let mut found: Option<Vec<u8>> = None;
    loop {
        match link.step(&id, SILENCE_TIMEOUT).await? {
            Step::Data(data) => {
                let Response::Fetch(_, attributes) = data.parsed() else { continue };
                let is_asked =
                    attributes.iter().any(|attribute| matches!(attribute, AttributeValue::Uid(n) if *n == uid));
                for attribute in attributes {
                    if let (true, AttributeValue::BodySection { data, .. }) = (is_asked, attribute) {
                        found = Some(data.as_deref().unwrap_or_default().to_vec());
                    }
                }
            }
            Step::Continue => {}
            Step::Done(_) => break,
        }
    }
    let Some(mut bytes) = found else {
        return Err(Refusal::ServerRefused { code: None, server_said: "This mail is not there any more.".to_owned() });
    };
    let cut = bytes.len() > cap as usize;
    bytes.truncate(cap as usize);
    let size_bytes = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    exchange.outlet().reply(Reply::Part { size_bytes, cut }).await?;
    exchange.outlet().body(&bytes).await
}

async fn append(
    link: &mut Link,
    mailbox: &str,
    flags: &[Flag],
    size_bytes: u32,
    exchange: &mut Exchange,
) -> Result<Reply, Refusal> {
    if size_bytes > MAIL_LIMIT_BYTES {
        return Err(Refusal::BadRequest { because: format!("a mail has at most {MAIL_LIMIT_BYTES} bytes") });
    }
    let id = link.begin(&command::append(mailbox, flags, size_bytes)?).await?;
    link.consent(&id).await?;
    // From here on the server counts bytes: without all of them the connection is of no use.
    link.set_owes_bytes(true);
    let mut missing = size_bytes as usize;
    while let Some(piece) = exchange.next_piece().await? {
        missing = missing.checked_sub(piece.len()).ok_or_else(wrong_size)?;
        link.send_raw(&piece).await?;
    }
    if missing > 0 {
        return Err(wrong_size());
    }
    link.set_owes_bytes(false);
    link.send_raw(b"\r\n").await?;
    let done = link.finish(&id, SEARCH_TIMEOUT).await?;
    let place = match done.parsed() {
        Response::Done { outcome, .. } => match &outcome.code {
            Some(ResponseCode::AppendUid(validity, uids)) => match uids.as_slice() {
                [UidSetMember::Uid(uid)] => Some((*validity, *uid)),
                [UidSetMember::UidRange(range)] if range.start() == range.end() => Some((*validity, *range.start())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    Ok(Reply::Appended(Appended { place }))
}

async fn move_to(link: &mut Link, uids: &[UidRange], mailbox: &str) -> Result<Reply, Refusal> {
    if link.abilities().has("MOVE") {
        return run(link, &command::move_to(uids, mailbox)?).await;
    }
    run(link, &command::copy_to(uids, mailbox)?).await?;
    run(link, &command::store(uids, FlagChange::Add, &[Flag::Deleted])?).await?;
    // Without UIDPLUS an EXPUNGE would remove what others have marked: the mails stay marked.
    if link.abilities().has("UIDPLUS") { run(link, &command::expunge(uids)?).await } else { Ok(Reply::Done) }
}
