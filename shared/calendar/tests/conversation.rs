//! Two people in conversation: whatever the organizer does, each guest ends with what they are entitled to; whatever a
//! guest answers, the organizer ends with their last word; and a mail that comes twice or late changes nothing.

use std::collections::BTreeMap;

use calendar::ical::{Address, Component, Document, Property};
use calendar::itip::facts::is_cancelled;
use calendar::itip::object::is_override;
use calendar::itip::occurrence::{except, forget_date, occurrence};
use calendar::itip::{
    self, Answering, Edit, Incoming, Instance, Me, Message, Object, OccurrenceAnswer, Outcome, Partstat, Sender,
    Stored, Telling, Timeline, view_for,
};
use calendar::time::moment::Moment;
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
    AddDate(u8),
    DropDate(u8),
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
        1 => (1..3_u8).prop_map(Act::AddDate),
        1 => (1..3_u8).prop_map(Act::DropDate),
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
        Act::AddDate(day) => {
            let date = Property::new("RDATE", &format!("2027010{day}T090000Z"));
            let series = part_of(calendar, &timeline, None)?;
            if series.all("RDATE").any(|known| known.value() == date.value()) {
                return None;
            }
            series.push(date);
        }
        Act::DropDate(day) => {
            let series = part_of(calendar, &timeline, None)?;
            series.retain_properties(|it| !it.is("RDATE") || it.value() != format!("2027010{day}T090000Z"));
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

/// Something a guest says to the series, or to the occurrence with that number.
#[derive(Clone, Copy, Debug)]
struct Word {
    guest: usize,
    part: Option<i64>,
    partstat: Partstat,
}

fn words() -> impl Strategy<Value = Word> {
    let partstat = prop_oneof![Just(Partstat::Accepted), Just(Partstat::Declined), Just(Partstat::Tentative)];
    (0..GUESTS.len(), proptest::option::of(0..OCCURRENCES), partstat).prop_map(|(guest, part, partstat)| Word {
        guest,
        part,
        partstat,
    })
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

/// What somebody answers to each occurrence that takes place and that they are invited to.
fn answers(object: &Object, guest: &str) -> BTreeMap<i64, String> {
    let timeline = Timeline::of(object);
    let mut answers = BTreeMap::new();
    for number in picture(object).into_keys() {
        let instance = Instance::At(start_of(number));
        let own = object.overrides().find(|component| timeline.instance_of(component) == Some(instance));
        let Some(component) = own.or_else(|| object.series()) else { continue };
        let Some(line) = component.all("ATTENDEE").find(|line| line.address().as_str() == guest) else { continue };
        let partstat = line.parameter("PARTSTAT").unwrap_or("NEEDS-ACTION".into());
        answers.insert(number, partstat.into_owned());
    }
    answers
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

impl Guest {
    /// Says something; gives the message to the organizer, or nothing where the guest is not asked.
    fn say(&mut self, word: Word, now: Timestamp) -> Option<Message> {
        let stored = self.stored.as_ref()?;
        let occurrence = word.part.map(|number| Moment::Utc(start_of(number)));
        let answering = Answering {
            me: &self.me,
            now,
            stored,
            answers: &[OccurrenceAnswer { occurrence, partstat: Some(word.partstat) }],
            comment: None,
            proposal: None,
            telling: Telling::Guests,
        };
        let mut answered = itip::answer(answering).ok()?;
        self.stored = Some(answered.stored);
        answered.outgoing.pop().map(|outgoing| outgoing.message)
    }
}

/// Reads an answer in the organizer's calendar, twice; says what came of it.
fn hear(stored: &mut Stored, guest: &str, message: &Message, now: Timestamp) -> Result<&'static str, TestCaseError> {
    let ann = Me::new([ANN.into()]);
    let sender = Sender::verified(guest.into());
    let receive =
        |stored: &Stored| itip::receive(Incoming { me: &ann, now, stored: Some(stored), message, sender: &sender });
    let received = receive(stored);
    let verdict = received.outcome.as_str();
    if let Outcome::Applied(next) = received.outcome {
        let again = receive(&next);
        prop_assert_eq!(again.outcome.as_str(), "unchanged", "{}", text(&next.write()));
        *stored = next;
    }
    Ok(verdict)
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

    #[test]
    fn the_organizer_ends_with_the_last_word_of_each_guest(
        steps in proptest::collection::vec(prop_oneof![acts().prop_map(Ok), words().prop_map(Err)], 1..8),
    ) {
        let ann = Me::new([ANN.into()]);
        let mut guests: Vec<Guest> =
            GUESTS.iter().map(|address| Guest { me: Me::new([Address::new(address)]), stored: None }).collect();
        let mut now: Timestamp = "2026-11-22T10:00:00Z".parse().expect("an instant");
        let mut stored: Option<Stored> = None;
        let first = std::iter::once(Ok(None));
        let flat = steps.into_iter().flat_map(|step| match step {
            Ok(acts) => acts.into_iter().take(2).map(|act| Ok(Some(act))).collect(),
            Err(word) => vec![Err(word)],
        });
        for step in first.chain(flat) {
            now += 1.hour();
            match step {
                Ok(act) => {
                    let after = match (&stored, act) {
                        (Some(stored), Some(act)) => {
                            // Nobody takes back an occurrence that says nothing but who answered it.
                            let is_idle = |after: &Stored| {
                                matches!(act, Act::TakeBack(_)) && picture(after) == picture(stored)
                            };
                            done(stored, act).filter(|after| !is_idle(after)).unwrap_or_else(|| stored.clone())
                        }
                        _ => new_event(),
                    };
                    let edit =
                        Edit { me: &ann, now, before: stored.as_ref(), after: Some(&after), telling: Telling::Guests };
                    let organized = itip::organize(edit).expect("Ann organizes it");
                    for outgoing in &organized.outgoing {
                        for to in &outgoing.to {
                            let guest = GUESTS.iter().position(|guest| to.as_str() == *guest).expect("a guest");
                            guests[guest].take(&outgoing.message, now)?;
                        }
                    }
                    stored = organized.stored;
                }
                Err(word) => {
                    let Some(stored) = stored.as_mut() else { continue };
                    let view = view_for(stored, &GUESTS[word.guest].into(), now).map(|view| picture(&view));
                    let takes_place = |view: &BTreeMap<_, _>| word.part.is_none_or(|part| view.contains_key(&part));
                    if !view.as_ref().is_some_and(takes_place) {
                        continue;
                    }
                    let Some(message) = guests[word.guest].say(word, now) else { continue };
                    let verdict = hear(stored, GUESTS[word.guest], &message, now)?;
                    let why = format!("{}\nto\n{}", text(&message.write()), text(&stored.write()));
                    prop_assert_eq!(verdict, "applied", "{}", why);
                }
            }
            let Some(stored) = &stored else { continue };
            for (guest, address) in guests.iter().zip(GUESTS) {
                let Some(view) = view_for(stored, &address.into(), now) else { continue };
                let theirs = guest.stored.as_ref().map(|stored| answers(stored, address)).unwrap_or_default();
                let has = guest.stored.as_ref().map(|stored| text(&stored.write())).unwrap_or_default();
                prop_assert_eq!(answers(&view, address), theirs, "{} has\n{}\nof\n{}", address, has, text(&stored.write()));
            }
        }
    }

    #[test]
    fn answers_in_any_order_lead_to_the_same(
        acts in acts(),
        words in proptest::collection::vec(words(), 1..6),
        order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let ann = Me::new([ANN.into()]);
        let mut now: Timestamp = "2026-11-22T10:00:00Z".parse().expect("an instant");
        let mut stored = new_event();
        for act in acts {
            stored = done(&stored, act).unwrap_or(stored);
        }
        let edit = Edit { me: &ann, now, before: None, after: Some(&stored), telling: Telling::Guests };
        let stored = itip::organize(edit).expect("Ann organizes it").stored.expect("it is not deleted");
        let mut guest = Guest { me: Me::new([Address::new(GUESTS[0])]), stored: None };
        guest.stored = view_for(&stored, &GUESTS[0].into(), now).map(|view| {
            let sender = Sender::trusted();
            let received = itip::receive(Incoming { me: &guest.me, now, stored: None, message: &view, sender: &sender });
            received.consent.expect("an invitation is a question")
        });
        let mut mails = Vec::new();
        for word in words {
            now += 1.hour();
            mails.extend(guest.say(word, now));
        }
        let (mut in_order, mut shuffled) = (stored.clone(), stored);
        for mail in &mails {
            hear(&mut in_order, GUESTS[0], mail, now)?;
        }
        // Each mail comes about twice, the second time anywhere among the others.
        for index in order {
            if let Some(mail) = mails.get(index % 6) {
                hear(&mut shuffled, GUESTS[0], mail, now)?;
            }
        }
        let theirs = guest.stored.as_ref().map(|stored| answers(stored, GUESTS[0])).unwrap_or_default();
        prop_assert_eq!(answers(&in_order, GUESTS[0]), theirs);
        let both = format!("{}\nand\n{}", text(&in_order.write()), text(&shuffled.write()));
        prop_assert_eq!(answers(&shuffled, GUESTS[0]), answers(&in_order, GUESTS[0]), "{}", both);
    }
}
