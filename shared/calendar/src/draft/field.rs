//! What a person may type into a field that becomes a line of a calendar.

use thiserror::Error;

/// The longest text of a field, in bytes of UTF-8: half of what a reader accepts in one line, since escapes may
/// double it.
pub const TEXT_LIMIT_BYTES: usize = 32 * 1024;

/// A field with text of the person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// SUMMARY.
    Title,
    /// LOCATION.
    Place,
    /// DESCRIPTION.
    Description,
}

/// Why a text cannot stand in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FieldProblem {
    /// Longer than [`TEXT_LIMIT_BYTES`].
    #[error("longer than {TEXT_LIMIT_BYTES} bytes")]
    TooLong(Field),
    /// A control character that no calendar can carry; line breaks and tabs are none.
    #[error("a control character that no calendar can carry")]
    ForbiddenCharacter(Field),
}

/// Checks a text before it becomes a property.
///
/// # Errors
/// If it is too long, or holds a control character other than a line break or a tab.
pub fn check_text(field: Field, text: &str) -> Result<(), FieldProblem> {
    if text.len() > TEXT_LIMIT_BYTES {
        return Err(FieldProblem::TooLong(field));
    }
    if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
        return Err(FieldProblem::ForbiddenCharacter(field));
    }
    Ok(())
}

/// A text with the line breaks of iCalendar: whatever the person's machine wrote, one `\n` each.
pub(super) fn with_plain_breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_be_as_long_as_the_limit_and_no_longer() {
        assert_eq!(check_text(Field::Title, &"x".repeat(TEXT_LIMIT_BYTES)), Ok(()));
        let longer = "x".repeat(TEXT_LIMIT_BYTES + 1);
        assert_eq!(check_text(Field::Title, &longer), Err(FieldProblem::TooLong(Field::Title)));
    }

    #[test]
    fn line_breaks_and_tabs_pass_and_other_controls_do_not() {
        assert_eq!(check_text(Field::Place, "a\nb\r\nc\td \u{1F600} \"quoted\""), Ok(()));
        for text in ["a\0b", "a\u{7}b", "a\u{1b}[2Jb", "a\u{85}b"] {
            assert_eq!(check_text(Field::Place, text), Err(FieldProblem::ForbiddenCharacter(Field::Place)), "{text:?}");
        }
    }
}
