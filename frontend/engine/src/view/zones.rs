//! The time zones a person can choose from.

use calendar::order;
use calendar::time::zone::{Zone, current_name, iana_names};
use jiff::Timestamp;

/// Every zone of the bundled tz data with its present offset, the person's own first.
pub fn zones(own: &str, now: Timestamp) -> intent::Zones {
    let own = current_name(own).unwrap_or("UTC");
    let mut names: Vec<&str> = iana_names().filter(|name| *name != own).collect();
    order::sort(&mut names);
    let zones = std::iter::once(own).chain(names).filter_map(|name| {
        let offset_seconds = Zone::iana(name)?.offset_seconds(now);
        Some(intent::Zone { id: name.to_owned(), offset_minutes: i16::try_from(offset_seconds / 60).ok()? })
    });
    intent::Zones { version: calendar::time::zone::TZ_DATA_VERSION.to_owned(), zones: zones.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_zone_comes_first_and_only_once() {
        let zones = zones("Europe/Berlin", "2026-07-01T00:00:00Z".parse().unwrap()).zones;
        assert_eq!((zones[0].id.as_str(), zones[0].offset_minutes), ("Europe/Berlin", 120));
        assert_eq!(zones.iter().filter(|zone| zone.id == "Europe/Berlin").count(), 1);
        assert!(zones.len() > 400);
    }

    #[test]
    fn an_own_zone_that_nobody_knows_is_utc() {
        assert_eq!(zones("Mars/Olympus", Timestamp::UNIX_EPOCH).zones[0].offset_minutes, 0);
    }
}
