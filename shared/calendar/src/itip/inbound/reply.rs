//! REPLY: an attendee's answer, to the whole event or to some occurrences (RFC 5546 section 3.2.3).
//!
//! An answer counts if it is newer than the last one of that attendee for that occurrence. Who was not invited, answers
//! from another address or cannot be verified becomes a question, all of their answers in one.

use std::collections::BTreeSet;

use super::super::delegation::list_delegate;
use super::super::facts::is_cancelled;
use super::super::object::{Object, Stored, is_override};
use super::super::person::{attendee, attendee_mut, partstat};
use super::super::record::Record;
use super::super::revision::{Revision, sequence};
use super::super::timeline::{Instance, Timeline, moment};
use super::newer::Known;
use super::sender::Standing;
use super::{Incoming, Outcome, Received, sent_by, unknown_event};
use crate::ical::{Address, Component, Property};
use crate::order;

/// The answers that RFC 5545 section 3.2.12 knows.
const ANSWERS: [&str; 7] =
    ["NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", "COMPLETED", "IN-PROCESS"];

pub(super) fn receive(incoming: Incoming<'_>) -> Received {
    let Incoming { me, stored, message, .. } = incoming;
    let mut answers = Vec::new();
    for component in message.components() {
        match Answer::read(component) {
            Ok(answer) => answers.push(answer),
            Err(reason) => return Received::invalid(reason),
        }
    }
    let Some(stored) = stored else { return unknown_event("The answer is to") };
    if !me.organizes(stored.organizer()) {
        return Received::left(Outcome::NotForMe, "The answer is to an event that somebody else organizes.");
    }
    if stored.components().all(is_cancelled) {
        return Received::left(Outcome::Stale, "The event is called off, so the answer does not matter any more.");
    }
    // The series first: an answer to it does not undo one to an occurrence in the same mail.
    order::sort_by_key(&mut answers, |answer| is_override(answer.component));
    let mut desk = Desk::new(incoming, stored);
    answers.iter_mut().for_each(|answer| desk.take(answer));
    desk.finish()
}

/// One component of a REPLY.
pub(super) struct Answer<'m> {
    pub(super) component: &'m Component,
    pub(super) attendee: &'m Property,
    pub(super) address: Address,
    pub(super) partstat: String,
    pub(super) revision: Revision,
}

impl<'m> Answer<'m> {
    /// # Errors
    /// The sentence that says what is wrong with it.
    pub(super) fn read(component: &'m Component) -> Result<Self, String> {
        let mut attendees = component.all("ATTENDEE");
        let attendee = attendees.next().ok_or("The answer does not say whose it is.")?;
        if attendees.next().is_some() {
            return Err("The answer names two attendees, so nobody can tell whose it is.".to_owned());
        }
        if component.property("RECURRENCE-ID").is_some_and(|id| moment(id).is_none()) {
            return Err("The answer is to an occurrence at a time that cannot be read.".to_owned());
        }
        if attendee.parameter("PARTSTAT").is_none() {
            return Err("The answer does not say yes, no or maybe.".to_owned());
        }
        // What nobody knows is to be taken for no answer yet.
        let partstat = Some(partstat(attendee)).filter(|it| ANSWERS.contains(&it.as_str()));
        Ok(Self {
            component,
            attendee,
            address: attendee.address(),
            partstat: partstat.unwrap_or_else(|| "NEEDS-ACTION".to_owned()),
            revision: Revision::of(component),
        })
    }
}

/// Where answers are entered, one after the other.
struct Desk<'a> {
    incoming: Incoming<'a>,
    known: Known<'a>,
    of_message: Timeline,
    /// What is stored with the answers that count.
    changed: Stored,
    /// The same with those that need a yes.
    proposed: Stored,
    applied: Vec<String>,
    questions: Vec<String>,
    repeated: usize,
    stale: usize,
    skipped: Vec<String>,
    spoken_of: BTreeSet<Option<Instance>>,
}

/// What becomes of one answer.
enum Ruling {
    Apply,
    Ask(String),
    Stale,
    Repeated,
}

