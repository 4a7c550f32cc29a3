//! Who is told what after an edit: for each guest, what they knew beside what they are to know.

use std::collections::BTreeSet;

use super::super::facts::Change;
use super::super::outgoing::Reason;
use super::super::person::Me;
use super::super::timeline::Instance;
use super::super::view::{Side, View};
use super::bookkeeping::{Books, Reverted};
use super::guests;
use crate::ical::{Address, Property};
use crate::order::IntoOrdered as _;

/// What one guest is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Letter {
    /// These components, as they are stored.
    Request { reason: Reason, has_series: bool, absent: BTreeSet<Instance>, overrides: BTreeSet<Instance> },
    /// The whole event is called off, or goes on without them.
    CancelSeries { reason: Reason },
    /// Some occurrences are called off, or go on without them.
    CancelOccurrences { reason: Reason, instances: BTreeSet<Instance> },
}

/// The letters of an edit, in the order of the guests. A missing `after` is a deletion.
pub(super) fn letters(
    me: &Me,
    before: Option<&Side<'_>>,
    after: Option<&Side<'_>>,
    books: Option<&Books>,
) -> Vec<(Address, Letter)> {
    let mut letters = Vec::new();
    let untold = before.map(|side| untold(side, me)).unwrap_or_default();
    for guest in everybody(me, before, after) {
        // Who was told by nobody knows nothing yet (RFC 6638 section 7.1).
        let known = before.filter(|_| !untold.contains(&guest)).map(|side| side.view(&guest));
        let known = known.unwrap_or_default();
        let wanted = after.map(|side| side.view(&guest)).unwrap_or_default();
        let desk = Desk { before, after, books, guest: &guest, known, wanted };
        letters.extend(desk.letters().into_iter().map(|letter| (guest.clone(), letter)));
    }
    letters
}

/// Every guest of either side who can be mailed and is told by us, once and in order.
fn everybody(me: &Me, before: Option<&Side<'_>>, after: Option<&Side<'_>>) -> Vec<Address> {
    let mut everybody = Vec::new();
    let mut seen = BTreeSet::new();
    for side in [after, before].into_iter().flatten() {
        let listed = side.object.components().flat_map(|component| guests(component, me));
        let listed: Vec<(Address, bool)> = listed.map(|guest| (guest.address(), is_told_by_others(guest))).collect();
        // Of two sides the newer says who tells a guest; of two components, either may say that we do not.
        let silenced: BTreeSet<&Address> =
            listed.iter().filter(|(_, silenced)| *silenced).map(|(guest, _)| guest).into_set();
        let fresh = listed.iter().map(|(guest, _)| guest).filter(|guest| seen.insert((*guest).clone()));
        everybody.extend(fresh.filter(|guest| guest.is_mail() && !silenced.contains(guest)).cloned());
    }
    everybody
}

/// The guests of a side whom we do not tell.
fn untold(side: &Side<'_>, me: &Me) -> BTreeSet<Address> {
    let guests = side.object.components().flat_map(|component| guests(component, me));
    guests.filter(|guest| is_told_by_others(guest)).map(Property::address).into_set()
}

/// Whether somebody else tells a guest, or nobody does (RFC 6638 section 7.1).
pub(super) fn is_told_by_others(guest: &Property) -> bool {
    guest.parameter_is("SCHEDULE-AGENT", "NONE")
}

struct Desk<'a> {
    before: Option<&'a Side<'a>>,
    after: Option<&'a Side<'a>>,
    books: Option<&'a Books>,
    guest: &'a Address,
    known: View,
    wanted: View,
}

