//! A person as a mail header names one, and the list of them that somebody pastes into a form.
//!
//! People paste what their own program shows: with names, quotes, semicolons, line breaks, comments, or one after the
//! other. What can be read becomes a mailbox, what cannot is a problem beside its text, and each address counts once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::address::{AddressProblem, MailAddress};
use super::header::decode_words;

/// The longest list that is read.
pub const MAX_LIST_BYTES: usize = 256 * 1024;
/// The longest name that is kept.
pub const MAX_NAME_CHARACTERS: usize = 256;

/// A name, which may be missing, and an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mailbox {
    /// The name, without line breaks or control characters, never empty.
    name: Option<String>,
    /// The address.
    address: MailAddress,
}

impl Mailbox {
    /// A mailbox. White space in the name is collapsed, control characters are dropped, an empty name is none, and a
    /// name that only repeats the address is none.
    pub fn new(name: &str, address: MailAddress) -> Self {
        let words = name.split(|character: char| character.is_whitespace() || character.is_control());
        let mut name = String::with_capacity(name.len());
        for word in words.filter(|word| !word.is_empty()) {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(word);
        }
        if let Some((end, _)) = name.char_indices().nth(MAX_NAME_CHARACTERS) {
            name.truncate(end);
        }
        let says_something = !name.is_empty() && name.to_lowercase() != address.key();
        Self { name: says_something.then_some(name), address }
    }

    /// Reads one entry: `Ann <ann@example.org>` or `ann@example.org`.
    pub fn parse(text: &str) -> Result<Self, AddressProblem> {
        read_entry(text)
    }

    /// The name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The address.
    pub fn address(&self) -> &MailAddress {
        &self.address
    }

    /// What to call this person: the name, or the address.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(self.address.as_str())
    }
}

/// The mailbox as people write it, with quotes around a name that needs them.
impl fmt::Display for Mailbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            None => write!(formatter, "{}", self.address),
            Some(name) if name.contains([',', ';', ':', '"', '\\', '<', '>', '(', ')', '@']) => {
                let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
                write!(formatter, "\"{escaped}\" <{}>", self.address)
            }
            Some(name) => write!(formatter, "{name} <{}>", self.address),
        }
    }
}

/// An entry of a list that is no mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadEntry {
    /// The entry as it was given.
    pub text: String,
    /// What is wrong with it.
    pub problem: AddressProblem,
}

/// What a pasted text holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailboxList {
    /// The mailboxes in order, each address once.
    pub mailboxes: Vec<Mailbox>,
    /// How many entries repeated an address.
    pub duplicates: usize,
    /// The entries that are no mailboxes.
    pub problems: Vec<BadEntry>,
}

/// Reads a pasted list: entries separated by commas, semicolons, line breaks, or, between bare addresses, by spaces.
pub fn read_mailboxes(text: &str) -> MailboxList {
    let mut list = MailboxList::default();
    if text.len() > MAX_LIST_BYTES {
        let start: String = text.chars().take(40).collect();
        list.problems.push(BadEntry { text: format!("{start}…"), problem: AddressProblem::TooLong });
        return list;
    }
    let mut index_by_key: HashMap<String, usize> = HashMap::new();
    for entry in split_entries(text) {
        match read_entry(&entry) {
            Ok(mailbox) => match index_by_key.get(&mailbox.address.key()) {
                Some(index) => {
                    list.duplicates += 1;
                    let known = &mut list.mailboxes[*index];
                    known.name = known.name.take().or(mailbox.name);
                }
                None => {
                    index_by_key.insert(mailbox.address.key(), list.mailboxes.len());
                    list.mailboxes.push(mailbox);
                }
            },
            Err(problem) => list.problems.push(BadEntry { text: entry, problem }),
        }
    }
    list
}

