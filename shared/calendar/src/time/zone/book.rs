//! The zones that one object speaks of: its own definitions, and the reader's zone for times that name none.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::inline::InlineZone;
use super::name::{Named, identify};
use super::table::Zone;
use crate::time::moment::Moment;

/// Finds the zone of every moment in an object.
#[derive(Debug)]
pub struct Zones {
    reader: Zone,
    inline: Vec<InlineZone>,
    known: RefCell<BTreeMap<String, Named>>,
}

impl Zones {
    /// For an object with these VTIMEZONEs; dates, floating times and times in an unknown zone are read in the zone of the
    /// reader.
    pub fn new(reader: Zone, inline: Vec<InlineZone>) -> Zones {
        Zones { reader, inline, known: RefCell::default() }
    }

    /// What a TZID of the object means.
    pub fn named(&self, tzid: &str) -> Named {
        if let Some(named) = self.known.borrow().get(tzid) {
            return named.clone();
        }
        let inline = self.inline.iter().find(|zone| zone.tzid == tzid);
        let named = identify(tzid, inline);
        self.known.borrow_mut().insert(tzid.to_owned(), named.clone());
        named
    }

    /// The zone that a moment is read in.
    pub fn of(&self, moment: &Moment) -> Zone {
        match moment {
            Moment::Date(_) | Moment::Floating(_) => self.reader.clone(),
            Moment::Utc(_) => Zone::utc(),
            Moment::Zoned { tzid, .. } => self.named(tzid).zone.unwrap_or_else(|| self.reader.clone()),
        }
    }

    /// The zone of the reader.
    pub fn reader(&self) -> &Zone {
        &self.reader
    }

    /// The instant of a moment; for a date its midnight.
    pub fn instant(&self, moment: &Moment) -> Timestamp {
        match moment {
            Moment::Utc(instant) => *instant,
            moment => self.of(moment).instant(moment.civil()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_moment_has_its_clock() {
        let zones = Zones::new(Zone::iana("Asia/Tokyo").unwrap(), Vec::new());
        for (value, tzid, instant) in [
            ("20261122", None, "2026-11-21T15:00:00Z"),
            ("20261122T090000", None, "2026-11-22T00:00:00Z"),
            ("20261122T090000Z", None, "2026-11-22T09:00:00Z"),
            ("20261122T090000", Some("W. Europe Standard Time"), "2026-11-22T08:00:00Z"),
            ("20261122T090000", Some("Mars"), "2026-11-22T00:00:00Z"),
        ] {
            let moment = Moment::parse(value, tzid).unwrap();
            assert_eq!(zones.instant(&moment).to_string(), instant, "{value} {tzid:?}");
        }
    }
}
