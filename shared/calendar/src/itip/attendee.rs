//! What an attendee answers: the stored object with the answer in it, and the REPLY or COUNTER that tells the organizer.
//!
//! An attendee never raises SEQUENCE and never changes what the organizer decided (RFC 5546 sections 3.2.3 and 3.2.7).

use std::collections::BTreeMap;

use jiff::Timestamp;
use thiserror::Error;

use super::facts::is_cancelled;
use super::object::{Message, Method, Object, Stored, is_override};
use super::occurrence::{implied, in_form_of, moved_along, replace_moment, speaks_onwards};
use super::outgoing::{Outgoing, Reason, message};
use super::person::{Me, partstat};
use super::revision::sequence;
use super::timeline::{Instance, Timeline, moment};
use crate::ical::{Address, Component, Property};
use crate::order::IntoOrdered as _;
use crate::time::moment::Moment;

/// What an attendee can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partstat {
    /// No answer, or an answer taken back.
    NeedsAction,
    /// Yes.
    Accepted,
    /// No.
    Declined,
    /// Perhaps.
    Tentative,
    /// A task is being worked on.
    InProcess,
    /// A task is done.
    Completed,
}

impl Partstat {
    /// Reads a PARTSTAT value in any case.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let all =
            [Self::NeedsAction, Self::Accepted, Self::Declined, Self::Tentative, Self::InProcess, Self::Completed];
        all.into_iter().find(|answer| answer.as_str().eq_ignore_ascii_case(value.trim()))
    }

    /// The PARTSTAT value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsAction => "NEEDS-ACTION",
            Self::Accepted => "ACCEPTED",
            Self::Declined => "DECLINED",
            Self::Tentative => "TENTATIVE",
            Self::InProcess => "IN-PROCESS",
            Self::Completed => "COMPLETED",
        }
    }

    /// Whether only a task can be answered so (RFC 5545 section 3.2.12).
    fn is_for_tasks(self) -> bool {
        matches!(self, Self::InProcess | Self::Completed)
    }
}

/// One answer: to an occurrence, or to everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OccurrenceAnswer {
    /// Which occurrence; nothing for the event or the whole series.
    pub occurrence: Option<Moment>,
    /// The answer; nothing where only another time is proposed.
    pub partstat: Option<Partstat>,
}

/// Another time that an attendee proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// When it should begin.
    pub start: Moment,
    /// When it should end; where that is not said, it is to be as long as it was.
    pub end: Option<Moment>,
}

/// What an attendee answers, and how.
#[derive(Clone, Copy, Debug)]
pub struct Answering<'a> {
    /// The attendee.
    pub me: &'a Me,
    /// When they answer.
    pub now: Timestamp,
    /// The event as it is stored.
    pub stored: &'a Stored,
    /// The answers; several go into one REPLY.
    pub answers: &'a [OccurrenceAnswer],
    /// A word to the organizer.
    pub comment: Option<&'a str>,
    /// Another time for what the first answer speaks of; it makes the message a COUNTER.
    pub proposal: Option<&'a Proposal>,
    /// Whether the organizer is told.
    pub telling: super::Telling,
}

/// What follows from an answer.
#[derive(Clone, Debug)]
pub struct Answered {
    /// What to store.
    pub stored: Stored,
    /// The message to the organizer; none if they need none.
    pub outgoing: Vec<Outgoing>,
}

/// Why an answer cannot be given.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerProblem {
    /// There is nothing to say.
    #[error("there is no answer to give")]
    NoAnswer,
    /// This person is not invited, or not to that occurrence.
    #[error("you are not invited to this")]
    NotInvited,
    /// The event has no such occurrence.
    #[error("the event has no occurrence at {0}")]
    NoOccurrence(Moment),
    /// Nobody who could come instead is named: no mail address, this person's own, or the organizer's.
    #[error("{0} cannot come in your place")]
    NoDelegate(Address),
    /// Nobody organizes the event.
    #[error("the event has no organizer to answer to")]
    NoOrganizer,
    /// The answer is one that only a task can have.
    #[error("only a task can be {}", .0.as_str())]
    OnlyForTasks(Partstat),
    /// The time that is proposed ends before it begins.
    #[error("the proposed time ends before it begins")]
    EndsBeforeItBegins,
    /// The message is not a proposal about this event, or this person does not organize it.
    #[error("there is no proposal to refuse")]
    NoProposal,
}

