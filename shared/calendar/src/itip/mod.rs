//! Scheduling over mail (RFC 5546): what an organizer's edit, an attendee's answer and an incoming message lead to.

mod attendee;
mod delegation;
mod delivery;
pub mod facts;
mod inbound;
pub mod object;
pub mod occurrence;
mod organizer;
mod outgoing;
mod person;
mod record;
pub mod revision;
mod split;
pub mod timeline;
mod view;
mod zone;

pub use attendee::{AnswerProblem, Answered, Answering, OccurrenceAnswer, Partstat, Proposal, answer, decline_counter};
pub use delegation::{Delegating, delegate};
pub use delivery::{mark_undelivered, undelivered};
pub use inbound::{Class, Incoming, Outcome, Received, Sender, classify, is_newer, receive};
pub use object::{Message, Method, Object, ObjectProblem, Stored};
pub use organizer::{Edit, EditProblem, Organized, Telling, organize, set_by_hand};
pub use outgoing::{Outgoing, Reason};
pub use person::Me;
pub use revision::Revision;
pub use split::{Split, SplitProblem, split};
pub use timeline::{Instance, Span, Timeline};
pub use view::view_for;
