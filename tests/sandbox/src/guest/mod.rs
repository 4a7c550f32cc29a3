//! Guests: people who read their invitations and answer them after a while, as their mail programs do.
//!
//! A guest is an account like any other and sees only what is in its INBOX, so whatever reaches it by SMTP, or is put
//! there by a test, is read and answered in the same way.

mod cast;
mod invitation;
mod reply;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};

pub use cast::{PASSWORD, cast};

use crate::delivery::{Authentication, Envelope, deliver};
use crate::guest::invitation::{Invitation, Request};
use crate::limit;
use crate::provider::Provider;

/// How a guest answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// Yes.
    Accepts,
    /// No.
    Declines,
    /// Perhaps.
    Hesitates,
    /// Not at all.
    IsSilent,
}

impl Manner {
    /// The PARTSTAT of the answer, if there is one.
    #[must_use]
    pub fn partstat(self) -> Option<&'static str> {
        match self {
            Self::Accepts => Some("ACCEPTED"),
            Self::Declines => Some("DECLINED"),
            Self::Hesitates => Some("TENTATIVE"),
            Self::IsSilent => None,
        }
    }
}

/// The mail program that a guest uses, with its habits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// The mail comes from `calendar-notification@google.com`, the guest stands in Reply-To, times are in UTC.
    Gmail,
    /// No ORGANIZER, a German word before the SUMMARY, Windows zone names, base64.
    Outlook,
    /// The calendar part is a quoted-printable attachment without `method` and `charset`.
    Apple,
}

/// A guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Guest {
    /// The name that people see.
    pub name: String,
    /// The address, in lower case.
    pub address: String,
    /// How the guest answers.
    pub manner: Manner,
    /// With which program.
    pub program: Program,
    /// What the guest adds in words.
    pub comment: Option<String>,
}

impl Guest {
    /// What the guest does, in words.
    #[must_use]
    pub fn does(&self) -> String {
        let program = match self.program {
            Program::Gmail => "Gmail",
            Program::Outlook => "Outlook",
            Program::Apple => "Apple Mail",
        };
        let answers = match self.manner {
            Manner::Accepts => "accepts",
            Manner::Declines => "declines",
            Manner::Hesitates => "may come",
            Manner::IsSilent => return "never answers".to_owned(),
        };
        let comment = if self.comment.is_some() { ", with a comment" } else { "" };
        format!("{answers}{comment}, by {program}")
    }
}

/// How new an invitation is: SEQUENCE, then DTSTAMP.
type Revision = (i64, String);

/// Lets guests read and answer until the task is ended.
///
/// The first answers `delay` after a mail has arrived, each further one a third of that later: people do not all
/// speak at once.
pub(crate) async fn attend(provider: Provider, guests: Vec<Guest>, delay: Duration) {
    let mut changes = provider.watch();
    let mut attention: Vec<Attention> = guests.into_iter().map(Attention::of).collect();
    let mut waiting: VecDeque<(Instant, usize, Arc<[u8]>)> = VecDeque::new();
    loop {
        changes.mark_unchanged();
        let mut due = Instant::now() + delay;
        for (index, guest) in attention.iter_mut().enumerate() {
            let mails = guest.new_mails(&provider);
            let has_read = !mails.is_empty();
            for mail in mails {
                if waiting.len() < limit::WAITING_GUEST_MAILS {
                    let place = waiting.partition_point(|(other, ..)| *other <= due);
                    waiting.insert(place, (due, index, mail));
                }
            }
            if has_read {
                due += delay / 3;
            }
        }
        let Some((due, ..)) = waiting.front() else {
            if changes.changed().await.is_err() {
                return;
            }
            continue;
        };
        tokio::select! {
            () = sleep_until(*due) => {
                if let Some((_, index, mail)) = waiting.pop_front()
                    && let Some(guest) = attention.get_mut(index)
                {
                    guest.read(&provider, &mail);
                }
            }
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

/// What a guest has seen and remembers.
struct Attention {
    guest: Guest,
    last_uid: u32,
    /// By UID and RECURRENCE-ID.
    known: BTreeMap<(String, String), Revision>,
}

impl Attention {
    fn of(guest: Guest) -> Self {
        Self { guest, last_uid: 0, known: BTreeMap::new() }
    }

    fn new_mails(&mut self, provider: &Provider) -> Vec<Arc<[u8]>> {
        let mails = provider.read(&self.guest.address, |account| {
            let messages = account.mailbox("INBOX").map(|inbox| inbox.messages()).unwrap_or_default();
            let fresh: Vec<_> = messages.iter().filter(|message| message.uid > self.last_uid).collect();
            (fresh.last().map(|message| message.uid), fresh.iter().map(|message| message.raw.clone()).collect())
        });
        let (last, mails) = mails.unwrap_or_default();
        self.last_uid = last.unwrap_or(self.last_uid);
        mails
    }

    fn read(&mut self, provider: &Provider, mail: &[u8]) {
        match Invitation::find(mail, &self.guest.address) {
            Some(Invitation::Request(requests)) => {
                let asked: Vec<Request> = requests.into_iter().filter(|request| self.is_asked(request)).collect();
                for reply in reply::replies(&self.guest, &asked, provider) {
                    let envelope = Envelope { sender: reply.sender, recipients: vec![reply.recipient] };
                    deliver(provider, &envelope, &reply.raw, Authentication::Pass);
                }
            }
            // An event that is called off is taken out, and nobody answers that.
            Some(Invitation::Cancel { uid, recurrence_id }) => {
                let all = recurrence_id.is_none();
                self.known.retain(|(known, id), _| *known != uid || (!all && Some(id) != recurrence_id.as_ref()));
            }
            None => {}
        }
    }

    /// Whether this is newer than what the guest knows, and the organizer waits for an answer.
    fn is_asked(&mut self, request: &Request) -> bool {
        let key = (request.uid.clone(), request.recurrence_id.clone().unwrap_or_default());
        let revision = (request.sequence, request.stamped_at.clone());
        if self.known.get(&key).is_some_and(|known| *known >= revision) {
            return false;
        }
        self.known.insert(key, revision);
        request.wants_answer
    }
}
