//! Questions of time: recurrence rules and zones.

use calendar::agenda::zone_of_text;
use calendar::time::recurrence::{MAX_OCCURRENCES, follow};
use calendar::time::vtimezone::VTimezone;
use calendar::time::zone::{How, identify};
use serde_json::{Value, json};

use crate::field::{self, fields, optional_text, required_text};
use crate::{Answer, Operation};

/// The operations of this group.
pub(crate) const OPERATIONS: &[Operation] = &[("rrule", rrule), ("vtimezone", vtimezone), ("zone", zone)];

fn rrule(request: &Value) -> Answer {
    let tzid = optional_text(request, "tzid");
    let from = match optional_text(request, "from") {
        Some(from) => Some(field::moment(from).ok_or_else(|| format!("from: {from:?} is no time"))?),
        None => None,
    };
    let limit = request["limit"].as_u64().map_or(MAX_OCCURRENCES, |limit| limit as usize);
    let starts =
        follow(required_text(request, "dtstart")?, tzid, required_text(request, "rrule")?, from.as_ref(), limit)
            .map_err(|problem| problem.to_string())?;
    let starts: Vec<String> = starts.iter().map(ToString::to_string).collect();
    Ok(fields(json!({ "starts": starts })))
}

fn zone(request: &Value) -> Answer {
    let inline = optional_text(request, "vtimezone").and_then(zone_of_text);
    let named = identify(required_text(request, "tzid")?, inline.as_ref());
    let how = match named.how {
        How::Iana => "iana",
        How::Alias => "alias",
        How::Windows => "windows",
        How::Inline => "inline",
        How::Unknown => "unknown",
    };
    Ok(fields(json!({ "iana": named.iana, "how": how })))
}

fn vtimezone(request: &Value) -> Answer {
    let tzid = required_text(request, "tzid")?;
    let zone = VTimezone::of(tzid, field::instant(request, "from")?, field::instant(request, "to")?)
        .ok_or_else(|| format!("no zone is called {tzid:?}"))?;
    let ics = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Calpost//EN\r\n{zone}END:VCALENDAR\r\n");
    Ok(fields(json!({ "ics": ics })))
}
