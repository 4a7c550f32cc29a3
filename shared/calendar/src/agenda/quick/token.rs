//! A text cut into words, numbers, signs, mail addresses and links, each with its place in the text.

use super::sense::{Language, Sense};

/// The characters of a text that are looked at; what follows belongs to the title unread.
pub(super) const MAX_CHARACTERS: usize = 1_000;

/// One piece of the text.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    /// Its first byte.
    pub(super) start: usize,
    pub(super) kind: Kind,
    /// Whether it follows the piece before it without a space.
    pub(super) is_glued: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Digits; too many of them are no number that matters.
    Digits(u32),
    Word(Option<Sense>),
    Sign(char),
    Mail,
    Link,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn sense(&self) -> Option<Sense> {
        match self.kind {
            Kind::Word(sense) => sense,
            _ => None,
        }
    }

    pub(super) fn is_sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    pub(super) fn starts_upper(&self) -> bool {
        self.text.starts_with(char::is_uppercase)
    }
}

pub(super) fn tokens(text: &str, language: Language) -> Vec<Token<'_>> {
    let end = text.char_indices().nth(MAX_CHARACTERS).map_or(text.len(), |(end, _)| end);
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(letter) = text[start..end].chars().next() {
        if letter.is_whitespace() {
            start += letter.len_utf8();
            continue;
        }
        let chunk = &text[start..start + text[start..end].find(char::is_whitespace).unwrap_or(end - start)];
        let (length, kind) = piece(chunk, language);
        let is_glued = tokens.last().is_some_and(|before: &Token<'_>| before.end() == start);
        tokens.push(Token { text: &text[start..start + length], start, kind, is_glued });
        start += length;
    }
    keep_quoted(&mut tokens);
    tokens
}

/// What stands in double quotes is a name, whatever its words mean elsewhere.
fn keep_quoted(tokens: &mut [Token<'_>]) {
    let is_quote = |token: &Token<'_>| matches!(token.kind, Kind::Sign('"' | '\u{201c}' | '\u{201d}' | '\u{201e}'));
    let mut start = 0;
    while let Some(open) = tokens.iter().skip(start).position(is_quote).map(|at| start + at) {
        let Some(length) = tokens[open + 1..].iter().position(is_quote) else { return };
        for token in &mut tokens[open..=open + 1 + length] {
            token.kind = Kind::Word(None);
        }
        start = open + length + 2;
    }
}

/// The first piece of a chunk without spaces, and its length in bytes; never nothing.
fn piece(chunk: &str, language: Language) -> (usize, Kind) {
    let first = chunk.chars().next().unwrap_or_default();
    if chunk.starts_with("https://") || chunk.starts_with("http://") {
        return (chunk.trim_end_matches([',', '.', ';', ')', '>']).len(), Kind::Link);
    }
    if let Some(length) = mail_length(chunk) {
        return (length, Kind::Mail);
    }
    let while_of = |belongs: fn(char) -> bool| chunk.find(|letter| !belongs(letter)).unwrap_or(chunk.len());
    if first.is_ascii_digit() {
        let length = while_of(|letter| letter.is_ascii_digit());
        return (length, Kind::Digits(chunk[..length].parse().unwrap_or(u32::MAX)));
    }
    if first.is_alphabetic() {
        let length = while_of(|letter| letter.is_alphabetic() || letter == '\'' || letter == '\u{2019}');
        let word = chunk[..length].to_lowercase().replace('\u{2019}', "'");
        return (length, Kind::Word(language.sense(&word)));
    }
    let dash = matches!(first, '\u{2013}' | '\u{2014}').then_some('-');
    (first.len_utf8(), Kind::Sign(dash.unwrap_or(first)))
}

/// The length of the mail address that the chunk starts with.
fn mail_length(chunk: &str) -> Option<usize> {
    let belongs = |letter: char| letter.is_ascii_alphanumeric() || "._%+-@".contains(letter);
    let address = &chunk[..chunk.find(|letter| !belongs(letter)).unwrap_or(chunk.len())];
    let address = address.trim_end_matches(['.', '-', '_']);
    let (local, domain) = address.split_once('@')?;
    let is_domain = domain.contains('.') && !domain.contains('@') && domain.split('.').all(|label| !label.is_empty());
    (!local.is_empty() && is_domain && address.len() <= 254).then_some(address.len())
}
