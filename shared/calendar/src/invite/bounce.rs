//! What a mail server reports about a mail that was sent: delivered, delayed, or not deliverable (RFC 3464).
//!
//! Most servers send a report with a machine's part. For those that write prose only, the two forms that are still
//! common are read: a header that names the recipients, and an address in angle brackets before its reason.

use std::collections::HashSet;

use crate::mime::{BuiltIn, MailAddress, Mailbox, Message, Part};

/// The most recipients of one report.
const MAX_RECIPIENTS: usize = 500;

/// What became of a mail for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecipientAction {
    /// It will not be delivered.
    Failed,
    /// It is still being tried.
    Delayed,
    /// It was delivered, or passed on.
    Delivered,
}

/// One recipient of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The address: Final-Recipient, as the reporting server had it.
    pub address: MailAddress,
    /// The address that was written to, when the report says that it was another.
    pub original: Option<MailAddress>,
    /// What became of it.
    pub action: RecipientAction,
    /// The status code, `5.1.1`, when there is one.
    pub status: Option<String>,
    /// The words of the server that refused, on one line.
    pub diagnostic: Option<String>,
}

/// A report about a mail of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// What became of it, for each recipient in the report.
    pub recipients: Vec<Recipient>,
    /// The Message-ID of the mail it is about, without brackets, when the report carries that mail or its headers.
    pub message_id: Option<String>,
}

/// Reads the report in a mail, or `None` when it is not one.
pub(super) fn read_bounce(message: &Message<'_>) -> Option<Bounce> {
    let bytes = message.bytes();
    let is_status =
        |part: &&Part| matches!(part.media_type(), "message/delivery-status" | "message/global-delivery-status");
    let mut recipients: Vec<Recipient> = Vec::new();
    for part in message.parts().iter().filter(is_status) {
        recipients.extend(read_delivery_status(&part.decoded(bytes)));
    }
    if recipients.is_empty() && is_from_a_mail_server(message) {
        recipients = read_prose(message);
    }
    let mut seen = HashSet::new();
    recipients.retain(|recipient| seen.insert((recipient.address.key(), recipient.action)));
    recipients.truncate(MAX_RECIPIENTS);
    (!recipients.is_empty()).then(|| Bounce { recipients, message_id: original_message_id(message) })
}

/// Reads the body of a `message/delivery-status` part.
pub fn read_delivery_status(body: &[u8]) -> Vec<Recipient> {
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n");
    let mut recipients = Vec::new();
    // The first block speaks of the whole mail, unless a server left it out.
    for block in text.split("\n\n").take(MAX_RECIPIENTS + 1) {
        let fields = fields_of(block);
        let field =
            |name: &str| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
        let address = |name: &str| field(name).and_then(typed_address);
        let (last, original) = (address("Final-Recipient"), address("Original-Recipient"));
        let Some(address) = last.or_else(|| original.clone()) else { continue };
        let status = field("Status").and_then(status_code);
        let action = field("Action").unwrap_or_default().trim().to_ascii_lowercase();
        recipients.push(Recipient {
            original: original.filter(|original| original.key() != address.key()),
            address,
            action: match (action.as_str(), status.as_deref().and_then(|status| status.chars().next())) {
                ("delivered" | "relayed" | "expanded", _) => RecipientAction::Delivered,
                ("delayed", _) => RecipientAction::Delayed,
                ("failed", _) => RecipientAction::Failed,
                (_, Some('2')) => RecipientAction::Delivered,
                (_, Some('4')) => RecipientAction::Delayed,
                _ => RecipientAction::Failed,
            },
            status,
            diagnostic: field("Diagnostic-Code")
                .map(|code| code.split_once(';').map_or(code, |(_, words)| words).trim().chars().take(500).collect()),
        });
    }
    recipients
}

/// The fields of a block, folded lines joined.
fn fields_of(block: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix([' ', '\t']), fields.last_mut()) {
            (Some(rest), Some((_, value))) => {
                value.push(' ');
                value.push_str(rest.trim());
            }
            _ => {
                if let Some((name, value)) = line.split_once(':') {
                    fields.push((name.trim().to_owned(), value.trim().to_owned()));
                }
            }
        }
    }
    fields
}

/// Reads `rfc822; ann@example.org`; the type may be missing and brackets may be there.
fn typed_address(value: &str) -> Option<MailAddress> {
    let address = value.split_once(';').map_or(value, |(_, address)| address);
    let address = address.split('(').next().unwrap_or_default().trim().trim_matches(['<', '>', '"']);
    MailAddress::parse(address).ok()
}

