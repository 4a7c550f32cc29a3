//! The form with which writing begins: an empty one at the hour that was clicked, or a stored event's.

use calendar::draft;
use calendar::ical::{Address, Component, Property};
use intent::{CalendarId, ComposeStart, DraftId, EventKey, Form, FormProblem, Guest, GuestMark, Point};

use super::times;
use crate::view::{Shelf, Viewer, is_me, is_mine, moment_of, partstat_of, repeats_in_words, text_of};

/// A form, and what it began from.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The form.
    pub form: Form,
    /// The stored object that it changes, byte for byte as it was when writing began; absent for a new event.
    pub base: Option<Vec<u8>>,
}

/// Begins to write.
///
/// # Errors
/// If the event to be changed is gone, is somebody else's, or may only be shown; if there is no calendar to write to.
pub fn begin(
    start: &ComposeStart,
    draft: DraftId,
    shelf: &Shelf,
    viewer: &Viewer,
    default_calendar: Option<&CalendarId>,
) -> Result<Begun, FormProblem> {
    match start {
        ComposeStart::New { start, minutes, all_day } => {
            let form = new(*start, *minutes, *all_day, draft, shelf, viewer, default_calendar)?;
            Ok(Begun { form, base: None })
        }
        ComposeStart::Change(event) => of_stored(event, draft, shelf, viewer),
        ComposeStart::Cancel(event) => {
            let begun = of_stored(event, draft, shelf, viewer)?;
            Ok(Begun { form: Form { cancels: true, ..begun.form }, ..begun })
        }
        ComposeStart::Again(event, guest) => {
            let mut begun = of_stored(event, draft, shelf, viewer)?;
            let asked = Address::new(guest);
            for guest in begun.form.guests.iter_mut().filter(|guest| Address::new(&guest.address) == asked) {
                if let GuestMark::Kept(answer) = guest.mark {
                    guest.mark = GuestMark::Again(answer);
                }
            }
            Ok(begun)
        }
        // A draft is read from the device by who keeps it there.
        ComposeStart::Draft(_) => Err(FormProblem::Gone),
    }
}

fn new(
    start: Point,
    minutes: u16,
    all_day: bool,
    draft: DraftId,
    shelf: &Shelf,
    viewer: &Viewer,
    default_calendar: Option<&CalendarId>,
) -> Result<Form, FormProblem> {
    let writable = |id: &&CalendarId| shelf.calendar(id).is_some_and(|calendar| calendar.writable);
    let first_writable = || shelf.calendars().iter().find(|calendar| calendar.writable).map(|calendar| &calendar.id);
    let calendar = default_calendar.filter(writable).or_else(first_writable).ok_or(FormProblem::NoCalendar)?;
    let end = u32::from(start.minute) + u32::from(minutes);
    let days = i32::try_from(end / 1_440).unwrap_or_default();
    Ok(Form {
        draft,
        start_day: start.day,
        start_minute: start.minute,
        // Whole days end on the last day itself.
        end_day: start.day.plus(if all_day { (days - 1).max(0) } else { days }),
        end_minute: u16::try_from(end % 1_440).unwrap_or_default(),
        all_day,
        zone: viewer.zone.clone(),
        calendar: calendar.clone(),
        ..Form::default()
    })
}

fn of_stored(event: &EventKey, draft: DraftId, shelf: &Shelf, viewer: &Viewer) -> Result<Begun, FormProblem> {
    let (calendar, object) = shelf.by_uid(&event.uid).ok_or(FormProblem::Gone)?;
    if object.trouble().is_some() || !shelf.calendar(calendar).is_some_and(|calendar| calendar.writable) {
        return Err(FormProblem::ReadOnly);
    }
    let master = object.master().ok_or(FormProblem::ReadOnly)?;
    if !is_mine(master, viewer) {
        return Err(FormProblem::NotYours);
    }
    let (Some(start), Some(end)) = (moment_of(master, "DTSTART"), draft::end_of(master)) else {
        return Err(FormProblem::ReadOnly);
    };
    let mut form = Form {
        draft,
        event: Some(EventKey { calendar: calendar.clone(), uid: event.uid.clone(), occurrence: String::new() }),
        title: text_of(master, "SUMMARY"),
        place: text_of(master, "LOCATION"),
        description: text_of(master, "DESCRIPTION"),
        guests: guests_of(master, viewer),
        reminder: draft::reminder_minutes(master),
        calendar: calendar.clone(),
        repeats: repeats_in_words(master),
        ..Form::default()
    };
    times::fill(&mut form, &start, &end, &viewer.zone);
    Ok(Begun { form, base: Some(object.bytes.clone()) })
}

/// The guests of an event, its organizer not among them.
pub(super) fn guests_of(event: &Component, viewer: &Viewer) -> Vec<Guest> {
    let organizer = event.property("ORGANIZER").map(Property::address);
    let is_guest = |address: &Address| Some(address) != organizer.as_ref() && !is_me(address, viewer);
    event
        .all("ATTENDEE")
        .filter(|line| is_guest(&line.address()))
        .map(|line| Guest {
            name: line.parameter("CN").map(|name| name.into_owned()).unwrap_or_default(),
            address: line.address().as_str().to_owned(),
            optional: line.parameter_is("ROLE", "OPT-PARTICIPANT"),
            mark: GuestMark::Kept(partstat_of(line)),
        })
        .collect()
}