/// The text cut at its separators, which count only outside quotes, brackets and comments.
fn split_entries(text: &str) -> Vec<String> {
    let mut entries: Vec<(String, char)> = Vec::new();
    let mut entry = String::new();
    let (mut in_quotes, mut in_brackets, mut is_escaped) = (false, false, false);
    let mut comments = 0_u32;
    for character in text.chars() {
        let is_line_break = matches!(character, '\n' | '\r');
        let is_separator = matches!(character, ',' | ';') && !in_quotes && !in_brackets && comments == 0;
        if is_line_break || is_separator {
            // A quote or a bracket that was never closed ends with its line.
            (in_quotes, in_brackets, is_escaped, comments) = (false, false, false, 0);
            entries.push((std::mem::take(&mut entry), character));
            continue;
        }
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if in_quotes => is_escaped = true,
            '"' if comments == 0 => in_quotes = !in_quotes,
            '<' if !in_quotes => in_brackets = true,
            '>' if !in_quotes => in_brackets = false,
            '(' if !in_quotes => comments += 1,
            ')' if !in_quotes => comments = comments.saturating_sub(1),
            _ => {}
        }
        entry.push(character);
    }
    entries.push((entry, '\n'));

    let mut joined = Vec::new();
    let mut rest = entries.iter().peekable();
    while let Some((entry, separator)) = rest.next() {
        // `Doe, Jane <jane@example.org>`: the name of an address book, cut in two by its comma.
        let is_surname = *separator == ',' && !entry.contains(['@', '<', '"']) && !entry.trim().is_empty();
        match rest.next_if(|(next, _)| is_surname && has_first_name(next)) {
            Some((next, _)) => joined.push(format!("{},{next}", entry.trim_start())),
            None => push_entry(&mut joined, entry),
        }
    }
    joined
}

/// Whether an unquoted name stands before the bracket of an address.
fn has_first_name(entry: &str) -> bool {
    entry
        .split_once('<')
        .is_some_and(|(name, address)| !name.trim().is_empty() && !name.contains(['"', '@']) && address.contains('@'))
}

fn push_entry(entries: &mut Vec<String>, entry: &str) {
    let entry = entry.trim();
    let words = || entry.split_whitespace();
    let is_row_of_addresses = !entry.contains(['<', '"', '(']) && words().all(|word| word.contains('@'));
    if is_row_of_addresses {
        entries.extend(words().map(str::to_owned));
    } else if !entry.is_empty() {
        entries.push(entry.to_owned());
    }
}

fn read_entry(entry: &str) -> Result<Mailbox, AddressProblem> {
    let entry = without_group(entry.trim());
    let (name, address) = match (entry.rfind('<'), entry.rfind('>')) {
        (Some(open), Some(close)) if open < close && entry[close + 1..].trim().is_empty() => {
            (entry[..open].trim().to_owned(), &entry[open + 1..close])
        }
        _ => match entry.split_once('(').and_then(|(address, comment)| Some((address, comment.strip_suffix(')')?))) {
            Some((address, comment)) => (comment.to_owned(), address),
            None => (String::new(), entry),
        },
    };
    let address = match address.trim().get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &address.trim()[7..],
        _ => address,
    };
    let address = MailAddress::parse(&without_ceremony(address))?;
    Ok(Mailbox::new(&decode_words(&unquoted(&name)), address))
}

/// The address without a route before it, and without quotes that its local part does not need (RFC 5322 sections 4.4 and
/// 3.4.1): `<@relay.example:"ann"@example.org>`.
fn without_ceremony(address: &str) -> Cow<'_, str> {
    let address = address.trim();
    let address = match address.split_once(':') {
        Some((route, target)) if route.starts_with('@') => target.trim(),
        _ => address,
    };
    match address.strip_prefix('"').and_then(|rest| rest.split_once("\"@")) {
        Some((local, domain)) if !local.contains(|character: char| !is_atom(character)) => {
            Cow::Owned(format!("{local}@{domain}"))
        }
        _ => Cow::Borrowed(address),
    }
}

/// Whether a local part may have the character without quotes (RFC 5322 section 3.2.3, RFC 6532 section 3.2).
fn is_atom(character: char) -> bool {
    character.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(character)
}

/// The entry without the name of a group before it: `Team: ann@example.org`.
fn without_group(entry: &str) -> &str {
    match entry.split_once(':') {
        Some((name, member))
            if !name.contains(['@', '"', '<'])
                && !name.trim().eq_ignore_ascii_case("mailto")
                && member.contains('@') =>
        {
            member.trim()
        }
        _ => entry,
    }
}