impl Desk<'_> {
    fn letters(&self) -> Vec<Letter> {
        match (self.known.has_series, self.wanted.has_series) {
            (false, true) => vec![self.whole_request(Reason::New)],
            (true, true) => self.about_a_known_series(),
            (true, false) => {
                let mut letters = vec![Letter::CancelSeries { reason: self.end() }];
                letters.extend(self.request_of(Reason::New, self.wanted.overrides.clone()));
                letters
            }
            (false, false) => self.about_single_occurrences(),
        }
    }

    fn about_a_known_series(&self) -> Vec<Letter> {
        let series = self.change(None);
        let changed = self.wanted.overrides.iter().copied().filter(|it| self.is_news(*it)).into_set();
        let gone = self.candidates().into_iter().filter(|instance| self.is_gone(*instance)).into_set();
        let is_back = |instance: &Instance| !self.wanted.overrides.contains(instance) && self.is_restored(*instance);
        let has_more = self.candidates().iter().any(is_back);
        let is_rescheduled = |instance: &Instance| self.change(Some(*instance)).is_reschedule();

        if series.is_seen() || self.reverted().next().is_some() || has_more {
            // The whole series says which occurrences are gone, too.
            let is_rescheduled = has_more
                || series.is_reschedule()
                || changed.iter().any(is_rescheduled)
                || self.reverted().any(Change::is_reschedule);
            return vec![self.whole_request(if is_rescheduled { Reason::Rescheduled } else { Reason::Updated })];
        }
        let mut letters = Vec::new();
        let (restored, changed): (BTreeSet<_>, BTreeSet<_>) = changed.into_iter().partition(|it| self.is_restored(*it));
        let reason = if changed.iter().any(is_rescheduled) { Reason::Rescheduled } else { Reason::Updated };
        letters.extend(self.request_of(Reason::New, restored));
        letters.extend(self.request_of(reason, changed));
        letters.extend(self.cancellations(gone));
        if letters.is_empty() && self.is_resent() {
            letters.push(self.whole_request(Reason::Updated));
        }
        letters
    }

    fn about_single_occurrences(&self) -> Vec<Letter> {
        let (known, wanted) = (&self.known.overrides, &self.wanted.overrides);
        let new = wanted.difference(known).copied().into_set();
        let kept = wanted.intersection(known).copied();
        let changed = kept.filter(|instance| self.change(Some(*instance)).is_seen()).into_set();
        let gone = known.difference(wanted).copied().into_set();
        let is_rescheduled = changed.iter().any(|instance| self.change(Some(*instance)).is_reschedule());
        let mut letters = Vec::new();
        letters.extend(self.request_of(Reason::New, new));
        letters.extend(self.request_of(if is_rescheduled { Reason::Rescheduled } else { Reason::Updated }, changed));
        letters.extend(self.cancellations(gone));
        if letters.is_empty() && self.is_resent() {
            letters.extend(self.request_of(Reason::Updated, wanted.clone()));
        }
        letters
    }

    /// The occurrences of which this guest may have to hear beside the series.
    fn candidates(&self) -> BTreeSet<Instance> {
        let mut candidates = BTreeSet::new();
        for side in [self.before, self.after].into_iter().flatten() {
            candidates.extend(side.overrides.keys().copied());
            candidates.extend(side.timeline.exceptions().iter().copied());
            candidates.extend(side.timeline.dates().iter().copied());
        }
        candidates
    }

    fn occurred(&self, instance: Instance) -> bool {
        self.before.is_some_and(|side| side.occurs_for(&self.known, instance))
    }

    fn occurs(&self, instance: Instance) -> bool {
        self.after.is_some_and(|side| side.occurs_for(&self.wanted, instance))
    }

    fn is_gone(&self, instance: Instance) -> bool {
        self.occurred(instance) && !self.occurs(instance)
    }

    fn is_restored(&self, instance: Instance) -> bool {
        !self.occurred(instance) && self.occurs(instance)
    }

    /// Whether an override says something that this guest does not know.
    fn is_news(&self, instance: Instance) -> bool {
        self.is_restored(instance) || self.change(Some(instance)).is_seen()
    }

    /// What changes for this guest by the overrides that are gone while their occurrences take place.
    fn reverted(&self) -> impl Iterator<Item = Change> {
        let reverted = self.books.into_iter().flat_map(|books| &books.reverted);
        let reverted = reverted.filter(|(instance, _)| self.known.overrides.contains(instance));
        let concerns = |it: &&Reverted| it.change.is_seen() || it.unanswered.contains(self.guest);
        reverted.map(|(_, it)| it).filter(concerns).map(|it| it.change)
    }

    fn is_resent(&self) -> bool {
        self.books.is_some_and(|books| books.resent.contains(self.guest))
    }

    fn change(&self, part: Option<Instance>) -> Change {
        self.books.and_then(|books| books.changes.get(&part).copied()).unwrap_or_default()
    }

    /// Why this guest's invitation ends: the event is called off, or it goes on without them.
    fn end(&self) -> Reason {
        if self.after.is_none_or(Side::is_cancelled) { Reason::Cancelled } else { Reason::Removed }
    }

    fn whole_request(&self, reason: Reason) -> Letter {
        let View { absent, overrides, .. } = self.wanted.clone();
        Letter::Request { reason, has_series: true, absent, overrides }
    }

    fn request_of(&self, reason: Reason, overrides: BTreeSet<Instance>) -> Option<Letter> {
        let absent = BTreeSet::new();
        (!overrides.is_empty()).then_some(Letter::Request { reason, has_series: false, absent, overrides })
    }

    fn cancellations(&self, gone: BTreeSet<Instance>) -> Vec<Letter> {
        if self.end() == Reason::Cancelled {
            return cancellation(Reason::Cancelled, gone).into_iter().collect();
        }
        let takes_place = |instance: &Instance| self.after.is_some_and(|side| side.occurs(*instance));
        let (removed, called_off): (BTreeSet<_>, BTreeSet<_>) = gone.into_iter().partition(takes_place);
        let letters = [cancellation(Reason::OccurrenceCancelled, called_off), cancellation(Reason::Removed, removed)];
        letters.into_iter().flatten().collect()
    }
}

fn cancellation(reason: Reason, instances: BTreeSet<Instance>) -> Option<Letter> {
    (!instances.is_empty()).then_some(Letter::CancelOccurrences { reason, instances })
}
