//! Finding events by what is written in them, whatever case and accents are typed.
//!
//! What is searched is folded once when an event is read, so that each letter typed only compares bytes.

use crate::ical::Component;

/// The words of a search that are looked for; more than anybody types.
pub const MAX_WORDS: usize = 16;

/// The words and `"quoted phrases"` that an event must all contain. Nothing typed finds everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
}

/// What is searched of one event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searchable {
    title: String,
    rest: String,
}

/// Where all words were found; the better comes first in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The title starts with the first word.
    TitleStart,
    /// Every word is in the title.
    Title,
    /// Some are elsewhere.
    Elsewhere,
}

impl Query {
    /// Reads what was typed; a quotation mark that is not closed closes at the end.
    #[must_use]
    pub fn new(typed: &str) -> Query {
        let pieces = typed.split('"').enumerate();
        let words = pieces.flat_map(|(index, piece)| match index % 2 {
            0 => piece.split_whitespace().map(fold).collect::<Vec<_>>(),
            _ => vec![fold(piece.trim())],
        });
        Query { words: words.filter(|word| !word.is_empty()).take(MAX_WORDS).collect() }
    }

    /// Whether nothing is looked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Where the words are in an event, if all of them are.
    #[must_use]
    pub fn find(&self, event: &Searchable) -> Option<Match> {
        let in_title = |word: &String| event.title.contains(word.as_str());
        if self.words.iter().all(in_title) {
            let starts = self.words.first().is_some_and(|word| event.title.starts_with(word.as_str()));
            return Some(if starts { Match::TitleStart } else { Match::Title });
        }
        let is_there = |word: &String| in_title(word) || event.rest.contains(word.as_str());
        self.words.iter().all(is_there).then_some(Match::Elsewhere)
    }
}

impl Searchable {
    /// The title, place, text, categories and people of an event.
    #[must_use]
    pub fn of(component: &Component) -> Searchable {
        let title = component.property("SUMMARY").map(|summary| fold(&summary.text())).unwrap_or_default();
        let mut rest = String::new();
        for property in component.properties() {
            if ["LOCATION", "DESCRIPTION", "CATEGORIES", "COMMENT"].iter().any(|name| property.is(name)) {
                add(&mut rest, &property.text());
            } else if property.is("ATTENDEE") || property.is("ORGANIZER") {
                add(&mut rest, &property.parameter("CN").unwrap_or_default());
                add(&mut rest, property.address().as_str());
            }
        }
        Searchable { title, rest }
    }
}

/// Adds a text on a line of its own, so that no phrase spans two.
fn add(rest: &mut String, text: &str) {
    rest.push_str(&fold(text));
    rest.push('\n');
}

/// The text in lower case and without the accents of Latin letters.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => folded.push('a'),
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => folded.push('c'),
            'ď' | 'đ' => folded.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => folded.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => folded.push('g'),
            'ĥ' | 'ħ' => folded.push('h'),
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => folded.push('i'),
            'ĵ' => folded.push('j'),
            'ķ' => folded.push('k'),
            'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => folded.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => folded.push('o'),
            'ŕ' | 'ŗ' | 'ř' => folded.push('r'),
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => folded.push('s'),
            'ţ' | 'ť' | 'ŧ' | 'ț' => folded.push('t'),
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => folded.push('u'),
            'ŵ' => folded.push('w'),
            'ý' | 'ÿ' | 'ŷ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            // Accents written as letters of their own.
            '\u{300}'..='\u{36f}' => {}
            letter => folded.push(letter),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ical::Document;

    #[track_caller]
    fn check(typed: &str, expected: Option<Match>) {
        let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Café in der Hauptstraße\r\nLOCATION:Łódź\\, hall 2\r\n\
                    DESCRIPTION:Bring notes\r\nATTENDEE;CN=Zoë Smith:mailto:zoe@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let document = Document::read(text.as_bytes()).unwrap();
        let event = Searchable::of(document.calendar().unwrap().components().next().unwrap());
        assert_eq!(Query::new(typed).find(&event), expected, "{typed}");
    }

    #[test]
    fn case_and_accents_make_no_difference() {
        check("CAFE", Some(Match::TitleStart));
        check("café", Some(Match::TitleStart));
        check("cafe\u{301}", Some(Match::TitleStart));
        check("hauptstrasse", Some(Match::Title));
        check("lodz", Some(Match::Elsewhere));
        check("zoe", Some(Match::Elsewhere));
    }

    #[test]
    fn every_word_must_be_there_and_a_phrase_as_it_stands() {
        check("haupt cafe", Some(Match::Title));
        check("cafe smith", Some(Match::Elsewhere));
        check("cafe tea", None);
        check("\"in der haupt\"", Some(Match::Title));
        check("\"der in\"", None);
        check("\"bring notes", Some(Match::Elsewhere));
        check("\"notes zoe\"", None);
        check("\"\"", Some(Match::Title));
        check("", Some(Match::Title));
    }

    #[test]
    fn only_so_many_words_are_looked_for() {
        assert_eq!(Query::new(&"a ".repeat(MAX_WORDS)).words.len(), MAX_WORDS);
        assert_eq!(Query::new(&"a ".repeat(MAX_WORDS + 1)).words.len(), MAX_WORDS);
        assert!(Query::new("  ").is_empty());
    }
}
