//! The form's days and minutes as the moments of an event, and back.
//!
//! A time keeps the form it is stored in: a floating time stays floating, UTC stays UTC, and a zone keeps the name its
//! producer gave it as long as the person does not choose another.

use calendar::time::moment::Moment;
use calendar::time::zone::identify;
use intent::Form;
use jiff::{Timestamp, ToSpan};

use crate::view::{date_of, day_of, local_of, point_of};

/// The zone a form shows for UTC.
const UTC: &str = "UTC";

/// Start and end of a form; `stored` is the start of the event that it changes.
pub(super) fn moments_of(form: &Form, stored: Option<&Moment>) -> (Moment, Moment) {
    if form.all_day {
        let last = date_of(form.end_day);
        // The end of an all-day event is the day after its last.
        let end = last.checked_add(1.day()).unwrap_or(last);
        return (Moment::Date(date_of(form.start_day)), Moment::Date(end));
    }
    let start = local_of(form.start_day, form.start_minute);
    let end = local_of(form.end_day, form.end_minute);
    let stored_zone = stored.map(|moment| (zone_of(moment), moment));
    let in_zone = |local| match stored_zone {
        Some((ref zone, moment)) if *zone == form.zone && !moment.is_date() => moment.with_civil(local),
        _ if form.zone == UTC => Moment::Utc(Timestamp::UNIX_EPOCH).with_civil(local),
        _ if form.zone.is_empty() => Moment::Floating(local),
        _ => Moment::Zoned { local, tzid: form.zone.clone() },
    };
    (in_zone(start), in_zone(end))
}

/// Fills the times of a form from an event's start and end.
pub(super) fn fill(form: &mut Form, start: &Moment, end: &Moment, own_zone: &str) {
    let (from, to) = (point_of(start.civil()), point_of(end.civil()));
    form.all_day = start.is_date();
    form.zone = if start.is_date() { own_zone.to_owned() } else { zone_of(start) };
    (form.start_day, form.start_minute) = (from.day, from.minute);
    (form.end_day, form.end_minute) = (to.day, to.minute);
    if form.all_day {
        let last = end.date().checked_sub(1.day()).unwrap_or(end.date()).max(start.date());
        form.end_day = day_of(last);
    }
}

/// The zone of a moment as the form shows it: the IANA name where there is one, empty for a floating time.
fn zone_of(moment: &Moment) -> String {
    match moment {
        Moment::Utc(_) => UTC.to_owned(),
        Moment::Date(_) | Moment::Floating(_) => String::new(),
        Moment::Zoned { tzid, .. } => identify(tzid, None).iana.map_or_else(|| tzid.clone(), str::to_owned),
    }
}
