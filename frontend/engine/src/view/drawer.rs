//! The objects of one calendar: by address, and by when their events are.
//!
//! What a view costs follows what it shows: an object is placed in time once, when a view first needs it to be, and from
//! then on only the objects near a range are looked at.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use calendar::agenda::{Span, Spans};
use calendar::time::zone::Zone;
use jiff::Timestamp;

use super::StoredObject;

/// The objects of one calendar.
#[derive(Debug, Default)]
pub(super) struct Drawer {
    objects: BTreeMap<String, StoredObject>,
    /// The addresses of those that may only be shown, or not even that.
    troubled: BTreeSet<String>,
    in_time: RefCell<InTime>,
}

/// Addresses by when their events are.
#[derive(Debug, Default)]
struct InTime {
    spans: Spans<String>,
    /// Not placed yet.
    waiting: BTreeSet<String>,
}

impl Drawer {
    /// Takes in an object, replacing what was at its address.
    pub(super) fn put(&mut self, object: StoredObject) {
        self.remove(&object.href);
        if object.trouble().is_some() {
            self.troubled.insert(object.href.clone());
        }
        self.in_time.get_mut().waiting.insert(object.href.clone());
        self.objects.insert(object.href.clone(), object);
    }

    /// Takes an object out.
    pub(super) fn remove(&mut self, href: &str) -> Option<StoredObject> {
        let object = self.objects.remove(href)?;
        self.troubled.remove(href);
        let in_time = self.in_time.get_mut();
        if !in_time.waiting.remove(href)
            && let Some(span) = object.known_span()
        {
            in_time.spans.remove(span, &object.href);
        }
        Some(object)
    }

    /// The object at an address.
    pub(super) fn get(&self, href: &str) -> Option<&StoredObject> {
        self.objects.get(href)
    }

    /// All objects, by address.
    pub(super) fn objects(&self) -> impl Iterator<Item = &StoredObject> {
        self.objects.values()
    }

    /// The objects that may only be shown, or not even that, by address.
    pub(super) fn troubled(&self) -> impl Iterator<Item = &StoredObject> {
        self.troubled.iter().filter_map(|href| self.get(href))
    }

    /// The objects that may have something in a range, by address.
    pub(super) fn near(&self, from: Timestamp, to: Timestamp, clock: &Zone) -> Vec<&StoredObject> {
        let mut in_time = self.in_time.borrow_mut();
        for href in std::mem::take(&mut in_time.waiting) {
            if let Some(span) = self.get(&href).and_then(|object| object.times(clock).span) {
                in_time.spans.add(span, href);
            }
        }
        let range = Span { from: from.as_second(), to: to.as_second() };
        let mut near: Vec<&StoredObject> = in_time.spans.touching(range).filter_map(|href| self.get(href)).collect();
        near.sort_unstable_by(|one, other| one.href.cmp(&other.href));
        near
    }
}
