//! Reading phrases out of tokens: what every part of the grammar needs.
//!
//! A phrase reader takes the index at which the phrase should start, and gives what it means and the index after it.

use jiff::civil::{Date, DateTime};

use super::Sense;
use super::sense::{Language, Unit};
use super::token::{Kind, Token};

/// The tokens, and from where and when they are read.
pub(super) struct Phrases<'t> {
    pub(super) tokens: Vec<Token<'t>>,
    pub(super) language: Language,
    /// What the clock on the wall of the person shows.
    pub(super) now: DateTime,
}

/// What a phrase means, and the index after it.
pub(super) type Read<T> = Option<(T, usize)>;

impl Phrases<'_> {
    pub(super) fn today(&self) -> Date {
        self.now.date()
    }

    pub(super) fn sense(&self, at: usize) -> Option<Sense> {
        self.tokens.get(at)?.sense()
    }

    pub(super) fn is(&self, at: usize, sense: Sense) -> bool {
        self.sense(at) == Some(sense)
    }

    pub(super) fn is_sign(&self, at: usize, sign: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_sign(sign))
    }

    /// Whether the token follows the one before it without a space.
    pub(super) fn is_glued(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_glued)
    }

    /// The index after the token where it has one of these senses, or the index itself.
    pub(super) fn skip(&self, at: usize, senses: &[Sense]) -> usize {
        if self.sense(at).is_some_and(|sense| senses.contains(&sense)) { at + 1 } else { at }
    }

    pub(super) fn skip_sign(&self, at: usize, sign: char) -> usize {
        if self.is_sign(at, sign) { at + 1 } else { at }
    }

    /// The number that digits write.
    pub(super) fn digits(&self, at: usize) -> Option<u32> {
        match self.tokens.get(at)?.kind {
            Kind::Digits(number) => Some(number),
            _ => None,
        }
    }

    /// A number in digits or words.
    pub(super) fn number(&self, at: usize) -> Option<u32> {
        match self.sense(at) {
            Some(Sense::Number(number)) => Some(number),
            _ => self.digits(at),
        }
    }

    /// A day of the month that says so: `15th`, `15.` in German, `3rd`.
    pub(super) fn ordinal_day(&self, at: usize) -> Read<i8> {
        let day = self.digits(at).filter(|day| (1..=31).contains(day))? as i8;
        let after = self.tokens.get(at + 1).filter(|token| token.is_glued)?;
        let is_ordinal = match &after.kind {
            Kind::Word(_) => ["st", "nd", "rd", "th"].iter().any(|suffix| after.text.eq_ignore_ascii_case(suffix)),
            Kind::Sign('.') => {
                self.language.counts_to_24() && !(self.is_glued(at + 2) && self.digits(at + 2).is_some())
            }
            _ => false,
        };
        is_ordinal.then_some((day, at + 2))
    }

    pub(super) fn unit(&self, at: usize) -> Option<Unit> {
        match self.sense(at)? {
            Sense::Unit(unit) => Some(unit),
            _ => None,
        }
    }

    /// `2 weeks`, `a week`: a number of units, at least one and at most a few thousand.
    pub(super) fn count_of_units(&self, at: usize) -> Read<(u32, Unit)> {
        let count = if self.is(at, Sense::One) { 1 } else { self.number(at)? };
        let unit = self.unit(at + 1)?;
        (1..=5_000).contains(&count).then_some(((count, unit), at + 2))
    }

    /// `to`, `until` or a dash.
    pub(super) fn skip_to(&self, at: usize) -> Option<usize> {
        (self.is(at, Sense::To) || self.is_sign(at, '-')).then_some(at + 1)
    }

    /// `Mon`, `Tuesday`; a German abbreviation only where it looks like one, because `so` and `do` are words.
    pub(super) fn weekday(&self, at: usize) -> Read<u8> {
        let Some(Sense::Weekday(weekday)) = self.sense(at) else { return None };
        let token = self.tokens.get(at)?;
        if token.text.len() > 3 || !self.language.counts_to_24() {
            // A full stop after an abbreviation belongs to it.
            let next =
                if token.text.len() <= 3 && self.is_glued(at + 1) { self.skip_sign(at + 1, '.') } else { at + 1 };
            return Some((weekday, next));
        }
        let is_expected =
            at.checked_sub(1).and_then(|before| self.sense(before)).is_some_and(|sense| {
                matches!(
                    sense,
                    Sense::On
                        | Sense::Every
                        | Sense::Next
                        | Sense::This
                        | Sense::To
                        | Sense::And
                        | Sense::From
                        | Sense::Each(_)
                )
            }) || at.checked_sub(1).is_some_and(|before| self.is_sign(before, '-') || self.is_sign(before, ','));
        let follows = self.tokens.get(at + 1);
        let is_followed = follows.is_none_or(|token| match token.kind {
            Kind::Digits(_) => true,
            Kind::Sign(sign) => matches!(sign, '.' | ',' | '-'),
            Kind::Word(sense) => matches!(
                sense,
                Some(Sense::At | Sense::From | Sense::To | Sense::And | Sense::PartOfDay { .. } | Sense::Named(_))
            ),
            _ => false,
        });
        let looks_like_one = token.starts_upper() && (is_expected || is_followed);
        looks_like_one.then(|| (weekday, self.skip_sign(at + 1, '.')))
    }
}
