//! The zone beside an hour, as people write it: `10:00 UTC`, `3pm PT`.
//!
//! Only abbreviations that mean one thing to nearly everybody who writes them, in capitals: a wrong guess is an hour off.

use super::phrase::{Phrases, Read};
use crate::time::zone::Zone;

/// Hours east of Greenwich.
const OFFSETS: [(&str, i32); 19] = [
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 1),
    ("CET", 1),
    ("MEZ", 1),
    ("CEST", 2),
    ("MESZ", 2),
    ("EET", 2),
    ("EEST", 3),
    ("JST", 9),
    ("EDT", -4),
    ("EST", -5),
    ("CDT", -5),
    ("CST", -6),
    ("MDT", -6),
    ("MST", -7),
    ("PDT", -7),
    ("PST", -8),
];

/// Those that say nothing about the season.
const NAMES: [(&str, &str); 4] =
    [("ET", "America/New_York"), ("CT", "America/Chicago"), ("MT", "America/Denver"), ("PT", "America/Los_Angeles")];

impl Phrases<'_> {
    /// The zone that is named there.
    pub(super) fn zone(&self, at: usize) -> Read<Zone> {
        let word = self.tokens.get(at)?.text;
        let offset = OFFSETS.iter().find(|(known, _)| *known == word).map(|(_, hours)| Zone::fixed(hours * 3_600));
        let named = || NAMES.iter().find(|(known, _)| *known == word).and_then(|(_, name)| Zone::iana(name));
        Some((offset.or_else(named)?, at + 1))
    }
}
