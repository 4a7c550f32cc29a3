//! The words of the page: whatever a person reads is written here, so that it can be read, judged and translated in one place.

pub mod agenda;
pub mod answer;
pub mod date;
pub mod form;
pub mod inspection;
pub mod outbox;
pub mod privacy;
pub mod problem;
pub mod shortcut;
pub mod sign_in;

/// `1 guest`, `4 guests`: a number with its noun.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// A name if there is one, else the address.
pub fn name_or<'a>(name: &'a str, address: &'a str) -> &'a str {
    if name.trim().is_empty() { address } else { name }
}

/// The title of an event, or the words for one that has none.
pub fn title_or(title: &str) -> &str {
    if title.trim().is_empty() { "Untitled event" } else { title }
}

/// Names in a row: `Ann`, `Ann and Bob`, `Ann, Bob and 3 others`.
pub fn names(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {}", count(rest.len(), "other", "others")),
    }
}

/// A number of bytes as people read it: `412 B`, `5.2 KB`.
pub fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} KB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// A whole number with thin gaps between the thousands: `1 183`.
pub fn number(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// With a small letter at its start, to stand within a sentence.
pub fn lower_start(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_are_named_up_to_two_and_counted_beyond() {
        assert_eq!(names(&[]), "");
        assert_eq!(names(&["Ann"]), "Ann");
        assert_eq!(names(&["Ann", "Bob"]), "Ann and Bob");
        assert_eq!(names(&["Ann", "Bob", "Cleo"]), "Ann, Bob and 1 other");
        assert_eq!(names(&["Ann", "Bob", "Cleo", "Dan"]), "Ann, Bob and 2 others");
    }

    #[test]
    fn sizes_and_numbers_are_for_people() {
        assert_eq!(
            (size(412).as_str(), size(5_212).as_str(), size(25_300_000).as_str()),
            ("412 B", "5.2 KB", "25.3 MB")
        );
        assert_eq!((number(0).as_str(), number(1_183).as_str()), ("0", "1\u{202f}183"));
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