impl<'a> Desk<'a> {
    fn new(incoming: Incoming<'a>, stored: &'a Stored) -> Self {
        Self {
            incoming,
            known: Known::of(stored),
            of_message: Timeline::of(incoming.message),
            changed: stored.clone(),
            proposed: stored.clone(),
            applied: Vec::new(),
            questions: Vec::new(),
            repeated: 0,
            stale: 0,
            skipped: Vec::new(),
            spoken_of: BTreeSet::new(),
        }
    }

    fn take(&mut self, answer: &mut Answer<'_>) {
        if let Some(invited) = self.invited_under(&answer.address) {
            answer.address = invited;
        }
        let alias = self.known_as(answer);
        let instance = self.known.instance_of(answer.component, &self.of_message);
        let is_first = self.spoken_of.insert(instance);
        if let Some(instance) = instance
            && self.known.component(Some(instance)).is_none()
            && (self.known.object.series().is_none() || !self.known.timeline.has(instance))
        {
            self.skipped.push(answer.component.value("RECURRENCE-ID").unwrap_or_default().to_owned());
            return;
        }
        let ruling = match alias {
            Some(alias) => {
                let why = format!("{alias} answers as {}, who was not invited.", answer.address);
                answer.address = alias;
                match self.rule(answer, instance) {
                    Ruling::Apply => Ruling::Ask(why),
                    ruling => ruling,
                }
            }
            None => self.rule(answer, instance),
        };
        match ruling {
            Ruling::Stale => self.stale += 1,
            Ruling::Repeated => self.repeated += 1,
            Ruling::Ask(why) => {
                enter(&mut self.proposed, &self.known, answer, instance, is_first);
                self.questions.push(why);
            }
            Ruling::Apply => {
                enter(&mut self.changed, &self.known, answer, instance, is_first);
                enter(&mut self.proposed, &self.known, answer, instance, is_first);
                self.applied.push(describe(answer));
            }
        }
    }

    /// The address of the attendee whose EMAIL this address is, where it is not invited by itself (RFC 7986 section 6.2).
    fn invited_under(&self, address: &Address) -> Option<Address> {
        let object = self.known.object;
        if object.components().any(|component| attendee(component, address).is_some()) {
            return None;
        }
        let mut listed = object.components().flat_map(|component| component.all("ATTENDEE"));
        listed.find(|line| email(line).as_ref() == Some(address)).map(Property::address)
    }

    /// The invited person whose mail an answer came in, where it names an address that nobody invited.
    fn known_as(&self, answer: &Answer<'_>) -> Option<Address> {
        let sender = self.incoming.sender.address()?;
        let listed = |address: &Address| self.known.object.components().find_map(|it| attendee(it, address));
        let is_delegate = self.known.object.components().any(|component| delegation(component, answer).is_some());
        let known = listed(sender).filter(|_| listed(&answer.address).is_none() && !is_delegate)?;
        Some(known.address())
    }

    fn rule(&self, answer: &Answer<'_>, instance: Option<Instance>) -> Ruling {
        let place = self.known.component(instance).or_else(|| self.known.object.series());
        let is_called_off = place.is_some_and(is_cancelled);
        if is_called_off {
            return Ruling::Stale;
        }
        let invited = match self.invitation(answer, instance) {
            Some(invited) => invited,
            None => return Ruling::Ask(format!("{} answers and was not invited.", answer.address)),
        };
        if let Some(record) = invited.record {
            if record.is(answer.revision) && partstat(invited.attendee) == answer.partstat {
                return Ruling::Repeated;
            }
            let current = place.map_or(0, sequence);
            // A SEQUENCE that was never given out must not make every later answer stale.
            let answered =
                Revision { sequence: answer.revision.sequence.min(current.max(record.sequence)), ..answer.revision };
            if !record.is_before(answered) {
                return Ruling::Stale;
            }
        }
        let deputies = (sent_by(Some(invited.attendee)), sent_by(Some(answer.attendee)));
        // EMAIL of what is stored is the same person under another address.
        let own_mail = email(invited.attendee).filter(|email| self.incoming.sender.address() == Some(email));
        match self.incoming.sender.standing(own_mail.as_ref().unwrap_or(&answer.address), deputies.0, deputies.1) {
            Standing::May => Ruling::Apply,
            Standing::MayNot(why) => Ruling::Ask(why),
        }
    }

