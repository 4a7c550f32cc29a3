//! The operations on scheduling: an organizer's edit, an attendee's answer, a message that comes in.

use calendar::ical::Address;
use calendar::itip::{
    self, Answering, Delegating, Edit, Incoming, Me, Message, OccurrenceAnswer, Outcome, Outgoing, Partstat, Proposal,
    Received, Sender, Stored, Telling,
};
use calendar::time::moment::Moment;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::field::{self, fields, optional_bytes, optional_text, put_bytes, required_text};
use crate::{Answer, Operation};

/// The operations of this group.
pub(crate) const OPERATIONS: &[Operation] = &[
    ("organize", organize),
    ("answer", answer),
    ("decline_counter", decline_counter),
    ("receive", receive),
    ("is_newer", is_newer),
    ("classify", classify),
    ("view_for", view_for),
    ("split", split),
];

fn organize(request: &Value) -> Answer {
    let me = me(request)?;
    let (before, after) = (optional_stored(request, "before")?, optional_stored(request, "after")?);
    let is_silent = request.get("silent").and_then(Value::as_bool).unwrap_or_default();
    let edit = Edit {
        me: &me,
        now: now(request)?,
        before: before.as_ref(),
        after: after.as_ref(),
        telling: if is_silent { Telling::Nobody } else { Telling::Guests },
    };
    let organized = itip::organize(edit).map_err(|problem| problem.to_string())?;
    let mut result = fields(json!({ "messages": messages(&organized.outgoing) }));
    put_bytes(&mut result, "stored", organized.stored.map(|stored| stored.write()));
    Ok(result)
}

fn answer(request: &Value) -> Answer {
    let me = me(request)?;
    let stored = stored(request, "stored")?;
    if let Some(delegate) = optional_text(request, "delegate") {
        return send_delegate(request, &me, &stored, &Address::new(delegate));
    }
    let answers = answers(request)?;
    let proposal = match request.get("counter").filter(|counter| !counter.is_null()) {
        Some(counter) => Some(Proposal { start: moment(counter, "start")?, end: optional_moment(counter, "end")? }),
        None => None,
    };
    let answering = Answering {
        me: &me,
        now: now(request)?,
        stored: &stored,
        answers: &answers,
        comment: optional_text(request, "comment"),
        proposal: proposal.as_ref(),
        telling: Telling::Guests,
    };
    let answered = itip::answer(answering).map_err(|problem| problem.to_string())?;
    let mut result = fields(json!({ "messages": messages(&answered.outgoing) }));
    put_bytes(&mut result, "stored", Some(answered.stored.write()));
    Ok(result)
}

fn send_delegate(request: &Value, me: &Me, stored: &Stored, delegate: &Address) -> Answer {
    let occurrence = optional_moment(request, "recurrence_id")?;
    let delegating = Delegating {
        me,
        now: now(request)?,
        stored,
        occurrence: occurrence.as_ref(),
        delegate,
        comment: optional_text(request, "comment"),
        telling: Telling::Guests,
    };
    let answered = itip::delegate(delegating).map_err(|problem| problem.to_string())?;
    let mut result = fields(json!({ "messages": messages(&answered.outgoing) }));
    put_bytes(&mut result, "stored", Some(answered.stored.write()));
    Ok(result)
}

fn answers(request: &Value) -> Result<Vec<OccurrenceAnswer>, String> {
    let one = |value: &Value| -> Result<OccurrenceAnswer, String> {
        let occurrence = optional_moment(value, "recurrence_id")?;
        let partstat = match optional_text(value, "partstat") {
            Some(text) => Some(Partstat::parse(text).ok_or_else(|| format!("partstat: {text:?} is no answer"))?),
            None => None,
        };
        Ok(OccurrenceAnswer { occurrence, partstat })
    };
    match request.get("answers").and_then(Value::as_array).filter(|answers| !answers.is_empty()) {
        Some(answers) => answers.iter().map(one).collect(),
        None => Ok(vec![one(request)?]),
    }
}

fn decline_counter(request: &Value) -> Answer {
    let refused = itip::decline_counter(&me(request)?, now(request)?, &stored(request, "stored")?, &message(request)?)
        .map_err(|problem| problem.to_string())?;
    Ok(fields(json!({ "messages": messages(&[refused]) })))
}

