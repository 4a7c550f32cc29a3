//! The answer to a question about many places: one response a place, each with the properties that were found.
//!
//! RFC 4918 section 13. A property counts only when its propstat says 2xx; one bad place never spoils the others.

use super::condition::ETag;
use super::failure::{Precondition, read_precondition};
use super::href::{Href, HrefProblem, Location};
use super::xml::{Element, Namespace, XmlProblem, read_document};

/// A whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multistatus {
    /// What was said of each place, in the server's order.
    pub responses: Vec<Response>,
    /// The token to ask with next time (RFC 6578).
    pub sync_token: Option<String>,
    /// Places that were left out because their address cannot be used.
    pub problems: Vec<HrefProblem>,
}

/// What was said of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The place, on the server that was asked.
    pub href: Href,
    /// The status of the place itself, when the server gave one instead of properties.
    pub status: Option<u16>,
    /// The rule that was broken, when the server names one.
    pub failure: Option<Precondition>,
    /// What was found.
    pub properties: Properties,
    /// Whether properties were asked for and every one of them was missing.
    pub found_nothing: bool,
}

impl Response {
    /// Whether the place itself is said not to exist.
    pub fn is_gone(&self) -> bool {
        matches!(self.status, Some(404 | 410))
    }
}

/// The properties that this module asks for. What the server left out is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// The version of an object.
    pub etag: Option<ETag>,
    /// The text of an object, with the line ends that the server sent.
    pub calendar_data: Option<String>,
    /// The media type of an object, without parameters, lower case.
    pub content_type: Option<String>,
    /// The local names in the resource type: `collection`, `calendar`, `schedule-inbox`, `subscribed` and so on.
    pub resource_types: Vec<String>,
    /// The name a person gave.
    pub display_name: Option<String>,
    /// A colour as the server wrote it: `#RRGGBB`, `#RRGGBBAA` or a name.
    pub color: Option<String>,
    /// Where a calendar stands in a list; lower comes first.
    pub order: Option<i64>,
    /// The components a calendar accepts, upper case. `None` when the server does not say, which means all.
    pub components: Option<Vec<String>>,
    /// A value that changes whenever anything in the collection does.
    pub ctag: Option<String>,
    /// The token for sync-collection.
    pub sync_token: Option<String>,
    /// The local names of what the person may do. `None` when the server does not say.
    pub privileges: Option<Vec<String>>,
    /// The local names of the reports that a collection answers. `None` when the server does not say.
    pub reports: Option<Vec<String>>,
    /// The address of the person's principal, as written.
    pub principal: Option<String>,
    /// Whether the server says that it does not know who is asking.
    pub is_unauthenticated: bool,
    /// The addresses of the calendar homes, as written.
    pub homes: Vec<String>,
    /// Where a schedule inbox puts what is new, as written: the person's default calendar.
    pub default_calendar: Option<String>,
    /// The person's calendar addresses, as written: `mailto:` addresses among others.
    pub user_addresses: Vec<String>,
}

impl Multistatus {
    /// Reads an answer to a request that went to `at`.
    pub fn read(body: &[u8], at: &Location) -> Result<Self, XmlProblem> {
        let root = read_document(body)?;
        if !root.is(Namespace::Dav, "multistatus") {
            return Err(XmlProblem::Malformed { at: 0 });
        }
        let mut answer =
            Self { sync_token: root.child(Namespace::Dav, "sync-token").and_then(word), ..Self::default() };
        for response in root.all(Namespace::Dav, "response") {
            let status = status_of(response);
            let failure = read_precondition(response, at);
            let (properties, found_nothing) = read_propstats(response);
            // A status may speak of several places at once (RFC 4918 section 14.24).
            for href in response.all(Namespace::Dav, "href") {
                match at.resolve_path(href.text.trim()) {
                    Ok(href) => answer.responses.push(Response {
                        href,
                        status,
                        failure: failure.clone(),
                        properties: properties.clone(),
                        found_nothing,
                    }),
                    Err(problem) => answer.problems.push(problem),
                }
            }
        }
        Ok(answer)
    }

    /// The response about the place that was asked.
    pub fn about(&self, href: &Href) -> Option<&Response> {
        self.responses.iter().find(|response| response.href.is_same_collection(href))
    }
}

