//! The words of signing in.

use intent::{Check, CheckOutcome, Protection, ServerChoice, ServerSource, Service};

use super::problem;

/// What becomes of the password by itself.
pub const FORGOTTEN: &str = "It stays in this page and is forgotten when the page closes.";
/// What becomes of it where the person keeps it.
pub const KEPT: &str = "It is kept in this browser, locked by a key that cannot leave it. Whoever can use this browser can open your mailbox.";

/// What a service is for, as a person would say it.
pub fn service(service: Service) -> &'static str {
    match service {
        Service::Submission => "Send mail",
        Service::Imap => "Read answers",
        Service::CalDav => "Calendar",
    }
}

/// The result beside a service's name.
pub fn outcome(check: &Check) -> &'static str {
    match &check.outcome {
        CheckOutcome::Waiting => "Waiting",
        CheckOutcome::Trying => "Trying",
        CheckOutcome::Works => "Works",
        CheckOutcome::Failed(problem) => problem::short(problem.kind),
    }
}

/// `smtp.purelymail.com:465`, with the path for calendars.
pub fn server(choice: &ServerChoice) -> String {
    match choice.protection {
        Protection::Tls => format!("{}:{}{}", choice.host, choice.port, choice.path),
        Protection::StartTls => format!("{}:{}{}, STARTTLS", choice.host, choice.port, choice.path),
    }
}

/// Where the servers come from.
pub fn source(source: &ServerSource, address: &str) -> String {
    let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
    match source {
        ServerSource::Provider(name) => format!("Found: {name}."),
        ServerSource::Domain => format!("Found: named by {domain} itself."),
        ServerSource::Typed => "Set by hand.".to_owned(),
        ServerSource::Demo => "The sandbox of this relay.".to_owned(),
    }
}

/// What is said when no servers were found.
pub fn not_found(address: &str) -> String {
    let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
    format!(
        "{domain} does not say where its servers are. Your provider’s help pages do: look for SMTP, IMAP and CalDAV."
    )
}

/// Whether a text can be a mail address: what the form says at once, before any server is asked.
pub fn address_problem(address: &str) -> Option<&'static str> {
    let address = address.trim();
    let (local, domain) = match address.split_once('@') {
        None => return Some("An address has an @ in it."),
        Some(parts) => parts,
    };
    if address.len() > 254 {
        Some("This is too long for an address.")
    } else if domain.contains('@') {
        Some("An address has only one @.")
    } else if address
        .contains(|letter: char| letter.is_control() || letter.is_whitespace() || "<>,;\"".contains(letter))
    {
        Some("Type the bare address, without name or brackets.")
    } else if local.is_empty() {
        Some("Something is missing before the @.")
    } else if domain.is_empty() || domain.starts_with('.') || domain.ends_with('.') {
        Some("The domain behind the @ is not complete.")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_addresses_are_told_at_once() {
        for bad in ["", "ann", "ann@", "@x.example", "a@b@c", "Ann <ann@x.example>", "a\r\nb@x.example", "a@.", "a\0@x"]
        {
            assert!(address_problem(bad).is_some(), "{bad:?}");
        }
        assert!(address_problem(&format!("{}@x.example", "a".repeat(254))).is_some());
        for good in ["ann@x.example", "ann+tag@localhost", "änn@dömain.example"] {
            assert_eq!(address_problem(good), None, "{good}");
        }
    }
}