    /// The line of who answers, where they were invited to what they answer.
    fn invitation(&self, answer: &Answer<'_>, instance: Option<Instance>) -> Option<Invitation<'_>> {
        let line = |component: &'a Component| {
            attendee(component, &answer.address).or_else(|| delegation(component, answer).map(|(by, _)| by))
        };
        let of_series = self.known.object.series().and_then(line);
        let Some(instance) = instance else {
            let single = || self.known.object.overrides().find_map(line);
            let attendee = of_series.or_else(single)?;
            return Some(Invitation { attendee, record: own_record(attendee, answer) });
        };
        // An occurrence that was not answered by itself has only the SEQUENCE of the series to respect: an answer to
        // it counts even after a later one to the series, as it does where the two arrive in order.
        let inherited = |of: u32| of_series.and_then(|it| own_record(it, answer)).map(|record| record.inherited(of));
        let (attendee, record) = match self.known.component(Some(instance)) {
            Some(component) => {
                let own = line(component)?;
                (own, own_record(own, answer).or_else(|| inherited(sequence(component))))
            }
            None => (of_series?, inherited(u32::MAX)),
        };
        Some(Invitation { attendee, record })
    }

    fn finish(self) -> Received {
        let skipped = match self.skipped.is_empty() {
            true => String::new(),
            false => format!(" There is no occurrence at {}.", self.skipped.join(", ")),
        };
        let consent = (!self.questions.is_empty()).then_some(self.proposed);
        if !self.applied.is_empty() {
            let mut received = Received::applied(self.changed, self.applied.join(" ") + &skipped);
            if consent.is_some() {
                received.reason = format!("{} {}", received.reason, self.questions.join(" "));
            }
            received.consent = consent;
            return received;
        }
        if consent.is_some() {
            return Received::question(consent, self.questions.join(" ") + &skipped);
        }
        if self.repeated > 0 {
            return Received::left(Outcome::Unchanged, format!("This answer is known already.{skipped}"));
        }
        if self.stale > 0 {
            return Received::left(Outcome::Stale, format!("A newer answer or a newer time is known.{skipped}"));
        }
        Received::left(Outcome::Invalid, skipped.trim().to_owned())
    }
}

fn email(attendee: &Property) -> Option<Address> {
    attendee.parameter("EMAIL").map(|email| Address::new(&email))
}

struct Invitation<'o> {
    attendee: &'o Property,
    record: Option<Record>,
}

/// The record of who answers; the delegator's says nothing about the delegate.
fn own_record(line: &Property, answer: &Answer<'_>) -> Option<Record> {
    let is_own = super::super::person::is_same_mailbox(&line.address(), &answer.address);
    if is_own { Record::of(line) } else { None }
}

/// The attendee who sent the one who answers in their place, as both of them say.
fn delegation<'c>(component: &'c Component, answer: &Answer<'_>) -> Option<(&'c Property, Address)> {
    let delegators: Vec<Address> =
        answer.attendee.parameter_values("DELEGATED-FROM").map(|value| Address::new(&value)).collect();
    component.all("ATTENDEE").find_map(|attendee| {
        let address = attendee.address();
        let names = attendee.parameter_values("DELEGATED-TO").any(|to| Address::new(&to) == answer.address);
        (names && delegators.contains(&address)).then_some((attendee, address))
    })
}

