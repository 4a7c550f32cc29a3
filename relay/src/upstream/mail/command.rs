//! IMAP commands, rendered from typed values so that no value can become a second command (RFC 3501 section 6).
//!
//! Whatever comes from the page is a number, a flag of an enum, a mailbox name in modified UTF-7, a header name made
//! of token characters, or a string. Strings are quoted if they can be and sent as literals if they cannot.

use wire::{Criterion, FetchItems, Flag, FlagChange, PartPath, Refusal, UidRange};

use super::utf7;
use crate::policy::limit::{FETCHED_PART_LIMIT, LIST_LIMIT, RESPONSE_LIMIT_BYTES, TEXT_LIMIT_BYTES};

/// A command without its tag. Between two segments the server must ask for the literal that the next one begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    segments: Vec<String>,
}

impl Command {
    /// A command that begins with these words.
    fn new(words: &str) -> Self {
        Self { segments: vec![words.to_owned()] }
    }

    /// Its segments, at least one.
    pub(super) fn segments(&self) -> &[String] {
        &self.segments
    }

    fn word(mut self, word: &str) -> Self {
        let last = self.last();
        last.push(' ');
        last.push_str(word);
        self
    }

    /// Adds a string argument (RFC 3501 section 4.3).
    fn string(mut self, text: &str) -> Result<Self, Refusal> {
        if text.len() > TEXT_LIMIT_BYTES || text.contains('\0') {
            return Err(bad("a text is too long or contains a NUL"));
        }
        let last = self.last();
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            last.push_str(" \"");
            for c in text.chars() {
                if matches!(c, '"' | '\\') {
                    last.push('\\');
                }
                last.push(c);
            }
            last.push('"');
        } else {
            last.push_str(&format!(" {{{}}}", text.len()));
            self.segments.push(text.to_owned());
        }
        Ok(self)
    }

    fn mailbox(self, name: &str) -> Result<Self, Refusal> {
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(bad("this is not the name of a mailbox"));
        }
        // INBOX is the one name that is the same in any case; everything else is left alone.
        if name.eq_ignore_ascii_case("INBOX") { Ok(self.word("INBOX")) } else { self.string(&utf7::encode(name)) }
    }

    fn last(&mut self) -> &mut String {
        if self.segments.is_empty() {
            self.segments.push(String::new());
        }
        let end = self.segments.len() - 1;
        &mut self.segments[end]
    }
}

/// `CAPABILITY`
pub(super) fn capability() -> Command {
    Command::new("CAPABILITY")
}

/// `LIST` of everything, with special uses where the server tells them only when asked.
pub(super) fn list(ask_for_special_use: bool) -> Command {
    Command::new(if ask_for_special_use { "LIST \"\" \"*\" RETURN (SPECIAL-USE)" } else { "LIST \"\" \"*\"" })
}

/// `SELECT` or `EXAMINE`.
pub(super) fn select(mailbox: &str, read_only: bool, with_modseq: bool) -> Result<Command, Refusal> {
    let command = Command::new(if read_only { "EXAMINE" } else { "SELECT" }).mailbox(mailbox)?;
    Ok(if with_modseq { command.word("(CONDSTORE)") } else { command })
}

