//! A rule, and a place where it is broken.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;

use crate::ical::{Component, Document, Item, Property};
use crate::order;

use super::sheet::Sheet;

/// The most findings of one check, and of one rule in it: the first ones tell what to mend.
pub const MAX_FINDINGS: usize = 200;
const MAX_FINDINGS_PER_RULE: usize = 10;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing; every program copes.
    Note,
    /// Some programs show something wrong, or less.
    Warning,
    /// Some programs do not show an invitation at all, or show a false one.
    Error,
}

impl Level {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something that can be wrong with a message.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, which stays the same from version to version.
    pub id: &'static str,
    /// How bad it is.
    pub level: Level,
    /// The sentence that is broken.
    pub section: &'static str,
    /// What is wrong, as a sentence without its place.
    pub what: &'static str,
    /// What mail programs would do about it.
    pub effect: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

/// Where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The number of the part of the mail.
    pub part: Option<String>,
    /// The lines of the calendar text, counted from 1.
    pub lines: Option<RangeInclusive<usize>>,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines.as_ref().map(|lines| match lines.start() == lines.end() {
            true => format!("line {}", lines.start()),
            false => format!("lines {} to {}", lines.start(), lines.end()),
        });
        match (&self.part, lines) {
            (Some(part), Some(lines)) => write!(formatter, "part {part}, {lines}"),
            (Some(part), None) => write!(formatter, "part {part}"),
            (None, Some(lines)) => formatter.write_str(&lines),
            (None, None) => formatter.write_str("the whole"),
        }
    }
}

/// A rule that is broken, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What exactly, when the rule's own sentence does not say it all: a name, a value.
    pub detail: String,
    /// Where.
    pub place: Place,
}

impl Finding {
    /// The same, in that part of the mail.
    pub(super) fn in_part(self, part: &str) -> Self {
        Self { place: Place { part: Some(part.to_owned()), ..self.place }, ..self }
    }

    /// The whole finding in words: what, which, what would happen, how to mend it.
    pub fn sentence(&self) -> String {
        let Rule { what, effect, mend, section, .. } = self.rule;
        match self.detail.is_empty() {
            true => format!("{what} {effect} {mend} ({section})"),
            false => format!("{}: {}. {effect} {mend} ({section})", what.trim_end_matches('.'), self.detail),
        }
    }
}

/// The findings as they are made.
pub(super) struct Report<'s> {
    /// The text, and what was read from it.
    bytes: &'s [u8],
    document: Option<&'s Document>,
    part: Option<String>,
    /// Found when the first finding asks for its line: most messages have none.
    lines: OnceCell<LineNumbers>,
    findings: Vec<Finding>,
}

/// The line of each property and component of a document, by its address in memory while it is checked.
struct LineNumbers {
    sheet: Sheet,
    by_address: HashMap<usize, usize>,
}

impl LineNumbers {
    fn find(bytes: &[u8], document: Option<&Document>) -> Self {
        let mut found = Self { sheet: Sheet::read(bytes), by_address: HashMap::new() };
        let mut cursor = 0;
        for calendar in document.into_iter().flat_map(Document::calendars) {
            found.find_component(calendar, &mut cursor);
        }
        found
    }

    fn find_component(&mut self, component: &Component, cursor: &mut usize) {
        if let Some(found) =
            self.sheet.find(*cursor, |text| text.get(..6).is_some_and(|begin| begin.eq_ignore_ascii_case("BEGIN:")))
        {
            self.by_address.insert(std::ptr::from_ref(component) as usize, found);
            *cursor = found + 1;
        }
        for item in component.items() {
            match item {
                Item::Component(inner) => self.find_component(inner, cursor),
                Item::Property(property) => {
                    if let Some(found) = self.sheet.find(*cursor, |text| text == property.line()) {
                        self.by_address.insert(std::ptr::from_ref(property) as usize, found);
                        *cursor = found + 1;
                    }
                }
                Item::Unreadable(_) => {}
            }
        }
    }

    fn of(&self, address: usize) -> Option<RangeInclusive<usize>> {
        self.by_address.get(&address).map(|line| self.sheet.numbers(*line))
    }
}

impl<'s> Report<'s> {
    /// About something without lines of its own.
    pub(super) fn new(part: Option<&str>) -> Self {
        Self::on(b"", None, part)
    }

    /// About a text, and the document that was read from it.
    pub(super) fn on(bytes: &'s [u8], document: Option<&'s Document>, part: Option<&str>) -> Self {
        let part = part.map(str::to_owned);
        Self { bytes, document, part, lines: OnceCell::new(), findings: Vec::new() }
    }

    /// A finding at a property.
    pub(super) fn at(&mut self, rule: &'static Rule, property: &Property, detail: impl Into<String>) {
        let lines = self.lines_of(std::ptr::from_ref(property) as usize);
        self.add(rule, lines, detail.into());
    }

    /// A finding about a component, at its first line.
    pub(super) fn of(&mut self, rule: &'static Rule, component: &Component, detail: impl Into<String>) {
        let lines = self.lines_of(std::ptr::from_ref(component) as usize);
        self.add(rule, lines, detail.into());
    }

    /// A finding at lines of the text, counted from 1.
    pub(super) fn lines(&mut self, rule: &'static Rule, lines: RangeInclusive<usize>, detail: impl Into<String>) {
        self.add(rule, Some(lines), detail.into());
    }

    /// A finding about the whole part.
    pub(super) fn whole(&mut self, rule: &'static Rule, detail: impl Into<String>) {
        self.add(rule, None, detail.into());
    }

    fn lines_of(&self, address: usize) -> Option<RangeInclusive<usize>> {
        self.lines.get_or_init(|| LineNumbers::find(self.bytes, self.document)).of(address)
    }

    fn add(&mut self, rule: &'static Rule, lines: Option<RangeInclusive<usize>>, detail: String) {
        let same = self.findings.iter().filter(|finding| std::ptr::eq(finding.rule, rule)).count();
        if same < MAX_FINDINGS_PER_RULE && self.findings.len() < MAX_FINDINGS {
            // A value from a stranger may be as long as a line may be.
            let detail = match detail.char_indices().nth(120) {
                Some((at, _)) => format!("{}…", &detail[..at]),
                None => detail,
            };
            self.findings.push(Finding { rule, detail, place: Place { part: self.part.clone(), lines } });
        }
    }

    /// The findings in the order of their lines; those about the whole come first.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        order::sort_by_key(&mut self.findings, |finding| finding.place.lines.as_ref().map(|lines| *lines.start()));
        self.findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_like_a_sentence() {
        let check = |part: Option<&str>, lines: Option<RangeInclusive<usize>>, expected: &str| {
            assert_eq!(Place { part: part.map(str::to_owned), lines }.to_string(), expected);
        };
        check(None, None, "the whole");
        check(Some("1.3"), None, "part 1.3");
        check(None, Some(4..=4), "line 4");
        check(Some("2"), Some(4..=6), "part 2, lines 4 to 6");
    }
}
