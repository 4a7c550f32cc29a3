//! What no phrase of time has claimed: the place, if one is named, and the title.

use super::Sense;
use super::phrase::Phrases;
use super::token::Kind;

/// A stretch of tokens, the end not included.
pub(super) type Stretch = std::ops::Range<usize>;

impl Phrases<'_> {
    /// The place in a stretch: the index where its phrase starts, and the tokens that name it.
    pub(super) fn place(&self, stretch: &Stretch) -> Option<(usize, Stretch)> {
        stretch.clone().find_map(|at| {
            let start = self.start_of_place(at)?;
            let end = self.trim_end(start..stretch.end);
            (start < end && end <= stretch.end && self.has_letters(start..end)).then_some((at, start..end))
        })
    }

    /// The index at which the name of a place starts, if `at` is what stands in front of one.
    fn start_of_place(&self, at: usize) -> Option<usize> {
        let token = self.tokens.get(at)?;
        if token.is_sign('@') {
            return Some(at + 1);
        }
        match token.sense()? {
            Sense::Place if self.is_sign(at + 1, ':') => Some(at + 2),
            // `at` alone: the German words of that sense speak of hours only.
            Sense::At if token.text.eq_ignore_ascii_case("at") => Some(at + 1),
            Sense::Place if token.text.eq_ignore_ascii_case("bei") => Some(at + 1).filter(|next| self.is_name(*next)),
            Sense::In => {
                let next = self.skip(at + 1, &[Sense::Article, Sense::One]);
                self.is_name(next).then_some(at + 1)
            }
            _ => None,
        }
    }

    /// Whether there is more than a number: `at 25:00` is no place. A room may have one only.
    fn has_letters(&self, stretch: Stretch) -> bool {
        let is_number = stretch.len() == 1;
        let mut tokens = self.tokens.get(stretch).into_iter().flatten();
        is_number || tokens.any(|token| !matches!(token.kind, Kind::Digits(_) | Kind::Sign(_)))
    }

    /// Whether a name or the number of a room stands there; `in May` is no place.
    fn is_name(&self, at: usize) -> bool {
        !matches!(self.sense(at), Some(Sense::Month(_)))
            && self.tokens.get(at).is_some_and(|token| {
                token.starts_upper() || matches!(token.kind, Kind::Digits(_)) || token.text.eq_ignore_ascii_case("room")
            })
    }

    /// The stretch without the signs and little words that phrases left hanging at its ends.
    pub(super) fn trim(&self, stretch: Stretch) -> Stretch {
        let end = self.trim_end(stretch.clone());
        let hangs = |at: &usize| {
            self.tokens.get(*at).is_some_and(|token| matches!(token.kind, Kind::Sign(sign) if ",;:-)&@".contains(sign)))
        };
        let start = (stretch.start..end).find(|at| !hangs(at)).unwrap_or(end);
        start..end
    }

    fn trim_end(&self, stretch: Stretch) -> usize {
        let hangs = |at: &usize| match self.tokens.get(*at).map(|token| &token.kind) {
            Some(Kind::Sign(sign)) => ",;:-(&@".contains(*sign),
            Some(Kind::Word(Some(sense))) => matches!(
                sense,
                Sense::On
                    | Sense::At
                    | Sense::From
                    | Sense::For
                    | Sense::In
                    | Sense::With
                    | Sense::And
                    | Sense::To
                    | Sense::Article
            ),
            _ => false,
        };
        stretch.rev().find(|at| !hangs(at)).map_or(0, |at| at + 1)
    }

    /// The text of a stretch as it was typed.
    pub(super) fn text<'a>(&self, text: &'a str, stretch: &Stretch) -> &'a str {
        let (first, last) =
            (self.tokens.get(stretch.start), stretch.end.checked_sub(1).and_then(|last| self.tokens.get(last)));
        match (first, last) {
            (Some(first), Some(last)) if stretch.start < stretch.end => &text[first.start..last.end()],
            _ => "",
        }
    }
}
