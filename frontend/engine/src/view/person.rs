//! Guests and their answers as the page shows them.

use calendar::ical::{Address, Component, Property};
use calendar::itip::undelivered;
use calendar::order;
use calendar::time::moment::Moment;
use intent::{EventLook, GuestView, PartStat, ReplyMark, Tally};

use super::clock::{Viewer, point};

/// An attendee's answer.
pub fn partstat_of(attendee: &Property) -> PartStat {
    let is = |value| attendee.parameter_is("PARTSTAT", value);
    match () {
        () if is("ACCEPTED") => PartStat::Accepted,
        () if is("TENTATIVE") => PartStat::Tentative,
        () if is("DECLINED") => PartStat::Declined,
        () if is("DELEGATED") => PartStat::Delegated,
        () => PartStat::NeedsAction,
    }
}

/// Whether an address means the person.
pub fn is_me(address: &Address, viewer: &Viewer) -> bool {
    let is_own = |address: &Address| viewer.addresses.iter().any(|own| Address::new(own) == *address);
    is_own(address) || is_own(&address.without_tag())
}

/// Who organizes an event; absent if nobody is invited.
pub(super) fn organizer_of(event: &Component) -> Option<Address> {
    event.property("ORGANIZER").map(Property::address)
}

/// Whether the person organizes it, or nobody does.
pub fn is_mine(event: &Component, viewer: &Viewer) -> bool {
    organizer_of(event).is_none_or(|organizer| is_me(&organizer, viewer))
}

/// The person's own answer to somebody else's event.
pub(super) fn my_answer(event: &Component, viewer: &Viewer) -> Option<PartStat> {
    if is_mine(event, viewer) {
        return None;
    }
    event.all("ATTENDEE").find(|line| is_me(&line.address(), viewer)).map(partstat_of)
}

/// How an event is drawn.
pub(super) fn look_of(event: &Component, viewer: &Viewer) -> EventLook {
    let status = |value: &str| event.value("STATUS").is_some_and(|status| status.eq_ignore_ascii_case(value));
    match my_answer(event, viewer) {
        _ if status("CANCELLED") => EventLook::Cancelled,
        Some(PartStat::Declined) => EventLook::Declined,
        Some(PartStat::NeedsAction) => EventLook::Asked,
        Some(PartStat::Tentative) => EventLook::Maybe,
        _ if status("TENTATIVE") => EventLook::Maybe,
        _ => EventLook::Firm,
    }
}

/// Everybody but the organizer: who said what.
pub(super) fn tally_of(event: &Component) -> Tally {
    let organizer = organizer_of(event);
    let mut tally = Tally::default();
    for attendee in event.all("ATTENDEE").filter(|line| Some(line.address()) != organizer) {
        let count = match partstat_of(attendee) {
            PartStat::Accepted => &mut tally.accepted,
            PartStat::Tentative => &mut tally.tentative,
            PartStat::Declined => &mut tally.declined,
            PartStat::NeedsAction | PartStat::Delegated => &mut tally.waiting,
        };
        *count = count.saturating_add(1);
    }
    tally
}

/// The guests of an event, its organizer first.
pub(super) fn guests_of(event: &Component, viewer: &Viewer) -> Vec<GuestView> {
    let organizer = organizer_of(event);
    let mut guests: Vec<GuestView> =
        event.all("ATTENDEE").map(|attendee| guest_of(attendee, organizer.as_ref(), viewer)).collect();
    order::sort_by_key(&mut guests, |guest| !guest.organizer);
    guests
}

fn guest_of(attendee: &Property, organizer: Option<&Address>, viewer: &Viewer) -> GuestView {
    let parameter = |name: &str| attendee.parameter(name).map(|value| value.into_owned());
    let address = attendee.address();
    let answered = parameter("X-CALPOST-REPLY-DTSTAMP").and_then(|stamp| match Moment::parse(&stamp, None) {
        Ok(Moment::Utc(instant)) => Some(point(instant, &viewer.zone)),
        _ => None,
    });
    GuestView {
        name: parameter("CN").unwrap_or_default(),
        organizer: Some(&address) == organizer,
        address: address.as_str().to_owned(),
        optional: attendee.parameter_is("ROLE", "OPT-PARTICIPANT"),
        answer: partstat_of(attendee),
        comment: parameter("X-CALPOST-REPLY-COMMENT").unwrap_or_default(),
        answered,
        mark: mark_of(attendee),
    }
}

/// What is particular about an answer: a delivery that failed says more than a mark by hand.
fn mark_of(attendee: &Property) -> ReplyMark {
    match undelivered(attendee) {
        Some(words) => ReplyMark::NotDelivered(words),
        None if attendee.parameter_is("X-CALPOST-SET-BY-HAND", "TRUE") => ReplyMark::SetByYou,
        None => ReplyMark::None,
    }
}
