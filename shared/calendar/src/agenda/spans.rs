//! Many spans of time, and which of them touch a range, found without looking at the others.
//!
//! Spans of like length lie together, in drawers as wide as the longest of them, so that each is in reach of at most two
//! drawers. A question opens the drawers of its range once for each length there is, and those are few.

use std::collections::BTreeMap;

/// The narrowest drawer, as a power of two of seconds: a day and a half.
const NARROWEST_BITS: u32 = 17;

/// Each width is so many times the one before, as a power of two.
const STEP_BITS: u32 = 2;

/// The widest drawer, as a power of two of seconds: more than there is of time.
const WIDEST_BITS: u32 = 41;

/// No span begins or ends further from 1970, in seconds.
const FURTHEST: i64 = 1 << 40;

/// A span of time in Unix seconds. One that ends where it begins is a moment, and belongs to what begins there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: i64,
    /// Where it is over.
    pub to: i64,
}

/// Spans of time, each with what it belongs to.
#[derive(Clone, Debug)]
pub struct Spans<T> {
    /// By width, then by place in time.
    drawers: BTreeMap<u32, BTreeMap<i64, Vec<(Span, T)>>>,
}

impl Span {
    /// Whether it and a range have a moment in common, or meet end to end.
    #[must_use]
    pub fn touches(self, range: Span) -> bool {
        self.from <= range.to && self.to >= range.from
    }

    /// The shortest span that holds both.
    #[must_use]
    pub fn with(self, other: Span) -> Span {
        Span { from: self.from.min(other.from), to: self.to.max(other.to) }
    }

    fn clamped(self) -> Span {
        let from = self.from.clamp(-FURTHEST, FURTHEST);
        Span { from, to: self.to.clamp(from, FURTHEST) }
    }

    /// The width of its drawer, as a power of two of seconds.
    fn width_bits(self) -> u32 {
        let mut bits = NARROWEST_BITS;
        while bits < WIDEST_BITS && self.to - self.from > 1 << bits {
            bits += STEP_BITS;
        }
        bits
    }
}

impl<T> Default for Spans<T> {
    fn default() -> Self {
        Self { drawers: BTreeMap::new() }
    }
}

impl<T> Spans<T> {
    /// Adds a span.
    pub fn add(&mut self, span: Span, of: T) {
        let span = span.clamped();
        let bits = span.width_bits();
        self.drawers.entry(bits).or_default().entry(span.from >> bits).or_default().push((span, of));
    }

    /// Removes what was added with this span; says whether it was there.
    pub fn remove(&mut self, span: Span, of: &T) -> bool
    where
        T: PartialEq,
    {
        let span = span.clamped();
        let bits = span.width_bits();
        let Some(drawers) = self.drawers.get_mut(&bits) else { return false };
        let Some(drawer) = drawers.get_mut(&(span.from >> bits)) else { return false };
        let Some(place) = drawer.iter().position(|(_, it)| it == of) else { return false };
        drawer.swap_remove(place);
        if drawer.is_empty() {
            drawers.remove(&(span.from >> bits));
        }
        true
    }

    /// What the spans that touch a range belong to, in no order.
    pub fn touching(&self, range: Span) -> impl Iterator<Item = &T> {
        let range = range.clamped();
        let in_reach = self.drawers.iter().flat_map(move |(bits, drawers)| {
            // What begins one drawer earlier can last into the range.
            drawers.range((range.from >> bits) - 1..=range.to >> bits)
        });
        let touching = in_reach.flat_map(|(_, drawer)| drawer).filter(move |(span, _)| span.touches(range));
        touching.map(|(_, of)| of)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(spans: &Spans<usize>, range: Span) -> Vec<usize> {
        let mut found: Vec<_> = spans.touching(range).copied().collect();
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn exactly_the_spans_that_touch_the_range_are_found(
            all in prop::collection::vec((-4_000_000_000_i64..4_000_000_000, 0_u32..36, 0.0..1.0_f64), 0..60),
            from in -4_000_000_000_i64..4_000_000_000,
            length in 0_i64..100_000_000,
        ) {
            let all: Vec<Span> = all
                .into_iter()
                .map(|(from, bits, part)| Span { from, to: from + ((1_u64 << bits) as f64 * part) as i64 })
                .collect();
            let mut spans = Spans::default();
            all.iter().enumerate().for_each(|(index, span)| spans.add(*span, index));
            let range = Span { from, to: from + length };
            let expected: Vec<usize> = (0..all.len()).filter(|index| all[*index].touches(range)).collect();
            prop_assert_eq!(found(&spans, range), expected);
        }
    }

    #[test]
    fn the_ends_of_time_are_spans_as_others_are() {
        let always = Span { from: i64::MIN, to: i64::MAX };
        let mut spans = Spans::default();
        spans.add(always, 1);
        spans.add(Span { from: 0, to: 0 }, 2);
        assert_eq!(found(&spans, Span { from: 5, to: 6 }), [1]);
        assert_eq!(found(&spans, always), [1, 2]);
    }

    #[test]
    fn what_was_removed_is_not_found() {
        let (span, range) = (Span { from: 10, to: 20 }, Span { from: 0, to: 100 });
        let mut spans = Spans::default();
        spans.add(span, 1);
        spans.add(span, 2);
        assert!(spans.remove(span, &1));
        assert!(!spans.remove(span, &1));
        assert_eq!(found(&spans, range), [2]);
    }
}