/// Decides what follows from an answer.
///
/// # Errors
/// When this person is not invited to what they answer.
pub fn answer(answering: Answering<'_>) -> Result<Answered, AnswerProblem> {
    let Answering { me, stored, answers, .. } = answering;
    if answers.is_empty() || (answering.proposal.is_none() && answers.iter().all(|answer| answer.partstat.is_none())) {
        return Err(AnswerProblem::NoAnswer);
    }
    let organizer = stored.organizer().ok_or(AnswerProblem::NoOrganizer)?;
    let mut given = answers.iter().filter_map(|answer| answer.partstat);
    if let Some(answer) = given.find(|answer| answer.is_for_tasks() && !stored.components().all(|it| it.is("VTODO"))) {
        return Err(AnswerProblem::OnlyForTasks(answer));
    }
    let timeline = Timeline::of(stored);
    let ends_early = |proposal: &Proposal| {
        let end = proposal.end.as_ref().map(|end| timeline.instance(end));
        end.is_some_and(|end| end < timeline.instance(&proposal.start))
    };
    if answering.proposal.is_some_and(ends_early) {
        return Err(AnswerProblem::EndsBeforeItBegins);
    }
    let mut changed = stored.clone();
    let mut places = Places::of(stored, &timeline);
    let mut spoken_of: Vec<Option<Instance>> = Vec::new();
    for answer in answers {
        let parts = match &answer.occurrence {
            None => enter_all(&mut changed, me, &timeline, &|component| write(component, me, answer.partstat))?,
            Some(at) => {
                let enter = |component: &mut Component| write(component, me, answer.partstat);
                vec![Some(enter_one(&mut changed, me, &timeline, &mut places, at, &enter)?)]
            }
        };
        for part in parts {
            if !spoken_of.contains(&part) {
                spoken_of.push(part);
            }
        }
    }
    let outgoing = told(answering, organizer).map(|told| letter(answering, &changed, &timeline, &spoken_of, told));
    let outgoing = outgoing.into_iter().collect();
    forget_resend(&mut changed);
    // A mere proposal leaves what is stored alone.
    let is_entered = answers.iter().any(|answer| answer.partstat.is_some());
    Ok(Answered { stored: if is_entered { changed } else { stored.clone() }, outgoing })
}

/// The organizer's address, if an answer is sent there.
pub(super) fn told(answering: Answering<'_>, organizer: &Property) -> Option<Address> {
    let is_told = answering.telling == super::Telling::Guests
        && organizer.address().is_mail()
        && !answering.me.is(&organizer.address())
        && !organizer.parameter_is("SCHEDULE-AGENT", "NONE");
    is_told.then(|| organizer.address())
}

/// Takes the mark that asks for an answer to be sent again (RFC 6638 section 7.2); it is never stored.
pub(super) fn forget_resend(stored: &mut Stored) {
    if let Some(organizer) = stored.object_mut().components_mut().find_map(|it| it.property_mut("ORGANIZER")) {
        organizer.remove_parameter("SCHEDULE-FORCE-SEND");
    }
}

/// Refuses a time that an attendee proposed; what is stored stays as it is.
///
/// # Errors
/// When the message is no proposal about this event.
pub fn decline_counter(
    me: &Me,
    now: Timestamp,
    stored: &Stored,
    proposal: &Message,
) -> Result<Outgoing, AnswerProblem> {
    let is_meant =
        proposal.method() == Method::Counter && proposal.uid() == stored.uid() && me.organizes(stored.organizer());
    let organizer = stored.organizer().filter(|_| is_meant).ok_or(AnswerProblem::NoProposal)?;
    let guest = proposal.components().flat_map(|component| component.all("ATTENDEE")).find(|it| !me.is(&it.address()));
    let guest = guest.ok_or(AnswerProblem::NoProposal)?;
    let refused = proposal.components().map(|component| {
        let mut refusal =
            said(component, &["UID", "RECURRENCE-ID", "SEQUENCE", "SUMMARY", "DTSTART", "DTEND", "DURATION", "DUE"]);
        refusal.push(organizer.to_fresh());
        refusal.push(line_of(guest));
        refusal
    });
    let components: Vec<Component> = refused.collect();
    let message = message(Method::DeclineCounter, proposal, &components, now);
    Ok(Outgoing { message, to: vec![guest.address()], reason: Reason::CounterDeclined })
}