fn word(element: &Element<'_>) -> Option<String> {
    element.word().map(str::to_owned)
}

/// The code of an element's status line, `HTTP/1.1 404 Not Found`.
fn status_of(element: &Element<'_>) -> Option<u16> {
    let line = element.child(Namespace::Dav, "status")?.word()?;
    line.split_ascii_whitespace().find_map(|part| part.parse().ok().filter(|code| (100..600).contains(code)))
}

fn read_propstats(response: &Element<'_>) -> (Properties, bool) {
    let mut properties = Properties::default();
    let mut asked = false;
    let mut found = false;
    for propstat in response.all(Namespace::Dav, "propstat") {
        asked = true;
        // A propstat without a status is read as found: one server leaves it out.
        if status_of(propstat).is_none_or(|status| (200..300).contains(&status)) {
            for property in propstat.all(Namespace::Dav, "prop").flat_map(|prop| &prop.children) {
                found = true;
                read_property(&mut properties, property);
            }
        }
    }
    (properties, asked && !found)
}

fn read_property(into: &mut Properties, property: &Element<'_>) {
    match (property.namespace, property.name.as_str()) {
        (Namespace::Dav, "getetag") => into.etag = property.word().and_then(ETag::parse),
        (Namespace::Dav, "getcontenttype") => into.content_type = property.word().map(media_type),
        (Namespace::Dav, "resourcetype") => into.resource_types = names(property),
        (Namespace::Dav, "displayname") => into.display_name = word(property),
        (Namespace::Dav, "sync-token") => into.sync_token = word(property),
        (Namespace::Dav, "current-user-privilege-set") => {
            into.privileges = Some(property.all(Namespace::Dav, "privilege").flat_map(names).collect());
        }
        (Namespace::Dav, "supported-report-set") => {
            let reports = property.all(Namespace::Dav, "supported-report");
            into.reports = Some(reports.flat_map(|each| each.all(Namespace::Dav, "report")).flat_map(names).collect());
        }
        (Namespace::Dav, "current-user-principal") => {
            into.is_unauthenticated = property.child(Namespace::Dav, "unauthenticated").is_some();
            into.principal = hrefs(property).next().or(into.principal.take());
        }
        (Namespace::Dav, "principal-URL") if into.principal.is_none() => into.principal = hrefs(property).next(),
        (Namespace::CalDav, "calendar-data") => into.calendar_data = Some(property.text.clone().into_owned()),
        (Namespace::CalDav, "calendar-home-set") => into.homes = hrefs(property).collect(),
        (Namespace::CalDav, "schedule-default-calendar-URL") => into.default_calendar = hrefs(property).next(),
        (Namespace::CalDav, "calendar-user-address-set") => into.user_addresses = hrefs(property).collect(),
        (Namespace::CalDav, "supported-calendar-component-set") => {
            let components = property.all(Namespace::CalDav, "comp").filter_map(|comp| comp.attribute("name"));
            into.components = Some(components.map(str::to_ascii_uppercase).collect());
        }
        (Namespace::CalendarServer, "getctag") => into.ctag = word(property),
        (Namespace::Apple, "calendar-color") => into.color = word(property),
        (Namespace::Apple, "calendar-order") => into.order = property.word().and_then(|order| order.parse().ok()),
        _ => {}
    }
}

fn names(element: &Element<'_>) -> Vec<String> {
    element.children.iter().map(|child| child.name.clone()).collect()
}

fn hrefs(element: &Element<'_>) -> impl Iterator<Item = String> {
    element.all(Namespace::Dav, "href").filter_map(word)
}

