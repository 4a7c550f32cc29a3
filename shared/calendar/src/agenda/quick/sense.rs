//! What the words of a language mean to the grammar.

use crate::time::recurrence::Frequency;

use super::{english, german};

/// A language, and what it decides besides words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    pub(super) tongue: Tongue,
    /// Whether `3/4` is the third of April.
    pub(super) is_day_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tongue {
    English,
    German,
}

impl Language {
    /// The language of a locale such as `en-US` or `de`; English for those that are not known.
    #[must_use]
    pub fn of_locale(locale: &str) -> Language {
        let locale = locale.trim().replace('_', "-").to_ascii_lowercase();
        let tongue = if locale.starts_with("de") { Tongue::German } else { Tongue::English };
        // Month before day is the habit of the United States and few others.
        let is_month_first = matches!(locale.as_str(), "" | "en" | "en-us" | "en-ph" | "en-pr");
        Language { tongue, is_day_first: !is_month_first }
    }

    /// Whether hours are counted to 24, so that three is in the night.
    pub(super) fn counts_to_24(self) -> bool {
        self.tongue == Tongue::German
    }

    /// What a word means, in lower case; a German text may have English words in it.
    pub(super) fn sense(self, word: &str) -> Option<Sense> {
        let find = |words: &[(&str, Sense)]| words.iter().find(|(known, _)| *known == word).map(|(_, sense)| *sense);
        match self.tongue {
            Tongue::English => find(english::WORDS),
            Tongue::German => find(german::WORDS).or_else(|| find(english::WORDS).filter(|_| word.len() > 4)),
        }
    }
}

/// What a word can mean in a phrase about time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sense {
    /// So many days from today.
    Day(i32),
    /// Monday is 0.
    Weekday(u8),
    /// Every week on that day: `mondays`.
    EachWeekday(u8),
    /// Monday to Friday.
    Workday,
    /// Saturday and Sunday.
    Weekend,
    /// 1 to 12.
    Month(u8),
    Unit(Unit),
    /// A number in words.
    Number(u32),
    /// `first`, and -1 for `last`.
    Ordinal(i8),
    /// `half`, as in `half an hour` and `half past three`.
    Half,
    Quarter,
    /// `one and a half` in a single word.
    OneAndAHalf,
    Past,
    /// `to`, `until`, and the dash of a range.
    To,
    /// `before` an hour: `quarter to three`; in German `vor`.
    Before,
    Next,
    This,
    Every,
    /// `other` in `every other week`.
    Other,
    Each(Frequency),
    /// Every so many of them: `fortnightly`, `quarterly`.
    EachFew(Frequency, u32),
    Times,
    On,
    At,
    From,
    For,
    In,
    Of,
    And,
    Article,
    /// `a` or `an`: one, in front of a unit.
    One,
    Am,
    Pm,
    OClock,
    /// A time of day by name, in minutes from midnight.
    Named(u16),
    /// A part of the day: when it usually starts, in minutes, and whether hours in it are those after noon.
    PartOfDay {
        minutes: u16,
        is_pm: bool,
    },
    /// Today, at that part of the day.
    Tonight,
    With,
    /// In front of a place.
    Place,
    AllDay,
}

/// A unit of time to count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}
