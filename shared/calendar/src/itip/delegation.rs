//! An attendee who sends somebody else: the stored object, the REPLY to the organizer and the invitation handed on.
//!
//! The delegator tells both (RFC 5546 sections 3.2.2.3 and 3.2.3): the organizer by PARTSTAT=DELEGATED with DELEGATED-TO,
//! the delegate by the invitation as it stands, with a line of their own that says in whose place they come.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::attendee::{AnswerProblem, Answered, Answering, Places, enter_all, enter_one, forget_resend, letter, told};
use super::object::{Method, Stored};
use super::outgoing::{Outgoing, Reason, message};
use super::person::{Me, attendee, attendee_mut};
use super::timeline::{Instance, Timeline};
use super::{Telling, view_for};
use crate::ical::{Address, Component, Property};
use crate::order::IntoOrdered as _;
use crate::time::moment::Moment;

/// What an attendee hands on to somebody else.
#[derive(Clone, Copy, Debug)]
pub struct Delegating<'a> {
    /// The attendee.
    pub me: &'a Me,
    /// When they decide it.
    pub now: Timestamp,
    /// The event as it is stored.
    pub stored: &'a Stored,
    /// Which occurrence; nothing for the event or the whole series.
    pub occurrence: Option<&'a Moment>,
    /// Who comes instead.
    pub delegate: &'a Address,
    /// A word to the organizer.
    pub comment: Option<&'a str>,
    /// Whether the organizer and the delegate are told.
    pub telling: Telling,
}

/// Decides what follows when an attendee sends somebody else: a REPLY to the organizer, and a REQUEST to the delegate.
///
/// # Errors
/// When this person is not invited to what they hand on, or nobody who could come is named.
pub fn delegate(delegating: Delegating<'_>) -> Result<Answered, AnswerProblem> {
    let Delegating { me, stored, delegate, .. } = delegating;
    let organizer = stored.organizer().ok_or(AnswerProblem::NoOrganizer)?;
    if me.organizes(Some(organizer)) {
        return Err(AnswerProblem::NotInvited);
    }
    if !delegate.is_mail() || me.is(delegate) || *delegate == organizer.address() {
        return Err(AnswerProblem::NoDelegate(delegate.clone()));
    }
    let timeline = Timeline::of(stored);
    let mut changed = stored.clone();
    let enter = |component: &mut Component| hand_on(component, me, delegate);
    let parts = match delegating.occurrence {
        None => enter_all(&mut changed, me, &timeline, &enter)?,
        Some(at) => vec![Some(enter_one(&mut changed, me, &timeline, &mut Places::of(stored, &timeline), at, &enter)?)],
    };
    let answering = Answering {
        me,
        now: delegating.now,
        stored,
        answers: &[],
        comment: delegating.comment,
        proposal: None,
        telling: delegating.telling,
    };
    let answer = told(answering, organizer).map(|told| letter(answering, &changed, &timeline, &parts, told));
    let invitation = match delegating.telling {
        Telling::Guests => view_for(&changed, delegate, delegating.now),
        Telling::Nobody => None,
    };
    let invitation = invitation.map(|message| Outgoing { message, to: vec![delegate.clone()], reason: Reason::New });
    let dismissals = match delegating.telling {
        Telling::Guests => dismissals(delegating, &changed, &timeline, &parts),
        Telling::Nobody => Vec::new(),
    };
    forget_resend(&mut changed);
    Ok(Answered { stored: changed, outgoing: answer.into_iter().chain(invitation).chain(dismissals).collect() })
}

/// What those are told whom this person sent before, and who come in nobody's place any more.
fn dismissals(
    delegating: Delegating<'_>,
    changed: &Stored,
    timeline: &Timeline,
    parts: &[Option<Instance>],
) -> Vec<Outgoing> {
    let mut dismissed: BTreeMap<Address, Vec<Component>> = BTreeMap::new();
    let find = |stored: &'_ Stored, part: Option<Instance>| {
        stored.components().find(|it| timeline.instance_of(it) == part).cloned()
    };
    for part in parts {
        let was = find(delegating.stored, *part).or_else(|| delegating.stored.series().cloned());
        let (Some(was), Some(is)) = (was, find(changed, *part)) else { continue };
        let is_left_out = |line: &&Property| attendee(&is, &line.address()).is_none() && line.address().is_mail();
        for line in was.all("ATTENDEE").filter(is_left_out) {
            let mut cancellation = is.clone();
            cancellation.remove("STATUS");
            cancellation.remove("ATTENDEE");
            cancellation.push(line.clone());
            dismissed.entry(line.address()).or_default().push(cancellation);
        }
    }
    let write = |(to, components): (Address, Vec<Component>)| Outgoing {
        message: message(Method::Cancel, changed, &components, delegating.now),
        to: vec![to],
        reason: Reason::Removed,
    };
    dismissed.into_iter().map(write).collect()
}

/// Writes on the lines of both who comes instead of whom.
fn hand_on(component: &mut Component, me: &Me, delegate: &Address) {
    let Some(delegator) = me.attendee(component).map(Property::address) else { return };
    dismiss(component, &delegator, delegate);
    if let Some(line) = attendee_mut(component, &delegator) {
        line.set_parameter("PARTSTAT", "DELEGATED");
        line.set_parameter("DELEGATED-TO", &delegate.to_value());
        line.remove_parameter("RSVP");
    }
    list_delegate(component, &delegator, delegate);
}

/// Takes those off the list who came in the place of an attendee alone, and are not to any more.
fn dismiss(component: &mut Component, delegator: &Address, delegate: &Address) {
    let sent = attendee(component, delegator).into_iter().flat_map(|line| line.parameter_values("DELEGATED-TO"));
    let sent = sent.map(|to| Address::new(&to)).filter(|to| to != delegate).into_set();
    let comes_for =
        |line: &Property| line.parameter_values("DELEGATED-FROM").map(|from| Address::new(&from)).into_set();
    let alone = BTreeSet::from([delegator.clone()]);
    component
        .retain_properties(|line| !line.is("ATTENDEE") || !sent.contains(&line.address()) || comes_for(line) != alone);
}

/// Lists who comes instead of an attendee, so that their answer is expected.
pub(super) fn list_delegate(component: &mut Component, delegator: &Address, delegate: &Address) {
    if attendee(component, delegate).is_none() {
        component.push(
            Property::new("ATTENDEE", &delegate.to_value())
                .with("DELEGATED-FROM", &delegator.to_value())
                .with("PARTSTAT", "NEEDS-ACTION")
                .with("RSVP", "TRUE"),
        );
        return;
    }
    // Who is invited already and comes for another says both.
    let Some(line) = attendee_mut(component, delegate) else { return };
    let mut delegators: Vec<String> = line.parameter_values("DELEGATED-FROM").map(Into::into).collect();
    if !delegators.iter().any(|known| Address::new(known) == *delegator) {
        delegators.push(delegator.to_value());
        line.set_parameter_values("DELEGATED-FROM", delegators.iter().map(String::as_str));
    }
}