/// The enhanced status code in a text: `5.1.1`.
fn status_code(text: &str) -> Option<String> {
    let words = text.split(|character: char| !character.is_ascii_digit() && character != '.');
    words.map(|word| word.trim_matches('.')).find(|word| is_status_code(word)).map(str::to_owned)
}

fn is_status_code(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && matches!(parts[0], "2" | "4" | "5") && parts.iter().all(is_number)
}

/// The three-digit reply code in a text, as a status: `550` is `5.0.0`.
fn reply_code(text: &str) -> Option<String> {
    let mut words = text.split(|character: char| !character.is_ascii_alphanumeric());
    let code = words.find(|word| {
        word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit()) && word.starts_with(['4', '5'])
    })?;
    Some(format!("{}.0.0", &code[..1]))
}

fn is_from_a_mail_server(message: &Message<'_>) -> bool {
    let bytes = message.bytes();
    let has_null_path = message.headers().raw(bytes, "Return-Path").is_some_and(|path| path.trim() == "<>");
    let names_failures = message.headers().all("X-Failed-Recipients").next().is_some();
    let is_daemon = message.headers().mailboxes(bytes, "From").iter().any(|mailbox| {
        let key = mailbox.address().key();
        let local = key.split('@').next().unwrap_or_default();
        matches!(local, "mailer-daemon" | "postmaster" | "mail-daemon" | "mdaemon")
    });
    names_failures || is_daemon || (has_null_path && message.headers().all("In-Reply-To").next().is_none())
}

fn read_prose(message: &Message<'_>) -> Vec<Recipient> {
    let bytes = message.bytes();
    let prose = message.parts().iter().find(|part| part.media_type() == "text/plain");
    let text = prose.map(|part| part.text(bytes, &BuiltIn).text.into_owned()).unwrap_or_default();
    // What follows the report is the mail itself, in which every address is innocent.
    let end = ["--- Below this line", "------ This is a copy", "----- Original message", "Original message follows"]
        .iter()
        .filter_map(|mark| text.find(mark))
        .min();
    let text = &text[..end.unwrap_or(text.len())];
    let failed = |address: MailAddress, words: &str| Recipient {
        address,
        original: None,
        action: RecipientAction::Failed,
        status: status_code(words).or_else(|| reply_code(words)),
        diagnostic: None,
    };
    let named = message.headers().mailboxes(bytes, "X-Failed-Recipients");
    if !named.is_empty() {
        let words_about = |mailbox: &Mailbox| {
            let at = text.to_lowercase().find(&mailbox.address().key());
            at.and_then(|at| text.get(at..)).unwrap_or(text).to_owned()
        };
        return named.iter().map(|mailbox| failed(mailbox.address().clone(), &words_about(mailbox))).collect();
    }
    let mut recipients = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let bracketed = line.strip_prefix('<').and_then(|rest| rest.split_once(">:"));
        if let Some((address, _)) = bracketed
            && let Ok(address) = MailAddress::parse(address)
        {
            let words: Vec<&str> = text.lines().skip(number).take(6).collect();
            recipients.push(failed(address, &words.join(" ")));
        }
    }
    recipients
}