/// `UID SEARCH`
pub(super) fn search(criteria: &[Criterion]) -> Result<Command, Refusal> {
    if criteria.len() > LIST_LIMIT {
        return Err(bad("there are too many criteria"));
    }
    let needs_charset = criteria
        .iter()
        .any(|criterion| matches!(criterion, Criterion::Header { contains, .. } if !contains.is_ascii()));
    let mut command = Command::new(if needs_charset { "UID SEARCH CHARSET UTF-8" } else { "UID SEARCH" });
    if criteria.is_empty() {
        return Ok(command.word("ALL"));
    }
    for criterion in criteria {
        command = match criterion {
            Criterion::Uid(ranges) => command.word("UID").word(&uid_set(ranges)?),
            Criterion::Since(year, month, day) => command.word("SINCE").word(&date(*year, *month, *day)?),
            Criterion::Has(flag) => command.word(match flag {
                Flag::Seen => "SEEN",
                Flag::Answered => "ANSWERED",
                Flag::Flagged => "FLAGGED",
                Flag::Draft => "DRAFT",
                Flag::Deleted => "DELETED",
            }),
            Criterion::Lacks(flag) => command.word(match flag {
                Flag::Seen => "UNSEEN",
                Flag::Answered => "UNANSWERED",
                Flag::Flagged => "UNFLAGGED",
                Flag::Draft => "UNDRAFT",
                Flag::Deleted => "UNDELETED",
            }),
            Criterion::Header { name, contains } => {
                if contains.chars().any(char::is_control) {
                    return Err(bad("a text to search for contains a line break"));
                }
                command.word("HEADER").word(header_name(name)?).string(contains)?
            }
            Criterion::ChangedSince(modseq) => command.word("MODSEQ").word(&modseq.to_string()),
        };
    }
    Ok(command)
}

/// `UID FETCH` of facts.
pub(super) fn fetch(uids: &[UidRange], items: &FetchItems) -> Result<Command, Refusal> {
    let mut list = String::from("(UID RFC822.SIZE INTERNALDATE");
    for (is_wanted, item) in
        [(items.flags, " FLAGS"), (items.envelope, " ENVELOPE"), (items.structure, " BODYSTRUCTURE")]
    {
        if is_wanted {
            list.push_str(item);
        }
    }
    if items.headers.len() > LIST_LIMIT {
        return Err(bad("there are too many header fields"));
    }
    if !items.headers.is_empty() {
        let names = items.headers.iter().map(|name| header_name(name)).collect::<Result<Vec<_>, _>>()?;
        list.push_str(&format!(" BODY.PEEK[HEADER.FIELDS ({})]", names.join(" ")));
    }
    if items.parts.len() > FETCHED_PART_LIMIT {
        return Err(bad("there are too many parts"));
    }
    for part in &items.parts {
        list.push_str(&format!(" BODY.PEEK[{}]<0.{}>", section(part)?, one_more(items.part_cap_bytes)));
    }
    list.push(')');
    Ok(Command::new("UID FETCH").word(&uid_set(uids)?).word(&list))
}

/// `UID FETCH` of the first bytes of a part, and of one more, which tells whether it goes on.
pub(super) fn fetch_part(uid: u32, part: &PartPath, cap_bytes: u32) -> Result<Command, Refusal> {
    let section = section(part)?;
    let bytes = one_more(cap_bytes);
    let one = [UidRange { first: uid, last: Some(uid) }];
    Ok(Command::new("UID FETCH").word(&uid_set(&one)?).word(&format!("(UID BODY.PEEK[{section}]<0.{bytes}>)")))
}

/// `APPEND` up to the announcement of the mail.
pub(super) fn append(mailbox: &str, flags: &[Flag], size_bytes: u32) -> Result<Command, Refusal> {
    let command = Command::new("APPEND").mailbox(mailbox)?;
    let command = if flags.is_empty() { command } else { command.word(&flag_list(flags)) };
    Ok(command.word(&format!("{{{size_bytes}}}")))
}

/// `UID STORE`
pub(super) fn store(uids: &[UidRange], change: FlagChange, flags: &[Flag]) -> Result<Command, Refusal> {
    let item = match change {
        FlagChange::Add => "+FLAGS.SILENT",
        FlagChange::Remove => "-FLAGS.SILENT",
    };
    if flags.is_empty() {
        return Err(bad("no flag is named"));
    }
    Ok(Command::new("UID STORE").word(&uid_set(uids)?).word(item).word(&flag_list(flags)))
}

