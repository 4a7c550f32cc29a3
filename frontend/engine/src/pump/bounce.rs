//! Mails of ours that came back: which guest of which event has not got theirs, and why.
//!
//! Only a report about a mail that this device sent is taken up: a report proves nothing about who wrote it, but only
//! whoever saw the mail can name its Message-ID.

use calendar::{
    ical::Address,
    invite::{Bounce, RecipientAction},
};
use intent::{AnswerEntry, AnswerOutcome};

use super::{
    Engine,
    answer::{Letter, Word, key_of},
    sending::SendingRecord,
};

impl Engine {
    /// What a report says: for each guest whom a mail did not reach the event's UID, the line for the list, and what is
    /// to be entered. The sending hears of it at once.
    pub(super) async fn came_back(&self, letter: &Letter, bounce: &Bounce) -> Vec<(String, AnswerEntry, Word)> {
        let Some(message_id) = bounce.message_id.as_deref() else { return Vec::new() };
        let is_mine = |record: &SendingRecord| record.sending.mails.iter().any(|mail| mail.message_id == message_id);
        let meant = self.state.borrow().sendings.values().find(|record| is_mine(record)).cloned();
        let Some(record) = meant else { return Vec::new() };
        let event = self.state.borrow().shelf.by_uid(&record.uid).map(|(calendar, _)| key_of(calendar, &record.uid));
        let mut claims = Vec::new();
        for recipient in bounce.recipients.iter().filter(|recipient| recipient.action == RecipientAction::Failed) {
            let address = recipient.original.as_ref().unwrap_or(&recipient.address).as_str();
            self.hear_of(is_mine, address, false).await;
            let words = recipient.diagnostic.clone().or_else(|| recipient.status.clone()).unwrap_or_default();
            let invited = record.sending.mails.iter().zip(&record.letters);
            let name = invited
                .filter(|(mail, _)| mail.recipient.eq_ignore_ascii_case(address))
                .map(|(_, (name, _))| name.clone());
            let entry = AnswerEntry {
                address: address.to_owned(),
                name: name.into_iter().next().unwrap_or_default(),
                title: record.title.clone(),
                event: event.clone(),
                outcome: AnswerOutcome::NotDelivered(words.clone()),
                ..self.entry_of(letter)
            };
            claims.push((record.uid.clone(), entry, Word::CameBack { guest: Address::new(address), words }));
        }
        claims
    }
}
