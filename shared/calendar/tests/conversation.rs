//! Two people in conversation: whatever the organizer does, each guest ends with what they are entitled to, and a mail that
//! comes twice changes nothing.

use std::collections::BTreeMap;

use calendar::ical::{Address, Component, Document, Property};
use calendar::itip::facts::is_cancelled;
use calendar::itip::object::is_override;
use calendar::itip::occurrence::{except, forget_date, occurrence};
use calendar::itip::{
    self, Edit, Incoming, Instance, Me, Message, Object, Outcome, Sender, Stored, Telling, Timeline, view_for,
};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

const ANN: &str = "ann@example.org";
const GUESTS: [&str; 3] = ["bob@example.com", "cleo@example.com", "dora@example.com"];
const OCCURRENCES: i64 = 5;

/// Something an organizer does to the series, or to the occurrence with that number.
#[derive(Clone, Copy, Debug)]
enum Act {
    Invite(Option<i64>, usize),
    Dismiss(Option<i64>, usize),
    Rename(Option<i64>, u8),
    Move(Option<i64>, u8),
    Relocate(Option<i64>, u8),
    CallOff(i64),
    Restore(i64),
    CancelOverride(i64),
    TakeBack(i64),
    SetAlarm(Option<i64>),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let part = proptest::option::of(0..OCCURRENCES);
    let act = prop_oneof![
        3 => (part.clone(), 0..GUESTS.len()).prop_map(|(part, guest)| Act::Invite(part, guest)),
        2 => (part.clone(), 0..GUESTS.len()).prop_map(|(part, guest)| Act::Dismiss(part, guest)),
        2 => (part.clone(), 0..4_u8).prop_map(|(part, name)| Act::Rename(part, name)),
        2 => (part.clone(), 0..4_u8).prop_map(|(part, hour)| Act::Move(part, hour)),
        1 => (part.clone(), 0..4_u8).prop_map(|(part, place)| Act::Relocate(part, place)),
        1 => (0..OCCURRENCES).prop_map(Act::CallOff),
        1 => (0..OCCURRENCES).prop_map(Act::Restore),
        1 => (0..OCCURRENCES).prop_map(Act::CancelOverride),
        1 => (0..OCCURRENCES).prop_map(Act::TakeBack),
        1 => part.prop_map(Act::SetAlarm),
    ];
    proptest::collection::vec(act, 1..12)
}

fn new_event() -> Stored {
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\n\
        DTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\nRRULE:FREQ=DAILY;COUNT=5\r\nSUMMARY:Plans\r\n\
        ORGANIZER:mailto:ann@example.org\r\nATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:ann@example.org\r\n\
        ATTENDEE:mailto:bob@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    Stored::read(text.as_bytes()).expect("an object")
}

fn start_of(number: i64) -> Timestamp {
    let first: Timestamp = "2026-12-01T09:00:00Z".parse().expect("an instant");
    first + (24 * number).hours()
}

/// The object after an act; `None` where the act is not possible.
fn done(stored: &Stored, act: Act) -> Option<Stored> {
    let timeline = Timeline::of(stored);
    let mut document = Document::read(&stored.write()).ok()?;
    let calendar = document.calendar_mut()?;
    let instance = |number: i64| Instance::At(start_of(number));
    let set = |component: &mut Component, name: &str, value: String| component.set(Property::new(name, &value));
    match act {
        Act::Invite(part, guest) => {
            let component = part_of(calendar, &timeline, part)?;
            let value = format!("mailto:{}", GUESTS[guest]);
            if component.all("ATTENDEE").any(|attendee| attendee.value() == value) {
                return None;
            }
            component.push(Property::new("ATTENDEE", &value));
        }
        Act::Dismiss(part, guest) => {
            let value = format!("mailto:{}", GUESTS[guest]);
            let component = part_of(calendar, &timeline, part)?;
            component.retain_properties(|property| !property.is("ATTENDEE") || property.value() != value);
        }
        Act::Rename(part, name) => set(part_of(calendar, &timeline, part)?, "SUMMARY", format!("Plan {name}")),
        Act::Relocate(part, place) => set(part_of(calendar, &timeline, part)?, "LOCATION", format!("Room {place}")),
        // Moving the whole series would leave its overrides behind; it gets longer instead.
        Act::Move(None, hour) => {
            set(part_of(calendar, &timeline, None)?, "DTEND", format!("20261201T10{hour}500Z"));
        }
        Act::Move(Some(number), hour) => {
            let component = part_of(calendar, &timeline, Some(number))?;
            set(component, "DTSTART", format!("202612{:02}T{:02}0000Z", number + 1, 9 + hour));
            set(component, "DTEND", format!("202612{:02}T{:02}0000Z", number + 1, 15 + hour));
        }
        Act::CallOff(number) => {
            let series = part_of(calendar, &timeline, None)?;
            if timeline.exceptions().contains(&instance(number)) {
                return None;
            }
            except(series, &timeline, instance(number));
            calendar.retain_components(|component| timeline.instance_of(component) != Some(instance(number)));
        }
        Act::Restore(number) => {
            forget_date(part_of(calendar, &timeline, None)?, "EXDATE", &timeline, instance(number));
        }
        Act::CancelOverride(number) => {
            set(part_of(calendar, &timeline, Some(number))?, "STATUS", "CANCELLED".to_owned());
        }
        Act::TakeBack(number) => {
            calendar.retain_components(|component| timeline.instance_of(component) != Some(instance(number)));
        }
        Act::SetAlarm(part) => part_of(calendar, &timeline, part)?.push_component(Component::new("VALARM")),
    }
    Stored::read(&document.write()).ok()
}