fn media_type(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Location {
        Location::parse("https://dav.example/cal/").expect("an address")
    }

    fn read(inside: &str) -> Multistatus {
        let xml = format!(
            "<d:multistatus xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav' \
             xmlns:s='http://calendarserver.org/ns/' xmlns:a='http://apple.com/ns/ical/'>{inside}</d:multistatus>"
        );
        Multistatus::read(xml.as_bytes(), &at()).expect("a multistatus")
    }

    fn found(properties: &str) -> Properties {
        let mut answer = read(&format!(
            "<d:response><d:href>/cal/</d:href><d:propstat><d:prop>{properties}</d:prop>\
             <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        ));
        answer.responses.remove(0).properties
    }

    #[test]
    fn only_properties_that_were_found_count() {
        let answer = read(
            "<d:response><d:href>https://other.example/cal/a.ics</d:href>\
             <d:propstat><d:prop><d:getetag>\"1\"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>\
             <d:propstat><d:prop><d:displayname>x</d:displayname></d:prop><d:status>HTTP/1.1 404 Not Found</d:status>\
             </d:propstat></d:response>",
        );
        let response = &answer.responses[0];
        assert_eq!(response.href.as_str(), "/cal/a.ics");
        assert_eq!(response.properties.etag, ETag::parse("\"1\""));
        assert_eq!(response.properties.display_name, None);
        assert!(!response.found_nothing && !response.is_gone());
    }

    #[test]
    fn a_place_that_is_gone_is_told_from_one_without_properties() {
        let answer = read(
            "<d:response><d:href>/cal/a.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>\
             <d:response><d:href>/cal/b.ics</d:href><d:propstat><d:prop><d:getetag/></d:prop>\
             <d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>",
        );
        let seen: Vec<_> = answer.responses.iter().map(|each| (each.is_gone(), each.found_nothing)).collect();
        assert_eq!(seen, [(true, false), (false, true)]);
    }

    #[test]
    fn a_status_may_speak_of_several_places() {
        let answer = read(
            "<d:response><d:href>/cal/a.ics</d:href><d:href>/cal/b.ics</d:href>\
             <d:status>HTTP/1.1 410 Gone</d:status></d:response>",
        );
        assert_eq!(answer.responses.iter().filter(|each| each.is_gone()).count(), 2);
    }

    #[test]
    fn a_bad_address_is_a_problem_and_the_others_are_read() {
        let answer =
            read("<d:response><d:href>/a&#10;b</d:href></d:response><d:response><d:href>/ok</d:href></d:response>");
        assert_eq!(answer.problems, [HrefProblem::ControlCharacter]);
        assert_eq!(answer.responses.len(), 1);
    }

    #[test]
    fn every_property_is_read() {
        let properties = found(
            "<d:getcontenttype>Text/Calendar; component=VEVENT</d:getcontenttype>\
             <d:resourcetype><d:collection/><c:calendar/></d:resourcetype><d:displayname> Work &amp; play </d:displayname>\
             <a:calendar-color>#FF0000FF</a:calendar-color><a:calendar-order>3</a:calendar-order>\
             <c:supported-calendar-component-set><c:comp name='vevent'/></c:supported-calendar-component-set>\
             <s:getctag>c1</s:getctag><d:sync-token>t1</d:sync-token>\
             <d:current-user-privilege-set><d:privilege><d:read/></d:privilege><d:privilege><d:write/></d:privilege>\
             </d:current-user-privilege-set><d:supported-report-set><d:supported-report><d:report><d:sync-collection/>\
             </d:report></d:supported-report></d:supported-report-set>\
             <c:calendar-user-address-set><d:href>mailto:ann@a.example</d:href><d:href>/p/ann/</d:href>\
             </c:calendar-user-address-set>",
        );
        insta::assert_debug_snapshot!(properties);
    }

    #[test]
    fn an_object_keeps_its_line_ends() {
        let data = found("<c:calendar-data>A\r\nB&#13;\nC</c:calendar-data>").calendar_data;
        assert_eq!(data.as_deref(), Some("A\r\nB\r\nC"));
    }

    #[test]
    fn a_server_that_does_not_know_who_asks_says_so_in_two_ways() {
        let unknown = "<d:current-user-principal><d:unauthenticated/></d:current-user-principal>";
        assert!(found(unknown).is_unauthenticated);
        let known = found("<d:current-user-principal><d:href>/p/ann/</d:href></d:current-user-principal>");
        assert_eq!((known.principal.as_deref(), known.is_unauthenticated), (Some("/p/ann/"), false));
    }

    #[test]
    fn what_is_no_multistatus_is_refused() {
        assert_eq!(Multistatus::read(b"<html/>", &at()), Err(XmlProblem::Malformed { at: 0 }));
    }
}
