//! What has happened, in numbers, and as text for Prometheus. Nothing here tells one person from another.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use wire::Refusal;

/// What an exchange is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A submission.
    Submit,
    /// A sign-in to a submission server is tried.
    TrySubmission,
    /// A mail session is opened.
    MailOpen,
    /// Something is asked of a mail session.
    Mail,
    /// A CalDAV request.
    Dav,
    /// A question for a domain's servers.
    Discover,
}

/// All kinds, with their names.
const KINDS: [(Kind, &str); 6] = [
    (Kind::Submit, "submit"),
    (Kind::TrySubmission, "try_submission"),
    (Kind::MailOpen, "mail_open"),
    (Kind::Mail, "mail"),
    (Kind::Dav, "dav"),
    (Kind::Discover, "discover"),
];

/// The names of how an exchange can end.
const OUTCOMES: [&str; 18] = [
    "ok",
    "wrong_password",
    "no_such_host",
    "not_allowed",
    "tls",
    "unreachable",
    "timed_out",
    "closed",
    "server_refused",
    "garbled",
    "too_large",
    "bad_request",
    "session_gone",
    "busy",
    "version_mismatch",
    "token_needed",
    "shutting_down",
    "cancelled",
];

/// The counters.
#[derive(Debug, Default)]
pub struct Tally {
    sessions_admitted: AtomicU64,
    sessions_refused: AtomicU64,
    violations: AtomicU64,
    exchanges: [[AtomicU64; OUTCOMES.len()]; KINDS.len()],
}

impl Kind {
    /// The kind's name in logs and numbers.
    pub fn name(self) -> &'static str {
        KINDS[self as usize].1
    }
}

impl Tally {
    /// A session was admitted.
    pub fn admitted(&self) {
        self.sessions_admitted.fetch_add(1, Ordering::Relaxed);
    }

    /// A session was refused.
    pub fn refused(&self) {
        self.sessions_refused.fetch_add(1, Ordering::Relaxed);
    }

    /// A page has broken the rules of the protocol.
    pub fn violated(&self) {
        self.violations.fetch_add(1, Ordering::Relaxed);
    }

    /// An exchange has ended.
    pub fn ended(&self, kind: Kind, outcome: &Result<(), Refusal>) {
        self.exchanges[kind as usize][outcome_index(outcome)].fetch_add(1, Ordering::Relaxed);
    }

    /// The counters in the text format of Prometheus. `open` is how many sessions are open.
    pub fn text(&self, open: u32) -> String {
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, lines: Vec<(String, u64)>| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in lines {
                let _ = writeln!(text, "{name}{labels} {value}");
            }
        };
        let one = |value: u64| vec![(String::new(), value)];
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        family("calpost_sessions_open", "gauge", "Sessions that are open.", one(u64::from(open)));
        family(
            "calpost_sessions_admitted_total",
            "counter",
            "Sessions that were admitted.",
            one(read(&self.sessions_admitted)),
        );
        family(
            "calpost_sessions_refused_total",
            "counter",
            "Sessions that were refused for their origin or for a quota.",
            one(read(&self.sessions_refused)),
        );
        family(
            "calpost_violations_total",
            "counter",
            "Sessions that ended because the page broke the rules of the protocol.",
            one(read(&self.violations)),
        );
        let mut lines = Vec::new();
        for ((_, kind), counters) in KINDS.iter().zip(&self.exchanges) {
            for (outcome, counter) in OUTCOMES.iter().zip(counters).filter(|(_, counter)| read(counter) > 0) {
                lines.push((format!("{{kind=\"{kind}\",outcome=\"{outcome}\"}}"), read(counter)));
            }
        }
        family("calpost_exchanges_total", "counter", "Exchanges that have ended, by kind and outcome.", lines);
        text
    }
}

/// The name of how an exchange ended, without anything of what was said.
pub fn outcome_name(outcome: &Result<(), Refusal>) -> &'static str {
    OUTCOMES[outcome_index(outcome)]
}

fn outcome_index(outcome: &Result<(), Refusal>) -> usize {
    match outcome {
        Ok(()) => 0,
        Err(Refusal::WrongPassword { .. }) => 1,
        Err(Refusal::NoSuchHost) => 2,
        Err(Refusal::NotAllowed { .. }) => 3,
        Err(Refusal::Tls { .. }) => 4,
        Err(Refusal::Unreachable) => 5,
        Err(Refusal::TimedOut) => 6,
        Err(Refusal::Closed) => 7,
        Err(Refusal::ServerRefused { .. }) => 8,
        Err(Refusal::Garbled) => 9,
        Err(Refusal::TooLarge { .. }) => 10,
        Err(Refusal::BadRequest { .. }) => 11,
        Err(Refusal::SessionGone) => 12,
        Err(Refusal::Busy { .. }) => 13,
        Err(Refusal::VersionMismatch { .. }) => 14,
        Err(Refusal::TokenNeeded) => 15,
        Err(Refusal::ShuttingDown) => 16,
        Err(Refusal::Cancelled) => 17,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_what_happened_and_nothing_of_what_was_said() {
        let tally = Tally::default();
        tally.admitted();
        tally.ended(Kind::Submit, &Ok(()));
        tally.ended(Kind::Submit, &Ok(()));
        let server_said = "ann@example.org is not welcome".to_owned();
        tally.ended(Kind::MailOpen, &Err(Refusal::WrongPassword { server_said }));
        let text = tally.text(3);
        for line in [
            "calpost_sessions_open 3",
            "calpost_sessions_admitted_total 1",
            "calpost_exchanges_total{kind=\"submit\",outcome=\"ok\"} 2",
            "calpost_exchanges_total{kind=\"mail_open\",outcome=\"wrong_password\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        assert!(!text.contains("ann@"));
    }

    #[test]
    fn every_kind_has_its_own_name() {
        for (index, (kind, name)) in KINDS.iter().enumerate() {
            assert_eq!((*kind as usize, kind.name()), (index, *name));
        }
    }
}