/// The Message-ID in the headers of the mail that a report carries. Nothing else in that mail is looked at.
fn original_message_id(message: &Message<'_>) -> Option<String> {
    let is_original = |part: &&Part| {
        matches!(
            part.media_type(),
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/global-headers"
        )
    };
    let part = message.parts().iter().find(is_original)?;
    let decoded = part.decoded(message.bytes());
    let text = String::from_utf8_lossy(&decoded[..decoded.len().min(64 * 1024)]).replace("\r\n", "\n");
    let headers = text.split("\n\n").next()?;
    let fields = fields_of(headers);
    let id = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("Message-ID")).map(|(_, value)| value)?;
    Some(id.trim().trim_matches(['<', '>']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, RecipientAction, Option<&str>)]) -> Option<Bounce> {
        let message = Message::read(text.as_bytes()).expect("small");
        let bounce = read_bounce(&message);
        let found: Vec<_> = bounce.iter().flat_map(|bounce| &bounce.recipients).collect();
        let found: Vec<_> =
            found.iter().map(|each| (each.address.as_str(), each.action, each.status.as_deref())).collect();
        assert_eq!(found, expected, "{text}");
        bounce
    }

    const REPORT: &str = "From: MAILER-DAEMON@mx.example\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
        --b\n\nI'm sorry.\n\
        --b\nContent-Type: message/delivery-status\n\n\
        Reporting-MTA: dns; mx.example\n\n\
        Original-Recipient: rfc822;Bob@A.example\nFinal-Recipient: rfc822; bob@b.example\nAction: failed\n\
        Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no\n such user\n\n\
        Final-Recipient: rfc822;<cleo@c.example>\nAction: delayed\nStatus: 4.4.1 (cannot connect)\n\n\
        Final-Recipient: rfc822;dora@d.example\nAction: relayed\nStatus: 2.0.0\n\n\
        --b\nContent-Type: text/rfc822-headers\n\nSubject: x\nMessage-ID: <1@own.example>\n\n--b--\n";

    #[test]
    fn a_recipient_who_is_named_twice_with_the_same_outcome_counts_once() {
        let block = "Final-Recipient: rfc822;<cleo@c.example>\nAction: delayed\nStatus: 4.4.1 (cannot connect)\n\n";
        let failed = block.replace("delayed", "failed").replace("4.4.1", "5.4.7");
        check(
            &REPORT.replace(block, &format!("{block}{block}{failed}")),
            &[
                ("bob@b.example", RecipientAction::Failed, Some("5.1.1")),
                ("cleo@c.example", RecipientAction::Delayed, Some("4.4.1")),
                ("cleo@c.example", RecipientAction::Failed, Some("5.4.7")),
                ("dora@d.example", RecipientAction::Delivered, Some("2.0.0")),
            ],
        );
    }

    #[test]
    fn each_recipient_of_a_report_is_read() {
        let bounce = check(
            REPORT,
            &[
                ("bob@b.example", RecipientAction::Failed, Some("5.1.1")),
                ("cleo@c.example", RecipientAction::Delayed, Some("4.4.1")),
                ("dora@d.example", RecipientAction::Delivered, Some("2.0.0")),
            ],
        );
        let bounce = bounce.expect("a report");
        assert_eq!(bounce.message_id.as_deref(), Some("1@own.example"));
        assert_eq!(bounce.recipients[0].original.as_ref().map(MailAddress::as_str), Some("Bob@a.example"));
        assert_eq!(bounce.recipients[0].diagnostic.as_deref(), Some("550 5.1.1 no such user"));
    }

    #[test]
    fn an_encoded_report_without_an_action_is_read() {
        check(
            "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\
             Content-Transfer-Encoding: quoted-printable\n\nReporting-MTA: x\n\nFinal-Recipient: rfc822; bob=40b.example\n\
             Status: 5.7.1\n--b--\n",
            &[("bob@b.example", RecipientAction::Failed, Some("5.7.1"))],
        );
    }

    #[test]
    fn a_report_is_read_as_far_as_the_limit() {
        let report = |recipients: usize| -> usize {
            let block =
                |number| format!("Final-Recipient: rfc822;g{number}@b.example\nAction: failed\nStatus: 5.1.1\n\n");
            let blocks: String = (0..recipients).map(block).collect();
            read_delivery_status(format!("Reporting-MTA: dns; mx.example\n\n{blocks}").as_bytes()).len()
        };
        assert_eq!((report(MAX_RECIPIENTS), report(MAX_RECIPIENTS + 1)), (MAX_RECIPIENTS, MAX_RECIPIENTS));
    }

    #[test]
    fn prose_is_read_where_its_form_is_known() {
        check(
            "From: Mail Delivery System <Mailer-Daemon@mx.example>\nX-Failed-Recipients: bob@b.example, cleo@c.example\n\n\
             The following addresses failed:\n\n  bob@b.example\n    host mx.b.example: 550 5.1.1 unknown\n\n\
             cleo@c.example\n    mailbox full: 552 no room\n",
            &[
                ("bob@b.example", RecipientAction::Failed, Some("5.1.1")),
                ("cleo@c.example", RecipientAction::Failed, Some("5.0.0")),
            ],
        );
        check(
            "From: MAILER-DAEMON@mx.example\n\nHi. This is the qmail-send program.\n\n<bob@b.example>:\n\
             192.0.2.1 does not like recipient.\nRemote host said: 550 sorry\n\n--- Below this line is a copy\n\n<eve@e.example>:\n",
            &[("bob@b.example", RecipientAction::Failed, Some("5.0.0"))],
        );
    }

    #[test]
    fn a_mail_from_a_person_is_no_report() {
        check("From: bob@b.example\n\n<cleo@c.example>:\n550 I quote a bounce\n", &[]);
        check("From: MAILER-DAEMON@mx.example\n\nWe are moving.\n", &[]);
    }
}
