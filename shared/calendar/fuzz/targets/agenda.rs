//! A calendar object in a range of time: the occurrences come in order, none ends before it begins, and it does not take long.
#![no_main]

use calendar::agenda::Timetable;
use calendar::ical::{Document, Limits};
use calendar::time::zone::Zone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::read_within(bytes, &Limits::INVITATION) else { return };
    let Some(calendar) = document.calendar() else { return };
    let zone = Zone::iana("Europe/Berlin").expect("a zone of the tz database");
    let table = Timetable::read(calendar, &zone);
    let (from, to) = (jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::from_second(2_000_000_000).expect("in range"));
    let found = table.occurrences(from, to, 500);
    assert!(found.occurrences.windows(2).all(|pair| pair[0].begins <= pair[1].begins), "in order");
    assert!(found.occurrences.iter().all(|occurrence| occurrence.begins <= occurrence.ends), "nothing ends before it begins");
    for occurrence in &found.occurrences {
        assert!(table.start(occurrence).is_some() && table.end(occurrence).is_some(), "each has its component");
    }
});