/// Enters an answer: into the override of its occurrence, which is made if there is none, or into the series and the
/// overrides that follow it.
fn enter(stored: &mut Stored, known: &Known<'_>, answer: &Answer<'_>, instance: Option<Instance>, is_first: bool) {
    let Some(instance) = instance else { return enter_all(stored, answer) };
    if let Some(component) = known.component_in(stored, instance, is_first) {
        return write(component, answer, true);
    }
    if let Some(mut component) = known.implied(instance, stored.series()) {
        // What others answered to the series goes on to be that.
        component.all_mut("ATTENDEE").for_each(Record::erase);
        write(&mut component, answer, true);
        stored.object_mut().calendar_mut().push_component(component);
    }
}

fn enter_all(stored: &mut Stored, answer: &Answer<'_>) {
    let before = stored.series().and_then(|series| attendee(series, &answer.address)).map(partstat);
    let has_series = before.is_some();
    let is_invited_somewhere = is_invited_somewhere(stored, answer);
    for component in stored.object_mut().components_mut() {
        if !is_override(component) {
            if has_series || !is_invited_somewhere {
                write(component, answer, true);
            }
        } else if let Some(line) = attendee(component, &answer.address)
            && follows(line, before.as_deref(), answer)
            && !is_cancelled(component)
        {
            // Without a record of its own an override goes on to follow; who is invited to it alone answered it itself.
            write(component, answer, !has_series);
        }
    }
}

fn is_invited_somewhere(object: &Object, answer: &Answer<'_>) -> bool {
    object.components().any(|component| attendee(component, &answer.address).is_some())
}

/// Whether an override's attendee has not answered it by themselves.
fn follows(line: &Property, series_before: Option<&str>, answer: &Answer<'_>) -> bool {
    let record = Record::of(line);
    if record.is_some_and(|record| !record.is_before(answer.revision)) {
        return false;
    }
    let Some(before) = series_before else { return true };
    let own = partstat(line);
    !record.is_some_and(Record::is_answer) && (own == "NEEDS-ACTION" || own == before)
}

/// Writes an answer on the line of its attendee, which is added for who has none.
fn write(component: &mut Component, answer: &Answer<'_>, is_recorded: bool) {
    let current = sequence(component);
    if attendee(component, &answer.address).is_none() {
        component.push(guest_line(answer));
    }
    let Some(line) = attendee_mut(component, &answer.address) else { return };
    line.set_parameter("PARTSTAT", &answer.partstat);
    let delegates: Vec<String> = answer.attendee.parameter_values("DELEGATED-TO").map(Into::into).collect();
    match answer.partstat == "DELEGATED" && !delegates.is_empty() {
        true => line.set_parameter_values("DELEGATED-TO", delegates.iter().map(String::as_str)),
        false => {
            line.remove_parameter("DELEGATED-TO");
        }
    }
    if is_recorded {
        let reset = Record::of(line).map_or(0, |record| record.sequence);
        let sequence = answer.revision.sequence.min(current.max(reset));
        Record::write(line, Revision { sequence, ..answer.revision });
        Record::write_comment(line, answer.component.property("COMMENT").map(|comment| comment.text()).as_deref());
    }
    if answer.partstat == "DELEGATED" {
        let delegates = delegates.iter().map(|delegate| Address::new(delegate)).filter(Address::is_mail);
        delegates.for_each(|delegate| list_delegate(component, &answer.address, &delegate));
    }
}

/// The line of somebody who answers without having been listed.
fn guest_line(answer: &Answer<'_>) -> Property {
    let mut line = Property::new("ATTENDEE", &answer.address.to_value());
    for name in ["CN", "CUTYPE", "ROLE", "DELEGATED-FROM"] {
        let values: Vec<String> = answer.attendee.parameter_values(name).map(Into::into).collect();
        if !values.is_empty() {
            line.set_parameter_values(name, values.iter().map(String::as_str));
        }
    }
    line
}

fn describe(answer: &Answer<'_>) -> String {
    let who = &answer.address;
    match answer.partstat.as_str() {
        "ACCEPTED" => format!("{who} accepts."),
        "DECLINED" => format!("{who} declines."),
        "TENTATIVE" => format!("{who} may come."),
        "DELEGATED" => format!("{who} sends somebody else."),
        _ => format!("{who} leaves it open."),
    }
}
