//! Moments, lengths and zones as the lines of a component write them.

use crate::ical::{Component, Document, Property};
use crate::time::moment::Moment;
use crate::time::period::Period;
use crate::time::zone::{InlineZone, Observance, Zone, Zones, parse_utc_offset};

/// The moment of a property that holds one.
pub(super) fn moment(property: &Property) -> Option<Moment> {
    Moment::parse(property.value(), property.parameter("TZID").as_deref()).ok()
}

/// An item of RDATE: a start, or a start with an end of its own.
pub(super) enum Date {
    At(Moment),
    During(Period),
}

/// The items of a property that holds a list of moments or periods; what cannot be read is left out.
pub(super) fn dates(property: &Property) -> impl Iterator<Item = Date> {
    let tzid = property.parameter("TZID").map(|tzid| tzid.into_owned());
    let read = move |value: &str| match value.contains('/') {
        true => Period::parse(value, tzid.as_deref()).ok().map(Date::During),
        false => Moment::parse(value, tzid.as_deref()).ok().map(Date::At),
    };
    property.value().split(',').filter_map(read).collect::<Vec<_>>().into_iter()
}

/// The zones of a VCALENDAR, for a reader in a zone.
#[must_use]
pub fn zones(calendar: &Component, reader: Zone) -> Zones {
    let inline = calendar.components().filter(|component| component.is("VTIMEZONE")).filter_map(zone_of);
    Zones::new(reader, inline.collect())
}

/// What a VTIMEZONE says of its zone; nothing when it has no name.
#[must_use]
pub fn zone_of(component: &Component) -> Option<InlineZone> {
    let tzid = component.property("TZID")?.text().trim().to_owned();
    Some(InlineZone { tzid, observances: component.components().filter_map(observance).collect() })
}

/// The first zone that a text defines: a VTIMEZONE in its VCALENDAR, or alone.
#[must_use]
pub fn zone_of_text(text: &str) -> Option<InlineZone> {
    let wrapped = format!("BEGIN:VCALENDAR\r\n{}\r\nEND:VCALENDAR\r\n", text.trim());
    let document = Document::read(wrapped.as_bytes()).ok()?;
    let outer = document.calendar()?;
    let inner = outer.components().find(|component| component.is("VCALENDAR"));
    inner.unwrap_or(outer).components().find(|component| component.is("VTIMEZONE")).and_then(zone_of)
}

fn observance(component: &Component) -> Option<Observance> {
    let offset = |name: &str| parse_utc_offset(component.value(name)?).ok();
    let dates = component.all("RDATE").flat_map(dates);
    Some(Observance {
        start: component.property("DTSTART").and_then(moment)?.civil(),
        offset_before: offset("TZOFFSETFROM")?,
        offset: offset("TZOFFSETTO")?,
        rules: component.all("RRULE").filter_map(|rule| rule.value().parse().ok()).collect(),
        dates: dates
            .map(|date| match date {
                Date::At(moment) => moment,
                Date::During(period) => period.start,
            })
            .collect(),
    })
}
