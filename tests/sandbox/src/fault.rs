//! What is made to go wrong, where, and how often.
//!
//! Every server asks at each named step whether something shall happen there. Nothing happens unless a test, through
//! [`Faults`] or the control address, has said so.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// A place in a conversation where a fault can be put.
///
/// The *subject* named with each step is what [`Fault::matching`] is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A connection to the SMTP server, before its greeting. Subject: empty.
    SmtpGreeting,
    /// Login by SMTP, before the password is looked at. Subject: the address.
    SmtpLogin,
    /// `MAIL FROM`. Subject: the sender's address.
    SmtpMail,
    /// `RCPT TO`. Subject: the recipient's address.
    SmtpRecipient,
    /// `DATA`, before the client is told to go on. Subject: the sender's address.
    SmtpData,
    /// The message has begun to arrive and its final dot has not. Subject: the sender's address.
    SmtpBody,
    /// The final dot has arrived and nothing has been delivered. Subject: the sender's address.
    SmtpFinalDot,
    /// The message has been delivered and the client has not been told. Subject: the sender's address.
    SmtpDelivered,
    /// A connection to the IMAP server, before its greeting. Subject: empty.
    ImapGreeting,
    /// Login by IMAP, before the password is looked at. Subject: the address.
    ImapLogin,
    /// Any other IMAP command, before it is carried out. Subject: its name, such as `UID FETCH`.
    ImapCommand,
    /// Any other IMAP command, carried out but not answered. Subject: its name.
    ImapAnswer,
    /// A CalDAV request, before it is carried out. Subject: method and path, such as `PUT /dav/…`.
    DavRequest,
    /// A CalDAV request, carried out but not answered. Subject: method and path.
    DavAnswer,
}

/// What happens at a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The server refuses. The code is that of SMTP (such as 550) or HTTP (such as 503); IMAP answers NO.
    Refuse {
        /// The reply code.
        code: u16,
        /// The words that go with it.
        text: String,
    },
    /// The connection stays open and nothing is ever answered on it.
    Hang,
    /// The connection is closed without a word.
    Cut,
    /// From here on the connection is cut as soon as the server has received so many bytes more (of what TLS carries).
    CutAfterReceiving {
        /// How many.
        bytes: u64,
    },
    /// From here on the connection is cut as soon as the server has sent so many bytes more (of what TLS carries).
    CutAfterSending {
        /// How many.
        bytes: u64,
    },
    /// The server waits before it goes on.
    Delay {
        /// How long, in milliseconds.
        milliseconds: u64,
    },
}

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where.
    pub step: Step,
    /// What.
    pub act: Act,
    /// Only where the step's subject contains this text, whatever the case of its letters.
    #[serde(default)]
    pub matching: Option<String>,
    /// How many times it happens before it is spent; without a number, always.
    #[serde(default)]
    pub times: Option<u32>,
}

impl Fault {
    /// A fault that happens every time at `step`.
    #[must_use]
    pub fn always(step: Step, act: Act) -> Self {
        Self { step, act, matching: None, times: None }
    }

    /// A fault that happens at the next `step` only.
    #[must_use]
    pub fn once(step: Step, act: Act) -> Self {
        Self { step, act, matching: None, times: Some(1) }
    }

    /// The same fault, only where the step's subject contains `text`.
    #[must_use]
    pub fn matching(mut self, text: &str) -> Self {
        self.matching = Some(text.to_owned());
        self
    }

    fn meets(&self, step: Step, subject: &str) -> bool {
        let named = |text: &String| subject.to_ascii_lowercase().contains(&text.to_ascii_lowercase());
        self.step == step && self.times != Some(0) && self.matching.as_ref().is_none_or(named)
    }
}

/// The faults that are set.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// Adds a fault. Where several meet, the one that was set first happens.
    pub fn set(&self, fault: Fault) {
        self.list().push(fault);
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.list().clear();
    }

    /// The faults that are not spent.
    #[must_use]
    pub fn pending(&self) -> Vec<Fault> {
        self.list().clone()
    }

    /// What shall happen at this step, counted as having happened.
    pub(crate) fn take(&self, step: Step, subject: &str) -> Option<Act> {
        let mut list = self.list();
        let index = list.iter().position(|fault| fault.meets(step, subject))?;
        let fault = list.get_mut(index)?;
        let act = fault.act.clone();
        if let Some(times) = &mut fault.times {
            *times -= 1;
            if *times == 0 {
                list.remove(index);
            }
        }
        Some(act)
    }

    fn list(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_set_once_happens_once() {
        let faults = Faults::default();
        faults.set(Fault::once(Step::SmtpData, Act::Cut));
        assert_eq!(faults.take(Step::SmtpMail, ""), None);
        assert_eq!(faults.take(Step::SmtpData, "ann@sandbox.test"), Some(Act::Cut));
        assert_eq!(faults.take(Step::SmtpData, "ann@sandbox.test"), None);
        assert!(faults.pending().is_empty());
    }

    #[test]
    fn a_fault_for_one_recipient_spares_the_others() {
        let faults = Faults::default();
        faults.set(Fault::always(Step::SmtpRecipient, Act::Hang).matching("BOB@"));
        assert_eq!(faults.take(Step::SmtpRecipient, "cleo@sandbox.test"), None);
        assert_eq!(faults.take(Step::SmtpRecipient, "bob@sandbox.test"), Some(Act::Hang));
        assert_eq!(faults.take(Step::SmtpRecipient, "bob@sandbox.test"), Some(Act::Hang));
    }

    #[test]
    fn a_fault_reads_back_from_the_text_that_a_journey_sends() {
        let text =
            r#"{"step":"smtp_recipient","act":{"refuse":{"code":451,"text":"later"}},"matching":"bob","times":2}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(fault.act, Act::Refuse { code: 451, text: "later".into() });
        assert_eq!(fault.times, Some(2));
    }
}