/// `UID MOVE` (RFC 6851)
pub(super) fn move_to(uids: &[UidRange], mailbox: &str) -> Result<Command, Refusal> {
    Command::new("UID MOVE").word(&uid_set(uids)?).mailbox(mailbox)
}

/// `UID COPY`
pub(super) fn copy_to(uids: &[UidRange], mailbox: &str) -> Result<Command, Refusal> {
    Command::new("UID COPY").word(&uid_set(uids)?).mailbox(mailbox)
}

/// `UID EXPUNGE` (RFC 4315)
pub(super) fn expunge(uids: &[UidRange]) -> Result<Command, Refusal> {
    Ok(Command::new("UID EXPUNGE").word(&uid_set(uids)?))
}

/// `IDLE` (RFC 2177)
pub(super) fn idle() -> Command {
    Command::new("IDLE")
}

/// `LOGOUT`
pub(super) fn logout() -> Command {
    Command::new("LOGOUT")
}

fn uid_set(ranges: &[UidRange]) -> Result<String, Refusal> {
    if ranges.is_empty() || ranges.len() > LIST_LIMIT {
        return Err(bad("there are no UIDs, or too many runs of them"));
    }
    let render = |range: &UidRange| match (range.first, range.last) {
        (0, _) | (_, Some(0)) => Err(bad("a UID is never zero")),
        (first, Some(last)) if first > last => Err(bad("a run of UIDs ends before it begins")),
        (first, Some(last)) if first == last => Ok(first.to_string()),
        (first, Some(last)) => Ok(format!("{first}:{last}")),
        (first, None) => Ok(format!("{first}:*")),
    };
    Ok(ranges.iter().map(render).collect::<Result<Vec<_>, _>>()?.join(","))
}

fn date(year: u16, month: u8, day: u8) -> Result<String, Refusal> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = usize::from(month).checked_sub(1).and_then(|index| MONTHS.get(index));
    match name {
        Some(name) if (1..=31).contains(&day) && (1000..=9999).contains(&year) => Ok(format!("{day}-{name}-{year}")),
        _ => Err(bad("this is not a date")),
    }
}

/// A header field's name: printable ASCII without a colon (RFC 5322 section 2.2), and nothing that IMAP would quote.
fn header_name(name: &str) -> Result<&str, Refusal> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+');
    let is_name = !name.is_empty() && name.len() <= 76 && name.bytes().all(is_token);
    if is_name { Ok(name) } else { Err(bad("this is not the name of a header field")) }
}

fn one_more(cap_bytes: u32) -> u32 {
    cap_bytes.min(RESPONSE_LIMIT_BYTES - 1) + 1
}

fn section(part: &PartPath) -> Result<String, Refusal> {
    Ok(match part {
        PartPath::Whole => String::new(),
        PartPath::Header => "HEADER".to_owned(),
        PartPath::Part(numbers) => part_numbers(numbers)?,
        PartPath::PartHeader(numbers) => format!("{}.MIME", part_numbers(numbers)?),
    })
}

fn part_numbers(numbers: &[u16]) -> Result<String, Refusal> {
    if numbers.is_empty() || numbers.len() > 64 || numbers.contains(&0) {
        return Err(bad("this is not the place of a part"));
    }
    Ok(numbers.iter().map(u16::to_string).collect::<Vec<_>>().join("."))
}

fn flag_list(flags: &[Flag]) -> String {
    let name = |flag: &Flag| match flag {
        Flag::Seen => "\\Seen",
        Flag::Answered => "\\Answered",
        Flag::Flagged => "\\Flagged",
        Flag::Draft => "\\Draft",
        Flag::Deleted => "\\Deleted",
    };
    let mut names: Vec<_> = flags.iter().map(name).collect();
    names.dedup();
    names.truncate(LIST_LIMIT);
    format!("({})", names.join(" "))
}

fn bad(because: &str) -> Refusal {
    Refusal::BadRequest { because: because.to_owned() }
}

#[cfg(test)]
mod tests;