fn receive(request: &Value) -> Answer {
    let me = me(request)?;
    let stored = optional_stored(request, "stored")?;
    let address = optional_text(request, "sender").map(Address::new);
    let is_verified = request.get("sender_verified").and_then(Value::as_bool).unwrap_or(true);
    let sender = match (address, is_verified) {
        (Some(address), true) => Sender::verified(address),
        (None, true) => Sender::trusted(),
        (address, false) => Sender::unverified(address),
    };
    let bytes = optional_bytes(request, "message")?.ok_or("message is missing")?;
    let received = match Message::read(&bytes) {
        Ok(message) => {
            let now = now(request)?;
            itip::receive(Incoming { me: &me, now, stored: stored.as_ref(), message: &message, sender: &sender })
        }
        Err(problem) => Received::invalid(problem),
    };
    let mut result = fields(json!({
        "verdict": received.outcome.as_str(),
        "reason": received.reason,
        "messages": messages(&received.outgoing),
    }));
    let after = match received.outcome {
        Outcome::Applied(stored) => Some(stored.write()),
        // What is not changed is given back as it came.
        _ => optional_bytes(request, "stored")?,
    };
    put_bytes(&mut result, "stored", after);
    put_bytes(&mut result, "consent", received.consent.map(|consent| consent.write()));
    Ok(result)
}

fn is_newer(request: &Value) -> Answer {
    let newer = itip::is_newer(&stored(request, "stored")?, &message(request)?);
    Ok(fields(json!({ "newer": newer })))
}

fn classify(request: &Value) -> Answer {
    let stored = optional_stored(request, "stored")?;
    let class = match optional_bytes(request, "message")?.map(|bytes| Message::read(&bytes)) {
        Some(Ok(message)) => itip::classify(&me(request)?, stored.as_ref(), &message).as_str(),
        Some(Err(_)) => itip::Class::Unknown.as_str(),
        None => return Err("message is missing".to_owned()),
    };
    Ok(fields(json!({ "class": class })))
}

fn view_for(request: &Value) -> Answer {
    let guest = Address::new(required_text(request, "attendee")?);
    let message = itip::view_for(&stored(request, "stored")?, &guest, now(request)?);
    let mut result = Map::new();
    put_bytes(&mut result, "message", message.map(|message| message.write()));
    Ok(result)
}

fn split(request: &Value) -> Answer {
    let stored = stored(request, "stored")?;
    let new_uid = required_text(request, "new_uid")?;
    let split =
        itip::split(&stored, &moment(request, "at")?, new_uid, now(request)?).map_err(|problem| problem.to_string())?;
    let mut result = Map::new();
    put_bytes(&mut result, "past", Some(split.past.write()));
    put_bytes(&mut result, "future", Some(split.future.write()));
    Ok(result)
}

fn me(request: &Value) -> Result<Me, String> {
    let addresses: Vec<Address> = match request.get("me") {
        Some(Value::String(address)) => vec![Address::new(address)],
        Some(Value::Array(addresses)) => addresses.iter().filter_map(Value::as_str).map(Address::new).collect(),
        _ => return Err("me is missing".to_owned()),
    };
    Ok(Me::new(addresses))
}

fn now(request: &Value) -> Result<Timestamp, String> {
    let text = required_text(request, "now")?;
    text.parse().map_err(|error| format!("now: {error}"))
}

fn moment(request: &Value, name: &str) -> Result<Moment, String> {
    optional_moment(request, name)?.ok_or_else(|| format!("{name} is missing"))
}

fn optional_moment(request: &Value, name: &str) -> Result<Option<Moment>, String> {
    let Some(text) = optional_text(request, name) else { return Ok(None) };
    field::moment(text).map(Some).ok_or_else(|| format!("{name}: {text:?} is no time"))
}

fn optional_stored(request: &Value, name: &str) -> Result<Option<Stored>, String> {
    let Some(bytes) = optional_bytes(request, name)? else { return Ok(None) };
    Stored::read(&bytes).map(Some).map_err(|problem| format!("{name}: {problem}"))
}

fn stored(request: &Value, name: &str) -> Result<Stored, String> {
    optional_stored(request, name)?.ok_or_else(|| format!("{name} is missing"))
}

fn message(request: &Value) -> Result<Message, String> {
    let bytes = optional_bytes(request, "message")?.ok_or("message is missing")?;
    Message::read(&bytes).map_err(|problem| format!("message: {problem}"))
}

fn messages(outgoing: &[Outgoing]) -> Vec<Value> {
    outgoing
        .iter()
        .map(|outgoing| {
            json!({
                "method": outgoing.message.method().as_str(),
                "to": outgoing.to.iter().map(Address::as_str).collect::<Vec<_>>(),
                "ics": String::from_utf8_lossy(&outgoing.message.write()),
                "reason": outgoing.reason.as_str(),
            })
        })
        .collect()
}
