//! What was sent, or is about to be.

use std::sync::Arc;

use intent::{Ask, CodeText, DeliveryState, Letter, OutboxId, OutboxItem, OutboxStage, ResumeChoice};
use leptos::prelude::*;

use super::clock::Clock;
use super::engine::Engine;
use super::notices::{News, Notices};

/// The letters of one sending, byte for byte.
#[derive(Clone, PartialEq)]
pub struct Sent {
    /// Which sending.
    pub id: OutboxId,
    /// Its letters.
    pub letters: Vec<Letter>,
    /// The object that was stored.
    pub stored: Option<CodeText>,
}

/// What was sent, or is about to be.
#[derive(Clone, Copy)]
pub struct Outbox {
    /// Newest first; nothing until the engine has told.
    pub items: ReadSignal<Option<Vec<OutboxItem>>>,
    set_items: WriteSignal<Option<Vec<OutboxItem>>>,
    /// The letters that were asked for last.
    pub sent: ReadSignal<Option<Arc<Sent>>>,
    set_sent: WriteSignal<Option<Arc<Sent>>>,
    told_at: StoredValue<u32>,
    notices: Notices,
    clock: Clock,
    engine: Engine,
}

impl Outbox {
    pub(super) fn new(engine: Engine, clock: Clock, notices: Notices) -> Self {
        let (items, set_items) = signal(None);
        let (sent, set_sent) = signal(None);
        Self { items, set_items, sent, set_sent, told_at: StoredValue::new(0), notices, clock, engine }
    }

    pub(super) fn hear(self, items: Vec<OutboxItem>) {
        self.told_at.set_value(self.clock.seconds.get_untracked());
        let news = self.items.with_untracked(|before| {
            let before = before.as_ref()?;
            let was = |item: &OutboxItem| before.iter().find(|old| old.id == item.id).map(|old| old.stage);
            items.iter().find_map(|item| match (item.stage, was(item)) {
                (OutboxStage::Done, Some(OutboxStage::Done)) | (OutboxStage::Stopped, Some(OutboxStage::Stopped)) => {
                    None
                }
                (OutboxStage::Held { .. }, None) => Some(News::Held(item.clone())),
                (OutboxStage::Done, Some(_)) => Some(News::Sent(item.clone())),
                (OutboxStage::Stopped, Some(_)) => Some(News::Stopped(item.clone())),
                _ => None,
            })
        });
        if let Some(news) = news {
            self.notices.announce(news);
        }
        self.set_items.set(Some(items));
    }

    pub(super) fn hear_sent(self, id: OutboxId, letters: Vec<Letter>, stored: Option<CodeText>) {
        self.set_sent.set(Some(Arc::new(Sent { id, letters, stored })));
    }

    /// Seconds until a held sending leaves, counted down between the engine's tells.
    pub fn seconds_left(self, told: u16) -> u16 {
        let passed = self.clock.seconds.get().saturating_sub(self.told_at.get_value());
        told.saturating_sub(u16::try_from(passed).unwrap_or(u16::MAX))
    }

    /// The sending that is still held, the one pressed last.
    pub fn held(self) -> Option<OutboxItem> {
        self.items.with(|items| {
            let held = |item: &&OutboxItem| matches!(item.stage, OutboxStage::Held { .. });
            items.as_ref()?.iter().find(held).cloned()
        })
    }

    /// How many mails wait for the person's word.
    pub fn needing_you(self) -> usize {
        let stopped = |item: &&OutboxItem| item.stage == OutboxStage::Stopped;
        let open = |item: &OutboxItem| {
            let open = item.deliveries.iter().filter(|one| !matches!(one.state, DeliveryState::Taken { .. })).count();
            open.max(1)
        };
        self.items.with(|items| items.as_ref().map_or(0, |items| items.iter().filter(stopped).map(open).sum()))
    }

    /// How many sendings are not done.
    pub fn unfinished(self) -> usize {
        let unfinished = |item: &&OutboxItem| item.stage != OutboxStage::Done;
        self.items.with(|items| items.as_ref().map_or(0, |items| items.iter().filter(unfinished).count()))
    }

    /// Takes back what is still held.
    pub fn undo(self, id: OutboxId) {
        self.engine.ask(Ask::Undo(id));
    }

    /// Goes on with a sending that stopped.
    pub fn resume(self, outbox: OutboxId, choice: ResumeChoice) {
        self.engine.ask(Ask::Resume { outbox, choice });
    }

    /// Takes a sending off the list.
    pub fn dismiss(self, id: OutboxId) {
        self.engine.ask(Ask::Dismiss(id));
    }

    /// Wants the letters of a sending, byte for byte.
    pub fn open_sent(self, id: OutboxId) {
        self.set_sent.set(None);
        self.engine.ask(Ask::OpenSent(id));
    }

    /// The letters are no longer on the screen.
    pub fn close_sent(self) {
        self.set_sent.set(None);
    }
}
