//! Reading and writing iCalendar: what can be read is written byte for byte, and the linter survives it.
#![no_main]

use calendar::check::{check_ics, spans};
use calendar::ical::{Document, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = Document::read_within(bytes, &Limits::INVITATION) {
        assert_eq!(document.write(), bytes, "reading and writing changes nothing");
        if let Some(calendar) = document.calendar() {
            let fresh = Document::of(calendar.to_fresh()).write();
            let again = Document::read(&fresh).expect("what we write can be read");
            assert_eq!(again.write(), fresh, "what we write is canonical");
        }
    }
    let _ = check_ics(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = spans(text);
    }
});
