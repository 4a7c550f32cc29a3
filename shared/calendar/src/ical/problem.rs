//! What is wrong with a text that was read, and why a text could not be read at all.

use std::fmt;

use thiserror::Error;

/// Something malformed that is carried unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line it stands on, counted from 1 as an editor would.
    pub line: usize,
    /// What is wrong there.
    pub kind: ProblemKind,
}

/// The ways in which a calendar can be malformed and still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A line that is neither `NAME:value` nor the continuation of one.
    NotAProperty,
    /// A line whose bytes are not UTF-8.
    NotUtf8,
    /// A control character inside a line.
    ControlCharacter,
    /// A parameter with an opening quote and no closing one.
    UnbalancedQuote,
    /// A component that has no END of its own.
    MissingEnd,
    /// An END that closes nothing.
    StrayEnd,
    /// A property or an unknown line outside of every component.
    OutsideCalendar,
    /// No VCALENDAR at all.
    NoCalendar,
}

impl ProblemKind {
    /// Whether the tree cannot be trusted any more, so that the object may be shown but not changed.
    #[must_use]
    pub fn is_structural(self) -> bool {
        matches!(self, Self::MissingEnd | Self::StrayEnd | Self::NoCalendar)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ProblemKind::NotAProperty => "this is not a property",
            ProblemKind::NotUtf8 => "this line is not UTF-8",
            ProblemKind::ControlCharacter => "this line has a control character in it",
            ProblemKind::UnbalancedQuote => "a quotation mark is not closed",
            ProblemKind::MissingEnd => "this component has no END",
            ProblemKind::StrayEnd => "this END closes nothing",
            ProblemKind::OutsideCalendar => "this line stands outside of the calendar",
            ProblemKind::NoCalendar => "there is no calendar in this text",
        };
        write!(formatter, "line {}: {what}", self.line)
    }
}

/// Why a text was not read. Only its sender can mend it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The whole text is larger than the limit.
    #[error("the calendar is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit that was passed.
        limit_bytes: usize,
    },
    /// One content line is longer than the limit.
    #[error("line {line}: longer than {limit_bytes} bytes")]
    LineTooLong {
        /// Where the content line begins.
        line: usize,
        /// The limit that was passed.
        limit_bytes: usize,
    },
    /// One content line has too many parameters.
    #[error("line {line}: more than {limit} parameters")]
    TooManyParameters {
        /// Where the content line begins.
        line: usize,
        /// The limit that was passed.
        limit: usize,
    },
    /// More components than the limit.
    #[error("line {line}: more than {limit} components")]
    TooManyComponents {
        /// The first BEGIN too many.
        line: usize,
        /// The limit that was passed.
        limit: usize,
    },
    /// Components nested deeper than the limit.
    #[error("line {line}: components nested deeper than {limit}")]
    TooDeep {
        /// The first BEGIN too deep.
        line: usize,
        /// The limit that was passed.
        limit: usize,
    },
}