fn unquoted(name: &str) -> String {
    let Some(inner) = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return name.trim_matches('\'').to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut is_escaped = false;
    for character in inner.chars() {
        if character == '\\' && !is_escaped {
            is_escaped = true;
        } else {
            out.push(character);
            is_escaped = false;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let list = read_mailboxes(text);
        assert_eq!(list.problems, [], "{text:?}");
        let found: Vec<String> = list.mailboxes.iter().map(Mailbox::to_string).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn every_way_of_writing_a_mailbox_is_read() {
        check("ann@a.example", &["ann@a.example"]);
        check("<ann@a.example>", &["ann@a.example"]);
        check("Ann <ann@a.example>", &["Ann <ann@a.example>"]);
        check("\"Doe, Jane\" <j@a.example>", &["\"Doe, Jane\" <j@a.example>"]);
        check("\"The \\\"Boss\\\"\" <b@a.example>", &["\"The \\\"Boss\\\"\" <b@a.example>"]);
        check("ann@a.example (Ann Ó)", &["Ann Ó <ann@a.example>"]);
        check("mailto:ann@a.example", &["ann@a.example"]);
        check("Ann <mailto:ann@a.example>", &["Ann <ann@a.example>"]);
        check("=?utf-8?Q?J=C3=BCrgen?= <j@a.example>", &["Jürgen <j@a.example>"]);
        check("'Ann' <ann@a.example>", &["Ann <ann@a.example>"]);
        check("ann@a.example <ann@a.example>", &["ann@a.example"]);
    }

    #[test]
    fn a_pasted_list_may_be_mixed() {
        check(
            "Name <a@b.example>; \"X, Y\" <c@d.example>, e@f.example\r\ng@h.example\n\n; i@j.example k@l.example",
            &[
                "Name <a@b.example>",
                "\"X, Y\" <c@d.example>",
                "e@f.example",
                "g@h.example",
                "i@j.example",
                "k@l.example",
            ],
        );
        check(
            "Doe, Jane <j@x.example>; Roe, Rick <r@x.example>",
            &["\"Doe, Jane\" <j@x.example>", "\"Roe, Rick\" <r@x.example>"],
        );
        check("Team: a@b.example, c@d.example;", &["a@b.example", "c@d.example"]);
        check(" ,;\n\t", &[]);
    }

    #[test]
    fn twenty_mixed_entries_are_twenty_guests() {
        let text: String = (0..20)
            .map(|number| match number % 4 {
                0 => format!("Guest {number} <g{number}@a.example>; "),
                1 => format!("\"Guest, {number}\" <g{number}@a.example>, "),
                2 => format!("g{number}@a.example\n"),
                _ => format!("g{number}@a.example (Guest {number}),"),
            })
            .collect();
        let list = read_mailboxes(&text);
        assert_eq!((list.mailboxes.len(), list.problems.len(), list.duplicates), (20, 0, 0));
    }

    #[test]
    fn an_address_counts_once_and_keeps_its_name() {
        let list = read_mailboxes("ann@a.example, Ann <ANN@A.example>, Annie <ann@a.example>");
        assert_eq!(list.mailboxes.len(), 1);
        assert_eq!(list.mailboxes[0].to_string(), "Ann <ann@a.example>");
        assert_eq!(list.duplicates, 2);
    }

    #[test]
    fn a_bad_entry_is_named_and_the_others_are_read() {
        let list = read_mailboxes("ann@a.example, nobody, <b@c@d>, Eve <eve@evil.example\r\n, x@y.example");
        let found: Vec<String> = list.mailboxes.iter().map(Mailbox::to_string).collect();
        assert_eq!(found, ["ann@a.example", "x@y.example"]);
        let problems: Vec<_> = list.problems.into_iter().map(|bad| (bad.text, bad.problem)).collect();
        assert_eq!(
            problems,
            [
                ("nobody".to_owned(), AddressProblem::NoAt),
                ("<b@c@d>".to_owned(), AddressProblem::SecondAt),
                ("Eve <eve@evil.example".to_owned(), AddressProblem::Character(' ')),
            ]
        );
    }

    #[test]
    fn a_name_cannot_break_a_header() {
        let address = MailAddress::parse("a@b.example").expect("an address");
        let mailbox = Mailbox::new("Ann\r\nBcc: eve@evil.example\0", address.clone());
        assert_eq!(mailbox.name(), Some("Ann Bcc: eve@evil.example"));
        assert_eq!(Mailbox::new(" \t", address.clone()).name(), None);
        let long = Mailbox::new(&"é".repeat(MAX_NAME_CHARACTERS + 1), address);
        assert_eq!(long.name().map(|name| name.chars().count()), Some(MAX_NAME_CHARACTERS));
    }

    #[test]
    fn the_list_is_limited_at_its_edge() {
        let text = |size: usize| format!("a@b.example{}", " ".repeat(size - 11));
        assert_eq!(read_mailboxes(&text(MAX_LIST_BYTES)).mailboxes.len(), 1);
        assert_eq!(read_mailboxes(&text(MAX_LIST_BYTES + 1)).problems.len(), 1);
    }
}
