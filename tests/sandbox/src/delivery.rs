//! How a mail gets from its sender into mailboxes, and what the servers on the way write on top of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use mail_parser::MessageParser;

use crate::provider::{AUTHENTICATION_SERVICE, DOMAIN, Outgoing, Provider, now_seconds};

/// The local part whose mail is accepted and comes back as undeliverable.
pub const BOUNCING: &str = "bounce";

/// Who sends a mail to whom, apart from what its headers say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The sender's address; empty for a delivery failure (RFC 5321 section 4.5.5).
    pub sender: String,
    /// The recipients' addresses.
    pub recipients: Vec<String>,
}

/// What the receiving server found out about the sender (RFC 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// The sender's domain has signed the mail.
    Pass,
    /// The mail claims a domain that has not sent it.
    Fail,
    /// Nothing is known.
    None,
}

/// Brings a mail to all its recipients and gives the name under which it was queued.
///
/// Recipients with an account get it into their INBOX, unread; for `bounce@` in any domain, and for unknown people in
/// the sandbox's own domain, the sender gets a delivery failure (RFC 3464); whatever else leaves the sandbox and is
/// kept for tests to look at.
pub fn deliver(provider: &Provider, envelope: &Envelope, raw: &[u8], authentication: Authentication) -> String {
    let queued = format!("{:X}", provider.next_number());
    for recipient in &envelope.recipients {
        match provider.mailbox_of(recipient) {
            _ if is_bouncing(recipient) => bounce(provider, &envelope.sender, recipient, raw),
            Some(mailbox) => {
                let trace = trace(&envelope.sender, recipient, &queued, raw, authentication);
                let stored: Arc<[u8]> = [trace.as_bytes(), raw].concat().into();
                put_into_inbox(provider, &mailbox, stored);
            }
            None if has_domain(recipient, DOMAIN) => bounce(provider, &envelope.sender, recipient, raw),
            None => provider.send_away(Outgoing {
                sender: envelope.sender.clone(),
                recipient: recipient.clone(),
                raw: raw.into(),
            }),
        }
    }
    queued
}

fn put_into_inbox(provider: &Provider, mailbox: &str, raw: Arc<[u8]>) {
    provider.update(mailbox, |account| {
        if let Some(inbox) = account.mailbox_mut("INBOX") {
            inbox.append(raw, BTreeSet::new(), now_seconds());
        }
    });
}

fn is_bouncing(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(local, _)| local.eq_ignore_ascii_case(BOUNCING))
}

fn has_domain(address: &str, domain: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, found)| found.eq_ignore_ascii_case(domain))
}

/// The headers that the receiving server puts on top (RFC 5321 section 4.4, RFC 8601 section 2).
fn trace(sender: &str, recipient: &str, queued: &str, raw: &[u8], authentication: Authentication) -> String {
    let from = author_domain(raw).unwrap_or_else(|| domain_of(sender).to_owned());
    let results = match authentication {
        Authentication::Pass => {
            let aligned = domain_of(sender);
            format!(
                ";\r\n\tdkim=pass header.d={from};\r\n\tspf=pass smtp.mailfrom={aligned};\r\n\t\
                 dmarc=pass header.from={from}"
            )
        }
        Authentication::Fail => format!(
            ";\r\n\tdkim=none;\r\n\tspf=fail smtp.mailfrom={};\r\n\tdmarc=fail header.from={from}",
            domain_of(sender)
        ),
        Authentication::None => "; none".to_owned(),
    };
    let received_at = now().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    format!(
        "Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n\
         Authentication-Results: {AUTHENTICATION_SERVICE}{results}\r\n\
         Received: from mail.{} by {AUTHENTICATION_SERVICE} with ESMTPS id {queued}\r\n\tfor <{recipient}>; \
         {received_at}\r\n",
        domain_of(sender)
    )
}

fn now() -> Timestamp {
    Timestamp::from_second(now_seconds()).unwrap_or_default()
}

fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or(DOMAIN, |(_, domain)| domain)
}

/// The domain of the first author in the From header.
fn author_domain(raw: &[u8]) -> Option<String> {
    let message = MessageParser::default().parse_headers(raw)?;
    let address = message.from()?.first()?.address()?.to_owned();
    let (_, domain) = address.rsplit_once('@')?;
    let harmless = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-');
    domain.chars().all(harmless).then(|| domain.to_ascii_lowercase())
}