/// Enters an answer to everything. Occurrences that were answered by themselves keep their answer, as they do at the
/// organizer's. Gives the components that the message must speak of.
pub(super) fn enter_all(
    changed: &mut Stored,
    me: &Me,
    timeline: &Timeline,
    enter: &dyn Fn(&mut Component),
) -> Result<Vec<Option<Instance>>, AnswerProblem> {
    let takes_place = changed.components().any(|it| me.attendee(it).is_some() && !is_cancelled(it));
    // What is called off needs no answer as long as anything else does.
    let is_asked = |component: &Component| !(takes_place && is_cancelled(component));
    let series = changed.series().filter(|series| me.attendee(series).is_some() && is_asked(series));
    let before = series.and_then(|series| me.attendee(series)).map(partstat);
    let series_sequence = series.map(sequence);
    let mut parts = Vec::new();
    for component in changed.object_mut().components_mut() {
        let Some(mine) = me.attendee(component).filter(|_| is_asked(component)) else { continue };
        let own = partstat(mine);
        let follows = before.as_ref().is_none_or(|before| own == "NEEDS-ACTION" || own == *before);
        if is_override(component) && !follows {
            continue;
        }
        enter(component);
        // An answer to the series is too old for an occurrence that was changed later, and does not undo one to an
        // occurrence by itself, which nobody can tell from one that came along; so those are answered, too.
        let is_changed = me.attendee(component).is_some_and(|mine| partstat(mine) != own);
        let is_answered_alone = before.as_ref().is_some_and(|before| before != "NEEDS-ACTION") && is_changed;
        let is_later = series_sequence.is_none_or(|of_series| sequence(component) > of_series);
        if !is_override(component) || is_later || is_answered_alone {
            parts.push(timeline.instance_of(component));
        }
    }
    if parts.is_empty() { Err(AnswerProblem::NotInvited) } else { Ok(parts) }
}

/// Where the overrides are among the components.
pub(super) struct Places<'s> {
    places: BTreeMap<Instance, usize>,
    /// Those that speak of all later occurrences as well.
    onwards: Vec<(Instance, &'s Component)>,
}

impl<'s> Places<'s> {
    pub(super) fn of(stored: &'s Stored, timeline: &Timeline) -> Self {
        let (mut places, mut onwards) = (BTreeMap::new(), Vec::new());
        for (place, component) in stored.components().enumerate() {
            let Some(instance) = timeline.instance_of(component) else { continue };
            places.insert(instance, place);
            if speaks_onwards(component) {
                onwards.push((instance, component));
            }
        }
        Self { places, onwards }
    }
}

/// Enters an answer to one occurrence, into its override, which is made if there is none.
pub(super) fn enter_one(
    changed: &mut Stored,
    me: &Me,
    timeline: &Timeline,
    places: &mut Places<'_>,
    at: &Moment,
    enter: &dyn Fn(&mut Component),
) -> Result<Instance, AnswerProblem> {
    let instance = timeline.instance(at);
    let place = places.places.get(&instance);
    if let Some(component) = place.and_then(|place| changed.object_mut().components_mut().nth(*place)) {
        me.attendee(component).ok_or(AnswerProblem::NotInvited)?;
        enter(component);
        return Ok(instance);
    }
    let series = changed.series().ok_or_else(|| AnswerProblem::NoOccurrence(at.clone()))?;
    let component = implied(Some(series), places.onwards.iter().copied(), timeline, instance);
    let mut component = component.filter(|it| me.attendee(it).is_some()).ok_or(AnswerProblem::NotInvited)?;
    if !timeline.has(instance) {
        return Err(AnswerProblem::NoOccurrence(at.clone()));
    }
    if !timeline.recurs() {
        // An event that does not recur is its own only occurrence.
        if let Some(series) = changed.object_mut().series_mut() {
            enter(series);
        }
        return Ok(instance);
    }
    enter(&mut component);
    places.places.insert(instance, changed.components().count());
    changed.object_mut().calendar_mut().push_component(component);
    Ok(instance)
}

fn write(component: &mut Component, me: &Me, answer: Option<Partstat>) {
    let mine = me.attendee(component).map(Property::address);
    if let Some(line) = component.all_mut("ATTENDEE").find(|attendee| Some(attendee.address()) == mine)
        && let Some(answer) = answer
    {
        line.set_parameter("PARTSTAT", answer.as_str());
        line.remove_parameter("DELEGATED-TO");
    }
}

