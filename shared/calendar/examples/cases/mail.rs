//! `compose`, `read_mail` and `check`: the operations on mail and on what is in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use calendar::check::{check_ics, check_mail};
use calendar::invite::{self, Note, Outgoing, Reader, RecipientAction, SenderVerdict};
use calendar::mime::{Charsets, MailAddress, Mailbox};
use encoding_rs::Encoding;
use serde_json::{Value, json};

use crate::field::{document, fields, optional_bytes, optional_text, required_text};
use crate::{Answer, Operation};

/// The operations of this group.
pub(crate) const OPERATIONS: &[Operation] = &[("compose", compose), ("read_mail", read_mail), ("check", check)];

/// The charsets that a browser would lend.
struct AllCharsets;

impl Charsets for AllCharsets {
    fn decode(&self, label: &str, bytes: &[u8]) -> Option<String> {
        Encoding::for_label(label.as_bytes()).map(|encoding| encoding.decode(bytes).0.into_owned())
    }
}

fn compose(request: &Value) -> Answer {
    let me = request.get("me").ok_or("me is missing")?;
    let address = MailAddress::parse(required_text(me, "address")?).map_err(|error| format!("me: {error}"))?;
    let from = Mailbox::new(optional_text(me, "name").unwrap_or_default(), address);
    // One address, or a list of them.
    let to = match request.get("to") {
        Some(Value::Array(to)) => to.as_slice(),
        Some(to @ Value::String(_)) => std::slice::from_ref(to),
        _ => return Err("to is missing".to_owned()),
    };
    let to: Result<Vec<MailAddress>, String> = to
        .iter()
        .map(|address| MailAddress::parse(address.as_str().unwrap_or_default()).map_err(|error| format!("to: {error}")))
        .collect();
    let seed = request.get("boundary_seed").map(|seed| seed.as_str().map_or_else(|| seed.to_string(), str::to_owned));
    let composed = invite::compose(&Outgoing {
        from: &from,
        to: &to?,
        message: &document(request, "message")?,
        now: required_text(request, "now")?.parse().map_err(|error| format!("now: {error}"))?,
        message_id: required_text(request, "message_id")?,
        boundary_seed: &seed.unwrap_or_default(),
        zone: optional_text(request, "zone").unwrap_or("UTC"),
        occasion: None,
        in_reply_to: optional_text(request, "in_reply_to"),
        is_automatic: false,
    });
    let composed = composed.map_err(|error| error.to_string())?;
    Ok(fields(json!({ "eml": STANDARD.encode(&composed.bytes) })))
}

fn read_mail(request: &Value) -> Answer {
    let eml = STANDARD.decode(required_text(request, "eml")?).map_err(|error| format!("eml: {error}"))?;
    let me = addresses(request.get("me"));
    let reader = Reader { charsets: &AllCharsets, ..Reader::of(&me) };
    let reading = invite::read_mail(&eml, &reader).map_err(|error| error.to_string())?;
    let found: Vec<Value> = reading
        .found
        .iter()
        .map(|found| json!({ "method": found.method, "ics": found.ics, "where": found.place }))
        .collect();
    let address = |mailbox: &Option<Mailbox>| mailbox.as_ref().map(|mailbox| mailbox.address().key());
    let sender = json!({
        "from": address(&reading.sender.from),
        "reply_to": address(&reading.sender.reply_to),
        "verdict": match reading.sender.verdict {
            SenderVerdict::Verified => "verified",
            SenderVerdict::Unverified => "unverified",
            SenderVerdict::Failed => "failed",
            SenderVerdict::System => "system",
        },
    });
    let bounce = reading.bounce.map(|bounce| {
        let recipients: Vec<Value> = bounce
            .recipients
            .iter()
            .map(|recipient| {
                let action = match recipient.action {
                    RecipientAction::Failed => "failed",
                    RecipientAction::Delayed => "delayed",
                    RecipientAction::Delivered => "delivered",
                };
                json!({ "address": recipient.address.key(), "status": recipient.status, "action": action })
            })
            .collect();
        json!({ "recipients": recipients, "message_id": bounce.message_id })
    });
    let notes: Vec<Value> = reading.notes.iter().map(note).collect();
    Ok(fields(json!({ "found": found, "sender": sender, "bounce": bounce, "notes": notes })))
}

fn check(request: &Value) -> Answer {
    let findings = match (optional_text(request, "eml"), optional_bytes(request, "ics")?) {
        (Some(eml), _) => check_mail(&STANDARD.decode(eml).map_err(|error| format!("eml: {error}"))?),
        (None, Some(ics)) => check_ics(&ics),
        (None, None) => return Err("eml or ics is missing".to_owned()),
    };
    let findings: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "level": finding.rule.level.as_str(),
                "rule": finding.rule.id,
                "what": finding.sentence(),
                "where": finding.place.to_string(),
            })
        })
        .collect();
    Ok(fields(json!({ "findings": findings })))
}

fn note(note: &Note) -> Value {
    match note {
        Note::Winmail => json!({ "note": "winmail" }),
        Note::Sealed => json!({ "note": "sealed" }),
        Note::Unreadable { place, problem } => {
            json!({ "note": "unreadable", "where": place, "why": problem.to_string() })
        }
        Note::UncertainText { place } => json!({ "note": "uncertain_text", "where": place }),
        Note::MethodsDiffer { place } => json!({ "note": "methods_differ", "where": place }),
        Note::Structure(problem) => json!({ "note": "structure", "why": format!("{problem:?}") }),
    }
}

/// The person's own addresses: a list, or one of them.
fn addresses(value: Option<&Value>) -> Vec<MailAddress> {
    let texts: Vec<&str> = match value {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => Vec::new(),
    };
    texts.into_iter().filter_map(|text| MailAddress::parse(text).ok()).collect()
}
