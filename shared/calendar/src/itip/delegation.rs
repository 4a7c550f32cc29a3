//! An attendee who sends somebody else: the stored object, the REPLY to the organizer and the invitation handed on.
//!
//! The delegator tells both (RFC 5546 sections 3.2.2.3 and 3.2.3): the organizer by PARTSTAT=DELEGATED with DELEGATED-TO,
//! the delegate by the invitation as it stands, with a line of their own that says in whose place they come.

use jiff::Timestamp;

use super::attendee::{AnswerProblem, Answered, Answering, enter_all, enter_one, forget_resend, letter, places, told};
use super::object::Stored;
use super::outgoing::{Outgoing, Reason};
use super::person::{Me, attendee, attendee_mut};
use super::timeline::Timeline;
use super::{Telling, view_for};
use crate::ical::{Address, Component, Property};
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
        Some(at) => vec![Some(enter_one(&mut changed, me, &timeline, &mut places(stored, &timeline), at, &enter)?)],
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
    forget_resend(&mut changed);
    Ok(Answered { stored: changed, outgoing: answer.into_iter().chain(invitation).collect() })
}

/// Writes on the lines of both who comes instead of whom.
fn hand_on(component: &mut Component, me: &Me, delegate: &Address) {
    let Some(delegator) = me.attendee(component).map(Property::address) else { return };
    if let Some(line) = attendee_mut(component, &delegator) {
        line.set_parameter("PARTSTAT", "DELEGATED");
        line.set_parameter("DELEGATED-TO", &delegate.to_value());
        line.remove_parameter("RSVP");
    }
    list_delegate(component, &delegator, delegate);
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