/// Tells the sender that a mail could not be delivered (RFC 3464).
fn bounce(provider: &Provider, sender: &str, recipient: &str, raw: &[u8]) {
    let Some(mailbox) = provider.mailbox_of(sender) else { return };
    let headers_end = raw.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(raw.len(), |at| at + 4);
    let words = format!(
        "This is the mail system of {DOMAIN}.\r\n\r\nYour message could not be delivered to <{recipient}>: \
         there is nobody of that name.\r\n"
    );
    let status = format!(
        "Reporting-MTA: dns; {AUTHENTICATION_SERVICE}\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n\
         Original-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n"
    );
    let part = |kind: &'static str, text: &[u8]| MimePart::new(kind, text.to_vec()).transfer_encoding("8bit");
    let kind = mail_builder::headers::content_type::ContentType::new("multipart/report")
        .attribute("report-type", "delivery-status");
    let body = MimePart::new(
        kind,
        vec![
            part("text/plain; charset=utf-8", words.as_bytes()),
            part("message/delivery-status", status.as_bytes()),
            part("text/rfc822-headers", raw.get(..headers_end).unwrap_or_default()),
        ],
    );
    let report = MessageBuilder::new()
        .from(("Mail Delivery System", "mailer-daemon@sandbox.test"))
        .to(sender)
        .subject("Undelivered Mail Returned to Sender")
        .date(now_seconds())
        .message_id(format!("{:x}.bounce@{DOMAIN}", provider.next_number()))
        .header("Auto-Submitted", Raw::new("auto-replied"))
        .body(body)
        .write_to_vec()
        .unwrap_or_default();
    let queued = format!("{:X}", provider.next_number());
    let trace = trace("", sender, &queued, &report, Authentication::None);
    put_into_inbox(provider, &mailbox, [trace.as_bytes(), &report].concat().into());
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &[u8] = b"From: Ann <ann@sandbox.test>\r\nTo: bob@sandbox.test\r\nSubject: Hello\r\n\r\nHi.\r\n";

    fn provider() -> Provider {
        let provider = Provider::new();
        provider.add_account("ann@sandbox.test", "secret", "Ann");
        provider.add_account("bob@sandbox.test", "secret", "Bob");
        provider
    }

    fn send(provider: &Provider, recipients: &[&str], authentication: Authentication) {
        let recipients = recipients.iter().map(ToString::to_string).collect();
        deliver(provider, &Envelope { sender: "ann@sandbox.test".into(), recipients }, MAIL, authentication);
    }

    fn inbox(provider: &Provider, address: &str) -> Vec<String> {
        let read = |message: &crate::provider::StoredMessage| String::from_utf8_lossy(&message.raw).into_owned();
        provider
            .read(address, |account| account.mailbox("INBOX").unwrap().messages().iter().map(read).collect())
            .unwrap()
    }

    #[test]
    fn the_submitted_bytes_arrive_unchanged_below_the_trace() {
        let provider = provider();
        send(&provider, &["bob@sandbox.test"], Authentication::Pass);
        let inbox = inbox(&provider, "bob@sandbox.test");
        assert!(inbox[0].as_bytes().ends_with(MAIL));
        assert!(inbox[0].contains("dmarc=pass header.from=sandbox.test"));
    }

    #[test]
    fn a_forged_sender_is_marked() {
        let provider = provider();
        send(&provider, &["bob@sandbox.test"], Authentication::Fail);
        assert!(inbox(&provider, "bob@sandbox.test")[0].contains("dmarc=fail"));
    }

    #[test]
    fn mail_to_strangers_leaves_and_is_kept_for_tests() {
        let provider = provider();
        send(&provider, &["someone@example.org"], Authentication::Pass);
        assert_eq!(provider.outgoing()[0].recipient, "someone@example.org");
    }

    #[test]
    fn an_undeliverable_mail_comes_back_as_a_report() {
        let provider = provider();
        send(&provider, &["bounce@example.org", "unknown@sandbox.test"], Authentication::Pass);
        let inbox = inbox(&provider, "ann@sandbox.test");
        assert_eq!(inbox.len(), 2);
        assert!(inbox[0].contains("report-type=\"delivery-status\""), "{}", inbox[0]);
        assert!(inbox[0].contains("Final-Recipient: rfc822; bounce@example.org\r\n"));
        assert!(inbox[1].contains("Final-Recipient: rfc822; unknown@sandbox.test\r\n"));
    }
}
