//! What a status and an error body mean for the person's data: done, changed elsewhere, refused, try later.
//!
//! Servers differ in the code and agree in the element inside `DAV:error` (RFC 4918 section 16, RFC 4791 section
//! 5.3.2.1, RFC 6578 section 3.2), so the element is asked first.

use super::condition::ETag;
use super::href::{Href, Location};
use super::request::Reply;
use super::xml::{Element, Namespace, read_document};

/// The longest pause that a server may ask for, in seconds.
const MAX_RETRY_AFTER_SECONDS: u32 = 3600;

/// A rule that the server says was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// The token of a sync-collection is too old or unknown: everything is read anew.
    ValidSyncToken,
    /// An object with that UID is already in the collection, at `href` when the server tells.
    NoUidConflict {
        /// The object that has the UID.
        href: Option<Href>,
    },
    /// Another object of the person's has that UID in another calendar (RFC 6638 section 3.2.4.1).
    UniqueSchedulingObject {
        /// The object that has the UID.
        href: Option<Href>,
    },
    /// The server does not take iCalendar of this version or media type.
    SupportedCalendarData,
    /// The object is not valid iCalendar to this server.
    ValidCalendarData,
    /// The object breaks a rule for stored objects: a METHOD, two UIDs, mixed components.
    ValidCalendarObject,
    /// The collection does not take events.
    SupportedComponent,
    /// The object is too large.
    MaxResourceSize,
    /// The event lies too early or too late for the server.
    DateRange,
    /// The event has too many occurrences.
    MaxInstances,
    /// An occurrence has too many attendees.
    MaxAttendees,
    /// The server allows this change to the organizer, or to an attendee, only.
    SchedulingChange,
    /// The answer would be too long: ask for less.
    TooManyMatches,
    /// The question uses a filter that the server does not have.
    SupportedFilter,
    /// The person may not do this here.
    NeedPrivileges,
    /// No room is left.
    Quota,
    /// Somebody holds a lock.
    Locked,
    /// Another rule, by its name.
    Other(String),
}

/// Finds the rule named in the `DAV:error` of a response, or of an error body when `element` is its root.
pub(super) fn read_precondition(element: &Element<'_>, at: &Location) -> Option<Precondition> {
    let error = match element.is(Namespace::Dav, "error") {
        true => element,
        false => element.child(Namespace::Dav, "error")?,
    };
    let rule = error.children.iter().find(|child| matches!(child.namespace, Namespace::Dav | Namespace::CalDav))?;
    let href = || {
        let href = rule.child(Namespace::Dav, "href").and_then(Element::word);
        href.and_then(|href| at.resolve_path(href).ok())
    };
    Some(match rule.name.as_str() {
        "valid-sync-token" => Precondition::ValidSyncToken,
        "no-uid-conflict" => Precondition::NoUidConflict { href: href() },
        "unique-scheduling-object-resource" => Precondition::UniqueSchedulingObject { href: href() },
        "supported-calendar-data" => Precondition::SupportedCalendarData,
        "valid-calendar-data" => Precondition::ValidCalendarData,
        "valid-calendar-object-resource" | "same-organizer-in-all-components" => Precondition::ValidCalendarObject,
        "supported-calendar-component" => Precondition::SupportedComponent,
        "max-resource-size" => Precondition::MaxResourceSize,
        "min-date-time" | "max-date-time" => Precondition::DateRange,
        "max-instances" => Precondition::MaxInstances,
        "max-attendees-per-instance" => Precondition::MaxAttendees,
        "allowed-organizer-scheduling-object-change" | "allowed-attendee-scheduling-object-change" => {
            Precondition::SchedulingChange
        }
        "number-of-matches-within-limits" => Precondition::TooManyMatches,
        "valid-filter" | "supported-filter" | "supported-collation" => Precondition::SupportedFilter,
        "need-privileges" => Precondition::NeedPrivileges,
        "quota-not-exceeded" | "sufficient-disk-space" => Precondition::Quota,
        "lock-token-submitted" | "no-conflicting-lock" => Precondition::Locked,
        other => Precondition::Other(other.to_owned()),
    })
}

/// What a reply means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done. Many servers leave out the tag after a write, or store other bytes: read back, do not assume.
    Done {
        /// The new version, when told.
        etag: Option<ETag>,
    },
    /// There is nothing at that place.
    Gone,
    /// The condition did not hold: the object was changed, removed or created elsewhere.
    Changed,
    /// The server refuses by a rule it names.
    Refused(Precondition),
    /// The server refuses, and does not say why: often another object has the UID, or a parent is missing.
    Conflict,
    /// The password is not accepted, or the server wants another way to sign in.
    SignIn,
    /// The person may not do this here.
    Forbidden,
    /// The server does not know this method, or this question.
    Unsupported,
    /// The object or the question is too large.
    TooLarge,
    /// The place moved.
    Moved(Location),
    /// The server is busy or broken: the same request may work later.
    TryLater {
        /// The pause that the server asks for, an hour at most.
        after_seconds: Option<u32>,
    },
    /// A status that fits nothing above.
    Unexpected {
        /// The status code.
        status: u16,
    },
}

