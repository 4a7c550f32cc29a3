//! A message as it leaves: what every guest may see, and nothing that is only ours.

use jiff::Timestamp;

use super::object::{Message, Method, Object};
use super::zone::define_zones;
use crate::ical::{Address, Component, PRODUCT, Property};
use crate::time::moment::Moment;

/// The start of the names of properties and parameters that are ours alone.
pub(super) const OURS: &str = "X-CALPOST-";

/// The properties that are some program's memory of its own.
const PRIVATE: [&str; 5] = [OURS, "X-MOZ-", "X-EVOLUTION-", "X-RADICALE-", "REQUEST-STATUS"];

/// Why somebody is sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// They are invited for the first time.
    New,
    /// Time or recurrence changed.
    Rescheduled,
    /// Something else they see changed, or they are sent it again.
    Updated,
    /// They are not invited any more.
    Removed,
    /// The event is called off.
    Cancelled,
    /// An occurrence is called off.
    OccurrenceCancelled,
    /// We answer.
    Answer,
    /// We propose another time.
    Counter,
    /// We refuse the time they proposed.
    CounterDeclined,
    /// They asked for the newest version.
    Refresh,
}

impl Reason {
    /// The reason as one word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Rescheduled => "rescheduled",
            Self::Updated => "updated",
            Self::Removed => "removed",
            Self::Cancelled => "cancelled",
            Self::OccurrenceCancelled => "occurrence_cancelled",
            Self::Answer => "answer",
            Self::Counter => "counter",
            Self::CounterDeclined => "counter_declined",
            Self::Refresh => "refresh",
        }
    }
}

/// One message and everybody who gets exactly this text.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// What they get.
    pub message: Message,
    /// Who gets it.
    pub to: Vec<Address>,
    /// Why.
    pub reason: Reason,
}

/// A message of these components, freed of what is private, with the zones they name from the object they come from.
pub(super) fn message(method: Method, source: &Object, components: &[Component], now: Timestamp) -> Message {
    let mut calendar = Component::new("VCALENDAR");
    calendar.push(Property::new("PRODID", PRODUCT));
    calendar.push(Property::new("VERSION", "2.0"));
    calendar.push(Property::new("METHOD", method.as_str()));
    components.iter().for_each(|component| calendar.push_component(public(component, now)));
    define_zones(&mut calendar, source.calendar(), now);
    Message::of(method, calendar)
}

/// What others may see of a component, stamped with the time of sending.
fn public(component: &Component, now: Timestamp) -> Component {
    let mut public = component.to_fresh();
    public.retain_properties(|property| !PRIVATE.iter().any(|start| has_start(property.name(), start)));
    public.retain_components(|inner| !inner.is("VALARM"));
    strip_people(&mut public);
    public.set(stamp(now));
    public
}

/// Takes from the lines of people what is between a program and its server, on the way out as on the way in.
pub(super) fn strip_people(component: &mut Component) {
    let people = component.properties_mut().filter(|property| property.is("ATTENDEE") || property.is("ORGANIZER"));
    people.for_each(|person| person.retain_parameters(|name| !is_local(name)));
}

/// Whether a parameter is between a program and its server.
pub(super) fn is_local(parameter: &str) -> bool {
    has_start(parameter, "SCHEDULE-") || has_start(parameter, OURS)
}

/// The DTSTAMP of a moment.
pub(super) fn stamp(now: Timestamp) -> Property {
    Property::new("DTSTAMP", &utc(now))
}

/// An instant as iCalendar writes it, to the second.
pub(super) fn utc(instant: Timestamp) -> String {
    Moment::Utc(instant).to_string()
}

fn has_start(name: &str, start: &str) -> bool {
    name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}
