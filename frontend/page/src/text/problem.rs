//! What did not work, in words: what happened, what it means for the person's data, and what to do.
//!
//! This is the only home of such sentences. Nothing here blames the person, and nothing promises what the page cannot know.

use intent::{Problem, ProblemKind, Service};

/// A problem as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened, short enough for a heading.
    pub happened: String,
    /// What it means for the person's data.
    pub means: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// The other side's own words; empty if it said none.
    pub detail: String,
}

impl Words {
    /// All of it in one paragraph, the other side's words apart.
    pub fn paragraph(&self) -> String {
        [self.happened.as_str(), self.means, self.remedy]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The words for a problem.
pub fn words(problem: &Problem) -> Words {
    let (happened, means, remedy) = sentences(problem.kind, problem.service);
    Words { happened, means, remedy, detail: problem.detail.clone() }
}

/// The state of a connection in two or three words, as it stands beside its name.
pub fn short(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::RelayAway => "Relay not reached",
        ProblemKind::RelayVersion => "Page is out of date",
        ProblemKind::RelayToken => "Access token needed",
        ProblemKind::RelayBusy => "Relay is busy",
        ProblemKind::WrongPassword => "Wrong password",
        ProblemKind::NoSuchHost => "No such host",
        ProblemKind::NotAllowed => "Refused by this relay",
        ProblemKind::Tls => "TLS problem",
        ProblemKind::Unreachable => "Nobody answers",
        ProblemKind::TimedOut => "No answer in time",
        ProblemKind::Closed => "Connection ended",
        ProblemKind::ServerRefused => "Server said no",
        ProblemKind::Garbled => "Not understood",
        ProblemKind::TooLarge => "Too large",
        ProblemKind::ChangedElsewhere => "Changed elsewhere",
        ProblemKind::StoredDifferently => "Stored differently",
        ProblemKind::InspectedOther => "Not sent",
        ProblemKind::Storage => "Storage unusable",
        ProblemKind::NoCalendar => "No calendar found",
        ProblemKind::SenderRefused => "Sender refused",
        ProblemKind::Fault => "Fault in Calpost",
    }
}

/// What a service is called in a sentence.
fn called(service: Option<Service>) -> &'static str {
    match service {
        Some(Service::Submission) => "the server that sends your mail",
        Some(Service::Imap) => "the server that holds your mail",
        Some(Service::CalDav) => "the calendar server",
        None => "the relay",
    }
}

