//! What follows from an organizer's edit: the object to store, and who gets which message and why.
//!
//! Three questions are asked apart (RFC 5546 sections 2.1.4 and 3.2.2): whether SEQUENCE rises, who is mailed, and whose
//! answer does not hold any more. An edit of one occurrence touches that occurrence and nobody else's.

mod bookkeeping;
mod by_hand;
mod letter;
mod posting;

use jiff::Timestamp;
use thiserror::Error;

use self::bookkeeping::keep_books;
pub use self::by_hand::set_by_hand;
use self::letter::letters;
use self::posting::post;
use super::delivery::forget_for;
use super::object::{Object, Stored};
use super::outgoing::Outgoing;
use super::person::Me;
use super::view::Side;
use crate::ical::{Address, Component, Property};

/// An edit that the organizer made.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    /// The organizer.
    pub me: &'a Me,
    /// When it is saved.
    pub now: Timestamp,
    /// What is stored; absent for a new event.
    pub before: Option<&'a Stored>,
    /// What the organizer made of it; absent where they delete it.
    pub after: Option<&'a Stored>,
    /// Whether guests are told.
    pub telling: Telling,
}

/// Whether guests are told of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Those concerned get a message.
    Guests,
    /// Nobody gets one; what is stored is the same.
    Nobody,
}

/// What follows from an edit.
#[derive(Clone, Debug)]
pub struct Organized {
    /// What to store; absent where the object is to be deleted.
    pub stored: Option<Stored>,
    /// What to send.
    pub outgoing: Vec<Outgoing>,
}

/// Why an edit cannot be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditProblem {
    /// There is nothing before it and nothing after it.
    #[error("there is no event to organize")]
    Nothing,
    /// Somebody else organizes the event.
    #[error("{0} organizes this event")]
    NotMine(Address),
    /// The edit turned one event into another.
    #[error("an edit cannot change the UID")]
    OtherUid,
    /// An event has no start that can be read.
    #[error("an event has no start that can be read")]
    NoStart,
    /// There are guests, and no address to invite them from.
    #[error("guests cannot be invited without an address of one's own")]
    NoAddress,
}

/// Decides what follows from an edit.
///
/// # Errors
/// When the event is not this person's to organize, or the edit makes no sense.
pub fn organize(edit: Edit<'_>) -> Result<Organized, EditProblem> {
    check(edit)?;
    let Some(after) = edit.after else {
        let before = edit.before.ok_or(EditProblem::Nothing)?;
        let outgoing = match edit.telling {
            Telling::Guests => {
                let side = Side::of(before);
                post(edit, &letters(edit.me, Some(&side), None, None), Some(&side), None)
            }
            Telling::Nobody => Vec::new(),
        };
        return Ok(Organized { stored: None, outgoing });
    };
    let before = edit.before.map(|stored| Side::of(stored));
    let mut books = keep_books(edit, before.as_ref(), after)?;
    let outgoing = match edit.telling {
        Telling::Guests => {
            let side = Side::of(&books.stored);
            post(edit, &letters(edit.me, before.as_ref(), Some(&side), Some(&books)), before.as_ref(), Some(&side))
        }
        Telling::Nobody => Vec::new(),
    };
    let told: Vec<Address> = outgoing.iter().flat_map(|mail: &Outgoing| mail.to.iter().cloned()).collect();
    forget_for(books.stored.object_mut().components_mut(), &told);
    Ok(Organized { stored: Some(books.stored), outgoing })
}

fn check(edit: Edit<'_>) -> Result<(), EditProblem> {
    for stored in [edit.before, edit.after].into_iter().flatten() {
        if let Some(organizer) = stored.organizer()
            && !edit.me.organizes(Some(organizer))
        {
            return Err(EditProblem::NotMine(organizer.address()));
        }
    }
    if let (Some(before), Some(after)) = (edit.before, edit.after)
        && before.uid() != after.uid()
    {
        return Err(EditProblem::OtherUid);
    }
    let starts = |object: &Object| {
        object.components().all(|component| {
            !component.is("VEVENT")
                || component.property("DTSTART").is_some_and(|start| super::timeline::moment(start).is_some())
        })
    };
    if edit.after.is_some_and(|after| !starts(after)) { Err(EditProblem::NoStart) } else { Ok(()) }
}

/// The guests of a component: its attendees but for the organizer.
fn guests<'c>(component: &'c Component, me: &'c Me) -> impl Iterator<Item = &'c Property> {
    let organizer = component.property("ORGANIZER").map(Property::address);
    component.all("ATTENDEE").filter(move |attendee| {
        let address = attendee.address();
        !me.is(&address) && organizer.as_ref() != Some(&address)
    })
}
