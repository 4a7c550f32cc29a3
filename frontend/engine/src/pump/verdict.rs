//! What the far end's words, or its silence, mean for a mail with one recipient.

use calendar::sync::outbox::{Outcome, Trouble};
use intent::{Problem, ProblemKind, Service};
use wire::{Refusal, Submitted};

use crate::link::Fault;

/// Whether the far end may have acted although no answer came.
pub(super) fn may_have_happened(fault: &Fault) -> bool {
    match fault {
        Fault::Away => false,
        Fault::Broken { all_sent } | Fault::TimedOut { all_sent } => *all_sent,
        // These end an exchange from outside, at whatever point it was.
        Fault::Refused(Refusal::ShuttingDown | Refusal::Cancelled) | Fault::Nonsense => true,
        Fault::Refused(_) => false,
    }
}

/// What the submission server's words mean for a mail with one recipient.
pub(super) fn outcome_of(index: usize, submitted: &Submitted) -> Outcome<Problem> {
    let words = |verdict: &wire::Verdict| format!("{} {}", verdict.code, verdict.text).trim_end().to_owned();
    let last = submitted.message.as_ref();
    let recipient = submitted.recipients.first().map(|recipient| &recipient.verdict);
    let not_taken = recipient.filter(|verdict| !(200..300).contains(&verdict.code));
    let trouble = |detail: String, may_have_happened| {
        let kind = if may_have_happened { ProblemKind::Closed } else { ProblemKind::ServerRefused };
        let problem = Problem { service: Some(Service::Submission), kind, detail };
        Trouble { problem, may_have_happened, passing: true, after_seconds: None }
    };
    match (not_taken.or(last), recipient) {
        (Some(verdict), Some(_)) if (200..300).contains(&verdict.code) => Outcome::Taken(index, words(verdict)),
        (Some(verdict), Some(_)) if (500..600).contains(&verdict.code) => Outcome::Refused(index, words(verdict)),
        (Some(verdict), Some(_)) => Outcome::NotSubmitted(index, trouble(words(verdict), false)),
        // The sender was refused, or the server ended the transaction, before the recipient was named.
        (Some(verdict), None) => {
            let problem = Problem {
                service: Some(Service::Submission),
                kind: ProblemKind::SenderRefused,
                detail: words(verdict),
            };
            let passing = (400..500).contains(&verdict.code);
            Outcome::NotSubmitted(index, Trouble { problem, may_have_happened: false, passing, after_seconds: None })
        }
        (None, _) => Outcome::NotSubmitted(index, trouble(String::new(), submitted.final_dot_written)),
    }
}

#[cfg(test)]
mod tests {
    use wire::{RecipientVerdict, Verdict};

    use super::*;

    fn submitted(recipient: Option<u16>, message: Option<u16>, final_dot_written: bool) -> Submitted {
        let verdict = |code| Verdict { code, text: "words".to_owned() };
        let recipients =
            recipient.map(|code| RecipientVerdict { recipient: "b@b.example".to_owned(), verdict: verdict(code) });
        Submitted { recipients: recipients.into_iter().collect(), message: message.map(verdict), final_dot_written }
    }

    #[test]
    fn each_verdict_means_what_it_says() {
        let taken = outcome_of(0, &submitted(Some(250), Some(250), true));
        assert_eq!(taken, Outcome::Taken(0, "250 words".to_owned()));
        let refused = outcome_of(0, &submitted(Some(550), Some(503), false));
        assert_eq!(refused, Outcome::Refused(0, "550 words".to_owned()));
        let refused = outcome_of(0, &submitted(Some(250), Some(554), true));
        assert_eq!(refused, Outcome::Refused(0, "554 words".to_owned()));
    }

    #[track_caller]
    fn check(submitted: &Submitted, may_have_happened: bool, passing: bool) {
        let Outcome::NotSubmitted(0, trouble) = outcome_of(0, submitted) else { panic!("{submitted:?}") };
        assert_eq!((trouble.may_have_happened, trouble.passing), (may_have_happened, passing), "{submitted:?}");
    }

    #[test]
    fn a_cut_counts_as_unknown_only_behind_the_final_dot() {
        check(&submitted(Some(250), None, true), true, true);
        check(&submitted(Some(250), None, false), false, true);
        check(&submitted(None, None, false), false, true);
    }

    #[test]
    fn a_server_that_says_later_is_asked_later() {
        check(&submitted(Some(451), None, false), false, true);
        check(&submitted(Some(250), Some(452), true), false, true);
        check(&submitted(None, Some(451), false), false, true);
        check(&submitted(None, Some(553), false), false, false);
    }
}
