//! Who a mail is from, and whether that may be believed.
//!
//! A calendar system may write in a person's place: then From is the system and the person stands in Reply-To, or From
//! is the person and the system stands in Sender. Whether the person may speak for an attendee is decided in `itip`.

use crate::mime::{Headers, MailAddress, Mailbox};

use super::authentication::{Authentication, Verdict};

/// Systems that are known to write in a person's place, with that person in Reply-To.
const SYSTEM_SENDERS: [&str; 2] = ["calendar-notification@google.com", "calendar-server@google.com"];

/// How far the sender may be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SenderVerdict {
    /// The person's provider found that the mail is from the domain it names.
    Verified,
    /// Nobody says so, and nobody denies it.
    Unverified,
    /// The person's provider found that it is not.
    Failed,
    /// A known system wrote it in the place of the person in Reply-To.
    System,
}

/// The sender of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The From header; `None` when it is missing or names several people.
    pub from: Option<Mailbox>,
    /// The Reply-To header, when it names one person.
    pub reply_to: Option<Mailbox>,
    /// The Sender header.
    pub sender: Option<Mailbox>,
    /// How far it may be believed.
    pub verdict: SenderVerdict,
    /// Whether a provider vouches for the From domain, or for the system's.
    pub authentication: Verdict,
}

impl Sender {
    /// The person who speaks: the one in Reply-To when a system wrote the mail, the one in From otherwise.
    pub fn person(&self) -> Option<&Mailbox> {
        let from_is_system = self.from.as_ref().is_some_and(|from| is_system(from.address()));
        if from_is_system { self.reply_to.as_ref() } else { self.from.as_ref() }
    }
}

/// Reads the sender out of the headers of a mail.
///
/// `bytes` is what the headers were read from. `me` are the person's own addresses and `known_servers` names that the
/// person's provider uses in Authentication-Results, when they are known.
pub fn judge_sender(headers: &Headers, bytes: &[u8], me: &[MailAddress], known_servers: &[String]) -> Sender {
    let one = |name: &str| -> Option<Mailbox> {
        // A second header of the kind is a way to show one sender and mean another.
        let is_single = headers.all(name).nth(1).is_none();
        let mut mailboxes = headers.mailboxes(bytes, name);
        if is_single && mailboxes.len() == 1 { mailboxes.pop() } else { None }
    };
    let (from, reply_to, sender) = (one("From"), one("Reply-To"), one("Sender"));
    let results = Authentication::of_own_provider(headers, bytes, me, known_servers);
    let vouched = |mailbox: &Mailbox| {
        results.as_ref().map_or(Verdict::Neutral, |results| results.verdict(mailbox.address().domain()))
    };
    let system_sender = sender.as_ref().filter(|sender| is_system(sender.address()));
    let (verdict, authentication) = match &from {
        None => (SenderVerdict::Unverified, Verdict::Neutral),
        Some(from) => match (vouched(from), is_system(from.address())) {
            (Verdict::Fail, true) => (SenderVerdict::Failed, Verdict::Fail),
            (found, true) if reply_to.is_some() => (SenderVerdict::System, found),
            (Verdict::Pass, _) => (SenderVerdict::Verified, Verdict::Pass),
            // Signed by the system itself: the person's domain cannot have signed what it did not send.
            _ if system_sender.is_some_and(|sender| vouched(sender) == Verdict::Pass) => {
                (SenderVerdict::System, Verdict::Pass)
            }
            (Verdict::Fail, false) => (SenderVerdict::Failed, Verdict::Fail),
            (Verdict::Neutral, _) => (SenderVerdict::Unverified, Verdict::Neutral),
        },
    };
    Sender { from, reply_to, sender, verdict, authentication }
}

fn is_system(address: &MailAddress) -> bool {
    SYSTEM_SENDERS.contains(&address.key().as_str())
}

#[cfg(test)]
mod tests {
    use crate::mime::Message;

    use super::*;

    #[track_caller]
    fn check(headers: &str, verdict: SenderVerdict, person: Option<&str>) {
        let text = format!("{headers}\n\n");
        let message = Message::read(text.as_bytes()).expect("small");
        let me = [MailAddress::parse("ann@own.example").expect("an address")];
        let sender = judge_sender(message.headers(), message.bytes(), &me, &[]);
        assert_eq!(sender.verdict, verdict, "{headers}");
        assert_eq!(sender.person().map(|person| person.address().as_str()), person, "{headers}");
    }

    const PASS: &str = "Authentication-Results: mx.own.example; dmarc=pass header.from=a.example\n";
    const FAIL: &str = "Authentication-Results: mx.own.example; dmarc=fail header.from=a.example\n";
    const GOOGLE: &str = "From: Google Calendar <calendar-notification@google.com>\nReply-To: Bob <bob@a.example>";

    #[test]
    fn the_providers_word_decides() {
        check(&format!("{PASS}From: Bob <bob@a.example>"), SenderVerdict::Verified, Some("bob@a.example"));
        check(&format!("{FAIL}From: Bob <bob@a.example>"), SenderVerdict::Failed, Some("bob@a.example"));
        check("From: Bob <bob@a.example>", SenderVerdict::Unverified, Some("bob@a.example"));
        check(&format!("{PASS}From: Eve <eve@evil.test>"), SenderVerdict::Unverified, Some("eve@evil.test"));
    }

    #[test]
    fn a_forged_header_below_the_real_one_is_ignored() {
        check(&format!("{FAIL}{PASS}From: Bob <bob@a.example>"), SenderVerdict::Failed, Some("bob@a.example"));
        check(&format!("{PASS}{FAIL}From: Bob <bob@a.example>"), SenderVerdict::Verified, Some("bob@a.example"));
    }

    #[test]
    fn a_system_speaks_for_the_person_in_reply_to() {
        check(GOOGLE, SenderVerdict::System, Some("bob@a.example"));
        let denied = "Authentication-Results: mx.own.example; dmarc=fail header.from=google.com\n";
        check(&format!("{denied}{GOOGLE}"), SenderVerdict::Failed, Some("bob@a.example"));
        check("From: calendar-notification@google.com", SenderVerdict::Unverified, None);
    }

    #[test]
    fn a_system_in_the_sender_header_must_have_signed() {
        let headers = "From: Bob <bob@a.example>\nSender: Google Calendar <calendar-notification@google.com>";
        let signed =
            "Authentication-Results: mx.own.example; dmarc=fail header.from=a.example; dkim=pass header.d=google.com\n";
        check(&format!("{signed}{headers}"), SenderVerdict::System, Some("bob@a.example"));
        check(headers, SenderVerdict::Unverified, Some("bob@a.example"));
    }

    #[test]
    fn two_senders_are_none() {
        check(&format!("{PASS}From: bob@a.example, eve@evil.test"), SenderVerdict::Unverified, None);
        check(&format!("{PASS}From: bob@a.example\nFrom: eve@evil.test"), SenderVerdict::Unverified, None);
        check(PASS, SenderVerdict::Unverified, None);
    }
}
