//! Stored objects as the screen's values: a range of days, one event in full. Pure.

mod agenda;
mod clock;
mod code;
mod colour;
mod drawer;
mod event;
mod ics_code;
mod lanes;
mod person;
mod shelf;
mod words;
mod zones;

pub use agenda::{OCCURRENCE_LIMIT, agenda};
pub use clock::{Viewer, date_of, day_of, local_of, point, point_of, point_of_moment};
pub use code::{mail_code, mark_particular};
pub use event::event;
pub use ics_code::{add_glosses, calendar_code};
pub use person::{is_me, is_mine, partstat_of};
pub use shelf::{Shelf, ShelfCalendar, StoredObject};
pub use words::repeats_in_words;
pub use zones::zones;

use calendar::ical::Component;
use calendar::time::moment::Moment;

/// A property that holds one moment.
pub(crate) fn moment_of(component: &Component, name: &str) -> Option<Moment> {
    let property = component.property(name)?;
    Moment::parse(property.value(), property.parameter("TZID").as_deref()).ok()
}

/// A property read as text; empty if there is none.
pub(crate) fn text_of(component: &Component, name: &str) -> String {
    component.property(name).map(|property| property.text().into_owned()).unwrap_or_default()
}