fn sentences(kind: ProblemKind, service: Option<Service>) -> (String, &'static str, &'static str) {
    let server = called(service);
    let server_starts = super::answer::sentence_start(server);
    let kept = "Nothing was lost.";
    match kind {
        ProblemKind::RelayAway => (
            "The relay cannot be reached.".into(),
            "What you write now is kept on this device and sent later.",
            "Check this device’s connection. Calpost tries again by itself.",
        ),
        ProblemKind::RelayVersion => (
            "This page is older or newer than the relay it talks to.".into(),
            "Drafts and outbox are safe on this device.",
            "Reload the page.",
        ),
        ProblemKind::RelayToken => (
            "This relay wants an access token.".into(),
            "Nothing was sent to your provider.",
            "Ask whoever runs the relay for the link with the token, and open that.",
        ),
        ProblemKind::RelayBusy => {
            ("The relay has as many connections as it may.".into(), kept, "Wait a minute, or use another relay.")
        }
        ProblemKind::WrongPassword => (
            format!("{server_starts} did not accept this password."),
            kept,
            "Check it and try again. With two-factor login at your provider you need an app password.",
        ),
        ProblemKind::NoSuchHost => (
            format!("The name of {server} has no address."),
            "Your password was not sent there.",
            "Check the host name.",
        ),
        ProblemKind::NotAllowed => (
            format!("This relay does not connect to {server} you named."),
            "Your password was not sent there.",
            "Check host and port. Whoever runs the relay can allow this server.",
        ),
        ProblemKind::Tls => (
            format!("The connection to {server} could not be made safe."),
            "Your password was not sent.",
            "The server’s certificate may have expired or belong to another name. Your provider can tell you more.",
        ),
        ProblemKind::Unreachable => {
            (format!("Nobody answers where {server} should be."), kept, "Check host and port, or try again later.")
        }
        ProblemKind::TimedOut => (
            format!("{server_starts} did not answer in time."),
            "You see what was read before. What you write is kept.",
            "Try again; if it stays silent, look at your provider’s status page.",
        ),
        ProblemKind::Closed => (format!("{server_starts} ended the connection."), kept, "Try again."),
        ProblemKind::ServerRefused => {
            (format!("{server_starts} said no."), "What is stored there is unchanged.", "Its own words are below.")
        }
        ProblemKind::Garbled => (
            format!("{server_starts} answered with something that could not be understood."),
            "What is stored there is unchanged.",
            "Try again. If it happens each time, this server is not one Calpost works with yet.",
        ),
        ProblemKind::TooLarge => (
            format!("Something is larger than {server} or this page allows."),
            "It was left as it is.",
            "Shorten the text or take guests off the list.",
        ),
        ProblemKind::ChangedElsewhere => (
            "The event has been changed on another device in between.".into(),
            "Neither version was lost, and nobody was mailed.",
            "Open the event again and repeat your change.",
        ),
        ProblemKind::StoredDifferently => (
            "The calendar server stored something else than what was sent.".into(),
            "The event is saved, though not as you inspected it. Nobody was mailed yet.",
            "Look at the stored copy before you go on.",
        ),
        ProblemKind::InspectedOther => (
            "The form changed after it was inspected.".into(),
            "Nothing was saved and nothing was sent.",
            "Read again what will be sent, then send.",
        ),
        ProblemKind::Storage => (
            "This browser does not let Calpost store anything.".into(),
            "Drafts and outbox are gone when the page closes. Your mailbox is not affected.",
            "Leave private browsing, or free some space.",
        ),
        ProblemKind::NoCalendar => (
            "No calendar was found in this account.".into(),
            kept,
            "Make one in your provider’s own calendar, then sign in again.",
        ),
        ProblemKind::SenderRefused => (
            "Your provider does not let this account send from that address.".into(),
            "The event is saved; nobody was mailed.",
            "Sign in with the address you send from.",
        ),
        ProblemKind::Fault => (
            "A fault in Calpost, not in what you did.".into(),
            "Drafts and outbox are safe on this device; nothing is sent twice.",
            "Reload the page.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ProblemKind; 21] = [
        ProblemKind::RelayAway,
        ProblemKind::RelayVersion,
        ProblemKind::RelayToken,
        ProblemKind::RelayBusy,
        ProblemKind::WrongPassword,
        ProblemKind::NoSuchHost,
        ProblemKind::NotAllowed,
        ProblemKind::Tls,
        ProblemKind::Unreachable,
        ProblemKind::TimedOut,
        ProblemKind::Closed,
        ProblemKind::ServerRefused,
        ProblemKind::Garbled,
        ProblemKind::TooLarge,
        ProblemKind::ChangedElsewhere,
        ProblemKind::StoredDifferently,
        ProblemKind::InspectedOther,
        ProblemKind::Storage,
        ProblemKind::NoCalendar,
        ProblemKind::SenderRefused,
        ProblemKind::Fault,
    ];

    #[test]
    fn every_problem_says_what_happened_what_it_means_and_what_to_do() {
        for kind in ALL {
            for service in [None, Some(Service::Submission), Some(Service::Imap), Some(Service::CalDav)] {
                let words = words(&Problem { service, kind, detail: String::new() });
                for part in [words.happened.as_str(), words.means, words.remedy] {
                    assert!(part.ends_with('.'), "{kind:?}: {part:?}");
                    assert!(part.starts_with(|first: char| first.is_uppercase()), "{kind:?}: {part:?}");
                    assert!(!part.contains('!'), "{kind:?}: {part:?}");
                }
                assert!(short(kind).len() <= 24, "{kind:?}");
            }
        }
    }
}
