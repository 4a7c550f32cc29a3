//! A line of text as an event: whatever is typed, what became what lies in the text, and an end comes with a start.
#![no_main]

use calendar::agenda::quick::{Language, read};
use calendar::time::zone::Zone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let zone = Zone::iana("Europe/Berlin").expect("a zone of the tz database");
    for locale in ["en", "en-GB", "de"] {
        let draft = read(text, jiff::Timestamp::UNIX_EPOCH, &zone, "Europe/Berlin", Language::of_locale(locale));
        assert!(draft.spans.iter().all(|span| !text[span.start..span.end].is_empty()), "a span is part of the text");
        assert_eq!(draft.start.is_some(), draft.end.is_some(), "what starts ends");
    }
});
