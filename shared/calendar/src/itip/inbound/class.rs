//! What a message means beside what is stored, in one word, for lists of messages.

use super::super::facts::Facts;
use super::super::object::{Message, Method, Object, Stored};
use super::super::person::{Me, attendee, is_same_mailbox};
use super::super::record::Record;
use super::super::revision::{Revision, sequence};
use super::super::timeline::Timeline;
use super::newer::Known;
use super::reply::Answer;
use crate::ical::Address;

/// The kinds of messages a person tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// An invitation to an event that is not stored.
    New,
    /// A newer version at the same time.
    Update,
    /// A newer version at another time.
    Reschedule,
    /// Something newer is stored.
    Obsolete,
    /// Something is called off.
    Cancel,
    /// A yes.
    ReplyAccept,
    /// A no.
    ReplyDecline,
    /// A maybe.
    ReplyTentative,
    /// Somebody else comes.
    ReplyDelegate,
    /// An invitation that another attendee passes on to me.
    Delegate,
    /// An answer of somebody who was not invited.
    Crasher,
    /// A proposal.
    Counter,
    /// A proposal refused.
    DeclineCounter,
    /// A question for the newest version.
    Refresh,
    /// More occurrences.
    Add,
    /// An event for information.
    Publish,
    /// None of these.
    Unknown,
}

impl Class {
    /// The class as one word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Update => "update",
            Self::Reschedule => "reschedule",
            Self::Obsolete => "obsolete",
            Self::Cancel => "cancel",
            Self::ReplyAccept => "reply_accept",
            Self::ReplyDecline => "reply_decline",
            Self::ReplyTentative => "reply_tentative",
            Self::ReplyDelegate => "reply_delegate",
            Self::Delegate => "delegate",
            Self::Crasher => "crasher",
            Self::Counter => "counter",
            Self::DeclineCounter => "declinecounter",
            Self::Refresh => "refresh",
            Self::Add => "add",
            Self::Publish => "publish",
            Self::Unknown => "unknown",
        }
    }
}

/// Tells what a message means. Being obsolete goes before everything else.
#[must_use]
pub fn classify(me: &Me, stored: Option<&Stored>, message: &Message) -> Class {
    let stored = stored.filter(|stored| stored.uid() == message.uid());
    if stored.is_some_and(|stored| is_obsolete(stored, message)) {
        return Class::Obsolete;
    }
    match message.method() {
        Method::Request => request(me, stored, message),
        Method::Reply => reply(stored, message),
        Method::Cancel => Class::Cancel,
        Method::Counter => Class::Counter,
        Method::DeclineCounter => Class::DeclineCounter,
        Method::Refresh => Class::Refresh,
        Method::Add => Class::Add,
        Method::Publish => Class::Publish,
    }
}

/// Whether everything a message says has been overtaken.
fn is_obsolete(stored: &Object, message: &Message) -> bool {
    let known = Known::of(stored);
    let timeline = Timeline::of(message);
    message.components().all(|component| {
        let instance = known.instance_of(component, &timeline);
        let Some(revision) = known.revision(instance) else { return false };
        let spoken = Revision::of(component);
        match message.method() {
            Method::Reply => Answer::read(component).is_ok_and(|answer| is_answered(&known, instance, &answer)),
            Method::Request | Method::Publish | Method::Add => spoken <= revision,
            Method::Cancel => spoken < revision,
            Method::Counter | Method::DeclineCounter => spoken.sequence < revision.sequence,
            Method::Refresh => false,
        }
    })
}

/// Whether the same or a newer answer is recorded, or the time was changed since.
fn is_answered(known: &Known<'_>, instance: Option<super::super::timeline::Instance>, answer: &Answer<'_>) -> bool {
    let record = |place| Record::of(attendee(place, &answer.address)?).map(|record| (record, sequence(place)));
    let own = known.component(instance);
    let limit = own.map_or(u32::MAX, sequence);
    let of_series =
        || known.object.series().and_then(record).map(|(record, current)| (record.inherited(limit), current));
    let record = own.and_then(record).or_else(of_series);
    record.is_some_and(|(record, current)| {
        let sequence = answer.revision.sequence.min(current.max(record.sequence));
        !record.is_before(Revision { sequence, ..answer.revision })
    })
}

fn request(me: &Me, stored: Option<&Stored>, message: &Message) -> Class {
    let is_passed_on = message
        .components()
        .filter_map(|component| me.attendee(component))
        .any(|mine| mine.parameter("DELEGATED-FROM").is_some_and(|from| Address::new(&from).is_mail()));
    let Some(stored) = stored else {
        return if is_passed_on { Class::Delegate } else { Class::New };
    };
    let known = Known::of(stored);
    let timeline = Timeline::of(message);
    let is_rescheduled = message.components().any(|component| {
        let instance = known.instance_of(component, &timeline);
        known.former(instance).is_some_and(|former| {
            let change = Facts::of(&former, &known.timeline).change_to(&Facts::of(component, &timeline));
            // EXDATE is a part of the recurrence as well, although an answer to the rest of the series still holds.
            change.is_reschedule() || change.exceptions
        })
    });
    if is_rescheduled { Class::Reschedule } else { Class::Update }
}

fn reply(stored: Option<&Stored>, message: &Message) -> Class {
    let Some(answer) = message.components().find_map(|component| Answer::read(component).ok()) else {
        return Class::Unknown;
    };
    if let Some(stored) = stored
        && !is_expected(stored, &answer)
    {
        return Class::Crasher;
    }
    match answer.partstat.as_str() {
        "ACCEPTED" => Class::ReplyAccept,
        "DECLINED" => Class::ReplyDecline,
        "TENTATIVE" => Class::ReplyTentative,
        "DELEGATED" => Class::ReplyDelegate,
        _ => Class::Unknown,
    }
}

/// Whether who answers was invited, or is sent by who was.
fn is_expected(stored: &Stored, answer: &Answer<'_>) -> bool {
    let mut listed = stored.components().flat_map(|component| component.all("ATTENDEE"));
    listed.any(|attendee| {
        is_same_mailbox(&attendee.address(), &answer.address)
            || attendee.parameter("EMAIL").is_some_and(|email| Address::new(&email) == answer.address)
            || attendee.parameter_values("DELEGATED-TO").any(|to| Address::new(&to) == answer.address)
    })
}
