//! GET, PUT and DELETE of calendar objects, and of whole calendars (RFC 4791 section 5.3).

use axum::http::{HeaderMap, StatusCode, header};

use crate::dav::answer::{Answer, empty, failed, with_body, with_header, words};
use crate::dav::path::Resource;
use crate::dav::schedule::tell_guests;
use crate::dav::xml::escape;
use crate::ics::{Ics, IcsProblem};
use crate::provider::{Account, Provider, PutProblem};

/// GET and HEAD.
pub(crate) fn get(provider: &Provider, resource: &Resource) -> Answer {
    let Resource::Object(owner, calendar, name) = resource else {
        return words(StatusCode::METHOD_NOT_ALLOWED, "Ask for this with PROPFIND.\n");
    };
    let look = |account: &Account| account.calendars.get(calendar)?.objects().get(name).cloned();
    match provider.read(owner, look).flatten() {
        Some(object) => {
            let kind = "text/calendar; charset=utf-8; component=VEVENT";
            with_header(with_body(StatusCode::OK, kind, object.ics.to_string()), header::ETAG, &object.etag)
        }
        None => empty(StatusCode::NOT_FOUND),
    }
}

/// PUT.
pub(crate) fn put(provider: &Provider, resource: &Resource, headers: &HeaderMap, body: &[u8]) -> Answer {
    let Resource::Object(owner, id, name) = resource else {
        return words(StatusCode::METHOD_NOT_ALLOWED, "Only objects in calendars can be put.\n");
    };
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("text/calendar");
    if !kind.to_ascii_lowercase().starts_with("text/calendar") {
        return failed(StatusCode::FORBIDDEN, "<C:supported-calendar-data/>");
    }
    let (uid, text) = match storable(body) {
        Ok(object) => object,
        Err(condition) => return failed(StatusCode::FORBIDDEN, condition),
    };
    let stored = provider.update(owner, |account| {
        let calendar = account.calendars.get_mut(id).ok_or(Refused::NoCalendar)?;
        if !calendar.writable {
            return Err(Refused::ReadOnly);
        }
        let before = calendar.objects().get(name).cloned();
        if !preconditions_hold(headers, before.as_ref().map(|before| before.etag.as_str())) {
            return Err(Refused::Precondition);
        }
        let PutProblem::UidConflict { name } = match calendar.put(name, &uid, text) {
            Ok(etag) => return Ok((before.map(|before| before.ics), etag)),
            Err(problem) => problem,
        };
        Err(Refused::UidConflict(name))
    });
    match stored.unwrap_or(Err(Refused::NoCalendar)) {
        Ok((before, etag)) => {
            if provider.quirks().auto_schedule {
                tell_guests(provider, owner, before.as_deref(), Some(text));
            }
            let answer = empty(if before.is_none() { StatusCode::CREATED } else { StatusCode::NO_CONTENT });
            if provider.quirks().no_etag_after_put { answer } else { with_header(answer, header::ETAG, &etag) }
        }
        Err(Refused::NoCalendar) => words(StatusCode::CONFLICT, "There is no such calendar.\n"),
        Err(Refused::ReadOnly) => failed(StatusCode::FORBIDDEN, "<D:need-privileges/>"),
        Err(Refused::Precondition) => empty(StatusCode::PRECONDITION_FAILED),
        Err(Refused::UidConflict(other)) => {
            let other = escape(&Resource::Object(owner.clone(), id.clone(), other).href());
            let condition = format!("<C:no-uid-conflict><D:href>{other}</D:href></C:no-uid-conflict>");
            failed(StatusCode::CONFLICT, &condition)
        }
    }
}

/// Why a PUT stored nothing.
enum Refused {
    NoCalendar,
    ReadOnly,
    Precondition,
    UidConflict(String),
}

/// DELETE of an object or a calendar.
pub(crate) fn delete(provider: &Provider, resource: &Resource, headers: &HeaderMap) -> Answer {
    let Some(owner) = resource.owner() else { return empty(StatusCode::FORBIDDEN) };
    let mut gone = None;
    let deleted = provider.update(owner, |account| match resource {
        Resource::Object(_, calendar, name) => {
            let Some(calendar) = account.calendars.get_mut(calendar) else { return StatusCode::NOT_FOUND };
            let Some(before) = calendar.objects().get(name).map(|object| object.etag.clone()) else {
                return StatusCode::NOT_FOUND;
            };
            if !calendar.writable {
                return StatusCode::FORBIDDEN;
            }
            if !preconditions_hold(headers, Some(&before)) {
                return StatusCode::PRECONDITION_FAILED;
            }
            gone = calendar.remove(name).map(|object| object.ics);
            StatusCode::NO_CONTENT
        }
        Resource::Calendar(_, calendar) => match account.calendars.remove(calendar) {
            Some(_) => StatusCode::NO_CONTENT,
            None => StatusCode::NOT_FOUND,
        },
        _ => StatusCode::FORBIDDEN,
    });
    if provider.quirks().auto_schedule {
        tell_guests(provider, owner, gone.as_deref(), None);
    }
    empty(deleted.unwrap_or(StatusCode::NOT_FOUND))
}

/// The UID and text of an object that may be stored, or the precondition that it fails (RFC 4791 section 5.3.2.1).
fn storable(body: &[u8]) -> Result<(String, &str), &'static str> {
    const NO_DATA: &str = "<C:valid-calendar-data/>";
    const NO_OBJECT: &str = "<C:valid-calendar-object-resource/>";
    let text = std::str::from_utf8(body).map_err(|_| NO_DATA)?;
    let ics = Ics::read(text).map_err(|problem| match problem {
        IcsProblem::TooLarge => "<C:max-resource-size/>",
        IcsProblem::TooDeep | IcsProblem::Unreadable(_) => NO_DATA,
    })?;
    let uid = ics.uid().filter(|uid| !uid.trim().is_empty()).ok_or(NO_OBJECT)?;
    let one_thing = {
        let mut kinds = ics.entries().map(|entry| entry.name.as_str());
        let first = kinds.next();
        matches!(first, Some("VEVENT" | "VTODO")) && kinds.all(|kind| Some(kind) == first)
    };
    let one_uid = ics.entries().all(|entry| entry.value("UID") == Some(&uid));
    // A METHOD makes it a message to somebody, which has no place in a calendar.
    if ics.method().is_some() || !one_thing || !one_uid {
        return Err(NO_OBJECT);
    }
    if ics.entries().any(|entry| entry.name == "VEVENT" && ics.span(entry).is_none()) {
        return Err(NO_DATA);
    }
    Ok((uid, text))
}

/// Whether If-Match and If-None-Match hold for what is there (RFC 9110 section 13.1).
fn preconditions_hold(headers: &HeaderMap, etag: Option<&str>) -> bool {
    let named = |name: header::HeaderName| {
        let values = headers.get_all(&name).iter().filter_map(|value| value.to_str().ok());
        let tags: Vec<String> = values.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect();
        let meets = tags.iter().any(|tag| if tag == "*" { etag.is_some() } else { Some(tag.as_str()) == etag });
        (headers.contains_key(name), meets)
    };
    let (has_match, matches) = named(header::IF_MATCH);
    let (has_none_match, none_matches) = named(header::IF_NONE_MATCH);
    (!has_match || matches) && (!has_none_match || !none_matches)
}
