//! `merge`, and `edit`: the operations on stored objects that know nothing of scheduling.

use calendar::ical::Address;
use calendar::merge::{self, ComponentKey};
use calendar::time::moment::Moment;
use serde_json::{Map, Value, json};

use crate::field::{self, document, fields, optional_document, optional_text, put_bytes, required_text};
use crate::{Answer, Operation};

/// The operations of this group.
pub(crate) const OPERATIONS: &[Operation] = &[("merge", merge_versions), ("edit", edit)];

fn merge_versions(request: &Value) -> Answer {
    // With no base both sides made the object.
    let base = optional_document(request, "base")?.unwrap_or_default();
    let (mine, theirs) = (optional_document(request, "mine")?, optional_document(request, "theirs")?);
    let result = merge::merge(&base, mine.as_ref(), theirs.as_ref());
    let conflicts: Vec<Value> = result
        .conflicts
        .iter()
        .map(|conflict| json!({ "component": component(&conflict.component), "property": conflict.property }))
        .collect();
    Ok(fields(json!({ "merged": result.document.as_ref().map(field::text), "conflicts": conflicts })))
}

fn edit(request: &Value) -> Answer {
    let mut document = document(request, "ics")?;
    let mut result = Map::new();
    let Some(attendee) = optional_text(request, "attendee").map(Address::new) else {
        put_bytes(&mut result, "ics", Some(document.write()));
        return Ok(result);
    };
    let wanted = request.get("component").ok_or("component is missing")?;
    let uid = required_text(wanted, "uid")?;
    let recurrence_id = match optional_text(wanted, "recurrence_id") {
        Some(text) => Some(field::moment(text).ok_or_else(|| format!("recurrence_id: {text:?} is no time"))?),
        None => None,
    };
    let component = document
        .calendars_mut()
        .flat_map(|calendar| calendar.components_mut())
        .find(|component| merge::is_about(component, uid, recurrence_id.as_ref()))
        .ok_or("there is no such component")?;
    let partstat = required_text(request, "partstat")?;
    let line = component.all_mut("ATTENDEE").find(|line| line.address() == attendee);
    line.ok_or("that person is not invited")?.set_parameter("PARTSTAT", partstat);
    put_bytes(&mut result, "ics", Some(document.write()));
    Ok(result)
}

fn component(key: &ComponentKey) -> Value {
    let recurrence_id = key.recurrence_id.as_deref();
    let recurrence_id = recurrence_id.map(|value| match Moment::parse(value, None) {
        Ok(moment) => field::moment_text(&moment),
        Err(_) => value.to_owned(),
    });
    json!({ "name": key.name, "uid": key.uid, "recurrence_id": recurrence_id })
}