pub(super) fn letter(
    answering: Answering<'_>,
    changed: &Stored,
    timeline: &Timeline,
    spoken_of: &[Option<Instance>],
    told: Address,
) -> Outgoing {
    let overrides = changed.overrides().filter_map(|it| Some((timeline.instance_of(it)?, it))).into_map();
    let part = |part: &Option<Instance>| {
        let component = part.as_ref().and_then(|instance| overrides.get(instance).copied());
        component.or_else(|| changed.series()).map(|component| (component, part.is_none()))
    };
    let (method, reason) = match answering.proposal {
        Some(_) => (Method::Counter, Reason::Counter),
        None => (Method::Reply, Reason::Answer),
    };
    let write = |(component, _): (&Component, bool)| match answering.proposal {
        Some(proposal) => counter(component, answering, proposal, timeline),
        None => reply(component, answering),
    };
    let limit = if answering.proposal.is_some() { 1 } else { usize::MAX };
    let components: Vec<Component> = spoken_of.iter().filter_map(part).take(limit).map(write).collect();
    Outgoing { message: message(method, changed as &Object, &components, answering.now), to: vec![told], reason }
}

/// One component of a REPLY: which event, whose answer, and enough for the organizer's program to show it.
fn reply(component: &Component, answering: Answering<'_>) -> Component {
    let names =
        ["UID", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "DUE", "SEQUENCE", "ORGANIZER", "SUMMARY", "LOCATION"];
    finish(said(component, &names), component, answering)
}

/// A COUNTER: the event as the attendee would have it.
fn counter(component: &Component, answering: Answering<'_>, proposal: &Proposal, timeline: &Timeline) -> Component {
    let mut counter = component.to_fresh();
    counter.remove("ATTENDEE");
    counter.remove("COMMENT");
    let old_start = component.property("DTSTART").and_then(moment);
    let end_name = if component.is("VTODO") { "DUE" } else { "DTEND" };
    let old_end = component.property(end_name).and_then(moment);
    let start = in_own_form(&proposal.start, old_start.as_ref(), timeline);
    let end = match (&proposal.end, &old_end, &old_start) {
        (Some(end), _, _) => Some(in_own_form(end, old_end.as_ref().or(old_start.as_ref()), timeline)),
        (None, Some(end), Some(old_start)) if start.is_date() == old_start.is_date() => {
            Some(moved_along(end, old_start, &start, timeline))
        }
        (None, _, _) => None,
    };
    if old_start.is_some_and(|old_start| start.is_date() != old_start.is_date()) {
        // Days have no length in hours.
        [end_name, "DURATION"].iter().for_each(|name| _ = counter.remove(name));
    }
    replace_moment(&mut counter, "DTSTART", &start);
    if let Some(end) = end {
        replace_moment(&mut counter, end_name, &end);
        counter.remove("DURATION");
    }
    finish(counter, component, answering)
}

fn finish(mut said: Component, component: &Component, answering: Answering<'_>) -> Component {
    if said.property("SEQUENCE").is_none() {
        said.push(Property::new("SEQUENCE", "0"));
    }
    if let Some(mine) = answering.me.attendee(component) {
        said.push(line_of(mine));
    }
    if let Some(comment) = answering.comment.filter(|comment| !comment.trim().is_empty()) {
        said.push(Property::new_text("COMMENT", comment));
    }
    said
}

/// A component of the same kind with some of the properties.
fn said(component: &Component, names: &[&str]) -> Component {
    let mut said = Component::new(component.name());
    for name in names {
        component.all(name).for_each(|property| said.push(property.to_fresh()));
    }
    said
}

/// An attendee's line in an answer, which asks for none.
fn line_of(attendee: &Property) -> Property {
    let mut line = attendee.to_fresh();
    line.remove_parameter("RSVP");
    line
}

/// A proposed time written as the event writes its own.
fn in_own_form(proposed: &Moment, own: Option<&Moment>, timeline: &Timeline) -> Moment {
    match (proposed, own) {
        (Moment::Utc(instant), Some(own @ Moment::Zoned { .. })) => in_form_of(own, *instant, timeline),
        (Moment::Floating(local), Some(own @ Moment::Zoned { .. })) => own.with_civil(*local),
        (proposed, _) => proposed.clone(),
    }
}