/// The series, or the override of an occurrence, made if there is none.
fn part_of<'c>(calendar: &'c mut Component, timeline: &Timeline, part: Option<i64>) -> Option<&'c mut Component> {
    let Some(number) = part else { return calendar.components_mut().find(|it| it.is("VEVENT") && !is_override(it)) };
    let instance = Instance::At(start_of(number));
    if timeline.exceptions().contains(&instance) {
        return None;
    }
    if !calendar.components().any(|it| timeline.instance_of(it) == Some(instance)) {
        let series = calendar.components().find(|it| it.is("VEVENT") && !is_override(it))?;
        let component = occurrence(series, timeline, instance);
        calendar.push_component(component);
    }
    calendar.components_mut().find(|it| timeline.instance_of(it) == Some(instance))
}

/// What an object says of an occurrence: when, what, where.
type Said = (Option<(Instance, Instance)>, String, String);

/// What an object says of each occurrence that takes place.
fn picture(object: &Object) -> BTreeMap<i64, Said> {
    let timeline = Timeline::of(object);
    let mut picture = BTreeMap::new();
    for number in 0..OCCURRENCES {
        let instance = Instance::At(start_of(number));
        let own = object.overrides().find(|component| timeline.instance_of(component) == Some(instance)).cloned();
        let implied =
            || object.series().filter(|_| timeline.has(instance)).map(|it| occurrence(it, &timeline, instance));
        let Some(component) = own.or_else(implied).filter(|component| !is_cancelled(component)) else { continue };
        let span = timeline.span(&component).map(|span| (span.begins, span.ends));
        let value = |name: &str| component.value(name).unwrap_or_default().to_owned();
        picture.insert(number, (span, value("SUMMARY"), value("LOCATION")));
    }
    picture
}

/// A guest's calendar.
struct Guest {
    me: Me,
    stored: Option<Stored>,
}

impl Guest {
    /// Reads a mail, says yes to an invitation, and reads the mail again.
    fn take(&mut self, message: &Message, now: Timestamp) -> Result<(), TestCaseError> {
        let sender = Sender::verified(ANN.into());
        let receive =
            |stored: Option<&Stored>| itip::receive(Incoming { me: &self.me, now, stored, message, sender: &sender });
        let received = receive(self.stored.as_ref());
        let next = match received.outcome {
            Outcome::Applied(stored) => Some(stored),
            Outcome::NeedsConsent => received.consent,
            ref outcome => {
                prop_assert!(false, "{}: {}\n{}", outcome.as_str(), received.reason, text(&message.write()));
                None
            }
        };
        if let Some(next) = next {
            let again = receive(Some(&next));
            prop_assert_eq!(again.outcome.as_str(), "unchanged", "{}", text(&next.write()));
            self.stored = Some(next);
        }
        Ok(())
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_guest_ends_with_what_they_are_entitled_to(acts in acts()) {
        let ann = Me::new([ANN.into()]);
        let mut guests: Vec<Guest> =
            GUESTS.iter().map(|address| Guest { me: Me::new([Address::new(address)]), stored: None }).collect();
        let mut now: Timestamp = "2026-11-22T10:00:00Z".parse().expect("an instant");
        let mut stored: Option<Stored> = None;
        let mut after = new_event();
        let mut acts = acts.into_iter();
        loop {
            let edit = Edit { me: &ann, now, before: stored.as_ref(), after: Some(&after), telling: Telling::Guests };
            let organized = itip::organize(edit).expect("Ann organizes it");
            for outgoing in &organized.outgoing {
                for to in &outgoing.to {
                    let guest = GUESTS.iter().position(|guest| to.as_str() == *guest).expect("a guest");
                    guests[guest].take(&outgoing.message, now)?;
                }
            }
            let current = organized.stored.expect("it is not deleted");
            for (guest, address) in guests.iter().zip(GUESTS) {
                let entitled = view_for(&current, &address.into(), now).map(|view| picture(&view)).unwrap_or_default();
                let seen = guest.stored.as_ref().map(|stored| picture(stored)).unwrap_or_default();
                let has = guest.stored.as_ref().map(|stored| text(&stored.write())).unwrap_or_default();
                prop_assert_eq!(&seen, &entitled, "{} has\n{}\nof\n{}", address, has, text(&current.write()));
            }
            now += 1.hour();
            let Some(act) = acts.next() else { break };
            after = done(&current, act).unwrap_or_else(|| current.clone());
            stored = Some(current);
        }
    }
}