/// Reads a reply to a request that went to `at`.
pub fn outcome(reply: &Reply, at: &Location) -> Outcome {
    if let 300..400 = reply.status {
        return match reply.moved_to(at) {
            Some(Ok(target)) => Outcome::Moved(target),
            _ => Outcome::Unexpected { status: reply.status },
        };
    }
    if let 200..300 = reply.status {
        return Outcome::Done { etag: reply.header("ETag").and_then(ETag::parse) };
    }
    // 412 can be a rule of CalDAV as well as a condition that did not hold.
    let rule = read_document(&reply.body).ok().and_then(|root| read_precondition(&root, at));
    match (reply.status, rule) {
        (401 | 407, _) => Outcome::SignIn,
        (_, Some(Precondition::NeedPrivileges)) => Outcome::Forbidden,
        (403 | 405..=499 | 507, Some(rule)) => Outcome::Refused(rule),
        (403, None) => Outcome::Forbidden,
        (404 | 410, _) => Outcome::Gone,
        (409, None) => Outcome::Conflict,
        (412, None) => Outcome::Changed,
        (413 | 414 | 431, None) => Outcome::TooLarge,
        (400 | 405 | 415 | 501, None) => Outcome::Unsupported,
        (423 | 425 | 429 | 500 | 502..=504, _) => Outcome::TryLater { after_seconds: retry_after(reply) },
        (507, None) => Outcome::Refused(Precondition::Quota),
        (status, _) => Outcome::Unexpected { status },
    }
}

/// The pause in seconds. The form with a date is not used by any server that was looked at.
fn retry_after(reply: &Reply) -> Option<u32> {
    let seconds: u32 = reply.header("Retry-After")?.trim().parse().ok()?;
    Some(seconds.min(MAX_RETRY_AFTER_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Location {
        Location::parse("https://dav.example/cal/a.ics").expect("an address")
    }

    #[track_caller]
    fn check(status: u16, headers: &[(&str, &str)], body: &str, expected: Outcome) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let reply = Reply { status, headers, body: body.as_bytes().to_vec() };
        assert_eq!(outcome(&reply, &at()), expected, "{status} {body}");
    }

    #[track_caller]
    fn check_rule(status: u16, rule: &str, expected: Precondition) {
        let body = format!("<D:error xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>{rule}</D:error>");
        check(status, &[], &body, Outcome::Refused(expected));
    }

    #[test]
    fn the_rule_counts_more_than_the_code() {
        check_rule(403, "<D:valid-sync-token/>", Precondition::ValidSyncToken);
        check_rule(412, "<D:valid-sync-token/>", Precondition::ValidSyncToken);
        check_rule(409, "<D:valid-sync-token/>", Precondition::ValidSyncToken);
        let href = Href::parse("/cal/b.ics").ok();
        check_rule(
            409,
            "<C:no-uid-conflict><D:href>/cal/b.ics</D:href></C:no-uid-conflict>",
            Precondition::NoUidConflict { href },
        );
        check_rule(403, "<C:no-uid-conflict/>", Precondition::NoUidConflict { href: None });
        check_rule(415, "<C:supported-calendar-data/>", Precondition::SupportedCalendarData);
        check_rule(403, "<C:valid-calendar-data>words</C:valid-calendar-data>", Precondition::ValidCalendarData);
        check_rule(507, "<D:number-of-matches-within-limits/>", Precondition::TooManyMatches);
        check_rule(403, "<C:surprise/>", Precondition::Other("surprise".to_owned()));
    }

    #[test]
    fn a_bare_code_is_understood() {
        check(201, &[("etag", "\"9\"")], "", Outcome::Done { etag: ETag::parse("\"9\"") });
        check(204, &[], "", Outcome::Done { etag: None });
        check(401, &[], "", Outcome::SignIn);
        check(403, &[], "<html>no</html>", Outcome::Forbidden);
        check(404, &[], "", Outcome::Gone);
        check(409, &[], "", Outcome::Conflict);
        check(412, &[], "", Outcome::Changed);
        check(413, &[], "", Outcome::TooLarge);
        check(415, &[], "", Outcome::Unsupported);
        check(418, &[], "", Outcome::Unexpected { status: 418 });
        check(507, &[], "", Outcome::Refused(Precondition::Quota));
    }

    #[test]
    fn a_busy_server_is_asked_again_after_its_pause() {
        check(500, &[], "", Outcome::TryLater { after_seconds: None });
        check(503, &[("Retry-After", "30")], "", Outcome::TryLater { after_seconds: Some(30) });
        check(429, &[("Retry-After", "999999")], "", Outcome::TryLater { after_seconds: Some(3600) });
    }

    #[test]
    fn a_redirection_is_followed_by_the_caller_only() {
        let target = Location::parse("https://dav.example/dav/").expect("an address");
        check(308, &[("Location", "/dav/")], "", Outcome::Moved(target));
        check(302, &[("Location", "http://evil.example/")], "", Outcome::Unexpected { status: 302 });
    }
}
