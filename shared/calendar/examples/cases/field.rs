//! Reading the fields of a request and naming those of a result, the same way in every group.
//!
//! A calendar comes as text in `NAME`, or as base64 in `NAME_base64` where it is not UTF-8. Times of a request may be
//! written as RFC 3339 or as iCalendar values; results have RFC 3339.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use calendar::ical::Document;
use calendar::time::moment::Moment;
use calendar::time::zone::Zone;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// A text that must be there.
pub(crate) fn required_text<'r>(request: &'r Value, name: &str) -> Result<&'r str, String> {
    request.get(name).and_then(Value::as_str).ok_or_else(|| format!("{name} is missing"))
}

/// A text that may be absent or null.
pub(crate) fn optional_text<'r>(request: &'r Value, name: &str) -> Option<&'r str> {
    request.get(name).and_then(Value::as_str)
}

/// The bytes of a calendar or a mail, from `NAME` or `NAME_base64`; absent if neither is there.
pub(crate) fn optional_bytes(request: &Value, name: &str) -> Result<Option<Vec<u8>>, String> {
    if let Some(text) = optional_text(request, name) {
        return Ok(Some(text.as_bytes().to_vec()));
    }
    let Some(encoded) = optional_text(request, &format!("{name}_base64")) else { return Ok(None) };
    STANDARD.decode(encoded).map(Some).map_err(|error| format!("{name}_base64: {error}"))
}

/// A calendar that may be absent or null.
pub(crate) fn optional_document(request: &Value, name: &str) -> Result<Option<Document>, String> {
    let Some(bytes) = optional_bytes(request, name)? else { return Ok(None) };
    Document::read(&bytes).map(Some).map_err(|error| format!("{name}: {error}"))
}

/// A calendar that must be there.
pub(crate) fn document(request: &Value, name: &str) -> Result<Document, String> {
    optional_document(request, name)?.ok_or_else(|| format!("{name} is missing"))
}

/// A UTC instant, a date or a floating time, as RFC 3339 writes it or as iCalendar does.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    // Without its separators RFC 3339 is what iCalendar writes, unless it has an offset or fractions.
    let plain: String = text.chars().filter(|letter| !matches!(letter, '-' | ':')).collect();
    Moment::parse(&plain, None).ok().or_else(|| text.parse().ok().map(Moment::Utc))
}

/// An instant that must be there; a time without a zone is in UTC.
pub(crate) fn instant(request: &Value, name: &str) -> Result<Timestamp, String> {
    let text = required_text(request, name)?;
    let moment = moment(text).ok_or_else(|| format!("{name}: {text:?} is no time"))?;
    Ok(Zone::utc().instant(moment.civil()))
}

/// A moment as a result has it: RFC 3339 for an instant, else the same without an offset.
pub(crate) fn moment_text(moment: &Moment) -> String {
    match moment {
        Moment::Date(date) => date.to_string(),
        Moment::Floating(local) | Moment::Zoned { local, .. } => local.to_string(),
        Moment::Utc(instant) => instant.to_string(),
    }
}

/// A calendar as text.
pub(crate) fn text(document: &Document) -> String {
    String::from_utf8_lossy(&document.write()).into_owned()
}

/// Adds a calendar or null to a result as `NAME`, or as `NAME_base64` where it is not UTF-8.
pub(crate) fn put_bytes(result: &mut Map<String, Value>, name: &str, bytes: Option<Vec<u8>>) {
    match bytes.map(String::from_utf8) {
        None => result.insert(name.to_owned(), Value::Null),
        Some(Ok(text)) => result.insert(name.to_owned(), Value::String(text)),
        Some(Err(error)) => result.insert(format!("{name}_base64"), Value::String(STANDARD.encode(error.as_bytes()))),
    };
}

/// The fields of an object.
pub(crate) fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
